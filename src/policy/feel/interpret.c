/*
 * The interpreter: walks the tree.
 *
 * A switch over the kinds of nodes, with the frequent ones (slots, paths, comparisons, arithmetic,
 * logic) here and everything larger out of line, so that this function's stack frame stays small:
 * evaluation is recursive and its depth is limited. Unknown marks are joined here; the operations
 * on values know nothing of them.
 */
#include "policy/feel/machine.h"

enum berm_status fail_too_many_steps(struct berm_error *err)
{
    return fail_with(err, BERM_LIMIT,
                     "the expression takes too many steps; make its lists or loops smaller");
}

static enum berm_status fail_too_deep(struct berm_error *err)
{
    return fail_with(err, BERM_LIMIT,
                     "the expression calls itself or nests more than %d deep; does a recursive "
                     "function end?",
                     DEPTH_MAX);
}

/* ---- Logic ----------------------------------------------------------------------------------- */

static bool is_certain(const struct feel_value *value, bool boolean)
{
    return value->kind == FEEL_BOOLEAN && value->boolean == boolean && value->unknown == NULL;
}

enum berm_status join_and(struct feel_run *run, const struct feel_value *a,
                          const struct feel_value *b, struct feel_value *ret_value,
                          struct berm_error *err)
{
    const struct feel_unknown *unknown = b->unknown;
    struct feel_value result;

    if (is_certain(a, false) || is_certain(b, false)) {
        *ret_value = feel_boolean(false);
        return BERM_OK;
    }
    result = value_of_truth(truth_and(truth_of_value(a), truth_of_value(b)));
    result.unknown = a->unknown;
    *ret_value = result;
    return join_unknown(run, ret_value, unknown, err);
}

enum berm_status join_or(struct feel_run *run, const struct feel_value *a,
                         const struct feel_value *b, struct feel_value *ret_value,
                         struct berm_error *err)
{
    const struct feel_unknown *unknown = b->unknown;
    struct feel_value result;

    if (is_certain(a, true) || is_certain(b, true)) {
        *ret_value = feel_boolean(true);
        return BERM_OK;
    }
    result = value_of_truth(
        truth_not(truth_and(truth_not(truth_of_value(a)), truth_not(truth_of_value(b)))));
    result.unknown = a->unknown;
    *ret_value = result;
    return join_unknown(run, ret_value, unknown, err);
}

static enum berm_status evaluate_logic(struct machine *machine, const struct node *node,
                                       struct feel_value *ret_value)
{
    bool deciding = node->kind == NODE_OR;
    struct feel_value left;
    struct feel_value right;

    TRY(evaluate(machine, node->a, &left));
    if (is_certain(&left, deciding)) {
        *ret_value = feel_boolean(deciding);
        return BERM_OK;
    }
    TRY(evaluate(machine, node->b, &right));
    if (deciding)
        return join_or(machine->run, &left, &right, ret_value, machine->err);
    return join_and(machine->run, &left, &right, ret_value, machine->err);
}

static enum berm_status evaluate_if(struct machine *machine, const struct node *node,
                                    struct feel_value *ret_value)
{
    struct feel_value condition;

    TRY(evaluate(machine, node->a, &condition));
    TRY(evaluate(machine, truth_of_value(&condition) == TRUTH_TRUE ? node->b : node->c, ret_value));
    return join_unknown(machine->run, ret_value, condition.unknown, machine->err);
}

/** Known even where the value is missing; a value that is not null keeps its mark. */
static enum berm_status evaluate_is_null(struct machine *machine, const struct node *node,
                                         struct feel_value *ret_value)
{
    struct feel_value value;
    bool is_null;

    TRY(evaluate(machine, node->a, &value));
    is_null = value.kind == FEEL_NULL;
    *ret_value = feel_boolean(is_null == (node->detail == COMPARISON_EQUAL));
    if (!is_null)
        ret_value->unknown = value.unknown;
    return BERM_OK;
}

/* ---- Operators ------------------------------------------------------------------------------- */

static enum berm_status evaluate_comparison(struct machine *machine, const struct node *node,
                                            struct feel_value *ret_value)
{
    struct feel_value left;
    struct feel_value right;

    TRY(evaluate(machine, node->a, &left));
    if (node->b->kind == NODE_CONSTANT)
        return compare_values(machine, (enum comparison)node->detail, &left, &node->b->value,
                              ret_value);
    TRY(evaluate(machine, node->b, &right));
    return compare_values(machine, (enum comparison)node->detail, &left, &right, ret_value);
}

