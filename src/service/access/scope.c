/*
 * Ranges of area positions. A statement takes them as one text of 38 digits for each range, low and
 * high, because that is the only form of a list that both databases read without an extension; a
 * WITH block at its head cuts it up (sql/reading.sql).
 */
#include <stdlib.h>

#include "service/access.h"

enum { POSITION_DIGITS = 19, RANGE_DIGITS = 2 * POSITION_DIGITS };

bool area_scope_contains(const struct area_scope *scope, int64_t position)
{
    size_t low = 0;
    size_t high = scope->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (position > scope->ranges[middle].high)
            low = middle + 1;
        else
            high = middle;
    }
    return low < scope->count && position >= scope->ranges[low].low;
}

/* A range that is covered lies in one range: those that meet are joined. */
bool area_scope_covers(const struct area_scope *scope, const struct area_scope *inner)
{
    size_t at = 0;

    for (size_t i = 0; i < inner->count; i++) {
        while (at < scope->count && scope->ranges[at].high < inner->ranges[i].high)
            at++;
        if (at == scope->count || scope->ranges[at].low > inner->ranges[i].low)
            return false;
    }
    return true;
}

static int compare_ranges(const void *a, const void *b)
{
    const struct area_range *first = a;
    const struct area_range *second = b;

    return (first->low > second->low) - (first->low < second->low);
}

/* Sorted, and those that meet or overlap joined; returns how many are left. */
static size_t join_ranges(struct area_range *ranges, size_t count)
{
    size_t kept = 0;

    qsort(ranges, count, sizeof *ranges, compare_ranges);
    for (size_t i = 1; i < count; i++) {
        struct area_range *last = &ranges[kept];

        if (last->high == INT64_MAX || ranges[i].low <= last->high + 1) {
            if (ranges[i].high > last->high)
                last->high = ranges[i].high;
        } else {
            ranges[++kept] = ranges[i];
        }
    }
    return kept + 1;
}

enum berm_status area_scope_make(struct area_range *ranges, size_t count, struct arena *arena,
                                 struct area_scope *ret_scope, struct berm_error *err)
{
    struct area_scope scope = {.ranges = ranges};
    CLEANUP(buffer_free) struct buffer digits = {0};

    assert(count > 0);
    scope.count = join_ranges(ranges, count);
    scope.is_everything = ranges[0].low == 0 && ranges[0].high == INT64_MAX;
    for (size_t i = 0; i < scope.count; i++) {
        assert(ranges[i].low >= 0 && ranges[i].high >= ranges[i].low);
        buffer_append_format(&digits, "%0*lld%0*lld", POSITION_DIGITS, (long long)ranges[i].low,
                             POSITION_DIGITS, (long long)ranges[i].high);
    }
    TRY(buffer_status(&digits, err));
    assert(digits.length == scope.count * RANGE_DIGITS);
    TRY(text_copy(arena, buffer_text(&digits), &scope.parameter, err));
    *ret_scope = scope;
    return BERM_OK;
}
