/*
 * Households that a change touched are screened again at once. Part of the service's face; the file
 * is screen/again.c, and docs/decisions/0008-screened-again.md says how the result is recorded.
 */
#ifndef SERVICE_SCREEN_AGAIN_H
#define SERVICE_SCREEN_AGAIN_H

#include "screening/screening.h"
#include "service/journal.h"

struct office;

/** A finding that began, or that begins anew because its severity or certainty changed. */
struct finding_began {
    int64_t household_id;
    int64_t finding_id;
    const struct finding_info *info;
    enum severity severity;
    bool is_undetermined;
    enum severity severity_before; /* of the spell that it follows; SEVERITY_NONE: it is new */
};

struct screen_again_result {
    bool has_month; /* false: no month has been published, so nothing was screened */
    month_number month;
    int64_t run_id; /* 0: nothing differs from what is on record */
    int64_t households;
    int64_t opened, closed; /* spells */
    const struct finding_began *began;
    size_t began_count;
};

/**
 * Screen households for the last published month, by the facts as the present transaction has them,
 * and store what differs, as that month's run would. Call it once for each change of facts, behind
 * its last row and before the commit, with every household whose members, flows or values it
 * touched; of a person who moved, both.
 * Shape   household_ids: in any order, also several times.
 * Owner   ret_result->began lives in arena; arena NULL: it is not wanted.
 * Errors  those of the policy, as screen_month has them: then the change cannot be made either.
 */
MUST_USE enum berm_status screen_again(struct office *office, const struct actor *actor,
                                       int64_t change_id, const int64_t *household_ids,
                                       size_t count, struct arena *arena,
                                       struct screen_again_result *ret_result,
                                       struct berm_error *err);

#endif
