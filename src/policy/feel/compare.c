/*
 * Equality, order, ranges and "in".
 *
 * Values of different kinds do not compare: the answer is null, except that nothing but null equals
 * null. Fractions of a second are left out of equality and order of times, as the standard's
 * semantic domain (whole seconds) and its conformance tests have it.
 */
#include "policy/feel/value.h"

/** Times with and without a zone do not compare. */
static bool moments_order(const struct feel_moment *a, const struct feel_moment *b, int *ret_order)
{
    int64_t left = moment_epoch(a);
    int64_t right = moment_epoch(b);

    if ((a->zone_kind == ZONE_NONE) != (b->zone_kind == ZONE_NONE))
        return false;
    *ret_order = (left > right) - (left < right);
    return true;
}

bool value_order(const struct feel_value *a, const struct feel_value *b, int *ret_order)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case FEEL_NUMBER:
        *ret_order = feel_decimal_compare(a->number, b->number);
        return true;
    case FEEL_STRING:
        *ret_order = text_compare(a->string, b->string);
        return true;
    case FEEL_DATE:
        *ret_order = (a->date > b->date) - (a->date < b->date);
        return true;
    case FEEL_TIME:
    case FEEL_DATE_TIME:
        return moments_order(a->moment, b->moment, ret_order);
    case FEEL_YEARS_MONTHS:
        *ret_order = (a->months > b->months) - (a->months < b->months);
        return true;
    case FEEL_DAYS_TIME:
        *ret_order = feel_decimal_compare(a->seconds, b->seconds);
        return true;
    default:
        return false;
    }
}

/* ---- Equality -------------------------------------------------------------------------------- */

/** How a deep walk compares, and how far it may still go. */
struct walk {
    bool is_expected; /* numbers as the TCK compares them */
    uint32_t depth;
    uint64_t visits_left;
};

static enum truth equal_deep(struct walk *walk, const struct feel_value *a,
                             const struct feel_value *b);

static enum truth equal_lists(struct walk *walk, const struct feel_list *a,
                              const struct feel_list *b)
{
    if (a->count != b->count)
        return TRUTH_FALSE;
    for (size_t i = 0; i < a->count; i++) {
        enum truth truth = equal_deep(walk, &a->items[i], &b->items[i]);

        if (truth != TRUTH_TRUE)
            return truth;
    }
    return TRUTH_TRUE;
}

static enum truth equal_contexts(struct walk *walk, const struct feel_context *a,
                                 const struct feel_context *b)
{
    if (a->count != b->count)
        return TRUTH_FALSE;
    for (size_t i = 0; i < a->count; i++) {
        struct feel_value other;
        enum truth truth;

        if (!feel_context_get(b, a->names[i], &other))
            return TRUTH_FALSE;
        truth = equal_deep(walk, &a->values[i], &other);
        if (truth != TRUTH_TRUE)
            return truth;
    }
    return TRUTH_TRUE;
}

static enum truth equal_ranges(struct walk *walk, const struct feel_range *a,
                               const struct feel_range *b)
{
    if (a->form != b->form || a->is_start_included != b->is_start_included ||
        a->is_end_included != b->is_end_included)
        return TRUTH_FALSE;
    if (equal_deep(walk, &a->start, &b->start) == TRUTH_TRUE &&
        equal_deep(walk, &a->end, &b->end) == TRUTH_TRUE)
        return TRUTH_TRUE;
    return TRUTH_FALSE;
}

static enum truth equal_numbers(const struct walk *walk, struct feel_decimal a,
                                struct feel_decimal b)
{
    struct feel_decimal difference;

    if (feel_decimal_compare(a, b) == 0)
        return TRUTH_TRUE;
    if (walk->is_expected && decimal_subtract(a, b, &difference) &&
        feel_decimal_compare(decimal_absolute(difference), feel_decimal_from_scaled(1, 8)) < 0)
        return TRUTH_TRUE;
    return TRUTH_FALSE;
}

