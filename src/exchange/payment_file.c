/*
 * The file of a batch, in pieces. What is written depends on the batch alone, so that a file that
 * was lost, or a send that was killed, is made good by writing it again: the same bytes, by which
 * the bank knows it as the same message.
 */
#include "pain.h"
#include "target.h"

#include <stdlib.h>

enum { LINES_AT_ONCE = 500, FILE_ARENA_BYTES = 1 << 20 };

struct payment_file {
    struct arena *arena;
    struct caller caller;
    struct batch_row batch;
    struct order_head head;
    enum payment_format format;
    bool has_begun;
    int64_t last, lines, total_minor; /* of what was written */
    struct buffer *out;               /* during payment_file_next */
};

enum berm_status payment_format_find(struct text name, enum payment_format *ret_format,
                                     struct berm_error *err)
{
    if (text_equal(name, TEXT("pain.001")))
        *ret_format = PAYMENT_PAIN001;
    else if (text_equal(name, TEXT("csv")))
        *ret_format = PAYMENT_CSV;
    else
        return fail_with(err, BERM_INVALID_INPUT, "a file of payments is pain.001 or csv, not %.*s",
                         TEXT_ARG(name));
    return BERM_OK;
}

void payment_file_free(struct payment_file *file)
{
    if (file != NULL)
        arena_free(file->arena);
}

void payment_file_freep(struct payment_file **file)
{
    payment_file_free(*file);
    *file = NULL;
}

const struct batch_row *payment_file_batch(const struct payment_file *file)
{
    return &file->batch;
}

static enum berm_status make_head(struct office *office, struct payment_file *file,
                                  struct berm_error *err)
{
    const struct batch_row *batch = &file->batch;
    char month[MONTH_TEXT_MAX];
    struct text about;

    /* An entitlement that is given once has no month that a payee would know. */
    if (batch->period == PERIOD_ONCE)
        about = batch->programme;
    else
        TRY(text_format(file->arena, &about, err, "%.*s %.*s", TEXT_ARG(batch->programme),
                        TEXT_ARG(month_format(batch->period, month))));
    file->head = (struct order_head){.message_id = batch->message_id,
                                     .created_at = batch->sent_at,
                                     .payer_name = batch->payer_name,
                                     .payer_account = batch->payer_account,
                                     .payer_bic = batch->payer_bic,
                                     .execution_on = batch->execution_on,
                                     .about = about,
                                     .currency = office->pack->currency,
                                     .decimals = office->pack->dictionary.money_decimals,
                                     .line_count = batch->line_count,
                                     .total_minor = batch->total_minor};
    return text_copy(file->arena, file->head.currency, &file->head.currency, err);
}

enum berm_status payment_file_open(struct office *office, const struct caller *caller,
                                   const struct actor *actor, struct text code,
                                   enum payment_format format, struct payment_file **ret_file,
                                   struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct payment_file *file;

    TRY(arena_create(FILE_ARENA_BYTES, &arena, err));
    TRY(arena_new(arena, 1, sizeof *file, &file, err));
    *file = (struct payment_file){.arena = arena, .format = format};
    TRY(caller_copy(arena, caller, &file->caller, err));
    TRY(payment_file_note(office, caller, actor, code, arena, &file->batch, err));
    TRY(make_head(office, file, err));
    arena = NULL;
    *ret_file = file;
    return BERM_OK;
}

static enum berm_status append_line(void *context, const struct payment_line *line,
                                    struct berm_error *err)
{
    struct payment_file *file = context;

    (void)err;
    file->lines++;
    file->total_minor += line->amount_minor;
    if (file->format == PAYMENT_PAIN001)
        pain001_append_line(&file->head, line, file->out);
    else
        payment_csv_append_line(&file->head, line, file->out);
    return BERM_OK;
}

static enum berm_status append_end(struct payment_file *file, struct berm_error *err)
{
    if (file->lines != file->head.line_count || file->total_minor != file->head.total_minor)
        return fail_with(err, BERM_CONFLICT,
                         "%lld of the %lld payments of the batch can be read: some belong to "
                         "households that moved out of your areas; let somebody write the file "
                         "whose areas they are",
                         (long long)file->lines, (long long)file->head.line_count);
    if (file->format == PAYMENT_PAIN001)
        pain001_append_end(file->out);
    return BERM_OK;
}

enum berm_status payment_file_next(struct payment_file *file, struct office *office,
                                   struct buffer *out, bool *ret_is_last, struct berm_error *err)
{
    int64_t last;

    file->out = out;
    if (!file->has_begun && file->format == PAYMENT_PAIN001)
        pain001_append_head(&file->head, out);
    else if (!file->has_begun)
        payment_csv_append_head(out);
    file->has_begun = true;
    TRY(payment_lines_read(office, &file->caller, file->batch.batch_id, file->last, LINES_AT_ONCE,
                           append_line, file, &last, err));
    *ret_is_last = last == 0;
    if (last == 0)
        TRY(append_end(file, err));
    else
        file->last = last;
    return buffer_status(out, err);
}

enum berm_status payment_file_write(struct office *office, const struct caller *caller,
                                    const struct actor *actor, struct text code,
                                    enum payment_format format, const char *path,
                                    struct berm_error *err)
{
    CLEANUP(payment_file_freep) struct payment_file *file = NULL;
    CLEANUP(target_close) struct target target = {0};
    CLEANUP(buffer_free) struct buffer piece = {0};
    bool is_last = false;

    TRY(payment_file_open(office, caller, actor, code, format, &file, err));
    TRY(target_open(path, false, &target, err));
    while (!is_last) {
        buffer_clear(&piece);
        TRY(payment_file_next(file, office, &piece, &is_last, err));
        TRY(target_write(&target, &piece, err));
    }
    return target_finish(&target, err);
}
