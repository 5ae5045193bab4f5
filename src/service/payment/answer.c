/*
 * What the bank says of a batch, line by line, in one transaction. A line that does not fit is told
 * and changes nothing; all others are taken. What is known already changes nothing either, so that
 * an answer may come twice.
 *
 * sent -> paid, sent -> returned, and paid -> returned where the money came back later; then the
 * entitlement may be paid anew, by another payment. A returned payment is at its end.
 */
#include "service/payment/private.h"

#include <stdlib.h>
#include <string.h>

enum { RECEIPT_ARENA_BYTES = 1 << 20, REST_AT_ONCE = 500 };

struct receipt {
    struct office *office;
    const struct caller *caller;
    struct actor actor;
    struct arena *arena;
    struct text person;
    struct batch_record batch;
    bool has_batch, has_begun;
    struct change change; /* begun with the first line that changes something */
    struct text file_name;
    struct paid_flows *flows;
    struct statement *find, *answer, *reconcile, *reopen, *spend;
    struct receipt_counts counts;
    struct change_end end;
};

void receipt_free(struct receipt *receipt)
{
    if (receipt == NULL)
        return;
    paid_flows_free(receipt->flows);
    statement_close(receipt->find);
    statement_close(receipt->answer);
    statement_close(receipt->reconcile);
    statement_close(receipt->reopen);
    statement_close(receipt->spend);
    change_close(&receipt->change);
    if (receipt->has_begun)
        store_rollback(receipt->office->store);
    arena_free(receipt->arena);
    free(receipt);
}

void receipt_freep(struct receipt **receipt)
{
    receipt_free(*receipt);
    *receipt = NULL;
}

/* ---- Which batch ----------------------------------------------------------------------------- */

static enum berm_status choose_batch(struct receipt *receipt, struct text code,
                                     struct berm_error *err)
{
    TRY(batch_find(receipt->office->store, receipt->caller, PERMISSION_PAYMENT_SEND, code,
                   receipt->arena, &receipt->batch, err));
    if (receipt->batch.row.state != BATCH_SENT && receipt->batch.row.state != BATCH_SETTLED)
        return fail_with(err, BERM_CONFLICT,
                         "the batch %.*s is %s: the bank cannot have an answer to it",
                         TEXT_ARG(code), batch_state_name(receipt->batch.row.state));
    receipt->has_batch = true;
    return BERM_OK;
}

enum berm_status receipt_begin(struct office *office, const struct caller *caller,
                               const struct actor *actor, struct text code, struct text file_name,
                               struct receipt **ret_receipt, struct berm_error *err)
{
    CLEANUP(receipt_freep) struct receipt *receipt = calloc(1, sizeof *receipt);

    if (receipt == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    receipt->office = office;
    receipt->caller = caller;
    receipt->actor = *actor;
    receipt->person = caller_person(caller, actor);
    receipt->file_name = file_name;
    TRY(arena_create(RECEIPT_ARENA_BYTES, &receipt->arena, err));
    TRY(caller_check(caller, PERMISSION_PAYMENT_SEND, err));
    TRY(store_begin(office->store, err));
    receipt->has_begun = true;
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_BY_ID, &receipt->find, err));
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_ANSWER, &receipt->answer, err));
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_RECONCILE, &receipt->reconcile, err));
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_REOPEN, &receipt->reopen, err));
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_SPEND, &receipt->spend, err));
    if (code.length > 0)
        TRY(choose_batch(receipt, code, err));
    *ret_receipt = receipt;
    receipt = NULL;
    return BERM_OK;
}

