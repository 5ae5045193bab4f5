/*
 * Accounts and the roles that they are granted. Every change is one transaction that leaves a row
 * in the log of changes, never with a password or a token in it.
 */
#include "service/access/caller.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NOTE_BYTES_MAX = 400 };

/* ---- Shared by the files of access/ -----------------------------------------------------------
 */

enum berm_status access_note(struct store *store, const struct actor *actor, struct berm_error *err,
                             const char *format, ...)
{
    CLEANUP(change_close) struct change change = {0};
    char via[NOTE_BYTES_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(via, sizeof via, format, arguments);
    va_end(arguments);
    TRY(change_begin(store, actor, text_of(via), (struct text){0}, &change, err));
    TRY(change_finish(&change, actor,
                      &(struct change_end){.action = TEXT("access"), .subject = text_of(via)},
                      err));
    return announce(store, ANNOUNCED_ACCESS, 0, err); /* streams that are open end with the right */
}

enum berm_status account_read(struct store *store, struct text name, struct account *ret_account,
                              struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct text hash;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_ACCOUNT_BY_NAME, &find, err));
    statement_bind_text(find, ACCOUNT_BY_NAME__NAME, name);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no account %.*s; berm user list names those that there are",
                         TEXT_ARG(name));
    hash = statement_text(find, 2);
    if (hash.length >= PASSWORD_HASH_MAX)
        return fail_with(err, BERM_CORRUPT, "the password hash of %.*s is damaged", TEXT_ARG(name));
    ret_account->account_id = statement_int64(find, 0);
    ret_account->is_active = statement_int64(find, 3) != 0;
    memcpy(ret_account->password_hash, hash.bytes, hash.length);
    ret_account->password_hash[hash.length] = 0;
    return BERM_OK;
}

/* ---- Accounts -------------------------------------------------------------------------------- */

static enum berm_status check_name(struct text name, struct berm_error *err)
{
    TRY(code_check(name, "account", err));
    if (name.length > ACCOUNT_NAME_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "the account's name has more than %d bytes; shorten it",
                         (int)ACCOUNT_NAME_BYTES_MAX);
    for (size_t i = 0; i < name.length; i++)
        if (name.bytes[i] >= 'A' && name.bytes[i] <= 'Z')
            return fail_with(err, BERM_INVALID_INPUT,
                             "write the account's name %.*s in small letters; capitals make no "
                             "difference when logging in",
                             TEXT_ARG(name));
    return BERM_OK;
}

