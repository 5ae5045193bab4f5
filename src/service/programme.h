/*
 * Programmes: help with a budget. Who is entitled to what is decided by the pack's policy, reserved
 * in a budget by a person, and paid by payment.h. Part of the service's face; its files are in
 * programme/.
 *
 *   budget.c   money by area and year       claim.c    one entitlement a subject and period
 *   propose.c  by hand                      bulk.c     for an area and period
 *   decide.c   approve, reject, suspend, resume, cancel
 *   approve.c  thousands at once            bulk_job.c the same as jobs
 *   pay.c      what payments do to an entitlement
 *   assess.c   whom the policy finds eligible, over many households;  take_up.c: who goes without
 *   read.c     one, and lists
 *
 * An entitlement is proposed by one person and approved by another, who reserves its amount in the
 * nearest budget above the household. A budget is never promised twice: its row holds what is
 * reserved and spent, and the database itself refuses more than the amount. No recomputation
 * changes what a person decided: a bulk proposal passes over whoever has, or was refused, the
 * period.
 */
#ifndef SERVICE_PROGRAMME_H
#define SERVICE_PROGRAMME_H

#include "screening/screening.h"
#include "service/access.h"
#include "service/progress.h"

struct office;

enum { ENTITLEMENT_REASON_BYTES_MAX = 1000, ENTITLEMENT_LIST_MAX = 200 };

/** BERM_NOT_FOUND, with a suggestion, where the pack has no such programme. */
MUST_USE enum berm_status programme_find(const struct pack *pack, struct text code,
                                         const struct programme **ret_programme,
                                         struct berm_error *err);

/* ---- Budgets --------------------------------------------------------------------------------- */

struct budget_row {
    struct text programme;
    struct text area, area_name; /* code */
    int64_t year;
    int64_t amount_minor, reserved_minor, spent_minor;
};
typedef enum berm_status budget_visitor(void *context, const struct budget_row *row,
                                        struct berm_error *err);

/**
 * Give a programme so much money in an area and year, or another sum: one transaction. The same
 * again changes nothing.
 * Owner   ret_row in arena.
 * Errors  BERM_NOT_FOUND (programme, area), BERM_FORBIDDEN, BERM_CONFLICT (less than what is
 *         reserved and spent already: the figures are told), BERM_INVALID_INPUT.
 */
MUST_USE enum berm_status budget_set(struct office *office, const struct caller *caller,
                                     const struct actor *actor, struct text programme,
                                     struct text area, int64_t year, int64_t amount_minor,
                                     struct arena *arena, struct budget_row *ret_row,
                                     struct berm_error *err);
/** By programme, area and year. Empty texts and year 0: any. Errors: BERM_FORBIDDEN, BERM_NOT_FOUND
 * (area); the visitor's. */
MUST_USE enum berm_status budgets_list(struct office *office, const struct caller *caller,
                                       struct text programme, struct text area, int64_t year,
                                       budget_visitor *visit, void *context,
                                       struct berm_error *err);

/* ---- Entitlements ---------------------------------------------------------------------------- */

enum entitlement_state {
    ENTITLEMENT_DRAFT,   /* nobody can tell yet: facts are missing */
    ENTITLEMENT_PENDING, /* waits for another person */
    ENTITLEMENT_APPROVED,
    ENTITLEMENT_PAID,
    ENTITLEMENT_RECONCILED, /* the bank says so, too */
    ENTITLEMENT_REJECTED,
    ENTITLEMENT_SUSPENDED, /* approved, and held back by a person */
    ENTITLEMENT_CANCELLED,
    ENTITLEMENT_STATE_COUNT,
};
const char *entitlement_state_name(enum entitlement_state state);
MUST_USE enum berm_status
entitlement_state_find(struct text name, enum entitlement_state *ret_state, struct berm_error *err);

struct entitlement_row {
    int64_t household_id, entitlement_id, person_id; /* person_id 0: the household's */
    struct text household, person, area;             /* codes; person empty: the household */
    struct text programme;
    month_number period;
    int64_t amount_minor;
    enum entitlement_state state;
    struct text risk_level; /* of the household when it was proposed */
    struct text missing;    /* of a draft: names with a blank between */
    struct text proposed_at, proposed_by, decided_at, decided_by, approved_by, reason;
    int64_t measure_id, payment_id; /* 0: none */
};

