/*
 * Dates, times and durations from and to ISO 8601 text, as XML Schema narrows it down and FEEL
 * widens it again with "@Europe/Paris".
 */
#include "policy/feel/temporal.h"

#include <stdio.h>
#include <string.h>

#include "policy/feel/decimal.h"

enum { OFFSET_HOURS_MAX = 18 };

/** A reader over text; every step is false where the text does not go on as asked. */
struct cursor {
    struct text text;
    size_t at;
};

static bool take_char(struct cursor *cursor, char c)
{
    if (cursor->at >= cursor->text.length || cursor->text.bytes[cursor->at] != c)
        return false;
    cursor->at++;
    return true;
}

static size_t count_digits(const struct cursor *cursor)
{
    size_t count = 0;

    while (cursor->at + count < cursor->text.length &&
           cursor->text.bytes[cursor->at + count] >= '0' &&
           cursor->text.bytes[cursor->at + count] <= '9')
        count++;
    return count;
}

/** Between min and max digits as a number; max is at most 18. */
static bool take_number(struct cursor *cursor, size_t min, size_t max, int64_t *ret_value)
{
    size_t count = count_digits(cursor);
    int64_t value = 0;

    if (count < min || count > max)
        return false;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (cursor->text.bytes[cursor->at++] - '0');
    *ret_value = value;
    return true;
}

static bool is_at_end(const struct cursor *cursor)
{
    return cursor->at == cursor->text.length;
}

/* ---- Dates and times ------------------------------------------------------------------------- */

static bool take_day(struct cursor *cursor, int64_t *ret_day)
{
    bool is_negative = take_char(cursor, '-');
    size_t digits = count_digits(cursor);
    int64_t year;
    int64_t month;
    int64_t day;

    if (digits > 4 && cursor->text.bytes[cursor->at] == '0')
        return false;
    if (!take_number(cursor, 4, 9, &year) || !take_char(cursor, '-') ||
        !take_number(cursor, 2, 2, &month) || !take_char(cursor, '-') ||
        !take_number(cursor, 2, 2, &day))
        return false;
    if (is_negative)
        year = -year;
    if (!civil_is_valid(year, month, day))
        return false;
    *ret_day = day_from_civil(year, (int)month, (int)day);
    return true;
}

bool parse_day(struct text text, int64_t *ret_day)
{
    struct cursor cursor = {.text = text};

    return take_day(&cursor, ret_day) && is_at_end(&cursor);
}

static bool take_fraction(struct cursor *cursor, int32_t *ret_nanosecond)
{
    size_t count;
    int32_t value = 0;

    *ret_nanosecond = 0;
    if (!take_char(cursor, '.'))
        return true;
    count = count_digits(cursor);
    if (count == 0)
        return false;
    for (size_t i = 0; i < 9; i++)
        value = value * 10 + (i < count ? cursor->text.bytes[cursor->at + i] - '0' : 0);
    cursor->at += count;
    *ret_nanosecond = value;
    return true;
}

static bool take_zone(struct cursor *cursor, struct feel_moment *moment)
{
    bool is_west;
    int64_t hours;
    int64_t minutes;
    int64_t seconds = 0;

    if (is_at_end(cursor))
        return true;
    if (take_char(cursor, 'Z') || take_char(cursor, 'z')) {
        moment->zone_kind = ZONE_OFFSET;
        return is_at_end(cursor);
    }
    if (take_char(cursor, '@')) {
        moment->zone_kind = ZONE_NAME;
        moment->zone = text_from(cursor->text, cursor->at);
        return zone_offset(moment->zone, moment->day * SECONDS_PER_DAY + moment->second,
                           &moment->offset_seconds);
    }
    is_west = take_char(cursor, '-');
    if (!is_west && !take_char(cursor, '+'))
        return false;
    if (!take_number(cursor, 2, 2, &hours) || !take_char(cursor, ':') ||
        !take_number(cursor, 2, 2, &minutes) || minutes > 59)
        return false;
    if (take_char(cursor, ':') && (!take_number(cursor, 2, 2, &seconds) || seconds > 59))
        return false;
    seconds += hours * 3600 + minutes * 60;
    if (seconds > OFFSET_HOURS_MAX * 3600)
        return false;
    moment->zone_kind = ZONE_OFFSET;
    moment->offset_seconds = (int32_t)(is_west ? -seconds : seconds);
    return is_at_end(cursor);
}

