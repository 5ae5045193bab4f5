/* Programmes, the money that they have by area and year, and who goes without. */
#include "api/call.h"

enum { TAKE_UP_ROWS_MAX = 1000, TAKE_UP_ROWS_DEFAULT = 100 };

static void end_items(struct call *call)
{
    json_end_array(&call->json);
    json_end_object(&call->json);
}

enum berm_status handle_programme_list(struct call *call, struct berm_error *err)
{
    const struct pack *pack = call->office->pack;

    TRY(call_check(call, err));
    call_begin_items(call);
    for (size_t p = 0; p < pack->programme_count; p++)
        programme_write_json(pack, &pack->programmes[p], &call->json);
    end_items(call);
    return BERM_OK;
}

/* ---- Budgets --------------------------------------------------------------------------------- */

static enum berm_status write_budget(void *context, const struct budget_row *row,
                                     struct berm_error *err)
{
    struct call *call = context;

    (void)err;
    budget_write_json(call->office->pack, row, &call->json);
    return BERM_OK;
}

enum berm_status handle_budget_list(struct call *call, struct berm_error *err)
{
    int64_t year = call_query_int64(call, "year", 1, 9999, 0);

    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(budgets_list(call->office, &call->caller, call_query(call, "programme"),
                     call_query(call, "area"), year, write_budget, call, err));
    end_items(call);
    return BERM_OK;
}

enum berm_status handle_budget_set(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"amount", NULL};
    struct text amount = body_text(call_body(call), "amount", true);
    struct berm_error wrong;
    struct budget_row row;
    int64_t year, amount_minor = 0;

    TRY(call_parameter_id(call, "year", &year, err));
    body_expect(call_body(call), NAMES);
    if (amount.length > 0 && money_parse(amount, call->office->pack->dictionary.money_decimals,
                                         &amount_minor, &wrong) != BERM_OK)
        call_add_problem(call, TEXT("/amount"), "invalid", "%s", wrong.message);
    TRY(call_check(call, err));
    TRY(budget_set(call->office, &call->caller, &call->actor, call_parameter(call, "code"),
                   call_parameter(call, "area"), year, amount_minor, call->arena, &row, err));
    budget_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

/* ---- Take-up --------------------------------------------------------------------------------- */

static enum berm_status write_take_up(void *context, const struct take_up_row *row,
                                      struct berm_error *err)
{
    struct call *call = context;

    (void)err;
    take_up_write_json(call->office->pack, row, &call->json);
    return BERM_OK;
}

enum berm_status handle_take_up(struct call *call, struct berm_error *err)
{
    month_number month = call_query_month(call, "month");
    int64_t limit = call_query_int64(call, "limit", 1, TAKE_UP_ROWS_MAX, TAKE_UP_ROWS_DEFAULT);

    TRY(call_check(call, err));
    if (month == 0)
        TRY(month_last_screened(call->office->store, &month, err));
    call_begin_items(call);
    TRY(take_up_list(call->office, &call->caller, call_query(call, "programme"),
                     call_query(call, "area"), month, limit, write_take_up, call, err));
    end_items(call);
    return BERM_OK;
}
