/*
 * What a person proves for a case: papers, data matches, the notice, objections and how they were
 * settled; and who looks after it. A proof is never taken back: one that was wrong is answered by a
 * step back, after which it no longer counts.
 */
#include "service/casework/private.h"

enum berm_status case_add_proof(struct office *office, struct text person, struct change *change,
                                int64_t household_id, const struct proof_input *proof,
                                struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct case_record record;
    bool is_there;
    char now[32];

    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(case_read_open(office->store, household_id, arena, &is_there, &record, err));
    if (!is_there && proof->is_by_the_way)
        return BERM_OK;
    if (!is_there)
        return fail_with(err, BERM_NOT_FOUND, "the household has no open case to prove it for");
    TRY(statement_prepare(office->store, STATEMENT_CASE_PROOF_INSERT, &insert, err));
    statement_bind_int64(insert, CASE_PROOF_INSERT__HOUSEHOLD_ID, household_id);
    statement_bind_int64(insert, CASE_PROOF_INSERT__CASE_ID, record.case_id);
    statement_bind_text(insert, CASE_PROOF_INSERT__KIND, text_of(proof_kind_name(proof->kind)));
    statement_bind_int64(insert, CASE_PROOF_INSERT__STEP_NUMBER, record.step_count);
    statement_bind_text(insert, CASE_PROOF_INSERT__STAGE, record.stage);
    statement_bind_date(insert, CASE_PROOF_INSERT__ON_DAY, proof->on_day);
    statement_bind_text(insert, CASE_PROOF_INSERT__GIVEN_AT, instant_now(now));
    statement_bind_text(insert, CASE_PROOF_INSERT__GIVEN_BY, person);
    statement_bind_text(insert, CASE_PROOF_INSERT__NOTE, proof->note);
    statement_bind_id(insert, CASE_PROOF_INSERT__VISIT_ID, proof->visit_id);
    statement_bind_id(insert, CASE_PROOF_INSERT__ATTACHMENT_ID, proof->attachment_id);
    statement_bind_int64(insert, CASE_PROOF_INSERT__CHANGE_ID, change->change_id);
    TRY(statement_run(insert, err));
    return case_log(
        change, household_id,
        (const struct case_change[]){{"proof", {0}, text_of(proof_kind_name(proof->kind))},
                                     {"note", {0}, proof->note}},
        2, err);
}

/* ---- By a person ----------------------------------------------------------------------------- */

/** A person's work with a household's case, in a transaction of its own. */
struct working {
    const struct case_call *call;
    struct text household;
    struct store *transaction;
    struct change change;
    struct household_facts facts;
    struct case_record record;
};

static void working_close(struct working *working)
{
    change_close(&working->change);
    store_rollbackp(&working->transaction);
}

static enum berm_status begin(struct working *working, const char *via, struct berm_error *err)
{
    struct store *store = working->call->office->store;

    TRY(store_begin(store, err));
    working->transaction = store;
    TRY(case_find(working->call, working->household, &working->facts, &working->record, err));
    if (working->record.ended_on.length > 0)
        return fail_with(err, BERM_CONFLICT, "the case of %.*s ended on %.*s; a new lead opens one",
                         TEXT_ARG(working->household), TEXT_ARG(working->record.ended_on));
    return change_begin(store, working->call->actor, text_of(via), (struct text){0},
                        &working->change, err);
}

static enum berm_status finish(struct working *working, const char *action, struct berm_error *err)
{
    TRY(case_finish(&working->change, working->call->actor, action, working->household, 0, 1, err));
    TRY(store_commit(working->call->office->store, err));
    working->transaction = NULL;
    return BERM_OK;
}

static enum berm_status check_proof(struct office *office, const struct proof_input *proof,
                                    struct berm_error *err)
{
    date_days today;

    TRY(office_today(office, &today, err));
    if (proof->on_day > today)
        return fail_with(err, BERM_INVALID_INPUT, "the day is after today; correct it");
    if (proof->kind == PROOF_VISIT)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a visit is proven by recording it: berm visit record");
    if (proof->note.length > CASE_NOTE_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "the note is longer than %d bytes; say it in fewer words",
                         (int)CASE_NOTE_BYTES_MAX);
    if (proof->kind == PROOF_OBJECTION && proof->note.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "what is objected to? Say it in the note");
    return BERM_OK;
}

enum berm_status case_prove(const struct case_call *call, struct text household,
                            const struct proof_input *proof, struct berm_error *err)
{
    CLEANUP(working_close) struct working working = {.call = call, .household = household};

    TRY(check_proof(call->office, proof, err));
    TRY(begin(&working, "case proof", err));
    if (proof->kind == PROOF_NOTICE && proof->on_day < working.record.entered_on)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a notice of that day was posted before the case came into the state "
                         "%.*s; post a new one",
                         TEXT_ARG(working.record.state));
    TRY(case_add_proof(call->office, caller_person(call->caller, call->actor), &working.change,
                       working.facts.household_id, proof, err));
    return finish(&working, "case_proof", err);
}

