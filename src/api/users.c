/* Accounts, their roles, and keys for programs. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/call.h"

enum { TOKEN_DAYS_MAX = 3650, DAY_S = 86400 };

void write_instant(struct json_writer *json, const char *key, int64_t at_s)
{
    time_t at = (time_t)at_s;
    struct tm utc;
    char text[32];

    gmtime_r(&at, &utc);
    json_key_of_text(json, key,
                     (struct text){text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)});
}

enum berm_status handle_role_list(struct call *call, struct berm_error *err)
{
    struct json_writer *json = &call->json;

    (void)err;
    call_begin_items(call);
    for (int r = 0; r < ROLE_COUNT; r++) {
        json_begin_object(json);
        json_key_of_text(json, "role", text_of(role_name((enum role)r)));
        json_key_of_text(json, "meaning", text_of(role_meaning((enum role)r)));
        json_key(json, "permissions");
        json_begin_array(json);
        for (int p = 0; p < PERMISSION_COUNT; p++)
            if (role_holds((enum role)r, (enum permission)p))
                json_text(json, text_of(permission_name((enum permission)p)));
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
    return BERM_OK;
}

/* ---- Accounts -------------------------------------------------------------------------------- */

/* Which of the accounts are written: those behind a name, or only the one of a name. */
struct account_choice {
    struct json_writer *json;
    struct text after, only;
    int64_t left;
    char last[ACCOUNT_NAME_BYTES_MAX];
    size_t last_length;
    bool has_written, has_more;
};

static void write_account_fields(struct json_writer *json, const struct account_row *row)
{
    json_key_of_text(json, "name", row->name);
    json_key_of_bool(json, "active", row->is_active);
    write_instant(json, "created_at", row->created_at_s);
}

static enum berm_status write_account(void *context, const struct account_row *row,
                                      struct berm_error *err)
{
    struct account_choice *choice = context;

    (void)err;
    if (text_compare(row->name, choice->after) <= 0)
        return BERM_OK;
    choice->has_more = choice->left == 0;
    if (choice->has_more)
        return BERM_OK;
    choice->left--;
    choice->last_length = row->name.length < sizeof choice->last ? row->name.length : 0;
    memcpy(choice->last, row->name.bytes, choice->last_length);
    json_begin_object(choice->json);
    write_account_fields(choice->json, row);
    json_end_object(choice->json);
    return BERM_OK;
}

enum berm_status handle_user_list(struct call *call, struct berm_error *err)
{
    struct account_choice choice = {
        .json = &call->json,
        .after = call_query(call, "cursor"),
        .left = call_query_limit(call),
    };

    TRY(call_check(call, err));
    call_begin_items(call);
    TRY(accounts_list(call->office->store, &call->caller, write_account, &choice, err));
    json_end_array(&call->json);
    call_write_next(call, choice.has_more ? (struct text){choice.last, choice.last_length}
                                          : (struct text){0});
    json_end_object(&call->json);
    return BERM_OK;
}

static enum berm_status write_only_account(void *context, const struct account_row *row,
                                           struct berm_error *err)
{
    struct account_choice *choice = context;

    (void)err;
    if (text_equal(row->name, choice->only)) {
        write_account_fields(choice->json, row);
        choice->has_written = true;
    }
    return BERM_OK;
}

static enum berm_status write_user(struct call *call, struct text name, struct berm_error *err)
{
    struct account_choice choice = {.json = &call->json, .only = name};

    json_begin_object(&call->json);
    TRY(accounts_list(call->office->store, &call->caller, write_only_account, &choice, err));
    if (!choice.has_written)
        return fail_with(err, BERM_NOT_FOUND, "there is no account %.*s", TEXT_ARG(name));
    json_key(&call->json, "roles");
    json_begin_array(&call->json);
    TRY(grants_list(call->office->store, &call->caller, name, grant_write, &call->json, err));
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_user_show(struct call *call, struct berm_error *err)
{
    return write_user(call, call_parameter(call, "name"), err);
}

enum berm_status handle_user_add(struct call *call, struct berm_error *err)
{
    struct body body = call_body(call);
    struct text name, password;

    body_expect(body, (const char *const[]){"name", "password", NULL});
    name = body_text(body, "name", true);
    password = body_text(body, "password", true);
    TRY(call_check(call, err));
    TRY(account_add(call->office->store, &call->caller, &call->actor, call->api->passwords, name,
                    password, err));
    call_set_location(call, TEXT("/v1/users"), name);
    return write_user(call, name, err);
}

enum berm_status handle_user_switch(struct call *call, struct berm_error *err)
{
    struct text name = call_parameter(call, "name");
    struct body body = call_body(call);
    const struct json_node *active = body_member(body, "active", NODE_BOOL, true);
    bool is_active;

    body_expect(body, (const char *const[]){"active", NULL});
    TRY(call_check(call, err));
    if (!node_bool(active, &is_active))
        return fail_with(err, BERM_INVALID_INPUT, "active is missing");
    TRY(account_set_active(call->office->store, &call->caller, &call->actor, name, is_active, err));
    return write_user(call, name, err);
}

enum berm_status handle_user_password(struct call *call, struct berm_error *err)
{
    struct body body = call_body(call);
    struct text password;

