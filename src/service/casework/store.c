/* A case read and written. Its clock is written with every step, so that work lists need no
 * workflow. */
#include "service/casework/private.h"

enum berm_status case_check_workflow(const struct pack *pack, struct berm_error *err)
{
    if (pack->workflow == NULL)
        return fail_with(err, BERM_CONFLICT,
                         "the pack %.*s has no cases; add states.csv and workflow.csv to it",
                         TEXT_ARG(pack->name));
    return BERM_OK;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static enum berm_status read_row(struct statement *row, int64_t household_id, struct arena *arena,
                                 struct case_record *ret_record, struct berm_error *err)
{
    struct case_record record = {.household_id = household_id,
                                 .case_id = statement_int64(row, 0),
                                 .area_id = statement_int64(row, 1),
                                 .severity = (enum severity)statement_int64(row, 5),
                                 .has_due = !statement_is_null(row, 7),
                                 .step_count = statement_int64(row, 10)};
    struct text *const texts[] = {&record.state,        &record.stage,   &record.kind,
                                  &record.due_action,   &record.worker,  &record.step_by,
                                  &record.monitored_on, &record.ended_on};
    static const int COLUMNS[] = {2, 3, 4, 8, 9, 11, 12, 13};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, statement_text(row, COLUMNS[t]), texts[t], err));
    TRY(date_parse(statement_text(row, 6), &record.entered_on, err));
    if (record.has_due)
        TRY(date_parse(statement_text(row, 7), &record.due_on, err));
    *ret_record = record;
    return BERM_OK;
}

enum berm_status case_read(struct store *store, int64_t household_id, struct arena *arena,
                           bool *ret_is_there, struct case_record *ret_record,
                           struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;

    TRY(statement_prepare(store, STATEMENT_CASE_OF_HOUSEHOLD, &find, err));
    statement_bind_int64(find, CASE_OF_HOUSEHOLD__HOUSEHOLD_ID, household_id);
    TRY(statement_step(find, ret_is_there, err));
    return *ret_is_there ? read_row(find, household_id, arena, ret_record, err) : BERM_OK;
}

