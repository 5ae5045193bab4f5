/*
 * sort(list, precedes): a stable merge sort that asks the function.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/machine.h"

struct sorting {
    struct call *call;
    const struct feel_unknown *unknown; /* of the answers of precedes */
    bool has_failed;                    /* precedes answered with something else than a boolean */
};

static enum berm_status precedes(struct sorting *sorting, const struct feel_value *a,
                                 const struct feel_value *b, bool *ret_precedes)
{
    struct call *call = sorting->call;
    struct feel_value arguments[2] = {*a, *b};
    struct feel_value answer;
    int order;

    *ret_precedes = false;
    TRY(count_step(call->run, call->err));
    if (!is_given(call, 1) || call->arguments[1].kind == FEEL_NULL) {
        if (value_order(a, b, &order))
            *ret_precedes = order < 0;
        else
            sorting->has_failed = true;
        return BERM_OK;
    }
    TRY(feel_call(call->arguments[1], call->run, arguments, 2, &answer, call->err));
    if (answer.kind != FEEL_BOOLEAN)
        sorting->has_failed = true;
    else
        *ret_precedes = answer.boolean;
    return feel_unknown_union(call->run->arena, sorting->unknown, answer.unknown, &sorting->unknown,
                              call->err);
}

/** Merge from[start, middle) and from[middle, end) to into[start, end). */
static enum berm_status merge(struct sorting *sorting, const struct feel_value *from,
                              struct feel_value *into, size_t start, size_t middle, size_t end)
{
    size_t left = start;
    size_t right = middle;

    for (size_t i = start; i < end; i++) {
        bool takes_right = left == middle;

        if (left < middle && right < end)
            TRY(precedes(sorting, &from[right], &from[left], &takes_right));
        into[i] = takes_right ? from[right++] : from[left++];
    }
    return BERM_OK;
}

enum berm_status builtin_sort(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct sorting sorting = {.call = call};
    struct list_builder builder = {.arena = call->run->arena};
    struct feel_value *from;
    struct feel_value *into;

    TRY(list_append_all(&builder, list, call->err));
    TRY(arena_new(call->run->arena, list->count, sizeof *into, &into, call->err));
    from = builder.items;
    for (size_t width = 1; width < list->count; width *= 2) {
        struct feel_value *sorted = into;

        for (size_t start = 0; start < list->count; start += width * 2) {
            size_t middle = start + width < list->count ? start + width : list->count;
            size_t end = middle + width < list->count ? middle + width : list->count;

            TRY(merge(&sorting, from, into, start, middle, end));
        }
        into = from;
        from = sorted;
    }
    builder.items = from;
    if (sorting.has_failed)
        *ret_value = feel_null();
    else
        TRY(list_finish(&builder, ret_value, call->err));
    ret_value->unknown = sorting.unknown;
    return BERM_OK;
}
