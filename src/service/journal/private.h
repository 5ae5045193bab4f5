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

/** The columns of journal_list, journal_unsealed and journal_chain. Texts: good until the next
 * step. */
struct journal_entry entry_of_row(struct statement *row);

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
    struct text public_key; /* that seals are checked with; empty: none */
    struct journal_verdict verdict;
    int64_t last_sealed_id;
    int64_t older_change_id,
        older_run_id; /* from the first entry: up to here nothing is recorded */
};
void verify_fault(struct verifier *verifier, const char *kind, int64_t journal_id,
                  const char *format, ...) PRINTF_LIKE(4, 5);
/** Every entry's digest against the change or run that it records, and the other way round. */
MUST_USE enum berm_status verify_record(struct verifier *verifier,
                                        const struct journal_entry *entry, struct berm_error *err);
MUST_USE enum berm_status verify_all_recorded(struct verifier *verifier, struct berm_error *err);

#endif
