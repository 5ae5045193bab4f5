/*
 * A household's case with all that belongs to it, and what may be done now. What is missing for a
 * step is asked of the same function that a step asks, so that nobody is told "now" and refused.
 */
#include "service/casework/private.h"
#include "service/warning/private.h"

struct showing {
    struct office *office;
    const struct caller *caller;
    struct arena *arena;
    struct household_facts facts; /* where it lies, and what the caller sees of it */
    struct case_record record;
    date_days today;
    struct case_shown shown;
};

/* What people wrote about a household is as personal as its names. */
static struct text words_of(const struct showing *showing, struct text words)
{
    return words.length > 0 && showing->facts.class_seen < FIELD_CLASS_PERSONAL ? TEXT(HIDDEN_VALUE)
                                                                                : words;
}

static enum berm_status copy_columns(struct statement *rows, int first, struct arena *arena,
                                     struct text *const *texts, size_t count,
                                     struct berm_error *err)
{
    for (size_t t = 0; t < count; t++)
        TRY(text_copy(arena, statement_text(rows, first + (int)t), texts[t], err));
    return BERM_OK;
}

/* ---- The case -------------------------------------------------------------------------------- */

static enum berm_status day_text(struct arena *arena, date_days day, struct text *ret_text,
                                 struct berm_error *err)
{
    char bytes[DATE_TEXT_MAX];

    return text_copy(arena, date_format(day, bytes), ret_text, err);
}

static enum berm_status read_opening(struct showing *showing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    struct case_shown *shown = &showing->shown;

    TRY(statement_prepare(showing->office->store, STATEMENT_CASE_OPENING, &row, err));
    statement_bind_int64(row, CASE_OPENING__HOUSEHOLD_ID, showing->facts.household_id);
    statement_bind_int64(row, CASE_OPENING__CASE_ID, showing->record.case_id);
    TRY(statement_step_to_row(row, err));
    return copy_columns(row, 0, showing->arena,
                        (struct text *const[]){&shown->opened_at, &shown->opened_by}, 2, err);
}

static enum berm_status write_head(struct showing *showing, struct berm_error *err)
{
    const struct case_record *record = &showing->record;
    struct case_shown *shown = &showing->shown;

    shown->head = (struct case_row){
        .household = showing->facts.code,
        .area = showing->facts.area_code,
        .area_name = showing->facts.area_name,
        .area_name_en = showing->facts.area_name_en,
        .case_id = record->case_id,
        .state = record->state,
        .stage = record->stage,
        .kind = record->kind,
        .state_info = case_state_info(showing->office->pack->workflow, record->state),
        .severity = record->severity,
        .due_action = record->due_action,
        .worker = record->worker,
        .step_count = record->step_count,
    };
    shown->monitored_on = record->monitored_on;
    shown->ended_on = record->ended_on;
    TRY(day_text(showing->arena, record->entered_on, &shown->head.entered_on, err));
    if (!record->has_due)
        return BERM_OK;
    if (record->due_on < showing->today)
        shown->head.overdue_days = showing->today - record->due_on;
    return day_text(showing->arena, record->due_on, &shown->head.due_on, err);
}

static enum berm_status read_case(struct showing *showing, struct berm_error *err)
{
    bool is_there;

    TRY(case_read(showing->office->store, showing->facts.household_id, showing->arena, &is_there,
                  &showing->record, err));
    if (!is_there)
        return fail_with(err, BERM_NOT_FOUND,
                         "household %.*s has no case; a lead opens one: berm lead add",
                         TEXT_ARG(showing->facts.code));
    TRY(write_head(showing, err));
    return read_opening(showing, err);
}

/* ---- What belongs to it ---------------------------------------------------------------------- */

static enum berm_status start(struct showing *showing, enum statement_id id,
                              struct statement **ret_rows, bool *ret_has_row,
                              struct berm_error *err)
{
    TRY(statement_prepare(showing->office->store, id, ret_rows, err));
    statement_bind_int64(*ret_rows, 1, showing->facts.household_id);
    if (id != STATEMENT_CASE_LEAD_LIST)
        statement_bind_int64(*ret_rows, 2, showing->shown.head.case_id);
    return statement_step(*ret_rows, ret_has_row, err);
}

/* What a warning was about is told to who may see what its kind sets. */
static void mask_lead(struct showing *showing, struct case_lead_row *lead)
{
    enum field_class of_kind;

    lead->note = words_of(showing, lead->note);
    if (!text_equal(lead->source, text_of(lead_source_name(LEAD_WARNING))))
        return;
    of_kind = warning_kind_class(showing->office->pack, lead->code);
    if (of_kind > showing->facts.class_seen)
        lead->code = TEXT(HIDDEN_VALUE);
    else
        showing->shown.shows_sensitive |= of_kind == FIELD_CLASS_SENSITIVE;
}

static enum berm_status read_lead(struct showing *showing, struct statement *rows,
                                  struct case_lead_row *lead, struct berm_error *err)
{
    const struct pack *pack = showing->office->pack;
    const struct finding_info *finding;
    const struct warning_kind *warning;

    lead->lead_id = statement_int64(rows, 0);
    lead->severity = (enum severity)statement_int64(rows, 1);
    lead->case_id = statement_int64(rows, 2);
    TRY(copy_columns(rows, 3, showing->arena,
                     (struct text *const[]){&lead->source, &lead->code, &lead->note,
                                            &lead->received_at, &lead->received_by},
                     5, err));
    mask_lead(showing, lead);
    finding = pack_finding(pack, lead->code);
    warning = pack_warning(pack, lead->code);
    lead->label_en = finding != NULL   ? finding->label_en
                     : warning != NULL ? warning->label_en
                                       : lead->code;
    lead->label_zh = finding != NULL   ? finding->label_zh
                     : warning != NULL ? warning->label_zh
                                       : lead->code;
    return BERM_OK;
}

