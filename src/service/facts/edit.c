/*
 * One call: its transaction, whether the caller may write here, whether the household is still as
 * the caller saw it, and its change with the entry in the journal. All is decided inside the
 * writing transaction, so that two officers cannot both be right about the same version.
 */
#include "service/facts/edit.h"

enum berm_status fact_edit_begin(struct office *office, const struct fact_call *call,
                                 const char *via, struct fact_result *ret_result,
                                 struct fact_edit *edit, struct berm_error *err)
{
    struct store *store = office->store;

    *ret_result = (struct fact_result){0};
    *edit = (struct fact_edit){
        .office = office, .call = call, .result = ret_result, .problems = {.arena = call->arena}};
    TRY(caller_check(call->caller, PERMISSION_HOUSEHOLD_WRITE, err));
    TRY(store_begin(store, err));
    edit->has_begun = true;
    TRY(caller_scope(store, call->caller, PERMISSION_HOUSEHOLD_WRITE, (struct text){0}, call->arena,
                     &edit->scope, err));
    TRY(field_sight_read(store, call->caller, call->arena, &edit->sight, err));
    return change_begin(store, call->actor, text_of(via), (struct text){0}, &edit->change, err);
}

void fact_edit_look_at(struct fact_edit *edit, int64_t position)
{
    edit->class_seen = field_sight_at(&edit->sight, position);
}

void fact_edit_touch(struct fact_edit *edit, int64_t household_id)
{
    assert(edit->touched_count < ARRAY_COUNT(edit->touched));
    edit->touched[edit->touched_count++] = household_id;
}

static enum berm_status check_version(struct fact_edit *edit, struct text code,
                                      struct berm_error *err)
{
    int64_t expected = edit->call->expected_version;
    int64_t version;

    if (expected == 0)
        return BERM_OK;
    TRY(household_version(edit->office->store, edit->household_id, &version, err));
    if (version == expected)
        return BERM_OK;
    edit->result->version = version;
    return fail_with(err, BERM_CHANGED,
                     "the household %.*s was changed since: it is at version %lld now, not %lld; "
                     "read it again and decide anew",
                     TEXT_ARG(code), (long long)version, (long long)expected);
}

enum berm_status fact_edit_household(struct fact_edit *edit, struct text code, bool with_archived,
                                     struct household_facts *ret_facts, struct berm_error *err)
{
    struct household_facts facts = {0};
    struct area_scope scope;

    TRY(household_find_in(edit->office, edit->call->caller, PERMISSION_HOUSEHOLD_WRITE, code,
                          edit->call->arena, &scope, &facts, err));
    edit->household_id = facts.household_id;
    fact_edit_touch(edit, facts.household_id);
    edit->class_seen = facts.class_seen;
    TRY(check_version(edit, code, err));
    if (!facts.is_active && !with_archived)
        return fail_with(err, BERM_CONFLICT,
                         "the household %.*s is archived; bring it back before changing it",
                         TEXT_ARG(code));
    *ret_facts = facts;
    return BERM_OK;
}

static enum berm_status commit(struct fact_edit *edit, const char *action, struct text code,
                               struct berm_error *err)
{
    struct store *store = edit->office->store;
    struct change_end end = {
        .added = edit->added, .changed = edit->changed, .action = text_of(action), .subject = code};

    TRY(change_finish(&edit->change, edit->call->actor, &end, err));
    edit->result->change_id = edit->change.change_id;
    edit->result->version = edit->change.change_id;
    change_close(&edit->change);
    TRY(screen_again(edit->office, edit->call->actor, edit->result->change_id, edit->touched,
                     edit->touched_count, &edit->result->screened, err));
    TRY(store_commit(store, err));
    edit->has_begun = false;
    return BERM_OK;
}

enum berm_status fact_edit_finish(struct fact_edit *edit, const char *action, struct text code,
                                  struct berm_error *err)
{
    TRY(fact_problems_check(edit, err));
    TRY(text_copy(edit->call->arena, code, &edit->result->code, err));
    if (edit->added + edit->changed > 0)
        return commit(edit, action, code, err);
    return household_version(edit->office->store, edit->household_id, &edit->result->version, err);
}

void fact_edit_close(struct fact_edit *edit)
{
    change_close(&edit->change);
    if (edit->has_begun)
        store_rollback(edit->office->store);
    edit->has_begun = false;
}
