/* Every reading function, asked by every role of a neighbouring area: nothing of the other's people
 * shows, in no list, count, summary, explanation or history, and no answer tells that they exist.
 */
#include "unit/service/access_dump.h"

static const char *const AREAS_ASKED[] = {"", "C", "A", "A1", "A2"};
static const char *const OWN[] = {"A-1", "A-2"};
static const char *const OTHERS[] = {"Z-1", "Z-2"};

/* The sentence about what is another's, with the code blotted out, is that about nothing. */
static void check_refusals(struct access_register *made, const struct caller *caller)
{
    struct household_facts facts = {0};
    struct household_reasons reasons;
    struct berm_error other = {0};
    struct berm_error none = {0};
    struct summary summary;
    struct text codes[2] = {TEXT("Z-1"), TEXT("Y-1")};
    struct text areas[2] = {TEXT("Z1"), TEXT("Y1")};
    struct berm_error *errors[2] = {&other, &none};
    enum berm_status statuses[4][2];
    char messages[4][2][BERM_ERROR_MESSAGE_MAX];

    for (int i = 0; i < 2; i++) {
        struct finding_filter filter = {.month = month_from_civil(2020, 12), .area = areas[i]};
        struct dump dump = {.made = made, .caller = caller};
        struct office *office = made->office;

        statuses[0][i] = household_read(office, caller, codes[i], made->arena, &facts, errors[i]);
        strcpy(messages[0][i], errors[i]->message);
        statuses[1][i] = household_explain(office, caller, codes[i], filter.month, made->arena,
                                           &reasons, errors[i]);
        strcpy(messages[1][i], errors[i]->message);
        statuses[2][i] = findings_list(office, caller, &filter, dump_finding, &dump, errors[i]);
        strcpy(messages[2][i], errors[i]->message);
        statuses[3][i] = summary_compute(office, caller, filter.month, areas[i], made->arena,
                                         &summary, errors[i]);
        strcpy(messages[3][i], errors[i]->message);
        buffer_free(&dump.out);
    }
    for (int f = 0; f < 4; f++) {
        char *place = strchr(messages[f][0], 'Z');

        assert_true(statuses[f][0] == BERM_NOT_FOUND || statuses[f][0] == BERM_FORBIDDEN);
        assert_int_equal(statuses[f][0], statuses[f][1]);
        if (place)
            *place = 'Y';
        assert_string_equal(messages[f][0], messages[f][1]);
    }
}

static void walk_as(struct access_register *made, enum role role, bool is_narrow)
{
    struct dump dump = {.made = made};
    struct caller caller;
    char name[40];

    snprintf(name, sizeof name, "near_%s_%d", role_name(role), is_narrow);
    caller = register_new_caller(made, name, role, is_narrow ? "A1" : "A");
    dump.caller = &caller;
    for (size_t a = 0; a < ARRAY_COUNT(AREAS_ASKED); a++) {
        dump_lists(&dump, AREAS_ASKED[a]);
        dump_summary(&dump, AREAS_ASKED[a]);
    }
    for (size_t h = 0; h < ARRAY_COUNT(OWN); h++)
        dump_household(&dump, OWN[h]);
    assert_false(dump.out.has_failed);
    if (dump_has(&dump, "Z") || dump_has(&dump, "Country"))
        fail_msg("%s sees something of the other county: %.*s", name,
                 TEXT_ARG(buffer_text(&dump.out)));
    if (is_narrow && (dump_has(&dump, "west") || dump_has(&dump, "Near Two")))
        fail_msg("%s sees something of the other township", name);
    assert_true(dump_has(&dump, "Near east")); /* its own is there */
    dump.count = 0;
    for (size_t h = 0; h < ARRAY_COUNT(OTHERS); h++)
        dump_household(&dump, OTHERS[h]);
    assert_int_equal(dump.count, 0);
    check_refusals(made, &caller);
    buffer_free(&dump.out);
}

static void no_role_sees_anything_of_a_neighbouring_area(void **state)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        walk_as(*state, (enum role)role, false);
        walk_as(*state, (enum role)role, true);
    }
}

