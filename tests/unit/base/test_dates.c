/* Dates, months and ages, with leap years where they hurt. */
#include <stdlib.h>

#include "lib/unit.h"

static void the_first_days_have_their_known_numbers(void **state)
{
    (void)state;
    assert_int_equal(date_from_civil(1970, 1, 1), 0);
    assert_int_equal(date_from_civil(1969, 12, 31), -1);
    assert_int_equal(date_from_civil(2000, 2, 29), 11016);
    assert_int_equal(date_from_civil(2020, 9, 30), 18535);
    assert_int_equal(date_from_civil(1, 1, 1), -719162);
    assert_int_equal(date_from_civil(9999, 12, 31), 2932896);
}

static void every_day_of_four_centuries_follows_the_one_before(void **state)
{
    date_days expected = date_from_civil(1700, 1, 1);
    int weekday = 4; /* 1 January 1700 was a Friday */

    (void)state;
    for (int year = 1700; year < 2101; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int day = 1; day <= days_in_month(year, month); day++) {
                int got_year, got_month, got_day;

                assert_int_equal(date_from_civil(year, month, day), expected);
                assert_int_equal(date_weekday(expected), weekday);
                date_to_civil(expected, &got_year, &got_month, &got_day);
                assert_true(got_year == year && got_month == month && got_day == day);
                expected++;
                weekday = (weekday + 1) % 7;
            }
        }
    }
}

static void the_ends_of_the_calendar_come_back(void **state)
{
    (void)state;
    for (int year = 1; year <= 9999; year += year == 5 ? 9990 : 1) {
        for (date_days date = date_from_civil(year, 1, 1); date <= date_from_civil(year, 12, 31);
             date++) {
            int got_year, month, day;

            date_to_civil(date, &got_year, &month, &day);
            assert_int_equal(got_year, year);
            assert_int_equal(date_from_civil(got_year, month, day), date);
        }
    }
}

static void leap_years_follow_the_gregorian_rule(void **state)
{
    (void)state;
    assert_int_equal(days_in_month(2020, 2), 29);
    assert_int_equal(days_in_month(2019, 2), 28);
    assert_int_equal(days_in_month(1900, 2), 28);
    assert_int_equal(days_in_month(2000, 2), 29);
    assert_true(date_is_valid(2020, 2, 29));
    assert_false(date_is_valid(2019, 2, 29));
    assert_false(date_is_valid(2020, 4, 31));
    assert_false(date_is_valid(2020, 0, 1));
    assert_false(date_is_valid(2020, 13, 1));
    assert_false(date_is_valid(2020, 1, 0));
    assert_false(date_is_valid(0, 1, 1));
    assert_false(date_is_valid(10000, 1, 1));
}

static void dates_are_read_and_written(void **state)
{
    struct berm_error err;
    date_days date;
    char out[DATE_TEXT_MAX];

    (void)state;
    assert_ok(date_parse(TEXT("2020-09-30"), &date, &err));
    assert_int_equal(date, 18535);
    assert_text(date_format(date, out), "2020-09-30");
    assert_ok(date_parse(TEXT("0001-01-01"), &date, &err));
    assert_text(date_format(date, out), "0001-01-01");
    assert_ok(date_parse(TEXT("9999-12-31"), &date, &err));
    assert_text(date_format(date, out), "9999-12-31");
}

static void what_is_not_a_date_is_refused_with_the_reason(void **state)
{
    static const char *const texts[] = {"",           "2020-9-30",  "2020/09/30",  "30.09.2020",
                                        "2020-09-3a", "20200930",   "2020-09-30 ", "2020-09-301",
                                        "-020-09-30", "+020-01-01", "２０20-1-1"};
    struct berm_error err;
    date_days date = 5;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        assert_fails(date_parse(text_of(texts[i]), &date, &err), BERM_INVALID_INPUT, "YYYY-MM-DD");
    assert_fails(date_parse(TEXT("2019-02-29"), &date, &err), BERM_INVALID_INPUT,
                 "month 2 of 2019 has the days 1 to 28");
    assert_fails(date_parse(TEXT("2020-01-00"), &date, &err), BERM_INVALID_INPUT, "1 to 31");
    assert_fails(date_parse(TEXT("2020-13-01"), &date, &err), BERM_INVALID_INPUT, "no month 13");
    assert_fails(date_parse(TEXT("0000-01-01"), &date, &err), BERM_INVALID_INPUT, "no year 0");
    assert_int_equal(date, 5);
}

