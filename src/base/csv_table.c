/*
 * Tables with a header line. Rows are collected in a growing buffer and then moved into the
 * arena, because a reader hands out one record at a time and nobody knows how many there are. An
 * unknown column is an error and not passed over: a misspelled one would silently mean "empty".
 */
#include "base/csv_table.h"

#include <stdint.h>
#include <string.h>

struct reading {
    struct arena *arena;
    const char *file;
    const struct csv_column *columns;
    size_t column_count;
    size_t header_count;
    int column_of_field[CSV_TABLE_COLUMNS_MAX]; /* header's field -> the caller's column */
    int32_t *positions;
    struct buffer rows; /* struct csv_row */
};

static void reading_end(struct reading *reading)
{
    buffer_free(&reading->rows);
}

static int32_t line_of(const struct csv_record *record)
{
    return record->line > INT32_MAX ? INT32_MAX : (int32_t)record->line;
}

static int find_column(const struct reading *reading, struct text name)
{
    for (size_t i = 0; i < reading->column_count; i++)
        if (text_equal(reading->columns[i].name, name))
            return (int)i;
    return -1;
}

static enum berm_status fail_with_unknown_column(const struct reading *reading,
                                                 const struct csv_record *record, size_t field,
                                                 struct berm_error *err)
{
    struct text name = text_trimmed(record->fields[field]);
    struct text names[CSV_TABLE_COLUMNS_MAX];
    int nearest;

    for (size_t i = 0; i < reading->column_count; i++)
        names[i] = reading->columns[i].name;
    nearest = text_nearest(name, names, reading->column_count);
    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, line_of(record), (int32_t)field + 1,
                       "%s: there is no column '%.*s'; did you mean '%.*s'?", reading->file,
                       TEXT_ARG(name), TEXT_ARG(names[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, line_of(record), (int32_t)field + 1,
                   "%s: there is no column '%.*s'; take it out", reading->file, TEXT_ARG(name));
}

static enum berm_status read_header(struct reading *reading, const struct csv_record *record,
                                    struct berm_error *err)
{
    reading->header_count = record->field_count;
    for (size_t i = 0; i < record->field_count; i++) {
        int column = find_column(reading, text_trimmed(record->fields[i]));

        if (column < 0)
            return fail_with_unknown_column(reading, record, i, err);
        if (reading->positions[column] != 0)
            return fail_at(err, BERM_INVALID_INPUT, line_of(record), (int32_t)i + 1,
                           "%s: the column '%.*s' stands twice; keep one of them", reading->file,
                           TEXT_ARG(reading->columns[column].name));
        reading->column_of_field[i] = column; /* no column twice: i < CSV_TABLE_COLUMNS_MAX */
        reading->positions[column] = (int32_t)i + 1;
    }
    for (size_t i = 0; i < reading->column_count; i++)
        if (reading->columns[i].is_required && reading->positions[i] == 0)
            return fail_at(err, BERM_INVALID_INPUT, line_of(record), 0,
                           "%s: the column '%.*s' is missing; add it", reading->file,
                           TEXT_ARG(reading->columns[i].name));
    return BERM_OK;
}

static enum berm_status read_row(struct reading *reading, const struct csv_record *record,
                                 struct berm_error *err)
{
    struct csv_row row = {.line = line_of(record)};
    struct text *fields;

    if (record->field_count != reading->header_count)
        return fail_at(err, BERM_INVALID_INPUT, row.line, 0,
                       "%s: this row has %zu fields and the header %zu; put quotes around a text "
                       "with a comma, or add what is missing",
                       reading->file, record->field_count, reading->header_count);
    TRY(arena_new(reading->arena, reading->column_count, sizeof *fields, &fields, err));
    for (size_t i = 0; i < reading->column_count; i++)
        fields[i] = TEXT("");
    for (size_t i = 0; i < record->field_count; i++)
        if (record->fields[i].length > 0)
            TRY(text_copy(reading->arena, record->fields[i], &fields[reading->column_of_field[i]],
                          err));
    row.fields = fields;
    buffer_append(&reading->rows, &row, sizeof row);
    return buffer_status(&reading->rows, err);
}

static enum berm_status read_records(struct reading *reading, struct text csv,
                                     struct berm_error *err)
{
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    bool has_header = false;

    TRY(csv_reader_create_from_text(csv, &reader, err));
    for (;;) {
        struct csv_record record;
        bool has_record;

        TRY(csv_reader_next(reader, &record, &has_record, err));
        if (!has_record)
            break;
        if (record.problem != CSV_FINE)
            return fail_at(err, BERM_INVALID_INPUT, line_of(&record), record.problem_column,
                           "%s: %s", reading->file, csv_problem_text(record.problem));
        if (has_header)
            TRY(read_row(reading, &record, err));
        else
            TRY(read_header(reading, &record, err));
        has_header = true;
    }
    if (!has_header)
        return fail_at(err, BERM_INVALID_INPUT, 1, 0,
                       "%s: the file is empty; begin it with a line that names its columns",
                       reading->file);
    return BERM_OK;
}

enum berm_status csv_table_read(struct arena *arena, struct text csv, const char *file,
                                const struct csv_column *columns, size_t column_count,
                                struct csv_table *ret_table, struct berm_error *err)
{
    CLEANUP(reading_end)
    struct reading reading = {
        .arena = arena, .file = file, .columns = columns, .column_count = column_count};
    struct csv_row *rows;
    size_t row_count;

    assert(column_count <= CSV_TABLE_COLUMNS_MAX);
    TRY(arena_new(arena, column_count, sizeof *reading.positions, &reading.positions, err));
    TRY(read_records(&reading, csv, err));
    row_count = reading.rows.length / sizeof *rows;
    TRY(arena_new(arena, row_count, sizeof *rows, &rows, err));
    if (row_count > 0)
        memcpy(rows, reading.rows.bytes, reading.rows.length);
    *ret_table =
        (struct csv_table){.rows = rows, .row_count = row_count, .positions = reading.positions};
    return BERM_OK;
}
