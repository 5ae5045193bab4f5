/*
 * Built-in functions on strings; patterns are in regex.c.
 */
#include <locale.h>
#include <string.h>
#include <wctype.h>

#include "policy/feel/builtins/builtins.h"

/** Byte offset of character number index (from 0); the length where there are fewer. */
static size_t offset_of(struct text text, size_t index)
{
    size_t offset = 0;

    while (index-- > 0 && offset < text.length)
        text_next_code_point(text, &offset);
    return offset;
}

enum berm_status builtin_substring(struct call *call, struct feel_value *ret_value)
{
    struct text text = call->arguments[0].string;
    int64_t count = (int64_t)text_code_point_count(text);
    int64_t start;
    int64_t length;
    size_t from;
    size_t to;

    if (!decimal_to_int64(call->arguments[1].number, &start) || start == 0 || start > count ||
        start < -count)
        return BERM_OK;
    start = start > 0 ? start - 1 : count + start;
    length = count - start;
    if (is_given(call, 2) && (!decimal_to_int64(call->arguments[2].number, &length) || length < 1))
        return BERM_OK;
    if (length > count - start)
        length = count - start;
    from = offset_of(text, (size_t)start);
    to = from + offset_of(text_from(text, from), (size_t)length);
    *ret_value = feel_string((struct text){text.bytes + from, to - from});
    return BERM_OK;
}

enum berm_status builtin_string_length(struct call *call, struct feel_value *ret_value)
{
    size_t count = text_code_point_count(call->arguments[0].string);

    *ret_value = feel_number(feel_decimal_from_int64((int64_t)count));
    return BERM_OK;
}

/** Through the C library's UTF-8 tables: one character to one character. */
static enum berm_status change_case(struct call *call, wint_t (*change)(wint_t, locale_t),
                                    struct feel_value *ret_value)
{
    struct text text = call->arguments[0].string;
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    size_t offset = 0;
    size_t length = 0;
    char *bytes = arena_alloc(call->run->arena, text.length * 4);

    if (bytes == NULL) {
        if (locale != (locale_t)0)
            freelocale(locale);
        return fail_with(call->err, BERM_NO_MEMORY, "no memory for a string");
    }
    while (offset < text.length) {
        uint32_t code_point = text_next_code_point(text, &offset);

        if (locale != (locale_t)0)
            code_point = (uint32_t)change((wint_t)code_point, locale);
        length += text_encode_code_point(code_point, bytes + length);
    }
    if (locale != (locale_t)0)
        freelocale(locale);
    *ret_value = feel_string((struct text){bytes, length});
    return BERM_OK;
}

enum berm_status builtin_upper_case(struct call *call, struct feel_value *ret_value)
{
    return change_case(call, towupper_l, ret_value);
}

enum berm_status builtin_lower_case(struct call *call, struct feel_value *ret_value)
{
    return change_case(call, towlower_l, ret_value);
}

/** The first match of part in whole; false where there is none. */
static bool find(struct text whole, struct text part, size_t *ret_at)
{
    const char *found = whole.bytes;

    if (part.length > 0) {
        if (whole.length < part.length)
            return false;
        found = memmem(whole.bytes, whole.length, part.bytes, part.length);
    }
    if (found == NULL && part.length > 0)
        return false;
    *ret_at = part.length > 0 ? (size_t)(found - whole.bytes) : 0;
    return true;
}

enum berm_status builtin_substring_before(struct call *call, struct feel_value *ret_value)
{
    struct text text = call->arguments[0].string;
    size_t at = 0;

    find(text, call->arguments[1].string, &at);
    *ret_value = feel_string((struct text){text.bytes, at});
    return BERM_OK;
}

enum berm_status builtin_substring_after(struct call *call, struct feel_value *ret_value)
{
    struct text text = call->arguments[0].string;
    struct text match = call->arguments[1].string;
    size_t at;

    *ret_value = feel_string(TEXT(""));
    if (find(text, match, &at))
        *ret_value = feel_string(text_from(text, at + match.length));
    return BERM_OK;
}

enum berm_status builtin_contains(struct call *call, struct feel_value *ret_value)
{
    size_t at;

    *ret_value = feel_boolean(find(call->arguments[0].string, call->arguments[1].string, &at));
    return BERM_OK;
}

enum berm_status builtin_starts_with(struct call *call, struct feel_value *ret_value)
{
    *ret_value =
        feel_boolean(text_starts_with(call->arguments[0].string, call->arguments[1].string));
    return BERM_OK;
}

enum berm_status builtin_ends_with(struct call *call, struct feel_value *ret_value)
{
    struct text text = call->arguments[0].string;
    struct text match = call->arguments[1].string;

    *ret_value = feel_boolean(text.length >= match.length &&
                              text_equal(text_from(text, text.length - match.length), match));
    return BERM_OK;
}

enum berm_status builtin_string_join(struct call *call, struct feel_value *ret_value)
{
    const struct feel_list *list = call->arguments[0].list;
    struct text delimiter = {NULL, 0};
    size_t length = 0;
    size_t written = 0;
    bool is_first = true;
    char *bytes;

    if (is_given(call, 1) && call->arguments[1].kind == FEEL_STRING)
        delimiter = call->arguments[1].string;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != FEEL_NULL && list->items[i].kind != FEEL_STRING)
            return BERM_OK;
        if (list->items[i].kind == FEEL_STRING)
            length += list->items[i].string.length + delimiter.length;
        if (length > STRING_BYTES_MAX)
            return fail_with(call->err, BERM_LIMIT, "a string may have %d bytes", STRING_BYTES_MAX);
    }
    bytes = arena_alloc(call->run->arena, length);
    if (bytes == NULL)
        return fail_with(call->err, BERM_NO_MEMORY, "no memory for a string of %zu bytes", length);
    for (size_t i = 0; i < list->count; i++) {
        struct text item = list->items[i].string;

        if (list->items[i].kind != FEEL_STRING)
            continue;
        if (!is_first && delimiter.length > 0) {
            memcpy(bytes + written, delimiter.bytes, delimiter.length);
            written += delimiter.length;
        }
        if (item.length > 0)
            memcpy(bytes + written, item.bytes, item.length);
        written += item.length;
        is_first = false;
    }
    *ret_value = feel_string((struct text){bytes, written});
    return BERM_OK;
}
