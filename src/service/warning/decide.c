/*
 * A person decides about a warning that the register could not match: whom it means, or that it
 * means nobody. What was sent is read from what was kept; the id number, of which only a mask was
 * kept, is what the person knows better now.
 */
#include "service/warning/private.h"

struct deciding {
    struct office *office;
    const struct caller *caller;
    const struct actor *actor;
    struct arena *arena;
    struct warning_record record;
};

/* Inside the transaction: the warning, that the caller may see it, and that it is still open. */
static enum berm_status find_open(struct deciding *deciding, int64_t warning_id,
                                  struct berm_error *err)
{
    struct store *store = deciding->office->store;
    struct area_scope scope;

    TRY(caller_check(deciding->caller, PERMISSION_WARNING_SEND, err));
    TRY(caller_scope(store, deciding->caller, PERMISSION_WARNING_READ, (struct text){0},
                     deciding->arena, &scope, err));
    TRY(warning_find(deciding->office, warning_id, deciding->arena, &deciding->record, err));
    if (!warning_is_in(&deciding->record, &scope))
        return warning_fail_unknown(warning_id, err);
    if (deciding->record.row.state != WARNING_UNMATCHED &&
        deciding->record.row.state != WARNING_AMBIGUOUS)
        return fail_with(err, BERM_CONFLICT,
                         "the warning %lld is %s already; only an unmatched or "
                         "ambiguous one is decided",
                         (long long)warning_id, warning_state_name(deciding->record.row.state));
    return BERM_OK;
}

static enum berm_status write_decision(struct deciding *deciding, const struct warning_match *match,
                                       struct text reason, struct change *change,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *decide = NULL;
    const struct warning_row *row = &deciding->record.row;
    char now[32];

    TRY(statement_prepare(deciding->office->store, STATEMENT_WARNING_DECIDE, &decide, err));
    statement_bind_text(decide, WARNING_DECIDE__STATE, text_of(warning_state_name(match->state)));
    statement_bind_id(decide, WARNING_DECIDE__HOUSEHOLD_ID, match->household_id);
    statement_bind_id(decide, WARNING_DECIDE__PERSON_ID, match->person_id);
    statement_bind_int64(decide, WARNING_DECIDE__CHANGE_ID, change->change_id);
    statement_bind_text(decide, WARNING_DECIDE__DECIDED_AT, instant_now(now));
    statement_bind_text(decide, WARNING_DECIDE__DECIDED_BY, deciding->actor->name);
    statement_bind_text(decide, WARNING_DECIDE__REASON, reason);
    statement_bind_int64(decide, WARNING_DECIDE__WARNING_ID, row->warning_id);
    TRY(statement_run(decide, err));
    return warning_log(change, row->warning_id, text_of(warning_state_name(row->state)),
                       match->state, (struct text){0}, err);
}

/* What was sent, with whom it means by the decision. */
static enum berm_status read_order(struct deciding *deciding, struct text person,
                                   struct text household, struct warning_order *ret_order,
                                   const char **ret_field, struct berm_error *err)
{
    struct warning_input input;

    TRY(warning_body_read(deciding->record.row.payload, deciding->arena, &input, ret_field, err));
    input.source = deciding->record.row.source;
    input.reference = deciding->record.row.reference;
    input.person = person;
    input.household = household;
    input.id_type = input.id_number = input.name = input.birth_date = (struct text){0};
    input.area = (struct text){0};
    return warning_check(deciding->office, &input, deciding->arena, ret_order, ret_field, err);
}

/* The person or household that was named, where the caller may send. */
static enum berm_status find_meant(struct deciding *deciding, const struct warning_order *order,
                                   struct warning_match *ret_match, struct berm_error *err)
{
    struct area_scope scope;

    TRY(caller_scope(deciding->office->store, deciding->caller, PERMISSION_WARNING_SEND,
                     (struct text){0}, deciding->arena, &scope, err));
    TRY(warning_match_find(deciding->office, order, &scope, deciding->arena, ret_match, err));
    if (ret_match->state == WARNING_MATCHED)
        return BERM_OK;
    return fail_with(
        err, BERM_NOT_FOUND,
        "there is no %s %.*s that lives in an active household; check the code",
        order->input.person.length > 0 ? "person" : "household",
        TEXT_ARG(order->input.person.length > 0 ? order->input.person : order->input.household));
}

enum berm_status warning_resolve(struct office *office, const struct caller *caller,
                                 const struct actor *actor, int64_t warning_id, struct text person,
                                 struct text household, struct arena *arena,
                                 struct warning_answer *ret_answer, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct deciding deciding = {office, caller, actor, arena, {.run_id = 0}};
    struct warning_answer answer = {.field = ""};
    struct change_end end = {.changed = 1};
    struct warning_order order;
    struct warning_match match;
    int64_t run_id;

    *ret_answer = answer;
    if ((person.length > 0) == (household.length > 0)) {
        ret_answer->field = "person";
        return fail_with(err, BERM_INVALID_INPUT,
                         "whom does it mean? Name a person, or a household, and not both");
    }
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_open(&deciding, warning_id, err));
    TRY(read_order(&deciding, person, household, &order, &ret_answer->field, err));
    TRY(find_meant(&deciding, &order, &match, err));
    TRY(change_begin(office->store, actor, TEXT("warning resolved"), (struct text){0}, &change,
                     err));
    TRY(write_decision(&deciding, &match, TEXT(""), &change, err));
    TRY(warning_apply(office, actor, &order, &match, &change, arena, &end, &run_id, err));
    TRY(warning_set_run(office->store, warning_id, match.household_id, change.change_id, run_id,
                        err));
    TRY(warning_finish(&change, actor, "warning_resolve", warning_id, &end, err));
    TRY(warning_answer_fill(office, caller, warning_id, arena, &answer, err));
    TRY(store_commit(office->store, err));
    *ret_answer = answer;
    return BERM_OK;
}

enum berm_status warning_dismiss(struct office *office, const struct caller *caller,
                                 const struct actor *actor, int64_t warning_id, struct text reason,
                                 struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(change_close) struct change change = {0};
    const struct warning_match nobody = {.state = WARNING_DISMISSED};
    struct change_end end = {.changed = 1};
    struct deciding deciding = {office, caller, actor, NULL, {.run_id = 0}};

    reason = text_trimmed(reason);
    if (reason.length == 0 || reason.length > WARNING_REASON_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a warning is dismissed for a reason of 1 to %d bytes; say it",
                         (int)WARNING_REASON_BYTES_MAX);
    TRY(arena_create((size_t)1 << 20, &arena, err));
    deciding.arena = arena;
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_open(&deciding, warning_id, err));
    TRY(change_begin(office->store, actor, TEXT("warning dismissed"), (struct text){0}, &change,
                     err));
    TRY(write_decision(&deciding, &nobody, reason, &change, err));
    TRY(warning_finish(&change, actor, "warning_dismiss", warning_id, &end, err));
    return store_commit(office->store, err);
}
