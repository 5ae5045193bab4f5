/* Files of officers of a part: what lies elsewhere is as what is not there, and nothing of it is
 * touched or told. */
#include "unit/service/access_fixture.h"

struct rejection {
    struct arena *arena;
    struct text reasons; /* a line each */
};

static void keep_reason(void *context, const struct exchange_reject *reject)
{
    struct rejection *kept = context;
    struct berm_error err;

    assert_ok(text_format(kept->arena, &kept->reasons, &err, "%.*s%.*s\n", TEXT_ARG(kept->reasons),
                          TEXT_ARG(reject->reason)));
}

/* The reasons of what was rejected. */
static struct text import_as(struct access_register *made, const struct caller *caller,
                             enum import_kind kind, const char *csv, int64_t taken)
{
    struct rejection kept = {.arena = made->arena};
    struct import_options options = {
        .kind = kind, .caller = caller, .actor = TESTER, .reject = keep_reason, .context = &kept};
    struct import_result result;
    struct berm_error err;
    char path[128];

    folder_write(made->folder, "import.csv", csv);
    snprintf(path, sizeof path, "%s/import.csv", made->folder->path);
    options.path = path;
    assert_ok(exchange_import(made->office->store, &made->office->pack->dictionary, &options,
                              &result, &err));
    assert_int_equal(result.added + result.changed, taken);
    return kept.reasons;
}

static struct caller near_county(struct access_register *made)
{
    return register_new_caller(made, "near", ROLE_COUNTY, "A");
}

static struct household_facts read_household(struct access_register *made, const char *code)
{
    struct household_facts facts;
    struct berm_error err;

    assert_ok(
        household_read(made->office, caller_local(), text_of(code), made->arena, &facts, &err));
    return facts;
}

static void households_go_into_areas_of_the_part_only(void **state)
{
    struct access_register *made = *state;
    struct caller near = near_county(made);
    struct text reasons =
        import_as(made, &near, IMPORT_HOUSEHOLDS, "code,area\nA-3,A1\nA-1,A2\nA-4,Z1\nA-5,Q1\n", 2);

    assert_text(reasons,
                "no area has the code \"Z1\"; import the area first, or correct the code\n"
                "no area has the code \"Q1\"; import the area first, or correct the code\n");
    assert_text(read_household(made, "A-1").area_code, "A2");
}

static void a_household_elsewhere_is_not_taken_over(void **state)
{
    struct access_register *made = *state;
    struct caller near = near_county(made);
    int64_t before = read_household(made, "Z-1").version;
    /* The code that is taken comes first, and after one that is there: both ways to find it. */
    struct text reasons = import_as(made, &near, IMPORT_HOUSEHOLDS,
                                    "code,area,rooms\nZ-1,A1,9\nA-1,A1,8\nZ-2,A1,9\n", 1);

    assert_text(reasons,
                "the code \"Z-1\" cannot be given to a new household; choose another, or correct "
                "it\n"
                "the code \"Z-2\" cannot be given to a new household; choose another, or correct "
                "it\n");
    assert_int_equal(read_household(made, "Z-1").version, before);
}

static void persons_and_flows_of_households_elsewhere_are_of_none(void **state)
{
    struct access_register *made = *state;
    struct caller near = near_county(made);

    assert_text(
        import_as(made, &near, IMPORT_PERSONS, "code,household\nN1,Z-1\nN2,Q-1\nN3,A-1\n", 1),
        "no household has the code \"Z-1\"; import the household first, or correct the "
        "code\n"
        "no household has the code \"Q-1\"; import the household first, or correct the "
        "code\n");
    assert_text(import_as(made, &near, IMPORT_FLOWS,
                          "household,month,wage_income\nZ-1,2020-12,5\nA-1,2020-12,5\nQ-1,2020-12,"
                          "5\n",
                          1),
                "no household has the code \"Z-1\"; import the household first, or correct the "
                "code\n"
                "no household has the code \"Q-1\"; import the household first, or correct the "
                "code\n");
}

static void a_person_elsewhere_is_not_fetched(void **state)
{
    struct access_register *made = *state;
    struct caller near = near_county(made);
    int64_t before = read_household(made, "Z-1").version;
    struct text reasons = import_as(made, &near, IMPORT_PERSONS,
                                    "code,household,name\nPZ1,A-1,Taken\nPA1,A-2,Moved\n", 1);

    assert_true(
        text_starts_with(reasons, TEXT("the code \"PZ1\" cannot be given to a new person")));
    assert_int_equal(read_household(made, "Z-1").version, before);
    assert_int_equal(read_household(made, "A-1").member_count, 1);
    assert_int_equal(read_household(made, "A-2").member_count, 2);
}

static void a_scope_of_all_roots_takes_everything(void **state)
{
    struct access_register *made = *state;
    struct caller whole = register_new_caller(made, "whole", ROLE_COUNTY, "C");

    assert_text(import_as(made, &whole, IMPORT_HOUSEHOLDS, "code,area\nA-3,A1\nZ-1,A1\n", 2), "");
    assert_text(import_as(made, &whole, IMPORT_PERSONS, "code,household\nPZ2,A-1\n", 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(households_go_into_areas_of_the_part_only),
        REGISTER_TEST(a_household_elsewhere_is_not_taken_over),
        REGISTER_TEST(persons_and_flows_of_households_elsewhere_are_of_none),
        REGISTER_TEST(a_person_elsewhere_is_not_fetched),
        REGISTER_TEST(a_scope_of_all_roots_takes_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
