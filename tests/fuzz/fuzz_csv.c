/*
 * Any bytes as CSV: the reader must end, hand out valid fields, and give the same records whether
 * the bytes arrive at once or in pieces (whose size the first byte chooses). What it accepts,
 * written again, must be read back as the same fields.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct pieces {
    struct text left;
    size_t piece;
};

static enum berm_status read_piece(void *context, char *bytes, size_t length, size_t *ret_read,
                                   struct berm_error *err)
{
    struct pieces *pieces = context;
    size_t count = pieces->piece < length ? pieces->piece : length;

    (void)err;
    if (count > pieces->left.length)
        count = pieces->left.length;
    if (count > 0)
        memcpy(bytes, pieces->left.bytes, count);
    pieces->left = text_from(pieces->left, count);
    *ret_read = count;
    return BERM_OK;
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool records_equal(const struct csv_record *a, const struct csv_record *b)
{
    if (a->field_count != b->field_count || a->line != b->line || a->problem != b->problem ||
        a->problem_column != b->problem_column)
        return false;
    for (size_t i = 0; i < a->field_count; i++)
        if (!text_equal(a->fields[i], b->fields[i]))
            return false;
    return true;
}

static void write_and_read_again(const struct csv_record *record)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct csv_record again;
    bool has_record;

    for (size_t i = 0; i < record->field_count; i++) {
        if (i > 0)
            buffer_append_char(&out, ',');
        csv_append_field(&out, record->fields[i]);
    }
    if (out.length == 0)
        return; /* one empty field is an empty line, which is no record */
    if (out.length >= 3 && memcmp(out.bytes, "\xEF\xBB\xBF", 3) == 0)
        return; /* it would be taken for a byte order mark */
    require(csv_reader_create_from_text(buffer_text(&out), &reader, NULL) == BERM_OK);
    require(csv_reader_next(reader, &again, &has_record, NULL) == BERM_OK && has_record);
    require(again.problem == CSV_FINE && again.field_count == record->field_count);
    for (size_t i = 0; i < record->field_count; i++)
        require(text_equal(again.fields[i], record->fields[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    CLEANUP(csv_reader_freep) struct csv_reader *whole = NULL;
    CLEANUP(csv_reader_freep) struct csv_reader *in_pieces = NULL;
    struct text text = {(const char *)bytes, length};
    struct pieces pieces = {text, length == 0 ? 1 : 1 + bytes[0] % 40};
    struct csv_record record, record_in_pieces;
    bool has_record, has_record_in_pieces;
    int64_t line = 0;

    require(csv_reader_create_from_text(text, &whole, NULL) == BERM_OK);
    require(csv_reader_create((struct csv_source){&pieces, read_piece}, &in_pieces, NULL) ==
            BERM_OK);
    for (;;) {
        require(csv_reader_next(whole, &record, &has_record, NULL) == BERM_OK);
        require(csv_reader_next(in_pieces, &record_in_pieces, &has_record_in_pieces, NULL) ==
                BERM_OK);
        require(has_record == has_record_in_pieces);
        if (!has_record)
            return 0;
        require(records_equal(&record, &record_in_pieces));
        require(record.line > line);
        line = record.line;
        if (record.problem != CSV_FINE)
            continue;
        for (size_t i = 0; i < record.field_count; i++)
            require(text_is_utf8(record.fields[i], NULL));
        write_and_read_again(&record);
    }
}
