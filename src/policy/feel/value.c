/*
 * Making values, and small questions about them.
 */
#include "policy/feel/value.h"

#include <string.h>

struct feel_value feel_null(void)
{
    return (struct feel_value){.kind = FEEL_NULL};
}

struct feel_value feel_boolean(bool value)
{
    return (struct feel_value){.kind = FEEL_BOOLEAN, .boolean = value};
}

struct feel_value feel_number(struct feel_decimal value)
{
    return (struct feel_value){.kind = FEEL_NUMBER, .number = value};
}

struct feel_value feel_string(struct text value)
{
    return (struct feel_value){.kind = FEEL_STRING, .string = value};
}

struct feel_value feel_date(date_days value)
{
    return (struct feel_value){.kind = FEEL_DATE, .date = value};
}

struct feel_value feel_of_list(const struct feel_list *list)
{
    return (struct feel_value){.kind = FEEL_LIST, .list = list};
}

struct feel_value feel_of_context(const struct feel_context *context)
{
    return (struct feel_value){.kind = FEEL_CONTEXT, .context = context};
}

struct feel_value feel_missing(const struct feel_unknown *unknown)
{
    return (struct feel_value){.kind = FEEL_NULL, .unknown = unknown};
}

const char *feel_kind_name(enum feel_kind kind)
{
    static const char *const names[] = {
        [FEEL_NULL] = "null",
        [FEEL_BOOLEAN] = "boolean",
        [FEEL_NUMBER] = "number",
        [FEEL_STRING] = "string",
        [FEEL_DATE] = "date",
        [FEEL_TIME] = "time",
        [FEEL_DATE_TIME] = "date and time",
        [FEEL_YEARS_MONTHS] = "years and months duration",
        [FEEL_DAYS_TIME] = "days and time duration",
        [FEEL_LIST] = "list",
        [FEEL_CONTEXT] = "context",
        [FEEL_RANGE] = "range",
        [FEEL_FUNCTION] = "function",
    };

    return names[kind];
}

bool feel_context_get(const struct feel_context *context, struct text name,
                      struct feel_value *ret_value)
{
    for (size_t i = 0; i < context->count; i++) {
        if (context->names[i].length == name.length &&
            (context->names[i].bytes == name.bytes ||
             memcmp(context->names[i].bytes, name.bytes, name.length) == 0)) {
            *ret_value = context->values[i];
            return true;
        }
    }
    return false;
}

struct feel_value value_unwrapped(struct feel_value value)
{
    const struct feel_unknown *unknown = value.unknown;

    if (value.kind != FEEL_LIST || value.list->count != 1)
        return value;
    value = value.list->items[0];
    if (value.unknown == NULL)
        value.unknown = unknown;
    return value;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

enum berm_status list_append(struct list_builder *builder, struct feel_value value,
                             struct berm_error *err)
{
    if (builder->count == builder->capacity) {
        size_t capacity = builder->capacity > 0 ? builder->capacity * 2 : 8;
        struct feel_value *grown;

        if (builder->count >= LIST_COUNT_MAX)
            return fail_with(err, BERM_LIMIT, "a list may have %d elements; filter it earlier",
                             LIST_COUNT_MAX);
        grown = arena_alloc(builder->arena, capacity * sizeof *grown);
        if (grown == NULL)
            return fail_with(err, BERM_NO_MEMORY, "no memory for a list of %zu elements", capacity);
        if (builder->count > 0)
            memcpy(grown, builder->items, builder->count * sizeof *grown);
        builder->items = grown;
        builder->capacity = capacity;
    }
    builder->items[builder->count++] = value;
    return BERM_OK;
}

enum berm_status list_append_all(struct list_builder *builder, const struct feel_list *list,
                                 struct berm_error *err)
{
    for (size_t i = 0; i < list->count; i++)
        TRY(list_append(builder, list->items[i], err));
    return BERM_OK;
}

enum berm_status list_finish(struct list_builder *builder, struct feel_value *ret_value,
                             struct berm_error *err)
{
    struct feel_list *list;

