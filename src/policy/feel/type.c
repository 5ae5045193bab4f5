/*
 * Types: names, conformance, and DMN's implicit conversions.
 */
#include "policy/feel/machine.h"

static const struct {
    const char *name;
    struct feel_type type;
} builtin_types[] = {
    {"Any", {.kind = FEEL_TYPE_ANY}},
    {"Null", {.kind = FEEL_TYPE_NULL}},
    {"null", {.kind = FEEL_TYPE_NULL}},
    {"boolean", {.kind = FEEL_TYPE_BOOLEAN}},
    {"number", {.kind = FEEL_TYPE_NUMBER}},
    {"string", {.kind = FEEL_TYPE_STRING}},
    {"date", {.kind = FEEL_TYPE_DATE}},
    {"time", {.kind = FEEL_TYPE_TIME}},
    {"date and time", {.kind = FEEL_TYPE_DATE_TIME}},
    {"dateTime", {.kind = FEEL_TYPE_DATE_TIME}},
    {"years and months duration", {.kind = FEEL_TYPE_YEARS_MONTHS}},
    {"yearMonthDuration", {.kind = FEEL_TYPE_YEARS_MONTHS}},
    {"days and time duration", {.kind = FEEL_TYPE_DAYS_TIME}},
    {"dayTimeDuration", {.kind = FEEL_TYPE_DAYS_TIME}},
    {"list", {.kind = FEEL_TYPE_LIST}},
    {"context", {.kind = FEEL_TYPE_CONTEXT}},
    {"function", {.kind = FEEL_TYPE_FUNCTION}},
    {"range", {.kind = FEEL_TYPE_RANGE}},
};

const struct feel_type *feel_type_by_name(struct text name)
{
    for (size_t i = 0; i < ARRAY_COUNT(builtin_types); i++) {
        if (text_equal(name, text_of(builtin_types[i].name)))
            return &builtin_types[i].type;
    }
    return NULL;
}

/* ---- Conformance ----------------------------------------------------------------------------- */

static bool accepts_function(const struct feel_type *type, const struct feel_function *function)
{
    if (type->element == NULL && type->member_count == 0)
        return true; /* "function" without a signature */
    if (function->kind == FUNCTION_BUILTIN)
        return true;
    if (type->member_count != function->parameter_count)
        return false;
    for (size_t i = 0; i < type->member_count; i++) {
        const struct feel_type *wanted = type->members[i].type;
        const struct feel_type *taken = function->types != NULL ? function->types[i] : NULL;

        if (taken == NULL || taken->kind == FEEL_TYPE_ANY || wanted == NULL)
            continue;
        if (taken->kind != wanted->kind)
            return false;
    }
    return true;
}

static bool accepts_at_depth(const struct feel_type *type, const struct feel_value *value,
                             uint32_t depth)
{
    static const uint8_t kinds[] = {
        [FEEL_TYPE_NULL] = FEEL_NULL,           [FEEL_TYPE_BOOLEAN] = FEEL_BOOLEAN,
        [FEEL_TYPE_NUMBER] = FEEL_NUMBER,       [FEEL_TYPE_STRING] = FEEL_STRING,
        [FEEL_TYPE_DATE] = FEEL_DATE,           [FEEL_TYPE_TIME] = FEEL_TIME,
        [FEEL_TYPE_DATE_TIME] = FEEL_DATE_TIME, [FEEL_TYPE_YEARS_MONTHS] = FEEL_YEARS_MONTHS,
        [FEEL_TYPE_DAYS_TIME] = FEEL_DAYS_TIME, [FEEL_TYPE_LIST] = FEEL_LIST,
        [FEEL_TYPE_CONTEXT] = FEEL_CONTEXT,     [FEEL_TYPE_FUNCTION] = FEEL_FUNCTION,
        [FEEL_TYPE_RANGE] = FEEL_RANGE,
    };

    if (type == NULL || type->kind == FEEL_TYPE_ANY || value->kind == FEEL_NULL)
        return true;
    if (value->kind != kinds[type->kind] || depth > VALUE_DEPTH_MAX)
        return false;
    switch (type->kind) {
    case FEEL_TYPE_LIST:
        for (size_t i = 0; type->element != NULL && i < value->list->count; i++) {
            if (!accepts_at_depth(type->element, &value->list->items[i], depth + 1))
                return false;
        }
        return true;
    case FEEL_TYPE_CONTEXT:
        for (size_t i = 0; i < type->member_count; i++) {
            struct feel_value entry;

            if (!feel_context_get(value->context, type->members[i].name, &entry) ||
                !accepts_at_depth(type->members[i].type, &entry, depth + 1))
                return false;
        }
        return true;
    case FEEL_TYPE_RANGE:
        return accepts_at_depth(type->element, &value->range->start, depth + 1) &&
               accepts_at_depth(type->element, &value->range->end, depth + 1);
    case FEEL_TYPE_FUNCTION:
        return accepts_function(type, value->function);
    default:
        return true;
    }
}

