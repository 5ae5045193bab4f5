/* Rows that are not taken: what is told of them, and the file that they go to. */
#include "unit/exchange/import_fixture.h"

static void expect_cell(struct fixture *fixture, enum import_kind kind, const char *header,
                        const char *row, const char *column, const char *reason)
{
    char csv[2000];

    snprintf(csv, sizeof csv, "%s\n%s\n", header, row);
    fixture_expect(fixture, kind, csv, 0, 0, 0, 1);
    fixture_expect_reject(fixture, 0, 2, column, reason);
}

static void household_cells_say_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    const char *header = "code,area,rooms,land,loan,tap,water,assets,moved_on,note";

    fixture_add_areas(fixture);
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, ",D1,,,,,,,,", "code", "missing");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,,,,,,,,,", "area", "missing");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D9,,,,,,,,", "area",
                "no area has the code");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,two,,,,,,,", "rooms", "two");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,-1,,,,,,,", "rooms", "[0..20]");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,1.2345678,,,,,,", "land", "1.2345678");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,,1.234,,,,,", "loan", "1.234");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,,,maybe,,,,", "tap", "yes");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,,,,wells,,,", "water", "well");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,,,,,ox horse,,", "assets", "horse");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,,,,,,2020-02-30,", "moved_on",
                "days 1 to 29");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,,,,,,,12345678901", "note", "length");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1", "", "2 fields, the header 10");
    expect_cell(fixture, IMPORT_HOUSEHOLDS, header, "H1,D1,,,,,,,,,x", "", "11 fields");
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area\nH1,D1,,\n", 1, 0, 0, 0);
}

static void person_cells_say_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    const char *header =
        "code,household,sex,birth_date,relation,from_date,to_date,end_reason,school";

    fixture_add_households(fixture);
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,,,,,,,,", "household", "missing");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H9,,,,,,,", "household", "no household has");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,x,,,,,,", "sex", "female, male or other");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,2020-09-16,,,,,", "birth_date",
                "after today");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,1879-12-31,,,,,", "birth_date", "1880");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,12.3.1980,,,,,", "birth_date",
                "YYYY-MM-DD");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,,uncle,,,,", "relation", "uncle");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,,,2020-01-02,2020-01-01,,", "to_date",
                "before 2020-01-02");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,,,,2020-01-01,sold,", "end_reason",
                "left or died");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,,,,,left,", "end_reason", "to_date");
    expect_cell(fixture, IMPORT_PERSONS, header, "P1,H1,,,,,,,7", "school", "yes or no");
}

static void flow_cells_say_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    const char *header = "household,month,flow,amount,source";

    fixture_add_households(fixture);
    expect_cell(fixture, IMPORT_FLOWS, header, "H9,2020-01,wage,1,", "household", "no household");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,,wage,1,", "month", "YYYY-MM");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,2020-13,wage,1,", "month", "YYYY-MM");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,1989-12,wage,1,", "month", "1990-01 to 2021-12");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,2022-01,wage,1,", "month", "1990-01 to 2021-12");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,2020-01,wages,1,", "flow", "\"wage\"");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,2020-01,,1,", "flow", "missing");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,2020-01,wage,1.005,", "amount", "1.005");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,2020-01,wage,-1,", "amount", ">= 0");
    expect_cell(fixture, IMPORT_FLOWS, header, "H1,2020-01,wage,1,Tax Office", "source",
                "small letters");
    expect_cell(fixture, IMPORT_FLOWS, "household,month,wage,rent", "H1,2020-01,1,x", "rent", "x");
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM flow_entry"), "0\n");
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM flow_source"), "0\n");
}

static void area_cells_say_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;

    expect_cell(fixture, IMPORT_AREAS, "code,name,parent", "R,,", "name", "missing");
    expect_cell(fixture, IMPORT_AREAS, "code,name,parent",
                "12345678901234567890123456789012345678901234567890123456789012345,x,", "code",
                "shorten");
    expect_cell(fixture, IMPORT_AREAS, "code,name,parent", "R,x,Q", "parent",
                "no area has the code \"Q\"");
}

