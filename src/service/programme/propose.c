/*
 * One entitlement proposed by hand. The policy says who is eligible, at this moment and by the
 * facts as they are: a person cannot propose past it, and what it cannot tell becomes a draft that
 * names the missing facts.
 */
#include "service/programme/private.h"

#include <stdio.h>

/* ---- What is stored -------------------------------------------------------------------------- */

enum berm_status entitlement_insert(struct statement *insert, const struct proposal *proposal,
                                    int64_t change_id, struct berm_error *err)
{
    char now[32];

    statement_bind_int64(insert, ENTITLEMENT_INSERT__HOUSEHOLD_ID, proposal->claim.household_id);
    statement_bind_int64(insert, ENTITLEMENT_INSERT__ENTITLEMENT_ID, proposal->entitlement_id);
    statement_bind_text(insert, ENTITLEMENT_INSERT__PROGRAMME, proposal->claim.programme);
    statement_bind_int64(insert, ENTITLEMENT_INSERT__PERSON_ID, proposal->claim.person_id);
    statement_bind_month(insert, ENTITLEMENT_INSERT__PERIOD, proposal->claim.period);
    statement_bind_int64(insert, ENTITLEMENT_INSERT__AMOUNT_MINOR, proposal->amount_minor);
    statement_bind_text(insert, ENTITLEMENT_INSERT__STATE,
                        text_of(entitlement_state_name(proposal->state)));
    statement_bind_text(insert, ENTITLEMENT_INSERT__RISK_LEVEL,
                        text_of(severity_name(proposal->risk)));
    statement_bind_text(insert, ENTITLEMENT_INSERT__MISSING, proposal->missing);
    statement_bind_id(insert, ENTITLEMENT_INSERT__MEASURE_ID, proposal->measure_id);
    statement_bind_text(insert, ENTITLEMENT_INSERT__PROPOSED_AT, instant_now(now));
    statement_bind_text(insert, ENTITLEMENT_INSERT__PROPOSED_BY, proposal->proposed_by);
    statement_bind_int64(insert, ENTITLEMENT_INSERT__CHANGE_ID, change_id);
    return statement_queue(insert, err);
}

enum berm_status entitlement_log(struct change *change, int64_t household_id,
                                 int64_t entitlement_id, struct text state_before,
                                 enum entitlement_state state, struct text programme,
                                 int64_t amount_minor, struct text reason, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};
    char key[24];

    snprintf(key, sizeof key, "%lld", (long long)entitlement_id);
    json_begin_object(&json);
    json_key(&json, "state");
    json_begin_array(&json);
    if (state_before.length > 0)
        json_text(&json, state_before);
    else
        json_null_value(&json);
    json_text(&json, text_of(entitlement_state_name(state)));
    json_end_array(&json);
    json_key(&json, "programme");
    json_begin_array(&json);
    json_text(&json, programme);
    json_text(&json, programme);
    json_end_array(&json);
    if (amount_minor != 0) {
        json_key(&json, "amount_minor");
        json_begin_array(&json);
        json_null_value(&json);
        json_int64(&json, amount_minor);
        json_end_array(&json);
    }
    if (reason.length > 0) {
        json_key(&json, "reason");
        json_begin_array(&json);
        json_null_value(&json);
        json_text(&json, reason);
        json_end_array(&json);
    }
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    return change_add_row(change, TEXT("entitlement"), household_id, text_of(key),
                          buffer_text(&fields), err);
}

/* ---- By hand --------------------------------------------------------------------------------- */

struct proposing {
    struct office *office;
    const struct entitlement_input *input;
    struct arena *arena;
    const struct programme *programme; /* of the rules in force */
    struct proposal proposal;
    bool is_found; /* the household, or the person in it, was assessed as eligible or unknown */
    enum entitled entitled;
    int64_t claimed_id; /* the entitlement that has the period; 0: none */
    enum entitlement_state claimed_state;
};

