/* Gaps, overlaps, rules never reached, outputs not allowed. */
#include "dmn_fixture.h"

#define TABLE(policy, output, rules)                                                               \
    MODEL(INPUT("x", "number") INPUT("kind", "string") DECISION(                                   \
        "d", NEEDS_INPUT("x") NEEDS_INPUT("kind") "<decisionTable " policy ">" COLUMN("x")         \
                 COLUMN("kind") output rules "</decisionTable>"))
#define PLAIN "<output/>"
#define NAMED                                                                                      \
    "<output><outputValues><text>\"a\", \"b\"</text></outputValues><defaultOutputEntry><text>"     \
    "\"a\"</text></defaultOutputEntry></output>"

static void note_report(void *context, const char *severity, struct text decision, int rule,
                        const char *message)
{
    (void)rule;
    buffer_append_format(context, "%s %.*s: %s\n", severity, TEXT_ARG(decision), message);
}

static const char *reports_of(struct fixture *fixture)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err = {0};
    struct text copy;

    assert_ok(dmn_check(fixture->model, note_report, &out, &err));
    assert_ok(text_copy(fixture->arena, buffer_text(&out), &copy, &err));
    return copy.bytes;
}

static void a_complete_table_without_overlap_is_silent(void **state)
{
    (void)state;
    MODEL_OF(TABLE("", PLAIN,
                   RULE(CELL("&lt; 5") CELL("-") OUT("1"))
                       RULE(CELL("[5..10)") CELL("\"a\"") OUT("2"))
                           RULE(CELL("[5..10)") CELL("not(\"a\")") OUT("3"))
                               RULE(CELL("&gt;= 10") CELL("-") OUT("4"))));
    assert_string_equal(reports_of(&fixture), "");
}

static void a_gap_is_shown_with_an_example(void **state)
{
    (void)state;
    MODEL_OF(TABLE("", PLAIN,
                   RULE(CELL("&lt; 5") CELL("-") OUT("1"))
                       RULE(CELL("&gt; 5") CELL("\"a\"") OUT("2"))
                           RULE(CELL("&gt; 5") CELL("not(\"a\")") OUT("3"))));
    assert_string_equal(
        reports_of(&fixture),
        "warning d: No rule matches where x = 5; add a rule or a default output.\n");
}

static void an_overlap_of_a_unique_table_is_an_error(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='UNIQUE'", NAMED,
                   RULE(CELL("&lt;= 5") CELL("-") OUT("\"a\""))
                       RULE(CELL("&gt;= 5") CELL("\"a\", \"b\"") OUT("\"b\""))));
    assert_string_equal(reports_of(&fixture), "error d: Rules 1 and 2 both match where x = 5 and "
                                              "kind is \"a\"; the hit policy UNIQUE allows one.\n");
}

static void any_may_overlap_with_equal_outputs_only(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='ANY'", NAMED,
                   RULE(CELL("&lt; 5") CELL("-") OUT("\"a\""))
                       RULE(CELL("&lt; 3") CELL("-") OUT("\"a\""))
                           RULE(CELL("1") CELL("-") OUT("\"b\""))));
    const char *reports = reports_of(&fixture);
    assert_non_null(strstr(reports, "Rules 1 and 3 both match"));
    assert_non_null(strstr(reports, "Rules 2 and 3 both match"));
    assert_null(strstr(reports, "Rules 1 and 2"));
}

static void a_rule_hidden_by_those_above_it_is_told(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='FIRST'", NAMED,
                   RULE(CELL("&lt; 5") CELL("-") OUT("\"a\""))
                       RULE(CELL("&gt;= 5") CELL("-") OUT("\"b\""))
                           RULE(CELL("[1..9]") CELL("\"k\"") OUT("\"a\""))
                               RULE(CELL("-") CELL("-") OUT("\"b\""))));
    assert_string_equal(
        reports_of(&fixture),
        "warning d: Rule 3 is never reached: the rules above it match all that it would.\n");
}

static void a_range_with_its_ends_swapped_never_matches(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='FIRST'", NAMED, RULE(CELL("[9..1]") CELL("-") OUT("\"a\""))));
    assert_string_equal(reports_of(&fixture),
                        "warning d: Rule 1 never matches: no allowed value of "
                        "x satisfies [9..1].\n");
}

