/* Transactions of several connections at once, and those that are lost. What differs between the
 * databases is told in store/README.md: SQLite has one writer, so nothing is lost there. */
#include <pthread.h>
#include <time.h>

#include "store/migration.h"
#include "unit/store/fixture.h"

static void wait_long_for_locks(void)
{
    setenv("BERM_BUSY_TIMEOUT_MS", "20000", 1);
}

static void pause_ms(long milliseconds)
{
    const struct timespec pause = {.tv_nsec = milliseconds * 1000000L};

    nanosleep(&pause, NULL);
}

static enum berm_status run(struct store *store, const char *sql, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;

    TRY(statement_prepare_text(store, text_of(sql), "test", &statement, err));
    return statement_run(statement, err);
}

/* A part of a batch, as a service function does it. */
static enum berm_status run_part(struct store *store, const char *sql, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(run(store, sql, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

/* What settings there are decides what is written. */
static enum berm_status add_unless(struct store *store, const char *present, const char *added,
                                   struct berm_error *err)
{
    char sql[160];

    snprintf(sql, sizeof sql,
             "INSERT INTO setting (name, value) SELECT '%s', '' WHERE NOT EXISTS"
             " (SELECT 1 FROM setting WHERE name = '%s')",
             added, present);
    return run_part(store, sql, err);
}

/* Of those that the tests write. */
static int64_t count_settings(struct store *store)
{
    return number_from(store,
                       "SELECT count(*) FROM setting WHERE name IN ('a', 'b', 'c', 'n', 'one',"
                       " 'two', 'other')");
}

static void kill_connection(struct store *killer, struct store *victim)
{
    char sql[80];

    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld, 1000)::int",
             (long long)number_from(victim, "SELECT pg_backend_pid()"));
    assert_int_equal(number_from(killer, sql), 1);
}

/* ---- At the same time ------------------------------------------------------------------------ */

static void batches_of_two_servers_go_on_at_the_same_time(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *one = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *two = store_of(state, STORE_READ_WRITE);
    CLEANUP(store_closep) struct store *alone = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    assert_ok(store_batch_begin(one, &err));
    assert_ok(store_batch_begin(two, &err));
    assert_ok(run_part(one, "INSERT INTO setting (name, value) VALUES ('one', '')", &err));
    assert_ok(run_part(two, "INSERT INTO setting (name, value) VALUES ('two', '')", &err));
    assert_fails(store_begin(alone, &err), BERM_BUSY, "another process");
    assert_false(store_may_run_again(alone)); /* it waited already */
    assert_ok(store_batch_commit(two, &err));
    assert_ok(store_batch_commit(one, &err));
    assert_int_equal(count_settings(one), 2);
}

struct waiting {
    struct store *store;
    const char *sql;
    enum berm_status status;
    struct berm_error error;
    pthread_t thread;
};

static void *begin_batch_and_run(void *context)
{
    struct waiting *waiting = context;

    waiting->status = store_batch_begin(waiting->store, &waiting->error);
    if (waiting->status == BERM_OK)
        waiting->status = run_part(waiting->store, waiting->sql, &waiting->error);
    return NULL;
}

/* Its snapshot must not be older than the lock that it waited for. */
static void a_batch_that_waited_for_a_writer_sees_what_it_wrote(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    wait_long_for_locks();
    CLEANUP(store_closep) struct store *alone = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *batch = store_of(state, STORE_READ_WRITE);
    struct waiting waiting = {.store = batch,
                              .sql = "UPDATE setting SET value = value || 'b' WHERE name = 'n'"};
    struct berm_error err;

    execute(alone, "INSERT INTO setting (name, value) VALUES ('n', '')");
    assert_ok(store_begin(alone, &err));
    assert_int_equal(pthread_create(&waiting.thread, NULL, begin_batch_and_run, &waiting), 0);
    pause_ms(100);
    execute(alone, "UPDATE setting SET value = value || 'a' WHERE name = 'n'");
    assert_ok(store_commit(alone, &err));
    pthread_join(waiting.thread, NULL);
    if (waiting.status != BERM_OK)
        fail_msg("%s", waiting.error.message);
    assert_ok(store_batch_commit(batch, &err));
    assert_int_equal(number_from(alone, "SELECT count(*) FROM setting WHERE value = 'ab'"), 1);
}

/* ---- In each other's way --------------------------------------------------------------------- */

static void of_two_that_decide_on_what_the_other_changes_one_runs_again(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *one = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *two = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    assert_ok(store_batch_begin(one, &err));
    assert_ok(store_batch_begin(two, &err));
    assert_ok(add_unless(one, "a", "b", &err));
    assert_ok(add_unless(two, "b", "a", &err));
    assert_ok(store_batch_commit(one, &err));
    assert_fails(store_batch_commit(two, &err), BERM_BUSY, "try again"); /* 40001 */
    assert_true(store_may_run_again(two));
    assert_int_equal(count_settings(one), 1);

    assert_ok(store_batch_begin(two, &err));
    assert_ok(add_unless(two, "b", "a", &err));
    assert_ok(store_batch_commit(two, &err));
    assert_false(store_may_run_again(two));
    assert_int_equal(count_settings(one), 1); /* as if they had come one after the other */
}

static void a_part_in_anothers_way_undoes_its_whole_batch(void **state)
{
    static const char update[] = "UPDATE setting SET value = value || 'x' WHERE name = 'n'";

    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *one = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *two = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    execute(one, "INSERT INTO setting (name, value) VALUES ('n', '')");
    assert_ok(store_batch_begin(two, &err));
    assert_ok(store_piece_begin(two, &err));
    assert_ok(run_part(two, "INSERT INTO setting (name, value) VALUES ('other', '')", &err));
    assert_ok(store_batch_begin(one, &err));
    assert_ok(run_part(one, update, &err));
    assert_ok(store_batch_commit(one, &err));
    assert_fails(run_part(two, update, &err), BERM_BUSY, "same moment"); /* 40001 */
    store_piece_undo(two);
    assert_fails(store_piece_begin(two, &err), BERM_BUSY, "send it again");
    assert_fails(store_batch_commit(two, &err), BERM_BUSY, "send it again");
    assert_true(store_may_run_again(two));
    assert_int_equal(number_from(one, "SELECT length(value) FROM setting WHERE name = 'n'"), 1);
    assert_int_equal(count_settings(one), 1);
}

static void *run_waiting_part(void *context)
{
    struct waiting *waiting = context;

    waiting->status = run_part(waiting->store, waiting->sql, &waiting->error);
    if (waiting->status != BERM_OK)
        store_batch_rollback(waiting->store); /* which lets the other one go on */
    return NULL;
}

static void of_two_that_wait_for_each_other_one_runs_again(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    wait_long_for_locks();
    CLEANUP(store_closep) struct store *one = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *two = store_of(state, STORE_READ_WRITE);
    struct waiting waiting = {.store = one,
                              .sql = "UPDATE setting SET value = '1' WHERE name = 'b'"};
    enum berm_status status;
    struct berm_error err;

    execute(one, "INSERT INTO setting (name, value) VALUES ('a', ''), ('b', '')");
    assert_ok(store_batch_begin(one, &err));
    assert_ok(store_batch_begin(two, &err));
    assert_ok(run_part(one, "UPDATE setting SET value = '1' WHERE name = 'a'", &err));
    assert_ok(run_part(two, "UPDATE setting SET value = '2' WHERE name = 'b'", &err));
    assert_int_equal(pthread_create(&waiting.thread, NULL, run_waiting_part, &waiting), 0);
    status = run_part(two, "UPDATE setting SET value = '2' WHERE name = 'a'", &err);
    if (status != BERM_OK)
        store_batch_rollback(two);
    pthread_join(waiting.thread, NULL);
    assert_int_not_equal(status == BERM_OK, waiting.status == BERM_OK); /* 40P01 of one */
    struct store *loser = status == BERM_OK ? one : two;
    struct store *winner = status == BERM_OK ? two : one;

    assert_true(store_may_run_again(loser));
    assert_ok(store_batch_commit(winner, &err));
    assert_ok(store_batch_begin(loser, &err));
    assert_ok(run_part(loser, "UPDATE setting SET value = '3' WHERE name = 'a'", &err));
    assert_ok(store_batch_commit(loser, &err));
    assert_int_equal(number_from(one, "SELECT count(*) FROM setting WHERE value = '3'"), 1);
}

static void a_reader_is_in_nobodys_way(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *one = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *two = store_of(state, STORE_READ_WRITE);
    CLEANUP(store_closep) struct store *reader = store_of(state, STORE_READ_ONLY);
    struct berm_error err;

    assert_ok(store_batch_begin(one, &err));
    assert_ok(store_batch_begin(two, &err));
    assert_ok(add_unless(one, "a", "b", &err));
    assert_ok(store_batch_commit(one, &err));
    assert_ok(store_begin_read(reader, &err));
    assert_int_equal(count_settings(reader), 1);
    assert_ok(run_part(two, "INSERT INTO setting (name, value) VALUES ('c', '')", &err));
    assert_ok(store_batch_commit(two, &err));
    assert_int_equal(count_settings(reader), 1);
    assert_ok(store_commit(reader, &err));
}

/* ---- Connections that break ------------------------------------------------------------------ */

static void nothing_goes_on_behind_a_lost_connection(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    assert_ok(store_batch_begin(store, &err));
    assert_ok(run_part(store, "INSERT INTO setting (name, value) VALUES ('a', '')", &err));
    assert_ok(store_begin(store, &err));
    kill_connection(other, store);
    assert_fails(run(store, "INSERT INTO setting (name, value) VALUES ('b', '')", &err),
                 BERM_UNAVAILABLE, "was lost");
    /* a caller that overlooks the failure must not write outside of its transaction */
    assert_fails(run(store, "INSERT INTO setting (name, value) VALUES ('c', '')", &err),
                 BERM_UNAVAILABLE, "was lost");
    store_rollback(store);
    assert_fails(store_begin(store, &err), BERM_UNAVAILABLE, "send it again");
    assert_fails(store_batch_commit(store, &err), BERM_UNAVAILABLE, "send it again");
    assert_true(store_may_run_again(store));
    assert_int_equal(count_settings(other), 0);
    assert_ok(store_batch_begin(store, &err));
    assert_ok(run_part(store, "INSERT INTO setting (name, value) VALUES ('a', '')", &err));
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(count_settings(other), 1);
}

static void a_commit_without_an_answer_is_not_done_again(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    assert_ok(run(store, "INSERT INTO setting (name, value) VALUES ('a', '')", &err));
    kill_connection(other, store);
    assert_fails(store_commit(store, &err), BERM_UNAVAILABLE, "as a whole or not at all");
    assert_false(store_may_run_again(store));
    assert_ok(store_begin(store, &err)); /* the next one is a new one */
    assert_ok(store_commit(store, &err));
}

static void a_connection_that_broke_while_idle_is_not_noticed(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    wait_long_for_locks();
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    kill_connection(other, store);
    assert_ok(store_begin_read(store, &err));
    assert_int_equal(count_settings(store), 0);
    store_rollback(store);
    kill_connection(other, store);
    assert_ok(store_batch_begin(store, &err));
    assert_ok(store_batch_commit(store, &err));
}

static void a_server_that_is_not_there_is_told_as_such(void **state)
{
    struct store *store = NULL;
    struct berm_error err;

    (void)state;
    assert_fails(store_open(TEXT("postgresql:///x?host=/nowhere"), STORE_READ_ONLY, &store, &err),
                 BERM_UNAVAILABLE, "does not take connections");
}

/* ---- Bringing a register up to date ---------------------------------------------------------- */

static void *open_store(void *context)
{
    struct waiting *waiting = context;

    waiting->status =
        store_open(text_of(waiting->sql), STORE_READ_WRITE, &waiting->store, &waiting->error);
    return NULL;
}

/* A register whose last migrations are missing, and a connection to it. */
static void *make_old_register(void **state, const struct store_driver *driver)
{
    struct place *place = *state;
    struct berm_error err;
    void *connection = NULL;
    int version = migration_count - 2;

    assert_ok(
        driver->open(place->url + strlen(driver->scheme), STORE_CREATE, 20000, &connection, &err));
    assert_ok(driver->begin(connection, TRANSACTION_WRITE, &err));
    for (int m = 0; m < version; m++)
        assert_ok(driver->execute(connection,
                                  driver->dialect == DIALECT_SQLITE ? migrations[m].sqlite
                                                                    : migrations[m].postgres,
                                  &err));
    assert_ok(driver->set_schema_version(connection, version, &err));
    assert_ok(driver->commit(connection, &err));
    return connection;
}

static void of_two_that_open_an_old_register_one_brings_it_up_to_date(void **state)
{
    const struct store_driver *driver = is_sqlite(state) ? &sqlite_driver : &postgres_driver;
    struct waiting two[2] = {{0}};
    struct berm_error err;
    void *connection;
    int version = 0;

    wait_long_for_locks();
    connection = make_old_register(state, driver);
    assert_ok(driver->begin(connection, TRANSACTION_WRITE, &err));
    for (int i = 0; i < 2; i++) {
        two[i].sql = ((struct place *)*state)->url;
        assert_int_equal(pthread_create(&two[i].thread, NULL, open_store, &two[i]), 0);
    }
    pause_ms(200); /* both have seen the old version, and wait */
    driver->rollback(connection);
    driver->close(connection);
    for (int i = 0; i < 2; i++) {
        pthread_join(two[i].thread, NULL);
        if (two[i].status != BERM_OK)
            fail_msg("%s", two[i].error.message);
        assert_ok(store_version(two[i].store, &version, &err));
        assert_int_equal(version, migration_count);
        store_close(two[i].store);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(batches_of_two_servers_go_on_at_the_same_time),
        TEST(a_batch_that_waited_for_a_writer_sees_what_it_wrote),
        TEST(of_two_that_decide_on_what_the_other_changes_one_runs_again),
        TEST(a_part_in_anothers_way_undoes_its_whole_batch),
        TEST(of_two_that_wait_for_each_other_one_runs_again),
        TEST(a_reader_is_in_nobodys_way),
        TEST(nothing_goes_on_behind_a_lost_connection),
        TEST(a_commit_without_an_answer_is_not_done_again),
        TEST(a_connection_that_broke_while_idle_is_not_noticed),
        TEST(a_server_that_is_not_there_is_told_as_such),
        TEST(of_two_that_open_an_old_register_one_brings_it_up_to_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
