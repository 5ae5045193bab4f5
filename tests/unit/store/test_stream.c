/* Scans over ranges of households: the same rows however many there are, whoever else wants the
 * connection meanwhile, and whatever breaks. On both databases, where both promise it. */
#include "unit/store/fixture.h"

enum { HOUSEHOLDS = 5000 };

static const char dictionary_csv[] = "name,entity,type\n"
                                     "rooms,household,integer\n"
                                     "note,household,text\n"
                                     "wage,flow,money\n";

struct register_of_test {
    struct arena *arena;
    struct dictionary dictionary;
    struct store *store;
};

static void register_close(struct register_of_test *made)
{
    store_close(made->store);
    arena_free(made->arena);
}

/* Rooms are unknown for every seventh household, and every ninth has no row of data at all. */
static struct register_of_test register_create(void **state)
{
    struct register_of_test made = {.store = store_of(state, STORE_CREATE)};
    struct berm_error err;

    assert_ok(arena_create(1 << 20, &made.arena, &err));
    assert_ok(dictionary_read(made.arena, text_of(dictionary_csv), TEXT("list,name\na,b\n"), 2,
                              &made.dictionary, &err));
    assert_ok(store_apply_dictionary(made.store, &made.dictionary, &err));
    add_two_households(made.store);
    execute(made.store,
            "INSERT INTO household (household_id, code, area_id, change_id)"
            " WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
            " SELECT i, 'H' || i, 1, 1 FROM n");
    execute(made.store,
            "INSERT INTO household_data (household_id, rooms, note)"
            " SELECT household_id, CASE WHEN household_id % 7 = 0 THEN NULL"
            " ELSE household_id * 10 END, CASE WHEN household_id % 5 = 0 THEN '' ELSE code END"
            " FROM household WHERE household_id % 9 <> 0");
    return made;
}

static struct statement *scan_of(struct register_of_test *made, int64_t low, int64_t high)
{
    struct variable_selection all = {.dictionary = &made->dictionary, .entity = ENTITY_HOUSEHOLD};
    struct statement *scan = NULL;
    struct berm_error err;

    assert_ok(store_prepare_household_scan(made->store, all, &scan, &err));
    statement_bind_int64(scan, 1, low);
    statement_bind_int64(scan, 2, high);
    return scan;
}

/* SQL that no builder makes, in the shape of a scan. */
static struct statement *made_up_scan(struct store *store, const char *sql, int64_t high)
{
    struct statement *scan = NULL;
    struct berm_error err;

    assert_ok(statement_prepare_scan(store, text_of(sql), "made up", &scan, &err));
    statement_bind_int64(scan, 1, 1);
    statement_bind_int64(scan, 2, high);
    return scan;
}

static void assert_row(struct statement *scan, int64_t id)
{
    bool has_data = id % 9 != 0;
    char code[24];

    snprintf(code, sizeof code, "H%lld", (long long)id);
    assert_int_equal(statement_int64(scan, 0), id);
    assert_text(statement_text(scan, 1), code);
    assert_int_equal(statement_is_null(scan, 3), !has_data || id % 7 == 0);
    assert_int_equal(statement_int64(scan, 3), has_data && id % 7 != 0 ? id * 10 : 0);
    assert_int_equal(statement_is_null(scan, 4), !has_data);
    assert_text(statement_text(scan, 4), !has_data || id % 5 == 0 ? "" : code);
}

static void assert_next(struct statement *scan, int64_t id)
{
    struct berm_error err;

    assert_ok(statement_step_to_row(scan, &err));
    assert_row(scan, id);
}

static void assert_end(struct statement *scan)
{
    struct berm_error err;
    bool has_row = true;

    assert_ok(statement_step(scan, &has_row, &err));
    assert_false(has_row);
}

