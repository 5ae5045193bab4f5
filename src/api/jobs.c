/*
 * Jobs: lists, one, stopping, its file; and what makes one: an import, a run. How far a job is that
 * this very server runs is told from memory, because the register may be locked by the job itself.
 */
#include "api/call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_PIECE_BYTES = 65536, MAP_BYTES_MAX = 65536 };

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_instant_or_null(struct json_writer *json, const char *key, int64_t at_s)
{
    if (at_s > 0) {
        write_instant(json, key, at_s);
        return;
    }
    json_key(json, key);
    json_null_value(json);
}

void job_write_progress(struct json_writer *json, const struct job_progress *progress)
{
    json_begin_object(json);
    json_key_of_text(json, "phase", text_of(progress->phase));
    json_key_of_int64(json, "done", progress->done);
    json_key_of_int64(json, "total", progress->total);
    json_end_object(json);
}

static void write_job(struct call *call, const struct job_row *row)
{
    struct json_writer *json = &call->json;
    struct job_progress progress = row->progress;

    (void)job_runner_progress(call->api->options.runner, row->job_id, &progress);
    json_begin_object(json);
    json_key_of_int64(json, "id", row->job_id);
    json_key_of_text(json, "kind", text_of(job_kind_name(row->kind)));
    json_key_of_text(json, "state", text_of(job_state_name(row->state)));
    json_key_of_bool(json, "own", row->is_own);
    json_key_of_text(json, "actor", row->actor);
    write_instant(json, "created_at", row->created_at_s);
    write_instant_or_null(json, "started_at", row->started_at_s);
    write_instant_or_null(json, "finished_at", row->finished_at_s);
    json_key_of_int64(json, "attempt", row->attempt);
    json_key(json, "progress");
    job_write_progress(json, &progress);
    json_key(json, "result");
    if (row->result.length > 0)
        json_number_text(json, row->result); /* JSON already */
    else
        json_null_value(json);
    json_key_of_text_or_null(json, "failure", row->failure);
    json_key_of_text_or_null(json, "error", row->error);
    json_key_of_text_or_null(json, "cancelled_by", row->cancelled_by);
    json_key_of_text_or_null(json, "file_name", row->file_name);
    json_end_object(json);
}

static enum berm_status answer_job(struct call *call, int64_t job_id, struct berm_error *err)
{
    struct job_row row;

    TRY(job_read(call->office->store, &call->caller, job_id, call->arena, &row, err));
    write_job(call, &row);
    return BERM_OK;
}

/* ---- Reading --------------------------------------------------------------------------------- */

struct page {
    struct call *call;
    int64_t rows, limit, last_id;
    bool has_more;
};

static enum berm_status write_item(void *context, const struct job_row *row, struct berm_error *err)
{
    struct page *page = context;

    (void)err;
    page->has_more = page->rows++ == page->limit;
    if (page->has_more)
        return BERM_OK;
    page->last_id = row->job_id;
    write_job(page->call, row);
    return BERM_OK;
}

enum berm_status handle_job_list(struct call *call, struct berm_error *err)
{
    struct text kind = call_query(call, "kind"), state = call_query(call, "state");
    struct job_filter filter = {
        .before_id = call_query_cursor_id(call),
        .has_kind = kind.length > 0,
        .has_state = state.length > 0,
    };
    struct page page = {.call = call, .limit = call_query_limit(call)};
    struct berm_error wrong;

    filter.limit = page.limit + 1;
    if (filter.has_kind && job_kind_find(kind, &filter.kind, &wrong) != BERM_OK)
        call_add_query_problem(call, "kind", "invalid", "%s", wrong.message);
    if (filter.has_state && job_state_find(state, &filter.state, &wrong) != BERM_OK)
        call_add_query_problem(call, "state", "invalid", "%s", wrong.message);
    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(jobs_list(call->office->store, &call->caller, &filter, write_item, &page, err));
    json_end_array(&call->json);
    call_write_next_id(call, page.has_more ? page.last_id : 0);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_job_show(struct call *call, struct berm_error *err)
{
    int64_t job_id;

    TRY(call_parameter_id(call, "job", &job_id, err));
    return answer_job(call, job_id, err);
}

enum berm_status handle_job_cancel(struct call *call, struct berm_error *err)
{
    struct store *store = call->office->store;
    int64_t job_id;
    bool is_told;

    TRY(call_parameter_id(call, "job", &job_id, err));
    TRY(job_runner_cancel(call->api->options.runner, store, &call->caller, job_id, &is_told, err));
    if (!is_told)
        TRY(job_cancel(store, &call->caller, &call->actor, job_id, err));
    return answer_job(call, job_id, err);
}

/* ---- A job's file ---------------------------------------------------------------------------- */

struct file_reader {
    int file;
};

static enum berm_status next_piece(void *context, void *worker, struct buffer *chunk,
                                   bool *ret_is_last, struct berm_error *err)
{
    const struct file_reader *reader = context;
    char *room = buffer_reserve(chunk, FILE_PIECE_BYTES);
    ssize_t count = room == NULL ? -1 : read(reader->file, room, FILE_PIECE_BYTES);

    (void)worker;
    if (count < 0)
        return fail_with(err, BERM_IO, "a job's file cannot be read: %s", strerror(errno));
    chunk->length += (size_t)count;
    *ret_is_last = count == 0;
    return BERM_OK;
}

static void close_reader(void *context, void *worker, bool is_complete)
{
    struct file_reader *reader = context;

    (void)worker;
    (void)is_complete;
    close(reader->file);
    free(reader);
}

struct download {
    const struct call *call;
    int64_t job_id;
};

static enum berm_status note_download(void *context, struct office *office, struct berm_error *err)
{
    const struct download *download = context;

