/*
 * Signing and verifying with Ed25519 by libsodium. Keys and signatures pass as hexadecimal digits,
 * because that is how they lie in the database and in files that people look at.
 */
#include "service/key/private.h"

#include "service/digest.h"

#include <string.h>

bool key_from_hex(struct text hex, unsigned char *out, size_t size)
{
    size_t length = 0;

    return hex.length == 2 * size &&
           sodium_hex2bin(out, size, hex.bytes, hex.length, NULL, &length, NULL) == 0 &&
           length == size;
}

void sign_key_derive(struct sign_key *sign)
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

    crypto_sign_seed_keypair(public_key, sign->secret, sign->seed);
    sodium_bin2hex(sign->public_key, sizeof sign->public_key, public_key, sizeof public_key);
}

enum berm_status sign_key_add(struct key_file *key, struct berm_error *err)
{
    struct sign_key *sign = &key->sign[key->sign_count];

    if (key->sign_count == SIGN_KEYS_MAX)
        return fail_with(err, BERM_LIMIT,
                         "the key file holds %d signing keys already; take out the oldest, which "
                         "only old backups need",
                         (int)SIGN_KEYS_MAX);
    randombytes_buf(sign->seed, sizeof sign->seed);
    sign_key_derive(sign);
    key->sign_count++;
    return BERM_OK;
}

static const struct sign_key *find(const struct key_file *key, struct text public_key)
{
    for (size_t s = 0; s < key->sign_count; s++)
        if (text_equal(text_of(key->sign[s].public_key), public_key))
            return &key->sign[s];
    return NULL;
}

struct text key_newest_public(const struct key_file *key)
{
    assert(key->sign_count > 0);
    return text_of(key->sign[key->sign_count - 1].public_key);
}

bool key_has_public(const struct key_file *key, struct text public_key)
{
    return find(key, public_key) != NULL;
}

struct text key_id_of(struct text public_key, char out[KEY_ID_TEXT_MAX])
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)public_key.bytes, public_key.length);
    sodium_bin2hex(out, KEY_ID_TEXT_MAX, hash, (KEY_ID_TEXT_MAX - 1) / 2);
    return (struct text){out, KEY_ID_TEXT_MAX - 1};
}

void key_sign(const struct key_file *key, struct text public_key, struct text message,
              char out[SIGNATURE_TEXT_MAX])
{
    const struct sign_key *sign = find(key, public_key);
    unsigned char signature[crypto_sign_BYTES];

    assert(sign != NULL);
    static_assert(sizeof signature * 2 + 1 == SIGNATURE_TEXT_MAX, "two digits a byte and the end");
    crypto_sign_detached(signature, NULL, (const unsigned char *)message.bytes, message.length,
                         sign->secret);
    sodium_bin2hex(out, SIGNATURE_TEXT_MAX, signature, sizeof signature);
}

bool key_verify(struct text public_key, struct text message, struct text signature)
{
    unsigned char key[crypto_sign_PUBLICKEYBYTES];
    unsigned char bytes[crypto_sign_BYTES];

    return key_from_hex(public_key, key, sizeof key) &&
           key_from_hex(signature, bytes, sizeof bytes) &&
           crypto_sign_verify_detached(bytes, (const unsigned char *)message.bytes, message.length,
                                       key) == 0;
}

struct text salt_make(char out[SALT_TEXT_MAX])
{
    unsigned char bytes[(SALT_TEXT_MAX - 1) / 2];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, SALT_TEXT_MAX, bytes, sizeof bytes);
    return (struct text){out, SALT_TEXT_MAX - 1};
}
