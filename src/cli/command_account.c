/* berm account */
#include "cli.h"
#include "view/view.h"

enum { FIGURES = 6 };

struct figures {
    char text[FIGURES][24];
};

static void put_numbers(const int64_t *numbers, size_t count, struct figures *figures,
                        struct text *cells)
{
    for (size_t n = 0; n < count; n++) {
        snprintf(figures->text[n], sizeof figures->text[n], "%lld", (long long)numbers[n]);
        cells[n] = text_of(figures->text[n]);
    }
}

static void write_row(struct output *output, const struct case_account_row *row, const char *group,
                      enum language language)
{
    const int64_t numbers[FIGURES] = {row->carried,    row->found,      row->open,
                                      row->eliminated, row->struck_off, row->left};
    struct figures figures;
    struct text cells[3 + FIGURES] = {text_of(group), row->area,
                                      language == LANGUAGE_CHINESE ? row->name : row->name_en};

    put_numbers(numbers, FIGURES, &figures, cells + 3);
    output_row(output, cells);
}

static enum berm_status write_account(struct invocation *invocation, struct office *office,
                                      const struct caller *caller, struct arena *arena,
                                      struct output *output, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"group", CELL_TEXT},        {"area", CELL_TEXT},         {"area_name", CELL_TEXT},
        {"carried", CELL_NUMBER},    {"found", CELL_NUMBER},      {"open", CELL_NUMBER},
        {"eliminated", CELL_NUMBER}, {"struck_off", CELL_NUMBER}, {"left", CELL_NUMBER}};
    date_days from, to;
    bool has_from, has_to;
    struct case_account_table account;
    enum language language;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_date(invocation, "from", &has_from, &from, err));
    TRY(invocation_date(invocation, "to", &has_to, &to, err));
    TRY(case_accounts_compute(office, caller, text_of(invocation_value(invocation, "area")),
                              has_from ? &from : NULL, has_to ? &to : NULL, arena, &account, err));
    output_begin(output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    write_row(output, &account.total, "total", language);
    for (size_t p = 0; p < account.part_count; p++)
        write_row(output, &account.parts[p], "part", language);
    return output_end(output, err);
}

/* The months from --from to --to; without them, the twelve up to this one. */
static enum berm_status write_months(struct invocation *invocation, struct office *office,
                                     const struct caller *caller, struct arena *arena,
                                     struct output *output, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"month", CELL_TEXT},        {"found", CELL_NUMBER},      {"open", CELL_NUMBER},
        {"eliminated", CELL_NUMBER}, {"struck_off", CELL_NUMBER}, {"left", CELL_NUMBER}};
    const struct case_account_month *months;
    date_days from, to, today;
    bool has_from, has_to;
    enum format format;
    size_t count;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_date(invocation, "from", &has_from, &from, err));
    TRY(invocation_date(invocation, "to", &has_to, &to, err));
    TRY(office_today(office, &today, err));
    if (!has_to)
        to = today;
    TRY(case_accounts_by_month(office, caller, text_of(invocation_value(invocation, "area")),
                               has_from ? month_of_date(from) : month_of_date(to) - 11,
                               month_of_date(to), arena, &months, &count, err));
    output_begin(output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    for (size_t m = 0; m < count; m++) {
        const struct case_account *account = &months[m].account;
        const int64_t numbers[] = {account->found, account->open, account->eliminated,
                                   account->struck_off, account->left};
        char month[MONTH_TEXT_MAX];
        struct figures figures;
        struct text cells[1 + ARRAY_COUNT(numbers)] = {month_format(months[m].month, month)};

        put_numbers(numbers, ARRAY_COUNT(numbers), &figures, cells + 1);
        output_row(output, cells);
    }
    return output_end(output, err);
}

enum berm_status command_account(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    const struct caller *caller;

    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create((size_t)1 << 28, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    return invocation_has(invocation, "by-month")
               ? write_months(invocation, office, caller, arena, &output, err)
               : write_account(invocation, office, caller, arena, &output, err);
}
