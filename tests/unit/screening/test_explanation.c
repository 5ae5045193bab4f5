/* Explanations: the threshold and distance of each condition, what was read, what is not known. */
#include "screening_fixture.h"

static const char FACTS[] = "month: 2020-09\nareas: [11]\ncases:\n"
                            "  - name: one\n"
                            "    household: {housing_grade: D, rooms: 3, surveyed: 2020-08-01}\n"
                            "    members:\n"
                            "      - {relation: head, birth_date: 1980-01-01, able_to_work: no}\n"
                            "      - {relation: child, birth_date: 2010-01-01}\n"
                            "    flows: {wage_income: {2019-10..2020-09: 100}}\n"
                            "    expect: {}\n";

static struct feel_decimal number(const char *digits)
{
    struct feel_decimal value = {0};

    assert_true(feel_decimal_parse(text_of(digits), &value));
    return value;
}

/* One condition: a column and a cell that hold for FACTS, and what must be told of them. */
struct told {
    const char *input, *test;
    const char *comparison; /* NULL: no threshold */
    const char *threshold, *distance;
};

static void check_told(const struct pack_folder *folder, const struct told *told)
{
    CLEANUP(screened_close) struct screened screened = {0};
    struct table table = {.inputs = {told->input},
                          .rows = {{{told->test}, "unsafe_house", "\"low\"", NULL, NULL}}};
    const struct explained_condition *condition;
    struct explanation explanation;

    load_cases(folder, &table, FACTS, &screened);
    explanation = explain_case(folder, &screened, 0);
    if (explanation.finding_count != 1 || explanation.findings[0].is_undetermined)
        fail_msg("%s %s: does not hold", told->input, told->test);
    assert_int_equal(explanation.findings[0].rules[0].condition_count, 1);
    condition = &explanation.findings[0].rules[0].conditions[0];
    assert_text(condition->input, told->input);
    assert_text(condition->test, told->test);
    if (condition->has_threshold != (told->comparison != NULL))
        fail_msg("%s %s: threshold %s", told->input, told->test,
                 told->comparison ? "lost" : "made up");
    if (!told->comparison)
        return;
    if (!text_equal(condition->comparison, text_of(told->comparison)))
        fail_msg("%s %s: told as %.*s", told->input, told->test, TEXT_ARG(condition->comparison));
    if (condition->threshold.kind == FEEL_NUMBER &&
        feel_decimal_compare(condition->threshold.number, number(told->threshold)) != 0)
        fail_msg("%s %s: another threshold", told->input, told->test);
    if (feel_decimal_compare(condition->distance.number, number(told->distance)) != 0)
        fail_msg("%s %s: another distance", told->input, told->test);
}

