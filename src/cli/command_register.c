/* berm init, berm import */
#include "command_job.h"
#include "exchange/exchange.h"

#include <string.h>

enum berm_status command_init(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    const char *pack = invocation_value(invocation, "pack");
    struct text url;

    TRY(invocation_store(invocation, &url, err));
    if (!pack) {
        invocation->exit_code = EXIT_CODE_USAGE;
        fail_with(err, BERM_INVALID_INPUT, "which pack? Say --pack NAME; the program carries");
        for (size_t p = 0; err && p < pack_embedded_count(); p++) {
            size_t used = strlen(err->message);

            snprintf(err->message + used, sizeof err->message - used, "%s %.*s", p ? "," : "",
                     TEXT_ARG(pack_embedded_name(p)));
        }
        return BERM_INVALID_INPUT;
    }
    TRY(invocation_key(invocation, &key, err));
    TRY(office_create(url, text_of(pack), &office, err));
    TRY(office_take_key(office, &key, err));
    TRY(office_seal(office, err));
    printf("%.*s: a new register with the pack %.*s %.*s (%zu variables, %zu findings)\n",
           TEXT_ARG(url), TEXT_ARG(office->pack->name), TEXT_ARG(office->pack->version),
           office->pack->dictionary.variable_count, office->pack->finding_count);
    return BERM_OK;
}

/* ---- import ---------------------------------------------------------------------------------- */

static const struct output_column REJECT_COLUMNS[] = {
    {"line", CELL_NUMBER}, {"column", CELL_TEXT}, {"value", CELL_TEXT}, {"reason", CELL_TEXT}};

enum { REJECTS_SHOWN_IN_TABLE = 20 };

struct import_view {
    struct output output;
    enum format format;
    int64_t rejected;
};

static void import_view_close(struct import_view *view)
{
    output_discard(&view->output);
}

static bool show_import_progress(void *context, const struct exchange_progress *progress)
{
    (void)context;
    return show_progress(NULL, progress->bytes, progress->total_bytes);
}

static void show_reject(void *context, const struct exchange_reject *reject)
{
    struct import_view *view = context;
    char digits[24];
    struct text cells[ARRAY_COUNT(REJECT_COLUMNS)] = {
        [1] = reject->column, [2] = reject->value, [3] = reject->reason};

    view->rejected++;
    if (view->format == FORMAT_TABLE && view->rejected > REJECTS_SHOWN_IN_TABLE)
        return;
    snprintf(digits, sizeof digits, "%lld", (long long)reject->line);
    cells[0] = text_of(digits);
    output_row(&view->output, cells);
}

static enum berm_status kind_of(struct invocation *invocation, enum import_kind *ret_kind,
                                struct berm_error *err)
{
    enum berm_status status = import_kind_find(text_of(invocation->arguments[0]), ret_kind, err);

    if (status != BERM_OK)
        invocation->exit_code = EXIT_CODE_USAGE;
    return status;
}

static void report_import(const struct import_options *options, const struct import_result *result)
{
    fprintf(
        stderr,
        "%s%lld rows of %s in %.2f s (%.0f rows/s, %s): %lld added, %lld changed, %lld unchanged, "
        "%lld rejected.\n",
        options->is_dry_run ? "Dry run, nothing was changed: " : "", (long long)result->rows,
        import_kind_name(options->kind), result->seconds, result->rows_per_second, result->encoding,
        (long long)result->added, (long long)result->changed, (long long)result->unchanged,
        (long long)result->rejected);
    if (result->rejected > REJECTS_SHOWN_IN_TABLE && !options->rejects_path)
        fprintf(stderr, "Say --rejects FILE to get all rejected rows with their reasons.\n");
}

enum berm_status command_import(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(import_view_close) struct import_view view = {0};
    struct import_options options = {
        .path = invocation->arguments[1],
        .map_path = invocation_value(invocation, "map"),
        .encoding = invocation_value(invocation, "encoding"),
        .rejects_path = invocation_value(invocation, "rejects"),
        .is_dry_run = invocation_has(invocation, "dry-run"),
        .context = &view,
        .progress = show_import_progress,
        .reject = show_reject,
    };
    struct import_result result;
    enum berm_status status;

    TRY(invocation_format(invocation, &view.format, err));
    TRY(kind_of(invocation, &options.kind, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    if (invocation_has(invocation, "queue"))
        return queue_import(invocation, office, options.kind, err);
    options.caller = caller_local();
    options.actor = office->actor;
    options.key = office->key;
    output_begin(&view.output, stdout, view.format, REJECT_COLUMNS, ARRAY_COUNT(REJECT_COLUMNS));
    status = exchange_import(office->store, &office->pack->dictionary, &options, &result, err);
    end_progress();
    TRY(status);
    TRY(office_seal(office, err));
    report_import(&options, &result);
    invocation->exit_code = result.rejected > 0 ? EXIT_CODE_REJECTS : EXIT_CODE_OK;
    if (view.format == FORMAT_TABLE && view.rejected == 0)
        return BERM_OK;
    return output_end(&view.output, err);
}
