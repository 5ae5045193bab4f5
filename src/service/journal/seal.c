/*
 * The sealer. It takes the write lock, so that the order of ids is the order of commits, and gives
 * every entry without a seal its place behind the last. Sealing is a transaction of its own: a
 * change is never lost because the key is away, it is only not sealed yet.
 */
#include "service/journal/private.h"

#include <string.h>

static const char PUBLIC_KEY_SETTING[] = "journal_public_key";

enum berm_status journal_public_key(struct store *store, char out[PUBLIC_KEY_TEXT_MAX],
                                    struct text *ret_public_key, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *get = NULL;
    struct text value = {0};
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_SETTING_GET, &get, err));
    statement_bind_text(get, SETTING_GET__NAME, text_of(PUBLIC_KEY_SETTING));
    TRY(statement_step(get, &has_row, err));
    if (has_row)
        value = statement_text(get, 0);
    if (value.length >= PUBLIC_KEY_TEXT_MAX)
        return fail_with(err, BERM_CORRUPT,
                         "the register's remembered public key is none; restore the register from "
                         "a backup");
    if (value.length > 0)
        memcpy(out, value.bytes, value.length);
    out[value.length] = 0;
    *ret_public_key = (struct text){out, value.length};
    return BERM_OK;
}

enum berm_status journal_check_key(struct store *store, const struct key_file *key,
                                   struct berm_error *err)
{
    char bytes[PUBLIC_KEY_TEXT_MAX], known_id[KEY_ID_TEXT_MAX], given_id[KEY_ID_TEXT_MAX];
    struct text known;

    TRY(journal_public_key(store, bytes, &known, err));
    if (known.length == 0 || key_has_public(key, known))
        return BERM_OK;
    key_id_of(known, known_id);
    key_id_of(key_newest_public(key), given_id);
    return fail_with(err, BERM_CONFLICT,
                     "the journal of this register is sealed with the key %s, and the key file "
                     "holds %s; give the register's own key file",
                     known_id, given_id);
}

enum berm_status seal_adopt_key(struct store *store, struct text public_key,
                                const struct actor *actor, struct berm_error *err)
{
    char key_id[KEY_ID_TEXT_MAX];

    TRY(setting_write(store, PUBLIC_KEY_SETTING, public_key, err));
    return journal_write(store,
                         &(struct journal_entry){.actor = *actor,
                                                 .action = TEXT("adopt_key"),
                                                 .subject = key_id_of(public_key, key_id)},
                         err);
}

struct chain_end {
    int64_t sequence, journal_id;
    char hash[DIGEST_TEXT_MAX]; /* empty at the beginning */
};

static enum berm_status read_end(struct store *store, struct chain_end *ret_end,
                                 struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *last = NULL;
    bool has_row;

    *ret_end = (struct chain_end){0};
    TRY(statement_prepare(store, STATEMENT_JOURNAL_SEAL_LAST, &last, err));
    TRY(statement_step(last, &has_row, err));
    if (!has_row)
        return BERM_OK;
    ret_end->sequence = statement_int64(last, 0);
    ret_end->journal_id = statement_int64(last, 1);
    if (statement_text(last, 2).length != DIGEST_TEXT_MAX - 1)
        return fail_with(err, BERM_CORRUPT,
                         "the journal's last seal is damaged; run berm journal verify");
    memcpy(ret_end->hash, statement_text(last, 2).bytes, DIGEST_TEXT_MAX - 1);
    return BERM_OK;
}

static enum berm_status seal_entry(struct statement *insert, const struct key_file *key,
                                   struct text public_key, const struct journal_entry *entry,
                                   struct chain_end *end, struct berm_error *err)
{
    char hash[DIGEST_TEXT_MAX], signature[SIGNATURE_TEXT_MAX], message[SEAL_MESSAGE_MAX];
    char key_id[KEY_ID_TEXT_MAX];

    end->sequence++;
    TRY(seal_hash(end->sequence, text_of(end->hash), entry, hash, err));
    memcpy(end->hash, hash, sizeof hash);
    key_sign(key, public_key, seal_message(end->sequence, text_of(hash), message), signature);
    statement_bind_int64(insert, JOURNAL_SEAL_INSERT__SEQUENCE, end->sequence);
    statement_bind_int64(insert, JOURNAL_SEAL_INSERT__JOURNAL_ID, entry->journal_id);
    statement_bind_text(insert, JOURNAL_SEAL_INSERT__HASH, text_of(hash));
    statement_bind_text(insert, JOURNAL_SEAL_INSERT__KEY_ID, key_id_of(public_key, key_id));
    statement_bind_text(insert, JOURNAL_SEAL_INSERT__SIGNATURE, text_of(signature));
    return statement_run(insert, err);
}

enum berm_status seal_waiting(struct store *store, const struct key_file *key,
                              struct text public_key, int64_t *ret_sealed, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct chain_end end;
    int64_t sealed = 0;
    bool has_row;

    TRY(read_end(store, &end, err));
    TRY(statement_prepare(store, STATEMENT_JOURNAL_SEAL_INSERT, &insert, err));
    TRY(statement_prepare(store, STATEMENT_JOURNAL_UNSEALED, &list, err));
    statement_bind_int64(list, JOURNAL_UNSEALED__LAST_SEALED, end.journal_id);
    TRY(statement_step(list, &has_row, err));
    for (; has_row; sealed++) {
        struct journal_entry entry = entry_of_row(list);

        TRY(seal_entry(insert, key, public_key, &entry, &end, err));
        TRY(statement_step(list, &has_row, err));
    }
    *ret_sealed = sealed;
    return BERM_OK;
}

enum berm_status journal_seal(struct store *store, const struct key_file *key,
                              const struct actor *actor, int64_t *ret_sealed,
                              struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    char bytes[PUBLIC_KEY_TEXT_MAX];
    struct text public_key;
    int64_t sealed;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(journal_check_key(store, key, err));
    TRY(journal_public_key(store, bytes, &public_key, err));
    if (public_key.length == 0) {
        /* The first seal of a register: from now on it knows its key, and the journal says so. */
        public_key = key_newest_public(key);
        TRY(seal_adopt_key(store, public_key, actor, err));
    }
    TRY(seal_waiting(store, key, public_key, &sealed, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    *ret_sealed = sealed;
    return BERM_OK;
}