static void a_scan_has_the_same_rows_however_wide_it_is(void **state)
{
    static const int64_t ranges[][2] = {
        {1, 1},  {17, 80},        {1, HOUSEHOLDS},       {-7, HOUSEHOLDS + 99},
        {99, 3}, {6000, 9000000}, {INT64_MIN, INT64_MAX}};
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    struct berm_error err;

    for (int in_transaction = 0; in_transaction < 2; in_transaction++) {
        if (in_transaction)
            assert_ok(store_begin_read(made.store, &err));
        for (size_t r = 0; r < ARRAY_COUNT(ranges); r++) {
            CLEANUP(statement_closep)
            struct statement *scan = scan_of(&made, ranges[r][0], ranges[r][1]);
            int64_t low = ranges[r][0] < 1 ? 1 : ranges[r][0];
            int64_t high = ranges[r][1] > HOUSEHOLDS ? HOUSEHOLDS : ranges[r][1];

            for (int round = 0; round < 2; round++) {
                for (int64_t id = low; id <= high; id++)
                    assert_next(scan, id);
                assert_end(scan);
            }
        }
    }
    store_rollback(made.store);
}

static void a_scan_that_is_left_in_the_middle_begins_anew(void **state)
{
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(statement_closep) struct statement *scan = scan_of(&made, 1, HOUSEHOLDS);
    struct berm_error err;

    assert_ok(store_begin_read(made.store, &err));
    for (int round = 0; round < 3; round++) {
        for (int64_t id = 1; id <= 100 * round + 1; id++)
            assert_next(scan, id);
        statement_reset(scan);
    }
    statement_bind_int64(scan, 1, 4000);
    assert_next(scan, 4000);
    store_rollback(made.store); /* the register closes with the scan in its middle */
}

static void scans_that_are_merged_are_whole_and_leave_room_for_other_statements(void **state)
{
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(statement_closep) struct statement *first = scan_of(&made, 1, HOUSEHOLDS);
    CLEANUP(statement_closep) struct statement *second = scan_of(&made, 1, HOUSEHOLDS);
    struct berm_error err;

    assert_ok(store_begin_read(made.store, &err));
    for (int64_t id = 1; id <= HOUSEHOLDS; id++) {
        assert_next(first, id);
        assert_next(second, id);
        assert_row(first, id); /* also when its rest was put aside */
        if (id % 1000 == 1)
            assert_int_equal(number_from(made.store, "SELECT count(*) FROM household"), HOUSEHOLDS);
    }
    assert_end(first);
    assert_end(second);
    store_rollback(made.store);
}

static void a_scan_sees_what_its_own_transaction_wrote(void **state)
{
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(statement_closep) struct statement *scan = scan_of(&made, 1, HOUSEHOLDS);
    struct berm_error err;

    assert_ok(store_begin(made.store, &err));
    execute(made.store, "UPDATE household SET is_active = 0 WHERE household_id = 2");
    assert_next(scan, 1);
    assert_next(scan, 3);
    statement_reset(scan);
    store_rollback(made.store);
    assert_next(scan, 1);
    assert_next(scan, 2);
}

static void a_scan_does_not_outlive_its_transaction(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(statement_closep) struct statement *scan = scan_of(&made, 1, HOUSEHOLDS);
    struct berm_error err;
    bool has_row = true;

    assert_ok(store_begin_read(made.store, &err));
    assert_next(scan, 1);
    assert_ok(store_commit(made.store, &err));
    assert_fails(statement_step(scan, &has_row, &err), BERM_INTERNAL, "is over");
    assert_next(scan, 1); /* and begins anew then */
}

static void an_error_in_the_middle_is_told_after_the_rows_before_it(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(statement_closep)
    struct statement *scan = made_up_scan(
        made.store, "SELECT i, 1 / (3000 - i) FROM generate_series($1::bigint, $2::bigint) AS i",
        5000);
    CLEANUP(statement_closep) struct statement *other = NULL;
    struct berm_error err;
    bool has_row = true;

    assert_ok(statement_prepare_text(made.store, TEXT("SELECT 1"), "other", &other, &err));
    for (int is_put_aside = 0; is_put_aside < 2; is_put_aside++) {
        assert_ok(store_begin_read(made.store, &err));
        for (int64_t i = 1; i < 3000; i++) {
            assert_ok(statement_step_to_row(scan, &err));
            assert_int_equal(statement_int64(scan, 0), i);
            if (is_put_aside && i == 1) /* the error undid the transaction, which others are told */
                assert_fails(statement_step(other, &has_row, &err), BERM_INTERNAL, "25P02");
        }
        assert_fails(statement_step(scan, &has_row, &err), BERM_INTERNAL, "division by zero");
        store_rollback(made.store);
    }
    assert_int_equal(number_from(made.store, "SELECT count(*) FROM household"), HOUSEHOLDS);
}

