/* Commands that PostgreSQL's driver sends together with the next one: what fails ahead is told, and
 * nothing is left open. */
#include "unit/store/fixture.h"

#include <time.h>

static struct store *store_or_skip(void **state)
{
    struct store *store = NULL;

    SKIP_UNLESS_POSTGRES(state);
    store = store_of(state, STORE_CREATE);
    add_two_households(store);
    return store;
}

static enum berm_status count_households(struct store *store, int64_t *ret_count,
                                         struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;

    TRY(statement_prepare_text(store, TEXT("SELECT count(*) FROM household"), "count", &count,
                               err));
    TRY(statement_step_to_row(count, err));
    *ret_count = statement_int64(count, 0);
    return BERM_OK;
}

/* As another session sees it; a command that was sent takes a moment to arrive. */
static bool becomes(struct store *watcher, const char *sql, int64_t wanted)
{
    const struct timespec moment = {.tv_nsec = 5000000};

    for (int tries = 0; tries < 400; tries++) {
        if (number_from(watcher, sql) == wanted)
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

#define OF_OTHERS                                                                                  \
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> "                         \
    "pg_backend_pid() AND backend_type = 'client backend'"

static void end_other_sessions(struct store *store)
{
    execute(store, "SELECT pg_terminate_backend(pid, 10000) " OF_OTHERS);
}

static void no_transaction_is_left_open(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    CLEANUP(store_closep) struct store *watcher = store_of(state, STORE_READ_ONLY);
    const char *open = "SELECT count(*) " OF_OTHERS " AND state LIKE 'idle in transaction%'";
    struct berm_error err;
    int64_t count = 0;

    for (int round = 0; round < 3; round++) {
        assert_ok(store_snapshot_begin(store, &err));
        assert_ok(count_households(store, &count, &err));
        assert_int_equal(count, 2);
        assert_int_equal(number_from(watcher, open), 1);
        store_snapshot_end(store);
        assert_true(becomes(watcher, open, 0));
        assert_ok(store_begin_read(store, &err)); /* and where nothing was read */
        store_rollback(store);
        assert_true(becomes(watcher, open, 0));
    }
}

static void no_transaction_is_left_open_by_a_failure(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    CLEANUP(store_closep) struct store *watcher = store_of(state, STORE_READ_ONLY);
    struct statement *statement = NULL;
    struct berm_error err;

    assert_ok(store_begin_read(store, &err));
    assert_fails(statement_prepare_text(store, TEXT("SELECT nothing FROM nowhere"), "wrong",
                                        &statement, &err),
                 BERM_INTERNAL, "nowhere");
    store_rollback(store);
    assert_true(
        becomes(watcher, "SELECT count(*) " OF_OTHERS " AND state LIKE 'idle in transaction%'", 0));
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 2);
}

static void what_fails_ahead_is_told_by_the_next_command(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    struct berm_error err;
    int64_t count = 0;

    /* a mark outside of a transaction, which the server refuses */
    assert_ok(store->driver->mark(store->connection, MARK_SET, &err));
    assert_fails(count_households(store, &count, &err), BERM_INTERNAL, "SAVEPOINT");
    assert_ok(count_households(store, &count, &err));
    assert_int_equal(count, 2);
}

static void what_fails_ahead_of_a_commit_keeps_it_from_being_told_as_done(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    execute(store, "DELETE FROM household WHERE household_id = 1");
    assert_ok(store->driver->mark(store->connection, MARK_KEEP, &err)); /* there is none */
    assert_fails(store_commit(store, &err), BERM_INTERNAL, "savepoint");
    assert_false(store_is_in_transaction(store));
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 2);
}

