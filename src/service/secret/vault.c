/*
 * The vault. Which of the key file's protecting keys a register uses stands in its settings and
 * changes only by a rotation; each row names its key all the same, so that a half-restored file
 * tells what it lacks. A ciphertext is bound to its person and kind: one that is moved to another
 * row does not open.
 */
#include "service/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ABOUT_MAX = 160, SETTING_ARENA_BYTES = 1 << 16 };

static const char KEY_SETTING[] = "secret_key_id";
static const char *const KIND_NAMES[SECRET_KIND_COUNT] = {
    [SECRET_ID_NUMBER] = "id_number", [SECRET_BANK_ACCOUNT] = "bank_account"};

struct vault {
    struct store *store;
    const struct key_file *key;
    char key_id[PROTECT_ID_TEXT_MAX];
    struct statement *put, *get, *remove, *owner;
    struct statement *enter, *forget; /* in id_lookup */
};

void vault_close(struct vault *vault)
{
    if (vault == NULL)
        return;
    statement_close(vault->put);
    statement_close(vault->get);
    statement_close(vault->remove);
    statement_close(vault->owner);
    statement_close(vault->enter);
    statement_close(vault->forget);
    free(vault);
}

void vault_closep(struct vault **vault)
{
    vault_close(*vault);
    *vault = NULL;
}

/* Whose and what a ciphertext is. */
static struct text about(int64_t person_id, struct text kind, struct text id_type,
                         char out[ABOUT_MAX])
{
    snprintf(out, ABOUT_MAX, "berm secret 1 %lld %.*s %.*s", (long long)person_id, TEXT_ARG(kind),
             TEXT_ARG(id_type));
    return text_of(out);
}

static enum berm_status lookup(const struct key_file *key, struct text key_id, struct text kind,
                               const struct secret *secret, char out[LOOKUP_TEXT_MAX],
                               struct berm_error *err)
{
    char message[ABOUT_MAX];

    snprintf(message, sizeof message, "berm lookup 1 %.*s %.*s %.*s", TEXT_ARG(kind),
             TEXT_ARG(secret->id_type), TEXT_ARG(secret->number));
    return key_lookup(key, key_id, text_of(message), out, err);
}

/* The register's present key, or the file's newest where the register has no secrets yet. */
static enum berm_status choose_key(struct vault *vault, bool is_to_write, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct text key_id;
    bool is_new;

    TRY(arena_create(SETTING_ARENA_BYTES, &arena, err));
    TRY(setting_read(vault->store, KEY_SETTING, arena, &key_id, err));
    is_new = key_id.length == 0;
    if (is_new)
        key_id = key_newest_protect_id(vault->key);
    if (key_id.length == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the key file holds no protecting key; berm key rotate adds one");
    if (!key_has_protect(vault->key, key_id) || key_id.length >= sizeof vault->key_id)
        return fail_with(err, BERM_NOT_FOUND,
                         "the key file lacks the protecting key %.*s of this register; give the "
                         "register's own key file, or its newer copy",
                         TEXT_ARG(key_id));
    memcpy(vault->key_id, key_id.bytes, key_id.length);
    return is_new && is_to_write ? setting_write(vault->store, KEY_SETTING, key_id, err) : BERM_OK;
}

static enum berm_status check_key(const struct key_file *key, struct berm_error *err)
{
    if (key != NULL)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "id numbers and bank accounts are kept encrypted, and there is no key; "
                     "say --key FILE or set BERM_KEY_FILE (berm key create FILE makes one)");
}

enum berm_status secret_reveal(const struct key_file *key, const struct sealed_secret *secret,
                               char out[SECRET_BYTES_MAX], struct text *ret_number,
                               struct berm_error *err)
{
    char about_bytes[ABOUT_MAX];

