/*
 * The cases of one TCK test file. A case gives input data (or, for a service or a knowledge model,
 * its arguments) and the values expected of result nodes; each result node counts one. A failure of
 * the engine counts as null, which is what the TCK expects where it expects an error.
 */
#include "tck_case.h"

#include "run.h"
#include "tck_values.h"

static uint32_t find_node(const struct dmn_model *model, struct text name, struct text name_space,
                          bool has_kind, enum node_kind kind)
{
    for (uint32_t i = 0; i < model->node_count; i++) {
        const struct node *node = &model->nodes[i];

        if ((has_kind && node->kind != kind) ||
            (name_space.length != 0 &&
             !text_equal(model->parts[node->part].name_space, name_space)))
            continue;
        if (text_equal(node->name, name) || text_equal(node->variable, name))
            return i;
    }
    return NO_NODE;
}

/* Input data get their values; a decision named as an input has its own replaced. */
static enum berm_status inputs_set(struct tck_file *file, const xmlNode *test_case,
                                   struct berm_error *err)
{
    struct dmn_run *run = file->run;
    struct text name, name_space;
    struct feel_value value;

    for (const xmlNode *e = xml_first(test_case, "inputNode"); e != NULL;
         e = xml_next(e, "inputNode")) {
        TRY(xml_name(e, "name", run->arena, &name, err));
        TRY(xml_attribute(e, "namespace", run->arena, &name_space, err));
        TRY(tck_value(e, run->arena, &value, err));
        uint32_t node = find_node(file->model, name, name_space, true, NODE_INPUT);
        if (node != NO_NODE) {
            dmn_run_set_input(run, file->model->nodes[node].public_index, value);
            continue;
        }
        node = find_node(file->model, name, name_space, true, NODE_DECISION);
        if (node == NO_NODE)
            continue;
        TRY(value_coerce(run, file->model->nodes[node].type, value, &run->base.values[node], err));
        run->base.stamps[node] = run->base.generation;
    }
    return BERM_OK;
}

/* Arguments by name in the order of the parameters; those not given are null. */
static enum berm_status arguments_read(struct tck_file *file, const xmlNode *test_case,
                                       const struct logic *logic, struct feel_value **ret_arguments,
                                       struct berm_error *err)
{
    struct feel_value *arguments;
    struct text name;

    TRY(value_array(file->run, logic->parameter_count, &arguments, err));
    for (size_t i = 0; i < logic->parameter_count; i++)
        arguments[i] = feel_null();
    for (const xmlNode *e = xml_first(test_case, "inputNode"); e != NULL;
         e = xml_next(e, "inputNode")) {
        TRY(xml_name(e, "name", file->run->arena, &name, err));
        for (size_t i = 0; i < logic->parameter_count; i++)
            if (text_equal(logic->parameters[i], name))
                TRY(tck_value(e, file->run->arena, &arguments[i], err));
    }
    *ret_arguments = arguments;
    return BERM_OK;
}

static enum berm_status callable_result(struct tck_file *file, const xmlNode *test_case,
                                        uint32_t index, struct text result_name,
                                        struct feel_value *ret_value, struct berm_error *err)
{
    const struct node *node = &file->model->nodes[index];
    struct environment environment;
    struct feel_value *arguments;

    TRY(arguments_read(file, test_case, &node->logic, &arguments, err));
    for (size_t i = 0; i < node->service.output_count; i++) {
        const struct node *output = &file->model->nodes[node->service.outputs[i]];

        if (!text_equal(output->name, result_name))
            continue;
        TRY(service_enter(file->run, index, arguments, &environment, err));
        return node_value(file->run, &environment, node->service.outputs[i], ret_value, err);
    }
    return feel_call(file->run->functions[index], &file->run->feel, arguments,
                     node->logic.parameter_count, ret_value, err);
}

static enum berm_status result_value(struct tck_file *file, const xmlNode *test_case,
                                     const xmlNode *result, struct text name,
                                     struct feel_value *ret_value, struct berm_error *err)
{
    struct arena *arena = file->run->arena;
    struct text invocable, name_space;

