/* Versions of the rules: reading them, their steps, a comparison, a household that is given. */
#include "api/call.h"

/* ---- Reading --------------------------------------------------------------------------------- */

static void write_step(const char *key, const struct pack_step *step, struct json_writer *json)
{
    json_key(json, key);
    if (step->by.length == 0) {
        json_null_value(json);
        return;
    }
    json_begin_object(json);
    json_key_of_text(json, "by", step->by);
    json_key_of_text(json, "at", step->at);
    json_end_object(json);
}

static void write_version(const struct pack_version *version, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_int64(json, "number", version->pack_version_id);
    json_key_of_text(json, "pack", version->pack);
    json_key_of_text(json, "version", version->version);
    json_key_of_text(json, "sha256", version->sha256);
    json_key_of_text(json, "state", text_of(pack_state_name(version->state)));
    json_key_of_text(json, "note", version->note);
    json_key(json, "from_month");
    if (version->publication > 0)
        json_month(json, version->from_month);
    else
        json_null_value(json);
    json_key_of_int64(json, "cases_passed", version->cases_passed);
    json_key_of_int64(json, "warnings", version->warnings);
    write_step("drafted", &version->drafted, json);
    write_step("checked", &version->checked, json);
    write_step("published", &version->published, json);
    write_step("withdrawn", &version->withdrawn, json);
    json_end_object(json);
}

struct page {
    struct json_writer *json;
    int64_t left, last;
    bool has_more;
};

static enum berm_status write_one(void *context, const struct pack_version *version,
                                  struct berm_error *err)
{
    struct page *page = context;

    (void)err;
    page->has_more = page->left-- == 0;
    if (page->has_more)
        return BERM_OK;
    write_version(version, page->json);
    page->last = version->pack_version_id;
    return BERM_OK;
}

enum berm_status handle_policy_list(struct call *call, struct berm_error *err)
{
    int64_t before = call_query_cursor_id(call);
    struct page page = {.json = &call->json};

    page.left = call_query_limit(call);
    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(pack_versions_list(call->office, &call->caller, before, page.left + 1, write_one, &page,
                           err));
    json_end_array(&call->json);
    call_write_next_id(call, page.has_more ? page.last : 0);
    json_end_object(&call->json);
    return BERM_OK;
}

static enum berm_status find(struct call *call, struct pack_version *ret_version,
                             struct berm_error *err)
{
    return pack_version_find(call->office, &call->caller, call_parameter(call, "version"),
                             month_of_date(date_today()), call->arena, ret_version, err);
}

enum berm_status handle_policy_show(struct call *call, struct berm_error *err)
{
    struct pack_version version;

    TRY(find(call, &version, err));
    write_version(&version, &call->json);
    return BERM_OK;
}

enum berm_status handle_policy_files(struct call *call, struct berm_error *err)
{
    struct pack_version version;
    struct pack_bundle bundle;

    TRY(find(call, &version, err));
    TRY(pack_version_files(call->office, &call->caller, version.pack_version_id, call->arena,
                           &bundle, err));
    call_begin_items(call);
    for (size_t i = 0; i < bundle.count; i++) {
        json_begin_object(&call->json);
        json_key_of_text(&call->json, "path", bundle.files[i].path);
        json_key_of_text(&call->json, "text", bundle.files[i].bytes);
        json_end_object(&call->json);
    }
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* The version as the step left it. */
static enum berm_status answer_with(struct call *call, int64_t pack_version_id,
                                    struct berm_error *err)
{
    struct pack_version version;
    struct text number;

    TRY(text_format(call->arena, &number, err, "%lld", (long long)pack_version_id));
    TRY(pack_version_find(call->office, &call->caller, number, 0, call->arena, &version, err));
    write_version(&version, &call->json);
    return BERM_OK;
}

/* The files of the body, ended by a 0 each; what is no text is a problem. */
static enum berm_status read_files(struct call *call, const struct json_node *node,
                                   struct pack_bundle *bundle, struct berm_error *err)
{
    const struct json_node *value;
    struct pack_file *files;
    void *position = NULL;
    struct text path;

    TRY(arena_new(call->arena, node_count(node), sizeof *files, &files, err));
    while (node_next_member(node, &position, &path, &value)) {
        struct pack_file *file = &files[bundle->count++];

        if (node_kind(value) != NODE_STRING)
            call_add_problem(call, TEXT("/files"), "invalid", "%.*s is text, not %s",
                             TEXT_ARG(path), node_kind_words(node_kind(value)));
        TRY(text_copy(call->arena, path, &file->path, err));
        TRY(text_copy(call->arena, node_text(value), &file->bytes, err));
    }
    bundle->files = files;
    return BERM_OK;
}

enum berm_status handle_policy_draft(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"note", "files", NULL};
    struct pack_bundle bundle = {.name = TEXT("the draft")};
    struct body body = call_body(call);
    const struct json_node *files;
    int64_t pack_version_id;
    struct text note;

