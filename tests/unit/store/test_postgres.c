/* What only PostgreSQL's driver has: lists in pages, a connection that breaks, urls. All that both
 * databases promise is tested by the other files of this folder, on both. */
#include "unit/store/fixture.h"

/* More households than the first pages hold. */
enum { HOUSEHOLDS = 10000 };

static struct store *store_with_many_households(void **state)
{
    struct store *store = store_of(state, STORE_CREATE);

    add_two_households(store);
    execute(store, "INSERT INTO household (household_id, code, area_id, change_id)"
                   " SELECT i, 'H' || i, 1, 1 FROM generate_series(3, 10000) AS i");
    return store;
}

static struct statement *list_of_households(struct store *store)
{
    struct statement *list = NULL;
    struct berm_error err;

    assert_ok(statement_prepare_text(
        store, TEXT("SELECT household_id, code FROM household ORDER BY household_id"), "list",
        &list, &err));
    return list;
}

static void assert_next(struct statement *list, int64_t id)
{
    struct berm_error err;

    assert_ok(statement_step_to_row(list, &err));
    assert_int_equal(statement_int64(list, 0), id);
}

static void lists_that_are_read_side_by_side_are_whole(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_with_many_households(state);
    CLEANUP(statement_closep) struct statement *first = list_of_households(store);
    CLEANUP(statement_closep) struct statement *second = list_of_households(store);
    struct berm_error err;
    bool has_row = true;

    assert_ok(store_begin_read(store, &err));
    for (int64_t id = 1; id <= HOUSEHOLDS; id++) {
        assert_next(first, id);
        assert_next(second, id);
    }
    assert_ok(statement_step(first, &has_row, &err));
    assert_false(has_row);
    store_rollback(store);
}

static void a_list_that_was_left_begins_anew(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_with_many_households(state);
    CLEANUP(statement_closep) struct statement *list = list_of_households(store);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    for (int round = 0; round < 3; round++) {
        for (int64_t id = 1; id <= 100; id++)
            assert_next(list, id);
        statement_reset(list);
    }
    execute(store, "ALTER TABLE household ADD COLUMN made_up BIGINT"); /* no cursor is in its way */
    assert_next(list, 1);
    statement_reset(list);
    store_rollback(store);
    assert_next(list, 1); /* outside of a transaction too */
}

static void a_list_does_not_outlive_its_transaction(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_with_many_households(state);
    CLEANUP(statement_closep) struct statement *list = list_of_households(store);
    enum berm_status status = BERM_OK;
    struct berm_error err;
    bool has_row = true;

    assert_ok(store_begin_read(store, &err));
    assert_next(list, 1);
    store_rollback(store);
    for (int i = 0; status == BERM_OK && i < HOUSEHOLDS; i++)
        status = statement_step(list, &has_row, &err);
    assert_int_equal(status, BERM_INTERNAL); /* never fewer rows without a word */
    assert_non_null(strstr(err.message, "is over"));
}

static void a_broken_connection_is_told_once_and_made_again(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_with_many_households(state);
    CLEANUP(statement_closep) struct statement *list = list_of_households(store);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    execute(store, "DELETE FROM household WHERE household_id = 1");
    assert_fails(store->driver->execute(store->connection,
                                        "SELECT pg_terminate_backend(pg_backend_pid())", &err),
                 BERM_UNAVAILABLE, "was lost");
    assert_fails(store_commit(store, &err), BERM_UNAVAILABLE, "nothing of this step was kept");
    assert_ok(store_begin(store, &err));
    assert_next(list, 1); /* prepared in the session that broke; and nothing of it was kept */
    store_rollback(store);
}

static void a_failure_undoes_the_transaction_and_its_commit_says_so(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_with_many_households(state);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    execute(store, "DELETE FROM household WHERE household_id = 1");
    assert_fails(store->driver->execute(store->connection,
                                        "INSERT INTO setting (name, value) VALUES ('a', '1'),"
                                        " ('a', '2')",
                                        &err),
                 BERM_CONFLICT, "already");
    assert_fails(store_commit(store, &err), BERM_INTERNAL, "nothing of it was kept");
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), HOUSEHOLDS);
}

