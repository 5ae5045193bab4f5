/* The version of a household: what an officer saw when they decided to change it. */
#include "service/service.h"

enum berm_status household_version(struct store *store, int64_t household_id, int64_t *ret_version,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *latest = NULL;

    TRY(statement_prepare(store, STATEMENT_HOUSEHOLD_VERSION, &latest, err));
    statement_bind_int64(latest, HOUSEHOLD_VERSION__HOUSEHOLD_ID, household_id);
    TRY(statement_step_to_row(latest, err));
    *ret_version = statement_int64(latest, 0);
    return BERM_OK;
}
