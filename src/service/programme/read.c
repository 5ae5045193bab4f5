/* Entitlements on record: one, and lists. An entitlement lies where its household does. */
#include "service/programme/private.h"

static const char *const STATE_NAMES[ENTITLEMENT_STATE_COUNT] = {
    [ENTITLEMENT_DRAFT] = "draft",           [ENTITLEMENT_PENDING] = "pending",
    [ENTITLEMENT_APPROVED] = "approved",     [ENTITLEMENT_PAID] = "paid",
    [ENTITLEMENT_RECONCILED] = "reconciled", [ENTITLEMENT_REJECTED] = "rejected",
    [ENTITLEMENT_SUSPENDED] = "suspended",   [ENTITLEMENT_CANCELLED] = "cancelled",
};

const char *entitlement_state_name(enum entitlement_state state)
{
    assert(state < ENTITLEMENT_STATE_COUNT);
    return STATE_NAMES[state];
}

enum berm_status entitlement_state_find(struct text name, enum entitlement_state *ret_state,
                                        struct berm_error *err)
{
    for (int s = 0; s < ENTITLEMENT_STATE_COUNT; s++)
        if (text_equal(name, text_of(STATE_NAMES[s]))) {
            *ret_state = (enum entitlement_state)s;
            return BERM_OK;
        }
    return fail_with(
        err, BERM_INVALID_INPUT,
        "no entitlement is \"%.*s\"; write draft, pending, approved, paid, reconciled, "
        "rejected, suspended or cancelled",
        TEXT_ARG(name));
}

/* The columns of entitlement_by_id and the lists; texts are good until the next step. */
static enum berm_status read_row(struct statement *rows, struct entitlement_record *record,
                                 struct berm_error *err)
{
    *record = (struct entitlement_record){
        .row = {.household_id = statement_int64(rows, 0),
                .entitlement_id = statement_int64(rows, 1),
                .person_id = statement_int64(rows, 2),
                .household = statement_text(rows, 3),
                .person = statement_text(rows, 4),
                .area = statement_text(rows, 5),
                .programme = statement_text(rows, 8),
                .period = statement_month(rows, 9),
                .amount_minor = statement_int64(rows, 10),
                .risk_level = statement_text(rows, 12),
                .missing = statement_text(rows, 13),
                .proposed_at = statement_text(rows, 14),
                .proposed_by = statement_text(rows, 15),
                .decided_at = statement_text(rows, 16),
                .decided_by = statement_text(rows, 17),
                .approved_by = statement_text(rows, 18),
                .reason = statement_text(rows, 19),
                .measure_id = statement_int64(rows, 20),
                .payment_id = statement_int64(rows, 21)},
        .position = statement_int64(rows, 6),
        .area_id = statement_int64(rows, 7),
        .budget_area_id = statement_int64(rows, 22),
        .budget_year = statement_int64(rows, 23),
    };
    return entitlement_state_find(statement_text(rows, 11), &record->row.state, err);
}

static enum berm_status copy_texts(struct arena *arena, struct entitlement_row *row,
                                   struct berm_error *err)
{
    struct text *const texts[] = {&row->household,   &row->person,      &row->area,
                                  &row->programme,   &row->risk_level,  &row->missing,
                                  &row->proposed_at, &row->proposed_by, &row->decided_at,
                                  &row->decided_by,  &row->approved_by, &row->reason};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, *texts[t], texts[t], err));
    return BERM_OK;
}

enum berm_status entitlement_fail_unknown(int64_t entitlement_id, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no entitlement %lld; berm entitlement list shows those that there "
                     "are",
                     (long long)entitlement_id);
}

enum berm_status entitlement_find(struct office *office, int64_t entitlement_id,
                                  struct arena *arena, struct entitlement_record *ret_record,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct entitlement_record record;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_ENTITLEMENT_BY_ID, &find, err));
    statement_bind_int64(find, ENTITLEMENT_BY_ID__ENTITLEMENT_ID, entitlement_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return entitlement_fail_unknown(entitlement_id, err);
    TRY(read_row(find, &record, err));
    TRY(copy_texts(arena, &record.row, err));
    *ret_record = record;
    return BERM_OK;
}

enum berm_status entitlement_read(struct office *office, const struct caller *caller,
                                  int64_t entitlement_id, struct arena *arena,
                                  struct entitlement_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct entitlement_record record;
    struct area_scope scope;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_ENTITLEMENT_READ, (struct text){0}, arena,
                     &scope, err));
    TRY(entitlement_find(office, entitlement_id, arena, &record, err));
    if (!area_scope_contains(&scope, record.position))
        return entitlement_fail_unknown(entitlement_id, err);
    *ret_row = record.row;
    return BERM_OK;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

