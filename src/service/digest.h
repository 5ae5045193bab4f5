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

#endif
