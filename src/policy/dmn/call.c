/*
 * Functions that FEEL calls back: knowledge models, decision services, and boxed function
 * definitions. Those of the model are made once for a run. Each call has a frame of its own, so
 * they may call themselves; how deep is limited, since each takes C stack.
 */
#include "run.h"

#include <string.h>

struct boxed_closure {
    struct dmn_run *run;
    const struct boxed_function *function;
    struct frame captured;
};

static enum berm_status call_enter(struct dmn_run *run, struct berm_error *err)
{
    if (run->call_depth >= DMN_CALL_DEPTH_MAX)
        return fail_with(err, BERM_LIMIT,
                         "Functions call one another more than %d deep; end the recursion earlier.",
                         (int)DMN_CALL_DEPTH_MAX);
    run->call_depth++;
    return BERM_OK;
}

static enum berm_status knowledge_evaluate(struct dmn_run *run, uint32_t index,
                                           const struct feel_value *arguments,
                                           struct feel_value *ret_value, struct berm_error *err)
{
    const struct node *node = &run->model->nodes[index];
    struct frame frame;

    if (node->logic.body == NULL) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    TRY(frame_prepare(run, &run->base, index, &frame, err));
    for (size_t i = 0; i < node->logic.parameter_count; i++)
        frame.slots[node->logic.binding_count + i] = arguments[i];
    TRY(boxed_evaluate(run, &frame, node->logic.body, ret_value, err));
    return value_coerce(run, node->logic.result_type, *ret_value, ret_value, err);
}

static enum berm_status knowledge_call(void *context, struct feel_run *feel,
                                       const struct feel_value *arguments, size_t argument_count,
                                       struct feel_value *ret_value, struct berm_error *err)
{
    const struct knowledge_closure *closure = context;
    struct dmn_run *run = closure->run;

    (void)feel;
    if (argument_count != run->model->nodes[closure->node].logic.parameter_count) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    TRY(call_enter(run, err));
    enum berm_status status = knowledge_evaluate(run, closure->node, arguments, ret_value, err);
    run->call_depth--;
    return status;
}

enum berm_status service_enter(struct dmn_run *run, uint32_t index,
                               const struct feel_value *arguments,
                               struct environment *ret_environment, struct berm_error *err)
{
    const struct node *node = &run->model->nodes[index];
    struct environment environment = {.generation = 1};

    TRY(value_array(run, run->model->node_count, &environment.values, err));
    TRY(arena_new(run->arena, run->model->node_count, sizeof(*environment.stamps),
                  &environment.stamps, err));
    for (size_t i = 0; i < node->service.parameter_count; i++) {
        uint32_t parameter = node->service.parameters[i];

        TRY(value_coerce(run, run->model->nodes[parameter].type, arguments[i],
                         &environment.values[parameter], err));
        environment.stamps[parameter] = environment.generation;
    }
    *ret_environment = environment;
    return BERM_OK;
}

static enum berm_status service_evaluate(struct dmn_run *run, uint32_t index,
                                         const struct feel_value *arguments,
                                         struct feel_value *ret_value, struct berm_error *err)
{
    const struct node *node = &run->model->nodes[index];
    const struct service *service = &node->service;
    struct environment environment;
    struct feel_context *outcome;
    struct feel_value *values;

    TRY(service_enter(run, index, arguments, &environment, err));
    TRY(value_array(run, service->output_count, &values, err));
    for (size_t i = 0; i < service->output_count; i++)
        TRY(node_value(run, &environment, service->outputs[i], &values[i], err));
    if (service->output_count == 1) {
        *ret_value = values[0];
    } else {
        TRY(arena_new(run->arena, 1, sizeof(*outcome), &outcome, err));
        outcome->count = service->output_count;
        outcome->names = service->output_names;
        outcome->values = values;
        *ret_value = feel_of_context(outcome);
    }
    if (node->type == NULL || node->type->kind == FEEL_TYPE_FUNCTION)
        return BERM_OK;
    return value_coerce(run, node->type, *ret_value, ret_value, err);
}

