/* The fields of one record to a typed row. Private to exchange. */
#ifndef EXCHANGE_IMPORT_CELLS_H
#define EXCHANGE_IMPORT_CELLS_H

#include "exchange/import_columns.h"

/** A row of any kind; each begins with its struct import_row. */
union typed_row {
    struct import_row row;
    struct import_area area;
    struct import_household household;
    struct import_person person;
    struct import_flow flow;
};

size_t typed_row_bytes(enum import_kind kind);

/**
 * Fill a row, which is all zero, from a record. The first thing that is wrong rejects it.
 * Owner   texts are slices of the fields, of the dictionary, or in arena.
 * Errors  BERM_NO_MEMORY.
 */
MUST_USE enum berm_status cells_read(const struct column_plan *plan, const struct text *fields,
                                     size_t field_count, date_days today, struct arena *arena,
                                     union typed_row *row, struct berm_error *err);

/** What a column holds for a record. */
MUST_USE enum berm_status import_column_text(const struct import_column *column,
                                             const struct text *fields, size_t field_count,
                                             struct arena *arena, struct text *ret_text,
                                             struct berm_error *err);

#endif
