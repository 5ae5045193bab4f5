/* What the files of the keys share. Private to service. */
#ifndef SERVICE_KEY_PRIVATE_H
#define SERVICE_KEY_PRIVATE_H

#include <sodium.h>

#include "service/key.h"

enum { SIGN_KEYS_MAX = 64, PROTECT_KEYS_MAX = 64, PROTECT_MASTER_BYTES = crypto_kdf_KEYBYTES };

struct sign_key {
    unsigned char seed[crypto_sign_SEEDBYTES];
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    char public_key[PUBLIC_KEY_TEXT_MAX];
};

/** One master, of which the two keys are derived. */
struct protect_key {
    char id[PROTECT_ID_TEXT_MAX];
    unsigned char master[PROTECT_MASTER_BYTES];
    unsigned char encryption[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
    unsigned char lookup[crypto_generichash_KEYBYTES];
};

struct key_file {
    struct sign_key sign[SIGN_KEYS_MAX]; /* oldest first, at least one */
    size_t sign_count;
    struct protect_key protect[PROTECT_KEYS_MAX]; /* oldest first */
    size_t protect_count;
};

/** Fill in what follows from the seed. */
void sign_key_derive(struct sign_key *sign);
/** A new random one behind the others. BERM_LIMIT. */
MUST_USE enum berm_status sign_key_add(struct key_file *key, struct berm_error *err);
void protect_key_derive(struct protect_key *protect);
/** A new random one behind the others. BERM_LIMIT. */
MUST_USE enum berm_status protect_key_add(struct key_file *key, struct berm_error *err);

/** A whole key in hexadecimal; false where it is none. */
bool key_from_hex(struct text hex, unsigned char *out, size_t size);

#endif
