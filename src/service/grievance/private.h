/* What the files of grievance/ share. Private to service. */
#ifndef SERVICE_GRIEVANCE_PRIVATE_H
#define SERVICE_GRIEVANCE_PRIVATE_H

#include "service/service.h"

/* ---- read.c ---------------------------------------------------------------------------------- */

/** A grievance with what only the service needs. */
struct grievance_record {
    struct grievance_row row;
    int64_t household_id; /* 0: nobody of the register */
    int64_t position;     /* of the area where it lies */
    int64_t step_count;
};
/** In the open transaction, where the caller holds the permission. Owner: in arena. Errors:
 * BERM_NOT_FOUND in the same words for what is not there and for what is not the caller's. */
MUST_USE enum berm_status grievance_find(struct office *office, const struct caller *caller,
                                         enum permission permission, int64_t grievance_id,
                                         struct arena *arena, struct grievance_record *ret_record,
                                         struct berm_error *err);

/* ---- outside.c ------------------------------------------------------------------------------- */

/**
 * Whether an account may own the grievance: it handles grievances there, had no part in what
 * happened with the household, did not take the grievance down against itself and did not own it
 * before. Errors: BERM_CONFLICT (which part it had), BERM_NOT_FOUND, BERM_FORBIDDEN.
 */
MUST_USE enum berm_status grievance_check_outside(struct office *office,
                                                  const struct grievance_record *record,
                                                  struct text account, struct arena *arena,
                                                  struct berm_error *err);

/* ---- take.c ---------------------------------------------------------------------------------- */

/** The last day of the clock that begins today, as the pack sets it; empty: none runs. */
MUST_USE enum berm_status grievance_due(struct office *office, char out[DATE_TEXT_MAX],
                                        struct text *ret_due_on, struct berm_error *err);

/** A step, for its record and the change. */
struct grievance_step {
    const char *action;                   /* "assign" */
    struct text from_state;               /* empty: it was taken down */
    const struct grievance_record *after; /* what it is now, with the step's number */
    struct text note;
};
/** Write the step, its row of the change and the journal's entry, and finish the change. */
MUST_USE enum berm_status grievance_log(struct change *change, const struct actor *actor,
                                        struct text person, const struct grievance_step *step,
                                        struct berm_error *err);

/* ---- remedy.c -------------------------------------------------------------------------------- */

/** Do what the answer's remedy names, inside its transaction. Errors: those of the case's step. */
MUST_USE enum berm_status grievance_put_right(struct office *office, const struct caller *caller,
                                              const struct actor *actor,
                                              const struct grievance_record *record,
                                              enum grievance_remedy remedy, struct change *change,
                                              struct arena *arena, struct berm_error *err);

#endif
