/* Parameters: nearest area first, then the latest day that has come. */
#include "lib/unit.h"
#include "register/register.h"

static const char parameters_csv[] = "name,area,valid_from,value,unit,source\n"
                                     "poverty_line,,2019-01-01,3747,yuan,notice\n"
                                     "poverty_line,,2020-01-01,4000,yuan,notice\n"
                                     "allowance,5301,2020-07-01,470.5,yuan,decree\n"
                                     "poverty_line,5301,2020-06-01,4500,yuan,province\n";

static struct arena *new_arena(void)
{
    struct berm_error err;
    struct arena *arena = NULL;

    assert_ok(arena_create(1 << 20, &arena, &err));
    return arena;
}

static size_t name_position(const struct parameter_table *table, const char *name)
{
    for (size_t i = 0; i < table->name_count; i++)
        if (text_equal(table->names[i], text_of(name)))
            return i;
    fail_msg("no parameter %s", name);
    return 0;
}

static int64_t line_on(const struct parameter_table *table, const struct text *areas, size_t count,
                       int year, int month, int day)
{
    const struct parameter *row = parameter_find(table, name_position(table, "poverty_line"), areas,
                                                 count, date_from_civil(year, month, day));

    return row == NULL ? -1 : row->value_millionths / 1000000;
}

static void the_nearest_area_and_the_latest_day_count(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    const struct text here[] = {TEXT("530102"), TEXT("5301"), TEXT("53")};
    const struct text elsewhere[] = {TEXT("440000")};
    struct parameter_table table;
    struct berm_error err;

    (void)state;
    assert_ok(parameter_table_read(arena, text_of(parameters_csv), &table, &err));
    assert_int_equal(table.row_count, 4);
    assert_int_equal(table.name_count, 2);
    assert_int_equal(line_on(&table, here, 3, 2018, 12, 31), -1);
    assert_int_equal(line_on(&table, here, 3, 2019, 1, 1), 3747);
    assert_int_equal(line_on(&table, here, 3, 2020, 5, 31), 4000);
    assert_int_equal(line_on(&table, here, 3, 2020, 6, 1), 4500);
    assert_int_equal(line_on(&table, elsewhere, 1, 2021, 1, 1), 4000);
    assert_int_equal(line_on(&table, NULL, 0, 2021, 1, 1), 4000);
    assert_null(parameter_find(&table, name_position(&table, "allowance"), elsewhere, 1,
                               date_from_civil(2021, 1, 1)));
    const struct parameter *allowance = parameter_find(&table, name_position(&table, "allowance"),
                                                       here, 3, date_from_civil(2021, 1, 1));
    assert_non_null(allowance);
    assert_int_equal(allowance->value_millionths, 470500000);
    assert_text(allowance->source, "decree");
}

static void an_empty_table_is_a_table(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = new_arena();
    struct parameter_table table;
    struct berm_error err;

    (void)state;
    assert_ok(parameter_table_read(arena, TEXT("name,valid_from,value\n"), &table, &err));
    assert_int_equal(table.row_count, 0);
}

static void faults_are_told_with_their_place(void **state)
{
    static const struct {
        const char *rows;
        const char *words;
        int line;
        int column;
    } cases[] = {
        {"Line,,2020-01-01,1,,\n", "no name of a parameter", 2, 1},
        {"a,,,1,,\n", "first day is missing", 2, 3},
        {"a,,2020-13-01,1,,\n", "column 'valid_from'", 2, 3},
        {"a,,2020-01-01,,,\n", "column 'value'", 2, 4},
        {"a,,2020-01-01,1.2345678,,\n", "decimal places", 2, 4},
        {"a,,2020-01-01,1,,\nb,,2020-01-01,1,,\na,,2020-01-01,2,,\n", "in line 2", 4, 0},
        {"a,,2020-01-01,1,yuan,\na,,2021-01-01,2,jiao,\n", "unit", 3, 0},
    };
    struct berm_error err;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        CLEANUP(arena_freep) struct arena *arena = new_arena();
        CLEANUP(buffer_free) struct buffer csv = {0};
        struct parameter_table table;

        buffer_append_format(&csv, "name,area,valid_from,value,unit,source\n%s", cases[i].rows);
        assert_fails(parameter_table_read(arena, buffer_text(&csv), &table, &err),
                     BERM_INVALID_INPUT, cases[i].words);
        assert_non_null(strstr(err.message, "parameters.csv"));
        assert_int_equal(err.line, cases[i].line);
        assert_int_equal(err.column, cases[i].column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_area_and_the_latest_day_count),
        cmocka_unit_test(an_empty_table_is_a_table),
        cmocka_unit_test(faults_are_told_with_their_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
