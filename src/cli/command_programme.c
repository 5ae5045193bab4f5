/* berm programme list, budget, budgets, take-up */
#include "cli.h"

enum { TAKE_UP_LIMIT_DEFAULT = 100 };

enum berm_status command_programme_list(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"programme", CELL_TEXT}, {"measure", CELL_TEXT}, {"target", CELL_TEXT},
        {"cycle", CELL_TEXT},     {"flow", CELL_TEXT},    {"label", CELL_TEXT},
        {"eligible", CELL_TEXT},  {"amount", CELL_TEXT},  {"source", CELL_TEXT}};
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(output_discard) struct output output = {0};
    enum language language;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_open(invocation, &office, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    for (size_t p = 0; p < office->pack->programme_count; p++) {
        const struct programme *programme = &office->pack->programmes[p];
        const struct text cells[] = {
            programme->code,
            programme->measure,
            text_of(programme_target_name(programme->target)),
            text_of(programme_cycle_name(programme->cycle)),
            programme->flow->name,
            language_pick(language, programme->label_en, programme->label_zh),
            dmn_decision_name(office->pack->model, (size_t)programme->eligible_decision),
            dmn_decision_name(office->pack->model, (size_t)programme->amount_decision),
            programme->source};

        output_row(&output, cells);
    }
    return output_end(&output, err);
}

/* ---- Budgets --------------------------------------------------------------------------------- */

static const struct output_column BUDGET_COLUMNS[] = {
    {"programme", CELL_TEXT}, {"area", CELL_TEXT},     {"area_name", CELL_TEXT},
    {"year", CELL_NUMBER},    {"amount", CELL_NUMBER}, {"reserved", CELL_NUMBER},
    {"spent", CELL_NUMBER},   {"free", CELL_NUMBER}};

struct budget_listing {
    struct output output;
    int decimals;
};

static void discard(struct budget_listing *listing)
{
    output_discard(&listing->output);
}

static enum berm_status write_budget(void *context, const struct budget_row *row,
                                     struct berm_error *err)
{
    struct budget_listing *listing = context;
    char year[NUMBER_TEXT_MAX], amounts[4][MONEY_TEXT_MAX];
    const struct text cells[] = {
        row->programme,
        row->area,
        row->area_name,
        number_text(row->year, year),
        money_format(row->amount_minor, listing->decimals, amounts[0]),
        money_format(row->reserved_minor, listing->decimals, amounts[1]),
        money_format(row->spent_minor, listing->decimals, amounts[2]),
        money_format(row->amount_minor - row->reserved_minor - row->spent_minor, listing->decimals,
                     amounts[3])};

    (void)err;
    output_row(&listing->output, cells);
    return BERM_OK;
}

static enum berm_status read_amount(struct invocation *invocation, const struct office *office,
                                    int64_t *ret_year, int64_t *ret_amount_minor,
                                    struct berm_error *err)
{
    if (!text_parse_int64(text_of(invocation->arguments[2]), ret_year)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT, "%s is no year; write one such as 2020",
                         invocation->arguments[2]);
    }
    return money_parse(text_of(invocation->arguments[3]), office->pack->dictionary.money_decimals,
                       ret_amount_minor, err);
}

enum berm_status command_programme_budget(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(discard) struct budget_listing listing = {0};
    const struct caller *caller;
    int64_t year, amount_minor;
    struct budget_row row;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(read_amount(invocation, office, &year, &amount_minor, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(budget_set(office, caller, &office->actor, text_of(invocation->arguments[0]),
                   text_of(invocation->arguments[1]), year, amount_minor, arena, &row, err));
    TRY(office_seal(office, err));
    listing.decimals = office->pack->dictionary.money_decimals;
    output_begin(&listing.output, stdout, format, BUDGET_COLUMNS, ARRAY_COUNT(BUDGET_COLUMNS));
    TRY(write_budget(&listing, &row, err));
    return output_end(&listing.output, err);
}

enum berm_status command_programme_budgets(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(discard) struct budget_listing listing = {0};
    const struct caller *caller;
    enum format format;
    int64_t year;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_int64(invocation, "year", 1, 9999, 0, &year, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    listing.decimals = office->pack->dictionary.money_decimals;
    output_begin(&listing.output, stdout, format, BUDGET_COLUMNS, ARRAY_COUNT(BUDGET_COLUMNS));
    TRY(budgets_list(office, caller, text_of(invocation_value(invocation, "programme")),
                     text_of(invocation_value(invocation, "area")), year, write_budget, &listing,
                     err));
    return output_end(&listing.output, err);
}

/* ---- Take-up --------------------------------------------------------------------------------- */

static enum berm_status write_take_up(void *context, const struct take_up_row *row,
                                      struct berm_error *err)
{
    struct budget_listing *listing = context;
    char amount[MONEY_TEXT_MAX];
    const struct text cells[] = {row->programme,
                                 row->household,
                                 row->person,
                                 row->area,
                                 row->risk_level,
                                 row->missing.length > 0
                                     ? TEXT("")
                                     : money_format(row->amount_minor, listing->decimals, amount),
                                 row->missing};

    (void)err;
    output_row(&listing->output, cells);
    return BERM_OK;
}

enum berm_status command_programme_take_up(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"programme", CELL_TEXT}, {"household", CELL_TEXT},  {"person", CELL_TEXT},
        {"area", CELL_TEXT},      {"risk_level", CELL_TEXT}, {"amount", CELL_NUMBER},
        {"missing", CELL_TEXT}};
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(discard) struct budget_listing listing = {0};
    const struct caller *caller;
    enum format format;
    month_number month;
    int64_t limit;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, TAKE_UP_LIMIT_DEFAULT, &limit, err));
    TRY(invocation_open_month(invocation, &office, &month, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    listing.decimals = office->pack->dictionary.money_decimals;
    output_begin(&listing.output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(take_up_list(office, caller, text_of(invocation_value(invocation, "programme")),
                     text_of(invocation_value(invocation, "area")), month, limit, write_take_up,
                     &listing, err));
    return output_end(&listing.output, err);
}
