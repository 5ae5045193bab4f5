/*
 * Rounding, powers, roots and the conversions between decimals and integers.
 *
 * Powers with a whole exponent are multiplied out, because that is exact where the result fits 34
 * digits; the library's pow works through logarithms and is not.
 */
#include "policy/feel/decimal_library.h"

enum { POWER_BY_MULTIPLYING_MAX = 100000 };

bool decimal_is_integer(struct feel_decimal value)
{
    int exponent = decimal_biased_exponent(value) - DECIMAL_EXPONENT_BIAS;
    unsigned __int128 coefficient = decimal_coefficient(value);

    if (exponent >= 0 || coefficient == 0)
        return true;
    for (; exponent < 0; exponent++) {
        if (coefficient % 10 != 0)
            return false;
        coefficient /= 10;
    }
    return true;
}

bool decimal_to_int64(struct feel_decimal value, int64_t *ret_value)
{
    int exponent = decimal_biased_exponent(value) - DECIMAL_EXPONENT_BIAS;
    unsigned __int128 coefficient = decimal_coefficient(value);

    for (; exponent < 0 && coefficient != 0; exponent++)
        coefficient /= 10;
    for (; exponent > 0 && coefficient != 0; exponent--) {
        if (coefficient > INT64_MAX / 10)
            return false;
        coefficient *= 10;
    }
    if (coefficient > INT64_MAX)
        return false;
    *ret_value = value.high & DECIMAL_SIGN ? -(int64_t)coefficient : (int64_t)coefficient;
    return true;
}

bool feel_decimal_to_scaled(struct feel_decimal value, int scale, int64_t *ret_coefficient)
{
    int exponent = decimal_biased_exponent(value) - DECIMAL_EXPONENT_BIAS + scale;
    unsigned __int128 coefficient = decimal_coefficient(value);
    bool is_negative = (value.high & DECIMAL_SIGN) != 0;
    unsigned __int128 divisor = 1;

    if (coefficient == 0 || exponent < -38) {
        *ret_coefficient = 0;
        return true;
    }
    for (; exponent > 0; exponent--) {
        if (coefficient > INT64_MAX / 10)
            return false;
        coefficient *= 10;
    }
    for (; exponent < 0; exponent++)
        divisor *= 10;
    if (divisor > 1) {
        unsigned __int128 rest = coefficient % divisor;

        /* Half up is towards +infinity at the tie, so a negative tie goes towards zero. */
        coefficient /= divisor;
        if (rest > divisor - rest || (rest == divisor - rest && !is_negative))
            coefficient++;
    }
    if (coefficient > INT64_MAX)
        return false;
    *ret_coefficient = is_negative ? -(int64_t)coefficient : (int64_t)coefficient;
    return true;
}

static bool quantize(struct feel_decimal value, int scale, unsigned mode,
                     struct feel_decimal *ret_value)
{
    struct feel_decimal unit = decimal_encode(false, DECIMAL_EXPONENT_BIAS - scale, 1);
    unsigned flags = 0;

    return from_library(bid128_quantize(to_library(value), to_library(unit), mode, &flags),
                        ret_value);
}

static bool round_half_down(struct feel_decimal value, int scale, struct feel_decimal *ret_value)
{
    struct feel_decimal towards_zero;
    struct feel_decimal rest;
    struct feel_decimal half;

    if (!quantize(value, scale, BID_ROUNDING_TO_ZERO, &towards_zero) ||
        !decimal_subtract(value, towards_zero, &rest))
        return false;
    if (scale >= DECIMAL_SCALE_MAX) {
        *ret_value = towards_zero;
        return true;
    }
    half = decimal_encode(false, DECIMAL_EXPONENT_BIAS - scale - 1, 5);
    if (feel_decimal_compare(decimal_absolute(rest), half) <= 0) {
        *ret_value = towards_zero;
        return true;
    }
    return quantize(value, scale, BID_ROUNDING_TIES_AWAY, ret_value);
}

