/*
 * Writing entries. Each is noted among those that wait for their seal in the same transaction, so
 * that the sealer need not guess from ids what it has not seen yet.
 */
#include "service/journal/private.h"

static enum berm_status insert_entry(struct store *store, int64_t journal_id,
                                     const struct journal_entry *entry, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    char now[32];

    TRY(statement_prepare(store, STATEMENT_JOURNAL_INSERT, &insert, err));
    statement_bind_int64(insert, JOURNAL_INSERT__JOURNAL_ID, journal_id);
    statement_bind_text(insert, JOURNAL_INSERT__AT, instant_now(now));
    statement_bind_text(insert, JOURNAL_INSERT__ACTOR, entry->actor.name);
    statement_bind_text(insert, JOURNAL_INSERT__VIA, entry->actor.via);
    statement_bind_text(insert, JOURNAL_INSERT__ADDRESS, entry->actor.address);
    statement_bind_text(insert, JOURNAL_INSERT__ACTION, entry->action);
    statement_bind_text(insert, JOURNAL_INSERT__SUBJECT, entry->subject);
    statement_bind_id(insert, JOURNAL_INSERT__CHANGE_ID, entry->change_id);
    statement_bind_id(insert, JOURNAL_INSERT__RUN_ID, entry->run_id);
    statement_bind_text(insert, JOURNAL_INSERT__DIGEST, entry->digest);
    statement_bind_text(insert, JOURNAL_INSERT__DETAILS,
                        entry->details.length > 0 ? entry->details : TEXT("{}"));
    statement_bind_text(insert, JOURNAL_INSERT__ROLE, entry->actor.role);
    return statement_run(insert, err);
}

enum berm_status entry_write(struct store *store, const struct journal_entry *entry,
                             int64_t *ret_journal_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *wait = NULL;
    int64_t journal_id;

    TRY(id_take(store, "journal", 1, &journal_id, err));
    TRY(insert_entry(store, journal_id, entry, err));
    TRY(statement_prepare(store, STATEMENT_JOURNAL_UNSEALED_INSERT, &wait, err));
    statement_bind_int64(wait, JOURNAL_UNSEALED_INSERT__JOURNAL_ID, journal_id);
    TRY(statement_run(wait, err));
    *ret_journal_id = journal_id;
    return BERM_OK;
}

enum berm_status journal_write(struct store *store, const struct journal_entry *entry,
                               struct berm_error *err)
{
    int64_t journal_id;

    return entry_write(store, entry, &journal_id, err);
}

struct journal_entry entry_of_row(struct statement *row)
{
    return (struct journal_entry){
        .journal_id = statement_int64(row, 0),
        .at = statement_text(row, 1),
        .actor = {.name = statement_text(row, 2),
                  .via = statement_text(row, 3),
                  .address = statement_text(row, 4),
                  .role = statement_text(row, 11)},
        .action = statement_text(row, 5),
        .subject = statement_text(row, 6),
        .change_id = statement_int64(row, 7),
        .run_id = statement_int64(row, 8),
        .digest = statement_text(row, 9),
        .details = statement_text(row, 10),
    };
}
