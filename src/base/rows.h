/* Arrays on the heap that grow by doubling. */
#ifndef BASE_ROWS_H
#define BASE_ROWS_H

#include "status.h"

/**
 * Room for one more row.
 * Shape   rows: the address of a pointer, NULL at first, to rows of size_bytes; count are in use.
 *         New rows are not zeroed.
 * Owner   the caller, who frees *rows; it is as it was where this fails.
 * Errors  BERM_NO_MEMORY.
 */
MUST_USE enum berm_status rows_grow(void *rows, size_t size_bytes, size_t count, size_t *capacity,
                                    struct berm_error *err);

#endif
