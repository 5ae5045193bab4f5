/* berm screen, berm findings */
#include "command_job.h"
#include "reports.h"

#include <string.h>

/* A number as text in the arena. */
static enum berm_status copy_number(struct arena *arena, int64_t number, struct text *ret_text,
                                    struct berm_error *err)
{
    return text_format(arena, ret_text, err, "%lld", (long long)number);
}

static void report_run(const struct screen_result *result, month_number month)
{
    char month_text[MONTH_TEXT_MAX];
    struct text shown = month_format(month, month_text);

    if (result->is_what_if)
        fprintf(stderr,
                "%.*s lies before the last month screened: this is what would change; nothing was "
                "stored.\n",
                TEXT_ARG(shown));
    fprintf(stderr,
            "%lld households in %.2f s (%.0f/s): %lld with findings, %lld where facts are missing; "
            "findings opened %lld, closed %lld, unchanged %lld.\n",
            (long long)result->households, result->seconds,
            result->seconds > 0 ? (double)result->households / result->seconds : 0,
            (long long)result->with_findings, (long long)result->only_undetermined,
            (long long)result->opened, (long long)result->closed, (long long)result->unchanged);
}

static enum berm_status write_run(const struct screen_result *result, month_number month,
                                  enum format format, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"month", CELL_TEXT},           {"households", CELL_NUMBER},
        {"with_findings", CELL_NUMBER}, {"only_undetermined", CELL_NUMBER},
        {"opened", CELL_NUMBER},        {"closed", CELL_NUMBER},
        {"unchanged", CELL_NUMBER},     {"what_if", CELL_JSON},
    };
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const int64_t numbers[] = {result->households, result->with_findings, result->only_undetermined,
                               result->opened,     result->closed,        result->unchanged};
    struct text cells[ARRAY_COUNT(COLUMNS)];
    char month_text[MONTH_TEXT_MAX];
    struct output output;

    TRY(arena_create(1 << 20, &arena, err));
    cells[0] = month_format(month, month_text);
    for (size_t n = 0; n < ARRAY_COUNT(numbers); n++)
        TRY(copy_number(arena, numbers[n], &cells[1 + n], err));
    cells[7] = result->is_what_if ? TEXT("true") : TEXT("false");
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    output_row(&output, cells);
    return output_end(&output, err);
}

static enum berm_status measure(struct office *office, const struct screen_options *options,
                                struct berm_error *err)
{
    int64_t households;
    double seconds;

    TRY(screen_measure(office, options->month, options->thread_count, &households, &seconds, err));
    fprintf(stderr,
            "%lld households decided in %.3f s (%.0f/s), inputs loaded; nothing was stored.\n",
            (long long)households, seconds, seconds > 0 ? (double)households / seconds : 0);
    return BERM_OK;
}

enum berm_status command_screen(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    struct screen_options options = {.progress = show_progress};
    struct screen_result result;
    enum format format;
    int64_t threads;
    bool has_month;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_month(invocation, &has_month, &options.month, err));
    TRY(invocation_int64(invocation, "threads", 1, 64, 0, &threads, err));
    if (!has_month) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT, "which month? Say --month YYYY-MM");
    }
    options.thread_count = (int)threads;
    TRY(invocation_open_to_write(invocation, &office, err));
    if (invocation_has(invocation, "queue"))
        return queue_screen(office, options.month, err);
    if (invocation_has(invocation, "measure"))
        return measure(office, &options, err);
    TRY(screen_month(office, caller_local(), &options, &result, err));
    TRY(office_seal(office, err));
    end_progress();
    report_run(&result, options.month);
    return write_run(&result, options.month, format, err);
}

/* ---- findings -------------------------------------------------------------------------------- */

struct finding_printer {
    struct output *output;
    enum language language;
};

static enum berm_status print_finding(void *context, const struct finding_row *row,
                                      struct berm_error *err)
{
    struct finding_printer *printer = context;
    char from[MONTH_TEXT_MAX];
    struct text cells[9];

    cells[0] = row->household;
    cells[1] = row->severity;
    cells[2] = row->code;
    cells[3] = finding_label(row, printer->language);
    cells[4] = row->is_undetermined ? TEXT("true") : TEXT("false");
    cells[5] = month_format(row->from_month, from);
    cells[6] = row->area;
    cells[7] = printer->language == LANGUAGE_CHINESE ? row->area_name : row->area_name_en;
    cells[8] = row->evidence;
    output_row(printer->output, cells);
    return write_status(printer->output->file, err);
}

/* A list of a month that nobody screened looks like safety: say what it is. */
static enum berm_status report_unscreened(struct office *office, month_number month,
                                          struct berm_error *err)
{
    char month_text[MONTH_TEXT_MAX];
    bool is_screened;

    TRY(month_is_screened(office->store, month, &is_screened, err));
    if (!is_screened)
        fprintf(stderr, "%.*s was not screened: these are the findings of the runs before it.\n",
                TEXT_ARG(month_format(month, month_text)));
    return BERM_OK;
}

enum berm_status command_findings(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"household", CELL_TEXT}, {"severity", CELL_TEXT},     {"finding", CELL_TEXT},
        {"label", CELL_TEXT},     {"undetermined", CELL_JSON}, {"since", CELL_TEXT},
        {"area", CELL_TEXT},      {"area_name", CELL_TEXT},    {"evidence", CELL_JSON},
    };
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct caller *caller;
    struct finding_filter filter = {.with_undetermined =
                                        invocation_has(invocation, "undetermined")};
    CLEANUP(output_discard) struct output output = {0};
    struct finding_printer printer;
    enum format format;
    month_number last;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &printer.language, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, 0, &filter.limit, err));
    filter.area = text_of(invocation_value(invocation, "area"));
    filter.code = text_of(invocation_value(invocation, "code"));
    TRY(invocation_open_month(invocation, &office, &filter.month, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(month_last_screened(office->store, &last, err)); /* an empty list would look safe */
    if (format != FORMAT_TABLE)
        TRY(invocation_note_list(invocation, office, caller,
                                 &(struct look_list){.kind = LOOK_FINDINGS,
                                                     .what = "findings",
                                                     .area = filter.area,
                                                     .finding = filter.code,
                                                     .month = filter.month},
                                 err));
    /* The evidence is for programs: a table has no room for it. */
    output_begin(&output, stdout, format, COLUMNS,
                 ARRAY_COUNT(COLUMNS) - (format == FORMAT_TABLE ? 1 : 0));
    printer.output = &output;
    TRY(findings_list(office, caller, &filter, print_finding, &printer, err));
    TRY(output_end(&output, err));
    return report_unscreened(office, filter.month, err);
}