static void lists_counts_and_summaries_agree(void **state)
{
    struct access_register *made = *state;
    struct caller near = register_new_caller(made, "near", ROLE_COUNTY, "A");
    const struct caller *callers[] = {caller_local(), &near};
    static const int64_t PERSONS_IN[] = {4, 2};
    static const int64_t OPEN[] = {6, 3};

    for (size_t c = 0; c < ARRAY_COUNT(callers); c++) {
        struct dump list = {.made = made, .caller = callers[c]};
        struct berm_error err;
        struct summary summary;
        struct text none = {0};
        int64_t of_findings = 0;

        assert_ok(findings_count(made->office, callers[c], month_from_civil(2020, 12), none,
                                 dump_count, &list, &err));
        assert_int_equal(list.count, OPEN[c]);
        assert_ok(summary_compute(made->office, callers[c], month_from_civil(2020, 12), none,
                                  made->arena, &summary, &err));
        assert_int_equal(summary.total.people, PERSONS_IN[c]);
        for (size_t f = 0; f < summary.finding_count; f++)
            of_findings += summary.findings[f].households;
        assert_int_equal(of_findings, OPEN[c]);
        assert_int_equal(summary.area_count, c == 0 ? 2 + 1 : 2 + 1);
        buffer_free(&list.out);
    }
}

static void several_areas_are_shown_side_by_side_and_nothing_between(void **state)
{
    struct access_register *made = *state;
    struct dump dump = {.made = made};
    struct summary summary;
    struct caller caller;
    struct berm_error err;

    register_add_account(made, "both");
    register_grant(made, "both", ROLE_TOWNSHIP, "A1");
    register_grant(made, "both", ROLE_TOWNSHIP, "Z2");
    caller = register_caller(made, "both");
    dump.caller = &caller;
    dump_lists(&dump, "");
    dump_household(&dump, "A-1");
    dump_household(&dump, "Z-2");
    assert_int_equal(dump.count, 3 + 2); /* findings: A-1 has two, Z-2 one */
    assert_false(dump_has(&dump, "Zed east"));
    assert_false(dump_has(&dump, "Near west"));
    assert_ok(summary_compute(made->office, &caller, month_from_civil(2020, 12), (struct text){0},
                              made->arena, &summary, &err));
    assert_int_equal(summary.total.households, 2);
    assert_int_equal(summary.area_count, 2);
    assert_text(summary.areas[0].key, "A1");
    assert_text(summary.areas[1].key, "Z2");
    buffer_free(&dump.out);
}

/* Households of the caller's highest area itself, and of one between it and the parts. */
static void households_above_the_parts_are_counted_where_they_are_seen(void **state)
{
    struct access_register *made = *state;
    struct caller near = register_new_caller(made, "near", ROLE_COUNTY, "A");
    struct summary summary;
    struct berm_error err;

    register_import(made, IMPORT_HOUSEHOLDS, "code,area\nA-8,A\nZ-8,C\n");
    assert_ok(summary_compute(made->office, &near, month_from_civil(2020, 12), (struct text){0},
                              made->arena, &summary, &err));
    assert_int_equal(summary.total.households, 3);
    assert_int_equal(summary.area_count, 3);
    assert_text(summary.areas[0].key, "A");
    assert_int_equal(summary.areas[0].households, 1);
    assert_ok(summary_compute(made->office, caller_local(), month_from_civil(2020, 12),
                              (struct text){0}, made->arena, &summary, &err));
    assert_int_equal(summary.total.households, 6);
    assert_text(summary.areas[0].key, "C");
    assert_int_equal(summary.areas[0].households, 1);
}

static void a_role_here_says_nothing_about_a_role_there(void **state)
{
    struct access_register *made = *state;
    struct household_facts facts = {0};
    struct caller caller;
    struct berm_error err;

    register_add_account(made, "mixed");
    register_grant(made, "mixed", ROLE_COUNTY, "A");
    register_grant(made, "mixed", ROLE_ANALYST, "Z");
    caller = register_caller(made, "mixed");
    assert_ok(household_read(made->office, &caller, TEXT("A-1"), made->arena, &facts, &err));
    assert_fails(household_read(made->office, &caller, TEXT("Z-1"), made->arena, &facts, &err),
                 BERM_NOT_FOUND, "no household with the code Z-1");
}

