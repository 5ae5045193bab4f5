/*
 * The journal: who did what, in an order that cannot be changed unnoticed. Part of the service's
 * face; its files are in journal/.
 *
 * An entry is written in the transaction of what it records and holds digests instead of values. A
 * sealer then gives the entries their place in a chain of hashes and signs each with a key that
 * lies outside the database (key.h). docs/decisions/0005-journal-seal.md has the format.
 */
#ifndef SERVICE_JOURNAL_H
#define SERVICE_JOURNAL_H

#include "service/digest.h"
#include "service/key.h"
#include "store/store.h"

struct caller; /* access.h */

/** Who works with the register, through what, from where. */
struct actor {
    struct text name;
    struct text via;     /* "cli" */
    struct text address; /* on the network; empty: on this machine */
    struct text role;    /* those that allowed it, a blank between; empty: at the machine itself */
};

/* ---- Entries --------------------------------------------------------------------------------- */

struct journal_entry {
    int64_t journal_id; /* given by journal_write */
    struct text at;     /* the same */
    struct actor actor;
    struct text action;
    struct text subject;
    int64_t change_id; /* 0: none */
    int64_t run_id;    /* 0: none */
    struct text digest;
    struct text details; /* JSON; empty: {} */
};

/** Write an entry inside the transaction of what it records. It must hold no personal value. */
MUST_USE enum berm_status journal_write(struct store *store, const struct journal_entry *entry,
                                        struct berm_error *err);

/** The SHA-256 over a run's record as it stands. BERM_NOT_FOUND. */
MUST_USE enum berm_status journal_run_digest(struct store *store, int64_t run_id,
                                             char out[DIGEST_TEXT_MAX], struct berm_error *err);

/* ---- Changes of facts ------------------------------------------------------------------------ */

/** A change while it is made: its row in change, its rows in change_row, at last its entry. */
struct change {
    struct store *store;
    int64_t change_id;
    int64_t row_count;
    struct digest *digest; /* over the rows so far */
    struct statement *insert_row;
};

struct change_end {
    int64_t added, changed;
    struct text file_sha256; /* empty: no file */
    struct text action, subject, details;
};

/** Begin a change inside the writing transaction. via says what kind, such as "import flows". */
MUST_USE enum berm_status change_begin(struct store *store, const struct actor *actor,
                                       struct text via, struct text file_name,
                                       struct change *ret_change, struct berm_error *err);
/** Record what was replaced. fields: JSON {"field": [before, after], ...}. */
MUST_USE enum berm_status change_add_row(struct change *change, struct text entity,
                                         int64_t entity_id, struct text key, struct text fields,
                                         struct berm_error *err);
/** Write the counts and the journal's entry. */
MUST_USE enum berm_status change_finish(struct change *change, const struct actor *actor,
                                        const struct change_end *end, struct berm_error *err);
void change_close(struct change *change); /* for CLEANUP; a zeroed one is fine */

/* ---- Reading --------------------------------------------------------------------------------- */

/** sequence 0: not sealed yet. Texts are good during the call only. */
typedef enum berm_status journal_visitor(void *context, const struct journal_entry *entry,
                                         int64_t sequence, struct berm_error *err);
/** Texts: empty for any. */
struct journal_filter {
    struct text actor, action, subject;
    struct text from, to; /* instants or their beginnings, "2020-09-01"; both included */
    bool is_newest_first;
    int64_t after_id, before_id; /* entries between the two; 0: from the first, to the last */
    int64_t limit;               /* 0: none */
};
/** Is this a time for from and to? Empty is. BERM_INVALID_INPUT says how one is written. */
MUST_USE enum berm_status journal_time_check(struct text time, struct berm_error *err);
/**
 * Entries of the whole register for those who hold PERMISSION_JOURNAL_READ in all of it (list.c
 * says why); of others only what they did themselves.
 */
MUST_USE enum berm_status journal_list(struct store *store, const struct caller *caller,
                                       const struct journal_filter *filter, journal_visitor *visit,
                                       void *context, struct berm_error *err);