static enum truth equal_deep(struct walk *walk, const struct feel_value *a,
                             const struct feel_value *b)
{
    enum truth truth;
    int order;

    if (a->kind == FEEL_NULL || b->kind == FEEL_NULL)
        return a->kind == b->kind ? TRUTH_TRUE : TRUTH_FALSE;
    if (a->kind != b->kind)
        return TRUTH_NULL;
    if (walk->visits_left-- == 0 || walk->depth >= VALUE_DEPTH_MAX) {
        walk->visits_left = 0;
        return TRUTH_NULL;
    }
    switch (a->kind) {
    case FEEL_BOOLEAN:
        return a->boolean == b->boolean ? TRUTH_TRUE : TRUTH_FALSE;
    case FEEL_NUMBER:
        return equal_numbers(walk, a->number, b->number);
    case FEEL_STRING:
        return text_equal(a->string, b->string) ? TRUTH_TRUE : TRUTH_FALSE;
    case FEEL_FUNCTION:
        return a->function == b->function ? TRUTH_TRUE : TRUTH_FALSE;
    case FEEL_LIST:
    case FEEL_CONTEXT:
    case FEEL_RANGE:
        walk->depth++;
        if (a->kind == FEEL_LIST)
            truth = equal_lists(walk, a->list, b->list);
        else if (a->kind == FEEL_CONTEXT)
            truth = equal_contexts(walk, a->context, b->context);
        else
            truth = equal_ranges(walk, a->range, b->range);
        walk->depth--;
        return truth;
    default:
        if (!value_order(a, b, &order))
            return TRUTH_NULL;
        return order == 0 ? TRUTH_TRUE : TRUTH_FALSE;
    }
}

enum truth value_equal(const struct feel_value *a, const struct feel_value *b)
{
    struct walk walk = {.visits_left = VALUE_VISITS_MAX};

    if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER)
        return feel_decimal_compare(a->number, b->number) == 0 ? TRUTH_TRUE : TRUTH_FALSE;
    return equal_deep(&walk, a, b);
}

struct feel_value feel_equal(struct feel_value a, struct feel_value b)
{
    return value_of_truth(value_equal(&a, &b));
}

bool feel_matches_expected(struct feel_value value, struct feel_value expected)
{
    struct walk walk = {.is_expected = true, .visits_left = VALUE_VISITS_MAX};

    return equal_deep(&walk, &value, &expected) == TRUTH_TRUE;
}

enum truth value_compare(enum comparison comparison, const struct feel_value *a,
                         const struct feel_value *b)
{
    int order;

    if (comparison == COMPARISON_EQUAL)
        return value_equal(a, b);
    if (comparison == COMPARISON_NOT_EQUAL)
        return truth_not(value_equal(a, b));
    if (!value_order(a, b, &order))
        return TRUTH_NULL;
    return truth_of_order(comparison, order);
}

/* ---- Ranges and "in" ------------------------------------------------------------------------- */

enum truth value_in_range(const struct feel_value *value, const struct feel_range *range)
{
    enum truth truth = TRUTH_TRUE;

    if (value->kind == FEEL_NULL)
        return TRUTH_NULL;
    if (range->form != 0)
        return value_compare(range->form == '=' ? COMPARISON_EQUAL : COMPARISON_NOT_EQUAL, value,
                             &range->start);
    if (range->start.kind != FEEL_NULL)
        truth =
            value_compare(range->is_start_included ? COMPARISON_GREATER_EQUAL : COMPARISON_GREATER,
                          value, &range->start);
    if (range->end.kind != FEEL_NULL)
        truth = truth_and(
            truth, value_compare(range->is_end_included ? COMPARISON_LESS_EQUAL : COMPARISON_LESS,
                                 value, &range->end));
    return truth;
}

enum truth value_in(const struct feel_value *value, const struct feel_value *tested)
{
    enum truth answer = TRUTH_FALSE;

    if (tested->kind == FEEL_RANGE && value->kind != FEEL_RANGE)
        return value_in_range(value, tested->range);
    if (tested->kind != FEEL_LIST)
        return value_equal(value, tested);
    if (value->kind == FEEL_LIST && value_equal(value, tested) == TRUTH_TRUE)
        return TRUTH_TRUE;
    for (size_t i = 0; i < tested->list->count; i++) {
        const struct feel_value *item = &tested->list->items[i];
        enum truth truth = item->kind == FEEL_RANGE && value->kind != FEEL_RANGE
                               ? value_in_range(value, item->range)
                               : value_equal(value, item);

        if (truth == TRUTH_TRUE)
            return TRUTH_TRUE;
        /* Elements of other kinds are simply not it; only a null value cannot be told. */
        if (truth == TRUTH_NULL && value->kind == FEEL_NULL)
            answer = TRUTH_NULL;
    }
    return answer;
}
