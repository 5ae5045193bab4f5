/* Boxed expressions at run time, but for loops and tables. */
#include "run.h"

enum berm_status formula_evaluate(struct dmn_run *run, const struct frame *frame,
                                  const struct formula *formula, struct feel_value *ret_value,
                                  struct berm_error *err)
{
    if (formula->expression == NULL) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    return feel_evaluate(formula->expression, &run->feel, frame->slots, ret_value, err);
}

static enum berm_status context_evaluate(struct dmn_run *run, const struct frame *frame,
                                         const struct boxed_context *context,
                                         struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value *values;
    struct feel_context *made;

    TRY(value_array(run, context->count, &values, err));
    for (size_t i = 0; i < context->count; i++) {
        const struct boxed_entry *entry = &context->entries[i];

        if (entry->value->kind == BOXED_FUNCTION)
            TRY(function_value(run, frame, &entry->value->function, entry->slot, &values[i], err));
        else
            TRY(boxed_evaluate(run, frame, entry->value, &values[i], err));
        TRY(value_coerce(run, entry->type, values[i], &values[i], err));
        frame->slots[entry->slot] = values[i];
    }
    if (context->result != NULL)
        return boxed_evaluate(run, frame, context->result, ret_value, err);
    TRY(arena_new(run->arena, 1, sizeof(*made), &made, err));
    made->count = context->count;
    made->names = context->names;
    made->values = values;
    *ret_value = feel_of_context(made);
    return BERM_OK;
}

static enum berm_status call_evaluate(struct dmn_run *run, const struct frame *frame,
                                      const struct boxed_call *call, struct feel_value *ret_value,
                                      struct berm_error *err)
{
    struct feel_value *arguments;

    TRY(value_array(run, call->argument_count, &arguments, err));
    for (size_t i = 0; i < call->argument_count; i++) {
        arguments[i] = feel_null();
        if (call->arguments[i] != NULL)
            TRY(boxed_evaluate(run, frame, call->arguments[i], &arguments[i], err));
    }
    return feel_call(run->functions[call->node], &run->feel, arguments, call->argument_count,
                     ret_value, err);
}

static enum berm_status list_evaluate(struct dmn_run *run, const struct frame *frame,
                                      const struct boxed_list *list, struct feel_value *ret_value,
                                      struct berm_error *err)
{
    struct feel_value *items;

    TRY(value_array(run, list->count, &items, err));
    for (size_t i = 0; i < list->count; i++)
        TRY(boxed_evaluate(run, frame, list->items[i], &items[i], err));
    return value_list(run, items, list->count, ret_value, err);
}

static enum berm_status relation_evaluate(struct dmn_run *run, const struct frame *frame,
                                          const struct boxed_list *list,
                                          struct feel_value *ret_value, struct berm_error *err)
{
    size_t row_count = list->column_count == 0 ? 0 : list->count / list->column_count;
    struct feel_value cells, *rows;

    TRY(list_evaluate(run, frame, list, &cells, err));
    TRY(value_array(run, row_count, &rows, err));
    for (size_t i = 0; i < row_count; i++) {
        struct feel_context *row;

        TRY(arena_new(run->arena, 1, sizeof(*row), &row, err));
        row->count = list->column_count;
        row->names = list->columns;
        row->values = cells.list->items + i * list->column_count;
        rows[i] = feel_of_context(row);
    }
    return value_list(run, rows, row_count, ret_value, err);
}

/*
 * As FEEL's if, null is else, and an unknown condition marks whatever comes out; but a condition of
 * a wrong type is an error here.
 */
static enum berm_status conditional_evaluate(struct dmn_run *run, const struct frame *frame,
                                             const struct boxed *const *branches,
                                             struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value condition;

    TRY(boxed_evaluate(run, frame, branches[0], &condition, err));
    bool is_true = condition.kind == FEEL_BOOLEAN && condition.boolean;
    if (condition.kind != FEEL_BOOLEAN && condition.kind != FEEL_NULL)
        *ret_value = feel_null();
    else
        TRY(boxed_evaluate(run, frame, branches[is_true ? 1 : 2], ret_value, err));
    return value_add_mark(run, ret_value, condition.unknown, err);
}

static enum berm_status boxed_evaluate_kind(struct dmn_run *run, const struct frame *frame,
                                            const struct boxed *boxed, struct feel_value *ret_value,
                                            struct berm_error *err)
{
    switch (boxed->kind) {
    case BOXED_NULL:
        *ret_value = feel_null();
        return BERM_OK;
    case BOXED_LITERAL:
        return formula_evaluate(run, frame, &boxed->literal, ret_value, err);
    case BOXED_TABLE:
        return table_evaluate(run, frame, boxed->table, ret_value, err);
    case BOXED_CONTEXT:
        return context_evaluate(run, frame, &boxed->context, ret_value, err);
    case BOXED_CALL:
        return call_evaluate(run, frame, &boxed->call, ret_value, err);
    case BOXED_FUNCTION:
        return function_value(run, frame, &boxed->function, NO_NODE, ret_value, err);
    case BOXED_LIST:
        return list_evaluate(run, frame, &boxed->list, ret_value, err);
    case BOXED_RELATION:
        return relation_evaluate(run, frame, &boxed->list, ret_value, err);
    case BOXED_CONDITIONAL:
        return conditional_evaluate(run, frame, boxed->condition, ret_value, err);
    case BOXED_FOR:
    case BOXED_EVERY:
    case BOXED_SOME:
    case BOXED_FILTER:
        return loop_evaluate(run, frame, boxed, ret_value, err);
    }
    return fail_with(err, BERM_INTERNAL, "A boxed expression has no kind.");
}

enum berm_status boxed_evaluate(struct dmn_run *run, const struct frame *frame,
                                const struct boxed *boxed, struct feel_value *ret_value,
                                struct berm_error *err)
{
    if (run->boxed_depth >= DMN_RUN_DEPTH_MAX)
        return fail_with(err, BERM_LIMIT,
                         "Boxed expressions call one another too deep; end the recursion earlier.");
    run->boxed_depth++;
    TRY(boxed_evaluate_kind(run, frame, boxed, ret_value, err));
    run->boxed_depth--;
    return value_coerce(run, boxed->type, *ret_value, ret_value, err);
}
