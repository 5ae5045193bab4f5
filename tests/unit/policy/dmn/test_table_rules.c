/* A findings table read rule by rule, with the evidence of each rule. */
#include "dmn_fixture.h"

#define WATER_RULE                                                                                 \
    CELL("-")                                                                                      \
    CELL("false")                                                                                  \
    OUT("\"water\"")                                                                               \
    OUT("\"low\"") "<annotationEntry><text>No safe water</text></annotationEntry>"
#define RULES                                                                                      \
    "<rule><description>Income below the line</description>" CELL("&lt; line") CELL("-")           \
        OUT("\"income\"") OUT("\"high\"") "</rule>" RULE(WATER_RULE)                               \
            RULE(CELL("&gt; 100000") CELL("false") OUT("\"odd\"") OUT("\"low\""))
#define TABLE                                                                                      \
    "<decisionTable hitPolicy='COLLECT'>" COLUMN("per head")                                       \
        COLUMN("household.has_water") "<output name='code'/><output name='severity'/>" RULES       \
                                      "</decisionTable>"
#define FINDINGS                                                                                   \
    MODEL(INPUT("household", "Any") INPUT("line", "number") DECISION(                              \
        "per head", NEEDS_INPUT("household") LITERAL("household.income / household.size"))         \
              DECISION("findings",                                                                 \
                       NEEDS_INPUT("household") NEEDS_INPUT("line") NEEDS("per head") TABLE))

static void give_household(struct fixture *fixture, const struct feel_value *values)
{
    static const struct text names[] = {{"income", 6}, {"size", 4}, {"has_water", 9}};
    struct feel_context *household;

    assert_int_equal(
        arena_new(dmn_run_arena(fixture->run), 1, sizeof(*household), &household, NULL), BERM_OK);
    household->count = 3;
    household->names = names;
    household->values = values;
    household->origin = TEXT("household");
    dmn_run_set_input(fixture->run, input_of(fixture, "household"), feel_of_context(household));
    give_number(fixture, "line", 1000);
}

static struct feel_value number(int64_t value)
{
    return feel_number(feel_decimal_from_int64(value));
}

static struct feel_value missing(struct fixture *fixture, const char *name)
{
    const struct feel_unknown *unknown;

    assert_int_equal(
        feel_unknown_of_name(dmn_run_arena(fixture->run), text_of(name), &unknown, NULL), BERM_OK);
    return feel_missing(unknown);
}

static size_t rules_of(struct fixture *fixture, const struct dmn_rule_result **ret_rules)
{
    int decision = dmn_decision_find(fixture->model, TEXT("findings"));
    struct berm_error err = {0};
    size_t count;

    assert_ok(dmn_run_table_rules(fixture->run, (size_t)decision, ret_rules, &count, &err));
    return count;
}

static void rules_come_in_order_with_their_outputs(void **state)
{
    const struct dmn_rule_result *rules;

    (void)state;
    MODEL_OF(FINDINGS);
    const struct feel_value values[] = {number(2000), number(4), feel_boolean(false)};
    give_household(&fixture, values);
    assert_int_equal(rules_of(&fixture, &rules), 2);
    assert_int_equal(rules[0].rule, 0);
    assert_int_equal(rules[0].state, DMN_RULE_MATCHED);
    assert_text(rules[0].outputs[0].string, "income");
    assert_int_equal(rules[1].rule, 1);
    assert_text(rules[1].outputs[1].string, "low");
    assert_null(rules[0].cells);
}

static void undetermined_rules_name_what_is_missing(void **state)
{
    const struct dmn_rule_result *rules;

    (void)state;
    MODEL_OF(FINDINGS);
    const struct feel_value values[] = {missing(&fixture, "household.income"), number(4),
                                        feel_boolean(true)};
    give_household(&fixture, values);
    assert_int_equal(rules_of(&fixture, &rules), 1);
    assert_int_equal(rules[0].state, DMN_RULE_UNDETERMINED);
    assert_int_equal(rules[0].unknown->count, 1);
    assert_text(rules[0].unknown->names[0], "household.income");
    assert_text(rules[0].outputs[0].string, "income");
}

