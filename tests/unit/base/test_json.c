/* The JSON writer: commas, nesting, escapes. */
#include "lib/unit.h"

static void objects_and_arrays_get_their_commas(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};
    struct json_writer json = {.out = &buffer};

    (void)state;
    json_begin_object(&json);
    json_key(&json, "empty");
    json_begin_array(&json);
    json_end_array(&json);
    json_key(&json, "list");
    json_begin_array(&json);
    json_int64(&json, -1);
    json_null_value(&json);
    json_begin_object(&json);
    json_end_object(&json);
    json_begin_object(&json);
    json_key_of_bool(&json, "yes", true);
    json_key_of_bool(&json, "no", false);
    json_end_object(&json);
    json_end_array(&json);
    json_key_of_text(&json, "t", TEXT("x"));
    json_key_of_int64(&json, "n", INT64_MAX);
    json_end_object(&json);
    assert_text(buffer_text(&buffer),
                "{\"empty\":[],\"list\":[-1,null,{},{\"yes\":true,\"no\":false}],"
                "\"t\":\"x\",\"n\":9223372036854775807}");
}

static void money_dates_and_numbers_have_their_forms(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};
    struct json_writer json = {.out = &buffer};

    (void)state;
    json_begin_array(&json);
    json_money(&json, 389300, 2);
    json_date(&json, 18535);
    json_month(&json, 24248);
    json_number_text(&json, TEXT("0.348537"));
    json_end_array(&json);
    assert_text(buffer_text(&buffer), "[\"3893.00\",\"2020-09-30\",\"2020-09\",0.348537]");
}

static struct text escaped(struct buffer *buffer, struct text text)
{
    struct json_writer json = {.out = buffer};

    buffer_clear(buffer);
    json_text(&json, text);
    return buffer_text(buffer);
}

static void what_must_be_escaped_is_escaped(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};

    (void)state;
    assert_text(escaped(&buffer, TEXT("")), "\"\"");
    assert_text(escaped(&buffer, TEXT("a\"b\\c/d")), "\"a\\\"b\\\\c/d\"");
    assert_text(escaped(&buffer, TEXT("\b\t\n\f\r")), "\"\\b\\t\\n\\f\\r\"");
    assert_text(escaped(&buffer, TEXT("\0\x01\x1F\x7F")), "\"\\u0000\\u0001\\u001f\x7F\"");
    assert_text(escaped(&buffer, TEXT("脱贫 é 🌾")), "\"脱贫 é 🌾\"");
}

static void broken_utf8_becomes_the_replacement_character(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};

    (void)state;
    assert_text(escaped(&buffer, TEXT("a\xFFz")), "\"a\xEF\xBF\xBDz\"");
    assert_text(escaped(&buffer, TEXT("\xE5\xB9")), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    assert_text(escaped(&buffer, TEXT("\xC0\xAF")), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    assert_text(escaped(&buffer, TEXT("\xED\xA0\x80")), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

static void an_escape_is_found_at_every_place_of_a_text(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};

    (void)state;
    for (int c = 1; c < 0x80; c++) {
        for (size_t place = 0; place < 24; place++) {
            char bytes[24];
            char wanted[64] = "\"aaaaaaaaaaaaaaaaaaaaaaaa";
            char *end = wanted + 1 + place;
            static const char with_short_form[] = "\b\t\n\f\r\"\\";
            const char *short_form = strchr(with_short_form, c);

            memset(bytes, 'a', sizeof bytes);
            bytes[place] = (char)c;
            if (short_form != NULL) {
                *end++ = '\\';
                *end++ = "btnfr\"\\"[short_form - with_short_form];
            } else if (c < 0x20) {
                memcpy(end, "\\u00", 4);
                end[4] = (char)('0' + (c >> 4));
                end[5] = "0123456789abcdef"[c & 15];
                end += 6;
            } else {
                *end++ = (char)c;
            }
            memset(end, 'a', sizeof bytes - place - 1);
            end += sizeof bytes - place - 1;
            memcpy(end, "\"", 2);
            assert_text(escaped(&buffer, (struct text){bytes, sizeof bytes}), wanted);
        }
    }
}

static void keys_are_escaped_too(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};
    struct json_writer json = {.out = &buffer};

    (void)state;
    json_begin_object(&json);
    json_key_text(&json, TEXT("a\"b"));
    json_null_value(&json);
    json_end_object(&json);
    assert_text(buffer_text(&buffer), "{\"a\\\"b\":null}");
}

static void depth_reaches_its_limit_with_the_commas_right(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};
    struct json_writer json = {.out = &buffer};

    (void)state;
    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        json_begin_array(&json);
    json_int64(&json, 1);
    json_int64(&json, 2);
    for (int i = 0; i < JSON_DEPTH_MAX - 1; i++)
        json_end_array(&json);
    assert_int_equal(buffer.length, 2 * (JSON_DEPTH_MAX - 1) + 3);
    assert_non_null(memmem(buffer.bytes, buffer.length, "[1,2]", 5));
}

static void a_full_buffer_shows_at_the_end(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {.cap_bytes = 8};
    struct json_writer json = {.out = &buffer};
    struct berm_error err;

    (void)state;
    json_begin_object(&json);
    json_key_of_text(&json, "name", TEXT("too long"));
    json_end_object(&json);
    assert_fails(buffer_status(&buffer, &err), BERM_NO_MEMORY, "output");
}

/* A buffer's cap is used to its last byte, whatever the escapes take. */
static void a_text_fits_where_its_bytes_do(void **state)
{
    static const struct text texts[] = {{"", 0},
                                        {"a", 1},
                                        {"\x1F\x01", 2},
                                        {"\"\\\n", 3},
                                        {"张三", 6},
                                        {"\xFFx\xE5", 3},
                                        {"twelve bytes\twith more behind them 张", 38}};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        CLEANUP(buffer_free) struct buffer roomy = {0};
        struct json_writer json = {.out = &roomy};

        json_text(&json, texts[i]);
        for (size_t missing = 0; missing < 2; missing++) {
            CLEANUP(buffer_free) struct buffer tight = {.cap_bytes = roomy.length - missing};
            struct berm_error err;

            json = (struct json_writer){.out = &tight};
            json_text(&json, texts[i]);
            assert_int_equal(buffer_status(&tight, &err) == BERM_OK, missing == 0);
            if (missing == 0)
                assert_true(text_equal(buffer_text(&tight), buffer_text(&roomy)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_arrays_get_their_commas),
        cmocka_unit_test(money_dates_and_numbers_have_their_forms),
        cmocka_unit_test(what_must_be_escaped_is_escaped),
        cmocka_unit_test(broken_utf8_becomes_the_replacement_character),
        cmocka_unit_test(an_escape_is_found_at_every_place_of_a_text),
        cmocka_unit_test(keys_are_escaped_too),
        cmocka_unit_test(depth_reaches_its_limit_with_the_commas_right),
        cmocka_unit_test(a_full_buffer_shows_at_the_end),
        cmocka_unit_test(a_text_fits_where_its_bytes_do),
    };

    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
