/* Logging in and out. The password is looked at on a worker, because that takes long on purpose. */
#include <stdio.h>

#include "api/call.h"

/* An empty token ends the cookie. */
static void set_cookie(struct call *call, struct text token)
{
    char cookie[200];

    snprintf(cookie, sizeof cookie,
             SESSION_COOKIE "=%.*s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
             TEXT_ARG(token), token.length > 0 ? (int)SESSION_ABSOLUTE_S : 0,
             call->api->options.is_behind_tls ? "; Secure" : "");
    http_response_header(call->response, "Set-Cookie", text_of(cookie));
}

static void write_permissions(const struct caller *caller, struct json_writer *json)
{
    json_key(json, "permissions");
    json_begin_array(json);
    for (int p = 0; p < PERMISSION_COUNT; p++)
        if (caller_holds(caller, (enum permission)p))
            json_text(json, text_of(permission_name((enum permission)p)));
    json_end_array(json);
}

enum berm_status grant_write(void *context, const struct grant_row *row, struct berm_error *err)
{
    struct json_writer *json = context;

    (void)err;
    json_begin_object(json);
    json_key_of_text(json, "role", row->role);
    json_key_of_text_or_null(json, "area", row->area);
    json_end_object(json);
    return BERM_OK;
}

/* csrf empty: by API token, which needs none. */
static enum berm_status write_session(struct call *call, struct text csrf, struct berm_error *err)
{
    struct json_writer *json = &call->json;

    json_begin_object(json);
    json_key_of_text(json, "account", call->caller.name);
    json_key(json, "csrf_token");
    if (csrf.length > 0)
        json_text(json, csrf);
    else
        json_null_value(json);
    json_key(json, "roles");
    json_begin_array(json);
    TRY(grants_list(call->office->store, &call->caller, call->caller.name, grant_write, json, err));
    json_end_array(json);
    write_permissions(&call->caller, json);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_session_begin(struct call *call, struct berm_error *err)
{
    struct body body = call_body(call);
    struct session_tokens tokens;
    struct text name, password;
    enum berm_status status;
    bool touch_is_due;

    body_expect(body, (const char *const[]){"name", "password", NULL});
    name = body_text(body, "name", true);
    password = body_text(body, "password", true);
    TRY(call_check(call, err));
    status = session_begin(call->office->store, call->api->passwords, name, password,
                           call->actor.address, call->now_s, &tokens, err);
    if (status == BERM_BUSY)
        call->failure_status = 429;
    TRY(status);
    TRY(session_resolve(call->office->store, text_of(tokens.token), call->now_s, call->arena,
                        &call->caller, &touch_is_due, err));
    set_cookie(call, text_of(tokens.token));
    http_response_header(call->response, "Location", TEXT("/v1/sessions/current"));
    return write_session(call, text_of(tokens.csrf), err);
}

enum berm_status handle_session_show(struct call *call, struct berm_error *err)
{
    char csrf[TOKEN_TEXT_MAX] = "";

    if (call->session_token.length > 0)
        session_csrf(call->session_token, csrf);
    return write_session(call, text_of(csrf), err);
}

enum berm_status handle_session_end(struct call *call, struct berm_error *err)
{
    if (call->session_token.length == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "an API token has no session to end; revoke it instead");
    TRY(session_end(call->office->store, call->session_token, err));
    set_cookie(call, TEXT(""));
    return BERM_OK;
}

enum berm_status handle_password_change(struct call *call, struct berm_error *err)
{
    struct body body = call_body(call);
    struct text old_password, password;
    enum berm_status status;

    if (call->session_token.length == 0)
        return fail_with(err, BERM_FORBIDDEN, "only who is logged in may change the password");
    body_expect(body, (const char *const[]){"old_password", "password", NULL});
    old_password = body_text(body, "old_password", true);
    password = body_text(body, "password", true);
    TRY(call_check(call, err));
    status = account_change_password(call->office->store, &call->caller, &call->actor,
                                     call->api->passwords, old_password, password, err);
    if (status == BERM_BUSY)
        call->failure_status = 429;
    TRY(status);
    set_cookie(call, TEXT(""));
    return BERM_OK;
}