static void the_trace_holds_reads_of_required_decisions_and_the_comparison(void **state)
{
    const struct dmn_rule_result *rules;

    (void)state;
    MODEL_OF(FINDINGS);
    dmn_run_set_trace(fixture.run, true);
    dmn_run_reset(fixture.run);
    const struct feel_value values[] = {number(2000), number(4), feel_boolean(true)};
    give_household(&fixture, values);
    assert_int_equal(rules_of(&fixture, &rules), 1);
    assert_int_equal(rules[0].cell_count, 1);

    const struct dmn_cell_trace *cell = &rules[0].cells[0];
    assert_text(cell->input_text, "per head");
    assert_text(cell->test_text, "< line");
    assert_true(feel_matches_expected(cell->input, number(500)));
    assert_int_equal(cell->event_count, 3);
    assert_int_equal(cell->events[0].kind, FEEL_TRACE_READ);
    assert_text(cell->events[0].origin, "household");
    assert_text(cell->events[0].name, "income");
    assert_text(cell->events[1].name, "size");
    assert_int_equal(cell->events[2].kind, FEEL_TRACE_COMPARE);
    assert_text(cell->events[2].name, "<");
    assert_true(cell->events[2].is_true);
    assert_true(feel_matches_expected(cell->events[2].left, number(500)));
    assert_true(feel_matches_expected(cell->events[2].right, number(1000)));
}

static void turning_the_trace_on_late_loses_nothing(void **state)
{
    const struct dmn_rule_result *rules;

    (void)state;
    MODEL_OF(FINDINGS);
    const struct feel_value values[] = {number(2000), number(4), feel_boolean(true)};
    give_household(&fixture, values);
    assert_int_equal(rules_of(&fixture, &rules), 1);
    dmn_run_set_trace(fixture.run, true);
    assert_int_equal(rules_of(&fixture, &rules), 1);
    assert_int_equal(rules[0].cells[0].event_count, 3);
}

static void a_decision_that_is_no_table_has_no_rules(void **state)
{
    const struct dmn_rule_result *rules;
    struct berm_error err = {0};
    size_t count;

    (void)state;
    MODEL_OF(FINDINGS);
    assert_fails(dmn_run_table_rules(fixture.run, 0, &rules, &count, &err), BERM_INVALID_INPUT,
                 "'per head' is no decision table");
}

static void a_table_shows_its_face(void **state)
{
    (void)state;
    MODEL_OF(FINDINGS);
    int findings = dmn_decision_find(fixture.model, TEXT("findings"));
    struct dmn_table_info info = dmn_table_info(fixture.model, (size_t)findings);

    assert_true(info.is_table);
    assert_int_equal(info.input_count, 2);
    assert_int_equal(info.output_count, 2);
    assert_int_equal(info.rule_count, 3);
    assert_text(dmn_table_output_name(fixture.model, (size_t)findings, 1), "severity");
    assert_text(dmn_table_input_text(fixture.model, (size_t)findings, 0), "per head");
    assert_text(dmn_table_cell_text(fixture.model, (size_t)findings, 2, 0), "> 100000");
    assert_text(dmn_table_cell_text(fixture.model, (size_t)findings, 0, 1), "-");
    assert_text(dmn_table_rule_note(fixture.model, (size_t)findings, 0), "Income below the line");
    assert_text(dmn_table_rule_annotation(fixture.model, (size_t)findings, 0), "");
    assert_text(dmn_table_rule_annotation(fixture.model, (size_t)findings, 1), "No safe water");
    assert_text(dmn_table_rule_note(fixture.model, (size_t)findings, 1), "No safe water");
    assert_false(dmn_table_info(fixture.model, 0).is_table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_come_in_order_with_their_outputs),
        cmocka_unit_test(undetermined_rules_name_what_is_missing),
        cmocka_unit_test(the_trace_holds_reads_of_required_decisions_and_the_comparison),
        cmocka_unit_test(turning_the_trace_on_late_loses_nothing),
        cmocka_unit_test(a_decision_that_is_no_table_has_no_rules),
        cmocka_unit_test(a_table_shows_its_face),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