    TRY(check_key(key, err));
    return key_reveal(
        key, secret->key_id, secret->sealed,
        about(secret->person_id, text_of(KIND_NAMES[secret->kind]), secret->id_type, about_bytes),
        out, ret_number, err);
}

enum berm_status vault_open(struct store *store, const struct key_file *key, bool is_to_write,
                            struct vault **ret_vault, struct berm_error *err)
{
    CLEANUP(vault_closep) struct vault *vault = NULL;

    TRY(check_key(key, err));
    vault = calloc(1, sizeof *vault);
    if (vault == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    vault->store = store;
    vault->key = key;
    TRY(choose_key(vault, is_to_write, err));
    TRY(statement_prepare(store, STATEMENT_SECRET_PUT, &vault->put, err));
    TRY(statement_prepare(store, STATEMENT_SECRET_GET, &vault->get, err));
    TRY(statement_prepare(store, STATEMENT_SECRET_REMOVE, &vault->remove, err));
    TRY(statement_prepare(store, STATEMENT_SECRET_OWNER, &vault->owner, err));
    TRY(statement_prepare(store, STATEMENT_ID_LOOKUP_INSERT, &vault->enter, err));
    TRY(statement_prepare(store, STATEMENT_ID_LOOKUP_DELETE, &vault->forget, err));
    *ret_vault = vault;
    vault = NULL;
    return BERM_OK;
}

enum berm_status vault_owner(struct vault *vault, const struct secret *secret, struct arena *arena,
                             struct text *ret_code, struct berm_error *err)
{
    char hash[LOOKUP_TEXT_MAX];
    bool has_row;

    *ret_code = TEXT("");
    TRY(lookup(vault->key, text_of(vault->key_id), text_of(KIND_NAMES[SECRET_ID_NUMBER]), secret,
               hash, err));
    statement_bind_text(vault->owner, SECRET_OWNER__LOOKUP, text_of(hash));
    TRY(statement_step(vault->owner, &has_row, err));
    if (has_row)
        TRY(text_copy(arena, statement_text(vault->owner, 0), ret_code, err));
    statement_reset(vault->owner);
    return BERM_OK;
}

/* What is there: its lookup tells whether it is the same, without opening it. */
static enum berm_status compare(struct vault *vault, int64_t person_id, struct text kind,
                                struct text hash, char before[LOOKUP_TEXT_MAX],
                                struct vault_change *change, struct berm_error *err)
{
    statement_bind_int64(vault->get, SECRET_GET__PERSON_ID, person_id);
    statement_bind_text(vault->get, SECRET_GET__KIND, kind);
    TRY(statement_step(vault->get, &change->had_one, err));
    change->is_different = change->had_one != change->has_one ||
                           (change->had_one && !text_equal(statement_text(vault->get, 3), hash));
    if (change->had_one)
        snprintf(before, LOOKUP_TEXT_MAX, "%.*s", TEXT_ARG(statement_text(vault->get, 3)));
    statement_reset(vault->get);
    return BERM_OK;
}

static enum berm_status enter_id_number(struct statement *enter, struct text hash,
                                        int64_t person_id, struct berm_error *err)
{
    statement_bind_text(enter, ID_LOOKUP_INSERT__LOOKUP, hash);
    statement_bind_int64(enter, ID_LOOKUP_INSERT__PERSON_ID, person_id);
    return statement_run(enter, err);
}

/* An id number is one person's. That is a rule over all persons, so it has a table by the number's
 * hash; an account may be shared and has none. */
static enum berm_status move_lookup(struct vault *vault, int64_t person_id, struct text before,
                                    struct text hash, struct berm_error *err)
{
    if (before.length > 0) {
        statement_bind_text(vault->forget, ID_LOOKUP_DELETE__LOOKUP, before);
        TRY(statement_run(vault->forget, err));
    }
    return hash.length > 0 ? enter_id_number(vault->enter, hash, person_id, err) : BERM_OK;
}

enum berm_status vault_put(struct vault *vault, int64_t person_id, enum secret_kind kind,
                           const struct secret *secret, int64_t change_id,
                           struct vault_change *ret_change, struct berm_error *err)
{
    struct text key_id = text_of(vault->key_id), name = text_of(KIND_NAMES[kind]);
    char hash[LOOKUP_TEXT_MAX] = "", before[LOOKUP_TEXT_MAX] = "";
    char sealed[SEALED_TEXT_MAX], about_bytes[ABOUT_MAX];
    struct vault_change change = {.has_one = secret->number.length > 0};

