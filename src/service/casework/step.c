/*
 * A step by a person: the role that the workflow asks for, held where the household lies; nothing
 * missing of what the step needs, as the register knows it in this very transaction; then the case
 * in its new state, with the clock of that state.
 */
#include "service/casework/private.h"

enum berm_status case_holds_role(const struct case_call *call, struct text role, int64_t position,
                                 bool *ret_holds, struct berm_error *err)
{
    enum role known;
    struct berm_error unknown;

    *ret_holds = call->caller->is_local;
    if (role_find(role, &known, &unknown) != BERM_OK)
        return BERM_OK;
    return caller_has_role_at(call->office->store, call->caller, known, position, call->arena,
                              ret_holds, err);
}

enum berm_status case_find(const struct case_call *call, struct text household,
                           struct household_facts *ret_facts, struct case_record *ret_record,
                           struct berm_error *err)
{
    struct area_scope scope;
    bool is_there;

    TRY(case_check_workflow(call->office->pack, err));
    TRY(household_find_in(call->office, call->caller, PERMISSION_CASE_WORK, household, call->arena,
                          &scope, ret_facts, err));
    TRY(case_read(call->office->store, ret_facts->household_id, call->arena, &is_there, ret_record,
                  err));
    if (!is_there)
        return fail_with(err, BERM_NOT_FOUND,
                         "household %.*s has no case; a lead opens one: berm lead add",
                         TEXT_ARG(household));
    return BERM_OK;
}

/* ---- May it be taken? ------------------------------------------------------------------------ */

struct stepping {
    const struct case_call *call;
    struct text household;
    const struct step_order *order;
    struct text reason; /* without blanks around it */
    struct text person;
    struct household_facts facts;
    struct case_record record;
    struct case_view view;
    const struct workflow_step *step;
    date_days today;
};

static enum berm_status find_step(struct stepping *stepping, struct berm_error *err)
{
    const struct workflow *workflow = stepping->call->office->pack->workflow;
    struct text action = stepping->order->action;
    struct text nearest;

    stepping->step = workflow_step_find(workflow, stepping->view.state, action);
    if (stepping->step != NULL)
        return BERM_OK;
    nearest = workflow_action_nearest(workflow, stepping->view.state, action);
    if (nearest.length > 0)
        return fail_with(err, BERM_CONFLICT,
                         "the case of %.*s is in the state %.*s, from which \"%.*s\" is no step; "
                         "did you mean %.*s?",
                         TEXT_ARG(stepping->household), TEXT_ARG(stepping->record.state),
                         TEXT_ARG(action), TEXT_ARG(nearest));
    return fail_with(err, BERM_CONFLICT,
                     "the case of %.*s is in the state %.*s, from which \"%.*s\" is no step; berm "
                     "case show tells which there are",
                     TEXT_ARG(stepping->household), TEXT_ARG(stepping->record.state),
                     TEXT_ARG(action));
}

static enum berm_status check_role(const struct stepping *stepping, struct berm_error *err)
{
    bool holds;

    TRY(case_holds_role(stepping->call, stepping->step->role, stepping->facts.position, &holds,
                        err));
    if (holds)
        return BERM_OK;
    return fail_with(err, BERM_FORBIDDEN,
                     "the step %.*s is the %.*s's; %.*s does not hold that role where household "
                     "%.*s lies",
                     TEXT_ARG(stepping->step->action), TEXT_ARG(stepping->step->role),
                     TEXT_ARG(stepping->person), TEXT_ARG(stepping->household));
}

static enum berm_status check_expected(const struct stepping *stepping, struct berm_error *err)
{
    if (stepping->order->expected_steps < 0 ||
        stepping->order->expected_steps == stepping->record.step_count)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "somebody took a step meanwhile: the case of %.*s has %lld and is in the "
                     "state %.*s; look at it again",
                     TEXT_ARG(stepping->household), (long long)stepping->record.step_count,
                     TEXT_ARG(stepping->record.state));
}

static enum berm_status check_needs(struct stepping *stepping, need_set *ret_missing,
                                    struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer words = {0};
    const struct pack *pack = stepping->call->office->pack;

    if (stepping->reason.length > 0)
        stepping->view.met |= 1u << NEED_REASON;
    *ret_missing = case_missing(&pack->calendar, stepping->step, &stepping->view, stepping->today);
    if (*ret_missing == 0)
        return BERM_OK;
    needs_write(stepping->step, *ret_missing, false, &words);
    TRY(buffer_status(&words, err));
    return fail_with(err, BERM_CONFLICT, "the step %.*s of %.*s has to wait: %.*s",
                     TEXT_ARG(stepping->step->action), TEXT_ARG(stepping->household),
                     TEXT_ARG(buffer_text(&words)));
}

static enum berm_status check_reason(struct stepping *stepping, struct berm_error *err)
{
    stepping->reason = text_trimmed(stepping->order->reason);
    if (stepping->reason.length > CASE_REASON_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "the reason is longer than %d bytes; say it in fewer",
                         (int)CASE_REASON_BYTES_MAX);
    return BERM_OK;
}

/* ---- Taking it ------------------------------------------------------------------------------- */

