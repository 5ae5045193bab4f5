/*
 * The lines of a file for the bank. They are read page by page, each in a short transaction, and an
 * account is opened only for the line that is being written.
 */
#include "service/payment/private.h"

#include <stdio.h>

static enum berm_status find_sent(struct store *store, const struct caller *caller,
                                  struct text code, struct arena *arena,
                                  struct batch_record *ret_batch, struct berm_error *err)
{
    TRY(batch_find(store, caller, PERMISSION_PAYMENT_SEND, code, arena, ret_batch, err));
    if (ret_batch->row.state == BATCH_SENT || ret_batch->row.state == BATCH_SETTLED)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "the batch %.*s is %s; its file is made when it was signed by two persons and "
                     "sent",
                     TEXT_ARG(code), batch_state_name(ret_batch->row.state));
}

enum berm_status payment_file_note(struct office *office, const struct caller *caller,
                                   const struct actor *actor, struct text code, struct arena *arena,
                                   struct batch_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct batch_record batch;
    char details[64], subject[CODE_BYTES_MAX + 16];

    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_sent(office->store, caller, code, arena, &batch, err));
    snprintf(details, sizeof details, "{\"accounts\":%lld}", (long long)batch.row.line_count);
    snprintf(subject, sizeof subject, "payments %.*s", TEXT_ARG(code));
    TRY(journal_write(office->store,
                      &(struct journal_entry){.actor = *actor,
                                              .action = TEXT("look"),
                                              .subject = text_of(subject),
                                              .details = text_of(details)},
                      err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    *ret_row = batch.row;
    return BERM_OK;
}

enum berm_status payment_lines_read(struct office *office, const struct caller *caller,
                                    int64_t batch_id, int64_t after, int64_t limit,
                                    payment_line_visitor *visit, void *context, int64_t *ret_last,
                                    struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *lines = NULL;
    char number[SECRET_BYTES_MAX];
    bool has_row;

    TRY(caller_check(caller, PERMISSION_PAYMENT_SEND, err));
    *ret_last = 0;
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_fence(office->store, caller, err)); /* a page of a stream may be read anywhere */
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_LINES, &lines, err));
    statement_bind_int64(lines, PAYMENT_LINES__BATCH_ID, batch_id);
    statement_bind_int64(lines, PAYMENT_LINES__AFTER, after);
    statement_bind_int64(lines, PAYMENT_LINES__COUNT, limit);
    TRY(statement_step(lines, &has_row, err));
    while (has_row) {
        struct payment_line line = {.line_number = statement_int64(lines, 0),
                                    .end_to_end_id = statement_text(lines, 1),
                                    .name = statement_text(lines, 2),
                                    .amount_minor = statement_int64(lines, 3)};
        struct sealed_secret sealed = {.person_id = statement_int64(lines, 4),
                                       .kind = SECRET_BANK_ACCOUNT,
                                       .key_id = statement_text(lines, 5),
                                       .sealed = statement_text(lines, 6)};

        TRY(secret_reveal(office->key, &sealed, number, &line.account, err));
        TRY(visit(context, &line, err));
        *ret_last = line.line_number;
        TRY(statement_step(lines, &has_row, err));
    }
    return BERM_OK;
}
