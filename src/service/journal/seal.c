/*
 * The sealer. It gives every entry that waits its place behind the last, in the order of their ids;
 * an entry that other writers made visible later than its neighbours comes with the next sealing.
 * Each server seals what it finds, so there is no office to hand over when one of them dies: one at
 * a time holds the row of journal_end, to the end of its transaction. Sealing is a transaction of
 * its own: a change is never lost because the key is away, it is only not sealed yet.
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
                                const struct actor *actor, int64_t *ret_journal_id,
                                struct berm_error *err)
{
    char key_id[KEY_ID_TEXT_MAX];

    TRY(setting_write(store, PUBLIC_KEY_SETTING, public_key, err));
    return entry_write(store,
                       &(struct journal_entry){.actor = *actor,
                                               .action = TEXT("adopt_key"),
                                               .subject = key_id_of(public_key, key_id)},
                       ret_journal_id, err);
}

/* Seals that were cut off leave their numbers unused, so that it stays visible that they were
 * there.
 */
enum berm_status chain_lock(struct store *store, struct chain_end *ret_end, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *lock = NULL;
    CLEANUP(statement_closep) struct statement *last = NULL;
    struct chain_end end = {0};
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_JOURNAL_END_LOCK, &lock, err));
    TRY(statement_step(lock, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_CORRUPT,
                         "the register does not know where its journal's chain ends; run berm "
                         "journal verify and restore it from a backup");
    end.sequence = statement_int64(lock, 0);
    TRY(statement_prepare(store, STATEMENT_JOURNAL_SEAL_LAST, &last, err));
    TRY(statement_step(last, &has_row, err));
    if (has_row) {
        if (statement_text(last, 1).length != DIGEST_TEXT_MAX - 1)
            return fail_with(err, BERM_CORRUPT,
                             "the journal's last seal is damaged; run berm journal verify");
        memcpy(end.hash, statement_text(last, 1).bytes, DIGEST_TEXT_MAX - 1);
        if (statement_int64(last, 0) > end.sequence)
            end.sequence = statement_int64(last, 0);
    }
    *ret_end = end;
    return BERM_OK;
}

static enum berm_status seal_entry(struct sealing *sealing, struct statement *insert,
                                   const struct journal_entry *entry, struct berm_error *err)
{
    char hash[DIGEST_TEXT_MAX], signature[SIGNATURE_TEXT_MAX], message[SEAL_MESSAGE_MAX];
    char key_id[KEY_ID_TEXT_MAX];
    struct chain_end *end = &sealing->end;

    end->sequence++;
    TRY(seal_hash(end->sequence, text_of(end->hash), entry, hash, err));
    memcpy(end->hash, hash, sizeof hash);
    key_sign(sealing->key, sealing->public_key, seal_message(end->sequence, text_of(hash), message),
             signature);
    statement_bind_int64(insert, JOURNAL_SEAL_INSERT__SEQUENCE, end->sequence);
    statement_bind_int64(insert, JOURNAL_SEAL_INSERT__JOURNAL_ID, entry->journal_id);
    statement_bind_text(insert, JOURNAL_SEAL_INSERT__HASH, text_of(hash));
    statement_bind_text(insert, JOURNAL_SEAL_INSERT__KEY_ID,
                        key_id_of(sealing->public_key, key_id));
    statement_bind_text(insert, JOURNAL_SEAL_INSERT__SIGNATURE, text_of(signature));
    TRY(statement_run(insert, err));
    sealing->sealed++;
    return BERM_OK;
}

/* The entries that were sealed wait no more, and the chain ends behind them. */
static enum berm_status keep_end(const struct sealing *sealing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *clear = NULL;
    CLEANUP(statement_closep) struct statement *set = NULL;

    TRY(statement_prepare(sealing->store, STATEMENT_JOURNAL_UNSEALED_CLEAR, &clear, err));
    TRY(statement_run(clear, err));
    TRY(statement_prepare(sealing->store, STATEMENT_JOURNAL_END_SET, &set, err));
    statement_bind_int64(set, JOURNAL_END_SET__SEQUENCE, sealing->end.sequence);
    return statement_run(set, err);
}

enum berm_status seal_waiting(struct sealing *sealing, int64_t only_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    bool has_row;

    TRY(statement_prepare(sealing->store, STATEMENT_JOURNAL_SEAL_INSERT, &insert, err));
    TRY(statement_prepare(sealing->store, STATEMENT_JOURNAL_UNSEALED, &list, err));
    statement_bind_int64(list, JOURNAL_UNSEALED__ONLY_ID, only_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct journal_entry entry = entry_of_row(list);

        TRY(seal_entry(sealing, insert, &entry, err));
        TRY(statement_step(list, &has_row, err));
    }
    return keep_end(sealing, err);
}

/* Whether there is anything to do, without a lock: a server asks every second. */
static enum berm_status is_anything_waiting(struct store *store, bool *ret_is_waiting,
                                            struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *any = NULL;

    TRY(statement_prepare(store, STATEMENT_JOURNAL_UNSEALED_ANY, &any, err));
    return statement_step(any, ret_is_waiting, err);
}

/* The key is looked at behind the lock: of two that seal a register for the first time, with keys
 * of their own, the second finds the first one's. */
static enum berm_status seal_in_transaction(struct sealing *sealing, const struct actor *actor,
                                            struct berm_error *err)
{
    int64_t journal_id;

    TRY(chain_lock(sealing->store, &sealing->end, err));
    TRY(journal_check_key(sealing->store, sealing->key, err));
    TRY(journal_public_key(sealing->store, sealing->public_key_bytes, &sealing->public_key, err));
    if (sealing->public_key.length == 0) {
        /* The first seal of a register: from now on it knows its key, and the journal says so. */
        sealing->public_key = key_newest_public(sealing->key);
        TRY(seal_adopt_key(sealing->store, sealing->public_key, actor, &journal_id, err));
    }
    return seal_waiting(sealing, 0, err);
}

enum berm_status journal_seal(struct store *store, const struct key_file *key,
                              const struct actor *actor, int64_t *ret_sealed,
                              struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct sealing sealing = {.store = store, .key = key};
    bool is_waiting;

    TRY(journal_check_key(store, key, err));
    TRY(is_anything_waiting(store, &is_waiting, err));
    if (is_waiting) {
        TRY(store_begin(store, err));
        transaction = store;
        TRY(seal_in_transaction(&sealing, actor, err));
        TRY(store_commit(store, err));
        transaction = NULL;
    }
    *ret_sealed = sealing.sealed;
    return BERM_OK;
}
