/*
 * The header. Everything that is wrong with it is told at once: whoever mends a file wants to do it
 * in one go. A column that nobody knows is an error and not passed over, because a misspelled
 * header would otherwise lose its data in silence.
 */
#include "exchange/import_columns.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    PROBLEM_BYTES_MAX = 440, /* of the message; the rest is counted */
};

/* The plan while it is made. */
struct planner {
    struct column_plan plan;
    struct import_column *columns;
    int *column_of_variable;
    int *variables; /* of the service's columns */
    bool *is_report;
    struct arena *arena;
    struct buffer problems;
    size_t problem_count;
    size_t untold_count;
};

__attribute__((format(printf, 2, 3))) static void note(struct planner *planner, const char *format,
                                                       ...)
{
    char sentence[BERM_ERROR_MESSAGE_MAX];
    struct berm_error cut;
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    (void)fail_with(&cut, BERM_INVALID_INPUT, "%s", sentence);
    length = strlen(cut.message);
    planner->problem_count++;
    if (planner->problem_count > 1 && planner->problems.length + length > PROBLEM_BYTES_MAX) {
        planner->untold_count++;
        return;
    }
    if (planner->problem_count > 1)
        buffer_append_text(&planner->problems, TEXT("; "));
    buffer_append_text(&planner->problems, text_of(cut.message));
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void note_unknown(struct planner *planner, const char *what, struct text name,
                         struct text nearest)
{
    struct text shown = {name.bytes, name.length < 60 ? name.length : 60};

    if (nearest.length > 0)
        note(planner, "%s \"%.*s\" is not known, did you mean \"%.*s\"?", what, TEXT_ARG(shown),
             TEXT_ARG(nearest));
    else
        note(planner, "%s \"%.*s\" is not known", what, TEXT_ARG(shown));
}

/* The file's column with this header, or -1. */
static int find_header(const struct planner *planner, struct text name)
{
    for (size_t i = 0; i < planner->plan.header_count; i++)
        if (text_equal(planner->plan.headers[i], name))
            return (int)i;
    return -1;
}

static void add_column(struct planner *planner, struct import_column column)
{
    size_t *count = &planner->plan.column_count;
    int *place = column.field == IMPORT_FIELD_VARIABLE
                     ? &planner->column_of_variable[column.variable]
                     : &planner->plan.column_of[column.field];

    if (*place >= 0) {
        note(planner, "the column \"%.*s\" stands there twice", TEXT_ARG(column.shown));
        return;
    }
    *place = (int)*count;
    planner->columns[(*count)++] = column;
    planner->plan.typed.fields |= UINT32_C(1) << column.field;
    if (column.field == IMPORT_FIELD_VARIABLE)
        planner->variables[planner->plan.typed.variable_count++] = column.variable;
}

/* ---- Without a map: the headers are the fields ----------------------------------------------- */

static bool is_report_header(struct text header)
{
    return text_equal(header, TEXT("berm_line")) || text_equal(header, TEXT("berm_column")) ||
           text_equal(header, TEXT("berm_reason"));
}

static void plan_headers(struct planner *planner)
{
    const struct column_plan *plan = &planner->plan;

    for (size_t i = 0; i < planner->plan.header_count; i++) {
        struct import_column column = {.shown = planner->plan.headers[i], .file_column = (int)i};

        if (planner->is_report[i])
            continue;
        if (column.shown.length == 0)
            note(planner, "column %zu has no name", i + 1);
        else if (import_field_find(plan->dictionary, plan->kind, column.shown, &column.field,
                                   &column.variable))
            add_column(planner, column);
        else
            note_unknown(planner, "the column", column.shown,
                         import_field_nearest(plan->dictionary, plan->kind, column.shown));
    }
}

/* ---- With a map ------------------------------------------------------------------------------ */

static void note_unknown_header(struct planner *planner, struct text name)
{
    int nearest = text_nearest(name, planner->plan.headers, planner->plan.header_count);

    note_unknown(planner, "the map names the column", name,
                 nearest < 0 ? (struct text){0} : planner->plan.headers[nearest]);
}

/* "{province}-{region}" to its parts. */
static enum berm_status read_template(struct planner *planner, struct text from,
                                      struct import_column *column, struct berm_error *err)
{
    struct template_part *parts = NULL;
    size_t count = 0;

    TRY(arena_new(planner->arena, from.length + 1, sizeof *parts, &parts, err));
    while (from.length > 0) {
        const char *brace = memchr(from.bytes, '{', from.length);
        size_t length = brace == NULL ? from.length : (size_t)(brace - from.bytes);
        const char *end;
        struct text name;

        if (length > 0) {
            parts[count++] = (struct template_part){{from.bytes, length}, -1};
            from = text_from(from, length);
            continue;
        }
        end = memchr(from.bytes, '}', from.length);
        if (end == NULL) {
            note(planner, "the map has a { without its } for %.*s", TEXT_ARG(column->shown));
            break;
        }
        name = text_trimmed((struct text){from.bytes + 1, (size_t)(end - from.bytes) - 1});
        parts[count].file_column = find_header(planner, name);
        if (parts[count++].file_column < 0)
            note_unknown_header(planner, name);
        from = text_from(from, (size_t)(end - from.bytes) + 1);
    }
    column->file_column = -1;
    column->parts = parts;
    column->part_count = count;
    return BERM_OK;
}

static enum berm_status plan_from(struct planner *planner, const struct map_row *row,
                                  struct import_column *column, struct berm_error *err)
{
    struct template_part *constant = NULL;

    column->file_column = find_header(planner, row->from);
    if (column->file_column >= 0) {
        column->shown = row->from;
        return BERM_OK;
    }
    column->shown = row->field;
    if (row->from.bytes[0] == '=') {
        TRY(arena_new(planner->arena, 1, sizeof *constant, &constant, err));
        *constant = (struct template_part){text_trimmed(text_from(row->from, 1)), -1};
        column->parts = constant;
        column->part_count = 1;
        return BERM_OK;
    }
    if (memchr(row->from.bytes, '{', row->from.length) != NULL)
        return read_template(planner, row->from, column, err);
    note_unknown_header(planner, row->from);
    return BERM_OK;
}

static enum berm_status plan_map(struct planner *planner, const struct column_map *map,
                                 struct berm_error *err)
{
    const struct column_plan *plan = &planner->plan;

    for (size_t i = 0; i < map->row_count; i++) {
        struct import_column column = {.values = map->rows[i].values};

        TRY(plan_from(planner, &map->rows[i], &column, err));
        if (import_field_find(plan->dictionary, plan->kind, map->rows[i].field, &column.field,
                              &column.variable))
            add_column(planner, column);
        else
            note_unknown(planner, "the map's field", map->rows[i].field,
                         import_field_nearest(plan->dictionary, plan->kind, map->rows[i].field));
    }
    return BERM_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void check_headers(struct planner *planner, bool has_map)
{
    const struct column_plan *plan = &planner->plan;

    if (plan->header_count == 1 && (memchr(plan->headers[0].bytes, ';', plan->headers[0].length) ||
                                    memchr(plan->headers[0].bytes, '\t', plan->headers[0].length)))
        note(planner, "the columns are not separated by commas; save the file as CSV with commas");
    for (size_t i = 0; has_map && i < plan->header_count; i++)
        if (plan->headers[i].length > 0 && find_header(planner, plan->headers[i]) != (int)i)
            note(planner, "the column \"%.*s\" stands there twice", TEXT_ARG(plan->headers[i]));
}

static void check_required(struct planner *planner)
{
    struct column_plan *plan = &planner->plan;
    bool has_flow = plan->column_of[IMPORT_FIELD_FLOW] >= 0;
    bool has_amount = plan->column_of[IMPORT_FIELD_AMOUNT] >= 0;

    for (size_t i = 0; i < import_kind_info(plan->kind)->field_count; i++) {
        const struct import_kind_field *known = &import_kind_info(plan->kind)->fields[i];

        if (known->is_required && plan->column_of[known->field] < 0)
            note(planner, "the column \"%s\" is missing, which %s need",
                 import_field_name(known->field), import_kind_name(plan->kind));
    }
    if ((plan->column_of[IMPORT_FIELD_ID_TYPE] >= 0) !=
        (plan->column_of[IMPORT_FIELD_ID_NUMBER] >= 0))
        note(planner, "the columns \"id_type\" and \"id_number\" come together");
    if (plan->kind != IMPORT_FLOWS)
        return;
    plan->is_wide = plan->typed.variable_count > 0;
    if (plan->is_wide && (has_flow || has_amount))
        note(planner, "there are both columns named for flows and the column \"%s\"; use one form",
             has_flow ? "flow" : "amount");
    else if (!plan->is_wide && !(has_flow && has_amount))
        note(planner, "flows need the columns \"flow\" and \"amount\", or columns named for flows");
}

static enum berm_status planner_open(struct planner *planner, const struct text *headers,
                                     struct berm_error *err)
{
    struct column_plan *plan = &planner->plan;
    size_t variable_count = plan->dictionary->count[plan->entity];
    struct text *trimmed = NULL;
    size_t column_max = variable_count + IMPORT_FIELD_COUNT;

    TRY(arena_new(planner->arena, plan->header_count, sizeof *trimmed, &trimmed, err));
    TRY(arena_new(planner->arena, plan->header_count, sizeof *planner->is_report,
                  &planner->is_report, err));
    TRY(arena_new(planner->arena, column_max, sizeof *planner->columns, &planner->columns, err));
    TRY(arena_new(planner->arena, variable_count + 1, sizeof(int), &planner->column_of_variable,
                  err));
    TRY(arena_new(planner->arena, variable_count + 1, sizeof(int), &planner->variables, err));
    for (size_t i = 0; i < plan->header_count; i++) {
        TRY(text_copy(planner->arena, text_trimmed(headers[i]), &trimmed[i], err));
        planner->is_report[i] = is_report_header(trimmed[i]);
    }
    for (size_t i = 0; i <= variable_count; i++)
        planner->column_of_variable[i] = -1;
    for (size_t i = 0; i < IMPORT_FIELD_COUNT; i++)
        plan->column_of[i] = -1;
    plan->relations = dictionary_list(plan->dictionary, TEXT("relation"));
    plan->headers = trimmed;
    plan->is_report = planner->is_report;
    plan->columns = planner->columns;
    plan->column_of_variable = planner->column_of_variable;
    plan->typed.variables = planner->variables;
    return BERM_OK;
}

static void planner_close(struct planner *planner)
{
    buffer_free(&planner->problems);
}

enum berm_status column_plan_make(enum import_kind kind, const struct dictionary *dictionary,
                                  const struct text *headers, size_t header_count,
                                  const struct column_map *map, struct arena *arena,
                                  struct column_plan *ret_plan, struct berm_error *err)
{
    CLEANUP(planner_close)
    struct planner planner = {
        .arena = arena,
        .plan = {.kind = kind,
                 .dictionary = dictionary,
                 .entity = import_kind_info(kind)->entity,
                 .header_count = header_count},
    };

    TRY(planner_open(&planner, headers, err));
    check_headers(&planner, map != NULL);
    if (map == NULL)
        plan_headers(&planner);
    else
        TRY(plan_map(&planner, map, err));
    check_required(&planner);
    TRY(buffer_status(&planner.problems, err));
    if (planner.untold_count > 0)
        return fail_at(err, BERM_INVALID_INPUT, 1, 0, "%.*s; and %zu more",
                       TEXT_ARG(buffer_text(&planner.problems)), planner.untold_count);
    if (planner.problem_count > 0)
        return fail_at(err, BERM_INVALID_INPUT, 1, 0, "%.*s",
                       TEXT_ARG(buffer_text(&planner.problems)));
    *ret_plan = planner.plan;
    return BERM_OK;
}

const struct import_column *column_plan_find(const struct column_plan *plan,
                                             const struct import_row *row)
{
    int position = -1;

    if (row->field == IMPORT_FIELD_VARIABLE && plan->kind == IMPORT_FLOWS && !plan->is_wide)
        position = plan->column_of[IMPORT_FIELD_FLOW];
    else if (row->field == IMPORT_FIELD_VARIABLE)
        position = plan->column_of_variable[row->variable];
    else
        position = plan->column_of[row->field];
    return position < 0 ? NULL : &plan->columns[position];
}
