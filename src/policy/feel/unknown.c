/*
 * Unknown marks: sorted sets of the names of missing register values.
 *
 * Sets are immutable and shared. Most marks are NULL, and most unions are of a set with itself or
 * with a part of itself; only a real union takes memory.
 */
#include "policy/feel/value.h"

enum berm_status feel_unknown_of_name(struct arena *arena, struct text name,
                                      const struct feel_unknown **ret_unknown,
                                      struct berm_error *err)
{
    struct feel_unknown *unknown;
    struct text *names;

    TRY(arena_new(arena, 1, sizeof *unknown, &unknown, err));
    TRY(arena_new(arena, 1, sizeof *names, &names, err));
    TRY(text_copy(arena, name, &names[0], err));
    unknown->count = 1;
    unknown->names = names;
    *ret_unknown = unknown;
    return BERM_OK;
}

/** Is every name of part in whole? */
static bool contains(const struct feel_unknown *whole, const struct feel_unknown *part)
{
    uint32_t at = 0;

    if (part->count > whole->count)
        return false;
    for (uint32_t i = 0; i < part->count; i++) {
        while (at < whole->count && text_compare(whole->names[at], part->names[i]) < 0)
            at++;
        if (at == whole->count || !text_equal(whole->names[at], part->names[i]))
            return false;
    }
    return true;
}

enum berm_status feel_unknown_union(struct arena *arena, const struct feel_unknown *a,
                                    const struct feel_unknown *b,
                                    const struct feel_unknown **ret_unknown, struct berm_error *err)
{
    struct feel_unknown *both;
    struct text *names;
    uint32_t i = 0;
    uint32_t j = 0;

    if (b == NULL || a == b || (a != NULL && contains(a, b))) {
        *ret_unknown = a;
        return BERM_OK;
    }
    if (a == NULL || contains(b, a)) {
        *ret_unknown = b;
        return BERM_OK;
    }
    TRY(arena_new(arena, 1, sizeof *both, &both, err));
    TRY(arena_new(arena, (size_t)a->count + b->count, sizeof *names, &names, err));
    while (i < a->count || j < b->count) {
        int order = i == a->count ? 1 : j == b->count ? -1 : text_compare(a->names[i], b->names[j]);

        names[both->count++] = order <= 0 ? a->names[i] : b->names[j];
        i += order <= 0;
        j += order >= 0;
    }
    both->names = names;
    *ret_unknown = both;
    return BERM_OK;
}

struct deep_walk {
    struct arena *arena;
    const struct feel_unknown *unknown;
    uint32_t depth;
    uint64_t visits_left;
    struct berm_error *err;
};

static enum berm_status walk_deep(struct deep_walk *walk, const struct feel_value *value)
{
    const struct feel_value *children = NULL;
    size_t count = 0;

    if (value->unknown != NULL)
        TRY(feel_unknown_union(walk->arena, walk->unknown, value->unknown, &walk->unknown,
                               walk->err));
    if (value->kind == FEEL_LIST) {
        children = value->list->items;
        count = value->list->count;
    } else if (value->kind == FEEL_CONTEXT) {
        children = value->context->values;
        count = value->context->count;
    } else if (value->kind == FEEL_RANGE) {
        TRY(walk_deep(walk, &value->range->start));
        return walk_deep(walk, &value->range->end);
    } else {
        return BERM_OK;
    }
    if (walk->depth >= VALUE_DEPTH_MAX || walk->visits_left < count)
        return fail_with(walk->err, BERM_LIMIT,
                         "a value nests lists and contexts more than %d deep or is too large to "
                         "be looked through",
                         VALUE_DEPTH_MAX);
    walk->visits_left -= count;
    walk->depth++;
    for (size_t i = 0; i < count; i++)
        TRY(walk_deep(walk, &children[i]));
    walk->depth--;
    return BERM_OK;
}

enum berm_status value_deep_unknown(struct arena *arena, const struct feel_value *value,
                                    const struct feel_unknown **ret_unknown, struct berm_error *err)
{
    struct deep_walk walk = {.arena = arena, .visits_left = VALUE_VISITS_MAX, .err = err};

    if (value->kind < FEEL_LIST) { /* the usual case */
        *ret_unknown = value->unknown;
        return BERM_OK;
    }
    TRY(walk_deep(&walk, value));
    *ret_unknown = walk.unknown;
    return BERM_OK;
}
