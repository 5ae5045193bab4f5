/*
 * What a table comes to, by hit policy. The outcome is that of plain DMN over the rules that match;
 * then it takes the marks of the undetermined rules that could have made it another:
 *
 *   UNIQUE                      every one (a second match would be an error)
 *   ANY                         those whose outputs differ, all where nothing matches for certain
 *   FIRST                       those above the first certain match
 *   PRIORITY                    those not below the best certain match
 *   COLLECT < and >             those whose value would be smaller or larger
 *   lists, sums and counts      every one
 *
 * Where nothing matches: the default outputs; else an empty list for COLLECT, 0 for its count, and
 * null for all others. Source: DMN 1.5 section 8.2.10.
 */
#include "run.h"

#include <stdlib.h>

/* The outputs of a rule or of the defaults as one value. */
static enum berm_status outputs_value(struct dmn_run *run, const struct table *table,
                                      const struct feel_value *outputs,
                                      struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_context *context;

    if (table->output_count == 1) {
        *ret_value = outputs[0];
        return BERM_OK;
    }
    TRY(arena_new(run->arena, 1, sizeof(*context), &context, err));
    context->count = table->output_count;
    context->names = table->output_names;
    context->values = outputs;
    *ret_value = feel_of_context(context);
    return BERM_OK;
}

static enum berm_status rule_value(struct dmn_run *run, const struct frame *frame,
                                   const struct table *table, uint32_t rule,
                                   struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value *outputs;

    if (table->output_count == 1)
        return rule_output(run, frame, table, rule, 0, ret_value, err);
    TRY(value_array(run, table->output_count, &outputs, err));
    for (size_t i = 0; i < table->output_count; i++)
        TRY(rule_output(run, frame, table, rule, i, &outputs[i], err));
    return outputs_value(run, table, outputs, ret_value, err);
}

static enum berm_status no_match_value(struct dmn_run *run, const struct frame *frame,
                                       const struct table *table, struct feel_value *ret_value,
                                       struct berm_error *err)
{
    struct feel_value *outputs;

    *ret_value = feel_null();
    if (!table->has_default) {
        if (table->hit_policy == HIT_COLLECT && table->aggregation == AGGREGATE_NONE)
            return value_list(run, NULL, 0, ret_value, err);
        if (table->aggregation == AGGREGATE_COUNT)
            *ret_value = feel_number(feel_decimal_from_int64(0));
        return BERM_OK;
    }
    TRY(value_array(run, table->output_count, &outputs, err));
    for (size_t i = 0; i < table->output_count; i++) {
        outputs[i] = feel_null();
        TRY(formula_evaluate(run, frame, &table->outputs[i].default_value, &outputs[i], err));
        TRY(value_coerce(run, table->outputs[i].type, outputs[i], &outputs[i], err));
    }
    return outputs_value(run, table, outputs, ret_value, err);
}

static bool is_same(struct feel_value a, struct feel_value b)
{
    struct feel_value equal = feel_equal(a, b);

    if (a.kind == FEEL_NULL && b.kind == FEEL_NULL)
        return true;
    return equal.kind == FEEL_BOOLEAN && equal.boolean;
}

static bool has_match(const struct hit *hits, size_t hit_count)
{
    for (size_t i = 0; i < hit_count; i++)
        if (hits[i].is_match)
            return true;
    return false;
}

static enum berm_status mark_all(struct dmn_run *run, const struct hit *hits, size_t hit_count,
                                 struct feel_value *value, struct berm_error *err)
{
    for (size_t i = 0; i < hit_count; i++)
        TRY(value_add_mark(run, value, hits[i].mark, err));
    return BERM_OK;
}

/* ---- One rule decides ------------------------------------------------------------------------ */

static enum berm_status unique_outcome(struct dmn_run *run, const struct frame *frame,
                                       const struct table *table, const struct hit *hits,
                                       size_t hit_count, struct feel_value *ret_value,
                                       struct berm_error *err)
{
    uint32_t rule = 0;
    size_t match_count = 0;

    for (size_t i = 0; i < hit_count; i++) {
        if (hits[i].is_match) {
            rule = hits[i].rule;
            match_count++;
        }
    }
    *ret_value = feel_null(); /* also where two match, which UNIQUE forbids */
    if (match_count == 1)
        TRY(rule_value(run, frame, table, rule, ret_value, err));
    return mark_all(run, hits, hit_count, ret_value, err);
}

static enum berm_status any_outcome(struct dmn_run *run, const struct frame *frame,
                                    const struct table *table, const struct hit *hits,
                                    size_t hit_count, struct feel_value *ret_value,
                                    struct berm_error *err)
{
    struct feel_value outcome = feel_null(), *values;
    bool has_outcome = false, has_certain = false, is_conflict = false;

