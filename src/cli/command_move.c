/* berm move */
#include "cli.h"

#include <signal.h>

/* Set by Ctrl-C, looked at after each portion. A second one ends the process as ever, which is just
 * as safe. */
static volatile sig_atomic_t is_interrupted;

static void note_interrupt(int number)
{
    is_interrupted = 1;
    (void)signal(number, SIG_DFL);
}

static const struct output_column TABLE_COLUMNS[] = {
    {"table", CELL_TEXT}, {"rows", CELL_NUMBER}, {"sha256", CELL_TEXT}, {"not_moved", CELL_TEXT}};

static void show_table(void *context, const struct moved_table *table)
{
    char rows[24];
    struct text cells[ARRAY_COUNT(TABLE_COLUMNS)] = {
        [0] = table->name, [2] = table->chain, [3] = table->not_because};

    snprintf(rows, sizeof rows, "%lld", (long long)table->rows);
    if (table->not_because.length == 0)
        cells[1] = text_of(rows);
    output_row(context, cells);
}

static bool show_move_progress(void *context, int64_t done, int64_t total)
{
    const struct invocation *invocation = context;

    if (!invocation_has(invocation, "quiet"))
        (void)show_progress(NULL, done, total);
    return !is_interrupted;
}

static void tell_result(const struct move_options *options, const struct move_result *result)
{
    fprintf(stderr, "%lld rows of %lld tables moved from %.*s to %.*s in %.2f s (%.0f rows/s)",
            (long long)result->rows, (long long)result->tables, TEXT_ARG(options->from),
            TEXT_ARG(options->to), result->seconds,
            result->seconds > 0 ? (double)result->rows / result->seconds : 0.0);
    if (result->rows_before > 0)
        fprintf(stderr, ", %lld of them by an earlier move", (long long)result->rows_before);
    fprintf(stderr, "; read back, and the same.\n%lld files beside it (%lld bytes)%s.\n",
            (long long)result->files, (long long)result->file_bytes,
            options->without_files ? ": they stay, as --without-files says" : "");
    if (result->journal_faults > 0)
        fprintf(stderr,
                "The journal has %lld faults, as it has at the source; see berm journal verify.\n",
                (long long)result->journal_faults);
    fprintf(stderr, "The source is as it was. Keep it until the new register is backed up, and let "
                    "nobody work with it any more.\n");
}

static enum berm_status read_url(struct invocation *invocation, const char *option,
                                 struct text *ret_url, struct berm_error *err)
{
    const char *url = invocation_value(invocation, option);

    if (url == NULL) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "which store? Say --%s URL, such as sqlite:county.berm or "
                         "postgresql://USER@HOST/DATABASE",
                         option);
    }
    *ret_url = text_of(url);
    return BERM_OK;
}

enum berm_status command_move(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    CLEANUP(output_discard) struct output output = {0};
    struct move_options options = {
        .key = &key,
        .is_restart = invocation_has(invocation, "restart"),
        .without_files = invocation_has(invocation, "without-files"),
        .progress = show_move_progress,
        .progress_context = invocation,
        .report = show_table,
        .report_context = &output,
    };
    struct move_result result;
    enum format format;
    enum berm_status status;

    TRY(invocation_format(invocation, &format, err));
    TRY(read_url(invocation, "from", &options.from, err));
    TRY(read_url(invocation, "to", &options.to, err));
    TRY(invocation_key(invocation, &key, err));
    output_begin(&output, stdout, format, TABLE_COLUMNS, ARRAY_COUNT(TABLE_COLUMNS));
    (void)signal(SIGINT, note_interrupt);
    (void)signal(SIGTERM, note_interrupt);
    status = move_register(&options, &result, err);
    end_progress();
    TRY(status);
    if (!invocation_has(invocation, "quiet"))
        tell_result(&options, &result);
    return output_end(&output, err);
}
