/* Errors: what the caller is told, and that a cut never leaves half a character. */
#include <stdio.h>

#include "lib/unit.h"

static void an_error_carries_its_status_and_sentence(void **state)
{
    struct berm_error err = {.line = 7};

    (void)state;
    assert_int_equal(fail_with(&err, BERM_LIMIT, "%d is too many", 9), BERM_LIMIT);
    assert_int_equal(err.status, BERM_LIMIT);
    assert_int_equal(err.line, 0);
    assert_string_equal(err.message, "9 is too many");
}

static void an_error_carries_its_position(void **state)
{
    struct berm_error err;

    (void)state;
    assert_int_equal(fail_at(&err, BERM_INVALID_INPUT, 3, 14, "no"), BERM_INVALID_INPUT);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 14);
}

static void without_an_error_only_the_status_is_returned(void **state)
{
    (void)state;
    assert_int_equal(fail_with(NULL, BERM_IO, "gone"), BERM_IO);
    assert_int_equal(fail_at(NULL, BERM_IO, 1, 1, "gone"), BERM_IO);
    assert_int_equal(fail_within(NULL, BERM_IO, "gone"), BERM_IO);
}

static void a_context_is_put_before_the_message_and_keeps_the_position(void **state)
{
    struct berm_error err;

    (void)state;
    assert_int_equal(fail_at(&err, BERM_CORRUPT, 2, 5, "a bad byte"), BERM_CORRUPT);
    assert_int_equal(fail_within(&err, BERM_CORRUPT, "in %s", "x.csv"), BERM_CORRUPT);
    assert_string_equal(err.message, "in x.csv: a bad byte");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 5);
}

static void a_message_may_quote_the_message_it_replaces(void **state)
{
    struct berm_error err;

    (void)state;
    assert_int_equal(fail_with(&err, BERM_IO, "inner"), BERM_IO);
    assert_int_equal(fail_with(&err, BERM_IO, "outer (%s)", err.message), BERM_IO);
    assert_string_equal(err.message, "outer (inner)");
}

static void a_long_message_is_cut_between_characters(void **state)
{
    static const char *const characters[] = {"x", "\xC3\xA9", "\xE5\xB9\xB4", "\xF0\x9F\x8C\xBE"};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(characters); i++) {
        for (size_t shift = 0; shift < 4; shift++) {
            char text[4096] = "abc";
            size_t length = shift;
            struct berm_error err;

            text[shift] = 0;
            while (length + 4 < sizeof text) {
                memcpy(text + length, characters[i], strlen(characters[i]) + 1);
                length += strlen(characters[i]);
            }
            assert_int_equal(fail_with(&err, BERM_IO, "%s", text), BERM_IO);
            assert_true(text_is_utf8(text_of(err.message), NULL));
            assert_in_range(strlen(err.message), BERM_ERROR_MESSAGE_MAX - 4,
                            BERM_ERROR_MESSAGE_MAX - 1);
            assert_int_equal(fail_within(&err, BERM_IO, "ab"), BERM_IO);
            assert_true(text_is_utf8(text_of(err.message), NULL));
        }
    }
}

static void every_status_has_a_name(void **state)
{
    (void)state;
    for (int status = BERM_OK; status <= BERM_UNAVAILABLE; status++)
        assert_string_not_equal(status_name((enum berm_status)status), "unknown status");
    assert_string_equal(status_name((enum berm_status)99), "unknown status");
    assert_string_equal(status_name(BERM_INVALID_INPUT), "invalid input");
}

static enum berm_status second_of_two(enum berm_status first, bool *ret_reached)
{
    TRY(first);
    *ret_reached = true;
    return BERM_OK;
}

static void try_returns_at_the_first_failure(void **state)
{
    bool is_reached = false;

    (void)state;
    assert_int_equal(second_of_two(BERM_BUSY, &is_reached), BERM_BUSY);
    assert_false(is_reached);
    assert_int_equal(second_of_two(BERM_OK, &is_reached), BERM_OK);
    assert_true(is_reached);
}

static void the_version_has_three_numbers(void **state)
{
    int major, minor, patch;

    (void)state;
    assert_int_equal(sscanf(berm_version(), "%d.%d.%d", &major, &minor, &patch), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_carries_its_status_and_sentence),
        cmocka_unit_test(an_error_carries_its_position),
        cmocka_unit_test(without_an_error_only_the_status_is_returned),
        cmocka_unit_test(a_context_is_put_before_the_message_and_keeps_the_position),
        cmocka_unit_test(a_message_may_quote_the_message_it_replaces),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(try_returns_at_the_first_failure),
        cmocka_unit_test(the_version_has_three_numbers),
    };

    return cmocka_run_group_tests_name("base/status", tests, NULL, NULL);
}
