/*
 * A warning arrives: checked, known by its reference or new, matched, kept, and where it is matched
 * made fact and screened, all in one transaction. The change that it makes has a row about the
 * warning itself, so that the journal's digest covers what was sent.
 */
#include "service/warning/private.h"

#include <stdio.h>

enum berm_status warning_log(struct change *change, int64_t warning_id, struct text state_before,
                             enum warning_state state, struct text payload, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};

    json_begin_object(&json);
    json_key(&json, "state");
    json_begin_array(&json);
    if (state_before.length > 0)
        json_text(&json, state_before);
    else
        json_null_value(&json);
    json_text(&json, text_of(warning_state_name(state)));
    json_end_array(&json);
    if (payload.length > 0) {
        json_key(&json, "payload");
        json_begin_array(&json);
        json_null_value(&json);
        json_text(&json, payload);
        json_end_array(&json);
    }
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    return change_add_row(change, TEXT("warning"), warning_id, TEXT(""), buffer_text(&fields), err);
}

enum berm_status warning_finish(struct change *change, const struct actor *actor,
                                const char *action, int64_t warning_id, struct change_end *end,
                                struct berm_error *err)
{
    char subject[40];

    snprintf(subject, sizeof subject, "warning %lld", (long long)warning_id);
    end->action = text_of(action);
    end->subject = text_of(subject);
    return change_finish(change, actor, end, err);
}

enum berm_status warning_set_run(struct store *store, int64_t warning_id, int64_t household_id,
                                 int64_t change_id, int64_t run_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *set = NULL;

    if (run_id == 0)
        return BERM_OK;
    TRY(statement_prepare(store, STATEMENT_WARNING_SET_RUN, &set, err));
    statement_bind_int64(set, WARNING_SET_RUN__RUN_ID, run_id);
    statement_bind_int64(set, WARNING_SET_RUN__WARNING_ID, warning_id);
    TRY(statement_run(set, err));
    return case_leads_set_source(store, household_id, change_id, LEAD_WARNING, warning_id, err);
}

/* The warning that came with this reference before; 0: none. */
/* Of the same account: another's references are not told, not even by a repetition. */
static enum berm_status find_delivered(struct store *store, const struct actor *actor,
                                       const struct warning_order *order, int64_t *ret_warning_id,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_WARNING_BY_REFERENCE, &find, err));
    statement_bind_text(find, WARNING_BY_REFERENCE__ACCOUNT, actor->name);
    statement_bind_text(find, WARNING_BY_REFERENCE__SOURCE, order->input.source);
    statement_bind_text(find, WARNING_BY_REFERENCE__REFERENCE, order->input.reference);
    TRY(statement_step(find, &has_row, err));
    *ret_warning_id = has_row ? statement_int64(find, 0) : 0;
    if (has_row && !text_equal(statement_text(find, 1), order->payload))
        return fail_with(err, BERM_CONFLICT,
                         "the reference %.*s of %.*s was used for another warning; give this one "
                         "its own",
                         TEXT_ARG(order->input.reference), TEXT_ARG(order->input.source));
    return BERM_OK;
}

