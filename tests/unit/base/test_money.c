/* Money: exact in and out, rounded half up, and refused where it is not an amount. */
#include "lib/unit.h"

static int64_t parsed(const char *text, int decimals)
{
    struct berm_error err;
    int64_t minor = 0;

    assert_ok(money_parse(text_of(text), decimals, &minor, &err));
    return minor;
}

static void amounts_are_read_into_minor_units(void **state)
{
    (void)state;
    assert_true(parsed("3893", 2) == 389300);
    assert_true(parsed("3893.5", 2) == 389350);
    assert_true(parsed("3893.05", 2) == 389305);
    assert_true(parsed("-1234.5", 2) == -123450);
    assert_true(parsed("-0.01", 2) == -1);
    assert_true(parsed("0", 2) == 0);
    assert_true(parsed("-0", 2) == 0);
    assert_true(parsed(".5", 2) == 50);
    assert_true(parsed("007", 0) == 7);
    assert_true(parsed("1.2345", 4) == 12345);
    assert_true(parsed("470", 0) == 470);
}

static void zeros_beyond_the_currency_s_places_are_exact(void **state)
{
    (void)state;
    assert_true(parsed("12.3400", 2) == 1234);
    assert_true(parsed("12.000000", 0) == 12);
}

static void what_is_not_an_amount_is_refused(void **state)
{
    static const char *const texts[] = {"",    "-",   ".",  "-.",    "5.",   "1e3",  "1,000",
                                        " 5",  "5 ",  "+5", "1.2.3", "--1",  "0x10", "NaN",
                                        "12a", "inf", "1-", "1 000", "１２", "1_0"};
    struct berm_error err;
    int64_t minor = 77;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        assert_fails(money_parse(text_of(texts[i]), 2, &minor, &err), BERM_INVALID_INPUT,
                     "is not an amount");
    assert_fails(money_parse((struct text){"1\0002", 3}, 2, &minor, &err), BERM_INVALID_INPUT,
                 "is not an amount");
    assert_true(minor == 77);
}

static void more_places_than_the_currency_has_are_refused(void **state)
{
    struct berm_error err;
    int64_t minor;

    (void)state;
    assert_fails(money_parse(TEXT("1.005"), 2, &minor, &err), BERM_INVALID_INPUT, "places");
    assert_fails(money_parse(TEXT("1.5"), 0, &minor, &err), BERM_INVALID_INPUT, "places");
}

static void the_largest_amount_is_taken_and_nothing_beyond(void **state)
{
    struct berm_error err;
    int64_t minor;

    (void)state;
    assert_true(parsed("1000000000000000.00", 2) == MONEY_MINOR_MAX);
    assert_true(parsed("-1000000000000000", 2) == -MONEY_MINOR_MAX);
    assert_fails(money_parse(TEXT("1000000000000000.01"), 2, &minor, &err), BERM_LIMIT, "10^15");
    assert_fails(money_parse(TEXT("100000000000000001"), 0, &minor, &err), BERM_LIMIT, "10^17");
    assert_fails(money_parse(TEXT("99999999999999999"), 4, &minor, &err), BERM_LIMIT, "largest");
    assert_fails(money_parse(TEXT("999999999999999999999999999999999999999999"), 2, &minor, &err),
                 BERM_LIMIT, "largest");
}

static void amounts_are_written_with_all_their_places(void **state)
{
    char out[MONEY_TEXT_MAX];

    (void)state;
    assert_text(money_format(389300, 2, out), "3893.00");
    assert_text(money_format(-1, 2, out), "-0.01");
    assert_text(money_format(0, 2, out), "0.00");
    assert_text(money_format(5, 4, out), "0.0005");
    assert_text(money_format(470, 0, out), "470");
    assert_text(money_format(INT64_MIN, 0, out), "-9223372036854775808");
    assert_text(money_format(INT64_MAX, 4, out), "922337203685477.5807");
    assert_string_equal(out, "922337203685477.5807");
}

static void people_see_thousands_apart_and_no_empty_fraction(void **state)
{
    char out[MONEY_TEXT_MAX];

    (void)state;
    assert_text(money_format_for_people(389300, 2, out), "3,893");
    assert_text(money_format_for_people(389350, 2, out), "3,893.50");
    assert_text(money_format_for_people(-123456789, 2, out), "-1,234,567.89");
    assert_text(money_format_for_people(99900, 2, out), "999");
    assert_text(money_format_for_people(0, 2, out), "0");
    assert_text(money_format_for_people(1000, 0, out), "1,000");
    assert_text(money_format_for_people(INT64_MIN, 1, out), "-922,337,203,685,477,580.8");
}

static void what_is_written_is_read_back(void **state)
{
    struct random random = random_from_seed(11);
    char out[MONEY_TEXT_MAX];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int decimals = (int)random_below(&random, MONEY_DECIMALS_MAX + 1);
        int64_t bound = (int64_t)1 << random_below(&random, 57);
        int64_t minor = (int64_t)random_below(&random, (uint64_t)bound * 2) - bound;

        if (minor > MONEY_MINOR_MAX || minor < -MONEY_MINOR_MAX)
            continue;
        money_format(minor, decimals, out);
        assert_true(parsed(out, decimals) == minor);
    }
}

static void a_half_is_rounded_up(void **state)
{
    (void)state;
    assert_true(divide_half_up(5, 2) == 3);
    assert_true(divide_half_up(-5, 2) == -2);
    assert_true(divide_half_up(7, 3) == 2);
    assert_true(divide_half_up(8, 3) == 3);
    assert_true(divide_half_up(-7, 3) == -2);
    assert_true(divide_half_up(-8, 3) == -3);
    assert_true(divide_half_up(0, 12) == 0);
    assert_true(divide_half_up(-1, 2) == 0);
    assert_true(divide_half_up(1, 2) == 1);
    assert_true(divide_half_up(6, 12) == 1);
    assert_true(divide_half_up((__int128)INT64_MAX * INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_true(divide_half_up((__int128)INT64_MIN * 2, 2) == INT64_MIN);
}

static void rounding_is_never_more_than_half_a_unit_off(void **state)
{
    struct random random = random_from_seed(12);

    (void)state;
    for (int i = 0; i < 50000; i++) {
        int64_t denominator = (int64_t)random_below(&random, 1000) + 1;
        int64_t numerator = (int64_t)random_below(&random, 2000001) - 1000000;
        int64_t twice_off = 2 * (divide_half_up(numerator, denominator) * denominator - numerator);

        assert_true(twice_off <= denominator && twice_off > -denominator);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_read_into_minor_units),
        cmocka_unit_test(zeros_beyond_the_currency_s_places_are_exact),
        cmocka_unit_test(what_is_not_an_amount_is_refused),
        cmocka_unit_test(more_places_than_the_currency_has_are_refused),
        cmocka_unit_test(the_largest_amount_is_taken_and_nothing_beyond),
        cmocka_unit_test(amounts_are_written_with_all_their_places),
        cmocka_unit_test(people_see_thousands_apart_and_no_empty_fraction),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_half_is_rounded_up),
        cmocka_unit_test(rounding_is_never_more_than_half_a_unit_off),
    };

    return cmocka_run_group_tests_name("base/money", tests, NULL, NULL);
}
