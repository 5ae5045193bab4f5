/* Unknown values in tables: what is undetermined, and what an unknown cannot change. */
#include "dmn_fixture.h"

#define TABLE(policy, output, rules)                                                               \
    MODEL(INPUT("x", "number") INPUT("y", "number") DECISION(                                      \
        "d", NEEDS_INPUT("x") NEEDS_INPUT("y") "<decisionTable " policy ">" COLUMN("x")            \
                 COLUMN("y") output rules "</decisionTable>"))
#define PLAIN "<output/>"

static const char *with_y_unknown(struct fixture *fixture, int64_t x)
{
    dmn_run_reset(fixture->run);
    give_number(fixture, "x", x);
    give_unknown(fixture, "y");
    return answer_of(fixture, "d");
}

static void a_rule_definitely_false_somewhere_is_false_and_marks_nothing(void **state)
{
    (void)state;
    MODEL_OF(TABLE("", PLAIN,
                   RULE(CELL("&lt; 5") CELL("-") OUT("1"))
                       RULE(CELL("&gt;= 5") CELL("&lt; 10") OUT("2"))));
    assert_string_equal(with_y_unknown(&fixture, 1), "1");
    assert_string_equal(with_y_unknown(&fixture, 7), "null ? y");
}

static void a_false_behind_an_unknown_cell_still_settles_the_rule(void **state)
{
    (void)state;
    MODEL_OF(MODEL(INPUT("x", "number") INPUT("y", "number") DECISION(
        "d", NEEDS_INPUT("x") NEEDS_INPUT("y") "<decisionTable>" COLUMN("y") COLUMN("x")
                 PLAIN RULE(CELL("&lt; 10") CELL("1") OUT("1")) "</decisionTable>")));
    assert_string_equal(with_y_unknown(&fixture, 2), "null");
    assert_string_equal(with_y_unknown(&fixture, 1), "null ? y");
}

static void first_is_marked_only_by_what_stands_above_the_match(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='FIRST'", PLAIN,
                   RULE(CELL("1") CELL("&lt; 10") OUT("\"above\""))
                       RULE(CELL("&lt; 5") CELL("-") OUT("\"certain\""))
                           RULE(CELL("-") CELL("&gt; 10") OUT("\"behind\""))));
    assert_string_equal(with_y_unknown(&fixture, 2), "\"certain\"");
    assert_string_equal(with_y_unknown(&fixture, 1), "\"certain\" ? y");
    assert_string_equal(with_y_unknown(&fixture, 9), "null ? y");
}

static void any_is_marked_only_by_different_outputs(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='ANY'", PLAIN,
                   RULE(CELL("&lt; 5") CELL("-") OUT("1")) RULE(CELL("1") CELL("3") OUT("1"))
                       RULE(CELL("2") CELL("3") OUT("2"))));
    assert_string_equal(with_y_unknown(&fixture, 1), "1");
    assert_string_equal(with_y_unknown(&fixture, 2), "1 ? y");
}

static void priority_is_marked_only_by_higher_outputs(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='PRIORITY'",
                   "<output><outputValues><text>\"a\", \"b\", \"c\"</text></outputValues></output>",
                   RULE(CELL("-") CELL("-") OUT("\"b\"")) RULE(CELL("1") CELL("3") OUT("\"c\""))
                       RULE(CELL("2") CELL("3") OUT("\"a\""))));
    assert_string_equal(with_y_unknown(&fixture, 1), "\"b\"");
    assert_string_equal(with_y_unknown(&fixture, 2), "\"b\" ? y");
}

