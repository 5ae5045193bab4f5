/*
 * Entitlements become the lines of a batch, in one pass over those of the programme, area and
 * period. Who cannot be paid is told with the reason, and waits: nothing about an entitlement
 * changes before its batch is sent. The sealed account is copied with the line, so that what two
 * persons sign for cannot be redirected afterwards.
 */
#include "service/payment/private.h"

#include <stdio.h>

struct preparing {
    struct office *office;
    const struct batch_order *order;
    struct arena *arena;
    int64_t low, high; /* of the area */
    int64_t area_id;
    struct change change;
    struct batch_row row;
    left_out_visitor *visit;
    void *context;
    struct statement *insert, *insert_account;
    int64_t next_payment_id;
};

static void preparing_close(struct preparing *preparing)
{
    statement_close(preparing->insert);
    statement_close(preparing->insert_account);
    change_close(&preparing->change);
}

/* The columns of PAYMENT_CANDIDATES. */
enum candidate {
    CANDIDATE_HOUSEHOLD_ID,
    CANDIDATE_ENTITLEMENT_ID,
    CANDIDATE_AMOUNT,
    CANDIDATE_STATE,
    CANDIDATE_HOUSEHOLD,
    CANDIDATE_PERSON,
    CANDIDATE_PAYEE_ID,
    CANDIDATE_KEY_ID,
    CANDIDATE_SEALED,
    CANDIDATE_HAS_DIED,
};

/* Why a candidate cannot be paid; false: it can. */
static bool is_left_out(struct statement *candidate, struct left_out *left_out)
{
    *left_out = (struct left_out){.household = statement_text(candidate, CANDIDATE_HOUSEHOLD),
                                  .person = statement_text(candidate, CANDIDATE_PERSON),
                                  .amount_minor = statement_int64(candidate, CANDIDATE_AMOUNT)};
    if (text_equal(statement_text(candidate, CANDIDATE_STATE), TEXT("suspended"))) {
        left_out->reason = "suspended";
        left_out->remedy = "somebody holds it back; resume or cancel the entitlement";
    } else if (statement_is_null(candidate, CANDIDATE_PAYEE_ID)) {
        left_out->reason = "no_head";
        left_out->remedy = "the household has no head to be paid; say who is its head";
    } else if (statement_int64(candidate, CANDIDATE_HAS_DIED) != 0) {
        left_out->reason = "died";
        left_out->remedy = "the person has died; cancel the entitlement, or correct the register";
    } else if (statement_text(candidate, CANDIDATE_SEALED).length == 0) {
        left_out->reason = "no_account";
        left_out->remedy = "enter a bank account of the person, or of the head of the household";
    } else if (left_out->amount_minor <= 0) {
        left_out->reason = "no_amount";
        left_out->remedy = "there is nothing to be paid; cancel the entitlement";
    } else {
        return false;
    }
    return true;
}

static enum berm_status add_line(struct preparing *preparing, struct statement *candidate,
                                 struct berm_error *err)
{
    struct batch_row *row = &preparing->row;
    int64_t household_id = statement_int64(candidate, CANDIDATE_HOUSEHOLD_ID);
    int64_t payee_id = statement_int64(candidate, CANDIDATE_PAYEE_ID);
    int64_t amount_minor = statement_int64(candidate, CANDIDATE_AMOUNT);
    int64_t payment_id = preparing->next_payment_id++;
    struct statement *insert = preparing->insert, *account = preparing->insert_account;
    char id[PAYMENT_ID_BYTES_MAX + 1];

