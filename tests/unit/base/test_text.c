/* Text slices, UTF-8 and suggestions. */
#include "lib/unit.h"

static void slices_compare_by_bytes(void **state)
{
    (void)state;
    assert_true(text_equal(TEXT("ab"), TEXT("ab")));
    assert_false(text_equal(TEXT("ab"), TEXT("abc")));
    assert_true(text_equal((struct text){NULL, 0}, TEXT("")));
    assert_true(text_compare(TEXT("a"), TEXT("b")) < 0);
    assert_true(text_compare(TEXT("b"), TEXT("a")) > 0);
    assert_true(text_compare(TEXT("a"), TEXT("ab")) < 0);
    assert_true(text_compare(TEXT(""), (struct text){NULL, 0}) == 0);
    assert_true(text_compare(TEXT("z"), TEXT("\xE5\xB9\xB4")) < 0);
    assert_true(text_equal_ignoring_ascii_case(TEXT("HouseHold"), TEXT("household")));
    assert_false(text_equal_ignoring_ascii_case(TEXT("a"), TEXT("ab")));
    assert_false(text_equal_ignoring_ascii_case(TEXT("@"), TEXT("`")));
}

static void parts_of_a_text_are_slices_of_it(void **state)
{
    (void)state;
    assert_true(text_starts_with(TEXT("household"), TEXT("house")));
    assert_true(text_starts_with(TEXT("x"), TEXT("")));
    assert_false(text_starts_with(TEXT("ho"), TEXT("house")));
    assert_text(text_trimmed(TEXT(" \t a b\r\n")), "a b");
    assert_text(text_trimmed(TEXT(" \n ")), "");
    assert_text(text_trimmed((struct text){NULL, 0}), "");
    assert_text(text_from(TEXT("abc"), 1), "bc");
    assert_text(text_from(TEXT("abc"), 3), "");
    assert_text(text_from((struct text){NULL, 0}, 0), "");
    assert_text(text_of(NULL), "");
}

static void hashes_tell_texts_apart(void **state)
{
    char bytes[64] = {0};
    uint64_t seen[64];

    (void)state;
    for (size_t length = 0; length < 64; length++) { /* the same zeros, only longer */
        seen[length] = text_hash((struct text){bytes, length});
        for (size_t i = 0; i < length; i++)
            assert_true(seen[i] != seen[length]);
    }
    assert_true(text_hash(TEXT("ab")) != text_hash(TEXT("ba")));
    assert_true(text_hash(TEXT("ab")) == text_hash(TEXT("ab")));
    assert_true(text_hash_seeded(TEXT("ab"), 1) != text_hash_seeded(TEXT("ab"), 2));
    for (size_t length = 1; length < 40; length++) { /* every byte counts */
        uint64_t before = text_hash((struct text){bytes, length});

        for (size_t i = 0; i < length; i++) {
            bytes[i] ^= 1;
            assert_true(text_hash((struct text){bytes, length}) != before);
            bytes[i] ^= 1;
        }
    }
}

static void a_copy_is_ended_by_zero(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct berm_error err;
    struct text copy, formatted;

    (void)state;
    assert_ok(arena_create(4096, &arena, &err));
    assert_ok(text_copy(arena, (struct text){"abcdef", 3}, &copy, &err));
    assert_int_equal(copy.length, 3);
    assert_string_equal(copy.bytes, "abc");
    assert_ok(text_copy(arena, (struct text){NULL, 0}, &copy, &err));
    assert_string_equal(copy.bytes, "");
    assert_ok(text_format(arena, &formatted, &err, "%d of %s", 3, "five"));
    assert_string_equal(formatted.bytes, "3 of five");
    assert_int_equal(formatted.length, 9);
}

static void copies_report_that_the_arena_is_full(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct berm_error err;
    struct text copy = TEXT("untouched");

    (void)state;
    assert_ok(arena_create(0, &arena, &err));
    assert_fails(text_copy(arena, TEXT("abc"), &copy, &err), BERM_NO_MEMORY, "3 bytes");
    assert_fails(text_format(arena, &copy, &err, "%s", "abcd"), BERM_NO_MEMORY, "4 bytes");
    assert_text(copy, "untouched");
}

static void well_formed_utf8_is_taken(void **state)
{
    (void)state;
    assert_true(text_is_utf8(TEXT(""), NULL));
    assert_true(text_is_utf8(TEXT("plain ASCII of more than eight bytes"), NULL));
    assert_true(
        text_is_utf8(TEXT("\x7F \xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80"), NULL));
    assert_true(text_is_utf8(TEXT("\xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"), NULL));
    assert_true(text_is_utf8(TEXT("脱贫不稳定户"), NULL));
}