static enum berm_status evaluate_arithmetic(struct machine *machine, const struct node *node,
                                            struct feel_value *ret_value)
{
    struct feel_value left;
    struct feel_value right;

    TRY(evaluate(machine, node->a, &left));
    TRY(evaluate(machine, node->b, &right));
    switch (node->kind) {
    case NODE_ADD:
        TRY(value_add(machine->run->arena, &left, &right, ret_value, machine->err));
        break;
    case NODE_SUBTRACT:
        TRY(value_subtract(machine->run->arena, &left, &right, ret_value, machine->err));
        break;
    case NODE_MULTIPLY:
        *ret_value = value_multiply(&left, &right);
        break;
    case NODE_DIVIDE:
        *ret_value = value_divide(&left, &right);
        break;
    default:
        *ret_value = value_power(&left, &right);
        break;
    }
    ret_value->unknown = left.unknown;
    return join_unknown(machine->run, ret_value, right.unknown, machine->err);
}

static enum berm_status evaluate_negation(struct machine *machine, const struct node *node,
                                          struct feel_value *ret_value)
{
    struct feel_value value;

    TRY(evaluate(machine, node->a, &value));
    *ret_value = value_negate(&value);
    ret_value->unknown = value.unknown;
    return BERM_OK;
}

/* ---- Making lists, contexts, ranges ---------------------------------------------------------- */

static enum berm_status evaluate_list(struct machine *machine, const struct node *node,
                                      struct feel_value *ret_value)
{
    struct feel_list *list;
    struct feel_value *items;

    TRY(arena_new(machine->run->arena, 1, sizeof *list, &list, machine->err));
    TRY(arena_new(machine->run->arena, node->items.count, sizeof *items, &items, machine->err));
    for (uint32_t i = 0; i < node->items.count; i++)
        TRY(evaluate(machine, node->items.nodes[i], &items[i]));
    list->count = node->items.count;
    list->items = items;
    *ret_value = feel_of_list(list);
    return BERM_OK;
}

/** A function in an entry may call itself by the entry's name: give it its own value. */
static void tie_recursion(const struct context_entry *entry, struct feel_value *value)
{
    const struct function_node *body = entry->value->function;

    for (uint32_t i = 0; i < body->capture_count; i++) {
        if (!body->captures[i].is_slot && body->captures[i].from == entry->local)
            value->function->captured[i] = *value;
    }
}

static enum berm_status evaluate_context(struct machine *machine, const struct node *node,
                                         struct feel_value *ret_value)
{
    struct feel_context *context;
    struct text *names;
    struct feel_value *values;

    TRY(arena_new(machine->run->arena, 1, sizeof *context, &context, machine->err));
    TRY(arena_new(machine->run->arena, node->entry_count, sizeof *names, &names, machine->err));
    TRY(arena_new(machine->run->arena, node->entry_count, sizeof *values, &values, machine->err));
    for (uint32_t i = 0; i < node->entry_count; i++) {
        const struct context_entry *entry = &node->entries[i];

        if (entry->local != NO_INDEX)
            machine->locals[entry->local] = feel_null();
        TRY(evaluate(machine, entry->value, &values[i]));
        names[i] = entry->name;
        if (entry->local == NO_INDEX)
            continue;
        if (entry->value->kind == NODE_FUNCTION && values[i].kind == FEEL_FUNCTION)
            tie_recursion(entry, &values[i]);
        machine->locals[entry->local] = values[i];
    }
    context->count = node->entry_count;
    context->names = names;
    context->values = values;
    *ret_value = feel_of_context(context);
    return BERM_OK;
}

static enum berm_status evaluate_range(struct machine *machine, const struct node *node,
                                       struct feel_value *ret_value)
{
    struct feel_value start;
    struct feel_value end;
    const struct feel_unknown *unknown;
    int order;

    TRY(evaluate(machine, node->a, &start));
    TRY(evaluate(machine, node->b, &end));
    unknown = start.unknown;
    start.unknown = NULL; /* the range as a whole carries the marks of its ends */
    TRY(feel_unknown_union(machine->run->arena, unknown, end.unknown, &unknown, machine->err));
    end.unknown = NULL;
    *ret_value = feel_null();
    if (value_order(&start, &end, &order) && order <= 0)
        TRY(value_make_range(machine->run->arena, start, end, node->detail, ret_value,
                             machine->err));
    ret_value->unknown = unknown;
    return BERM_OK;
}

static enum berm_status evaluate_instance_of(struct machine *machine, const struct node *node,
                                             struct feel_value *ret_value)
{
    struct feel_value value;
    const struct feel_unknown *unknown;

