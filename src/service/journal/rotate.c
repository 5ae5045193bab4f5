/*
 * A new signing key. The old key seals an entry that names the new one, so that who trusts the old
 * key can go on to the new; the new key seals the next entry at once, so that who trusts only the
 * new key has the whole chain up to there bound by a hash that it signed. Nobody who lacks the old
 * key can make the first of the two, and nobody who lacks the new one the second.
 */
#include "service/journal/private.h"

#include <stdio.h>

const char ROTATE_SIGNING_KEY[] = "rotate_signing_key";

struct text rotation_key(struct text details, const char *name)
{
    struct json_walk walk;
    struct text key, value;

    if (!json_walk_begin(details, '{', &walk))
        return (struct text){0};
    while (json_walk_member(&walk, &key, &value))
        if (text_equal(key, text_of(name)) && value.length == PUBLIC_KEY_TEXT_MAX - 1 + 2)
            return (struct text){value.bytes + 1, value.length - 2};
    return (struct text){0};
}

/* Both entries, each sealed before the next is written, and nothing between them. */
static enum berm_status change_over(struct sealing *sealing, struct text previous,
                                    const struct actor *actor, struct berm_error *err)
{
    struct text next = key_newest_public(sealing->key);
    char details[2 * PUBLIC_KEY_TEXT_MAX + 64], key_id[KEY_ID_TEXT_MAX];
    int64_t journal_id;

    snprintf(details, sizeof details, "{\"previous\":\"%.*s\",\"public_key\":\"%.*s\"}",
             TEXT_ARG(previous), TEXT_ARG(next));
    TRY(entry_write(sealing->store,
                    &(struct journal_entry){.actor = *actor,
                                            .action = text_of(ROTATE_SIGNING_KEY),
                                            .subject = key_id_of(next, key_id),
                                            .details = text_of(details)},
                    &journal_id, err));
    sealing->public_key = previous;
    TRY(seal_waiting(sealing, journal_id, err));
    TRY(seal_adopt_key(sealing->store, next, actor, &journal_id, err));
    sealing->public_key = next;
    return seal_waiting(sealing, journal_id, err);
}

enum berm_status journal_rotate_key(struct store *store, struct key_file *key, const char *path,
                                    const struct actor *actor, char ret_key_id[KEY_ID_TEXT_MAX],
                                    struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct sealing sealing = {.store = store, .key = key};
    char bytes[PUBLIC_KEY_TEXT_MAX];
    struct text previous;
    int64_t sealed;

    TRY(journal_seal(store, key, actor, &sealed, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(chain_lock(store, &sealing.end, err));
    TRY(journal_check_key(store, key, err));
    TRY(journal_public_key(store, bytes, &previous, err));
    if (text_equal(previous, key_newest_public(key)))
        TRY(key_file_add_sign(key, path, err));
    TRY(change_over(&sealing, previous, actor, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    key_id_of(key_newest_public(key), ret_key_id);
    return BERM_OK;
}
