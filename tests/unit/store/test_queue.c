/* Runs that wait (statement_queue). A store where none waits must show the same. */
#include "unit/store/fixture.h"

/* Enough for COPY, and for more than one of them. */
enum { FEW = 5, MANY = 3000 };

static struct statement *statement_for(struct store *store, const char *sql)
{
    struct statement *statement = NULL;
    struct berm_error err;

    assert_ok(statement_prepare_text(store, text_of(sql), "test", &statement, &err));
    return statement;
}

static struct store *store_to_write(void **state)
{
    struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    add_two_households(store);
    execute(store, "CREATE TABLE parent (id BIGINT PRIMARY KEY, name TEXT);"
                   "CREATE TABLE child (id BIGINT PRIMARY KEY, parent_id BIGINT NOT NULL"
                   " REFERENCES parent (id));");
    assert_ok(store_begin(store, &err));
    return store;
}

static void queue_parent(struct statement *insert, int64_t id, struct text name)
{
    struct berm_error err;

    statement_bind_int64(insert, 1, id);
    statement_bind_text(insert, 2, name);
    assert_ok(statement_queue(insert, &err));
}

static void queue_child(struct statement *insert, int64_t id, int64_t parent_id)
{
    struct berm_error err;

    statement_bind_int64(insert, 1, id);
    statement_bind_int64(insert, 2, parent_id);
    assert_ok(statement_queue(insert, &err));
}

static const char PARENT[] = "INSERT INTO parent (id, name) VALUES ($1, $2)";
static const char CHILD[] = "INSERT INTO child (id, parent_id)\n VALUES ( $1 , $2 ) ";

static void rows_that_refer_to_others_come_behind_them(void **state)
{
    static const int counts[] = {FEW, MANY};

    for (size_t c = 0; c < ARRAY_COUNT(counts); c++) {
        CLEANUP(store_closep) struct store *store = NULL;
        CLEANUP(statement_closep) struct statement *parent = NULL;
        CLEANUP(statement_closep) struct statement *child = NULL;
        struct berm_error err;

        store = c == 0 ? store_to_write(state) : store_of(state, STORE_READ_WRITE);
        if (c > 0)
            assert_ok(store_begin(store, &err));
        parent = statement_for(store, PARENT);
        child = statement_for(store, CHILD);
        for (int i = 0; i < counts[c]; i++) {
            queue_parent(parent, (int64_t)c * FEW + i, TEXT("p"));
            queue_child(child, (int64_t)c * FEW + i, (int64_t)c * FEW + i);
        }
        assert_ok(store_commit(store, &err));
    }
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_READ_ONLY);

    assert_int_equal(number_from(store, "SELECT count(*) FROM child JOIN parent"
                                        " ON parent.id = child.parent_id"),
                     FEW + MANY);
}

/* A person who is there joins a household, then one who is new: the first rows that wait are of the
 * table that refers. */
static void a_row_comes_behind_those_of_other_tables_whenever_it_was_queued(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *person = NULL;
    CLEANUP(statement_closep) struct statement *member = NULL;
    struct berm_error err;

    person = statement_for(store, "INSERT INTO person (person_id, code, change_id)"
                                  " VALUES ($1, $2, $3)");
    member = statement_for(store, "INSERT INTO membership (household_id, person_id, from_date,"
                                  " change_id) VALUES ($1, $2, $3, $4)");
    for (int64_t id = 100; id < 100 + MANY; id++) {
        char code[24];

        snprintf(code, sizeof code, "P%lld", (long long)id);
        statement_bind_int64(person, 1, id);
        statement_bind_text(person, 2, text_of(code));
        statement_bind_int64(person, 3, 1);
        assert_ok(id == 100 ? statement_run(person, &err) : statement_queue(person, &err));
        statement_bind_int64(member, 1, 1);
        statement_bind_int64(member, 2, id);
        statement_bind_text(member, 3, TEXT("2020-01-01"));
        statement_bind_int64(member, 4, 1);
        assert_ok(statement_queue(member, &err));
    }
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM membership WHERE person_id >= 100"),
                     MANY);
}