bool type_accepts(const struct feel_type *type, const struct feel_value *value)
{
    return accepts_at_depth(type, value, 0);
}

/* ---- Allowed values -------------------------------------------------------------------------- */

struct allowed_check {
    struct feel_run *run;
    const struct feel_value *slots;
    bool is_allowed;
    const struct feel_unknown *unknown;
    uint32_t depth;
    struct berm_error *err;
};

static enum berm_status check_allowed(struct allowed_check *check, const struct feel_type *type,
                                      const struct feel_value *value)
{
    struct feel_value verdict;

    if (type == NULL || value->kind == FEEL_NULL || !check->is_allowed ||
        check->depth > VALUE_DEPTH_MAX)
        return BERM_OK;
    check->depth++;
    if (type->allowed != NULL) {
        TRY(feel_test(type->allowed, check->run, check->slots, *value, &verdict, check->err));
        check->is_allowed = truth_of_value(&verdict) == TRUTH_TRUE;
        if (!check->is_allowed)
            TRY(feel_unknown_union(check->run->arena, check->unknown, verdict.unknown,
                                   &check->unknown, check->err));
    }
    if (type->kind == FEEL_TYPE_LIST && value->kind == FEEL_LIST && type->element != NULL) {
        for (size_t i = 0; i < value->list->count; i++)
            TRY(check_allowed(check, type->element, &value->list->items[i]));
    } else if (type->kind == FEEL_TYPE_CONTEXT && value->kind == FEEL_CONTEXT) {
        for (size_t i = 0; i < type->member_count; i++) {
            struct feel_value entry;

            if (feel_context_get(value->context, type->members[i].name, &entry))
                TRY(check_allowed(check, type->members[i].type, &entry));
        }
    }
    check->depth--;
    return BERM_OK;
}

/* ---- Conversions ----------------------------------------------------------------------------- */

static enum berm_status wrap_in_list(struct arena *arena, struct feel_value value,
                                     struct feel_value *ret_value, struct berm_error *err)
{
    struct list_builder builder = {.arena = arena};

    TRY(list_append(&builder, value, err));
    return list_finish(&builder, ret_value, err);
}

static enum berm_status convert(const struct feel_type *type, struct feel_run *run,
                                struct feel_value *value, struct berm_error *err)
{
    if (type->kind == FEEL_TYPE_LIST && value->kind != FEEL_LIST)
        return wrap_in_list(run->arena, *value, value, err);
    if (type->kind != FEEL_TYPE_LIST && value->kind == FEEL_LIST)
        *value = value_unwrapped(*value);
    if (type->kind == FEEL_TYPE_DATE_TIME && value->kind == FEEL_DATE) {
        const struct feel_unknown *unknown = value->unknown;

        TRY(moment_value(run->arena, FEEL_DATE_TIME, moment_of_day(value->date, false), value,
                         err));
        value->unknown = unknown;
    }
    return BERM_OK;
}

enum berm_status feel_coerce(const struct feel_type *type, struct feel_run *run,
                             const struct feel_value *slots, struct feel_value value,
                             struct feel_value *ret_value, struct berm_error *err)
{
    struct allowed_check check = {.run = run, .slots = slots, .is_allowed = true, .err = err};

    if (type == NULL || value.kind == FEEL_NULL ||
        (type->kind == FEEL_TYPE_ANY && type->allowed == NULL)) {
        *ret_value = value;
        return BERM_OK;
    }
    if (type->kind != FEEL_TYPE_ANY)
        TRY(convert(type, run, &value, err));
    if (!type_accepts(type, &value)) {
        TRY(value_deep_unknown(run->arena, &value, &check.unknown, err));
        *ret_value = feel_missing(check.unknown);
        return BERM_OK;
    }
    TRY(check_allowed(&check, type, &value));
    if (!check.is_allowed) {
        struct feel_value refused = feel_missing(check.unknown);

        TRY(join_unknown(run, &refused, value.unknown, err));
        value = refused;
    }
    *ret_value = value;
    return BERM_OK;
}
