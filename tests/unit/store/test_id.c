/* Ids as services take them (service/id.c), on both databases: what they promise where several
 * write at the same time is the database's to keep. */
#include <pthread.h>

#include "service/service.h"
#include "unit/store/fixture.h"

enum { RUNS = 200, RUN_IDS = 7 };

struct drawing {
    struct store *store;
    int64_t first[RUNS];
    enum berm_status status;
    struct berm_error error;
    pthread_t thread;
};

static void *draw_ids(void *context)
{
    struct drawing *drawing = context;

    drawing->status = store_batch_begin(drawing->store, &drawing->error);
    for (int r = 0; r < RUNS && drawing->status == BERM_OK; r++)
        drawing->status = id_take(drawing->store, "household", r % 2 == 0 ? 1 : RUN_IDS,
                                  &drawing->first[r], &drawing->error);
    if (drawing->status == BERM_OK)
        drawing->status = store_batch_commit(drawing->store, &drawing->error);
    return NULL;
}

static void ids_are_drawn_by_several_at_the_same_time(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(store_closep) struct store *one = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *two = store_of(state, STORE_READ_WRITE);
    struct drawing drawings[] = {{.store = one}, {.store = two}};
    bool is_given[4 * RUNS * (RUN_IDS + 1)] = {false};

    for (int d = 0; d < 2; d++)
        assert_int_equal(pthread_create(&drawings[d].thread, NULL, draw_ids, &drawings[d]), 0);
    for (int d = 0; d < 2; d++) {
        pthread_join(drawings[d].thread, NULL);
        if (drawings[d].status != BERM_OK)
            fail_msg("%s", drawings[d].error.message);
    }
    for (int d = 0; d < 2; d++)
        for (int r = 0; r < RUNS; r++)
            for (int64_t id = drawings[d].first[r];
                 id < drawings[d].first[r] + (r % 2 == 0 ? 1 : RUN_IDS); id++) {
                assert_in_range(id, 1, ARRAY_COUNT(is_given) - 1);
                assert_false(is_given[id]); /* no id is in two runs */
                is_given[id] = true;
            }
}

static void an_id_that_was_not_kept_is_not_given_again(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    int64_t first = 0, second = 0, third = 0;
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    assert_ok(id_take(store, "household", 3, &first, &err));
    assert_ok(store_commit(store, &err));
    assert_ok(store_begin(store, &err));
    assert_ok(id_next(store, "household", &second, &err));
    assert_int_equal(second, first + 3);
    assert_ok(id_skip(store, "household", 5, &err));
    assert_ok(id_take(store, "household", 1, &third, &err));
    assert_int_equal(third, second + 5);
    store_rollback(store);
    assert_ok(store_begin(store, &err));
    assert_ok(id_take(store, "household", 1, &second, &err));
    /* nobody has seen SQLite's */
    assert_int_equal(second, is_sqlite(state) ? first + 3 : third + 1);
    store_rollback(store);
}

/* Whoever adds a kind of ids learns here that PostgreSQL needs a sequence for it. */
static void every_table_with_ids_of_its_own_has_a_sequence(void **state)
{
    static const char *const kinds[] = {
        "account", "api_token",    "area",   "change", "finding", "household", "job",
        "journal", "pack_version", "person", "run",    "upload",  "warning"};
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;
    int64_t id = 0;

    assert_ok(store_begin(store, &err));
    for (size_t k = 0; k < ARRAY_COUNT(kinds); k++) {
        assert_ok(id_take(store, kinds[k], 1, &id, &err));
        assert_true(id >= 1);
    }
    for (int64_t i = 1; i <= 3; i++) {
        assert_ok(id_take_in_order(store, "job_event", &id, &err));
        assert_int_equal(id, i);
    }
    store_rollback(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_are_drawn_by_several_at_the_same_time),
        TEST(an_id_that_was_not_kept_is_not_given_again),
        TEST(every_table_with_ids_of_its_own_has_a_sequence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
