/* Persons: who they are, and where they belong since when. */
#include "unit/exchange/import_fixture.h"

static const char persons[] = "SELECT code, name, sex, birth_date, school, needs_care FROM person "
                              "JOIN person_data USING (person_id) ORDER BY person_id";
static const char members[] =
    "SELECT h.code, p.code, from_date, to_date, relation, end_reason FROM membership m "
    "JOIN household h USING (household_id) JOIN person p USING (person_id) "
    "ORDER BY p.code, from_date, to_date";
static const char rows_of_log[] =
    "SELECT entity_id, fields FROM change_row WHERE entity = 'person'";

static void every_field_is_stored(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(
        fixture, IMPORT_PERSONS,
        "code,household,name,sex,birth_date,relation,from_date,to_date,end_reason,school\n"
        "P1,H1,李,女,1980-02-29,head,2001-01-01,,,no\nP2,H1,,M,,,,,,\n"
        "P3,H1,,other,,,2001-01-01,2019-05-05,died,\n",
        3, 0, 0, 0);
    assert_string_equal(fixture_ask(fixture, persons),
                        "P1|李|female|1980-02-29|0|0\nP2||male|-|-|0\nP3||other|-|-|0\n");
    assert_string_equal(fixture_ask(fixture, members), "H1|P1|2001-01-01|-|head|-\n"
                                                       "H1|P2|0001-01-01|-|-|-\n"
                                                       "H1|P3|2001-01-01|2019-05-05|-|died\n");
}

static void the_same_file_twice_changes_nothing_even_days_later(void **state)
{
    struct fixture *fixture = *state;
    const char *csv = "code,household,from_date,relation,school\nP1,H1,,head,yes\nP2,H9,,,\n"
                      "P3,H2,2020-01-01,,\nP1,H2,,,\n";

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS, csv, 2, 0, 0, 2);
    setenv("BERM_NOW", "2020-10-20", 1);
    fixture_expect(fixture, IMPORT_PERSONS, csv, 0, 0, 2, 2);
    fixture_expect_reject(fixture, 0, 3, "household", "H9");
    fixture_expect_reject(fixture, 1, 5, "code", "stands already");
    assert_string_equal(fixture_ask(fixture, rows_of_log), "");
    assert_string_equal(fixture_ask(fixture, "SELECT max(change_id) FROM change"), "3\n");
}

static void fields_change_one_by_one(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS,
                   "code,household,name,sex,birth_date,relation,school\n"
                   "P1,H1,Old,f,1980-01-01,head,yes\n",
                   1, 0, 0, 0);
    fixture_expect(fixture, IMPORT_PERSONS,
                   "code,household,sex,school,relation\nP1,H1,,no,spouse\n", 0, 1, 0, 0);
    assert_string_equal(fixture_ask(fixture, persons), "P1|Old|-|1980-01-01|0|0\n");
    assert_string_equal(fixture_ask(fixture, rows_of_log),
                        "1|{\"sex\":[\"female\",null],\"relation\":[\"head\",\"spouse\"],"
                        "\"school\":[true,false]}\n");
}

static void a_person_who_names_another_household_moves_there(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,relation\nP1,H1,child\nP2,H1,child\n",
                   2, 0, 0, 0);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H2,2020-03-01\nP2,H2,\n",
                   0, 2, 0, 0);
    assert_string_equal(fixture_ask(fixture, members),
                        "H1|P1|0001-01-01|2020-03-01|child|left\nH2|P1|2020-03-01|-|-|-\n"
                        "H1|P2|0001-01-01|2020-09-15|child|left\nH2|P2|2020-09-15|-|-|-\n");
    assert_string_equal(fixture_ask(fixture, rows_of_log),
                        "1|{\"household\":[\"H1\",\"H2\"],\"relation\":[\"child\",null],"
                        "\"from_date\":[null,\"2020-03-01\"]}\n"
                        "2|{\"household\":[\"H1\",\"H2\"],\"relation\":[\"child\",null],"
                        "\"from_date\":[null,\"2020-09-15\"]}\n");
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H2,2020-03-01\nP2,H2,\n",
                   0, 0, 2, 0);
}