    TRY(arena_new(builder->arena, 1, sizeof *list, &list, err));
    list->count = builder->count;
    list->items = builder->items;
    *ret_value = feel_of_list(list);
    return BERM_OK;
}

/* ---- Ranges and properties ------------------------------------------------------------------- */

enum berm_status value_make_range(struct arena *arena, struct feel_value start,
                                  struct feel_value end, unsigned included,
                                  struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_range *range;

    TRY(arena_new(arena, 1, sizeof *range, &range, err));
    range->start = start;
    range->end = end;
    range->is_start_included = (included & RANGE_START_INCLUDED) != 0;
    range->is_end_included = (included & RANGE_END_INCLUDED) != 0;
    *ret_value = (struct feel_value){.kind = FEEL_RANGE, .range = range};
    return BERM_OK;
}

static struct feel_value of_int64(int64_t value)
{
    return feel_number(feel_decimal_from_int64(value));
}

static bool day_property(int64_t day, struct text name, struct feel_value *ret_value)
{
    struct civil civil = civil_from_day(day);

    if (text_equal(name, TEXT("year")))
        *ret_value = of_int64(civil.year);
    else if (text_equal(name, TEXT("month")))
        *ret_value = of_int64(civil.month);
    else if (text_equal(name, TEXT("day")))
        *ret_value = of_int64(civil.day);
    else if (text_equal(name, TEXT("weekday")))
        *ret_value = of_int64(weekday_of_day(day));
    else
        return false;
    return true;
}

static bool moment_property(const struct feel_moment *moment, struct text name,
                            struct feel_value *ret_value)
{
    *ret_value = feel_null();
    if (text_equal(name, TEXT("hour"))) {
        *ret_value = of_int64(moment->second / 3600);
    } else if (text_equal(name, TEXT("minute"))) {
        *ret_value = of_int64(moment->second / 60 % 60);
    } else if (text_equal(name, TEXT("second"))) {
        *ret_value = of_int64(moment->second % 60);
    } else if (text_equal(name, TEXT("time offset"))) {
        if (moment->zone_kind != ZONE_NONE)
            *ret_value = (struct feel_value){
                .kind = FEEL_DAYS_TIME, .seconds = feel_decimal_from_int64(moment->offset_seconds)};
    } else if (text_equal(name, TEXT("timezone"))) {
        if (moment->zone_kind == ZONE_NAME)
            *ret_value = feel_string(moment->zone);
    } else {
        return false;
    }
    return true;
}

static bool months_property(int64_t months, struct text name, struct feel_value *ret_value)
{
    if (text_equal(name, TEXT("years")))
        *ret_value = of_int64(months / 12);
    else if (text_equal(name, TEXT("months")))
        *ret_value = of_int64(months % 12);
    else
        return false;
    return true;
}

static bool seconds_property(struct feel_decimal seconds, struct text name,
                             struct feel_value *ret_value)
{
    int64_t whole;

    if (!decimal_to_int64(seconds, &whole)) {
        *ret_value = feel_null();
        return true;
    }
    if (text_equal(name, TEXT("days")))
        *ret_value = of_int64(whole / SECONDS_PER_DAY);
    else if (text_equal(name, TEXT("hours")))
        *ret_value = of_int64(whole / 3600 % 24);
    else if (text_equal(name, TEXT("minutes")))
        *ret_value = of_int64(whole / 60 % 60);
    else if (text_equal(name, TEXT("seconds")))
        *ret_value = of_int64(whole % 60);
    else
        return false;
    return true;
}

static bool range_property(const struct feel_range *range, struct text name,
                           struct feel_value *ret_value)
{
    if (text_equal(name, TEXT("start")))
        *ret_value = range->start;
    else if (text_equal(name, TEXT("end")))
        *ret_value = range->end;
    else if (text_equal(name, TEXT("start included")))
        *ret_value = feel_boolean(range->is_start_included);
    else if (text_equal(name, TEXT("end included")))
        *ret_value = feel_boolean(range->is_end_included);
    else
        return false;
    return true;
}

bool value_property(const struct feel_value *value, struct text name, struct feel_value *ret_value)
{
    switch (value->kind) {
    case FEEL_DATE:
        return day_property(value->date, name, ret_value);
    case FEEL_TIME:
        return moment_property(value->moment, name, ret_value);
    case FEEL_DATE_TIME:
        return day_property(value->moment->day, name, ret_value) ||
               moment_property(value->moment, name, ret_value);
    case FEEL_YEARS_MONTHS:
        return months_property(value->months, name, ret_value);
    case FEEL_DAYS_TIME:
        return seconds_property(value->seconds, name, ret_value);
    case FEEL_RANGE:
        return range_property(value->range, name, ret_value);
    default:
        return false;
    }
}
