/*
 * What the register knows of a case, so far as the steps of its state ask for it. Nothing of it is
 * stored with the case: a finding that came back since yesterday keeps a step from being taken
 * today.
 */
#include "service/casework/private.h"
#include "service/screen/one.h"

enum { RUNS_MAX = 400 };

struct viewing {
    struct office *office;
    const struct case_record *record;
    struct arena *arena;
    struct case_view *view;
    int64_t state_step;    /* the step that led into the state; 0: none */
    int64_t stage_step;    /* the same of its stage */
    struct text stage_day; /* when that was; empty: the case began in it */
};

static void meet(struct viewing *viewing, enum need need, bool is_met)
{
    if (is_met)
        viewing->view->met |= 1u << need;
}

/* ---- Steps so far ---------------------------------------------------------------------------- */

static void note_done(struct viewing *viewing, struct text action)
{
    const struct workflow *workflow = viewing->office->pack->workflow;
    const struct workflow_state *state = &workflow->states[viewing->view->state];

    for (size_t s = 0; s < state->step_count; s++)
        if (text_equal(workflow->steps[state->first_step + s].action, action))
            viewing->view->done |= 1u << s;
}

static enum berm_status note_stage(struct viewing *viewing, struct statement *step,
                                   struct berm_error *err)
{
    viewing->stage_step = statement_int64(step, 0);
    return text_copy(viewing->arena, statement_text(step, 6), &viewing->stage_day, err);
}

