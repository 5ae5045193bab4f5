/*
 * Dates as day numbers. A year is counted from 1 March, so that the leap day is its last day and
 * the lengths of the months follow one line (153 days in five months); 400 years have 146,097 days.
 */
#include "base/dates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    DAYS_IN_400_YEARS = 146097,
    DAYS_BEFORE_1970 = 719468, /* from 1 March of year 0 to 1 January 1970 */
    MS_PER_DAY = 86400000,
};

static bool is_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(int year, int month)
{
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    assert(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && is_leap_year(year));
}

bool date_is_valid(int year, int month, int day)
{
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

date_days date_from_civil(int year, int month, int day)
{
    int years = month <= 2 ? year - 1 : year; /* that began on a 1 March */
    int century4 = (years >= 0 ? years : years - 399) / 400;
    int year_in_400 = years - century4 * 400;
    int month_from_march = (month + 9) % 12;
    int day_in_year = (153 * month_from_march + 2) / 5 + day - 1;
    int day_in_400 = year_in_400 * 365 + year_in_400 / 4 - year_in_400 / 100 + day_in_year;

    return century4 * DAYS_IN_400_YEARS + day_in_400 - DAYS_BEFORE_1970;
}

void date_to_civil(date_days date, int *ret_year, int *ret_month, int *ret_day)
{
    int days = date + DAYS_BEFORE_1970;
    int century4 = (days >= 0 ? days : days - (DAYS_IN_400_YEARS - 1)) / DAYS_IN_400_YEARS;
    int day_in_400 = days - century4 * DAYS_IN_400_YEARS;
    int year_in_400 =
        (day_in_400 - day_in_400 / 1460 + day_in_400 / 36524 - day_in_400 / 146096) / 365;
    int day_in_year = day_in_400 - (365 * year_in_400 + year_in_400 / 4 - year_in_400 / 100);
    int month_from_march = (5 * day_in_year + 2) / 153;
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

    *ret_day = day_in_year - (153 * month_from_march + 2) / 5 + 1;
    *ret_month = month;
    *ret_year = century4 * 400 + year_in_400 + (month <= 2);
}

int date_weekday(date_days date)
{
    int weekday = (date + 3) % 7; /* 1970-01-01 was a Thursday */

    return weekday < 0 ? weekday + 7 : weekday;
}

/* count digits at bytes as a number, or -1. */
static int read_digits(const char *bytes, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        value = value * 10 + (bytes[i] - '0');
    }
    return value;
}

static char *write_digits(char *out, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + count;
}

enum berm_status date_parse(struct text text, date_days *ret_date, struct berm_error *err)
{
    struct text shown = {text.bytes, text.length < 40 ? text.length : 40};
    int year, month, day;

    if (text.length != 10 || text.bytes[4] != '-' || text.bytes[7] != '-' ||
        (year = read_digits(text.bytes, 4)) < 0 || (month = read_digits(text.bytes + 5, 2)) < 0 ||
        (day = read_digits(text.bytes + 8, 2)) < 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is not a date; write it as YYYY-MM-DD, such as 2020-09-30",
                         TEXT_ARG(shown));
    if (year < 1 || month < 1 || month > 12)
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is not a date: there is no %s %d; write it as YYYY-MM-DD",
                         TEXT_ARG(shown), year < 1 ? "year" : "month", year < 1 ? year : month);
    if (!date_is_valid(year, month, day))
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is not a date: month %d of %d has the days 1 to %d",
                         TEXT_ARG(shown), month, year, days_in_month(year, month));
    *ret_date = date_from_civil(year, month, day);
    return BERM_OK;
}

struct text date_format(date_days date, char out[DATE_TEXT_MAX])
{
    int year, month, day;
    char *end = out;

    date_to_civil(date, &year, &month, &day);
    assert(year >= 1 && year <= 9999);
    end = write_digits(end, year, 4);
    *end++ = '-';
    end = write_digits(end, month, 2);
    *end++ = '-';
    end = write_digits(end, day, 2);
    *end = 0;
    return (struct text){out, 10};
}

enum berm_status month_parse(struct text text, month_number *ret_month, struct berm_error *err)
{
    struct text shown = {text.bytes, text.length < 40 ? text.length : 40};
    int year, month;

    if (text.length != 7 || text.bytes[4] != '-' || (year = read_digits(text.bytes, 4)) < 1 ||
        (month = read_digits(text.bytes + 5, 2)) < 1 || month > 12)
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is not a month; write it as YYYY-MM, such as 2020-09",
                         TEXT_ARG(shown));
    *ret_month = month_from_civil(year, month);
    return BERM_OK;
}

struct text month_format(month_number month, char out[MONTH_TEXT_MAX])
{
    char *end = out;

    assert(month >= 12 && month < 10000 * 12);
    end = write_digits(end, month / 12, 4);
    *end++ = '-';
    end = write_digits(end, month % 12 + 1, 2);
    *end = 0;
    return (struct text){out, 7};
}

month_number month_from_civil(int year, int month)
{
    return year * 12 + (month - 1);
}

month_number month_of_date(date_days date)
{
    int year, month, day;

    date_to_civil(date, &year, &month, &day);
    return month_from_civil(year, month);
}

date_days month_first_day(month_number month)
{
    return date_from_civil(month / 12, month % 12 + 1, 1);
}

date_days month_last_day(month_number month)
{
    return date_from_civil(month / 12, month % 12 + 1, days_in_month(month / 12, month % 12 + 1));
}

int age_years(date_days birth, date_days day)
{
    int birth_year, birth_month, birth_day, year, month, day_of_month;

    date_to_civil(birth, &birth_year, &birth_month, &birth_day);
    date_to_civil(day, &year, &month, &day_of_month);
    /* Comparing month and day as they are gives a birthday on 1 March to those born on 29 February.
     */
    return year - birth_year - (month * 32 + day_of_month < birth_month * 32 + birth_day);
}

/*
 * Milliseconds since 1970 in BERM_NOW ("YYYY-MM-DD" or "YYYY-MM-DDThh:mm:ss" with what follows left
 * out of account), or -1: a wrong value must not make records of the year 0.
 */
static int64_t ms_from_environment(void)
{
    const char *value = getenv("BERM_NOW");
    struct text text = text_of(value);
    date_days date;
    int hour = 0, minute = 0, second = 0;

    if (text.length < 10 || date_parse((struct text){text.bytes, 10}, &date, NULL) != BERM_OK)
        return -1;
    if (text.length >= 19) {
        hour = read_digits(text.bytes + 11, 2);
        minute = read_digits(text.bytes + 14, 2);
        second = read_digits(text.bytes + 17, 2);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
            return -1;
    }
    return (int64_t)date * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
}

static int64_t now_ms(void)
{
    int64_t ms = ms_from_environment();
    struct timespec now;

    if (ms >= 0)
        return ms;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

date_days date_today(void)
{
    return (date_days)(now_ms() / MS_PER_DAY);
}

int64_t seconds_since_1970(void)
{
    return now_ms() / 1000;
}

struct text instant_now(char out[32])
{
    int64_t ms = now_ms();
    int ms_of_day = (int)(ms % MS_PER_DAY);
    char date[DATE_TEXT_MAX];
    int length;

    date_format((date_days)(ms / MS_PER_DAY), date);
    length = snprintf(out, 32, "%sT%02d:%02d:%02d.%03dZ", date, ms_of_day / 3600000,
                      ms_of_day / 60000 % 60, ms_of_day / 1000 % 60, ms_of_day % 1000);
    return (struct text){out, (size_t)length};
}
