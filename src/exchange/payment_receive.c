/* A bank's answer: which form it has, its lines to a receipt, its digest for the journal. */
#include "pain.h"

#include <string.h>

enum { SHOWN_CHARACTERS_MAX = 40, HEAD_BYTES = 64 };

struct taking {
    const struct payment_receiving *receiving;
    struct receipt *receipt;
    struct csv_source source;
    struct digest *digest;
    char head[HEAD_BYTES]; /* looked at first, and handed out before all others */
    size_t head_length;
    int64_t unreadable;
};

/* The file's bytes; all go into the digest. */
static enum berm_status read_bytes(void *context, char *bytes, size_t length, size_t *ret_read,
                                   struct berm_error *err)
{
    struct taking *taking = context;

    if (taking->head_length > 0) {
        assert(length >= taking->head_length);
        memcpy(bytes, taking->head, taking->head_length);
        *ret_read = taking->head_length;
        taking->head_length = 0;
    } else {
        TRY(taking->source.read(taking->source.context, bytes, length, ret_read, err));
    }
    digest_add(taking->digest, bytes, *ret_read);
    return BERM_OK;
}

/* What stands where an identification should may be anything, an account number too. */
static struct text shown(const char *field, struct text value, char mask[OFFICIAL_NUMBER_MASK_MAX])
{
    bool is_id = value.length > 0 && value.length <= SHOWN_CHARACTERS_MAX &&
                 (value.bytes[0] == 'H' || !text_equal(text_of(field), TEXT("end_to_end_id")));

    return is_id || value.length == 0 ? value : official_number_mask(value, mask);
}

static void refuse(struct taking *taking, int64_t line, const char *field, struct text value,
                   const char *reason)
{
    char mask[OFFICIAL_NUMBER_MASK_MAX];
    struct payment_refusal refusal = {
        .line = line, .field = field, .value = shown(field, value, mask), .reason = reason};

    if (taking->receiving->refuse != NULL)
        taking->receiving->refuse(taking->receiving->context, &refusal);
}

static enum berm_status take_message(void *context, struct text message_id, struct berm_error *err)
{
    struct taking *taking = context;

    return receipt_expect(taking->receipt, message_id, err);
}

static enum berm_status take_line(void *context, const struct answer_line *line,
                                  struct berm_error *err)
{
    struct taking *taking = context;
    struct payment_fault fault;

    if (line->is_rest)
        return receipt_take_rest(taking->receipt, &line->answer, err);
    TRY(receipt_take(taking->receipt, &line->answer, &fault, err));
    if (fault.error.status != BERM_OK)
        refuse(taking, line->line, fault.field, line->answer.end_to_end_id, fault.error.message);
    return BERM_OK;
}

static enum berm_status take_fault(void *context, int64_t line, const char *field,
                                   struct text value, const char *reason, struct berm_error *err)
{
    struct taking *taking = context;

    (void)err;
    taking->unreadable++;
    refuse(taking, line, field, value, reason);
    return BERM_OK;
}

static enum berm_status take_file(struct taking *taking, struct berm_error *err)
{
    const struct answer_visitor visitor = {
        .context = taking, .message = take_message, .line = take_line, .fault = take_fault};
    struct csv_source source = {.context = taking, .read = read_bytes};
    struct text head;
    size_t count = 1;

    while (taking->head_length < HEAD_BYTES && count > 0) {
        TRY(taking->source.read(taking->source.context, taking->head + taking->head_length,
                                HEAD_BYTES - taking->head_length, &count, err));
        taking->head_length += count;
    }
    head = (struct text){taking->head, taking->head_length};
    if (text_starts_with(head, TEXT("\xEF\xBB\xBF"))) /* a byte order mark */
        head = text_from(head, 3);
    return text_starts_with(text_trimmed(head), TEXT("<"))
               ? pain002_read(source, &visitor, err)
               : payment_csv_read(source, &visitor, err);
}

enum berm_status payment_receive(struct office *office, const struct payment_receiving *receiving,
                                 struct csv_source source, struct receipt_counts *ret_counts,
                                 struct berm_error *err)
{
    CLEANUP(receipt_freep) struct receipt *receipt = NULL;
    CLEANUP(digest_freep) struct digest *digest = NULL;
    struct taking taking = {.receiving = receiving, .source = source};
    char digits[DIGEST_TEXT_MAX];

    TRY(digest_create(&digest, err));
    TRY(receipt_begin(office, receiving->caller, &receiving->actor, receiving->batch,
                      receiving->file_name, &receipt, err));
    taking.receipt = receipt;
    taking.digest = digest;
    TRY(take_file(&taking, err));
    TRY(receipt_finish(receipt, digest_finish(digest, digits), ret_counts, err));
    ret_counts->lines += taking.unreadable;
    ret_counts->refused += taking.unreadable;
    return BERM_OK;
}
