/* A small CSV file with a header line, read whole: the tables of a pack. */
#ifndef BASE_CSV_TABLE_H
#define BASE_CSV_TABLE_H

#include "csv.h"

enum { CSV_TABLE_COLUMNS_MAX = 32 };

/** A column that the caller knows. */
struct csv_column {
    struct text name;
    bool is_required; /* the header must name it; its fields may still be empty */
};

struct csv_row {
    int32_t line;
    const struct text *fields; /* one for each column known, in the caller's order; may be empty */
};

struct csv_table {
    const struct csv_row *rows;
    size_t row_count;
    /** Where each known column stands in the file, from 1, for messages; 0: the file has it not. */
    const int32_t *positions;
};

/**
 * Read a table whose columns may stand in any order.
 * Shape   column_count: at most CSV_TABLE_COLUMNS_MAX.
 * Owner   in arena; the texts are copied.
 * Errors  BERM_INVALID_INPUT with line, column and file (which opens the message): a column
 * unknown, twice or missing, a row with more or fewer fields than the header, bad CSV;
 *         BERM_NO_MEMORY.
 */
MUST_USE enum berm_status csv_table_read(struct arena *arena, struct text csv, const char *file,
                                         const struct csv_column *columns, size_t column_count,
                                         struct csv_table *ret_table, struct berm_error *err);

#endif
