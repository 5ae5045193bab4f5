/*
 * Proposing and approving for an area and period as a job: {"programme": "...", "area": "X1",
 * "month": "2020-09"}. What became of each stands in the job's file, the sums in its result.
 */
#include "service/programme/private.h"
#include "json/json.h"

typedef enum berm_status bulk_action(struct office *office, const struct caller *caller,
                                     const struct actor *actor, const struct entitlement_bulk *bulk,
                                     const struct bulk_options *options,
                                     struct bulk_result *ret_result, struct berm_error *err);

struct bulk_job {
    struct job_run *run;
    struct job_lines file;
    int decimals;
};

static void bulk_job_close(struct bulk_job *job)
{
    job_lines_close(&job->file);
}

void entitlement_bulk_write(const struct entitlement_bulk *bulk, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "programme", bulk->programme);
    json_key_of_text(json, "area", bulk->area);
    json_key(json, "month");
    json_month(json, bulk->month);
    json_end_object(json);
}

static enum berm_status read_task(struct job_run *run, struct entitlement_bulk *bulk,
                                  struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
    const struct json_node *root;

    TRY(json_tree_parse(run->task, &tree, err));
    root = json_tree_root(tree);
    TRY(text_copy(run->arena, node_text(node_member(root, "programme")), &bulk->programme, err));
    TRY(text_copy(run->arena, node_text(node_member(root, "area")), &bulk->area, err));
    return month_parse(node_text(node_member(root, "month")), &bulk->month, err);
}

static enum berm_status write_line(void *context, const struct bulk_row *row,
                                   struct berm_error *err)
{
    struct bulk_job *job = context;
    struct buffer *out = &job->file.lines;
    char amount[MONEY_TEXT_MAX];

    csv_append_guarded(out, row->household);
    buffer_append_char(out, ',');
    csv_append_guarded(out, row->person);
    buffer_append_char(out, ',');
    if (row->entitlement_id != 0)
        buffer_append_format(out, "%lld", (long long)row->entitlement_id);
    buffer_append_char(out, ',');
    if (row->amount_minor != 0)
        buffer_append_text(out, money_format(row->amount_minor, job->decimals, amount));
    buffer_append_format(out, ",%s,", row->outcome);
    csv_append_guarded(out, row->note);
    buffer_append_char(out, '\n');
    return job_lines_next(&job->file, err);
}

static bool tell(void *context, int64_t done, int64_t total)
{
    struct bulk_job *job = context;

    return job_run_progress(job->run, "", done, total);
}

static enum berm_status finish(void *context, int64_t done, int64_t not_done, int64_t amount_minor,
                               struct berm_error *err)
{
    struct bulk_job *job = context;
    struct json_writer json = {.out = &job->run->result};

    TRY(job_lines_flush(&job->file, err));
    json_begin_object(&json);
    json_key_of_int64(&json, "done", done);
    json_key_of_int64(&json, "not_done", not_done);
    json_key(&json, "amount");
    json_money(&json, amount_minor, job->decimals);
    json_end_object(&json);
    return job_run_finish(job->run, err);
}

static enum berm_status run_all(struct job_run *run, bulk_action *action, struct berm_error *err)
{
    CLEANUP(bulk_job_close)
    struct bulk_job job = {
        .run = run, .file = {.file = -1}, .decimals = run->office->pack->dictionary.money_decimals};
    const struct bulk_options options = {.visit = write_line,
                                         .context = &job,
                                         .before_commit = finish,
                                         .progress = tell,
                                         .progress_context = &job};
    struct entitlement_bulk bulk;
    struct bulk_result result;

    TRY(read_task(run, &bulk, err));
    TRY(job_lines_open(run, "entitlements.csv", &job.file, err));
    buffer_append_text(&job.file.lines, TEXT("household,person,entitlement,amount,outcome,note\n"));
    return action(run->office, run->caller, &run->office->actor, &bulk, &options, &result, err);
}

enum berm_status job_entitlements_propose(struct job_run *run, struct berm_error *err)
{
    return run_all(run, entitlements_propose, err);
}

enum berm_status job_entitlements_approve(struct job_run *run, struct berm_error *err)
{
    return run_all(run, entitlements_approve, err);
}
