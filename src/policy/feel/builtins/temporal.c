/*
 * Built-in functions that make dates, times and durations, or ask about them.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"

static struct feel_value of_day(int64_t day)
{
    return (struct feel_value){.kind = FEEL_DATE, .date = day};
}

static struct feel_value of_int64(int64_t value)
{
    return feel_number(feel_decimal_from_int64(value));
}

static enum berm_status parse(struct call *call, enum feel_kind kind, const struct feel_value *from,
                              struct feel_value *ret_value)
{
    return feel_parse_literal(kind, from->string, call->run->arena, ret_value, call->err);
}

/** The day of a date or a date and time. */
static bool day_of(const struct feel_value *value, int64_t *ret_day)
{
    if (value->kind == FEEL_DATE)
        *ret_day = value->date;
    else if (value->kind == FEEL_DATE_TIME)
        *ret_day = value->moment->day;
    else
        return false;
    return true;
}

/** A whole number argument. */
static bool whole(const struct feel_value *value, int64_t *ret_value)
{
    return value->kind == FEEL_NUMBER && decimal_is_integer(value->number) &&
           decimal_to_int64(value->number, ret_value);
}

/* ---- Dates ----------------------------------------------------------------------------------- */

enum berm_status builtin_date_from(struct call *call, struct feel_value *ret_value)
{
    struct feel_value from = value_unwrapped(call->arguments[0]);
    int64_t day;

    if (from.kind == FEEL_STRING)
        return parse(call, FEEL_DATE, &from, ret_value);
    if (day_of(&from, &day))
        *ret_value = of_day(day);
    return BERM_OK;
}

static bool day_of_parts(const struct feel_value *parts, int64_t *ret_day)
{
    int64_t year;
    int64_t month;
    int64_t day;

    if (!whole(&parts[0], &year) || !whole(&parts[1], &month) || !whole(&parts[2], &day) ||
        !civil_is_valid(year, month, day))
        return false;
    *ret_day = day_from_civil(year, (int)month, (int)day);
    return true;
}

enum berm_status builtin_date_of_parts(struct call *call, struct feel_value *ret_value)
{
    int64_t day;

    if (day_of_parts(call->arguments, &day))
        *ret_value = of_day(day);
    return BERM_OK;
}

/* ---- Times ----------------------------------------------------------------------------------- */

/** hour, minute, second with fraction and an offset or zone name into the moment. */
static bool clock_of_parts(const struct feel_value *parts, const struct feel_value *offset,
                           struct feel_moment *moment)
{
    struct feel_decimal nanoseconds;
    int64_t hour;
    int64_t minute;
    int64_t second;
    int64_t total;

    if (!whole(&parts[0], &hour) || !whole(&parts[1], &minute) ||
        !decimal_to_int64(parts[2].number, &second) || decimal_is_negative(parts[2].number) ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second > 59)
        return false;
    if (!decimal_round(parts[2].number, 9, DECIMAL_DOWN, &nanoseconds) ||
        !feel_decimal_to_scaled(nanoseconds, 9, &total))
        return false;
    moment->second = (int32_t)(hour * 3600 + minute * 60 + second);
    moment->nanosecond = (int32_t)(total % NANOSECONDS_PER_SECOND);
    if (offset == NULL || offset->kind == FEEL_NULL)
        return true;
    if (offset->kind == FEEL_STRING) {
        moment->zone_kind = ZONE_NAME;
        moment->zone = offset->string;
        return true;
    }
    if (offset->kind != FEEL_DAYS_TIME || !decimal_to_int64(offset->seconds, &total) ||
        total > 18 * 3600 || total < -18 * 3600)
        return false;
    moment->zone_kind = ZONE_OFFSET;
    moment->offset_seconds = (int32_t)total;
    return true;
}

enum berm_status builtin_time_of_parts(struct call *call, struct feel_value *ret_value)
{
    struct feel_moment moment = {0};

    if (!clock_of_parts(call->arguments, is_given(call, 3) ? &call->arguments[3] : NULL, &moment))
        return BERM_OK;
    return moment_value(call->run->arena, FEEL_TIME, moment, ret_value, call->err);
}

enum berm_status builtin_time_from(struct call *call, struct feel_value *ret_value)
{
    struct feel_value from = value_unwrapped(call->arguments[0]);
    struct feel_moment moment;

    if (from.kind == FEEL_STRING)
        return parse(call, FEEL_TIME, &from, ret_value);
    if (from.kind == FEEL_DATE)
        moment = moment_of_day(0, false);
    else if (from.kind == FEEL_TIME || from.kind == FEEL_DATE_TIME)
        moment = *from.moment;
    else
        return BERM_OK;
    moment.day = 0;
    return moment_value(call->run->arena, FEEL_TIME, moment, ret_value, call->err);
}

/* ---- Dates and times ------------------------------------------------------------------------- */

enum berm_status builtin_date_time_from(struct call *call, struct feel_value *ret_value)
{
    struct feel_value from = value_unwrapped(call->arguments[0]);

    if (from.kind == FEEL_STRING)
        return parse(call, FEEL_DATE_TIME, &from, ret_value);
    if (from.kind == FEEL_DATE_TIME) {
        *ret_value = from;
        ret_value->unknown = NULL;
    } else if (from.kind == FEEL_DATE) {
        return moment_value(call->run->arena, FEEL_DATE_TIME, moment_of_day(from.date, false),
                            ret_value, call->err);
    }
    return BERM_OK;
}

enum berm_status builtin_date_time_of(struct call *call, struct feel_value *ret_value)
{
    struct feel_value time = value_unwrapped(call->arguments[1]);
    struct feel_value date = value_unwrapped(call->arguments[0]);
    struct feel_moment moment;
    int64_t day;