static void what_waits_is_seen_by_all_that_runs_afterwards(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    CLEANUP(statement_closep)
    struct statement *rename = statement_for(store, "UPDATE parent SET name = $1 WHERE id = $2");
    CLEANUP(statement_closep)
    struct statement *remove = statement_for(store, "DELETE FROM parent WHERE id = $1");
    struct berm_error err;

    for (int64_t i = 1; i <= MANY; i++) {
        queue_parent(parent, i, TEXT("p"));
        if (i % 1000 == 0)
            assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), i);
    }
    queue_parent(parent, MANY + 1, TEXT("p"));
    statement_bind_text(rename, 1, TEXT("q"));
    statement_bind_int64(rename, 2, MANY + 1);
    assert_ok(statement_queue(rename, &err));
    queue_parent(parent, MANY + 2, TEXT("q"));
    statement_bind_int64(remove, 1, MANY + 2);
    assert_ok(statement_run(remove, &err)); /* at once, and behind what waits */
    assert_int_equal(statement_changed_count(remove), 1);
    execute(store, "DELETE FROM parent WHERE name = 'p'");
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 1);
    store_rollback(store);
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 0);
}

/* The one that waits names only its own table; the reference is known to the database alone. */
static void what_is_written_at_once_may_refer_to_what_waits(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    CLEANUP(statement_closep) struct statement *child = statement_for(store, CHILD);
    struct berm_error err;

    queue_parent(parent, 1, TEXT("p"));
    statement_bind_int64(child, 1, 1);
    statement_bind_int64(child, 2, 1);
    assert_ok(statement_run(child, &err));
    assert_ok(store_commit(store, &err));
}

static void values_arrive_as_they_were_bound(void **state)
{
    static const int rounds[] = {1, 100}; /* sent one by one, and by COPY */
    static const char special[] = "tab\tline\nslash\\N quote' \"x\" \x01 永仁 \\.";
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    struct berm_error err;
    char bytes[sizeof special];

    for (size_t r = 0; r < ARRAY_COUNT(rounds); r++) {
        CLEANUP(statement_closep) struct statement *read = NULL;

        execute(store, "DELETE FROM parent");
        for (int i = 0; i < rounds[r]; i++) {
            memcpy(bytes, special, sizeof special);
            queue_parent(parent, 3 * i, (struct text){bytes, sizeof special - 1});
            memset(bytes, 'x', sizeof bytes); /* it was copied */
            queue_parent(parent, 3 * i + 1, TEXT(""));
            statement_bind_int64(parent, 1, INT64_MIN + i);
            statement_bind_null(parent, 2);
            assert_ok(statement_queue(parent, &err));
        }
        read = statement_for(store, "SELECT name FROM parent ORDER BY id");
        for (int i = 0; i < rounds[r]; i++) {
            assert_ok(statement_step_to_row(read, &err));
            assert_true(statement_is_null(read, 0));
        }
        for (int i = 0; i < rounds[r]; i++) {
            assert_ok(statement_step_to_row(read, &err));
            assert_true(text_equal(statement_text(read, 0), text_of(special)));
            assert_ok(statement_step_to_row(read, &err));
            assert_false(statement_is_null(read, 0));
            assert_int_equal(statement_text(read, 0).length, 0);
        }
    }
}

