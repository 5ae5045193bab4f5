/*
 * Writing JSON straight into a buffer: no tree is built, so a list of any length costs its bytes
 * and nothing else. Misuse (a value without its key, an end too many) is a programming error and
 * asserts.
 */
#include "base/json.h"

#include <string.h>

#include "base/utf8.h"

/* The comma before a value or key, and the mark that the level has something in it now. */
static void begin_value(struct json_writer *json)
{
    uint64_t bit = UINT64_C(1) << json->depth;

    if (json->is_after_key) {
        json->is_after_key = false;
        return;
    }
    if (json->depth > 0 && (json->has_items & bit) != 0)
        buffer_append_char(json->out, ',');
    json->has_items |= bit;
}

static void begin_level(struct json_writer *json, char bracket)
{
    begin_value(json);
    buffer_append_char(json->out, bracket);
    assert(json->depth + 1 < JSON_DEPTH_MAX);
    json->depth++;
    json->has_items &= ~(UINT64_C(1) << json->depth);
}

static void end_level(struct json_writer *json, char bracket)
{
    assert(json->depth > 0 && !json->is_after_key);
    json->depth--;
    buffer_append_char(json->out, bracket);
}

void json_begin_object(struct json_writer *json)
{
    begin_level(json, '{');
}

void json_end_object(struct json_writer *json)
{
    end_level(json, '}');
}

void json_begin_array(struct json_writer *json)
{
    begin_level(json, '[');
}

void json_end_array(struct json_writer *json)
{
    end_level(json, ']');
}

/* How many bytes from the start of text need no escape; eight at a time. */
static size_t plain_length(struct text text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = UINT64_C(0x8080808080808080);
    size_t length = 0;

    for (; text.length - length >= 8; length += 8) {
        uint64_t word, quotes, backslashes;

        memcpy(&word, text.bytes + length, 8);
        quotes = word ^ ones * '"';
        backslashes = word ^ ones * '\\';
        /* x - 1 borrows into the high bit where x is 0; word - 0x20 where a byte is a control */
        if (((word | (word - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & highs) != 0)
            break;
    }
    for (; length < text.length; length++) {
        unsigned char c = (unsigned char)text.bytes[length];

        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            break;
    }
    return length;
}

static void append_escaped_byte(struct buffer *out, unsigned char c)
{
    static const char short_forms[32] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    static const char hex_digits[] = "0123456789abcdef";
    char escape[6] = {'\\', (char)c};

    if (c == '"' || c == '\\') {
        buffer_append(out, escape, 2);
    } else if (short_forms[c] != 0) {
        escape[1] = short_forms[c];
        buffer_append(out, escape, 2);
    } else {
        escape[1] = 'u';
        escape[2] = '0';
        escape[3] = '0';
        escape[4] = hex_digits[c >> 4];
        escape[5] = hex_digits[c & 15];
        buffer_append(out, escape, 6);
    }
}

static void append_string(struct buffer *out, struct text text)
{
    buffer_append_char(out, '"');
    while (text.length > 0) {
        size_t plain = plain_length(text);
        size_t length;

        buffer_append(out, text.bytes, plain);
        text = text_from(text, plain);
        if (text.length == 0)
            break;
        length = utf8_character_length((const unsigned char *)text.bytes, text.length);
        if (length == 0)
            buffer_append(out, "\xEF\xBF\xBD", 3);
        else if (length == 1)
            append_escaped_byte(out, (unsigned char)text.bytes[0]);
        else
            buffer_append(out, text.bytes, length);
        text = text_from(text, length == 0 ? 1 : length);
    }
    buffer_append_char(out, '"');
}

void json_key_text(struct json_writer *json, struct text key)
{
    assert(json->depth > 0 && !json->is_after_key);
    begin_value(json);
    append_string(json->out, key);
    buffer_append_char(json->out, ':');
    json->is_after_key = true;
}

void json_key(struct json_writer *json, const char *key)
{
    json_key_text(json, text_of(key));
}

void json_number_text(struct json_writer *json, struct text digits)
{
    begin_value(json);
    buffer_append_text(json->out, digits);
}

void json_null_value(struct json_writer *json)
{
    json_number_text(json, TEXT("null"));
}

void json_bool(struct json_writer *json, bool value)
{
    json_number_text(json, value ? TEXT("true") : TEXT("false"));
}

void json_int64(struct json_writer *json, int64_t value)
{
    begin_value(json);
    buffer_append_int64(json->out, value);
}

void json_text(struct json_writer *json, struct text value)
{
    begin_value(json);
    append_string(json->out, value);
}

void json_money(struct json_writer *json, int64_t minor, int decimals)
{
    char out[MONEY_TEXT_MAX];

    json_text(json, money_format(minor, decimals, out));
}

void json_date(struct json_writer *json, date_days date)
{
    char out[DATE_TEXT_MAX];

    json_text(json, date_format(date, out));
}

void json_month(struct json_writer *json, month_number month)
{
    char out[MONTH_TEXT_MAX];

    json_text(json, month_format(month, out));
}

void json_key_of_text(struct json_writer *json, const char *key, struct text value)
{
    json_key(json, key);
    json_text(json, value);
}

void json_key_of_int64(struct json_writer *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_int64(json, value);
}

void json_key_of_bool(struct json_writer *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}
