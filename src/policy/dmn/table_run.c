/*
 * Testing the rules of a table. A column's expression is evaluated when the first cell asks for it
 * and once only; a rule ends at its first cell that is certainly not true. A cell whose answer
 * carries a mark leaves its rule undetermined, and the cells behind it are still tested, since one
 * that is certainly false settles the rule.
 */
#include "run.h"

enum { HITS_ON_STACK = 48 };

enum berm_status columns_start(struct dmn_run *run, const struct table *table,
                               struct columns *ret_columns, struct berm_error *err)
{
    struct columns columns = {0};

    TRY(value_array(run, table->input_count, &columns.values, err));
    if (run->is_traced)
        TRY(arena_new(run->arena, table->input_count, sizeof(*columns.spans), &columns.spans, err));
    *ret_columns = columns;
    return BERM_OK;
}

static enum berm_status column_value(struct dmn_run *run, const struct frame *frame,
                                     const struct table *table, struct columns *columns,
                                     uint32_t column, struct berm_error *err)
{
    uint64_t bit = UINT64_C(1) << (column % 64);

    if ((columns->is_known[column / 64] & bit) != 0)
        return BERM_OK;
    size_t start = run->trace.count;
    TRY(formula_evaluate(run, frame, &table->inputs[column].formula, &columns->values[column],
                         err));
    columns->is_known[column / 64] |= bit;
    if (columns->spans != NULL)
        columns->spans[column] = (struct span){start, run->trace.count};
    return BERM_OK;
}

/* A test that gives neither true nor false, though nothing is missing: a division by zero, a text
 * compared with a number. Where findings are read, that is no "no": the column is what is missing.
 */
static enum berm_status mark_failure(struct dmn_run *run, const struct table *table, size_t column,
                                     struct feel_value *answer, struct berm_error *err)
{
    if (answer->kind != FEEL_NULL || answer->unknown != NULL)
        return BERM_OK;
    return feel_unknown_of_name(run->arena, table->inputs[column].text, &answer->unknown, err);
}

enum berm_status rule_test(struct dmn_run *run, const struct frame *frame,
                           const struct table *table, struct columns *columns, uint32_t rule,
                           enum null_answer null_answer, struct hit *ret_hit, bool *ret_is_hit,
                           struct berm_error *err)
{
    const struct table_rule *tested = &table->rules[rule];
    struct hit hit = {.rule = rule, .is_match = true};

    *ret_is_hit = false;
    if (columns->spans != NULL)
        TRY(arena_new(run->arena, tested->cell_count, sizeof(*hit.cell_spans), &hit.cell_spans,
                      err));
    for (size_t i = 0; i < tested->cell_count; i++) {
        const struct table_cell *cell = &tested->cells[i];
        struct feel_value answer;

        if (cell->test.expression == NULL)
            return BERM_OK; /* a cell that plain DMN could not read matches nothing */
        TRY(column_value(run, frame, table, columns, cell->column, err));
        size_t start = run->trace.count;
        TRY(feel_test(cell->test.expression, &run->feel, frame->slots,
                      columns->values[cell->column], &answer, err));
        if (hit.cell_spans != NULL)
            hit.cell_spans[i] = (struct span){start, run->trace.count};
        if (null_answer == NULL_IS_UNDETERMINED)
            TRY(mark_failure(run, table, cell->column, &answer, err));
        bool is_true = answer.kind == FEEL_BOOLEAN && answer.boolean;
        if (!is_true && answer.unknown == NULL)
            return BERM_OK;
        hit.is_match = hit.is_match && is_true;
        if (answer.unknown != NULL && answer.unknown != hit.mark)
            TRY(feel_unknown_union(run->arena, hit.mark, answer.unknown, &hit.mark, err));
    }
    *ret_hit = hit;
    *ret_is_hit = true;
    return BERM_OK;
}

enum berm_status rule_output(struct dmn_run *run, const struct frame *frame,
                             const struct table *table, uint32_t rule, size_t output,
                             struct feel_value *ret_value, struct berm_error *err)
{
    TRY(formula_evaluate(run, frame, &table->rules[rule].outputs[output], ret_value, err));
    return value_coerce(run, table->outputs[output].type, *ret_value, ret_value, err);
}

enum berm_status table_evaluate(struct dmn_run *run, const struct frame *frame,
                                const struct table *table, struct feel_value *ret_value,
                                struct berm_error *err)
{
    struct hit on_stack[HITS_ON_STACK], *hits = on_stack;
    struct columns columns;
    size_t hit_count = 0;
    bool is_hit;

    if (table->rule_count > HITS_ON_STACK)
        TRY(arena_new(run->arena, table->rule_count, sizeof(*hits), &hits, err));
    TRY(columns_start(run, table, &columns, err));
    for (uint32_t i = 0; i < table->rule_count; i++) {
        TRY(rule_test(run, frame, table, &columns, i, NULL_IS_FALSE, &hits[hit_count], &is_hit,
                      err));
        if (!is_hit)
            continue;
        hit_count++;
        /* What stands behind the first certain match cannot change it. */
        if (table->hit_policy == HIT_FIRST && hits[hit_count - 1].mark == NULL)
            break;
    }
    return hits_outcome(run, frame, table, hits, hit_count, ret_value, err);
}
