/* Areas in memory, and each area's figures for a month. Private to service. */
#ifndef SERVICE_PLACE_H
#define SERVICE_PLACE_H

#include "service/service.h"

/** Ids from low to high, both included. */
struct id_range {
    int64_t low, high;
};

/** Immutable, shared by threads; lives in the arena that it was read into. */
struct places {
    const struct area *areas; /* by position; those of places_read_few by id */
    size_t area_count;
    const int32_t *by_id; /* area_id to position in areas, -1: none; NULL: areas are by id */
    int64_t id_limit;
    const struct parameter_set **parameters; /* by position in areas; areas that agree share one */
};

/** The pack is the one whose figures are asked for. */
MUST_USE enum berm_status places_read(struct store *store, const struct pack *pack,
                                      month_number month, struct arena *arena,
                                      const struct places **ret_places, struct berm_error *err);
/** Only the areas of some households, and those above them: what few households cost must not grow
 * with the country. */
MUST_USE enum berm_status places_read_few(struct store *store, const struct pack *pack,
                                          month_number month, const struct id_range *households,
                                          size_t range_count, struct arena *arena,
                                          struct places *ret_places, struct berm_error *err);
/** The place of an area in areas, or -1. */
int places_find(const struct places *places, int64_t area_id);

#endif
