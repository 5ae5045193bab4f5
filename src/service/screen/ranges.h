/* Households by id, in chunks that a batch can hold. Private to service. */
#ifndef SERVICE_SCREEN_RANGES_H
#define SERVICE_SCREEN_RANGES_H

#include "service/screen/place.h"

/** Ids, in any order and perhaps twice, as ascending ranges of neighbours, none longer than a
 * chunk. Owner: in arena. */
MUST_USE enum berm_status ranges_of_ids(struct arena *arena, const int64_t *ids, size_t count,
                                        struct id_range **ret_ranges, size_t *ret_count,
                                        struct berm_error *err);
/** How many of the ranges make one chunk. */
size_t ranges_of_chunk(const struct id_range *ranges, size_t count);

#endif
