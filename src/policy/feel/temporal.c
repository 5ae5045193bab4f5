/*
 * Dates and times as numbers: the calendar, weeks, and moving by durations.
 *
 * base/dates.h has the calendar of the register (years 1 to 9999, 32 bits). FEEL's years go to
 * nine digits and below zero, so the same algorithm stands here once more on 64 bits.
 */
#include "policy/feel/temporal.h"

#include "policy/feel/decimal.h"

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int length_of_month(int64_t year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

bool civil_is_valid(int64_t year, int64_t month, int64_t day)
{
    return year >= -YEAR_MAX && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= length_of_month(year, (int)month);
}

/* Days are counted in eras of 400 years that start on 1 March. */
int64_t day_from_civil(int64_t year, int month, int day)
{
    int64_t shifted = year - (month <= 2);
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_march_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_march_year;

    return era * 146097 + day_of_era - 719468;
}

struct civil civil_from_day(int64_t day)
{
    int64_t shifted = day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_march_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_march_year + 2) / 153);
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

    return (struct civil){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (int)(day_of_march_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

bool day_is_in_range(int64_t day)
{
    return day >= day_from_civil(-YEAR_MAX, 1, 1) && day <= day_from_civil(YEAR_MAX, 12, 31);
}

int weekday_of_day(int64_t day)
{
    int64_t from_monday = (day + 3) % 7; /* 1970-01-01 was a Thursday */

    return (int)(from_monday < 0 ? from_monday + 7 : from_monday) + 1;
}

int day_of_year(int64_t day)
{
    return (int)(day - day_from_civil(civil_from_day(day).year, 1, 1)) + 1;
}

int week_of_year(int64_t day)
{
    int64_t thursday = day - weekday_of_day(day) + 4; /* its year is the week's year */

    return (day_of_year(thursday) - 1) / 7 + 1;
}

bool day_add_months(int64_t day, int64_t months, int64_t *ret_day)
{
    struct civil civil = civil_from_day(day);
    int64_t month;
    int64_t year;
    int length;

    if (months > YEAR_MAX * 24 || months < -YEAR_MAX * 24)
        return false;
    month = civil.year * 12 + civil.month - 1 + months;
    year = (month >= 0 ? month : month - 11) / 12;
    if (year > YEAR_MAX || year < -YEAR_MAX)
        return false;
    civil.month = (int)(month - year * 12) + 1;
    length = length_of_month(year, civil.month);
    *ret_day = day_from_civil(year, civil.month, civil.day > length ? length : civil.day);
    return true;
}

/* ---- Moments --------------------------------------------------------------------------------- */

enum berm_status moment_value(struct arena *arena, enum feel_kind kind, struct feel_moment moment,
                              struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_moment *copy;

    TRY(arena_new(arena, 1, sizeof *copy, &copy, err));
    *copy = moment;
    if (moment.zone_kind == ZONE_NAME &&
        !zone_offset(moment.zone, moment.day * SECONDS_PER_DAY + moment.second,
                     &copy->offset_seconds)) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    *ret_value = (struct feel_value){.kind = (uint8_t)kind, .moment = copy};
    return BERM_OK;
}

int64_t moment_epoch(const struct feel_moment *moment)
{
    return moment->day * SECONDS_PER_DAY + moment->second - moment->offset_seconds;
}

struct feel_moment moment_of_day(int64_t day, bool is_local)
{
    return (struct feel_moment){.day = day, .zone_kind = is_local ? ZONE_NONE : ZONE_OFFSET};
}

struct feel_decimal moment_difference(const struct feel_moment *a, const struct feel_moment *b)
{
    struct feel_decimal whole = feel_decimal_from_int64(moment_epoch(a) - moment_epoch(b));
    struct feel_decimal fraction =
        feel_decimal_from_scaled(a->nanosecond - (int64_t)b->nanosecond, 9);

    if (a->nanosecond != b->nanosecond && decimal_add(whole, fraction, &whole))
        return whole;
    return whole;
}

bool moment_add_seconds(struct feel_moment *moment, bool is_time, struct feel_decimal seconds)
{
    struct feel_decimal floor;
    struct feel_decimal fraction;
    int64_t whole;
    int64_t nanoseconds;
    int64_t total;

    if (!decimal_round(seconds, 0, DECIMAL_FLOOR, &floor) ||
        !decimal_subtract(seconds, floor, &fraction) || !decimal_to_int64(floor, &whole) ||
        !feel_decimal_to_scaled(fraction, 9, &nanoseconds))
        return false;
    nanoseconds += moment->nanosecond;
    if (nanoseconds >= NANOSECONDS_PER_SECOND) {
        nanoseconds -= NANOSECONDS_PER_SECOND;
        whole++;
    }
    if (whole > INT64_MAX / 4 || whole < INT64_MIN / 4)
        return false;
    total = moment->second + whole;
    moment->nanosecond = (int32_t)nanoseconds;
    moment->second = (int32_t)(((total % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY);
    if (is_time)
        return true;
    moment->day += (total - moment->second) / SECONDS_PER_DAY;
    return day_is_in_range(moment->day);
}
