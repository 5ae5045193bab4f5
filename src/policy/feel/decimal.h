/* Private: arithmetic on decimal128. Every operation says by its result whether the outcome is a
 * finite number; FEEL's answer is null where it is not. */
#ifndef POLICY_FEEL_DECIMAL_H
#define POLICY_FEEL_DECIMAL_H

#include "policy/feel/feel.h"

enum decimal_rounding {
    DECIMAL_HALF_EVEN,
    DECIMAL_FLOOR,
    DECIMAL_CEILING,
    DECIMAL_UP,        /* away from zero */
    DECIMAL_DOWN,      /* towards zero */
    DECIMAL_HALF_UP,   /* ties away from zero */
    DECIMAL_HALF_DOWN, /* ties towards zero */
};

enum {
    DECIMAL_SCALE_MIN = -6111,
    DECIMAL_SCALE_MAX = 6176,
};

bool decimal_add(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value);
bool decimal_subtract(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value);
bool decimal_multiply(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value);
/** false for a division by zero. */
bool decimal_divide(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value);
bool decimal_power(struct feel_decimal base, struct feel_decimal exponent,
                   struct feel_decimal *ret_value);
/** a - b * floor(a / b): takes the sign of b. false where b is zero. */
bool decimal_modulo(struct feel_decimal a, struct feel_decimal b, struct feel_decimal *ret_value);
bool decimal_square_root(struct feel_decimal value, struct feel_decimal *ret_value);
bool decimal_exponential(struct feel_decimal value, struct feel_decimal *ret_value);
bool decimal_logarithm(struct feel_decimal value, struct feel_decimal *ret_value);
/** To `scale` places behind the point (negative: before it). false where the scale is out of range.
 */
bool decimal_round(struct feel_decimal value, int64_t scale, enum decimal_rounding rounding,
                   struct feel_decimal *ret_value);

struct feel_decimal decimal_negate(struct feel_decimal value);
struct feel_decimal decimal_absolute(struct feel_decimal value);
bool decimal_is_zero(struct feel_decimal value);
bool decimal_is_negative(struct feel_decimal value); /* less than zero; -0 is not */
bool decimal_is_integer(struct feel_decimal value);
/** Towards zero; false where it does not fit. */
bool decimal_to_int64(struct feel_decimal value, int64_t *ret_value);

/* Encoding, shared by the files of decimals. */

enum { DECIMAL_EXPONENT_BIAS = 6176 };
#define DECIMAL_SIGN UINT64_C(0x8000000000000000)
#define DECIMAL_SPECIAL UINT64_C(0x6000000000000000)
#define DECIMAL_HIGH_COEFFICIENT UINT64_C(0x0001FFFFFFFFFFFF)

static inline bool decimal_is_special(struct feel_decimal value)
{
    return (value.high & DECIMAL_SPECIAL) == DECIMAL_SPECIAL;
}

/** The coefficient fits 64 bits and the value is finite: the integer paths apply. */
static inline bool decimal_is_small(struct feel_decimal value)
{
    return (value.high & DECIMAL_HIGH_COEFFICIENT) == 0 && !decimal_is_special(value);
}

static inline int decimal_biased_exponent(struct feel_decimal value)
{
    return (int)((value.high >> 49) & 0x3FFF);
}

static inline unsigned __int128 decimal_coefficient(struct feel_decimal value)
{
    return (unsigned __int128)(value.high & DECIMAL_HIGH_COEFFICIENT) << 64 | value.low;
}

static inline struct feel_decimal decimal_encode(bool is_negative, int biased_exponent,
                                                 unsigned __int128 coefficient)
{
    return (struct feel_decimal){
        .low = (uint64_t)coefficient,
        .high = (is_negative ? DECIMAL_SIGN : 0) | (uint64_t)biased_exponent << 49 |
                (uint64_t)(coefficient >> 64),
    };
}

/** 10^power for 0 to 19. */
extern const uint64_t decimal_powers_of_ten[20];

/** feel_decimal_compare, with the usual case (equal exponents, few digits) at the caller's place.
 */
static inline int decimal_compare(struct feel_decimal a, struct feel_decimal b)
{
    /* Equal upper words: sign and exponent are the same, and the upper coefficients are 0. */
    if (a.high == b.high && decimal_is_small(a)) {
        int order = (a.low > b.low) - (a.low < b.low);

        return (a.high & DECIMAL_SIGN) != 0 ? -order : order;
    }
    return feel_decimal_compare(a, b);
}

#endif