/* ---- Sealing --------------------------------------------------------------------------------- */

/** The public key that the register's journal is sealed with; empty before the first seal. */
MUST_USE enum berm_status journal_public_key(struct store *store, char out[PUBLIC_KEY_TEXT_MAX],
                                             struct text *ret_public_key, struct berm_error *err);
/** BERM_CONFLICT where the key file does not hold the key that the register's journal is sealed
 * with. */
MUST_USE enum berm_status journal_check_key(struct store *store, const struct key_file *key,
                                            struct berm_error *err);
/**
 * Number, chain and sign what is not sealed yet, in a transaction of its own. The first seal makes
 * the register remember the file's newest key, which is an entry too.
 * Errors  BERM_CONFLICT (another key), BERM_BUSY, BERM_IO.
 */
MUST_USE enum berm_status journal_seal(struct store *store, const struct key_file *key,
                                       const struct actor *actor, int64_t *ret_sealed,
                                       struct berm_error *err);

/**
 * Seal with a new key from now on: the key file at path gets one, unless it holds one that is newer
 * than the register's; an entry that names it is sealed with the old key, and the next one with the
 * new key. The file is written first, so that a crash leaves a key too many and never one too few.
 * Errors  as journal_seal; BERM_LIMIT (too many keys in the file).
 */
MUST_USE enum berm_status journal_rotate_key(struct store *store, struct key_file *key,
                                             const char *path, const struct actor *actor,
                                             char ret_key_id[KEY_ID_TEXT_MAX],
                                             struct berm_error *err);

/**
 * Append the chain's present end, signed, to out. PERMISSION_JOURNAL_READ in the whole register.
 * Errors  BERM_FORBIDDEN, BERM_CONFLICT (another key), BERM_NOT_FOUND (nothing is sealed yet).
 */
MUST_USE enum berm_status journal_checkpoint_text(struct store *store, const struct caller *caller,
                                                  const struct key_file *key, struct buffer *out,
                                                  int64_t *ret_sequence, struct berm_error *err);
/**
 * The same to a new file, to be kept where the register is not.
 * Errors  BERM_CONFLICT (the file is there; another key), BERM_NOT_FOUND (nothing is sealed yet).
 */
MUST_USE enum berm_status journal_checkpoint(struct store *store, const struct caller *caller,
                                             const struct key_file *key, const char *path,
                                             int64_t *ret_sequence, struct berm_error *err);

/* ---- Verifying ------------------------------------------------------------------------------- */

struct journal_fault {
    const char *kind;   /* "changed", "missing", "inserted", "reordered", "truncated", "signature",
                           "key", "record" */
    int64_t journal_id; /* 0: the journal as a whole */
    struct text what;   /* one sentence; good during the call only */
};
typedef void journal_fault_report(void *context, const struct journal_fault *fault);

struct journal_verify_options {
    const struct caller *caller; /* PERMISSION_JOURNAL_READ in the whole register; never NULL */
    const struct key_file *key;  /* NULL: the checkpoint's word, else the register's own */
    const char *checkpoint_path; /* NULL: none */
    journal_fault_report *report;
    void *context;
};

struct journal_verdict {
    int64_t entries, sealed, unsealed, faults;
    bool is_key_trusted;          /* false: the key was taken from the register itself */
    bool is_key_old;              /* the key file holds a newer one than the last that sealed */
    int64_t rotations;            /* how often the key was changed */
    char hash[DIGEST_TEXT_MAX];   /* of the last seal */
    char key_id[KEY_ID_TEXT_MAX]; /* empty: nothing was ever sealed */
};

/**
 * Look for every way in which the journal may have been tampered with; a fault is reported, not
 * returned. Runs in a read transaction of its own.
 * Errors  BERM_FORBIDDEN, BERM_INVALID_INPUT (the checkpoint file is none), BERM_IO.
 */
MUST_USE enum berm_status journal_verify(struct store *store,
                                         const struct journal_verify_options *options,
                                         struct journal_verdict *ret_verdict,
                                         struct berm_error *err);

#endif
