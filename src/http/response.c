/*
 * Status line and header fields. Every response carries the fields that keep browsers from guessing
 * and from framing; a handler that sets one of them itself has its own.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "server.h"

static const struct {
    int status;
    const char *title;
} TITLES[] = {
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

/* What every response has unless its handler says otherwise. */
static const struct {
    const char *name, *value;
} USUAL[] = {
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
};

/* What the server alone may say. */
static const char *const RESERVED[] = {"Connection",   "Content-Length", "Content-Type",
                                       "Date",         "Keep-Alive",     "Transfer-Encoding",
                                       "X-Request-Id", "Trailer",        "Upgrade"};

const char *http_status_title(int status)
{
    for (size_t t = 0; t < ARRAY_COUNT(TITLES); t++)
        if (TITLES[t].status == status)
            return TITLES[t].title;
    return "Status";
}

bool status_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void http_response_header(struct http_response *response, const char *name, struct text value)
{
    bool is_fine = is_token(text_of(name));

    for (size_t i = 0; i < value.length; i++)
        if (((unsigned char)value.bytes[i] < 0x20 && value.bytes[i] != '\t') ||
            value.bytes[i] == 0x7F)
            is_fine = false;
    for (size_t r = 0; r < ARRAY_COUNT(RESERVED); r++)
        if (strcasecmp(RESERVED[r], name) == 0)
            is_fine = false;
    if (!is_fine) {
        response->headers.has_failed = true;
        return;
    }
    for (size_t u = 0; u < ARRAY_COUNT(USUAL); u++)
        if (strcasecmp(USUAL[u].name, name) == 0)
            response->own_headers |= 1u << u;
    buffer_append_format(&response->headers, "%s: %.*s\r\n", name, TEXT_ARG(value));
}

void http_response_problem(struct http_response *response, int status, const char *type,
                           struct text detail)
{
    struct json_writer json = {.out = &response->body};

    assert(response->stream.next == NULL || status == 500);
    response->status = status;
    response->content_type = "application/problem+json";
    response->body_constant = TEXT("");
    response->stream = (struct http_stream){0};
    response->own_headers = 0;
    buffer_clear(&response->headers);
    buffer_clear(&response->body);
    json_begin_object(&json);
    json_key_of_text(&json, "type", text_of(type ? type : "about:blank"));
    json_key_of_text(&json, "title", text_of(http_status_title(status)));
    json_key_of_int64(&json, "status", status);
    if (detail.length > 0)
        json_key_of_text(&json, "detail", detail);
    json_end_object(&json);
    buffer_append_char(&response->body, '\n');
}

struct text response_body(const struct http_response *response)
{
    return response->body_constant.length > 0 ? response->body_constant
                                              : buffer_text(&response->body);
}

static void write_date(struct buffer *out)
{
    static const char DAYS[] = "SunMonTueWedThuFriSat";
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now = time(NULL);
    struct tm at;

    gmtime_r(&now, &at);
    buffer_append_format(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d GMT\r\n",
                         DAYS + at.tm_wday * 3, at.tm_mday, MONTHS + at.tm_mon * 3,
                         at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}

void response_write_head(const struct exchange *exchange, bool is_last, struct buffer *out)
{
    const struct http_response *response = &exchange->response;
    bool is_stream = response->stream.next != NULL;

    buffer_append_format(out, "HTTP/1.1 %d %s\r\n", response->status,
                         http_status_title(response->status));
    write_date(out);
    if (is_stream && exchange->head.minor_version == 1)
        buffer_append_text(out, TEXT("Transfer-Encoding: chunked\r\n"));
    else if (!is_stream && status_has_body(response->status))
        buffer_append_format(out, "Content-Length: %zu\r\n", response_body(response).length);
    if (is_stream || response_body(response).length > 0)
        buffer_append_format(out, "Content-Type: %s\r\n",
                             response->content_type ? response->content_type
                                                    : "application/octet-stream");
    if (is_last)
        buffer_append_text(out, TEXT("Connection: close\r\n"));
    buffer_append_format(out, "X-Request-Id: %s\r\n", exchange->id);
    for (size_t u = 0; u < ARRAY_COUNT(USUAL); u++)
        if ((response->own_headers & 1u << u) == 0)
            buffer_append_format(out, "%s: %s\r\n", USUAL[u].name, USUAL[u].value);
    if (exchange->server->tls != NULL)
        buffer_append_text(out, TEXT("Strict-Transport-Security: max-age=31536000\r\n"));
    buffer_append_text(out, buffer_text(&response->headers));
    buffer_append_text(out, TEXT("\r\n"));
}
