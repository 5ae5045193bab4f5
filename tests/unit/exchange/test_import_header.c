/* What the header and --map may say, and in what encodings. */
#include "unit/exchange/import_fixture.h"

static void a_header_that_lacks_columns_names_all_of_them(void **state)
{
    fixture_expect_refused(*state, IMPORT_PERSONS, "name,sex\nAnna,f\n",
                           "the column \"code\" is missing, which persons need; the column "
                           "\"household\" is missing");
}

static void an_unknown_column_comes_with_the_nearest_name(void **state)
{
    fixture_expect_refused(*state, IMPORT_HOUSEHOLDS, "code,area,room\n",
                           "the column \"room\" is not known, did you mean \"rooms\"?");
    fixture_expect_refused(*state, IMPORT_HOUSEHOLDS, "code,area,\n", "column 3 has no name");
}

static void a_column_twice_is_refused(void **state)
{
    fixture_expect_refused(*state, IMPORT_HOUSEHOLDS, "code,area,rooms,rooms\n",
                           "the column \"rooms\" stands there twice");
}

static void many_problems_are_counted(void **state)
{
    fixture_expect_refused(
        *state, IMPORT_HOUSEHOLDS,
        "qqqqqqqqqqqqqqqqqqqqqqqqqqqqq1,qqqqqqqqqqqqqqqqqqqqqqqqqqqqq2,qqqqqqqqqqqqqqqqqqqqqqq3,"
        "qqqqqqqqqqqqqqqqqqqqqqqqqqqqq4,qqqqqqqqqqqqqqqqqqqqqqqqqqqqq5,qqqqqqqqqqqqqqqqqqqqqqq6,"
        "qqqqqqqqqqqqqqqqqqqqqqqqqqqqq7,qqqqqqqqqqqqqqqqqqqqqqqqqqqqq8,qqqqqqqqqqqqqqqqqqqqqqq9\n",
        " more");
}

static void other_separators_are_told(void **state)
{
    fixture_expect_refused(*state, IMPORT_HOUSEHOLDS, "code;area\nH1;D1\n",
                           "not separated by commas");
}

static void an_empty_file_is_refused(void **state)
{
    fixture_expect_refused(*state, IMPORT_AREAS, "", "is empty");
    fixture_expect_refused(*state, IMPORT_AREAS, "\n\n", "is empty");
}

static void flows_in_both_forms_or_none_are_refused(void **state)
{
    fixture_expect_refused(*state, IMPORT_FLOWS, "household,month,wage,amount\n", "use one form");
    fixture_expect_refused(*state, IMPORT_FLOWS, "household,month\n", "columns named for flows");
    fixture_expect_refused(*state, IMPORT_FLOWS, "household,month,flow\n", "flow\" and \"amount");
}

static void a_missing_file_is_told(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(fixture_import_file(fixture, IMPORT_AREAS), BERM_NOT_FOUND);
}

static void columns_stand_in_any_order_and_blanks_around_them_do_not_count(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, " rooms , area ,code\n 3 , D1 , H1 \n", 1, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, "SELECT code, rooms FROM household "
                                             "JOIN household_data USING (household_id)"),
                        "H1|3\n");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS,
                   "\xEF\xBB\xBF"
                   "code,name\r\nR,国\r\n",
                   1, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, "SELECT code, name FROM area"), "R|国\n");
    assert_string_equal(fixture->result.encoding, "UTF-8");
}

/* 村庄 in GB18030. */
#define GB_VILLAGE "\xB4\xE5\xD7\xAF"

static void gb18030_is_recognised(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS, "code,name\nR," GB_VILLAGE "\n", 1, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, "SELECT code, name FROM area"), "R|村庄\n");
    assert_string_equal(fixture->result.encoding, "GB18030");
}

static void gb18030_is_recognised_behind_a_long_start_of_ascii(void **state)
{
    struct fixture *fixture = *state;
    struct buffer csv = {0};

    buffer_append_format(&csv, "code,name\n");
    for (int i = 0; i < 20000; i++)
        buffer_append_format(&csv, "A%05d,Area %d\n", i, i);
    buffer_append_format(&csv, "R," GB_VILLAGE "\n");
    fixture_write(fixture->file, csv.bytes, csv.length);
    buffer_free(&csv);
    assert_int_equal(fixture_import_file(fixture, IMPORT_AREAS), BERM_OK);
    assert_int_equal(fixture->result.added, 20001);
    assert_string_equal(fixture_ask(fixture, "SELECT name FROM area WHERE code = 'R'"), "村庄\n");
}

static void a_bad_character_in_gb18030_rejects_its_row_only(void **state)
{
    struct fixture *fixture = *state;

    fixture->options.encoding = "gb18030";
    fixture_expect(fixture, IMPORT_AREAS, "code,name\nR," GB_VILLAGE "\nS,\xFF\nT," GB_VILLAGE "\n",
                   2, 0, 0, 1);
    fixture_expect_reject(fixture, 0, 3, "name", "GB18030");
}

static void utf8_with_a_broken_byte_does_not_pass_for_gb18030(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS, "code,name\nR,国家国家\nS,\xB4\xE5\nT,村庄\n", 2, 0, 0,
                   1);
    assert_string_equal(fixture->result.encoding, "UTF-8");
    fixture_expect_reject(fixture, 0, 3, "name", "UTF-8");
    assert_string_equal(fixture->seen[0].value, "??");
}