    return job_note_download(office->store, &download->call->actor, download->job_id, err);
}

static const char *content_type_of(struct text name)
{
    struct text ending = TEXT(".ndjson");
    bool is_lines = name.length > ending.length &&
                    text_equal(text_from(name, name.length - ending.length), ending);

    return is_lines ? "application/x-ndjson" : "text/csv";
}

enum berm_status handle_job_file(struct call *call, struct berm_error *err)
{
    struct file_reader *reader;
    char path[JOB_PATH_BYTES_MAX], disposition[128];
    struct text name;
    int64_t job_id;
    int file;

    TRY(call_parameter_id(call, "job", &job_id, err));
    TRY(job_file(call->office->store, &call->caller, job_id, call->arena, path, &name, err));
    TRY(writer_run(call->api->writer, note_download, &(struct download){call, job_id}, err));
    file = open(path, O_RDONLY | O_CLOEXEC);
    reader = malloc(sizeof *reader);
    if (file < 0 || reader == NULL) {
        if (file >= 0)
            close(file);
        free(reader);
        return fail_with(err, file < 0 ? BERM_NOT_FOUND : BERM_NO_MEMORY,
                         "the file of job %lld cannot be read", (long long)job_id);
    }
    reader->file = file;
    call->response->content_type = content_type_of(name);
    snprintf(disposition, sizeof disposition, "attachment; filename=\"%.*s\"", TEXT_ARG(name));
    http_response_header(call->response, "Content-Disposition", text_of(disposition));
    call->response->stream =
        (struct http_stream){.context = reader, .next = next_piece, .close = close_reader};
    return BERM_OK;
}

/* ---- Making jobs ----------------------------------------------------------------------------- */

enum berm_status call_make_job(struct call *call, enum job_kind kind, const struct buffer *task,
                               struct berm_error *err)
{
    const struct job_order order = {kind, buffer_text(task)};
    char number[24];
    int64_t job_id;

    TRY(buffer_status(task, err));
    TRY(job_create(call->office->store, &call->caller, &call->actor, &order, &job_id, err));
    call_set_location(
        call, TEXT("/v1/jobs"),
        (struct text){number, (size_t)snprintf(number, sizeof number, "%lld", (long long)job_id)});
    return answer_job(call, job_id, err);
}

enum berm_status handle_import_create(struct call *call, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {.cap_bytes = JOB_TASK_BYTES_MAX};
    struct json_writer json = {.out = &task};
    struct body body = call_body(call);
    int64_t upload_id = body_int64(body, "upload", 1, INT64_MAX, 0);
    struct text kind = body_text(body, "kind", true), map = body_text(body, "map", false);
    struct text encoding = body_text(body, "encoding", false);
    bool is_dry_run = body_bool(body, "dry_run", false);
    struct upload_row upload;
    struct berm_error wrong;
    enum import_kind found;

    body_expect(body, (const char *const[]){"upload", "kind", "dry_run", "encoding", "map", NULL});
    if (node_kind(node_member(body.node, "upload")) == NODE_NULL)
        call_add_problem(call, TEXT("/upload"), "required", "upload is missing");
    if (kind.length > 0 && import_kind_find(kind, &found, &wrong) != BERM_OK)
        call_add_problem(call, TEXT("/kind"), "invalid", "%s", wrong.message);
    if (map.length > MAP_BYTES_MAX)
        call_add_problem(call, TEXT("/map"), "invalid", "a map has at most %d bytes",
                         (int)MAP_BYTES_MAX);
    TRY(call_check(call, err));
    TRY(upload_read(call->office->store, &call->caller, upload_id, call->arena, &upload, err));
    if (upload.received_bytes != upload.total_bytes)
        return fail_with(err, BERM_CONFLICT, "%lld of %lld bytes of the upload have come",
                         (long long)upload.received_bytes, (long long)upload.total_bytes);
    json_begin_object(&json);
    json_key_of_int64(&json, "upload", upload_id);
    json_key_of_text(&json, "kind", kind);
    json_key_of_bool(&json, "dry_run", is_dry_run);
    if (encoding.length > 0)
        json_key_of_text(&json, "encoding", encoding);
    if (map.length > 0)
        json_key_of_text(&json, "map", map);
    json_end_object(&json);
    return call_make_job(call, JOB_IMPORT, &task, err);
}

enum berm_status handle_run_create(struct call *call, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {.cap_bytes = JOB_TASK_BYTES_MAX};
    struct json_writer json = {.out = &task};
    struct body body = call_body(call);
    month_number month = body_month(body, "month", true);

    body_expect(body, (const char *const[]){"month", NULL});
    TRY(call_check(call, err));
    json_begin_object(&json);
    json_key(&json, "month");
    json_month(&json, month);
    json_end_object(&json);
    return call_make_job(call, JOB_SCREEN, &task, err);
}
