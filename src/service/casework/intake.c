/*
 * What a run found becomes leads, inside the run's own transaction, a statement for all households
 * of it. A finding that a person dismissed is kept back unless it is worse than it was then: a
 * screening never undoes what a person decided.
 */
#include "service/casework/private.h"

#include "service/casework/dismissal.h"

struct intake {
    struct office *office;
    struct text person;
    int64_t run_id, change_id;
    int64_t low, high;
    int64_t first_case_id, case_count, first_lead_id, lead_count;
};

/* ---- Dismissed before ------------------------------------------------------------------------ */

struct dismissed {
    int64_t household_id, finding_id;
    struct text code;
    bool is_worse;
};

static enum berm_status read_dismissed(struct intake *intake, struct arena *arena,
                                       struct dismissed **ret_rows, size_t *ret_count,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct dismissed *rows = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(intake->office->store, STATEMENT_CASE_INTAKE_DISMISSED, &list, err));
    statement_bind_int64(list, CASE_INTAKE_DISMISSED__LOW, intake->low);
    statement_bind_int64(list, CASE_INTAKE_DISMISSED__HIGH, intake->high);
    statement_bind_int64(list, CASE_INTAKE_DISMISSED__RUN_ID, intake->run_id);
    TRY(statement_step(list, &has_row, err));
    for (; has_row; count++) {
        struct dismissal then = {.severity = (enum severity)statement_int64(list, 6),
                                 .is_undetermined = statement_int64(list, 7) != 0};
        struct dismissal now;

        then.has_distance = statement_has_int64(list, 8, &then.distance_millionths);
        TRY(rows_reserve(arena, &rows, sizeof *rows, count, &capacity, err));
        rows[count].household_id = statement_int64(list, 0);
        rows[count].finding_id = statement_int64(list, 1);
        TRY(text_copy(arena, statement_text(list, 2), &rows[count].code, err));
        TRY(dismissal_read(list, 3, &now, err));
        rows[count].is_worse = dismissal_is_worse(&then, &now, intake->office->pack);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_rows = rows;
    *ret_count = count;
    return BERM_OK;
}

static enum berm_status hold_dismissed(struct intake *intake, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(statement_closep) struct statement *hold = NULL;
    CLEANUP(statement_closep) struct statement *end = NULL;
    struct store *store = intake->office->store;
    struct dismissed *rows;
    size_t count;

    TRY(arena_create((size_t)256 << 20, &arena, err));
    TRY(read_dismissed(intake, arena, &rows, &count, err));
    TRY(statement_prepare(store, STATEMENT_CASE_DISMISSAL_HOLD, &hold, err));
    TRY(statement_prepare(store, STATEMENT_CASE_DISMISSAL_END, &end, err));
    for (size_t r = 0; r < count; r++) {
        if (rows[r].is_worse) {
            statement_bind_int64(end, CASE_DISMISSAL_END__HOUSEHOLD_ID, rows[r].household_id);
            statement_bind_text(end, CASE_DISMISSAL_END__CODE, rows[r].code);
            TRY(statement_run(end, err));
            continue;
        }
        statement_bind_int64(hold, CASE_DISMISSAL_HOLD__HOUSEHOLD_ID, rows[r].household_id);
        statement_bind_text(hold, CASE_DISMISSAL_HOLD__CODE, rows[r].code);
        statement_bind_int64(hold, CASE_DISMISSAL_HOLD__FINDING_ID, rows[r].finding_id);
        TRY(statement_run(hold, err));
    }
    return BERM_OK;
}

/* ---- Leads and cases ------------------------------------------------------------------------- */

static enum berm_status take_ids(struct intake *intake, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;
    struct store *store = intake->office->store;

    TRY(statement_prepare(store, STATEMENT_CASE_INTAKE_COUNT, &count, err));
    statement_bind_int64(count, CASE_INTAKE_COUNT__RUN_ID, intake->run_id);
    statement_bind_int64(count, CASE_INTAKE_COUNT__LOW, intake->low);
    statement_bind_int64(count, CASE_INTAKE_COUNT__HIGH, intake->high);
    TRY(statement_step_to_row(count, err));
    intake->lead_count = statement_int64(count, 0);
    intake->case_count = statement_int64(count, 1);
    if (intake->case_count > 0)
        TRY(id_take(store, "case", intake->case_count, &intake->first_case_id, err));
    return intake->lead_count > 0
               ? id_take(store, "lead", intake->lead_count, &intake->first_lead_id, err)
               : BERM_OK;
}