/* Z-1 moves into A1; PA2 leaves A-2 for Z-2. */
static void moves_take_people_along_and_leave_nothing_to_see(void **state)
{
    struct access_register *made = *state;
    struct caller near = register_new_caller(made, "near", ROLE_COUNTY, "A");
    struct dump dump = {.made = made, .caller = &near};

    register_import(made, IMPORT_HOUSEHOLDS, "code,area\nZ-1,A1\n");
    register_import(made, IMPORT_PERSONS,
                    "code,household,name,from_date,able_to_work\n"
                    "PA2,Z-2,Zed now,2020-06-01,yes\n");
    dump_household(&dump, "Z-1");
    assert_int_equal(dump.count, 1);
    assert_true(dump_has(&dump, "{\"area\":[\"" HIDDEN_VALUE "\",\"A1\"]}"));
    buffer_clear(&dump.out);
    dump_household(&dump, "A-2");
    assert_int_equal(dump.count, 2);
    assert_false(dump_has(&dump, "Zed now"));
    assert_true(dump_has(&dump, HIDDEN_VALUE));
    buffer_clear(&dump.out);
    dump.caller = caller_local();
    dump_household(&dump, "A-2");
    assert_true(dump_has(&dump, "Zed now"));
    buffer_free(&dump.out);
}

static void a_caller_from_before_a_move_of_areas_sees_what_holds_now(void **state)
{
    struct access_register *made = *state;
    struct caller west = register_new_caller(made, "west", ROLE_TOWNSHIP, "A2");
    struct caller county = register_new_caller(made, "county", ROLE_COUNTY, "A");
    struct household_facts facts = {0};
    struct berm_error err;

    register_import(made, IMPORT_AREAS,
                    "code,name,parent\nA0,Inserted,A\nA2,Near west,Z\nB,Before,C\n");
    assert_ok(household_read(made->office, &west, TEXT("A-2"), made->arena, &facts, &err));
    assert_fails(household_read(made->office, &west, TEXT("A-1"), made->arena, &facts, &err),
                 BERM_NOT_FOUND, "A-1");
    assert_ok(household_read(made->office, &county, TEXT("A-1"), made->arena, &facts, &err));
    assert_fails(household_read(made->office, &county, TEXT("A-2"), made->arena, &facts, &err),
                 BERM_NOT_FOUND, "A-2");
}

static void what_concerns_the_whole_register_needs_all_of_it(void **state)
{
    struct access_register *made = *state;
    struct caller part = register_new_caller(made, "part", ROLE_COUNTY, "A");
    struct caller whole = register_new_caller(made, "whole", ROLE_COUNTY, "C");
    struct caller viewer = register_new_caller(made, "viewer", ROLE_VIEWER, "C");
    struct screen_options options = {.month = month_from_civil(2020, 12), .thread_count = 1};
    struct import_options import = {.kind = IMPORT_AREAS, .caller = &part, .path = "-"};
    struct import_result imported;
    struct screen_result result;
    struct berm_error err;
    char path[128];

    assert_fails(screen_month(made->office, &part, &options, &result, &err), BERM_FORBIDDEN,
                 "whole register");
    assert_fails(screen_month(made->office, &viewer, &options, &result, &err), BERM_FORBIDDEN,
                 "permission screen");
    assert_ok(screen_month(made->office, &whole, &options, &result, &err));
    snprintf(path, sizeof path, "%s/import.csv", made->folder->path);
    folder_write(made->folder, "import.csv", "code,name,parent\nA3,Near north,A\n");
    import.path = path;
    assert_fails(exchange_import(made->office->store, &made->office->pack->dictionary, &import,
                                 &imported, &err),
                 BERM_FORBIDDEN, "whole register");
    import.caller = &whole;
    assert_ok(exchange_import(made->office->store, &made->office->pack->dictionary, &import,
                              &imported, &err));
    assert_int_equal(imported.added, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(no_role_sees_anything_of_a_neighbouring_area),
        REGISTER_TEST(lists_counts_and_summaries_agree),
        REGISTER_TEST(several_areas_are_shown_side_by_side_and_nothing_between),
        REGISTER_TEST(households_above_the_parts_are_counted_where_they_are_seen),
        REGISTER_TEST(a_role_here_says_nothing_about_a_role_there),
        REGISTER_TEST(moves_take_people_along_and_leave_nothing_to_see),
        REGISTER_TEST(a_caller_from_before_a_move_of_areas_sees_what_holds_now),
        REGISTER_TEST(what_concerns_the_whole_register_needs_all_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