enum berm_status receipt_expect(struct receipt *receipt, struct text message_id,
                                struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct text code = {0};
    bool has_row;

    if (receipt->has_batch && text_equal(receipt->batch.row.message_id, message_id))
        return BERM_OK;
    if (receipt->has_batch)
        return fail_with(err, BERM_CONFLICT,
                         "the file answers the message %.*s, but the batch %.*s is the message "
                         "%.*s; take the batch's own answer",
                         TEXT_ARG(message_id), TEXT_ARG(receipt->batch.row.code),
                         TEXT_ARG(receipt->batch.row.message_id));
    TRY(statement_prepare(receipt->office->store, STATEMENT_BATCH_BY_MESSAGE, &find, err));
    statement_bind_text(find, BATCH_BY_MESSAGE__MESSAGE_ID, message_id);
    TRY(statement_step(find, &has_row, err));
    if (has_row)
        TRY(text_copy(receipt->arena, statement_text(find, 0), &code, err));
    if (!has_row || choose_batch(receipt, code, err) == BERM_NOT_FOUND)
        return fail_with(err, BERM_NOT_FOUND,
                         "the file answers the message %.*s, which no batch of yours is; take it "
                         "to the office that sent it",
                         TEXT_ARG(message_id));
    return receipt->has_batch ? BERM_OK : err->status;
}

/* ---- A line ---------------------------------------------------------------------------------- */

/* A payment as it stands. Texts are good until the statement is stepped again. */
struct standing_payment {
    int64_t household_id, payment_id, entitlement_id, amount_minor;
    int64_t budget_area_id, budget_year; /* 0: none */
    struct text id, state, bank_status, reason_code, household;
    enum payment_outcome outcome;
};

static enum berm_status fault(struct payment_fault *ret_fault, const char *field,
                              enum berm_status status)
{
    (void)status; /* it stands in the error that the caller filled */
    ret_fault->field = field;
    return BERM_OK;
}

/* The message does not repeat what was sent: it may be an account's number. */
static enum berm_status fault_unknown(struct payment_fault *ret_fault)
{
    return fault(ret_fault, "end_to_end_id",
                 fail_with(&ret_fault->error, BERM_NOT_FOUND,
                           "the batch has no payment of this id; compare it with the file that was "
                           "sent"));
}

static enum berm_status find_payment(struct receipt *receipt, struct text id,
                                     struct standing_payment *ret_payment, bool *ret_is_found,
                                     struct berm_error *err)
{
    struct standing_payment payment = {0};
    struct statement *find = receipt->find;

    *ret_is_found = payment_id_parse(id, &payment.household_id, &payment.payment_id);
    if (!*ret_is_found)
        return BERM_OK;
    statement_reset(find);
    statement_bind_int64(find, PAYMENT_BY_ID__HOUSEHOLD_ID, payment.household_id);
    statement_bind_int64(find, PAYMENT_BY_ID__PAYMENT_ID, payment.payment_id);
    TRY(statement_step(find, ret_is_found, err));
    *ret_is_found = *ret_is_found && statement_int64(find, 0) == receipt->batch.row.batch_id;
    if (!*ret_is_found)
        return BERM_OK;
    payment.id = statement_text(find, 1);
    payment.state = statement_text(find, 2);
    payment.amount_minor = statement_int64(find, 3);
    payment.entitlement_id = statement_int64(find, 4);
    payment.bank_status = statement_text(find, 5);
    payment.reason_code = statement_text(find, 6);
    payment.household = statement_text(find, 7);
    payment.budget_area_id = statement_is_null(find, 9) ? 0 : statement_int64(find, 9);
    payment.budget_year = statement_is_null(find, 10) ? 0 : statement_int64(find, 10);
    *ret_payment = payment;
    return BERM_OK;
}

