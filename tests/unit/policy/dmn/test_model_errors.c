/* What is refused when a model is read: where the fault is, and what to do. */
#include "dmn_fixture.h"

/* Reads with the strictness and expects a refusal that contains the words. */
static struct berm_error refusal(const char *xml, enum feel_strictness strictness,
                                 enum berm_status status, const char *words)
{
    CLEANUP(close_model) struct fixture fixture = {0};
    struct berm_error err = {0};

    assert_int_equal(read_model(&fixture, xml, strictness, &err), status);
    if (strstr(err.message, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, err.message);
    return err;
}

static struct berm_error refused(const char *xml, const char *words)
{
    return refusal(xml, FEEL_STRICT, BERM_INVALID_INPUT, words);
}

static void xml_that_is_not_well_formed_is_told_with_its_line(void **state)
{
    (void)state;
    struct berm_error err = refused("<definitions>\n<decision>\n</definitions>", "not well-formed");

    assert_int_equal(err.line, 3);
    refused("", "empty");
    refused("no XML at all", "not well-formed");
    refused("<html/>", "no DMN model");
}

static void a_document_type_is_refused_with_or_without_external_entity(void **state)
{
    (void)state;
    struct berm_error err =
        refused("<?xml version='1.0'?>\n<!DOCTYPE definitions [<!ENTITY x SYSTEM "
                "'file:///etc/hostname'>]>\n<definitions>&x;</definitions>",
                "document type");

    assert_int_equal(err.line, 2);
    refused("<!DOCTYPE definitions SYSTEM 'http://example.invalid/x.dtd'><definitions/>",
            "document type");
    refused("<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><d>&b;</d>", "document type");
}

static void huge_nesting_is_refused(void **state)
{
    CLEANUP(buffer_free) struct buffer xml = {0};

    (void)state;
    for (int i = 0; i < 5000; i++)
        buffer_append_text(&xml, TEXT("<definitions>"));
    buffer_append_char(&xml, '\0');
    refused(xml.bytes, "not well-formed");

    buffer_clear(&xml);
    buffer_append_text(&xml, TEXT("<definitions><decision name='d'>"));
    for (int i = 0; i < 110; i++)
        buffer_append_text(&xml, TEXT("<list>"));
    for (int i = 0; i < 110; i++)
        buffer_append_text(&xml, TEXT("</list>"));
    buffer_append_text(&xml, TEXT("</decision></definitions>"));
    buffer_append_char(&xml, '\0');
    refusal(xml.bytes, FEEL_LENIENT, BERM_LIMIT, "nested");
}

static void missing_logic_is_an_error_only_where_strict(void **state)
{
    static const char xml[] = MODEL(DECISION("d", ""));

    (void)state;
    refused(xml, "has no logic");
    CLEANUP(close_model) struct fixture fixture = {0};
    struct berm_error err = {0};
    assert_ok(read_model(&fixture, xml, FEEL_LENIENT, &err));
    assert_ok(dmn_run_create(fixture.model, 1 << 20, &fixture.run, &err));
    assert_answer(&fixture, "d", "null");
}

static void a_circle_of_requirements_names_its_decisions(void **state)
{
    static const char xml[] = MODEL(DECISION("a", NEEDS("b") LITERAL("b")) DECISION(
        "b", NEEDS("c") LITERAL("c")) DECISION("c", NEEDS("a") LITERAL("a")));

    (void)state;
    struct berm_error err = refused(xml, "'a' -> 'b' -> 'c' -> 'a'");
    assert_int_equal(err.line, 2);
    refusal(xml, FEEL_LENIENT, BERM_INVALID_INPUT, "Circular requirement");
    refused(MODEL(DECISION("a", NEEDS("a") LITERAL("a"))), "'a' -> 'a'");
}

static void a_chain_too_long_for_the_stack_is_refused(void **state)
{
    CLEANUP(buffer_free) struct buffer xml = {0};

    (void)state;
    buffer_append_text(&xml, TEXT("<definitions>"));
    for (int i = 0; i < 1000; i++)
        buffer_append_format(&xml,
                             "<decision id='d%d' name='d%d'><informationRequirement>"
                             "<requiredDecision href='#d%d'/></informationRequirement>"
                             "<literalExpression><text>1</text></literalExpression></decision>",
                             i, i, i + 1);
    buffer_append_text(&xml, TEXT("</definitions>"));
    buffer_append_char(&xml, '\0');
    refusal(xml.bytes, FEEL_LENIENT, BERM_LIMIT, "wait for one another");
}

static void an_unknown_name_is_told_with_a_suggestion_and_its_place(void **state)
{
    (void)state;
    struct berm_error err =
        refused(MODEL(INPUT("income", "number") DECISION(
                    "d", NEEDS_INPUT("income") "\n<literalExpression><text>1 +\n  incme"
                                               "</text></literalExpression>")),
                "income");

    assert_non_null(strstr(err.message, "decision 'd'"));
    assert_int_equal(err.line, 5);
    assert_int_equal(err.column, 3);
}

static void columns_of_errors_count_an_entity_as_it_is_written(void **state)
{
    (void)state;
    struct berm_error err = refused(
        MODEL(INPUT("x", "number") DECISION("d", NEEDS_INPUT("x") "\n<literalExpression>"
                                                                  "\n<text>x &lt; wrong</text>"
                                                                  "</literalExpression>")),
        "wrong");

    assert_int_equal(err.line, 5);
    assert_int_equal(err.column, 14);
}

static void a_name_that_is_not_required_is_told_with_the_remedy(void **state)
{
    (void)state;
    refused(MODEL(INPUT("x", "number") DECISION("d", LITERAL("x + 1"))),
            "add an information requirement from 'x' to 'd'");
    refused(MODEL("<businessKnowledgeModel name='f' id='f'><encapsulatedLogic>" LITERAL(
                "1") "</encapsulatedLogic></businessKnowledgeModel>" DECISION("d", LITERAL("f()"))),
            "add a knowledge requirement from 'f' to 'd'");
}

static void a_fault_in_a_table_names_rule_and_cell(void **state)
{
    (void)state;
    struct berm_error err =
        refused(MODEL(INPUT("x", "number") DECISION(
                    "d", NEEDS_INPUT("x") "<decisionTable>" COLUMN("x") "<output/>" RULE(
                             CELL("1") OUT("1")) RULE(CELL("&lt; y") OUT("1")) "</decisionTable>")),
                "rule 2");

    assert_non_null(strstr(err.message, "< y"));
    refused(MODEL(INPUT("x", "number")
                      DECISION("d", NEEDS_INPUT("x") "<decisionTable hitPolicy='SOME'>" COLUMN(
                                        "x") "<output/></decisionTable>")),
            "no hit policy 'SOME'");
    refused(MODEL(DECISION("d",
                           "<decisionTable><output/>" RULE(CELL("1") OUT("1")) "</decisionTable>")),
            "1 input cells where there are 0");
    refused(MODEL(DECISION("d", "<decisionTable hitPolicy='COLLECT' aggregation='AVG'><output/>"
                                "</decisionTable>")),
            "no aggregation 'AVG'");
}

static void unknown_types_and_references_are_errors_where_strict(void **state)
{
    (void)state;
    refused(MODEL("<itemDefinition name='tIncome'><typeRef>number</typeRef></itemDefinition>" INPUT(
                "x", "tIncom")),
            "did you mean 'tIncome'");
    refused(MODEL(DECISION("d", NEEDS("nowhere") LITERAL("1"))), "'#nowhere'");
    refused(MODEL(INPUT("x", "number") INPUT("x", "number")), "given twice");
}

static void entries_of_declared_inputs_are_known(void **state)
{
    static const struct feel_type number = {.kind = FEEL_TYPE_NUMBER};
    static const struct feel_type_member entries[] = {{{"income", 6}, &number},
                                                      {{"size", 4}, &number}};
    static const struct feel_type household = {
        .kind = FEEL_TYPE_CONTEXT, .members = entries, .member_count = 2};
    static const struct feel_type_member inputs[] = {{{"household", 9}, &household}};
    struct dmn_read_options options = {
        .strictness = FEEL_STRICT, .input_types = inputs, .input_type_count = 1};
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct dmn_model *model;
    struct berm_error err = {0};

#define PER_HEAD(entry)                                                                            \
    text_of(MODEL("<inputData id='household' name='household'/>" DECISION(                         \
        "d", NEEDS_INPUT("household") LITERAL("household." entry " / household.size"))))
    (void)state;
    assert_ok(arena_create(1 << 22, &arena, &err));
    assert_ok(dmn_model_read(arena, PER_HEAD("income"), &options, &model, &err));
    assert_ptr_equal(dmn_input_type(model, 0), &household);
    assert_fails(dmn_model_read(arena, PER_HEAD("incom"), &options, &model, &err),
                 BERM_INVALID_INPUT, "did you mean \"income\"");
}

static void imports_are_refused_where_nobody_loads_them(void **state)
{
    (void)state;
    refused(MODEL("<import name='other' namespace='urn:other' "
                  "importType='https://www.omg.org/spec/DMN/20191111/MODEL/'/>"),
            "imports are not taken");
}

static void a_small_cap_ends_reading_and_running_cleanly(void **state)
{
    static const char xml[] =
        MODEL(INPUT("x", "number") DECISION("d", NEEDS_INPUT("x") LITERAL("[x, x + 1, x + 2]")));
    struct dmn_read_options options = {.strictness = FEEL_STRICT};
    enum berm_status status = BERM_NO_MEMORY;
    struct berm_error err = {0};

    (void)state;
    for (size_t cap = 256; status != BERM_OK && cap < 16 << 20; cap += cap / 8) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        const struct dmn_model *model;

        if (arena_create(cap, &arena, &err) != BERM_OK)
            continue;
        status = dmn_model_read(arena, text_of(xml), &options, &model, &err);
        if (status != BERM_OK)
            assert_int_equal(status, BERM_NO_MEMORY);
    }
    assert_int_equal(status, BERM_OK);
}

