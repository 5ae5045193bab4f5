/*
 * What dictionary.csv, choices.csv and parameters.csv share beyond base's csv_table: going through
 * the rows, and messages that name file, line and column, since they are read by people who look at
 * the file in a spreadsheet.
 */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>

enum { SHOWN_BYTES_MAX = 60 };

struct text shown(struct text value)
{
    if (value.length <= SHOWN_BYTES_MAX)
        return value;
    value.length = SHOWN_BYTES_MAX;
    while (value.length > 0 && ((unsigned char)value.bytes[value.length] & 0xC0) == 0x80)
        value.length--;
    return value;
}

enum berm_status table_open(struct table *table, struct arena *arena, struct text csv,
                            const char *file_name, const struct csv_column *columns,
                            size_t column_count, struct berm_error *err)
{
    *table = (struct table){.file_name = file_name, .columns = columns};
    return csv_table_read(arena, csv, file_name, columns, column_count, &table->rows, err);
}

bool table_next(struct table *table)
{
    if (table->next == table->rows.row_count)
        return false;
    table->row = &table->rows.rows[table->next++];
    return true;
}

struct text table_field(const struct table *table, size_t column)
{
    return text_trimmed(table->row->fields[column]);
}

enum berm_status table_fail_within(const struct table *table, size_t column,
                                   enum berm_status status, struct berm_error *err)
{
    int32_t line = table->row->line;

    status = fail_within(err, status, "%s, line %d, column '%.*s'", table->file_name, (int)line,
                         TEXT_ARG(table->columns[column].name));
    if (err != NULL) {
        err->line = line;
        err->column = table->rows.positions[column];
    }
    return status;
}

enum berm_status table_fail(const struct table *table, size_t column, struct berm_error *err,
                            const char *format, ...)
{
    char message[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fail_with(err, BERM_INVALID_INPUT, "%s", message);
    return table_fail_within(table, column, BERM_INVALID_INPUT, err);
}