bool decimal_round(struct feel_decimal value, int64_t scale, enum decimal_rounding rounding,
                   struct feel_decimal *ret_value)
{
    bool is_negative = (value.high & DECIMAL_SIGN) != 0;
    unsigned mode = BID_ROUNDING_TO_NEAREST;

    if (scale < DECIMAL_SCALE_MIN || scale > DECIMAL_SCALE_MAX)
        return false;
    if (decimal_biased_exponent(value) >= DECIMAL_EXPONENT_BIAS - (int)scale) {
        *ret_value = value; /* it has no more places than that */
        return true;
    }
    switch (rounding) {
    case DECIMAL_HALF_EVEN:
        break;
    case DECIMAL_FLOOR:
        mode = BID_ROUNDING_DOWN;
        break;
    case DECIMAL_CEILING:
        mode = BID_ROUNDING_UP;
        break;
    case DECIMAL_UP:
        mode = is_negative ? BID_ROUNDING_DOWN : BID_ROUNDING_UP;
        break;
    case DECIMAL_DOWN:
        mode = BID_ROUNDING_TO_ZERO;
        break;
    case DECIMAL_HALF_UP:
        mode = BID_ROUNDING_TIES_AWAY;
        break;
    case DECIMAL_HALF_DOWN:
        return round_half_down(value, (int)scale, ret_value);
    }
    return quantize(value, (int)scale, mode, ret_value);
}

static bool power_of_integer(struct feel_decimal base, int64_t exponent,
                             struct feel_decimal *ret_value)
{
    struct feel_decimal result = feel_decimal_from_int64(1);
    uint64_t rest = exponent < 0 ? (uint64_t)-exponent : (uint64_t)exponent;

    for (;;) {
        if (rest & 1 && !decimal_multiply(result, base, &result))
            return false;
        rest >>= 1;
        if (rest == 0)
            break;
        if (!decimal_multiply(base, base, &base))
            return false;
    }
    if (exponent < 0)
        return decimal_divide(feel_decimal_from_int64(1), result, ret_value);
    *ret_value = result;
    return true;
}

bool decimal_power(struct feel_decimal base, struct feel_decimal exponent,
                   struct feel_decimal *ret_value)
{
    int64_t whole;
    unsigned flags = 0;

    if (decimal_is_integer(exponent) && decimal_to_int64(exponent, &whole) &&
        whole >= -POWER_BY_MULTIPLYING_MAX && whole <= POWER_BY_MULTIPLYING_MAX)
        return power_of_integer(base, whole, ret_value);
    return from_library(
        bid128_pow(to_library(base), to_library(exponent), BID_ROUNDING_TO_NEAREST, &flags),
        ret_value);
}

bool decimal_modulo(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value)
{
    struct feel_decimal rest;
    unsigned flags = 0;

    if (decimal_is_zero(b))
        return false;
    /* fmod is exact and has the sign of a; floor's remainder has the sign of b. */
    if (!from_library(bid128_fmod(to_library(a), to_library(b), &flags), &rest))
        return false;
    if (!decimal_is_zero(rest) && decimal_is_negative(rest) != decimal_is_negative(b))
        return decimal_add(rest, b, ret_value);
    *ret_value = rest;
    return true;
}

bool decimal_square_root(struct feel_decimal value, struct feel_decimal *ret_value)
{
    unsigned flags = 0;

    if (decimal_is_negative(value))
        return false;
    return from_library(bid128_sqrt(to_library(value), BID_ROUNDING_TO_NEAREST, &flags), ret_value);
}

bool decimal_exponential(struct feel_decimal value, struct feel_decimal *ret_value)
{
    unsigned flags = 0;

    return from_library(bid128_exp(to_library(value), BID_ROUNDING_TO_NEAREST, &flags), ret_value);
}

bool decimal_logarithm(struct feel_decimal value, struct feel_decimal *ret_value)
{
    unsigned flags = 0;

    if (decimal_is_negative(value) || decimal_is_zero(value))
        return false;
    return from_library(bid128_log(to_library(value), BID_ROUNDING_TO_NEAREST, &flags), ret_value);
}
