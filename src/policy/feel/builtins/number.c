/*
 * Built-in functions on numbers.
 */
#include "policy/feel/builtins/builtins.h"

static enum berm_status give(bool is_finite, struct feel_decimal number,
                             struct feel_value *ret_value)
{
    *ret_value = is_finite ? feel_number(number) : feel_null();
    return BERM_OK;
}

/** n to scale places; scale counts only where it is given. */
static enum berm_status round_call(struct call *call, enum decimal_rounding rounding,
                                   struct feel_value *ret_value)
{
    struct feel_decimal rounded = {0, 0};
    int64_t scale = 0;
    bool is_fine = true;

    if (is_given(call, 1))
        is_fine = decimal_to_int64(call->arguments[1].number, &scale);
    is_fine = is_fine && decimal_round(call->arguments[0].number, scale, rounding, &rounded);
    return give(is_fine, rounded, ret_value);
}

enum berm_status builtin_decimal(struct call *call, struct feel_value *ret_value)
{
    return round_call(call, DECIMAL_HALF_EVEN, ret_value);
}

enum berm_status builtin_floor(struct call *call, struct feel_value *ret_value)
{
    return round_call(call, DECIMAL_FLOOR, ret_value);
}

enum berm_status builtin_ceiling(struct call *call, struct feel_value *ret_value)
{
    return round_call(call, DECIMAL_CEILING, ret_value);
}

enum berm_status builtin_round_up(struct call *call, struct feel_value *ret_value)
{
    return round_call(call, DECIMAL_UP, ret_value);
}

enum berm_status builtin_round_down(struct call *call, struct feel_value *ret_value)
{
    return round_call(call, DECIMAL_DOWN, ret_value);
}

enum berm_status builtin_round_half_up(struct call *call, struct feel_value *ret_value)
{
    return round_call(call, DECIMAL_HALF_UP, ret_value);
}

enum berm_status builtin_round_half_down(struct call *call, struct feel_value *ret_value)
{
    return round_call(call, DECIMAL_HALF_DOWN, ret_value);
}

enum berm_status builtin_abs(struct call *call, struct feel_value *ret_value)
{
    struct feel_value value = value_unwrapped(call->arguments[0]);
    struct feel_value zero = value;

    *ret_value = feel_null();
    value.unknown = NULL;
    if (value.kind == FEEL_NUMBER) {
        *ret_value = feel_number(decimal_absolute(value.number));
    } else if (value.kind == FEEL_DAYS_TIME) {
        value.seconds = decimal_absolute(value.seconds);
        *ret_value = value;
    } else if (value.kind == FEEL_YEARS_MONTHS) {
        *ret_value = zero.months < 0 ? value_negate(&value) : value;
    }
    return BERM_OK;
}

enum berm_status builtin_modulo(struct call *call, struct feel_value *ret_value)
{
    struct feel_decimal rest = {0, 0};
    bool is_fine = decimal_modulo(call->arguments[0].number, call->arguments[1].number, &rest);

    return give(is_fine, rest, ret_value);
}

enum berm_status builtin_sqrt(struct call *call, struct feel_value *ret_value)
{
    struct feel_decimal root = {0, 0};
    bool is_fine = decimal_square_root(call->arguments[0].number, &root);

    return give(is_fine, root, ret_value);
}

enum berm_status builtin_log(struct call *call, struct feel_value *ret_value)
{
    struct feel_decimal logarithm = {0, 0};
    bool is_fine = decimal_logarithm(call->arguments[0].number, &logarithm);

    return give(is_fine, logarithm, ret_value);
}

enum berm_status builtin_exp(struct call *call, struct feel_value *ret_value)
{
    struct feel_decimal power = {0, 0};
    bool is_fine = decimal_exponential(call->arguments[0].number, &power);

    return give(is_fine, power, ret_value);
}

/** *ret_is_even; false where the number is not whole. */
static bool is_even(struct feel_decimal number, bool *ret_is_even)
{
    struct feel_decimal rest;

    if (!decimal_is_integer(number) || !decimal_modulo(number, feel_decimal_from_int64(2), &rest))
        return false;
    *ret_is_even = decimal_is_zero(rest);
    return true;
}

enum berm_status builtin_even(struct call *call, struct feel_value *ret_value)
{
    bool even = false;

    *ret_value = feel_boolean(is_even(call->arguments[0].number, &even) && even);
    return BERM_OK;
}

enum berm_status builtin_odd(struct call *call, struct feel_value *ret_value)
{
    bool even = true;

    *ret_value = feel_boolean(is_even(call->arguments[0].number, &even) && !even);
    return BERM_OK;
}

enum berm_status builtin_not(struct call *call, struct feel_value *ret_value)
{
    struct feel_value value = value_unwrapped(call->arguments[0]);

    *ret_value = value_of_truth(truth_not(truth_of_value(&value)));
    return BERM_OK;
}
