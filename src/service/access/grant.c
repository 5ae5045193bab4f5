/*
 * Roles granted to accounts. An administrator of a part grants roles in that part only; the whole
 * register is granted only by who administers all of it.
 */
#include "service/access/caller.h"

enum { SCOPE_BYTES_MAX = 1 << 20 };

/* What both begin with: may the caller, who is it for, and where. area_id 0: everywhere. */
static enum berm_status prepare(struct store *store, const struct caller *caller, struct text name,
                                struct text area_code, int64_t *ret_account_id,
                                int64_t *ret_area_id, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(statement_closep) struct statement *area = NULL;
    struct area_scope scope;
    struct account account;

    *ret_area_id = 0;
    if (area_code.length == 0) {
        TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    } else {
        TRY(arena_create(SCOPE_BYTES_MAX, &arena, err));
        TRY(caller_scope(store, caller, PERMISSION_ACCOUNT_MANAGE, area_code, arena, &scope, err));
        TRY(statement_prepare(store, STATEMENT_AREA_BY_CODE, &area, err));
        statement_bind_text(area, AREA_BY_CODE__CODE, area_code);
        TRY(statement_step_to_row(area, err));
        *ret_area_id = statement_int64(area, 0);
    }
    TRY(account_read(store, name, &account, err));
    *ret_account_id = account.account_id;
    return BERM_OK;
}

static enum berm_status check_room(struct store *store, int64_t account_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;

    TRY(statement_prepare(store, STATEMENT_ROLE_GRANT_COUNT, &count, err));
    statement_bind_int64(count, ROLE_GRANT_COUNT__ACCOUNT_ID, account_id);
    TRY(statement_step_to_row(count, err));
    if (statement_int64(count, 0) >= ACCOUNT_GRANTS_MAX)
        return fail_with(err, BERM_LIMIT,
                         "an account holds at most %d roles; grant one in a higher area instead",
                         (int)ACCOUNT_GRANTS_MAX);
    return BERM_OK;
}

static const char *where(struct text area_code)
{
    return area_code.length ? "" : "the whole register";
}

enum berm_status account_grant(struct store *store, const struct caller *caller,
                               const struct actor *actor, struct text name, enum role role,
                               struct text area_code, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    int64_t account_id, area_id;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(prepare(store, caller, name, area_code, &account_id, &area_id, err));
    TRY(check_room(store, account_id, err));
    TRY(statement_prepare(store, STATEMENT_ROLE_GRANT_INSERT, &insert, err));
    statement_bind_int64(insert, ROLE_GRANT_INSERT__ACCOUNT_ID, account_id);
    statement_bind_text(insert, ROLE_GRANT_INSERT__ROLE, text_of(role_name(role)));
    if (area_id == 0)
        statement_bind_null(insert, ROLE_GRANT_INSERT__AREA_ID);
    else
        statement_bind_int64(insert, ROLE_GRANT_INSERT__AREA_ID, area_id);
    statement_bind_int64(insert, ROLE_GRANT_INSERT__NOW_S, seconds_since_1970());
    statement_bind_text(insert, ROLE_GRANT_INSERT__GRANTED_BY, actor->name);
    TRY(statement_run(insert, err));
    if (statement_changed_count(insert) > 0)
        TRY(access_note(store, actor, err, "role %s granted to %.*s in %s%.*s", role_name(role),
                        TEXT_ARG(name), where(area_code), TEXT_ARG(area_code)));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status account_revoke(struct store *store, const struct caller *caller,
                                const struct actor *actor, struct text name, enum role role,
                                struct text area_code, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *remove = NULL;
    int64_t account_id, area_id;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(prepare(store, caller, name, area_code, &account_id, &area_id, err));
    if (account_id == caller->account_id && role_holds(role, PERMISSION_ACCOUNT_MANAGE))
        return fail_with(err, BERM_CONFLICT,
                         "nobody takes the role %s from themselves, lest there be no administrator "
                         "left; ask another one",
                         role_name(role));
    TRY(statement_prepare(store, STATEMENT_ROLE_GRANT_DELETE, &remove, err));
    statement_bind_int64(remove, ROLE_GRANT_DELETE__ACCOUNT_ID, account_id);
    statement_bind_text(remove, ROLE_GRANT_DELETE__ROLE, text_of(role_name(role)));
    statement_bind_int64(remove, ROLE_GRANT_DELETE__AREA_ID, area_id);
    TRY(statement_run(remove, err));
    if (statement_changed_count(remove) == 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "%.*s does not hold the role %s in %s%.*s itself; berm user list shows "
                         "which it holds where",
                         TEXT_ARG(name), role_name(role), where(area_code), TEXT_ARG(area_code));
    TRY(access_note(store, actor, err, "role %s of %.*s revoked in %s%.*s", role_name(role),
                    TEXT_ARG(name), where(area_code), TEXT_ARG(area_code)));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status grants_list(struct store *store, const struct caller *caller, struct text name,
                             grant_visitor *visit, void *context, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool is_own = caller->account_id != 0 && text_equal(name, caller->name);
    struct area_scope scope;
    int64_t position;
    bool has_row;

    TRY(arena_create(SCOPE_BYTES_MAX, &arena, err));
    TRY(store_begin_read(store, err));
    snapshot = store;
    if (!is_own)
        TRY(caller_scope(store, caller, PERMISSION_ACCOUNT_MANAGE, (struct text){0}, arena, &scope,
                         err));
    TRY(statement_prepare(store, STATEMENT_ROLE_GRANT_LIST, &list, err));
    statement_bind_text(list, ROLE_GRANT_LIST__NAME, name);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct grant_row row = {.account = statement_text(list, 0),
                                      .role = statement_text(list, 1),
                                      .area = statement_text(list, 2),
                                      .area_name = statement_text(list, 3)};
        bool has_area = statement_has_int64(list, 4, &position);

        if (is_own || (has_area ? area_scope_contains(&scope, position) : scope.is_everything))
            TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