/* Newest first: those that stayed in the state, then the one that led into it, and so the stage. */
static enum berm_status read_steps(struct viewing *viewing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row, is_same_state = true;

    TRY(statement_prepare(viewing->office->store, STATEMENT_CASE_STEP_SINCE, &list, err));
    statement_bind_int64(list, CASE_STEP_SINCE__HOUSEHOLD_ID, viewing->record->household_id);
    statement_bind_int64(list, CASE_STEP_SINCE__CASE_ID, viewing->record->case_id);
    TRY(statement_step(list, &has_row, err));
    for (; has_row && viewing->stage_step == 0;) {
        bool leads_on = !text_equal(statement_text(list, 2), statement_text(list, 4));

        if (is_same_state && !leads_on)
            note_done(viewing, statement_text(list, 1));
        if (is_same_state && leads_on) {
            viewing->state_step = statement_int64(list, 0);
            is_same_state = false;
        }
        if (!text_equal(statement_text(list, 3), statement_text(list, 5)))
            TRY(note_stage(viewing, list, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

/* ---- Proofs ---------------------------------------------------------------------------------- */

/* Given in this stage, and of a day in it: a visit of last year proves nothing today. */
static bool is_of_stage(const struct viewing *viewing, struct statement *row)
{
    return statement_int64(row, 2) >= viewing->stage_step &&
           text_compare(statement_text(row, 4), viewing->stage_day) >= 0;
}

static enum berm_status take_proof(struct viewing *viewing, struct statement *row,
                                   struct berm_error *err)
{
    enum proof_kind kind;

    TRY(proof_kind_find(statement_text(row, 1), &kind, err));
    switch (kind) {
    case PROOF_VISIT:
        meet(viewing, NEED_VISIT, is_of_stage(viewing, row));
        return BERM_OK;
    case PROOF_SIGNATURE:
        meet(viewing, NEED_SIGNATURE, true);
        return BERM_OK;
    case PROOF_DATA_MATCH:
        meet(viewing, NEED_DATA_MATCH, is_of_stage(viewing, row));
        return BERM_OK;
    case PROOF_NOTICE:
        if (statement_int64(row, 2) < viewing->state_step)
            return BERM_OK;
        viewing->view->has_notice = true;
        return date_parse(statement_text(row, 4), &viewing->view->notice_posted, err);
    case PROOF_OBJECTION:
        if (statement_is_null(row, 10))
            viewing->view->met &= ~(1u << NEED_NO_OBJECTION);
        return BERM_OK;
    case PROOF_KIND_COUNT:
        break;
    }
    assert(!"a proof is one of the enumeration");
    return BERM_OK;
}

static enum berm_status read_proofs(struct viewing *viewing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    meet(viewing, NEED_NO_OBJECTION, true);
    TRY(statement_prepare(viewing->office->store, STATEMENT_CASE_PROOF_LIST, &list, err));
    statement_bind_int64(list, CASE_PROOF_LIST__HOUSEHOLD_ID, viewing->record->household_id);
    statement_bind_int64(list, CASE_PROOF_LIST__CASE_ID, viewing->record->case_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(take_proof(viewing, list, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

/* ---- Findings -------------------------------------------------------------------------------- */

/** The months that were screened while the household was in the register, the newest first, as
 * long as none is left out. */
struct months {
    month_number last;
    int count;
};

static enum berm_status read_months(struct viewing *viewing, struct months *ret_months,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct months months = {0};
    bool has_row;

    TRY(statement_prepare(viewing->office->store, STATEMENT_CASE_RUN_LIST, &list, err));
    statement_bind_int64(list, CASE_RUN_LIST__HOUSEHOLD_ID, viewing->record->household_id);
    statement_bind_int64(list, CASE_RUN_LIST__COUNT, RUNS_MAX);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        month_number month = statement_month(list, 0);

        if (months.count == 0)
            months.last = month;
        if (month == months.last - months.count)
            months.count++;
        else
            break;
        TRY(statement_step(list, &has_row, err));
    }
    *ret_months = months;
    return BERM_OK;
}

/* A spell keeps its group from being held, and an income one ends the row of good months. */
static void take_spell(struct viewing *viewing, const struct months *months, struct statement *row,
                       uint32_t *held)
{
    const struct finding_info *info = pack_finding(viewing->office->pack, statement_text(row, 1));
    bool has_ended = !statement_is_null(row, 5);
    month_number end = has_ended ? statement_month(row, 5) : months->last + 1;
    int since = months->last - end + 1; /* good months since it ended */

    if (info == NULL)
        return;
    if (!has_ended)
        *held &= ~(1u << info->group);
    if (info->group == GROUP_INCOME && since < viewing->view->income_months)
        viewing->view->income_months = since < 0 ? 0 : since;
}

static enum berm_status read_findings(struct viewing *viewing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct months months;
    uint32_t held = (1u << FINDING_GROUP_COUNT) - 1;
    bool has_row;

    TRY(read_months(viewing, &months, err));
    viewing->view->income_months = months.count;
    TRY(statement_prepare(viewing->office->store, STATEMENT_FINDING_OF_HOUSEHOLD, &list, err));
    statement_bind_int64(list, FINDING_OF_HOUSEHOLD__HOUSEHOLD_ID, viewing->record->household_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        take_spell(viewing, &months, list, &held);
        TRY(statement_step(list, &has_row, err));
    }
    if (months.count == 0) /* never screened: nothing is known to be held */
        return BERM_OK;
    meet(viewing, NEED_GUARANTEES_HELD, (held >> GROUP_GUARANTEE & 1) != 0);
    meet(viewing, NEED_WATER_HELD, (held >> GROUP_WATER & 1) != 0);
    meet(viewing, NEED_EXPENSES_SOLVED, (held >> GROUP_EXPENSE & 1) != 0);
    return BERM_OK;
}

/* ---- Measures -------------------------------------------------------------------------------- */

static enum berm_status read_measures(struct viewing *viewing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;
    int64_t without, measures, open;

    TRY(statement_prepare(viewing->office->store, STATEMENT_CASE_MEASURES, &count, err));
    statement_bind_int64(count, CASE_MEASURES__HOUSEHOLD_ID, viewing->record->household_id);
    statement_bind_int64(count, CASE_MEASURES__CASE_ID, viewing->record->case_id);
    TRY(statement_step_to_row(count, err));
    without = statement_int64(count, 0);
    measures = statement_int64(count, 1);
    open = statement_int64(count, 2);
    meet(viewing, NEED_MEASURES_PLANNED, without == 0 && measures > 0);
    meet(viewing, NEED_MEASURES_DELIVERED, open == 0 && measures > 0);
    return BERM_OK;
}

/* ---- Labour ---------------------------------------------------------------------------------- */

static bool asks_for(const struct viewing *viewing, enum need need)
{
    const struct workflow *workflow = viewing->office->pack->workflow;
    const struct workflow_state *state = &workflow->states[viewing->view->state];

    for (size_t s = 0; s < state->step_count; s++)
        if ((workflow->steps[state->first_step + s].needs >> need & 1) != 0)
            return true;
    return false;
}

/* The rules are run only where a step of the state asks. */
static enum berm_status read_labour(struct viewing *viewing, struct berm_error *err)
{
    CLEANUP(one_household_close) struct one_household one = {0};
    struct feel_value value;
    month_number month;

    if (!asks_for(viewing, NEED_LABOUR))
        return BERM_OK;
    TRY(month_last_screened(viewing->office->store, &month, err));
    TRY(one_household_open(viewing->office, viewing->record->household_id, month, viewing->arena,
                           &one, err));
    if (one.program->pack->labour_decision < 0)
        return BERM_OK;
    TRY(screening_decide(one.runner, one.batch, 0, one.program->pack->labour_decision,
                         viewing->arena, &value, err));
    meet(viewing, NEED_LABOUR, value.kind == FEEL_BOOLEAN && value.boolean && !value.unknown);
    return BERM_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

enum berm_status case_view_read(struct office *office, const struct case_record *record,
                                struct text person, struct arena *arena, struct case_view *ret_view,
                                struct berm_error *err)
{
    struct case_view view = {.state = workflow_state_find(office->pack->workflow, record->state),
                             .entered = record->entered_on,
                             .is_same_person = text_equal(record->step_by, person)};
    struct viewing viewing = {.office = office, .record = record, .arena = arena, .view = &view};

    if (view.state < 0)
        return fail_with(err, BERM_CONFLICT,
                         "the case is in the state %.*s, which the pack no longer has; publish a "
                         "version that has it",
                         TEXT_ARG(record->state));
    TRY(read_steps(&viewing, err));
    TRY(read_proofs(&viewing, err));
    TRY(read_findings(&viewing, err));
    TRY(read_measures(&viewing, err));
    TRY(read_labour(&viewing, err));
    *ret_view = view;
    return BERM_OK;
}
