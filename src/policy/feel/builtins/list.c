/*
 * Built-in functions that look at lists or make new ones of their elements.
 *
 * Those that only move elements carry the list's own mark; each element brings its own along.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/machine.h"

static enum berm_status step(struct call *call)
{
    return count_step(call->run, call->err);
}

/** Joins "element = sought" over the list: true for certain where one element certainly is. */
static enum berm_status search(struct call *call, struct feel_value *answer)
{
    const struct feel_list *list = call->arguments[0].list;
    struct machine machine = {.run = call->run, .err = call->err};

    *answer = feel_boolean(false);
    for (size_t i = 0; i < list->count; i++) {
        struct feel_value before = *answer;
        struct feel_value one;

        TRY(step(call));
        TRY(compare_values(&machine, COMPARISON_EQUAL, &list->items[i], &call->arguments[1], &one));
        if (one.kind == FEEL_NULL) /* another kind: not it */
            one = (struct feel_value){.kind = FEEL_BOOLEAN, .unknown = one.unknown};
        TRY(join_or(call->run, &before, &one, answer, call->err));
    }
    return join_unknown(call->run, answer, call->arguments[0].unknown, call->err);
}

enum berm_status builtin_list_contains(struct call *call, struct feel_value *ret_value)
{
    struct feel_trace *trace = call->run->trace;
    enum berm_status status;

    call->run->trace = NULL; /* a search is no comparison with a threshold */
    status = search(call, ret_value);
    call->run->trace = trace;
    return status;
}

enum berm_status builtin_count(struct call *call, struct feel_value *ret_value)
{
    const struct feel_value *items;
    size_t count;

    *ret_value = feel_null();
    if (call_items(call, &items, &count))
        *ret_value = feel_number(feel_decimal_from_int64((int64_t)count));
    return BERM_OK;
}

static enum berm_status all_or_any(struct call *call, bool is_any, struct feel_value *ret_value)
{
    const struct feel_value *items;
    size_t count;
    struct feel_value answer = feel_boolean(!is_any);

    if (!call_items(call, &items, &count)) {
        *ret_value = feel_missing(call->arguments[0].unknown);
        return BERM_OK;
    }
    for (size_t i = 0; i < count; i++) {
        struct feel_value before = answer;

        TRY(step(call));
        if (is_any)
            TRY(join_or(call->run, &before, &items[i], &answer, call->err));
        else
            TRY(join_and(call->run, &before, &items[i], &answer, call->err));
    }
    if (items != call->arguments)
        TRY(join_unknown(call->run, &answer, call->arguments[0].unknown, call->err));
    *ret_value = answer;
    return BERM_OK;
}

enum berm_status builtin_all(struct call *call, struct feel_value *ret_value)
{
    return all_or_any(call, false, ret_value);
}

enum berm_status builtin_any(struct call *call, struct feel_value *ret_value)
{
    return all_or_any(call, true, ret_value);
}

/* ---- Positions ------------------------------------------------------------------------------- */

/** 1 is the first, -1 the last; false where there is no such element. */
static bool position_of(struct feel_decimal number, size_t count, size_t *ret_index)
{
    int64_t position;

    if (!decimal_to_int64(number, &position) || position == 0 || position > (int64_t)count ||
        position < -(int64_t)count)
        return false;
    *ret_index = position > 0 ? (size_t)position - 1 : count - (size_t)-position;
    return true;
}

static enum berm_status copy_span(struct call *call, const struct feel_value *items, size_t count,
                                  struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = call->run->arena};

    TRY(list_append_all(&builder, &(struct feel_list){.count = count, .items = items}, call->err));
    return list_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_sublist(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    size_t start;
    int64_t length;

    if (!position_of(call->arguments[1].number, list->count, &start))
        return BERM_OK;
    length = (int64_t)(list->count - start);
    if (is_given(call, 2) && (!decimal_to_int64(call->arguments[2].number, &length) || length < 1 ||
                              length > (int64_t)(list->count - start)))
        return BERM_OK;
    return copy_span(call, list->items + start, (size_t)length, ret_value);
}

enum berm_status builtin_append(struct call *call, struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = call->run->arena};

    TRY(list_append_all(&builder, call->arguments[0].list, call->err));
    for (size_t i = 1; i < call->count; i++)
        TRY(list_append(&builder, call->arguments[i], call->err));
    return list_finish(&builder, ret_value, call->err);
}

/** The arguments' elements one after the other; false (and null) where an argument is null. */
static enum berm_status join_lists(struct call *call, struct list_builder *builder,
                                   bool *ret_is_null)
{
    *ret_is_null = false;
    for (size_t i = 0; i < call->count; i++) {
        if (call->arguments[i].kind == FEEL_NULL)
            *ret_is_null = true;
        else if (call->arguments[i].kind == FEEL_LIST)
            TRY(list_append_all(builder, call->arguments[i].list, call->err));
        else
            TRY(list_append(builder, call->arguments[i], call->err));
    }
    return BERM_OK;
}