static void a_value_that_does_not_fit_is_told(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(statement_closep) struct statement *statement = NULL;
    struct berm_error err;
    bool has_row = false;

    assert_ok(
        statement_prepare_text(store, TEXT("SELECT 1 WHERE 1 = $1"), "fit", &statement, &err));
    statement_bind_int64(statement, 1, (int64_t)1 << 40);
    assert_fails(statement_step(statement, &has_row, &err), BERM_INTERNAL, "parameter 1");
    statement_bind_text(statement, 1, TEXT("1"));
    assert_fails(statement_step(statement, &has_row, &err), BERM_INTERNAL, "parameter 1");
    statement_bind_int64(statement, 1, 1);
    assert_ok(statement_step_to_row(statement, &err));
}

static void tables_that_were_filled_have_statistics(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    add_two_households(store);
    execute(store, "INSERT INTO household (household_id, code, area_id, change_id)"
                   " SELECT i, 'H' || i, 1, 1 FROM generate_series(3, 3000) AS i");
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT reltuples::bigint FROM pg_class"
                                        " WHERE oid = 'household'::regclass"),
                     3000);
    assert_int_equal(number_from(store, "SELECT reltuples::bigint FROM pg_class"
                                        " WHERE oid = 'person'::regclass"),
                     -1); /* nothing came into it */
}

static void a_lock_has_one_holder(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct store_lock *lock = NULL;
    struct store_lock *second = NULL;
    struct berm_error err;

    assert_ok(store_lock_take(store, "jobs", &lock, &err));
    assert_fails(store_lock_take(store, "jobs", &second, &err), BERM_BUSY, "holds the lock jobs");
    assert_ok(store_lock_take(store, "other", &second, &err));
    store_lock_release(second);
    store_lock_release(lock);
    assert_ok(store_lock_take(store, "jobs", &lock, &err));
    store_lock_release(lock);
}

/* As an administrator sets them for a user or a database. */
static void limits_of_time_for_people_do_not_hold_the_program(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;
    char url[384];

    store_closep(&store);
    snprintf(url, sizeof url,
             "%s&options=-cstatement_timeout%%3D61001%%20-cidle_session_timeout%%3D61001"
             "%%20-cidle_in_transaction_session_timeout%%3D61001",
             ((struct place *)*state)->url);
    assert_ok(store_open(text_of(url), STORE_READ_ONLY, &store, &err));
    assert_int_equal(
        number_from(store, "SELECT count(*) FROM pg_settings WHERE reset_val = '61001'"),
        3); /* they were there */
    assert_int_equal(number_from(store, "SELECT sum(setting::int) FROM pg_settings WHERE name IN"
                                        " ('statement_timeout', 'idle_session_timeout',"
                                        " 'idle_in_transaction_session_timeout')"),
                     0);
}

static void texts_compare_by_bytes(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);

    execute(store, "INSERT INTO setting (name, value) VALUES ('a', ''), ('B', ''), ('ä', '')");
    assert_int_equal(number_from(store, "SELECT count(*) FROM setting WHERE name > 'B'"
                                        " AND name IN ('a', 'ä', 'B')"),
                     2);
}

/* A password on the command line would be seen by everybody on the machine. */
static void a_password_in_the_url_is_refused_and_not_repeated(void **state)
{
    static const char *const urls[] = {
        "postgresql://berm:hunter2@localhost/x",
        "postgresql:///x?host=/nowhere&password=hunter2",
        "postgresql:///x?password=hunter2&no_such_option=1",
        "postgres://berm:hunter2@localhost/x",
    };
    struct store *store = NULL;
    struct berm_error err;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(urls); i++) {
        assert_int_equal(store_open(text_of(urls[i]), STORE_READ_ONLY, &store, &err),
                         BERM_INVALID_INPUT);
        assert_null(strstr(err.message, "hunter2"));
    }
    assert_fails(store_open(text_of(urls[0]), STORE_READ_ONLY, &store, &err), BERM_INVALID_INPUT,
                 "PGPASSFILE");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(lists_that_are_read_side_by_side_are_whole),
        TEST(a_list_that_was_left_begins_anew),
        TEST(a_list_does_not_outlive_its_transaction),
        TEST(a_broken_connection_is_told_once_and_made_again),
        TEST(a_failure_undoes_the_transaction_and_its_commit_says_so),
        TEST(a_value_that_does_not_fit_is_told),
        TEST(tables_that_were_filled_have_statistics),
        TEST(a_lock_has_one_holder),
        TEST(limits_of_time_for_people_do_not_hold_the_program),
        TEST(texts_compare_by_bytes),
        TEST(a_password_in_the_url_is_refused_and_not_repeated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
