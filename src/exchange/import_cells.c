/*
 * A record's cells to a typed row: which text stands in which field. What a field takes is decided
 * by the service, which reads the same texts where they are entered by hand.
 */
#include "exchange/import_cells.h"

#include <string.h>

/* A record while its cells are read. */
struct cells {
    const struct column_plan *plan;
    const struct text *fields;
    size_t field_count;
    struct field_reader reader;
    struct arena *arena;
    struct berm_error *err;
    struct berm_error fault; /* what is wrong with the cell at hand */
};

size_t typed_row_bytes(enum import_kind kind)
{
    switch (kind) {
    case IMPORT_AREAS:
        return sizeof(struct import_area);
    case IMPORT_HOUSEHOLDS:
        return sizeof(struct import_household);
    case IMPORT_PERSONS:
        return sizeof(struct import_person);
    case IMPORT_FLOWS:
        return sizeof(struct import_flow);
    case IMPORT_KIND_COUNT:
        break;
    }
    return sizeof(union typed_row);
}

/* ---- Texts ----------------------------------------------------------------------------------- */

/* A cell as it was meant: without blanks around it, and without the apostrophe with which an export
 * keeps a spreadsheet program from running it. Empty where the record is short. */
static struct text cell_text(const struct text *fields, size_t field_count, int file_column)
{
    if ((size_t)file_column >= field_count)
        return (struct text){0};
    return csv_unguarded(text_trimmed(fields[file_column]));
}

static enum berm_status join_parts(const struct import_column *column, const struct text *fields,
                                   size_t field_count, struct arena *arena, struct text *ret_text,
                                   struct berm_error *err)
{
    struct text parts[CSV_COLUMNS_MAX];
    size_t length = 0;
    char *bytes;

    if (column->part_count == 1 && column->parts[0].file_column < 0) {
        *ret_text = column->parts[0].text;
        return BERM_OK;
    }
    for (size_t i = 0; i < column->part_count && i < CSV_COLUMNS_MAX; i++) {
        int file_column = column->parts[i].file_column;

        parts[i] = column->parts[i].text;
        if (file_column >= 0)
            parts[i] = cell_text(fields, field_count, file_column);
        length += parts[i].length;
    }
    bytes = arena_alloc(arena, length);
    if (bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a row");
    *ret_text = (struct text){bytes, length};
    for (size_t i = 0; i < column->part_count && i < CSV_COLUMNS_MAX; i++) {
        if (parts[i].length > 0)
            memcpy(bytes, parts[i].bytes, parts[i].length);
        bytes += parts[i].length;
    }
    return BERM_OK;
}

enum berm_status import_column_text(const struct import_column *column, const struct text *fields,
                                    size_t field_count, struct arena *arena, struct text *ret_text,
                                    struct berm_error *err)
{
    struct text text = {0};

    if (column->file_column < 0)
        TRY(join_parts(column, fields, field_count, arena, &text, err));
    else
        text = cell_text(fields, field_count, column->file_column);
    *ret_text = column->values == NULL ? text : value_map_apply(column->values, text);
    return BERM_OK;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Turn the fault of a cell into a rejected row; other failures stay failures. */
static enum berm_status reject(struct cells *cells, const struct import_column *column,
                               enum berm_status status, struct import_row *row)
{
    if (status != BERM_INVALID_INPUT && status != BERM_LIMIT)
        return fail_with(cells->err, status, "%s", cells->fault.message);
    row->outcome = IMPORT_REJECTED;
    row->field = column->field;
    row->variable = column->variable;
    return text_copy(cells->arena, text_of(cells->fault.message), &row->reason, cells->err);
}

static enum berm_status read_cell(struct cells *cells, const struct import_column *column,
                                  struct text text, union typed_row *row, void *values, int *flow,
                                  size_t *value_count)
{
    struct field_value *next_value = values;

    if (column->field == IMPORT_FIELD_VARIABLE && cells->plan->kind != IMPORT_FLOWS)
        next_value += (*value_count)++;
    switch (cells->plan->kind) {
    case IMPORT_AREAS:
        return import_read_area(column->field, text, &row->area, &cells->fault);
    case IMPORT_HOUSEHOLDS:
        return import_read_household(&cells->reader, column->field, column->variable, text,
                                     &row->household, next_value, &cells->fault);
    case IMPORT_PERSONS:
        return import_read_person(&cells->reader, column->field, column->variable, text,
                                  &row->person, next_value, &cells->fault);
    case IMPORT_FLOWS:
    case IMPORT_KIND_COUNT:
        break;
    }
    return import_read_flow(&cells->reader, column->field, column->variable, text, &row->flow,
                            values, flow, &cells->fault);
}

/* Room for the row's values or amounts. */
static enum berm_status reserve_values(struct cells *cells, union typed_row *row, void **ret_values)
{
    size_t count = cells->plan->typed.variable_count;
    size_t size = sizeof(struct field_value);
    void *values;

