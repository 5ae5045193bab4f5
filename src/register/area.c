/*
 * Nested intervals for areas. A walk through the tree counts a tick at entering an area and one at
 * leaving it, so an area's ticks enclose those of everything beneath it. With n areas there are 2n
 * ticks, and
 *
 *     stride        = 2^62 / 2n
 *     position_low  = stride * tick at entering
 *     position_high = stride * (tick at leaving + 1) - 1
 *
 * An area thus contains exactly its subtree's intervals, keeps a free stride behind its last child
 * (two where it has none) for children added later, and the upper half of the numbers is free for
 * new roots. With a million areas a stride is 2^41: each later child may take a thousandth of what
 * is free, and its own children the same of theirs, before anything has to be numbered again.
 *
 * Nothing here recurses: an import decides how deep the tree is.
 */
#include "register/register.h"

#include <stdlib.h>

enum { NO_AREA = -1, LEVEL_UNKNOWN = -1 };

/* The tree as positions in the caller's array. */
struct tree {
    struct area *areas;
    size_t count;
    int64_t *parent;
    int64_t *first_child;
    int64_t *next_sibling;
    int64_t *slots; /* area_id -> position, open addressing */
    size_t slot_mask;
    int64_t first_root;
};

static void tree_free(struct tree *tree)
{
    free(tree->parent);
    free(tree->first_child);
    free(tree->next_sibling);
    free(tree->slots);
}

static int64_t *new_positions(size_t count)
{
    int64_t *positions = malloc((count + 1) * sizeof *positions);

    for (size_t i = 0; positions != NULL && i <= count; i++)
        positions[i] = NO_AREA;
    return positions;
}

static size_t slot_of(const struct tree *tree, int64_t area_id)
{
    size_t slot =
        (size_t)((uint64_t)area_id * UINT64_C(0x9E3779B97F4A7C15) >> 20) & tree->slot_mask;

    while (tree->slots[slot] != NO_AREA && tree->areas[tree->slots[slot]].area_id != area_id)
        slot = (slot + 1) & tree->slot_mask;
    return slot;
}

static enum berm_status tree_create(struct tree *tree, struct area *areas, size_t count,
                                    struct berm_error *err)
{
    size_t slot_count = 16;

    while (slot_count < 2 * count)
        slot_count *= 2;
    *tree = (struct tree){.areas = areas,
                          .count = count,
                          .parent = new_positions(count),
                          .first_child = new_positions(count),
                          .next_sibling = new_positions(count),
                          .slots = new_positions(slot_count),
                          .slot_mask = slot_count - 1,
                          .first_root = NO_AREA};
    if (tree->parent == NULL || tree->first_child == NULL || tree->next_sibling == NULL ||
        tree->slots == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left to order %zu areas", count);
    return BERM_OK;
}

static enum berm_status index_ids(struct tree *tree, size_t *ret_bad, struct berm_error *err)
{
    for (size_t i = 0; i < tree->count; i++) {
        size_t slot = slot_of(tree, tree->areas[i].area_id);

        if (tree->slots[slot] != NO_AREA) {
            *ret_bad = i;
            return fail_with(err, BERM_INVALID_INPUT, "area '%.*s' is there twice; remove one",
                             TEXT_ARG(tree->areas[i].code));
        }
        tree->slots[slot] = (int64_t)i;
    }
    return BERM_OK;
}

/* From the last to the first, so that children stand in the order of the array. */
static enum berm_status link_children(struct tree *tree, size_t *ret_bad, struct berm_error *err)
{
    for (size_t i = tree->count; i-- > 0;) {
        struct area *area = &tree->areas[i];
        int64_t *first = &tree->first_root;

        area->level = LEVEL_UNKNOWN;
        if (area->parent_id != 0) {
            tree->parent[i] = tree->slots[slot_of(tree, area->parent_id)];
            if (tree->parent[i] == NO_AREA) {
                *ret_bad = i;
                return fail_with(err, BERM_INVALID_INPUT,
                                 "the parent of area '%.*s' is not there; add it, or mend the "
                                 "parent's code",
                                 TEXT_ARG(area->code));
            }
            first = &tree->first_child[tree->parent[i]];
        }
        tree->next_sibling[i] = *first;
        *first = (int64_t)i;
    }
    return BERM_OK;
}

static enum berm_status enter(struct tree *tree, int64_t position, size_t *ret_bad,
                              struct berm_error *err)
{
    struct area *area = &tree->areas[position];
    int64_t parent = tree->parent[position];

    area->level = parent == NO_AREA ? 0 : tree->areas[parent].level + 1;
    if (area->level < AREA_DEPTH_MAX)
        return BERM_OK;
    *ret_bad = (size_t)position;
    return fail_with(err, BERM_LIMIT, "area '%.*s' lies deeper than %d levels; leave levels out",
                     TEXT_ARG(area->code), AREA_DEPTH_MAX);
}

static enum berm_status walk(struct tree *tree, size_t *ret_bad, struct berm_error *err)
{
    int64_t stride = (INT64_C(1) << 62) / (2 * (int64_t)tree->count);
    int64_t tick = 0;
    int64_t at = tree->first_root;

    while (at != NO_AREA) {
        TRY(enter(tree, at, ret_bad, err));
        tree->areas[at].position_low = stride * tick++;
        if (tree->first_child[at] != NO_AREA) {
            at = tree->first_child[at];
            continue;
        }
        while (at != NO_AREA) { /* leave what is finished */
            tree->areas[at].position_high = stride * (++tick) - 1;
            if (tree->next_sibling[at] != NO_AREA) {
                at = tree->next_sibling[at];
                break;
            }
            at = tree->parent[at];
        }
    }
    return BERM_OK;
}

/* The walk from the roots does not reach circles nor what hangs on them. Going up from such an area
 * for as many steps as there are areas ends inside the circle. */
static enum berm_status check_reached(const struct tree *tree, size_t *ret_bad,
                                      struct berm_error *err)
{
    for (size_t i = 0; i < tree->count; i++) {
        int64_t at = (int64_t)i;

        if (tree->areas[i].level != LEVEL_UNKNOWN)
            continue;
        for (size_t step = 0; step < tree->count; step++)
            at = tree->parent[at];
        *ret_bad = (size_t)at;
        return fail_with(err, BERM_INVALID_INPUT,
                         "area '%.*s' lies within itself: its parents form a circle; mend the "
                         "parent of one of them",
                         TEXT_ARG(tree->areas[at].code));
    }
    return BERM_OK;
}

enum berm_status area_assign_positions(struct area *areas, size_t count, size_t *ret_bad,
                                       struct berm_error *err)
{
    CLEANUP(tree_free) struct tree tree = {0};

    if (count == 0)
        return BERM_OK;
    TRY(tree_create(&tree, areas, count, err));
    TRY(index_ids(&tree, ret_bad, err));
    TRY(link_children(&tree, ret_bad, err));
    TRY(walk(&tree, ret_bad, err));
    return check_reached(&tree, ret_bad, err);
}
