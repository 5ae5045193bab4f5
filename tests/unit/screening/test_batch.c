/* Batches: their limits, and cases as rows. */
#include "screening_fixture.h"

static const struct table TABLE = {
    .inputs = {"household.wage_income_month", "household.transfer_income_month",
               "parameter.poverty_line", "household.note"},
    .rows = {{{"< 0", NULL, "< 0", NULL}, "unsafe_house", "\"low\"", NULL, NULL},
             {{NULL, "< 0", NULL, "\"x\""}, "unsafe_house", "\"low\"", NULL, NULL}},
};

static const char EMPTY[] = "month: 2020-09\nareas: [11]\ncases:\n"
                            "  - {name: one, expect: {}}\n";

static void a_household_takes_so_many_members_and_no_more(void **state)
{
    CLEANUP(screened_close) struct screened screened = {0};
    struct berm_error err;
    size_t member;

    load_cases(*state, &TABLE, EMPTY, &screened);
    for (int m = 0; m < HOUSEHOLD_MEMBERS_MAX; m++)
        assert_ok(batch_add_member(screened.batch, TEXT("m"), TEXT(""), TEXT(""), false, 0, &member,
                                   &err));
    assert_fails(
        batch_add_member(screened.batch, TEXT("m"), TEXT(""), TEXT(""), false, 0, &member, &err),
        BERM_LIMIT, "household one has more than 200 members; split it");
    assert_int_equal(screened.batch->member_first[1], HOUSEHOLD_MEMBERS_MAX);
    assert_ok(screening_run_batch(screened.runner, screened.batch, screened.results, &err));
}

static void a_batch_takes_so_many_households_and_is_empty_when_cleared(void **state)
{
    CLEANUP(screened_close) struct screened screened = {0};
    struct batch *batch;
    struct berm_error err;
    size_t member;

    load_cases(*state, &TABLE, EMPTY, &screened);
    batch = screened.batch;
    while (batch->row_count < BATCH_ROWS_MAX) {
        assert_ok(
            batch_add_household(batch, 1, TEXT("h"), TEXT("11"), 0, batch->parameters[0], &err));
        for (int m = 0; m < 6; m++) /* more than there was room for at first */
            assert_ok(batch_add_member(batch, TEXT("m"), TEXT("male"), TEXT("head"), false, 0,
                                       &member, &err));
    }
    assert_int_equal(member, 6 * (BATCH_ROWS_MAX - 1) - 1);
    assert_fails(
        batch_add_household(batch, 1, TEXT("h"), TEXT("11"), 0, batch->parameters[0], &err),
        BERM_LIMIT, "at most 2048 households");
    batch_clear(batch);
    assert_int_equal(batch->row_count, 0);
    assert_ok(batch_add_case(batch, &screened.cases[0], &err));
    assert_int_equal(batch->row_count, 1);
    assert_int_equal(batch->member_first[1], 0);
}

/* The window's column of the batch, by the name that rules use. */
static const struct column *window_column(const struct screened *screened, const char *name)
{
    const struct screening_program *program = screened->program;

    for (size_t w = 0; w < program->window_count; w++)
        if (text_equal(program->entry_names[INPUT_HOUSEHOLD][program->windows[w].entry],
                       text_of(name)))
            return &screened->batch->windows[w];
    fail_msg("the policy does not read %s", name);
    return NULL;
}

static void reports_of_several_sources_add_up_or_one_is_preferred(void **state)
{
    CLEANUP(screened_close) struct screened screened = {0};
    const struct column *wages, *transfers;

    load_cases(*state, &TABLE,
               "month: 2020-09\nareas: [11]\ncases:\n"
               "  - name: two sources\n"
               "    flows:\n"
               "      wage_income: {2020-09: {visit: 100, tax: 30.5}}\n"
               "      transfer_income: {2020-09: {tax: 70, visit: 20, other: 5}}\n"
               "    expect: {}\n"
               "  - name: another month\n"
               "    flows: {wage_income: {2020-08: 100}, transfer_income: {2020-09: {tax: 7}}}\n"
               "    expect: {}\n",
               &screened);
    wages = window_column(&screened, "wage_income_month");
    transfers = window_column(&screened, "transfer_income_month");
    assert_true(wages->is_known[0]);
    assert_int_equal(wages->numbers[0], 13050);
    assert_int_equal(transfers->numbers[0], 2000);
    assert_false(wages->is_known[1]);
    assert_int_equal(transfers->numbers[1], 700);
}

static void a_case_gives_its_own_parameters_or_those_of_its_area(void **state)
{
    static const int64_t WANTED[] = {4500500000, 4000000000, 12500000};
    CLEANUP(screened_close) struct screened screened = {0};
    size_t line = 0;

    load_cases(*state, &TABLE,
               "month: 2020-09\ncases:\n"
               "  - {name: in the area, areas: [11, 1101], expect: {}}\n"
               "  - {name: elsewhere, areas: [12], expect: {}}\n"
               "  - {name: its own, areas: [11], parameters: {poverty_line: 12.5}, expect: {}}\n",
               &screened);
    while (!text_equal(screened.pack->parameters.names[line], TEXT("poverty_line")))
        line++;
    for (size_t c = 0; c < ARRAY_COUNT(WANTED); c++) {
        assert_true(screened.batch->parameters[c]->values[line].is_known);
        assert_int_equal(screened.batch->parameters[c]->values[line].number, WANTED[c]);
    }
    assert_text(screened.batch->area_code[0], "1101");
}

static void only_what_the_policy_reads_becomes_columns(void **state)
{
    CLEANUP(screened_close) struct screened screened = {0};

    load_cases(*state, &TABLE, EMPTY, &screened);
    assert_int_equal(screened.program->household_count, 1); /* note */
    assert_int_equal(screened.program->person_count, 0);
    assert_int_equal(screened.program->flow_count, 2);
    assert_int_equal(screened.program->months_back, 11); /* Income per head */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_household_takes_so_many_members_and_no_more),
        PACK_TEST(a_batch_takes_so_many_households_and_is_empty_when_cleared),
        PACK_TEST(reports_of_several_sources_add_up_or_one_is_preferred),
        PACK_TEST(a_case_gives_its_own_parameters_or_those_of_its_area),
        PACK_TEST(only_what_the_policy_reads_becomes_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
