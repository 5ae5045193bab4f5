/*
 * A person decides about an entitlement: approves, rejects, suspends, resumes or cancels it. What
 * each decision asks and does stands in one table. Money is reserved and given back in the same
 * transaction, and whoever loses something is written to.
 */
#include "service/programme/private.h"

#define IN(state) (1U << ENTITLEMENT_##state)

static const struct decision_rule {
    const char *name;
    const char *letter; /* the kind of letter that it writes; NULL: none */
    unsigned from;      /* states, as bits */
    enum entitlement_state to;
    bool needs_reason;
} RULES[DECISION_COUNT] = {
    [DECIDE_APPROVE] = {"approve", NULL, IN(PENDING), ENTITLEMENT_APPROVED, false},
    [DECIDE_REJECT] = {"reject", "rejected", IN(DRAFT) | IN(PENDING), ENTITLEMENT_REJECTED, true},
    [DECIDE_SUSPEND] = {"suspend", "suspended", IN(APPROVED), ENTITLEMENT_SUSPENDED, true},
    [DECIDE_RESUME] = {"resume", "resumed", IN(SUSPENDED), ENTITLEMENT_APPROVED, false},
    [DECIDE_CANCEL] = {"cancel", "cancelled",
                       IN(DRAFT) | IN(PENDING) | IN(APPROVED) | IN(SUSPENDED),
                       ENTITLEMENT_CANCELLED, true},
};

const char *entitlement_decision_name(enum entitlement_decision decision)
{
    assert(decision < DECISION_COUNT);
    return RULES[decision].name;
}

struct deciding {
    struct office *office;
    const struct actor *actor;
    struct arena *arena;
    enum entitlement_decision decision;
    struct text reason, person; /* who decides */
    struct entitlement_record record;
};

static bool is_reserved(enum entitlement_state state)
{
    return state == ENTITLEMENT_APPROVED || state == ENTITLEMENT_SUSPENDED;
}

/* The same person said the same before: a request that came twice. */
static bool is_repeated(const struct deciding *deciding)
{
    const struct entitlement_row *row = &deciding->record.row;
    const struct decision_rule *rule = &RULES[deciding->decision];

    return row->state == rule->to && text_equal(row->decided_by, deciding->person) &&
           text_equal(row->reason, deciding->reason);
}

static enum berm_status check(const struct deciding *deciding, struct berm_error *err)
{
    const struct entitlement_row *row = &deciding->record.row;
    const struct decision_rule *rule = &RULES[deciding->decision];

    if (!(rule->from & 1U << row->state))
        return fail_with(err, BERM_CONFLICT, "the entitlement %lld is %s: one cannot %s it",
                         (long long)row->entitlement_id, entitlement_state_name(row->state),
                         rule->name);
    if (deciding->decision == DECIDE_APPROVE && text_equal(row->proposed_by, deciding->person))
        return fail_with(err, BERM_CONFLICT,
                         "%.*s proposed the entitlement %lld; another person approves it",
                         TEXT_ARG(deciding->person), (long long)row->entitlement_id);
    return BERM_OK;
}

/* Reserve with the approval, give back with the end. */
static enum berm_status move_money(struct deciding *deciding, struct berm_error *err)
{
    struct entitlement_record *record = &deciding->record;
    struct budget_place place = {record->row.programme, record->budget_area_id,
                                 record->budget_year};

    if (deciding->decision == DECIDE_APPROVE) {
        TRY(budget_year_of(deciding->office, record->row.period, &record->budget_year, err));
        return budget_reserve(deciding->office, record->row.programme, record->area_id,
                              record->budget_year, record->row.amount_minor,
                              &record->budget_area_id, err);
    }
    if (!is_reserved(record->row.state) || is_reserved(RULES[deciding->decision].to))
        return BERM_OK;
    record->budget_area_id = record->budget_year = 0;
    return budget_move(deciding->office->store, &place, -record->row.amount_minor, 0, err);
}

static enum berm_status write_row(const struct deciding *deciding, int64_t change_id,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *decide = NULL;
    const struct entitlement_record *record = &deciding->record;
    char now[32];

    TRY(statement_prepare(deciding->office->store, STATEMENT_ENTITLEMENT_DECIDE, &decide, err));
    statement_bind_text(decide, ENTITLEMENT_DECIDE__STATE,
                        text_of(entitlement_state_name(RULES[deciding->decision].to)));
    statement_bind_id(decide, ENTITLEMENT_DECIDE__BUDGET_AREA_ID, record->budget_area_id);
    statement_bind_id(decide, ENTITLEMENT_DECIDE__BUDGET_YEAR, record->budget_year);
    statement_bind_text(decide, ENTITLEMENT_DECIDE__DECIDED_AT, instant_now(now));
    statement_bind_text(decide, ENTITLEMENT_DECIDE__DECIDED_BY, deciding->person);
    statement_bind_text_or_null(decide, ENTITLEMENT_DECIDE__APPROVED_BY,
                                deciding->decision == DECIDE_APPROVE ? deciding->person
                                                                     : record->row.approved_by);
    statement_bind_text(decide, ENTITLEMENT_DECIDE__REASON, deciding->reason);
    statement_bind_int64(decide, ENTITLEMENT_DECIDE__CHANGE_ID, change_id);
    statement_bind_int64(decide, ENTITLEMENT_DECIDE__HOUSEHOLD_ID, record->row.household_id);
    statement_bind_int64(decide, ENTITLEMENT_DECIDE__ENTITLEMENT_ID, record->row.entitlement_id);
    return statement_run(decide, err);
}