static enum berm_status insert_step(const struct stepping *stepping,
                                    const struct workflow_state *from,
                                    const struct workflow_state *to, int64_t change_id,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    const struct case_record *record = &stepping->record;
    char now[32];

    TRY(statement_prepare(stepping->call->office->store, STATEMENT_CASE_STEP_INSERT, &insert, err));
    statement_bind_int64(insert, CASE_STEP_INSERT__HOUSEHOLD_ID, record->household_id);
    statement_bind_int64(insert, CASE_STEP_INSERT__CASE_ID, record->case_id);
    statement_bind_int64(insert, CASE_STEP_INSERT__STEP_NUMBER, record->step_count);
    statement_bind_text(insert, CASE_STEP_INSERT__AT, instant_now(now));
    statement_bind_date(insert, CASE_STEP_INSERT__ON_DAY, stepping->today);
    statement_bind_text(insert, CASE_STEP_INSERT__ACTOR, stepping->person);
    statement_bind_text(insert, CASE_STEP_INSERT__ROLE, stepping->step->role);
    statement_bind_text(insert, CASE_STEP_INSERT__ACTION, stepping->step->action);
    statement_bind_text(insert, CASE_STEP_INSERT__FROM_STATE, from->code);
    statement_bind_text(insert, CASE_STEP_INSERT__FROM_STAGE,
                        text_of(case_stage_name(from->stage)));
    statement_bind_text(insert, CASE_STEP_INSERT__TO_STATE, to->code);
    statement_bind_text(insert, CASE_STEP_INSERT__TO_STAGE, text_of(case_stage_name(to->stage)));
    statement_bind_text(insert, CASE_STEP_INSERT__REASON, stepping->reason);
    statement_bind_int64(insert, CASE_STEP_INSERT__CHANGE_ID, change_id);
    return statement_run(insert, err);
}

/* The kind of household by the last screening: of one that comes to be monitored it is kept. */
static enum berm_status read_kind(struct stepping *stepping, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *standing = NULL;
    bool has_row;

    TRY(statement_prepare(stepping->call->office->store, STATEMENT_CASE_KIND, &standing, err));
    statement_bind_int64(standing, CASE_KIND__HOUSEHOLD_ID, stepping->record.household_id);
    TRY(statement_step(standing, &has_row, err));
    if (!has_row)
        return BERM_OK;
    return text_copy(stepping->call->arena, statement_text(standing, 0), &stepping->record.kind,
                     err);
}

/* The record as it is after the step. */
static enum berm_status move_on(struct stepping *stepping, const struct workflow_state *from,
                                const struct workflow_state *to, struct berm_error *err)
{
    const struct case_call *call = stepping->call;
    const struct workflow *workflow = call->office->pack->workflow;
    struct case_record *record = &stepping->record;
    uint32_t done =
        stepping->view.done | 1u << (stepping->step - &workflow->steps[from->first_step]);
    char day[DATE_TEXT_MAX];
    struct text today;

    TRY(text_copy(call->arena, date_format(stepping->today, day), &today, err));
    record->step_count++;
    if (from != to) {
        record->state = to->code;
        record->stage = text_of(case_stage_name(to->stage));
        record->entered_on = stepping->today;
        record->step_by = stepping->person;
        done = 0;
    }
    if (to->stage == STAGE_MONITORED && record->monitored_on.length == 0) {
        record->monitored_on = today;
        TRY(read_kind(stepping, err));
    }
    record->ended_on = to->stage == STAGE_ENDED ? today : (struct text){0};
    case_set_clock(call->office->pack, done, record);
    return BERM_OK;
}

static enum berm_status write_step(struct stepping *stepping, struct change *change,
                                   struct berm_error *err)
{
    const struct case_call *call = stepping->call;
    const struct workflow *workflow = call->office->pack->workflow;
    const struct workflow_state *from = &workflow->states[stepping->step->from];
    const struct workflow_state *to = &workflow->states[stepping->step->to];

    TRY(move_on(stepping, from, to, err));
    TRY(case_write(call->office->store, &stepping->record, change->change_id, err));
    TRY(insert_step(stepping, from, to, change->change_id, err));
    /* Moving away and dying end a case too; only this says that what was found is no danger. */
    if (to->stage == STAGE_ENDED && text_equal(stepping->step->action, TEXT("dismiss")))
        TRY(case_dismiss(call->office, &stepping->record, change->change_id, err));
    return case_log(change, stepping->record.household_id,
                    (const struct case_change[]){{"step", {0}, stepping->step->action},
                                                 {"state", from->code, to->code},
                                                 {"reason", {0}, stepping->reason}},
                    3, err);
}

enum berm_status case_take_step_in(const struct case_call *call, struct change *change,
                                   struct text household, const struct step_order *order,
                                   struct step_result *ret_result, struct berm_error *err)
{
    struct stepping stepping = {.call = call,
                                .household = household,
                                .order = order,
                                .person = caller_person(call->caller, call->actor)};

    *ret_result = (struct step_result){.missing = 0};
    TRY(check_reason(&stepping, err));
    TRY(office_today(call->office, &stepping.today, err));
    TRY(case_find(call, household, &stepping.facts, &stepping.record, err));
    TRY(check_expected(&stepping, err));
    TRY(case_view_read(call->office, &stepping.record, stepping.person, call->arena, &stepping.view,
                       err));
    TRY(find_step(&stepping, err));
    ret_result->step = stepping.step;
    TRY(check_role(&stepping, err));
    TRY(check_needs(&stepping, &ret_result->missing, err));
    TRY(write_step(&stepping, change, err));
    ret_result->record = stepping.record;
    return BERM_OK;
}

enum berm_status case_take_step(const struct case_call *call, struct text household,
                                const struct step_order *order, struct step_result *ret_result,
                                struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct store *store = call->office->store;

    *ret_result = (struct step_result){.missing = 0};
    TRY(store_begin(store, err));
    transaction = store;
    TRY(change_begin(store, call->actor, TEXT("case step"), (struct text){0}, &change, err));
    TRY(case_take_step_in(call, &change, household, order, ret_result, err));
    TRY(case_finish(&change, call->actor, "case_step", household, 0, 1, err));
    return store_commit(store, err);
}