static void a_mark_keeps_and_undoes_what_waited_behind_it(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    struct berm_error err;

    assert_ok(store_commit(store, &err));
    assert_ok(store_batch_begin(store, &err));
    assert_ok(store_begin(store, &err));
    queue_parent(parent, 1, TEXT("kept"));
    assert_ok(store_commit(store, &err));
    assert_ok(store_begin(store, &err));
    for (int i = 0; i < MANY; i++)
        queue_parent(parent, 10 + i, TEXT("undone"));
    store_rollback(store);
    assert_ok(store_begin(store, &err));
    queue_parent(parent, 2, TEXT("kept"));
    assert_ok(store_commit(store, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent WHERE name = 'kept'"), 2);
}

static void more_than_waits_at_one_time_is_whole(void **state)
{
    enum { LARGE = 100000, ROWS = 60 };
    static char large[LARGE];
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    CLEANUP(statement_closep) struct statement *child = statement_for(store, CHILD);
    struct berm_error err;

    memset(large, 'x', sizeof large);
    for (int i = 0; i < ROWS; i++) {
        queue_parent(parent, i, (struct text){large, (size_t)(LARGE - i)});
        queue_child(child, i, i);
    }
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT sum(length(name)) FROM parent"),
                     ROWS * LARGE - ROWS * (ROWS - 1) / 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM child"), ROWS);
}

/* Queue the same row twice, with others around; what the first failure was, now or later. */
static enum berm_status queue_twice(struct store *store, int others, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    enum berm_status status = BERM_OK;

    assert_int_equal(store_begin(store, err), BERM_OK);
    for (int i = 0; i < others; i++)
        queue_parent(parent, 10 + i, TEXT("p"));
    queue_parent(parent, 1, TEXT("p"));
    statement_bind_int64(parent, 1, 1);
    statement_bind_text(parent, 2, TEXT("again"));
    status = statement_queue(parent, err);
    return status == BERM_OK ? store_commit(store, err) : status;
}

static void a_row_that_is_refused_is_told_by_the_commit_at_the_latest(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    struct berm_error err;

    assert_ok(store_commit(store, &err));
    for (int others = 0; others <= MANY; others += MANY) {
        assert_int_equal(queue_twice(store, others, &err), BERM_CONFLICT);
        assert_non_null(strstr(err.message, "already"));
        store_rollback(store);
        assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 0);
    }
}

/* So many rows that they are on their way to a server, one of them twice; the first failure, where
 * it was told already. */
static enum berm_status send_twice(struct store *store, struct berm_error *err)
{
    enum { LARGE = 10000, ROWS = 600 };
    static char large[LARGE];
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    enum berm_status status = store_begin(store, err);

    memset(large, 'x', sizeof large);
    for (int i = 0; i < ROWS && status == BERM_OK; i++) {
        statement_bind_int64(parent, 1, i < 2 ? 1 : i);
        statement_bind_text(parent, 2, (struct text){large, sizeof large});
        status = statement_queue(parent, err);
    }
    return status;
}

static void rows_on_their_way_are_waited_for_by_whatever_comes_next(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    struct statement *statement = NULL;
    enum berm_status status;
    struct berm_error err;

    if (is_sqlite(state))
        skip();
    assert_ok(store_commit(store, &err));
    status = send_twice(store, &err);
    if (status == BERM_OK)
        status = store_commit(store, &err);
    else
        store_rollback(store);
    assert_int_equal(status, BERM_CONFLICT);
    assert_non_null(strstr(err.message, "already"));
    status = send_twice(store, &err);
    if (status == BERM_OK)
        status = statement_prepare_text(store, TEXT("SELECT 12"), "test", &statement, &err);
    assert_int_equal(status, BERM_CONFLICT);
    assert_non_null(strstr(err.message, "already"));
    assert_null(statement);
    store_rollback(store);
    (void)send_twice(store, &err);
    store_rollback(store); /* of which nobody was told: the next transaction is none the worse */
    assert_ok(store_begin(store, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 0);
    assert_ok(store_commit(store, &err));
    (void)send_twice(store, &err); /* the store is closed meanwhile */
}

/* A closed statement is let go before the schema changes, and when there are too many of them. */
static void rows_outlive_the_statement_that_queued_them(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    struct statement *parent = statement_for(store, PARENT);
    struct berm_error err;

    queue_parent(parent, 1, TEXT("p"));
    statement_close(parent);
    statement_cache_clear(store);
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 1);
    if (is_sqlite(state))
        return; /* a row is refused at once there */
    parent = statement_for(store, PARENT);
    queue_parent(parent, 1, TEXT("again"));
    statement_close(parent);
    statement_cache_clear(store);
    assert_fails(store_commit(store, &err), BERM_CONFLICT, "already");
}

static void a_row_replaces_those_that_wait(void **state)
{
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep)
    struct statement *put =
        statement_for(store, "INSERT INTO parent (id, name) VALUES ($1, $2)"
                             " ON CONFLICT (id) DO UPDATE SET name = excluded.name");
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    struct berm_error err;

    for (int i = 0; i < MANY; i++) {
        queue_parent(parent, i, TEXT("first"));
        queue_parent(put, i, TEXT("second"));
        queue_parent(put, i, i % 2 == 0 ? TEXT("even") : TEXT("odd"));
    }
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent WHERE name = 'odd'"),
                     MANY / 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent WHERE name = 'even'"),
                     MANY / 2);
}

