/* Tables with a header line: any order of columns, and every error with its place. */
#include "lib/unit.h"

static const struct csv_column columns[] = {
    {TEXT("code"), true}, {TEXT("label_en"), true}, {TEXT("source"), false}};

struct fixture {
    struct arena *arena;
    struct csv_table table;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct berm_error err;

    fixture = (struct fixture){0};
    if (arena_create(1 << 20, &fixture.arena, &err) != BERM_OK)
        return -1;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    arena_free(fixture->arena);
    return 0;
}

static enum berm_status read_table(struct fixture *fixture, const char *csv, struct berm_error *err)
{
    return csv_table_read(fixture->arena, text_of(csv), "things.csv", columns, ARRAY_COUNT(columns),
                          &fixture->table, err);
}

static void columns_may_stand_in_any_order(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_ok(
        read_table(fixture, "\xEF\xBB\xBF label_en ,code\r\n\"One, two\",a\r\n\r\n,b\r\n", &err));
    assert_int_equal(fixture->table.row_count, 2);
    assert_text(fixture->table.rows[0].fields[0], "a");
    assert_text(fixture->table.rows[0].fields[1], "One, two");
    assert_text(fixture->table.rows[0].fields[2], "");
    assert_int_equal(fixture->table.rows[0].line, 2);
    assert_text(fixture->table.rows[1].fields[0], "b");
    assert_text(fixture->table.rows[1].fields[1], "");
    assert_int_equal(fixture->table.rows[1].line, 4);
    assert_int_equal(fixture->table.positions[0], 2);
    assert_int_equal(fixture->table.positions[1], 1);
    assert_int_equal(fixture->table.positions[2], 0);
}

static void a_header_alone_is_an_empty_table(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_ok(read_table(fixture, "code,label_en", &err));
    assert_int_equal(fixture->table.row_count, 0);
}

static void a_misspelled_column_gets_a_suggestion(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_table(fixture, "code,lable_en\n", &err), BERM_INVALID_INPUT,
                 "things.csv: there is no column 'lable_en'; did you mean 'label_en'?");
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, 2);
    assert_fails(read_table(fixture, "code,label_en,zzzzzzzzz\n", &err), BERM_INVALID_INPUT,
                 "take it out");
    assert_int_equal(err.column, 3);
}

static void a_column_twice_or_missing_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_table(fixture, "code,label_en,code\n", &err), BERM_INVALID_INPUT, "twice");
    assert_int_equal(err.column, 3);
    assert_fails(read_table(fixture, "code,source\n", &err), BERM_INVALID_INPUT,
                 "'label_en' is missing");
    assert_fails(read_table(fixture, "", &err), BERM_INVALID_INPUT, "empty");
    assert_fails(read_table(fixture, "\n\n", &err), BERM_INVALID_INPUT, "empty");
}

static void a_row_of_another_length_is_refused_at_its_line(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_table(fixture, "code,label_en\na,A\nb\n", &err), BERM_INVALID_INPUT,
                 "this row has 1 fields and the header 2");
    assert_int_equal(err.line, 3);
    assert_fails(read_table(fixture, "code,label_en\na,A,B\n", &err), BERM_INVALID_INPUT,
                 "3 fields");
    assert_int_equal(err.line, 2);
}

static void bad_csv_is_refused_at_its_place(void **state)
{
    struct fixture *fixture = *state;
    struct berm_error err;

    assert_fails(read_table(fixture, "code,label_en\na,\"A\"x\n", &err), BERM_INVALID_INPUT,
                 "things.csv: ");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 2);
    assert_fails(read_table(fixture, "code,label_en\na,\"A\n", &err), BERM_INVALID_INPUT,
                 "things.csv: ");
    assert_fails(read_table(fixture, "code,label_en\na,\xFF\n", &err), BERM_INVALID_INPUT,
                 "things.csv: ");
}

static void an_arena_that_is_too_small_is_told(void **state)
{
    struct berm_error err;
    enum berm_status status = BERM_NO_MEMORY;
    size_t cap_bytes = 0;

    (void)state;
    while (status == BERM_NO_MEMORY) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        struct csv_table table;

        assert_true(cap_bytes < 1 << 16);
        assert_ok(arena_create(cap_bytes += 64, &arena, &err));
        status = csv_table_read(arena, TEXT("code,label_en\na,A\nb,B\n"), "things.csv", columns,
                                ARRAY_COUNT(columns), &table, &err);
    }
    assert_int_equal(status, BERM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_may_stand_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_header_alone_is_an_empty_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_misspelled_column_gets_a_suggestion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_column_twice_or_missing_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_of_another_length_is_refused_at_its_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bad_csv_is_refused_at_its_place, set_up, tear_down),
        cmocka_unit_test(an_arena_that_is_too_small_is_told),
    };

    return cmocka_run_group_tests_name("base/csv_table", tests, NULL, NULL);
}