/* Whether what the bank tells of the payment beside its status is what was sent. */
static bool is_same_payment(struct receipt *receipt, const struct payment_answer *answer,
                            int64_t amount_minor, struct payment_fault *ret_fault)
{
    const struct pack *pack = receipt->office->pack;
    int decimals = pack->dictionary.money_decimals;
    char sent[MONEY_TEXT_MAX];
    int64_t told;
    date_days day;

    if (answer->value_on.length > 0 &&
        date_parse(answer->value_on, &day, &ret_fault->error) != BERM_OK) {
        ret_fault->field = "value_on";
        return false;
    }
    if (answer->currency.length > 0 && !text_equal(answer->currency, pack->currency)) {
        (void)!fail_with(&ret_fault->error, BERM_CONFLICT,
                         "the bank tells of %.*s, and %.*s was sent; ask the bank",
                         (int)(answer->currency.length < 10 ? answer->currency.length : 10),
                         answer->currency.bytes, TEXT_ARG(pack->currency));
        ret_fault->field = "currency";
        return false;
    }
    if (answer->amount.length == 0)
        return true;
    ret_fault->field = "amount";
    if (money_parse(answer->amount, decimals, &told, &ret_fault->error) != BERM_OK)
        return false;
    if (told == amount_minor)
        return true;
    (void)!fail_with(&ret_fault->error, BERM_CONFLICT,
                     "the bank tells of %.*s, and %.*s was sent; ask the bank, and take the line "
                     "again when it is right",
                     TEXT_ARG(answer->amount),
                     TEXT_ARG(money_format(amount_minor, decimals, sent)));
    return false;
}

/* Begin the change with the first line that needs one. */
static enum berm_status write_begin(struct receipt *receipt, struct berm_error *err)
{
    if (receipt->change.store != NULL)
        return BERM_OK;
    TRY(change_begin(receipt->office->store, &receipt->actor, TEXT("payment receive"),
                     receipt->file_name, &receipt->change, err));
    return paid_flows_open(receipt->office, &receipt->change, &receipt->batch.row, &receipt->flows,
                           err);
}

static void write_sides(struct json_writer *json, const char *key, struct text before,
                        struct text after)
{
    json_key(json, key);
    json_begin_array(json);
    json_text(json, before);
    json_text(json, after);
    json_end_array(json);
}

static enum berm_status log_answer(struct receipt *receipt, const struct standing_payment *payment,
                                   const struct payment_answer *answer, struct text state,
                                   struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};

    json_begin_object(&json);
    if (!text_equal(payment->state, state))
        write_sides(&json, "state", payment->state, state);
    write_sides(&json, "bank_status", payment->bank_status, answer->bank_status);
    if (!text_equal(payment->reason_code, answer->reason_code))
        write_sides(&json, "reason_code", payment->reason_code, answer->reason_code);
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    return change_add_row(&receipt->change, TEXT("payment"), payment->household_id, payment->id,
                          buffer_text(&fields), err);
}

static enum berm_status write_answer(struct receipt *receipt,
                                     const struct standing_payment *payment,
                                     const struct payment_answer *answer, struct text state,
                                     struct berm_error *err)
{
    struct statement *write = receipt->answer;

    statement_bind_text(write, PAYMENT_ANSWER__STATE, state);
    statement_bind_text(write, PAYMENT_ANSWER__BANK_STATUS, answer->bank_status);
    statement_bind_text(write, PAYMENT_ANSWER__REASON_CODE, answer->reason_code);
    statement_bind_text(write, PAYMENT_ANSWER__REASON, answer->reason);
    statement_bind_text_or_null(write, PAYMENT_ANSWER__VALUE_ON, answer->value_on);
    statement_bind_int64(write, PAYMENT_ANSWER__CHANGE_ID, receipt->change.change_id);
    statement_bind_int64(write, PAYMENT_ANSWER__HOUSEHOLD_ID, payment->household_id);
    statement_bind_int64(write, PAYMENT_ANSWER__PAYMENT_ID, payment->payment_id);
    return statement_queue(write, err);
}

static enum berm_status write_paid(struct receipt *receipt, const struct standing_payment *payment,
                                   struct berm_error *err)
{
    struct statement *write = receipt->reconcile;

    receipt->counts.paid++;
    statement_bind_int64(write, PAYMENT_RECONCILE__CHANGE_ID, receipt->change.change_id);
    statement_bind_int64(write, PAYMENT_RECONCILE__HOUSEHOLD_ID, payment->household_id);
    statement_bind_int64(write, PAYMENT_RECONCILE__ENTITLEMENT_ID, payment->entitlement_id);
    TRY(statement_queue(write, err));
    return paid_flows_add(receipt->flows, payment->household_id, payment->household, err);
}

