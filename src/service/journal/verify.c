/*
 * Verifying the journal. Two walks: over the seals in their order, where each hash follows from the
 * one before and the entry; and over the entries by id, where one that has no seal and does not
 * wait for one was put in by somebody. What waits and is not there was taken out, and so was what
 * leaves a gap in ids that were given one after the other. A fault breaks one link only: the walk
 * goes on with the hash that stands there, so that a single change is told once.
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

enum { HELD_BACK_MINUTES = 60 };

struct chain_walk {
    int64_t sequence;       /* of the seal before */
    int64_t highest_id;     /* of the entries so far */
    int64_t newest_minutes; /* the latest minute that one of them was written in */
    char hash[DIGEST_TEXT_MAX];
};

static void keep_hash(struct chain_walk *walk, struct text hash)
{
    size_t length = hash.length < DIGEST_TEXT_MAX ? hash.length : DIGEST_TEXT_MAX - 1;

    if (length > 0)
        memcpy(walk->hash, hash.bytes, length);
    walk->hash[length] = 0;
}

/* Minutes since 1970 of "2020-09-30T08:00...", 0 where it is no instant. */
static int64_t minutes_of(struct text at)
{
    const char *c = at.bytes;
    date_days date;

    if (at.length < 16 || date_parse((struct text){c, 10}, &date, NULL) != BERM_OK)
        return 0;
    return (int64_t)date * 1440 + ((c[11] - '0') * 10 + (c[12] - '0')) * 60 + (c[14] - '0') * 10 +
           (c[15] - '0');
}

/* Of two transactions at the same time, the one with the lower ids may end last and be sealed last:
 * by seconds. Somebody who keeps an entry from being sealed, to change it meanwhile, needs longer.
 */
static void check_delay(struct verifier *verifier, const struct chain_walk *walk,
                        const struct journal_entry *entry)
{
    if (entry->journal_id < walk->highest_id &&
        minutes_of(entry->at) + HELD_BACK_MINUTES < walk->newest_minutes)
        verify_fault(verifier, "reordered", entry->journal_id,
                     "entry %lld of %.*s was sealed behind entry %lld and more than an hour late: "
                     "it was held back",
                     (long long)entry->journal_id, TEXT_ARG(entry->at),
                     (long long)walk->highest_id);
}

static enum berm_status check_link(struct verifier *verifier, struct statement *row,
                                   struct chain_walk *walk, struct berm_error *err)
{
    int64_t sequence = statement_int64(row, 12);
    int64_t journal_id = statement_int64(row, 13);
    struct journal_entry entry;
    char hash[DIGEST_TEXT_MAX];

    if (sequence != walk->sequence + 1)
        verify_fault(verifier, "missing", 0, "the seals %lld to %lld are missing",
                     (long long)walk->sequence + 1, (long long)sequence - 1);
    if (statement_is_null(row, 0)) {
        verify_fault(verifier, "missing", journal_id,
                     "entry %lld, which was sealed as number %lld, is missing",
                     (long long)journal_id, (long long)sequence);
        return BERM_OK;
    }
    entry = entry_of_row(row);
    TRY(seal_hash(sequence, text_of(walk->hash), &entry, hash, err));
    if (sequence == walk->sequence + 1 && !text_equal(text_of(hash), statement_text(row, 14))) {
        if (journal_id < walk->highest_id)
            verify_fault(verifier, "reordered", journal_id,
                         "entry %lld stands behind entry %lld in the chain, and is not what was "
                         "sealed there as number %lld",
                         (long long)journal_id, (long long)walk->highest_id, (long long)sequence);
        else
            verify_fault(verifier, "changed", journal_id,
                         "entry %lld is not what was sealed as number %lld", (long long)journal_id,
                         (long long)sequence);
    } else {
        check_delay(verifier, walk, &entry);
    }
    if (minutes_of(entry.at) > walk->newest_minutes)
        walk->newest_minutes = minutes_of(entry.at);
    return BERM_OK;
}

