/*
 * The account of problems: what became of the households that were ever monitored. It is summed
 * from the steps on record each time it is asked for, so that no figure can be typed, and it
 * balances because every step leaves one place of it for another. Households count where they are
 * now.
 */
#include "service/area_groups.h"
#include "service/casework/private.h"

enum { ACCOUNT_MONTHS_MAX = 1200 };

static const struct text LAST_DAY = {"9999-12-31", 10};

bool case_account_row_balances(const struct case_account_row *row)
{
    return row->open >= 0 && row->eliminated >= 0 &&
           row->carried + row->found == row->open + row->eliminated + row->struck_off + row->left;
}

/* ---- By area --------------------------------------------------------------------------------- */

/* Of one part: as it stood before the time, and at its end. */
struct part {
    struct case_account before, end;
};

struct accounting {
    struct office *office;
    struct arena *arena;
    struct area_scope scope;
    const struct places *places;
    struct area_groups groups;
    struct part *parts; /* by group */
};

static enum berm_status read_stages(struct statement *rows, int column, enum case_stage *ret_from,
                                    enum case_stage *ret_to, struct berm_error *err)
{
    if (case_stage_find(statement_text(rows, column), ret_from) &&
        case_stage_find(statement_text(rows, column + 1), ret_to))
        return BERM_OK;
    return fail_with(err, BERM_CORRUPT, "a step of a case has a stage that there is not");
}

static enum berm_status add_moves(struct accounting *accounting, struct text from, struct text to,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    bool has_row;

    TRY(statement_prepare(accounting->office->store, STATEMENT_ACCOUNT_MOVE_LIST, &rows, err));
    statement_bind_text(rows, ACCOUNT_MOVE_LIST__RANGES, accounting->scope.parameter);
    statement_bind_text(rows, ACCOUNT_MOVE_LIST__FROM_DAY, from);
    statement_bind_text(rows, ACCOUNT_MOVE_LIST__TO_DAY, to);
    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        int place = places_find(accounting->places, statement_int64(rows, 0));
        int group = place < 0 ? -1 : accounting->groups.of_place[place];
        enum case_stage from_stage, to_stage;

        TRY(read_stages(rows, 1, &from_stage, &to_stage, err));
        assert(group >= 0); /* what is read lies in the scope that the groups were made of */
        case_account_move(&accounting->parts[group].end, from_stage, to_stage,
                          statement_int64(rows, 4));
        if (statement_int64(rows, 3) == 0)
            case_account_move(&accounting->parts[group].before, from_stage, to_stage,
                              statement_int64(rows, 4));
        TRY(statement_step(rows, &has_row, err));
    }
    return BERM_OK;
}

static struct case_account_row row_of(const struct part *part)
{
    const struct case_account *before = &part->before;
    const struct case_account *end = &part->end;

    return (struct case_account_row){.carried = before->open + before->eliminated,
                                     .found = end->found - before->found,
                                     .open = end->open,
                                     .eliminated = end->eliminated,
                                     .struck_off = end->struck_off - before->struck_off,
                                     .left = end->left - before->left};
}

static void add_row(struct case_account_row *total, const struct case_account_row *row)
{
    total->carried += row->carried;
    total->found += row->found;
    total->open += row->open;
    total->eliminated += row->eliminated;
    total->struck_off += row->struck_off;
    total->left += row->left;
}

static enum berm_status write_parts(struct accounting *accounting,
                                    struct case_account_table *account, struct berm_error *err)
{
    struct case_account_row *rows;

    TRY(arena_new(accounting->arena, accounting->groups.count, sizeof *rows, &rows, err));
    for (size_t g = 0; g < accounting->groups.count; g++) {
        const struct area *area = &accounting->places->areas[accounting->groups.places[g]];

        rows[g] = row_of(&accounting->parts[g]);
        rows[g].area = area->code;
        rows[g].name = area->name;
        rows[g].name_en = area->name_en.length > 0 ? area->name_en : area->name;
        add_row(&account->total, &rows[g]);
    }
    account->parts = rows;
    account->part_count = accounting->groups.count;
    return BERM_OK;
}