enum berm_status builtin_concatenate(struct call *call, struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = call->run->arena};
    bool is_null;

    TRY(join_lists(call, &builder, &is_null));
    return is_null ? BERM_OK : list_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_insert_before(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct list_builder builder = {.arena = call->run->arena};
    size_t at;

    if (!position_of(call->arguments[1].number, list->count, &at))
        return BERM_OK;
    for (size_t i = 0; i < list->count; i++) {
        if (i == at)
            TRY(list_append(&builder, call->arguments[2], call->err));
        TRY(list_append(&builder, list->items[i], call->err));
    }
    return list_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_remove(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct list_builder builder = {.arena = call->run->arena};
    size_t at;

    if (!position_of(call->arguments[1].number, list->count, &at))
        return BERM_OK;
    for (size_t i = 0; i < list->count; i++) {
        if (i != at)
            TRY(list_append(&builder, list->items[i], call->err));
    }
    return list_finish(&builder, ret_value, call->err);
}

/** Every element for which match(element, newItem) is true is replaced. */
static enum berm_status replace_matches(struct call *call, struct list_builder *builder,
                                        struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    const struct feel_unknown *unknown = NULL;

    for (size_t i = 0; i < list->count; i++) {
        struct feel_value arguments[2] = {list->items[i], call->arguments[2]};
        struct feel_value verdict;

        TRY(step(call));
        TRY(feel_call(call->arguments[1], call->run, arguments, 2, &verdict, call->err));
        TRY(feel_unknown_union(call->run->arena, unknown, verdict.unknown, &unknown, call->err));
        if (verdict.kind != FEEL_BOOLEAN) {
            *ret_value = feel_missing(unknown);
            return BERM_OK;
        }
        TRY(list_append(builder, verdict.boolean ? call->arguments[2] : list->items[i], call->err));
    }
    TRY(list_finish(builder, ret_value, call->err));
    ret_value->unknown = unknown;
    return BERM_OK;
}

enum berm_status builtin_list_replace(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct list_builder builder = {.arena = call->run->arena};
    size_t at;

    if (call->arguments[1].kind == FEEL_FUNCTION)
        return replace_matches(call, &builder, ret_value);
    if (call->arguments[1].kind != FEEL_NUMBER ||
        !position_of(call->arguments[1].number, list->count, &at))
        return BERM_OK;
    TRY(list_append_all(&builder, list, call->err));
    builder.items[at] = call->arguments[2];
    return list_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_reverse(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct list_builder builder = {.arena = call->run->arena};

    for (size_t i = list->count; i-- > 0;)
        TRY(list_append(&builder, list->items[i], call->err));
    return list_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_index_of(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct list_builder builder = {.arena = call->run->arena};

    for (size_t i = 0; i < list->count; i++) {
        TRY(step(call));
        if (value_equal(&list->items[i], &call->arguments[1]) == TRUTH_TRUE)
            TRY(list_append(&builder, feel_number(feel_decimal_from_int64((int64_t)i + 1)),
                            call->err));
    }
    return list_finish(&builder, ret_value, call->err);
}

/* ---- Distinct and flat ----------------------------------------------------------------------- */

static bool is_among(const struct feel_value *items, size_t count, const struct feel_value *value)
{
    for (size_t i = 0; i < count; i++) {
        if (value_equal(&items[i], value) == TRUTH_TRUE)
            return true;
    }
    return false;
}

static enum berm_status distinct(struct call *call, const struct feel_value *items, size_t count,
                                 struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = call->run->arena};

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < builder.count; j += 64)
            TRY(step(call));
        if (!is_among(builder.items, builder.count, &items[i]))
            TRY(list_append(&builder, items[i], call->err));
    }
    return list_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_distinct_values(struct call *call, struct feel_value *ret_value)
{
    return distinct(call, call->arguments[0].list->items, call->arguments[0].list->count,
                    ret_value);
}

enum berm_status builtin_duplicate_values(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct list_builder builder = {.arena = call->run->arena};

    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < list->count; j += 64)
            TRY(step(call));
        if (is_among(list->items + i + 1, list->count - i - 1, &list->items[i]) &&
            !is_among(builder.items, builder.count, &list->items[i]))
            TRY(list_append(&builder, list->items[i], call->err));
    }
    return list_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_union(struct call *call, struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = call->run->arena};
    bool is_null;

    TRY(join_lists(call, &builder, &is_null));
    return is_null ? BERM_OK : distinct(call, builder.items, builder.count, ret_value);
}

static enum berm_status flatten_into(struct call *call, const struct feel_value *list,
                                     struct list_builder *builder,
                                     const struct feel_unknown **unknown, uint32_t depth)
{
    if (depth > VALUE_DEPTH_MAX)
        return fail_with(call->err, BERM_LIMIT, "flatten takes lists nested %d deep",
                         VALUE_DEPTH_MAX);
    TRY(feel_unknown_union(call->run->arena, *unknown, list->unknown, unknown, call->err));
    for (size_t i = 0; i < list->list->count; i++) {
        const struct feel_value *item = &list->list->items[i];

        TRY(step(call));
        if (item->kind == FEEL_LIST)
            TRY(flatten_into(call, item, builder, unknown, depth + 1));
        else
            TRY(list_append(builder, *item, call->err));
    }
    return BERM_OK;
}

enum berm_status builtin_flatten(struct call *call, struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = call->run->arena};
    const struct feel_unknown *unknown = NULL;

    TRY(flatten_into(call, &call->arguments[0], &builder, &unknown, 0));
    /* A missing element might turn out to be a list: how many there are then depends on it. */
    for (size_t i = 0; i < builder.count; i++)
        TRY(feel_unknown_union(call->run->arena, unknown, builder.items[i].unknown, &unknown,
                               call->err));
    TRY(list_finish(&builder, ret_value, call->err));
    ret_value->unknown = unknown;
    return BERM_OK;
}