static void months_are_running_numbers(void **state)
{
    struct berm_error err;
    month_number month;
    char out[MONTH_TEXT_MAX];

    (void)state;
    assert_ok(month_parse(TEXT("2020-09"), &month, &err));
    assert_int_equal(month, 24248);
    assert_text(month_format(month, out), "2020-09");
    assert_text(month_format(month + 4, out), "2021-01");
    assert_text(month_format(month - 9, out), "2019-12");
    assert_int_equal(month_from_civil(2020, 9), month);
    assert_int_equal(month_first_day(month), date_from_civil(2020, 9, 1));
    assert_int_equal(month_last_day(month), date_from_civil(2020, 9, 30));
    assert_int_equal(month_last_day(month_from_civil(2020, 2)), date_from_civil(2020, 2, 29));
    assert_int_equal(month_of_date(date_from_civil(2020, 9, 1)), month);
    assert_int_equal(month_of_date(date_from_civil(2020, 9, 30)), month);
    for (month_number m = month_from_civil(1, 1); m <= month_from_civil(9999, 12); m++)
        assert_int_equal(month_of_date(month_last_day(m)), m);
}

static void what_is_not_a_month_is_refused(void **state)
{
    static const char *const texts[] = {"",        "2020-9", "2020-13",    "2020-00", "2020/09",
                                        "0000-01", "202009", "2020-09-01", "20x0-09"};
    struct berm_error err;
    month_number month;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        assert_fails(month_parse(text_of(texts[i]), &month, &err), BERM_INVALID_INPUT, "YYYY-MM");
}

static void an_age_changes_on_the_birthday(void **state)
{
    date_days birth = date_from_civil(2004, 9, 15);

    (void)state;
    assert_int_equal(age_years(birth, date_from_civil(2020, 9, 14)), 15);
    assert_int_equal(age_years(birth, date_from_civil(2020, 9, 15)), 16);
    assert_int_equal(age_years(birth, date_from_civil(2021, 1, 1)), 16);
    assert_int_equal(age_years(birth, birth), 0);
    assert_int_equal(age_years(birth, birth - 1), -1);
    assert_int_equal(age_years(birth, date_from_civil(2003, 9, 15)), -1);
    assert_int_equal(age_years(birth, date_from_civil(2003, 9, 14)), -2);
}

static void those_born_on_29_february_have_their_birthday_on_1_march(void **state)
{
    date_days birth = date_from_civil(2004, 2, 29);

    (void)state;
    assert_int_equal(age_years(birth, date_from_civil(2005, 2, 28)), 0);
    assert_int_equal(age_years(birth, date_from_civil(2005, 3, 1)), 1);
    assert_int_equal(age_years(birth, date_from_civil(2008, 2, 28)), 3);
    assert_int_equal(age_years(birth, date_from_civil(2008, 2, 29)), 4);
    assert_int_equal(age_years(date_from_civil(2005, 2, 28), date_from_civil(2008, 2, 28)), 3);
}

static void the_clock_can_be_set_for_tests(void **state)
{
    char out[32];

    (void)state;
    setenv("BERM_NOW", "2020-09-30T23:59:58Z", 1);
    assert_int_equal(date_today(), 18535);
    assert_text(instant_now(out), "2020-09-30T23:59:58.000Z");
    assert_int_equal(seconds_since_1970(), 18535 * 86400ll + 86398);
    setenv("BERM_NOW", "2020-10-01", 1);
    assert_text(instant_now(out), "2020-10-01T00:00:00.000Z");
    setenv("BERM_NOW", "soon", 1);
    assert_true(date_today() > date_from_civil(2020, 10, 1));
    unsetenv("BERM_NOW");
    assert_int_equal(instant_now(out).length, 24);
    assert_true(date_today() > date_from_civil(2020, 10, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_days_have_their_known_numbers),
        cmocka_unit_test(every_day_of_four_centuries_follows_the_one_before),
        cmocka_unit_test(the_ends_of_the_calendar_come_back),
        cmocka_unit_test(leap_years_follow_the_gregorian_rule),
        cmocka_unit_test(dates_are_read_and_written),
        cmocka_unit_test(what_is_not_a_date_is_refused_with_the_reason),
        cmocka_unit_test(months_are_running_numbers),
        cmocka_unit_test(what_is_not_a_month_is_refused),
        cmocka_unit_test(an_age_changes_on_the_birthday),
        cmocka_unit_test(those_born_on_29_february_have_their_birthday_on_1_march),
        cmocka_unit_test(the_clock_can_be_set_for_tests),
    };

    return cmocka_run_group_tests_name("base/dates", tests, NULL, NULL);
}
