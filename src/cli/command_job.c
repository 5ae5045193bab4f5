/* berm job list, show, cancel, run; and putting work into the queue instead of doing it now. */
#include "command_job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exchange/exchange.h"

enum { INSTANT_TEXT_MAX = 32 };

static enum berm_status job_number(struct invocation *invocation, int64_t *ret_job_id,
                                   struct berm_error *err)
{
    if (text_parse_int64(text_of(invocation->arguments[0]), ret_job_id))
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT, "%s is no job's number; berm job list shows them",
                     invocation->arguments[0]);
}

/* ---- list and show --------------------------------------------------------------------------- */

/* "2026-11-23T18:05:44Z"; empty: not yet. */
static struct text instant_text(int64_t at_s, char out[INSTANT_TEXT_MAX])
{
    char date[DATE_TEXT_MAX];
    int64_t of_day_s = at_s % 86400;
    int length = 0;

    if (at_s > 0)
        length = snprintf(out, INSTANT_TEXT_MAX, "%.*sT%02d:%02d:%02dZ",
                          TEXT_ARG(date_format((date_days)(at_s / 86400), date)),
                          (int)(of_day_s / 3600), (int)(of_day_s / 60 % 60), (int)(of_day_s % 60));
    return (struct text){out, (size_t)length};
}

static const struct output_column COLUMNS[] = {
    {"job", CELL_NUMBER},  {"kind", CELL_TEXT},       {"state", CELL_TEXT},
    {"actor", CELL_TEXT},  {"created_at", CELL_TEXT}, {"finished_at", CELL_TEXT},
    {"done", CELL_NUMBER}, {"total", CELL_NUMBER},    {"result", CELL_JSON},
    {"error", CELL_TEXT},
};

static enum berm_status write_job(void *context, const struct job_row *row, struct berm_error *err)
{
    struct output *output = context;
    char number[24], created[INSTANT_TEXT_MAX], finished[INSTANT_TEXT_MAX], done[24], total[24];
    const struct text cells[] = {
        {number, (size_t)snprintf(number, sizeof number, "%lld", (long long)row->job_id)},
        text_of(job_kind_name(row->kind)),
        text_of(job_state_name(row->state)),
        row->actor,
        instant_text(row->created_at_s, created),
        instant_text(row->finished_at_s, finished),
        {done, (size_t)snprintf(done, sizeof done, "%lld", (long long)row->progress.done)},
        {total, (size_t)snprintf(total, sizeof total, "%lld", (long long)row->progress.total)},
        row->result,
        row->error,
    };

    output_row(output, cells);
    return write_status(output->file, err);
}

