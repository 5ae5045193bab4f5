/* Entitlements: those on record, one proposed by hand, and what another person decides. */
#include <stdio.h>

#include "api/call.h"

/* ---- On record ------------------------------------------------------------------------------- */

static enum berm_status write_one(void *context, const struct entitlement_row *row,
                                  struct berm_error *err)
{
    struct row_page *page = context;

    (void)err;
    if (!row_page_takes(page, row->entitlement_id))
        return BERM_OK;
    entitlement_write_json(page->call->office->pack, row, &page->call->json);
    return BERM_OK;
}

/* Any month names its period, where the programme tells how long one is. */
static enum berm_status read_period(struct call *call, struct entitlement_filter *filter,
                                    struct berm_error *err)
{
    const struct programme *programme;

    filter->period = call_query_month(call, "period");
    filter->has_period = filter->period != 0;
    if (!filter->has_period || filter->programme.length == 0)
        return BERM_OK;
    TRY(programme_find(call->office->pack, filter->programme, &programme, err));
    filter->period = programme_period(programme, filter->period);
    return BERM_OK;
}

enum berm_status handle_entitlement_list(struct call *call, struct berm_error *err)
{
    struct entitlement_filter filter = {
        .programme = call_query(call, "programme"),
        .area = call_query(call, "area"),
        .household = call_query(call, "household"),
        .before = call_query_cursor_id(call),
        .has_state = call_has_query(call, "state"),
    };
    struct row_page page = {.call = call, .left = call_query_limit(call)};
    struct berm_error wrong;

    if (filter.has_state &&
        entitlement_state_find(call_query(call, "state"), &filter.state, &wrong) != BERM_OK)
        call_add_query_problem(call, "state", "invalid", "%s", wrong.message);
    TRY(read_period(call, &filter, err));
    TRY(call_check(call, err));
    filter.limit = page.left + 1;
    call_begin_items(call);
    TRY(entitlements_list(call->office, &call->caller, &filter, write_one, &page, err));
    row_page_end(&page);
    return BERM_OK;
}

enum berm_status handle_entitlement_show(struct call *call, struct berm_error *err)
{
    struct entitlement_row row;
    int64_t entitlement_id;

    TRY(call_parameter_id(call, "entitlement", &entitlement_id, err));
    TRY(entitlement_read(call->office, &call->caller, entitlement_id, call->arena, &row, err));
    entitlement_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

/* ---- Proposed by hand ------------------------------------------------------------------------ */

enum berm_status handle_entitlement_propose(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"programme", "household", "person",
                                        "month",     "measure",   NULL};
    struct body body = call_body(call);
    const struct entitlement_input asked = {
        .programme = body_text(body, "programme", true),
        .household = body_text(body, "household", true),
        .person = body_text(body, "person", false),
        .month = body_month(body, "month", false),
        .measure_id = body_int64(body, "measure", 1, INT64_MAX, 0),
    };
    struct entitlement_input input = asked;
    struct entitlement_row row;
    char number[24];
    int length;

    body_expect(body, NAMES);
    TRY(call_check(call, err));
    if (input.month == 0)
        TRY(month_last_screened(call->office->store, &input.month, err));
    TRY(entitlement_propose(call->office, &call->caller, &call->actor, &input, call->arena, &row,
                            err));
    length = snprintf(number, sizeof number, "%lld", (long long)row.entitlement_id);
    call_set_location(call, TEXT("/v1/entitlements"), (struct text){number, (size_t)length});
    entitlement_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

/* ---- Decided --------------------------------------------------------------------------------- */

static enum berm_status decide(struct call *call, enum entitlement_decision decision,
                               bool wants_reason, struct berm_error *err)
{
    static const char *const NAMES[] = {"reason", NULL};
    struct entitlement_row row;
    int64_t entitlement_id;
    struct text reason;

    TRY(call_parameter_id(call, "entitlement", &entitlement_id, err));
    body_expect(call_body(call), NAMES);
    reason = body_text(call_body(call), "reason", wants_reason);
    TRY(call_check(call, err));
    TRY(entitlement_decide(call->office, &call->caller, &call->actor, entitlement_id, decision,
                           reason, call->arena, &row, err));
    entitlement_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

enum berm_status handle_entitlement_approve(struct call *call, struct berm_error *err)
{
    return decide(call, DECIDE_APPROVE, false, err);
}

enum berm_status handle_entitlement_reject(struct call *call, struct berm_error *err)
{
    return decide(call, DECIDE_REJECT, true, err);
}

enum berm_status handle_entitlement_suspend(struct call *call, struct berm_error *err)
{
    return decide(call, DECIDE_SUSPEND, true, err);
}

enum berm_status handle_entitlement_resume(struct call *call, struct berm_error *err)
{
    return decide(call, DECIDE_RESUME, false, err);
}

enum berm_status handle_entitlement_cancel(struct call *call, struct berm_error *err)
{
    return decide(call, DECIDE_CANCEL, true, err);
}

/* ---- Many at once ---------------------------------------------------------------------------- */

static enum berm_status queue_bulk(struct call *call, enum job_kind kind, struct berm_error *err)
{
    static const char *const NAMES[] = {"programme", "area", "month", NULL};
    CLEANUP(buffer_free) struct buffer task = {.cap_bytes = JOB_TASK_BYTES_MAX};
    struct body body = call_body(call);
    const struct entitlement_bulk bulk = {.programme = body_text(body, "programme", true),
                                          .area = body_text(body, "area", false),
                                          .month = body_month(body, "month", true)};

    body_expect(body, NAMES);
    TRY(call_check(call, err));
    entitlement_bulk_write(&bulk, &(struct json_writer){.out = &task});
    return call_make_job(call, kind, &task, err);
}

enum berm_status handle_entitlements_propose(struct call *call, struct berm_error *err)
{
    return queue_bulk(call, JOB_ENTITLEMENTS_PROPOSE, err);
}

enum berm_status handle_entitlements_approve(struct call *call, struct berm_error *err)
{
    return queue_bulk(call, JOB_ENTITLEMENTS_APPROVE, err);
}
