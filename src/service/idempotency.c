/* Kept answers: found and written by hashes, so that nothing of a client's key can be read back. */
#include "service/service.h"

struct hashes {
    char key[DIGEST_TEXT_MAX];
    char request[DIGEST_TEXT_MAX];
};

/* The request's hash covers the key, which is kept nowhere: a body may hold a password, and a hash
 * of the body alone would let whoever has the register try passwords as fast as SHA-256 goes. */
static enum berm_status hashes_of(const struct answer_key *key, struct hashes *ret_hashes,
                                  struct berm_error *err)
{
    const struct text parts[] = {key->method, key->path, key->body};
    CLEANUP(digest_freep) struct digest *of_key = NULL;
    CLEANUP(digest_freep) struct digest *of_request = NULL;

    TRY(digest_create(&of_key, err));
    digest_add(of_key, key->key.bytes, key->key.length);
    (void)digest_finish(of_key, ret_hashes->key);
    TRY(digest_create(&of_request, err));
    digest_add(of_request, key->key.bytes, key->key.length);
    for (size_t p = 0; p < ARRAY_COUNT(parts); p++) {
        digest_add(of_request, "\n", 1);
        if (parts[p].length > 0)
            digest_add(of_request, parts[p].bytes, parts[p].length);
    }
    (void)digest_finish(of_request, ret_hashes->request);
    return BERM_OK;
}

enum berm_status answer_recall(struct store *store, const struct answer_key *key, int64_t now_s,
                               struct arena *arena, bool *ret_is_known,
                               struct kept_answer *ret_answer, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct kept_answer answer = {0};
    struct hashes hashes;
    bool has_row;

    TRY(hashes_of(key, &hashes, err));
    TRY(statement_prepare(store, STATEMENT_REQUEST_ANSWER_FIND, &find, err));
    statement_bind_int64(find, REQUEST_ANSWER_FIND__ACCOUNT_ID, key->account_id);
    statement_bind_text(find, REQUEST_ANSWER_FIND__KEY_HASH, text_of(hashes.key));
    statement_bind_int64(find, REQUEST_ANSWER_FIND__SINCE_S, now_s - ANSWER_KEPT_S);
    TRY(statement_step(find, &has_row, err));
    *ret_is_known = has_row;
    if (!has_row)
        return BERM_OK;
    if (!text_equal(statement_text(find, 0), text_of(hashes.request)))
        return fail_with(err, BERM_CONFLICT,
                         "this Idempotency-Key was used for another request; make up a new one");
    answer.status = (int)statement_int64(find, 1);
    answer.has_body = !statement_is_null(find, 3);
    TRY(text_copy(arena, statement_text(find, 2), &answer.headers, err));
    TRY(text_copy(arena, statement_text(find, 3), &answer.body, err));
    *ret_answer = answer;
    return BERM_OK;
}

enum berm_status answer_keep(struct store *store, const struct answer_key *key, int64_t now_s,
                             const struct kept_answer *answer, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *put = NULL;
    struct hashes hashes;

    TRY(hashes_of(key, &hashes, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(statement_prepare(store, STATEMENT_REQUEST_ANSWER_PUT, &put, err));
    statement_bind_int64(put, REQUEST_ANSWER_PUT__ACCOUNT_ID, key->account_id);
    statement_bind_text(put, REQUEST_ANSWER_PUT__KEY_HASH, text_of(hashes.key));
    statement_bind_text(put, REQUEST_ANSWER_PUT__REQUEST_HASH, text_of(hashes.request));
    statement_bind_int64(put, REQUEST_ANSWER_PUT__STATUS, answer->status);
    statement_bind_text(put, REQUEST_ANSWER_PUT__HEADERS, answer->headers);
    if (answer->has_body)
        statement_bind_text(put, REQUEST_ANSWER_PUT__BODY, answer->body);
    else
        statement_bind_null(put, REQUEST_ANSWER_PUT__BODY);
    statement_bind_int64(put, REQUEST_ANSWER_PUT__AT_S, now_s);
    TRY(statement_run(put, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status answers_sweep(struct store *store, int64_t now_s, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *sweep = NULL;

    TRY(store_begin(store, err));
    transaction = store;
    TRY(statement_prepare(store, STATEMENT_REQUEST_ANSWER_SWEEP, &sweep, err));
    statement_bind_int64(sweep, REQUEST_ANSWER_SWEEP__SINCE_S, now_s - ANSWER_KEPT_S);
    TRY(statement_run(sweep, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}