    if (!day_of(&date, &day) || time.kind != FEEL_TIME)
        return BERM_OK;
    moment = *time.moment;
    moment.day = day;
    return moment_value(call->run->arena, FEEL_DATE_TIME, moment, ret_value, call->err);
}

enum berm_status builtin_date_time_of_parts(struct call *call, struct feel_value *ret_value)
{
    struct feel_moment moment = {0};

    if (!day_of_parts(call->arguments, &moment.day) ||
        !clock_of_parts(call->arguments + 3, is_given(call, 6) ? &call->arguments[6] : NULL,
                        &moment))
        return BERM_OK;
    return moment_value(call->run->arena, FEEL_DATE_TIME, moment, ret_value, call->err);
}

/** run->now, or the clock. */
static enum berm_status current_moment(struct call *call, struct feel_value *ret_value)
{
    char text[32];
    struct feel_value now = feel_string(call->run->now);

    if (now.string.length == 0)
        now.string = instant_now(text);
    return parse(call, FEEL_DATE_TIME, &now, ret_value);
}

enum berm_status builtin_now(struct call *call, struct feel_value *ret_value)
{
    return current_moment(call, ret_value);
}

enum berm_status builtin_today(struct call *call, struct feel_value *ret_value)
{
    struct feel_value now;

    TRY(current_moment(call, &now));
    *ret_value = now.kind == FEEL_DATE_TIME ? of_day(now.moment->day) : feel_null();
    return BERM_OK;
}

/* ---- Durations ------------------------------------------------------------------------------- */

enum berm_status builtin_duration(struct call *call, struct feel_value *ret_value)
{
    struct feel_value from = value_unwrapped(call->arguments[0]);

    if (from.kind == FEEL_DAYS_TIME || from.kind == FEEL_YEARS_MONTHS) {
        *ret_value = from;
        ret_value->unknown = NULL;
    }
    if (from.kind != FEEL_STRING)
        return BERM_OK;
    TRY(parse(call, FEEL_DAYS_TIME, &from, ret_value));
    if (ret_value->kind == FEEL_NULL)
        return parse(call, FEEL_YEARS_MONTHS, &from, ret_value);
    return BERM_OK;
}

enum berm_status builtin_years_and_months(struct call *call, struct feel_value *ret_value)
{
    struct feel_value from = value_unwrapped(call->arguments[0]);
    struct feel_value to = value_unwrapped(call->arguments[1]);
    struct civil first;
    struct civil last;
    int64_t day;
    int64_t months;
    int64_t from_second = 0;
    int64_t to_second = 0;

    if (!day_of(&from, &day))
        return BERM_OK;
    first = civil_from_day(day);
    if (!day_of(&to, &day))
        return BERM_OK;
    last = civil_from_day(day);
    if (from.kind == FEEL_DATE_TIME && to.kind == FEEL_DATE_TIME) {
        from_second = from.moment->second;
        to_second = to.moment->second;
    }
    months = (last.year - first.year) * 12 + last.month - first.month;
    /* A month counts once its day, and the time of that day, is reached. */
    if (months > 0 && (last.day < first.day || (last.day == first.day && to_second < from_second)))
        months--;
    else if (months < 0 &&
             (last.day > first.day || (last.day == first.day && to_second > from_second)))
        months++;
    *ret_value = (struct feel_value){.kind = FEEL_YEARS_MONTHS, .months = months};
    return BERM_OK;
}

/* ---- Questions ------------------------------------------------------------------------------- */

static bool is_same_moment(const struct feel_moment *a, const struct feel_moment *b)
{
    return a->day == b->day && a->second == b->second && a->nanosecond == b->nanosecond &&
           (a->zone_kind == ZONE_NONE) == (b->zone_kind == ZONE_NONE) &&
           a->offset_seconds == b->offset_seconds;
}

enum berm_status builtin_is(struct call *call, struct feel_value *ret_value)
{
    const struct feel_value *a = &call->arguments[0];
    const struct feel_value *b = &call->arguments[1];
    bool is_same = a->kind == b->kind;

    if (is_same && (a->kind == FEEL_TIME || a->kind == FEEL_DATE_TIME))
        is_same = is_same_moment(a->moment, b->moment);
    else if (is_same)
        is_same = value_equal(a, b) == TRUTH_TRUE;
    *ret_value = feel_boolean(is_same);
    return BERM_OK;
}

enum berm_status builtin_day_of_year(struct call *call, struct feel_value *ret_value)
{
    struct feel_value date = value_unwrapped(call->arguments[0]);
    int64_t day;

    if (day_of(&date, &day))
        *ret_value = of_int64(day_of_year(day));
    return BERM_OK;
}

enum berm_status builtin_week_of_year(struct call *call, struct feel_value *ret_value)
{
    struct feel_value date = value_unwrapped(call->arguments[0]);
    int64_t day;

    if (day_of(&date, &day))
        *ret_value = of_int64(week_of_year(day));
    return BERM_OK;
}

enum berm_status builtin_day_of_week(struct call *call, struct feel_value *ret_value)
{
    static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
    struct feel_value date = value_unwrapped(call->arguments[0]);
    int64_t day;

    if (day_of(&date, &day))
        *ret_value = feel_string(text_of(names[weekday_of_day(day) - 1]));
    return BERM_OK;
}

enum berm_status builtin_month_of_year(struct call *call, struct feel_value *ret_value)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    struct feel_value date = value_unwrapped(call->arguments[0]);
    int64_t day;

    if (day_of(&date, &day))
        *ret_value = feel_string(text_of(names[civil_from_day(day).month - 1]));
    return BERM_OK;
}
