/*
 * Official id numbers and bank accounts: normalised, so that one number has one form, and checked
 * by the digits that they carry for the purpose. No message holds the number itself: messages end
 * up in logs.
 */
#include "register/register.h"

#include <string.h>

enum { RESIDENT_ID_LENGTH = 18, PASSPORT_MIN = 5, PASSPORT_MAX = 20, OTHER_MIN = 4 };
enum { ACCOUNT_MIN = 6, IBAN_MIN = 15, ACCOUNT_MAX = 34 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* Upper case, without blanks and hyphens; false where anything else than letters and digits is
 * left, or there is too much of it. */
static bool normalise(struct text text, char out[OFFICIAL_NUMBER_MAX], struct text *ret_number)
{
    size_t length = 0;

    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == ' ' || c == '-')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if ((!is_digit(c) && !is_letter(c)) || length == OFFICIAL_NUMBER_MAX)
            return false;
        out[length++] = c;
    }
    *ret_number = (struct text){out, length};
    return true;
}

/* GB 11643-1999: six digits of area, date of birth, serial number, check by ISO 7064 MOD 11-2. */
static enum berm_status check_resident_id(struct text number, struct berm_error *err)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0, year = 0;

    if (number.length != RESIDENT_ID_LENGTH)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a resident id has 18 digits (the last may be X), this one has %zu; "
                         "correct it",
                         number.length);
    for (size_t i = 0; i < ARRAY_COUNT(weights); i++) {
        if (!is_digit(number.bytes[i]))
            return fail_with(err, BERM_INVALID_INPUT,
                             "only the last place of a resident id may be a letter; correct it");
        sum += weights[i] * (number.bytes[i] - '0');
    }
    if ("10X98765432"[sum % 11] != number.bytes[RESIDENT_ID_LENGTH - 1])
        return fail_with(err, BERM_INVALID_INPUT,
                         "the check digit of the resident id does not fit; two digits may have "
                         "changed places, so look at the card again");
    for (int i = 6; i < 10; i++)
        year = year * 10 + (number.bytes[i] - '0');
    if (!date_is_valid(year, (number.bytes[10] - '0') * 10 + (number.bytes[11] - '0'),
                       (number.bytes[12] - '0') * 10 + (number.bytes[13] - '0')))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the places 7 to 14 of the resident id are no date of birth; correct it");
    return BERM_OK;
}

static enum berm_status check_length(struct text number, const char *what, size_t low, size_t high,
                                     struct berm_error *err)
{
    if (number.length >= low && number.length <= high)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT, "%s has %zu to %zu letters and digits, this one %zu",
                     what, low, high, number.length);
}

enum berm_status id_number_read(struct text type, struct text text, char out[OFFICIAL_NUMBER_MAX],
                                struct text *ret_number, struct berm_error *err)
{
    struct text number;

    if (!normalise(text, out, &number))
        return fail_with(err, BERM_INVALID_INPUT,
                         "an id number has at most %d letters and digits, and nothing else; "
                         "correct it",
                         (int)OFFICIAL_NUMBER_MAX);
    if (text_equal(type, TEXT("resident_id")))
        TRY(check_resident_id(number, err));
    else if (text_equal(type, TEXT("passport")))
        TRY(check_length(number, "a passport's number", PASSPORT_MIN, PASSPORT_MAX, err));
    else if (text_equal(type, TEXT("other")))
        TRY(check_length(number, "an id number", OTHER_MIN, OFFICIAL_NUMBER_MAX, err));
    else
        return fail_with(err, BERM_INVALID_INPUT,
                         "an id number needs an id_type: resident_id, passport or other");
    *ret_number = number;
    return BERM_OK;
}

/* ISO 13616: the first four places go to the end, letters count 10 to 35, the rest by 97 is 1. */
static bool is_iban_right(struct text number)
{
    unsigned rest = 0;

    for (size_t i = 0; i < number.length; i++) {
        char c = number.bytes[(i + 4) % number.length];

        rest = is_digit(c) ? (rest * 10 + (unsigned)(c - '0')) % 97
                           : (rest * 100 + (unsigned)(c - 'A' + 10)) % 97;
    }
    return rest == 1;
}

enum berm_status bank_account_read(struct text text, char out[OFFICIAL_NUMBER_MAX],
                                   struct text *ret_number, struct berm_error *err)
{
    struct text number;

    if (!normalise(text, out, &number))
        return fail_with(err, BERM_INVALID_INPUT,
                         "a bank account has letters and digits and nothing else; correct it");
    TRY(check_length(number, "a bank account", ACCOUNT_MIN, ACCOUNT_MAX, err));
    if (number.length >= IBAN_MIN && is_letter(number.bytes[0]) && is_letter(number.bytes[1]) &&
        is_digit(number.bytes[2]) && is_digit(number.bytes[3]) && !is_iban_right(number))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the check digits of the IBAN do not fit; look at it again");
    *ret_number = number;
    return BERM_OK;
}

struct text official_number_mask(struct text number, char out[OFFICIAL_NUMBER_MASK_MAX])
{
    enum { SHOWN = 4 };

    memcpy(out, "****", SHOWN);
    if (number.length < 2 * SHOWN)
        return (struct text){out, SHOWN};
    memcpy(out + SHOWN, number.bytes + number.length - SHOWN, SHOWN);
    return (struct text){out, 2 * SHOWN};
}
