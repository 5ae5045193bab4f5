/*
 * One job from its claim to its end, in one thread. The job's own office is opened for it, so that
 * it runs with the pack of today. What the function's transaction has not finished is finished
 * here: by result, by failure, by being cancelled, or back into the queue because the server stops.
 */
#include "service/job/private.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    BUSY_PAUSE_MS = 1000,
    BUSY_TRIES = 600, /* ten minutes, beside what the store itself waits */
};

/* ---- What functions call --------------------------------------------------------------------- */

bool job_run_progress(struct job_run *run, const char *phase, int64_t done, int64_t total)
{
    struct job_slot *slot = run->slot;
    bool is_to_go_on;

    pthread_mutex_lock(slot->mutex);
    if (slot->progress.done != done || slot->progress.total != total)
        slot->is_progress_new = true;
    snprintf(slot->progress.phase, sizeof slot->progress.phase, "%s", phase);
    slot->progress.done = done;
    slot->progress.total = total;
    is_to_go_on = !slot->is_cancelled && !*slot->is_stopping;
    pthread_mutex_unlock(slot->mutex);
    return is_to_go_on;
}

static struct job_progress progress_of(struct job_slot *slot)
{
    struct job_progress progress;

    pthread_mutex_lock(slot->mutex);
    progress = slot->progress;
    pthread_mutex_unlock(slot->mutex);
    return progress;
}

enum berm_status job_run_finish(struct job_run *run, struct berm_error *err)
{
    struct job_end end = {.state = JOB_DONE,
                          .attempt = run->attempt,
                          .result = buffer_text(&run->result),
                          .file_name = text_of(run->file_name),
                          .progress = progress_of(run->slot)};

    TRY(buffer_status(&run->result, err));
    TRY(job_write_end(run->office->store, run->job_id, &end, err));
    run->is_finished = true;
    return BERM_OK;
}

enum berm_status job_run_file(struct job_run *run, const char *name,
                              char ret_path[JOB_PATH_BYTES_MAX], struct berm_error *err)
{
    job_remove_file(run->office->store, "jobs", run->job_id);
    TRY(job_path(run->office->store, "jobs", run->job_id, ret_path, err));
    snprintf(run->file_name, sizeof run->file_name, "%s", name);
    return BERM_OK;
}

void job_run_drop_file(struct job_run *run)
{
    if (run->file_name[0] != 0)
        job_remove_file(run->office->store, "jobs", run->job_id);
    run->file_name[0] = 0;
}

/* ---- The function ---------------------------------------------------------------------------- */

/* Wait a little for a lock; false where the server stops, or the job is to stop and that is asked.
 */
static bool pause_for_lock(struct job_slot *slot, bool is_until_cancelled)
{
    struct timespec until;
    bool is_to_go_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += BUSY_PAUSE_MS / 1000;
    pthread_mutex_lock(slot->mutex);
    while (!(is_until_cancelled && slot->is_cancelled) && !*slot->is_stopping &&
           pthread_cond_timedwait(slot->changed, slot->mutex, &until) == 0)
        ;
    is_to_go_on = !(is_until_cancelled && slot->is_cancelled) && !*slot->is_stopping;
    pthread_mutex_unlock(slot->mutex);
    return is_to_go_on;
}

/* Somebody else may be writing for long: that is no failure, only a reason to wait. */
static enum berm_status call(const struct job_runner_options *options, struct job_run *run,
                             enum job_kind kind, struct berm_error *err)
{
    enum berm_status status;

    for (int tries = 0;; tries++) {
        run->is_finished = false;
        buffer_clear(&run->result);
        status = options->functions[kind](run, err);
        if (status != BERM_BUSY || tries == BUSY_TRIES)
            return status;
        if (!pause_for_lock(run->slot, true))
            return fail_with(err, BERM_CANCELLED, "the job was stopped before it could begin");
    }
}

static enum berm_status finish_done(struct job_run *run, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin(run->office->store, err));
    transaction = run->office->store;
    TRY(job_run_finish(run, err));
    TRY(store_commit(run->office->store, err));
    transaction = NULL;
    return BERM_OK;
}

static void run_free(struct job_run *run)
{
    buffer_free(&run->result);
    office_close(run->office);
}

/* Do the work; BERM_OK where the job is done and that is written. */
static enum berm_status work(const struct job_runner_options *options, struct job_slot *slot,
                             const struct job_claimed *claimed, struct arena *arena,
                             struct berm_error *err)
{
    CLEANUP(run_free)
    struct job_run run = {.caller = &claimed->caller,
                          .job_id = claimed->job_id,
                          .task = claimed->task,
                          .arena = arena,
                          .result = {.cap_bytes = JOB_RESULT_BYTES_MAX},
                          .slot = slot,
                          .attempt = claimed->attempt};
    char role_names[ROLE_NAMES_BYTES_MAX];
    struct berm_error seal_error;
    enum berm_status status;

