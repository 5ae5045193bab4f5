/*
 * Built-in functions that relate points and ranges (Allen's relations).
 * Source: DMN 1.5 table 78.
 *
 * Each relation is written once over four comparisons of ends; the mirrored ones ("after", "met
 * by") swap the arguments. A pair of ends that does not compare makes the answer null.
 */
#include "policy/feel/builtins/builtins.h"

struct ends {
    struct feel_value start;
    struct feel_value end;
    bool has_start; /* included */
    bool has_end;
    bool is_range;
};

/** Two arguments, and whether all comparisons asked for could be made. */
struct relation {
    struct ends a;
    struct ends b;
    bool is_null;
};

static struct ends ends_of(const struct feel_value *value)
{
    if (value->kind != FEEL_RANGE)
        return (struct ends){.start = *value, .end = *value, .has_start = true, .has_end = true};
    return (struct ends){
        .start = value->range->start,
        .end = value->range->end,
        .has_start = value->range->is_start_included,
        .has_end = value->range->is_end_included,
        .is_range = true,
    };
}

static struct relation relation_of(const struct call *call, bool is_mirrored)
{
    return (struct relation){
        .a = ends_of(&call->arguments[is_mirrored ? 1 : 0]),
        .b = ends_of(&call->arguments[is_mirrored ? 0 : 1]),
    };
}

static int order(struct relation *relation, const struct feel_value *x, const struct feel_value *y)
{
    int result = 0;

    if (!value_order(x, y, &result))
        relation->is_null = true;
    return result;
}

static enum berm_status answer(const struct relation *relation, bool is_true,
                               struct feel_value *ret_value)
{
    *ret_value = relation->is_null ? feel_null() : feel_boolean(is_true);
    return BERM_OK;
}

static enum berm_status precedes(struct call *call, bool is_mirrored, struct feel_value *ret_value)
{
    struct relation r = relation_of(call, is_mirrored);
    int gap = order(&r, &r.a.end, &r.b.start);

    return answer(&r, gap < 0 || (gap == 0 && !(r.a.has_end && r.b.has_start)), ret_value);
}

enum berm_status builtin_before(struct call *call, struct feel_value *ret_value)
{
    return precedes(call, false, ret_value);
}

enum berm_status builtin_after(struct call *call, struct feel_value *ret_value)
{
    return precedes(call, true, ret_value);
}

static enum berm_status touches(struct call *call, bool is_mirrored, struct feel_value *ret_value)
{
    struct relation r = relation_of(call, is_mirrored);
    int gap = order(&r, &r.a.end, &r.b.start);

    r.is_null = r.is_null || !r.a.is_range || !r.b.is_range;
    return answer(&r, gap == 0 && r.a.has_end && r.b.has_start, ret_value);
}

enum berm_status builtin_meets(struct call *call, struct feel_value *ret_value)
{
    return touches(call, false, ret_value);
}

enum berm_status builtin_met_by(struct call *call, struct feel_value *ret_value)
{
    return touches(call, true, ret_value);
}

enum berm_status builtin_overlaps(struct call *call, struct feel_value *ret_value)
{
    struct relation r = relation_of(call, false);
    int left = order(&r, &r.a.end, &r.b.start);
    int right = order(&r, &r.a.start, &r.b.end);

    r.is_null = r.is_null || !r.a.is_range || !r.b.is_range;
    return answer(&r,
                  (left > 0 || (left == 0 && r.a.has_end && r.b.has_start)) &&
                      (right < 0 || (right == 0 && r.a.has_start && r.b.has_end)),
                  ret_value);
}

static enum berm_status overlaps_first(struct call *call, bool is_mirrored,
                                       struct feel_value *ret_value)
{
    struct relation r = relation_of(call, is_mirrored);
    int starts = order(&r, &r.a.start, &r.b.start);
    int inside = order(&r, &r.a.end, &r.b.start);
    int ends = order(&r, &r.a.end, &r.b.end);

