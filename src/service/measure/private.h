/* What the files of measure/ share. Private to service. */
#ifndef SERVICE_MEASURE_PRIVATE_H
#define SERVICE_MEASURE_PRIVATE_H

#include "service/service.h"

/** BERM_NOT_FOUND. Owner: in arena. *ret_position: where its household lies. */
MUST_USE enum berm_status measure_find(struct office *office, int64_t measure_id,
                                       struct arena *arena, struct measure_row *ret_row,
                                       int64_t *ret_position, struct berm_error *err);
MUST_USE enum berm_status measure_fail_unknown(int64_t measure_id, struct berm_error *err);
/** Those of one household, in arena, oldest first, inside the caller's transaction. */
MUST_USE enum berm_status measures_of_household(struct office *office, int64_t household_id,
                                                struct arena *arena, struct measure_row **ret_rows,
                                                size_t *ret_count, struct berm_error *err);
/** The change's row: what a measure is and its state before and after. */
MUST_USE enum berm_status measure_log(struct change *change, const struct measure_row *row,
                                      struct text state_before, enum measure_state state,
                                      struct text words, struct berm_error *err);

#endif
