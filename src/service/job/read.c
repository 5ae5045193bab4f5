/*
 * Who may see which job, and what of it. The owner sees all; an administrator of the whole register
 * sees that a job is there, how far it is and how it ended, but not what it was about: task, result
 * and sentence may name what only its owner may know. And a result was made with the roles of its
 * day: who has lost one of them since has lost the result.
 */
#include "service/job/private.h"

#include <string.h>

enum { GRANTS_BYTES_MAX = 64 << 10 };

/* Who asks: everything of everybody, of everybody without contents, or only their own. */
enum sight { SIGHT_ALL, SIGHT_OUTLINE, SIGHT_OWN };

static enum berm_status sight_of(struct store *store, const struct caller *caller,
                                 enum sight *ret_sight, struct berm_error *err)
{
    enum berm_status status;

    *ret_sight = SIGHT_ALL;
    if (caller->is_local)
        return BERM_OK;
    status = caller_check_everywhere(store, caller, PERMISSION_JOB_MANAGE, err);
    *ret_sight = status == BERM_OK ? SIGHT_OUTLINE : SIGHT_OWN;
    return status == BERM_FORBIDDEN ? BERM_OK : status;
}

/* ---- Grants ---------------------------------------------------------------------------------- */

enum berm_status grants_write(const struct caller *caller, struct buffer *out,
                              struct berm_error *err)
{
    for (size_t g = 0; g < caller->grant_count; g++)
        buffer_append_format(out, "%s%s:%lld", out->length > 0 ? " " : "",
                             role_name(caller->grants[g].role),
                             (long long)caller->grants[g].area_id);
    return buffer_status(out, err);
}

/* The next word of a list with one blank between; false at its end. */
static bool next_word(struct text *list, struct text *ret_word)
{
    const char *blank = list->length > 0 ? memchr(list->bytes, ' ', list->length) : NULL;

    *ret_word = (struct text){list->bytes, blank ? (size_t)(blank - list->bytes) : list->length};
    *list = text_from(*list, blank ? ret_word->length + 1 : list->length);
    return ret_word->length > 0;
}

/* Are all of the grants that a job ran with among those that the caller has now? */
static bool grants_are_held(const struct caller *caller, struct text ran_with)
{
    CLEANUP(buffer_free) struct buffer present = {.cap_bytes = GRANTS_BYTES_MAX};
    struct text wanted;

    if (grants_write(caller, &present, NULL) != BERM_OK)
        return false;
    while (next_word(&ran_with, &wanted)) {
        struct text list = buffer_text(&present), word = {0};

        while (next_word(&list, &word) && !text_equal(word, wanted))
            ;
        if (!text_equal(word, wanted))
            return false;
    }
    return true;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static enum berm_status decode(struct statement *row, const struct caller *caller, enum sight sight,
                               struct job_row *ret_row, struct berm_error *err)
{
    struct job_row job = {
        .job_id = statement_int64(row, 0),
        .is_own = statement_int64(row, 4) == caller->account_id,
        .actor = statement_text(row, 5),
        .created_at_s = statement_int64(row, 6),
        .started_at_s = statement_int64(row, 7),
        .finished_at_s = statement_int64(row, 8),
        .attempt = statement_int64(row, 9),
        .progress = {.done = statement_int64(row, 11), .total = statement_int64(row, 12)},
        .cancelled_by = statement_text(row, 13),
        .failure = statement_text(row, 15),
    };
    struct text phase = statement_text(row, 10);

    TRY(job_kind_find(statement_text(row, 1), &job.kind, err));
    TRY(job_state_find(statement_text(row, 2), &job.state, err));
    if (phase.length < sizeof job.progress.phase)
        memcpy(job.progress.phase, phase.bytes, phase.length);
    if (job.is_own || sight == SIGHT_ALL) {
        job.task = statement_text(row, 3);
        job.error = statement_text(row, 16);
    }
    if (sight == SIGHT_ALL || (job.is_own && caller_holds(caller, job_kind_permission(job.kind)) &&
                               grants_are_held(caller, statement_text(row, 19)))) {
        job.result = statement_text(row, 14);
        job.file_name = statement_text(row, 17);
        job.file_until_s = statement_int64(row, 18);
    }
    *ret_row = job;
    return BERM_OK;
}

static enum berm_status fail_missing(int64_t job_id, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no job %lld; berm job list shows those that "
                     "there are",
                     (long long)job_id);
}

