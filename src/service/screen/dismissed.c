/*
 * A spell whose severity stays goes on however much worse its distance becomes, and nothing is
 * written. Where a person dismissed it that would hide what the person could not know, so the few
 * dismissed spells of a chunk are read beside what is open.
 */
#include "service/screen/dismissed.h"

#include <stdlib.h>

struct dismissed_list {
    struct statement *select;
    struct dismissed_spell *spells;
    size_t count, capacity;
    size_t at; /* before it: households that were asked for */
};

enum berm_status dismissed_list_create(struct store *store, struct dismissed_list **ret_list,
                                       struct berm_error *err)
{
    struct dismissed_list *list = calloc(1, sizeof *list);
    enum berm_status status;

    if (list == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory to screen households");
    status = statement_prepare(store, STATEMENT_CASE_DISMISSAL_IN_RANGE, &list->select, err);
    if (status != BERM_OK) {
        dismissed_list_free(list);
        return status;
    }
    *ret_list = list;
    return BERM_OK;
}

void dismissed_list_free(struct dismissed_list *list)
{
    if (list == NULL)
        return;
    statement_close(list->select);
    free(list->spells);
    free(list);
}

static enum berm_status read_range(struct dismissed_list *list, struct id_range range,
                                   struct berm_error *err)
{
    struct statement *select = list->select;
    bool has_row;

    statement_reset(select);
    statement_bind_int64(select, CASE_DISMISSAL_IN_RANGE__LOW, range.low);
    statement_bind_int64(select, CASE_DISMISSAL_IN_RANGE__HIGH, range.high);
    TRY(statement_step(select, &has_row, err));
    while (has_row) {
        TRY(rows_grow(&list->spells, sizeof *list->spells, list->count, &list->capacity, err));
        list->spells[list->count++] =
            (struct dismissed_spell){.household_id = statement_int64(select, 0),
                                     .finding_id = statement_int64(select, 1),
                                     .then = {.severity = (enum severity)statement_int64(select, 2),
                                              .has_distance = true,
                                              .distance_millionths = statement_int64(select, 3)}};
        TRY(statement_step(select, &has_row, err));
    }
    statement_reset(select);
    return BERM_OK;
}

enum berm_status dismissed_list_read(struct dismissed_list *list, const struct id_range *ranges,
                                     size_t range_count, struct berm_error *err)
{
    list->count = list->at = 0;
    for (size_t r = 0; r < range_count; r++)
        TRY(read_range(list, ranges[r], err));
    return BERM_OK;
}

size_t dismissed_list_take(struct dismissed_list *list, int64_t household_id,
                           const struct dismissed_spell **ret_spells)
{
    size_t first;

    while (list->at < list->count && list->spells[list->at].household_id < household_id)
        list->at++;
    first = list->at;
    while (list->at < list->count && list->spells[list->at].household_id == household_id)
        list->at++;
    *ret_spells = list->at > first ? &list->spells[first] : NULL;
    return list->at - first;
}
