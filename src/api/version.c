/*
 * Entity tags with a version in them: "4711-0f3c2a9b11d00e42" is the state after change 4711, as
 * this caller sees it. A change is made against the version (If-Match); the digits behind it let a
 * cache tell that somebody with other rights would see something else.
 */
#include <stdio.h>
#include <string.h>

#include "api/call.h"

void call_set_version(struct call *call, int64_t version)
{
    char tag[48];

    snprintf(tag, sizeof tag, "\"%lld-%016llx\"", (long long)version,
             (unsigned long long)text_hash(buffer_text(&call->response->body)));
    if (http_response_etag(call->request, call->response, text_of(tag)))
        buffer_clear(&call->response->body);
}

enum berm_status call_if_match(struct call *call, int64_t *ret_version, struct berm_error *err)
{
    struct text tag = text_trimmed(http_request_header(call->request, "if-match"));
    const char *end;

    if (tag.length == 0) {
        call->failure_status = 428;
        return fail_with(err, BERM_INVALID_INPUT,
                         "send If-Match with the ETag that was read, so that nobody else's change "
                         "is overwritten");
    }
    *ret_version = -1;
    if (text_equal(tag, TEXT("*")))
        return BERM_OK;
    if (tag.length > 2 && tag.bytes[0] == '"') {
        tag = text_from(tag, 1);
        end = memchr(tag.bytes, '-', tag.length);
        if (end == NULL)
            end = memchr(tag.bytes, '"', tag.length);
        if (end != NULL) {
            tag.length = (size_t)(end - tag.bytes);
            if (text_parse_int64(tag, ret_version) && *ret_version >= 0)
                return BERM_OK;
        }
    }
    call->failure_status = 400;
    return fail_with(err, BERM_INVALID_INPUT,
                     "If-Match is one ETag as it was answered, such as \"4711-0f3c2a9b11d00e42\"");
}

void call_set_location(struct call *call, struct text collection, struct text id)
{
    CLEANUP(buffer_free) struct buffer location = {.cap_bytes = 4096};
    static const char DIGITS[] = "0123456789ABCDEF";

    buffer_append_text(&location, collection);
    buffer_append_char(&location, '/');
    for (size_t i = 0; i < id.length; i++) {
        unsigned char c = (unsigned char)id.bytes[i];

        if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' ||
            c == '.' || c == '_' || c == '~')
            buffer_append_char(&location, (char)c);
        else
            buffer_append_format(&location, "%%%c%c", DIGITS[c >> 4], DIGITS[c & 15]);
    }
    http_response_header(call->response, "Location", buffer_text(&location));
}
