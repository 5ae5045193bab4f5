/*
 * A table read rule by rule, with the evidence of each rule that is not false. A cell's events are
 * those of the decisions that its column and its test read (with all that these require), then the
 * column's own, then the test's: the order in which a person would follow the reasoning.
 */
#include "run.h"

struct collector {
    struct dmn_run *run;
    uint8_t *is_seen; /* by node */
    struct feel_trace_event *events;
    size_t count;
};

static size_t span_length(struct span span)
{
    return span.end > span.start ? span.end - span.start : 0;
}

/* events NULL: only count. */
static void collect_span(struct collector *collector, struct span span)
{
    for (size_t i = 0; i < span_length(span); i++) {
        if (collector->events != NULL)
            collector->events[collector->count] = collector->run->trace.events[span.start + i];
        collector->count++;
    }
}

static void collect_decision(struct collector *collector, uint32_t index)
{
    const struct node *node = &collector->run->model->nodes[index];

    if (collector->is_seen[index] || node->kind != NODE_DECISION)
        return;
    collector->is_seen[index] = 1;
    for (size_t i = 0; i < node->require_count; i++)
        collect_decision(collector, node->requires[i]);
    collect_span(collector, collector->run->spans[index]);
}

static void collect_cell(struct collector *collector, const struct formula *input,
                         const struct formula *test, struct span input_span, struct span test_span)
{
    for (size_t i = 0; i < input->decision_count; i++)
        collect_decision(collector, input->decisions[i]);
    for (size_t i = 0; i < test->decision_count; i++)
        collect_decision(collector, test->decisions[i]);
    collect_span(collector, input_span);
    collect_span(collector, test_span);
}

static enum berm_status cell_events(struct dmn_run *run, const struct formula *input,
                                    const struct formula *test, struct span input_span,
                                    struct span test_span, struct dmn_cell_trace *trace,
                                    struct berm_error *err)
{
    struct collector collector = {.run = run};
    size_t count;

    TRY(arena_new(run->arena, run->model->node_count, 1, &collector.is_seen, err));
    collect_cell(&collector, input, test, input_span, test_span);
    count = collector.count;
    collector.count = 0;
    TRY(arena_new(run->arena, count, sizeof(*collector.events), &collector.events, err));
    TRY(arena_new(run->arena, run->model->node_count, 1, &collector.is_seen, err));
    collect_cell(&collector, input, test, input_span, test_span);
    trace->events = collector.events;
    trace->event_count = count;
    return BERM_OK;
}

static enum berm_status cells_trace(struct dmn_run *run, const struct table *table,
                                    const struct columns *columns, const struct hit *hit,
                                    struct dmn_rule_result *result, struct berm_error *err)
{
    const struct table_rule *rule = &table->rules[hit->rule];
    struct dmn_cell_trace *cells;

    TRY(arena_new(run->arena, rule->cell_count, sizeof(*cells), &cells, err));
    for (size_t i = 0; i < rule->cell_count; i++) {
        const struct table_cell *cell = &rule->cells[i];

        cells[i].input_text = table->inputs[cell->column].text;
        cells[i].test_text = rule->cell_texts[cell->column];
        cells[i].input = columns->values[cell->column];
        TRY(cell_events(run, &table->inputs[cell->column].formula, &cell->test,
                        columns->spans[cell->column], hit->cell_spans[i], &cells[i], err));
    }
    result->cells = cells;
    result->cell_count = rule->cell_count;
    return BERM_OK;
}

static enum berm_status result_make(struct dmn_run *run, const struct frame *frame,
                                    const struct table *table, const struct columns *columns,
                                    const struct hit *hit, struct dmn_rule_result *ret_result,
                                    struct berm_error *err)
{
    struct dmn_rule_result result = {
        .rule = hit->rule,
        .state = hit->mark == NULL ? DMN_RULE_MATCHED : DMN_RULE_UNDETERMINED,
        .unknown = hit->mark,
    };
    struct feel_value *outputs;

    if (columns->spans != NULL)
        TRY(cells_trace(run, table, columns, hit, &result, err));
    TRY(value_array(run, table->output_count, &outputs, err));
    for (size_t i = 0; i < table->output_count; i++)
        TRY(rule_output(run, frame, table, hit->rule, i, &outputs[i], err));
    result.outputs = outputs;
    *ret_result = result;
    return BERM_OK;
}

static enum berm_status rules_run(struct dmn_run *run, uint32_t node, const struct table *table,
                                  const struct dmn_rule_result **ret_rules, size_t *ret_count,
                                  struct berm_error *err)
{
    struct dmn_rule_result *results;
    struct columns columns;
    struct frame frame;
    size_t count = 0;

    TRY(frame_prepare(run, &run->base, node, &frame, err));
    TRY(arena_new(run->arena, table->rule_count, sizeof(*results), &results, err));
    TRY(columns_start(run, table, &columns, err));
    for (uint32_t i = 0; i < table->rule_count; i++) {
        struct hit hit;
        bool is_hit;

        TRY(rule_test(run, &frame, table, &columns, i, NULL_IS_UNDETERMINED, &hit, &is_hit, err));
        if (is_hit)
            TRY(result_make(run, &frame, table, &columns, &hit, &results[count++], err));
    }
    *ret_rules = results;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status dmn_run_table_rules(struct dmn_run *run, size_t decision,
                                     const struct dmn_rule_result **ret_rules, size_t *ret_count,
                                     struct berm_error *err)
{
    assert(decision < run->model->decision_count);
    uint32_t index = run->model->decisions[decision];
    const struct node *node = &run->model->nodes[index];
    const struct table *table = decision_table(run->model, decision);

    run_start(run);
    if (table == NULL)
        return fail_with(err, BERM_INVALID_INPUT,
                         "Decision '%.*s' is no decision table, so it has no rules; make it one.",
                         TEXT_ARG(node->name));
    enum berm_status status = rules_run(run, index, table, ret_rules, ret_count, err);
    if (status != BERM_OK)
        return fail_within(err, status, "decision '%.*s'", TEXT_ARG(node->name));
    return BERM_OK;
}
