/*
 * The import of an uploaded file as a job. Its task: {"upload": 7, "kind": "households", "dry_run":
 * false, "encoding": "gb18030", "map": "the text of a --map file"}; the last three may be missing.
 * Rejected rows become the job's file, for its owner alone. The upload goes with the import that
 * used it, in its transaction; a dry run, a failure and a stop leave it there for another try.
 */
#include "exchange/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json/json.h"

struct import_job {
    struct job_run *run;
    struct import_options options;
    int64_t upload_id;
    char path[JOB_PATH_BYTES_MAX], map_path[JOB_PATH_BYTES_MAX + 8],
        rejects_path[JOB_PATH_BYTES_MAX];
    int64_t rejected; /* so far */
};

/* ---- The task -------------------------------------------------------------------------------- */

static enum berm_status copy_member(struct job_run *run, const struct json_node *task,
                                    const char *name, const char **ret_value,
                                    struct berm_error *err)
{
    const struct json_node *member = node_member(task, name);
    struct text value;

    *ret_value = NULL;
    if (member == NULL || node_kind(member) == NODE_NULL)
        return BERM_OK;
    TRY(text_format(run->arena, &value, err, "%.*s%c", TEXT_ARG(node_text(member)), 0));
    *ret_value = value.bytes;
    return BERM_OK;
}

static enum berm_status write_private_file(const char *path, struct text content,
                                           struct berm_error *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_written =
        file >= 0 && write(file, content.bytes, content.length) == (ssize_t)content.length;

    if (file >= 0)
        close(file);
    return is_written ? BERM_OK
                      : fail_with(err, BERM_IO, "%s cannot be written: %s", path, strerror(errno));
}

static enum berm_status read_task(struct import_job *job, struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
    const struct json_node *task;
    struct job_run *run = job->run;
    struct text file_name;
    const char *map;

    TRY(json_tree_parse(run->task, &tree, err));
    task = json_tree_root(tree);
    TRY(import_kind_find(node_text(node_member(task, "kind")), &job->options.kind, err));
    (void)node_bool(node_member(task, "dry_run"), &job->options.is_dry_run);
    TRY(copy_member(run, task, "encoding", &job->options.encoding, err));
    TRY(copy_member(run, task, "map", &map, err));
    if (!node_int64(node_member(task, "upload"), &job->upload_id))
        return fail_with(err, BERM_INVALID_INPUT, "upload: tell the number of the uploaded file");
    TRY(upload_path(run->office->store, run->caller, job->upload_id, run->arena, job->path,
                    &file_name, err));
    TRY(text_format(run->arena, &file_name, err, "%.*s%c", TEXT_ARG(file_name), 0));
    job->options.path = job->path;
    job->options.file_name = file_name.bytes;
    if (map != NULL) {
        snprintf(job->map_path, sizeof job->map_path, "%s.map", job->path);
        TRY(write_private_file(job->map_path, text_of(map), err));
        job->options.map_path = job->map_path;
    }
    return BERM_OK;
}

/* ---- The import ------------------------------------------------------------------------------ */

static bool tell(void *context, const struct exchange_progress *progress)
{
    struct import_job *job = context;

    return job_run_progress(job->run, "", progress->bytes, progress->total_bytes);
}

static void count_reject(void *context, const struct exchange_reject *reject)
{
    struct import_job *job = context;

    (void)reject;
    job->rejected++;
}

static void write_result(const struct import_job *job, const struct import_counts *counts)
{
    struct json_writer json = {.out = &job->run->result};

    json_begin_object(&json);
    json_key_of_bool(&json, "dry_run", job->options.is_dry_run);
    json_key_of_int64(&json, "rows",
                      counts->added + counts->changed + counts->unchanged + counts->rejected);
    json_key_of_int64(&json, "added", counts->added);
    json_key_of_int64(&json, "changed", counts->changed);
    json_key_of_int64(&json, "unchanged", counts->unchanged);
    json_key_of_int64(&json, "rejected", counts->rejected);
    json_end_object(&json);
}

/* In the transaction of the import, or in one of its own where nothing was to be kept. */
static enum berm_status finish(void *context, const struct import_counts *counts,
                               struct berm_error *err)
{
    struct import_job *job = context;

    write_result(job, counts);
    if (job->rejected == 0)
        job_run_drop_file(job->run);
    if (!job->options.is_dry_run)
        TRY(upload_forget(job->run->office->store, job->upload_id, err));
    return job_run_finish(job->run, err);
}

static enum berm_status finish_alone(struct import_job *job, const struct import_result *result,
                                     struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct store *store = job->run->office->store;
    const struct import_counts counts = {.added = result->added,
                                         .changed = result->changed,
                                         .unchanged = result->unchanged,
                                         .rejected = result->rejected};

    TRY(store_begin(store, err));
    transaction = store;
    TRY(finish(job, &counts, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

static void import_job_free(struct import_job *job)
{
    if (job->options.map_path != NULL)
        (void)!unlink(job->map_path);
}

enum berm_status job_import(struct job_run *run, struct berm_error *err)
{
    CLEANUP(import_job_free) struct import_job job = {.run = run};
    struct import_options *options = &job.options;
    struct import_result result;

    *options = (struct import_options){.caller = run->caller,
                                       .actor = run->office->actor,
                                       .key = run->office->key,
                                       .context = &job,
                                       .progress = tell,
                                       .reject = count_reject,
                                       .before_commit = finish};
    TRY(read_task(&job, err));
    TRY(job_run_file(run, "rejects.csv", job.rejects_path, err));
    TRY(write_private_file(job.rejects_path, TEXT(""), err)); /* its mode stays */
    options->rejects_path = job.rejects_path;
    TRY(exchange_import(run->office->store, &run->office->pack->dictionary, options, &result, err));
    if (!run->is_finished)
        TRY(finish_alone(&job, &result, err));
    if (!options->is_dry_run)
        upload_remove_file(run->office->store, job.upload_id);
    return BERM_OK;
}
