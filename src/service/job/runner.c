/*
 * The runner: a thread for each lane, and a watcher. A lane's thread that does not get the lane's
 * lock stands by and asks again: the holder may die. The watcher reads what other processes wrote
 * (a new event, a wish to cancel), tells who listens, and writes the progress of jobs, but of those
 * that hold SQLite's write lock; it has a store of its own, so it never waits for a job.
 */
#include "service/job/private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    POLL_MS = 1000,
    SWEEP_EVERY_S = 3600,
    RUN_BYTES_MAX = 16 << 20,
};

struct lane {
    struct job_runner *runner;
    enum job_lane lane;
    struct job_slot slot;
    struct store *store;
    struct store_lock *lock;
    int64_t swept_at_s;
    pthread_t thread;
    bool has_thread;
};

struct job_runner {
    struct job_runner_options options;
    char *url;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* on the monotonic clock */
    bool is_stopping;
    uint64_t wake_count;
    struct lane lanes[JOB_LANE_COUNT];
    pthread_t watcher;
    bool has_watcher;
    struct store *watch_store;
    struct feed_cursor seen; /* of jobs' events */
};

static void report(const struct job_runner *runner, const struct berm_error *error)
{
    if (runner->options.failed != NULL)
        runner->options.failed(runner->options.context, error);
}

static bool is_stopping(struct job_runner *runner)
{
    bool is_it;

    pthread_mutex_lock(&runner->mutex);
    is_it = runner->is_stopping;
    pthread_mutex_unlock(&runner->mutex);
    return is_it;
}

/* Until something changes or the poll is due; false where the runner stops. */
static bool wait_for_more(struct job_runner *runner, uint64_t *seen_wake_count)
{
    struct timespec until;
    int64_t poll_ms = runner->options.poll_ms;
    bool is_to_go_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += poll_ms / 1000;
    until.tv_nsec += poll_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&runner->mutex);
    while (!runner->is_stopping && runner->wake_count == *seen_wake_count &&
           pthread_cond_timedwait(&runner->changed, &runner->mutex, &until) == 0)
        ;
    *seen_wake_count = runner->wake_count;
    is_to_go_on = !runner->is_stopping;
    pthread_mutex_unlock(&runner->mutex);
    return is_to_go_on;
}

/* ---- Lanes ----------------------------------------------------------------------------------- */

static void lane_close(struct lane *lane)
{
    store_lock_releasep(&lane->lock);
    store_closep(&lane->store);
}

/* Be the one who runs this lane. BERM_BUSY: somebody else is. */
static enum berm_status lane_open(struct lane *lane, struct berm_error *err)
{
    enum berm_status status;
    char name[32];

    if (lane->lock != NULL && store_lock_is_held(lane->lock))
        return BERM_OK;
    store_lock_releasep(&lane->lock); /* lost with the database's server: somebody may have it */
    if (lane->store == NULL)
        TRY(store_open(lane->runner->options.store_url, STORE_READ_WRITE, &lane->store, err));
    snprintf(name, sizeof name, "job-%s", job_lane_name(lane->lane));
    TRY(store_lock_take(lane->store, name, &lane->lock, err));
    status = job_adopt(lane->store, lane->lane, err);
    if (status != BERM_OK)
        store_lock_releasep(&lane->lock); /* whoever gets it next must look */
    return status;
}

/* Do the next job, if there is one. */
static enum berm_status lane_turn(struct lane *lane, bool *ret_has_done, enum job_state *ret_state,
                                  struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct job_claimed claimed;

    TRY(arena_create(RUN_BYTES_MAX, &arena, err));
    TRY(job_claim(lane->store, lane->lane, arena, ret_has_done, &claimed, err));
    if (!*ret_has_done)
        return BERM_OK;
    return job_execute(&lane->runner->options, &lane->slot, lane->store, &claimed, arena, ret_state,
                       err);
}

/* Old things go when there is nothing better to do. */
static enum berm_status lane_sweep(struct lane *lane, struct berm_error *err)
{
    int64_t now_s = job_now_s(), count;

    if (lane->lane != JOB_LANE_WRITE || now_s - lane->swept_at_s < SWEEP_EVERY_S)
        return BERM_OK;
    lane->swept_at_s = now_s;
    return jobs_sweep(lane->store, now_s, &count, err);
}

static void *run_lane(void *context)
{
    struct lane *lane = context;
    struct job_runner *runner = lane->runner;
    uint64_t seen = 0;
    bool has_done, has_reported = false;

    do {
        struct berm_error error;
        enum job_state state;
        enum berm_status status = lane_open(lane, &error);

        has_done = false;
        if (status == BERM_OK)
            status = lane_turn(lane, &has_done, &state, &error);
        if (status == BERM_OK && !has_done)
            status = lane_sweep(lane, &error);
        if (status != BERM_OK && status != BERM_BUSY) {
            lane_close(lane); /* what it left is adopted when it is opened anew */
            if (!has_reported)
                report(runner, &error);
        }
        has_reported = status != BERM_OK && status != BERM_BUSY;
        has_done = has_done && status == BERM_OK;
    } while (has_done ? !is_stopping(runner) : wait_for_more(runner, &seen));
    lane_close(lane);
    return NULL;
}