static enum berm_status named_area_id(struct store *store, struct text code, int64_t *ret_area_id,
                                      struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;

    *ret_area_id = 0;
    if (code.length == 0)
        return BERM_OK;
    TRY(statement_prepare(store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, code);
    TRY(statement_step_to_row(area, err));
    *ret_area_id = statement_int64(area, 0);
    return BERM_OK;
}

static enum berm_status insert(struct store *store, const struct actor *actor,
                               const struct warning_order *order, const struct warning_match *match,
                               int64_t change_id, int64_t *ret_warning_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    int64_t area_id;
    char now[32];

    TRY(named_area_id(store, order->input.area, &area_id, err));
    TRY(id_take(store, "warning", 1, ret_warning_id, err));
    TRY(statement_prepare(store, STATEMENT_WARNING_INSERT, &row, err));
    statement_bind_int64(row, WARNING_INSERT__WARNING_ID, *ret_warning_id);
    statement_bind_text(row, WARNING_INSERT__RECEIVED_AT, instant_now(now));
    statement_bind_text(row, WARNING_INSERT__ACCOUNT, actor->name);
    statement_bind_text(row, WARNING_INSERT__SOURCE, order->input.source);
    statement_bind_text(row, WARNING_INSERT__REFERENCE, order->input.reference);
    statement_bind_text(row, WARNING_INSERT__KIND, order->kind->code);
    statement_bind_text(row, WARNING_INSERT__STATE, text_of(warning_state_name(match->state)));
    statement_bind_id(row, WARNING_INSERT__AREA_ID, area_id);
    statement_bind_id(row, WARNING_INSERT__HOUSEHOLD_ID, match->household_id);
    statement_bind_id(row, WARNING_INSERT__PERSON_ID, match->person_id);
    statement_bind_month(row, WARNING_INSERT__MONTH, order->month);
    statement_bind_text(row, WARNING_INSERT__PAYLOAD, order->payload);
    statement_bind_int64(row, WARNING_INSERT__CHANGE_ID, change_id);
    return statement_run(row, err);
}

/* Keep a new warning, and do what follows from it. */
static enum berm_status keep(struct office *office, const struct actor *actor,
                             const struct warning_order *order, const struct warning_match *match,
                             struct arena *arena, int64_t *ret_warning_id, struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {0};
    struct change_end end = {.added = 1};
    struct text via;
    int64_t run_id;

    TRY(text_format(arena, &via, err, "warning %.*s", TEXT_ARG(order->input.source)));
    TRY(change_begin(office->store, actor, via, (struct text){0}, &change, err));
    TRY(insert(office->store, actor, order, match, change.change_id, ret_warning_id, err));
    TRY(warning_log(&change, *ret_warning_id, (struct text){0}, match->state, order->payload, err));
    if (match->state == WARNING_MATCHED) {
        TRY(warning_apply(office, actor, order, match, &change, arena, &end, &run_id, err));
        TRY(warning_set_run(office->store, *ret_warning_id, match->household_id, change.change_id,
                            run_id, err));
    }
    return warning_finish(&change, actor, "warning", *ret_warning_id, &end, err);
}

enum berm_status warning_receive(struct office *office, const struct caller *caller,
                                 const struct actor *actor, const struct warning_input *input,
                                 struct arena *arena, struct warning_answer *ret_answer,
                                 struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct warning_answer answer = {.field = ""};
    struct warning_order order;
    struct warning_match match;
    struct area_scope scope;
    int64_t warning_id;

    *ret_answer = answer;
    TRY(caller_check(caller, PERMISSION_WARNING_SEND, err));
    TRY(warning_check(office, input, arena, &order, &ret_answer->field, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    if (input->area.length > 0) /* one of the sender's; the match itself may lie elsewhere */
        TRY(caller_scope(office->store, caller, PERMISSION_WARNING_SEND, input->area, arena, &scope,
                         err));
    TRY(caller_scope(office->store, caller, PERMISSION_WARNING_SEND, (struct text){0}, arena,
                     &scope, err));
    TRY(find_delivered(office->store, actor, &order, &warning_id, err));
    answer.is_repeated = warning_id != 0;
    if (!answer.is_repeated) {
        TRY(warning_match_find(office, &order, &scope, arena, &match, err));
        TRY(keep(office, actor, &order, &match, arena, &warning_id, err));
    }
    TRY(warning_answer_fill(office, caller, warning_id, arena, &answer, err));
    if (!answer.is_repeated)
        TRY(store_commit(office->store, err));
    *ret_answer = answer;
    return BERM_OK;
}

/* Whether the failure is the line's own, so that the next one can be taken. */
static bool is_of_line(enum berm_status status)
{
    switch (status) {
    case BERM_INVALID_INPUT:
    case BERM_CONFLICT:
    case BERM_NOT_FOUND:
    case BERM_FORBIDDEN:
    case BERM_LIMIT:
        return true;
    default:
        return false;
    }
}

enum berm_status warning_receive_line(struct office *office, const struct caller *caller,
                                      const struct actor *actor, struct text body,
                                      struct arena *arena, struct warning_line *ret_line,
                                      struct berm_error *err)
{
    struct warning_line line = {.answer.field = ""};
    struct warning_input input;
    enum berm_status status =
        warning_body_read(body, arena, &input, &line.answer.field, &line.error);

    if (status == BERM_OK)
        status = warning_receive(office, caller, actor, &input, arena, &line.answer, &line.error);
    if (status != BERM_OK && !is_of_line(status)) {
        if (err)
            *err = line.error;
        return status;
    }
    line.error.status = status;
    *ret_line = line;
    return BERM_OK;
}