static void a_loop_without_end_is_stopped(void **state)
{
    struct berm_error err = {0};
    struct feel_value value;

    (void)state;
    MODEL_OF(MODEL(
        DECISION("d", LITERAL("every a in 1..100000, b in 1..100000 satisfies a + b &gt; 0"))));
    assert_int_equal(dmn_run_decision(fixture.run, 0, &value, &err), BERM_LIMIT);
    assert_non_null(strstr(err.message, "decision 'd'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_that_is_not_well_formed_is_told_with_its_line),
        cmocka_unit_test(a_document_type_is_refused_with_or_without_external_entity),
        cmocka_unit_test(huge_nesting_is_refused),
        cmocka_unit_test(missing_logic_is_an_error_only_where_strict),
        cmocka_unit_test(a_circle_of_requirements_names_its_decisions),
        cmocka_unit_test(a_chain_too_long_for_the_stack_is_refused),
        cmocka_unit_test(an_unknown_name_is_told_with_a_suggestion_and_its_place),
        cmocka_unit_test(columns_of_errors_count_an_entity_as_it_is_written),
        cmocka_unit_test(a_name_that_is_not_required_is_told_with_the_remedy),
        cmocka_unit_test(a_fault_in_a_table_names_rule_and_cell),
        cmocka_unit_test(unknown_types_and_references_are_errors_where_strict),
        cmocka_unit_test(entries_of_declared_inputs_are_known),
        cmocka_unit_test(imports_are_refused_where_nobody_loads_them),
        cmocka_unit_test(a_small_cap_ends_reading_and_running_cleanly),
        cmocka_unit_test(a_loop_without_end_is_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