enum berm_status command_job_list(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    const char *state = invocation_value(invocation, "state");
    const struct caller *caller;
    struct job_filter filter = {.has_state = state != NULL};
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, 0, &filter.limit, err));
    if (state != NULL)
        TRY(job_state_find(text_of(state), &filter.state, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(jobs_list(office->store, caller, &filter, write_job, &output, err));
    return output_end(&output, err);
}

enum berm_status command_job_show(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    const struct caller *caller;
    struct job_row row;
    enum format format;
    int64_t job_id;

    TRY(invocation_format(invocation, &format, err));
    TRY(job_number(invocation, &job_id, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(job_read(office->store, caller, job_id, arena, &row, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(write_job(&output, &row, err));
    return output_end(&output, err);
}

/* ---- cancel and run -------------------------------------------------------------------------- */

enum berm_status command_job_cancel(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    int64_t job_id;
    enum berm_status status;

    TRY(job_number(invocation, &job_id, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    status = job_cancel(office->store, caller_local(), &office->actor, job_id, err);
    if (status == BERM_BUSY)
        return fail_with(err, BERM_BUSY,
                         "the job that runs holds the register: cancel it through the server that "
                         "runs it, or stop that server");
    TRY(status);
    return office_seal(office, err);
}

static enum berm_status open_office(void *context, struct office **ret_office,
                                    struct berm_error *err)
{
    return invocation_open_to_write(context, ret_office, err);
}

static void tell_failure(void *context, const struct berm_error *error)
{
    (void)context;
    error_write(stderr, error);
}

enum berm_status command_job_run(struct invocation *invocation, struct berm_error *err)
{
    struct job_runner_options options = {.functions = exchange_job_functions,
                                         .context = invocation,
                                         .open = open_office,
                                         .failed = tell_failure};
    int64_t done, failed;

    TRY(invocation_store(invocation, &options.store_url, err));
    TRY(jobs_run_queued(&options, &done, &failed, err));
    fprintf(stderr, "%lld jobs done, %lld failed.\n", (long long)done, (long long)failed);
    invocation->exit_code = failed > 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    return BERM_OK;
}

/* ---- Queueing -------------------------------------------------------------------------------- */

static void close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

/* Copy a file beside the register, so that it may go away before its turn comes. */
static enum berm_status upload_file(struct office *office, const char *path, int64_t *ret_upload_id,
                                    struct berm_error *err)
{
    CLEANUP(close_file) FILE *file = fopen(path, "rbe");
    CLEANUP(buffer_free) struct buffer piece = {0};
    const char *slash = strrchr(path, '/');
    struct upload_order order = {.file_name = text_of(slash != NULL ? slash + 1 : path)};
    int64_t upload_id, received = 0;
    size_t length;

    if (file == NULL || fseeko(file, 0, SEEK_END) != 0 ||
        (order.total_bytes = (int64_t)ftello(file)) < 0 || fseeko(file, 0, SEEK_SET) != 0)
        return fail_with(err, errno == ENOENT ? BERM_NOT_FOUND : BERM_IO, "%s cannot be queued: %s",
                         path, strerror(errno));
    TRY(upload_create(office->store, caller_local(), &order, &upload_id, err));
    if (buffer_reserve(&piece, UPLOAD_PIECE_BYTES_MAX) == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory to copy %s", path);
    while ((length = fread(piece.bytes, 1, UPLOAD_PIECE_BYTES_MAX, file)) > 0)
        TRY(upload_append(office->store, caller_local(), upload_id, received,
                          (struct text){piece.bytes, length}, &received, err));
    if (ferror(file) != 0)
        return fail_with(err, BERM_IO, "%s cannot be read to its end", path);
    *ret_upload_id = upload_id;
    return BERM_OK;
}

static enum berm_status queue(struct office *office, enum job_kind kind, const struct buffer *task,
                              struct berm_error *err)
{
    const struct job_order order = {kind, buffer_text(task)};
    int64_t job_id;

    TRY(buffer_status(task, err));
    TRY(job_create(office->store, caller_local(), &office->actor, &order, &job_id, err));
    TRY(office_seal(office, err));
    printf("Job %lld is queued; a server does it, or berm job run.\n", (long long)job_id);
    return BERM_OK;
}

enum berm_status queue_import(struct invocation *invocation, struct office *office,
                              enum import_kind kind, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {0};
    CLEANUP(buffer_free) struct buffer map = {0};
    struct json_writer json = {.out = &task};
    const char *map_path = invocation_value(invocation, "map");
    const char *encoding = invocation_value(invocation, "encoding");
    int64_t upload_id;

    if (invocation_has(invocation, "rejects") || strcmp(invocation->arguments[1], "-") == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "--queue takes a file, and its rejected rows are kept with the job; leave "
                         "out --rejects");
    if (map_path != NULL)
        TRY(file_read(map_path, JOB_TASK_BYTES_MAX / 2, &map, err));
    TRY(upload_file(office, invocation->arguments[1], &upload_id, err));
    json_begin_object(&json);
    json_key_of_int64(&json, "upload", upload_id);
    json_key_of_text(&json, "kind", text_of(import_kind_name(kind)));
    json_key_of_bool(&json, "dry_run", invocation_has(invocation, "dry-run"));
    if (encoding != NULL)
        json_key_of_text(&json, "encoding", text_of(encoding));
    if (map_path != NULL)
        json_key_of_text(&json, "map", buffer_text(&map));
    json_end_object(&json);
    return queue(office, JOB_IMPORT, &task, err);
}

enum berm_status queue_screen(struct office *office, month_number month, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {0};
    struct json_writer json = {.out = &task};

    json_begin_object(&json);
    json_key(&json, "month");
    json_month(&json, month);
    json_end_object(&json);
    return queue(office, JOB_SCREEN, &task, err);
}

enum berm_status queue_case_bulk(struct office *office, const struct case_bulk_order *order,
                                 struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {0};

    case_bulk_order_write(order, &(struct json_writer){.out = &task});
    return queue(office, JOB_CASE_BULK, &task, err);
}

enum berm_status queue_export(struct office *office, const struct export_order *order,
                              struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {0};

    export_order_write(order, &(struct json_writer){.out = &task});
    return queue(office, JOB_EXPORT, &task, err);
}