static void a_move_before_the_membership_began_is_rejected(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H1,2020-03-01\n", 1, 0, 0,
                   0);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H2,2020-02-01\n", 0, 0, 0,
                   1);
    fixture_expect_reject(fixture, 0, 2, "from_date", "until 2020-03-01");
}

static void an_earlier_membership_can_be_told_later(void **state)
{
    struct fixture *fixture = *state;
    const char *csv = "code,household,from_date,to_date\nP1,H2,2010-01-01,2015-01-01\n";

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H1,2015-01-01\n", 1, 0, 0,
                   0);
    fixture_expect(fixture, IMPORT_PERSONS, csv, 0, 1, 0, 0);
    fixture_expect(fixture, IMPORT_PERSONS, csv, 0, 0, 1, 0);
    assert_string_equal(fixture_ask(fixture, members), "H2|P1|2010-01-01|2015-01-01|-|-\n"
                                                       "H1|P1|2015-01-01|-|-|-\n");
    fixture_expect(fixture, IMPORT_PERSONS,
                   "code,household,from_date,to_date\nP1,H3,2014-01-01,2014-06-01\n", 0, 0, 0, 1);
    fixture_expect_reject(fixture, 0, 2, "from_date", "overlaps another one");
}

static void a_person_leaves_dies_and_comes_back(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H1,2010-01-01\n", 1, 0, 0,
                   0);
    fixture_expect(fixture, IMPORT_PERSONS,
                   "code,household,to_date,end_reason\nP1,H1,2019-01-01,left\n", 0, 1, 0, 0);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H1,2020-01-01\n", 0, 1, 0,
                   0);
    fixture_expect(fixture, IMPORT_PERSONS,
                   "code,household,to_date,end_reason\nP1,H1,2020-06-01,died\n", 0, 1, 0, 0);
    assert_string_equal(fixture_ask(fixture, members), "H1|P1|2010-01-01|2019-01-01|-|left\n"
                                                       "H1|P1|2020-01-01|2020-06-01|-|died\n");
    assert_string_equal(fixture_ask(fixture, rows_of_log),
                        "1|{\"to_date\":[null,\"2019-01-01\"],\"end_reason\":[null,\"left\"]}\n"
                        "1|{\"household\":[null,\"H1\"],\"from_date\":[null,\"2020-01-01\"]}\n"
                        "1|{\"to_date\":[null,\"2020-06-01\"],\"end_reason\":[null,\"died\"]}\n");
}

static void a_from_date_is_corrected_in_the_same_household(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household\nP1,H1\n", 1, 0, 0, 0);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H1,2018-08-08\n", 0, 1, 0,
                   0);
    assert_string_equal(fixture_ask(fixture, members), "H1|P1|2018-08-08|-|-|-\n");
}

static void there_and_back_on_one_day(void **state)
{
    struct fixture *fixture = *state;

    fixture_add_households(fixture);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household,from_date\nP1,H1,2020-09-15\n", 1, 0, 0,
                   0);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household\nP1,H2\n", 0, 1, 0, 0);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household\nP1,H1\n", 0, 1, 0, 0);
    assert_string_equal(
        fixture_ask(fixture, "SELECT h.code FROM membership JOIN household h USING (household_id) "
                             "WHERE to_date IS NULL"),
        "H1\n");
}

static void a_household_takes_no_more_than_its_limit(void **state)
{
    struct fixture *fixture = *state;
    struct buffer csv = {0};

    fixture_add_households(fixture);
    buffer_append_format(&csv, "code,household\n");
    for (int i = 0; i <= HOUSEHOLD_MEMBERS_MAX; i++)
        buffer_append_format(&csv, "P%d,H%d\nQ%d,H3\n", i, 1, i % 100);
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_PERSONS, csv.bytes, HOUSEHOLD_MEMBERS_MAX + 100, 0, 0, 102);
    buffer_free(&csv);
    fixture_expect(fixture, IMPORT_PERSONS, "code,household\nQ1,H1\nP1,H1\nZ,H1\nP1,H2\n", 0, 0, 1,
                   3);
    fixture_expect_reject(fixture, 0, 2, "household", "200 members already");
    fixture_expect_reject(fixture, 1, 4, "household", "200 members already");
    fixture_expect(fixture, IMPORT_PERSONS, "code,household\nP1,H2\nZ,H1\n", 1, 1, 0, 0);
}

