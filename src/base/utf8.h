/* One step of UTF-8, shared by text, JSON and CSV. Private to base. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/**
 * How many bytes the well-formed character at bytes takes: 1 to 4, or 0 where there is none (a
 * stray continuation, an overlong form, a surrogate, beyond U+10FFFF, cut off). left_bytes > 0.
 * Source  Unicode 15.0, table 3-7.
 */
static inline size_t utf8_character_length(const unsigned char *bytes, size_t left_bytes)
{
    unsigned char lead = bytes[0];
    unsigned char second;

    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4 || left_bytes < 2)
        return 0;
    second = bytes[1];
    if (lead < 0xE0)
        return (second & 0xC0) == 0x80 ? 2 : 0;
    if (left_bytes < 3 || (bytes[2] & 0xC0) != 0x80)
        return 0;
    if (lead < 0xF0) {
        unsigned char lowest = lead == 0xE0 ? 0xA0 : 0x80;
        unsigned char highest = lead == 0xED ? 0x9F : 0xBF;

        return second >= lowest && second <= highest ? 3 : 0;
    }
    if (left_bytes < 4 || (bytes[3] & 0xC0) != 0x80)
        return 0;
    return second >= (lead == 0xF0 ? 0x90 : 0x80) && second <= (lead == 0xF4 ? 0x8F : 0xBF) ? 4 : 0;
}

#endif
