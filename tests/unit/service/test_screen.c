/* A month's run: the same for any number of threads, all or nothing, spells that fit together. */
#include "register_fixture.h"

static month_number september(void)
{
    return month_from_civil(2020, 9);
}

/* Households H1 to Hn; every third house is dangerous, every third one's state is not known. */
static void fill_register(const struct pack_folder *folder, struct office *office, int count)
{
    static const char *const GRADES[] = {"A", "D", ""};
    CLEANUP(buffer_free) struct buffer csv = {0};

    register_import(folder, office, IMPORT_AREAS, AREAS);
    buffer_append_text(&csv, TEXT("code,area,housing_grade,rooms\n"));
    for (int h = 1; h <= count; h++)
        buffer_append_format(&csv, "H%d,%s,%s,%d\n", h, h % 2 ? "1101" : "1102", GRADES[h % 3],
                             h % 20);
    buffer_append_char(&csv, '\0');
    register_import(folder, office, IMPORT_HOUSEHOLDS, csv.bytes);
}

/* housing_grade is required in the dictionary; here it may be unknown. */
static void allow_unknown_grades(const struct pack_folder *folder)
{
    folder_write_changed(folder, "dictionary.csv", DICTIONARY, "select_one grade,,yes",
                         "select_one grade,,");
}

static void one_thread_and_four_store_the_same(void **state)
{
    static const int THREADS[] = {1, 4};
    const struct pack_folder *folder = *state;
    CLEANUP(buffer_free) struct buffer first = {0};
    CLEANUP(buffer_free) struct buffer second = {0};
    struct buffer *const lists[] = {&first, &second};
    struct screen_result results[2];

    allow_unknown_grades(folder);
    for (int r = 0; r < 2; r++) {
        CLEANUP(office_closep)
        struct office *office = register_make(folder, r == 0 ? "one.db" : "four.db");

        fill_register(folder, office, 2 * BATCH_ROWS_MAX + 300);
        results[r] = register_screen(office, september(), THREADS[r]);
        list_findings(office, september(), lists[r]);
    }
    assert_int_equal(results[0].households, 2 * BATCH_ROWS_MAX + 300);
    assert_int_equal(results[0].with_findings, results[1].with_findings);
    assert_int_equal(results[0].opened, results[1].opened);
    assert_true(results[0].only_undetermined > 0);
    assert_true(strstr(first.bytes, "unsafe_house high undetermined") != NULL);
    assert_int_equal(first.length, second.length);
    assert_string_equal(first.bytes, second.bytes);
}

static void a_failure_in_the_middle_stops_all_and_leaves_nothing(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(buffer_free) struct buffer list = {0};
    struct screen_options options = {.month = september(), .thread_count = 2};
    struct screen_result result;
    struct berm_error err;
    month_number month;

    allow_unknown_grades(folder);
    folder_write_changed(folder, "policy.dmn", POLICY, "<text>\"high\"</text></outputEntry>",
                         "<text>if household.note = \"x\" then \"dire\" else \"high\"</text>"
                         "</outputEntry>");
    office = register_make(folder, "register.db");
    fill_register(folder, office, BATCH_ROWS_MAX + 900);
    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,note\nH2602,1102,x\n");
    assert_fails(screen_month(office, caller_local(), &options, &result, &err), BERM_INVALID_INPUT,
                 "household H2602: rule 2");
    assert_fails(month_last_screened(office->store, &month, &err), BERM_NOT_FOUND, "berm screen");
    list_findings(office, september(), &list);
    assert_string_equal(list.bytes, "");

    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,note\nH2602,1102,\n");
    result = register_screen(office, september(), 2);
    assert_int_equal(result.run_id, 1);
    assert_int_equal(result.households, BATCH_ROWS_MAX + 900);
}

static bool stop_at_first(void *context, int64_t done, int64_t total)
{
    (void)total;
    *(int64_t *)context = done;
    return false;
}

