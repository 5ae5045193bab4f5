/* A difference as a job. Its task: {"old": "1", "new": "2", "month": "2020-09", "area": "X1"}; area
 * may be missing. */
#include "service/service.h"
#include "json/json.h"

enum { DIFF_BYTES_MAX = 1 << 30 };

static bool tell(void *context, int64_t done, int64_t total)
{
    return job_run_progress(context, "", done, total);
}

enum berm_status job_policy_diff(struct job_run *run, struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *task = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct policy_diff_options options = {.progress = tell, .progress_context = run};
    struct json_writer json = {.out = &run->result};
    const struct json_node *root;
    struct policy_diff diff;

    TRY(json_tree_parse(run->task, &task, err));
    TRY(arena_create(DIFF_BYTES_MAX, &arena, err));
    root = json_tree_root(task);
    options.old_name = node_text(node_member(root, "old"));
    options.new_name = node_text(node_member(root, "new"));
    options.area = node_text(node_member(root, "area"));
    TRY(month_parse(node_text(node_member(root, "month")), &options.month, err));
    TRY(policy_diff(run->office, run->caller, &options, arena, &diff, err));
    policy_diff_write_json(&diff, &json);
    return buffer_status(&run->result, err);
}
