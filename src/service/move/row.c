/*
 * A row in a form that is the same whatever database it lies in: for each column a letter for what
 * it holds, then a number as eight bytes, or a text with its length before it. So no two rows give
 * the same bytes, and none depends on how a database writes numbers.
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
        text = statement_text(scan, index);
    if (text.bytes == NULL) {
        buffer_append_char(row, 'n');
        if (insert != NULL)
            statement_bind_null(insert, index + 1);
        return;
    }
    append_number(row, 't', text.length);
    buffer_append_text(row, text);
    if (insert != NULL)
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

static bool has_key(const struct store_table *table)
{
    for (size_t c = 0; c < table->column_count; c++)
        if (table->columns[c].key_position > 0)
            return true;
    return false;
}

void row_append_key(struct statement *scan, const struct store_table *table, struct buffer *out)
{
    bool is_all = !has_key(table);
    const char *comma = "";

    for (size_t c = 0; c < table->column_count; c++) {
        const struct store_column *column = &table->columns[c];

        if (!is_all && column->key_position == 0)
            continue;
        buffer_append_format(out, "%s%.*s ", comma, TEXT_ARG(column->name));
        comma = ", ";
        if (statement_is_null(scan, (int)c)) {
            buffer_append_text(out, TEXT("unknown"));
        } else if (column->is_number) {
            buffer_append_int64(out, statement_int64(scan, (int)c));
        } else {
            struct text text = statement_text(scan, (int)c);

            if (text.length > KEY_TEXT_BYTES_MAX)
                text.length = KEY_TEXT_BYTES_MAX;
            buffer_append_text(out, text);
        }
    }
}
