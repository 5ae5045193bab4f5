/* berm export */
#include "cli.h"

#include "command_job.h"
#include "exchange/exchange.h"

#include <string.h>

/* "--columns a,b,c" cut up in arena. */
static enum berm_status read_columns(struct invocation *invocation, struct arena *arena,
                                     struct export_order *order, struct berm_error *err)
{
    struct text rest = text_of(invocation_value(invocation, "columns"));
    struct text *columns;
    size_t count = 1;

    if (rest.length == 0)
        return BERM_OK;
    for (size_t i = 0; i < rest.length; i++)
        count += rest.bytes[i] == ',';
    TRY(arena_new(arena, count, sizeof *columns, &columns, err));
    for (size_t c = 0; c < count; c++) {
        const char *comma = rest.length ? memchr(rest.bytes, ',', rest.length) : NULL;
        size_t length = comma ? (size_t)(comma - rest.bytes) : rest.length;

        columns[c] = text_trimmed((struct text){rest.bytes, length});
        rest = text_from(rest, comma ? length + 1 : length);
    }
    order->columns = columns;
    order->column_count = count;
    return BERM_OK;
}

/* "--filter 'rooms>=2'", as often as wanted. */
static enum berm_status read_filters(struct invocation *invocation, struct arena *arena,
                                     struct export_order *order, struct berm_error *err)
{
    struct text *filters;

    TRY(arena_new(arena, OPTION_VALUES_MAX, sizeof *filters, &filters, err));
    order->filter_count = invocation_values(invocation, "filter", filters);
    order->filters = filters;
    return BERM_OK;
}

static enum berm_status read_month(struct invocation *invocation, const char *name,
                                   month_number *ret_month, struct berm_error *err)
{
    const char *value = invocation_value(invocation, name);

    if (value && month_parse(text_of(value), ret_month, err) != BERM_OK) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_within(err, BERM_INVALID_INPUT, "--%s", name);
    }
    return BERM_OK;
}

static enum berm_status fail_usage(struct invocation *invocation, struct berm_error *err,
                                   const char *message)
{
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT, "%s", message);
}

/* An option that the kind of export has no use for is a mistake, not a wish to be passed over. */
static enum berm_status check_options(struct invocation *invocation, enum export_kind kind,
                                      struct berm_error *err)
{
    bool is_of_findings = kind == EXPORT_FINDINGS || kind == EXPORT_SPELLS;

    if (invocation_has(invocation, "month") && kind != EXPORT_FINDINGS)
        return fail_usage(invocation, err, "--month is for findings; flows take --from and --to");
    if ((invocation_has(invocation, "from") || invocation_has(invocation, "to")) &&
        kind != EXPORT_FLOWS)
        return fail_usage(invocation, err, "--from and --to are for flows");
    if ((invocation_has(invocation, "code") || invocation_has(invocation, "undetermined")) &&
        !is_of_findings)
        return fail_usage(invocation, err, "--code and --undetermined are for findings and spells");
    if (invocation_has(invocation, "show-sensitive") && kind != EXPORT_PERSONS)
        return fail_usage(invocation, err, "--show-sensitive is for persons");
    return BERM_OK;
}

static enum berm_status read_order(struct invocation *invocation, struct arena *arena,
                                   struct export_order *ret_order, struct berm_error *err)
{
    struct export_order order = {.area = text_of(invocation_value(invocation, "area")),
                                 .finding = text_of(invocation_value(invocation, "code")),
                                 .has_mark = invocation_has(invocation, "bom"),
                                 .with_undetermined = invocation_has(invocation, "undetermined"),
                                 .with_secrets = invocation_has(invocation, "show-sensitive")};
    enum format format = FORMAT_CSV;

    if (export_kind_find(text_of(invocation->arguments[0]), &order.kind, err) != BERM_OK) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return err->status;
    }
    TRY(check_options(invocation, order.kind, err));
    if (invocation_has(invocation, "format"))
        TRY(invocation_format(invocation, &format, err));
    order.format = format == FORMAT_CSV ? EXPORT_CSV : EXPORT_NDJSON;
    TRY(read_month(invocation, "month", &order.month, err));
    TRY(read_month(invocation, "from", &order.first_month, err));
    TRY(read_month(invocation, "to", &order.last_month, err));
    TRY(read_columns(invocation, arena, &order, err));
    TRY(read_filters(invocation, arena, &order, err));
    *ret_order = order;
    return BERM_OK;
}

/* A job has its place for the file, asks nobody for a key, and runs as who queues it. */
static enum berm_status queue_order(struct invocation *invocation, struct office *office,
                                    const struct export_order *order, struct berm_error *err)
{
    CLEANUP(export_freep) struct export *export = NULL;

    if (invocation_has(invocation, "output") || invocation_has(invocation, "show-sensitive") ||
        invocation_has(invocation, "as"))
        return fail_usage(invocation, err,
                          "--queue keeps the file with the job, for who queued it and without id "
                          "numbers; leave out --output, --show-sensitive and --as");
    TRY(export_create(office, caller_local(), order, &export, err)); /* a slip is told at once */
    return queue_export(office, order, err);
}

enum berm_status command_export(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const char *path = invocation_value(invocation, "output");
    struct export_options options = {.path = path ? path : "-"};
    int64_t rows;

    TRY(arena_create(1 << 20, &arena, err));
    TRY(read_order(invocation, arena, &options.order, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    if (options.order.kind == EXPORT_FINDINGS && options.order.month == 0)
        TRY(month_last_screened(office->store, &options.order.month, err));
    if (invocation_has(invocation, "queue"))
        return queue_order(invocation, office, &options.order, err);
    TRY(invocation_caller(invocation, office, arena, &options.caller, err));
    options.actor = office->actor;
    TRY(exchange_export(office, &options, &rows, err));
    fprintf(stderr, "%lld rows\n", (long long)rows);
    return office_seal(office, err);
}
