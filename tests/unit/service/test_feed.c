/* What is new in a log: each row once, also where transactions end in another order than they
 * began. */
#include "service/feed.h"
#include "unit/store/fixture.h"

static void add_change(struct store *store, int change_id)
{
    char sql[128];

    snprintf(sql, sizeof sql,
             "INSERT INTO change (change_id, at, actor, via) VALUES (%d, 'now', 'me', 'test')",
             change_id);
    execute(store, sql);
}

/* The ids that are new, as "3 1 2 ". */
static const char *news(struct store *store, struct feed_cursor *cursor)
{
    static char text[256];
    struct feed_row rows[FEED_ROWS_MAX];
    struct berm_error err;
    size_t count, length = 0;

    assert_ok(feed_next(store, FEED_CHANGES, cursor, rows, &count, &err));
    text[0] = 0;
    for (size_t r = 0; r < count; r++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "%lld ", (long long)rows[r].id);
    return text;
}

static void each_change_comes_once(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct feed_cursor from_first = {0};
    struct feed_cursor from_now;
    struct berm_error err;

    add_change(store, 1);
    add_change(store, 2);
    assert_ok(feed_end(store, FEED_CHANGES, &from_now, &err));
    add_change(store, 3);
    assert_string_equal(news(store, &from_now), "3 ");
    assert_string_equal(news(store, &from_first), "1 2 3 ");
    assert_string_equal(news(store, &from_now), "");
    assert_string_equal(news(store, &from_first), "");
    add_change(store, 4);
    assert_string_equal(news(store, &from_first), "4 ");
}

static void more_than_one_call_gives_come_with_the_next(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct feed_row rows[FEED_ROWS_MAX];
    struct feed_cursor cursor = {0};
    struct berm_error err;
    int64_t next_id = 1;
    size_t count;

    for (int id = 1; id <= FEED_ROWS_MAX + 10; id++)
        add_change(store, id);
    for (int call = 0; call < 3; call++) {
        assert_ok(feed_next(store, FEED_CHANGES, &cursor, rows, &count, &err));
        assert_int_equal(count, call == 0 ? FEED_ROWS_MAX : call == 1 ? 10 : 0);
        for (size_t r = 0; r < count; r++)
            assert_int_equal(rows[r].id, next_id++);
    }
}

/* Two transactions write at once, and the one with the lower id ends last. Who reads behind the
 * last id has passed it by then. */
static void a_change_that_is_committed_late_is_not_missed(void **state)
{
    SKIP_UNLESS_POSTGRES(state); /* SQLite's writers take turns */
    CLEANUP(store_closep) struct store *reader = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *slow = store_of(state, STORE_READ_WRITE);
    CLEANUP(store_closep) struct store *quick = store_of(state, STORE_READ_WRITE);
    struct feed_cursor cursor = {0};
    struct feed_cursor midway;
    struct berm_error err;

    execute(slow, "BEGIN");
    add_change(slow, 1);
    execute(quick, "BEGIN");
    add_change(quick, 2);
    execute(quick, "COMMIT");
    assert_int_equal(number_from(reader, "SELECT max(change_id) FROM change"), 2);
    assert_string_equal(news(reader, &cursor), ""); /* 1 may still come */
    assert_ok(feed_end(reader, FEED_CHANGES, &midway, &err));
    execute(slow, "COMMIT");
    assert_string_equal(news(reader, &midway), "1 2 ");
    assert_string_equal(news(reader, &cursor), "1 2 ");
    assert_string_equal(news(reader, &cursor), "");

    /* The other way round: the lower id is of the transaction that began to write last. */
    execute(slow, "BEGIN");
    add_change(slow, 5);
    execute(quick, "BEGIN");
    add_change(quick, 4);
    execute(slow, "COMMIT");
    assert_string_equal(news(reader, &cursor), "5 ");
    execute(quick, "COMMIT");
    assert_string_equal(news(reader, &cursor), "4 ");

    /* What is undone holds nothing up. */
    execute(slow, "BEGIN");
    add_change(slow, 6);
    add_change(quick, 7);
    assert_string_equal(news(reader, &cursor), "");
    execute(slow, "ROLLBACK");
    assert_string_equal(news(reader, &cursor), "7 ");
}

static void a_snapshot_gives_what_it_sees_and_the_rest_comes_behind_it(void **state)
{
    CLEANUP(store_closep) struct store *reader = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *writer = store_of(state, STORE_READ_WRITE);
    struct feed_cursor cursor = {0};
    struct berm_error err;

    add_change(writer, 1);
    assert_ok(store_snapshot_begin(reader, &err));
    assert_string_equal(news(reader, &cursor), "1 ");
    add_change(writer, 2);
    assert_string_equal(news(reader, &cursor), "");
    store_snapshot_end(reader);
    assert_string_equal(news(reader, &cursor), "2 ");
}

static void a_register_from_another_server_goes_on(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct feed_cursor cursor;
    struct berm_error err;

    add_change(store, 1);
    execute(store, "UPDATE change SET transaction_id = 1000000000000");
    assert_ok(feed_settle(store, &err));
    assert_int_equal(number_from(store, "SELECT max(transaction_id) FROM change"), 0);
    assert_ok(feed_end(store, FEED_CHANGES, &cursor, &err));
    add_change(store, 2);
    assert_string_equal(news(store, &cursor), "2 ");
    assert_ok(feed_settle(store, &err)); /* nothing to do: what is of this server stays */
    assert_true(number_from(store, "SELECT max(transaction_id) FROM change") > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(each_change_comes_once),
        TEST(more_than_one_call_gives_come_with_the_next),
        TEST(a_change_that_is_committed_late_is_not_missed),
        TEST(a_snapshot_gives_what_it_sees_and_the_rest_comes_behind_it),
        TEST(a_register_from_another_server_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