static void a_mark_behind_which_something_failed_is_not_kept(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    struct berm_error err;
    int64_t count = 0;

    assert_ok(store_batch_begin(store, &err));
    assert_ok(store_begin(store, &err));
    assert_int_equal(store->driver->execute(store->connection, "SELECT 1 / 0", &err),
                     BERM_INTERNAL);
    assert_fails(store_commit(store, &err), BERM_INTERNAL, "nothing of it was kept");
    store_rollback(store);
    assert_ok(store_begin(store, &err));
    execute(store, "DELETE FROM household WHERE household_id = 1");
    assert_ok(store_commit(store, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_ok(count_households(store, &count, &err));
    assert_int_equal(count, 1);
}

static void a_connection_that_ended_while_it_was_idle_is_made_again(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    struct berm_error err;
    int64_t count = 0;

    assert_ok(count_households(store, &count, &err));
    end_other_sessions(other);
    assert_ok(store_begin_read(store, &err));
    assert_ok(count_households(store, &count, &err));
    assert_int_equal(count, 2);
    store_rollback(store);
    end_other_sessions(other); /* with the answer to the rollback not read yet */
    assert_ok(count_households(store, &count, &err));
    assert_int_equal(count, 2);
}

static void a_connection_that_ends_behind_a_begin_is_told_once(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    struct berm_error err;
    int64_t count = 0;

    assert_ok(count_households(store, &count, &err)); /* it is prepared from now on */
    assert_ok(store_begin_read(store, &err));
    end_other_sessions(other);
    assert_fails(count_households(store, &count, &err), BERM_UNAVAILABLE, "was lost");
    store_rollback(store);
    assert_ok(store_begin_read(store, &err));
    assert_ok(count_households(store, &count, &err));
    assert_int_equal(count, 2);
    store_rollback(store);
}

static void statements_that_are_let_go_are_gone_from_the_server(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    /* Beside those that a session begins with. */
    const char *count =
        "SELECT count(*) FROM pg_prepared_statements WHERE name NOT LIKE 'command%'";
    int64_t before = number_from(store, count);

    assert_true(number_from(store, "SELECT 1") + number_from(store, "SELECT 2") == 3);
    assert_int_equal(number_from(store, count), before + 2);
    statement_cache_clear(store);
    assert_int_equal(number_from(store, count), 1);
}

static struct statement *prepared(struct store *store, const char *sql)
{
    struct statement *statement = NULL;
    struct berm_error err;

    assert_ok(statement_prepare_text(store, text_of(sql), "prepared", &statement, &err));
    return statement;
}

static void statements_that_were_started_give_their_own_rows(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    struct berm_error err;
    bool has_row = true;

    for (int round = 0; round < 2; round++) {
        CLEANUP(statement_closep) struct statement *codes = NULL;
        CLEANUP(statement_closep) struct statement *left = NULL;
        CLEANUP(statement_closep) struct statement *ids = NULL;

        assert_ok(store_begin_read(store, &err));
        codes = prepared(store, "SELECT 10 + household_id FROM household");
        left = prepared(store, "SELECT 20 + household_id FROM household");
        ids = prepared(store, "SELECT 30 + household_id FROM household WHERE household_id = 2");
        statement_start(codes);
        statement_start(left);
        statement_start(ids);
        statement_close(left); /* nobody wants its rows */
        left = NULL;
        assert_ok(statement_step_to_row(ids, &err)); /* not in the order in which they went */
        assert_int_equal(statement_int64(ids, 0), 32);
        assert_ok(statement_step_to_row(codes, &err));
        assert_int_equal(statement_int64(codes, 0) / 10, 1);
        assert_ok(statement_step_to_row(codes, &err));
        assert_ok(statement_step(codes, &has_row, &err));
        assert_false(has_row);
        store_rollback(store);
    }
}

static void a_started_statement_that_fails_is_told_to_all_behind_it(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    CLEANUP(statement_closep) struct statement *good = NULL;
    CLEANUP(statement_closep) struct statement *bad = NULL;
    CLEANUP(statement_closep) struct statement *behind = NULL;
    struct berm_error err;
    bool has_row = true;

    assert_ok(store_begin_read(store, &err));
    good = prepared(store, "SELECT 7 FROM household");
    bad = prepared(store, "SELECT 1 / (household_id - 1) FROM household");
    behind = prepared(store, "SELECT 8 FROM household");
    statement_start(good);
    statement_start(bad);
    statement_start(behind);
    assert_fails(statement_step(behind, &has_row, &err), BERM_INTERNAL, "division by zero");
    assert_ok(statement_step_to_row(good, &err));
    assert_int_equal(statement_int64(good, 0), 7);
    assert_fails(statement_step(bad, &has_row, &err), BERM_INTERNAL, "division by zero");
    store_rollback(store);
}

/* More commands than are noted at a time. */
static void many_commands_are_sent_ahead(void **state)
{
    CLEANUP(store_closep) struct store *store = store_or_skip(state);
    struct berm_error err;
    int64_t count = 0;

    assert_ok(store_batch_begin(store, &err));
    for (int i = 0; i < 100; i++) {
        assert_ok(store_begin(store, &err));
        assert_ok(store_commit(store, &err));
    }
    assert_ok(store_begin(store, &err));
    execute(store, "DELETE FROM household WHERE household_id = 1");
    assert_ok(store_commit(store, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_ok(count_households(store, &count, &err));
    assert_int_equal(count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_transaction_is_left_open),
        TEST(no_transaction_is_left_open_by_a_failure),
        TEST(what_fails_ahead_is_told_by_the_next_command),
        TEST(what_fails_ahead_of_a_commit_keeps_it_from_being_told_as_done),
        TEST(a_mark_behind_which_something_failed_is_not_kept),
        TEST(a_connection_that_ended_while_it_was_idle_is_made_again),
        TEST(a_connection_that_ends_behind_a_begin_is_told_once),
        TEST(statements_that_are_let_go_are_gone_from_the_server),
        TEST(statements_that_were_started_give_their_own_rows),
        TEST(a_started_statement_that_fails_is_told_to_all_behind_it),
        TEST(many_commands_are_sent_ahead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
