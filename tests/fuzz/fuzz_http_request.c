/*
 * Any bytes as a connection's input: heads, their bodies, and the next request behind them. What
 * is accepted must be the same however the bytes are cut (the first byte chooses), and what is
 * accepted must keep the promises that the rest of the server builds on.
 */
#include <stdlib.h>
#include <string.h>

#include "http/head.h"
#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const struct head_limits LIMITS = {2048, 20, 512};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void handle(void *context, const struct http_request *request,
                   struct http_response *response)
{
    (void)context;
    (void)request;
    (void)response;
}

static const struct http_route ROUTES[] = {
    {HTTP_GET, "/", handle, 0, 0, NULL},          {HTTP_GET, "/a/{x}", handle, 0, 0, NULL},
    {HTTP_GET, "/a/b", handle, 0, 0, NULL},       {HTTP_POST, "/a/{x}/{y}", handle, 0, 0, NULL},
    {HTTP_GET, "/s/{path*}", handle, 0, 0, NULL},
};

static size_t scan(struct text text, size_t piece, struct refusal *ret_refusal)
{
    struct head_scanner scanner = {0};
    size_t come = 0, length = 0;

    *ret_refusal = (struct refusal){0, NULL};
    while (come < text.length && length == 0 && ret_refusal->status == 0) {
        come = come + piece < text.length ? come + piece : text.length;
        length = head_scan(&scanner, (struct text){text.bytes, come}, &LIMITS, ret_refusal);
        require(length <= come && (length == 0 || ret_refusal->status == 0));
    }
    return length;
}

static bool has(struct text text, const char *words)
{
    return text.length > 0 && memmem(text.bytes, text.length, words, strlen(words)) != NULL;
}

static void check_target(const struct head *head)
{
    struct http_field fields[HTTP_QUERY_FIELDS_MAX];
    CLEANUP(router_freep) struct router *router = NULL;
    char path_out[600], query_out[600];
    struct match match;
    struct text path;
    size_t count;

    if (path_decode(head->path, path_out, &path).status != 0)
        return;
    require(path.length > 0 && path.bytes[0] == '/' && text_is_utf8(path, NULL));
    require(!has(path, "/../") && !has(path, "/./") && !has(path, "\\"));
    require(router_create(ROUTES, ARRAY_COUNT(ROUTES), &router, NULL) == BERM_OK);
    router_match(router, head->method, path, &match);
    if (match.route_index >= 0)
        for (size_t p = 0; p < match.parameter_count; p++)
            require(match.parameters[p].value.length > 0);
    if (query_decode(head->query, query_out, fields, &count).status != 0)
        return;
    for (size_t f = 0; f < count; f++)
        require(text_is_utf8(fields[f].name, NULL) && text_is_utf8(fields[f].value, NULL));
}

static void check_head(const struct head *head)
{
    int host_count = 0, length_count = 0;

    for (size_t f = 0; f < head->field_count; f++) {
        struct text name = head->fields[f].name, value = head->fields[f].value;

        require(is_token(name) && !has(value, "\r") && !has(value, "\n"));
        require(value.length == 0 || memchr(value.bytes, 0, value.length) == NULL);
        host_count += text_equal(name, TEXT("host"));
        length_count += text_equal(name, TEXT("content-length"));
    }
    require(host_count == 1 || (host_count == 0 && head->minor_version == 0));
    require(length_count <= 1 && !(head->is_chunked && length_count > 0));
    check_target(head);
}

/* How many bytes the body took, and a checksum of it; -1 where it is refused. */
static long decode_body(struct text text, size_t piece, uint64_t *ret_sum)
{
    struct chunked chunked = {0};
    size_t at = 0;

    *ret_sum = 0;
    while (at < text.length && !chunked.is_done) {
        struct text part = text_from(text, at), data;
        size_t used;

        part.length = part.length < piece ? part.length : piece;
        if (chunked_decode(&chunked, part, &used, &data).status != 0)
            return -1;
        require(used > 0 && used <= part.length && data.length <= used);
        for (size_t i = 0; i < data.length; i++)
            *ret_sum = *ret_sum * 31 + (unsigned char)data.bytes[i];
        at += used;
    }
    return (long)at;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct head head, again;
    size_t piece = length == 0 ? 1 : 1 + bytes[0] % 40;
    char *copy = malloc(length == 0 ? 1 : length);
    char *second = malloc(length == 0 ? 1 : length);
    struct text rest;

    require(copy != NULL && second != NULL);
    if (length > 0) {
        memcpy(copy, bytes + 1, length - 1);
        memcpy(second, copy, length - 1);
    }
    rest = (struct text){copy, length == 0 ? 0 : length - 1};
    for (int requests = 0; requests < 8 && rest.length > 0; requests++) {
        struct refusal whole, in_pieces;
        size_t head_bytes = scan(rest, rest.length, &whole);
        size_t offset = (size_t)(rest.bytes - copy);
        uint64_t sum, sum_in_pieces;
        long used = 0;

        require(scan(rest, piece, &in_pieces) == head_bytes && whole.status == in_pieces.status);
        if (head_bytes == 0 || head_parse(copy + offset, head_bytes, &LIMITS, &head).status != 0)
            break;
        /* Reading what is in lower case already must give the same. */
        memcpy(second + offset, copy + offset, head_bytes);
        require(head_parse(second + offset, head_bytes, &LIMITS, &again).status == 0);
        require(again.field_count == head.field_count && again.method == head.method);
        check_head(&head);
        rest = text_from(rest, head_bytes);
        if (head.is_chunked) {
            used = decode_body(rest, rest.length + 1, &sum);
            require(decode_body(rest, piece, &sum_in_pieces) == used && sum == sum_in_pieces);
        } else if (head.content_length <= rest.length) {
            used = (long)head.content_length;
        } else {
            used = -1;
        }
        if (used < 0)
            break;
        rest = text_from(rest, (size_t)used);
    }
    free(copy);
    free(second);
    return 0;
}