/* ---- The watcher ----------------------------------------------------------------------------- */

/* Tell who listens what happened since the last look, here or elsewhere. */
static enum berm_status watch_events(struct job_runner *runner, struct berm_error *err)
{
    struct feed_row rows[FEED_ROWS_MAX];
    size_t count;

    do {
        TRY(feed_next(runner->watch_store, FEED_JOB_EVENTS, &runner->seen, rows, &count, err));
        for (size_t r = 0; r < count && runner->options.changed != NULL; r++)
            runner->options.changed(runner->options.context, rows[r].job_id);
    } while (count == FEED_ROWS_MAX);
    return BERM_OK;
}

static enum berm_status store_progress(struct store *store, int64_t job_id,
                                       const struct job_progress *progress, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *set = NULL;

    TRY(statement_prepare(store, STATEMENT_JOB_PROGRESS, &set, err));
    statement_bind_text(set, JOB_PROGRESS__PHASE, text_of(progress->phase));
    statement_bind_int64(set, JOB_PROGRESS__DONE, progress->done);
    statement_bind_int64(set, JOB_PROGRESS__TOTAL, progress->total);
    statement_bind_int64(set, JOB_PROGRESS__JOB_ID, job_id);
    TRY(statement_run(set, err));
    return announce(store, ANNOUNCED_PROGRESS, job_id, err);
}

static void slot_cancel(struct job_slot *slot, struct text by)
{
    if (slot->is_cancelled)
        return;
    slot->is_cancelled = true;
    snprintf(slot->cancelled_by, sizeof slot->cancelled_by, "%.*s", TEXT_ARG(by));
    pthread_cond_broadcast(slot->changed);
}

static enum berm_status watch_lane(struct job_runner *runner, struct lane *lane,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct job_progress progress;
    int64_t job_id;
    bool is_new, has_row;

    pthread_mutex_lock(&runner->mutex);
    job_id = lane->slot.job_id;
    progress = lane->slot.progress;
    is_new = lane->slot.is_progress_new;
    lane->slot.is_progress_new = false;
    pthread_mutex_unlock(&runner->mutex);
    if (job_id == 0)
        return BERM_OK;
    if (is_new && runner->options.changed != NULL)
        runner->options.changed(runner->options.context, job_id);
    TRY(statement_prepare(runner->watch_store, STATEMENT_JOB_CANCELLED_BY, &find, err));
    statement_bind_int64(find, JOB_CANCELLED_BY__JOB_ID, job_id);
    TRY(statement_step(find, &has_row, err));
    if (has_row && !statement_is_null(find, 0)) {
        pthread_mutex_lock(&runner->mutex);
        if (lane->slot.job_id == job_id)
            slot_cancel(&lane->slot, statement_text(find, 0));
        pthread_mutex_unlock(&runner->mutex);
    }
    statement_reset(find);
    if (!is_new || (lane->lane == JOB_LANE_WRITE && !store_locks_rows(runner->watch_store)))
        return BERM_OK;
    return store_progress(runner->watch_store, job_id, &progress, err);
}

static enum berm_status watch(struct job_runner *runner, struct berm_error *err)
{
    enum berm_status status = watch_events(runner, err);

    for (int l = 0; l < JOB_LANE_COUNT && status == BERM_OK; l++)
        status = watch_lane(runner, &runner->lanes[l], err);
    return status == BERM_BUSY ? BERM_OK : status; /* it is only progress */
}

static void *run_watcher(void *context)
{
    struct job_runner *runner = context;
    bool has_reported = false;
    uint64_t seen = 0;

    while (wait_for_more(runner, &seen)) {
        struct berm_error error;
        enum berm_status status = watch(runner, &error);

        if (status != BERM_OK && !has_reported)
            report(runner, &error);
        has_reported = status != BERM_OK;
    }
    return NULL;
}

/* ---- Starting and stopping ------------------------------------------------------------------- */

static enum berm_status prepare(struct job_runner *runner, const struct job_runner_options *options,
                                struct berm_error *err)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&runner->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&runner->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    runner->options = *options;
    if (runner->options.poll_ms <= 0)
        runner->options.poll_ms = POLL_MS;
    for (int l = 0; l < JOB_LANE_COUNT; l++) {
        runner->lanes[l].runner = runner;
        runner->lanes[l].lane = (enum job_lane)l;
        runner->lanes[l].slot = (struct job_slot){.mutex = &runner->mutex,
                                                  .changed = &runner->changed,
                                                  .is_stopping = &runner->is_stopping};
    }
    runner->url = malloc(options->store_url.length + 1);
    if (runner->url == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the runner of jobs");
    memcpy(runner->url, options->store_url.bytes, options->store_url.length);
    runner->options.store_url = (struct text){runner->url, options->store_url.length};
    TRY(store_open(runner->options.store_url, STORE_READ_WRITE, &runner->watch_store, err));
    return feed_end(runner->watch_store, FEED_JOB_EVENTS, &runner->seen, err);
}