struct listing {
    struct office *office;
    const struct entitlement_filter *filter;
    const struct area_scope *scope;
    struct text state;
    int64_t before, count;
    bool is_of_household;
    int64_t household_id;
};

/* The household of the filter, where it is one of the caller's. */
static enum berm_status find_household(struct listing *listing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    bool has_row;

    TRY(statement_prepare(listing->office->store, STATEMENT_HOUSEHOLD_BY_CODE, &find, err));
    statement_bind_text(find, HOUSEHOLD_BY_CODE__CODE, listing->filter->household);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || !area_scope_contains(listing->scope, statement_int64(find, 8)))
        return fail_with(err, BERM_NOT_FOUND, "there is no household %.*s",
                         TEXT_ARG(listing->filter->household));
    listing->household_id = statement_int64(find, 0);
    return BERM_OK;
}

static enum berm_status prepare_of_household(struct listing *listing, struct statement **ret_list,
                                             struct berm_error *err)
{
    const struct entitlement_filter *filter = listing->filter;
    struct statement *list;

    TRY(find_household(listing, err));
    TRY(statement_prepare(listing->office->store, STATEMENT_ENTITLEMENT_OF_HOUSEHOLD, ret_list,
                          err));
    list = *ret_list;
    statement_bind_int64(list, ENTITLEMENT_OF_HOUSEHOLD__HOUSEHOLD_ID, listing->household_id);
    statement_bind_int64(list, ENTITLEMENT_OF_HOUSEHOLD__BEFORE, listing->before);
    statement_bind_text(list, ENTITLEMENT_OF_HOUSEHOLD__PROGRAMME, filter->programme);
    if (filter->has_period)
        statement_bind_month(list, ENTITLEMENT_OF_HOUSEHOLD__PERIOD, filter->period);
    else
        statement_bind_int64(list, ENTITLEMENT_OF_HOUSEHOLD__PERIOD, 0);
    statement_bind_text(list, ENTITLEMENT_OF_HOUSEHOLD__STATE, listing->state);
    statement_bind_int64(list, ENTITLEMENT_OF_HOUSEHOLD__COUNT, listing->count);
    return BERM_OK;
}

static enum berm_status prepare_of_areas(struct listing *listing, struct statement **ret_list,
                                         struct berm_error *err)
{
    const struct entitlement_filter *filter = listing->filter;
    struct statement *list;

    TRY(statement_prepare(listing->office->store, STATEMENT_ENTITLEMENT_LIST, ret_list, err));
    list = *ret_list;
    statement_bind_text(list, ENTITLEMENT_LIST__RANGES, listing->scope->parameter);
    statement_bind_int64(list, ENTITLEMENT_LIST__BEFORE, listing->before);
    statement_bind_text(list, ENTITLEMENT_LIST__PROGRAMME, filter->programme);
    if (filter->has_period)
        statement_bind_month(list, ENTITLEMENT_LIST__PERIOD, filter->period);
    else
        statement_bind_int64(list, ENTITLEMENT_LIST__PERIOD, 0);
    statement_bind_text(list, ENTITLEMENT_LIST__STATE, listing->state);
    statement_bind_int64(list, ENTITLEMENT_LIST__COUNT, listing->count);
    return BERM_OK;
}

enum berm_status entitlements_list(struct office *office, const struct caller *caller,
                                   const struct entitlement_filter *filter,
                                   entitlement_visitor *visit, void *context,
                                   struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct listing listing = {.office = office,
                              .filter = filter,
                              .state = filter->has_state ? text_of(STATE_NAMES[filter->state])
                                                         : TEXT(""),
                              .before = filter->before > 0 ? filter->before : INT64_MAX,
                              .count = filter->limit > 0 ? filter->limit : INT64_MAX};
    struct entitlement_record record;
    const struct programme *programme;
    struct area_scope scope;
    bool has_row;

    TRY(arena_create((size_t)1 << 20, &arena, err));
    if (filter->programme.length > 0)
        TRY(programme_find(office->pack, filter->programme, &programme, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_ENTITLEMENT_READ, filter->area, arena,
                     &scope, err));
    listing.scope = &scope;
    TRY(filter->household.length > 0 ? prepare_of_household(&listing, &list, err)
                                     : prepare_of_areas(&listing, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(read_row(list, &record, err));
        TRY(visit(context, &record.row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