    if (change.has_one)
        TRY(lookup(vault->key, key_id, name, secret, hash, err));
    TRY(compare(vault, person_id, name, text_of(hash), before, &change, err));
    *ret_change = change;
    if (!change.is_different)
        return BERM_OK;
    if (kind == SECRET_ID_NUMBER)
        TRY(move_lookup(vault, person_id, text_of(before), text_of(hash), err));
    if (!change.has_one) {
        statement_bind_int64(vault->remove, SECRET_REMOVE__PERSON_ID, person_id);
        statement_bind_text(vault->remove, SECRET_REMOVE__KIND, name);
        return statement_run(vault->remove, err);
    }
    TRY(key_protect(vault->key, key_id, secret->number,
                    about(person_id, name, secret->id_type, about_bytes), sealed, err));
    statement_bind_int64(vault->put, SECRET_PUT__PERSON_ID, person_id);
    statement_bind_text(vault->put, SECRET_PUT__KIND, name);
    statement_bind_text(vault->put, SECRET_PUT__ID_TYPE, secret->id_type);
    statement_bind_text(vault->put, SECRET_PUT__KEY_ID, key_id);
    statement_bind_text(vault->put, SECRET_PUT__SEALED, text_of(sealed));
    statement_bind_text(vault->put, SECRET_PUT__LOOKUP, text_of(hash));
    statement_bind_int64(vault->put, SECRET_PUT__CHANGE_ID, change_id);
    return statement_queue(vault->put, err);
}

enum berm_status vault_read(struct vault *vault, int64_t person_id, enum secret_kind kind,
                            struct arena *arena, struct secret *ret_secret, struct berm_error *err)
{
    struct text name = text_of(KIND_NAMES[kind]);
    char number_bytes[SECRET_BYTES_MAX], about_bytes[ABOUT_MAX];
    struct secret secret = {0};
    struct text number;
    bool has_row;