static void ill_formed_utf8_is_refused_at_its_place(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {"\x80", 1},             /* a continuation alone */
        {"\xC0\xAF", 2},         /* overlong */
        {"\xC1\xBF", 2},         /* overlong */
        {"\xE0\x9F\xBF", 3},     /* overlong */
        {"\xF0\x8F\xBF\xBF", 4}, /* overlong */
        {"\xED\xA0\x80", 3},     /* surrogate */
        {"\xED\xBF\xBF", 3},     /* surrogate */
        {"\xF4\x90\x80\x80", 4}, /* beyond U+10FFFF */
        {"\xF5\x80\x80\x80", 4},
        {"\xFF", 1},
        {"\xC3", 1},         /* cut off */
        {"\xE5\xB9", 2},     /* cut off */
        {"\xF0\x9F\x8C", 3}, /* cut off */
        {"\xE5\x41\x42", 3},
        {"\xE5\xB9\x41", 3},
        {"\xF0\x9F\x41\x41", 4},
        {"\0", 1}, /* NUL is a character, but never in text */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        for (size_t before = 0; before < 20; before++) {
            char bytes[64];
            size_t bad_offset = 999;

            memset(bytes, 'a', sizeof bytes);
            memcpy(bytes + before, cases[i].bytes, cases[i].length);
            assert_false(text_is_utf8((struct text){bytes, before + cases[i].length}, &bad_offset));
            assert_int_equal(bad_offset, before);
        }
    }
}

static void every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x10FFFF; c += c < 0x11000 ? 1 : 37) {
        char out[4];
        size_t offset = 0;
        struct text text = {out, text_encode_code_point(c, out)};

        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        assert_true(text_is_utf8(text, NULL));
        assert_int_equal(text_next_code_point(text, &offset), c);
        assert_int_equal(offset, text.length);
        assert_int_equal(text_code_point_count(text), 1);
    }
    assert_int_equal(text_code_point_count(TEXT("a年🌾")), 3);
}

static void whole_numbers_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"-12", -12},
        {"000123", 123},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    static const char *const refused[] = {"",
                                          "-",
                                          "+",
                                          " 1",
                                          "1 ",
                                          "1.0",
                                          "1e3",
                                          "a",
                                          "9223372036854775808",
                                          "-9223372036854775809",
                                          "99999999999999999999",
                                          "--1"};
    int64_t value = 42;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_true(text_parse_int64(text_of(cases[i].text), &value));
        assert_true(value == cases[i].value);
    }
    value = 42;
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++)
        assert_false(text_parse_int64(text_of(refused[i]), &value));
    assert_true(value == 42);
}

static void a_slip_of_typing_gets_a_suggestion(void **state)
{
    const struct text names[] = {TEXT("income_month"), TEXT("household_size"), TEXT("is_disabled"),
                                 TEXT("年收入"), TEXT("x")};

    (void)state;
    assert_int_equal(text_nearest(TEXT("incom_month"), names, 5), 0);
    assert_int_equal(text_nearest(TEXT("Income_Month"), names, 5), 0);
    assert_int_equal(text_nearest(TEXT("houshold_sise"), names, 5), 1);
    assert_int_equal(text_nearest(TEXT("is_disalbed"), names, 5), 2);
    assert_int_equal(text_nearest(TEXT("年收人"), names, 5), 3);
    assert_int_equal(text_nearest(TEXT("region"), names, 5), -1);
    assert_int_equal(text_nearest(TEXT("y"), names, 5), -1);
    assert_int_equal(text_nearest(TEXT(""), names, 5), -1);
    assert_int_equal(text_nearest(TEXT("a"), names, 0), -1);
    assert_int_equal(text_nearest(TEXT("\xFF\xFE"), names, 5), -1);
}

static void a_word_of_any_length_is_survived_by_the_suggestion(void **state)
{
    char bytes[1000];
    struct text names[] = {{bytes, sizeof bytes}, TEXT("aaaa")};

    (void)state;
    memset(bytes, 'a', sizeof bytes);
    for (size_t length = 1; length < sizeof bytes; length++)
        assert_in_range(text_nearest((struct text){bytes, length}, names, 2) + 1, 0, 2);
    assert_int_equal(text_nearest((struct text){bytes, 5}, names, 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_compare_by_bytes),
        cmocka_unit_test(parts_of_a_text_are_slices_of_it),
        cmocka_unit_test(hashes_tell_texts_apart),
        cmocka_unit_test(a_copy_is_ended_by_zero),
        cmocka_unit_test(copies_report_that_the_arena_is_full),
        cmocka_unit_test(well_formed_utf8_is_taken),
        cmocka_unit_test(ill_formed_utf8_is_refused_at_its_place),
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(whole_numbers_are_read),
        cmocka_unit_test(a_slip_of_typing_gets_a_suggestion),
        cmocka_unit_test(a_word_of_any_length_is_survived_by_the_suggestion),
    };

    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
