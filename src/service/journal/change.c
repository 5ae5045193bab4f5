/*
 * A change of facts, from its first row to its entry in the journal. The digest grows row by row,
 * so that a file of a million rows is not read twice. It is over the rows' digests and not their
 * fields: the fields and the salt of one person's rows can be erased one day, and the digests of
 * all others still tell whether they were changed.
 */
#include "service/journal/private.h"

enum berm_status change_begin(struct store *store, const struct actor *actor, struct text via,
                              struct text file_name, struct change *ret_change,
                              struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {.store = store};
    CLEANUP(statement_closep) struct statement *insert = NULL;
    char at[32];

    TRY(id_take(store, "change", 1, &change.change_id, err));
    TRY(statement_prepare(store, STATEMENT_CHANGE_INSERT, &insert, err));
    statement_bind_int64(insert, CHANGE_INSERT__CHANGE_ID, change.change_id);
    statement_bind_text(insert, CHANGE_INSERT__AT, instant_now(at));
    statement_bind_text(insert, CHANGE_INSERT__ACTOR, actor->name);
    statement_bind_text(insert, CHANGE_INSERT__VIA, via);
    statement_bind_text(insert, CHANGE_INSERT__FILE_NAME, file_name);
    statement_bind_null(insert, CHANGE_INSERT__FILE_SHA256);
    TRY(statement_run(insert, err));
    TRY(statement_prepare(store, STATEMENT_CHANGE_ROW_INSERT, &change.insert_row, err));
    TRY(digest_begin("berm change 1", &change.digest, err));
    *ret_change = change;
    change = (struct change){0};
    return BERM_OK;
}

enum berm_status change_add_row(struct change *change, struct text entity, int64_t entity_id,
                                struct text key, struct text fields, struct berm_error *err)
{
    struct statement *insert = change->insert_row;
    char salt_bytes[SALT_TEXT_MAX];
    char digest_bytes[DIGEST_TEXT_MAX];
    struct text salt = salt_make(salt_bytes);

    TRY(row_digest(salt, fields, digest_bytes, err));
    change->row_count++;
    row_add_to(change->digest, change->row_count, entity, entity_id, key, text_of(digest_bytes));
    statement_bind_int64(insert, CHANGE_ROW_INSERT__CHANGE_ID, change->change_id);
    statement_bind_text(insert, CHANGE_ROW_INSERT__ENTITY, entity);
    statement_bind_int64(insert, CHANGE_ROW_INSERT__ENTITY_ID, entity_id);
    statement_bind_text(insert, CHANGE_ROW_INSERT__KEY, key);
    statement_bind_text(insert, CHANGE_ROW_INSERT__FIELDS, fields);
    statement_bind_int64(insert, CHANGE_ROW_INSERT__ROW_NUMBER, change->row_count);
    statement_bind_text(insert, CHANGE_ROW_INSERT__SALT, salt);
    statement_bind_text(insert, CHANGE_ROW_INSERT__DIGEST, text_of(digest_bytes));
    return statement_queue(insert, err);
}

enum berm_status change_finish(struct change *change, const struct actor *actor,
                               const struct change_end *end, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *finish = NULL;
    char digest[DIGEST_TEXT_MAX];

    TRY(statement_prepare(change->store, STATEMENT_CHANGE_FINISH, &finish, err));
    statement_bind_int64(finish, CHANGE_FINISH__CHANGE_ID, change->change_id);
    statement_bind_int64(finish, CHANGE_FINISH__ADDED, end->added);
    statement_bind_int64(finish, CHANGE_FINISH__CHANGED, end->changed);
    statement_bind_text(finish, CHANGE_FINISH__FILE_SHA256, end->file_sha256);
    TRY(statement_run(finish, err));
    TRY(change_head_digest(change->store, change->change_id, change->digest, digest, err));
    return journal_write(change->store,
                         &(struct journal_entry){.actor = *actor,
                                                 .action = end->action,
                                                 .subject = end->subject,
                                                 .change_id = change->change_id,
                                                 .digest = text_of(digest),
                                                 .details = end->details},
                         err);
}

void change_close(struct change *change)
{
    statement_closep(&change->insert_row);
    digest_freep(&change->digest);
}
