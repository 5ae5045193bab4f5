/*
 * Protecting secrets: XChaCha20-Poly1305 with a random nonce, and a keyed BLAKE2b by which an equal
 * secret is found again. Both keys are derived from one master, so that a rotation changes both: a
 * leaked lookup key would let anybody try all possible numbers.
 */
#include "service/key/private.h"

#include <string.h>

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SEALED_BYTES_MAX = NONCE_BYTES + SECRET_BYTES_MAX + TAG_BYTES,
};

static_assert(SEALED_TEXT_MAX == 2 * SEALED_BYTES_MAX + 1, "two digits a byte and the end");

void protect_key_derive(struct protect_key *protect)
{
    crypto_kdf_derive_from_key(protect->encryption, sizeof protect->encryption, 1, "bermsecr",
                               protect->master);
    crypto_kdf_derive_from_key(protect->lookup, sizeof protect->lookup, 2, "bermsecr",
                               protect->master);
}

enum berm_status protect_key_add(struct key_file *key, struct berm_error *err)
{
    struct protect_key *protect = &key->protect[key->protect_count];
    unsigned char id[(PROTECT_ID_TEXT_MAX - 1) / 2];

    if (key->protect_count == PROTECT_KEYS_MAX)
        return fail_with(err, BERM_LIMIT,
                         "the key file holds %d protecting keys already; take out the oldest, "
                         "which only old backups need",
                         (int)PROTECT_KEYS_MAX);
    randombytes_buf(id, sizeof id);
    randombytes_buf(protect->master, sizeof protect->master);
    sodium_bin2hex(protect->id, sizeof protect->id, id, sizeof id);
    protect_key_derive(protect);
    key->protect_count++;
    return BERM_OK;
}

struct text key_newest_protect_id(const struct key_file *key)
{
    return key->protect_count == 0 ? TEXT("") : text_of(key->protect[key->protect_count - 1].id);
}

static const struct protect_key *find(const struct key_file *key, struct text protect_id)
{
    for (size_t p = 0; p < key->protect_count; p++)
        if (text_equal(text_of(key->protect[p].id), protect_id))
            return &key->protect[p];
    return NULL;
}

bool key_has_protect(const struct key_file *key, struct text protect_id)
{
    return find(key, protect_id) != NULL;
}

static enum berm_status find_or_fail(const struct key_file *key, struct text protect_id,
                                     const struct protect_key **ret_protect, struct berm_error *err)
{
    *ret_protect = find(key, protect_id);
    if (*ret_protect == NULL)
        return fail_with(err, BERM_NOT_FOUND,
                         "the key file lacks the protecting key %.*s of this register; give the "
                         "register's own key file, or its newer copy",
                         TEXT_ARG(protect_id));
    return BERM_OK;
}

enum berm_status key_protect(const struct key_file *key, struct text protect_id, struct text secret,
                             struct text about, char out[SEALED_TEXT_MAX], struct berm_error *err)
{
    const struct protect_key *protect;
    unsigned char sealed[SEALED_BYTES_MAX];
    unsigned long long length = 0;

    TRY(find_or_fail(key, protect_id, &protect, err));
    if (secret.length > SECRET_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "a secret has at most %d bytes", (int)SECRET_BYTES_MAX);
    randombytes_buf(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + NONCE_BYTES, &length, (const unsigned char *)secret.bytes, secret.length,
        (const unsigned char *)about.bytes, about.length, NULL, sealed, protect->encryption);
    sodium_bin2hex(out, SEALED_TEXT_MAX, sealed, NONCE_BYTES + (size_t)length);
    return BERM_OK;
}

enum berm_status key_reveal(const struct key_file *key, struct text protect_id, struct text sealed,
                            struct text about, char out[SECRET_BYTES_MAX], struct text *ret_secret,
                            struct berm_error *err)
{
    const struct protect_key *protect;
    unsigned char bytes[SEALED_BYTES_MAX];
    size_t count = sealed.length / 2;
    unsigned long long length = 0;

    TRY(find_or_fail(key, protect_id, &protect, err));
    if (count < NONCE_BYTES + TAG_BYTES || count > sizeof bytes ||
        !key_from_hex(sealed, bytes, count) ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            (unsigned char *)out, &length, NULL, bytes + NONCE_BYTES, count - NONCE_BYTES,
            (const unsigned char *)about.bytes, about.length, bytes, protect->encryption) != 0)
        return fail_with(err, BERM_CORRUPT,
                         "a protected number was changed in the database; restore a backup");
    *ret_secret = (struct text){out, (size_t)length};
    return BERM_OK;
}

enum berm_status key_lookup(const struct key_file *key, struct text protect_id, struct text message,
                            char out[LOOKUP_TEXT_MAX], struct berm_error *err)
{
    const struct protect_key *protect;
    unsigned char hash[(LOOKUP_TEXT_MAX - 1) / 2];

    TRY(find_or_fail(key, protect_id, &protect, err));
    crypto_generichash(hash, sizeof hash, (const unsigned char *)message.bytes, message.length,
                       protect->lookup, sizeof protect->lookup);
    sodium_bin2hex(out, LOOKUP_TEXT_MAX, hash, sizeof hash);
    return BERM_OK;
}
