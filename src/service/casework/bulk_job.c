/*
 * A step or an assignment for many cases as a job. Each case's line goes into the job's file, for
 * who queued it alone, so that what was not done is told one by one; the result has the sums.
 */
#include "service/casework/private.h"

struct bulk_job {
    struct job_run *run;
    struct job_lines file;
};

static void bulk_job_close(struct bulk_job *job)
{
    job_lines_close(&job->file);
}

static enum berm_status write_line(void *context, const struct case_bulk_line *line,
                                   struct berm_error *err)
{
    struct bulk_job *job = context;

    csv_append_guarded(&job->file.lines, line->household);
    buffer_append_text(&job->file.lines, line->is_done ? TEXT(",done,") : TEXT(",refused,"));
    if (!line->is_done)
        csv_append_guarded(&job->file.lines, text_of(line->error.message));
    buffer_append_char(&job->file.lines, '\n');
    return job_lines_next(&job->file, err);
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

    TRY(job_lines_flush(&job->file, err));
    json_begin_object(&json);
    json_key_of_int64(&json, "cases", result->done + result->refused);
    json_key_of_int64(&json, "done", result->done);
    json_key_of_int64(&json, "refused", result->refused);
    json_end_object(&json);
    return job_run_finish(job->run, err);
}

enum berm_status job_case_bulk(struct job_run *run, struct berm_error *err)
{
    CLEANUP(bulk_job_close) struct bulk_job job = {.run = run, .file = {.file = -1}};
    struct case_bulk_options options = {
        .context = &job, .visit = write_line, .progress = tell, .before_commit = finish};
    struct case_bulk_result result;

    TRY(case_bulk_order_read(run->task, run->arena, &options.order, err));
    TRY(job_lines_open(run, "cases.csv", &job.file, err));
    buffer_append_text(&job.file.lines, TEXT("household,outcome,reason\n"));
    return cases_do_all(run->office, run->caller, &run->office->actor, &options, run->arena,
                        &result, err);
}