/* ---- The first load -------------------------------------------------------------------------- */

static const char CHILD_REFERENCES[] = "SELECT count(*) FROM pg_catalog.pg_constraint"
                                       " WHERE contype = 'f' AND conrelid = 'child'::regclass";

/* Parents and children in a first load; the last child's parent is not there. */
static enum berm_status load(struct store *store, bool has_orphan, int64_t *ret_references,
                             struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    CLEANUP(statement_closep) struct statement *child = statement_for(store, CHILD);
    enum berm_status status;

    assert_int_equal(store_expect_bulk(store, err), BERM_OK);
    assert_int_equal(store_begin(store, err), BERM_OK);
    for (int i = 0; i < MANY; i++) {
        queue_parent(parent, i, TEXT("p"));
        queue_child(child, i, has_orphan && i == MANY - 1 ? MANY : i);
    }
    assert_int_equal(number_from(store, "SELECT count(*) FROM child"), MANY);
    *ret_references = number_from(store, CHILD_REFERENCES);
    status = store_commit(store, err);
    if (status != BERM_OK)
        store_rollback(store);
    return status;
}

static void a_first_load_checks_references_at_its_end(void **state)
{
    struct berm_error err;
    int64_t references;

    SKIP_UNLESS_POSTGRES(state); /* SQLite does not check them: whoever loads looked the ids up */
    CLEANUP(store_closep) struct store *store = store_to_write(state);

    assert_ok(store_commit(store, &err));
    assert_int_equal(load(store, true, &references, &err), BERM_CONFLICT);
    assert_int_equal(references, 0);
    assert_int_equal(number_from(store, CHILD_REFERENCES), 1); /* all of it was undone */
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 0);
    assert_int_equal(load(store, false, &references, &err), BERM_OK);
    assert_int_equal(references, 0);
    assert_int_equal(number_from(store, CHILD_REFERENCES), 1);
    assert_fails(store->driver->execute(store->connection,
                                        "INSERT INTO child (id, parent_id) VALUES (-1, -1)", &err),
                 BERM_CONFLICT, "refers to");
}

static void a_first_load_locks_nobody_out(void **state)
{
    struct berm_error err;
    int64_t references;

    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_to_write(state);

    assert_ok(store_commit(store, &err));
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_ONLY);

    assert_ok(load(store, false, &references, &err));
    assert_int_equal(references, 1);
    assert_int_equal(number_from(other, "SELECT count(*) FROM child"), MANY);
}

/* They are looked for without the table's whole name, which would be a reason to make them. */
static const char PARENT_INDEXES[] =
    "SELECT count(*) FROM pg_catalog.pg_index AS i"
    " JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid WHERE c.relname LIKE 'paren_'";

/* Parents from first to last, written by a query that names another table. */
static void load_parents(struct store *store, struct statement *parent, struct statement *child,
                         int64_t first, int64_t last)
{
    for (int64_t id = first; id <= last; id++)
        queue_parent(parent, id, TEXT("p"));
    queue_child(child, last, last);
    assert_true(number_from(store, "SELECT count(*) FROM child") > 0);
}

static void a_first_load_makes_indexes_before_they_are_read(void **state)
{
    struct berm_error err;

    if (is_sqlite(state))
        skip();
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = NULL;
    CLEANUP(statement_closep) struct statement *child = NULL;

    execute(store, "CREATE INDEX parent_by_name ON parent (name)");
    assert_ok(store_commit(store, &err));
    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    parent = statement_for(store, PARENT);
    child = statement_for(store, CHILD);
    load_parents(store, parent, child, 1, FEW);
    assert_int_equal(number_from(store, PARENT_INDEXES), 2); /* a small load keeps them */
    load_parents(store, parent, child, FEW + 1, MANY);
    assert_int_equal(number_from(store, PARENT_INDEXES), 0);
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), MANY);
    assert_int_equal(number_from(store, PARENT_INDEXES), 2);
    load_parents(store, parent, child, MANY + 1, 2 * MANY);
    assert_int_equal(number_from(store, PARENT_INDEXES), 2); /* it may be read again */
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, "SELECT count(*) FROM pg_catalog.pg_stats"
                                        " WHERE tablename = 'parent'"),
                     2);
}