    if (cells->plan->kind == IMPORT_FLOWS) {
        count = cells->plan->is_wide ? count : 1;
        size = sizeof(struct import_amount);
    }
    values = arena_alloc(cells->arena, count * size);
    if (values == NULL)
        return fail_with(cells->err, BERM_NO_MEMORY, "there is no memory left for a row");
    if (cells->plan->kind == IMPORT_HOUSEHOLDS)
        row->household.values = values;
    else if (cells->plan->kind == IMPORT_PERSONS)
        row->person.values = values;
    else if (cells->plan->kind == IMPORT_FLOWS)
        row->flow.amounts = values;
    *ret_values = values;
    return BERM_OK;
}

/* The long form: its one amount, now that the flow is known. */
static enum berm_status finish_long_flow(struct cells *cells, struct import_flow *row, int flow,
                                         struct import_amount *amounts)
{
    const struct import_column *column =
        &cells->plan->columns[cells->plan->column_of[IMPORT_FIELD_AMOUNT]];
    struct text text;
    enum berm_status status;

    TRY(import_column_text(column, cells->fields, cells->field_count, cells->arena, &text,
                           cells->err));
    status =
        import_read_amount(&cells->reader, flow, text, amounts, &row->amount_count, &cells->fault);
    return status == BERM_OK ? BERM_OK : reject(cells, column, status, &row->row);
}

/* The id number, now that its type is known. */
static enum berm_status finish_person(struct cells *cells, struct import_person *row)
{
    int position = cells->plan->column_of[IMPORT_FIELD_ID_NUMBER];
    enum berm_status status;

    if (position < 0)
        return BERM_OK;
    status = import_finish_person(&cells->reader, row, &cells->fault);
    return status == BERM_OK ? BERM_OK
                             : reject(cells, &cells->plan->columns[position], status, &row->row);
}

enum berm_status cells_read(const struct column_plan *plan, const struct text *fields,
                            size_t field_count, date_days today, struct arena *arena,
                            union typed_row *row, struct berm_error *err)
{
    struct cells cells = {.plan = plan,
                          .fields = fields,
                          .field_count = field_count,
                          .reader = {.dictionary = plan->dictionary,
                                     .relations = plan->relations,
                                     .today = today,
                                     .arena = arena},
                          .arena = arena,
                          .err = err};
    size_t value_count = 0;
    void *values = NULL;
    int flow = -1;

    TRY(reserve_values(&cells, row, &values));
    if (plan->kind == IMPORT_FLOWS)
        row->flow.source = TEXT("import");
    for (size_t i = 0; i < plan->column_count; i++) {
        const struct import_column *column = &plan->columns[i];
        enum berm_status status;
        struct text text;

        TRY(import_column_text(column, fields, field_count, arena, &text, err));
        status = read_cell(&cells, column, text, row, values, &flow, &value_count);
        if (status != BERM_OK)
            return reject(&cells, column, status, &row->row);
    }
    if (plan->kind == IMPORT_FLOWS && !plan->is_wide)
        return finish_long_flow(&cells, &row->flow, flow, values);
    return plan->kind == IMPORT_PERSONS ? finish_person(&cells, &row->person) : BERM_OK;
}
