/*
 * A row in a form that is the same whatever database it lies in: for each column a letter for what
 * it holds, then a number as eight bytes, or text or bytes with their length before them. So no two
 * rows give the same bytes, and none depends on how a database writes numbers.
 */
#include <endian.h>

#include "service/move/private.h"

static void append_number(struct buffer *row, char kind, uint64_t number)
{
    uint64_t stored = htobe64(number);

    buffer_append_char(row, kind);
    buffer_append(row, &stored, sizeof stored);
}

static void read_value(struct statement *scan, const struct store_column *column, int index,
                       struct statement *insert, struct buffer *row)
{
    struct text text = {0};
    int64_t number = 0;

    if (column->is_number && statement_has_int64(scan, index, &number)) {
        append_number(row, 'i', (uint64_t)number);
        if (insert != NULL)
            statement_bind_int64(insert, index + 1, number);
        return;
    }
    if (!column->is_number)
        text = column->is_bytes ? statement_bytes(scan, index) : statement_text(scan, index);
    if (text.bytes == NULL) {
        buffer_append_char(row, 'n');
        if (insert != NULL)
            statement_bind_null(insert, index + 1);
        return;
    }
    append_number(row, column->is_bytes ? 'b' : 't', text.length);
    buffer_append_text(row, text);
    if (insert != NULL && column->is_bytes)
        statement_bind_bytes(insert, index + 1, text);
    else if (insert != NULL)
        statement_bind_text(insert, index + 1, text);
}

enum berm_status row_read(struct statement *scan, const struct store_table *table,
                          struct statement *insert, struct buffer *row, struct berm_error *err)
{
    buffer_clear(row);
    for (size_t c = 0; c < table->column_count; c++)
        read_value(scan, &table->columns[c], (int)c, insert, row);
    return buffer_status(row, err);
}

/* ---- Keys in messages ------------------------------------------------------------------------ */

enum { KEY_TEXT_BYTES_MAX = 80 };

static void append_named(struct statement *scan, const struct store_column *column, int index,
                         struct buffer *out)
{
    struct text text;

    buffer_append_format(out, "%s%.*s ", out->length > 0 ? ", " : "", TEXT_ARG(column->name));
    if (statement_is_null(scan, index)) {
        buffer_append_text(out, TEXT("unknown"));
    } else if (column->is_bytes) {
        buffer_append_format(out, "of %zu bytes", statement_bytes(scan, index).length);
    } else if (column->is_number) {
        buffer_append_int64(out, statement_int64(scan, index));
    } else {
        text = statement_text(scan, index);
        if (text.length > KEY_TEXT_BYTES_MAX)
            text.length = KEY_TEXT_BYTES_MAX;
        buffer_append_text(out, text);
    }
}

static void append_position(struct statement *scan, const struct store_table *table,
                            int64_t position, struct buffer *out)
{
    for (size_t c = 0; c < table->column_count; c++)
        if (table->columns[c].key_position == position)
            append_named(scan, &table->columns[c], (int)c, out);
}

/* Without a key position 0 is that of all columns. */
void row_append_key(struct statement *scan, const struct store_table *table, struct buffer *out)
{
    for (size_t position = 1; position <= table->column_count; position++)
        append_position(scan, table, (int64_t)position, out);
    if (out->length == 0)
        append_position(scan, table, 0, out);
}
