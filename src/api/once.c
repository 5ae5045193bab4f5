/*
 * A POST with an Idempotency-Key is done once: its answer is kept in the batch that did it, and
 * given again to whoever asks again with the same key. A request that failed is not kept, so that
 * it can be mended and tried again with its key.
 * Source  draft-ietf-httpapi-idempotency-key-header-07.
 */
#include <string.h>

#include "api/call.h"

/* The headers of an answer are kept as they are sent. */
static void answer_again(struct call *call, const struct kept_answer *answer)
{
    struct text rest = answer->headers;

    call->response->status = answer->status;
    while (rest.length > 0) {
        const char *end = memchr(rest.bytes, '\r', rest.length);
        const char *colon = memchr(rest.bytes, ':', rest.length);
        struct text name, value;
        char ended[64];

        if (end == NULL || colon == NULL || colon > end || colon - rest.bytes >= (int)sizeof ended)
            break;
        name = (struct text){rest.bytes, (size_t)(colon - rest.bytes)};
        value = text_trimmed((struct text){colon + 1, (size_t)(end - colon - 1)});
        memcpy(ended, name.bytes, name.length);
        ended[name.length] = '\0';
        http_response_header(call->response, ended, value);
        rest = text_from(rest, (size_t)(end - rest.bytes) + 2);
    }
    http_response_header(call->response, "Idempotency-Replayed", TEXT("true"));
    if (answer->body.length > 0)
        call->response->content_type = "application/json";
    buffer_append_text(&call->response->body, answer->body);
}

static enum berm_status keep(struct call *call, const struct answer_key *key,
                             struct berm_error *err)
{
    const struct kept_answer answer = {
        .status = call->response->status,
        .headers = buffer_text(&call->response->headers),
        .has_body = (call->route->flags & ROUTE_HAS_SECRET) == 0,
        .body = buffer_text(&call->response->body),
    };

    TRY(buffer_status(&call->response->body, err));
    TRY(buffer_status(&call->response->headers, err));
    return answer_keep(call->office->store, key, call->now_s, &answer, err);
}

enum berm_status call_run_once(struct call *call, struct berm_error *err)
{
    struct answer_key key = {
        .account_id = call->caller.account_id,
        .key = http_request_header(call->request, "idempotency-key"),
        .method = text_of(http_method_name(call->request->method)),
        .path = call->request->path,
        .body = call->request->body,
    };
    struct kept_answer answer;
    enum berm_status status;
    bool is_known;

    if (call->request->method != HTTP_POST || key.key.length == 0 || key.account_id == 0)
        return call->route->handle(call, err);
    if (key.key.length > ANSWER_KEY_BYTES_MAX) {
        call->failure_status = 400;
        return fail_with(err, BERM_INVALID_INPUT, "Idempotency-Key has at most %d bytes",
                         (int)ANSWER_KEY_BYTES_MAX);
    }
    status =
        answer_recall(call->office->store, &key, call->now_s, call->arena, &is_known, &answer, err);
    if (status == BERM_CONFLICT)
        call->failure_status = 422;
    TRY(status);
    if (is_known && !answer.has_body)
        return fail_with(err, BERM_CONFLICT,
                         "this was done already; the secret in its answer was told once and is not "
                         "kept");
    if (is_known) {
        answer_again(call, &answer);
        return BERM_OK;
    }
    TRY(call->route->handle(call, err));
    return call->response->stream.next == NULL ? keep(call, &key, err) : BERM_OK;
}
