/* The small tables of a pack: findings.csv, measures.csv, figures.csv. Private to pack. */
#ifndef PACK_TABLES_H
#define PACK_TABLES_H

#include "pack/pack.h"

enum { PACK_TABLE_ROWS_MAX = 2000 };

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