    statement_bind_int64(vault->get, SECRET_GET__PERSON_ID, person_id);
    statement_bind_text(vault->get, SECRET_GET__KIND, name);
    TRY(statement_step(vault->get, &has_row, err));
    if (has_row) {
        TRY(text_copy(arena, statement_text(vault->get, 0), &secret.id_type, err));
        TRY(key_reveal(vault->key, statement_text(vault->get, 1), statement_text(vault->get, 2),
                       about(person_id, name, secret.id_type, about_bytes), number_bytes, &number,
                       err));
        TRY(text_copy(arena, number, &secret.number, err));
    }
    statement_reset(vault->get);
    *ret_secret = secret;
    return BERM_OK;
}

/* ---- Examination ----------------------------------------------------------------------------- */

/* Whether a row opens, and whether it is found by what is in it. */
static bool is_row_sound(const struct key_file *key, struct statement *row)
{
    int64_t person_id = statement_int64(row, 0);
    struct text kind = statement_text(row, 1), key_id = statement_text(row, 3);
    struct secret secret = {.id_type = statement_text(row, 2)};
    char number[SECRET_BYTES_MAX], about_bytes[ABOUT_MAX], hash[LOOKUP_TEXT_MAX];

    return key_reveal(key, key_id, statement_text(row, 4),
                      about(person_id, kind, secret.id_type, about_bytes), number, &secret.number,
                      NULL) == BERM_OK &&
           lookup(key, key_id, kind, &secret, hash, NULL) == BERM_OK &&
           text_equal(text_of(hash), statement_text(row, 5));
}

enum berm_status vault_examine(struct store *store, const struct key_file *key, int64_t *ret_count,
                               int64_t *ret_bad, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t count = 0, bad = 0;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_SECRET_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    for (; has_row; count++) {
        bad += key != NULL && !is_row_sound(key, list);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_count = count;
    *ret_bad = bad;
    return BERM_OK;
}

/* ---- Rotation -------------------------------------------------------------------------------- */

static enum berm_status rekey_row(const struct key_file *key, struct text key_id,
                                  struct statement *row, struct statement *rekey,
                                  struct statement *enter, struct berm_error *err)
{
    int64_t person_id = statement_int64(row, 0);
    struct text kind = statement_text(row, 1);
    struct secret secret = {.id_type = statement_text(row, 2)};
    char number[SECRET_BYTES_MAX], about_bytes[ABOUT_MAX], hash[LOOKUP_TEXT_MAX];
    char sealed[SEALED_TEXT_MAX];
    struct text what = about(person_id, kind, secret.id_type, about_bytes);

    TRY(key_reveal(key, statement_text(row, 3), statement_text(row, 4), what, number,
                   &secret.number, err));
    TRY(lookup(key, key_id, kind, &secret, hash, err));
    TRY(key_protect(key, key_id, secret.number, what, sealed, err));
    statement_bind_int64(rekey, SECRET_REKEY__PERSON_ID, person_id);
    statement_bind_text(rekey, SECRET_REKEY__KIND, kind);
    statement_bind_text(rekey, SECRET_REKEY__KEY_ID, key_id);
    statement_bind_text(rekey, SECRET_REKEY__SEALED, text_of(sealed));
    statement_bind_text(rekey, SECRET_REKEY__LOOKUP, text_of(hash));
    TRY(statement_queue(rekey, err));
    return text_equal(kind, text_of(KIND_NAMES[SECRET_ID_NUMBER]))
               ? enter_id_number(enter, text_of(hash), person_id, err)
               : BERM_OK;
}

/* The hashes change with the key, so that all are entered anew: which also mends what is amiss. */
static enum berm_status rekey_all(struct store *store, const struct key_file *key,
                                  struct text key_id, int64_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *rekey = NULL;
    CLEANUP(statement_closep) struct statement *enter = NULL;
    CLEANUP(statement_closep) struct statement *clear = NULL;
    bool has_row;

    *ret_count = 0;
    TRY(statement_prepare(store, STATEMENT_SECRET_LIST, &list, err));
    TRY(statement_prepare(store, STATEMENT_SECRET_REKEY, &rekey, err));
    TRY(statement_prepare(store, STATEMENT_ID_LOOKUP_INSERT, &enter, err));
    TRY(statement_prepare(store, STATEMENT_ID_LOOKUP_CLEAR, &clear, err));
    TRY(statement_run(clear, err));
    TRY(statement_step(list, &has_row, err));
    for (; has_row; ++*ret_count) {
        TRY(rekey_row(key, key_id, list, rekey, enter, err));
        TRY(statement_step(list, &has_row, err));
    }
    return setting_write(store, KEY_SETTING, key_id, err);
}

enum berm_status vault_rotate(struct store *store, struct key_file *key, const char *path,
                              const struct actor *actor, int64_t *ret_count, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    char details[64];
    struct text key_id;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(key_file_add_protect(key, path, err));
    key_id = key_newest_protect_id(key);
    TRY(rekey_all(store, key, key_id, ret_count, err));
    snprintf(details, sizeof details, "{\"secrets\":%lld}", (long long)*ret_count);
    TRY(journal_write(store,
                      &(struct journal_entry){.actor = *actor,
                                              .action = TEXT("rotate_key"),
                                              .subject = key_id,
                                              .details = text_of(details)},
                      err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}
