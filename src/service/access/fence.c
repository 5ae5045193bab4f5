/*
 * What the database is told of a caller, so that its own rules hold what a service forgets to
 * filter: the areas in which the caller is shown anything of households, by whatever permission,
 * and those in which sealed numbers are. A service still asks caller_scope for the very permission
 * that it needs; the fence is wider than any of these, and so is never what decides.
 */
#include "service/access/caller.h"

enum { FENCE_BYTES_MAX = 1 << 20 };

/* An administrator holds none of them: what it writes is not fenced, and it reads no household. */
static const enum permission SHOW_HOUSEHOLDS[] = {
    PERMISSION_SUMMARY_READ,
    PERMISSION_FINDING_LIST,
    PERMISSION_HOUSEHOLD_READ,
    PERMISSION_HOUSEHOLD_WRITE,
    PERMISSION_WARNING_READ,
    PERMISSION_EXPORT,
    PERMISSION_HOUSEHOLD_EXPLAIN,
    PERMISSION_POLICY_READ,
    PERMISSION_CASE_READ,
    PERMISSION_CASE_WORK,
    PERMISSION_VISIT,
    PERMISSION_GRIEVANCE_READ,
    PERMISSION_ENTITLEMENT_READ,
    PERMISSION_ENTITLEMENT_PROPOSE,
    PERMISSION_ENTITLEMENT_APPROVE,
    PERMISSION_MEASURE_READ,
    PERMISSION_MEASURE_WRITE,
    PERMISSION_PAYMENT_READ,
};
static const enum permission SHOW_NUMBERS[] = {PERMISSION_FIELDS_SENSITIVE};

/* By the role and, of a program, by its token's scopes. */
static bool holds_any(const struct caller *caller, enum role role,
                      const enum permission *permissions, size_t count)
{
    for (size_t p = 0; p < count; p++)
        if (role_holds(role, permissions[p]) && (caller->scopes >> permissions[p] & 1) != 0)
            return true;
    return false;
}

/* positions: of the grants. *ret_parameter stays empty where none holds any. */
static enum berm_status areas_of(const struct caller *caller, const struct area_range *positions,
                                 const enum permission *permissions, size_t permission_count,
                                 struct arena *arena, struct text *ret_parameter,
                                 struct berm_error *err)
{
    struct area_range *ranges;
    struct area_scope scope;
    size_t count = 0;

    TRY(arena_new(arena, caller->grant_count, sizeof *ranges, &ranges, err));
    for (size_t g = 0; g < caller->grant_count; g++)
        if (positions[g].low <= positions[g].high &&
            holds_any(caller, caller->grants[g].role, permissions, permission_count))
            ranges[count++] = positions[g];
    if (count == 0)
        return BERM_OK;
    TRY(area_scope_make(ranges, count, arena, &scope, err));
    *ret_parameter = scope.parameter;
    return BERM_OK;
}

static enum berm_status fence(struct store *store, const struct caller *caller, bool is_fresh,
                              struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    char role_names[ROLE_NAMES_BYTES_MAX];
    struct store_sight sight = {0};
    struct area_range *positions;

    if (!store_has_fence(store) || caller->is_local)
        return BERM_OK;
    TRY(arena_create(FENCE_BYTES_MAX, &arena, err));
    TRY(arena_new(arena, caller->grant_count, sizeof *positions, &positions, err));
    for (size_t g = 0; g < caller->grant_count; g++)
        positions[g] = caller->grants[g].range;
    if (!is_fresh && caller->grant_count > 0)
        TRY(caller_positions(store, caller, positions, err));
    TRY(areas_of(caller, positions, SHOW_HOUSEHOLDS, ARRAY_COUNT(SHOW_HOUSEHOLDS), arena,
                 &sight.areas, err));
    TRY(areas_of(caller, positions, SHOW_NUMBERS, ARRAY_COUNT(SHOW_NUMBERS), arena,
                 &sight.sensitive_areas, err));
    sight.roles = caller_role_names(caller, -1, role_names);
    return store_see(store, &sight, err);
}

enum berm_status caller_fence(struct store *store, const struct caller *caller,
                              struct berm_error *err)
{
    return fence(store, caller, false, err);
}

enum berm_status caller_fence_fresh(struct store *store, const struct caller *caller,
                                    struct berm_error *err)
{
    return fence(store, caller, true, err);
}
