/*
 * The queue: every change of a job's state, each with its event. Claiming needs no lock of rows,
 * because only the holder of the lane's lock claims; the statements still name the state that they
 * expect, so that a mistake changes nothing instead of something wrong.
 */
#include "service/job/private.h"

#include "service/access/caller.h"

#include <stdio.h>

static enum berm_status add_event(struct store *store, int64_t job_id, enum job_state state,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    int64_t event_id;

    TRY(id_take_in_order(store, "job_event", &event_id, err));
    TRY(statement_prepare(store, STATEMENT_JOB_EVENT_INSERT, &insert, err));
    statement_bind_int64(insert, JOB_EVENT_INSERT__JOB_EVENT_ID, event_id);
    statement_bind_int64(insert, JOB_EVENT_INSERT__JOB_ID, job_id);
    statement_bind_text(insert, JOB_EVENT_INSERT__STATE, text_of(job_state_name(state)));
    statement_bind_int64(insert, JOB_EVENT_INSERT__NOW_S, job_now_s());
    TRY(statement_run(insert, err));
    return announce(store, ANNOUNCED_JOBS, 0, err);
}

static enum berm_status note(struct store *store, const struct actor *actor, struct text action,
                             const char *kind, int64_t job_id, struct berm_error *err)
{
    char subject[80];

    snprintf(subject, sizeof subject, "%s %lld", kind, (long long)job_id);
    return journal_write(
        store,
        &(struct journal_entry){.actor = *actor, .action = action, .subject = text_of(subject)},
        err);
}

/* ---- Queueing -------------------------------------------------------------------------------- */

/* One account must not fill the queue for all others. */
static enum berm_status check_room(struct store *store, const struct caller *caller,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;

    TRY(statement_prepare(store, STATEMENT_JOB_OPEN_COUNT, &count, err));
    statement_bind_int64(count, JOB_OPEN_COUNT__ACCOUNT_ID, caller->account_id);
    TRY(statement_step_to_row(count, err));
    if (statement_int64(count, 0) < JOBS_OPEN_MAX)
        return BERM_OK;
    return fail_with(err, BERM_LIMIT,
                     "%d jobs of %.*s wait already; let them end, or cancel some of them",
                     (int)JOBS_OPEN_MAX, TEXT_ARG(caller->name));
}

static enum berm_status insert_job(struct store *store, const struct caller *caller,
                                   const struct actor *actor, const struct job_order *order,
                                   int64_t job_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    CLEANUP(buffer_free) struct buffer scopes = {0};

    if (!caller->is_local && caller->scopes != ~0ull)
        TRY(scopes_write(caller->scopes, &scopes, err));
    TRY(statement_prepare(store, STATEMENT_JOB_INSERT, &insert, err));
    statement_bind_int64(insert, JOB_INSERT__JOB_ID, job_id);
    statement_bind_text(insert, JOB_INSERT__KIND, text_of(job_kind_name(order->kind)));
    statement_bind_text(insert, JOB_INSERT__LANE,
                        text_of(job_lane_name(job_kind_lane(order->kind))));
    statement_bind_text(insert, JOB_INSERT__TASK, order->task);
    if (caller->is_local)
        statement_bind_null(insert, JOB_INSERT__ACCOUNT_ID);
    else
        statement_bind_int64(insert, JOB_INSERT__ACCOUNT_ID, caller->account_id);
    statement_bind_text(insert, JOB_INSERT__ACTOR, actor->name);
    statement_bind_text(insert, JOB_INSERT__VIA, actor->via);
    statement_bind_text(insert, JOB_INSERT__ADDRESS, actor->address);
    statement_bind_text(insert, JOB_INSERT__SCOPES, buffer_text(&scopes));
    statement_bind_int64(insert, JOB_INSERT__NOW_S, job_now_s());
    return statement_run(insert, err);
}

