/*
 * Verifying the journal. Two walks: over the seals in their order, where each hash follows from the
 * one before and the entry; and over the entries by id, where a gap is a missing entry and an entry
 * without a seal before the last sealed one was put in by somebody. A fault breaks one link only:
 * the walk goes on with the hash that stands there, so that a single change is told once.
 *
 * Which key a seal must be of, and why that key is believed, is verify_keys.c's business.
 */
#include "service/journal/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void verify_fault(struct verifier *verifier, const char *kind, int64_t journal_id,
                  const char *format, ...)
{
    char sentence[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    verifier->verdict.faults++;
    if (verifier->options->report)
        verifier->options->report(verifier->options->context,
                                  &(struct journal_fault){kind, journal_id, text_of(sentence)});
}

/* ---- The chain ------------------------------------------------------------------------------- */

struct chain_walk {
    int64_t sequence, journal_id; /* of the seal before */
    char hash[DIGEST_TEXT_MAX];
};

static void keep_hash(struct chain_walk *walk, struct text hash)
{
    size_t length = hash.length < DIGEST_TEXT_MAX ? hash.length : DIGEST_TEXT_MAX - 1;

    if (length > 0)
        memcpy(walk->hash, hash.bytes, length);
    walk->hash[length] = 0;
}

static enum berm_status check_link(struct verifier *verifier, struct statement *row,
                                   const struct chain_walk *walk, struct berm_error *err)
{
    int64_t sequence = statement_int64(row, 12);
    int64_t journal_id = statement_int64(row, 13);
    struct journal_entry entry;
    char hash[DIGEST_TEXT_MAX];

    if (sequence != walk->sequence + 1) {
        verify_fault(verifier, "missing", 0, "the seals %lld to %lld are missing",
                     (long long)walk->sequence + 1, (long long)sequence - 1);
        return BERM_OK;
    }
    if (statement_is_null(row, 0))
        return BERM_OK; /* the walk over the entries tells what is missing */
    if (journal_id <= walk->journal_id) {
        verify_fault(verifier, "reordered", journal_id,
                     "entry %lld stands behind entry %lld in the chain", (long long)journal_id,
                     (long long)walk->journal_id);
        return BERM_OK;
    }
    entry = entry_of_row(row);
    TRY(seal_hash(sequence, text_of(walk->hash), &entry, hash, err));
    if (!text_equal(text_of(hash), statement_text(row, 14)))
        verify_fault(verifier, "changed", journal_id,
                     "entry %lld is not what was sealed as number %lld", (long long)journal_id,
                     (long long)sequence);
    return BERM_OK;
}

static enum berm_status verify_chain(struct verifier *verifier, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *chain = NULL;
    struct chain_walk walk = {0};
    bool has_row;

    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_CHAIN, &chain, err));
    TRY(statement_step(chain, &has_row, err));
    while (has_row) {
        TRY(check_link(verifier, chain, &walk, err));
        verify_seal_key(verifier, chain);
        walk.sequence = statement_int64(chain, 12);
        walk.journal_id = statement_int64(chain, 13);
        keep_hash(&walk, statement_text(chain, 14));
        if (walk.journal_id > verifier->last_sealed_id)
            verifier->last_sealed_id = walk.journal_id;
        verifier->verdict.sealed++;
        TRY(statement_step(chain, &has_row, err));
    }
    memcpy(verifier->verdict.hash, walk.hash, sizeof walk.hash);
    return BERM_OK;
}

/* ---- The entries ----------------------------------------------------------------------------- */

static enum berm_status verify_entry(struct verifier *verifier, struct statement *row,
                                     int64_t expected_id, struct berm_error *err)
{
    struct journal_entry entry = entry_of_row(row);

    if (entry.journal_id != expected_id)
        verify_fault(verifier, "missing", expected_id, "the entries %lld to %lld are missing",
                     (long long)expected_id, (long long)entry.journal_id - 1);
    verifier->verdict.entries++;
    if (!statement_is_null(row, 12)) {
        if (entry.journal_id == 1 && text_equal(entry.action, TEXT("begin"))) {
            verifier->older_change_id = entry.change_id;
            verifier->older_run_id = entry.run_id;
        }
    } else if (entry.journal_id < verifier->last_sealed_id) {
        verify_fault(verifier, "inserted", entry.journal_id,
                     "entry %lld has no seal, though later ones have: it was put in afterwards",
                     (long long)entry.journal_id);
    } else {
        verifier->verdict.unsealed++;
        if (entry.journal_id == 1) { /* never sealed: there is only its own word */
            verifier->older_change_id = entry.change_id;
            verifier->older_run_id = entry.run_id;
        }
    }
    return verify_record(verifier, &entry, err);
}

static enum berm_status verify_entries(struct verifier *verifier, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *next = NULL;
    int64_t expected_id = 1;
    int64_t end_id;
    bool has_row;

    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_NEXT_ID, &next, err));
    TRY(statement_step(next, &has_row, err));
    end_id = has_row ? statement_int64(next, 0) : 1;
    if (end_id <= verifier->last_sealed_id)
        end_id = verifier->last_sealed_id + 1;
    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_LIST, &list, err));
    statement_bind_int64(list, JOURNAL_LIST__FIRST, INT64_MIN);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(verify_entry(verifier, list, expected_id, err));
        expected_id = statement_int64(list, 0) + 1;
        TRY(statement_step(list, &has_row, err));
    }
    if (expected_id < end_id)
        verify_fault(verifier, "truncated", expected_id,
                     "the last entries, %lld to %lld, are missing", (long long)expected_id,
                     (long long)end_id - 1);
    else if (expected_id > end_id)
        verify_fault(verifier, "inserted", end_id,
                     "the entries from %lld on were not written by berm", (long long)end_id);
    return verify_all_recorded(verifier, err);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static enum berm_status verify_in_snapshot(struct verifier *verifier, struct berm_error *err)
{
    CLEANUP(checkpoint_close) struct checkpoint checkpoint = {0};

    if (verifier->options->checkpoint_path) {
        TRY(checkpoint_read(verifier->options->checkpoint_path, &checkpoint, err));
        verifier->checkpoint = &checkpoint;
    }
    TRY(verify_choose_first_key(verifier, err));
    TRY(verify_chain(verifier, err));
    verify_last_key(verifier);
    TRY(verify_entries(verifier, err));
    return verifier->checkpoint ? verify_checkpoint(verifier, err) : BERM_OK;
}

enum berm_status journal_verify(struct store *store, const struct journal_verify_options *options,
                                struct journal_verdict *ret_verdict, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct verifier verifier = {.store = store, .options = options};

    TRY(store_begin_read(store, err));
    transaction = store;
    TRY(caller_check_everywhere(store, options->caller, PERMISSION_JOURNAL_READ, err));
    TRY(verify_in_snapshot(&verifier, err));
    *ret_verdict = verifier.verdict;
    return BERM_OK;
}
