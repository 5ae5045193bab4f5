/* Idle statements: given out again for the same SQL, without anything of their former user. */
#include "unit/store/fixture.h"

static struct statement *prepared(struct store *store, const char *sql)
{
    struct statement *statement = NULL;
    struct berm_error err;

    assert_ok(statement_prepare_text(store, text_of(sql), "test", &statement, &err));
    return statement;
}

static bool has_row(struct statement *statement)
{
    struct berm_error err;
    bool has_row = false;

    assert_ok(statement_step(statement, &has_row, &err));
    return has_row;
}

static void a_closed_statement_is_given_out_again(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct statement *first = NULL;
    struct statement *second = NULL;
    struct statement *other = NULL;
    char sql[] = "SELECT 1"; /* a built statement: its text does not live long */
    struct berm_error err;

    first = prepared(store, sql);
    second = prepared(store, sql); /* in use: the same SQL gives another statement */
    assert_ptr_not_equal(first, second);
    statement_close(first);
    memset(sql, 'x', sizeof sql - 1);
    other = prepared(store, "SELECT 2"); /* of the same length */
    assert_ptr_not_equal(other, first);
    assert_true(has_row(other));
    assert_int_equal(statement_int64(other, 0), 2);
    statement_close(other);
    other = prepared(store, "SELECT 1");
    assert_ptr_equal(other, first);
    statement_close(other);
    statement_close(second);

    assert_ok(statement_prepare(store, STATEMENT_FLOW_INSERT, &first, &err));
    statement_close(first);
    assert_ok(statement_prepare(store, STATEMENT_FLOW_INSERT, &second, &err));
    assert_ptr_equal(first, second);
    statement_close(second);
}

static void nothing_of_the_former_user_is_left(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    static const char sql[] = "SELECT 1 WHERE CAST($1 AS TEXT) IS NOT NULL";
    struct statement *statement = prepared(store, sql);
    struct berm_error err;
    bool row = false;

    statement_bind_text(statement, 1, TEXT("the former user's"));
    assert_true(has_row(statement)); /* and left in the middle of its rows */
    statement_close(statement);
    statement = prepared(store, sql);
    assert_false(has_row(statement));
    statement_bind_int64(statement, 7, 1);
    statement_close(statement); /* a failure that nobody asked for is forgotten too */
    statement = prepared(store, sql);
    assert_ok(statement_step(statement, &row, &err));
    statement_close(statement);
}

static void an_idle_statement_holds_no_lock(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct statement *statement = NULL;
    struct berm_error err;

    add_two_households(store);
    statement = prepared(store, "SELECT household_id FROM household");
    assert_true(has_row(statement));
    statement_close(statement);
    assert_ok(store_expect_bulk(store, &err)); /* the journal changes only where nobody reads */
    assert_int_equal(
        number_from(store, "SELECT journal_mode = 'truncate' FROM pragma_journal_mode"), 1);
    store_rollback(store);
}

static void the_number_of_idle_statements_is_bounded(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct statement *statements[200];
    char sql[32];

    for (size_t i = 0; i < ARRAY_COUNT(statements); i++) {
        snprintf(sql, sizeof sql, "SELECT %zu", 1000 + i);
        statements[i] = prepared(store, sql);
    }
    for (size_t i = 0; i < ARRAY_COUNT(statements); i++)
        statement_close(statements[i]);
    assert_true(store->statements.idle_count < 100);
    assert_int_equal(store->statements.open_count, 0);
    statements[0] = prepared(store, "SELECT 1199"); /* the one closed last is still there */
    assert_ptr_equal(statements[0], statements[199]);
    statement_close(statements[0]);
}

static void a_change_of_the_schema_is_seen(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_WRITE);
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct dictionary dictionary;
    struct variable_selection all = {.dictionary = &dictionary, .entity = ENTITY_HOUSEHOLD};
    struct statement *statement = NULL;
    struct berm_error err;
    int64_t before = 0;

    assert_ok(arena_create(1 << 20, &arena, &err));
    assert_ok(dictionary_read(arena, TEXT("name,entity,type\nrooms,household,integer\n"),
                              TEXT("list,name\n"), 2, &dictionary, &err));
    add_two_households(store);
    before = column_count(store, "household_data", "");
    assert_int_equal(column_count(other, "household_data", ""), before);
    assert_ok(store_apply_dictionary(store, &dictionary, &err));
    assert_int_equal(column_count(store, "household_data", ""), before + 1);
    assert_int_equal(column_count(other, "household_data", ""),
                     before + 1); /* idle while another changed it */

    assert_ok(store_prepare_data_write(other, all, &statement, &err));
    statement_bind_int64(statement, 1, 1);
    statement_bind_int64(statement, 2, 5);
    assert_ok(statement_run(statement, &err));
    statement_close(statement);
    assert_int_equal(number_from(store, "SELECT rooms FROM household_data"), 5);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_closed_statement_is_given_out_again), TEST(nothing_of_the_former_user_is_left),
        TEST(an_idle_statement_holds_no_lock),       TEST(the_number_of_idle_statements_is_bounded),
        TEST(a_change_of_the_schema_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
