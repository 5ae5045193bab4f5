/* Measures on record: one, and lists. A measure lies where its household does. */
#include "service/measure/private.h"

static const char *const STATE_NAMES[MEASURE_STATE_COUNT] = {
    [MEASURE_PLANNED] = "planned",
    [MEASURE_UNDER_WAY] = "under_way",
    [MEASURE_DELIVERED] = "delivered",
    [MEASURE_CANCELLED] = "cancelled",
};

const char *measure_state_name(enum measure_state state)
{
    assert(state < MEASURE_STATE_COUNT);
    return STATE_NAMES[state];
}

enum berm_status measure_state_find(struct text name, enum measure_state *ret_state,
                                    struct berm_error *err)
{
    for (int s = 0; s < MEASURE_STATE_COUNT; s++)
        if (text_equal(name, text_of(STATE_NAMES[s]))) {
            *ret_state = (enum measure_state)s;
            return BERM_OK;
        }
    return fail_with(err, BERM_INVALID_INPUT,
                     "no measure is \"%.*s\"; write planned, under_way, delivered or cancelled",
                     TEXT_ARG(name));
}

/* The columns of measure_by_id and the lists; texts are good until the next step. */
static enum berm_status read_row(struct statement *rows, struct measure_row *row,
                                 int64_t *ret_position, struct berm_error *err)
{
    *row = (struct measure_row){
        .household_id = statement_int64(rows, 0),
        .measure_id = statement_int64(rows, 1),
        .case_id = statement_int64(rows, 2),
        .household = statement_text(rows, 3),
        .area = statement_text(rows, 4),
        .finding = statement_text(rows, 6),
        .measure = statement_text(rows, 7),
        .programme = statement_text(rows, 8),
        .owner = statement_text(rows, 9),
        .due_on = statement_text(rows, 10),
        .is_recommended = statement_int64(rows, 12) != 0,
        .planned_at = statement_text(rows, 14),
        .planned_by = statement_text(rows, 15),
        .started_on = statement_text(rows, 16),
        .delivered_on = statement_text(rows, 17),
        .evidence = statement_text(rows, 18),
        .attachment_sha256 = statement_text(rows, 19),
        .result = statement_text(rows, 20),
        .reason = statement_text(rows, 21),
    };
    *ret_position = statement_int64(rows, 5);
    row->has_amount = statement_has_int64(rows, 13, &row->amount_minor);
    return measure_state_find(statement_text(rows, 11), &row->state, err);
}

static enum berm_status copy_texts(struct arena *arena, struct measure_row *row,
                                   struct berm_error *err)
{
    struct text *const texts[] = {
        &row->household,         &row->area,       &row->finding,      &row->measure,
        &row->programme,         &row->owner,      &row->due_on,       &row->planned_at,
        &row->planned_by,        &row->started_on, &row->delivered_on, &row->evidence,
        &row->attachment_sha256, &row->result,     &row->reason};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, *texts[t], texts[t], err));
    return BERM_OK;
}

enum berm_status measure_fail_unknown(int64_t measure_id, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no measure %lld; berm measure list shows those that there are",
                     (long long)measure_id);
}

