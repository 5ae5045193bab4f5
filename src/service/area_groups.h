/* The parts that figures of an area are given by. Private to service. */
#ifndef SERVICE_AREA_GROUPS_H
#define SERVICE_AREA_GROUPS_H

#include "service/screen/place.h"

/** Lives in the arena that it was made in. */
struct area_groups {
    const int *of_place; /* the group of each place; -1: outside what was asked for */
    const int *places;   /* the place that each group is named for */
    size_t count;
};

/**
 * Areas that become groups: the children of the highest area that is seen; where several are the
 * highest, these. An only child gives way to its children; the areas above are groups too, for the
 * households that belong to them directly.
 * Shape   places: all areas, by position.
 */
MUST_USE enum berm_status area_groups_make(const struct places *places,
                                           const struct area_scope *scope, struct arena *arena,
                                           struct area_groups *ret_groups, struct berm_error *err);

#endif
