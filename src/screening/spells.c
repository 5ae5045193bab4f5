/*
 * Differences between months. A finding is stored as a spell, so an unchanged month writes nothing.
 * The lists are short (a household has a handful of findings): plain loops.
 */
#include "screening.h"

static bool is_same(const struct open_finding *open, const struct found *found)
{
    return open->finding == found->finding && open->severity == found->severity &&
           open->is_undetermined == found->is_undetermined;
}

void spells_compare(const struct open_finding *open, size_t open_count,
                    const struct household_result *result, int64_t *closed, size_t *opened,
                    struct spell_changes *ret_changes)
{
    struct spell_changes changes = {.closed = closed, .opened = opened};

    for (size_t o = 0; o < open_count; o++) {
        size_t f = 0;

        while (f < result->found_count && !is_same(&open[o], &result->found[f]))
            f++;
        if (f == result->found_count)
            closed[changes.closed_count++] = open[o].finding_id;
        else
            changes.unchanged_count++;
    }
    for (size_t f = 0; f < result->found_count; f++) {
        size_t o = 0;

        while (o < open_count && !is_same(&open[o], &result->found[f]))
            o++;
        if (o == open_count)
            opened[changes.opened_count++] = f;
    }
    *ret_changes = changes;
}