enum berm_status measure_find(struct office *office, int64_t measure_id, struct arena *arena,
                              struct measure_row *ret_row, int64_t *ret_position,
                              struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct measure_row row;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_MEASURE_BY_ID, &find, err));
    statement_bind_int64(find, MEASURE_BY_ID__MEASURE_ID, measure_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return measure_fail_unknown(measure_id, err);
    TRY(read_row(find, &row, ret_position, err));
    TRY(copy_texts(arena, &row, err));
    *ret_row = row;
    return BERM_OK;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

/* What both lists are bound with. */
struct listing {
    struct office *office;
    const struct measure_filter *filter;
    struct text state, overdue_on;
    int64_t before, count;
};

static enum berm_status prepare_of_household(const struct listing *listing, int64_t household_id,
                                             struct statement **ret_list, struct berm_error *err)
{
    TRY(statement_prepare(listing->office->store, STATEMENT_MEASURE_OF_HOUSEHOLD, ret_list, err));
    statement_bind_int64(*ret_list, MEASURE_OF_HOUSEHOLD__HOUSEHOLD_ID, household_id);
    statement_bind_int64(*ret_list, MEASURE_OF_HOUSEHOLD__BEFORE, listing->before);
    statement_bind_text(*ret_list, MEASURE_OF_HOUSEHOLD__OWNER, listing->filter->owner);
    statement_bind_text(*ret_list, MEASURE_OF_HOUSEHOLD__STATE, listing->state);
    statement_bind_text(*ret_list, MEASURE_OF_HOUSEHOLD__OVERDUE_ON, listing->overdue_on);
    statement_bind_int64(*ret_list, MEASURE_OF_HOUSEHOLD__COUNT, listing->count);
    return BERM_OK;
}

static enum berm_status prepare_of_areas(const struct listing *listing,
                                         const struct area_scope *scope,
                                         struct statement **ret_list, struct berm_error *err)
{
    TRY(statement_prepare(listing->office->store, STATEMENT_MEASURE_LIST, ret_list, err));
    statement_bind_text(*ret_list, MEASURE_LIST__RANGES, scope->parameter);
    statement_bind_int64(*ret_list, MEASURE_LIST__BEFORE, listing->before);
    statement_bind_text(*ret_list, MEASURE_LIST__OWNER, listing->filter->owner);
    statement_bind_text(*ret_list, MEASURE_LIST__STATE, listing->state);
    statement_bind_text(*ret_list, MEASURE_LIST__OVERDUE_ON, listing->overdue_on);
    statement_bind_int64(*ret_list, MEASURE_LIST__COUNT, listing->count);
    return BERM_OK;
}

static enum berm_status find_household(struct office *office, struct text code,
                                       const struct area_scope *scope, int64_t *ret_household_id,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_HOUSEHOLD_BY_CODE, &find, err));
    statement_bind_text(find, HOUSEHOLD_BY_CODE__CODE, code);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || !area_scope_contains(scope, statement_int64(find, 8)))
        return fail_with(err, BERM_NOT_FOUND, "there is no household %.*s", TEXT_ARG(code));
    *ret_household_id = statement_int64(find, 0);
    return BERM_OK;
}

enum berm_status measures_list(struct office *office, const struct caller *caller,
                               const struct measure_filter *filter, measure_visitor *visit,
                               void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct listing listing = {.office = office,
                              .filter = filter,
                              .state = filter->has_state ? text_of(STATE_NAMES[filter->state])
                                                         : TEXT(""),
                              .overdue_on = TEXT(""),
                              .before = filter->before > 0 ? filter->before : INT64_MAX,
                              .count = filter->limit > 0 ? filter->limit : INT64_MAX};
    char today_text[DATE_TEXT_MAX];
    int64_t household_id, position;
    struct area_scope scope;
    struct measure_row row;
    date_days today;
    bool has_row;

    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(office_today(office, &today, err));
    if (filter->is_overdue)
        listing.overdue_on = date_format(today, today_text);
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_MEASURE_READ, filter->area, arena, &scope,
                     err));
    if (filter->household.length > 0) {
        TRY(find_household(office, filter->household, &scope, &household_id, err));
        TRY(prepare_of_household(&listing, household_id, &list, err));
    } else {
        TRY(prepare_of_areas(&listing, &scope, &list, err));
    }
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(read_row(list, &row, &position, err));
        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status measures_of_household(struct office *office, int64_t household_id,
                                       struct arena *arena, struct measure_row **ret_rows,
                                       size_t *ret_count, struct berm_error *err)
{
    static const struct measure_filter ALL = {.limit = 0};
    CLEANUP(statement_closep) struct statement *list = NULL;
    const struct listing listing = {.office = office,
                                    .filter = &ALL,
                                    .state = TEXT(""),
                                    .overdue_on = TEXT(""),
                                    .before = INT64_MAX,
                                    .count = INT64_MAX};
    struct measure_row *rows = NULL;
    size_t count = 0, capacity = 0;
    int64_t position;
    bool has_row;

    TRY(prepare_of_household(&listing, household_id, &list, err));
    TRY(statement_step(list, &has_row, err));
    for (; has_row; count++) {
        TRY(rows_reserve(arena, &rows, sizeof *rows, count, &capacity, err));
        TRY(read_row(list, &rows[count], &position, err));
        TRY(copy_texts(arena, &rows[count], err));
        TRY(statement_step(list, &has_row, err));
    }
    *ret_rows = rows;
    *ret_count = count;
    return BERM_OK;
}
