/*
 * Paths and queries. Decoding happens once, and what would mean something else after it (an
 * encoded slash, a dot segment) is refused rather than put right: access rules look at the path,
 * so there must be one spelling of each.
 */
#include <string.h>

#include "head.h"

static struct refusal refused(const char *detail)
{
    return (struct refusal){400, detail};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decode percent signs (and, in a query, plus signs). false where two digits do not follow. */
static bool decode(struct text from, bool is_query, char *out, struct text *ret_decoded)
{
    size_t length = 0;

    for (size_t i = 0; i < from.length; i++) {
        char c = from.bytes[i];

        if (c == '%') {
            bool has_two = from.length - i > 2;
            int high = has_two ? hex_value(from.bytes[i + 1]) : -1;
            int low = has_two ? hex_value(from.bytes[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && is_query) {
            c = ' ';
        }
        out[length++] = c;
    }
    *ret_decoded = (struct text){out, length};
    return true;
}

static bool has_control(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.bytes[i] < 0x20 || text.bytes[i] == 0x7F)
            return true;
    return false;
}

static bool has_dot_segment(struct text path)
{
    for (size_t i = 0; i < path.length; i++) {
        size_t dots = 0;

        if (path.bytes[i] != '/')
            continue;
        while (i + 1 + dots < path.length && path.bytes[i + 1 + dots] == '.')
            dots++;
        if ((dots == 1 || dots == 2) &&
            (i + 1 + dots == path.length || path.bytes[i + 1 + dots] == '/'))
            return true;
    }
    return false;
}

struct refusal path_decode(struct text path, char *out, struct text *ret_path)
{
    struct text decoded;

    for (size_t i = 0; i + 2 < path.length; i++)
        if (path.bytes[i] == '%' && path.bytes[i + 1] == '2' && (path.bytes[i + 2] | 32) == 'f')
            return refused("the path holds an encoded slash");
    if (!decode(path, false, out, &decoded))
        return refused("a percent sign in the path needs two hexadecimal digits after it");
    if (!text_is_utf8(decoded, NULL) || has_control(decoded) ||
        memchr(decoded.bytes, '\\', decoded.length) != NULL)
        return refused("the path must be UTF-8 without controls and backslashes");
    if (has_dot_segment(decoded))
        return refused("the path may not have . or .. as a segment");
    *ret_path = decoded;
    return (struct refusal){0, NULL};
}

struct refusal query_decode(struct text query, char *out, struct http_field *ret_fields,
                            size_t *ret_count)
{
    size_t count = 0;

    while (query.length > 0) {
        const char *end = memchr(query.bytes, '&', query.length);
        struct text piece = {query.bytes, end ? (size_t)(end - query.bytes) : query.length};
        const char *equals = piece.length == 0 ? NULL : memchr(piece.bytes, '=', piece.length);
        size_t name_bytes = equals ? (size_t)(equals - piece.bytes) : piece.length;
        struct http_field field = {.value = TEXT("")};

        query = text_from(query, piece.length + (end != NULL));
        if (piece.length == 0)
            continue;
        if (count == HTTP_QUERY_FIELDS_MAX)
            return refused("the query has too many fields");
        if (!decode((struct text){piece.bytes, name_bytes}, true, out, &field.name))
            return refused("a percent sign in the query needs two hexadecimal digits after it");
        out += field.name.length;
        if (equals != NULL && !decode(text_from(piece, name_bytes + 1), true, out, &field.value))
            return refused("a percent sign in the query needs two hexadecimal digits after it");
        out += field.value.length;
        if (!text_is_utf8(field.name, NULL) || !text_is_utf8(field.value, NULL) ||
            has_control(field.name))
            return refused("the query must be UTF-8 without NUL");
        ret_fields[count++] = field;
    }
    *ret_count = count;
    return (struct refusal){0, NULL};
}
