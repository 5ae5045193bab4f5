/*
 * Budgets: money for a programme in an area and a year. What is reserved and spent stands in the
 * budget's own row, so that a reservation is one comparison and not a sum over all entitlements;
 * the table itself refuses more than the amount.
 */
#include "service/programme/private.h"

#include <stdio.h>

enum { BUDGET_YEAR_MIN = 1990, BUDGET_YEAR_MAX = 2200 };

enum berm_status programme_find(const struct pack *pack, struct text code,
                                const struct programme **ret_programme, struct berm_error *err)
{
    struct text nearest;

    *ret_programme = pack_programme(pack, code);
    if (*ret_programme != NULL)
        return BERM_OK;
    nearest = pack_programme_nearest(pack, code);
    if (nearest.length > 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "the pack has no programme '%.*s'; did you mean '%.*s'?", TEXT_ARG(code),
                         TEXT_ARG(nearest));
    return fail_with(err, BERM_NOT_FOUND,
                     "the pack has no programme '%.*s'; berm programme list shows those that there "
                     "are",
                     TEXT_ARG(code));
}

enum berm_status budget_year_of(struct office *office, month_number period, int64_t *ret_year,
                                struct berm_error *err)
{
    date_days today;

    if (period == PERIOD_ONCE) {
        TRY(office_today(office, &today, err));
        period = month_of_date(today);
    }
    *ret_year = period / 12;
    return BERM_OK;
}

/* ---- Setting --------------------------------------------------------------------------------- */

struct budget_setting {
    struct budget_place place;
    bool is_there;
    int64_t amount_minor, reserved_minor, spent_minor; /* as they were */
};

static enum berm_status read_budget(struct store *store, struct budget_setting *setting,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *read = NULL;

    TRY(statement_prepare(store, STATEMENT_BUDGET_READ, &read, err));
    statement_bind_text(read, BUDGET_READ__PROGRAMME, setting->place.programme);
    statement_bind_int64(read, BUDGET_READ__AREA_ID, setting->place.area_id);
    statement_bind_int64(read, BUDGET_READ__YEAR, setting->place.year);
    TRY(statement_step(read, &setting->is_there, err));
    if (!setting->is_there)
        return BERM_OK;
    setting->amount_minor = statement_int64(read, 0);
    setting->reserved_minor = statement_int64(read, 1);
    setting->spent_minor = statement_int64(read, 2);
    return BERM_OK;
}

static enum berm_status write_budget(struct store *store, const struct budget_setting *setting,
                                     int64_t amount_minor, int64_t change_id,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *write = NULL;

    if (setting->is_there) {
        TRY(statement_prepare(store, STATEMENT_BUDGET_SET_AMOUNT, &write, err));
        statement_bind_int64(write, BUDGET_SET_AMOUNT__AMOUNT_MINOR, amount_minor);
        statement_bind_int64(write, BUDGET_SET_AMOUNT__CHANGE_ID, change_id);
        statement_bind_text(write, BUDGET_SET_AMOUNT__PROGRAMME, setting->place.programme);
        statement_bind_int64(write, BUDGET_SET_AMOUNT__AREA_ID, setting->place.area_id);
        statement_bind_int64(write, BUDGET_SET_AMOUNT__YEAR, setting->place.year);
        return statement_run(write, err);
    }
    TRY(statement_prepare(store, STATEMENT_BUDGET_INSERT, &write, err));
    statement_bind_text(write, BUDGET_INSERT__PROGRAMME, setting->place.programme);
    statement_bind_int64(write, BUDGET_INSERT__AREA_ID, setting->place.area_id);
    statement_bind_int64(write, BUDGET_INSERT__YEAR, setting->place.year);
    statement_bind_int64(write, BUDGET_INSERT__AMOUNT_MINOR, amount_minor);
    statement_bind_int64(write, BUDGET_INSERT__CHANGE_ID, change_id);
    return statement_run(write, err);
}

/* The area's row of the log: who gave how much for what. */
static enum berm_status log_budget(struct change *change, const struct budget_setting *setting,
                                   int64_t amount_minor, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};
    char key[96];

    snprintf(key, sizeof key, "budget %.*s %lld", TEXT_ARG(setting->place.programme),
             (long long)setting->place.year);
    json_begin_object(&json);
    json_key(&json, "amount_minor");
    json_begin_array(&json);
    if (setting->is_there)
        json_int64(&json, setting->amount_minor);
    else
        json_null_value(&json);
    json_int64(&json, amount_minor);
    json_end_array(&json);
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    return change_add_row(change, TEXT("area"), setting->place.area_id, text_of(key),
                          buffer_text(&fields), err);
}

