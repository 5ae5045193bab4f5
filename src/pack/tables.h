/* The small tables of a pack: findings.csv, measures.csv, figures.csv, and what warnings.csv (in
 * warnings.h) shares with them. Private to pack. */
#ifndef PACK_TABLES_H
#define PACK_TABLES_H

#include "pack/pack.h"

enum { PACK_TABLE_ROWS_MAX = 2000 };

/** A table as it stands, and what is checked of each row: that no required field is empty and no
 * value of the first column stands twice, which must be a code. */
MUST_USE enum berm_status tables_read_rows(struct arena *arena, struct text csv, const char *file,
                                           const struct csv_column *columns, size_t column_count,
                                           struct csv_table *ret_table, struct berm_error *err);
MUST_USE enum berm_status tables_check_row(const struct csv_table *table, size_t row,
                                           const char *file, const struct csv_column *columns,
                                           size_t column_count, struct berm_error *err);
MUST_USE enum berm_status tables_check_code(const struct csv_table *table, size_t row,
                                            const char *file, struct berm_error *err);

/**
 * Read one table into pack.
 * Owner   in arena; texts are copied.
 * Errors  BERM_INVALID_INPUT with line, column and file: what csv_table_read finds, a code twice, a
 *         label or code that is empty, a kind that is none; BERM_LIMIT; BERM_NO_MEMORY.
 */
MUST_USE enum berm_status tables_read_findings(struct arena *arena, struct text csv,
                                               struct pack *pack, struct berm_error *err);
MUST_USE enum berm_status tables_read_measures(struct arena *arena, struct text csv,
                                               struct pack *pack, struct berm_error *err);
MUST_USE enum berm_status tables_read_figures(struct arena *arena, struct text csv,
                                              struct pack *pack, struct berm_error *err);

/** The code of the table that is nearest to a word, for a suggestion; length 0 where none is. */
struct text tables_nearest_finding(const struct pack *pack, struct text code);
struct text tables_nearest_measure(const struct pack *pack, struct text code);

#endif
