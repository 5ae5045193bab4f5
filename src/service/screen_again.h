/*
 * Households that a change touched are screened again at once. Part of the service's face; the file
 * is screen/again.c, and docs/decisions/0008-screened-again.md says how the result is recorded.
 */
#ifndef SERVICE_SCREEN_AGAIN_H
#define SERVICE_SCREEN_AGAIN_H

#include "screening/screening.h"
#include "service/journal.h"

struct office;

struct screen_again_result {
    bool has_month; /* false: no month has been published, so nothing was screened */
    month_number month;
    int64_t run_id; /* 0: nothing differs from what is on record */
    int64_t households;
    int64_t opened, closed; /* spells */
};

/**
 * Screen households for the last published month, by the facts as the present transaction has them,
 * and store what differs, as that month's run would. Call it once for each change of facts, behind
 * its last row and before the commit, with every household whose members, flows or values it
 * touched; of a person who moved, both.
 * Shape   household_ids: in any order, also several times.
 * Errors  those of the policy, as screen_month has them: then the change cannot be made either.
 */
MUST_USE enum berm_status screen_again(struct office *office, const struct actor *actor,
                                       int64_t change_id, const int64_t *household_ids,
                                       size_t count, struct screen_again_result *ret_result,
                                       struct berm_error *err);

/** A finding that a run opened: it is new, or its severity or certainty changed. */
struct finding_began {
    int64_t finding_id;
    const struct finding_info *info; /* NULL: the pack no longer has the code */
    struct text code, severity;
    bool is_undetermined;
    struct text severity_before; /* of the spell that the run closed for it; empty: it is new */
};
/** What a run opened for one household. Owner: in arena. */
MUST_USE enum berm_status findings_began(struct office *office, int64_t household_id,
                                         int64_t run_id, struct arena *arena,
                                         const struct finding_began **ret_rows, size_t *ret_count,
                                         struct berm_error *err);

#endif