static enum berm_status insert_cases(struct intake *intake, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    const struct workflow *workflow = intake->office->pack->workflow;
    const struct workflow_state *first = &workflow->states[workflow->first_state];
    struct case_record record = {.state = first->code};
    char now[32];

    if (intake->case_count == 0)
        return BERM_OK;
    TRY(office_today(intake->office, &record.entered_on, err));
    case_set_clock(intake->office->pack, 0, &record);
    TRY(statement_prepare(intake->office->store, STATEMENT_CASE_INTAKE_CASES, &insert, err));
    statement_bind_int64(insert, CASE_INTAKE_CASES__FIRST_CASE_ID, intake->first_case_id);
    statement_bind_text(insert, CASE_INTAKE_CASES__STATE, first->code);
    statement_bind_text(insert, CASE_INTAKE_CASES__STAGE, text_of(case_stage_name(first->stage)));
    statement_bind_date(insert, CASE_INTAKE_CASES__ENTERED_ON, record.entered_on);
    if (record.has_due)
        statement_bind_date(insert, CASE_INTAKE_CASES__DUE_ON, record.due_on);
    else
        statement_bind_null(insert, CASE_INTAKE_CASES__DUE_ON);
    statement_bind_text(insert, CASE_INTAKE_CASES__DUE_ACTION, record.due_action);
    statement_bind_text(insert, CASE_INTAKE_CASES__AT, instant_now(now));
    statement_bind_text(insert, CASE_INTAKE_CASES__PERSON, intake->person);
    statement_bind_id(insert, CASE_INTAKE_CASES__CHANGE_ID, intake->change_id);
    statement_bind_int64(insert, CASE_INTAKE_CASES__RUN_ID, intake->run_id);
    statement_bind_int64(insert, CASE_INTAKE_CASES__LOW, intake->low);
    statement_bind_int64(insert, CASE_INTAKE_CASES__HIGH, intake->high);
    return statement_run(insert, err);
}

static enum berm_status insert_leads(struct intake *intake, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    CLEANUP(statement_closep) struct statement *raise = NULL;
    char now[32];

    TRY(statement_prepare(intake->office->store, STATEMENT_CASE_INTAKE_LEADS, &insert, err));
    statement_bind_int64(insert, CASE_INTAKE_LEADS__FIRST_LEAD_ID, intake->first_lead_id);
    statement_bind_int64(insert, CASE_INTAKE_LEADS__RUN_ID, intake->run_id);
    statement_bind_int64(insert, CASE_INTAKE_LEADS__LOW, intake->low);
    statement_bind_int64(insert, CASE_INTAKE_LEADS__HIGH, intake->high);
    statement_bind_text(insert, CASE_INTAKE_LEADS__AT, instant_now(now));
    statement_bind_text(insert, CASE_INTAKE_LEADS__PERSON, intake->person);
    statement_bind_id(insert, CASE_INTAKE_LEADS__CHANGE_ID, intake->change_id);
    TRY(statement_run(insert, err));
    TRY(statement_prepare(intake->office->store, STATEMENT_CASE_INTAKE_SEVERITY, &raise, err));
    statement_bind_int64(raise, CASE_INTAKE_SEVERITY__LOW, intake->low);
    statement_bind_int64(raise, CASE_INTAKE_SEVERITY__HIGH, intake->high);
    return statement_run(raise, err);
}

enum berm_status case_intake(struct office *office, struct text person, int64_t run_id,
                             int64_t change_id, int64_t low, int64_t high, struct berm_error *err)
{
    struct intake intake = {.office = office,
                            .person = person,
                            .run_id = run_id,
                            .change_id = change_id,
                            .low = low,
                            .high = high};

    if (office->pack->workflow == NULL)
        return BERM_OK;
    TRY(hold_dismissed(&intake, err));
    TRY(take_ids(&intake, err));
    if (intake.lead_count == 0)
        return BERM_OK;
    TRY(insert_cases(&intake, err));
    return insert_leads(&intake, err);
}
