/* The parts of an area: what summaries and differences are given by. */
#include "service/area_groups.h"

struct grouping {
    const struct places *places;
    const struct area_scope *scope;
};

static bool is_visible(const struct grouping *grouping, size_t place)
{
    return area_scope_contains(grouping->scope, grouping->places->areas[place].position_low);
}

/* The place of an area's parent where the caller sees it, or -1. */
static int visible_parent(const struct grouping *grouping, size_t place)
{
    int parent = places_find(grouping->places, grouping->places->areas[place].parent_id);

    return parent >= 0 && is_visible(grouping, (size_t)parent) ? parent : -1;
}

/* The only child of a place (-1: of nothing, the highest that are seen), or -1 where it has none or
 * several. */
static int only_child(const struct grouping *grouping, int parent)
{
    int child = -1;

    for (size_t i = 0; i < grouping->places->area_count; i++) {
        if (!is_visible(grouping, i) || visible_parent(grouping, i) != parent)
            continue;
        if (child >= 0)
            return -1;
        child = (int)i;
    }
    return child;
}

/* Areas come parents first, so a place without a group of its own belongs to the group before it.
 */
enum berm_status area_groups_make(const struct places *places, const struct area_scope *scope,
                                  struct arena *arena, struct area_groups *ret_groups,
                                  struct berm_error *err)
{
    const struct grouping grouping = {places, scope};
    struct area_groups groups = {0};
    int *of_place, *group_places;
    int parent = -1;
    int group = -1;

    for (int child; (child = only_child(&grouping, parent)) >= 0;)
        parent = child;
    TRY(arena_new(arena, places->area_count, sizeof *of_place, &of_place, err));
    TRY(arena_new(arena, places->area_count, sizeof *group_places, &group_places, err));
    for (size_t i = 0; i < places->area_count; i++) {
        const struct area *at = &places->areas[i];
        bool is_above = parent >= 0 && at->position_low <= places->areas[parent].position_low &&
                        at->position_high >= places->areas[parent].position_high;

        of_place[i] = -1;
        if (!is_visible(&grouping, i))
            continue;
        if (is_above || visible_parent(&grouping, i) == parent) {
            group = (int)groups.count;
            group_places[groups.count++] = (int)i;
        }
        of_place[i] = group;
    }
    groups.of_place = of_place;
    groups.places = group_places;
    *ret_groups = groups;
    return BERM_OK;
}
