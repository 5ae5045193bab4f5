/*
 * Tokens: 256 bits from the system's generator. Only their SHA-256 is stored. A fast hash is right
 * here, unlike for passwords: nobody can guess 256 bits, and a look-up by the hash leaks nothing of
 * the token through its time.
 */
#include <sodium.h>
#include <stdio.h>

#include "service/access/caller.h"

void secret_make(const char *prefix, char ret_token[TOKEN_TEXT_MAX])
{
    unsigned char bytes[32];
    char digits[2 * sizeof bytes + 1];
    int is_ready = sodium_init(); /* 1: it was before */

    assert(is_ready >= 0);
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(digits, sizeof digits, bytes, sizeof bytes);
    snprintf(ret_token, TOKEN_TEXT_MAX, "%s%s", prefix, digits);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(digits, sizeof digits);
}

enum berm_status secret_hash(struct text token, char ret_hash[DIGEST_TEXT_MAX],
                             struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;

    TRY(digest_create(&digest, err));
    digest_add(digest, token.bytes ? token.bytes : "", token.length);
    (void)digest_finish(digest, ret_hash);
    return BERM_OK;
}

/* What pages send back beside the cookie: made from the token, so that nothing more is stored, and
 * nobody who lacks the token can make it. */
void session_csrf(struct text token, char ret_csrf[TOKEN_TEXT_MAX])
{
    static const char PURPOSE[] = "berm csrf";
    unsigned char mac[32];

    crypto_generichash(mac, sizeof mac, (const unsigned char *)PURPOSE, sizeof PURPOSE,
                       (const unsigned char *)token.bytes,
                       token.length < crypto_generichash_KEYBYTES_MAX
                           ? token.length
                           : crypto_generichash_KEYBYTES_MAX);
    sodium_bin2hex(ret_csrf, TOKEN_TEXT_MAX, mac, sizeof mac);
}

bool session_csrf_matches(struct text token, struct text csrf)
{
    char wanted[TOKEN_TEXT_MAX];

    if (token.length == 0 || csrf.length != 64)
        return false;
    session_csrf(token, wanted);
    return sodium_memcmp(wanted, csrf.bytes, 64) == 0;
}
