/* Passwords, log-ins, what slows guessing down, sessions and tokens. */
#include <pthread.h>

#include "unit/service/access_fixture.h"

static const char PASSWORD[] = "water over the weir";

struct setting {
    struct access_register *made;
    struct store *store;
    struct password_queue *queue;
};

static struct setting setting_of(void **state)
{
    struct setting setting = {.made = *state};
    struct berm_error err;

    setting.store = setting.made->office->store;
    assert_ok(password_queue_create(PASSWORD_QUEUE_LENGTH, &setting.queue, &err));
    assert_ok(account_add(setting.store, caller_local(), &TESTER, setting.queue, TEXT("li"),
                          text_of(PASSWORD), &err));
    return setting;
}

static enum berm_status log_in(struct setting *setting, const char *name, const char *password,
                               const char *address, int64_t now_s, struct session_tokens *tokens,
                               struct berm_error *err)
{
    return session_begin(setting->store, setting->queue, text_of(name), text_of(password),
                         text_of(address), now_s, tokens, err);
}

static void a_log_in_gives_a_session_that_idles_and_ages(void **state)
{
    struct setting setting = setting_of(state);
    struct session_tokens tokens;
    struct caller caller;
    struct berm_error err;
    int64_t count;
    bool is_due;

    assert_ok(log_in(&setting, "Li", PASSWORD, "10.0.0.1", 1000, &tokens, &err));
    assert_int_equal(strlen(tokens.token), 64);
    assert_true(session_csrf_matches(text_of(tokens.token), text_of(tokens.csrf)));
    tokens.csrf[3] = tokens.csrf[3] == '0' ? '1' : '0';
    assert_false(session_csrf_matches(text_of(tokens.token), text_of(tokens.csrf)));
    assert_false(session_csrf_matches(text_of(tokens.token), TEXT("")));
    for (int64_t now_s = 1000; now_s < 1000 + SESSION_ABSOLUTE_S; now_s += SESSION_IDLE_S - 1) {
        assert_ok(session_resolve(setting.store, text_of(tokens.token), now_s, setting.made->arena,
                                  &caller, &is_due, &err));
        assert_text(caller.name, "li");
        assert_int_equal(is_due, now_s > 1000);
        assert_ok(session_touch(setting.store, text_of(tokens.token), now_s, &err));
    }
    assert_fails(session_resolve(setting.store, text_of(tokens.token), 1000 + SESSION_ABSOLUTE_S,
                                 setting.made->arena, &caller, &is_due, &err),
                 BERM_UNAUTHENTICATED, "log in again");
    assert_ok(log_in(&setting, "li", PASSWORD, "10.0.0.1", 1000, &tokens, &err));
    assert_ok(session_touch(setting.store, text_of(tokens.token), 1000 + SESSION_IDLE_S, &err));
    assert_fails(session_resolve(setting.store, text_of(tokens.token), 1000 + SESSION_IDLE_S,
                                 setting.made->arena, &caller, &is_due, &err),
                 BERM_UNAUTHENTICATED, "over");
    assert_ok(sessions_sweep(setting.store, 1000 + SESSION_ABSOLUTE_S, &count, &err));
    assert_int_equal(count, 2);
    password_queue_free(setting.queue);
}

static void sessions_end_by_log_out_new_password_and_switching_off(void **state)
{
    struct setting setting = setting_of(state);
    struct session_tokens tokens[3];
    struct caller caller;
    struct berm_error err;
    bool is_due;

    for (int i = 0; i < 3; i++) {
        assert_ok(log_in(&setting, "li", PASSWORD, "10.0.0.1", 1000, &tokens[i], &err));
        if (i == 0)
            assert_ok(session_end(setting.store, text_of(tokens[i].token), &err));
        else if (i == 1)
            assert_ok(account_set_password(setting.store, caller_local(), &TESTER, setting.queue,
                                           TEXT("li"), text_of(PASSWORD), &err));
        else
            assert_ok(account_set_active(setting.store, caller_local(), &TESTER, TEXT("li"), false,
                                         &err));
        assert_fails(session_resolve(setting.store, text_of(tokens[i].token), 1001,
                                     setting.made->arena, &caller, &is_due, &err),
                     BERM_UNAUTHENTICATED, "over");
    }
    assert_fails(log_in(&setting, "li", PASSWORD, "10.0.0.1", 1000, &tokens[0], &err),
                 BERM_UNAUTHENTICATED, "name or the password");
    assert_fails(caller_of_account(setting.store, TEXT("li"), setting.made->arena, &caller, &err),
                 BERM_FORBIDDEN, "switched off");
    password_queue_free(setting.queue);
}

