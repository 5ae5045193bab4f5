/*
 * The key file: what seals the journal and what protects secrets, kept outside the database. Part
 * of the service's face; its files are in key/.
 */
#ifndef SERVICE_KEY_H
#define SERVICE_KEY_H

#include "base/base.h"

enum {
    KEY_ID_TEXT_MAX = 17,     /* 16 hexadecimal digits of the public key's SHA-256 */
    PUBLIC_KEY_TEXT_MAX = 65, /* hexadecimal */
    SIGNATURE_TEXT_MAX = 129, /* hexadecimal */
    SALT_TEXT_MAX = 33,       /* hexadecimal */
};

struct key_file;

/**
 * Make a key file that only its owner may read.
 * Errors  BERM_CONFLICT (the file is there already: it is never overwritten), BERM_IO.
 */
MUST_USE enum berm_status key_file_create(const char *path, struct key_file **ret_key,
                                          struct berm_error *err);
/**
 * Read a key file. is_private: refuse one that others may read (the system's credentials are
 * guarded by their folder).
 * Errors  BERM_NOT_FOUND, BERM_INVALID_INPUT (no key file; others may read it), BERM_IO.
 */
MUST_USE enum berm_status key_file_read(const char *path, bool is_private,
                                        struct key_file **ret_key, struct berm_error *err);
void key_file_free(struct key_file *key); /* wipes the keys; NULL is fine */
void key_file_freep(struct key_file **key);

/** The public key that belongs to the newest signing key: 64 hexadecimal digits, as long as the
 * key. A register names the one that it is sealed with, which may be an older one. */
struct text key_newest_public(const struct key_file *key);
/** Does the file hold the signing key that this public key belongs to? */
bool key_has_public(const struct key_file *key, struct text public_key);
/** The fingerprint of a public key. */
struct text key_id_of(struct text public_key, char out[KEY_ID_TEXT_MAX]);

/** Sign with the key that the public key belongs to, which the file must hold. */
void key_sign(const struct key_file *key, struct text public_key, struct text message,
              char out[SIGNATURE_TEXT_MAX]);
/** false also where the public key or the signature is no such thing. */
bool key_verify(struct text public_key, struct text message, struct text signature);

/**
 * Add a new signing key to the file, which is replaced as a whole; the old keys stay in it, since
 * other registers and older backups are sealed with them.
 * Errors  BERM_LIMIT, BERM_IO.
 */
MUST_USE enum berm_status key_file_add_sign(struct key_file *key, const char *path,
                                            struct berm_error *err);

/* ---- Protecting keys: secrets of persons ----------------------------------------------------- */

enum {
    PROTECT_ID_TEXT_MAX = 9, /* hexadecimal */
    LOOKUP_TEXT_MAX = 65,    /* hexadecimal */
    SECRET_BYTES_MAX = 64,
    SEALED_TEXT_MAX = 2 * (24 + SECRET_BYTES_MAX + 16) + 1, /* hexadecimal */
};

/** The newest protecting key's id; empty where the file has none. */
struct text key_newest_protect_id(const struct key_file *key);
bool key_has_protect(const struct key_file *key, struct text protect_id);
/**
 * Encrypt a secret. about is authenticated with it: whose and what it is.
 * Errors  BERM_NOT_FOUND (the file has no such key), BERM_LIMIT.
 */
MUST_USE enum berm_status key_protect(const struct key_file *key, struct text protect_id,
                                      struct text secret, struct text about,
                                      char out[SEALED_TEXT_MAX], struct berm_error *err);
/** Errors: BERM_NOT_FOUND, BERM_CORRUPT (it was changed, or belongs to something else). */
MUST_USE enum berm_status key_reveal(const struct key_file *key, struct text protect_id,
                                     struct text sealed, struct text about,
                                     char out[SECRET_BYTES_MAX], struct text *ret_secret,
                                     struct berm_error *err);
/** The keyed hash by which a secret is found. */
MUST_USE enum berm_status key_lookup(const struct key_file *key, struct text protect_id,
                                     struct text message, char out[LOOKUP_TEXT_MAX],
                                     struct berm_error *err);
/**
 * Add a new protecting key to the file, which is replaced as a whole; the old keys stay in it,
 * since older backups need them.
 */
MUST_USE enum berm_status key_file_add_protect(struct key_file *key, const char *path,
                                               struct berm_error *err);

/** Random hexadecimal digits from the system. */
struct text salt_make(char out[SALT_TEXT_MAX]);

#endif