    TRY(xml_name(test_case, "invocableName", arena, &invocable, err));
    TRY(xml_attribute(result, "namespace", arena, &name_space, err));
    if (invocable.length != 0) {
        bool is_service = xml_attribute_is(test_case, "type", "decisionService");
        uint32_t callable = find_node(file->model, invocable, name_space, true,
                                      is_service ? NODE_SERVICE : NODE_KNOWLEDGE);

        if (callable != NO_NODE)
            return callable_result(file, test_case, callable, name, ret_value, err);
    }
    uint32_t node = find_node(file->model, name, name_space, true, NODE_DECISION);
    if (node != NO_NODE)
        return dmn_run_decision(file->run, file->model->nodes[node].public_index, ret_value, err);
    node = find_node(file->model, name, name_space, true, NODE_SERVICE);
    if (node == NO_NODE)
        node = find_node(file->model, name, name_space, true, NODE_KNOWLEDGE);
    if (node != NO_NODE)
        return callable_result(file, test_case, node, name, ret_value, err);
    return fail_with(err, BERM_NOT_FOUND, "the model has no such decision");
}

static void report_failure(struct tck_file *file, struct text case_id, struct text name,
                           const struct feel_value *expected, const struct feel_value *value,
                           const char *problem)
{
    CLEANUP(buffer_free) struct buffer line = {.cap_bytes = 1 << 20};

    if (file->report == NULL)
        return;
    buffer_append_format(&line, "%.*s case %.*s '%.*s': ", TEXT_ARG(file->label), TEXT_ARG(case_id),
                         TEXT_ARG(name));
    if (expected != NULL) {
        buffer_append_format(&line, "expected ");
        if (feel_format(*expected, &line, NULL) != BERM_OK)
            buffer_append_format(&line, "a value");
        buffer_append_format(&line, ", got ");
        if (value != NULL && feel_format(*value, &line, NULL) != BERM_OK)
            buffer_append_format(&line, "a value");
    }
    if (problem != NULL)
        buffer_append_format(&line, "%s", problem);
    buffer_append_char(&line, '\0');
    file->report(file->context, line.has_failed ? "a failure too long to tell" : line.bytes);
}

static enum berm_status result_check(struct tck_file *file, const xmlNode *test_case,
                                     struct text case_id, const xmlNode *result,
                                     struct berm_error *err)
{
    struct feel_value expected = feel_null(), value = feel_null();
    struct berm_error problem = {0};
    struct text name;

    TRY(xml_name(result, "name", file->arena, &name, err));
    const xmlNode *element = xml_first(result, "expected");
    if (element != NULL)
        TRY(tck_value(element, file->arena, &expected, err));
    file->score->total++;
    file->score->value_total += expected.kind != FEEL_NULL;
    if (file->run == NULL) {
        report_failure(file, case_id, name, NULL, NULL, file->model_error.message);
        return BERM_OK;
    }
    enum berm_status status = result_value(file, test_case, result, name, &value, &problem);
    if (status != BERM_OK && (expected.kind != FEEL_NULL || status == BERM_NOT_FOUND)) {
        report_failure(file, case_id, name, &expected, NULL, problem.message);
        return BERM_OK;
    }
    if (status != BERM_OK)
        value = feel_null();
    if (!feel_matches_expected(value, expected)) {
        report_failure(file, case_id, name, &expected, &value, NULL);
        return BERM_OK;
    }
    file->score->passed++;
    file->score->value_passed += expected.kind != FEEL_NULL;
    return BERM_OK;
}

enum berm_status tck_file_run(struct tck_file *file, struct berm_error *err)
{
    struct text case_id;

    for (const xmlNode *e = xml_first(file->root, "testCase"); e != NULL;
         e = xml_next(e, "testCase")) {
        TRY(xml_attribute(e, "id", file->arena, &case_id, err));
        if (file->run != NULL) {
            dmn_run_reset(file->run);
            TRY(inputs_set(file, e, err));
        }
        for (const xmlNode *r = xml_first(e, "resultNode"); r != NULL;
             r = xml_next(r, "resultNode"))
            TRY(result_check(file, e, case_id, r, err));
    }
    return BERM_OK;
}