/* The entitlement is open for another payment, and its money is reserved again. */
static enum berm_status write_returned(struct receipt *receipt,
                                       const struct standing_payment *payment, bool was_paid,
                                       struct berm_error *err)
{
    struct statement *write = receipt->reopen, *spend = receipt->spend;

    receipt->counts.returned++;
    statement_bind_int64(write, PAYMENT_REOPEN__CHANGE_ID, receipt->change.change_id);
    statement_bind_int64(write, PAYMENT_REOPEN__HOUSEHOLD_ID, payment->household_id);
    statement_bind_int64(write, PAYMENT_REOPEN__ENTITLEMENT_ID, payment->entitlement_id);
    TRY(statement_queue(write, err));
    if (payment->budget_area_id != 0) {
        statement_bind_text(spend, PAYMENT_SPEND__PROGRAMME, receipt->batch.row.programme);
        statement_bind_int64(spend, PAYMENT_SPEND__AREA_ID, payment->budget_area_id);
        statement_bind_int64(spend, PAYMENT_SPEND__YEAR, payment->budget_year);
        statement_bind_int64(spend, PAYMENT_SPEND__AMOUNT_MINOR, -payment->amount_minor);
        TRY(statement_run(spend, err));
    }
    return was_paid ? paid_flows_add(receipt->flows, payment->household_id, payment->household, err)
                    : BERM_OK;
}

/* What an answer makes of a payment. */
static enum berm_status apply(struct receipt *receipt, const struct standing_payment *payment,
                              const struct payment_answer *answer, struct payment_fault *ret_fault,
                              struct berm_error *err)
{
    static const struct text STATES[] = {{"sent", 4}, {"paid", 4}, {"returned", 8}};
    struct text state = STATES[answer->outcome];
    bool is_sent = text_equal(payment->state, TEXT("sent"));
    bool was_paid = text_equal(payment->state, TEXT("paid"));

    if (text_equal(payment->state, state) &&
        (!is_sent || text_equal(payment->bank_status, answer->bank_status))) {
        receipt->counts.unchanged++; /* told before */
        return BERM_OK;
    }
    if (!is_sent && answer->outcome == PAYMENT_IS_OPEN) {
        receipt->counts.unchanged++; /* an older word that comes behind the end */
        return BERM_OK;
    }
    if (!is_sent && !was_paid)
        return fault(ret_fault, "status",
                     fail_with(&ret_fault->error, BERM_CONFLICT,
                               "the payment %.*s is %.*s; what came back is paid by a payment of "
                               "its own: ask the bank where the money is",
                               TEXT_ARG(payment->id), TEXT_ARG(payment->state)));
    TRY(write_begin(receipt, err));
    TRY(log_answer(receipt, payment, answer, state, err));
    TRY(write_answer(receipt, payment, answer, state, err));
    receipt->end.changed++;
    if (answer->outcome == PAYMENT_IS_PAID)
        return write_paid(receipt, payment, err);
    if (answer->outcome == PAYMENT_IS_RETURNED)
        return write_returned(receipt, payment, was_paid, err);
    receipt->counts.noted++;
    return BERM_OK;
}

static enum berm_status take(struct receipt *receipt, const struct payment_answer *answer,
                             struct payment_fault *ret_fault, struct berm_error *err)
{
    struct standing_payment payment;
    bool is_found;

    if (!receipt->has_batch)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the file does not say which batch it answers; name the batch");
    TRY(find_payment(receipt, answer->end_to_end_id, &payment, &is_found, err));
    if (!is_found)
        return fault_unknown(ret_fault);
    if (!is_same_payment(receipt, answer, payment.amount_minor, ret_fault))
        return BERM_OK;
    ret_fault->field = "";
    ret_fault->error = (struct berm_error){0};
    return apply(receipt, &payment, answer, ret_fault, err);
}