    if (claimed->is_account_off)
        return fail_with(err, BERM_FORBIDDEN, "the account %.*s was switched off",
                         TEXT_ARG(claimed->caller.name));
    TRY(caller_check(run.caller, job_kind_permission(claimed->kind), err));
    TRY(options->open(options->context, &run.office, err));
    run.office->actor = claimed->actor;
    run.office->actor.role =
        caller_role_names(run.caller, (int)job_kind_permission(claimed->kind), role_names);
    status = call(options, &run, claimed->kind, err);
    if (status == BERM_OK && !run.is_finished)
        status = finish_done(&run, err);
    if (status != BERM_OK) {
        job_run_drop_file(&run);
        return status;
    }
    /* What was done is done; a seal that cannot be made now is made by the next writer. */
    if (office_seal(run.office, &seal_error) != BERM_OK && options->failed != NULL)
        options->failed(options->context, &seal_error);
    return BERM_OK;
}

/* ---- The end --------------------------------------------------------------------------------- */

static enum berm_status write_end(struct store *store, const struct job_claimed *claimed,
                                  const struct job_end *end, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(job_write_end(store, claimed->job_id, end, err));
    if (end->state == JOB_CANCELLED) {
        char subject[80];

        snprintf(subject, sizeof subject, "%s %lld", job_kind_name(claimed->kind),
                 (long long)claimed->job_id);
        TRY(journal_write(store,
                          &(struct journal_entry){.actor.name = end->cancelled_by,
                                                  .actor.via = claimed->actor.via,
                                                  .action = TEXT("job_stop"),
                                                  .subject = text_of(subject)},
                          err));
    }
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

/* How a job that did not come to its end by itself ends. */
static enum berm_status end_otherwise(struct job_slot *slot, struct store *store,
                                      const struct job_claimed *claimed,
                                      const struct berm_error *why, enum job_state *ret_state,
                                      struct berm_error *err)
{
    struct job_end end = {.state = JOB_FAILED,
                          .attempt = claimed->attempt,
                          .failure = text_of(status_name(why->status)),
                          .error = text_of(why->message),
                          .progress = progress_of(slot)};
    char by[CANCELLED_BY_BYTES_MAX];
    enum berm_status status;
    bool is_cancelled, is_stopping;

    do { /* the work's transaction is over, so the wait for others ends */
        pthread_mutex_lock(slot->mutex);
        is_cancelled = slot->is_cancelled;
        is_stopping = *slot->is_stopping;
        memcpy(by, slot->cancelled_by, sizeof by);
        pthread_mutex_unlock(slot->mutex);
        if (why->status == BERM_CANCELLED && is_cancelled)
            end = (struct job_end){.state = JOB_CANCELLED,
                                   .attempt = claimed->attempt,
                                   .cancelled_by = text_of(by),
                                   .progress = end.progress};
        *ret_state = end.state;
        if (why->status == BERM_CANCELLED && !is_cancelled) {
            *ret_state = JOB_QUEUED;
            status = job_put_back(store, claimed->job_id, err);
        } else {
            status = write_end(store, claimed, &end, err);
        }
    } while (status == BERM_BUSY && !is_stopping && pause_for_lock(slot, false));
    return status;
}

enum berm_status job_execute(const struct job_runner_options *options, struct job_slot *slot,
                             struct store *store, const struct job_claimed *claimed,
                             struct arena *arena, enum job_state *ret_state, struct berm_error *err)
{
    struct berm_error why = {0};
    enum berm_status status;

    pthread_mutex_lock(slot->mutex);
    slot->job_id = claimed->job_id;
    slot->kind = claimed->kind;
    slot->progress = (struct job_progress){0};
    slot->is_cancelled = slot->is_progress_new = false;
    slot->cancelled_by[0] = 0;
    pthread_mutex_unlock(slot->mutex);
    if (options->changed != NULL)
        options->changed(options->context, claimed->job_id);

    *ret_state = JOB_DONE;
    status = work(options, slot, claimed, arena, &why);
    if (status == BERM_UNAVAILABLE)
        /* It may be done, or another server's by now. Whoever opens the lane next finds out. */
        status = fail_with(err, status, "%s", why.message);
    else if (status != BERM_OK)
        status = end_otherwise(slot, store, claimed, &why, ret_state, err);

    pthread_mutex_lock(slot->mutex);
    slot->job_id = 0;
    pthread_mutex_unlock(slot->mutex);
    if (options->changed != NULL)
        options->changed(options->context, claimed->job_id);
    return status;
}
