/* Roles, permissions, accounts and grants: who may give what to whom. */
#include "unit/service/access_fixture.h"

static void names_are_found_and_others_answered_with_the_list(void **state)
{
    enum permission permission;
    struct berm_error err;
    enum role role;

    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) {
        assert_ok(role_find(text_of(role_name((enum role)r)), &role, &err));
        assert_int_equal(role, r);
        assert_true(strlen(role_meaning(role)) > 0);
    }
    for (int p = 0; p < PERMISSION_COUNT; p++) {
        bool is_held = false;

        assert_ok(permission_find(text_of(permission_name((enum permission)p)), &permission, &err));
        assert_int_equal(permission, p);
        for (int r = 0; r < ROLE_COUNT; r++)
            is_held = is_held || role_holds((enum role)r, permission);
        assert_true(is_held);
    }
    assert_fails(role_find(TEXT("king"), &role, &err), BERM_NOT_FOUND, "field_worker, township");
    assert_fails(permission_find(TEXT(""), &permission, &err), BERM_NOT_FOUND, "area_list");
}

/* Least access: who may change rules or accounts does not see people, and no role does both. */
static void no_role_holds_what_must_be_held_by_two(void **state)
{
    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) {
        enum role role = (enum role)r;

        assert_false(role_holds(role, PERMISSION_POLICY_WRITE) &&
                     role_holds(role, PERMISSION_POLICY_PUBLISH));
        if (role_holds(role, PERMISSION_POLICY_WRITE) ||
            role_holds(role, PERMISSION_POLICY_PUBLISH) ||
            role_holds(role, PERMISSION_ACCOUNT_MANAGE))
            assert_false(role_holds(role, PERMISSION_HOUSEHOLD_READ));
        if (role_holds(role, PERMISSION_FIELDS_SENSITIVE))
            assert_true(role_holds(role, PERMISSION_FIELDS_PERSONAL));
        if (role_holds(role, PERMISSION_FIELDS_PERSONAL))
            assert_true(role_holds(role, PERMISSION_FIELDS_INTERNAL));
    }
}

static void who_sits_at_the_register_holds_everything(void **state)
{
    struct access_register *made = *state;
    struct berm_error err;

    for (int p = 0; p < PERMISSION_COUNT; p++) {
        assert_true(caller_holds(caller_local(), (enum permission)p));
        assert_ok(
            caller_check_everywhere(made->office->store, caller_local(), (enum permission)p, &err));
    }
}

struct seen_grants {
    int count;
    char last[64];
};

static enum berm_status note_grant(void *context, const struct grant_row *row,
                                   struct berm_error *err)
{
    struct seen_grants *seen = context;

    (void)err;
    seen->count++;
    snprintf(seen->last, sizeof seen->last, "%.*s %.*s %.*s", TEXT_ARG(row->account),
             TEXT_ARG(row->role), TEXT_ARG(row->area));
    return BERM_OK;
}

static void an_administrator_of_a_part_grants_in_that_part(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct caller admin = register_new_caller(made, "admin", ROLE_ADMINISTRATOR, "A");
    struct caller viewer = register_new_caller(made, "viewer", ROLE_VIEWER, "C");
    struct seen_grants seen = {0};
    struct berm_error err;

    register_add_account(made, "li");
    assert_ok(account_grant(store, &admin, &TESTER, TEXT("li"), ROLE_VIEWER, TEXT("A1"), &err));
    assert_fails(account_grant(store, &admin, &TESTER, TEXT("li"), ROLE_VIEWER, TEXT("Z1"), &err),
                 BERM_NOT_FOUND, "no area with the code Z1");
    assert_fails(account_grant(store, &admin, &TESTER, TEXT("li"), ROLE_VIEWER, TEXT(""), &err),
                 BERM_FORBIDDEN, "whole register");
    assert_fails(account_grant(store, &viewer, &TESTER, TEXT("li"), ROLE_VIEWER, TEXT("A1"), &err),
                 BERM_FORBIDDEN, "account_manage");
    assert_fails(account_set_active(store, &admin, &TESTER, TEXT("li"), false, &err),
                 BERM_FORBIDDEN, "whole register");
    register_grant(made, "li", ROLE_COUNTY, "Z");
    assert_ok(grants_list(store, &admin, TEXT("li"), note_grant, &seen, &err));
    assert_int_equal(seen.count, 1); /* what li holds elsewhere does not show */
    assert_string_equal(seen.last, "li viewer A1");
    assert_fails(account_revoke(store, &admin, &TESTER, TEXT("li"), ROLE_COUNTY, TEXT("Z"), &err),
                 BERM_NOT_FOUND, "no area with the code Z;");
}

static void granting_twice_is_once_and_revoking_ends_it(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct seen_grants seen = {0};
    struct berm_error err;
    struct caller caller;

    register_add_account(made, "li");
    register_grant(made, "li", ROLE_VIEWER, "A");
    register_grant(made, "li", ROLE_VIEWER, "A");
    register_grant(made, "li", ROLE_VIEWER, "");
    register_grant(made, "li", ROLE_VIEWER, "");
    assert_ok(grants_list(store, caller_local(), TEXT(""), note_grant, &seen, &err));
    assert_int_equal(seen.count, 2);
    caller = register_caller(made, "li");
    assert_ok(caller_check_everywhere(store, &caller, PERMISSION_SUMMARY_READ, &err));
    assert_ok(
        account_revoke(store, caller_local(), &TESTER, TEXT("li"), ROLE_VIEWER, TEXT(""), &err));
    caller = register_caller(made, "li");
    assert_fails(caller_check_everywhere(store, &caller, PERMISSION_SUMMARY_READ, &err),
                 BERM_FORBIDDEN, "whole register");
    assert_ok(
        account_revoke(store, caller_local(), &TESTER, TEXT("li"), ROLE_VIEWER, TEXT("A"), &err));
    caller = register_caller(made, "li");
    assert_false(caller_holds(&caller, PERMISSION_SUMMARY_READ));
    assert_fails(
        account_revoke(store, caller_local(), &TESTER, TEXT("li"), ROLE_VIEWER, TEXT("A"), &err),
        BERM_NOT_FOUND, "does not hold the role viewer");
}

/* A caller over every root holds it everywhere, until there is another root. */
static void everywhere_means_every_root(void **state)
{
    struct access_register *made = *state;
    struct store *store = made->office->store;
    struct caller whole = register_new_caller(made, "whole", ROLE_COUNTY, "C");
    struct berm_error err;

    assert_ok(caller_check_everywhere(store, &whole, PERMISSION_SCREEN, &err));
    register_import(made, IMPORT_AREAS, "code,name,parent\nE,Another country,\n");
    assert_fails(caller_check_everywhere(store, &whole, PERMISSION_SCREEN, &err), BERM_FORBIDDEN,
                 "whole register");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_and_others_answered_with_the_list),
        cmocka_unit_test(no_role_holds_what_must_be_held_by_two),
        REGISTER_TEST(who_sits_at_the_register_holds_everything),
        REGISTER_TEST(an_administrator_of_a_part_grants_in_that_part),
        REGISTER_TEST(granting_twice_is_once_and_revoking_ends_it),
        REGISTER_TEST(everywhere_means_every_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