static void a_server_that_goes_away_in_the_middle_is_told(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    CLEANUP(statement_closep)
    struct statement *scan = made_up_scan(
        made.store, "SELECT i, repeat('x', 1000) FROM generate_series($1::bigint, $2::bigint) AS i",
        60000);
    enum berm_status status = BERM_OK;
    struct berm_error err;
    char sql[80];
    bool has_row = true;
    int64_t count = 0;

    assert_ok(store_begin_read(made.store, &err));
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld)",
             (long long)number_from(made.store, "SELECT pg_backend_pid()"));
    assert_ok(statement_step_to_row(scan, &err));
    execute(other, sql);
    for (; status == BERM_OK && has_row; count++)
        status = statement_step(scan, &has_row, &err);
    assert_int_equal(status, BERM_UNAVAILABLE); /* never fewer rows without a word */
    assert_true(count < 60000);
    store_rollback(made.store);
    assert_ok(store_begin_read(made.store, &err));
    assert_ok(statement_step_to_row(scan, &err));
    assert_int_equal(statement_int64(scan, 0), 1);
    store_rollback(made.store);
}

static void what_is_put_aside_has_a_limit(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(statement_closep)
    struct statement *scan = made_up_scan(
        made.store, "SELECT i, repeat('x', 2000) FROM generate_series($1::bigint, $2::bigint) AS i",
        60000);
    struct berm_error err;
    bool has_row = true;

    assert_ok(statement_step_to_row(scan, &err));
    assert_int_equal(number_from(made.store, "SELECT count(*) FROM household"), HOUSEHOLDS);
    assert_int_equal(statement_text(scan, 1).length, 2000); /* its present row is as it was */
    assert_fails(statement_step(scan, &has_row, &err), BERM_LIMIT, "fewer households at a time");
    statement_bind_int64(scan, 2, 30000);
    for (int64_t i = 1; i <= 30000; i++)
        assert_ok(statement_step_to_row(scan, &err));
    assert_end(scan);
}

static void only_numbers_and_dates_are_written_into_a_scan(void **state)
{
    SKIP_UNLESS_POSTGRES(state);
    CLEANUP(register_close) struct register_of_test made = register_create(state);
    CLEANUP(statement_closep)
    struct statement *scan = made_up_scan(
        made.store,
        "SELECT i FROM generate_series($1::bigint, $2::bigint) AS i WHERE 'a' < $3::text", 1000);
    struct berm_error err;
    bool has_row = true;

    statement_bind_text(scan, 3, TEXT("2020-01-01' OR 'a' = 'a"));
    assert_fails(statement_step(scan, &has_row, &err), BERM_INTERNAL,
                 "neither a number nor a date");
    statement_bind_text(scan, 3, TEXT(""));
    assert_fails(statement_step(scan, &has_row, &err), BERM_INTERNAL,
                 "neither a number nor a date");
    statement_bind_date(scan, 3, date_from_civil(2020, 1, 1));
    assert_end(scan);
    statement_bind_null(scan, 3);
    assert_end(scan);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_scan_has_the_same_rows_however_wide_it_is),
        TEST(a_scan_that_is_left_in_the_middle_begins_anew),
        TEST(scans_that_are_merged_are_whole_and_leave_room_for_other_statements),
        TEST(a_scan_sees_what_its_own_transaction_wrote),
        TEST(a_scan_does_not_outlive_its_transaction),
        TEST(an_error_in_the_middle_is_told_after_the_rows_before_it),
        TEST(a_server_that_goes_away_in_the_middle_is_told),
        TEST(what_is_put_aside_has_a_limit),
        TEST(only_numbers_and_dates_are_written_into_a_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
