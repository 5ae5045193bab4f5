/* Hit policies of decision tables without unknown values: plain DMN. */
#include "dmn_fixture.h"

#define ONE_OUTPUT(policy, output, rules)                                                          \
    MODEL(INPUT("x", "number") DECISION("d", NEEDS_INPUT("x") "<decisionTable " policy ">" COLUMN( \
                                                 "x") output rules "</decisionTable>"))
#define PLAIN "<output/>"
#define RANKED                                                                                     \
    "<output><outputValues><text>\"high\", \"mid\", \"low\"</text></outputValues></output>"

static const char *at(struct fixture *fixture, int64_t x)
{
    dmn_run_reset(fixture->run);
    give_number(fixture, "x", x);
    return answer_of(fixture, "d");
}

static void unique_is_the_default_and_two_matches_give_null(void **state)
{
    (void)state;
    MODEL_OF(ONE_OUTPUT("", PLAIN, RULE(CELL("&lt; 10") OUT("1")) RULE(CELL("[5..20]") OUT("2"))));
    assert_string_equal(at(&fixture, 1), "1");
    assert_string_equal(at(&fixture, 15), "2");
    assert_string_equal(at(&fixture, 7), "null");
    assert_string_equal(at(&fixture, 30), "null");
}

static void any_takes_equal_outputs_and_refuses_different_ones(void **state)
{
    (void)state;
    MODEL_OF(ONE_OUTPUT("hitPolicy='ANY'", PLAIN,
                        RULE(CELL("&lt; 10") OUT("1")) RULE(CELL("&lt; 5") OUT("1"))
                            RULE(CELL("&lt; 2") OUT("2"))));
    assert_string_equal(at(&fixture, 7), "1");
    assert_string_equal(at(&fixture, 3), "1");
    assert_string_equal(at(&fixture, 1), "null");
}

static void first_takes_the_first_match(void **state)
{
    (void)state;
    MODEL_OF(ONE_OUTPUT("hitPolicy='FIRST'", PLAIN,
                        RULE(CELL("&lt; 5") OUT("1")) RULE(CELL("&lt; 10") OUT("2"))
                            RULE(CELL("-") OUT("3"))));
    assert_string_equal(at(&fixture, 1), "1");
    assert_string_equal(at(&fixture, 7), "2");
    assert_string_equal(at(&fixture, 99), "3");
}

static void priority_follows_the_order_of_output_values(void **state)
{
    (void)state;
    MODEL_OF(ONE_OUTPUT("hitPolicy='PRIORITY'", RANKED,
                        RULE(CELL("&lt; 100") OUT("\"low\"")) RULE(CELL("&lt; 10") OUT("\"mid\""))
                            RULE(CELL("&lt; 5") OUT("\"high\""))));
    assert_string_equal(at(&fixture, 1), "\"high\"");
    assert_string_equal(at(&fixture, 7), "\"mid\"");
    assert_string_equal(at(&fixture, 50), "\"low\"");
    assert_string_equal(at(&fixture, 500), "null");
}

static void rule_order_and_output_order_differ_only_in_order(void **state)
{
    (void)state;
#define THREE                                                                                      \
    RULE(CELL("&lt; 100") OUT("\"low\""))                                                          \
    RULE(CELL("&lt; 5") OUT("\"high\"")) RULE(CELL("&lt; 10") OUT("\"mid\""))
    {
        MODEL_OF(ONE_OUTPUT("hitPolicy='RULE ORDER'", RANKED, THREE));
        assert_string_equal(at(&fixture, 1), "[\"low\", \"high\", \"mid\"]");
        assert_string_equal(at(&fixture, 100), "null");
    }
    {
        MODEL_OF(ONE_OUTPUT("hitPolicy='OUTPUT ORDER'", RANKED, THREE));
        assert_string_equal(at(&fixture, 1), "[\"high\", \"mid\", \"low\"]");
    }
}