static enum berm_status service_call(void *context, struct feel_run *feel,
                                     const struct feel_value *arguments, size_t argument_count,
                                     struct feel_value *ret_value, struct berm_error *err)
{
    const struct knowledge_closure *closure = context;
    struct dmn_run *run = closure->run;

    (void)feel;
    if (argument_count != run->model->nodes[closure->node].service.parameter_count) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    TRY(call_enter(run, err));
    enum berm_status status = service_evaluate(run, closure->node, arguments, ret_value, err);
    run->call_depth--;
    return status;
}

enum berm_status functions_create(struct dmn_run *run, struct berm_error *err)
{
    const struct dmn_model *model = run->model;

    TRY(arena_new(run->fixed, model->node_count, sizeof(*run->functions), &run->functions, err));
    for (uint32_t i = 0; i < model->node_count; i++) {
        const struct node *node = &model->nodes[i];
        struct knowledge_closure *closure;

        if (node->kind != NODE_KNOWLEDGE && node->kind != NODE_SERVICE)
            continue;
        TRY(arena_new(run->fixed, 1, sizeof(*closure), &closure, err));
        *closure = (struct knowledge_closure){.run = run, .node = i};
        if (node->kind == NODE_KNOWLEDGE && node->logic.body == NULL)
            continue; /* no logic: the name is null */
        TRY(feel_function_create_native(run->fixed, node->logic.parameters,
                                        node->logic.parameter_types, node->logic.parameter_count,
                                        node->kind == NODE_KNOWLEDGE ? knowledge_call
                                                                     : service_call,
                                        closure, &run->functions[i], err));
    }
    return BERM_OK;
}

/* ---- Boxed functions ------------------------------------------------------------------------- */

static enum berm_status frame_copy(struct dmn_run *run, const struct frame *frame,
                                   struct frame *ret_copy, struct berm_error *err)
{
    struct frame copy = {.size = frame->size};

    TRY(value_array(run, copy.size, &copy.slots, err));
    memcpy(copy.slots, frame->slots, copy.size * sizeof(*copy.slots));
    *ret_copy = copy;
    return BERM_OK;
}

static enum berm_status boxed_function_evaluate(struct dmn_run *run,
                                                const struct boxed_closure *closure,
                                                const struct feel_value *arguments,
                                                struct feel_value *ret_value,
                                                struct berm_error *err)
{
    const struct boxed_function *function = closure->function;
    struct frame frame;

    TRY(frame_copy(run, &closure->captured, &frame, err));
    for (size_t i = 0; i < function->parameter_count; i++)
        frame.slots[function->first_slot + i] = arguments[i];
    TRY(boxed_evaluate(run, &frame, function->body, ret_value, err));
    return value_coerce(run, function->result_type, *ret_value, ret_value, err);
}

static enum berm_status boxed_function_call(void *context, struct feel_run *feel,
                                            const struct feel_value *arguments,
                                            size_t argument_count, struct feel_value *ret_value,
                                            struct berm_error *err)
{
    const struct boxed_closure *closure = context;
    struct dmn_run *run = closure->run;

    (void)feel;
    if (argument_count != closure->function->parameter_count) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    TRY(call_enter(run, err));
    enum berm_status status = boxed_function_evaluate(run, closure, arguments, ret_value, err);
    run->call_depth--;
    return status;
}

enum berm_status function_value(struct dmn_run *run, const struct frame *frame,
                                const struct boxed_function *function, uint32_t own_slot,
                                struct feel_value *ret_value, struct berm_error *err)
{
    struct boxed_closure *closure;

    TRY(arena_new(run->arena, 1, sizeof(*closure), &closure, err));
    closure->run = run;
    closure->function = function;
    TRY(frame_copy(run, frame, &closure->captured, err));
    TRY(feel_function_create_native(run->arena, function->parameters, function->parameter_types,
                                    function->parameter_count, boxed_function_call, closure,
                                    ret_value, err));
    if (own_slot != NO_NODE)
        closure->captured.slots[own_slot] = *ret_value;
    return BERM_OK;
}
