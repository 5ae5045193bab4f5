/* What handlers ask of a request, and conditional requests. */
#include <stdio.h>
#include <string.h>

#include "head.h"

static struct text find(const struct http_field *fields, size_t count, const char *name,
                        bool *ret_is_there)
{
    for (size_t f = 0; f < count; f++)
        if (text_equal(fields[f].name, text_of(name))) {
            *ret_is_there = true;
            return fields[f].value;
        }
    *ret_is_there = false;
    return TEXT("");
}

struct text http_request_header(const struct http_request *request, const char *name)
{
    bool is_there;

    return find(request->headers, request->header_count, name, &is_there);
}

struct text http_request_parameter(const struct http_request *request, const char *name)
{
    bool is_there;

    return find(request->parameters, request->parameter_count, name, &is_there);
}

bool http_request_query(const struct http_request *request, const char *name,
                        struct text *ret_value)
{
    bool is_there;
    struct text value = find(request->query, request->query_count, name, &is_there);

    if (is_there)
        *ret_value = value;
    return is_there;
}

static struct text without_weak_mark(struct text etag)
{
    return text_starts_with(etag, TEXT("W/")) ? text_from(etag, 2) : etag;
}

bool http_etag_is_in(struct text list, struct text etag)
{
    struct text item;

    while (list_next(&list, &item))
        if (text_equal(item, TEXT("*")) ||
            text_equal(without_weak_mark(item), without_weak_mark(etag)))
            return true;
    return false;
}

bool http_response_etag(const struct http_request *request, struct http_response *response,
                        struct text etag)
{
    struct text wanted = http_request_header(request, "if-none-match");

    http_response_header(response, "ETag", etag);
    if ((request->method != HTTP_GET && request->method != HTTP_HEAD) || wanted.length == 0 ||
        !http_etag_is_in(wanted, etag))
        return false;
    response->status = 304;
    return true;
}
