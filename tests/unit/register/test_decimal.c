/* Decimals of six places: exact both ways. */
#include "lib/unit.h"
#include "register/decimal.h"

static void decimals_are_read_and_written_exactly(void **state)
{
    static const struct {
        const char *text;
        int64_t millionths;
        const char *formatted;
    } cases[] = {
        {"0", 0, "0"},
        {"-0", 0, "0"},
        {"0.5", 500000, "0.5"},
        {"+12.50", 12500000, "12.5"},
        {"-0.000001", -1, "-0.000001"},
        {"10", 10000000, "10"},
        {"100.010000000", 100010000, "100.01"},
        {"1000000000000", INT64_C(1000000000000000000), "1000000000000"},
    };
    char out[DECIMAL_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t millionths = 77;

        assert_int_equal(decimal_parse(text_of(cases[i].text), &millionths), BERM_OK);
        assert_true(millionths == cases[i].millionths);
        assert_text(decimal_format(millionths, out), cases[i].formatted);
    }
    assert_text(decimal_format(INT64_MIN, out), "-9223372036854.775808");
}

static void what_is_no_decimal_is_refused(void **state)
{
    static const char *const texts[] = {"",    "-",  ".",   "1.",    ".5",  "1e3",
                                        "1,5", "1 ", "0x1", "1.2.3", "--1", "0.0000001"};
    int64_t millionths = 77;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        assert_int_equal(decimal_parse(text_of(texts[i]), &millionths), BERM_INVALID_INPUT);
    assert_int_equal(decimal_parse(TEXT("1000000000001"), &millionths), BERM_LIMIT);
    assert_int_equal(decimal_parse(TEXT("99999999999999999999999"), &millionths), BERM_LIMIT);
    assert_int_equal(millionths, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_are_read_and_written_exactly),
        cmocka_unit_test(what_is_no_decimal_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