enum berm_status job_read_in(struct store *store, const struct caller *caller, int64_t job_id,
                             struct arena *arena, struct job_row *ret_row, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct text *const texts[] = {&ret_row->actor,    &ret_row->task,  &ret_row->result,
                                  &ret_row->failure,  &ret_row->error, &ret_row->cancelled_by,
                                  &ret_row->file_name};
    enum sight sight;
    struct job_row row;
    bool has_row;

    TRY(sight_of(store, caller, &sight, err));
    TRY(statement_prepare(store, STATEMENT_JOB_BY_ID, &find, err));
    statement_bind_int64(find, JOB_BY_ID__JOB_ID, job_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return fail_missing(job_id, err);
    TRY(decode(find, caller, sight, &row, err));
    if (!row.is_own && sight == SIGHT_OWN)
        return fail_missing(job_id, err);
    *ret_row = row;
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, *texts[t], texts[t], err));
    return BERM_OK;
}

enum berm_status job_read(struct store *store, const struct caller *caller, int64_t job_id,
                          struct arena *arena, struct job_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;

    TRY(store_begin_read(store, err));
    snapshot = store;
    return job_read_in(store, caller, job_id, arena, ret_row, err);
}

static enum berm_status prepare_list(struct store *store, const struct caller *caller,
                                     const struct job_filter *filter, enum sight sight,
                                     struct statement **ret_list, struct berm_error *err)
{
    int64_t before_id = filter->before_id > 0 ? filter->before_id : INT64_MAX;
    struct text kind = text_of(filter->has_kind ? job_kind_name(filter->kind) : "");
    struct text state = text_of(filter->has_state ? job_state_name(filter->state) : "");

    if (sight != SIGHT_OWN) {
        TRY(statement_prepare(store, STATEMENT_JOB_LIST, ret_list, err));
        statement_bind_int64(*ret_list, JOB_LIST__BEFORE_ID, before_id);
        statement_bind_text(*ret_list, JOB_LIST__KIND, kind);
        statement_bind_text(*ret_list, JOB_LIST__STATE, state);
        return BERM_OK;
    }
    TRY(statement_prepare(store, STATEMENT_JOB_LIST_OF_ACCOUNT, ret_list, err));
    statement_bind_int64(*ret_list, JOB_LIST_OF_ACCOUNT__ACCOUNT_ID, caller->account_id);
    statement_bind_int64(*ret_list, JOB_LIST_OF_ACCOUNT__BEFORE_ID, before_id);
    statement_bind_text(*ret_list, JOB_LIST_OF_ACCOUNT__KIND, kind);
    statement_bind_text(*ret_list, JOB_LIST_OF_ACCOUNT__STATE, state);
    return BERM_OK;
}

enum berm_status jobs_list(struct store *store, const struct caller *caller,
                           const struct job_filter *filter, job_visitor *visit, void *context,
                           struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    enum sight sight;
    bool has_row;

    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(sight_of(store, caller, &sight, err));
    TRY(prepare_list(store, caller, filter, sight, &list, err));
    TRY(statement_step(list, &has_row, err));
    for (int64_t count = 0; has_row && (filter->limit == 0 || count < filter->limit); count++) {
        struct job_row row;

        TRY(decode(list, caller, sight, &row, err));
        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

/* ---- Events and files ------------------------------------------------------------------------ */

enum berm_status job_check(struct store *store, const struct caller *caller, int64_t job_id,
                           struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct job_row row;

    TRY(arena_create(1 << 20, &arena, err));
    return job_read_in(store, caller, job_id, arena, &row, err);
}

enum berm_status job_events(struct store *store, const struct caller *caller, int64_t job_id,
                            int64_t after_id, struct job_event ret_events[JOB_EVENTS_MAX],
                            size_t *ret_count, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    size_t count = 0;
    bool has_row;

    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(job_check(store, caller, job_id, err));
    TRY(statement_prepare(store, STATEMENT_JOB_EVENT_LIST, &list, err));
    statement_bind_int64(list, JOB_EVENT_LIST__JOB_ID, job_id);
    statement_bind_int64(list, JOB_EVENT_LIST__AFTER_ID, after_id);
    TRY(statement_step(list, &has_row, err));
    for (; has_row && count < JOB_EVENTS_MAX; count++) {
        ret_events[count].event_id = statement_int64(list, 0);
        TRY(job_state_find(statement_text(list, 1), &ret_events[count].state, err));
        ret_events[count].at_s = statement_int64(list, 2);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_count = count;
    return BERM_OK;
}

enum berm_status job_file(struct store *store, const struct caller *caller, int64_t job_id,
                          struct arena *arena, char ret_path[JOB_PATH_BYTES_MAX],
                          struct text *ret_file_name, struct berm_error *err)
{
    struct job_row row;

    TRY(job_read(store, caller, job_id, arena, &row, err));
    if (row.file_name.length == 0 || row.file_until_s <= job_now_s())
        return fail_with(
            err, BERM_NOT_FOUND,
            "job %lld has no file: it made none, it is kept for %d days only, or it is "
            "not yours to read",
            (long long)job_id, (int)(JOB_FILE_KEPT_S / 86400));
    TRY(job_path(store, "jobs", job_id, ret_path, err));
    *ret_file_name = row.file_name;
    return BERM_OK;
}
