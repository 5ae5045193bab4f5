/* Which part of a body a request wants, by its Range. Pure. */
#include "head.h"
#include "http.h"

#include <string.h>

/* "12" of "12-34"; false where there is a byte that is no digit, or more than any file has. */
static bool read_position(struct text text, int64_t *ret_position)
{
    return text.length > 0 && text.length <= 18 && text.bytes[0] != '+' && text.bytes[0] != '-' &&
           text_parse_int64(text, ret_position);
}

enum http_range http_request_range(const struct http_request *request, struct text etag,
                                   int64_t total, int64_t *ret_first, int64_t *ret_count)
{
    static const struct text UNIT = {"bytes=", 6};
    struct text range = text_trimmed(http_request_header(request, "range"));
    struct text condition = text_trimmed(http_request_header(request, "if-range"));
    int64_t first = 0, last = total - 1;
    const char *hyphen;
    struct text low, high;

    if (range.length <= UNIT.length || memcmp(range.bytes, UNIT.bytes, UNIT.length) != 0 ||
        memchr(range.bytes, ',', range.length) != NULL ||
        (condition.length > 0 && !text_equal(condition, etag)))
        return HTTP_RANGE_ALL;
    range = text_from(range, UNIT.length);
    hyphen = memchr(range.bytes, '-', range.length);
    if (hyphen == NULL)
        return HTTP_RANGE_ALL;
    low = (struct text){range.bytes, (size_t)(hyphen - range.bytes)};
    high = text_from(range, low.length + 1);
    if (low.length == 0) { /* the last so many */
        if (!read_position(high, &first))
            return HTTP_RANGE_ALL;
        if (first == 0)
            return HTTP_RANGE_NONE;
        first = first < total ? total - first : 0;
    } else if (!read_position(low, &first) ||
               (high.length > 0 && (!read_position(high, &last) || last < first))) {
        return HTTP_RANGE_ALL;
    }
    if (first >= total)
        return HTTP_RANGE_NONE;
    *ret_first = first;
    *ret_count = (last < total ? last : total - 1) - first + 1;
    return HTTP_RANGE_PART;
}
