/*
 * SHA-256 by libsodium. The state lies behind a pointer, so that the library's header stays inside
 * the service.
 */
#include "service/digest.h"

#include <sodium.h>
#include <stdlib.h>

struct digest {
    crypto_hash_sha256_state state;
};

enum berm_status digest_create(struct digest **ret_digest, struct berm_error *err)
{
    struct digest *digest = malloc(sizeof *digest);

    if (digest == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    crypto_hash_sha256_init(&digest->state);
    *ret_digest = digest;
    return BERM_OK;
}

void digest_free(struct digest *digest)
{
    free(digest);
}

void digest_freep(struct digest **digest)
{
    digest_free(*digest);
    *digest = NULL;
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
    crypto_hash_sha256_update(&digest->state, bytes, length);
}

struct text digest_finish(struct digest *digest, char out[DIGEST_TEXT_MAX])
{
    unsigned char hash[crypto_hash_sha256_BYTES];

    static_assert(sizeof hash * 2 + 1 == DIGEST_TEXT_MAX, "two digits a byte and the end");
    crypto_hash_sha256_final(&digest->state, hash);
    sodium_bin2hex(out, DIGEST_TEXT_MAX, hash, sizeof hash);
    return (struct text){out, DIGEST_TEXT_MAX - 1};
}

void digest_chain_add(struct digest_chain *chain, struct text piece)
{
    crypto_hash_sha256_state state;

    static_assert(sizeof chain->hash == crypto_hash_sha256_BYTES, "a link is one hash");
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, chain->hash, sizeof chain->hash);
    crypto_hash_sha256_update(&state, (const unsigned char *)piece.bytes, piece.length);
    crypto_hash_sha256_final(&state, chain->hash);
}

struct text digest_chain_text(const struct digest_chain *chain, char out[DIGEST_TEXT_MAX])
{
    sodium_bin2hex(out, DIGEST_TEXT_MAX, chain->hash, sizeof chain->hash);
    return (struct text){out, DIGEST_TEXT_MAX - 1};
}
