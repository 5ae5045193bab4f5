/*
 * Arithmetic on values: numbers, strings, dates, times and durations.
 *
 * What the standard's tables 45 to 49 do not list is null. A date in a subtraction with a date and
 * time counts as midnight UTC; moments with and without a zone have no difference.
 */
#include "policy/feel/value.h"

#include <string.h>

static struct feel_value number_or_null(bool is_finite, struct feel_decimal number)
{
    return is_finite ? feel_number(number) : feel_null();
}

static struct feel_value seconds_or_null(bool is_finite, struct feel_decimal seconds)
{
    if (!is_finite)
        return feel_null();
    return (struct feel_value){.kind = FEEL_DAYS_TIME, .seconds = seconds};
}

static struct feel_value of_months(int64_t months)
{
    return (struct feel_value){.kind = FEEL_YEARS_MONTHS, .months = months};
}

static struct feel_value of_day(bool is_in_range, int64_t day)
{
    if (!is_in_range || !day_is_in_range(day))
        return feel_null();
    return (struct feel_value){.kind = FEEL_DATE, .date = day};
}

static bool is_duration(const struct feel_value *value)
{
    return value->kind == FEEL_DAYS_TIME || value->kind == FEEL_YEARS_MONTHS;
}

static bool is_temporal(const struct feel_value *value)
{
    return value->kind == FEEL_DATE || value->kind == FEEL_TIME || value->kind == FEEL_DATE_TIME;
}

static enum berm_status join_strings(struct arena *arena, struct text a, struct text b,
                                     struct feel_value *ret_value, struct berm_error *err)
{
    char *bytes;

    if (a.length + b.length > STRING_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "a string may have %d bytes", STRING_BYTES_MAX);
    bytes = arena_alloc(arena, a.length + b.length);
    if (bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a string of %zu bytes",
                         a.length + b.length);
    if (a.length > 0)
        memcpy(bytes, a.bytes, a.length);
    if (b.length > 0)
        memcpy(bytes + a.length, b.bytes, b.length);
    *ret_value = feel_string((struct text){bytes, a.length + b.length});
    return BERM_OK;
}

/* ---- Moving dates and times by durations ----------------------------------------------------- */

static bool day_add_seconds(int64_t day, struct feel_decimal seconds, int64_t *ret_day)
{
    struct feel_moment moment = moment_of_day(day, true);

    if (!moment_add_seconds(&moment, false, seconds))
        return false;
    *ret_day = moment.day;
    return true;
}

/** value + sign * duration. */
static enum berm_status add_duration(struct arena *arena, const struct feel_value *value,
                                     const struct feel_value *duration, bool is_subtracted,
                                     struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_moment moment;
    int64_t day = 0;
    bool is_fine;

    *ret_value = feel_null();
    if (duration->kind == FEEL_YEARS_MONTHS) {
        int64_t months = is_subtracted ? -duration->months : duration->months;

        if (value->kind == FEEL_DATE) {
            is_fine = day_add_months(value->date, months, &day);
            *ret_value = of_day(is_fine, day);
            return BERM_OK;
        }
        if (value->kind != FEEL_DATE_TIME)
            return BERM_OK;
        moment = *value->moment;
        is_fine = day_add_months(moment.day, months, &moment.day);
    } else {
        struct feel_decimal seconds =
            is_subtracted ? decimal_negate(duration->seconds) : duration->seconds;

        if (value->kind == FEEL_DATE) {
            is_fine = day_add_seconds(value->date, seconds, &day);
            *ret_value = of_day(is_fine, day);
            return BERM_OK;
        }
        moment = *value->moment;
        is_fine = moment_add_seconds(&moment, value->kind == FEEL_TIME, seconds);
    }
    if (!is_fine)
        return BERM_OK;
    return moment_value(arena, (enum feel_kind)value->kind, moment, ret_value, err);
}

static bool as_moment(const struct feel_value *value, struct feel_moment *ret_moment)
{
    if (value->kind == FEEL_DATE)
        *ret_moment = moment_of_day(value->date, false);
    else
        *ret_moment = *value->moment;
    return ret_moment->zone_kind != ZONE_NONE;
}

static struct feel_value subtract_temporal(const struct feel_value *a, const struct feel_value *b)
{
    struct feel_moment left;
    struct feel_moment right;
    bool has_left_zone;
    bool has_right_zone;

    if ((a->kind == FEEL_TIME) != (b->kind == FEEL_TIME))
        return feel_null();
    has_left_zone = as_moment(a, &left);
    has_right_zone = as_moment(b, &right);
    if (has_left_zone != has_right_zone)
        return feel_null();
    return seconds_or_null(true, moment_difference(&left, &right));
}

/* ---- The operators --------------------------------------------------------------------------- */

enum berm_status value_add(struct arena *arena, const struct feel_value *a,
                           const struct feel_value *b, struct feel_value *ret_value,
                           struct berm_error *err)
{
    struct feel_decimal sum;
    int64_t months;

