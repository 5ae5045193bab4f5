/*
 * API tokens: keys for programs. A token acts as its account, inside its scopes: what the account
 * loses, the token loses with it, and a token never does more than it was made for.
 */
#include "service/access/caller.h"

#include <string.h>

enum berm_status scopes_write(uint64_t scopes, struct buffer *out, struct berm_error *err)
{
    for (int p = 0; p < PERMISSION_COUNT; p++)
        if (scopes >> p & 1)
            buffer_append_format(out, "%s%s", out->length ? " " : "",
                                 permission_name((enum permission)p));
    return buffer_status(out, err);
}

/* A scope that this version does not know any more allows nothing. */
uint64_t scopes_read(struct text scopes)
{
    uint64_t bits = 0;

    while (scopes.length > 0) {
        const char *blank = memchr(scopes.bytes, ' ', scopes.length);
        size_t length = blank ? (size_t)(blank - scopes.bytes) : scopes.length;

        for (int p = 0; p < PERMISSION_COUNT; p++)
            if (text_equal((struct text){scopes.bytes, length},
                           text_of(permission_name((enum permission)p))))
                bits |= 1ull << p;
        scopes = text_from(scopes, blank ? length + 1 : length);
    }
    return bits;
}

static enum berm_status check_order(const struct token_order *order, int64_t now_s,
                                    struct berm_error *err)
{
    if (order->scopes == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a token needs at least one scope: the permissions that it is for");
    if (order->label.length == 0 || order->label.length > TOKEN_LABEL_BYTES_MAX ||
        !text_is_utf8(order->label, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "a token needs a label of 1 to %d bytes that says what uses it",
                         (int)TOKEN_LABEL_BYTES_MAX);
    if (order->expires_at_s <= now_s)
        return fail_with(err, BERM_INVALID_INPUT, "a token must expire later than now");
    return BERM_OK;
}

enum berm_status token_create(struct store *store, const struct caller *caller,
                              const struct actor *actor, const struct token_order *order,
                              int64_t now_s, int64_t *ret_api_token_id,
                              char ret_token[TOKEN_TEXT_MAX], struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    CLEANUP(buffer_free) struct buffer scopes = {0};
    char token[TOKEN_TEXT_MAX], hash[DIGEST_TEXT_MAX];
    struct account account;
    int64_t api_token_id;

    TRY(check_order(order, now_s, err));
    TRY(scopes_write(order->scopes, &scopes, err));
    secret_make("berm_", token);
    TRY(secret_hash(text_of(token), hash, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(account_read(store, order->account, &account, err));
    if (!account.is_active)
        return fail_with(err, BERM_CONFLICT, "the account %.*s is switched off",
                         TEXT_ARG(order->account));
    TRY(id_take(store, "api_token", 1, &api_token_id, err));
    TRY(statement_prepare(store, STATEMENT_TOKEN_INSERT, &insert, err));
    statement_bind_int64(insert, TOKEN_INSERT__API_TOKEN_ID, api_token_id);
    statement_bind_int64(insert, TOKEN_INSERT__ACCOUNT_ID, account.account_id);
    statement_bind_text(insert, TOKEN_INSERT__LABEL, order->label);
    statement_bind_text(insert, TOKEN_INSERT__TOKEN_HASH, text_of(hash));
    statement_bind_text(insert, TOKEN_INSERT__SCOPES, buffer_text(&scopes));
    statement_bind_int64(insert, TOKEN_INSERT__NOW_S, now_s);
    statement_bind_int64(insert, TOKEN_INSERT__EXPIRES_AT_S, order->expires_at_s);
    TRY(statement_run(insert, err));
    TRY(access_note(store, actor, err, "token %lld of account %.*s made", (long long)api_token_id,
                    TEXT_ARG(order->account)));
    TRY(store_commit(store, err));
    transaction = NULL;
    *ret_api_token_id = api_token_id;
    memcpy(ret_token, token, sizeof token);
    return BERM_OK;
}

enum berm_status token_revoke(struct store *store, const struct caller *caller,
                              const struct actor *actor, int64_t api_token_id, int64_t now_s,
                              struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *revoke = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(statement_prepare(store, STATEMENT_TOKEN_REVOKE, &revoke, err));
    statement_bind_int64(revoke, TOKEN_REVOKE__API_TOKEN_ID, api_token_id);
    statement_bind_int64(revoke, TOKEN_REVOKE__NOW_S, now_s);
    TRY(statement_run(revoke, err));
    if (statement_changed_count(revoke) == 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no token %lld that is not revoked; berm token list shows them",
                         (long long)api_token_id);
    TRY(access_note(store, actor, err, "token %lld revoked", (long long)api_token_id));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status tokens_list(struct store *store, const struct caller *caller, token_visitor *visit,
                             void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(statement_prepare(store, STATEMENT_TOKEN_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct token_row row = {.api_token_id = statement_int64(list, 0),
                                      .account = statement_text(list, 1),
                                      .label = statement_text(list, 2),
                                      .scopes = statement_text(list, 3),
                                      .created_at_s = statement_int64(list, 4),
                                      .expires_at_s = statement_int64(list, 5),
                                      .is_revoked = !statement_is_null(list, 6)};

        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status token_resolve(struct store *store, struct text token, int64_t now_s,
                               struct arena *arena, struct caller *ret_caller,
                               struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    char hash[DIGEST_TEXT_MAX];
    bool has_row;

    TRY(secret_hash(token, hash, err));
    TRY(statement_prepare(store, STATEMENT_TOKEN_BY_HASH, &find, err));
    statement_bind_text(find, TOKEN_BY_HASH__TOKEN_HASH, text_of(hash));
    TRY(statement_step(find, &has_row, err));
    if (!has_row || now_s >= statement_int64(find, 2) || !statement_is_null(find, 3) ||
        statement_int64(find, 5) == 0)
        return fail_with(err, BERM_UNAUTHENTICATED,
                         "the token is not known, expired or revoked; ask for a new one");
    return caller_take(find, 6, statement_int64(find, 0), statement_text(find, 4),
                       scopes_read(statement_text(find, 1)), arena, ret_caller, err);
}
