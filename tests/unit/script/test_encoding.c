/* Recognising encodings, and decoding in pieces of any size. */
#include <stdlib.h>

#include "lib/unit.h"
#include "script/script.h"

/* 中华人民共和国, 模 (whose bytes also make a UTF-8 character), 㐂 in four bytes. */
#define GB "\xD6\xD0\xBB\xAA\xC8\xCB\xC3\xF1\xB9\xB2\xBA\xCD\xB9\xFA \xC4\xA3 \x81\x39\xEF\x31\n"
#define GB_AS_UTF8 "中华人民共和国 模 㐂\n"

static void ascii_leaves_it_open(void **state)
{
    (void)state;
    assert_int_equal(encoding_recognise(TEXT("code,name\n"), true), ENCODING_UNDECIDED);
    assert_int_equal(encoding_recognise((struct text){0}, true), ENCODING_UNDECIDED);
}

static void each_encoding_is_told_from_the_other(void **state)
{
    (void)state;
    assert_int_equal(encoding_recognise(TEXT("x,é\n"), true), ENCODING_UTF8);
    assert_int_equal(encoding_recognise(TEXT("中华人民"), true), ENCODING_UTF8);
    assert_int_equal(encoding_recognise(TEXT(GB), true), ENCODING_GB18030);
    assert_int_equal(encoding_recognise(TEXT("x,\xB4\xE5"), true), ENCODING_GB18030);
    assert_int_equal(encoding_recognise(TEXT("中华人民,\xB4\xE5\n"), true), ENCODING_UTF8);
    assert_int_equal(encoding_recognise(TEXT("x,\xFF\n"), true), ENCODING_UTF8);
}

static void a_character_cut_in_two_does_not_count(void **state)
{
    struct text text = TEXT("中华人民");

    (void)state;
    for (size_t cut = 1; cut < 4; cut++)
        assert_int_not_equal(
            encoding_recognise((struct text){text.bytes, text.length - cut}, false),
            ENCODING_GB18030);
    assert_int_equal(encoding_recognise((struct text){GB, 13}, false), ENCODING_GB18030);
}

static void pieces_of_any_size_decode_to_the_same(void **state)
{
    struct berm_error err;

    (void)state;
    for (size_t piece = 1; piece <= sizeof GB; piece++) {
        struct gb_decoder *decoder = NULL;
        char out[200];
        size_t length = 0;

        assert_ok(gb_decoder_create(&decoder, &err));
        for (size_t start = 0; start < sizeof GB - 1; start += piece) {
            size_t left = sizeof GB - 1 - start;
            struct text in = {&GB[start], left < piece ? left : piece};

            while (in.length > 0)
                length += gb_decoder_decode(decoder, &in, left <= piece, out + length,
                                            length < 100 ? 20 : sizeof out - length);
        }
        assert_text(((struct text){out, length}), GB_AS_UTF8);
        gb_decoder_free(decoder);
    }
}

static void what_cannot_be_decoded_becomes_a_byte_that_is_no_utf8(void **state)
{
    struct gb_decoder *decoder = NULL;
    struct text in = TEXT("a\xFF"
                          "b\xD6,c\xD6");
    struct berm_error err;
    char out[64];
    size_t length;

    (void)state;
    assert_ok(gb_decoder_create(&decoder, &err));
    length = gb_decoder_decode(decoder, &in, true, out, sizeof out);
    assert_text(((struct text){out, length}), "a\xFF"
                                              "b\xFF,c\xFF");
    gb_decoder_free(decoder);
}

static void wide_encodings_are_refused(void **state)
{
    struct berm_error err;

    (void)state;
    assert_fails(encoding_refuse_wide(TEXT("\xFE\xFF\0a"), &err), BERM_INVALID_INPUT, "UTF-16");
    assert_fails(encoding_refuse_wide(TEXT("\0c\0o\0d\0e\0,\0a"), &err), BERM_INVALID_INPUT,
                 "UTF-16");
    assert_ok(encoding_refuse_wide(TEXT("code,\0\0\0\0\0\0\0\0\0\0\0\0"), &err));
    assert_ok(encoding_refuse_wide((struct text){0}, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_leaves_it_open),
        cmocka_unit_test(each_encoding_is_told_from_the_other),
        cmocka_unit_test(a_character_cut_in_two_does_not_count),
        cmocka_unit_test(pieces_of_any_size_decode_to_the_same),
        cmocka_unit_test(what_cannot_be_decoded_becomes_a_byte_that_is_no_utf8),
        cmocka_unit_test(wide_encodings_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