    body_expect(body, (const char *const[]){"password", NULL});
    password = body_text(body, "password", true);
    TRY(call_check(call, err));
    return account_set_password(call->office->store, &call->caller, &call->actor,
                                call->api->passwords, call_parameter(call, "name"), password, err);
}

/* ---- Roles ----------------------------------------------------------------------------------- */

enum berm_status handle_user_grant(struct call *call, struct berm_error *err)
{
    struct text name = call_parameter(call, "name");
    struct body body = call_body(call);
    struct text role_word, area;
    enum role role;

    body_expect(body, (const char *const[]){"role", "area", NULL});
    role_word = body_text(body, "role", true);
    area = body_text(body, "area", false);
    if (area.length == 0 && node_kind(node_member(body.node, "area")) == NODE_STRING)
        call_add_problem(call, TEXT("/area"), "invalid",
                         "area is empty, which an empty field of a form is too; leave it out to "
                         "grant the role in the whole register");
    if (role_word.length > 0 && role_find(role_word, &role, err) != BERM_OK)
        call_add_problem(call, TEXT("/role"), "invalid", "%s", err->message);
    TRY(call_check(call, err));
    TRY(account_grant(call->office->store, &call->caller, &call->actor, name, role, area, err));
    return write_user(call, name, err);
}

enum berm_status handle_user_revoke(struct call *call, struct berm_error *err)
{
    struct text name = call_parameter(call, "name");
    enum role role;

    TRY(role_find(call_parameter(call, "role"), &role, err));
    TRY(account_revoke(call->office->store, &call->caller, &call->actor, name, role,
                       call_query(call, "area"), err));
    return write_user(call, name, err);
}

/* ---- Tokens ---------------------------------------------------------------------------------- */

struct token_page {
    struct json_writer *json;
    int64_t now_s;
};

static void write_scopes(struct json_writer *json, struct text scopes)
{
    json_key(json, "scopes");
    json_begin_array(json);
    while (scopes.length > 0) {
        const char *blank = memchr(scopes.bytes, ' ', scopes.length);
        size_t length = blank ? (size_t)(blank - scopes.bytes) : scopes.length;

        json_text(json, (struct text){scopes.bytes, length});
        scopes = text_from(scopes, blank ? length + 1 : length);
    }
    json_end_array(json);
}

static enum berm_status write_token(void *context, const struct token_row *row,
                                    struct berm_error *err)
{
    const struct token_page *page = context;
    struct json_writer *json = page->json;

    (void)err;
    json_begin_object(json);
    json_key_of_int64(json, "id", row->api_token_id);
    json_key_of_text(json, "account", row->account);
    json_key_of_text(json, "label", row->label);
    write_scopes(json, row->scopes);
    write_instant(json, "created_at", row->created_at_s);
    write_instant(json, "expires_at", row->expires_at_s);
    json_key_of_text(json, "state",
                     row->is_revoked                    ? TEXT("revoked")
                     : row->expires_at_s <= page->now_s ? TEXT("expired")
                                                        : TEXT("valid"));
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_token_list(struct call *call, struct berm_error *err)
{
    struct token_page page = {&call->json, call->now_s};

    call_begin_items(call);
    TRY(tokens_list(call->office->store, &call->caller, write_token, &page, err));
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

static uint64_t read_scopes(struct call *call, struct body body)
{
    const struct json_node *list = body_member(body, "scopes", NODE_ARRAY, true);
    struct berm_error error;
    uint64_t scopes = 0;

    for (size_t s = 0; s < node_count(list); s++) {
        enum permission permission;

        if (permission_find(node_text(node_item(list, s)), &permission, &error) != BERM_OK)
            call_add_problem(call, TEXT("/scopes"), "invalid", "%s", error.message);
        else
            scopes |= 1ull << permission;
    }
    return scopes;
}

enum berm_status handle_token_create(struct call *call, struct berm_error *err)
{
    struct body body = call_body(call);
    char token[TOKEN_TEXT_MAX], number[24];
    struct token_order order;
    int64_t api_token_id;

    body_expect(body, (const char *const[]){"account", "label", "scopes", "days", NULL});
    order.account = body_text(body, "account", true);
    order.label = body_text(body, "label", true);
    order.scopes = read_scopes(call, body);
    order.expires_at_s = call->now_s + DAY_S * body_int64(body, "days", 1, TOKEN_DAYS_MAX, 90);
    TRY(call_check(call, err));
    TRY(token_create(call->office->store, &call->caller, &call->actor, &order, call->now_s,
                     &api_token_id, token, err));
    json_begin_object(&call->json);
    json_key_of_int64(&call->json, "id", api_token_id);
    json_key_of_text(&call->json, "token", text_of(token));
    json_end_object(&call->json);
    explicit_bzero(token, sizeof token);
    call_set_location(call, TEXT("/v1/tokens"),
                      (struct text){number, (size_t)snprintf(number, sizeof number, "%lld",
                                                             (long long)api_token_id)});
    return BERM_OK;
}

enum berm_status handle_token_revoke(struct call *call, struct berm_error *err)
{
    int64_t api_token_id;

    TRY(call_parameter_id(call, "token", &api_token_id, err));
    return token_revoke(call->office->store, &call->caller, &call->actor, api_token_id, call->now_s,
                        err);
}