/* Rows that are no good text, between good ones. */
static void bad_bytes_reject_their_own_row_only(void **state)
{
    struct fixture *fixture = *state;
    static const char csv[] = "code,name\nA,one\nB,t\0wo\nC,\xE5\nD,\"x\"y\nE,five\nF,\"six\n\n";

    fixture_write(fixture->file, csv, sizeof csv - 1);
    assert_int_equal(fixture_import_file(fixture, IMPORT_AREAS), BERM_OK);
    assert_int_equal(fixture->result.added, 2);
    assert_int_equal(fixture->result.rejected, 4);
    fixture_expect_reject(fixture, 0, 3, "name", "NUL");
    fixture_expect_reject(fixture, 1, 4, "name", "UTF-8");
    fixture_expect_reject(fixture, 2, 5, "name", "closing quotation mark");
    fixture_expect_reject(fixture, 3, 7, "name", "not closed");
    assert_string_equal(fixture_ask(fixture, "SELECT code FROM area ORDER BY code"), "A\nE\n");
}

static void a_record_that_is_too_long_is_passed_over(void **state)
{
    struct fixture *fixture = *state;
    FILE *file = fopen(fixture->file, "wb");

    assert_non_null(file);
    fprintf(file, "code,name\nA,one\nB,");
    for (int i = 0; i < 3 << 18; i++)
        fprintf(file, "xxxxxxxx");
    fprintf(file, "\nC,three\n");
    fclose(file);
    fixture->options.rejects_path = fixture->rejects;
    assert_int_equal(fixture_import_file(fixture, IMPORT_AREAS), BERM_OK);
    assert_int_equal(fixture->result.added, 2);
    fixture_expect_reject(fixture, 0, 3, "", "longer than 1 MiB");
}

static const char *read_rejects(struct fixture *fixture)
{
    struct buffer content = {0};
    struct berm_error err;

    assert_ok(file_read(fixture->rejects, sizeof fixture->answer - 1, &content, &err));
    memcpy(fixture->answer, content.bytes, content.length);
    fixture->answer[content.length] = 0;
    buffer_free(&content);
    return fixture->answer;
}

static void the_rejects_file_holds_the_rows_as_they_were(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture->options.rejects_path = fixture->rejects;
    fixture_expect(fixture, IMPORT_HOUSEHOLDS,
                   "code,area,note\nH1,D1,good\nH2,D9,\"a, \"\"b\"\"\"\nH3,D1\nH1,D2,\n", 1, 0, 0,
                   3);
    assert_string_equal(
        read_rejects(fixture),
        "berm_line,berm_column,berm_reason,code,area,note\n"
        "3,area,\"no area has the code \"\"D9\"\"; import the area first, or correct the code\","
        "H2,D9,\"a, \"\"b\"\"\"\n"
        "4,,\"the row has 2 fields, the header 3; look for a missing or stray comma or quotation "
        "mark\",H3,D1\n"
        "5,code,\"the code \"\"H1\"\" stands already in an earlier row of this file; keep one of "
        "the rows, or give this household its own code\",H1,D2,\n");
}

static void the_corrected_rejects_file_goes_in_as_it_is(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS,
                   "berm_line,berm_column,berm_reason,code,area\n3,area,\"no, no\",H2,D2\n"
                   "4,area,,H3,D9\n",
                   1, 0, 0, 1);
    fixture_expect_reject(fixture, 0, 3, "area", "D9");
    fixture->options.rejects_path = fixture->rejects;
    fixture_expect(fixture, IMPORT_HOUSEHOLDS,
                   "berm_line,berm_column,berm_reason,code,area\n4,area,,H3,D9\n", 0, 0, 0, 1);
    assert_string_equal(
        read_rejects(fixture),
        "berm_line,berm_column,berm_reason,code,area\n"
        "2,area,\"no area has the code \"\"D9\"\"; import the area first, or correct the code\","
        "H3,D9\n");
}

static void the_rejects_file_is_there_even_where_all_was_good(void **state)
{
    struct fixture *fixture = *state;

    fixture->options.rejects_path = fixture->rejects;
    fixture_expect(fixture, IMPORT_AREAS, "code,name\nR,x\n", 1, 0, 0, 0);
    assert_string_equal(read_rejects(fixture), "berm_line,berm_column,berm_reason,code,name\n");
}

