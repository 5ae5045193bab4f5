/* Households: what a file adds, changes and leaves. */
#include "unit/exchange/import_fixture.h"

static const char all[] =
    "SELECT code, (SELECT code FROM area a WHERE a.area_id = h.area_id), rooms, land, loan, tap, "
    "water, assets, moved_on, note FROM household h JOIN household_data USING (household_id) "
    "ORDER BY household_id";

static void every_type_is_stored(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS,
                   "code,area,rooms,land,loan,tap,water,assets,moved_on,note\n"
                   "H1,D1,4,1.5,3893.5,yes,well,cart ox,2019-06-30,村\nH2,D2,,,,,,,,\n",
                   2, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, all),
                        "H1|D1|4|1500000|389350|1|well|ox cart|2019-06-30|村\n"
                        "H2|D2|-|-|-|0|-|-|-|-\n");
}

static void columns_that_are_not_there_are_unknown_or_zero(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area\nH1,D1\n", 1, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, all), "H1|D1|-|-|-|0|-|-|-|-\n");
}

static void only_the_files_columns_change_and_what_was_is_logged(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS,
                   "code,area,rooms,note,water,loan\nH1,D1,4,old,well,1\nH2,D1,5,,,2\n", 2, 0, 0,
                   0);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS,
                   "area,code,water,loan,tap\nD2,H1,,7.25,yes\nD1,H2,,2,\nD1,H3,tap,,\n", 1, 1, 1,
                   0);
    assert_string_equal(fixture_ask(fixture, all),
                        "H1|D2|4|-|725|1|-|-|-|old\nH2|D1|5|-|200|0|-|-|-|-\n"
                        "H3|D1|-|-|-|0|tap|-|-|-\n");
    assert_string_equal(
        fixture_ask(fixture, "SELECT change_id, entity, entity_id, key, fields FROM change_row"),
        "3|household|1||{\"area\":[\"D1\",\"D2\"],\"water\":[\"well\",null],"
        "\"loan\":[\"1.00\",\"7.25\"],\"tap\":[false,true]}\n");
    assert_string_equal(
        fixture_ask(fixture, "SELECT added, changed FROM change WHERE change_id = 3"), "1|1\n");
    assert_string_equal(fixture_ask(fixture, "SELECT change_id FROM household"), "2\n2\n3\n");
}

static void the_same_file_twice_changes_nothing_at_all(void **state)
{
    struct fixture *fixture = *state;
    const char *csv = "code,area,rooms,land,loan,tap,water,assets,moved_on,note\n"
                      "H1,D1,4,1.5,3893.5,yes,well,cart ox,2019-06-30,村\nH2,D2,,,,,,,,\n"
                      "H1,D2,9,,,,,,,\n";

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, csv, 2, 0, 0, 1);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, csv, 0, 0, 2, 1);
    fixture_expect_reject(fixture, 0, 4, "code", "stands already in an earlier row");
    assert_string_equal(fixture_ask(fixture, "SELECT max(change_id) FROM change"), "2\n");
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM change_row"), "0\n");
    assert_string_equal(
        fixture_ask(fixture, "SELECT name, next_id FROM id_counter WHERE name = 'household'"),
        "household|3\n");
}

static void a_code_twice_is_rejected_the_second_time(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area\nH1,D9\nH1,D1\nH2,D1\nH1,D2\nH2,D1\n", 2,
                   0, 0, 3);
    fixture_expect_reject(fixture, 0, 2, "area", "D9");
    fixture_expect_reject(fixture, 1, 5, "code", "\"H1\" stands already");
    fixture_expect_reject(fixture, 2, 6, "code", "\"H2\" stands already");
}

static void areas_must_come_first(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture_import(fixture, IMPORT_HOUSEHOLDS, "code,area\nH1,D1\n"),
                     BERM_NOT_FOUND);
    assert_non_null(strstr(fixture->error.message, "import the areas first"));
}

static const char with_required[] = "name,entity,type,required,empty\n"
                                    "rooms,household,integer,yes,\n"
                                    "tap,household,boolean,,zero\n"
                                    "note,household,text,,\n"
                                    "wage,flow,money,,\n";

static int setup_required(void **state)
{
    return fixture_setup_with(state, with_required);
}

static void a_required_variable_is_needed_by_new_households_only(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect_refused(fixture, IMPORT_HOUSEHOLDS, "code,area,note\nH1,D1,x\n",
                           "no column for rooms");
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area,rooms\nH1,D1,3\nH2,D1,\n", 1, 0, 0, 1);
    fixture_expect_reject(fixture, 0, 3, "rooms", "missing");
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area,note\nH1,D1,x\nH3,D1,y\n", 0, 1, 0, 1);
    fixture_expect_reject(fixture, 0, 3, "", "is new and needs rooms");
}

/* More rows than a batch, and codes that come back far behind. */
static void many_rows_go_through_the_batches(void **state)
{
    struct fixture *fixture = *state;
    struct buffer csv = {0};

    fixture_add_areas(fixture);
    buffer_append_format(&csv, "code,area,rooms\n");
    for (int i = 0; i < 10000; i++)
        buffer_append_format(&csv, "H%d,D%d,%d\n", i * 7919 % 10000, 1 + i % 2, i % 20);
    buffer_append_format(&csv, "H1,D1,1\n");
    fixture_write(fixture->file, csv.bytes, csv.length);
    buffer_free(&csv);
    assert_int_equal(fixture_import_file(fixture, IMPORT_HOUSEHOLDS), BERM_OK);
    assert_int_equal(fixture->result.added, 10000);
    fixture_expect_reject(fixture, 0, 10002, "code", "\"H1\"");
    assert_int_equal(fixture_import_file(fixture, IMPORT_HOUSEHOLDS), BERM_OK);
    assert_int_equal(fixture->result.unchanged, 10000);
    assert_string_equal(fixture_ask(fixture, "SELECT count(*), sum(rooms) FROM household_data"),
                        "10000|95000\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_type_is_stored),
        FIXTURE_TEST(columns_that_are_not_there_are_unknown_or_zero),
        FIXTURE_TEST(only_the_files_columns_change_and_what_was_is_logged),
        FIXTURE_TEST(the_same_file_twice_changes_nothing_at_all),
        FIXTURE_TEST(a_code_twice_is_rejected_the_second_time),
        FIXTURE_TEST(areas_must_come_first),
        FIXTURE_TEST(many_rows_go_through_the_batches),
        cmocka_unit_test_setup_teardown(a_required_variable_is_needed_by_new_households_only,
                                        setup_required, fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