/* The area that was asked for, where one was: the total is named for it. */
static void name_total(const struct accounting *accounting, struct text area,
                       struct case_account_row *total)
{
    for (size_t i = 0; i < accounting->places->area_count; i++) {
        const struct area *at = &accounting->places->areas[i];

        if (!text_equal(at->code, area))
            continue;
        total->area = at->code;
        total->name = at->name;
        total->name_en = at->name_en.length > 0 ? at->name_en : at->name;
    }
}

enum berm_status case_accounts_compute(struct office *office, const struct caller *caller,
                                       struct text area, const date_days *from, const date_days *to,
                                       struct arena *arena, struct case_account_table *ret_account,
                                       struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct accounting accounting = {.office = office, .arena = arena};
    struct case_account_table account = {0};
    char first[DATE_TEXT_MAX], last[DATE_TEXT_MAX];
    date_days today;

    if (from != NULL && to != NULL && *to < *from)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the account would end before it begins; exchange the two days");
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_CASE_READ, area, arena, &accounting.scope,
                     err));
    TRY(office_today(office, &today, err));
    TRY(places_read(office->store, office->pack, month_of_date(today), arena, &accounting.places,
                    err));
    TRY(area_groups_make(accounting.places, &accounting.scope, arena, &accounting.groups, err));
    TRY(arena_new(arena, accounting.groups.count, sizeof *accounting.parts, &accounting.parts,
                  err));
    TRY(add_moves(&accounting, from != NULL ? date_format(*from, first) : TEXT("0000-00-00"),
                  to != NULL ? date_format(*to, last) : LAST_DAY, err));
    name_total(&accounting, area, &account.total);
    TRY(write_parts(&accounting, &account, err));
    *ret_account = account;
    return BERM_OK;
}

/* ---- By month -------------------------------------------------------------------------------- */

/* The moves up to each month's end, one month after the other. */
static enum berm_status fill_months(struct statement *rows, struct case_account_month *months,
                                    size_t count, struct berm_error *err)
{
    struct case_account account = {0};
    size_t filled = 0;
    bool has_row;

    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        enum case_stage from, to;
        month_number month;

        TRY(month_parse(statement_text(rows, 0), &month, err));
        for (; filled < count && months[filled].month < month; filled++)
            months[filled].account = account;
        TRY(read_stages(rows, 1, &from, &to, err));
        case_account_move(&account, from, to, statement_int64(rows, 3));
        TRY(statement_step(rows, &has_row, err));
    }
    for (; filled < count; filled++)
        months[filled].account = account;
    return BERM_OK;
}

enum berm_status case_accounts_by_month(struct office *office, const struct caller *caller,
                                        struct text area, month_number first, month_number last,
                                        struct arena *arena,
                                        const struct case_account_month **ret_rows,
                                        size_t *ret_count, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct case_account_month *months;
    char day[DATE_TEXT_MAX];
    struct area_scope scope;
    size_t count;

    if (last < first || last - first >= ACCOUNT_MONTHS_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a series goes from a month to a later one, over at most %d months",
                         (int)ACCOUNT_MONTHS_MAX);
    count = (size_t)(last - first) + 1;
    TRY(arena_new(arena, count, sizeof *months, &months, err));
    for (size_t m = 0; m < count; m++)
        months[m].month = first + (month_number)m;
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_CASE_READ, area, arena, &scope, err));
    TRY(statement_prepare(office->store, STATEMENT_ACCOUNT_MONTH_LIST, &rows, err));
    statement_bind_text(rows, ACCOUNT_MONTH_LIST__RANGES, scope.parameter);
    statement_bind_text(rows, ACCOUNT_MONTH_LIST__TO_DAY, date_format(month_last_day(last), day));
    TRY(fill_months(rows, months, count, err));
    *ret_rows = months;
    *ret_count = count;
    return BERM_OK;
}