/** A proposal as it is asked for: codes. */
struct entitlement_input {
    struct text programme, household;
    struct text person; /* of a programme for persons; empty else */
    month_number month; /* any of the period */
    int64_t measure_id; /* of the household, that it delivers; 0: none */
};

/**
 * Propose one by hand: one transaction. The policy decides now, by the facts as they are: eligible,
 * it is pending; where facts are missing, a draft that names them, which proposing again brings up
 * to date. One that was rejected or cancelled is proposed anew as another.
 * Owner   ret_row in arena.
 * Errors  BERM_CONFLICT (not eligible; there is one already), BERM_NOT_FOUND (household,
 *         person, programme, measure), BERM_INVALID_INPUT, BERM_FORBIDDEN, BERM_BUSY.
 */
MUST_USE enum berm_status entitlement_propose(struct office *office, const struct caller *caller,
                                              const struct actor *actor,
                                              const struct entitlement_input *input,
                                              struct arena *arena, struct entitlement_row *ret_row,
                                              struct berm_error *err);

/** What a person may do to one. */
enum entitlement_decision {
    DECIDE_APPROVE, /* pending -> approved, by another person than who proposed */
    DECIDE_REJECT,  /* draft, pending -> rejected; wants a reason, writes a letter */
    DECIDE_SUSPEND, /* approved -> suspended; wants a reason, writes a letter */
    DECIDE_RESUME,  /* suspended -> approved; writes a letter */
    DECIDE_CANCEL,  /* draft, pending, approved, suspended -> cancelled; gives the reservation back;
                       wants a reason, writes a letter where it had been approved */
    DECISION_COUNT,
};
const char *entitlement_decision_name(enum entitlement_decision decision);

/**
 * Decide one: one transaction. The same decision again by the same person changes nothing.
 * Owner   ret_row in arena.
 * Errors  BERM_NOT_FOUND (or not the caller's), BERM_FORBIDDEN, BERM_CONFLICT (its state does not
 *         allow it; the proposer approves; no budget, or too little left: with the figures and the
 *         remedy), BERM_INVALID_INPUT (no reason), BERM_BUSY.
 */
MUST_USE enum berm_status entitlement_decide(struct office *office, const struct caller *caller,
                                             const struct actor *actor, int64_t entitlement_id,
                                             enum entitlement_decision decision, struct text reason,
                                             struct arena *arena, struct entitlement_row *ret_row,
                                             struct berm_error *err);

typedef enum berm_status entitlement_visitor(void *context, const struct entitlement_row *row,
                                             struct berm_error *err);
struct entitlement_filter {
    struct text programme, area, household; /* codes; empty: any */
    bool has_period, has_state;
    month_number period; /* its first month */
    enum entitlement_state state;
    int64_t before; /* only those with a lower id; 0: from the newest on */
    int64_t limit;  /* 0: all */
};
/** Newest first, in one snapshot. Errors: BERM_FORBIDDEN, BERM_NOT_FOUND (area, household,
 * programme); the visitor's. */
MUST_USE enum berm_status entitlements_list(struct office *office, const struct caller *caller,
                                            const struct entitlement_filter *filter,
                                            entitlement_visitor *visit, void *context,
                                            struct berm_error *err);
MUST_USE enum berm_status entitlement_read(struct office *office, const struct caller *caller,
                                           int64_t entitlement_id, struct arena *arena,
                                           struct entitlement_row *ret_row, struct berm_error *err);

/* ---- Many at once ---------------------------------------------------------------------------- */

/** Which ones: all of a programme, area and period. */
struct entitlement_bulk {
    struct text programme, area; /* codes; area empty: everywhere that is the caller's */
    month_number month;          /* any of the period */
};