static void collect_is_marked_unless_the_value_could_not_matter(void **state)
{
#define TWO                                                                                        \
    RULE(CELL("-") CELL("-") OUT("5"))                                                             \
    RULE(CELL("1") CELL("3") OUT("9")) RULE(CELL("2") CELL("3") OUT("2"))
    (void)state;
    {
        MODEL_OF(TABLE("hitPolicy='COLLECT'", PLAIN, TWO));
        assert_string_equal(with_y_unknown(&fixture, 1), "[5] ? y");
        assert_string_equal(with_y_unknown(&fixture, 3), "[5]");
    }
    {
        MODEL_OF(TABLE("hitPolicy='COLLECT' aggregation='SUM'", PLAIN, TWO));
        assert_string_equal(with_y_unknown(&fixture, 1), "5 ? y");
    }
    {
        MODEL_OF(TABLE("hitPolicy='COLLECT' aggregation='MIN'", PLAIN, TWO));
        assert_string_equal(with_y_unknown(&fixture, 1), "5");
        assert_string_equal(with_y_unknown(&fixture, 2), "5 ? y");
    }
    {
        MODEL_OF(TABLE("hitPolicy='COLLECT' aggregation='MAX'", PLAIN, TWO));
        assert_string_equal(with_y_unknown(&fixture, 1), "5 ? y");
        assert_string_equal(with_y_unknown(&fixture, 2), "5");
    }
}

static void default_outputs_carry_the_marks_of_rules_that_might_match(void **state)
{
    (void)state;
    MODEL_OF(TABLE("", "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>",
                   RULE(CELL("1") CELL("3") OUT("1"))));
    assert_string_equal(with_y_unknown(&fixture, 1), "0 ? y");
    assert_string_equal(with_y_unknown(&fixture, 2), "0");
}

static void marks_of_several_inputs_are_united(void **state)
{
    (void)state;
    MODEL_OF(TABLE("", PLAIN, RULE(CELL("1") CELL("3") OUT("1"))));
    give_unknown(&fixture, "x");
    give_unknown(&fixture, "y");
    assert_answer(&fixture, "d", "null ? x, y");
}

static void plain_null_is_not_unknown(void **state)
{
    (void)state;
    MODEL_OF(TABLE("", PLAIN, RULE(CELL("1") CELL("3") OUT("1"))));
    give_number(&fixture, "x", 1);
    dmn_run_set_input(fixture.run, input_of(&fixture, "y"), feel_null());
    assert_answer(&fixture, "d", "null");
}

static void marks_reach_decisions_that_build_on_a_table(void **state)
{
    (void)state;
    MODEL_OF(MODEL(INPUT("y", "number") DECISION(
        "level", NEEDS_INPUT("y") "<decisionTable hitPolicy='FIRST'>" COLUMN("y") PLAIN RULE(CELL(
                     "&lt; 10") OUT("\"low\"")) RULE(CELL("-") OUT("\"high\"")) "</decisionTable>")
                       DECISION("d", NEEDS("level") LITERAL("if level = \"high\" then 1 "
                                                            "else 2"))));
    give_unknown(&fixture, "y");
    assert_answer(&fixture, "level", "\"high\" ? y");
    assert_non_null(value_of(&fixture, "d").unknown);
}

static void a_boxed_condition_that_is_unknown_marks_the_branch(void **state)
{
    (void)state;
    MODEL_OF(MODEL(INPUT("y", "number") DECISION(
        "d", NEEDS_INPUT("y") "<conditional><if>" LITERAL("y &lt; 5") "</if><then>" LITERAL(
                 "1") "</then><else>" LITERAL("2") "</else></conditional>")));
    give_unknown(&fixture, "y");
    assert_answer(&fixture, "d", "2 ? y");
    dmn_run_reset(fixture.run);
    give_number(&fixture, "y", 1);
    assert_answer(&fixture, "d", "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_definitely_false_somewhere_is_false_and_marks_nothing),
        cmocka_unit_test(a_false_behind_an_unknown_cell_still_settles_the_rule),
        cmocka_unit_test(first_is_marked_only_by_what_stands_above_the_match),
        cmocka_unit_test(any_is_marked_only_by_different_outputs),
        cmocka_unit_test(priority_is_marked_only_by_higher_outputs),
        cmocka_unit_test(collect_is_marked_unless_the_value_could_not_matter),
        cmocka_unit_test(default_outputs_carry_the_marks_of_rules_that_might_match),
        cmocka_unit_test(marks_of_several_inputs_are_united),
        cmocka_unit_test(plain_null_is_not_unknown),
        cmocka_unit_test(marks_reach_decisions_that_build_on_a_table),
        cmocka_unit_test(a_boxed_condition_that_is_unknown_marks_the_branch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
