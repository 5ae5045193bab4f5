/* The interpreter as an engine: how table rows become findings, levels and kinds. */
#include "screening_fixture.h"

static const char ONE_CASE[] = "month: 2020-09\nareas: [11]\ncases:\n"
                               "  - name: one\n"
                               "    household: {housing_grade: D, rooms: 3}\n"
                               "    members: [{relation: head}]\n"
                               "    expect: {}\n";

static const char NOTHING_KNOWN[] = "month: 2020-09\nareas: [11]\ncases:\n"
                                    "  - name: one\n"
                                    "    members: [{relation: head}]\n"
                                    "    expect: {}\n";

static void a_code_has_the_highest_severity_of_its_rows(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms"},
        .rows = {{{"< 5"}, "unsafe_house", "\"low\"", NULL, NULL},
                 {{"< 4"}, "unsafe_house", "\"critical\"", NULL, NULL},
                 {{"< 6"}, "unsafe_house", "\"medium\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};

    screen_cases(*state, &TABLE, ONE_CASE, &screened);
    assert_int_equal(screened.results[0].found_count, 1);
    assert_int_equal(screened.results[0].found[0].severity, SEVERITY_CRITICAL);
    assert_false(screened.results[0].found[0].is_undetermined);
}

static void certain_beats_undetermined_whichever_row_comes_first(void **state)
{
    static const struct table TABLES[] = {
        {.inputs = {"household.rooms", "household.area_share"},
         .rows = {{{NULL, "< 1"}, "unsafe_house", "\"critical\"", NULL, NULL},
                  {{"< 4", NULL}, "unsafe_house", "\"low\"", NULL, NULL}}},
        {.inputs = {"household.rooms", "household.area_share"},
         .rows = {{{"< 4", NULL}, "unsafe_house", "\"low\"", NULL, NULL},
                  {{NULL, "< 1"}, "unsafe_house", "\"critical\"", NULL, NULL}}},
    };

    for (size_t t = 0; t < ARRAY_COUNT(TABLES); t++) {
        CLEANUP(screened_close) struct screened screened = {0};

        screen_cases(*state, &TABLES[t], ONE_CASE, &screened);
        assert_int_equal(screened.results[0].found_count, 1);
        assert_false(screened.results[0].found[0].is_undetermined);
        assert_int_equal(screened.results[0].found[0].severity, SEVERITY_LOW);
    }
}

static void undetermined_rows_of_a_code_make_one_finding_with_all_missing_names(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms", "household.area_share"},
        .rows = {{{"< 4", NULL}, "unsafe_house", "\"low\"", NULL, NULL},
                 {{NULL, "< 1"}, "unsafe_house", "\"high\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};
    struct explanation explanation;

    screen_cases(*state, &TABLE, NOTHING_KNOWN, &screened);
    assert_int_equal(screened.results[0].found_count, 1);
    assert_true(screened.results[0].found[0].is_undetermined);
    assert_int_equal(screened.results[0].found[0].severity, SEVERITY_HIGH);
    assert_int_equal(screened.results[0].risk_level, SEVERITY_UNDETERMINED);

    explanation = explain_case(*state, &screened, 0);
    assert_int_equal(explanation.finding_count, 1);
    assert_int_equal(explanation.findings[0].missing_count, 2);
    assert_text(explanation.findings[0].missing[0], "household.area_share");
    assert_text(explanation.findings[0].missing[1], "household.rooms");
}

static void the_names_of_what_is_missing_outlive_the_runner(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms + household.area_share + household.wage_income_12m"},
        .rows = {{{"< 4"}, "unsafe_house", "\"low\"", NULL, NULL}},
    };
    struct explanation explanation;

    {
        CLEANUP(screened_close) struct screened screened = {0};

        screen_cases(*state, &TABLE, NOTHING_KNOWN, &screened);
        explanation = explain_case(*state, &screened, 0);
    }
    assert_int_equal(explanation.findings[0].missing_count, 3);
    assert_text(explanation.findings[0].missing[2], "household.wage_income_12m");
}

static void a_row_that_is_false_somewhere_asks_for_nothing(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms", "household.area_share"},
        .rows = {{{"> 10", "< 1"}, "unsafe_house", "\"low\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};

    screen_cases(*state, &TABLE, ONE_CASE, &screened);
    assert_int_equal(screened.results[0].found_count, 0);
    assert_int_equal(screened.results[0].risk_level, SEVERITY_NONE);
}

static const struct table ROOMS = {
    .inputs = {"household.rooms"},
    .rows = {{{"< 4"}, "unsafe_house", "\"medium\"", NULL, NULL}},
};

static void the_policy_gives_level_and_kind_to_who_has_a_finding(void **state)
{
    struct table table = ROOMS;
    CLEANUP(screened_close) struct screened screened = {0};

    table.risk_level = "if household.rooms < 2 then \"critical\" else \"low\"";
    table.kind = "if household.rooms = null then \"unvisited\" else \"marginal\"";
    screen_cases(*state, &table,
                 "month: 2020-09\nareas: [11]\ncases:\n"
                 "  - {name: certain, household: {rooms: 1}, expect: {}}\n"
                 "  - {name: none, household: {rooms: 9}, expect: {}}\n"
                 "  - {name: undetermined, expect: {}}\n",
                 &screened);
    assert_int_equal(screened.results[0].risk_level, SEVERITY_CRITICAL);
    assert_text(screened.results[0].kind, "marginal");
    assert_int_equal(screened.results[1].risk_level, SEVERITY_NONE);
    assert_text(screened.results[1].kind, "");
    assert_int_equal(screened.results[2].risk_level, SEVERITY_UNDETERMINED);
    assert_text(screened.results[2].kind, "unvisited");
}

static void where_the_policy_tells_no_level_the_worst_severity_is_it(void **state)
{
    struct table table = ROOMS;
    CLEANUP(screened_close) struct screened screened = {0};

    table.risk_level = "if household.area_share < 1 then \"low\" else null";
    screen_cases(*state, &table, ONE_CASE, &screened);
    assert_int_equal(screened.results[0].risk_level, SEVERITY_MEDIUM);
}

static void a_level_that_does_not_exist_is_an_error_that_names_the_decision(void **state)
{
    static const char *const WRONG[] = {"\"urgent\"", "\"none\"", "3"};
    struct berm_error err;

    for (size_t w = 0; w < ARRAY_COUNT(WRONG); w++) {
        CLEANUP(screened_close) struct screened screened = {0};
        struct table table = ROOMS;

        table.risk_level = WRONG[w];
        load_cases(*state, &table, ONE_CASE, &screened);
        assert_fails(screening_run_batch(screened.runner, screened.batch, screened.results, &err),
                     BERM_INVALID_INPUT, "Risk level");
    }
}

static void a_code_or_severity_that_the_pack_lacks_names_household_and_rule(void **state)
{
    struct table tables[] = {ROOMS, ROOMS};
    static const char *const WORDS[] = {"household one: rule 1 of the findings table gives a code",
                                        "household one: rule 1 of the findings table gives no sev"};
    struct berm_error err;

    tables[0].rows[0].code = "if household.rooms = 3 then \"unheard\" else \"unsafe_house\"";
    tables[1].rows[0].severity = "if household.rooms = 3 then \"dire\" else \"low\"";
    for (size_t t = 0; t < ARRAY_COUNT(tables); t++) {
        CLEANUP(screened_close) struct screened screened = {0};

        load_cases(*state, &tables[t], ONE_CASE, &screened);
        assert_fails(screening_run_batch(screened.runner, screened.batch, screened.results, &err),
                     BERM_INVALID_INPUT, WORDS[t]);
    }
}

static void each_batch_has_its_own_parameters(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms * 1000"},
        .rows = {{{"< parameter.poverty_line"}, "unsafe_house", "\"low\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};
    struct berm_error err;

    load_cases(*state, &TABLE,
               "month: 2020-09\ncases:\n"
               "  - {name: low line, areas: [99], household: {rooms: 4}, expect: {}}\n"
               "  - {name: high line, areas: [11], household: {rooms: 4}, expect: {}}\n",
               &screened);
    for (size_t c = 0; c < 2;
         c++) { /* the second batch's figures may stand where the first's did */
        batch_clear(screened.batch);
        assert_ok(batch_add_case(screened.batch, &screened.cases[c], &err));
        assert_ok(screening_run_batch(screened.runner, screened.batch, screened.results, &err));
        assert_int_equal(screened.results[0].found_count, c);
    }
}

static void a_figure_that_rests_on_what_is_missing_is_not_known(void **state)
{
    struct table table = ROOMS;
    CLEANUP(screened_close) struct screened screened = {0};
    struct figure_value values[2];
    struct berm_error err;
    int decisions[1];

    screen_cases(*state, &table,
                 "month: 2020-09\nareas: [11]\ncases:\n"
                 "  - name: known\n"
                 "    members: [{relation: head}, {relation: child}]\n"
                 "    flows: {wage_income: {2019-10..2020-09: 100}}\n"
                 "    expect: {}\n"
                 "  - {name: unknown, members: [{relation: head}], expect: {}}\n",
                 &screened);
    decisions[0] = screened.pack->welfare_decision;
    assert_ok(screening_run_figures(screened.runner, screened.batch, decisions, 1, values, &err));
    assert_true(values[0].is_known);
    assert_float_equal(values[0].number, 600, 0);
    assert_false(values[1].is_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(a_code_has_the_highest_severity_of_its_rows),
        PACK_TEST(certain_beats_undetermined_whichever_row_comes_first),
        PACK_TEST(undetermined_rows_of_a_code_make_one_finding_with_all_missing_names),
        PACK_TEST(the_names_of_what_is_missing_outlive_the_runner),
        PACK_TEST(a_row_that_is_false_somewhere_asks_for_nothing),
        PACK_TEST(the_policy_gives_level_and_kind_to_who_has_a_finding),
        PACK_TEST(where_the_policy_tells_no_level_the_worst_severity_is_it),
        PACK_TEST(a_level_that_does_not_exist_is_an_error_that_names_the_decision),
        PACK_TEST(a_code_or_severity_that_the_pack_lacks_names_household_and_rule),
        PACK_TEST(each_batch_has_its_own_parameters),
        PACK_TEST(a_figure_that_rests_on_what_is_missing_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
