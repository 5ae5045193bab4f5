/*
 * Secrets of persons: official id numbers and bank accounts, encrypted in the database. Part of the
 * service's face; its files are in secret/.
 */
#ifndef SERVICE_SECRET_H
#define SERVICE_SECRET_H

#include "service/journal.h"

enum secret_kind { SECRET_ID_NUMBER, SECRET_BANK_ACCOUNT, SECRET_KIND_COUNT };

/** A number in its normalised form. length 0: none. */
struct secret {
    struct text id_type; /* bank accounts: empty */
    struct text number;
};

/** The register's secrets with the key at hand. */
struct vault;

/**
 * Open the vault; inside a writing transaction the first opening chooses the protecting key.
 * Owner   the caller; key must outlive it.
 * Errors  BERM_INVALID_INPUT (key is NULL, or holds no protecting key: the message says how to make
 *         one), BERM_NOT_FOUND (the key file lacks the register's present key).
 */
MUST_USE enum berm_status vault_open(struct store *store, const struct key_file *key,
                                     bool is_to_write, struct vault **ret_vault,
                                     struct berm_error *err);
void vault_close(struct vault *vault);
void vault_closep(struct vault **vault);

/** The code of the person with this id number, in arena; empty where there is none. */
MUST_USE enum berm_status vault_owner(struct vault *vault, const struct secret *secret,
                                      struct arena *arena, struct text *ret_code,
                                      struct berm_error *err);
struct vault_change {
    bool had_one, has_one, is_different;
};
/** Write a person's secret, or remove it where there is no number. */
MUST_USE enum berm_status vault_put(struct vault *vault, int64_t person_id, enum secret_kind kind,
                                    const struct secret *secret, int64_t change_id,
                                    struct vault_change *ret_change, struct berm_error *err);
/** Read a person's secret into arena. */
MUST_USE enum berm_status vault_read(struct vault *vault, int64_t person_id, enum secret_kind kind,
                                     struct arena *arena, struct secret *ret_secret,
                                     struct berm_error *err);

/** A secret as it lies sealed in a row that was read by other means. */
struct sealed_secret {
    int64_t person_id;
    enum secret_kind kind;
    struct text id_type; /* bank accounts: empty */
    struct text key_id, sealed;
};
/**
 * Open it. Owner: *ret_number is a slice of out. Errors: BERM_INVALID_INPUT (key is NULL),
 * BERM_NOT_FOUND (the key file lacks its key), BERM_CORRUPT. No message holds the number.
 */
MUST_USE enum berm_status secret_reveal(const struct key_file *key,
                                        const struct sealed_secret *secret,
                                        char out[SECRET_BYTES_MAX], struct text *ret_number,
                                        struct berm_error *err);

/** How many secrets there are, and how many do not open or are not found with the key. key NULL:
 * they are only counted. */
MUST_USE enum berm_status vault_examine(struct store *store, const struct key_file *key,
                                        int64_t *ret_count, int64_t *ret_bad,
                                        struct berm_error *err);

/**
 * Encrypt every secret anew under a key that is added to the key file at path, in one transaction
 * with its journal entry. The file is written first, so that a crash leaves everything readable.
 */
MUST_USE enum berm_status vault_rotate(struct store *store, struct key_file *key, const char *path,
                                       const struct actor *actor, int64_t *ret_count,
                                       struct berm_error *err);

#endif
