/* A chunk of households screened: what the writer has to store. Private to service. */
#ifndef SERVICE_SCREEN_CHUNK_H
#define SERVICE_SCREEN_CHUNK_H

#include "service/screen/load.h"

struct finding_opening {
    int64_t household_id;
    struct found found;
    struct text evidence;
};

struct finding_closing {
    int64_t household_id;
    int64_t finding_id;
};

struct standing_change {
    int64_t household_id;
    enum severity risk_level;
    struct text kind;
};

/** What one chunk came to; lives in its arena until the writer has stored it. */
struct screen_outcome {
    struct arena *arena;
    struct finding_opening *openings;
    size_t opening_count;
    struct finding_closing *closings;
    size_t closing_count;
    struct standing_change *standings;
    size_t standing_count;
    int64_t households, with_findings, only_undetermined, unchanged;
};

/** One thread's tools for screening chunks. */
struct screen_worker;

/** is_what_if: compare with what held in the program's month instead of what is open. */
MUST_USE enum berm_status screen_worker_create(struct store *store,
                                               const struct screening_program *program,
                                               const struct places *places, bool is_what_if,
                                               struct screen_worker **ret_worker,
                                               struct berm_error *err);
void screen_worker_free(struct screen_worker *worker);
void screen_worker_freep(struct screen_worker **worker);

/** Screen the households of the ranges (as loader_load wants them) into outcome, whose arena is
 * reset first. */
MUST_USE enum berm_status screen_worker_run(struct screen_worker *worker,
                                            const struct id_range *ranges, size_t range_count,
                                            struct screen_outcome *outcome, struct berm_error *err);

#endif
