/*
 * Add, subtract, multiply, divide and compare decimal128 numbers.
 *
 * The register's numbers have few digits, so their coefficients fit 64 bits: those are added,
 * multiplied and compared as integers straight on the BID encoding, without the library. The
 * results have the very bits that the library gives (a property test compares them); everything
 * else goes to libintelrdfpmath, rounding half even as the standard asks.
 */
#include "policy/feel/decimal_library.h"

const uint64_t decimal_powers_of_ten[20] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

struct feel_decimal feel_decimal_from_int64(int64_t value)
{
    bool is_negative = value < 0;
    uint64_t magnitude = is_negative ? 0 - (uint64_t)value : (uint64_t)value;

    return decimal_encode(is_negative, DECIMAL_EXPONENT_BIAS, magnitude);
}

struct feel_decimal feel_decimal_from_scaled(int64_t coefficient, int scale)
{
    bool is_negative = coefficient < 0;
    uint64_t magnitude = is_negative ? 0 - (uint64_t)coefficient : (uint64_t)coefficient;

    assert(scale >= DECIMAL_SCALE_MIN && scale <= DECIMAL_SCALE_MAX);
    return decimal_encode(is_negative, DECIMAL_EXPONENT_BIAS - scale, magnitude);
}

/** Bring both coefficients to the smaller exponent; false where that leaves 64 bits. */
static inline bool align(struct feel_decimal a, struct feel_decimal b, uint64_t *ret_a,
                         uint64_t *ret_b, int *ret_exponent)
{
    int exponent_a = decimal_biased_exponent(a);
    int exponent_b = decimal_biased_exponent(b);
    int difference = exponent_a - exponent_b;

    *ret_a = a.low;
    *ret_b = b.low;
    *ret_exponent = exponent_a;
    if (difference == 0)
        return true;
    if (difference > 0) {
        *ret_exponent = exponent_b;
        return difference < 20 &&
               !__builtin_mul_overflow(a.low, decimal_powers_of_ten[difference], ret_a);
    }
    return difference > -20 &&
           !__builtin_mul_overflow(b.low, decimal_powers_of_ten[-difference], ret_b);
}

bool decimal_add(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value)
{
    uint64_t left;
    uint64_t right;
    int exponent;
    unsigned flags = 0;

    if (decimal_is_small(a) && decimal_is_small(b) && align(a, b, &left, &right, &exponent)) {
        bool is_negative = (a.high & DECIMAL_SIGN) != 0;

        if (((a.high ^ b.high) & DECIMAL_SIGN) == 0) {
            *ret_value = decimal_encode(is_negative, exponent, (unsigned __int128)left + right);
        } else if (left == right) {
            *ret_value = decimal_encode(false, exponent, 0);
        } else if (left > right) {
            *ret_value = decimal_encode(is_negative, exponent, left - right);
        } else {
            *ret_value = decimal_encode(!is_negative, exponent, right - left);
        }
        return true;
    }
    return from_library(bid128_add(to_library(a), to_library(b), BID_ROUNDING_TO_NEAREST, &flags),
                        ret_value);
}

bool decimal_subtract(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value)
{
    return decimal_add(a, decimal_negate(b), ret_value);
}

struct feel_decimal feel_decimal_subtract(struct feel_decimal a, struct feel_decimal b)
{
    struct feel_decimal difference;

    /* Only numbers near 10^6144 can leave the range; a distance between such means nothing. */
    if (!decimal_subtract(a, b, &difference))
        return feel_decimal_from_int64(0);
    return difference;
}

bool decimal_multiply(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value)
{
    static const unsigned __int128 limit =
        (unsigned __int128)UINT64_C(10000000000000000000) * UINT64_C(1000000000000000);
    unsigned flags = 0;

    if (decimal_is_small(a) && decimal_is_small(b)) {
        unsigned __int128 product = (unsigned __int128)a.low * b.low;
        int exponent =
            decimal_biased_exponent(a) + decimal_biased_exponent(b) - DECIMAL_EXPONENT_BIAS;

        if (product < limit && exponent >= 0 &&
            exponent <= DECIMAL_EXPONENT_BIAS - DECIMAL_SCALE_MIN) {
            *ret_value = decimal_encode(((a.high ^ b.high) & DECIMAL_SIGN) != 0, exponent, product);
            return true;
        }
    }
    return from_library(bid128_mul(to_library(a), to_library(b), BID_ROUNDING_TO_NEAREST, &flags),
                        ret_value);
}

bool decimal_divide(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value)
{
    unsigned flags = 0;

    if (decimal_is_zero(b))
        return false;
    return from_library(bid128_div(to_library(a), to_library(b), BID_ROUNDING_TO_NEAREST, &flags),
                        ret_value);
}

static int compare_by_library(struct feel_decimal a, struct feel_decimal b)
{
    unsigned flags = 0;

    if (bid128_quiet_less(to_library(a), to_library(b), &flags))
        return -1;
    return bid128_quiet_equal(to_library(a), to_library(b), &flags) ? 0 : 1;
}

int feel_decimal_compare(struct feel_decimal a, struct feel_decimal b)
{
    uint64_t left;
    uint64_t right;
    int exponent;

    if (decimal_is_small(a) && decimal_is_small(b)) {
        bool is_a_negative = (a.high & DECIMAL_SIGN) != 0 && a.low != 0;
        bool is_b_negative = (b.high & DECIMAL_SIGN) != 0 && b.low != 0;
        int order;

        if (is_a_negative != is_b_negative)
            return is_a_negative ? -1 : 1;
        if (align(a, b, &left, &right, &exponent)) {
            order = (left > right) - (left < right);
            return is_a_negative ? -order : order;
        }
    }
    return compare_by_library(a, b);
}

struct feel_decimal decimal_negate(struct feel_decimal value)
{
    value.high ^= DECIMAL_SIGN;
    return value;
}

struct feel_decimal decimal_absolute(struct feel_decimal value)
{
    value.high &= ~DECIMAL_SIGN;
    return value;
}

bool decimal_is_zero(struct feel_decimal value)
{
    return value.low == 0 && (value.high & DECIMAL_HIGH_COEFFICIENT) == 0;
}

bool decimal_is_negative(struct feel_decimal value)
{
    return (value.high & DECIMAL_SIGN) != 0 && !decimal_is_zero(value);
}
