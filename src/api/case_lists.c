/* Work lists of cases, how many there are, and the account of problems. */
#include "api/call.h"

enum { ACCOUNT_BYTES_MAX = 256 << 20 };

/* ---- Work lists ------------------------------------------------------------------------------ */

/* The filter of the query; worker "me" is who asks. */
static struct case_filter read_filter(struct call *call)
{
    struct case_filter filter = {
        .area = call_query(call, "area"),
        .worker = call_query(call, "worker"),
        .state = call_query(call, "state"),
        .stage = call_query(call, "stage"),
        .kind = call_query(call, "kind"),
        .source = call_query(call, "source"),
        .is_unassigned = call_query_bool(call, "unassigned", false),
        .is_overdue = call_query_bool(call, "overdue", false),
    };

    filter.has_due_by = call_query_date(call, "due_by", &filter.due_by);
    if (call_query_bool(call, "mine", false))
        filter.worker = call->caller.name;
    return filter;
}

static enum berm_status write_row(void *context, const struct case_row *row, struct berm_error *err)
{
    (void)err;
    case_row_write_json(row, context);
    return BERM_OK;
}

enum berm_status handle_case_list(struct call *call, struct berm_error *err)
{
    struct case_filter filter = read_filter(call);
    int64_t limit = call_query_limit(call);
    char next_bytes[CURSOR_TEXT_MAX];
    struct text next;

    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(cases_list(call->office, &call->caller, &filter, limit, call_query(call, "cursor"),
                   write_row, &call->json, next_bytes, &next, err));
    json_end_array(&call->json);
    call_write_next(call, next);
    json_end_object(&call->json);
    return BERM_OK;
}

static enum berm_status write_count(void *context, const struct case_count *count,
                                    struct berm_error *err)
{
    (void)err;
    case_count_write_json(count, context);
    return BERM_OK;
}

enum berm_status handle_case_count(struct call *call, struct berm_error *err)
{
    struct case_filter filter = read_filter(call);

    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(cases_count(call->office, &call->caller, &filter, write_count, &call->json, err));
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- The account of problems ----------------------------------------------------------------- */

enum berm_status handle_account_show(struct call *call, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    date_days from = 0, to = 0;
    bool has_from = call_query_date(call, "from", &from);
    bool has_to = call_query_date(call, "to", &to);
    struct case_account_table account;

    TRY(call_check(call, err));
    TRY(arena_create(ACCOUNT_BYTES_MAX, &arena, err));
    TRY(case_accounts_compute(call->office, &call->caller, call_query(call, "area"),
                              has_from ? &from : NULL, has_to ? &to : NULL, arena, &account, err));
    case_account_write_json(&account, &call->json);
    return BERM_OK;
}

enum berm_status handle_account_series(struct call *call, struct berm_error *err)
{
    month_number first = call_query_month(call, "from");
    month_number last = call_query_month(call, "to");
    const struct case_account_month *months;
    date_days today;
    size_t count;

    TRY(call_check(call, err));
    TRY(office_today(call->office, &today, err));
    if (last == 0)
        last = month_of_date(today);
    TRY(case_accounts_by_month(call->office, &call->caller, call_query(call, "area"),
                               first == 0 ? last - 11 : first, last, call->arena, &months, &count,
                               err));
    call_begin_items(call);
    for (size_t m = 0; m < count; m++)
        case_account_month_write_json(&months[m], &call->json);
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}