/* The objection of this number, which must be open. */
static enum berm_status find_objection(struct working *working, int64_t proof_number,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    TRY(statement_prepare(working->call->office->store, STATEMENT_CASE_PROOF_LIST, &list, err));
    statement_bind_int64(list, CASE_PROOF_LIST__HOUSEHOLD_ID, working->record.household_id);
    statement_bind_int64(list, CASE_PROOF_LIST__CASE_ID, working->record.case_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row && statement_int64(list, 0) != proof_number)
        TRY(statement_step(list, &has_row, err));
    if (!has_row || !text_equal(statement_text(list, 1), TEXT("objection")))
        return fail_with(err, BERM_NOT_FOUND,
                         "the case of %.*s has no objection of the number %lld; berm case show "
                         "lists them",
                         TEXT_ARG(working->household), (long long)proof_number);
    if (!statement_is_null(list, 10))
        return fail_with(err, BERM_CONFLICT, "the objection %lld is settled already",
                         (long long)proof_number);
    return BERM_OK;
}

enum berm_status case_settle(const struct case_call *call, struct text household,
                             int64_t proof_number, struct text settlement, struct berm_error *err)
{
    CLEANUP(working_close) struct working working = {.call = call, .household = household};
    CLEANUP(statement_closep) struct statement *settle = NULL;
    char now[32];

    settlement = text_trimmed(settlement);
    if (settlement.length == 0 || settlement.length > CASE_NOTE_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "how was the objection settled? Say it in 1 to %d bytes",
                         (int)CASE_NOTE_BYTES_MAX);
    TRY(begin(&working, "case objection settled", err));
    TRY(find_objection(&working, proof_number, err));
    TRY(statement_prepare(call->office->store, STATEMENT_CASE_PROOF_SETTLE, &settle, err));
    statement_bind_int64(settle, CASE_PROOF_SETTLE__HOUSEHOLD_ID, working.record.household_id);
    statement_bind_int64(settle, CASE_PROOF_SETTLE__CASE_ID, working.record.case_id);
    statement_bind_int64(settle, CASE_PROOF_SETTLE__PROOF_NUMBER, proof_number);
    statement_bind_text(settle, CASE_PROOF_SETTLE__SETTLED_AT, instant_now(now));
    statement_bind_text(settle, CASE_PROOF_SETTLE__SETTLED_BY,
                        caller_person(call->caller, call->actor));
    statement_bind_text(settle, CASE_PROOF_SETTLE__SETTLEMENT, settlement);
    statement_bind_int64(settle, CASE_PROOF_SETTLE__CHANGE_ID, working.change.change_id);
    TRY(statement_run(settle, err));
    TRY(case_log(&working.change, working.record.household_id,
                 (const struct case_change[]){{"settlement", {0}, settlement}}, 1, err));
    return finish(&working, "case_settle", err);
}

/* ---- Who looks after it ---------------------------------------------------------------------- */

/* A worker works with cases where the household lies. */
static enum berm_status check_worker(const struct case_call *call, struct text worker,
                                     const struct household_facts *facts, struct berm_error *err)
{
    struct area_scope scope;
    struct caller caller;

    TRY(caller_of_account(call->office->store, worker, call->arena, &caller, err));
    if (caller_scope(call->office->store, &caller, PERMISSION_CASE_WORK, (struct text){0},
                     call->arena, &scope, err) == BERM_OK &&
        area_scope_contains(&scope, facts->position))
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "%.*s does not work with cases where household %.*s lies; grant a role that "
                     "does, or choose another account",
                     TEXT_ARG(worker), TEXT_ARG(facts->code));
}

enum berm_status case_assign_in(const struct case_call *call, struct change *change,
                                struct text household, struct text worker, struct berm_error *err)
{
    struct household_facts facts;
    struct case_record record;
    struct text before;

    TRY(case_find(call, household, &facts, &record, err));
    if (record.ended_on.length > 0)
        return fail_with(err, BERM_CONFLICT, "the case of %.*s ended on %.*s", TEXT_ARG(household),
                         TEXT_ARG(record.ended_on));
    if (worker.length > 0)
        TRY(check_worker(call, worker, &facts, err));
    before = record.worker;
    record.worker = worker;
    TRY(case_write(call->office->store, &record, change->change_id, err));
    return case_log(change, record.household_id,
                    (const struct case_change[]){{"worker", before, worker}}, 1, err);
}

enum berm_status case_assign(const struct case_call *call, struct text household,
                             struct text worker, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct store *store = call->office->store;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(change_begin(store, call->actor, TEXT("case assigned"), (struct text){0}, &change, err));
    TRY(case_assign_in(call, &change, household, worker, err));
    TRY(case_finish(&change, call->actor, "case_assign", household, 0, 1, err));
    return store_commit(store, err);
}