    TRY(evaluate(machine, node->a, &value));
    TRY(value_deep_unknown(machine->run->arena, &value, &unknown, machine->err));
    *ret_value = feel_null();
    if (node->type != NULL)
        *ret_value = feel_boolean(value.kind != FEEL_NULL && type_accepts(node->type, &value));
    ret_value->unknown = unknown;
    return BERM_OK;
}

/* ---- Dispatch -------------------------------------------------------------------------------- */

/** The entry of a filter's element, where it has one of that name; else what the name means
 * outside. */
static enum berm_status evaluate_item_entry(struct machine *machine, const struct node *node,
                                            struct feel_value *ret_value)
{
    const struct feel_value *item = &machine->locals[node->index];

    if (item->kind != FEEL_CONTEXT || !feel_context_get(item->context, node->name, ret_value)) {
        TRY(evaluate(machine, node->a, ret_value));
        return join_unknown(machine->run, ret_value, item->kind == FEEL_NULL ? item->unknown : NULL,
                            machine->err);
    }
    if (machine->run->trace != NULL)
        TRY(trace_read(machine->run, item->context, node->name, ret_value, machine->err));
    return join_unknown(machine->run, ret_value, item->unknown, machine->err);
}

static enum berm_status evaluate_inner(struct machine *machine, const struct node *node,
                                       struct feel_value *ret_value)
{
    switch ((enum node_kind)node->kind) {
    case NODE_PATH:
        return evaluate_path(machine, node, ret_value);
    case NODE_ITEM_ENTRY:
        return evaluate_item_entry(machine, node, ret_value);
    case NODE_NEGATE:
        return evaluate_negation(machine, node, ret_value);
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
    case NODE_DIVIDE:
    case NODE_POWER:
        return evaluate_arithmetic(machine, node, ret_value);
    case NODE_COMPARE:
        return evaluate_comparison(machine, node, ret_value);
    case NODE_IS_NULL:
        return evaluate_is_null(machine, node, ret_value);
    case NODE_AND:
    case NODE_OR:
        return evaluate_logic(machine, node, ret_value);
    case NODE_BETWEEN:
        return evaluate_between(machine, node, ret_value);
    case NODE_IN:
        return evaluate_in(machine, node, ret_value);
    case NODE_IF:
        return evaluate_if(machine, node, ret_value);
    case NODE_FOR:
        return evaluate_for(machine, node, ret_value);
    case NODE_SOME:
    case NODE_EVERY:
        return evaluate_quantified(machine, node, ret_value);
    case NODE_LIST:
        return evaluate_list(machine, node, ret_value);
    case NODE_CONTEXT:
        return evaluate_context(machine, node, ret_value);
    case NODE_RANGE:
        return evaluate_range(machine, node, ret_value);
    case NODE_UNARY:
        return evaluate_unary(machine, node, ret_value);
    case NODE_FUNCTION:
        return evaluate_function(machine, node, ret_value);
    case NODE_CALL_BUILTIN:
        return evaluate_builtin(machine, node, ret_value);
    case NODE_CALL:
        return evaluate_call(machine, node, ret_value);
    case NODE_INSTANCE_OF:
        return evaluate_instance_of(machine, node, ret_value);
    case NODE_FILTER:
        return evaluate_filter(machine, node, ret_value);
    case NODE_CONSTANT:
    case NODE_SLOT:
    case NODE_LOCAL:
    case NODE_NAME:
    case NODE_TESTS:
    case NODE_KIND_COUNT:
        break;
    }
    return fail_with(machine->err, BERM_INTERNAL, "a node of kind %d cannot be evaluated",
                     node->kind);
}

enum berm_status evaluate(struct machine *machine, const struct node *node,
                          struct feel_value *ret_value)
{
    enum berm_status status;

    switch (node->kind) {
    case NODE_CONSTANT:
        *ret_value = node->value;
        return BERM_OK;
    case NODE_SLOT:
        *ret_value = machine->slots[node->index];
        return BERM_OK;
    case NODE_LOCAL:
        *ret_value = machine->locals[node->index];
        return BERM_OK;
    case NODE_PATH:
        /* Into a slot or a local nothing recurses: no depth to count. */
        if (node->a->kind == NODE_SLOT || node->a->kind == NODE_LOCAL)
            return evaluate_path(machine, node, ret_value);
        break;
    default:
        break;
    }
    TRY(count_step(machine->run, machine->err));
    if (machine->run->depth >= DEPTH_MAX)
        return fail_too_deep(machine->err);
    machine->run->depth++;
    status = evaluate_inner(machine, node, ret_value);
    machine->run->depth--;
    return status;
}
