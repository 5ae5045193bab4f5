#include "rows.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_AT_FIRST = 64 };

enum berm_status rows_grow(void *rows, size_t size_bytes, size_t count, size_t *capacity,
                           struct berm_error *err)
{
    size_t wanted = *capacity == 0 ? ROWS_AT_FIRST : *capacity * 2;
    void *old;
    void *grown;

    if (count < *capacity)
        return BERM_OK;
    memcpy(&old, rows, sizeof old); /* a pointer to rows of any kind */
    grown = reallocarray(old, wanted, size_bytes);
    if (grown == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    memcpy(rows, &grown, sizeof grown);
    *capacity = wanted;
    return BERM_OK;
}