    TRY(value_array(run, hit_count, &values, err));
    for (size_t i = 0; i < hit_count; i++) {
        TRY(rule_value(run, frame, table, hits[i].rule, &values[i], err));
        has_certain |= hits[i].mark == NULL;
        if (!hits[i].is_match)
            continue;
        if (!has_outcome)
            outcome = values[i];
        else
            is_conflict |= !is_same(outcome, values[i]);
        has_outcome = true;
    }
    *ret_value = is_conflict ? feel_null() : outcome;
    for (size_t i = 0; i < hit_count; i++)
        if (!has_certain || is_conflict || !is_same(values[i], outcome))
            TRY(value_add_mark(run, ret_value, hits[i].mark, err));
    return BERM_OK;
}

static enum berm_status first_outcome(struct dmn_run *run, const struct frame *frame,
                                      const struct table *table, const struct hit *hits,
                                      size_t hit_count, struct feel_value *ret_value,
                                      struct berm_error *err)
{
    *ret_value = feel_null();
    for (size_t i = 0; i < hit_count; i++) {
        if (hits[i].is_match) {
            TRY(rule_value(run, frame, table, hits[i].rule, ret_value, err));
            break;
        }
    }
    for (size_t i = 0; i < hit_count && hits[i].mark != NULL; i++)
        TRY(value_add_mark(run, ret_value, hits[i].mark, err));
    return BERM_OK;
}

/* ---- Priorities ------------------------------------------------------------------------------ */

struct ranked {
    const struct table *table;
    struct feel_value value;
    const struct hit *hit;
};

static struct feel_value output_of(const struct ranked *ranked, size_t output)
{
    if (ranked->table->output_count == 1)
        return ranked->value;
    return ranked->value.context->values[output];
}

/* Where the value stands in the list of output values; those not listed come last. */
static size_t rank_of(const struct table_output *output, struct feel_value value)
{
    size_t rank = 0;

    while (rank < output->priority_count && !is_same(output->priorities[rank], value))
        rank++;
    return rank;
}

/* By the first output column that has priorities, then the next; < 0 is the higher priority. */
static int compare_priority(const struct ranked *a, const struct ranked *b)
{
    const struct table *table = a->table;

    for (size_t i = 0; i < table->output_count; i++) {
        size_t rank_a = rank_of(&table->outputs[i], output_of(a, i));
        size_t rank_b = rank_of(&table->outputs[i], output_of(b, i));

        if (rank_a != rank_b)
            return rank_a < rank_b ? -1 : 1;
    }
    return 0;
}

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    int priority = compare_priority(left, right);

    if (priority != 0)
        return priority;
    return left->hit->rule < right->hit->rule ? -1 : left->hit->rule > right->hit->rule;
}

static enum berm_status rank_hits(struct dmn_run *run, const struct frame *frame,
                                  const struct table *table, const struct hit *hits,
                                  size_t hit_count, struct ranked **ret_ranked,
                                  struct berm_error *err)
{
    struct ranked *ranked;

    TRY(arena_new(run->arena, hit_count, sizeof(*ranked), &ranked, err));
    for (size_t i = 0; i < hit_count; i++) {
        ranked[i].table = table;
        ranked[i].hit = &hits[i];
        TRY(rule_value(run, frame, table, hits[i].rule, &ranked[i].value, err));
    }
    qsort(ranked, hit_count, sizeof(*ranked), compare_ranked);
    *ret_ranked = ranked;
    return BERM_OK;
}

static enum berm_status priority_outcome(struct dmn_run *run, const struct frame *frame,
                                         const struct table *table, const struct hit *hits,
                                         size_t hit_count, struct feel_value *ret_value,
                                         struct berm_error *err)
{
    const struct ranked *certain = NULL;
    struct ranked *ranked;
    bool has_outcome = false;

    *ret_value = feel_null();
    TRY(rank_hits(run, frame, table, hits, hit_count, &ranked, err));
    for (size_t i = 0; i < hit_count; i++) {
        if (ranked[i].hit->is_match && !has_outcome) {
            *ret_value = ranked[i].value;
            has_outcome = true;
        }
        if (ranked[i].hit->mark == NULL && certain == NULL)
            certain = &ranked[i];
    }
    for (size_t i = 0; i < hit_count; i++) {
        if (certain != NULL &&
            (compare_priority(certain, &ranked[i]) < 0 || is_same(certain->value, ranked[i].value)))
            continue;
        TRY(value_add_mark(run, ret_value, ranked[i].hit->mark, err));
    }
    return BERM_OK;
}

