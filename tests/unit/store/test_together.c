/* Several readers at one moment, while somebody else commits as fast as the database allows. */
#include <pthread.h>
#include <stdatomic.h>

#include "unit/store/fixture.h"

enum { READERS = 24, ROUNDS_MIN = 50, CHANGES_MIN = 100 };

struct committing {
    void **state;
    struct store *store;
    atomic_bool is_stopping;
    atomic_int committed;
};

static void commit_household(struct store *store, int64_t household_id)
{
    char sql[160];
    struct berm_error err;

    snprintf(sql, sizeof sql,
             "INSERT INTO household (household_id, code, area_id, change_id)"
             " VALUES (%lld, 'H%lld', 1, 1)",
             (long long)household_id, (long long)household_id);
    assert_ok(store_begin(store, &err));
    execute(store, sql);
    assert_ok(store_commit(store, &err));
}

static void *commit_on_and_on(void *argument)
{
    struct committing *committing = argument;

    while (!atomic_load(&committing->is_stopping))
        commit_household(committing->store, 3 + atomic_fetch_add(&committing->committed, 1));
    return NULL;
}

static int64_t household_count(struct store *store)
{
    return number_from(store, "SELECT count(*) FROM household");
}

static void open_readers(void **state, struct store **readers, size_t count)
{
    for (size_t r = 0; r < count; r++)
        readers[r] = store_of(state, STORE_READ_ONLY);
}

static void close_readers(struct store **readers, size_t count)
{
    for (size_t r = 0; r < count; r++)
        store_close(readers[r]);
}

static void a_change_between_two_readers_is_seen_by_neither(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct committing committing = {.state = state};
    struct store *readers[READERS];
    pthread_t thread;
    struct berm_error err;

    add_two_households(store);
    committing.store = store;
    open_readers(state, readers, READERS);
    assert_int_equal(pthread_create(&thread, NULL, commit_on_and_on, &committing), 0);
    for (int round = 0; round < ROUNDS_MIN || atomic_load(&committing.committed) < CHANGES_MIN;
         round++) {
        int64_t seen;

        assert_ok(store_begin_read_together(readers, READERS, &err));
        seen = household_count(readers[0]);
        for (size_t r = 1; r < READERS; r++)
            assert_int_equal(household_count(readers[r]), seen);
        for (size_t r = 0; r < READERS; r++)
            store_rollback(readers[r]);
    }
    atomic_store(&committing.is_stopping, true);
    pthread_join(thread, NULL);
    close_readers(readers, READERS);
}

static void readers_that_began_together_stay_at_their_moment(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct store *readers[2];
    struct berm_error err;

    add_two_households(store);
    open_readers(state, readers, 2);
    assert_ok(store_begin_read_together(readers, 2, &err));
    commit_household(store, 3);
    assert_int_equal(household_count(readers[1]), 2); /* which has read nothing before */
    commit_household(store, 4);
    assert_int_equal(household_count(readers[0]), 2);
    store_rollback(readers[0]);
    assert_int_equal(household_count(readers[1]), 2); /* also when the first has ended */
    store_rollback(readers[1]);
    assert_ok(store_begin_read_together(readers, 1, &err));
    assert_int_equal(household_count(readers[0]), 4);
    store_rollback(readers[0]);
    close_readers(readers, 2);
}

/* A snapshot of PostgreSQL is good in its own database only. */
static void where_one_reader_cannot_begin_none_has(void **state)
{
    void *elsewhere = NULL;
    struct store *readers[3];
    struct berm_error err;

    SKIP_UNLESS_POSTGRES(state);
    place_create(&elsewhere);
    readers[0] = store_of(state, STORE_CREATE);
    readers[1] = store_of(state, STORE_READ_ONLY);
    readers[2] = store_of(&elsewhere, STORE_CREATE);
    assert_int_equal(store_begin_read_together(readers, 3, &err), BERM_INTERNAL);
    for (size_t r = 0; r < 3; r++) {
        assert_false(store_is_in_transaction(readers[r]));
        assert_int_equal(household_count(readers[r]), 0);
    }
    close_readers(readers, 3);
    place_remove(&elsewhere);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_change_between_two_readers_is_seen_by_neither),
        TEST(readers_that_began_together_stay_at_their_moment),
        TEST(where_one_reader_cannot_begin_none_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
