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

struct text key_public(const struct key_file *key)
{
    return (struct text){key->public_key, PUBLIC_KEY_TEXT_MAX - 1};
}

struct text key_id_of(struct text public_key, char out[KEY_ID_TEXT_MAX])
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, (const unsigned char *)public_key.bytes, public_key.length);
    sodium_bin2hex(out, KEY_ID_TEXT_MAX, hash, (KEY_ID_TEXT_MAX - 1) / 2);
    return (struct text){out, KEY_ID_TEXT_MAX - 1};
}

void key_sign(const struct key_file *key, struct text message, char out[SIGNATURE_TEXT_MAX])
{
    unsigned char signature[crypto_sign_BYTES];

    static_assert(sizeof signature * 2 + 1 == SIGNATURE_TEXT_MAX, "two digits a byte and the end");
    crypto_sign_detached(signature, NULL, (const unsigned char *)message.bytes, message.length,
                         key->secret);
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
