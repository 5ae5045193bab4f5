/* Counting the difference between two versions. Private to service. */
#ifndef SERVICE_POLICY_DIFF_COUNT_H
#define SERVICE_POLICY_DIFF_COUNT_H

#include "service/area_groups.h"
#include "service/policy/private.h"

enum { DIFF_KINDS_MAX = 64 };

/** What is compared with what, and where each household counts. Shared by threads, only read. */
struct diff_plan {
    const struct pack *packs[2]; /* old, new */
    const int *finding_of[2];    /* the packs' findings in the list of both */
    const struct finding_info **findings;
    size_t finding_count;
    const struct places *places;
    struct area_groups groups;
    struct area_scope readable; /* whose households the caller may read */
    bool has_readable;
};

/** One thread's counts. */
struct diff_tally;

MUST_USE enum berm_status diff_plan_findings(struct arena *arena, struct diff_plan *plan,
                                             struct berm_error *err);
/** In arena, which it goes on to use. */
MUST_USE enum berm_status diff_tally_make(struct arena *arena, const struct diff_plan *plan,
                                          struct diff_tally **ret_tally, struct berm_error *err);
/** Count one household of a batch by what both versions gave. */
MUST_USE enum berm_status diff_tally_add(struct diff_tally *tally, const struct batch *batch,
                                         size_t row, const struct household_result *before,
                                         const struct household_result *after,
                                         struct berm_error *err);
/** Add another thread's counts. */
MUST_USE enum berm_status diff_tally_join(struct diff_tally *tally, const struct diff_tally *other,
                                          struct berm_error *err);
/** The counts as they are told; texts are copied to arena. */
MUST_USE enum berm_status diff_tally_tell(const struct diff_tally *tally, struct arena *arena,
                                          struct policy_diff *diff, struct berm_error *err);

#endif
