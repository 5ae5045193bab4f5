/* berm case list, show */
#include "cli.h"
#include "view/view.h"

/* ---- The cases ------------------------------------------------------------------------------- */

static const struct output_column CASE_COLUMNS[] = {
    {"household", CELL_TEXT}, {"area", CELL_TEXT},       {"area_name", CELL_TEXT},
    {"state", CELL_TEXT},     {"stage", CELL_TEXT},      {"label", CELL_TEXT},
    {"kind", CELL_TEXT},      {"severity", CELL_TEXT},   {"entered_on", CELL_TEXT},
    {"due_on", CELL_TEXT},    {"due_action", CELL_TEXT}, {"overdue_days", CELL_NUMBER},
    {"worker", CELL_TEXT},    {"steps", CELL_NUMBER},    {"case", CELL_NUMBER}};

struct printer {
    struct output output;
    enum language language;
};

static enum berm_status print_case(void *context, const struct case_row *row,
                                   struct berm_error *err)
{
    struct printer *printer = context;
    char overdue[24], steps[24], number[24];
    const struct text cells[] = {row->household,
                                 row->area,
                                 printer->language == LANGUAGE_CHINESE ? row->area_name
                                                                       : row->area_name_en,
                                 row->state,
                                 row->stage,
                                 case_state_label(row->state_info, row->state, printer->language),
                                 row->kind,
                                 text_of(severity_name(row->severity)),
                                 row->entered_on,
                                 row->due_on,
                                 row->due_action,
                                 number_text(row->overdue_days, overdue),
                                 row->worker,
                                 number_text(row->step_count, steps),
                                 number_text(row->case_id, number)};

    output_row(&printer->output, cells);
    return write_status(stdout, err);
}

/* ---- How many -------------------------------------------------------------------------------- */

static const struct output_column COUNT_COLUMNS[] = {
    {"state", CELL_TEXT},    {"stage", CELL_TEXT},   {"label", CELL_TEXT},
    {"severity", CELL_TEXT}, {"cases", CELL_NUMBER}, {"overdue", CELL_NUMBER}};

static enum berm_status print_count(void *context, const struct case_count *count,
                                    struct berm_error *err)
{
    struct printer *printer = context;
    char cases[24], overdue[24];
    const struct text cells[] = {
        count->state,
        count->stage,
        case_state_label(count->state_info, count->state, printer->language),
        text_of(severity_name(count->severity)),
        number_text(count->cases, cases),
        number_text(count->overdue, overdue)};

    output_row(&printer->output, cells);
    return write_status(stdout, err);
}

/* ---- Which ----------------------------------------------------------------------------------- */

/* The filter of the options; --mine: whom the caller looks after. */
static enum berm_status read_filter(struct invocation *invocation, const struct office *office,
                                    const struct caller *caller, struct case_filter *filter,
                                    struct berm_error *err)
{
    struct text *const texts[] = {&filter->area,  &filter->worker, &filter->state,
                                  &filter->stage, &filter->kind,   &filter->source};
    static const char *const NAMES[] = {"area", "worker", "state", "stage", "kind", "source"};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        *texts[t] = text_of(invocation_value(invocation, NAMES[t]));
    if (invocation_has(invocation, "mine"))
        filter->worker = caller->is_local ? office->actor.name : caller->name;
    filter->is_unassigned = invocation_has(invocation, "unassigned");
    filter->is_overdue = invocation_has(invocation, "overdue");
    return invocation_date(invocation, "due-by", &filter->has_due_by, &filter->due_by, err);
}

static enum berm_status print_page(struct invocation *invocation, struct office *office,
                                   const struct caller *caller, const struct case_filter *filter,
                                   enum format format, struct printer *printer,
                                   struct berm_error *err)
{
    char next_bytes[CURSOR_TEXT_MAX];
    struct text next;
    int64_t limit;

    TRY(invocation_int64(invocation, "limit", 1, FIND_LIMIT_MAX, FIND_LIMIT_DEFAULT, &limit, err));
    output_begin(&printer->output, stdout, format, CASE_COLUMNS, ARRAY_COUNT(CASE_COLUMNS));
    TRY(cases_list(office, caller, filter, limit, text_of(invocation_value(invocation, "cursor")),
                   print_case, printer, next_bytes, &next, err));
    TRY(output_end(&printer->output, err));
    if (next.length > 0)
        fprintf(stderr, "There is more: --cursor %.*s\n", TEXT_ARG(next));
    return BERM_OK;
}

enum berm_status command_case_list(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct printer printer = {0};
    struct case_filter filter = {0};
    const struct caller *caller;
    enum berm_status status;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &printer.language, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(read_filter(invocation, office, caller, &filter, err));
    if (invocation_has(invocation, "counts")) {
        output_begin(&printer.output, stdout, format, COUNT_COLUMNS, ARRAY_COUNT(COUNT_COLUMNS));
        status = cases_count(office, caller, &filter, print_count, &printer, err);
        if (status == BERM_OK)
            status = output_end(&printer.output, err);
    } else {
        status = print_page(invocation, office, caller, &filter, format, &printer, err);
    }
    output_discard(&printer.output);
    return status;
}

/* ---- show ------------------------------------------------------------------------------------ */

enum berm_status command_case_show(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    struct case_call call;
    struct case_shown shown;
    enum language language;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create((size_t)16 << 20, &arena, err));
    call = (struct case_call){.office = office, .actor = &office->actor, .arena = arena};
    TRY(invocation_caller(invocation, office, arena, &call.caller, err));
    TRY(case_show(&call, text_of(invocation->arguments[0]), &shown, err));
    if (shown.shows_sensitive)
        TRY(invocation_note_look(invocation, office,
                                 &(struct look){.kinds = LOOK_WARNING,
                                                .what = "household",
                                                .code = shown.head.household},
                                 1, err));
    if (format == FORMAT_TABLE) {
        case_shown_write(&shown, language, &out);
    } else {
        case_shown_write_json(&shown, language, &json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}
