/* berm case bulk */
#include "cli.h"
#include "command_job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 256 << 20 };

static const struct output_column COLUMNS[] = {
    {"household", CELL_TEXT}, {"outcome", CELL_TEXT}, {"reason", CELL_TEXT}};

/* ---- Which ----------------------------------------------------------------------------------- */

static void close_file(FILE **file)
{
    if (*file && *file != stdin)
        fclose(*file);
}

/* A code a line; empty lines are nothing. */
static enum berm_status read_codes(const char *path, struct arena *arena,
                                   struct case_bulk_order *order, struct berm_error *err)
{
    CLEANUP(close_file) FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    struct text *codes = NULL;
    size_t capacity = 0;
    char line[CODE_BYTES_MAX + 2];

    if (!file)
        return fail_with(err, BERM_IO, "%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        struct text code = text_trimmed(text_of(line));

        if (code.length == 0)
            continue;
        TRY(rows_reserve(arena, &codes, sizeof *codes, order->household_count, &capacity, err));
        TRY(text_copy(arena, code, &codes[order->household_count++], err));
    }
    if (ferror(file))
        return fail_with(err, BERM_IO, "%s: %s", path, strerror(errno));
    order->households = codes;
    return BERM_OK;
}

static enum berm_status read_which(struct invocation *invocation, struct arena *arena,
                                   struct case_bulk_order *order, struct berm_error *err)
{
    struct case_filter *filter = &order->filter;
    struct text *const texts[] = {&filter->area, &filter->state,  &filter->stage,
                                  &filter->kind, &filter->source, &filter->worker};
    static const char *const NAMES[] = {"area", "state", "stage", "kind", "source", "of-worker"};
    const char *path = invocation_value(invocation, "households");
    bool has_filter = false;

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++) {
        *texts[t] = text_of(invocation_value(invocation, NAMES[t]));
        has_filter |= texts[t]->length > 0;
    }
    filter->is_unassigned = invocation_has(invocation, "unassigned");
    filter->is_overdue = invocation_has(invocation, "overdue");
    order->has_filter = has_filter || filter->is_unassigned || filter->is_overdue;
    if (order->has_filter == (path != NULL)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "say which cases: --households FILE, or options such as --area and "
                         "--state, not both");
    }
    return path != NULL ? read_codes(path, arena, order, err) : BERM_OK;
}

static enum berm_status read_order(struct invocation *invocation, struct arena *arena,
                                   struct case_bulk_order *order, struct berm_error *err)
{
    struct text what = text_of(invocation->arguments[0]);

    order->is_assignment = text_equal(what, TEXT("assign"));
    order->action = text_of(invocation_value(invocation, "action"));
    order->reason = text_of(invocation_value(invocation, "reason"));
    order->worker = text_of(invocation_value(invocation, "worker"));
    if (!order->is_assignment && !text_equal(what, TEXT("step"))) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT, "write case bulk step or case bulk assign");
    }
    if (!order->is_assignment && order->action.length == 0) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "--action is missing; berm case show HOUSEHOLD names a case's steps");
    }
    return read_which(invocation, arena, order, err);
}

/* ---- Doing it -------------------------------------------------------------------------------- */

/* Lines are held back until what they tell of lasts. */
struct held_lines {
    FILE *file;
    char *bytes;
    size_t length;
};

static void held_lines_free(struct held_lines *held)
{
    if (held->file)
        fclose(held->file);
    free(held->bytes);
}

static enum berm_status write_line(void *context, const struct case_bulk_line *line,
                                   struct berm_error *err)
{
    struct output *output = context;
    const struct text cells[] = {line->household, line->is_done ? TEXT("done") : TEXT("refused"),
                                 text_of(line->is_done ? "" : line->error.message)};

    output_row(output, cells);
    return write_status(output->file, err);
}

static enum berm_status do_all(struct invocation *invocation, struct office *office,
                               struct arena *arena, const struct case_bulk_order *order,
                               struct berm_error *err)
{
    CLEANUP(output_discard) struct output output = {0};
    CLEANUP(held_lines_free) struct held_lines held = {0};
    const struct case_bulk_options options = {
        .order = *order, .context = &output, .visit = write_line};
    const struct caller *caller;
    struct case_bulk_result result;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    held.file = open_memstream(&held.bytes, &held.length);
    if (!held.file)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a line for each case");
    output_begin(&output, held.file, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(cases_do_all(office, caller, &office->actor, &options, arena, &result, err));
    TRY(output_end(&output, err));
    fwrite(held.bytes, 1, held.length, stdout);
    TRY(write_status(stdout, err));
    fprintf(stderr, "%lld done; %lld refused\n", (long long)result.done, (long long)result.refused);
    if (result.refused > 0)
        invocation->exit_code = EXIT_CODE_REJECTS;
    return office_seal(office, err);
}

enum berm_status command_case_bulk(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct case_bulk_order order = {0};

    TRY(arena_create(ARENA_BYTES_MAX, &arena, err));
    TRY(read_order(invocation, arena, &order, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    return invocation_has(invocation, "queue") ? queue_case_bulk(office, &order, err)
                                               : do_all(invocation, office, arena, &order, err);
}