static void a_run_that_is_stopped_leaves_nothing(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = NULL;
    int64_t done = 0;
    struct screen_options options = {.month = september(),
                                     .thread_count = 2,
                                     .progress = stop_at_first,
                                     .progress_context = &done};
    struct screen_result result;
    struct berm_error err;
    month_number month;

    allow_unknown_grades(folder);
    office = register_make(folder, "register.db");
    fill_register(folder, office, 3 * BATCH_ROWS_MAX);
    assert_fails(screen_month(office, caller_local(), &options, &result, &err), BERM_CANCELLED,
                 "nothing was stored");
    assert_int_equal(done, BATCH_ROWS_MAX);
    assert_fails(month_last_screened(office->store, &month, &err), BERM_NOT_FOUND, "berm screen");
    assert_int_equal(register_screen(office, september(), 2).run_id, 1);
}

static void an_empty_register_is_screened_in_no_time(void **state)
{
    CLEANUP(office_closep) struct office *office = register_make(*state, "register.db");
    struct screen_result result = register_screen(office, september(), 0);

    assert_int_equal(result.households, 0);
    assert_int_equal(result.run_id, 1);
}

static void a_past_month_is_a_question_and_stores_nothing(void **state)
{
    const struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(buffer_free) struct buffer before = {0};
    CLEANUP(buffer_free) struct buffer after = {0};
    struct screen_result result;
    struct berm_error err;
    month_number last;
    bool is_screened;

    allow_unknown_grades(folder);
    office = register_make(folder, "register.db");
    fill_register(folder, office, 30);
    register_screen(office, september(), 1);
    register_screen(office, september() + 2, 1);
    register_import(folder, office, IMPORT_HOUSEHOLDS, "code,area,housing_grade\nH1,1101,A\n");
    list_findings(office, september(), &before);
    result = register_screen(office, september(), 2);
    assert_true(result.is_what_if);
    assert_int_equal(result.run_id, 0);
    assert_int_equal(result.closed, 1);
    assert_int_equal(result.opened, 0);
    list_findings(office, september(), &after);
    assert_string_equal(before.bytes, after.bytes);
    assert_ok(month_last_screened(office->store, &last, &err));
    assert_int_equal(last, september() + 2);
    assert_ok(month_is_screened(office->store, september(), &is_screened, &err));
    assert_true(is_screened);
    assert_ok(month_is_screened(office->store, september() + 1, &is_screened, &err));
    assert_false(is_screened);
}

/* ---- Random months --------------------------------------------------------------------------- */

enum { RANDOM_HOUSEHOLDS = 25, RANDOM_STEPS = 14 };

/* Spells of one household and code, as they are on record. */
static void check_spells(const struct household_reasons *reasons, uint64_t seed)
{
    for (size_t i = 0; i < reasons->history_count; i++) {
        const struct finding_row *row = &reasons->history[i];

        if (row->has_ended && row->to_month < row->from_month)
            fail_msg("seed %llu: a spell ends before it begins", (unsigned long long)seed);
        for (size_t j = 0; j < i; j++) {
            const struct finding_row *other = &reasons->history[j];

            if (!text_equal(row->code, other->code))
                continue;
            if (!row->has_ended && !other->has_ended)
                fail_msg("seed %llu: two spells of one code are open", (unsigned long long)seed);
            if (other->has_ended && other->to_month > row->from_month)
                fail_msg("seed %llu: two spells of one code overlap", (unsigned long long)seed);
        }
    }
}

/* What is open is what the facts say when they are asked afresh; what was certain stays open while
 * the facts cannot tell. */
static bool is_borne(const struct finding_row *row, const struct explained_finding *finding)
{
    if (row->info != finding->info)
        return false;
    if (finding->is_undetermined && !row->is_undetermined)
        return true;
    return row->is_undetermined == finding->is_undetermined &&
           text_equal(row->severity, text_of(severity_name(finding->severity)));
}

static void check_open(const struct household_reasons *reasons, uint64_t seed)
{
    size_t open_count = 0;

    for (size_t i = 0; i < reasons->history_count; i++) {
        const struct finding_row *row = &reasons->history[i];
        bool is_found = false;

        if (row->has_ended)
            continue;
        open_count++;
        for (size_t f = 0; f < reasons->explanation.finding_count; f++)
            is_found = is_found || is_borne(row, &reasons->explanation.findings[f]);
        if (!is_found)
            fail_msg("seed %llu: %.*s has an open %.*s that the facts do not bear",
                     (unsigned long long)seed, TEXT_ARG(reasons->code), TEXT_ARG(row->code));
    }
    if (open_count != reasons->explanation.finding_count)
        fail_msg("seed %llu: %.*s has %zu findings open and %zu found", (unsigned long long)seed,
                 TEXT_ARG(reasons->code), open_count, reasons->explanation.finding_count);
}

