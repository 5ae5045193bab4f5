/* What the files of the journal share. Private to service. */
#ifndef SERVICE_JOURNAL_PRIVATE_H
#define SERVICE_JOURNAL_PRIVATE_H

#include "service/service.h"

/* ---- canonical.c: the bytes that are hashed -------------------------------------------------- */

/** "LENGTH:bytes,": no two lists of texts give the same bytes. */
void canonical_text(struct digest *digest, struct text text);
void canonical_int64(struct digest *digest, int64_t value);

/** The hash of an entry at its place in the chain. previous: the hash before; empty at the first.
 */
MUST_USE enum berm_status seal_hash(int64_t sequence, struct text previous,
                                    const struct journal_entry *entry, char out[DIGEST_TEXT_MAX],
                                    struct berm_error *err);

enum { SEAL_MESSAGE_MAX = 128 };
/** What is signed for a seal. */
struct text seal_message(int64_t sequence, struct text hash, char out[SEAL_MESSAGE_MAX]);

/** The digest of a change_row's fields. */
MUST_USE enum berm_status row_digest(struct text salt, struct text fields,
                                     char out[DIGEST_TEXT_MAX], struct berm_error *err);
/** Add a row to its change's digest. */
void row_add_to(struct digest *digest, int64_t row_number, struct text entity, int64_t entity_id,
                struct text key, struct text row_digest_text);
/** Add a change's own fields, which come last, and finish. BERM_NOT_FOUND where it is gone. */
MUST_USE enum berm_status change_head_digest(struct store *store, int64_t change_id,
                                             struct digest *digest, char out[DIGEST_TEXT_MAX],
                                             struct berm_error *err);
/** A digest that has begun with what it is of. */
MUST_USE enum berm_status digest_begin(const char *what, struct digest **ret_digest,
                                       struct berm_error *err);

/* ---- entry.c --------------------------------------------------------------------------------- */

/** journal_write, and the id that the entry got. */
MUST_USE enum berm_status entry_write(struct store *store, const struct journal_entry *entry,
                                      int64_t *ret_journal_id, struct berm_error *err);
/** The columns of journal_walk, journal_unsealed and journal_chain. Texts: good until the next
 * step. */
struct journal_entry entry_of_row(struct statement *row);

/* ---- seal.c ---------------------------------------------------------------------------------- */

/** Where the chain ends: the next seal goes on from here. */
struct chain_end {
    int64_t sequence;
    char hash[DIGEST_TEXT_MAX]; /* empty at the beginning */
};

/** Inside a writing transaction and before anything else that sealing reads: nobody else seals
 * until it is over. */
MUST_USE enum berm_status chain_lock(struct store *store, struct chain_end *ret_end,
                                     struct berm_error *err);
/** Remember the public key that the journal is sealed with from now on, and write the entry that
 * says so. */
MUST_USE enum berm_status seal_adopt_key(struct store *store, struct text public_key,
                                         const struct actor *actor, int64_t *ret_journal_id,
                                         struct berm_error *err);
struct sealing {
    struct store *store;
    const struct key_file *key;
    struct text public_key; /* whose signature the seals get */
    char public_key_bytes[PUBLIC_KEY_TEXT_MAX];
    struct chain_end end; /* of chain_lock */
    int64_t sealed;       /* so far */
};
/** Seal one entry that waits, or all (only_id 0), in the order of their ids. */
MUST_USE enum berm_status seal_waiting(struct sealing *sealing, int64_t only_id,
                                       struct berm_error *err);

/* ---- rotate.c -------------------------------------------------------------------------------- */

/** The action of an entry that names the next key, and is the last that the old key seals. */
extern const char ROTATE_SIGNING_KEY[];
/** One of such an entry's public keys: "previous" or "public_key"; empty where there is none. */
struct text rotation_key(struct text details, const char *name);

/* ---- checkpoint.c ---------------------------------------------------------------------------- */

struct checkpoint {
    struct buffer content;
    int64_t sequence;
    struct text register_id, hash, public_key; /* in content */
};
void checkpoint_close(struct checkpoint *checkpoint);
/** Read a checkpoint and check its own signature. BERM_INVALID_INPUT. */
MUST_USE enum berm_status checkpoint_read(const char *path, struct checkpoint *ret_checkpoint,
                                          struct berm_error *err);

/* ---- verify*.c ------------------------------------------------------------------------------- */

struct verifier {
    struct store *store;
    const struct journal_verify_options *options;
    const struct checkpoint *checkpoint;      /* NULL: none was given */
    char remembered_key[PUBLIC_KEY_TEXT_MAX]; /* what the register says it is sealed with */
    char public_key[PUBLIC_KEY_TEXT_MAX];     /* that the next seal must be of; empty: none */
    bool is_key_unused;                       /* the key was changed and has made no seal yet */
    bool has_trusted_seal;                    /* a key from outside made a seal */
    bool is_checkpoint_key; /* the checkpoint's seal is of the key that signed the checkpoint */
    struct journal_verdict verdict;
    int64_t gapless_id; /* up to this entry the ids leave no gap */
    int64_t older_change_id,
        older_run_id; /* from the first entry: up to here nothing is recorded */
};
void verify_fault(struct verifier *verifier, const char *kind, int64_t journal_id,
                  const char *format, ...) PRINTF_LIKE(4, 5);
/** The key that the first seal must be of. */
MUST_USE enum berm_status verify_choose_first_key(struct verifier *verifier,
                                                  struct berm_error *err);
/** A row of journal_chain: was it sealed with the key whose turn it is? Follows a change of key. */
void verify_seal_key(struct verifier *verifier, struct statement *row);
/** Is the last key the register's, and was a key from outside among them? */
void verify_last_key(struct verifier *verifier);
MUST_USE enum berm_status verify_checkpoint(struct verifier *verifier, struct berm_error *err);
/** Every entry's digest against the change or run that it records, and the other way round. */
MUST_USE enum berm_status verify_record(struct verifier *verifier,
                                        const struct journal_entry *entry, struct berm_error *err);
MUST_USE enum berm_status verify_all_recorded(struct verifier *verifier, struct berm_error *err);

#endif
