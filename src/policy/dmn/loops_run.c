/*
 * Boxed for, every, some and filter at run time. They answer as their FEEL counterparts do, marks
 * included: one certain true settles "some", one certain false settles "every".
 */
#include "run.h"

#define RANGE_END_MAX INT64_C(1000000000000000)

/* Whole numbers from one end of a range to the other, in its direction. */
static enum berm_status range_items(struct dmn_run *run, const struct feel_range *range,
                                    const struct feel_value **ret_items, size_t *ret_count,
                                    struct berm_error *err)
{
    struct feel_value *items;
    int64_t first, last;

    *ret_count = 0;
    if (range->start.kind != FEEL_NUMBER || range->end.kind != FEEL_NUMBER ||
        !feel_decimal_to_scaled(range->start.number, 0, &first) ||
        !feel_decimal_to_scaled(range->end.number, 0, &last))
        return BERM_OK;
    if (first < -RANGE_END_MAX || first > RANGE_END_MAX || last < -RANGE_END_MAX ||
        last > RANGE_END_MAX)
        return fail_with(err, BERM_LIMIT, "A loop runs over numbers that are too large.");
    int64_t step = first <= last ? 1 : -1;
    first += range->is_start_included ? 0 : step;
    last -= range->is_end_included ? 0 : step;
    if ((last - first) * step < 0)
        return BERM_OK;
    if ((last - first) * step >= DMN_ITERATIONS_MAX)
        return fail_with(err, BERM_LIMIT, "A loop runs over more than %d numbers; narrow it.",
                         (int)DMN_ITERATIONS_MAX);
    *ret_count = (size_t)((last - first) * step) + 1;
    TRY(value_array(run, *ret_count, &items, err));
    for (size_t i = 0; i < *ret_count; i++)
        items[i] = feel_number(feel_decimal_from_int64(first + step * (int64_t)i));
    *ret_items = items;
    return BERM_OK;
}

/* What a loop runs over: a list's items; a single value stands for a list of itself. */
static enum berm_status loop_items(struct dmn_run *run, struct feel_value *in,
                                   const struct feel_value **ret_items, size_t *ret_count,
                                   struct berm_error *err)
{
    *ret_items = in;
    *ret_count = 1;
    if (in->kind == FEEL_LIST) {
        *ret_items = in->list->items;
        *ret_count = in->list->count;
    } else if (in->kind == FEEL_RANGE) {
        return range_items(run, in->range, ret_items, ret_count, err);
    }
    return BERM_OK;
}

static enum berm_status for_evaluate(struct dmn_run *run, const struct frame *frame,
                                     const struct boxed_loop *loop, const struct feel_value *items,
                                     size_t count, struct feel_value *ret_value,
                                     struct berm_error *err)
{
    struct feel_value *results;

    TRY(value_array(run, count, &results, err));
    for (size_t i = 0; i < count; i++) {
        frame->slots[loop->slot] = items[i];
        TRY(value_list(run, results, i, &frame->slots[loop->partial_slot], err));
        TRY(boxed_evaluate(run, frame, loop->body, &results[i], err));
    }
    return value_list(run, results, count, ret_value, err);
}

static enum berm_status quantified_evaluate(struct dmn_run *run, const struct frame *frame,
                                            const struct boxed_loop *loop, bool settling,
                                            const struct feel_value *items, size_t count,
                                            struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value result = feel_boolean(!settling), marked = feel_null();

    for (size_t i = 0; i < count; i++) {
        struct feel_value answer;

        frame->slots[loop->slot] = items[i];
        TRY(boxed_evaluate(run, frame, loop->body, &answer, err));
        if (answer.kind != FEEL_BOOLEAN && answer.kind != FEEL_NULL) {
            *ret_value = feel_null(); /* a condition of a wrong type is an error, not a no */
            return value_add_mark(run, ret_value, answer.unknown, err);
        }
        bool is_settled = answer.kind == FEEL_BOOLEAN && answer.boolean == settling;
        if (is_settled && answer.unknown == NULL) {
            *ret_value = feel_boolean(settling);
            return BERM_OK;
        }
        TRY(value_add_mark(run, &marked, answer.unknown, err));
        if (is_settled)
            result = feel_boolean(settling);
        else if (answer.kind != FEEL_BOOLEAN &&
                 !(result.kind == FEEL_BOOLEAN && result.boolean == settling))
            result = feel_null();
    }
    result.unknown = marked.unknown;
    *ret_value = result;
    return BERM_OK;
}

static enum berm_status filter_evaluate(struct dmn_run *run, const struct frame *frame,
                                        const struct boxed_loop *loop,
                                        const struct feel_value *items, size_t count,
                                        struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value *kept, marked = feel_null();
    size_t kept_count = 0;

    TRY(value_array(run, count, &kept, err));
    for (size_t i = 0; i < count; i++) {
        struct feel_value answer;

        frame->slots[loop->slot] = items[i];
        TRY(boxed_evaluate(run, frame, loop->body, &answer, err));
        TRY(value_add_mark(run, &marked, answer.unknown, err));
        if (answer.kind == FEEL_BOOLEAN && answer.boolean)
            kept[kept_count++] = items[i];
    }
    TRY(value_list(run, kept, kept_count, ret_value, err));
    return value_add_mark(run, ret_value, marked.unknown, err);
}

enum berm_status loop_evaluate(struct dmn_run *run, const struct frame *frame,
                               const struct boxed *boxed, struct feel_value *ret_value,
                               struct berm_error *err)
{
    const struct boxed_loop *loop = &boxed->loop;
    const struct feel_value *items;
    struct feel_value in;
    size_t count;

    TRY(boxed_evaluate(run, frame, loop->in, &in, err));
    if (boxed->kind == BOXED_FILTER && loop->partial_slot == NO_NODE) {
        frame->slots[loop->slot] = in;
        return boxed_evaluate(run, frame, loop->body, ret_value, err);
    }
    if (in.kind == FEEL_NULL) {
        *ret_value = in;
        return BERM_OK;
    }
    TRY(loop_items(run, &in, &items, &count, err));
    if (boxed->kind == BOXED_FOR)
        TRY(for_evaluate(run, frame, loop, items, count, ret_value, err));
    else if (boxed->kind == BOXED_FILTER)
        TRY(filter_evaluate(run, frame, loop, items, count, ret_value, err));
    else
        TRY(quantified_evaluate(run, frame, loop, boxed->kind == BOXED_SOME, items, count,
                                ret_value, err));
    return value_add_mark(run, ret_value, in.unknown, err);
}
