/*
 * Take-up: who is eligible and goes without. The programme goes to the door, so the list begins
 * with those whom the last run found worst. Reading, and nothing is stored: it is right for the
 * moment in which it is asked.
 */
#include "service/programme/private.h"

#include <stdlib.h>

struct waiting {
    struct take_up_row row;
    enum severity risk;
    size_t order; /* as found: by household */
};

struct taking_up {
    struct arena *arena;
    const struct programme *const *programmes;
    struct id_set *claimed; /* for each programme */
    size_t programme_count;
    const struct household_risk *households;
    size_t household_count, household_at;
    struct waiting *waiting;
    size_t count, capacity;
};

static const struct id_set *claims_of(const struct taking_up *taking_up,
                                      const struct programme *programme)
{
    size_t p = 0;

    while (taking_up->programmes[p] != programme)
        p++;
    assert(p < taking_up->programme_count);
    return &taking_up->claimed[p];
}

static enum berm_status note(void *context, const struct assessed *assessed, struct berm_error *err)
{
    struct taking_up *taking_up = context;
    const struct programme *programme = assessed->answer->programme;
    int64_t subject = assessed->person_id ? assessed->person_id : assessed->household_id;
    struct waiting *waiting;

    if (id_set_has(claims_of(taking_up, programme), subject))
        return BERM_OK;
    while (taking_up->household_at < taking_up->household_count &&
           taking_up->households[taking_up->household_at].household_id < assessed->household_id)
        taking_up->household_at++;
    TRY(rows_reserve(taking_up->arena, &taking_up->waiting, sizeof *taking_up->waiting,
                     taking_up->count, &taking_up->capacity, err));
    waiting = &taking_up->waiting[taking_up->count];
    waiting->order = taking_up->count++;
    if (taking_up->household_at < taking_up->household_count)
        waiting->risk = taking_up->households[taking_up->household_at].risk;
    waiting->row = (struct take_up_row){.programme = programme->code,
                                        .risk_level = text_of(severity_name(waiting->risk)),
                                        .amount_minor = assessed->answer->amount_minor};
    TRY(text_copy(taking_up->arena, assessed->household, &waiting->row.household, err));
    TRY(text_copy(taking_up->arena, assessed->area, &waiting->row.area, err));
    TRY(text_copy(taking_up->arena, assessed->person, &waiting->row.person, err));
    return assess_missing_text(taking_up->arena, assessed->answer, &waiting->row.missing, err);
}

/* The worst first; those who are certainly eligible before those of whom nobody can tell. */
static int compare_waiting(const void *left, const void *right)
{
    const struct waiting *a = left;
    const struct waiting *b = right;
    bool is_a_unknown = a->row.missing.length > 0, is_b_unknown = b->row.missing.length > 0;

    if (a->risk != b->risk)
        return (int)b->risk - (int)a->risk;
    if (is_a_unknown != is_b_unknown)
        return (int)is_a_unknown - (int)is_b_unknown;
    return (a->order > b->order) - (a->order < b->order);
}

static enum berm_status read_programmes(struct office *office, const struct pack *pack,
                                        struct text code, month_number month,
                                        struct taking_up *taking_up, struct berm_error *err)
{
    const struct programme **programmes;
    const struct programme *one = NULL;

    if (code.length > 0)
        TRY(programme_find(pack, code, &one, err));
    taking_up->programme_count = one ? 1 : pack->programme_count;
    TRY(arena_new(taking_up->arena, taking_up->programme_count, sizeof *programmes, &programmes,
                  err));
    TRY(arena_new(taking_up->arena, taking_up->programme_count, sizeof *taking_up->claimed,
                  &taking_up->claimed, err));
    for (size_t p = 0; p < taking_up->programme_count; p++) {
        programmes[p] = one ? one : &pack->programmes[p];
        TRY(claims_read(office->store, programmes[p], programme_period(programmes[p], month),
                        taking_up->arena, &taking_up->claimed[p], err));
    }
    taking_up->programmes = programmes;
    return BERM_OK;
}

enum berm_status take_up_list(struct office *office, const struct caller *caller,
                              struct text programme, struct text area, month_number month,
                              int64_t limit, take_up_visitor *visit, void *context,
                              struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct taking_up taking_up = {0};
    struct household_risk *households;
    struct assess_order order;
    struct area_scope scope;
    int64_t *ids;

    TRY(arena_create(PROGRAMME_BYTES_MAX, &arena, err));
    taking_up.arena = arena;
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_ENTITLEMENT_READ, area, arena, &scope, err));
    TRY(assess_begin(office, &order, err));
    TRY(read_programmes(office, order.pack, programme, month, &taking_up, err));
    TRY(assess_list_households(office->store, &scope, TAKE_UP_HOUSEHOLDS_MAX + 1, arena,
                               &households, &ids, &taking_up.household_count, err));
    if (taking_up.household_count > TAKE_UP_HOUSEHOLDS_MAX)
        return fail_with(err, BERM_LIMIT,
                         "the area has more than %d households; ask for one of the areas below it",
                         (int)TAKE_UP_HOUSEHOLDS_MAX);
    taking_up.households = households;
    order.programmes = taking_up.programmes;
    order.programme_count = taking_up.programme_count;
    order.household_ids = ids;
    order.household_count = taking_up.household_count;
    TRY(assess_households(office, &order, note, &taking_up, err));
    if (taking_up.count > 1)
        qsort(taking_up.waiting, taking_up.count, sizeof *taking_up.waiting, compare_waiting);
    for (size_t i = 0; i < taking_up.count && (limit == 0 || i < (size_t)limit); i++)
        TRY(visit(context, &taking_up.waiting[i].row, err));
    return BERM_OK;
}
