/* SHA-256 of bytes that come in pieces: the fingerprint of an imported file. Part of the service's
 * face. */
#ifndef SERVICE_DIGEST_H
#define SERVICE_DIGEST_H

#include "base/base.h"

enum { DIGEST_TEXT_MAX = 65 };

struct digest;

MUST_USE enum berm_status digest_create(struct digest **ret_digest, struct berm_error *err);
void digest_free(struct digest *digest);
void digest_freep(struct digest **digest);
void digest_add(struct digest *digest, const void *bytes, size_t length);
/** 64 hexadecimal digits. The digest takes no more bytes afterwards. */
struct text digest_finish(struct digest *digest, char out[DIGEST_TEXT_MAX]);

/**
 * A chain over pieces in their order: the hash after each piece is over the hash before it and the
 * piece. So it can be gone on with from its last hash alone. Zeroed it is at its beginning.
 */
struct digest_chain {
    unsigned char hash[32];
};
void digest_chain_add(struct digest_chain *chain, struct text piece);
/** 64 hexadecimal digits of where it stands. */
struct text digest_chain_text(const struct digest_chain *chain, char out[DIGEST_TEXT_MAX]);

#endif
