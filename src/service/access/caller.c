/*
 * Callers and their areas. A caller keeps the positions of its areas, so that a request looks them
 * up once; a move of areas gives them new ones and raises the register's area epoch. caller_scope
 * compares the epochs inside the transaction that is about to read, and looks the positions up anew
 * where they differ: otherwise a move between log-in and list would show somebody else's people.
 */
#include "service/access/caller.h"

#include <stdio.h>

static const struct area_range EVERYTHING = {0, INT64_MAX};
const struct area_range CALLER_NOWHERE = {1, 0};

const struct caller *caller_local(void)
{
    static const struct caller LOCAL = {.is_local = true, .name = {"local", 5}, .scopes = ~0ull};

    return &LOCAL;
}

static enum berm_status parse_epoch(struct text text, int64_t *ret_epoch, struct berm_error *err)
{
    if (!text_parse_int64(text, ret_epoch))
        return fail_with(err, BERM_CORRUPT, "the register's area epoch is not a number");
    return BERM_OK;
}

/* 0 where no area has moved yet. */
static enum berm_status read_epoch(struct store *store, int64_t *ret_epoch, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *get = NULL;
    bool has_row;

    *ret_epoch = 0;
    TRY(statement_prepare(store, STATEMENT_SETTING_GET, &get, err));
    statement_bind_text(get, SETTING_GET__NAME, TEXT("area_epoch"));
    TRY(statement_step(get, &has_row, err));
    return has_row ? parse_epoch(statement_text(get, 0), ret_epoch, err) : BERM_OK;
}

/* ---- Resolving ------------------------------------------------------------------------------- */

static enum berm_status read_grant(struct statement *list, int column, struct caller *caller,
                                   struct caller_grant *grant, struct berm_error *err)
{
    TRY(role_find(statement_text(list, column), &grant->role, err));
    TRY(parse_epoch(statement_text(list, column + 4), &caller->area_epoch, err));
    grant->area_id = statement_int64(list, column + 1); /* 0 for NULL */
    grant->range = grant->area_id == 0 ? EVERYTHING
                                       : (struct area_range){statement_int64(list, column + 2),
                                                             statement_int64(list, column + 3)};
    return BERM_OK;
}

enum berm_status caller_take(struct statement *list, int column, int64_t account_id,
                             struct text name, uint64_t scopes, struct arena *arena,
                             struct caller *ret_caller, struct berm_error *err)
{
    struct caller caller = {.account_id = account_id, .scopes = scopes};
    bool has_row = !statement_is_null(list, column);
    struct caller_grant *grants;

    TRY(text_copy(arena, name, &caller.name, err));
    TRY(arena_new(arena, ACCOUNT_GRANTS_MAX, sizeof *grants, &grants, err));
    for (; has_row && caller.grant_count < ACCOUNT_GRANTS_MAX; caller.grant_count++) {
        TRY(read_grant(list, column, &caller, &grants[caller.grant_count], err));
        TRY(statement_step(list, &has_row, err));
    }
    caller.grants = grants;
    *ret_caller = caller;
    return BERM_OK;
}

enum berm_status caller_read(struct store *store, int64_t account_id, struct text name,
                             uint64_t scopes, struct arena *arena, struct caller *ret_caller,
                             struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct caller caller = {.account_id = account_id, .scopes = scopes};
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_ROLE_GRANT_OF_ACCOUNT, &list, err));
    statement_bind_int64(list, ROLE_GRANT_OF_ACCOUNT__ACCOUNT_ID, account_id);
    TRY(statement_step(list, &has_row, err));
    if (has_row)
        return caller_take(list, 0, account_id, name, scopes, arena, ret_caller, err);
    TRY(text_copy(arena, name, &caller.name, err));
    *ret_caller = caller;
    return BERM_OK;
}

enum berm_status caller_of_account(struct store *store, struct text name, struct arena *arena,
                                   struct caller *ret_caller, struct berm_error *err)
{
    struct account account;

