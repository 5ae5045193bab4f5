/*
 * Paths and filters.
 *
 * A path into a context of a declared type carries the place where the type has the entry; contexts
 * made from the register have their entries in the type's order and with the type's own names, so
 * one comparison of pointers finds the entry. All other contexts are searched.
 */
#include "policy/feel/machine.h"

static inline bool get_entry(const struct feel_context *context, const struct node *node,
                             struct feel_value *ret_value)
{
    uint32_t hint = node->index;

    if (hint < context->count && context->names[hint].bytes == node->name.bytes &&
        context->names[hint].length == node->name.length) {
        *ret_value = context->values[hint];
        return true;
    }
    return feel_context_get(context, node->name, ret_value);
}

/** An entry or property of a value that is no list; null where it has none of that name. */
static enum berm_status get_member(struct machine *machine, const struct node *node,
                                   const struct feel_value *value, struct feel_value *ret_value)
{
    const struct feel_unknown *unknown = value->unknown;

    if (value->kind == FEEL_CONTEXT) {
        const struct feel_context *context = value->context;

        if (!get_entry(context, node, ret_value))
            *ret_value = feel_null();
        else if (__builtin_expect(machine->run->trace != NULL, 0))
            TRY(trace_read(machine->run, context, node->name, ret_value, machine->err));
    } else if (!value_property(value, node->name, ret_value)) {
        *ret_value = feel_null();
    }
    return join_unknown(machine->run, ret_value, unknown, machine->err);
}

static enum berm_status path_over_list(struct machine *machine, const struct node *node,
                                       const struct feel_value *list, struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = machine->run->arena};

    for (size_t i = 0; i < list->list->count; i++) {
        const struct feel_value *item = &list->list->items[i];
        struct feel_value member;

        TRY(count_step(machine->run, machine->err));
        if (item->kind == FEEL_LIST) /* a list in a list has no entries */
            member = feel_null();
        else
            TRY(get_member(machine, node, item, &member));
        TRY(list_append(&builder, member, machine->err));
    }
    TRY(list_finish(&builder, ret_value, machine->err));
    ret_value->unknown = list->unknown;
    return BERM_OK;
}

enum berm_status evaluate_path(struct machine *machine, const struct node *node,
                               struct feel_value *ret_value)
{
    struct feel_value value;
    const struct feel_value *base = &value;

    if (node->a->kind == NODE_SLOT)
        base = &machine->slots[node->a->index];
    else if (node->a->kind == NODE_LOCAL)
        base = &machine->locals[node->a->index];
    else
        TRY(evaluate(machine, node->a, &value));
    if (base->kind == FEEL_LIST)
        return path_over_list(machine, node, base, ret_value);
    return get_member(machine, node, base, ret_value);
}

/* ---- Filters --------------------------------------------------------------------------------- */

static enum berm_status element_at(struct machine *machine, const struct feel_value *list,
                                   const struct feel_value *index, struct feel_value *ret_value)
{
    const struct feel_unknown *list_unknown = list->unknown;
    const struct feel_unknown *index_unknown = index->unknown;
    int64_t count = (int64_t)list->list->count;
    int64_t position;

    *ret_value = feel_null();
    if (decimal_to_int64(index->number, &position)) {
        if (position > 0 && position <= count)
            *ret_value = list->list->items[position - 1];
        else if (position < 0 && position >= -count)
            *ret_value = list->list->items[count + position];
    }
    TRY(join_unknown(machine->run, ret_value, list_unknown, machine->err));
    return join_unknown(machine->run, ret_value, index_unknown, machine->err);
}

/** Nothing to filter: only an index makes a difference, and it finds nothing. */
static enum berm_status filter_nothing(struct machine *machine, const struct node *node,
                                       const struct feel_value *list, struct feel_value *ret_value)
{
    const struct feel_unknown *unknown = list->unknown;
    struct feel_value condition = feel_null();

    switch (node->b->kind) {
    case NODE_COMPARE:
    case NODE_AND:
    case NODE_OR:
    case NODE_IN:
    case NODE_BETWEEN:
    case NODE_IS_NULL:
    case NODE_SOME:
    case NODE_EVERY:
        break;
    default:
        machine->locals[node->index] = feel_null();
        TRY(evaluate(machine, node->b, &condition));
        break;
    }
    *ret_value = *list;
    if (condition.kind == FEEL_NUMBER)
        *ret_value = feel_null();
    ret_value->unknown = unknown;
    return join_unknown(machine->run, ret_value, condition.unknown, machine->err);
}

static enum berm_status filter_list(struct machine *machine, const struct node *node,
                                    const struct feel_value *list, struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = machine->run->arena};
    const struct feel_unknown *unknown = list->unknown;

    for (size_t i = 0; i < list->list->count; i++) {
        struct feel_value condition;

        machine->locals[node->index] = list->list->items[i];
        TRY(evaluate(machine, node->b, &condition));
        if (i == 0 && condition.kind == FEEL_NUMBER)
            return element_at(machine, list, &condition, ret_value);
        if (truth_of_value(&condition) == TRUTH_TRUE)
            TRY(list_append(&builder, list->list->items[i], machine->err));
        if (condition.unknown != NULL)
            TRY(feel_unknown_union(machine->run->arena, unknown, condition.unknown, &unknown,
                                   machine->err));
    }
    TRY(list_finish(&builder, ret_value, machine->err));
    ret_value->unknown = unknown;
    return BERM_OK;
}

enum berm_status evaluate_filter(struct machine *machine, const struct node *node,
                                 struct feel_value *ret_value)
{
    struct feel_value value;
    struct feel_list single;

    TRY(evaluate(machine, node->a, &value));
    if (value.kind == FEEL_NULL) {
        *ret_value = value;
        return BERM_OK;
    }
    if (value.kind != FEEL_LIST) {
        struct feel_value *item;

        TRY(arena_new(machine->run->arena, 1, sizeof *item, &item, machine->err));
        *item = value;
        single = (struct feel_list){.count = 1, .items = item};
        value = feel_of_list(&single);
        value.unknown = item->unknown;
    }
    if (node->b->kind == NODE_CONSTANT && node->b->value.kind == FEEL_NUMBER)
        return element_at(machine, &value, &node->b->value, ret_value);
    if (value.list->count == 0)
        return filter_nothing(machine, node, &value, ret_value);
    return filter_list(machine, node, &value, ret_value);
}
