/* Measures: those on record, planned for a household, and what became of each. */
#include "api/call.h"

/* ---- On record ------------------------------------------------------------------------------- */

static enum berm_status write_one(void *context, const struct measure_row *row,
                                  struct berm_error *err)
{
    struct row_page *page = context;

    (void)err;
    if (!row_page_takes(page, row->measure_id))
        return BERM_OK;
    measure_write_json(page->call->office->pack, row, &page->call->json);
    return BERM_OK;
}

enum berm_status handle_measure_list(struct call *call, struct berm_error *err)
{
    struct measure_filter filter = {
        .area = call_query(call, "area"),
        .household = call_query(call, "household"),
        .owner = call_query(call, "owner"),
        .is_overdue = call_query_bool(call, "overdue", false),
        .before = call_query_cursor_id(call),
        .has_state = call_has_query(call, "state"),
    };
    struct row_page page = {.call = call, .left = call_query_limit(call)};
    struct berm_error wrong;

    if (filter.has_state &&
        measure_state_find(call_query(call, "state"), &filter.state, &wrong) != BERM_OK)
        call_add_query_problem(call, "state", "invalid", "%s", wrong.message);
    TRY(call_check(call, err));
    filter.limit = page.left + 1;
    call_begin_items(call);
    TRY(measures_list(call->office, &call->caller, &filter, write_one, &page, err));
    row_page_end(&page);
    return BERM_OK;
}

/* ---- Planned --------------------------------------------------------------------------------- */

/* Without a measure all that the policy recommends is planned. */
static struct measure_input read_input(struct call *call)
{
    static const char *const NAMES[] = {"measure", "finding", "programme", "owner",
                                        "due_on",  "amount",  NULL};
    struct body body = call_body(call);
    struct measure_input input = {.measure = body_text(body, "measure", false),
                                  .finding = body_text(body, "finding", false),
                                  .programme = body_text(body, "programme", false),
                                  .owner = body_text(body, "owner", false),
                                  .due_on = body_text(body, "due_on", false),
                                  .amount = body_text(body, "amount", false)};

    body_expect(body, NAMES);
    if (input.measure.length == 0 && (input.finding.length > 0 || input.programme.length > 0 ||
                                      input.due_on.length > 0 || input.amount.length > 0))
        call_add_problem(call, TEXT("/measure"), "required",
                         "say which measure; without one all that are recommended are planned");
    return input;
}

enum berm_status handle_measure_plan(struct call *call, struct berm_error *err)
{
    struct measure_input input = read_input(call);
    struct measure_row *rows;
    size_t count;

    TRY(call_check(call, err));
    TRY(measures_plan(call->office, &call->caller, &call->actor, call_parameter(call, "code"),
                      &input, input.measure.length > 0, call->arena, &rows, &count, err));
    call_begin_items(call);
    for (size_t m = 0; m < count; m++)
        measure_write_json(call->office->pack, &rows[m], &call->json);
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- What became of it ----------------------------------------------------------------------- */

static enum berm_status take(struct call *call, struct measure_step *step, struct berm_error *err)
{
    struct measure_row row;
    int64_t measure_id;

    TRY(call_parameter_id(call, "measure", &measure_id, err));
    TRY(call_check(call, err));
    TRY(measure_step(call->office, &call->caller, &call->actor, measure_id, step, call->arena, &row,
                     err));
    measure_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

enum berm_status handle_measure_start(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"on", NULL};
    struct body body = call_body(call);
    struct measure_step step = {.action = MEASURE_START, .on = body_text(body, "on", false)};

    body_expect(body, NAMES);
    return take(call, &step, err);
}

enum berm_status handle_measure_deliver(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"on", "evidence", "result", "attachment", NULL};
    struct body body = call_body(call);
    struct measure_step step = {.action = MEASURE_DELIVER,
                                .on = body_text(body, "on", false),
                                .evidence = body_text(body, "evidence", true),
                                .result = body_text(body, "result", true),
                                .attachment_sha256 = body_text(body, "attachment", false)};

    body_expect(body, NAMES);
    return take(call, &step, err);
}

enum berm_status handle_measure_cancel(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"reason", NULL};
    struct body body = call_body(call);
    struct measure_step step = {.action = MEASURE_CANCEL,
                                .reason = body_text(body, "reason", true)};

    body_expect(body, NAMES);
    return take(call, &step, err);
}
