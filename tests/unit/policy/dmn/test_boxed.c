/* Boxed expressions, functions, services, types, and the requirement graph. */
#include "dmn_fixture.h"

#define ENTRY(name, value) "<contextEntry><variable name='" name "'/>" value "</contextEntry>"
#define RESULT(value) "<contextEntry>" value "</contextEntry>"
#define CONTEXT(entries) "<context>" entries "</context>"
#define KNOWLEDGE(name, rest)                                                                      \
    "<businessKnowledgeModel name='" name "' id='" name "'><variable name='" name "'/>" rest       \
    "</businessKnowledgeModel>\n"
#define LOGIC(rest) "<encapsulatedLogic>" rest "</encapsulatedLogic>"
#define PARAMETER(name, type) "<formalParameter name='" name "' typeRef='" type "'/>"
#define BINDING(name, value) "<binding><parameter name='" name "'/>" value "</binding>"

static void a_context_sees_its_earlier_entries_and_ends_in_its_result(void **state)
{
    (void)state;
    MODEL_OF(
        MODEL(DECISION("plain", CONTEXT(ENTRY("first part", LITERAL("2"))
                                            ENTRY("whole", LITERAL("first part * 3"))))
                  DECISION("result", CONTEXT(ENTRY("a", LITERAL("2")) RESULT(LITERAL("a + 5"))))
                      DECISION("user", NEEDS("plain") LITERAL("plain.first part + 1"))));
    assert_answer(&fixture, "result", "7");
    assert_answer(&fixture, "user", "3");
    struct feel_value value = value_of(&fixture, "plain"), whole;
    assert_true(feel_context_get(value.context, TEXT("whole"), &whole));
    assert_true(feel_matches_expected(whole, feel_number(feel_decimal_from_int64(6))));
}

static void boxed_functions_keep_their_surroundings_and_may_call_themselves(void **state)
{
    (void)state;
    MODEL_OF(MODEL(DECISION(
        "d",
        CONTEXT(ENTRY("base", LITERAL("100")) ENTRY("add",
                                                    "<functionDefinition>" PARAMETER("n", "number")
                                                        LITERAL("base + n") "</functionDefinition>")
                    ENTRY("factorial",
                          "<functionDefinition>" PARAMETER("n", "number") LITERAL(
                              "if n = 0 then 1 else n * factorial(n - 1)") "</functionDefinition>")
                        RESULT(LITERAL("[add(1), factorial(5)]"))))));
    assert_answer(&fixture, "d", "[101, 120]");
}

static void recursion_without_end_is_stopped(void **state)
{
    struct berm_error err = {0};
    struct feel_value value;

    (void)state;
    MODEL_OF(MODEL(DECISION("d", CONTEXT(ENTRY("f", "<functionDefinition>" PARAMETER("n", "number")
                                                        LITERAL("f(n + 1)") "</functionDefinition>")
                                             RESULT(LITERAL("f(1)"))))));
    assert_int_equal(dmn_run_decision(fixture.run, 0, &value, &err), BERM_LIMIT);
    dmn_run_reset(fixture.run);
    assert_int_equal(dmn_run_decision(fixture.run, 0, &value, &err), BERM_LIMIT);
}

static void a_java_function_is_null(void **state)
{
    (void)state;
    MODEL_OF(MODEL(DECISION(
        "d", CONTEXT(ENTRY("f", "<functionDefinition kind='Java'><context/></functionDefinition>")
                         RESULT(LITERAL("f = null"))))));
    assert_answer(&fixture, "d", "true");
}

static void knowledge_models_are_called_and_invoked_by_name(void **state)
{
    (void)state;
    MODEL_OF(MODEL(
        KNOWLEDGE("ratio", LOGIC(PARAMETER("part", "number") PARAMETER("of.all", "number")
                                     LITERAL("part / of.all")))
            KNOWLEDGE("half", NEEDS_KNOWLEDGE("ratio")
                                  LOGIC(PARAMETER("n", "number") LITERAL("ratio(n, n * 2)")))
                DECISION("called", NEEDS_KNOWLEDGE("half") LITERAL("half(7)"))
                    DECISION("invoked", NEEDS_KNOWLEDGE("ratio") "<invocation>" LITERAL("ratio")
                                            BINDING("of.all", LITERAL("4"))
                                                BINDING("part", LITERAL("1")) "</invocation>")
                        DECISION("wrong type", NEEDS_KNOWLEDGE("half") LITERAL("half(\"x\")"))));
    assert_answer(&fixture, "called", "0.5");
    assert_answer(&fixture, "invoked", "0.25");
    assert_answer(&fixture, "wrong type", "null");
}

