/*
 * Log-ins and sessions. The password is verified outside any transaction, because that takes long;
 * what follows from it is one short transaction. A session is void when it was unused for half an
 * hour, is twelve hours old, or its account was switched off; the roles are read for every request,
 * so a role that is taken away is gone at once.
 */
#include "service/access/caller.h"

static enum berm_status fail_log_in(struct berm_error *err)
{
    return fail_with(err, BERM_UNAUTHENTICATED, "the name or the password is wrong");
}

static enum berm_status fail_session(struct berm_error *err)
{
    return fail_with(err, BERM_UNAUTHENTICATED, "the session is over; log in again");
}

/* Names are kept in small letters; a name that is too long is that of nobody. */
static struct text small_letters(struct text name, char out[ACCOUNT_NAME_BYTES_MAX])
{
    if (name.length > ACCOUNT_NAME_BYTES_MAX)
        name.length = 0;
    for (size_t i = 0; i < name.length; i++)
        out[i] = (char)(name.bytes[i] >= 'A' && name.bytes[i] <= 'Z' ? name.bytes[i] + 32
                                                                     : name.bytes[i]);
    return (struct text){out, name.length};
}

static enum berm_status insert_session(struct store *store, int64_t account_id, struct text address,
                                       int64_t now_s, const struct session_tokens *tokens,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    char hash[DIGEST_TEXT_MAX];

    TRY(secret_hash(text_of(tokens->token), hash, err));
    TRY(statement_prepare(store, STATEMENT_SESSION_INSERT, &insert, err));
    statement_bind_text(insert, SESSION_INSERT__TOKEN_HASH, text_of(hash));
    statement_bind_int64(insert, SESSION_INSERT__ACCOUNT_ID, account_id);
    statement_bind_int64(insert, SESSION_INSERT__NOW_S, now_s);
    statement_bind_int64(insert, SESSION_INSERT__EXPIRES_AT_S, now_s + SESSION_ABSOLUTE_S);
    statement_bind_text(insert, SESSION_INSERT__ADDRESS, address);
    return statement_run(insert, err);
}

/* Hashing takes long, and the account may have been switched off, or got another password, in the
 * meantime: that ended its sessions, and this one must not come after. */
static enum berm_status check_still(struct store *store, struct text name, struct account *account,
                                    bool *ret_is_right, struct berm_error *err)
{
    struct account verified = *account;

    TRY(account_read(store, name, account, err));
    *ret_is_right = text_equal(text_of(verified.password_hash), text_of(account->password_hash));
    return BERM_OK;
}

enum berm_status session_begin(struct store *store, struct password_queue *queue, struct text name,
                               struct text password, struct text address, int64_t now_s,
                               struct session_tokens *ret_tokens, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct session_tokens tokens = {0};
    struct account account = {0};
    char letters[ACCOUNT_NAME_BYTES_MAX];
    enum berm_status status;
    bool is_right;

    name = small_letters(name, letters);
    TRY(throttle_check(store, name, address, now_s, err));
    status = account_read(store, name, &account, err);
    if (status != BERM_OK && status != BERM_NOT_FOUND)
        return status;
    TRY(password_verify(queue, text_of(account.password_hash), password, &is_right, err));
    TRY(store_begin(store, err));
    transaction = store;
    if (is_right)
        TRY(check_still(store, name, &account, &is_right, err));
    if (!is_right || !account.is_active) {
        TRY(throttle_note_failure(store, name, address, now_s, err));
        TRY(store_commit(store, err));
        transaction = NULL;
        return fail_log_in(err);
    }
    secret_make("", tokens.token);
    session_csrf(text_of(tokens.token), tokens.csrf);
    TRY(throttle_note_success(store, name, address, now_s, err));
    TRY(insert_session(store, account.account_id, address, now_s, &tokens, err));
    TRY(journal_write(
        store,
        &(struct journal_entry){.actor = {.name = name, .via = TEXT("api"), .address = address},
                                .action = TEXT("log_in"),
                                .subject = TEXT("session")},
        err));
    TRY(store_commit(store, err));
    transaction = NULL;
    *ret_tokens = tokens;
    return BERM_OK;
}

enum berm_status session_resolve(struct store *store, struct text token, int64_t now_s,
                                 struct arena *arena, struct caller *ret_caller,
                                 bool *ret_touch_is_due, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    char hash[DIGEST_TEXT_MAX];
    int64_t seen_at_s;
    bool has_row;

    TRY(secret_hash(token, hash, err));
    TRY(statement_prepare(store, STATEMENT_SESSION_BY_HASH, &find, err));
    statement_bind_text(find, SESSION_BY_HASH__TOKEN_HASH, text_of(hash));
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return fail_session(err);
    seen_at_s = statement_int64(find, 1);
    if (now_s >= statement_int64(find, 2) || now_s >= seen_at_s + SESSION_IDLE_S ||
        statement_int64(find, 4) == 0)
        return fail_session(err);
    TRY(caller_take(find, 5, statement_int64(find, 0), statement_text(find, 3), ~0ull, arena,
                    ret_caller, err));
    *ret_touch_is_due = now_s >= seen_at_s + SESSION_TOUCH_S;
    return BERM_OK;
}

/* Run a statement of which the only parameters are a token's hash and, where it has them, the time
 * and the time since which a session must have been used. */
static enum berm_status run_on_session(struct store *store, enum statement_id id, struct text token,
                                       int hash_at, int now_at, int idle_at, int64_t now_s,
                                       struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *statement = NULL;
    char hash[DIGEST_TEXT_MAX];

    TRY(secret_hash(token, hash, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(statement_prepare(store, id, &statement, err));
    statement_bind_text(statement, hash_at, text_of(hash));
    if (now_at > 0)
        statement_bind_int64(statement, now_at, now_s);
    if (idle_at > 0)
        statement_bind_int64(statement, idle_at, now_s - SESSION_IDLE_S);
    TRY(statement_run(statement, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status session_touch(struct store *store, struct text token, int64_t now_s,
                               struct berm_error *err)
{
    return run_on_session(store, STATEMENT_SESSION_TOUCH, token, SESSION_TOUCH__TOKEN_HASH,
                          SESSION_TOUCH__NOW_S, SESSION_TOUCH__IDLE_SINCE_S, now_s, err);
}

enum berm_status session_end(struct store *store, struct text token, struct berm_error *err)
{
    return run_on_session(store, STATEMENT_SESSION_DELETE, token, SESSION_DELETE__TOKEN_HASH, 0, 0,
                          0, err);
}

enum berm_status sessions_sweep(struct store *store, int64_t now_s, int64_t *ret_count,
                                struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *remove = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(statement_prepare(store, STATEMENT_SESSION_SWEEP, &remove, err));
    statement_bind_int64(remove, SESSION_SWEEP__NOW_S, now_s);
    statement_bind_int64(remove, SESSION_SWEEP__IDLE_SINCE_S, now_s - SESSION_IDLE_S);
    TRY(statement_run(remove, err));
    *ret_count = statement_changed_count(remove);
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}
