/* What the files of job/ share beside their face. Private to service. */
#ifndef SERVICE_JOB_PRIVATE_H
#define SERVICE_JOB_PRIVATE_H

#include <pthread.h>

#include "service/service.h"

enum { CANCELLED_BY_BYTES_MAX = 128 };

/*
 * What the threads of a process know of the one job that a lane runs. The runner's mutex guards it;
 * job_run_progress comes once a chunk, so a lock costs nothing there.
 */
struct job_slot {
    pthread_mutex_t *mutex;
    pthread_cond_t *changed; /* a stop or a cancel wakes who waits */
    int64_t job_id;          /* 0: none runs */
    enum job_kind kind;
    struct job_progress progress;
    bool is_progress_new; /* since the watcher looked */
    bool is_cancelled;
    char cancelled_by[CANCELLED_BY_BYTES_MAX];
    const bool *is_stopping; /* the runner's */
};

/** A job that was claimed: texts and caller live in the arena given to job_claim. */
struct job_claimed {
    int64_t job_id;
    enum job_kind kind;
    int64_t attempt;
    struct text task;
    struct actor actor;
    bool is_account_off; /* it was switched off since */
    struct caller caller;
};

enum job_lane job_kind_lane(enum job_kind kind);
const char *job_lane_name(enum job_lane lane);
int64_t job_now_s(void);

/* ---- queue.c ---- */

/** The next job of a lane, marked as running; *ret_has false where there is none. */
MUST_USE enum berm_status job_claim(struct store *store, enum job_lane lane, struct arena *arena,
                                    bool *ret_has, struct job_claimed *ret_claimed,
                                    struct berm_error *err);
/** What a dead server left running is queued again, or has failed for good. */
MUST_USE enum berm_status job_adopt(struct store *store, enum job_lane lane,
                                    struct berm_error *err);
/** Back into the queue without losing an attempt. */
MUST_USE enum berm_status job_put_back(struct store *store, int64_t job_id, struct berm_error *err);

struct job_end {
    enum job_state state;
    int64_t attempt;
    struct text result, failure, error, cancelled_by, file_name; /* empty: none */
    struct job_progress progress;
};
/** Write the end inside a transaction; BERM_CONFLICT where the attempt is not the present one. */
MUST_USE enum berm_status job_write_end(struct store *store, int64_t job_id,
                                        const struct job_end *end, struct berm_error *err);

/* ---- read.c ---- */

/** job_read inside the caller's transaction. */
MUST_USE enum berm_status job_read_in(struct store *store, const struct caller *caller,
                                      int64_t job_id, struct arena *arena, struct job_row *ret_row,
                                      struct berm_error *err);
/** Whether the caller may see the job at all; BERM_NOT_FOUND. */
MUST_USE enum berm_status job_check(struct store *store, const struct caller *caller,
                                    int64_t job_id, struct berm_error *err);

/** The grants of a caller as the column holds them: "county:12 viewer:0". */
MUST_USE enum berm_status grants_write(const struct caller *caller, struct buffer *out,
                                       struct berm_error *err);

/* ---- run.c ---- */

/** Do a claimed job to its end in the calling thread and write how it ended. */
MUST_USE enum berm_status job_execute(const struct job_runner_options *options,
                                      struct job_slot *slot, struct store *store,
                                      const struct job_claimed *claimed, struct arena *arena,
                                      enum job_state *ret_state, struct berm_error *err);

/* ---- files.c ---- */

/** The path of a file beside the register: folder "jobs" or "uploads", made where need be. */
MUST_USE enum berm_status job_path(struct store *store, const char *folder, int64_t id,
                                   char ret_path[JOB_PATH_BYTES_MAX], struct berm_error *err);
/** Remove the file; nothing where there is none. */
void job_remove_file(struct store *store, const char *folder, int64_t id);

#endif