static void any_function_value_can_be_invoked_with_named_arguments(void **state)
{
    (void)state;
    MODEL_OF(MODEL(DECISION("d", CONTEXT(ENTRY("minus", LITERAL("function(a, b) a - b")) RESULT(
                                     "<invocation>" LITERAL("minus") BINDING("b", LITERAL("1"))
                                         BINDING("a", LITERAL("10")) "</invocation>")))));
    assert_answer(&fixture, "d", "9");
}

static void lists_relations_and_conditionals(void **state)
{
    (void)state;
    MODEL_OF(MODEL(DECISION("list", "<list>" LITERAL("1") LITERAL("\"two\"") "</list>") DECISION(
        "relation", "<relation><column name='a'/><column name='b'/><row>" LITERAL("1")
                        LITERAL("2") "</row><row>" LITERAL("3") LITERAL("4") "</row></relation>")
                       DECISION("conditional",
                                "<conditional><if>" LITERAL("null") "</if><then>" LITERAL(
                                    "1") "</then><else>" LITERAL("2") "</else></conditional>")));
    assert_answer(&fixture, "list", "[1, \"two\"]");
    assert_answer(&fixture, "relation", "[{a: 1, b: 2}, {a: 3, b: 4}]");
    assert_answer(&fixture, "conditional", "2");
}

static void loops_and_filters(void **state)
{
#define LOOP(kind, in, last, body)                                                                 \
    "<" kind " iteratorVariable='e'><in>" LITERAL(in) "</in><" last                                \
                                                      ">" LITERAL(body) "</" last "></" kind ">"
    (void)state;
    MODEL_OF(MODEL(
        DECISION("for", LOOP("for", "[1, 2, 3]", "return", "e * 2")) DECISION(
            "partial", LOOP("for", "[1, 2, 3]", "return", "e + count(partial)"))
            DECISION("some", LOOP("some", "[1, 2, 3]", "satisfies", "e &gt; 2")) DECISION(
                "some of none",
                LOOP("some", "[]", "satisfies",
                     "true")) DECISION("every", LOOP("every", "[1, 2, 3]", "satisfies", "e &gt; 2"))
                DECISION("every of none", LOOP("every", "[]", "satisfies", "false")) DECISION(
                    "filter", "<filter><in>" LITERAL("[1, 2, 3, 4]") "</in><match>" LITERAL(
                                  "item &gt; 2") "</match></filter>")
                    DECISION(
                        "boxed filter",
                        "<filter><in>" LITERAL("[1, 2, 3]") "</in><match><conditional><if>" LITERAL(
                            "item = 2") "</if><then>" LITERAL("false") "</then><else>" LITERAL("tru"
                                                                                               "e") "</else></conditional></match>"
                                                                                                    "</filter>")));
    assert_answer(&fixture, "for", "[2, 4, 6]");
    assert_answer(&fixture, "partial", "[1, 3, 5]");
    assert_answer(&fixture, "some", "true");
    assert_answer(&fixture, "some of none", "false");
    assert_answer(&fixture, "every", "false");
    assert_answer(&fixture, "every of none", "true");
    assert_answer(&fixture, "filter", "[3, 4]");
    assert_answer(&fixture, "boxed filter", "[1, 3]");
}

static void a_service_runs_with_its_own_inputs(void **state)
{
    (void)state;
    MODEL_OF(
        MODEL(INPUT("x", "number") DECISION("base", NEEDS_INPUT("x") LITERAL("x * 10")) DECISION(
            "top",
            NEEDS("base") NEEDS_INPUT("x") LITERAL(
                "base + x")) "<decisionService name='s' id='s'><outputDecision href='#top'/>"
                             "<encapsulatedDecision href='#base'/><inputData "
                             "href='#x'/></decisionService>"
                             "<decisionService name='t' id='t'><outputDecision href='#top'/>"
                             "<inputDecision href='#base'/><inputData href='#x'/></decisionService>"
                             "<decisionService name='two' id='two'><outputDecision href='#top'/>"
                             "<outputDecision href='#base'/><inputData "
                             "href='#x'/></decisionService>" DECISION(
                                 "d", NEEDS("top") NEEDS_KNOWLEDGE("s") NEEDS_KNOWLEDGE("t")
                                          NEEDS_KNOWLEDGE("two")
                                              LITERAL("[top, s(2), t(2, 5), two(1)]"))));
    give_number(&fixture, "x", 1);
    assert_answer(&fixture, "d", "[11, 22, 7, {top: 11, base: 10}]");
}