    r.is_null = r.is_null || !r.a.is_range || !r.b.is_range;
    return answer(&r,
                  (starts < 0 || (starts == 0 && r.a.has_start && !r.b.has_start)) &&
                      (inside > 0 || (inside == 0 && r.a.has_end && r.b.has_start)) &&
                      (ends < 0 || (ends == 0 && (!r.a.has_end || r.b.has_end))),
                  ret_value);
}

enum berm_status builtin_overlaps_before(struct call *call, struct feel_value *ret_value)
{
    return overlaps_first(call, false, ret_value);
}

enum berm_status builtin_overlaps_after(struct call *call, struct feel_value *ret_value)
{
    return overlaps_first(call, true, ret_value);
}

/** a (a point or range) lies at the end of range b. */
static enum berm_status ends_with(struct call *call, bool is_mirrored, struct feel_value *ret_value)
{
    struct relation r = relation_of(call, is_mirrored);
    int ends = order(&r, &r.a.end, &r.b.end);
    int starts = order(&r, &r.a.start, &r.b.start);

    r.is_null = r.is_null || !r.b.is_range;
    if (!r.a.is_range)
        return answer(&r, ends == 0 && r.b.has_end, ret_value);
    return answer(&r,
                  ends == 0 && r.a.has_end == r.b.has_end &&
                      (starts > 0 || (starts == 0 && (!r.a.has_start || r.b.has_start))),
                  ret_value);
}

enum berm_status builtin_finishes(struct call *call, struct feel_value *ret_value)
{
    return ends_with(call, false, ret_value);
}

enum berm_status builtin_finished_by(struct call *call, struct feel_value *ret_value)
{
    return ends_with(call, true, ret_value);
}

/** a (a point or range) lies at the start of range b. */
static enum berm_status starts_with(struct call *call, bool is_mirrored,
                                    struct feel_value *ret_value)
{
    struct relation r = relation_of(call, is_mirrored);
    int starts = order(&r, &r.a.start, &r.b.start);
    int ends = order(&r, &r.a.end, &r.b.end);

    r.is_null = r.is_null || !r.b.is_range;
    if (!r.a.is_range)
        return answer(&r, starts == 0 && r.b.has_start, ret_value);
    return answer(&r,
                  starts == 0 && r.a.has_start == r.b.has_start &&
                      (ends < 0 || (ends == 0 && (!r.a.has_end || r.b.has_end))),
                  ret_value);
}

enum berm_status builtin_starts(struct call *call, struct feel_value *ret_value)
{
    return starts_with(call, false, ret_value);
}

enum berm_status builtin_started_by(struct call *call, struct feel_value *ret_value)
{
    return starts_with(call, true, ret_value);
}

/** Range a holds b, a point or range. */
static enum berm_status holds(struct call *call, bool is_mirrored, struct feel_value *ret_value)
{
    struct relation r = relation_of(call, is_mirrored);
    int starts = order(&r, &r.a.start, &r.b.start);
    int ends = order(&r, &r.a.end, &r.b.end);

    r.is_null = r.is_null || !r.a.is_range;
    return answer(&r,
                  (starts < 0 || (starts == 0 && (r.a.has_start || !r.b.has_start))) &&
                      (ends > 0 || (ends == 0 && (r.a.has_end || !r.b.has_end))),
                  ret_value);
}

enum berm_status builtin_includes(struct call *call, struct feel_value *ret_value)
{
    return holds(call, false, ret_value);
}

enum berm_status builtin_during(struct call *call, struct feel_value *ret_value)
{
    return holds(call, true, ret_value);
}

enum berm_status builtin_coincides(struct call *call, struct feel_value *ret_value)
{
    struct relation r = relation_of(call, false);
    int starts = order(&r, &r.a.start, &r.b.start);
    int ends = order(&r, &r.a.end, &r.b.end);

    r.is_null = r.is_null || r.a.is_range != r.b.is_range;
    return answer(&r,
                  starts == 0 && ends == 0 && r.a.has_start == r.b.has_start &&
                      r.a.has_end == r.b.has_end,
                  ret_value);
}