static void an_output_that_is_not_allowed_is_an_error(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='COLLECT'", NAMED, RULE(CELL("-") CELL("-") OUT("\"c\""))));
    assert_string_equal(reports_of(&fixture), "error d: Rule 1 gives \"c\", which is not among the "
                                              "allowed outputs (\"a\", \"b\").\n");
}

static void findings_tables_are_not_asked_for_gaps(void **state)
{
    (void)state;
    MODEL_OF(TABLE("hitPolicy='COLLECT'", PLAIN,
                   RULE(CELL("&lt; 5") CELL("-") OUT("1"))
                       RULE(CELL("&lt; 9") CELL("-") OUT("1"))));
    assert_string_equal(reports_of(&fixture), "");
}

static void one_name_in_place_of_numbers_is_understood(void **state)
{
    (void)state;
    MODEL_OF(MODEL(INPUT("x", "number") INPUT("line", "number") DECISION(
        "d", NEEDS_INPUT("x") NEEDS_INPUT("line") "<decisionTable>" COLUMN("x") PLAIN RULE(
                 CELL("&lt; line") OUT("1")) RULE(CELL("&gt; line") OUT("2")) "</decisionTable>")));
    assert_string_equal(
        reports_of(&fixture),
        "warning d: No rule matches where x = line; add a rule or a default output.\n");
}

static void cells_that_cannot_be_checked_are_told_once(void **state)
{
    (void)state;
    MODEL_OF(TABLE("", PLAIN,
                   RULE(CELL("? * 2 = 4") CELL("-") OUT("1")) RULE(
                       CELL("? * 2 = 6") CELL("-") OUT("1")) RULE(CELL("7") CELL("-") OUT("2"))));
    assert_string_equal(reports_of(&fixture),
                        "warning d: 2 of 3 rules have cells that cannot be checked for gaps and "
                        "overlaps; test them with cases.\n");
}

static void allowed_input_values_bound_the_search(void **state)
{
    (void)state;
    MODEL_OF(MODEL(INPUT("kind", "string") DECISION(
        "d", NEEDS_INPUT("kind") "<decisionTable><input><inputExpression><text>kind</text>"
                                 "</inputExpression><inputValues><text>\"a\", \"b\", \"c\"</text>"
                                 "</inputValues></input>" PLAIN RULE(CELL("\"a\"") OUT("1"))
                                     RULE(CELL("\"b\"") OUT("2")) "</decisionTable>")));
    assert_string_equal(
        reports_of(&fixture),
        "warning d: No rule matches where kind is \"c\"; add a rule or a default output.\n");
}

static void what_a_lenient_reading_passed_over_is_told(void **state)
{
    CLEANUP(close_model) struct fixture fixture = {0};
    struct berm_error err = {0};

    (void)state;
    assert_ok(read_model(
        &fixture,
        MODEL(INPUT("x", "number") DECISION("bad", LITERAL("1 + + 2")) DECISION(
            "t", NEEDS_INPUT("x") "<decisionTable>" COLUMN("x") PLAIN RULE(CELL("-") OUT("1"))
                     RULE(CELL("&lt; y") OUT("1")) "</decisionTable>")),
        FEEL_LENIENT, &err));
    const char *reports = reports_of(&fixture);
    assert_non_null(strstr(reports, "error bad: Line 3, column"));
    assert_non_null(strstr(reports, "error t: Line "));
    assert_non_null(strstr(reports, "\"y\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_table_without_overlap_is_silent),
        cmocka_unit_test(a_gap_is_shown_with_an_example),
        cmocka_unit_test(an_overlap_of_a_unique_table_is_an_error),
        cmocka_unit_test(any_may_overlap_with_equal_outputs_only),
        cmocka_unit_test(a_rule_hidden_by_those_above_it_is_told),
        cmocka_unit_test(a_range_with_its_ends_swapped_never_matches),
        cmocka_unit_test(an_output_that_is_not_allowed_is_an_error),
        cmocka_unit_test(findings_tables_are_not_asked_for_gaps),
        cmocka_unit_test(one_name_in_place_of_numbers_is_understood),
        cmocka_unit_test(cells_that_cannot_be_checked_are_told_once),
        cmocka_unit_test(allowed_input_values_bound_the_search),
        cmocka_unit_test(what_a_lenient_reading_passed_over_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
