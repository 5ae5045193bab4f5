/*
 * The table of built-in functions, choosing an overload, and calling one: arguments are checked and
 * converted here, once for all functions, and so are the unknown marks.
 */
#include "policy/feel/builtins/builtins.h"

#include <ctype.h>
#include <string.h>

#include "policy/feel/machine.h"

static const struct builtin builtins[] = {
#define BUILTIN(id, name, parameters, kinds, required, marks, meaning)                             \
    {{name, sizeof(name) - 1}, parameters, kinds, required, marks, builtin_##id, meaning},
#include "policy/feel/builtins/builtins.def"
#undef BUILTIN
};

const struct text property_names[] = {
    {"time offset", 11},
    {"start included", 14},
    {"end included", 12},
    {"days and time duration", 22},
};
const size_t property_name_count = ARRAY_COUNT(property_names);

size_t builtin_table_count(void)
{
    return ARRAY_COUNT(builtins);
}

const struct builtin *builtin_table_at(size_t index)
{
    return &builtins[index];
}

const struct builtin *builtin_find(struct text name)
{
    for (size_t i = 0; i < ARRAY_COUNT(builtins); i++) {
        if (text_equal(builtins[i].name, name))
            return &builtins[i];
    }
    return NULL;
}

bool builtin_is_variadic(const struct builtin *builtin)
{
    size_t length = strlen(builtin->kinds);

    return length > 0 && builtin->kinds[length - 1] == '+';
}

size_t builtin_parameter_count(const struct builtin *builtin)
{
    return strlen(builtin->kinds) - (builtin_is_variadic(builtin) ? 1 : 0);
}

bool builtin_is_pure(const struct builtin *builtin)
{
    return builtin->function != builtin_now && builtin->function != builtin_today;
}

/* ---- Overloads ------------------------------------------------------------------------------- */

static bool has_name(size_t index, struct text name)
{
    return index < ARRAY_COUNT(builtins) && text_equal(builtins[index].name, name);
}

static size_t first_of(struct text name)
{
    const struct builtin *first = builtin_find(name);

    return first != NULL ? (size_t)(first - builtins) : ARRAY_COUNT(builtins);
}

const struct builtin *builtin_with_count(struct text name, size_t count)
{
    for (size_t i = first_of(name); has_name(i, name); i++) {
        if (count >= builtins[i].required &&
            (builtin_is_variadic(&builtins[i]) || count <= builtin_parameter_count(&builtins[i])))
            return &builtins[i];
    }
    return NULL;
}

struct text span_text(const char *parameters, size_t parameter)
{
    size_t length;

    while (parameter-- > 0)
        parameters += strcspn(parameters, ",") + 1;
    length = strcspn(parameters, ",");
    return (struct text){parameters, length};
}

static bool place_names(const struct builtin *builtin, const struct text *argument_names,
                        size_t count, uint32_t *ret_places)
{
    size_t parameters = builtin_parameter_count(builtin);
    uint64_t given = 0;

    for (size_t i = 0; i < count; i++) {
        size_t place = 0;

        while (place < parameters &&
               !text_equal(span_text(builtin->parameters, place), argument_names[i]))
            place++;
        if (place == parameters || (given >> place & 1) != 0)
            return false;
        given |= UINT64_C(1) << place;
        ret_places[i] = (uint32_t)place;
    }
    for (unsigned i = 0; i < builtin->required; i++) {
        if ((given >> i & 1) == 0)
            return false;
    }
    return true;
}

const struct builtin *builtin_with_names(struct text name, const struct text *argument_names,
                                         size_t count, uint32_t *ret_places)
{
    for (size_t i = first_of(name); has_name(i, name); i++) {
        if (place_names(&builtins[i], argument_names, count, ret_places))
            return &builtins[i];
    }
    return NULL;
}

/* ---- Calling --------------------------------------------------------------------------------- */

/** The argument as its parameter takes it; *ret_fits false: the call is null. */
static enum berm_status convert(struct feel_run *run, char kind, struct feel_value *argument,
                                bool *ret_fits, struct berm_error *err)
{
    enum feel_kind wanted;

    *ret_fits = true;
    if (kind == '*' || (isupper((unsigned char)kind) && argument->kind == FEEL_NULL))
        return BERM_OK;
    switch (tolower((unsigned char)kind)) {
    case 's':
        wanted = FEEL_STRING;
        break;
    case 'n':
        wanted = FEEL_NUMBER;
        break;
    case 'b':
        wanted = FEEL_BOOLEAN;
        break;
    case 'c':
        wanted = FEEL_CONTEXT;
        break;
    case 'r':
        wanted = FEEL_RANGE;
        break;
    case 'f':
        wanted = FEEL_FUNCTION;
        break;
    default:
        wanted = FEEL_LIST;
        break;
    }
    if (argument->kind == wanted)
        return BERM_OK;
    if (wanted == FEEL_LIST && argument->kind != FEEL_NULL) {
        struct list_builder builder = {.arena = run->arena};
        const struct feel_unknown *unknown = argument->unknown;

        TRY(list_append(&builder, *argument, err));
        TRY(list_finish(&builder, argument, err));
        argument->unknown = unknown;
        return BERM_OK;
    }
    *argument = value_unwrapped(*argument);
    *ret_fits = argument->kind == wanted;
    return BERM_OK;
}

/** All arguments into converted; *ret_fits false where one does not fit. */
static enum berm_status convert_all(const struct builtin *builtin, struct feel_run *run,
                                    struct call *call, struct feel_value *converted, bool *ret_fits)
{
    size_t parameters = builtin_parameter_count(builtin);

    *ret_fits = true;
    for (size_t i = 0; i < call->count; i++) {
        size_t parameter = i < parameters ? i : parameters - 1;
        bool fits;

        converted[i] = call->arguments[i];
        if (!is_given(call, i < 64 ? i : 63))
            continue;
        TRY(convert(run, builtin->kinds[parameter], &converted[i], &fits, call->err));
        *ret_fits = *ret_fits && fits;
    }
    return BERM_OK;
}

static enum berm_status join_marks(enum builtin_marks marks, struct feel_run *run,
                                   const struct call *call, struct feel_value *result)
{
    for (size_t i = 0; i < call->count; i++) {
        const struct feel_unknown *unknown = call->arguments[i].unknown;

        if (marks == MARKS_DEEP && call->arguments[i].kind >= FEEL_LIST)
            TRY(value_deep_unknown(run->arena, &call->arguments[i], &unknown, call->err));
        TRY(join_unknown(run, result, unknown, call->err));
    }
    return BERM_OK;
}

enum { ARGUMENTS_INLINE_MAX = 8 };

enum berm_status builtin_call(const struct builtin *builtin, struct feel_run *run,
                              const struct feel_value *arguments, size_t count, uint64_t given,
                              struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value inlined[ARGUMENTS_INLINE_MAX];
    struct feel_value *converted = inlined;
    struct call call = {
        .run = run, .arguments = arguments, .count = count, .given = given, .err = err};
    struct call checked = call;
    struct feel_value result = feel_null();
    bool fits;

    if (count > ARGUMENTS_INLINE_MAX)
        TRY(arena_new(run->arena, count, sizeof *converted, &converted, err));
    TRY(convert_all(builtin, run, &call, converted, &fits));
    if (!fits) {
        TRY(join_marks(MARKS_DEEP, run, &call, &result));
        *ret_value = result;
        return BERM_OK;
    }
    checked.arguments = converted;
    TRY(builtin->function(&checked, &result));
    if (builtin->marks != MARKS_OWN)
        TRY(join_marks(builtin->marks, run, &checked, &result));
    *ret_value = result;
    return BERM_OK;
}
