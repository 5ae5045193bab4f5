/* What the files of access/ share beside its face. Private to service. */
#ifndef SERVICE_ACCESS_CALLER_H
#define SERVICE_ACCESS_CALLER_H

#include "service/service.h"

/** An account as a caller, with the scopes given; whether it is active was looked at before. */
MUST_USE enum berm_status caller_read(struct store *store, int64_t account_id, struct text name,
                                      uint64_t scopes, struct arena *arena,
                                      struct caller *ret_caller, struct berm_error *err);

/** The same from rows that are grants: list stands on the first, whose columns from this one on are
 * those of role_grant_of_account; the role is NULL where the account has no grant. */
MUST_USE enum berm_status caller_take(struct statement *list, int column, int64_t account_id,
                                      struct text name, uint64_t scopes, struct arena *arena,
                                      struct caller *ret_caller, struct berm_error *err);

/** The ranges of the caller's grants, with the positions of the present transaction; CALLER_NOWHERE
 * for an area that is gone.
 * Shape   ranges: as many as grants. */
MUST_USE enum berm_status caller_positions(struct store *store, const struct caller *caller,
                                           struct area_range *ranges, struct berm_error *err);
extern const struct area_range CALLER_NOWHERE; /* its low end lies behind its high one */

/** Scopes as they are stored: names of permissions, one blank between. */
MUST_USE enum berm_status scopes_write(uint64_t scopes, struct buffer *out, struct berm_error *err);
uint64_t scopes_read(struct text scopes);

/** The account of a name as it is stored; BERM_NOT_FOUND. */
struct account {
    int64_t account_id;
    bool is_active;
    char password_hash[PASSWORD_HASH_MAX];
};
MUST_USE enum berm_status account_read(struct store *store, struct text name,
                                       struct account *ret_account, struct berm_error *err);
/** One row in the log of changes, inside the writing transaction. */
MUST_USE enum berm_status access_note(struct store *store, const struct actor *actor,
                                      struct berm_error *err, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* ---- Secrets -------------------------------------------------------------------------------- */

/** A new token of 256 random bits behind the prefix. */
void secret_make(const char *prefix, char ret_token[TOKEN_TEXT_MAX]);
/** SHA-256 in hexadecimal: what is stored of a token. */
MUST_USE enum berm_status secret_hash(struct text token, char ret_hash[DIGEST_TEXT_MAX],
                                      struct berm_error *err);

/* ---- Throttle ------------------------------------------------------------------------------- */

/** BERM_BUSY, with the seconds to wait, while this name may not be tried from this address. */
MUST_USE enum berm_status throttle_check(struct store *store, struct text name, struct text address,
                                         int64_t now_s, struct berm_error *err);
/** Inside a writing transaction. */
MUST_USE enum berm_status throttle_note_failure(struct store *store, struct text name,
                                                struct text address, int64_t now_s,
                                                struct berm_error *err);
MUST_USE enum berm_status throttle_note_success(struct store *store, struct text name,
                                                struct text address, int64_t now_s,
                                                struct berm_error *err);

#endif