static enum berm_status start_threads(struct job_runner *runner, bool has_lanes,
                                      struct berm_error *err)
{
    runner->has_watcher = pthread_create(&runner->watcher, NULL, run_watcher, runner) == 0;
    for (int l = 0; l < JOB_LANE_COUNT && has_lanes; l++) {
        struct lane *lane = &runner->lanes[l];

        lane->has_thread = pthread_create(&lane->thread, NULL, run_lane, lane) == 0;
        if (!lane->has_thread)
            return fail_with(err, BERM_NO_MEMORY, "no thread for jobs could be started");
    }
    return runner->has_watcher
               ? BERM_OK
               : fail_with(err, BERM_NO_MEMORY, "no thread for jobs could be started");
}

static enum berm_status start(const struct job_runner_options *options, bool has_lanes,
                              struct job_runner **ret_runner, struct berm_error *err)
{
    CLEANUP(job_runner_stopp) struct job_runner *runner = calloc(1, sizeof *runner);
    sigset_t all, before;
    enum berm_status status;

    if (runner == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the runner of jobs");
    TRY(prepare(runner, options, err));
    sigfillset(&all); /* signals belong to the thread that started this one */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = start_threads(runner, has_lanes, err);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    TRY(status);
    *ret_runner = runner;
    runner = NULL;
    return BERM_OK;
}

enum berm_status job_runner_start(const struct job_runner_options *options,
                                  struct job_runner **ret_runner, struct berm_error *err)
{
    return start(options, true, ret_runner, err);
}

void job_runner_wake(struct job_runner *runner)
{
    pthread_mutex_lock(&runner->mutex);
    runner->wake_count++;
    pthread_cond_broadcast(&runner->changed);
    pthread_mutex_unlock(&runner->mutex);
}

void job_runner_stop(struct job_runner *runner)
{
    if (runner == NULL)
        return;
    pthread_mutex_lock(&runner->mutex);
    runner->is_stopping = true;
    pthread_cond_broadcast(&runner->changed);
    pthread_mutex_unlock(&runner->mutex);
    for (int l = 0; l < JOB_LANE_COUNT; l++) {
        if (runner->lanes[l].has_thread)
            pthread_join(runner->lanes[l].thread, NULL);
        lane_close(&runner->lanes[l]);
    }
    if (runner->has_watcher)
        pthread_join(runner->watcher, NULL);
    store_close(runner->watch_store);
    pthread_cond_destroy(&runner->changed);
    pthread_mutex_destroy(&runner->mutex);
    free(runner->url);
    free(runner);
}

void job_runner_stopp(struct job_runner **runner)
{
    job_runner_stop(*runner);
    *runner = NULL;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

bool job_runner_progress(struct job_runner *runner, int64_t job_id,
                         struct job_progress *ret_progress)
{
    bool is_here = false;

    pthread_mutex_lock(&runner->mutex);
    for (int l = 0; l < JOB_LANE_COUNT; l++)
        if (runner->lanes[l].slot.job_id == job_id) {
            *ret_progress = runner->lanes[l].slot.progress;
            is_here = true;
        }
    pthread_mutex_unlock(&runner->mutex);
    return is_here;
}

enum berm_status job_runner_cancel(struct job_runner *runner, struct store *store,
                                   const struct caller *caller, int64_t job_id, bool *ret_is_told,
                                   struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;

    *ret_is_told = false;
    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(job_check(store, caller, job_id, err));
    pthread_mutex_lock(&runner->mutex);
    for (int l = 0; l < JOB_LANE_COUNT; l++)
        if (runner->lanes[l].slot.job_id == job_id) {
            slot_cancel(&runner->lanes[l].slot, caller->name);
            *ret_is_told = true;
        }
    pthread_mutex_unlock(&runner->mutex);
    return BERM_OK;
}

/* ---- Without a server ------------------------------------------------------------------------ */

static enum berm_status run_until_empty(struct lane *lane, int64_t *done, int64_t *failed,
                                        struct berm_error *err)
{
    enum berm_status status = lane_open(lane, err);
    enum job_state state = JOB_DONE;
    bool has_done = true;

    if (status == BERM_BUSY)
        return fail_with(err, BERM_BUSY,
                         "another process runs the jobs of this register; it does what is queued");
    TRY(status);
    while (has_done) {
        TRY(lane_turn(lane, &has_done, &state, err));
        *done += has_done && state == JOB_DONE;
        *failed += has_done && state == JOB_FAILED;
    }
    return lane_sweep(lane, err);
}

enum berm_status jobs_run_queued(const struct job_runner_options *options, int64_t *ret_done,
                                 int64_t *ret_failed, struct berm_error *err)
{
    CLEANUP(job_runner_stopp) struct job_runner *runner = NULL;

    *ret_done = *ret_failed = 0;
    TRY(start(options, false, &runner, err)); /* the watcher hears of wishes to cancel */
    for (int l = 0; l < JOB_LANE_COUNT; l++)
        TRY(run_until_empty(&runner->lanes[l], ret_done, ret_failed, err));
    return BERM_OK;
}