enum berm_status job_create(struct store *store, const struct caller *caller,
                            const struct actor *actor, const struct job_order *order,
                            int64_t *ret_job_id, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    int64_t job_id;

    TRY(caller_check(caller, job_kind_permission(order->kind), err));
    if (order->task.length > JOB_TASK_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "what the job is to do takes %zu bytes; %d are possible",
                         order->task.length, (int)JOB_TASK_BYTES_MAX);
    TRY(store_begin(store, err));
    transaction = store;
    TRY(check_room(store, caller, err));
    TRY(id_take(store, "job", 1, &job_id, err));
    TRY(insert_job(store, caller, actor, order, job_id, err));
    TRY(add_event(store, job_id, JOB_QUEUED, err));
    TRY(note(store, actor, TEXT("job_create"), job_kind_name(order->kind), job_id, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    *ret_job_id = job_id;
    return BERM_OK;
}

enum berm_status job_note_download(struct store *store, const struct actor *actor, int64_t job_id,
                                   struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(note(store, actor, TEXT("download"), "job", job_id, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

/* ---- Cancelling ------------------------------------------------------------------------------ */

/* Whether a statement that expects a state of the job changed it. */
static enum berm_status try_change(struct store *store, enum statement_id id, int by_parameter,
                                   int id_parameter, struct text by, int64_t job_id,
                                   bool *ret_has_changed, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *change = NULL;

    TRY(statement_prepare(store, id, &change, err));
    statement_bind_text(change, by_parameter, by);
    statement_bind_int64(change, id_parameter, job_id);
    if (id == STATEMENT_JOB_CANCEL_QUEUED)
        statement_bind_int64(change, JOB_CANCEL_QUEUED__NOW_S, job_now_s());
    TRY(statement_run(change, err));
    *ret_has_changed = statement_changed_count(change) > 0;
    return BERM_OK;
}

static enum berm_status check_open(const struct job_row *row, struct berm_error *err)
{
    if (!job_state_is_end(row->state))
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT, "job %lld is %s already", (long long)row->job_id,
                     job_state_name(row->state));
}

/* A job that runs may hold the write lock, in another server: where the database locks rows the
 * wish gets past it. Who wished it stands in the entry about the job's end. */
static enum berm_status ask_beside(struct store *store, const struct actor *actor, int64_t job_id,
                                   struct berm_error *err)
{
    bool has_changed;

    TRY(try_change(store, STATEMENT_JOB_ASK_CANCEL, JOB_ASK_CANCEL__CANCELLED_BY,
                   JOB_ASK_CANCEL__JOB_ID, actor->name, job_id, &has_changed, err));
    return has_changed ? announce(store, ANNOUNCED_JOBS, 0, err) : BERM_OK;
}

enum berm_status job_cancel(struct store *store, const struct caller *caller,
                            const struct actor *actor, int64_t job_id, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct job_row row;
    bool has_changed;

    TRY(arena_create(1 << 20, &arena, err));
    if (store_locks_rows(store)) {
        TRY(job_read(store, caller, job_id, arena, &row, err));
        TRY(check_open(&row, err));
        if (row.state == JOB_RUNNING)
            return ask_beside(store, actor, job_id, err);
    }
    TRY(store_begin(store, err));
    transaction = store;
    TRY(job_read_in(store, caller, job_id, arena, &row, err));
    TRY(check_open(&row, err));
    TRY(try_change(store, STATEMENT_JOB_CANCEL_QUEUED, JOB_CANCEL_QUEUED__CANCELLED_BY,
                   JOB_CANCEL_QUEUED__JOB_ID, actor->name, job_id, &has_changed, err));
    if (has_changed)
        TRY(add_event(store, job_id, JOB_CANCELLED, err));
    else
        TRY(try_change(store, STATEMENT_JOB_ASK_CANCEL, JOB_ASK_CANCEL__CANCELLED_BY,
                       JOB_ASK_CANCEL__JOB_ID, actor->name, job_id, &has_changed, err));
    TRY(announce(store, ANNOUNCED_JOBS, 0, err));
    if (has_changed)
        TRY(note(store, actor, TEXT("job_cancel"), job_kind_name(row.kind), job_id, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

/* ---- Claiming -------------------------------------------------------------------------------- */

static enum berm_status first_queued(struct store *store, enum job_lane lane, bool *ret_has,
                                     int64_t *ret_job_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *first = NULL;

    TRY(statement_prepare(store, STATEMENT_JOB_FIRST_QUEUED, &first, err));
    statement_bind_text(first, JOB_FIRST_QUEUED__LANE, text_of(job_lane_name(lane)));
    TRY(statement_step(first, ret_has, err));
    *ret_job_id = *ret_has ? statement_int64(first, 0) : 0;
    return BERM_OK;
}

/* All that running needs, with the rights that the account has at this moment. */
static enum berm_status read_claimed(struct store *store, int64_t job_id, struct arena *arena,
                                     struct job_claimed *claimed, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct text name, scopes;
    int64_t account_id;

    TRY(statement_prepare(store, STATEMENT_JOB_TO_RUN, &find, err));
    statement_bind_int64(find, JOB_TO_RUN__JOB_ID, job_id);
    TRY(statement_step_to_row(find, err));
    TRY(job_kind_find(statement_text(find, 0), &claimed->kind, err));
    TRY(text_copy(arena, statement_text(find, 1), &claimed->task, err));
    account_id = statement_int64(find, 2);
    TRY(text_copy(arena, statement_text(find, 3), &claimed->actor.name, err));
    TRY(text_copy(arena, statement_text(find, 4), &claimed->actor.via, err));
    TRY(text_copy(arena, statement_text(find, 5), &claimed->actor.address, err));
    TRY(text_copy(arena, statement_text(find, 6), &scopes, err));
    claimed->attempt = statement_int64(find, 7);
    TRY(text_copy(arena, statement_text(find, 8), &name, err));
    claimed->is_account_off = statement_int64(find, 9) == 0;
    claimed->job_id = job_id;
    if (account_id == 0) {
        claimed->caller = *caller_local();
        return BERM_OK;
    }
    return caller_read(store, account_id, name, scopes.length == 0 ? ~0ull : scopes_read(scopes),
                       arena, &claimed->caller, err);
}

static enum berm_status store_grants(struct store *store, const struct job_claimed *claimed,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *set = NULL;
    CLEANUP(buffer_free) struct buffer grants = {0};

    TRY(grants_write(&claimed->caller, &grants, err));
    TRY(statement_prepare(store, STATEMENT_JOB_SET_GRANTS, &set, err));
    statement_bind_text(set, JOB_SET_GRANTS__GRANTS, buffer_text(&grants));
    statement_bind_int64(set, JOB_SET_GRANTS__JOB_ID, claimed->job_id);
    return statement_run(set, err);
}

enum berm_status job_claim(struct store *store, enum job_lane lane, struct arena *arena,
                           bool *ret_has, struct job_claimed *ret_claimed, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *claim = NULL;
    struct job_claimed claimed = {0};
    int64_t job_id;

    TRY(first_queued(store, lane, ret_has, &job_id, err)); /* nothing to do costs no write lock */
    if (!*ret_has)
        return BERM_OK;
    TRY(store_begin(store, err));
    transaction = store;
    TRY(first_queued(store, lane, ret_has, &job_id, err));
    if (!*ret_has) /* it was cancelled in between */
        return BERM_OK;
    TRY(statement_prepare(store, STATEMENT_JOB_CLAIM, &claim, err));
    statement_bind_int64(claim, JOB_CLAIM__NOW_S, job_now_s());
    statement_bind_int64(claim, JOB_CLAIM__JOB_ID, job_id);
    TRY(statement_run(claim, err));
    TRY(add_event(store, job_id, JOB_RUNNING, err));
    TRY(read_claimed(store, job_id, arena, &claimed, err));
    TRY(store_grants(store, &claimed, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    *ret_claimed = claimed;
    return BERM_OK;
}

/* ---- The end of an attempt ------------------------------------------------------------------- */

static enum berm_status requeue(struct store *store, int64_t job_id, bool is_attempt_to_count,
                                struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *back = NULL;

    TRY(statement_prepare(store, STATEMENT_JOB_REQUEUE, &back, err));
    statement_bind_int64(back, JOB_REQUEUE__ATTEMPT_BACK, is_attempt_to_count ? 0 : 1);
    statement_bind_int64(back, JOB_REQUEUE__JOB_ID, job_id);
    TRY(statement_run(back, err));
    return statement_changed_count(back) == 0 ? BERM_OK : add_event(store, job_id, JOB_QUEUED, err);
}

enum berm_status job_put_back(struct store *store, int64_t job_id, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(requeue(store, job_id, false, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status job_write_end(struct store *store, int64_t job_id, const struct job_end *end,
                               struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *finish = NULL;
    int64_t now_s = job_now_s();

    TRY(statement_prepare(store, STATEMENT_JOB_FINISH, &finish, err));
    statement_bind_text(finish, JOB_FINISH__STATE, text_of(job_state_name(end->state)));
    statement_bind_int64(finish, JOB_FINISH__NOW_S, now_s);
    statement_bind_text_or_null(finish, JOB_FINISH__RESULT, end->result);
    statement_bind_text_or_null(finish, JOB_FINISH__FAILURE, end->failure);
    statement_bind_text_or_null(finish, JOB_FINISH__ERROR, end->error);
    statement_bind_text_or_null(finish, JOB_FINISH__CANCELLED_BY, end->cancelled_by);
    statement_bind_text_or_null(finish, JOB_FINISH__FILE_NAME, end->file_name);
    if (end->file_name.length == 0)
        statement_bind_null(finish, JOB_FINISH__FILE_UNTIL_S);
    else
        statement_bind_int64(finish, JOB_FINISH__FILE_UNTIL_S, now_s + JOB_FILE_KEPT_S);
    statement_bind_int64(finish, JOB_FINISH__DONE, end->progress.done);
    statement_bind_int64(finish, JOB_FINISH__TOTAL, end->progress.total);
    statement_bind_int64(finish, JOB_FINISH__JOB_ID, job_id);
    statement_bind_int64(finish, JOB_FINISH__ATTEMPT, end->attempt);
    TRY(statement_run(finish, err));
    if (statement_changed_count(finish) == 0)
        return fail_with(err, BERM_CONFLICT,
                         "job %lld is not this attempt's any more: another server took it over",
                         (long long)job_id);
    return add_event(store, job_id, end->state, err);
}

/* ---- What the dead left ---------------------------------------------------------------------- */

static enum berm_status adopt_one(struct store *store, int64_t job_id, int64_t attempt,
                                  struct text cancelled_by, struct berm_error *err)
{
    char sentence[128];
    struct job_end end = {.attempt = attempt, .state = JOB_CANCELLED, .cancelled_by = cancelled_by};

    job_remove_file(store, "jobs", job_id); /* half of one, which no row would name */
    if (cancelled_by.length > 0)
        return job_write_end(store, job_id, &end, err);
    if (attempt < JOB_ATTEMPTS_MAX)
        return requeue(store, job_id, true, err);
    snprintf(sentence, sizeof sentence,
             "the server ended %lld times while it did this job; nothing was changed",
             (long long)attempt);
    end.state = JOB_FAILED;
    end.failure = text_of(status_name(BERM_INTERNAL));
    end.error = text_of(sentence);
    return job_write_end(store, job_id, &end, err);
}

enum berm_status job_adopt(struct store *store, enum job_lane lane, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    bool has_row;

    TRY(arena_create(1 << 20, &arena, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(statement_prepare(store, STATEMENT_JOB_ORPHAN_LIST, &list, err));
    statement_bind_text(list, JOB_ORPHAN_LIST__LANE, text_of(job_lane_name(lane)));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        int64_t job_id = statement_int64(list, 0), attempt = statement_int64(list, 1);
        struct text by;

        TRY(text_copy(arena, statement_text(list, 2), &by, err));
        statement_reset(list); /* its rows change: ask anew for the first that is left */
        TRY(adopt_one(store, job_id, attempt, by, err));
        TRY(statement_step(list, &has_row, err));
    }
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}
