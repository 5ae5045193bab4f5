/* The rows of a pack's small CSV file one after the other, with errors that say where. */
#ifndef REGISTER_TABLE_H
#define REGISTER_TABLE_H

#include "register/register.h"

/** TEXT is no constant expression, so it cannot stand in a table of columns. */
#define TABLE_COLUMN(column_name, is_it_required)                                                  \
    {                                                                                              \
        .name = {("" column_name), sizeof(column_name) - 1}, .is_required = (is_it_required)       \
    }

struct table {
    const char *file_name; /* for messages: "dictionary.csv" */
    const struct csv_column *columns;
    struct csv_table rows;
    size_t next;
    const struct csv_row *row; /* the present one */
};

/** Owner  the texts are in arena and stay there. columns must outlive the table. */
MUST_USE enum berm_status table_open(struct table *table, struct arena *arena, struct text csv,
                                     const char *file_name, const struct csv_column *columns,
                                     size_t column_count, struct berm_error *err);
/** Go to the next row; false at the end. */
bool table_next(struct table *table);
/** A field of the present row without blanks around it; empty where the file has no such column. */
struct text table_field(const struct table *table, size_t column);
/** BERM_INVALID_INPUT: "dictionary.csv, line 7, column 'type': ..." */
enum berm_status table_fail(const struct table *table, size_t column, struct berm_error *err,
                            const char *format, ...) PRINTF_LIKE(4, 5) __attribute__((cold));
/** Put the place before what err already says, and keep its status. */
enum berm_status table_fail_within(const struct table *table, size_t column,
                                   enum berm_status status, struct berm_error *err)
    __attribute__((cold));

/** A value as messages show it: not more than 60 bytes of it, cut at a character. */
struct text shown(struct text value);

#endif