static enum berm_status check_amount(const struct pack *pack, const struct budget_setting *setting,
                                     int64_t amount_minor, struct berm_error *err)
{
    char wanted[MONEY_TEXT_MAX], reserved[MONEY_TEXT_MAX], spent[MONEY_TEXT_MAX];
    int decimals = pack->dictionary.money_decimals;

    if (amount_minor >= setting->reserved_minor + setting->spent_minor)
        return BERM_OK;
    (void)money_format(amount_minor, decimals, wanted);
    (void)money_format(setting->reserved_minor, decimals, reserved);
    (void)money_format(setting->spent_minor, decimals, spent);
    return fail_with(err, BERM_CONFLICT,
                     "%s is less than what is promised already: %s reserved and %s spent; cancel "
                     "entitlements first, or give more",
                     wanted, reserved, spent);
}

/* Inside the transaction: the area, as one of the caller's. */
static enum berm_status find_area(struct store *store, const struct caller *caller,
                                  struct text code, struct arena *arena, struct budget_row *row,
                                  int64_t *ret_area_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;
    struct area_scope scope;

    TRY(caller_scope(store, caller, PERMISSION_BUDGET_MANAGE, code, arena, &scope, err));
    TRY(statement_prepare(store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, code);
    TRY(statement_step_to_row(area, err));
    *ret_area_id = statement_int64(area, 0);
    TRY(text_copy(arena, statement_text(area, 2), &row->area, err));
    return text_copy(arena, statement_text(area, 3), &row->area_name, err);
}

static enum berm_status store_budget(struct office *office, const struct actor *actor,
                                     const struct budget_setting *setting, struct text area,
                                     int64_t amount_minor, struct arena *arena,
                                     struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {0};
    struct change_end end = {
        .added = !setting->is_there, .changed = setting->is_there, .action = TEXT("budget_set")};

    TRY(text_format(arena, &end.subject, err, "budget %.*s %.*s %lld",
                    TEXT_ARG(setting->place.programme), TEXT_ARG(area),
                    (long long)setting->place.year));
    TRY(change_begin(office->store, actor, TEXT("budget"), (struct text){0}, &change, err));
    TRY(write_budget(office->store, setting, amount_minor, change.change_id, err));
    TRY(log_budget(&change, setting, amount_minor, err));
    return change_finish(&change, actor, &end, err);
}

enum berm_status budget_set(struct office *office, const struct caller *caller,
                            const struct actor *actor, struct text programme, struct text area,
                            int64_t year, int64_t amount_minor, struct arena *arena,
                            struct budget_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct budget_setting setting = {.place = {.year = year}};
    const struct programme *found;
    struct budget_row row = {.year = year, .amount_minor = amount_minor};

    TRY(caller_check(caller, PERMISSION_BUDGET_MANAGE, err));
    TRY(programme_find(office->pack, programme, &found, err));
    if (year < BUDGET_YEAR_MIN || year > BUDGET_YEAR_MAX)
        return fail_with(err, BERM_INVALID_INPUT, "a budget is for a year from %d to %d",
                         (int)BUDGET_YEAR_MIN, (int)BUDGET_YEAR_MAX);
    if (amount_minor < 0)
        return fail_with(err, BERM_INVALID_INPUT, "a budget is 0 or more");
    setting.place.programme = row.programme = found->code;
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_area(office->store, caller, area, arena, &row, &setting.place.area_id, err));
    TRY(read_budget(office->store, &setting, err));
    row.reserved_minor = setting.reserved_minor;
    row.spent_minor = setting.spent_minor;
    if (!setting.is_there || setting.amount_minor != amount_minor) {
        TRY(check_amount(office->pack, &setting, amount_minor, err));
        TRY(store_budget(office, actor, &setting, row.area, amount_minor, arena, err));
        TRY(store_commit(office->store, err));
        transaction = NULL;
    }
    *ret_row = row;
    return BERM_OK;
}

/* ---- Listing --------------------------------------------------------------------------------- */

