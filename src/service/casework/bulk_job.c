/*
 * A step or an assignment for many cases as a job. Each case's line goes into the job's file, for
 * who queued it alone, so that what was not done is told one by one; the result has the sums.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "service/casework/private.h"

enum { FLUSH_BYTES = 1 << 16 };

struct bulk_job {
    struct job_run *run;
    char path[JOB_PATH_BYTES_MAX];
    int file;
    struct buffer lines;
};

static void bulk_job_close(struct bulk_job *job)
{
    if (job->file >= 0)
        close(job->file);
    buffer_free(&job->lines);
}

static enum berm_status flush(struct bulk_job *job, struct berm_error *err)
{
    TRY(buffer_status(&job->lines, err));
    for (size_t written = 0; written < job->lines.length;) {
        ssize_t count = write(job->file, job->lines.bytes + written, job->lines.length - written);

        if (count < 0)
            return fail_with(err, BERM_IO, "%s: %s", job->path, strerror(errno));
        written += (size_t)count;
    }
    buffer_clear(&job->lines);
    return BERM_OK;
}

static enum berm_status write_line(void *context, const struct case_bulk_line *line,
                                   struct berm_error *err)
{
    struct bulk_job *job = context;

    csv_append_guarded(&job->lines, line->household);
    buffer_append_text(&job->lines, line->is_done ? TEXT(",done,") : TEXT(",refused,"));
    if (!line->is_done)
        csv_append_guarded(&job->lines, text_of(line->error.message));
    buffer_append_char(&job->lines, '\n');
    return job->lines.length < FLUSH_BYTES ? BERM_OK : flush(job, err);
}

static bool tell(void *context, int64_t done, int64_t total)
{
    struct bulk_job *job = context;

    return job_run_progress(job->run, "", done, total);
}

static enum berm_status finish(void *context, const struct case_bulk_result *result,
                               struct berm_error *err)
{
    struct bulk_job *job = context;
    struct json_writer json = {.out = &job->run->result};

    TRY(flush(job, err));
    json_begin_object(&json);
    json_key_of_int64(&json, "cases", result->done + result->refused);
    json_key_of_int64(&json, "done", result->done);
    json_key_of_int64(&json, "refused", result->refused);
    json_end_object(&json);
    return job_run_finish(job->run, err);
}

enum berm_status job_case_bulk(struct job_run *run, struct berm_error *err)
{
    CLEANUP(bulk_job_close) struct bulk_job job = {.run = run, .file = -1};
    struct case_bulk_options options = {
        .context = &job, .visit = write_line, .progress = tell, .before_commit = finish};
    struct case_bulk_result result;

    TRY(case_bulk_order_read(run->task, run->arena, &options.order, err));
    TRY(job_run_file(run, "cases.csv", job.path, err));
    job.file = open(job.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (job.file < 0)
        return fail_with(err, BERM_IO, "%s: %s", job.path, strerror(errno));
    buffer_append_text(&job.lines, TEXT("household,outcome,reason\n"));
    return cases_do_all(run->office, run->caller, &run->office->actor, &options, run->arena,
                        &result, err);
}