    TRY(account_read(store, name, &account, err));
    if (!account.is_active)
        return fail_with(err, BERM_FORBIDDEN, "the account %.*s is switched off", TEXT_ARG(name));
    return caller_read(store, account.account_id, name, ~0ull, arena, ret_caller, err);
}

enum berm_status caller_copy(struct arena *arena, const struct caller *caller,
                             struct caller *ret_caller, struct berm_error *err)
{
    struct caller copy = *caller;
    struct caller_grant *grants;

    TRY(text_copy(arena, caller->name, &copy.name, err));
    TRY(arena_new(arena, caller->grant_count, sizeof *grants, &grants, err));
    for (size_t g = 0; g < caller->grant_count; g++)
        grants[g] = caller->grants[g];
    copy.grants = grants;
    *ret_caller = copy;
    return BERM_OK;
}

struct text caller_person(const struct caller *caller, const struct actor *actor)
{
    return caller->is_local ? actor->name : caller->name;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static bool has_scope(const struct caller *caller, enum permission permission)
{
    return (caller->scopes >> permission & 1) != 0;
}

bool caller_holds(const struct caller *caller, enum permission permission)
{
    if (caller->is_local || !has_scope(caller, permission))
        return caller->is_local;
    for (size_t g = 0; g < caller->grant_count; g++)
        if (role_holds(caller->grants[g].role, permission))
            return true;
    return false;
}

struct text caller_role_names(const struct caller *caller, int permission,
                              char out[ROLE_NAMES_BYTES_MAX])
{
    size_t length = 0;

    for (int r = 0; r < ROLE_COUNT; r++) {
        size_t g = 0;

        if (permission >= 0 && !role_holds((enum role)r, (enum permission)permission))
            continue;
        while (g < caller->grant_count && caller->grants[g].role != (enum role)r)
            g++;
        if (g < caller->grant_count)
            length += (size_t)snprintf(out + length, ROLE_NAMES_BYTES_MAX - length, "%s%s",
                                       length > 0 ? " " : "", role_name((enum role)r));
        assert(length < ROLE_NAMES_BYTES_MAX);
    }
    return (struct text){out, length};
}

enum berm_status caller_check(const struct caller *caller, enum permission permission,
                              struct berm_error *err)
{
    if (caller_holds(caller, permission))
        return BERM_OK;
    return fail_with(err, BERM_FORBIDDEN,
                     "%.*s may not do this: it needs the permission %s (%s); an administrator can "
                     "grant a role that holds it",
                     TEXT_ARG(caller->name), permission_name(permission),
                     permission_meaning(permission));
}

/* What is granted everywhere has no positions that could have moved. */
static bool has_areas(const struct caller *caller)
{
    for (size_t g = 0; g < caller->grant_count; g++)
        if (caller->grants[g].area_id != 0)
            return true;
    return false;
}

enum berm_status caller_positions(struct store *store, const struct caller *caller,
                                  struct area_range *ranges, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    int64_t epoch = caller->area_epoch;

    if (has_areas(caller))
        TRY(read_epoch(store, &epoch, err));
    TRY(statement_prepare(store, STATEMENT_AREA_POSITION, &find, err));
    for (size_t g = 0; g < caller->grant_count; g++) {
        const struct caller_grant *grant = &caller->grants[g];
        bool has_row;

        ranges[g] = grant->range;
        if (epoch == caller->area_epoch || grant->area_id == 0)
            continue;
        statement_bind_int64(find, AREA_POSITION__AREA_ID, grant->area_id);
        TRY(statement_step(find, &has_row, err));
        ranges[g] = has_row
                        ? (struct area_range){statement_int64(find, 0), statement_int64(find, 1)}
                        : CALLER_NOWHERE;
        statement_reset(find);
    }
    return BERM_OK;
}

/* The ranges of the grants that hold the permission, with the positions of now. */
static enum berm_status read_ranges(struct store *store, const struct caller *caller,
                                    enum permission permission, struct area_range *ranges,
                                    size_t *ret_count, struct berm_error *err)
{
    *ret_count = 0;
    TRY(caller_positions(store, caller, ranges, err));
    for (size_t g = 0; g < caller->grant_count; g++)
        if (role_holds(caller->grants[g].role, permission) && ranges[g].low <= ranges[g].high)
            ranges[(*ret_count)++] = ranges[g];
    return BERM_OK;
}

/* Narrow the scope to one area's subtree. */
static enum berm_status narrow(struct store *store, struct text code, struct arena *arena,
                               struct area_scope *scope, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;
    struct area_range *range;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, code);
    TRY(statement_step(area, &has_row, err));
    if (!has_row || !area_scope_contains(scope, statement_int64(area, 6)))
        return fail_with(
            err, BERM_NOT_FOUND,
            "there is no area with the code %.*s; berm stats lists those that there are",
            TEXT_ARG(code));
    TRY(arena_new(arena, 1, sizeof *range, &range, err));
    *range = (struct area_range){statement_int64(area, 6), statement_int64(area, 7)};
    TRY(area_scope_make(range, 1, arena, scope, err));
    scope->is_asked = true;
    return BERM_OK;
}

