/* Private: the built-in functions: one table, one file for each family. */
#ifndef POLICY_FEEL_BUILTINS_H
#define POLICY_FEEL_BUILTINS_H

#include "policy/feel/value.h"

/** One call of a built-in function. Arguments are in the order of the parameters; those not given
 * are null. */
struct call {
    struct feel_run *run;
    const struct feel_value *arguments;
    size_t count; /* up to the last argument given */
    uint64_t given;
    struct berm_error *err;
};

typedef enum berm_status builtin_function(struct call *call, struct feel_value *ret_value);

enum builtin_marks {
    MARKS_DEEP,    /* the answer depends on everything in the arguments */
    MARKS_SHALLOW, /* the arguments' own marks; elements carry theirs into the result */
    MARKS_OWN,     /* the function joins them itself */
};

struct builtin {
    struct text name;
    const char *parameters; /* names with "," between them; the last may repeat: see kinds */
    /**
     * A letter for each parameter: what it takes. Anything else makes the call null.
     * s string, n number, b boolean, l list (one value is a list of one), c context, r range,
     * f function, * anything, null too. A capital letter also takes null, as if it were not given.
     * "+" at the end: the last one any number of times.
     */
    const char *kinds;
    unsigned required;
    enum builtin_marks marks;
    builtin_function *function;
    const char *meaning;
};

size_t builtin_table_count(void);
const struct builtin *builtin_table_at(size_t index);
/** The first of that name (overloads follow each other), or NULL. */
const struct builtin *builtin_find(struct text name);
/** The overload that takes count positional arguments; NULL: none. */
const struct builtin *builtin_with_count(struct text name, size_t count);
/**
 * The overload that takes these named arguments; ret_places gets the parameter of each argument.
 */
const struct builtin *builtin_with_names(struct text name, const struct text *argument_names,
                                         size_t count, uint32_t *ret_places);
size_t builtin_parameter_count(const struct builtin *builtin);
bool builtin_is_variadic(const struct builtin *builtin);
/** The same arguments always give the same answer: it may be folded. */
bool builtin_is_pure(const struct builtin *builtin);

/** Checks kinds, calls, joins marks. */
MUST_USE enum berm_status builtin_call(const struct builtin *builtin, struct feel_run *run,
                                       const struct feel_value *arguments, size_t count,
                                       uint64_t given, struct feel_value *ret_value,
                                       struct berm_error *err);

/** Names with spaces that are no functions: properties and types. */
extern const struct text property_names[];
extern const size_t property_name_count;

/* ---- For the families ------------------------------------------------------------------------ */

#define BUILTIN(id, name, parameters, kinds, required, marks, meaning)                             \
    enum berm_status builtin_##id(struct call *call, struct feel_value *ret_value);
#include "policy/feel/builtins/builtins.def"
#undef BUILTIN

static inline bool is_given(const struct call *call, size_t argument)
{
    return argument < call->count && (call->given >> argument & 1) != 0;
}

/** The elements of `f(list)` or `f(a, b, c)`; false where the one argument is null. */
static inline bool call_items(const struct call *call, const struct feel_value **ret_items,
                              size_t *ret_count)
{
    *ret_items = call->arguments;
    *ret_count = call->count;
    if (call->count == 1 && call->arguments[0].kind == FEEL_LIST) {
        *ret_items = call->arguments[0].list->items;
        *ret_count = call->arguments[0].list->count;
    }
    return call->count != 1 || call->arguments[0].kind != FEEL_NULL;
}

struct text span_text(const char *parameters, size_t parameter); /* the name of a parameter */

#endif
