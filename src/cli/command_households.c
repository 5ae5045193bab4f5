/* berm households */
#include "reports.h"

#include <stdlib.h>

struct household_printer {
    struct output *output;
    enum language language;
    struct arena *arena;
    struct look looks[FIND_LIMIT_MAX]; /* by a filter on what is sensitive */
    size_t look_count;
};

static enum berm_status print_household(void *context, const struct household_row *row,
                                        struct berm_error *err)
{
    struct household_printer *printer = context;
    const struct text cells[] = {
        row->code,
        row->risk_level,
        row->is_active ? TEXT("true") : TEXT("false"),
        row->area,
        printer->language == LANGUAGE_CHINESE ? row->area_name : row->area_name_en,
        row->person,
        row->person_name,
    };

    output_row(printer->output, cells);
    if (row->shows_sensitive && printer->look_count < ARRAY_COUNT(printer->looks)) {
        struct look *look = &printer->looks[printer->look_count++];

        *look = (struct look){.kinds = LOOK_FILTER, .what = "household"};
        TRY(text_copy(printer->arena, row->code, &look->code, err));
    }
    return write_status(printer->output->file, err);
}

/* A page is held back until the journal tells of the looks at it. */
struct held_page {
    FILE *file;
    char *bytes;
    size_t length;
};

static void held_page_free(struct held_page *page)
{
    if (page->file)
        fclose(page->file);
    free(page->bytes);
}

enum berm_status command_households(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"household", CELL_TEXT}, {"risk", CELL_TEXT},   {"active", CELL_JSON}, {"area", CELL_TEXT},
        {"area_name", CELL_TEXT}, {"person", CELL_TEXT}, {"name", CELL_TEXT},
    };
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    struct household_printer printer = {.output = &output};
    CLEANUP(held_page_free) struct held_page page = {0};
    struct text filters[OPTION_VALUES_MAX]; /* too many are told by the service */
    struct household_query query = {.filters = filters};
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    const struct caller *caller;
    char next_bytes[CURSOR_TEXT_MAX];
    struct text next;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &printer.language, err));
    TRY(invocation_int64(invocation, "limit", 1, FIND_LIMIT_MAX, FIND_LIMIT_DEFAULT, &query.limit,
                         err));
    query.area = text_of(invocation_value(invocation, "area"));
    query.search = text_of(invocation_value(invocation, "search"));
    query.cursor = text_of(invocation_value(invocation, "cursor"));
    query.is_worst_first = invocation_has(invocation, "worst-first");
    query.filter_count = invocation_values(invocation, "filter", filters);
    TRY(invocation_key(invocation, &key, err)); /* for id numbers */
    TRY(invocation_open(invocation, &office, err));
    TRY(office_take_key(office, &key, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    printer.arena = arena;
    page.file = open_memstream(&page.bytes, &page.length);
    if (!page.file)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a page of households");
    output_begin(&output, page.file, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(households_find(office, caller, &query, print_household, &printer, next_bytes, &next, err));
    TRY(output_end(&output, err));
    TRY(invocation_note_look(invocation, office, printer.looks, printer.look_count, err));
    fwrite(page.bytes, 1, page.length, stdout);
    TRY(write_status(stdout, err));
    if (next.length > 0)
        fprintf(stderr, "There is more: --cursor %.*s\n", TEXT_ARG(next));
    return BERM_OK;
}