static void a_first_load_leaves_what_somebodys_view_stands_on(void **state)
{
    struct berm_error err;

    if (is_sqlite(state))
        skip();
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = NULL;
    CLEANUP(statement_closep) struct statement *child = NULL;

    execute(store, "CREATE VIEW names AS SELECT id, name FROM parent GROUP BY id;"
                   "CREATE INDEX parent_by_name ON parent (name)");
    assert_ok(store_commit(store, &err));
    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    parent = statement_for(store, PARENT);
    child = statement_for(store, CHILD);
    load_parents(store, parent, child, 1, MANY);
    assert_int_equal(number_from(store, PARENT_INDEXES), 1);
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, PARENT_INDEXES), 2);
    assert_int_equal(number_from(store, "SELECT count(*) FROM names"), MANY);
}

static void a_first_load_finds_what_is_there_twice_at_its_end(void **state)
{
    struct berm_error err;

    if (is_sqlite(state))
        skip();
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    CLEANUP(statement_closep) struct statement *child = statement_for(store, CHILD);

    assert_ok(store_commit(store, &err));
    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    load_parents(store, parent, child, 1, FEW);
    load_parents(store, parent, child, FEW, MANY);
    assert_int_equal(number_from(store, PARENT_INDEXES), 0);
    assert_int_equal(store_commit(store, &err), BERM_CONFLICT);
    store_rollback(store);
    assert_int_equal(number_from(store, PARENT_INDEXES), 1);
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), 0);
}

static void a_mark_ends_the_shortcuts_of_a_first_load(void **state)
{
    struct berm_error err;

    if (is_sqlite(state))
        skip();
    CLEANUP(store_closep) struct store *store = store_to_write(state);
    CLEANUP(statement_closep) struct statement *parent = statement_for(store, PARENT);
    CLEANUP(statement_closep) struct statement *child = statement_for(store, CHILD);

    assert_ok(store_commit(store, &err));
    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    load_parents(store, parent, child, 1, FEW);
    load_parents(store, parent, child, FEW + 1, MANY);
    assert_int_equal(number_from(store, PARENT_INDEXES), 0);
    assert_ok(store->driver->mark(store->connection, MARK_SET, &err));
    load_parents(store, parent, child, MANY + 1, 2 * MANY);
    assert_int_equal(number_from(store, PARENT_INDEXES), 1);
    assert_ok(store->driver->mark(store->connection, MARK_UNDO, &err));
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, PARENT_INDEXES), 1);
    assert_int_equal(number_from(store, "SELECT count(*) FROM parent"), MANY);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(rows_that_refer_to_others_come_behind_them),
        TEST(a_row_comes_behind_those_of_other_tables_whenever_it_was_queued),
        TEST(what_waits_is_seen_by_all_that_runs_afterwards),
        TEST(what_is_written_at_once_may_refer_to_what_waits),
        TEST(values_arrive_as_they_were_bound),
        TEST(a_mark_keeps_and_undoes_what_waited_behind_it),
        TEST(more_than_waits_at_one_time_is_whole),
        TEST(a_row_that_is_refused_is_told_by_the_commit_at_the_latest),
        TEST(rows_on_their_way_are_waited_for_by_whatever_comes_next),
        TEST(rows_outlive_the_statement_that_queued_them),
        TEST(a_row_replaces_those_that_wait),
        TEST(a_first_load_checks_references_at_its_end),
        TEST(a_first_load_locks_nobody_out),
        TEST(a_first_load_makes_indexes_before_they_are_read),
        TEST(a_first_load_leaves_what_somebodys_view_stands_on),
        TEST(a_first_load_finds_what_is_there_twice_at_its_end),
        TEST(a_mark_ends_the_shortcuts_of_a_first_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
