/*
 * for, some and every.
 *
 * The variables are walked like the digits of a counter, the last one fastest, by one recursive
 * function that calls a visitor for each combination; the visitor says whether to go on.
 */
#include "policy/feel/machine.h"

struct loop {
    struct machine *machine;
    const struct node *node;
    const struct feel_unknown *unknown; /* of the domains walked so far */
    bool is_null;                       /* some domain is null or cannot be walked */
    bool is_done;
    enum berm_status (*visit)(struct loop *loop);
    /* FOR */
    struct list_builder results;
    /* SOME, EVERY */
    const struct feel_unknown *conditions_unknown;
    bool has_deciding; /* a condition is true (SOME) or false (EVERY) */
    bool is_certain;   /* ... and no mark can change it */
    bool has_null;
};

static enum berm_status walk(struct loop *loop, uint32_t level);

static enum berm_status walk_value(struct loop *loop, uint32_t level, struct feel_value value)
{
    TRY(count_step(loop->machine->run, loop->machine->err));
    loop->machine->locals[loop->node->iterators[level].local] = value;
    return walk(loop, level + 1);
}

/** Whole numbers or dates from start to end, up or down, both included. */
static enum berm_status walk_range(struct loop *loop, uint32_t level,
                                   const struct feel_value *start, const struct feel_value *end)
{
    int64_t at;
    int64_t last;

    if (start->kind == FEEL_NUMBER && end->kind == FEEL_NUMBER) {
        if (!decimal_to_int64(start->number, &at) || !decimal_to_int64(end->number, &last) ||
            !decimal_is_integer(start->number) || !decimal_is_integer(end->number)) {
            loop->is_null = true;
            return BERM_OK;
        }
    } else if (start->kind == FEEL_DATE && end->kind == FEEL_DATE) {
        at = start->date;
        last = end->date;
    } else {
        loop->is_null = true;
        return BERM_OK;
    }
    for (;;) {
        struct feel_value value = feel_number(feel_decimal_from_int64(at));

        if (start->kind == FEEL_DATE)
            value = (struct feel_value){.kind = FEEL_DATE, .date = at};
        TRY(walk_value(loop, level, value));
        if (at == last || loop->is_done || loop->is_null)
            return BERM_OK;
        at += at < last ? 1 : -1;
    }
}

static enum berm_status walk_range_value(struct loop *loop, uint32_t level,
                                         const struct feel_range *range)
{
    struct feel_value start = range->start;
    struct feel_value end = range->end;
    int64_t first;
    int64_t last;

    if (range->form != 0 || (start.kind != FEEL_NUMBER && start.kind != FEEL_DATE)) {
        loop->is_null = true;
        return BERM_OK;
    }
    if (range->is_start_included && range->is_end_included)
        return walk_range(loop, level, &start, &end);
    if (start.kind == FEEL_DATE && end.kind == FEEL_DATE) {
        first = start.date += !range->is_start_included;
        last = end.date -= !range->is_end_included;
    } else if (end.kind == FEEL_NUMBER && decimal_to_int64(start.number, &first) &&
               decimal_to_int64(end.number, &last) && decimal_is_integer(start.number) &&
               decimal_is_integer(end.number)) {
        first += !range->is_start_included;
        last -= !range->is_end_included;
        start.number = feel_decimal_from_int64(first);
        end.number = feel_decimal_from_int64(last);
    } else {
        loop->is_null = true;
        return BERM_OK;
    }
    if (first > last)
        return BERM_OK;
    return walk_range(loop, level, &start, &end);
}

static enum berm_status join_domain(struct loop *loop, const struct feel_value *domain)
{
    return feel_unknown_union(loop->machine->run->arena, loop->unknown, domain->unknown,
                              &loop->unknown, loop->machine->err);
}

static enum berm_status walk(struct loop *loop, uint32_t level)
{
    const struct iterator *iterator = &loop->node->iterators[level];
    struct feel_value domain;
    struct feel_value end;

    if (level == loop->node->iterator_count)
        return loop->visit(loop);
    TRY(evaluate(loop->machine, iterator->from, &domain));
    TRY(join_domain(loop, &domain));
    if (iterator->to != NULL) {
        TRY(evaluate(loop->machine, iterator->to, &end));
        TRY(join_domain(loop, &end));
        return walk_range(loop, level, &domain, &end);
    }
    if (domain.kind == FEEL_RANGE)
        return walk_range_value(loop, level, domain.range);
    if (domain.kind == FEEL_NULL) {
        loop->is_null = true;
        return BERM_OK;
    }
    if (domain.kind != FEEL_LIST)
        return walk_value(loop, level, domain);
    for (size_t i = 0; i < domain.list->count && !loop->is_done && !loop->is_null; i++)
        TRY(walk_value(loop, level, domain.list->items[i]));
    return BERM_OK;
}

/* ---- for ------------------------------------------------------------------------------------- */

static enum berm_status visit_for(struct loop *loop)
{
    struct machine *machine = loop->machine;
    struct feel_value value;

    if (loop->node->partial != NO_INDEX)
        TRY(list_finish(&loop->results, &machine->locals[loop->node->partial], machine->err));
    TRY(evaluate(machine, loop->node->a, &value));
    return list_append(&loop->results, value, machine->err);
}

enum berm_status evaluate_for(struct machine *machine, const struct node *node,
                              struct feel_value *ret_value)
{
    struct loop loop = {
        .machine = machine,
        .node = node,
        .visit = visit_for,
        .results = {.arena = machine->run->arena},
    };

    TRY(walk(&loop, 0));
    if (loop.is_null)
        *ret_value = feel_null();
    else
        TRY(list_finish(&loop.results, ret_value, machine->err));
    ret_value->unknown = loop.unknown;
    return BERM_OK;
}

/* ---- some and every -------------------------------------------------------------------------- */

static enum berm_status visit_condition(struct loop *loop)
{
    enum truth deciding = loop->node->kind == NODE_SOME ? TRUTH_TRUE : TRUTH_FALSE;
    struct feel_value condition;
    enum truth truth;

    TRY(evaluate(loop->machine, loop->node->a, &condition));
    truth = truth_of_value(&condition);
    if (truth == deciding) {
        loop->has_deciding = true;
        loop->is_certain = condition.unknown == NULL && loop->unknown == NULL;
        loop->is_done = loop->is_certain;
    }
    loop->has_null = loop->has_null || truth == TRUTH_NULL;
    if (condition.unknown == NULL)
        return BERM_OK;
    return feel_unknown_union(loop->machine->run->arena, loop->conditions_unknown,
                              condition.unknown, &loop->conditions_unknown, loop->machine->err);
}

enum berm_status evaluate_quantified(struct machine *machine, const struct node *node,
                                     struct feel_value *ret_value)
{
    struct loop loop = {.machine = machine, .node = node, .visit = visit_condition};
    bool is_some = node->kind == NODE_SOME;

    TRY(walk(&loop, 0));
    if (loop.is_null) {
        *ret_value = feel_null();
    } else if (loop.has_deciding) {
        *ret_value = feel_boolean(is_some);
        if (loop.is_certain)
            return BERM_OK;
    } else if (loop.has_null) {
        *ret_value = feel_null();
    } else {
        *ret_value = feel_boolean(!is_some);
    }
    ret_value->unknown = loop.unknown;
    return join_unknown(machine->run, ret_value, loop.conditions_unknown, machine->err);
}
