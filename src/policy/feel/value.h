/* Private: operations on values that every engine shares. None looks at unknown marks, unless it
 * says so; the interpreter joins the operands' marks to the result. */
#ifndef POLICY_FEEL_VALUE_H
#define POLICY_FEEL_VALUE_H

#include "policy/feel/ast.h"
#include "policy/feel/decimal.h"
#include "policy/feel/temporal.h"

enum {
    VALUE_DEPTH_MAX = 200,       /* of lists and contexts in each other */
    VALUE_VISITS_MAX = 20000000, /* elements that one walk over a value may see */
    LIST_COUNT_MAX = 10000000,
    STRING_BYTES_MAX = 64 << 20,
};

enum truth {
    TRUTH_FALSE,
    TRUTH_TRUE,
    TRUTH_NULL,
};

static inline struct feel_value value_of_truth(enum truth truth)
{
    if (truth == TRUTH_NULL)
        return (struct feel_value){.kind = FEEL_NULL};
    return (struct feel_value){.kind = FEEL_BOOLEAN, .boolean = truth == TRUTH_TRUE};
}

static inline enum truth truth_of_value(const struct feel_value *value)
{
    if (value->kind != FEEL_BOOLEAN)
        return TRUTH_NULL;
    return value->boolean ? TRUTH_TRUE : TRUTH_FALSE;
}

static inline enum truth truth_not(enum truth truth)
{
    return truth == TRUTH_NULL ? TRUTH_NULL : truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static inline enum truth truth_and(enum truth a, enum truth b)
{
    if (a == TRUTH_FALSE || b == TRUTH_FALSE)
        return TRUTH_FALSE;
    return a == TRUTH_TRUE && b == TRUTH_TRUE ? TRUTH_TRUE : TRUTH_NULL;
}

static inline enum truth truth_of_order(enum comparison comparison, int order)
{
    switch (comparison) {
    case COMPARISON_LESS:
        return order < 0 ? TRUTH_TRUE : TRUTH_FALSE;
    case COMPARISON_LESS_EQUAL:
        return order <= 0 ? TRUTH_TRUE : TRUTH_FALSE;
    case COMPARISON_GREATER:
        return order > 0 ? TRUTH_TRUE : TRUTH_FALSE;
    case COMPARISON_GREATER_EQUAL:
        return order >= 0 ? TRUTH_TRUE : TRUTH_FALSE;
    case COMPARISON_EQUAL:
        return order == 0 ? TRUTH_TRUE : TRUTH_FALSE;
    case COMPARISON_NOT_EQUAL:
        return order != 0 ? TRUTH_TRUE : TRUTH_FALSE;
    }
    return TRUTH_NULL;
}

/** <0, 0, >0 into ret_order; false where the two do not compare. */
bool value_order(const struct feel_value *a, const struct feel_value *b, int *ret_order);
enum truth value_equal(const struct feel_value *a, const struct feel_value *b);
enum truth value_compare(enum comparison comparison, const struct feel_value *a,
                         const struct feel_value *b);
/** Is the value between the range's ends? */
enum truth value_in_range(const struct feel_value *value, const struct feel_range *range);
/** FEEL's "in": equal to it, in the range, or in one of the list's elements. */
enum truth value_in(const struct feel_value *value, const struct feel_value *tested);

MUST_USE enum berm_status value_add(struct arena *arena, const struct feel_value *a,
                                    const struct feel_value *b, struct feel_value *ret_value,
                                    struct berm_error *err);
MUST_USE enum berm_status value_subtract(struct arena *arena, const struct feel_value *a,
                                         const struct feel_value *b, struct feel_value *ret_value,
                                         struct berm_error *err);
struct feel_value value_multiply(const struct feel_value *a, const struct feel_value *b);
struct feel_value value_divide(const struct feel_value *a, const struct feel_value *b);
struct feel_value value_power(const struct feel_value *a, const struct feel_value *b);
struct feel_value value_negate(const struct feel_value *value);

/** A property of a date, time, duration or range ("year", "start included"); false: it has none. */
bool value_property(const struct feel_value *value, struct text name, struct feel_value *ret_value);
MUST_USE enum berm_status value_make_range(struct arena *arena, struct feel_value start,
                                           struct feel_value end, unsigned included,
                                           struct feel_value *ret_value, struct berm_error *err);

/** The value as DMN sees a single: a list of one gives its element, anything else itself. */
struct feel_value value_unwrapped(struct feel_value value);

/** The union of the marks of a value and of everything in it. */
MUST_USE enum berm_status value_deep_unknown(struct arena *arena, const struct feel_value *value,
                                             const struct feel_unknown **ret_unknown,
                                             struct berm_error *err);

/** A list that grows in an arena. */
struct list_builder {
    struct arena *arena;
    struct feel_value *items;
    size_t count;
    size_t capacity;
};

MUST_USE enum berm_status list_append(struct list_builder *builder, struct feel_value value,
                                      struct berm_error *err);
MUST_USE enum berm_status list_append_all(struct list_builder *builder,
                                          const struct feel_list *list, struct berm_error *err);
MUST_USE enum berm_status list_finish(struct list_builder *builder, struct feel_value *ret_value,
                                      struct berm_error *err);

/** Does the value conform to the type, its entries and elements too? Allowed values aside. */
bool type_accepts(const struct feel_type *type, const struct feel_value *value);

/** A function value: made by an expression, native, or built in. */
struct feel_function {
    enum {
        FUNCTION_EXPRESSION, /* a literal in an expression, with what it captured */
        FUNCTION_COMPILED,   /* feel_function_create */
        FUNCTION_NATIVE,
        FUNCTION_BUILTIN,
    } kind;
    uint32_t parameter_count;
    const struct text *parameters;
    const struct feel_type *const *types; /* NULL, or an entry may be NULL: any */
    const struct feel_expression *expression;
    const struct function_node *body; /* FUNCTION_EXPRESSION */
    struct feel_value *captured;
    feel_native_function *native;
    void *context;
    const struct builtin *builtin;
};

#endif
