/* One household as the rules see it, outside of a run. Private to service. */
#ifndef SERVICE_SCREEN_ONE_H
#define SERVICE_SCREEN_ONE_H

#include "service/service.h"

/** Loaded and ready to be decided: row 0 of the batch. Zeroed at first. */
struct one_household {
    const struct screening_program *program; /* in the arena */
    struct screening_runner *runner;
    struct batch *batch;
};
/**
 * Read a household's facts as they are now, for the rules that decide the month.
 * Owner   what is in arena lives as long as it; one_household_close frees the rest.
 * Errors  BERM_NOT_FOUND (it is not active), the store's and the policy's.
 */
MUST_USE enum berm_status one_household_open(struct office *office, int64_t household_id,
                                             month_number month, struct arena *arena,
                                             struct one_household *ret_one, struct berm_error *err);
void one_household_close(struct one_household *one); /* for CLEANUP */

#endif