static bool take_time(struct cursor *cursor, struct feel_moment *moment)
{
    int64_t hour;
    int64_t minute;
    int64_t second;

    if (!take_number(cursor, 2, 2, &hour) || !take_char(cursor, ':') ||
        !take_number(cursor, 2, 2, &minute) || !take_char(cursor, ':') ||
        !take_number(cursor, 2, 2, &second) || !take_fraction(cursor, &moment->nanosecond))
        return false;
    if (minute > 59 || second > 59 || hour > 24)
        return false;
    if (hour == 24) { /* midnight at the end of the day is the start of the next */
        if (minute != 0 || second != 0 || moment->nanosecond != 0)
            return false;
        hour = 0;
        moment->day++;
    }
    moment->second = (int32_t)(hour * 3600 + minute * 60 + second);
    return take_zone(cursor, moment);
}

bool parse_time(struct text text, struct feel_moment *ret_moment)
{
    struct cursor cursor = {.text = text};
    struct feel_moment moment = {0};

    if (text.length > 0 && text.bytes[0] == 'T')
        cursor.at = 1;
    if (!take_time(&cursor, &moment))
        return false;
    moment.day = 0;
    *ret_moment = moment;
    return true;
}

bool parse_date_time(struct text text, struct feel_moment *ret_moment)
{
    struct cursor cursor = {.text = text};
    struct feel_moment moment = {0};

    if (!take_day(&cursor, &moment.day))
        return false;
    if (!is_at_end(&cursor) && (!take_char(&cursor, 'T') || !take_time(&cursor, &moment)))
        return false;
    *ret_moment = moment;
    return true;
}

/* ---- Durations ------------------------------------------------------------------------------- */

bool parse_years_months(struct text text, int64_t *ret_months)
{
    struct cursor cursor = {.text = text};
    bool is_negative = take_char(&cursor, '-');
    int64_t months = 0;
    bool has_part = false;

    if (!take_char(&cursor, 'P'))
        return false;
    for (int part = 0; part < 2; part++) {
        size_t start = cursor.at;
        int64_t number;

        if (!take_number(&cursor, 1, 17, &number))
            continue;
        if (!take_char(&cursor, part == 0 ? 'Y' : 'M')) {
            cursor.at = start;
            continue;
        }
        has_part = true;
        months += part == 0 ? number * 12 : number;
    }
    if (!has_part || !is_at_end(&cursor))
        return false;
    *ret_months = is_negative ? -months : months;
    return true;
}

/** One number with its letter, in seconds; the cursor stays where there is none. */
static bool take_part(struct cursor *cursor, char letter, int64_t unit, bool has_fraction,
                      struct feel_decimal *total, bool *has_part)
{
    size_t start = cursor->at;
    size_t length = count_digits(cursor);
    struct feel_decimal number;

    if (length == 0)
        return true;
    cursor->at += length;
    if (has_fraction && take_char(cursor, '.')) {
        size_t places = count_digits(cursor);

        cursor->at += places;
        length += places > 0 ? places + 1 : 0;
    }
    if (!take_char(cursor, letter)) {
        cursor->at = start;
        return true;
    }
    *has_part = true;
    return feel_decimal_parse((struct text){cursor->text.bytes + start, length}, &number) &&
           decimal_multiply(number, feel_decimal_from_int64(unit), &number) &&
           decimal_add(*total, number, total);
}

