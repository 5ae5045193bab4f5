/* A month's run as a job. Its task: {"month": "2020-09"}. */
#include "service/service.h"
#include "json/json.h"

static bool tell(void *context, int64_t done, int64_t total)
{
    return job_run_progress(context, "", done, total);
}

static void write_result(const struct screen_result *result, struct buffer *out)
{
    struct json_writer json = {.out = out};

    json_begin_object(&json);
    if (result->run_id != 0)
        json_key_of_int64(&json, "run_id", result->run_id);
    json_key_of_bool(&json, "is_what_if", result->is_what_if);
    json_key_of_int64(&json, "households", result->households);
    json_key_of_int64(&json, "with_findings", result->with_findings);
    json_key_of_int64(&json, "only_undetermined", result->only_undetermined);
    json_key_of_int64(&json, "opened", result->opened);
    json_key_of_int64(&json, "closed", result->closed);
    json_key_of_int64(&json, "unchanged", result->unchanged);
    json_end_object(&json);
}

static enum berm_status finish(void *context, const struct screen_result *result,
                               struct berm_error *err)
{
    struct job_run *run = context;

    write_result(result, &run->result);
    return job_run_finish(run, err);
}

enum berm_status job_screen(struct job_run *run, struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *task = NULL;
    struct screen_options options = {.progress = tell,
                                     .progress_context = run,
                                     .before_commit = finish,
                                     .before_commit_context = run};
    struct screen_result result;

    TRY(json_tree_parse(run->task, &task, err));
    TRY(month_parse(node_text(node_member(json_tree_root(task), "month")), &options.month, err));
    TRY(screen_month(run->office, run->caller, &options, &result, err));
    if (result.is_what_if) /* it wrote nothing, so it had no transaction to finish in */
        write_result(&result, &run->result);
    return BERM_OK;
}