static void the_rejects_file_must_not_be_the_file_itself(void **state)
{
    struct fixture *fixture = *state;

    fixture->options.rejects_path = fixture->file;
    fixture_expect_refused(fixture, IMPORT_AREAS, "code,name\nR,x\n", "give it another name");
    fixture->options.rejects_path = "/nowhere/at/all.csv";
    assert_int_equal(fixture_import(fixture, IMPORT_AREAS, "code,name\nR,x\n"), BERM_IO);
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM area"), "0\n");
}

static void a_full_disk_under_the_rejects_file_changes_nothing(void **state)
{
    struct fixture *fixture = *state;

    if (access("/dev/full", W_OK) != 0)
        skip();
    fixture->options.rejects_path = "/dev/full";
    assert_int_equal(fixture_import(fixture, IMPORT_AREAS, "code,name\nR,x\nS,\n"), BERM_IO);
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM area"), "0\n");
}

static void long_values_are_shown_shortened(void **state)
{
    struct fixture *fixture = *state;
    char csv[1000] = "code,name,parent\nR,x,";

    for (int i = 0; i < 20; i++)
        strcat(csv, "村庄村庄村庄");
    strcat(csv, "\n");
    fixture_expect(fixture, IMPORT_AREAS, csv, 0, 0, 0, 1);
    assert_int_equal(text_code_point_count(text_of(fixture->seen[0].value)), 81);
}

static void a_dry_run_tells_all_and_keeps_nothing(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_areas(fixture);
    fixture->options.is_dry_run = true;
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area\nH1,D1\nH2,D9\n", 1, 0, 0, 1);
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM household"), "0\n");
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM change"), "1\n");
    fixture->options.is_dry_run = false;
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area\nH1,D1\n", 1, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, "SELECT household_id FROM household"), "1\n");
}

static bool stop_at_once(void *context, const struct exchange_progress *progress)
{
    (void)context;
    return progress->rows == 0;
}

static void a_stopped_import_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;

    fixture->options.progress = stop_at_once;
    assert_int_equal(fixture_import(fixture, IMPORT_AREAS, "code,name\nR,x\n"), BERM_CANCELLED);
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM area"), "0\n");
}

static void the_change_names_who_and_what(void **state)
{
    struct fixture *fixture = *state;

    fixture_expect(fixture, IMPORT_AREAS, "code,name\nR,x\n", 1, 0, 0, 0);
    assert_string_equal(
        fixture_ask(fixture, "SELECT change_id, at, actor, via, file_name, file_sha256, added, "
                             "changed FROM change"),
        "1|2020-09-15T10:00:00.000Z|tester|import areas|file.csv|"
        "f6f476596f8ae1d6133fea93e2d53d949230739e48b55beb0e013608f5e3a9ad|1|0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(household_cells_say_what_is_wrong),
        FIXTURE_TEST(person_cells_say_what_is_wrong),
        FIXTURE_TEST(flow_cells_say_what_is_wrong),
        FIXTURE_TEST(area_cells_say_what_is_wrong),
        FIXTURE_TEST(bad_bytes_reject_their_own_row_only),
        FIXTURE_TEST(a_record_that_is_too_long_is_passed_over),
        FIXTURE_TEST(the_rejects_file_holds_the_rows_as_they_were),
        FIXTURE_TEST(the_corrected_rejects_file_goes_in_as_it_is),
        FIXTURE_TEST(the_rejects_file_is_there_even_where_all_was_good),
        FIXTURE_TEST(the_rejects_file_must_not_be_the_file_itself),
        FIXTURE_TEST(a_full_disk_under_the_rejects_file_changes_nothing),
        FIXTURE_TEST(long_values_are_shown_shortened),
        FIXTURE_TEST(a_dry_run_tells_all_and_keeps_nothing),
        FIXTURE_TEST(a_stopped_import_leaves_nothing),
        FIXTURE_TEST(the_change_names_who_and_what),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