    if (__builtin_add_overflow(row->total_minor, amount_minor, &row->total_minor) ||
        row->total_minor > MONEY_MINOR_MAX)
        return fail_with(err, BERM_LIMIT, "the batch is too large; prepare it by smaller areas");
    row->line_count++;
    payment_id_write(household_id, payment_id, id);
    statement_bind_int64(insert, PAYMENT_INSERT__HOUSEHOLD_ID, household_id);
    statement_bind_int64(insert, PAYMENT_INSERT__PAYMENT_ID, payment_id);
    statement_bind_int64(insert, PAYMENT_INSERT__BATCH_ID, row->batch_id);
    statement_bind_int64(insert, PAYMENT_INSERT__LINE_NUMBER, row->line_count);
    statement_bind_int64(insert, PAYMENT_INSERT__ENTITLEMENT_ID,
                         statement_int64(candidate, CANDIDATE_ENTITLEMENT_ID));
    statement_bind_int64(insert, PAYMENT_INSERT__PAYEE_PERSON_ID, payee_id);
    statement_bind_int64(insert, PAYMENT_INSERT__AMOUNT_MINOR, amount_minor);
    statement_bind_text(insert, PAYMENT_INSERT__END_TO_END_ID, text_of(id));
    statement_bind_int64(insert, PAYMENT_INSERT__CHANGE_ID, preparing->change.change_id);
    TRY(statement_queue(insert, err));
    statement_bind_int64(account, PAYMENT_ACCOUNT_INSERT__HOUSEHOLD_ID, household_id);
    statement_bind_int64(account, PAYMENT_ACCOUNT_INSERT__PAYMENT_ID, payment_id);
    statement_bind_int64(account, PAYMENT_ACCOUNT_INSERT__PERSON_ID, payee_id);
    statement_bind_text(account, PAYMENT_ACCOUNT_INSERT__KEY_ID,
                        statement_text(candidate, CANDIDATE_KEY_ID));
    statement_bind_text(account, PAYMENT_ACCOUNT_INSERT__SEALED,
                        statement_text(candidate, CANDIDATE_SEALED));
    return statement_queue(account, err);
}

static enum berm_status add_lines(struct preparing *preparing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *candidates = NULL;
    struct store *store = preparing->office->store;
    struct left_out left_out;
    int64_t first;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_PAYMENT_INSERT, &preparing->insert, err));
    TRY(statement_prepare(store, STATEMENT_PAYMENT_ACCOUNT_INSERT, &preparing->insert_account,
                          err));
    TRY(id_next(store, "payment", &first, err));
    preparing->next_payment_id = first;
    TRY(statement_prepare(store, STATEMENT_PAYMENT_CANDIDATES, &candidates, err));
    statement_bind_text(candidates, PAYMENT_CANDIDATES__PROGRAMME, preparing->order->programme);
    statement_bind_month(candidates, PAYMENT_CANDIDATES__PERIOD, preparing->order->period);
    statement_bind_int64(candidates, PAYMENT_CANDIDATES__LOW, preparing->low);
    statement_bind_int64(candidates, PAYMENT_CANDIDATES__HIGH, preparing->high);
    TRY(statement_step(candidates, &has_row, err));
    while (has_row) {
        if (!is_left_out(candidates, &left_out))
            TRY(add_line(preparing, candidates, err));
        else if (preparing->visit != NULL)
            TRY(preparing->visit(preparing->context, &left_out, err));
        TRY(statement_step(candidates, &has_row, err));
    }
    if (preparing->next_payment_id == first)
        return BERM_OK;
    return id_skip(store, "payment", preparing->next_payment_id - first, err);
}

