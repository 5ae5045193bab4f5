/* What the files of casework/ share beside their face. Private to service. */
#ifndef SERVICE_CASEWORK_PRIVATE_H
#define SERVICE_CASEWORK_PRIVATE_H

#include "service/household.h"
#include "service/service.h"

/* ---- store.c --------------------------------------------------------------------------------- */

/** BERM_CONFLICT where the pack has no workflow. */
MUST_USE enum berm_status case_check_workflow(const struct pack *pack, struct berm_error *err);
/** A new case in the workflow's first state; ret_record lives in arena. */
MUST_USE enum berm_status case_open(struct office *office, struct text person,
                                    struct change *change, int64_t household_id,
                                    enum severity severity, struct arena *arena,
                                    struct case_record *ret_record, struct berm_error *err);
MUST_USE enum berm_status case_write(struct store *store, const struct case_record *record,
                                     int64_t change_id, struct berm_error *err);
/** Let the clock be that of the state which the case is in now. done: as struct case_view's. */
void case_set_clock(const struct pack *pack, uint32_t done, struct case_record *record);

/** The change's row about a case: what was done, and the fields as JSON members. */
struct case_change {
    const char *name;
    struct text before, after; /* empty: null */
};
MUST_USE enum berm_status case_log(struct change *change, int64_t household_id,
                                   const struct case_change *fields, size_t count,
                                   struct berm_error *err);

/** The end of a person's change: its entry in the journal. action: "case_step". */
MUST_USE enum berm_status case_finish(struct change *change, const struct actor *actor,
                                      const char *action, struct text household, int64_t added,
                                      int64_t changed, struct berm_error *err);

/* ---- view.c ---------------------------------------------------------------------------------- */

/**
 * What the register knows of a case. person: who asks, for the need of a second one.
 * Errors  BERM_CONFLICT where the pack no longer has the case's state; the store's.
 */
MUST_USE enum berm_status case_view_read(struct office *office, const struct case_record *record,
                                         struct text person, struct arena *arena,
                                         struct case_view *ret_view, struct berm_error *err);

/* ---- step.c --------------------------------------------------------------------------------- */

/** Whether the caller holds a step's role where the household lies; a role that accounts do not
 * know is held by nobody. */
MUST_USE enum berm_status case_holds_role(const struct case_call *call, struct text role,
                                          int64_t position, bool *ret_holds,
                                          struct berm_error *err);
/** The household, where the caller may work with cases, and its open case, else the last one.
 * Errors: BERM_NOT_FOUND (household, or it has no case). */
MUST_USE enum berm_status case_find(const struct case_call *call, struct text household,
                                    struct household_facts *ret_facts,
                                    struct case_record *ret_record, struct berm_error *err);

/* ---- dismissal.c (and dismissal.h)
 * ----------------------------------------------------------------------------- */

/** The case was dismissed: its findings that are open now do not come back unless they are worse.
 */
MUST_USE enum berm_status case_dismiss(struct office *office, const struct case_record *record,
                                       int64_t change_id, struct berm_error *err);

/* ---- list.c ---------------------------------------------------------------------------------- */

/** A state of the workflow, which may be NULL; NULL where it has none of that name. */
const struct workflow_state *case_state_info(const struct workflow *workflow, struct text code);

#endif
