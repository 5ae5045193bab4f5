/*
 * Exact decimals. base's money has at most four places and always writes all of them; a decimal of
 * the dictionary (a share, a rate, a parameter) has up to six and drops zeros.
 */
#include "decimal.h"

#include <string.h>

enum { MILLION = 1000000 };

#define WHOLE_MAX INT64_C(1000000000000)

static bool is_digit(struct text text, size_t at)
{
    return at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9';
}

enum berm_status decimal_parse(struct text text, int64_t *ret_millionths)
{
    bool is_negative = text.length > 0 && text.bytes[0] == '-';
    size_t at = text.length > 0 && (text.bytes[0] == '-' || text.bytes[0] == '+');
    int64_t whole = 0;
    int64_t millionths = 0;
    int64_t place = MILLION / 10;

    if (!is_digit(text, at))
        return BERM_INVALID_INPUT;
    for (; is_digit(text, at); at++) {
        whole = whole * 10 + (text.bytes[at] - '0');
        if (whole > WHOLE_MAX)
            return BERM_LIMIT;
    }
    millionths = whole * MILLION;
    if (at < text.length && text.bytes[at] == '.') {
        if (!is_digit(text, ++at))
            return BERM_INVALID_INPUT;
        for (; is_digit(text, at) && (place > 0 || text.bytes[at] == '0'); at++) {
            millionths += (text.bytes[at] - '0') * place;
            place /= 10;
        }
    }
    if (at != text.length)
        return BERM_INVALID_INPUT;
    *ret_millionths = is_negative ? -millionths : millionths;
    return BERM_OK;
}

/* Put the digits of a number before *start, at least count of them. */
static void prepend_digits(char *digits, size_t *start, uint64_t number, int count)
{
    for (; number > 0 || count > 0; count--) {
        digits[--*start] = (char)('0' + number % 10);
        number /= 10;
    }
}

struct text decimal_format(int64_t millionths, char out[DECIMAL_TEXT_MAX])
{
    char digits[DECIMAL_TEXT_MAX];
    size_t start = sizeof digits;
    size_t end = sizeof digits;
    uint64_t absolute = millionths < 0 ? -(uint64_t)millionths : (uint64_t)millionths;

    prepend_digits(digits, &start, absolute % MILLION, VARIABLE_DECIMAL_SCALE);
    digits[--start] = '.';
    prepend_digits(digits, &start, absolute / MILLION, 1);
    if (millionths < 0)
        digits[--start] = '-';
    while (digits[end - 1] == '0')
        end--;
    if (digits[end - 1] == '.')
        end--;
    memcpy(out, digits + start, end - start);
    return (struct text){out, end - start};
}