/* "nothing is to be paid: 3 paid, 2 pending ..." */
static enum berm_status fail_empty(struct preparing *preparing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *counts = NULL;
    CLEANUP(buffer_free) struct buffer found = {0};
    bool has_row;

    TRY(statement_prepare(preparing->office->store, STATEMENT_PAYMENT_UNPAID_COUNT, &counts, err));
    statement_bind_text(counts, PAYMENT_UNPAID_COUNT__PROGRAMME, preparing->order->programme);
    statement_bind_month(counts, PAYMENT_UNPAID_COUNT__PERIOD, preparing->order->period);
    statement_bind_int64(counts, PAYMENT_UNPAID_COUNT__LOW, preparing->low);
    statement_bind_int64(counts, PAYMENT_UNPAID_COUNT__HIGH, preparing->high);
    TRY(statement_step(counts, &has_row, err));
    while (has_row) {
        buffer_append_format(&found, "%s%lld %.*s", found.length > 0 ? ", " : "",
                             (long long)statement_int64(counts, 1),
                             TEXT_ARG(statement_text(counts, 0)));
        TRY(statement_step(counts, &has_row, err));
    }
    TRY(buffer_status(&found, err));
    return fail_with(err, BERM_CONFLICT,
                     "nothing is to be paid: of the programme, area and period there is %.*s; what "
                     "is approved was left out or waits in another batch",
                     TEXT_ARG(found.length > 0 ? buffer_text(&found) : TEXT("no entitlement")));
}

