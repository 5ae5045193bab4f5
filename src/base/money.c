/*
 * Money as whole minor units. Text is read digit by digit and never goes through a binary fraction:
 * 0.1 + 0.2 must be 0.3 at a poverty line.
 */
#include "base/money.h"

static int64_t power_of_ten(int exponent)
{
    int64_t power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}

static enum berm_status fail_not_an_amount(struct text text, struct berm_error *err)
{
    struct text shown = {text.bytes, text.length < 40 ? text.length : 40};

    return fail_with(
        err, BERM_INVALID_INPUT,
        "\"%.*s\" is not an amount; write digits with a point, such as 3893 or -12.50, "
        "without blanks, commas or exponents",
        TEXT_ARG(shown));
}

enum berm_status money_parse(struct text text, int decimals, int64_t *ret_minor,
                             struct berm_error *err)
{
    bool is_negative = text.length > 0 && text.bytes[0] == '-';
    int places = -1; /* digits seen behind the point; -1: no point yet */
    int digit_count = 0;
    int64_t minor = 0;

    assert(decimals >= 0 && decimals <= MONEY_DECIMALS_MAX);
    for (size_t i = is_negative; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == '.' && places < 0 && i + 1 < text.length) {
            places = 0;
            continue;
        }
        if (c < '0' || c > '9')
            return fail_not_an_amount(text, err);
        digit_count++;
        if (places >= 0 && ++places > decimals) {
            if (c != '0') /* 12.3400 is exact in cents, 12.345 is not */
                return fail_with(err, BERM_INVALID_INPUT,
                                 "an amount has more than %d places behind the point; round it to "
                                 "the currency's smallest unit",
                                 decimals);
            continue;
        }
        minor = minor * 10 + (c - '0');
        if (minor > MONEY_MINOR_MAX)
            break;
    }
    if (digit_count == 0)
        return fail_not_an_amount(text, err);
    if (places < 0)
        places = 0;
    if (minor > MONEY_MINOR_MAX ||
        __builtin_mul_overflow(minor, power_of_ten(places < decimals ? decimals - places : 0),
                               &minor) ||
        minor > MONEY_MINOR_MAX)
        return fail_with(err, BERM_LIMIT,
                         "an amount is larger than 10^%d, the largest that is taken",
                         17 - decimals);
    *ret_minor = is_negative ? -minor : minor;
    return BERM_OK;
}

/* Write from the end of out backwards, then move to its start. */
static struct text format_amount(int64_t minor, int decimals, bool is_for_people,
                                 char out[MONEY_TEXT_MAX])
{
    uint64_t left = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    bool has_fraction = decimals > 0;
    size_t start = MONEY_TEXT_MAX - 1;
    struct text text;

    assert(decimals >= 0 && decimals <= MONEY_DECIMALS_MAX);
    if (is_for_people && left % (uint64_t)power_of_ten(decimals) == 0) {
        left /= (uint64_t)power_of_ten(decimals);
        has_fraction = false;
    }
    out[start] = 0;
    for (int i = 0; has_fraction && i < decimals; i++, left /= 10)
        out[--start] = (char)('0' + left % 10);
    if (has_fraction)
        out[--start] = '.';
    for (int i = 0; i == 0 || left > 0; i++, left /= 10) {
        if (is_for_people && i > 0 && i % 3 == 0)
            out[--start] = ',';
        out[--start] = (char)('0' + left % 10);
    }
    if (minor < 0)
        out[--start] = '-';
    text = (struct text){out, MONEY_TEXT_MAX - 1 - start};
    for (size_t i = 0; i <= text.length; i++)
        out[i] = out[start + i];
    return text;
}

struct text money_format(int64_t minor, int decimals, char out[MONEY_TEXT_MAX])
{
    return format_amount(minor, decimals, false, out);
}

struct text money_format_for_people(int64_t minor, int decimals, char out[MONEY_TEXT_MAX])
{
    return format_amount(minor, decimals, true, out);
}

int64_t divide_half_up(__int128 numerator, int64_t denominator)
{
    __int128 quotient;
    __int128 rest;

    assert(denominator > 0);
    quotient = numerator / denominator;
    rest = numerator % denominator;
    if (rest < 0) { /* C divides towards zero; rounding half up needs the floor */
        quotient--;
        rest += denominator;
    }
    if (rest * 2 >= denominator)
        quotient++;
    assert(quotient >= INT64_MIN && quotient <= INT64_MAX);
    return (int64_t)quotient;
}