static enum berm_status read_end(struct verifier *verifier, int64_t *ret_sequence,
                                 int64_t *ret_gapless_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *end = NULL;
    bool has_row;

    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_END, &end, err));
    TRY(statement_step(end, &has_row, err));
    if (!has_row)
        verify_fault(verifier, "truncated", 0,
                     "the register does not know where its journal's chain ends");
    *ret_sequence = has_row ? statement_int64(end, 0) : 0;
    *ret_gapless_id = has_row ? statement_int64(end, 1) : 0;
    return BERM_OK;
}

static enum berm_status verify_chain(struct verifier *verifier, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *chain = NULL;
    struct chain_walk walk = {0};
    int64_t last_sequence;
    bool has_row;

    TRY(read_end(verifier, &last_sequence, &verifier->gapless_id, err));
    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_CHAIN, &chain, err));
    TRY(statement_step(chain, &has_row, err));
    while (has_row) {
        TRY(check_link(verifier, chain, &walk, err));
        verify_seal_key(verifier, chain);
        walk.sequence = statement_int64(chain, 12);
        if (statement_int64(chain, 13) > walk.highest_id)
            walk.highest_id = statement_int64(chain, 13);
        keep_hash(&walk, statement_text(chain, 14));
        verifier->verdict.sealed++;
        TRY(statement_step(chain, &has_row, err));
    }
    memcpy(verifier->verdict.hash, walk.hash, sizeof walk.hash);
    if (walk.sequence < last_sequence)
        verify_fault(verifier, "truncated", 0, "the last seals, %lld to %lld, are missing",
                     (long long)walk.sequence + 1, (long long)last_sequence);
    return BERM_OK;
}

/* ---- The entries ----------------------------------------------------------------------------- */

/* Up to gapless_id each id has its entry. next_id: the one behind those that were met. */
static void check_gap(struct verifier *verifier, int64_t next_id, int64_t met_id)
{
    int64_t last_id = met_id - 1 < verifier->gapless_id ? met_id - 1 : verifier->gapless_id;

    if (next_id <= last_id)
        verify_fault(verifier, "missing", next_id, "the entries %lld to %lld are missing",
                     (long long)next_id, (long long)last_id);
}

static enum berm_status verify_entry(struct verifier *verifier, struct statement *row,
                                     struct berm_error *err)
{
    struct journal_entry entry = entry_of_row(row);
    bool is_sealed = !statement_is_null(row, 12), is_waiting = !statement_is_null(row, 13);

    verifier->verdict.entries++;
    if (!is_sealed && !is_waiting)
        verify_fault(verifier, "inserted", entry.journal_id,
                     "entry %lld has no seal and does not wait for one: it was put in by something "
                     "else than berm, or kept from being sealed",
                     (long long)entry.journal_id);
    else if (!is_sealed)
        verifier->verdict.unsealed++;
    /* Where it was never sealed there is only its own word. */
    if (entry.journal_id == 1 && text_equal(entry.action, TEXT("begin"))) {
        verifier->older_change_id = entry.change_id;
        verifier->older_run_id = entry.run_id;
    }
    return verify_record(verifier, &entry, err);
}

/* What waits for its seal and is gone. */
static enum berm_status verify_waiting(struct verifier *verifier, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *lost = NULL;
    bool has_row;

    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_UNSEALED_LOST, &lost, err));
    TRY(statement_step(lost, &has_row, err));
    while (has_row) {
        verify_fault(verifier, "missing", statement_int64(lost, 0),
                     "entry %lld, which waits for its seal, is missing",
                     (long long)statement_int64(lost, 0));
        TRY(statement_step(lost, &has_row, err));
    }
    return BERM_OK;
}

static enum berm_status verify_entries(struct verifier *verifier, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t next_id = 1;
    bool has_row;

    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_WALK, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        check_gap(verifier, next_id, statement_int64(list, 0));
        next_id = statement_int64(list, 0) + 1;
        TRY(verify_entry(verifier, list, err));
        TRY(statement_step(list, &has_row, err));
    }
    check_gap(verifier, next_id, INT64_MAX);
    TRY(verify_waiting(verifier, err));
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
    TRY(store_see_everything(store, err)); /* digests are over all rows; none of them is told */
    TRY(verify_in_snapshot(&verifier, err));
    *ret_verdict = verifier.verdict;
    return BERM_OK;
}