enum berm_status case_read_open(struct store *store, int64_t household_id, struct arena *arena,
                                bool *ret_is_there, struct case_record *ret_record,
                                struct berm_error *err)
{
    TRY(case_read(store, household_id, arena, ret_is_there, ret_record, err));
    if (*ret_is_there && ret_record->ended_on.length > 0)
        *ret_is_there = false;
    return BERM_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

void case_set_clock(const struct pack *pack, uint32_t done, struct case_record *record)
{
    const struct workflow_step *step = NULL;
    const struct case_view view = {.state = workflow_state_find(pack->workflow, record->state),
                                   .entered = record->entered_on,
                                   .done = done};

    assert(view.state >= 0);
    record->has_due = case_due(&pack->calendar, pack->workflow, &view, &step, &record->due_on);
    record->due_action = record->has_due ? step->action : TEXT("");
}

static void bind_date_or_null(struct statement *statement, int parameter, bool is_there,
                              date_days day)
{
    if (is_there)
        statement_bind_date(statement, parameter, day);
    else
        statement_bind_null(statement, parameter);
}

enum berm_status case_open(struct office *office, struct text person, struct change *change,
                           int64_t household_id, enum severity severity, struct arena *arena,
                           struct case_record *ret_record, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    const struct workflow *workflow = office->pack->workflow;
    const struct workflow_state *first = &workflow->states[workflow->first_state];
    struct case_record record = {.household_id = household_id,
                                 .state = first->code,
                                 .stage = text_of(case_stage_name(first->stage)),
                                 .severity = severity};
    bool is_there;
    char now[32];

    TRY(office_today(office, &record.entered_on, err));
    case_set_clock(office->pack, 0, &record);
    TRY(id_take(office->store, "case", 1, &record.case_id, err));
    TRY(statement_prepare(office->store, STATEMENT_CASE_INSERT, &insert, err));
    statement_bind_int64(insert, CASE_INSERT__HOUSEHOLD_ID, household_id);
    statement_bind_int64(insert, CASE_INSERT__CASE_ID, record.case_id);
    statement_bind_text(insert, CASE_INSERT__STATE, record.state);
    statement_bind_text(insert, CASE_INSERT__STAGE, record.stage);
    statement_bind_int64(insert, CASE_INSERT__SEVERITY, severity);
    statement_bind_date(insert, CASE_INSERT__ENTERED_ON, record.entered_on);
    bind_date_or_null(insert, CASE_INSERT__DUE_ON, record.has_due, record.due_on);
    statement_bind_text(insert, CASE_INSERT__DUE_ACTION, record.due_action);
    statement_bind_text(insert, CASE_INSERT__OPENED_AT, instant_now(now));
    statement_bind_text(insert, CASE_INSERT__OPENED_BY, person);
    statement_bind_int64(insert, CASE_INSERT__CHANGE_ID, change->change_id);
    TRY(statement_run(insert, err));
    return case_read(office->store, household_id, arena, &is_there, ret_record, err);
}

enum berm_status case_write(struct store *store, const struct case_record *record,
                            int64_t change_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *update = NULL;

    TRY(statement_prepare(store, STATEMENT_CASE_UPDATE, &update, err));
    statement_bind_int64(update, CASE_UPDATE__HOUSEHOLD_ID, record->household_id);
    statement_bind_int64(update, CASE_UPDATE__CASE_ID, record->case_id);
    statement_bind_text(update, CASE_UPDATE__STATE, record->state);
    statement_bind_text(update, CASE_UPDATE__STAGE, record->stage);
    statement_bind_text(update, CASE_UPDATE__KIND, record->kind);
    statement_bind_int64(update, CASE_UPDATE__SEVERITY, record->severity);
    statement_bind_date(update, CASE_UPDATE__ENTERED_ON, record->entered_on);
    bind_date_or_null(update, CASE_UPDATE__DUE_ON, record->has_due, record->due_on);
    statement_bind_text(update, CASE_UPDATE__DUE_ACTION, record->due_action);
    statement_bind_text(update, CASE_UPDATE__WORKER, record->worker);
    statement_bind_int64(update, CASE_UPDATE__STEP_COUNT, record->step_count);
    statement_bind_text(update, CASE_UPDATE__STEP_BY, record->step_by);
    statement_bind_text_or_null(update, CASE_UPDATE__MONITORED_ON, record->monitored_on);
    statement_bind_text_or_null(update, CASE_UPDATE__ENDED_ON, record->ended_on);
    statement_bind_int64(update, CASE_UPDATE__CHANGE_ID, change_id);
    return statement_run(update, err);
}

static void write_text_or_null(struct json_writer *json, struct text text)
{
    if (text.length > 0)
        json_text(json, text);
    else
        json_null_value(json);
}

enum berm_status case_log(struct change *change, int64_t household_id,
                          const struct case_change *fields, size_t count, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};

    json_begin_object(&json);
    for (size_t f = 0; f < count; f++) {
        json_key(&json, fields[f].name);
        json_begin_array(&json);
        write_text_or_null(&json, fields[f].before);
        write_text_or_null(&json, fields[f].after);
        json_end_array(&json);
    }
    json_end_object(&json);
    TRY(buffer_status(&out, err));
    return change_add_row(change, TEXT("case"), household_id, TEXT(""), buffer_text(&out), err);
}

enum berm_status case_finish(struct change *change, const struct actor *actor, const char *action,
                             struct text household, int64_t added, int64_t changed,
                             struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer subject = {0};

    buffer_append_format(&subject, "household %.*s", TEXT_ARG(household));
    TRY(buffer_status(&subject, err));
    return change_finish(change, actor,
                         &(struct change_end){.added = added,
                                              .changed = changed,
                                              .action = text_of(action),
                                              .subject = buffer_text(&subject)},
                         err);
}
