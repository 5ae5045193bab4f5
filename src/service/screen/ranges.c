/* Some households as ranges of ids, so that neighbours are read together and others not at all. */
#include "service/screen/ranges.h"

#include <stdlib.h>

static int compare_int64(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

enum berm_status ranges_of_ids(struct arena *arena, const int64_t *ids, size_t count,
                               struct id_range **ret_ranges, size_t *ret_count,
                               struct berm_error *err)
{
    struct id_range *ranges;
    int64_t *sorted;
    size_t used = 0;

    TRY(arena_new(arena, count, sizeof *sorted, &sorted, err));
    TRY(arena_new(arena, count, sizeof *ranges, &ranges, err));
    for (size_t i = 0; i < count; i++)
        sorted[i] = ids[i];
    qsort(sorted, count, sizeof *sorted, compare_int64);
    for (size_t i = 0; i < count; i++) {
        struct id_range *last = used ? &ranges[used - 1] : NULL;

        if (last && sorted[i] == last->high)
            continue;
        if (last && sorted[i] == last->high + 1 && last->high - last->low + 1 < BATCH_ROWS_MAX)
            last->high++;
        else
            ranges[used++] = (struct id_range){sorted[i], sorted[i]};
    }
    *ret_ranges = ranges;
    *ret_count = used;
    return BERM_OK;
}

size_t ranges_of_chunk(const struct id_range *ranges, size_t count)
{
    int64_t ids = 0;
    size_t length = 0;

    while (length < count && ids + ranges[length].high - ranges[length].low + 1 <= BATCH_ROWS_MAX) {
        ids += ranges[length].high - ranges[length].low + 1;
        length++;
    }
    return length;
}