    body_expect(body, NAMES);
    note = body_text(body, "note", false);
    files = body_member(body, "files", NODE_OBJECT, true);
    if (files != NULL)
        TRY(read_files(call, files, &bundle, err));
    TRY(call_check(call, err));
    TRY(policy_draft(call->office, &call->caller, &bundle, note, &pack_version_id, err));
    return answer_with(call, pack_version_id, err);
}

static void write_line(void *context, const char *severity, const char *line)
{
    struct json_writer *json = context;

    json_begin_object(json);
    json_key_of_text(json, "severity", text_of(severity));
    json_key_of_text(json, "what", text_of(line));
    json_end_object(json);
}

enum berm_status handle_policy_check(struct call *call, struct berm_error *err)
{
    struct policy_verdict verdict;
    int64_t pack_version_id;

    TRY(call_parameter_id(call, "version", &pack_version_id, err));
    json_begin_object(&call->json);
    json_key(&call->json, "findings");
    json_begin_array(&call->json);
    TRY(policy_version_check(call->office, &call->caller, pack_version_id, write_line, &call->json,
                             &verdict, err));
    json_end_array(&call->json);
    json_key_of_bool(&call->json, "is_checked", verdict.is_checked);
    json_key_of_int64(&call->json, "errors", verdict.errors);
    json_key_of_int64(&call->json, "warnings", verdict.warnings);
    json_key_of_int64(&call->json, "cases_passed", verdict.passed);
    json_key_of_int64(&call->json, "cases_failed", verdict.failed);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_policy_publish(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"from_month", NULL};
    int64_t pack_version_id;
    month_number from_month;

    TRY(call_parameter_id(call, "version", &pack_version_id, err));
    body_expect(call_body(call), NAMES);
    from_month = body_month(call_body(call), "from_month", true);
    TRY(call_check(call, err));
    TRY(policy_publish(call->office, &call->caller, pack_version_id, from_month, err));
    return answer_with(call, pack_version_id, err);
}

enum berm_status handle_policy_withdraw(struct call *call, struct berm_error *err)
{
    int64_t pack_version_id;

    TRY(call_parameter_id(call, "version", &pack_version_id, err));
    TRY(policy_withdraw(call->office, &call->caller, pack_version_id, err));
    return answer_with(call, pack_version_id, err);
}

/* ---- Trying out ------------------------------------------------------------------------------ */

enum berm_status handle_policy_evaluate(struct call *call, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer story = {0};
    struct household_reasons reasons;

    TRY(policy_evaluate(call->office, &call->caller, call_parameter(call, "version"),
                        call->request->body, call->arena, &reasons, err));
    reasons_write(&reasons, call_language(call), &story);
    json_begin_object(&call->json);
    json_key_of_text(&call->json, "story", buffer_text(&story));
    reasons_write_json(&reasons, &call->json);
    json_end_object(&call->json);
    return buffer_status(&story, err);
}

/* The task as job_policy_diff reads it; names are looked up now, so that a slip is told at once. */
static enum berm_status make_task(struct call *call, struct buffer *task, struct berm_error *err)
{
    static const char *const NAMES[] = {"old", "new", "month", "area", NULL};
    struct body body = call_body(call);
    struct json_writer json = {.out = task};
    struct text names[2];
    struct text area = body_text(body, "area", false);
    month_number month = body_month(body, "month", false);
    struct pack_version version;

    body_expect(body, NAMES);
    names[0] = body_text(body, "old", true);
    names[1] = body_text(body, "new", true);
    TRY(call_check(call, err));
    if (month == 0)
        TRY(month_last_screened(call->office->store, &month, err));
    for (int n = 0; n < 2; n++)
        TRY(pack_version_find(call->office, &call->caller, names[n], month, call->arena, &version,
                              err));
    json_begin_object(&json);
    json_key_of_text(&json, "old", names[0]);
    json_key_of_text(&json, "new", names[1]);
    json_key_of_text(&json, "area", area);
    json_key(&json, "month");
    json_month(&json, month);
    json_end_object(&json);
    return buffer_status(task, err);
}

enum berm_status handle_policy_diff(struct call *call, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer task = {.cap_bytes = JOB_TASK_BYTES_MAX};

    TRY(make_task(call, &task, err));
    return call_make_job(call, JOB_POLICY_DIFF, &task, err);
}
