/* Official numbers: one form each, and the checks that they carry. */
#include "lib/unit.h"
#include "register/register.h"

static void a_number_has_one_form(void **state)
{
    char out[OFFICIAL_NUMBER_MAX];
    struct text number;
    struct berm_error err;

    (void)state;
    assert_ok(
        id_number_read(TEXT("resident_id"), TEXT("110105 19491231-002x"), out, &number, &err));
    assert_text(number, "11010519491231002X");
    assert_ok(id_number_read(TEXT("passport"), TEXT("e 123-456 78"), out, &number, &err));
    assert_text(number, "E12345678");
    assert_ok(bank_account_read(TEXT("gb82 west 1234 5698 7654 32"), out, &number, &err));
    assert_text(number, "GB82WEST12345698765432");
    assert_ok(bank_account_read(TEXT("6222 0212 3456 7890 123"), out, &number, &err));
    assert_text(number, "6222021234567890123");
}

static void every_wrong_digit_of_a_resident_id_is_found(void **state)
{
    char out[OFFICIAL_NUMBER_MAX], wrong[19] = "11010519491231002X";
    struct text number;
    struct berm_error err;

    (void)state;
    for (int place = 0; place < 17; place++)
        for (char digit = '0'; digit <= '9'; digit++) {
            char right = wrong[place];

            if (digit == right)
                continue;
            wrong[place] = digit;
            assert_fails(id_number_read(TEXT("resident_id"), text_of(wrong), out, &number, &err),
                         BERM_INVALID_INPUT, "check digit");
            wrong[place] = right;
        }
}

static void what_is_no_number_is_refused_without_showing_it(void **state)
{
    static const struct {
        const char *type, *number, *words;
    } cases[] = {
        {"resident_id", "", "18 digits"},
        {"resident_id", "11010519491231002", "18 digits"},
        {"resident_id", "X1010519491231002X", "only the last place"},
        {"passport", "E12", "5 to 20"},
        {"passport", "E1234\xC3\xA9", "nothing else"},
        {"other", "A1B", "4 to 40"},
        {"other", "12345678901234567890123456789012345678901", "nothing else"},
        {"", "12345678", "needs an id_type"},
        {"licence", "12345678", "needs an id_type"},
    };
    char out[OFFICIAL_NUMBER_MAX];
    struct text number;
    struct berm_error err;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_fails(
            id_number_read(text_of(cases[i].type), text_of(cases[i].number), out, &number, &err),
            BERM_INVALID_INPUT, cases[i].words);
        assert_true(strlen(cases[i].number) < 4 || !strstr(err.message, cases[i].number));
    }
    assert_fails(bank_account_read(TEXT("12345"), out, &number, &err), BERM_INVALID_INPUT, "6 to");
    assert_fails(bank_account_read(TEXT("GB82WEST12345698765433"), out, &number, &err),
                 BERM_INVALID_INPUT, "IBAN");
    assert_fails(bank_account_read(TEXT("1234;5678"), out, &number, &err), BERM_INVALID_INPUT,
                 "letters and digits");
}

static void a_mask_shows_four_places_of_a_long_number_only(void **state)
{
    char out[OFFICIAL_NUMBER_MASK_MAX];

    (void)state;
    assert_text(official_number_mask(TEXT("12345678"), out), "****5678");
    assert_text(official_number_mask(TEXT("1234567"), out), "****");
    assert_text(official_number_mask(TEXT(""), out), "****");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_one_form),
        cmocka_unit_test(every_wrong_digit_of_a_resident_id_is_found),
        cmocka_unit_test(what_is_no_number_is_refused_without_showing_it),
        cmocka_unit_test(a_mask_shows_four_places_of_a_long_number_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