static void every_comparison_tells_its_threshold_and_distance(void **state)
{
    static const struct told TOLD[] = {
        {"household.rooms", "< 5", "<", "5", "2"},
        {"household.rooms", "<= 3", "<=", "3", "0"},
        {"household.rooms", "> 1", ">", "1", "2"},
        {"household.rooms", ">= 2.5", ">=", "2.5", "0.5"},
        {"household.rooms", "3", "=", "3", "0"},
        {"Income per head", "< Poverty line", "<", "4500.5", "3900.5"},
        {"household.wage_income_12m", "<= 1200.01", "<=", "1200.01", "0.01"},
        {"household.housing_grade", "\"D\"", NULL, NULL, NULL},
        {"household.surveyed", "< date(\"2020-08-31\")", "<", NULL, "30"},
        {"household.surveyed", ">= date(\"2020-07-31\")", ">=", NULL, "1"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(TOLD); i++)
        check_told(*state, &TOLD[i]);
}

static void of_a_range_the_nearer_end_is_told(void **state)
{
    static const struct told TOLD[] = {
        {"household.rooms", "[1..10]", ">=", "1", "2"},
        {"household.rooms", "[-10..4]", "<=", "4", "1"},
        {"household.rooms", "(2.5..4)", ">", "2.5", "0.5"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(TOLD); i++)
        check_told(*state, &TOLD[i]);
}

static void of_a_list_of_tests_one_that_held_is_told(void **state)
{
    static const struct told TOLD[] = {
        {"household.rooms", "< 1, > 2", ">", "2", "1"},
        {"household.rooms", "< 5, > 100", "<", "5", "2"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(TOLD); i++)
        check_told(*state, &TOLD[i]);
}

static void a_comparison_that_had_to_be_false_is_told_the_other_way_round(void **state)
{
    static const struct told TOLD[] = {
        {"household.rooms", "not(> 5)", "<=", "5", "2"},
        {"household.rooms", "not(<= 2)", ">", "2", "1"},
        {"household.rooms >= 5", "false", "<", "5", "2"},
        {"household.rooms < 2", "false", ">=", "2", "1"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(TOLD); i++)
        check_told(*state, &TOLD[i]);
}

static void a_column_that_compares_tells_its_last_comparison(void **state)
{
    static const struct told TOLD[] = {
        {"household.rooms > 1", "true", ">", "1", "2"},
        {"count(members[age < 18]) >= 1", "true", ">=", "1", "0"},
        {"some m in members satisfies m.relation = \"head\"", "true", NULL, NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_COUNT(TOLD); i++)
        check_told(*state, &TOLD[i]);
}

static bool is_among_reads(const struct explained_rule *rule, const char *name, size_t *ret_times)
{
    *ret_times = 0;
    for (size_t r = 0; r < rule->read_count; r++)
        *ret_times += text_equal(rule->reads[r].name, text_of(name));
    return *ret_times > 0;
}

static void what_a_row_read_is_named_once_through_all_decisions(void **state)
{
    static const struct table TABLE = {
        .inputs = {"Income per head", "household.wage_income_12m + household.size",
                   "count(members[age > 20 and relation = \"head\"])"},
        .rows = {{{"< Poverty line", "> 0", "1"}, "income_below_line", "\"low\"", NULL, NULL}},
    };
    static const char *const NAMES[] = {"household.wage_income_12m",
                                        "household.size",
                                        "parameter.poverty_line",
                                        "members[1].age",
                                        "members[2].age",
                                        "members[1].relation"};
    CLEANUP(screened_close) struct screened screened = {0};
    struct explanation explanation;

    load_cases(*state, &TABLE, FACTS, &screened);
    explanation = explain_case(*state, &screened, 0);
    assert_int_equal(explanation.finding_count, 1);
    for (size_t n = 0; n < ARRAY_COUNT(NAMES); n++) {
        size_t times;

        if (!is_among_reads(&explanation.findings[0].rules[0], NAMES[n], &times) || times != 1)
            fail_msg("%s is read %zu times", NAMES[n], times);
    }
}

static void a_condition_that_cannot_be_told_has_no_value_and_no_threshold(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms", "household.area_share"},
        .rows = {{{"< 5", "< 0.5"}, "unsafe_house", "\"low\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};
    const struct explained_condition *conditions;
    struct explanation explanation;

    load_cases(*state, &TABLE, FACTS, &screened);
    explanation = explain_case(*state, &screened, 0);
    assert_true(explanation.findings[0].is_undetermined);
    conditions = explanation.findings[0].rules[0].conditions;
    assert_true(conditions[0].has_threshold);
    assert_int_equal(conditions[1].value.kind, FEEL_NULL);
    assert_false(conditions[1].has_threshold);
    assert_int_equal(explanation.findings[0].missing_count, 1);
}

static void a_figure_that_rests_on_what_is_missing_is_told_as_not_known(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms"},
        .rows = {{{"< 5"}, "unsafe_house", "\"low\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};
    struct explanation explanation;

    load_cases(*state, &TABLE,
               "month: 2020-09\nareas: [11]\ncases:\n"
               "  - {name: one, household: {rooms: 1}, members: [{relation: head}], expect: {}}\n",
               &screened);
    explanation = explain_case(*state, &screened, 0);
    assert_int_equal(explanation.figure_count, 1);
    assert_int_equal(explanation.figures[0].value.kind, FEEL_NULL);
    assert_int_equal(explanation.measure_count, 1);
    assert_text(explanation.measures[0]->code, "allowance");
}

static void explaining_finds_what_screening_found(void **state)
{
    static const struct table TABLE = {
        .inputs = {"household.rooms", "household.area_share", "Income per head"},
        .rows = {{{"< 5", NULL, NULL}, "unsafe_house", "\"low\"", NULL, NULL},
                 {{NULL, "< 0.5", NULL}, "unsafe_house", "\"high\"", NULL, NULL},
                 {{NULL, NULL, "< Poverty line"}, "income_below_line", "\"critical\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};
    struct explanation explanation;

    screen_cases(*state, &TABLE, FACTS, &screened);
    explanation = explain_case(*state, &screened, 0);
    assert_int_equal(explanation.finding_count, screened.results[0].found_count);
    for (size_t f = 0; f < explanation.finding_count; f++) {
        const struct found *found = &screened.results[0].found[f];

        assert_ptr_equal(explanation.findings[f].info, &screened.pack->findings[found->finding]);
        assert_int_equal(explanation.findings[f].severity, found->severity);
        assert_int_equal(explanation.findings[f].is_undetermined, found->is_undetermined);
    }
    assert_int_equal(explanation.findings[0].rule_count, 1); /* the certain row only */
    assert_int_equal(explanation.risk_level, screened.results[0].risk_level);
}

static void an_arena_that_is_too_small_is_told_at_every_step(void **state)
{
    enum { STEP_BYTES = 256, CAP_MAX = 1 << 20 };
    static const struct table TABLE = {
        .inputs = {"household.rooms", "household.area_share + household.transfer_income_12m"},
        .rows = {{{"< 5", "< 0.5"}, "unsafe_house", "\"low\"", NULL, NULL},
                 {{"[1..9]", NULL}, "income_below_line", "\"low\"", NULL, NULL}},
    };
    CLEANUP(screened_close) struct screened screened = {0};
    enum berm_status status = BERM_NO_MEMORY;

    load_cases(*state, &TABLE, FACTS, &screened);
    for (size_t cap = STEP_BYTES; status == BERM_NO_MEMORY && cap < CAP_MAX; cap += STEP_BYTES) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        struct explanation explanation;
        struct berm_error err;

        status = arena_create(cap, &arena, &err);
        if (status == BERM_OK)
            status =
                screening_explain(screened.runner, screened.batch, 0, arena, &explanation, &err);
        if (status == BERM_OK)
            assert_int_equal(explanation.finding_count, 2);
    }
    assert_int_equal(status, BERM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(every_comparison_tells_its_threshold_and_distance),
        PACK_TEST(of_a_range_the_nearer_end_is_told),
        PACK_TEST(of_a_list_of_tests_one_that_held_is_told),
        PACK_TEST(a_comparison_that_had_to_be_false_is_told_the_other_way_round),
        PACK_TEST(a_column_that_compares_tells_its_last_comparison),
        PACK_TEST(what_a_row_read_is_named_once_through_all_decisions),
        PACK_TEST(a_condition_that_cannot_be_told_has_no_value_and_no_threshold),
        PACK_TEST(a_figure_that_rests_on_what_is_missing_is_told_as_not_known),
        PACK_TEST(explaining_finds_what_screening_found),
        PACK_TEST(an_arena_that_is_too_small_is_told_at_every_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
