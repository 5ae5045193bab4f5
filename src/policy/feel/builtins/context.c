/*
 * Built-in functions on contexts.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/machine.h"

/** A context that is being made; entries are few, so looking for a name is a search. */
struct context_builder {
    struct arena *arena;
    struct text *names;
    struct feel_value *values;
    size_t count;
    size_t capacity;
};

static enum berm_status context_builder_start(struct context_builder *builder, struct arena *arena,
                                              size_t capacity, struct berm_error *err)
{
    *builder = (struct context_builder){.arena = arena, .capacity = capacity};
    TRY(arena_new(arena, capacity, sizeof *builder->names, &builder->names, err));
    return arena_new(arena, capacity, sizeof *builder->values, &builder->values, err);
}

/** Add or replace; true where the name was there. The capacity is the caller's to see to. */
static bool context_builder_put(struct context_builder *builder, struct text name,
                                struct feel_value value)
{
    for (size_t i = 0; i < builder->count; i++) {
        if (text_equal(builder->names[i], name)) {
            builder->values[i] = value;
            return true;
        }
    }
    assert(builder->count < builder->capacity);
    builder->names[builder->count] = name;
    builder->values[builder->count] = value;
    builder->count++;
    return false;
}

static enum berm_status context_builder_finish(struct context_builder *builder,
                                               struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_context *context;

    TRY(arena_new(builder->arena, 1, sizeof *context, &context, err));
    context->count = builder->count;
    context->names = builder->names;
    context->values = builder->values;
    *ret_value = feel_of_context(context);
    return BERM_OK;
}

enum berm_status builtin_get_value(struct call *call, struct feel_value *ret_value)
{
    struct feel_value context = value_unwrapped(call->arguments[0]);
    struct text key = call->arguments[1].string;
    struct feel_value value = feel_null();

    if (context.kind == FEEL_CONTEXT && feel_context_get(context.context, key, &value) &&
        call->run->trace != NULL)
        TRY(trace_read(call->run, context.context, key, &value, call->err));
    TRY(join_unknown(call->run, &value, context.unknown, call->err));
    TRY(join_unknown(call->run, &value, call->arguments[1].unknown, call->err));
    *ret_value = value;
    return BERM_OK;
}

enum berm_status builtin_get_entries(struct call *call, struct feel_value *ret_value)
{
    const struct feel_context *context = call->arguments[0].context;
    struct list_builder entries = {.arena = call->run->arena};

    for (size_t i = 0; i < context->count; i++) {
        struct context_builder entry;
        struct feel_value value;

        TRY(count_step(call->run, call->err));
        TRY(context_builder_start(&entry, call->run->arena, 2, call->err));
        context_builder_put(&entry, TEXT("key"), feel_string(context->names[i]));
        context_builder_put(&entry, TEXT("value"), context->values[i]);
        TRY(context_builder_finish(&entry, &value, call->err));
        TRY(list_append(&entries, value, call->err));
    }
    return list_finish(&entries, ret_value, call->err);
}

/** context(entries): a list of contexts with "key" and "value". */
enum berm_status builtin_context(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct context_builder builder;

    TRY(context_builder_start(&builder, call->run->arena, list->count, call->err));
    for (size_t i = 0; i < list->count; i++) {
        struct feel_value key;
        struct feel_value value;

        for (size_t j = 0; j < builder.count; j += 64)
            TRY(count_step(call->run, call->err));
        if (list->items[i].kind != FEEL_CONTEXT ||
            !feel_context_get(list->items[i].context, TEXT("key"), &key) ||
            !feel_context_get(list->items[i].context, TEXT("value"), &value) ||
            key.kind != FEEL_STRING || context_builder_put(&builder, key.string, value))
            return BERM_OK;
    }
    return context_builder_finish(&builder, ret_value, call->err);
}

static enum berm_status put(struct call *call, const struct feel_context *context, struct text name,
                            struct feel_value value, struct feel_value *ret_value)
{
    struct context_builder builder;

    TRY(context_builder_start(&builder, call->run->arena, context->count + 1, call->err));
    if (context->count > 0) {
        memcpy(builder.names, context->names, context->count * sizeof *builder.names);
        memcpy(builder.values, context->values, context->count * sizeof *builder.values);
        builder.count = context->count;
    }
    context_builder_put(&builder, name, value);
    return context_builder_finish(&builder, ret_value, call->err);
}

enum berm_status builtin_context_put(struct call *call, struct feel_value *ret_value)
{
    return put(call, call->arguments[0].context, call->arguments[1].string, call->arguments[2],
               ret_value);
}

enum { PATH_MAX_KEYS = VALUE_DEPTH_MAX };

/** The way down is written to levels; false where a key is no text or leads to no context. */
static bool find_levels(const struct feel_context *context, const struct feel_list *keys,
                        const struct feel_context **levels)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct feel_value next;

        levels[i] = context;
        if (keys->items[i].kind != FEEL_STRING)
            return false;
        if (i + 1 == keys->count)
            return true;
        if (!feel_context_get(context, keys->items[i].string, &next) || next.kind != FEEL_CONTEXT)
            return false;
        context = next.context;
    }
    return false;
}

enum berm_status builtin_context_put_keys(struct call *call, struct feel_value *ret_value)
{
    const struct feel_context *levels[PATH_MAX_KEYS];
    const struct feel_list *keys;
    struct feel_value value = call->arguments[2];

    if (call->arguments[1].kind == FEEL_STRING)
        return builtin_context_put(call, ret_value);
    if (call->arguments[1].kind != FEEL_LIST)
        return BERM_OK;
    keys = call->arguments[1].list;
    if (keys->count > PATH_MAX_KEYS || !find_levels(call->arguments[0].context, keys, levels))
        return BERM_OK;
    for (size_t i = keys->count; i-- > 0;)
        TRY(put(call, levels[i], keys->items[i].string, value, &value));
    *ret_value = value;
    return BERM_OK;
}

enum berm_status builtin_context_merge(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct context_builder builder;
    size_t capacity = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != FEEL_CONTEXT)
            return BERM_OK;
        capacity += list->items[i].context->count;
    }
    TRY(context_builder_start(&builder, call->run->arena, capacity, call->err));
    for (size_t i = 0; i < list->count; i++) {
        const struct feel_context *context = list->items[i].context;

        for (size_t j = 0; j < context->count; j++) {
            for (size_t k = 0; k <= builder.count; k += 64)
                TRY(count_step(call->run, call->err));
            context_builder_put(&builder, context->names[j], context->values[j]);
        }
    }
    return context_builder_finish(&builder, ret_value, call->err);
}
