/*
 * Whose seals they are. Who can write the database could put in a key of their own and sign
 * everything anew. So a key is taken from outside: those of the key file at hand, else the
 * checkpoint's; only without either the register's own word is believed, and the verdict says so.
 *
 * The key may have changed on the way (rotate.c). The walk begins with the key that the register
 * says was the first and follows each change that the key before has signed. What makes that safe
 * is that a key from outside must have made a seal: all before it is bound by the hash that it
 * signed, and all behind it by the keys that it named.
 */
#include "service/journal/private.h"

#include <string.h>

static void set_key(struct verifier *verifier, struct text public_key)
{
    size_t length = public_key.length < PUBLIC_KEY_TEXT_MAX ? public_key.length : 0;

    if (length > 0)
        memcpy(verifier->public_key, public_key.bytes, length);
    verifier->public_key[length] = 0;
}

static bool is_from_outside(const struct verifier *verifier)
{
    return verifier->options->key != NULL || verifier->checkpoint != NULL;
}

static bool is_trusted(const struct verifier *verifier, struct text public_key)
{
    if (verifier->options->key)
        return key_has_public(verifier->options->key, public_key);
    return verifier->checkpoint && text_equal(verifier->checkpoint->public_key, public_key);
}

/* The key that the register was sealed with before it was changed for the first time. */
static enum berm_status read_first_rotated(struct verifier *verifier, bool *ret_is_rotated,
                                           struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *first = NULL;

    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_FIRST_ROTATION, &first, err));
    statement_bind_text(first, JOURNAL_FIRST_ROTATION__ACTION, text_of(ROTATE_SIGNING_KEY));
    TRY(statement_step(first, ret_is_rotated, err));
    if (*ret_is_rotated)
        set_key(verifier, rotation_key(statement_text(first, 0), "previous"));
    return BERM_OK;
}

enum berm_status verify_choose_first_key(struct verifier *verifier, struct berm_error *err)
{
    const struct key_file *key = verifier->options->key;
    struct text remembered;
    bool is_rotated;

    TRY(journal_public_key(verifier->store, verifier->remembered_key, &remembered, err));
    verifier->verdict.is_key_trusted = is_from_outside(verifier);
    if (remembered.length > 0)
        key_id_of(remembered, verifier->verdict.key_id);
    TRY(read_first_rotated(verifier, &is_rotated, err));
    if (is_rotated)
        return BERM_OK;
    if (!is_from_outside(verifier) || is_trusted(verifier, remembered))
        set_key(verifier, remembered);
    else
        set_key(verifier, key ? key_newest_public(key) : verifier->checkpoint->public_key);
    return BERM_OK;
}

/* An entry that changes the key: from here on the one that it names. */
static void follow(struct verifier *verifier, const struct journal_entry *entry, bool is_signed)
{
    struct text next = rotation_key(entry->details, "public_key");

    if (!is_signed)
        verify_fault(verifier, "key", entry->journal_id,
                     "entry %lld changes the key, and the key before did not sign that",
                     (long long)entry->journal_id);
    else if (next.length == 0 ||
             !text_equal(rotation_key(entry->details, "previous"), text_of(verifier->public_key)))
        verify_fault(verifier, "key", entry->journal_id,
                     "entry %lld changes the key, and does not name the keys before and behind it",
                     (long long)entry->journal_id);
    set_key(verifier, next);
    verifier->verdict.rotations++;
    verifier->is_key_unused = true;
}

void verify_seal_key(struct verifier *verifier, struct statement *row)
{
    int64_t sequence = statement_int64(row, 12), journal_id = statement_int64(row, 13);
    struct text hash = statement_text(row, 14), key = text_of(verifier->public_key);
    char message[SEAL_MESSAGE_MAX], key_id[KEY_ID_TEXT_MAX];
    bool is_signed =
        hash.length == DIGEST_TEXT_MAX - 1 &&
        key_verify(key, seal_message(sequence, hash, message), statement_text(row, 16));

    if (!is_signed)
        verify_fault(verifier, "signature", journal_id,
                     "the seal %lld of entry %lld was not made with the key", (long long)sequence,
                     (long long)journal_id);
    else if (!text_equal(statement_text(row, 15), key_id_of(key, key_id)))
        verify_fault(verifier, "key", journal_id,
                     "the seal %lld of entry %lld names the key %.*s, and was made with %s",
                     (long long)sequence, (long long)journal_id, TEXT_ARG(statement_text(row, 15)),
                     key_id);
    verifier->is_key_unused = false;
    verifier->has_trusted_seal |= is_signed && is_trusted(verifier, key);
    if (verifier->checkpoint && verifier->checkpoint->sequence == sequence)
        verifier->is_checkpoint_key = text_equal(key, verifier->checkpoint->public_key);
    if (!statement_is_null(row, 0) &&
        text_equal(statement_text(row, 5), text_of(ROTATE_SIGNING_KEY))) {
        struct journal_entry entry = entry_of_row(row);

        follow(verifier, &entry, is_signed);
    }
}

void verify_last_key(struct verifier *verifier)
{
    const struct key_file *key = verifier->options->key;
    struct text remembered = text_of(verifier->remembered_key);

    if (remembered.length > 0 && !text_equal(remembered, text_of(verifier->public_key)))
        verify_fault(verifier, "key", 0,
                     "the register says that its journal is sealed with the key %s, which is not "
                     "the one %s",
                     verifier->verdict.key_id,
                     verifier->verdict.rotations > 0 ? "that its chain ends with" : "given");
    if (verifier->verdict.rotations > 0 && is_from_outside(verifier) && !verifier->has_trusted_seal)
        verify_fault(verifier, "key", 0, "not one seal was made with the key given");
    if (verifier->is_key_unused)
        verify_fault(verifier, "truncated", 0,
                     "the chain ends where the key was changed: what the new key sealed was cut "
                     "off");
    verifier->verdict.is_key_old = key && remembered.length > 0 &&
                                   key_has_public(key, remembered) &&
                                   !text_equal(remembered, key_newest_public(key));
}

enum berm_status verify_checkpoint(struct verifier *verifier, struct berm_error *err)
{
    const struct checkpoint *checkpoint = verifier->checkpoint;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(statement_closep) struct statement *at = NULL;
    struct text register_id;
    bool has_row;

    TRY(arena_create(1 << 16, &arena, err));
    TRY(setting_read(verifier->store, "register_id", arena, &register_id, err));
    if (!text_equal(register_id, checkpoint->register_id))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the checkpoint %s is of another register; give one of this register",
                         verifier->options->checkpoint_path);
    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_SEAL_AT, &at, err));
    statement_bind_int64(at, JOURNAL_SEAL_AT__SEQUENCE, checkpoint->sequence);
    TRY(statement_step(at, &has_row, err));
    if (!has_row) {
        verify_fault(verifier, "truncated", 0,
                     "the chain had %lld seals when the checkpoint was made and lacks that one "
                     "now: its end was cut off",
                     (long long)checkpoint->sequence);
        return BERM_OK;
    }
    if (!verifier->is_checkpoint_key)
        verify_fault(verifier, "key", 0, "the checkpoint was signed with another key");
    if (!text_equal(statement_text(at, 0), checkpoint->hash))
        verify_fault(verifier, "changed", 0,
                     "seal %lld is not the one of the checkpoint: the chain was written anew",
                     (long long)checkpoint->sequence);
    return BERM_OK;
}
