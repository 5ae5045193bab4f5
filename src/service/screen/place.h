/* Areas in memory, and each area's figures for a month. Private to service. */
#ifndef SERVICE_PLACE_H
#define SERVICE_PLACE_H

#include "service/service.h"

/** Immutable, shared by threads; lives in the arena that it was read into. Ordered by position. */
struct places {
    const struct area *areas;
    size_t area_count;
    const int32_t *by_id; /* area_id to position in areas; -1: none */
    int64_t id_limit;
    const struct parameter_set **parameters; /* by position in areas; areas that agree share one */
};

MUST_USE enum berm_status places_read(struct office *office, month_number month,
                                      struct arena *arena, const struct places **ret_places,
                                      struct berm_error *err);
/** The position of an area, or -1. */
int places_find(const struct places *places, int64_t area_id);

#endif
