/*
 * The value of a node, worked out at most once in an environment: a stamp says whether it is there,
 * so forgetting everything is one increment. What a decision requires is worked out before its
 * logic runs and put into its frame; the household's own frames are kept for the run's life.
 */
#include "run.h"

enum berm_status value_array(struct dmn_run *run, size_t count, struct feel_value **ret_values,
                             struct berm_error *err)
{
    struct feel_value *values = NULL;

    if (count <= SIZE_MAX / sizeof(*values))
        values = arena_alloc(run->arena, count * sizeof(*values));
    if (values == NULL)
        return fail_with(
            err, BERM_NO_MEMORY,
            "The evaluation needs more memory than it may use; simplify the decision.");
    *ret_values = values;
    return BERM_OK;
}

enum berm_status value_list(struct dmn_run *run, const struct feel_value *items, size_t count,
                            struct feel_value *ret_list, struct berm_error *err)
{
    struct feel_list *list;

    TRY(arena_new(run->arena, 1, sizeof(*list), &list, err));
    *list = (struct feel_list){.count = count, .items = items};
    *ret_list = feel_of_list(list);
    return BERM_OK;
}

enum berm_status value_add_mark(struct dmn_run *run, struct feel_value *value,
                                const struct feel_unknown *mark, struct berm_error *err)
{
    if (mark == NULL || mark == value->unknown)
        return BERM_OK;
    return feel_unknown_union(run->arena, value->unknown, mark, &value->unknown, err);
}

/* The usual case, a scalar of the right kind without a list of allowed values, needs no call. */
static bool is_plainly_of_type(const struct feel_type *type, const struct feel_value *value)
{
    static const uint8_t kinds[] = {
        [FEEL_TYPE_BOOLEAN] = FEEL_BOOLEAN, [FEEL_TYPE_NUMBER] = FEEL_NUMBER,
        [FEEL_TYPE_STRING] = FEEL_STRING,   [FEEL_TYPE_DATE] = FEEL_DATE,
        [FEEL_TYPE_TIME] = FEEL_TIME,       [FEEL_TYPE_DATE_TIME] = FEEL_DATE_TIME,
    };

    if (type == NULL)
        return true;
    if (type->allowed != NULL)
        return false;
    if (type->kind == FEEL_TYPE_ANY)
        return true;
    return value->kind != FEEL_NULL && (size_t)type->kind < ARRAY_COUNT(kinds) &&
           kinds[type->kind] == value->kind;
}

enum berm_status value_coerce(struct dmn_run *run, const struct feel_type *type,
                              struct feel_value value, struct feel_value *ret_value,
                              struct berm_error *err)
{
    const struct feel_unknown *mark = value.unknown;

    if (value.kind == FEEL_NULL || is_plainly_of_type(type, &value)) {
        *ret_value = value; /* null conforms to every type */
        return BERM_OK;
    }
    TRY(feel_coerce(type, &run->feel, NULL, value, ret_value, err));
    return value_add_mark(run, ret_value, mark, err);
}

/* What an import's name stands for: a context of the nodes that are required from it. */
static enum berm_status import_value(struct dmn_run *run, struct environment *environment,
                                     const struct binding *binding, struct feel_value *ret_value,
                                     struct berm_error *err)
{
    struct feel_context *context;
    struct feel_value *values;

    TRY(value_array(run, binding->count, &values, err));
    for (size_t i = 0; i < binding->count; i++)
        TRY(node_value(run, environment, binding->nodes[i], &values[i], err));
    TRY(arena_new(run->arena, 1, sizeof(*context), &context, err));
    context->count = binding->count;
    context->names = binding->names;
    context->values = values;
    *ret_value = feel_of_context(context);
    return BERM_OK;
}

enum berm_status frame_prepare(struct dmn_run *run, struct environment *environment, uint32_t node,
                               struct frame *ret_frame, struct berm_error *err)
{
    const struct logic *logic = &run->model->nodes[node].logic;
    struct frame frame = {.size = logic->frame_size};

    if (environment->frames != NULL && environment->frames[node] != NULL)
        frame.slots = environment->frames[node];
    else
        TRY(value_array(run, frame.size, &frame.slots, err));
    for (size_t i = 0; i < logic->binding_count; i++) {
        const struct binding *binding = &logic->bindings[i];

        if (binding->node == NO_NODE)
            TRY(import_value(run, environment, binding, &frame.slots[i], err));
        else
            TRY(node_value(run, environment, binding->node, &frame.slots[i], err));
    }
    *ret_frame = frame;
    return BERM_OK;
}

static enum berm_status decision_value(struct dmn_run *run, struct environment *environment,
                                       uint32_t index, struct feel_value *ret_value,
                                       struct berm_error *err)
{
    const struct node *node = &run->model->nodes[index];
    struct frame frame;

    if (node->logic.body == NULL) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    TRY(frame_prepare(run, environment, index, &frame, err));
    struct span span = {.start = run->trace.count};
    enum berm_status status = boxed_evaluate(run, &frame, node->logic.body, ret_value, err);
    if (status == BERM_OK)
        status = value_coerce(run, node->type, *ret_value, ret_value, err);
    if (status != BERM_OK)
        return fail_within(err, status, "decision '%.*s'", TEXT_ARG(node->name));
    span.end = run->trace.count;
    if (environment == &run->base)
        run->spans[index] = span;
    return BERM_OK;
}

static enum berm_status input_value(struct dmn_run *run, const struct environment *environment,
                                    uint32_t index, struct feel_value *ret_value,
                                    struct berm_error *err)
{
    const struct node *node = &run->model->nodes[index];

    *ret_value = feel_null();
    if (environment != &run->base || run->input_stamps[index] != run->input_generation)
        return BERM_OK;
    *ret_value = run->inputs[index];
    if (node->is_value_trusted)
        return BERM_OK;
    return value_coerce(run, node->type, *ret_value, ret_value, err);
}

enum berm_status node_value(struct dmn_run *run, struct environment *environment, uint32_t node,
                            struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value value = feel_null();

    if (environment->stamps[node] == environment->generation) {
        *ret_value = environment->values[node];
        return BERM_OK;
    }
    switch (run->model->nodes[node].kind) {
    case NODE_INPUT:
        TRY(input_value(run, environment, node, &value, err));
        break;
    case NODE_DECISION:
        TRY(decision_value(run, environment, node, &value, err));
        break;
    case NODE_KNOWLEDGE:
    case NODE_SERVICE:
        value = run->functions[node];
        break;
    }
    environment->values[node] = value;
    environment->stamps[node] = environment->generation;
    *ret_value = value;
    return BERM_OK;
}