/* Nobody was told of what was only proposed, so its cancelling needs no letter. */
static bool wants_letter(const struct deciding *deciding)
{
    return RULES[deciding->decision].letter != NULL &&
           (deciding->decision != DECIDE_CANCEL || is_reserved(deciding->record.row.state));
}

static enum berm_status write_letter(const struct deciding *deciding, int64_t change_id,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *letter = NULL;
    struct store *store = deciding->office->store;
    int64_t letter_id;
    char now[32];

    if (!wants_letter(deciding))
        return BERM_OK;
    TRY(id_take(store, "letter", 1, &letter_id, err));
    TRY(statement_prepare(store, STATEMENT_LETTER_INSERT, &letter, err));
    statement_bind_int64(letter, LETTER_INSERT__HOUSEHOLD_ID, deciding->record.row.household_id);
    statement_bind_int64(letter, LETTER_INSERT__LETTER_ID, letter_id);
    statement_bind_text(letter, LETTER_INSERT__KIND, text_of(RULES[deciding->decision].letter));
    statement_bind_int64(letter, LETTER_INSERT__ENTITLEMENT_ID,
                         deciding->record.row.entitlement_id);
    statement_bind_text(letter, LETTER_INSERT__REASON, deciding->reason);
    statement_bind_text(letter, LETTER_INSERT__MADE_AT, instant_now(now));
    statement_bind_text(letter, LETTER_INSERT__MADE_BY, deciding->person);
    statement_bind_int64(letter, LETTER_INSERT__CHANGE_ID, change_id);
    return statement_run(letter, err);
}

static enum berm_status store_decision(struct deciding *deciding, struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {0};
    const struct entitlement_row *row = &deciding->record.row;
    struct change_end end = {.changed = 1};

    TRY(text_format(deciding->arena, &end.action, err, "entitlement_%s",
                    RULES[deciding->decision].name));
    TRY(text_format(deciding->arena, &end.subject, err, "entitlement %lld",
                    (long long)row->entitlement_id));
    TRY(change_begin(deciding->office->store, deciding->actor, TEXT("entitlement decided"),
                     (struct text){0}, &change, err));
    TRY(move_money(deciding, err));
    TRY(write_row(deciding, change.change_id, err));
    TRY(write_letter(deciding, change.change_id, err));
    TRY(entitlement_log(&change, row->household_id, row->entitlement_id,
                        text_of(entitlement_state_name(row->state)), RULES[deciding->decision].to,
                        row->programme, 0, deciding->reason, err));
    return change_finish(&change, deciding->actor, &end, err);
}

static enum berm_status find_own(struct deciding *deciding, const struct caller *caller,
                                 int64_t entitlement_id, struct berm_error *err)
{
    struct area_scope scope;

    TRY(caller_scope(deciding->office->store, caller, PERMISSION_ENTITLEMENT_APPROVE,
                     (struct text){0}, deciding->arena, &scope, err));
    TRY(entitlement_find(deciding->office, entitlement_id, deciding->arena, &deciding->record,
                         err));
    return area_scope_contains(&scope, deciding->record.position)
               ? BERM_OK
               : entitlement_fail_unknown(entitlement_id, err);
}

enum berm_status entitlement_decide(struct office *office, const struct caller *caller,
                                    const struct actor *actor, int64_t entitlement_id,
                                    enum entitlement_decision decision, struct text reason,
                                    struct arena *arena, struct entitlement_row *ret_row,
                                    struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct deciding deciding = {.office = office,
                                .actor = actor,
                                .arena = arena,
                                .decision = decision,
                                .reason = text_trimmed(reason),
                                .person = caller_person(caller, actor)};

    assert(decision < DECISION_COUNT);
    if (deciding.reason.length > ENTITLEMENT_REASON_BYTES_MAX ||
        (RULES[decision].needs_reason && deciding.reason.length == 0))
        return fail_with(err, BERM_INVALID_INPUT,
                         "say why, in 1 to %d bytes: the household reads the reason in its letter",
                         (int)ENTITLEMENT_REASON_BYTES_MAX);
    TRY(caller_check(caller, PERMISSION_ENTITLEMENT_APPROVE, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_own(&deciding, caller, entitlement_id, err));
    if (!is_repeated(&deciding)) {
        TRY(check(&deciding, err));
        TRY(store_decision(&deciding, err));
        TRY(entitlement_find(office, entitlement_id, arena, &deciding.record, err));
        TRY(store_commit(office->store, err));
        transaction = NULL;
    }
    *ret_row = deciding.record.row;
    return BERM_OK;
}
