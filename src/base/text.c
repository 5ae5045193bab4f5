/*
 * Text slices. Nothing here allocates except text_copy and text_format; slices make it cheap to
 * speak about a field of a record or a word of a line without copying it.
 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum {
    WORD_CHARACTERS_MAX = 64, /* longer words get no suggestion */
};

struct text text_of(const char *ended_by_zero)
{
    return ended_by_zero == NULL ? (struct text){"", 0}
                                 : (struct text){ended_by_zero, strlen(ended_by_zero)};
}

bool text_equal(struct text a, struct text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

int text_compare(struct text a, struct text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.bytes, b.bytes, shorter);

    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static unsigned char lower_ascii(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool text_equal_ignoring_ascii_case(struct text a, struct text b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower_ascii(a.bytes[i]) != lower_ascii(b.bytes[i]))
            return false;
    return true;
}

bool text_starts_with(struct text text, struct text prefix)
{
    return text.length >= prefix.length &&
           text_equal((struct text){text.bytes, prefix.length}, prefix);
}

static bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trimmed(struct text text)
{
    while (text.length > 0 && is_ascii_space(text.bytes[text.length - 1]))
        text.length--;
    while (text.length > 0 && is_ascii_space(text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    return text;
}

struct text text_from(struct text text, size_t start)
{
    assert(start <= text.length);
    if (start == 0)
        return text; /* bytes may be NULL, to which nothing may be added */
    return (struct text){text.bytes + start, text.length - start};
}

static uint64_t multiply_and_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load_word(const char *bytes, size_t length)
{
    uint64_t word = 0;

    memcpy(&word, bytes, length);
    return word;
}

uint64_t text_hash_seeded(struct text text, uint64_t seed)
{
    /* Odd constants with as many ones as zeros: the first digits of the roots of 2, 3 and 5. */
    const uint64_t first = UINT64_C(0x6A09E667F3BCC909);
    const uint64_t second = UINT64_C(0xBB67AE8584CAA73B);
    const uint64_t third = UINT64_C(0x3C6EF372FE94F82B);
    uint64_t hash = seed ^ first;
    const char *bytes = text.bytes;
    size_t left = text.length;

    for (; left >= 16; bytes += 16, left -= 16)
        hash = multiply_and_fold(load_word(bytes, 8) ^ second, load_word(bytes + 8, 8) ^ hash);
    if (left > 8)
        hash =
            multiply_and_fold(load_word(bytes, 8) ^ second, load_word(bytes + left - 8, 8) ^ hash);
    else if (left > 0)
        hash = multiply_and_fold(load_word(bytes, left) ^ second, hash ^ third);
    return multiply_and_fold(hash ^ third, text.length ^ second);
}

uint64_t text_hash(struct text text)
{
    return text_hash_seeded(text, 0);
}

enum berm_status text_copy(struct arena *arena, struct text text, struct text *ret_copy,
                           struct berm_error *err)
{
    char *bytes = text.length == SIZE_MAX ? NULL : arena_alloc(arena, text.length + 1);

    if (bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a text of %zu bytes", text.length);
    if (text.length > 0)
        memcpy(bytes, text.bytes, text.length);
    bytes[text.length] = 0;
    *ret_copy = (struct text){bytes, text.length};
    return BERM_OK;
}

enum berm_status text_format(struct arena *arena, struct text *ret_text, struct berm_error *err,
                             const char *format, ...)
{
    va_list arguments;
    va_list again;
    int length;
    char *bytes = NULL;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0)
        bytes = arena_alloc(arena, (size_t)length + 1);
    if (bytes != NULL)
        vsnprintf(bytes, (size_t)length + 1, format, again);
    va_end(again);
    if (bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a text of %d bytes", length);
    *ret_text = (struct text){bytes, (size_t)length};
    return BERM_OK;
}

bool text_is_utf8(struct text text, size_t *ret_bad_offset)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    const uint64_t low_bits = UINT64_C(0x0101010101010101);
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    size_t offset = 0;

    while (offset < text.length) {
        size_t length;

        if (text.length - offset >= 8) {
            uint64_t word = load_word(text.bytes + offset, 8);

            if (((word | (word - low_bits)) & high_bits) == 0) { /* eight bytes of 1 to 127 */
                offset += 8;
                continue;
            }
        }
        length = utf8_character_length(bytes + offset, text.length - offset);
        if (length == 0 || bytes[offset] == 0) {
            if (ret_bad_offset != NULL)
                *ret_bad_offset = offset;
            return false;
        }
        offset += length;
    }
    return true;
}

uint32_t text_next_code_point(struct text text, size_t *offset)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes + *offset;
    size_t length;
    uint32_t code_point;

    assert(*offset < text.length);
    length = utf8_character_length(bytes, text.length - *offset);
    assert(length > 0);
    *offset += length;
    if (length == 1)
        return bytes[0];
    code_point = bytes[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++)
        code_point = code_point << 6 | (bytes[i] & 0x3Fu);
    return code_point;
}

size_t text_code_point_count(struct text text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.bytes[i] & 0xC0) != 0x80;
    return count;
}

size_t text_encode_code_point(uint32_t code_point, char out[4])
{
    assert(code_point <= 0x10FFFF);
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xC0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xE0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

bool text_parse_int64(struct text text, int64_t *ret_value)
{
    size_t i = 0;
    bool is_negative = false;
    int64_t value = 0;

    if (text.length > 0 && (text.bytes[0] == '-' || text.bytes[0] == '+')) {
        is_negative = text.bytes[0] == '-';
        i = 1;
    }
    if (i == text.length)
        return false;
    for (; i < text.length; i++) { /* counted down from zero: INT64_MIN has no positive */
        int digit = text.bytes[i] - '0';

        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!is_negative && value == INT64_MIN)
        return false;
    *ret_value = is_negative ? value : -value;
    return true;
}

/* The characters of a word in lower case (ASCII), or -1 where it is too long or no UTF-8. */
static int word_characters(struct text word, uint32_t out[WORD_CHARACTERS_MAX])
{
    int count = 0;

    if (word.length > WORD_CHARACTERS_MAX * 4 || !text_is_utf8(word, NULL))
        return -1;
    for (size_t offset = 0; offset < word.length;) {
        uint32_t c = text_next_code_point(word, &offset);

        if (count == WORD_CHARACTERS_MAX)
            return -1;
        out[count++] = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    }
    return count;
}

static int smaller_of(int a, int b)
{
    return a < b ? a : b;
}

/* Edits that turn a into b: a character added, removed or replaced, two neighbours exchanged. */
static int edit_distance(const uint32_t *a, int a_count, const uint32_t *b, int b_count)
{
    int rows[3][WORD_CHARACTERS_MAX + 1];
    int *before = rows[0], *previous = rows[1], *row = rows[2];

    for (int j = 0; j <= b_count; j++)
        row[j] = j;
    for (int i = 1; i <= a_count; i++) {
        int *oldest = before;

        before = previous;
        previous = row;
        row = oldest;
        row[0] = i;
        for (int j = 1; j <= b_count; j++) {
            int best = previous[j - 1] + (a[i - 1] != b[j - 1]);

            best = smaller_of(best, smaller_of(previous[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller_of(best, before[j - 2] + 1);
            row[j] = best;
        }
    }
    return row[b_count];
}

int text_nearest(struct text word, const struct text *candidates, size_t candidate_count)
{
    uint32_t wanted[WORD_CHARACTERS_MAX];
    uint32_t candidate[WORD_CHARACTERS_MAX];
    int wanted_count = word_characters(word, wanted);
    int nearest = -1;
    int nearest_distance;

    if (wanted_count <= 0)
        return -1;
    nearest_distance =
        wanted_count / 3 + 1; /* one edit in three characters is still a typing slip */
    if (wanted_count == 1)
        nearest_distance = 1;
    else if (wanted_count < 3)
        nearest_distance = 2;
    for (size_t i = 0; i < candidate_count; i++) {
        int count = word_characters(candidates[i], candidate);
        int distance;

        if (count <= 0)
            continue;
        distance = edit_distance(wanted, wanted_count, candidate, count);
        if (distance < nearest_distance) {
            nearest = (int)i;
            nearest_distance = distance;
        }
    }
    return nearest;
}