/* ---- All hits -------------------------------------------------------------------------------- */

static enum berm_status list_outcome(struct dmn_run *run, const struct frame *frame,
                                     const struct table *table, const struct hit *hits,
                                     size_t hit_count, struct feel_value *ret_value,
                                     struct berm_error *err)
{
    struct feel_value *values;
    struct ranked *ranked;
    size_t count = 0;

    TRY(value_array(run, hit_count, &values, err));
    if (table->hit_policy == HIT_OUTPUT_ORDER) {
        TRY(rank_hits(run, frame, table, hits, hit_count, &ranked, err));
        for (size_t i = 0; i < hit_count; i++)
            if (ranked[i].hit->is_match)
                values[count++] = ranked[i].value;
    } else {
        for (size_t i = 0; i < hit_count; i++)
            if (hits[i].is_match)
                TRY(rule_value(run, frame, table, hits[i].rule, &values[count++], err));
    }
    TRY(value_list(run, values, count, ret_value, err));
    return mark_all(run, hits, hit_count, ret_value, err);
}

/* Would one hit more leave the smallest or largest as it is? */
static bool is_beaten(const struct table *table, struct feel_value outcome, struct feel_value value)
{
    if (outcome.kind != FEEL_NUMBER || value.kind != FEEL_NUMBER || value.unknown != NULL ||
        outcome.unknown != NULL)
        return false;
    int order = feel_decimal_compare(outcome.number, value.number);
    return table->aggregation == AGGREGATE_MIN ? order <= 0
                                               : table->aggregation == AGGREGATE_MAX && order >= 0;
}

static enum berm_status aggregate_outcome(struct dmn_run *run, const struct frame *frame,
                                          const struct table *table, const struct hit *hits,
                                          size_t hit_count, struct feel_value *ret_value,
                                          struct berm_error *err)
{
    struct feel_value *certain, list, certain_outcome = feel_null(), value;
    bool may_settle = table->aggregation == AGGREGATE_MIN || table->aggregation == AGGREGATE_MAX;
    size_t count = 0;

    TRY(list_outcome(run, frame, table, hits, hit_count, &list, err));
    list.unknown = NULL;
    TRY(feel_evaluate(table->aggregate, &run->feel, &list, ret_value, err));
    TRY(value_array(run, hit_count, &certain, err));
    for (size_t i = 0; may_settle && i < hit_count; i++)
        if (hits[i].mark == NULL)
            TRY(rule_value(run, frame, table, hits[i].rule, &certain[count++], err));
    if (count > 0) {
        TRY(value_list(run, certain, count, &list, err));
        TRY(feel_evaluate(table->aggregate, &run->feel, &list, &certain_outcome, err));
    }
    for (size_t i = 0; i < hit_count; i++) {
        if (hits[i].mark == NULL)
            continue;
        if (count > 0) {
            TRY(rule_value(run, frame, table, hits[i].rule, &value, err));
            if (is_beaten(table, certain_outcome, value))
                continue;
        }
        TRY(value_add_mark(run, ret_value, hits[i].mark, err));
    }
    return BERM_OK;
}

enum berm_status hits_outcome(struct dmn_run *run, const struct frame *frame,
                              const struct table *table, const struct hit *hits, size_t hit_count,
                              struct feel_value *ret_value, struct berm_error *err)
{
    if (!has_match(hits, hit_count)) {
        TRY(no_match_value(run, frame, table, ret_value, err));
        return mark_all(run, hits, hit_count, ret_value, err);
    }
    switch (table->hit_policy) {
    case HIT_UNIQUE:
        return unique_outcome(run, frame, table, hits, hit_count, ret_value, err);
    case HIT_ANY:
        return any_outcome(run, frame, table, hits, hit_count, ret_value, err);
    case HIT_FIRST:
        return first_outcome(run, frame, table, hits, hit_count, ret_value, err);
    case HIT_PRIORITY:
        return priority_outcome(run, frame, table, hits, hit_count, ret_value, err);
    case HIT_RULE_ORDER:
    case HIT_OUTPUT_ORDER:
        return list_outcome(run, frame, table, hits, hit_count, ret_value, err);
    case HIT_COLLECT:
        if (table->aggregation != AGGREGATE_NONE)
            return aggregate_outcome(run, frame, table, hits, hit_count, ret_value, err);
        return list_outcome(run, frame, table, hits, hit_count, ret_value, err);
    }
    return fail_with(err, BERM_INTERNAL, "A decision table has no hit policy.");
}