static enum berm_status find_area(struct preparing *preparing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;

    TRY(statement_prepare(preparing->office->store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, preparing->order->area);
    TRY(statement_step_to_row(area, err));
    preparing->area_id = statement_int64(area, 0);
    preparing->low = statement_int64(area, 6);
    preparing->high = statement_int64(area, 7);
    return BERM_OK;
}

/* An identification that no bank has seen: the moment, and the batch's number. */
static enum berm_status name_batch(struct preparing *preparing, struct berm_error *err)
{
    struct batch_row *row = &preparing->row;
    char digits[32];
    size_t count = 0;

    for (size_t i = 0; i < row->made_at.length && count < sizeof digits; i++)
        if (row->made_at.bytes[i] >= '0' && row->made_at.bytes[i] <= '9')
            digits[count++] = row->made_at.bytes[i];
    TRY(text_format(preparing->arena, &row->message_id, err, "B%.*s-%lld", (int)count, digits,
                    (long long)row->batch_id));
    assert(row->message_id.length <= PAYMENT_ID_BYTES_MAX);
    row->code = preparing->order->code;
    if (row->code.length == 0)
        return text_format(preparing->arena, &row->code, err, "B%lld", (long long)row->batch_id);
    return code_check(row->code, "a batch's code", err);
}

static enum berm_status insert_batch(struct preparing *preparing, struct text person,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    const struct batch_order *order = preparing->order;
    struct batch_row *row = &preparing->row;
    char day[DATE_TEXT_MAX], now[32];
    struct payer payer;

    TRY(payer_find(preparing->office->store, order->programme, preparing->area_id, order->area,
                   preparing->arena, &payer, err));
    TRY(id_take(preparing->office->store, "batch", 1, &row->batch_id, err));
    TRY(text_copy(preparing->arena, instant_now(now), &row->made_at, err));
    TRY(text_copy(preparing->arena, date_format(order->execution_on, day), &row->execution_on,
                  err));
    TRY(name_batch(preparing, err));
    row->programme = order->programme;
    row->area = order->area;
    row->period = order->period;
    row->payer_name = payer.name;
    row->payer_account = payer.account;
    row->payer_bic = payer.bic;
    row->made_by = person;
    TRY(statement_prepare(preparing->office->store, STATEMENT_BATCH_INSERT, &insert, err));
    statement_bind_int64(insert, BATCH_INSERT__BATCH_ID, row->batch_id);
    statement_bind_text(insert, BATCH_INSERT__CODE, row->code);
    statement_bind_text(insert, BATCH_INSERT__PROGRAMME, row->programme);
    statement_bind_int64(insert, BATCH_INSERT__AREA_ID, preparing->area_id);
    statement_bind_month(insert, BATCH_INSERT__PERIOD, row->period);
    statement_bind_text(insert, BATCH_INSERT__MESSAGE_ID, row->message_id);
    statement_bind_text(insert, BATCH_INSERT__EXECUTION_ON, row->execution_on);
    statement_bind_text(insert, BATCH_INSERT__PAYER_NAME, row->payer_name);
    statement_bind_text(insert, BATCH_INSERT__PAYER_ACCOUNT, row->payer_account);
    statement_bind_text(insert, BATCH_INSERT__PAYER_BIC, row->payer_bic);
    statement_bind_text(insert, BATCH_INSERT__MADE_AT, row->made_at);
    statement_bind_text(insert, BATCH_INSERT__MADE_BY, row->made_by);
    statement_bind_int64(insert, BATCH_INSERT__CHANGE_ID, preparing->change.change_id);
    return statement_run(insert, err);
}

/* The figures are those of the lines as they lie in the store, and those counted while writing. */
static enum berm_status sum_batch(struct preparing *preparing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *sum = NULL;
    struct batch_record record;

    TRY(statement_prepare(preparing->office->store, STATEMENT_BATCH_SUM, &sum, err));
    statement_bind_int64(sum, BATCH_SUM__BATCH_ID, preparing->row.batch_id);
    TRY(statement_run(sum, err));
    TRY(batch_find(preparing->office->store, caller_local(), PERMISSION_PAYMENT_READ,
                   preparing->row.code, preparing->arena, &record, err));
    assert(record.row.line_count == preparing->row.line_count &&
           record.row.total_minor == preparing->row.total_minor);
    return BERM_OK;
}

/* The batch that this order made before; false: none. */
static enum berm_status find_repeated(struct preparing *preparing, const struct caller *caller,
                                      bool *ret_is_repeated, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    const struct batch_order *order = preparing->order;
    struct batch_record record;

    *ret_is_repeated = false;
    if (order->code.length == 0)
        return BERM_OK;
    TRY(statement_prepare(preparing->office->store, STATEMENT_BATCH_BY_CODE, &find, err));
    statement_bind_text(find, BATCH_BY_CODE__CODE, order->code);
    TRY(statement_step(find, ret_is_repeated, err));
    if (!*ret_is_repeated)
        return BERM_OK;
    statement_reset(find);
    if (batch_find(preparing->office->store, caller, PERMISSION_PAYMENT_PREPARE, order->code,
                   preparing->arena, &record, err) != BERM_OK ||
        !text_equal(record.row.programme, order->programme) ||
        !text_equal(record.row.area, order->area) || record.row.period != order->period)
        return fail_with(err, BERM_CONFLICT,
                         "the code %.*s is that of another batch; give this one its own",
                         TEXT_ARG(order->code));
    preparing->row = record.row;
    return BERM_OK;
}

enum berm_status batch_prepare(struct office *office, const struct caller *caller,
                               const struct actor *actor, const struct batch_order *order,
                               left_out_visitor *visit, void *context, struct arena *arena,
                               struct batch_row *ret_row, bool *ret_is_repeated,
                               struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(preparing_close)
    struct preparing preparing = {
        .office = office, .order = order, .arena = arena, .visit = visit, .context = context};
    struct text person = caller_person(caller, actor);
    struct change_end end = {0};
    const struct programme *programme;
    struct area_scope scope;

    TRY(programme_find(office->pack, order->programme, &programme, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_PAYMENT_PREPARE, order->area, arena, &scope,
                     err));
    TRY(find_repeated(&preparing, caller, ret_is_repeated, err));
    if (!*ret_is_repeated) {
        TRY(find_area(&preparing, err));
        TRY(change_begin(office->store, actor, TEXT("payment prepare"), (struct text){0},
                         &preparing.change, err));
        TRY(insert_batch(&preparing, person, err));
        TRY(add_lines(&preparing, err));
        if (preparing.row.line_count == 0)
            return fail_empty(&preparing, err);
        TRY(sum_batch(&preparing, err));
        end.added = preparing.row.line_count;
        TRY(batch_change_finish(&preparing.change, actor, "prepare_payments", person,
                                &preparing.row, &end, err));
    }
    TRY(batch_show(office->store, arena, &preparing.row, err));
    if (!*ret_is_repeated)
        TRY(store_commit(office->store, err));
    *ret_row = preparing.row;
    return BERM_OK;
}