static void unknown_names_and_wrong_passwords_are_told_alike(void **state)
{
    struct setting setting = setting_of(state);
    struct session_tokens tokens;
    struct berm_error wrong, unknown;

    for (int i = 0; i < 6; i++) {
        assert_int_equal(log_in(&setting, "li", "wrong", "10.0.0.1", 1000, &tokens, &wrong),
                         log_in(&setting, "nobody", "wrong", "10.0.0.2", 1000, &tokens, &unknown));
        assert_string_equal(wrong.message, unknown.message);
    }
    assert_int_equal(wrong.status, BERM_BUSY); /* the sixth: both names wait */
    password_queue_free(setting.queue);
}

/* Failures without their hashes: what the throttle does with them. */
static void fail_many(struct setting *setting, const char *name, const char *address, int count,
                      int64_t now_s)
{
    for (int i = 0; i < count; i++) {
        struct session_tokens tokens;
        struct berm_error err;

        (void)log_in(setting, name, "wrong", address, now_s + i * 1000, &tokens, &err);
    }
}

static void guessing_waits_longer_and_longer_and_the_wait_ends(void **state)
{
    struct setting setting = setting_of(state);
    struct session_tokens tokens;
    struct berm_error err;

    fail_many(&setting, "li", "6.6.6.6", 4, 1000);
    assert_ok(log_in(&setting, "li", PASSWORD, "6.6.6.6", 4500, &tokens, &err));
    fail_many(&setting, "li", "6.6.6.6", 8, 10000); /* 5 free, then 1, 2, 4, 8 s */
    assert_fails(log_in(&setting, "li", PASSWORD, "6.6.6.6", 17001, &tokens, &err), BERM_BUSY,
                 "wait 7 seconds");
    assert_ok(log_in(&setting, "li", PASSWORD, "6.6.6.6", 17008, &tokens, &err));
    password_queue_free(setting.queue);
}

static void guessing_from_elsewhere_locks_nobody_out(void **state)
{
    struct setting setting = setting_of(state);
    struct session_tokens tokens;
    struct berm_error err;
    char name[32];

    assert_ok(log_in(&setting, "li", PASSWORD, "10.0.0.1", 1000, &tokens, &err));
    for (int i = 0; i < 60; i++) { /* many names from the office's own address */
        snprintf(name, sizeof name, "guess%d", i);
        (void)log_in(&setting, name, "wrong", "10.0.0.1", 1000, &tokens, &err);
    }
    assert_fails(log_in(&setting, "wang", "wrong", "10.0.0.1", 1000, &tokens, &err), BERM_BUSY,
                 "wait");
    assert_ok(log_in(&setting, "li", PASSWORD, "10.0.0.1", 1000, &tokens, &err));
    fail_many(&setting, "li", "6.6.6.6", 6, 1000);
    assert_ok(log_in(&setting, "li", PASSWORD, "10.0.0.1", 7000, &tokens, &err));
    password_queue_free(setting.queue);
}

/* ---- The queue ------------------------------------------------------------------------------- */

struct worker {
    struct password_queue *queue;
    enum berm_status status;
};

static void *verify_once(void *context)
{
    struct worker *worker = context;
    struct berm_error err;
    bool is_right = true;

    worker->status = password_verify(worker->queue, (struct text){0}, TEXT("x"), &is_right, &err);
    assert(!is_right || worker->status != BERM_OK);
    return NULL;
}

struct slow_log_in {
    struct password_queue *queue;
    struct store *store;
    enum berm_status status;
    struct session_tokens tokens;
};

static void *log_in_slowly(void *context)
{
    struct slow_log_in *slow = context;
    struct berm_error err;

    slow->status = session_begin(slow->store, slow->queue, TEXT("li"), text_of(PASSWORD),
                                 TEXT("10.0.0.1"), 1000, &slow->tokens, &err);
    return NULL;
}

/* The log-in waits behind others' for its turn to be hashed; what happens then ends it. */
static void a_log_in_under_way_ends_with_the_account(void **state)
{
    struct setting setting = setting_of(state);
    struct slow_log_in slow = {.queue = setting.queue};
    struct store *store = setting.store;
    struct worker workers[4];
    pthread_t others[4], thread;
    struct caller caller;
    struct berm_error err;
    bool is_due;

    assert_ok(store_open(store_url(store), STORE_READ_WRITE, &slow.store, &err));
    for (size_t t = 0; t < ARRAY_COUNT(others); t++)
        workers[t] = (struct worker){.queue = setting.queue};
    for (size_t t = 0; t < ARRAY_COUNT(others); t++)
        assert_int_equal(pthread_create(&others[t], NULL, verify_once, &workers[t]), 0);
    assert_int_equal(pthread_create(&thread, NULL, log_in_slowly, &slow), 0);
    usleep(20000);
    assert_ok(account_set_active(store, caller_local(), &TESTER, TEXT("li"), false, &err));
    pthread_join(thread, NULL);
    for (size_t t = 0; t < ARRAY_COUNT(others); t++)
        pthread_join(others[t], NULL);
    assert_ok(account_set_active(store, caller_local(), &TESTER, TEXT("li"), true, &err));
    if (slow.status == BERM_OK) /* it was quicker: the session is gone */
        assert_fails(session_resolve(store, text_of(slow.tokens.token), 1001, setting.made->arena,
                                     &caller, &is_due, &err),
                     BERM_UNAUTHENTICATED, "log in again");
    store_close(slow.store);
    password_queue_free(setting.queue);
}