enum berm_status account_add(struct store *store, const struct caller *caller,
                             const struct actor *actor, struct password_queue *queue,
                             struct text name, struct text password, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    char hash[PASSWORD_HASH_MAX];
    struct account there;
    enum berm_status status;
    int64_t account_id;

    TRY(check_name(name, err));
    TRY(password_check(name, password, err));
    TRY(caller_check(caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(password_hash(queue, password, hash, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    status = account_read(store, name, &there, err);
    if (status != BERM_NOT_FOUND)
        return status != BERM_OK ? status
                                 : fail_with(err, BERM_CONFLICT,
                                             "there is an account %.*s already; berm user password "
                                             "sets its password",
                                             TEXT_ARG(name));
    TRY(id_take(store, "account", 1, &account_id, err));
    TRY(statement_prepare(store, STATEMENT_ACCOUNT_INSERT, &insert, err));
    statement_bind_int64(insert, ACCOUNT_INSERT__ACCOUNT_ID, account_id);
    statement_bind_text(insert, ACCOUNT_INSERT__NAME, name);
    statement_bind_text(insert, ACCOUNT_INSERT__PASSWORD_HASH, text_of(hash));
    statement_bind_int64(insert, ACCOUNT_INSERT__NOW_S, seconds_since_1970());
    TRY(statement_run(insert, err));
    TRY(access_note(store, actor, err, "account %.*s added", TEXT_ARG(name)));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

static enum berm_status end_sessions(struct store *store, int64_t account_id,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *remove = NULL;

    TRY(statement_prepare(store, STATEMENT_SESSION_DELETE_OF_ACCOUNT, &remove, err));
    statement_bind_int64(remove, SESSION_DELETE_OF_ACCOUNT__ACCOUNT_ID, account_id);
    return statement_run(remove, err);
}

/* Inside the writing transaction. Whoever knew the old password is out. */
static enum berm_status replace_password(struct store *store, const struct actor *actor,
                                         struct text name, int64_t account_id, const char *hash,
                                         struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *update = NULL;

    TRY(statement_prepare(store, STATEMENT_ACCOUNT_SET_PASSWORD, &update, err));
    statement_bind_int64(update, ACCOUNT_SET_PASSWORD__ACCOUNT_ID, account_id);
    statement_bind_text(update, ACCOUNT_SET_PASSWORD__PASSWORD_HASH, text_of(hash));
    statement_bind_int64(update, ACCOUNT_SET_PASSWORD__NOW_S, seconds_since_1970());
    TRY(statement_run(update, err));
    TRY(end_sessions(store, account_id, err));
    return access_note(store, actor, err, "password of account %.*s set", TEXT_ARG(name));
}

enum berm_status account_set_password(struct store *store, const struct caller *caller,
                                      const struct actor *actor, struct password_queue *queue,
                                      struct text name, struct text password,
                                      struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    char hash[PASSWORD_HASH_MAX];
    struct account account;

    TRY(password_check(name, password, err));
    TRY(caller_check(caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(password_hash(queue, password, hash, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(account_read(store, name, &account, err));
    TRY(replace_password(store, actor, name, account.account_id, hash, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status account_change_password(struct store *store, const struct caller *caller,
                                         const struct actor *actor, struct password_queue *queue,
                                         struct text old_password, struct text password,
                                         struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    char hash[PASSWORD_HASH_MAX];
    int64_t now_s = seconds_since_1970();
    struct account account;
    bool is_right;

    TRY(throttle_check(store, caller->name, actor->address, now_s, err));
    TRY(password_check(caller->name, password, err));
    TRY(account_read(store, caller->name, &account, err));
    TRY(password_verify(queue, text_of(account.password_hash), old_password, &is_right, err));
    if (is_right)
        TRY(password_hash(queue, password, hash, err));
    TRY(store_begin(store, err));
    transaction = store;
    if (is_right)
        TRY(replace_password(store, actor, caller->name, account.account_id, hash, err));
    else
        TRY(throttle_note_failure(store, caller->name, actor->address, now_s, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return is_right
               ? BERM_OK
               : fail_with(err, BERM_FORBIDDEN, "the password that is to be replaced is wrong");
}

static enum berm_status revoke_tokens(struct store *store, int64_t account_id,
                                      struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *revoke = NULL;

    TRY(statement_prepare(store, STATEMENT_TOKEN_REVOKE_OF_ACCOUNT, &revoke, err));
    statement_bind_int64(revoke, TOKEN_REVOKE_OF_ACCOUNT__ACCOUNT_ID, account_id);
    statement_bind_int64(revoke, TOKEN_REVOKE_OF_ACCOUNT__NOW_S, seconds_since_1970());
    return statement_run(revoke, err);
}

enum berm_status account_set_active(struct store *store, const struct caller *caller,
                                    const struct actor *actor, struct text name, bool is_active,
                                    struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *update = NULL;
    struct account account;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(account_read(store, name, &account, err));
    if (!is_active && account.account_id == caller->account_id)
        return fail_with(err, BERM_CONFLICT,
                         "nobody switches off the account that they work with, lest there be no "
                         "administrator left; ask another one");
    TRY(statement_prepare(store, STATEMENT_ACCOUNT_SET_ACTIVE, &update, err));
    statement_bind_int64(update, ACCOUNT_SET_ACTIVE__ACCOUNT_ID, account.account_id);
    statement_bind_int64(update, ACCOUNT_SET_ACTIVE__IS_ACTIVE, is_active);
    TRY(statement_run(update, err));
    if (!is_active) {
        TRY(end_sessions(store, account.account_id, err));
        TRY(revoke_tokens(store, account.account_id, err));
    }
    TRY(access_note(store, actor, err, "account %.*s switched %s", TEXT_ARG(name),
                    is_active ? "on" : "off"));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status accounts_list(struct store *store, const struct caller *caller,
                               account_visitor *visit, void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_ACCOUNT_MANAGE, err));
    TRY(statement_prepare(store, STATEMENT_ACCOUNT_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct account_row row = {.account_id = statement_int64(list, 0),
                                        .name = statement_text(list, 1),
                                        .is_active = statement_int64(list, 2) != 0,
                                        .created_at_s = statement_int64(list, 3)};

        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