static void values_are_held_to_their_item_definitions(void **state)
{
    (void)state;
    MODEL_OF(MODEL(
        "<itemDefinition name='tGrade'><typeRef>string</typeRef><allowedValues><text>\"A\", "
        "\"B\""
        "</text></allowedValues></itemDefinition>"
        "<itemDefinition name='tPerson'><itemComponent name='first "
        "name'><typeRef>string</typeRef>"
        "</itemComponent><itemComponent name='grade'><typeRef>tGrade</typeRef></itemComponent>"
        "</itemDefinition>"
        "<itemDefinition name='tPeople' isCollection='true'><typeRef>tPerson</typeRef>"
        "</itemDefinition>"
        "<itemDefinition name='tTree'><itemComponent name='child'><typeRef>tTree</typeRef>"
        "</itemComponent></itemDefinition>"
        "<inputData name='grade' id='grade'><variable name='grade' "
        "typeRef='tGrade'/></inputData>"
        "<decision name='people'><variable name='people' "
        "typeRef='tPeople'/>" LITERAL(
            "[{first name: \"Ada\", grade: \"A\"}]") "</decision>"
                                                     "<decision name='no people'><variable "
                                                     "name='no people' "
                                                     "typeRef='tPeople'/>" LITERAL(
                                                         "[{first "
                                                         "name: 1, "
                                                         "grade: "
                                                         "\"A\"}]") "</decision>" DECISION("d",
                                                                                           NEEDS_INPUT(
                                                                                               "gra"
                                                                                               "de")
                                                                                               LITERAL(
                                                                                                   "grade"))));
    give_text(&fixture, "grade", "A");
    assert_answer(&fixture, "d", "\"A\"");
    dmn_run_reset(fixture.run);
    give_text(&fixture, "grade", "Z");
    assert_answer(&fixture, "d", "null");
    assert_int_equal(value_of(&fixture, "people").kind, FEEL_LIST);
    assert_int_equal(value_of(&fixture, "no people").kind, FEEL_NULL);
}

static void a_required_decision_is_evaluated_once(void **state)
{
    CLEANUP(buffer_free) struct buffer xml = {0};

    (void)state;
    /* Each needs the two before it: without memory this would take 2^40 evaluations. */
    buffer_append_text(&xml, TEXT("<definitions>"));
    for (int i = 0; i < 60; i++) {
        buffer_append_format(&xml, "<decision id='d%d' name='d%d'>", i, i);
        for (int k = 1; k <= 2 && i >= 2; k++)
            buffer_append_format(&xml,
                                 "<informationRequirement><requiredDecision href='#d%d'/>"
                                 "</informationRequirement>",
                                 i - k);
        if (i < 2)
            buffer_append_text(&xml, TEXT(LITERAL("1") "</decision>"));
        else
            buffer_append_format(&xml, LITERAL("d%d + d%d") "</decision>", i - 1, i - 2);
    }
    buffer_append_text(&xml, TEXT("</definitions>"));
    buffer_append_char(&xml, '\0');
    MODEL_OF(xml.bytes);
    assert_answer(&fixture, "d59", "1548008755920");
}

static void a_reset_forgets_inputs_and_results(void **state)
{
    (void)state;
    MODEL_OF(MODEL(INPUT("x", "number") DECISION("d", NEEDS_INPUT("x") LITERAL("x + 1"))));
    give_number(&fixture, "x", 1);
    assert_answer(&fixture, "d", "2");
    give_number(&fixture, "x", 5);
    assert_answer(&fixture, "d", "2");
    dmn_run_reset(fixture.run);
    assert_answer(&fixture, "d", "null");
    dmn_run_reset(fixture.run);
    give_number(&fixture, "x", 5);
    assert_answer(&fixture, "d", "6");
}