/* The household by its code, where the caller may propose; its last risk. */
static enum berm_status find_household(struct proposing *proposing, const struct caller *caller,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    CLEANUP(statement_closep) struct statement *risk = NULL;
    struct store *store = proposing->office->store;
    struct text code = proposing->input->household;
    struct area_scope scope;
    bool has_row;

    TRY(caller_scope(store, caller, PERMISSION_ENTITLEMENT_PROPOSE, (struct text){0},
                     proposing->arena, &scope, err));
    TRY(statement_prepare(store, STATEMENT_HOUSEHOLD_BY_CODE, &find, err));
    statement_bind_text(find, HOUSEHOLD_BY_CODE__CODE, code);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || !area_scope_contains(&scope, statement_int64(find, 8)))
        return fail_with(err, BERM_NOT_FOUND, "there is no household %.*s", TEXT_ARG(code));
    if (statement_int64(find, 2) == 0)
        return fail_with(err, BERM_CONFLICT, "the household %.*s is archived; bring it back first",
                         TEXT_ARG(code));
    proposing->proposal.claim.household_id = statement_int64(find, 0);
    TRY(statement_prepare(store, STATEMENT_ASSESS_RISK, &risk, err));
    statement_bind_int64(risk, ASSESS_RISK__HOUSEHOLD_ID, proposing->proposal.claim.household_id);
    TRY(statement_step(risk, &has_row, err));
    if (has_row)
        (void)severity_find(statement_text(risk, 0), &proposing->proposal.risk);
    return BERM_OK;
}

/* The member who is meant; not being a member today is not being found. */
static enum berm_status find_person(struct proposing *proposing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct text person = proposing->input->person;
    bool has_row;

    if (proposing->programme->target == TARGET_HOUSEHOLD && person.length == 0)
        return BERM_OK;
    if (proposing->programme->target == TARGET_HOUSEHOLD)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s is for households; name no person",
                         TEXT_ARG(proposing->programme->code));
    if (person.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "%.*s is for persons; name one of the household",
                         TEXT_ARG(proposing->programme->code));
    TRY(statement_prepare(proposing->office->store, STATEMENT_WARNING_PERSON_BY_CODE, &find, err));
    statement_bind_text(find, WARNING_PERSON_BY_CODE__CODE, person);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || statement_int64(find, 1) != proposing->proposal.claim.household_id)
        return fail_with(err, BERM_NOT_FOUND, "there is no person %.*s in the household %.*s",
                         TEXT_ARG(person), TEXT_ARG(proposing->input->household));
    proposing->proposal.claim.person_id = statement_int64(find, 0);
    return BERM_OK;
}

static enum berm_status note_answer(void *context, const struct assessed *assessed,
                                    struct berm_error *err)
{
    struct proposing *proposing = context;

    if (assessed->person_id != proposing->proposal.claim.person_id)
        return BERM_OK;
    proposing->is_found = true;
    proposing->entitled = assessed->answer->entitled;
    proposing->proposal.amount_minor = assessed->answer->amount_minor;
    proposing->proposal.state =
        proposing->entitled == ENTITLED_YES ? ENTITLEMENT_PENDING : ENTITLEMENT_DRAFT;
    return assess_missing_text(proposing->arena, assessed->answer, &proposing->proposal.missing,
                               err);
}

static enum berm_status ask_policy(struct proposing *proposing, struct assess_order *order,
                                   struct berm_error *err)
{
    order->programmes = &proposing->programme;
    order->programme_count = 1;
    order->household_ids = &proposing->proposal.claim.household_id;
    order->household_count = 1;
    TRY(assess_households(proposing->office, order, note_answer, proposing, err));
    if (proposing->is_found)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "by the policy %.*s is not eligible for %.*s (decision %.*s); where a fact is "
                     "wrong, correct it first",
                     TEXT_ARG(proposing->input->person.length > 0 ? proposing->input->person
                                                                  : proposing->input->household),
                     TEXT_ARG(proposing->programme->code),
                     TEXT_ARG(dmn_decision_name(order->pack->model,
                                                (size_t)proposing->programme->eligible_decision)));
}

/* Who has the period: a draft is brought up to date, what a person refused is proposed anew. */
static enum berm_status check_claim(struct proposing *proposing, struct berm_error *err)
{
    struct entitlement_record record;
    int64_t household_id;

    TRY(claim_find(proposing->office->store, &proposing->proposal.claim, &proposing->claimed_id,
                   &household_id, err));
    if (proposing->claimed_id == 0)
        return BERM_OK;
    TRY(entitlement_find(proposing->office, proposing->claimed_id, proposing->arena, &record, err));
    proposing->claimed_state = record.row.state;
    if (record.row.state == ENTITLEMENT_REJECTED || record.row.state == ENTITLEMENT_CANCELLED ||
        (record.row.state == ENTITLEMENT_DRAFT &&
         household_id == proposing->proposal.claim.household_id))
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "there is one for this period already: entitlement %lld, %s",
                     (long long)proposing->claimed_id, entitlement_state_name(record.row.state));
}

