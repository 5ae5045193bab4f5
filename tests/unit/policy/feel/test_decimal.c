/* Decimals: the integer paths give the library's very bits, and text goes in and out unchanged. */
#include <bid_conf.h>
#include <bid_functions.h>
#include <stdlib.h>

#include "lib/unit.h"
#include "policy/feel/decimal.h"

enum { ROUNDS = 300000 };

static BID_UINT128 to_library(struct feel_decimal value)
{
    BID_UINT128 out;

    out.w[0] = value.low;
    out.w[1] = value.high;
    return out;
}

static bool same_bits(struct feel_decimal a, BID_UINT128 b)
{
    return a.low == b.w[0] && a.high == b.w[1];
}

/** Few or many digits, scales near each other or far apart, zeros of both signs. */
static struct feel_decimal random_decimal(struct random *random)
{
    static const int bits[] = {0, 4, 10, 30, 50, 63, 64};
    int width = bits[random_below(random, ARRAY_COUNT(bits))];
    uint64_t coefficient = width == 0    ? 0
                           : width == 64 ? random_next(random)
                                         : random_below(random, UINT64_C(1) << width);
    uint64_t spread = random_below(random, 4) == 0 ? 60 : 8;
    int exponent = (int)random_below(random, spread) - (int)(spread / 2);
    unsigned __int128 wide = coefficient;

    if (random_below(random, 16) == 0) /* beyond 64 bits: the library's own path */
        wide = wide * 1000003;
    return decimal_encode(random_below(random, 2) == 0, DECIMAL_EXPONENT_BIAS + exponent, wide);
}

static void arithmetic_has_the_library_s_bits(void **state)
{
    struct random random = random_from_seed(2020);

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct feel_decimal a = random_decimal(&random);
        struct feel_decimal b = random_decimal(&random);
        struct feel_decimal result;
        unsigned flags = 0;
        int wanted = bid128_quiet_less(to_library(a), to_library(b), &flags)      ? -1
                     : bid128_quiet_greater(to_library(a), to_library(b), &flags) ? 1
                                                                                  : 0;

        assert_true(decimal_add(a, b, &result));
        assert_true(same_bits(result, bid128_add(to_library(a), to_library(b), 0, &flags)));
        assert_true(decimal_subtract(a, b, &result));
        assert_true(same_bits(result, bid128_sub(to_library(a), to_library(b), 0, &flags)));
        assert_true(decimal_multiply(a, b, &result));
        assert_true(same_bits(result, bid128_mul(to_library(a), to_library(b), 0, &flags)));
        assert_int_equal(feel_decimal_compare(a, b), wanted);
        if (decimal_divide(a, b, &result))
            assert_true(same_bits(result, bid128_div(to_library(a), to_library(b), 0, &flags)));
        else
            assert_true(decimal_is_zero(b));
    }
}

static void text_goes_in_and_out(void **state)
{
    struct random random = random_from_seed(7);
    char text[FEEL_DECIMAL_TEXT_MAX];

    (void)state;
    for (int i = 0; i < ROUNDS / 10; i++) {
        struct feel_decimal value = random_decimal(&random);
        struct feel_decimal again;

        assert_true(feel_decimal_parse(feel_decimal_format(value, text), &again));
        assert_int_equal(feel_decimal_compare(value, again), 0);
    }
}

static void numbers_are_written_as_people_write_them(void **state)
{
    static const struct {
        const char *in;
        const char *out;
    } cases[] = {
        {"3893.00", "3893"},
        {"-0.50", "-0.5"},
        {"007", "7"},
        {"1e3", "1000"},
        {"1.5E-7", "0.00000015"},
        {"-0", "0"},
        {"1e-6000", "1E-6000"},
        {"1.25e100", "1.25E+100"},
        {"1234567890123456789012345678901234", "1234567890123456789012345678901234"},
    };
    char text[FEEL_DECIMAL_TEXT_MAX];
    struct feel_decimal value;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_true(feel_decimal_parse(text_of(cases[i].in), &value));
        assert_text(feel_decimal_format(value, text), cases[i].out);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {"",   "-",  ".",   "1.2.3", "inf", "nan",
                                        "1e", "e5", "0x1", "1 ",    "--1", "1e99999"};
    struct feel_decimal value;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        if (feel_decimal_parse(text_of(texts[i]), &value))
            fail_msg("\"%s\" was taken", texts[i]);
    }
}

static int64_t scaled(const char *text, int scale)
{
    struct feel_decimal value;
    int64_t result = -1;

    assert_true(feel_decimal_parse(text_of(text), &value));
    assert_true(feel_decimal_to_scaled(value, scale, &result));
    return result;
}

static void amounts_are_rounded_half_up(void **state)
{
    struct feel_decimal value;
    int64_t result;

    (void)state;
    assert_int_equal(scaled("3893", 2), 389300);
    assert_int_equal(scaled("0.005", 2), 1);
    assert_int_equal(scaled("-0.005", 2), 0);
    assert_int_equal(scaled("-0.0051", 2), -1);
    assert_int_equal(scaled("2.4999", 0), 2);
    assert_int_equal(scaled("0.3333333333333333333333333333333333", 4), 3333);
    assert_int_equal(scaled("1e-6000", 2), 0);
    assert_true(feel_decimal_parse(TEXT("1e30"), &value));
    assert_false(feel_decimal_to_scaled(value, 0, &result));
    assert_int_equal(
        feel_decimal_compare(feel_decimal_from_scaled(389300, 2), feel_decimal_from_int64(3893)),
        0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_has_the_library_s_bits),
        cmocka_unit_test(text_goes_in_and_out),
        cmocka_unit_test(numbers_are_written_as_people_write_them),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(amounts_are_rounded_half_up),
    };

    return cmocka_run_group_tests_name("policy/feel decimal", tests, NULL, NULL);
}
