/*
 * The bytes that are hashed and signed. Each text stands with its length before it, so that no
 * other list of texts gives the same bytes; each hash begins with what it is of and the format's
 * number, so that a hash of one kind can never pass for another. docs/decisions/0005 is the format
 * for people who check a journal with other tools; a change here is a new format.
 */
#include "service/journal/private.h"

#include <stdio.h>

void canonical_text(struct digest *digest, struct text text)
{
    char head[24];
    int length = snprintf(head, sizeof head, "%zu:", text.length);

    digest_add(digest, head, (size_t)length);
    if (text.length > 0)
        digest_add(digest, text.bytes, text.length);
    digest_add(digest, ",", 1);
}

void canonical_int64(struct digest *digest, int64_t value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%lld", (long long)value);
    canonical_text(digest, text_of(digits));
}

enum berm_status digest_begin(const char *what, struct digest **ret_digest, struct berm_error *err)
{
    TRY(digest_create(ret_digest, err));
    canonical_text(*ret_digest, text_of(what));
    return BERM_OK;
}

/* ---- Seals ----------------------------------------------------------------------------------- */

enum berm_status seal_hash(int64_t sequence, struct text previous,
                           const struct journal_entry *entry, char out[DIGEST_TEXT_MAX],
                           struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;
    const struct text texts[] = {entry->at,        entry->actor.name,
                                 entry->actor.via, entry->actor.address,
                                 entry->action,    entry->subject};

    TRY(digest_begin(entry->actor.role.length > 0 ? "berm seal 2" : "berm seal 1", &digest, err));
    canonical_int64(digest, sequence);
    canonical_text(digest, previous);
    canonical_int64(digest, entry->journal_id);
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        canonical_text(digest, texts[t]);
    canonical_int64(digest, entry->change_id);
    canonical_int64(digest, entry->run_id);
    canonical_text(digest, entry->digest);
    canonical_text(digest, entry->details);
    if (entry->actor.role.length > 0)
        canonical_text(digest, entry->actor.role);
    digest_finish(digest, out);
    return BERM_OK;
}

struct text seal_message(int64_t sequence, struct text hash, char out[SEAL_MESSAGE_MAX])
{
    snprintf(out, SEAL_MESSAGE_MAX, "berm seal 1 %lld %.*s", (long long)sequence, TEXT_ARG(hash));
    return text_of(out);
}

/* ---- Changes --------------------------------------------------------------------------------- */

enum berm_status row_digest(struct text salt, struct text fields, char out[DIGEST_TEXT_MAX],
                            struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;

    TRY(digest_begin("berm row 1", &digest, err));
    canonical_text(digest, salt);
    canonical_text(digest, fields);
    digest_finish(digest, out);
    return BERM_OK;
}

void row_add_to(struct digest *digest, int64_t row_number, struct text entity, int64_t entity_id,
                struct text key, struct text row_digest_text)
{
    canonical_int64(digest, row_number);
    canonical_text(digest, entity);
    canonical_int64(digest, entity_id);
    canonical_text(digest, key);
    canonical_text(digest, row_digest_text);
}

enum berm_status change_head_digest(struct store *store, int64_t change_id, struct digest *digest,
                                    char out[DIGEST_TEXT_MAX], struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *head = NULL;

    TRY(statement_prepare(store, STATEMENT_JOURNAL_CHANGE_HEAD, &head, err));
    statement_bind_int64(head, JOURNAL_CHANGE_HEAD__CHANGE_ID, change_id);
    TRY(statement_step_to_row(head, err));
    canonical_text(digest, TEXT("head"));
    canonical_int64(digest, change_id);
    for (int column = 0; column < 5; column++)
        canonical_text(digest, statement_text(head, column));
    canonical_int64(digest, statement_int64(head, 5));
    canonical_int64(digest, statement_int64(head, 6));
    digest_finish(digest, out);
    return BERM_OK;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

enum berm_status journal_run_digest(struct store *store, int64_t run_id, char out[DIGEST_TEXT_MAX],
                                    struct berm_error *err)
{
    enum { TEXTS_FIRST = 1, NUMBERS_FIRST = 7, NUMBERS_END = 11, CHANGE = 11 };
    CLEANUP(digest_freep) struct digest *digest = NULL;
    CLEANUP(statement_closep) struct statement *head = NULL;
    bool has_change;

    TRY(statement_prepare(store, STATEMENT_JOURNAL_RUN_HEAD, &head, err));
    statement_bind_int64(head, JOURNAL_RUN_HEAD__RUN_ID, run_id);
    TRY(statement_step_to_row(head, err));
    has_change = !statement_is_null(head, CHANGE);
    TRY(digest_begin(has_change ? "berm run 2" : "berm run 1", &digest, err));
    canonical_int64(digest, run_id);
    canonical_int64(digest, statement_int64(head, 0)); /* month, as it lies there: YYYYMM */
    for (int column = TEXTS_FIRST; column < NUMBERS_FIRST; column++)
        canonical_text(digest, statement_text(head, column));
    for (int column = NUMBERS_FIRST; column < NUMBERS_END; column++)
        canonical_int64(digest, statement_int64(head, column));
    if (has_change)
        canonical_int64(digest, statement_int64(head, CHANGE));
    digest_finish(digest, out);
    return BERM_OK;
}