    if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER) {
        *ret_value = decimal_add(a->number, b->number, &sum) ? feel_number(sum) : feel_null();
        return BERM_OK;
    }
    if (a->kind == FEEL_STRING && b->kind == FEEL_STRING)
        return join_strings(arena, a->string, b->string, ret_value, err);
    if (is_temporal(a) && is_duration(b))
        return add_duration(arena, a, b, false, ret_value, err);
    if (is_duration(a) && is_temporal(b))
        return add_duration(arena, b, a, false, ret_value, err);
    *ret_value = feel_null();
    if (a->kind == FEEL_DAYS_TIME && b->kind == FEEL_DAYS_TIME &&
        decimal_add(a->seconds, b->seconds, &sum))
        *ret_value = seconds_or_null(true, sum);
    else if (a->kind == FEEL_YEARS_MONTHS && b->kind == FEEL_YEARS_MONTHS &&
             !__builtin_add_overflow(a->months, b->months, &months))
        *ret_value = of_months(months);
    return BERM_OK;
}

enum berm_status value_subtract(struct arena *arena, const struct feel_value *a,
                                const struct feel_value *b, struct feel_value *ret_value,
                                struct berm_error *err)
{
    struct feel_decimal difference;
    int64_t months;

    if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER) {
        *ret_value = decimal_subtract(a->number, b->number, &difference) ? feel_number(difference)
                                                                         : feel_null();
        return BERM_OK;
    }
    if (is_temporal(a) && is_duration(b))
        return add_duration(arena, a, b, true, ret_value, err);
    *ret_value = feel_null();
    if (is_temporal(a) && is_temporal(b))
        *ret_value = subtract_temporal(a, b);
    else if (a->kind == FEEL_DAYS_TIME && b->kind == FEEL_DAYS_TIME &&
             decimal_subtract(a->seconds, b->seconds, &difference))
        *ret_value = seconds_or_null(true, difference);
    else if (a->kind == FEEL_YEARS_MONTHS && b->kind == FEEL_YEARS_MONTHS &&
             !__builtin_sub_overflow(a->months, b->months, &months))
        *ret_value = of_months(months);
    return BERM_OK;
}

/** months * factor (or / factor), cut towards zero. */
static struct feel_value scale_months(int64_t months, struct feel_decimal factor, bool is_divided)
{
    struct feel_decimal number = feel_decimal_from_int64(months);
    int64_t scaled;
    bool is_fine = is_divided ? decimal_divide(number, factor, &number)
                              : decimal_multiply(number, factor, &number);

    if (!is_fine || !decimal_to_int64(number, &scaled))
        return feel_null();
    return of_months(scaled);
}

struct feel_value value_multiply(const struct feel_value *a, const struct feel_value *b)
{
    struct feel_decimal product = {0, 0};
    bool is_fine;

    if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER) {
        is_fine = decimal_multiply(a->number, b->number, &product);
        return number_or_null(is_fine, product);
    }
    if (b->kind == FEEL_NUMBER) {
        const struct feel_value *swapped = a;

        a = b;
        b = swapped;
    }
    if (a->kind != FEEL_NUMBER)
        return feel_null();
    if (b->kind == FEEL_YEARS_MONTHS)
        return scale_months(b->months, a->number, false);
    if (b->kind != FEEL_DAYS_TIME)
        return feel_null();
    is_fine = decimal_multiply(a->number, b->seconds, &product);
    return seconds_or_null(is_fine, product);
}

struct feel_value value_divide(const struct feel_value *a, const struct feel_value *b)
{
    struct feel_decimal quotient = {0, 0};
    bool is_fine;

    if (a->kind == FEEL_NUMBER && b->kind == FEEL_NUMBER) {
        is_fine = decimal_divide(a->number, b->number, &quotient);
        return number_or_null(is_fine, quotient);
    }
    if (a->kind == FEEL_DAYS_TIME && b->kind == FEEL_NUMBER) {
        is_fine = decimal_divide(a->seconds, b->number, &quotient);
        return seconds_or_null(is_fine, quotient);
    }
    if (a->kind == FEEL_DAYS_TIME && b->kind == FEEL_DAYS_TIME) {
        is_fine = decimal_divide(a->seconds, b->seconds, &quotient);
        return number_or_null(is_fine, quotient);
    }
    if (a->kind == FEEL_YEARS_MONTHS && b->kind == FEEL_NUMBER)
        return scale_months(a->months, b->number, true);
    if (a->kind == FEEL_YEARS_MONTHS && b->kind == FEEL_YEARS_MONTHS) {
        is_fine = decimal_divide(feel_decimal_from_int64(a->months),
                                 feel_decimal_from_int64(b->months), &quotient);
        return number_or_null(is_fine, quotient);
    }
    return feel_null();
}

struct feel_value value_power(const struct feel_value *a, const struct feel_value *b)
{
    struct feel_decimal power = {0, 0};
    bool is_fine;

    if (a->kind != FEEL_NUMBER || b->kind != FEEL_NUMBER)
        return feel_null();
    is_fine = decimal_power(a->number, b->number, &power);
    return number_or_null(is_fine, power);
}

struct feel_value value_negate(const struct feel_value *value)
{
    switch (value->kind) {
    case FEEL_NUMBER:
        return feel_number(decimal_is_zero(value->number) ? value->number
                                                          : decimal_negate(value->number));
    case FEEL_DAYS_TIME:
        return seconds_or_null(true, decimal_negate(value->seconds));
    case FEEL_YEARS_MONTHS:
        return of_months(value->months == INT64_MIN ? INT64_MAX : -value->months);
    default:
        return feel_null();
    }
}