enum berm_status budgets_list(struct office *office, const struct caller *caller,
                              struct text programme, struct text area, int64_t year,
                              budget_visitor *visit, void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct programme *found;
    struct area_scope scope;
    bool has_row;

    TRY(arena_create((size_t)1 << 20, &arena, err));
    if (programme.length > 0)
        TRY(programme_find(office->pack, programme, &found, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_PROGRAMME_READ, area, arena, &scope, err));
    TRY(statement_prepare(office->store, STATEMENT_BUDGET_LIST, &list, err));
    statement_bind_text(list, BUDGET_LIST__RANGES, scope.parameter);
    statement_bind_text(list, BUDGET_LIST__PROGRAMME, programme.length > 0 ? programme : TEXT(""));
    statement_bind_int64(list, BUDGET_LIST__YEAR, year);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct budget_row row = {.programme = statement_text(list, 0),
                                       .area = statement_text(list, 1),
                                       .area_name = statement_text(list, 2),
                                       .year = statement_int64(list, 3),
                                       .amount_minor = statement_int64(list, 4),
                                       .reserved_minor = statement_int64(list, 5),
                                       .spent_minor = statement_int64(list, 6)};

        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

/* ---- Reserving ------------------------------------------------------------------------------- */

enum berm_status budget_move(struct store *store, const struct budget_place *place,
                             int64_t reserved_minor, int64_t spent_minor, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *move = NULL;

    TRY(statement_prepare(store, STATEMENT_BUDGET_MOVE, &move, err));
    statement_bind_int64(move, BUDGET_MOVE__RESERVED_MINOR, reserved_minor);
    statement_bind_int64(move, BUDGET_MOVE__SPENT_MINOR, spent_minor);
    statement_bind_text(move, BUDGET_MOVE__PROGRAMME, place->programme);
    statement_bind_int64(move, BUDGET_MOVE__AREA_ID, place->area_id);
    statement_bind_int64(move, BUDGET_MOVE__YEAR, place->year);
    TRY(statement_run(move, err));
    if (statement_changed_count(move) == 1)
        return BERM_OK;
    return fail_with(err, BERM_CORRUPT, "the budget of %.*s %lld is gone; run berm doctor",
                     TEXT_ARG(place->programme), (long long)place->year);
}

static enum berm_status fail_short(const struct pack *pack, struct statement *budget,
                                   struct text programme, int64_t year, int64_t amount_minor,
                                   struct berm_error *err)
{
    int decimals = pack->dictionary.money_decimals;
    char wanted[MONEY_TEXT_MAX], amount[MONEY_TEXT_MAX], reserved[MONEY_TEXT_MAX];
    char spent[MONEY_TEXT_MAX], left[MONEY_TEXT_MAX];
    int64_t free_minor =
        statement_int64(budget, 2) - statement_int64(budget, 3) - statement_int64(budget, 4);

    (void)money_format(amount_minor, decimals, wanted);
    (void)money_format(statement_int64(budget, 2), decimals, amount);
    (void)money_format(statement_int64(budget, 3), decimals, reserved);
    (void)money_format(statement_int64(budget, 4), decimals, spent);
    (void)money_format(free_minor, decimals, left);
    return fail_with(err, BERM_CONFLICT,
                     "%s is wanted and %s is left of %.*s's budget for %.*s in %lld: %s less %s "
                     "reserved and %s spent; raise it with berm programme budget",
                     wanted, left, TEXT_ARG(statement_text(budget, 1)), TEXT_ARG(programme),
                     (long long)year, amount, reserved, spent);
}

enum berm_status budget_reserve(struct office *office, struct text programme, int64_t area_id,
                                int64_t year, int64_t amount_minor, int64_t *ret_budget_area_id,
                                struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *nearest = NULL;
    struct budget_place place = {.programme = programme, .year = year};
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_BUDGET_NEAREST, &nearest, err));
    statement_bind_text(nearest, BUDGET_NEAREST__PROGRAMME, programme);
    statement_bind_int64(nearest, BUDGET_NEAREST__YEAR, year);
    statement_bind_int64(nearest, BUDGET_NEAREST__AREA_ID, area_id);
    TRY(statement_step(nearest, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_CONFLICT,
                         "no area at or above the household has a budget for %.*s in %lld; set one "
                         "with berm programme budget",
                         TEXT_ARG(programme), (long long)year);
    if (amount_minor >
        statement_int64(nearest, 2) - statement_int64(nearest, 3) - statement_int64(nearest, 4))
        return fail_short(office->pack, nearest, programme, year, amount_minor, err);
    place.area_id = statement_int64(nearest, 0);
    statement_reset(nearest);
    TRY(budget_move(office->store, &place, amount_minor, 0, err));
    *ret_budget_area_id = place.area_id;
    return BERM_OK;
}