static enum berm_status read_leads(struct showing *showing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct case_lead_row *leads = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(start(showing, STATEMENT_CASE_LEAD_LIST, &rows, &has_row, err));
    while (has_row) {
        struct case_lead_row *lead;

        TRY(rows_reserve(showing->arena, &leads, sizeof *leads, showing->shown.lead_count,
                         &capacity, err));
        lead = &leads[showing->shown.lead_count++];
        TRY(read_lead(showing, rows, lead, err));
        TRY(statement_step(rows, &has_row, err));
    }
    showing->shown.leads = leads;
    return BERM_OK;
}

static enum berm_status read_steps(struct showing *showing, struct berm_error *err)
{
    const struct workflow *workflow = showing->office->pack->workflow;
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct case_step_row *steps = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(start(showing, STATEMENT_CASE_STEP_LIST, &rows, &has_row, err));
    while (has_row) {
        struct case_step_row *step;
        int from;

        TRY(rows_reserve(showing->arena, &steps, sizeof *steps, showing->shown.step_count,
                         &capacity, err));
        step = &steps[showing->shown.step_count++];
        step->step_number = statement_int64(rows, 0);
        TRY(copy_columns(rows, 1, showing->arena,
                         (struct text *const[]){&step->on_day, &step->actor, &step->role,
                                                &step->action, &step->from_state, &step->to_state,
                                                &step->reason},
                         7, err));
        step->reason = words_of(showing, step->reason);
        from = workflow == NULL ? -1 : workflow_state_find(workflow, step->from_state);
        step->info = from < 0 ? NULL : workflow_step_find(workflow, from, step->action);
        TRY(statement_step(rows, &has_row, err));
    }
    showing->shown.steps = steps;
    return BERM_OK;
}

static enum berm_status read_proofs(struct showing *showing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct case_proof_row *proofs = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(start(showing, STATEMENT_CASE_PROOF_LIST, &rows, &has_row, err));
    while (has_row) {
        struct case_proof_row *proof;

        TRY(rows_reserve(showing->arena, &proofs, sizeof *proofs, showing->shown.proof_count,
                         &capacity, err));
        proof = &proofs[showing->shown.proof_count++];
        proof->proof_number = statement_int64(rows, 0);
        TRY(copy_columns(rows, 1, showing->arena, (struct text *const[]){&proof->kind}, 1, err));
        TRY(copy_columns(rows, 4, showing->arena, (struct text *const[]){&proof->on_day}, 1, err));
        TRY(copy_columns(rows, 6, showing->arena,
                         (struct text *const[]){&proof->given_by, &proof->note}, 2, err));
        TRY(copy_columns(
            rows, 10, showing->arena,
            (struct text *const[]){&proof->settled_at, &proof->settled_by, &proof->settlement}, 3,
            err));
        proof->note = words_of(showing, proof->note);
        proof->settlement = words_of(showing, proof->settlement);
        TRY(statement_step(rows, &has_row, err));
    }
    showing->shown.proofs = proofs;
    return BERM_OK;
}

/* ---- What may be done ------------------------------------------------------------------------ */

static enum berm_status read_options(struct showing *showing, const struct actor *actor,
                                     struct berm_error *err)
{
    const struct case_call call = {showing->office, showing->caller, actor, showing->arena};
    const struct workflow *workflow = showing->office->pack->workflow;
    const struct calendar *calendar = &showing->office->pack->calendar;
    const struct workflow_state *state = showing->shown.head.state_info;
    struct case_option *options;
    struct case_view view;

    if (state == NULL)
        return BERM_OK;
    TRY(case_view_read(showing->office, &showing->record, caller_person(showing->caller, actor),
                       showing->arena, &view, err));
    view.met |= 1u << NEED_REASON; /* which whoever takes the step gives */
    TRY(arena_new(showing->arena, state->step_count, sizeof *options, &options, err));
    for (size_t s = 0; s < state->step_count; s++) {
        const struct workflow_step *step = &workflow->steps[state->first_step + s];

        options[s] = (struct case_option){
            .step = step, .missing = case_missing(calendar, step, &view, showing->today)};
        TRY(case_holds_role(&call, step->role, showing->facts.position, &options[s].has_role, err));
        options[s].has_due = step->clock.count > 0 && (view.done >> s & 1) == 0;
        if (options[s].has_due)
            options[s].due = clock_end(calendar, view.entered, step->clock);
    }
    showing->shown.options = options;
    showing->shown.option_count = state->step_count;
    return BERM_OK;
}

enum berm_status case_show(const struct case_call *call, struct text household,
                           struct case_shown *ret_shown, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct showing showing = {.office = call->office, .caller = call->caller, .arena = call->arena};
    struct area_scope scope;

    TRY(store_begin_read(call->office->store, err));
    snapshot = call->office->store;
    TRY(office_today(call->office, &showing.today, err));
    TRY(household_find_in(call->office, call->caller, PERMISSION_CASE_READ, household, call->arena,
                          &scope, &showing.facts, err));
    TRY(read_case(&showing, err));
    TRY(read_leads(&showing, err));
    TRY(read_steps(&showing, err));
    TRY(read_proofs(&showing, err));
    TRY(read_options(&showing, call->actor, err));
    *ret_shown = showing.shown;
    return BERM_OK;
}