enum berm_status receipt_take(struct receipt *receipt, const struct payment_answer *answer,
                              struct payment_fault *ret_fault, struct berm_error *err)
{
    *ret_fault = (struct payment_fault){.field = ""};
    TRY(take(receipt, answer, ret_fault, err));
    receipt->counts.lines++;
    receipt->counts.refused += ret_fault->error.status != BERM_OK;
    return BERM_OK;
}

/* ---- All the others -------------------------------------------------------------------------- */

struct rest_page {
    char ids[REST_AT_ONCE][PAYMENT_ID_BYTES_MAX + 1];
    size_t count;
    int64_t last;
};

static enum berm_status read_rest(struct receipt *receipt, struct rest_page *page,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *open = NULL;
    bool has_row;

    page->count = 0;
    TRY(statement_prepare(receipt->office->store, STATEMENT_PAYMENT_OPEN_PAGE, &open, err));
    statement_bind_int64(open, PAYMENT_OPEN_PAGE__BATCH_ID, receipt->batch.row.batch_id);
    statement_bind_int64(open, PAYMENT_OPEN_PAGE__AFTER, page->last);
    statement_bind_int64(open, PAYMENT_OPEN_PAGE__COUNT, REST_AT_ONCE);
    TRY(statement_step(open, &has_row, err));
    while (has_row) {
        struct text id = statement_text(open, 1);

        page->last = statement_int64(open, 0);
        assert(id.length <= PAYMENT_ID_BYTES_MAX);
        memcpy(page->ids[page->count], id.bytes, id.length);
        page->ids[page->count++][id.length] = '\0';
        TRY(statement_step(open, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status receipt_take_rest(struct receipt *receipt, const struct payment_answer *answer,
                                   struct berm_error *err)
{
    struct rest_page page = {.last = 0};
    struct payment_answer each = *answer;
    struct payment_fault fault_of_line;

    if (!receipt->has_batch)
        return take(receipt, answer, &fault_of_line, err); /* which says what is missing */
    do {
        TRY(read_rest(receipt, &page, err));
        for (size_t i = 0; i < page.count; i++) {
            each.end_to_end_id = text_of(page.ids[i]);
            TRY(receipt_take(receipt, &each, &fault_of_line, err));
        }
    } while (page.count == REST_AT_ONCE);
    return BERM_OK;
}

/* ---- The end --------------------------------------------------------------------------------- */

static enum berm_status settle(struct receipt *receipt, struct batch_row *row,
                               struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *set = NULL;

    TRY(batch_show(receipt->office->store, receipt->arena, row, err));
    if (row->open_count > 0 || row->state == BATCH_SETTLED)
        return BERM_OK;
    TRY(statement_prepare(receipt->office->store, STATEMENT_BATCH_SET_STATE, &set, err));
    statement_bind_text(set, BATCH_SET_STATE__STATE, text_of(batch_state_name(BATCH_SETTLED)));
    statement_bind_int64(set, BATCH_SET_STATE__CHANGE_ID, receipt->change.change_id);
    statement_bind_int64(set, BATCH_SET_STATE__BATCH_ID, row->batch_id);
    TRY(statement_run(set, err));
    receipt->counts.settled = 1;
    return BERM_OK;
}

enum berm_status receipt_finish(struct receipt *receipt, struct text file_sha256,
                                struct receipt_counts *ret_counts, struct berm_error *err)
{
    if (receipt->change.store != NULL) {
        TRY(paid_flows_end(receipt->flows, &receipt->end, err));
        TRY(settle(receipt, &receipt->batch.row, err));
        receipt->end.file_sha256 = file_sha256;
        TRY(batch_change_finish(&receipt->change, &receipt->actor, "receive_payments",
                                receipt->person, &receipt->batch.row, &receipt->end, err));
        TRY(store_commit(receipt->office->store, err));
    } else {
        store_rollback(receipt->office->store);
    }
    receipt->has_begun = false;
    *ret_counts = receipt->counts;
    return BERM_OK;
}
