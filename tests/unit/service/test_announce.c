/* What servers on one database tell each other, also when the database's server went away between.
 */
#include <pthread.h>
#include <time.h>

#include "service/announce.h"
#include "unit/store/fixture.h"

struct ear {
    pthread_mutex_t mutex;
    int counts[ANNOUNCED_ANYTHING + 1];
    int64_t job_id;
};

static void hear(void *context, enum announcement what, int64_t job_id)
{
    struct ear *ear = context;

    pthread_mutex_lock(&ear->mutex);
    ear->counts[what]++;
    if (what == ANNOUNCED_PROGRESS)
        ear->job_id = job_id;
    pthread_mutex_unlock(&ear->mutex);
}

static int heard(struct ear *ear, enum announcement what)
{
    int count;

    pthread_mutex_lock(&ear->mutex);
    count = ear->counts[what];
    pthread_mutex_unlock(&ear->mutex);
    return count;
}

/* It comes within 10 s. */
static void assert_heard(struct ear *ear, enum announcement what, int times)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    for (int i = 0; i < 2000 && heard(ear, what) < times; i++)
        nanosleep(&pause, NULL);
    assert_int_equal(heard(ear, what), times);
}

static void start(void **state, struct ear *ear, struct listener **ret_listener)
{
    struct place *place = *state;
    const struct listener_options options = {
        .store_url = text_of(place->url), .context = ear, .heard = hear};
    struct berm_error err;

    assert_ok(listener_start(&options, ret_listener, &err));
}

static void a_file_tells_nothing_and_refuses_nothing(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct ear ear = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    struct listener *listener = NULL;
    struct berm_error err;

    start(state, &ear, &listener);
    assert_null(listener);
    assert_ok(announce(store, ANNOUNCED_JOBS, 0, &err));
}

static void what_is_committed_is_heard_and_what_is_undone_is_not(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(listener_stopp) struct listener *listener = NULL;
    struct ear ear = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    struct berm_error err;

    start(state, &ear, &listener);
    assert_heard(&ear, ANNOUNCED_ANYTHING, 1); /* from here on it listens */
    assert_ok(store_begin(store, &err));
    assert_ok(announce(store, ANNOUNCED_ACCESS, 0, &err));
    store_rollback(store);
    assert_ok(store_begin(store, &err));
    assert_ok(announce(store, ANNOUNCED_JOBS, 0, &err));
    assert_ok(store_commit(store, &err));
    assert_ok(announce(store, ANNOUNCED_PROGRESS, 17, &err));
    assert_heard(&ear, ANNOUNCED_PROGRESS, 1);
    assert_int_equal(ear.job_id, 17);
    assert_int_equal(heard(&ear, ANNOUNCED_JOBS), 1); /* it came before */
    assert_int_equal(heard(&ear, ANNOUNCED_ACCESS), 0);
}

static void behind_a_broken_line_anything_may_have_changed(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(listener_stopp) struct listener *listener = NULL;
    struct ear ear = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    struct berm_error err;

    start(state, &ear, &listener);
    assert_heard(&ear, ANNOUNCED_ANYTHING, 1);
    number_from(store, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                       " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    assert_heard(&ear, ANNOUNCED_ANYTHING, 2);
    assert_ok(announce(store, ANNOUNCED_JOBS, 0, &err));
    assert_heard(&ear, ANNOUNCED_JOBS, 1);
}

static void a_lock_that_the_server_forgot_is_held_no_more(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *first = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *second = store_of(state, STORE_READ_WRITE);
    CLEANUP(store_lock_releasep) struct store_lock *lock = NULL;
    CLEANUP(store_lock_releasep) struct store_lock *other = NULL;
    struct berm_error err;

    assert_ok(store_lock_take(first, "job-write", &lock, &err));
    assert_true(store_lock_is_held(lock));
    for (int tries = 0; tries < 3; tries++) /* whoever stands by keeps one session for it */
        assert_fails(store_lock_take(second, "job-write", &other, &err), BERM_BUSY, "job-write");
    assert_int_equal(number_from(first, "SELECT count(*) FROM pg_stat_activity"
                                        " WHERE datname = current_database()"
                                        " AND backend_type = 'client backend'"),
                     4);
    number_from(first, "SELECT count(pg_terminate_backend(pid)) FROM pg_locks"
                       " WHERE locktype = 'advisory' AND objsubid = 2 AND pid <> pg_backend_pid()");
    assert_false(store_lock_is_held(lock));
    for (int tries = 0; tries < 100 && other == NULL; tries++)
        (void)!store_lock_take(second, "job-write", &other, &err);
    assert_true(store_lock_is_held(other));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_file_tells_nothing_and_refuses_nothing),
        TEST(what_is_committed_is_heard_and_what_is_undone_is_not),
        TEST(behind_a_broken_line_anything_may_have_changed),
        TEST(a_lock_that_the_server_forgot_is_held_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
