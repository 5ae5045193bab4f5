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

/* Whether none of eight bytes needs an escape, or more bytes to make a character. */
static inline bool is_plain_word(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = UINT64_C(0x8080808080808080);
    uint64_t quotes = word ^ ones * '"';
    uint64_t backslashes = word ^ ones * '\\';

    /* x - 1 borrows into the high bit where x is 0; word - 0x20 where a byte is a control */
    return ((word | (word - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & highs) == 0;
}

static inline bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The letter of a byte's short escape; 0 where it has none. */
static const char short_escapes[128] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                        ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};

enum { ESCAPED_BYTES_MAX = 6 }; /* that one byte becomes: \u001f */

/* Exactly what escape will write. */
static size_t escaped_length(struct text text)
{
    size_t total = 0;

    while (text.length > 0) {
        const unsigned char *at = (const unsigned char *)text.bytes;
        size_t length = utf8_character_length(at, text.length);

        if (length == 0)
            total += 3;
        else if (length > 1 || is_plain(*at))
            total += length;
        else
            total += short_escapes[*at] != 0 ? 2 : ESCAPED_BYTES_MAX;
        text = text_from(text, length == 0 ? 1 : length);
    }
    return total;
}

static char *escape_byte(char *out, unsigned char c)
{
    static const char hex_digits[] = "0123456789abcdef";

    *out++ = '\\';
    if (short_escapes[c] != 0) {
        *out++ = short_escapes[c];
        return out;
    }
    memcpy(out, "u00", 3);
    out[3] = hex_digits[c >> 4];
    out[4] = hex_digits[c & 15];
    return out + 5;
}

/* Write the text, escaped, and return the end: names of a few characters and long notes alike. */
static char *escape(char *out, struct text text)
{
    const unsigned char *at = (const unsigned char *)text.bytes;
    size_t left = text.length;

    while (left > 0) {
        size_t length = 1;
        uint64_t word;

        if (left >= sizeof word) {
            memcpy(&word, at, sizeof word);
            if (is_plain_word(word)) {
                memcpy(out, &word, sizeof word);
                at += sizeof word;
                out += sizeof word;
                left -= sizeof word;
                continue;
            }
        }
        for (; left > 0 && is_plain(*at); left--)
            *out++ = (char)*at++;
        for (; left > 0 && !is_plain(*at); at += length, left -= length) {
            length = utf8_character_length(at, left);
            if (length == 1) {
                out = escape_byte(out, *at);
                continue;
            }
            memcpy(out, length == 0 ? (const unsigned char *)"\xEF\xBF\xBD" : at,
                   length == 0 ? 3 : length);
            out += length == 0 ? 3 : length;
            length += length == 0;
        }
    }
    return out;
}

/* A string in quotes and what follows it: a key's colon, or nothing. Where there is room for the
 * worst, nothing is measured; else it is, so that a buffer's cap is used to its last byte. */
static void append_string(struct buffer *out, struct text text, const char *after)
{
    size_t after_length = *after != 0;
    size_t worst = text.length * ESCAPED_BYTES_MAX + 3;
    char *start = NULL;
    char *end = NULL;

    if (out->capacity - out->length < worst)
        worst = escaped_length(text) + 2 + after_length;
    start = buffer_reserve(out, worst);
    if (start == NULL)
        return;
    *start = '"';
    end = escape(start + 1, text);
    *end++ = '"';
    if (after_length > 0)
        *end++ = *after;
    out->length += (size_t)(end - start);
}

void json_key_text(struct json_writer *json, struct text key)
{
    assert(json->depth > 0 && !json->is_after_key);
    begin_value(json);
    append_string(json->out, key, ":");
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
    append_string(json->out, value, "");
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

void json_key_of_text_or_null(struct json_writer *json, const char *key, struct text value)
{
    json_key(json, key);
    if (value.length > 0)
        json_text(json, value);
    else
        json_null_value(json);
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