/** What became of one household or person, or why nothing did. */
struct bulk_row {
    struct text household, person; /* codes; person empty: the household */
    int64_t entitlement_id;        /* 0: none */
    int64_t amount_minor;
    const char *outcome; /* "pending", "approved"; else why not: "unknown", "claimed",
                            "suspended", "own", "no_budget", "budget_short" */
    struct text note;    /* unknown: the missing facts; good during the call only */
};
typedef enum berm_status bulk_visitor(void *context, const struct bulk_row *row,
                                      struct berm_error *err);

struct bulk_options {
    bulk_visitor *visit; /* for each row, inside the transaction; NULL is fine */
    void *context;
    /** Called in the transaction when all is stored; failing undoes it. NULL is fine. */
    enum berm_status (*before_commit)(void *context, int64_t done, int64_t not_done,
                                      int64_t amount_minor, struct berm_error *err);
    progress_report *progress;
    void *progress_context;
};
struct bulk_result {
    int64_t done, not_done;
    int64_t amount_minor; /* of those done */
};

/**
 * Propose for everybody whom the policy finds eligible by the facts as they are and who has nothing
 * of the period, nor was refused it: one transaction, all or nothing. Those of whom nobody can tell
 * are visited, not proposed.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND, BERM_CANCELLED (by progress), BERM_BUSY.
 */
MUST_USE enum berm_status
entitlements_propose(struct office *office, const struct caller *caller, const struct actor *actor,
                     const struct entitlement_bulk *bulk, const struct bulk_options *options,
                     struct bulk_result *ret_result, struct berm_error *err);
/**
 * Approve all that are pending and were proposed by somebody else: one transaction. Where a budget
 * does not reach, it goes to the worst first, by the risk level of the last run, and what is left
 * stays pending and is visited as "budget_short".
 */
MUST_USE enum berm_status
entitlements_approve(struct office *office, const struct caller *caller, const struct actor *actor,
                     const struct entitlement_bulk *bulk, const struct bulk_options *options,
                     struct bulk_result *ret_result, struct berm_error *err);

/** Which ones, as the task of a job. */
void entitlement_bulk_write(const struct entitlement_bulk *bulk, struct json_writer *json);

/* ---- Take-up --------------------------------------------------------------------------------- */

enum { TAKE_UP_HOUSEHOLDS_MAX = 50000 };

/** Somebody who is eligible, or may be, and has no entitlement in the period. */
struct take_up_row {
    struct text programme, household, area, person; /* codes; person empty: the household */
    struct text risk_level;                         /* of the last run */
    int64_t amount_minor;
    struct text missing; /* not empty: nobody can tell without these facts */
};
typedef enum berm_status take_up_visitor(void *context, const struct take_up_row *row,
                                         struct berm_error *err);
/**
 * Who goes without: by the rules of the month last screened and the facts as they are, the worst
 * first. programme empty: every one of the pack.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND (area, programme; no month was screened), BERM_LIMIT (the
 *         area has more than TAKE_UP_HOUSEHOLDS_MAX households: take a smaller one); the visitor's.
 */
MUST_USE enum berm_status take_up_list(struct office *office, const struct caller *caller,
                                       struct text programme, struct text area, month_number month,
                                       int64_t limit, take_up_visitor *visit, void *context,
                                       struct berm_error *err);

/* ---- Payments -------------------------------------------------------------------------------- */

/*
 * What payments do, inside their own open transaction and with the change's rows. Each fails with
 * BERM_CONFLICT where the state is another, BERM_NOT_FOUND where there is no such entitlement.
 */
struct change; /* journal.h */

/** approved -> paid: the reservation becomes spent. */
MUST_USE enum berm_status entitlement_pay(struct store *store, struct change *change,
                                          int64_t household_id, int64_t entitlement_id,
                                          int64_t payment_id, struct berm_error *err);
/** paid -> approved: the payment came back; what was spent is reserved again. */
MUST_USE enum berm_status entitlement_return(struct store *store, struct change *change,
                                             int64_t household_id, int64_t entitlement_id,
                                             struct berm_error *err);
/** paid -> reconciled. */
MUST_USE enum berm_status entitlement_reconcile(struct store *store, struct change *change,
                                                int64_t household_id, int64_t entitlement_id,
                                                int64_t payment_id, struct berm_error *err);

#endif
