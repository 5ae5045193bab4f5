/*
 * Differences between months. A finding is stored as a spell, so an unchanged month writes nothing.
 * The lists are short (a household has a handful of findings): plain loops.
 *
 * Undetermined never clears a finding: a spell that was certain stays open while its finding cannot
 * be told, and no second spell is opened beside it.
 */
#include "screening.h"

static bool is_same(const struct open_finding *open, const struct found *found)
{
    return open->finding == found->finding && open->severity == found->severity &&
           open->is_undetermined == found->is_undetermined;
}

/* The certain finding that is open, and what was found cannot be told. */
static bool is_kept(const struct open_finding *open, const struct found *found)
{
    return open->finding == found->finding && !open->is_undetermined && found->is_undetermined;
}

void spells_compare(const struct open_finding *open, size_t open_count,
                    const struct household_result *result, int64_t *closed, size_t *opened,
                    struct spell_changes *ret_changes)
{
    struct spell_changes changes = {.closed = closed, .opened = opened};

    for (size_t o = 0; o < open_count; o++) {
        bool stays = false;

        for (size_t f = 0; f < result->found_count; f++) {
            bool kept = is_kept(&open[o], &result->found[f]);

            stays = stays || kept || is_same(&open[o], &result->found[f]);
            if (kept && open[o].severity > changes.kept_severity)
                changes.kept_severity = (enum severity)open[o].severity;
        }
        if (stays)
            changes.unchanged_count++;
        else
            closed[changes.closed_count++] = open[o].finding_id;
    }
    for (size_t f = 0; f < result->found_count; f++) {
        bool is_open = false;

        for (size_t o = 0; o < open_count; o++)
            is_open = is_open || is_same(&open[o], &result->found[f]) ||
                      is_kept(&open[o], &result->found[f]);
        if (!is_open)
            opened[changes.opened_count++] = f;
    }
    *ret_changes = changes;
}
