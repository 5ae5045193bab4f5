/*
 * Decimals from and to text.
 *
 * Reading checks the grammar itself, because the library also takes words such as "inf"; numbers of
 * up to 18 digits, which is nearly all, never reach the library.
 */
#include "policy/feel/decimal.h"

#include <string.h>

#include <bid_conf.h>
#include <bid_functions.h>

enum {
    NUMBER_TEXT_MAX = 400,
    PLAIN_DIGITS_MAX = 60, /* more digits before the point are written with an exponent */
    PLAIN_PLACES_LEADING_MAX = 24,
};

static size_t skip_digits(struct text text, size_t at)
{
    while (at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9')
        at++;
    return at;
}

/** The parts of [+-] digits [. digits] [e [+-] digits]; at least one digit. */
static bool scan(struct text text, size_t *ret_point, size_t *ret_mantissa_end)
{
    size_t start = text.length > 0 && (text.bytes[0] == '-' || text.bytes[0] == '+');
    size_t at = skip_digits(text, start);
    size_t digits = at - start;

    *ret_point = at;
    if (at < text.length && text.bytes[at] == '.') {
        size_t end = skip_digits(text, at + 1);

        digits += end - at - 1;
        at = end;
    }
    *ret_mantissa_end = at;
    if (digits == 0)
        return false;
    if (at < text.length && (text.bytes[at] == 'e' || text.bytes[at] == 'E')) {
        size_t exponent_start;

        at++;
        if (at < text.length && (text.bytes[at] == '-' || text.bytes[at] == '+'))
            at++;
        exponent_start = at;
        at = skip_digits(text, at);
        if (at == exponent_start)
            return false;
    }
    return at == text.length;
}

bool feel_decimal_parse(struct text text, struct feel_decimal *ret_value)
{
    char copy[NUMBER_TEXT_MAX + 1];
    struct feel_decimal value;
    BID_UINT128 parsed;
    size_t point;
    size_t end;
    unsigned flags = 0;

    if (text.length > NUMBER_TEXT_MAX || !scan(text, &point, &end))
        return false;
    if (end == text.length && end <= 18) {
        bool is_negative = text.bytes[0] == '-';
        uint64_t coefficient = 0;

        for (size_t i = 0; i < end; i++) {
            if (text.bytes[i] >= '0' && text.bytes[i] <= '9')
                coefficient = coefficient * 10 + (uint64_t)(text.bytes[i] - '0');
        }
        *ret_value = decimal_encode(
            is_negative && coefficient != 0,
            DECIMAL_EXPONENT_BIAS - (point < end ? (int)(end - point - 1) : 0), coefficient);
        return true;
    }
    memcpy(copy, text.bytes, text.length);
    copy[text.length] = 0;
    parsed = bid128_from_string(copy, BID_ROUNDING_TO_NEAREST, &flags);
    value = (struct feel_decimal){.low = parsed.w[0], .high = parsed.w[1]};
    if (decimal_is_special(value))
        return false;
    *ret_value = value;
    return true;
}

/** Digits without leading zeros; trailing zeros move into the exponent where it is negative. */
static size_t digits_of(struct feel_decimal value, char digits[40], int *ret_exponent)
{
    unsigned __int128 coefficient = decimal_coefficient(value);
    int exponent = decimal_biased_exponent(value) - DECIMAL_EXPONENT_BIAS;
    char reversed[40];
    size_t count = 0;

    while (exponent < 0 && coefficient != 0 && coefficient % 10 == 0) {
        coefficient /= 10;
        exponent++;
    }
    if (coefficient == 0)
        exponent = 0;
    do {
        reversed[count++] = (char)('0' + (int)(coefficient % 10));
        coefficient /= 10;
    } while (coefficient != 0);
    for (size_t i = 0; i < count; i++)
        digits[i] = reversed[count - 1 - i];
    *ret_exponent = exponent;
    return count;
}

static size_t write_scientific(char *out, const char *digits, size_t count, int exponent)
{
    int adjusted = exponent + (int)count - 1;
    size_t length = 0;

    while (count > 1 && digits[count - 1] == '0')
        count--;
    out[length++] = digits[0];
    if (count > 1) {
        out[length++] = '.';
        memcpy(out + length, digits + 1, count - 1);
        length += count - 1;
    }
    out[length++] = 'E';
    out[length++] = adjusted < 0 ? '-' : '+';
    if (adjusted < 0)
        adjusted = -adjusted;
    for (int unit = 1000; unit > 0; unit /= 10) {
        if (adjusted >= unit || unit == 1)
            out[length++] = (char)('0' + adjusted / unit % 10);
    }
    return length;
}

struct text feel_decimal_format(struct feel_decimal value, char out[FEEL_DECIMAL_TEXT_MAX])
{
    char digits[40];
    int exponent;
    size_t count = digits_of(value, digits, &exponent);
    size_t length = 0;

    if (decimal_is_negative(value))
        out[length++] = '-';
    if (exponent >= 0 && count + (size_t)exponent <= PLAIN_DIGITS_MAX) {
        memcpy(out + length, digits, count);
        memset(out + length + count, '0', (size_t)exponent);
        length += count + (size_t)exponent;
    } else if (exponent < 0 && -exponent < (int)count) {
        size_t whole = count - (size_t)-exponent;

        memcpy(out + length, digits, whole);
        out[length + whole] = '.';
        memcpy(out + length + whole + 1, digits + whole, count - whole);
        length += count + 1;
    } else if (exponent < 0 && -exponent - (int)count <= PLAIN_PLACES_LEADING_MAX) {
        size_t zeros = (size_t)(-exponent - (int)count);

        out[length++] = '0';
        out[length++] = '.';
        memset(out + length, '0', zeros);
        memcpy(out + length + zeros, digits, count);
        length += zeros + count;
    } else {
        length += write_scientific(out + length, digits, count, exponent);
    }
    return (struct text){out, length};
}
