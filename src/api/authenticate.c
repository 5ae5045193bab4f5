/*
 * Who calls. A program sends a token in Authorization; a browser sends the session's cookie, and
 * with everything that changes something the CSRF token too, which only a page of ours can know.
 */
#include <string.h>

#include "api/call.h"

static struct text cookie_value(struct text cookies, struct text name)
{
    while (cookies.length > 0) {
        const char *semicolon = memchr(cookies.bytes, ';', cookies.length);
        size_t length = semicolon ? (size_t)(semicolon - cookies.bytes) : cookies.length;
        struct text pair = text_trimmed((struct text){cookies.bytes, length});

        if (pair.length > name.length && text_starts_with(pair, name) &&
            pair.bytes[name.length] == '=')
            return text_from(pair, name.length + 1);
        cookies = text_from(cookies, semicolon ? length + 1 : length);
    }
    return (struct text){"", 0};
}

/* Nothing but digits of an address: what a client made up does not get into the journal. */
static bool is_address(struct text text)
{
    enum { ADDRESS_BYTES_MAX = 45 };

    for (size_t i = 0; i < text.length; i++)
        if (strchr("0123456789abcdefABCDEF:.", text.bytes[i]) == NULL)
            return false;
    return text.length > 1 && text.length <= ADDRESS_BYTES_MAX;
}

struct text client_address(const struct api *api, const struct http_request *request)
{
    struct text chain = http_request_header(request, "x-forwarded-for");
    size_t first = chain.length;

    if (api->options.proxy == NULL || !text_equal(request->address, text_of(api->options.proxy)))
        return request->address;
    while (first > 0 && chain.bytes[first - 1] != ',')
        first--;
    chain = text_trimmed(text_from(chain, first));
    return is_address(chain) ? chain : request->address;
}

static bool changes_something(enum http_method method)
{
    return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS;
}

static enum berm_status by_token(struct call *call, struct text authorization,
                                 struct berm_error *err)
{
    static const struct text SCHEME = {"Bearer ", 7};

    if (authorization.length <= SCHEME.length ||
        !text_equal_ignoring_ascii_case((struct text){authorization.bytes, SCHEME.length}, SCHEME))
        return fail_with(err, BERM_UNAUTHENTICATED,
                         "Authorization must be: Bearer, a blank, and a token");
    return token_resolve(call->office->store, text_trimmed(text_from(authorization, SCHEME.length)),
                         call->now_s, call->arena, &call->caller, err);
}

enum berm_status call_authenticate(struct call *call, bool *ret_touch_is_due,
                                   struct berm_error *err)
{
    struct text authorization = http_request_header(call->request, "authorization");
    struct text token =
        cookie_value(http_request_header(call->request, "cookie"), TEXT(SESSION_COOKIE));

    *ret_touch_is_due = false;
    if (authorization.length > 0)
        return by_token(call, authorization, err);
    if (token.length == 0)
        return fail_with(err, BERM_UNAUTHENTICATED,
                         "log in with POST /v1/sessions, or send an API token");
    TRY(session_resolve(call->office->store, token, call->now_s, call->arena, &call->caller,
                        ret_touch_is_due, err));
    if (changes_something(call->request->method) &&
        !session_csrf_matches(token, http_request_header(call->request, "x-csrf-token")))
        return fail_with(err, BERM_FORBIDDEN,
                         "X-CSRF-Token is missing or is not this session's; the log-in gave it");
    call->session_token = token;
    return BERM_OK;
}