static void check_households(const struct pack_folder *folder, struct office *office,
                             month_number month, uint64_t seed)
{
    for (int h = 1; h <= RANDOM_HOUSEHOLDS; h++) {
        struct arena_mark mark = arena_mark(folder->arena);
        struct household_reasons reasons;
        struct berm_error err;
        char code[16];

        snprintf(code, sizeof code, "H%d", h);
        assert_ok(household_explain(office, caller_local(), text_of(code), month, folder->arena,
                                    &reasons, &err));
        check_spells(&reasons, seed);
        check_open(&reasons, seed);
        arena_rewind(folder->arena, mark);
    }
}

/* Some houses get better, worse or unknown; some wages are reported. */
static void change_facts(const struct pack_folder *folder, struct office *office,
                         month_number month, struct random *random)
{
    static const char *const GRADES[] = {"A", "D", ""};
    CLEANUP(buffer_free) struct buffer houses = {0};
    CLEANUP(buffer_free) struct buffer wages = {0};
    char month_text[MONTH_TEXT_MAX];

    month_format(month, month_text);
    buffer_append_text(&houses, TEXT("code,area,housing_grade\n"));
    buffer_append_text(&wages, TEXT("household,month,wage_income\n"));
    for (int h = 1; h <= RANDOM_HOUSEHOLDS; h++) {
        if (random_below(random, 3) == 0)
            buffer_append_format(&houses, "H%d,1101,%s\n", h, GRADES[random_below(random, 3)]);
        if (random_below(random, 8) != 0)
            buffer_append_format(&wages, "H%d,%s,%d\n", h, month_text,
                                 (int)random_below(random, 800));
    }
    buffer_append_char(&houses, '\0');
    buffer_append_char(&wages, '\0');
    register_import(folder, office, IMPORT_HOUSEHOLDS, houses.bytes);
    register_import(folder, office, IMPORT_FLOWS, wages.bytes);
}

static void run_random_months(const struct pack_folder *folder, uint64_t seed)
{
    CLEANUP(office_closep) struct office *office = NULL;
    struct random random = random_from_seed(seed);
    month_number month = september();
    struct screen_result result;
    char name[32];

    snprintf(name, sizeof name, "random-%llu.db", (unsigned long long)seed);
    office = register_make(folder, name);
    fill_register(folder, office, RANDOM_HOUSEHOLDS);
    register_import(folder, office, IMPORT_PERSONS,
                    "code,household,relation\nP1,H1,head\nP2,H2,head\nP3,H3,head\nP4,H4,head\n");
    for (int m = 0; m < 12; m++)
        change_facts(folder, office, month - m, &random);
    for (int step = 0; step < RANDOM_STEPS; step++) {
        change_facts(folder, office, month, &random);
        register_screen(office, month, 1 + (int)random_below(&random, 3));
        check_households(folder, office, month, seed);
        result = register_screen(office, month, 1);
        if (result.opened != 0 || result.closed != 0)
            fail_msg("seed %llu: the same facts once more changed something",
                     (unsigned long long)seed);
        month += (month_number)random_below(&random, 3); /* the same month again, too */
    }
}

static void random_months_leave_spells_that_fit_together(void **state)
{
    static const uint64_t SEEDS[] = {1, 20200901, 77};

    allow_unknown_grades(*state);
    for (size_t s = 0; s < ARRAY_COUNT(SEEDS); s++)
        run_random_months(*state, SEEDS[s]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(one_thread_and_four_store_the_same),
        PACK_TEST(a_failure_in_the_middle_stops_all_and_leaves_nothing),
        PACK_TEST(a_run_that_is_stopped_leaves_nothing),
        PACK_TEST(an_empty_register_is_screened_in_no_time),
        PACK_TEST(a_past_month_is_a_question_and_stores_nothing),
        PACK_TEST(random_months_leave_spells_that_fit_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
