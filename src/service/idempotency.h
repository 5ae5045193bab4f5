/*
 * Answers kept for a day, so that a request that comes again with the same key is answered as it
 * was and not done twice. Part of the service's face.
 * Source  draft-ietf-httpapi-idempotency-key-header-07.
 */
#ifndef SERVICE_IDEMPOTENCY_H
#define SERVICE_IDEMPOTENCY_H

#include "service/digest.h"
#include "store/store.h"

enum { ANSWER_KEPT_S = 24 * 60 * 60, ANSWER_KEY_BYTES_MAX = 255 };

/** Whose key, and for what it is used. */
struct answer_key {
    int64_t account_id;
    struct text key;                /* as the client made it up */
    struct text method, path, body; /* all that makes the request what it is */
};

struct kept_answer {
    int status;
    struct text headers; /* lines, as they were sent */
    bool has_body;       /* false: it held a secret */
    struct text body;
};

/**
 * The answer that was given before, in arena; *ret_is_known is false where there was none.
 * Errors  BERM_CONFLICT: the key was used for another request.
 */
MUST_USE enum berm_status answer_recall(struct store *store, const struct answer_key *key,
                                        int64_t now_s, struct arena *arena, bool *ret_is_known,
                                        struct kept_answer *ret_answer, struct berm_error *err);
/** Keep an answer, inside the batch of what it answers. */
MUST_USE enum berm_status answer_keep(struct store *store, const struct answer_key *key,
                                      int64_t now_s, const struct kept_answer *answer,
                                      struct berm_error *err);
/** Forget what is older than a day. */
MUST_USE enum berm_status answers_sweep(struct store *store, int64_t now_s, struct berm_error *err);

#endif
