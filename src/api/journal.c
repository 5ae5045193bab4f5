/* The journal: a list for people, its verification, and a checkpoint to keep elsewhere. */
#include "api/call.h"

enum { FAULTS_TOLD_MAX = 100 };

struct page {
    struct json_writer *json;
    int64_t rows, limit, last_id;
    bool has_more;
};

static enum berm_status write_entry(void *context, const struct journal_entry *entry,
                                    int64_t sequence, struct berm_error *err)
{
    struct page *page = context;
    struct json_writer *json = page->json;

    (void)err;
    if (page->rows++ == page->limit) {
        page->has_more = true;
        return BERM_OK;
    }
    page->last_id = entry->journal_id;
    json_begin_object(json);
    json_key_of_int64(json, "entry", entry->journal_id);
    json_key_of_int64(json, "seal", sequence);
    json_key_of_text(json, "at", entry->at);
    json_key_of_text(json, "actor", entry->actor.name);
    json_key_of_text(json, "via", entry->actor.via);
    json_key_of_text(json, "address", entry->actor.address);
    json_key_of_text(json, "role", entry->actor.role);
    json_key_of_text(json, "action", entry->action);
    json_key_of_text(json, "subject", entry->subject);
    json_key(json, "details");
    json_number_text(json, entry->details);
    json_end_object(json);
    return BERM_OK;
}

static void check_time(struct call *call, const char *field)
{
    struct berm_error wrong;

    if (journal_time_check(call_query(call, field), &wrong) != BERM_OK)
        call_add_query_problem(call, field, "invalid", "%s", wrong.message);
}

enum berm_status handle_journal_list(struct call *call, struct berm_error *err)
{
    struct page page = {.json = &call->json, .limit = call_query_limit(call)};
    struct journal_filter filter = {
        .actor = call_query(call, "by"),
        .subject = call_query(call, "about"),
        .action = call_query(call, "action"),
        .from = call_query(call, "since"),
        .to = call_query(call, "until"),
        .is_newest_first = true,
        .before_id = call_query_cursor_id(call),
        .limit = page.limit + 1,
    };

    check_time(call, "since");
    check_time(call, "until");
    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(journal_list(call->office->store, &call->caller, &filter, write_entry, &page, err));
    json_end_array(&call->json);
    call_write_next_id(call, page.has_more ? page.last_id : 0);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- Verifying ------------------------------------------------------------------------------- */

static void write_fault(void *context, const struct journal_fault *fault)
{
    struct page *page = context;

    if (page->rows++ >= FAULTS_TOLD_MAX)
        return;
    json_begin_object(page->json);
    json_key_of_text(page->json, "kind", text_of(fault->kind));
    json_key_of_int64(page->json, "entry", fault->journal_id);
    json_key_of_text(page->json, "what", fault->what);
    json_end_object(page->json);
}

enum berm_status handle_journal_verify(struct call *call, struct berm_error *err)
{
    struct json_writer *json = &call->json;
    struct page page = {.json = json};
    const struct journal_verify_options options = {
        .caller = &call->caller, .key = call->office->key, .report = write_fault, .context = &page};
    struct journal_verdict verdict;

    json_begin_object(json);
    json_key(json, "faults");
    json_begin_array(json);
    TRY(journal_verify(call->office->store, &options, &verdict, err));
    json_end_array(json);
    json_key_of_int64(json, "fault_count", verdict.faults);
    json_key_of_int64(json, "entries", verdict.entries);
    json_key_of_int64(json, "sealed", verdict.sealed);
    json_key_of_text(json, "key", text_of(verdict.key_id));
    json_key_of_bool(json, "key_trusted", verdict.is_key_trusted);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_journal_checkpoint(struct call *call, struct berm_error *err)
{
    int64_t sequence;

    if (call->office->key == NULL)
        return fail_with(err, BERM_NOT_FOUND,
                         "the server has no key, so nothing is sealed; start it with --key FILE");
    return journal_checkpoint_text(call->office->store, &call->caller, call->office->key,
                                   &call->response->body, &sequence, err);
}
