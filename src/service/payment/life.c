/*
 * The steps of a batch. Two signatures of two persons, neither of whom made it: whoever chose whom
 * to pay cannot let the money go, not even with one accomplice, and each sees the sum of what the
 * other signed. The person is told by caller_person.
 *
 * Sending is the moment from which money may flow. It looks once more at every line; the
 * entitlements of those that still hold are paid from here on, and come back only by the bank's
 * answer.
 */
#include "service/payment/private.h"

#include <stdio.h>

enum { DETAILS_BYTES_MAX = 4096 };

static void write_figures(struct json_writer *json, const struct batch_row *row, struct text person)
{
    json_key_of_text(json, "person", person);
    json_key_of_text(json, "programme", row->programme);
    json_key_of_text(json, "area", row->area);
    json_key(json, "period");
    json_month(json, row->period);
    json_key_of_text(json, "message", row->message_id);
    json_key_of_int64(json, "lines", row->line_count);
    json_key_of_int64(json, "total_minor", row->total_minor);
}

enum berm_status batch_change_finish(struct change *change, const struct actor *actor,
                                     const char *action, struct text person,
                                     const struct batch_row *row, struct change_end *end,
                                     struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer details = {.cap_bytes = DETAILS_BYTES_MAX};
    CLEANUP(buffer_free) struct buffer fields = {.cap_bytes = DETAILS_BYTES_MAX};
    struct json_writer json = {.out = &details}, row_json = {.out = &fields};
    char subject[CODE_BYTES_MAX + 16];

    json_begin_object(&json);
    write_figures(&json, row, person);
    json_end_object(&json);
    json_begin_object(&row_json);
    json_key(&row_json, action);
    json_begin_array(&row_json);
    json_null_value(&row_json);
    json_begin_object(&row_json);
    write_figures(&row_json, row, person);
    json_end_object(&row_json);
    json_end_array(&row_json);
    json_end_object(&row_json);
    TRY(buffer_status(&details, err));
    TRY(buffer_status(&fields, err));
    TRY(change_add_row(change, TEXT("payment_batch"), row->batch_id, row->code,
                       buffer_text(&fields), err));
    snprintf(subject, sizeof subject, "payments %.*s", TEXT_ARG(row->code));
    end->action = text_of(action);
    end->subject = text_of(subject);
    end->details = buffer_text(&details);
    return change_finish(change, actor, end, err);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* A step while it is taken: its transaction is open. */
struct step {
    struct office *office;
    const struct actor *actor;
    struct arena *arena;
    struct text person;
    struct batch_record batch;
    struct change change;
    struct change_end end;
    char now[32];
};

static void step_close(struct step *step)
{
    change_close(&step->change);
    store_rollback(step->office->store);
}

static enum berm_status step_begin(struct step *step, const struct caller *caller,
                                   enum permission permission, struct text code,
                                   struct berm_error *err)
{
    step->person = caller_person(caller, step->actor);
    (void)instant_now(step->now);
    TRY(store_begin(step->office->store, err));
    return batch_find(step->office->store, caller, permission, code, step->arena, &step->batch,
                      err);
}

static enum berm_status step_write(struct step *step, const char *via, struct berm_error *err)
{
    return change_begin(step->office->store, step->actor, text_of(via), (struct text){0},
                        &step->change, err);
}

/* The end: the batch as it is now goes into ret_row. */
static enum berm_status step_end(struct step *step, const char *action, struct batch_row *ret_row,
                                 struct berm_error *err)
{
    struct text code = step->batch.row.code;

    TRY(batch_find(step->office->store, caller_local(), PERMISSION_PAYMENT_READ, code, step->arena,
                   &step->batch, err));
    TRY(batch_change_finish(&step->change, step->actor, action, step->person, &step->batch.row,
                            &step->end, err));
    TRY(batch_show(step->office->store, step->arena, &step->batch.row, err));
    TRY(store_commit(step->office->store, err));
    *ret_row = step->batch.row;
    return BERM_OK;
}

static enum berm_status fail_state(const struct step *step, const char *wanted,
                                   struct berm_error *err)
{
    return fail_with(err, BERM_CONFLICT, "the batch %.*s is %s; %s", TEXT_ARG(step->batch.row.code),
                     batch_state_name(step->batch.row.state), wanted);
}

enum berm_status batch_sign(struct office *office, const struct caller *caller,
                            const struct actor *actor, struct text code, struct arena *arena,
                            struct batch_row *ret_row, struct berm_error *err)
{
    CLEANUP(step_close) struct step step = {.office = office, .actor = actor, .arena = arena};
    CLEANUP(statement_closep) struct statement *sign = NULL;
    bool is_first;

    TRY(step_begin(&step, caller, PERMISSION_PAYMENT_SIGN, code, err));
    is_first = step.batch.row.state == BATCH_DRAFT;
    if (!is_first && step.batch.row.state != BATCH_SIGNED_ONCE)
        return fail_state(&step, "only one that waits for a signature can be signed", err);
    if (text_equal(step.person, step.batch.row.made_by))
        return fail_with(err, BERM_CONFLICT, "%.*s made the batch %.*s; two other persons sign it",
                         TEXT_ARG(step.person), TEXT_ARG(code));
    if (text_equal(step.person, step.batch.row.first_signed_by))
        return fail_with(err, BERM_CONFLICT,
                         "%.*s has signed the batch %.*s already; another person gives the second "
                         "signature",
                         TEXT_ARG(step.person), TEXT_ARG(code));
    TRY(step_write(&step, "payment sign", err));
    TRY(statement_prepare(office->store,
                          is_first ? STATEMENT_BATCH_SIGN_FIRST : STATEMENT_BATCH_SIGN_SECOND,
                          &sign, err));
    statement_bind_text(sign, is_first ? BATCH_SIGN_FIRST__AT : BATCH_SIGN_SECOND__AT,
                        text_of(step.now));
    statement_bind_text(sign, is_first ? BATCH_SIGN_FIRST__BY : BATCH_SIGN_SECOND__BY, step.person);
    statement_bind_int64(sign,
                         is_first ? BATCH_SIGN_FIRST__CHANGE_ID : BATCH_SIGN_SECOND__CHANGE_ID,
                         step.change.change_id);
    statement_bind_int64(sign, is_first ? BATCH_SIGN_FIRST__BATCH_ID : BATCH_SIGN_SECOND__BATCH_ID,
                         step.batch.row.batch_id);
    TRY(statement_run(sign, err));
    step.end.changed = 1;
    return step_end(&step, "sign_payments", ret_row, err);
}

/* A statement over all of the batch; it may have the parameter change_id (0: it has not). */
static enum berm_status run(struct step *step, enum statement_id id, int batch_parameter,
                            int change_parameter, int64_t *ret_changed, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;

    TRY(statement_prepare(step->office->store, id, &statement, err));
    statement_bind_int64(statement, batch_parameter, step->batch.row.batch_id);
    if (change_parameter > 0)
        statement_bind_int64(statement, change_parameter, step->change.change_id);
    TRY(statement_run(statement, err));
    *ret_changed = statement_changed_count(statement);
    return BERM_OK;
}

/* What the batch takes from each budget was reserved there, and is spent. */
static enum berm_status spend(struct step *step, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *sums = NULL;
    CLEANUP(statement_closep) struct statement *update = NULL;
    bool has_row;

    TRY(statement_prepare(step->office->store, STATEMENT_BATCH_BUDGET_SUMS, &sums, err));
    TRY(statement_prepare(step->office->store, STATEMENT_PAYMENT_SPEND, &update, err));
    statement_bind_int64(sums, BATCH_BUDGET_SUMS__BATCH_ID, step->batch.row.batch_id);
    TRY(statement_step(sums, &has_row, err));
    while (has_row) {
        statement_bind_text(update, PAYMENT_SPEND__PROGRAMME, step->batch.row.programme);
        statement_bind_int64(update, PAYMENT_SPEND__AREA_ID, statement_int64(sums, 0));
        statement_bind_int64(update, PAYMENT_SPEND__YEAR, statement_int64(sums, 1));
        statement_bind_int64(update, PAYMENT_SPEND__AMOUNT_MINOR, statement_int64(sums, 2));
        TRY(statement_run(update, err));
        TRY(statement_step(sums, &has_row, err));
    }
    return BERM_OK;
}

static enum berm_status send_lines(struct step *step, int64_t *ret_taken_out,
                                   struct berm_error *err)
{
    int64_t count;

    TRY(run(step, STATEMENT_BATCH_TAKE_OUT, BATCH_TAKE_OUT__BATCH_ID, BATCH_TAKE_OUT__CHANGE_ID,
            ret_taken_out, err));
    TRY(run(step, STATEMENT_BATCH_SEND_LINES, BATCH_SEND_LINES__BATCH_ID,
            BATCH_SEND_LINES__CHANGE_ID, &step->end.changed, err));
    if (step->end.changed == 0)
        return fail_with(err, BERM_CONFLICT,
                         "no line of the batch %.*s can be paid any more; cancel it by berm "
                         "payment cancel",
                         TEXT_ARG(step->batch.row.code));
    TRY(run(step, STATEMENT_BATCH_PAY_ENTITLEMENTS, BATCH_PAY_ENTITLEMENTS__BATCH_ID,
            BATCH_PAY_ENTITLEMENTS__CHANGE_ID, &count, err));
    assert(count == step->end.changed);
    TRY(spend(step, err));
    return run(step, STATEMENT_BATCH_SUM, BATCH_SUM__BATCH_ID, 0, &count, err);
}

enum berm_status batch_send(struct office *office, const struct caller *caller,
                            const struct actor *actor, struct text code, struct arena *arena,
                            struct batch_row *ret_row, int64_t *ret_taken_out,
                            struct berm_error *err)
{
    CLEANUP(step_close) struct step step = {.office = office, .actor = actor, .arena = arena};
    CLEANUP(statement_closep) struct statement *set = NULL;

    *ret_taken_out = 0;
    TRY(step_begin(&step, caller, PERMISSION_PAYMENT_SEND, code, err));
    if (step.batch.row.state == BATCH_SENT || step.batch.row.state == BATCH_SETTLED) {
        TRY(batch_show(office->store, arena, &step.batch.row, err));
        *ret_row = step.batch.row;
        return BERM_OK;
    }
    if (step.batch.row.state != BATCH_SIGNED)
        return fail_state(&step, "it is sent when two persons have signed it", err);
    TRY(step_write(&step, "payment send", err));
    TRY(send_lines(&step, ret_taken_out, err));
    TRY(statement_prepare(office->store, STATEMENT_BATCH_SET_SENT, &set, err));
    statement_bind_text(set, BATCH_SET_SENT__AT, text_of(step.now));
    statement_bind_text(set, BATCH_SET_SENT__BY, step.person);
    statement_bind_int64(set, BATCH_SET_SENT__CHANGE_ID, step.change.change_id);
    statement_bind_int64(set, BATCH_SET_SENT__BATCH_ID, step.batch.row.batch_id);
    TRY(statement_run(set, err));
    return step_end(&step, "send_payments", ret_row, err);
}

enum berm_status batch_cancel(struct office *office, const struct caller *caller,
                              const struct actor *actor, struct text code, struct text reason,
                              struct arena *arena, struct batch_row *ret_row,
                              struct berm_error *err)
{
    CLEANUP(step_close) struct step step = {.office = office, .actor = actor, .arena = arena};
    CLEANUP(statement_closep) struct statement *set = NULL;

    reason = text_trimmed(reason);
    if (reason.length == 0 || reason.length > ENTITLEMENT_REASON_BYTES_MAX ||
        !text_is_utf8(reason, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "say in a few words why the batch is cancelled, in at most %d bytes",
                         (int)ENTITLEMENT_REASON_BYTES_MAX);
    TRY(step_begin(&step, caller, PERMISSION_PAYMENT_PREPARE, code, err));
    if (step.batch.row.state > BATCH_SIGNED)
        return fail_state(&step,
                          "what is with the bank comes back by the bank's answer only, and what "
                          "was cancelled stays so",
                          err);
    TRY(step_write(&step, "payment cancel", err));
    TRY(run(&step, STATEMENT_BATCH_CANCEL_LINES, BATCH_CANCEL_LINES__BATCH_ID,
            BATCH_CANCEL_LINES__CHANGE_ID, &step.end.changed, err));
    TRY(statement_prepare(office->store, STATEMENT_BATCH_SET_CANCELLED, &set, err));
    statement_bind_text(set, BATCH_SET_CANCELLED__AT, text_of(step.now));
    statement_bind_text(set, BATCH_SET_CANCELLED__BY, step.person);
    statement_bind_text(set, BATCH_SET_CANCELLED__REASON, reason);
    statement_bind_int64(set, BATCH_SET_CANCELLED__CHANGE_ID, step.change.change_id);
    statement_bind_int64(set, BATCH_SET_CANCELLED__BATCH_ID, step.batch.row.batch_id);
    TRY(statement_run(set, err));
    return step_end(&step, "cancel_payments", ret_row, err);
}
