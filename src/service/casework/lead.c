/*
 * Leads of people, warnings, shocks and grievances. A household has one open case: the first lead
 * opens it, every other one joins it, and the case is as grave as the worst of them.
 */
#include "service/casework/private.h"

#include <stdio.h>

static enum berm_status insert_lead(struct office *office, struct text person,
                                    const struct change *change, const struct lead_input *lead,
                                    int64_t case_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    int64_t lead_id;
    char now[32];

    TRY(id_take(office->store, "lead", 1, &lead_id, err));
    TRY(statement_prepare(office->store, STATEMENT_LEAD_INSERT, &insert, err));
    statement_bind_int64(insert, LEAD_INSERT__HOUSEHOLD_ID, lead->household_id);
    statement_bind_int64(insert, LEAD_INSERT__LEAD_ID, lead_id);
    statement_bind_int64(insert, LEAD_INSERT__CASE_ID, case_id);
    statement_bind_text(insert, LEAD_INSERT__SOURCE, text_of(lead_source_name(lead->source)));
    statement_bind_id(insert, LEAD_INSERT__SOURCE_ID, lead->source_id);
    statement_bind_text(insert, LEAD_INSERT__CODE, lead->code);
    statement_bind_int64(insert, LEAD_INSERT__SEVERITY, lead->severity);
    statement_bind_month(insert, LEAD_INSERT__MONTH, lead->month);
    statement_bind_text(insert, LEAD_INSERT__NOTE, lead->note);
    statement_bind_text(insert, LEAD_INSERT__RECEIVED_AT, instant_now(now));
    statement_bind_text(insert, LEAD_INSERT__RECEIVED_BY, person);
    statement_bind_int64(insert, LEAD_INSERT__CHANGE_ID, change->change_id);
    return statement_run(insert, err);
}

enum berm_status case_add_lead(struct office *office, struct text person, struct change *change,
                               const struct lead_input *lead, int64_t *ret_case_id,
                               struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct case_record record;
    bool is_there;

    TRY(case_check_workflow(office->pack, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(case_read_open(office->store, lead->household_id, arena, &is_there, &record, err));
    if (!is_there) {
        TRY(case_open(office, person, change, lead->household_id, lead->severity, arena, &record,
                      err));
    } else if (record.severity < lead->severity) {
        record.severity = lead->severity;
        TRY(case_write(office->store, &record, change->change_id, err));
    }
    TRY(insert_lead(office, person, change, lead, record.case_id, err));
    *ret_case_id = record.case_id;
    return case_log(change, lead->household_id,
                    (const struct case_change[]){
                        {"lead", {0}, lead->code},
                        {"source", {0}, text_of(lead_source_name(lead->source))},
                        {"note", {0}, lead->note},
                    },
                    3, err);
}

enum berm_status case_leads_set_source(struct store *store, int64_t household_id, int64_t change_id,
                                       enum lead_source source, int64_t source_id,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *set = NULL;

    TRY(statement_prepare(store, STATEMENT_LEAD_SET_SOURCE, &set, err));
    statement_bind_int64(set, LEAD_SET_SOURCE__HOUSEHOLD_ID, household_id);
    statement_bind_int64(set, LEAD_SET_SOURCE__CHANGE_ID, change_id);
    statement_bind_text(set, LEAD_SET_SOURCE__SOURCE, text_of(lead_source_name(source)));
    statement_bind_int64(set, LEAD_SET_SOURCE__SOURCE_ID, source_id);
    return statement_run(set, err);
}

/* ---- By a person ----------------------------------------------------------------------------- */

static enum berm_status check_lead(const struct pack *pack, struct text code, struct text note,
                                   struct berm_error *err)
{
    TRY(case_check_workflow(pack, err));
    if (code.length == 0 || code.length > CASE_CODE_BYTES_MAX ||
        (pack_finding(pack, code) == NULL && !text_equal(code, TEXT("other"))))
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is no finding of the pack; name one of findings.csv, or other "
                         "with a note",
                         TEXT_ARG(code));
    if (text_equal(code, TEXT("other")) && note.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "what was seen? Say it in the note");
    if (note.length > CASE_NOTE_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "the note is longer than %d bytes; say it in fewer words",
                         (int)CASE_NOTE_BYTES_MAX);
    return BERM_OK;
}

enum berm_status case_lead(const struct case_call *call, struct text household, struct text code,
                           enum severity severity, struct text note, int64_t *ret_case_id,
                           struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct office *office = call->office;
    struct household_facts facts;
    struct area_scope scope;
    struct lead_input lead = {.source = LEAD_WORKER,
                              .code = code,
                              .severity = severity == SEVERITY_NONE ? SEVERITY_MEDIUM : severity,
                              .note = text_trimmed(note)};
    date_days today;

    TRY(check_lead(office->pack, code, lead.note, err));
    TRY(office_today(office, &today, err));
    lead.month = month_of_date(today);
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(household_find_in(office, call->caller, PERMISSION_CASE_WORK, household, call->arena,
                          &scope, &facts, err));
    if (!facts.is_active)
        return fail_with(err, BERM_CONFLICT, "household %.*s is archived; bring it back first",
                         TEXT_ARG(household));
    lead.household_id = facts.household_id;
    TRY(change_begin(office->store, call->actor, TEXT("lead"), (struct text){0}, &change, err));
    TRY(case_add_lead(office, caller_person(call->caller, call->actor), &change, &lead, ret_case_id,
                      err));
    TRY(case_finish(&change, call->actor, "lead", household, 1, 0, err));
    return store_commit(office->store, err);
}