static void collect_gives_a_list_or_one_number(void **state)
{
    static const struct {
        const char *aggregation, *with_two, *with_none;
    } cases[] = {
        {"", "[7, 3]", "[]"},
        {"aggregation='SUM'", "10", "null"},
        {"aggregation='COUNT'", "2", "0"},
        {"aggregation='MIN'", "3", "null"},
        {"aggregation='MAX'", "7", "null"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char xml[2000];

        snprintf(xml, sizeof(xml),
                 ONE_OUTPUT("hitPolicy='COLLECT' %s", PLAIN,
                            RULE(CELL("&lt; 10") OUT("7")) RULE(CELL("&lt; 5") OUT("3"))),
                 cases[i].aggregation);
        MODEL_OF(xml);
        assert_string_equal(at(&fixture, 1), cases[i].with_two);
        assert_string_equal(at(&fixture, 10), cases[i].with_none);
    }
}

static void default_outputs_stand_where_no_rule_matches(void **state)
{
    (void)state;
    MODEL_OF(
        ONE_OUTPUT("hitPolicy='UNIQUE'",
                   "<output><defaultOutputEntry><text>x + 1</text></defaultOutputEntry></output>",
                   RULE(CELL("&lt; 5") OUT("0"))));
    assert_string_equal(at(&fixture, 1), "0");
    assert_string_equal(at(&fixture, 8), "9");
}

static void several_outputs_make_a_context_with_defaults_of_their_own(void **state)
{
    (void)state;
    MODEL_OF(ONE_OUTPUT(
        "hitPolicy='FIRST'",
        "<output name='code'><defaultOutputEntry><text>\"none\"</text></defaultOutputEntry>"
        "</output><output name='rank'/>",
        RULE(CELL("&lt; 5") OUT("\"poor\"") OUT("x * 2"))));
    assert_string_equal(at(&fixture, 4), "{code: \"poor\", rank: 8}");
    assert_string_equal(at(&fixture, 5), "{code: \"none\", rank: null}");
}

static void priority_of_several_outputs_goes_column_by_column(void **state)
{
    (void)state;
    MODEL_OF(ONE_OUTPUT("hitPolicy='OUTPUT ORDER'",
                        "<output name='a'><outputValues><text>1, 2</text></outputValues></output>"
                        "<output name='b'><outputValues><text>1, 2</text></outputValues></output>",
                        RULE(CELL("-") OUT("2") OUT("1")) RULE(CELL("-") OUT("1") OUT("2"))
                            RULE(CELL("-") OUT("1") OUT("1"))));
    assert_string_equal(at(&fixture, 0), "[{a: 1, b: 1}, {a: 1, b: 2}, {a: 2, b: 1}]");
}

static void a_cell_may_use_the_input_sign_and_other_names(void **state)
{
    (void)state;
    MODEL_OF(MODEL(INPUT("x", "number") INPUT("line", "number") DECISION(
        "d", NEEDS_INPUT("x") NEEDS_INPUT("line") "<decisionTable hitPolicy='FIRST'>" COLUMN("x")
                 PLAIN RULE(CELL("&lt; line") OUT("\"below\""))
                     RULE(CELL("? = line + 1") OUT("\"just above\""))
                         RULE(CELL("not(line + 5)") OUT("\"above\"")) "</decisionTable>")));
    give_number(&fixture, "line", 10);
    give_number(&fixture, "x", 9);
    assert_answer(&fixture, "d", "\"below\"");
    dmn_run_reset(fixture.run);
    give_number(&fixture, "line", 10);
    give_number(&fixture, "x", 11);
    assert_answer(&fixture, "d", "\"just above\"");
    dmn_run_reset(fixture.run);
    give_number(&fixture, "line", 10);
    give_number(&fixture, "x", 15);
    assert_answer(&fixture, "d", "null");
}

static void an_output_of_the_wrong_type_becomes_null(void **state)
{
    (void)state;
    MODEL_OF(ONE_OUTPUT("", "<output typeRef='string'/>",
                        RULE(CELL("1") OUT("\"one\"")) RULE(CELL("2") OUT("2"))));
    assert_string_equal(at(&fixture, 1), "\"one\"");
    assert_string_equal(at(&fixture, 2), "null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unique_is_the_default_and_two_matches_give_null),
        cmocka_unit_test(any_takes_equal_outputs_and_refuses_different_ones),
        cmocka_unit_test(first_takes_the_first_match),
        cmocka_unit_test(priority_follows_the_order_of_output_values),
        cmocka_unit_test(rule_order_and_output_order_differ_only_in_order),
        cmocka_unit_test(collect_gives_a_list_or_one_number),
        cmocka_unit_test(default_outputs_stand_where_no_rule_matches),
        cmocka_unit_test(several_outputs_make_a_context_with_defaults_of_their_own),
        cmocka_unit_test(priority_of_several_outputs_goes_column_by_column),
        cmocka_unit_test(a_cell_may_use_the_input_sign_and_other_names),
        cmocka_unit_test(an_output_of_the_wrong_type_becomes_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
