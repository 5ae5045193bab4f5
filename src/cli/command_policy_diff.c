/* berm policy diff */
#include "cli.h"

enum { DIGITS_MAX = 24, ARENA_BYTES_MAX = 1 << 30 };

static struct text digits_of(int64_t number, char out[DIGITS_MAX])
{
    snprintf(out, DIGITS_MAX, "%lld", (long long)number);
    return text_of(out);
}

/* One row: an area and a finding with all figures as households. */
static void write_row(const struct diff_area *area, const struct diff_finding *finding,
                      enum language language, struct output *output)
{
    char digits[DIFF_FIGURE_COUNT][DIGITS_MAX];
    struct text cells[4 + DIFF_FIGURE_COUNT] = {
        area->code,
        language_pick(language, area->name_en, area->name),
        finding->info->code,
        language_pick(language, finding->info->label_en, finding->info->label_zh),
    };

    for (int figure = 0; figure < DIFF_FIGURE_COUNT; figure++)
        cells[4 + figure] = digits_of(finding->figures[figure].households, digits[figure]);
    output_row(output, cells);
}

static bool has_changed(const struct diff_finding *finding)
{
    for (int figure = DIFF_GAINED; figure < DIFF_FIGURE_COUNT; figure++)
        if (finding->figures[figure].households > 0)
            return true;
    return false;
}

static enum berm_status write_rows(const struct policy_diff *diff, enum language language,
                                   enum format format, struct berm_error *err)
{
    static const char *const FIRST[] = {"area", "area_name", "finding", "label"};
    struct output_column columns[4 + DIFF_FIGURE_COUNT];
    CLEANUP(output_discard) struct output output = {0};

    for (size_t c = 0; c < ARRAY_COUNT(columns); c++)
        columns[c] = c < 4 ? (struct output_column){FIRST[c], CELL_TEXT}
                           : (struct output_column){diff_figure_name((enum diff_figure)(c - 4)),
                                                    CELL_NUMBER};
    output_begin(&output, stdout, format, columns, ARRAY_COUNT(columns));
    for (size_t f = 0; f < diff->total.finding_count; f++)
        write_row(&diff->total, &diff->total.findings[f], language, &output);
    for (size_t a = 0; a < diff->area_count; a++)
        for (size_t f = 0; f < diff->areas[a].finding_count; f++)
            if (has_changed(&diff->areas[a].findings[f]))
                write_row(&diff->areas[a], &diff->areas[a].findings[f], language, &output);
    return output_end(&output, err);
}

static void write_moves(const char *what, const struct diff_move *moves, size_t count)
{
    for (size_t m = 0; m < count; m++)
        fprintf(stderr, "%s %.*s to %.*s: %lld households, %lld people.\n", what,
                TEXT_ARG(moves[m].from.length ? moves[m].from : TEXT("none")),
                TEXT_ARG(moves[m].to.length ? moves[m].to : TEXT("none")),
                (long long)moves[m].count.households, (long long)moves[m].count.people);
}

static void report(const struct policy_diff *diff)
{
    char month[MONTH_TEXT_MAX];

    fprintf(stderr, "%.*s and then %.*s, for %.*s: %lld of %lld households change (%.2f s).\n",
            TEXT_ARG(diff->old_label), TEXT_ARG(diff->new_label),
            TEXT_ARG(month_format(diff->month, month)), (long long)diff->total.changed.households,
            (long long)diff->total.all.households, diff->seconds);
    write_moves("Kind", diff->kinds, diff->kind_count);
    write_moves("Risk level", diff->levels, diff->level_count);
    if (diff->rounded_to > 1)
        fprintf(stderr, "All figures are rounded to %lld.\n", (long long)diff->rounded_to);
}

enum berm_status command_policy_diff(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    struct policy_diff_options options = {
        .old_name = text_of(invocation->arguments[0]),
        .new_name = text_of(invocation->arguments[1]),
        .area = text_of(invocation_value(invocation, "area")),
    };
    const struct caller *caller;
    struct policy_diff diff;
    enum language language;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_open_month(invocation, &office, &options.month, err));
    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(policy_diff(office, caller, &options, arena, &diff, err));
    report(&diff);
    if (format != FORMAT_JSON)
        return write_rows(&diff, language, format, err);
    policy_diff_write_json(&diff, &json);
    buffer_append_char(&out, '\n');
    return text_write(stdout, &out, err);
}