static enum berm_status revise(struct store *store, const struct proposal *proposal,
                               int64_t change_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    char now[32];

    TRY(statement_prepare(store, STATEMENT_ENTITLEMENT_REVISE, &row, err));
    statement_bind_int64(row, ENTITLEMENT_REVISE__AMOUNT_MINOR, proposal->amount_minor);
    statement_bind_text(row, ENTITLEMENT_REVISE__STATE,
                        text_of(entitlement_state_name(proposal->state)));
    statement_bind_text(row, ENTITLEMENT_REVISE__RISK_LEVEL,
                        text_of(severity_name(proposal->risk)));
    statement_bind_text(row, ENTITLEMENT_REVISE__MISSING, proposal->missing);
    statement_bind_text(row, ENTITLEMENT_REVISE__PROPOSED_AT, instant_now(now));
    statement_bind_text(row, ENTITLEMENT_REVISE__PROPOSED_BY, proposal->proposed_by);
    statement_bind_int64(row, ENTITLEMENT_REVISE__CHANGE_ID, change_id);
    statement_bind_int64(row, ENTITLEMENT_REVISE__HOUSEHOLD_ID, proposal->claim.household_id);
    statement_bind_int64(row, ENTITLEMENT_REVISE__ENTITLEMENT_ID, proposal->entitlement_id);
    return statement_run(row, err);
}

static enum berm_status store_proposal(struct proposing *proposing, const struct actor *actor,
                                       struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {0};
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct store *store = proposing->office->store;
    struct proposal *proposal = &proposing->proposal;
    bool is_draft = proposing->claimed_id != 0 && proposing->claimed_state == ENTITLEMENT_DRAFT;
    struct change_end end = {
        .added = !is_draft, .changed = is_draft, .action = TEXT("entitlement_propose")};

    TRY(change_begin(store, actor, TEXT("entitlement proposed"), (struct text){0}, &change, err));
    if (is_draft) {
        proposal->entitlement_id = proposing->claimed_id;
        TRY(revise(store, proposal, change.change_id, err));
    } else {
        TRY(id_take(store, "entitlement", 1, &proposal->entitlement_id, err));
        TRY(statement_prepare(store, STATEMENT_ENTITLEMENT_INSERT, &insert, err));
        TRY(entitlement_insert(insert, proposal, change.change_id, err));
        TRY(claim_enter(store, &proposal->claim, proposal->entitlement_id,
                        proposing->claimed_id != 0, err));
    }
    TRY(entitlement_log(&change, proposal->claim.household_id, proposal->entitlement_id,
                        is_draft ? TEXT("draft") : (struct text){0}, proposal->state,
                        proposal->claim.programme, proposal->amount_minor, (struct text){0}, err));
    TRY(text_format(proposing->arena, &end.subject, err, "entitlement %lld",
                    (long long)proposal->entitlement_id));
    return change_finish(&change, actor, &end, err);
}

enum berm_status entitlement_propose(struct office *office, const struct caller *caller,
                                     const struct actor *actor,
                                     const struct entitlement_input *input, struct arena *arena,
                                     struct entitlement_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct proposing proposing = {.office = office, .input = input, .arena = arena};
    struct entitlement_record record;
    struct assess_order order;

    TRY(caller_check(caller, PERMISSION_ENTITLEMENT_PROPOSE, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(assess_begin(office, &order, err));
    TRY(programme_find(order.pack, input->programme, &proposing.programme, err));
    proposing.proposal.claim.programme = proposing.programme->code;
    proposing.proposal.claim.period = programme_period(proposing.programme, input->month);
    proposing.proposal.measure_id = input->measure_id;
    proposing.proposal.proposed_by = caller_person(caller, actor);
    TRY(find_household(&proposing, caller, err));
    TRY(find_person(&proposing, err));
    TRY(check_claim(&proposing, err));
    TRY(ask_policy(&proposing, &order, err));
    TRY(store_proposal(&proposing, actor, err));
    TRY(entitlement_find(office, proposing.proposal.entitlement_id, arena, &record, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    *ret_row = record.row;
    return BERM_OK;
}