static void utf16_is_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char with_mark[] = "\xFF\xFE"
                                    "c\0o\0d\0e\0,\0n\0\n\0";
    static const char without_mark[] = "c\0o\0d\0e\0,\0n\0a\0m\0e\0\n\0";

    fixture_write(fixture->file, with_mark, sizeof with_mark - 1);
    assert_int_equal(fixture_import_file(fixture, IMPORT_AREAS), BERM_INVALID_INPUT);
    assert_non_null(strstr(fixture->error.message, "UTF-16"));
    fixture_write(fixture->file, without_mark, sizeof without_mark - 1);
    assert_int_equal(fixture_import_file(fixture, IMPORT_AREAS), BERM_INVALID_INPUT);
    assert_non_null(strstr(fixture->error.message, "UTF-16"));
}

static void an_unknown_encoding_is_refused(void **state)
{
    struct fixture *fixture = *state;

    fixture->options.encoding = "latin-7";
    fixture_expect_refused(fixture, IMPORT_AREAS, "code,name\n", "no encoding that Berm reads");
}

static void use_map(struct fixture *fixture, const char *map)
{
    fixture_write(fixture->map, map, strlen(map));
    fixture->options.map_path = fixture->map;
}

static void a_map_renames_joins_and_replaces(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS, "code,name\n3-7,Here\n", 1, 0, 0, 0);
    use_map(fixture, "field,from,values\ncode,hh,\narea,{prov}-{reg},\nnote,=survey,\n"
                     "tap,water,piped=yes|*=no|=no\nrooms,n,99=\n");
    fixture_expect(fixture, IMPORT_HOUSEHOLDS,
                   "hh,prov,reg,water,n,left_out\n1,3,7,piped,99,x\n2,3,7,well,4,x\n3,3,7,,5,x\n",
                   3, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture,
                                    "SELECT code, tap, rooms, note FROM household "
                                    "JOIN household_data USING (household_id) ORDER BY code"),
                        "1|1|-|survey\n2|0|4|survey\n3|0|5|survey\n");
}

static void a_reject_under_a_map_names_the_files_own_header(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    use_map(fixture, "field,from\ncode,hh\narea,where\nrooms,n\n");
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "hh,where,n\n1,D1,many\n2,X,1\n", 0, 0, 0, 2);
    fixture_expect_reject(fixture, 0, 2, "n", "many");
    assert_string_equal(fixture->seen[0].value, "many");
    fixture_expect_reject(fixture, 1, 3, "where", "no area has the code \"X\"");
}

static void mistakes_in_a_map_are_told(void **state)
{
    struct fixture *fixture = *state;

    use_map(fixture, "field,from\ncode,hhh\nareas,where\n");
    fixture_expect_refused(fixture, IMPORT_HOUSEHOLDS, "hh,where\n",
                           "names the column \"hhh\" is not known, did you mean \"hh\"?");
    fixture_expect_refused(fixture, IMPORT_HOUSEHOLDS, "hhh,where\n",
                           "the map's field \"areas\" is not known, did you mean \"area\"?");
    use_map(fixture, "field,from\ncode,{hh\narea,{x}\n");
    fixture_expect_refused(fixture, IMPORT_HOUSEHOLDS, "hh,where\n", "without its }");
    use_map(fixture, "field,from,values\ncode,hh,a\n");
    fixture_expect_refused(fixture, IMPORT_HOUSEHOLDS, "hh\n", "old=new");
    use_map(fixture, "field,from\ncode,\n");
    fixture_expect_refused(fixture, IMPORT_HOUSEHOLDS, "hh\n", "no from");
    use_map(fixture, "field,from\ncode,hh\ncode,hh\narea,hh\n");
    fixture_expect_refused(fixture, IMPORT_HOUSEHOLDS, "hh\n", "twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(a_header_that_lacks_columns_names_all_of_them),
        FIXTURE_TEST(an_unknown_column_comes_with_the_nearest_name),
        FIXTURE_TEST(a_column_twice_is_refused),
        FIXTURE_TEST(many_problems_are_counted),
        FIXTURE_TEST(other_separators_are_told),
        FIXTURE_TEST(an_empty_file_is_refused),
        FIXTURE_TEST(flows_in_both_forms_or_none_are_refused),
        FIXTURE_TEST(a_missing_file_is_told),
        FIXTURE_TEST(columns_stand_in_any_order_and_blanks_around_them_do_not_count),
        FIXTURE_TEST(a_byte_order_mark_is_passed_over),
        FIXTURE_TEST(gb18030_is_recognised),
        FIXTURE_TEST(gb18030_is_recognised_behind_a_long_start_of_ascii),
        FIXTURE_TEST(a_bad_character_in_gb18030_rejects_its_row_only),
        FIXTURE_TEST(utf8_with_a_broken_byte_does_not_pass_for_gb18030),
        FIXTURE_TEST(utf16_is_refused),
        FIXTURE_TEST(an_unknown_encoding_is_refused),
        FIXTURE_TEST(a_map_renames_joins_and_replaces),
        FIXTURE_TEST(a_reject_under_a_map_names_the_files_own_header),
        FIXTURE_TEST(mistakes_in_a_map_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
