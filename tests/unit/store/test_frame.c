/* Frames: the transactions of many callers as parts of one, and what a failure takes with it. */
#include <signal.h>
#include <sys/wait.h>

#include "unit/store/fixture.h"

static const char fill_the_disk[] =
    "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
    " INSERT INTO household (household_id, code, area_id, change_id) SELECT i, 'F' || i, 1, 1"
    " FROM n";

static int64_t household_count(struct store *store)
{
    return number_from(store, "SELECT count(*) FROM household");
}

static void add_household(struct store *store, int id)
{
    char sql[160];

    snprintf(sql, sizeof sql,
             "INSERT INTO household (household_id, code, area_id, change_id)"
             " VALUES (%d, 'H%d', 1, 1)",
             id, id);
    execute(store, sql);
}

/* As a service function does it: begin, work, and the cleanup where something failed. */
static enum berm_status write_household(struct store *store, int id, const char *then,
                                        struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    add_household(store, id);
    if (then != NULL)
        TRY(store->driver->execute(store->connection, then, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

static struct store *store_with_two_households(void **state)
{
    struct store *store = store_of(state, STORE_CREATE);

    add_two_households(store);
    return store;
}

static void parts_are_kept_together_at_the_end(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    CLEANUP(store_closep) struct store *reader = store_of(state, STORE_READ_ONLY);
    struct berm_error err;

    assert_ok(store_batch_begin(store, &err));
    assert_ok(write_household(store, 3, NULL, &err));
    assert_ok(write_household(store, 4, NULL, &err));
    assert_int_equal(household_count(store), 4);
    assert_int_equal(household_count(reader), 2);
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(household_count(reader), 4);
    assert_ok(write_household(store, 5, NULL, &err)); /* and alone again */
    assert_int_equal(household_count(reader), 5);
}

static void a_part_that_fails_does_not_hurt_the_others(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    struct berm_error err;

    assert_ok(store_batch_begin(store, &err));
    assert_ok(write_household(store, 3, NULL, &err));
    assert_fails(write_household(store, 4,
                                 "INSERT INTO household (household_id, code, area_id, change_id)"
                                 " VALUES (9, 'H1', 1, 1)",
                                 &err),
                 BERM_CONFLICT, "there already");
    assert_ok(write_household(store, 5, NULL, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(household_count(store), 4);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household WHERE household_id = 4"),
                     0);
}

static void a_part_may_be_given_up_and_may_only_read(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    struct berm_error err;

    assert_ok(store_batch_begin(store, &err));
    store_rollback(store); /* no part is open: nothing happens */
    assert_ok(store_begin(store, &err));
    assert_true(store_is_in_transaction(store));
    add_household(store, 3);
    store_rollback(store);
    assert_false(store_is_in_transaction(store));
    assert_ok(store_begin_read(store, &err));
    assert_int_equal(household_count(store), 2);
    assert_ok(store_commit(store, &err));
    assert_ok(write_household(store, 4, NULL, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(household_count(store), 3);
}

static void a_batch_can_be_given_up(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    struct berm_error err;

    {
        CLEANUP(store_batch_rollbackp) struct store *batch = NULL;

        assert_ok(store_batch_begin(store, &err));
        batch = store;
        assert_ok(write_household(store, 3, NULL, &err));
    }
    assert_int_equal(household_count(store), 2);
    assert_ok(store_batch_begin(store, &err));
    assert_ok(store_begin(store, &err));
    add_household(store, 3);
    store_close(store); /* with the batch and a part of it open */
    store = store_of(state, STORE_READ_WRITE);
    assert_int_equal(household_count(store), 2);
}

static void a_batch_takes_the_write_lock(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    CLEANUP(store_closep) struct store *reader = store_of(state, STORE_READ_ONLY);
    struct berm_error err;

    assert_ok(store_begin(other, &err));
    assert_fails(store_batch_begin(store, &err), BERM_BUSY, "another process");
    store_rollback(other);
    assert_ok(store_batch_begin(store, &err));
    assert_fails(store_begin(other, &err), BERM_BUSY, "another process");
    store_batch_rollback(store);
    assert_fails(store_batch_begin(reader, &err), BERM_CONFLICT, "reading only");
}

static void a_full_disk_hurts_only_the_part_that_met_it(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    struct berm_error err;

    execute(store, "PRAGMA max_page_count = 60; PRAGMA cache_size = 10");
    assert_ok(store_batch_begin(store, &err));
    assert_ok(write_household(store, 3, NULL, &err));
    assert_fails(write_household(store, 4, fill_the_disk, &err), BERM_IO, "the disk is full");
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(household_count(store), 3);
}

/* Where the database undoes the whole transaction, nobody may hear of success. */
static void a_lost_batch_is_told_to_everyone(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    const char *lose = is_sqlite(state) ? "INSERT OR ROLLBACK INTO household (household_id, code,"
                                          " area_id, change_id) VALUES (9, 'H1', 1, 1)"
                                        : "SELECT pg_terminate_backend(pg_backend_pid())";
    enum berm_status lost = is_sqlite(state) ? BERM_IO : BERM_UNAVAILABLE;
    struct berm_error err;

    assert_ok(store_batch_begin(store, &err));
    assert_ok(write_household(store, 3, NULL, &err));
    assert_fails(write_household(store, 4, lose, &err), is_sqlite(state) ? BERM_CONFLICT : lost,
                 is_sqlite(state) ? "there already" : "was lost");
    assert_fails(write_household(store, 5, NULL, &err), lost, "send it again");
    assert_fails(store_batch_commit(store, &err), lost, "send it again");
    assert_int_equal(household_count(store), 2);
    assert_ok(store_batch_begin(store, &err)); /* the next batch begins anew */
    assert_ok(write_household(store, 3, NULL, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(household_count(store), 3);
}

static enum berm_status refuse_commit(void *connection, struct berm_error *err)
{
    (void)connection;
    return fail_with(err, BERM_IO, "the disk does not answer");
}

static const struct store_driver *true_driver; /* of the store under test */

static enum berm_status refuse_undo(void *connection, enum mark_action action,
                                    struct berm_error *err)
{
    if (action == MARK_UNDO)
        return fail_with(err, BERM_IO, "the disk does not answer");
    return true_driver->mark(connection, action, err);
}

static void a_batch_that_cannot_be_committed_keeps_nothing(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    struct store_driver driver = *store->driver;
    struct berm_error err;

    true_driver = store->driver;
    driver.commit = refuse_commit;
    assert_ok(store_batch_begin(store, &err));
    assert_ok(write_household(store, 3, NULL, &err));
    store->driver = &driver;
    assert_fails(store_batch_commit(store, &err), BERM_IO, "does not answer");
    store->driver = true_driver;
    assert_int_equal(household_count(store), 2);
    assert_ok(write_household(store, 3, NULL, &err));
    assert_int_equal(household_count(store), 3);
}

static void a_part_that_cannot_be_undone_takes_the_batch_with_it(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    struct store_driver driver = *store->driver;
    struct berm_error err;

    true_driver = store->driver;
    driver.mark = refuse_undo;
    assert_ok(store_batch_begin(store, &err));
    assert_ok(write_household(store, 3, NULL, &err));
    assert_ok(store_begin(store, &err));
    add_household(store, 4);
    store->driver = &driver;
    store_rollback(store);
    store->driver = true_driver;
    assert_fails(store_batch_commit(store, &err), BERM_IO, "send it again");
    assert_int_equal(household_count(store), 2);
}

/* The columns of a dictionary in a part that is given up are gone, and can be made again. */
static void the_dictionary_can_be_applied_in_a_part(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct dictionary dictionary;
    struct berm_error err;

    assert_ok(arena_create(1 << 20, &arena, &err));
    assert_ok(dictionary_read(arena, TEXT("name,entity,type\nrooms,household,integer\n"),
                              TEXT("list,name\n"), 2, &dictionary, &err));
    assert_ok(store_batch_begin(store, &err));
    assert_ok(store_begin(store, &err));
    assert_ok(store_apply_dictionary(store, &dictionary, &err));
    store_rollback(store);
    assert_int_equal(column_count(store, "household_data", "rooms"), 0);
    assert_ok(store_apply_dictionary(store, &dictionary, &err));
    assert_int_equal(column_count(store, "household_data", "rooms"), 1);
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(column_count(store, "household_data", "rooms"), 1);
}

/* A process that is killed in a batch has kept the batches before it, and no part of this one. */
static void a_killed_batch_leaves_nothing_behind(void **state)
{
    CLEANUP(store_closep) struct store *store = NULL;
    struct berm_error err;
    int status = 0;

    store_close(store_with_two_households(state));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        store = store_of(state, STORE_READ_WRITE);
        for (int id = 3; id <= 4; id++) {
            assert_ok(store_batch_begin(store, &err));
            assert_ok(write_household(store, id, NULL, &err));
            if (id == 3)
                assert_ok(store_batch_commit(store, &err));
        }
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    store = store_of(state, STORE_READ_WRITE);
    assert_int_equal(household_count(store), 3);
}

static void a_piece_takes_its_transactions_with_it(void **state)
{
    CLEANUP(store_closep) struct store *store = store_with_two_households(state);
    struct berm_error err;

    assert_ok(store_batch_begin(store, &err));
    assert_ok(store_piece_begin(store, &err));
    assert_ok(write_household(store, 3, NULL, &err));
    assert_ok(store_piece_keep(store, &err));
    assert_ok(store_piece_begin(store, &err));
    assert_ok(write_household(store, 4, NULL, &err));
    assert_fails(write_household(store, 5, "no SQL", &err), BERM_INTERNAL, "");
    store_piece_undo(store);
    assert_int_equal(household_count(store), 3);
    assert_ok(store_piece_begin(store, &err));
    assert_ok(write_household(store, 6, NULL, &err));
    assert_ok(store_piece_keep(store, &err));
    assert_ok(store_batch_commit(store, &err));
    assert_int_equal(household_count(store), 4);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household WHERE code = 'H4'"), 0);
}

static int64_t count_in_transaction(struct store *store)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct berm_error err;

    assert_ok(store_begin_read(store, &err));
    transaction = store;
    assert_true(store_is_in_transaction(store));
    return household_count(store);
}

static void a_snapshot_shows_all_readers_the_same_moment(void **state)
{
    CLEANUP(store_closep) struct store *writer = store_with_two_households(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    {
        CLEANUP(store_snapshot_endp) struct store *snapshot = NULL;

        assert_ok(store_snapshot_begin(store, &err));
        snapshot = store;
        assert_int_equal(count_in_transaction(store), 2);
        assert_ok(write_household(writer, 3, NULL, &err));
        assert_int_equal(count_in_transaction(store), 2);
        assert_ok(store_begin_read(store, &err));
        assert_ok(store_commit(store, &err));
        assert_int_equal(household_count(store), 2);
        assert_fails(store_begin(store, &err), BERM_INTERNAL, "reading only");
        assert_false(store_is_in_transaction(store));
    }
    assert_int_equal(count_in_transaction(store), 3);
    assert_ok(write_household(store, 4, NULL, &err));
    assert_ok(store_snapshot_begin(store, &err));
    store_close(store); /* with the snapshot open */
    store = NULL;
    assert_int_equal(household_count(writer), 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(parts_are_kept_together_at_the_end),
        TEST(a_part_that_fails_does_not_hurt_the_others),
        TEST(a_part_may_be_given_up_and_may_only_read),
        TEST(a_batch_can_be_given_up),
        TEST(a_batch_takes_the_write_lock),
        TEST(a_full_disk_hurts_only_the_part_that_met_it),
        TEST(a_lost_batch_is_told_to_everyone),
        TEST(a_batch_that_cannot_be_committed_keeps_nothing),
        TEST(a_part_that_cannot_be_undone_takes_the_batch_with_it),
        TEST(the_dictionary_can_be_applied_in_a_part),
        TEST(a_piece_takes_its_transactions_with_it),
        TEST(a_snapshot_shows_all_readers_the_same_moment),
        TEST(a_killed_batch_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