static void a_full_queue_says_so_and_nobody_waits_for_ever(void **state)
{
    enum { WORKERS = 12 };
    struct password_queue *queue = NULL;
    struct worker workers[WORKERS];
    pthread_t threads[WORKERS];
    struct berm_error err;
    int busy = 0;

    (void)state;
    assert_ok(password_queue_create(2, &queue, &err));
    for (int i = 0; i < WORKERS; i++) {
        workers[i].queue = queue;
        assert_int_equal(pthread_create(&threads[i], NULL, verify_once, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(workers[i].status == BERM_OK || workers[i].status == BERM_BUSY);
        busy += workers[i].status == BERM_BUSY;
    }
    assert_true(busy > 0);
    assert_true(busy <= WORKERS - 3); /* one hashes, two wait */
    password_queue_free(queue);
}

static void passwords_must_be_worth_something(void **state)
{
    struct setting setting = setting_of(state);
    struct berm_error err;

    assert_fails(password_check(TEXT("li"), TEXT("short"), &err), BERM_INVALID_INPUT, "fewer than");
    assert_fails(password_check(TEXT("wang.xiaoming"), TEXT("Wang.Xiaoming"), &err),
                 BERM_INVALID_INPUT, "account's name");
    assert_fails(account_add(setting.store, caller_local(), &TESTER, setting.queue, TEXT("li"),
                             text_of(PASSWORD), &err),
                 BERM_CONFLICT, "already");
    assert_fails(account_add(setting.store, caller_local(), &TESTER, setting.queue, TEXT("Li"),
                             text_of(PASSWORD), &err),
                 BERM_INVALID_INPUT, "small letters");
    password_queue_free(setting.queue);
}

/* ---- Tokens ---------------------------------------------------------------------------------- */

static void a_token_does_what_it_is_for_and_no_more(void **state)
{
    struct setting setting = setting_of(state);
    struct token_order order = {.account = TEXT("li"),
                                .label = TEXT("dashboard"),
                                .scopes =
                                    1ull << PERMISSION_SUMMARY_READ | 1ull << PERMISSION_SCREEN,
                                .expires_at_s = 5000};
    char token[TOKEN_TEXT_MAX];
    struct caller caller;
    struct berm_error err;
    int64_t api_token_id;

    register_grant(setting.made, "li", ROLE_TOWNSHIP, "A");
    assert_ok(token_create(setting.store, caller_local(), &TESTER, &order, 1000, &api_token_id,
                           token, &err));
    assert_memory_equal(token, "berm_", 5);
    assert_ok(
        token_resolve(setting.store, text_of(token), 4999, setting.made->arena, &caller, &err));
    assert_true(caller_holds(&caller, PERMISSION_SUMMARY_READ));
    assert_false(caller_holds(&caller, PERMISSION_HOUSEHOLD_READ)); /* not in its scopes */
    assert_false(caller_holds(&caller, PERMISSION_SCREEN));         /* not its account's */
    assert_fails(
        token_resolve(setting.store, text_of(token), 5000, setting.made->arena, &caller, &err),
        BERM_UNAUTHENTICATED, "expired");
    assert_fails(
        token_resolve(setting.store, TEXT("berm_00"), 1000, setting.made->arena, &caller, &err),
        BERM_UNAUTHENTICATED, "not known");
    assert_ok(token_revoke(setting.store, caller_local(), &TESTER, api_token_id, 2000, &err));
    assert_fails(
        token_resolve(setting.store, text_of(token), 2000, setting.made->arena, &caller, &err),
        BERM_UNAUTHENTICATED, "revoked");
    assert_fails(token_revoke(setting.store, caller_local(), &TESTER, api_token_id, 2000, &err),
                 BERM_NOT_FOUND, "no token");
    order.scopes = 0;
    assert_fails(token_create(setting.store, caller_local(), &TESTER, &order, 1000, &api_token_id,
                              token, &err),
                 BERM_INVALID_INPUT, "scope");
    password_queue_free(setting.queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(a_log_in_gives_a_session_that_idles_and_ages),
        REGISTER_TEST(sessions_end_by_log_out_new_password_and_switching_off),
        REGISTER_TEST(unknown_names_and_wrong_passwords_are_told_alike),
        REGISTER_TEST(guessing_waits_longer_and_longer_and_the_wait_ends),
        REGISTER_TEST(guessing_from_elsewhere_locks_nobody_out),
        cmocka_unit_test(a_full_queue_says_so_and_nobody_waits_for_ever),
        REGISTER_TEST(a_log_in_under_way_ends_with_the_account),
        REGISTER_TEST(passwords_must_be_worth_something),
        REGISTER_TEST(a_token_does_what_it_is_for_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