enum berm_status caller_scope(struct store *store, const struct caller *caller,
                              enum permission permission, struct text area_code,
                              struct arena *arena, struct area_scope *ret_scope,
                              struct berm_error *err)
{
    struct area_range *ranges;
    struct area_scope scope;
    size_t count = 1;

    TRY(caller_check(caller, permission, err));
    TRY(arena_new(arena, caller->grant_count + 1, sizeof *ranges, &ranges, err));
    ranges[0] = EVERYTHING;
    if (!caller->is_local)
        TRY(read_ranges(store, caller, permission, ranges, &count, err));
    if (count == 0)
        return fail_with(err, BERM_FORBIDDEN, "the areas granted to %.*s are no longer there",
                         TEXT_ARG(caller->name));
    TRY(area_scope_make(ranges, count, arena, &scope, err));
    if (area_code.length > 0)
        TRY(narrow(store, area_code, arena, &scope, err));
    *ret_scope = scope;
    return BERM_OK;
}

enum berm_status caller_has_role_at(struct store *store, const struct caller *caller,
                                    enum role role, int64_t position, struct arena *arena,
                                    bool *ret_has, struct berm_error *err)
{
    struct area_range *ranges;

    *ret_has = caller->is_local;
    if (caller->is_local)
        return BERM_OK;
    TRY(arena_new(arena, caller->grant_count + 1, sizeof *ranges, &ranges, err));
    TRY(caller_positions(store, caller, ranges, err));
    for (size_t g = 0; g < caller->grant_count && !*ret_has; g++)
        *ret_has = caller->grants[g].role == role && ranges[g].low <= position &&
                   position <= ranges[g].high;
    return BERM_OK;
}

enum berm_status caller_check_everywhere(struct store *store, const struct caller *caller,
                                         enum permission permission, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(statement_closep) struct statement *roots = NULL;
    struct area_scope scope;
    bool has_row;
    bool has_any = false;
    bool has_all = true;

    if (caller->is_local)
        return BERM_OK;
    TRY(arena_create(1 << 20, &arena, err));
    TRY(caller_scope(store, caller, permission, (struct text){0}, arena, &scope, err));
    if (scope.is_everything)
        return BERM_OK;
    TRY(statement_prepare(store, STATEMENT_AREA_ROOT_LIST, &roots, err));
    TRY(statement_step(roots, &has_row, err));
    while (has_row) {
        has_any = true;
        has_all = has_all && area_scope_contains(&scope, statement_int64(roots, 0));
        TRY(statement_step(roots, &has_row, err));
    }
    if (has_any && has_all)
        return BERM_OK;
    return fail_with(err, BERM_FORBIDDEN,
                     "this concerns the whole register: %.*s needs the permission %s in all of it",
                     TEXT_ARG(caller->name), permission_name(permission));
}
