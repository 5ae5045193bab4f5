/* The months' runs: what was screened when, by which rules. */
#include <stdio.h>

#include "api/call.h"

enum { PAGE_MAX = 200, PAGE_USUAL = 50 };

/* A page of them; rows beyond it only tell that there is a next one. */
struct run_page {
    struct json_writer *json;
    int64_t limit, count, last_run_id;
};

static void write_fields(struct json_writer *json, const struct run_row *row)
{
    json_key_of_int64(json, "id", row->run_id);
    json_key(json, "month");
    json_month(json, row->month);
    json_key_of_text(json, "pack", row->pack);
    json_key_of_text(json, "pack_version", row->pack_version);
    json_key_of_text(json, "started_at", row->started_at);
    json_key_of_text(json, "finished_at", row->finished_at);
    json_key(json, "counts");
    if (!row->has_counts) {
        json_null_value(json);
        return;
    }
    json_begin_object(json);
    json_key_of_int64(json, "households", row->households);
    json_key_of_int64(json, "opened", row->opened);
    json_key_of_int64(json, "closed", row->closed);
    json_key_of_int64(json, "unchanged", row->unchanged);
    json_end_object(json);
}

static enum berm_status write_run(void *context, const struct run_row *row, struct berm_error *err)
{
    struct run_page *page = context;

    (void)err;
    if (++page->count > page->limit)
        return BERM_OK;
    page->last_run_id = row->run_id;
    json_begin_object(page->json);
    write_fields(page->json, row);
    json_end_object(page->json);
    return BERM_OK;
}

enum berm_status handle_run_list(struct call *call, struct berm_error *err)
{
    struct run_page page = {
        .json = &call->json,
        .limit = call_query_int64(call, "limit", 1, PAGE_MAX, PAGE_USUAL),
    };
    int64_t before = call_query_int64(call, "cursor", 1, INT64_MAX, 0);

    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(runs_list(call->office->store, &call->caller, before, page.limit + 1, write_run, &page,
                  err));
    json_end_array(&call->json);
    call_write_next_id(call, page.count > page.limit ? page.last_run_id : 0);
    json_end_object(&call->json);
    return BERM_OK;
}
