/*
 * What entries record, against what stands in the register now: a change with its rows, a run. Both
 * ways round: each entry's digest must be that of its change, and each change must have its entry.
 */
#include "service/journal/private.h"

/* ---- Changes --------------------------------------------------------------------------------- */

/* Whether the journal says that the fields of this row were erased. */
static enum berm_status is_erasure_recorded(struct verifier *verifier, int64_t change_id,
                                            struct statement *row, bool *ret_is_recorded,
                                            struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *erasure = NULL;
    CLEANUP(buffer_free) struct buffer subject = {0};

    buffer_append_format(&subject, "%.*s %lld", TEXT_ARG(statement_text(row, 1)),
                         (long long)statement_int64(row, 2));
    TRY(buffer_status(&subject, err));
    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_ERASURE, &erasure, err));
    statement_bind_int64(erasure, JOURNAL_ERASURE__CHANGE_ID, change_id);
    statement_bind_text(erasure, JOURNAL_ERASURE__SUBJECT, buffer_text(&subject));
    return statement_step(erasure, ret_is_recorded, err);
}

static enum berm_status verify_row(struct verifier *verifier, const struct journal_entry *entry,
                                   struct statement *row, bool *ret_is_sound,
                                   struct berm_error *err)
{
    char digest[DIGEST_TEXT_MAX];
    struct text salt = statement_text(row, 4);
    struct text fields = statement_text(row, 6);

    if (salt.length == 0 && fields.length == 0)
        return is_erasure_recorded(verifier, entry->change_id, row, ret_is_sound, err);
    TRY(row_digest(salt, fields, digest, err));
    *ret_is_sound = text_equal(text_of(digest), statement_text(row, 5));
    return BERM_OK;
}

static enum berm_status verify_change(struct verifier *verifier, const struct journal_entry *entry,
                                      struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    CLEANUP(digest_freep) struct digest *digest = NULL;
    char found[DIGEST_TEXT_MAX];
    bool has_row, is_sound = true;
    enum berm_status status;

    TRY(digest_begin("berm change 1", &digest, err));
    TRY(statement_prepare(verifier->store, STATEMENT_JOURNAL_CHANGE_ROWS, &rows, err));
    statement_bind_int64(rows, JOURNAL_CHANGE_ROWS__CHANGE_ID, entry->change_id);
    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        int64_t row_number = statement_int64(rows, 0);

        TRY(verify_row(verifier, entry, rows, &is_sound, err));
        if (!is_sound)
            verify_fault(verifier, "record", entry->journal_id,
                         "row %lld of change %lld (%.*s %lld) is not what entry %lld recorded",
                         (long long)row_number, (long long)entry->change_id,
                         TEXT_ARG(statement_text(rows, 1)), (long long)statement_int64(rows, 2),
                         (long long)entry->journal_id);
        row_add_to(digest, row_number, statement_text(rows, 1), statement_int64(rows, 2),
                   statement_text(rows, 3), statement_text(rows, 5));
        TRY(statement_step(rows, &has_row, err));
    }
    status = change_head_digest(verifier->store, entry->change_id, digest, found, err);
    if (status != BERM_OK && status != BERM_NOT_FOUND)
        return status;
    if (status == BERM_NOT_FOUND)
        verify_fault(verifier, "record", entry->journal_id,
                     "change %lld, which entry %lld recorded, is gone", (long long)entry->change_id,
                     (long long)entry->journal_id);
    else if (!text_equal(text_of(found), entry->digest))
        verify_fault(verifier, "record", entry->journal_id,
                     "change %lld or its rows are not what entry %lld recorded",
                     (long long)entry->change_id, (long long)entry->journal_id);
    return BERM_OK;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static enum berm_status verify_run(struct verifier *verifier, const struct journal_entry *entry,
                                   struct berm_error *err)
{
    char found[DIGEST_TEXT_MAX];
    enum berm_status status = journal_run_digest(verifier->store, entry->run_id, found, err);

    if (status != BERM_OK && status != BERM_NOT_FOUND)
        return status;
    if (status == BERM_NOT_FOUND)
        verify_fault(verifier, "record", entry->journal_id,
                     "run %lld, which entry %lld recorded, is gone", (long long)entry->run_id,
                     (long long)entry->journal_id);
    else if (!text_equal(text_of(found), entry->digest))
        verify_fault(verifier, "record", entry->journal_id,
                     "run %lld is not what entry %lld recorded", (long long)entry->run_id,
                     (long long)entry->journal_id);
    return BERM_OK;
}

enum berm_status verify_record(struct verifier *verifier, const struct journal_entry *entry,
                               struct berm_error *err)
{
    if (text_equal(entry->action, TEXT("begin")) || text_equal(entry->action, TEXT("erase")))
        return BERM_OK;
    if (entry->change_id != 0)
        TRY(verify_change(verifier, entry, err));
    if (entry->run_id != 0)
        TRY(verify_run(verifier, entry, err));
    return BERM_OK;
}

/* ---- The other way round --------------------------------------------------------------------- */

static enum berm_status tell_each(struct verifier *verifier, enum statement_id id, int64_t older,
                                  const char *what, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    TRY(statement_prepare(verifier->store, id, &list, err));
    statement_bind_int64(list, 1, older);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        verify_fault(verifier, "record", 0, "%s %lld %s", what, (long long)statement_int64(list, 0),
                     id == STATEMENT_JOURNAL_CHANGE_ROW_OUTSIDE
                         ? "has rows that no entry recorded"
                         : "does not have the one entry that records it");
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status verify_all_recorded(struct verifier *verifier, struct berm_error *err)
{
    TRY(tell_each(verifier, STATEMENT_JOURNAL_CHANGE_WITHOUT_ENTRY, verifier->older_change_id,
                  "change", err));
    TRY(tell_each(verifier, STATEMENT_JOURNAL_CHANGE_ROW_OUTSIDE, verifier->older_change_id,
                  "change", err));
    return tell_each(verifier, STATEMENT_JOURNAL_RUN_WITHOUT_ENTRY, verifier->older_run_id, "run",
                     err);
}