enum { MANY_PERSONS = 3000, MANY_HOUSEHOLDS = 30 };

/* Persons of a file that comes again: every 100th has another name then, every 70th a school. */
static void write_many(struct buffer *csv, bool is_second)
{
    buffer_append_format(csv, "code,household,name,relation,from_date,school\n");
    for (int i = 0; i < MANY_PERSONS; i++)
        buffer_append_format(csv, "P%04d,K%02d,%s%d,child,2001-01-01,%s\n", i, i % MANY_HOUSEHOLDS,
                             is_second && i % 100 == 0 ? "New" : "Name", i,
                             is_second && i % 70 == 0 ? "yes" : "no");
}

/* More rows than a batch: a distant store is asked for all of one at once. */
static void a_file_that_comes_again_changes_what_differs(void **state)
{
    enum { CHANGED = MANY_PERSONS / 100 + (MANY_PERSONS + 69) / 70 - (MANY_PERSONS + 699) / 700 };
    struct fixture *fixture = *state;
    struct buffer csv = {0};

    fixture_add_areas(fixture);
    buffer_append_format(&csv, "code,area\n");
    for (int h = 0; h < MANY_HOUSEHOLDS; h++)
        buffer_append_format(&csv, "K%02d,D1\n", h);
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, csv.bytes, MANY_HOUSEHOLDS, 0, 0, 0);
    buffer_clear(&csv);
    write_many(&csv, false);
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_PERSONS, csv.bytes, MANY_PERSONS, 0, 0, 0);
    buffer_clear(&csv);
    write_many(&csv, true);
    buffer_append_format(&csv, "P2999,K00,Twice,,,no\nP0001,K02,Twice,,,no\nP9999,K00,,,,no\n");
    buffer_append_char(&csv, 0);
    fixture_expect(fixture, IMPORT_PERSONS, csv.bytes, 1, CHANGED, MANY_PERSONS - CHANGED, 2);
    fixture_expect_reject(fixture, 0, MANY_PERSONS + 2, "code", "\"P2999\" stands already");
    fixture_expect_reject(fixture, 1, MANY_PERSONS + 3, "code", "\"P0001\" stands already");
    fixture_expect(fixture, IMPORT_PERSONS, csv.bytes, 0, 0, MANY_PERSONS + 1, 2);
    buffer_free(&csv);
    assert_string_equal(fixture_ask(fixture,
                                    "SELECT count(*) FROM person JOIN person_data USING (person_id)"
                                    " WHERE name LIKE 'New%' AND school = 1"),
                        "5\n");
    assert_string_equal(fixture_ask(fixture, "SELECT fields FROM change_row WHERE entity_id IN"
                                             " (1, 71, 101) ORDER BY entity_id"),
                        "{\"name\":[\"Name0\",\"New0\"],\"school\":[false,true]}\n"
                        "{\"school\":[false,true]}\n"
                        "{\"name\":[\"Name100\",\"New100\"]}\n");
    assert_string_equal(fixture_ask(fixture, "SELECT count(*) FROM membership"), "3001\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(every_field_is_stored),
        FIXTURE_TEST(the_same_file_twice_changes_nothing_even_days_later),
        FIXTURE_TEST(fields_change_one_by_one),
        FIXTURE_TEST(a_person_who_names_another_household_moves_there),
        FIXTURE_TEST(a_move_before_the_membership_began_is_rejected),
        FIXTURE_TEST(an_earlier_membership_can_be_told_later),
        FIXTURE_TEST(a_person_leaves_dies_and_comes_back),
        FIXTURE_TEST(a_from_date_is_corrected_in_the_same_household),
        FIXTURE_TEST(there_and_back_on_one_day),
        FIXTURE_TEST(a_household_takes_no_more_than_its_limit),
        FIXTURE_TEST(a_file_that_comes_again_changes_what_differs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
