/* What the files of programme/ share. Private to service. */
#ifndef SERVICE_PROGRAMME_PRIVATE_H
#define SERVICE_PROGRAMME_PRIVATE_H

#include "service/service.h"

enum { PROGRAMME_BYTES_MAX = 512 << 20, SUBJECT_TEXT_MAX = 24 };

/* ---- budget.c -------------------------------------------------------------------------------- */

struct budget_place {
    struct text programme;
    int64_t area_id, year;
};
/** Move money between free, reserved and spent. */
MUST_USE enum berm_status budget_move(struct store *store, const struct budget_place *place,
                                      int64_t reserved_minor, int64_t spent_minor,
                                      struct berm_error *err);
/**
 * Reserve an amount in the nearest budget at or above an area.
 * Errors  BERM_CONFLICT with figures and remedy: none, or too little left.
 */
MUST_USE enum berm_status budget_reserve(struct office *office, struct text programme,
                                         int64_t area_id, int64_t year, int64_t amount_minor,
                                         int64_t *ret_budget_area_id, struct berm_error *err);
/** The year whose budget pays for a period; of what is given once, this one. */
MUST_USE enum berm_status budget_year_of(struct office *office, month_number period,
                                         int64_t *ret_year, struct berm_error *err);

/* ---- assess.c -------------------------------------------------------------------------------- */

/** What the policy says of one household or person. Texts are good during the call only. */
struct assessed {
    int64_t household_id, person_id; /* person_id 0: the household */
    struct text household, person, area;
    const struct programme_answer *answer;
};
typedef enum berm_status assessed_visitor(void *context, const struct assessed *assessed,
                                          struct berm_error *err);
struct assess_order {
    const struct pack *pack; /* whose programmes these are: of the month last screened */
    month_number month;
    const struct programme *const *programmes;
    size_t programme_count;
    const int64_t *household_ids;
    size_t household_count;
    progress_report *progress;
    void *progress_context;
};
/** Begin an order: the rules of the month last screened. BERM_NOT_FOUND where none was. */
MUST_USE enum berm_status assess_begin(struct office *office, struct assess_order *ret_order,
                                       struct berm_error *err);
/** Decide programmes for active households, in the order of their ids; inside a transaction. */
MUST_USE enum berm_status assess_households(struct office *office, const struct assess_order *order,
                                            assessed_visitor *visit, void *context,
                                            struct berm_error *err);

/** Households of a scope with the risk of the last run, ascending. Owner: in arena. */
struct household_risk {
    int64_t household_id;
    enum severity risk;
};
MUST_USE enum berm_status
assess_list_households(struct store *store, const struct area_scope *scope, int64_t limit,
                       struct arena *arena, struct household_risk **ret_rows, int64_t **ret_ids,
                       size_t *ret_count, struct berm_error *err);
/** Names with a blank between, in arena. */
MUST_USE enum berm_status assess_missing_text(struct arena *arena,
                                              const struct programme_answer *answer,
                                              struct text *ret_text, struct berm_error *err);

/* ---- claim.c --------------------------------------------------------------------------------- */

/** Whose a programme's period is. */
struct claim {
    struct text programme;
    month_number period;
    int64_t household_id, person_id; /* person_id 0: the household's */
};
MUST_USE enum berm_status claim_find(struct store *store, const struct claim *claim,
                                     int64_t *ret_entitlement_id, int64_t *ret_household_id,
                                     struct berm_error *err);
/** Enter it, or with is_taken_over let it point to another entitlement. */
MUST_USE enum berm_status claim_enter(struct store *store, const struct claim *claim,
                                      int64_t entitlement_id, bool is_taken_over,
                                      struct berm_error *err);
/** Ids of households or persons, to be looked up many times. Owner: in arena. */
struct id_set {
    int64_t *ids; /* ascending */
    size_t count;
};
bool id_set_has(const struct id_set *set, int64_t id);
/** Whoever has a claim on the period. */
MUST_USE enum berm_status claims_read(struct store *store, const struct programme *programme,
                                      month_number period, struct arena *arena,
                                      struct id_set *ret_set, struct berm_error *err);
/** Whose help in the programme a person holds back. */
MUST_USE enum berm_status suspended_read(struct store *store, const struct programme *programme,
                                         struct arena *arena, struct id_set *ret_set,
                                         struct berm_error *err);

/* ---- read.c ---------------------------------------------------------------------------------- */

/** An entitlement with what only the service needs. */
struct entitlement_record {
    struct entitlement_row row;
    int64_t position, area_id;           /* where its household lies */
    int64_t budget_area_id, budget_year; /* 0: none */
};
/** BERM_NOT_FOUND. Owner: in arena. */
MUST_USE enum berm_status entitlement_find(struct office *office, int64_t entitlement_id,
                                           struct arena *arena,
                                           struct entitlement_record *ret_record,
                                           struct berm_error *err);
MUST_USE enum berm_status entitlement_fail_unknown(int64_t entitlement_id, struct berm_error *err);

/* ---- propose.c ------------------------------------------------------------------------------- */

struct proposal {
    struct claim claim;
    int64_t entitlement_id, measure_id;
    int64_t amount_minor;
    enum entitlement_state state;
    enum severity risk;
    struct text missing, proposed_by;
};
/** Queue the row; the claim is the caller's. insert: of entitlement_insert. */
MUST_USE enum berm_status entitlement_insert(struct statement *insert,
                                             const struct proposal *proposal, int64_t change_id,
                                             struct berm_error *err);
/** The change's row: {"state": [before, after], ...}. Empty texts and amounts of 0 are left out. */
MUST_USE enum berm_status entitlement_log(struct change *change, int64_t household_id,
                                          int64_t entitlement_id, struct text state_before,
                                          enum entitlement_state state, struct text programme,
                                          int64_t amount_minor, struct text reason,
                                          struct berm_error *err);

#endif