static enum berm_status load_other(void *context, struct text location, struct text name_space,
                                   struct arena *arena, struct text *ret_xml,
                                   struct berm_error *err)
{
    (void)context;
    (void)location;
    (void)arena;
    (void)err;
    assert_text(name_space, "urn:other");
    *ret_xml = TEXT("<definitions namespace='urn:other' name='o'><itemDefinition name='tSmall'>"
                    "<typeRef>number</typeRef><allowedValues><text>&lt; 10</text></allowedValues>"
                    "</itemDefinition>" INPUT("x", "tSmall")
                        DECISION("shared", NEEDS_INPUT("x") LITERAL("x + 1"))
                            KNOWLEDGE("make twice", LOGIC(PARAMETER("n", "number")
                                                              LITERAL("n * 2"))) "</definitions>");
    return BERM_OK;
}

static void imported_decisions_stand_behind_the_import_name(void **state)
{
    static const char xml[] =
        MODEL("<import name='other' namespace='urn:other'/>" DECISION(
            "d", "<informationRequirement><requiredDecision href='urn:other#shared'/>"
                 "</informationRequirement><knowledgeRequirement>"
                 "<requiredKnowledge href='urn:other#make twice'/></knowledgeRequirement>" LITERAL(
                     "other.shared + other.make twice(5)"))
                  DECISION("invoked",
                           "<knowledgeRequirement><requiredKnowledge href='urn:other#make twice'/>"
                           "</knowledgeRequirement><invocation>" LITERAL("other.make twice")
                               BINDING("n", LITERAL("4")) "</invocation>"));
    struct dmn_read_options options = {.strictness = FEEL_STRICT, .load_import = load_other};
    CLEANUP(close_model) struct fixture fixture = {0};
    struct berm_error err = {0};

    (void)state;
    assert_ok(arena_create(1 << 22, &fixture.arena, &err));
    assert_ok(dmn_model_read(fixture.arena, text_of(xml), &options, &fixture.model, &err));
    assert_ok(dmn_run_create(fixture.model, 1 << 20, &fixture.run, &err));
    give_number(&fixture, "x", 3);
    assert_answer(&fixture, "d", "14");
    assert_answer(&fixture, "invoked", "8");
    dmn_run_reset(fixture.run);
    give_number(&fixture, "x", 30);
    assert_answer(&fixture, "d", "null");
}

static void note_entry(void *context, size_t input, struct text entry)
{
    struct buffer *out = context;

    buffer_append_format(out, "%zu.%.*s ", input, TEXT_ARG(entry));
}

static void the_entries_read_of_inputs_are_told_once_each(void **state)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    (void)state;
    MODEL_OF(MODEL(INPUT("household", "Any") DECISION(
        "d", NEEDS_INPUT("household") "<decisionTable>" COLUMN("household.size")
                 COLUMN("household.income") "<output/>" RULE(CELL("1") CELL(
                     "&lt; household.size * 100") OUT("household.code")) "</decisionTable>")));
    dmn_visit_input_entries(fixture.model, note_entry, &out);
    buffer_append_char(&out, '\0');
    assert_string_equal(out.bytes, "0.size 0.income 0.code ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_context_sees_its_earlier_entries_and_ends_in_its_result),
        cmocka_unit_test(boxed_functions_keep_their_surroundings_and_may_call_themselves),
        cmocka_unit_test(recursion_without_end_is_stopped),
        cmocka_unit_test(a_java_function_is_null),
        cmocka_unit_test(knowledge_models_are_called_and_invoked_by_name),
        cmocka_unit_test(any_function_value_can_be_invoked_with_named_arguments),
        cmocka_unit_test(lists_relations_and_conditionals),
        cmocka_unit_test(loops_and_filters),
        cmocka_unit_test(a_service_runs_with_its_own_inputs),
        cmocka_unit_test(values_are_held_to_their_item_definitions),
        cmocka_unit_test(a_required_decision_is_evaluated_once),
        cmocka_unit_test(a_reset_forgets_inputs_and_results),
        cmocka_unit_test(imported_decisions_stand_behind_the_import_name),
        cmocka_unit_test(the_entries_read_of_inputs_are_told_once_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