bool parse_days_time(struct text text, struct feel_decimal *ret_seconds)
{
    struct cursor cursor = {.text = text};
    bool is_negative = take_char(&cursor, '-');
    struct feel_decimal total = feel_decimal_from_int64(0);
    bool has_part = false;

    if (!take_char(&cursor, 'P') ||
        !take_part(&cursor, 'D', SECONDS_PER_DAY, false, &total, &has_part))
        return false;
    if (take_char(&cursor, 'T')) {
        bool has_time = false;

        if (!take_part(&cursor, 'H', 3600, false, &total, &has_time) ||
            !take_part(&cursor, 'M', 60, false, &total, &has_time) ||
            !take_part(&cursor, 'S', 1, true, &total, &has_time) || !has_time)
            return false;
        has_part = true;
    }
    if (!has_part || !is_at_end(&cursor))
        return false;
    *ret_seconds = is_negative && !decimal_is_zero(total) ? decimal_negate(total) : total;
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static size_t write_day(int64_t day, char *out, size_t size)
{
    struct civil civil = civil_from_day(day);
    int64_t year = civil.year < 0 ? -civil.year : civil.year;

    return (size_t)snprintf(out, size, "%s%04lld-%02d-%02d", civil.year < 0 ? "-" : "",
                            (long long)year, civil.month, civil.day);
}

struct text format_day(int64_t day, char out[TEMPORAL_TEXT_MAX])
{
    return (struct text){out, write_day(day, out, TEMPORAL_TEXT_MAX)};
}

static size_t write_zone(const struct feel_moment *moment, char *out, size_t size)
{
    int32_t offset = moment->offset_seconds < 0 ? -moment->offset_seconds : moment->offset_seconds;

    if (moment->zone_kind == ZONE_NAME)
        return (size_t)snprintf(out, size, "@%.*s", TEXT_ARG(moment->zone));
    if (moment->zone_kind == ZONE_NONE)
        return 0;
    if (offset == 0)
        return (size_t)snprintf(out, size, "Z");
    if (offset % 60 != 0)
        return (size_t)snprintf(out, size, "%c%02d:%02d:%02d",
                                moment->offset_seconds < 0 ? '-' : '+', offset / 3600,
                                offset / 60 % 60, offset % 60);
    return (size_t)snprintf(out, size, "%c%02d:%02d", moment->offset_seconds < 0 ? '-' : '+',
                            offset / 3600, offset / 60 % 60);
}

struct text format_moment(const struct feel_moment *moment, bool is_time,
                          char out[TEMPORAL_TEXT_MAX])
{
    size_t length = 0;

    if (!is_time) {
        length = write_day(moment->day, out, TEMPORAL_TEXT_MAX);
        out[length++] = 'T';
    }
    length +=
        (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, "%02d:%02d:%02d",
                         moment->second / 3600, moment->second / 60 % 60, moment->second % 60);
    if (moment->nanosecond != 0) {
        length +=
            (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, ".%09d", moment->nanosecond);
        while (out[length - 1] == '0')
            length--;
    }
    length += write_zone(moment, out + length, TEMPORAL_TEXT_MAX - length);
    return (struct text){out, length};
}

struct text format_months(int64_t months, char out[TEMPORAL_TEXT_MAX])
{
    uint64_t magnitude = months < 0 ? 0 - (uint64_t)months : (uint64_t)months;
    size_t length = 0;

    length += (size_t)snprintf(out, TEMPORAL_TEXT_MAX, "%sP", months < 0 ? "-" : "");
    if (magnitude >= 12)
        length += (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, "%lluY",
                                   (unsigned long long)(magnitude / 12));
    if (magnitude % 12 != 0 || magnitude == 0)
        length += (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, "%lluM",
                                   (unsigned long long)(magnitude % 12));
    return (struct text){out, length};
}

/** seconds, which is not negative, as days, hours, minutes and a rest below a minute. */
static bool split_seconds(struct feel_decimal seconds, struct feel_decimal *ret_days,
                          int64_t *ret_hours, int64_t *ret_minutes, struct feel_decimal *ret_rest)
{
    struct feel_decimal per_day = feel_decimal_from_int64(SECONDS_PER_DAY);
    struct feel_decimal of_day;
    struct feel_decimal minutes;
    struct feel_decimal days;
    int64_t whole_minutes;

    if (!decimal_modulo(seconds, per_day, &of_day) || !decimal_subtract(seconds, of_day, &days) ||
        !decimal_divide(days, per_day, ret_days) ||
        !decimal_modulo(of_day, feel_decimal_from_int64(60), ret_rest) ||
        !decimal_subtract(of_day, *ret_rest, &minutes) ||
        !decimal_to_int64(minutes, &whole_minutes))
        return false;
    *ret_hours = whole_minutes / 3600;
    *ret_minutes = whole_minutes / 60 % 60;
    return true;
}

struct text format_seconds(struct feel_decimal seconds, char out[TEMPORAL_TEXT_MAX])
{
    struct feel_decimal days;
    struct feel_decimal rest;
    char number[FEEL_DECIMAL_TEXT_MAX];
    int64_t hours;
    int64_t minutes;
    size_t length = 0;
    struct text text;

    if (decimal_is_zero(seconds) ||
        !split_seconds(decimal_absolute(seconds), &days, &hours, &minutes, &rest))
        return (struct text){out, (size_t)snprintf(out, TEMPORAL_TEXT_MAX, "PT0S")};
    length +=
        (size_t)snprintf(out, TEMPORAL_TEXT_MAX, "%sP", decimal_is_negative(seconds) ? "-" : "");
    if (!decimal_is_zero(days)) {
        text = feel_decimal_format(days, number);
        length +=
            (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, "%.*sD", TEXT_ARG(text));
    }
    if (hours == 0 && minutes == 0 && decimal_is_zero(rest))
        return (struct text){out, length};
    out[length++] = 'T';
    if (hours != 0)
        length += (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, "%dH", (int)hours);
    if (minutes != 0)
        length += (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, "%dM", (int)minutes);
    if (!decimal_is_zero(rest)) {
        text = feel_decimal_format(rest, number);
        length +=
            (size_t)snprintf(out + length, TEMPORAL_TEXT_MAX - length, "%.*sS", TEXT_ARG(text));
    }
    return (struct text){out, length};
}
