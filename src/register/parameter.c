/*
 * parameters.csv: amounts that laws and decrees set, by area and from a day on. Rows are kept
 * sorted by name, area and day, so that a look-up is one binary search for each level of the
 * household's areas, nearest first.
 */
#include <stdlib.h>

#include "choices.h"
#include "constraint.h"
#include "table.h"

enum { COLUMN_NAME, COLUMN_AREA, COLUMN_VALID_FROM, COLUMN_VALUE, COLUMN_UNIT, COLUMN_SOURCE };

static const struct csv_column columns[] = {
    [COLUMN_NAME] = TABLE_COLUMN("name", true),
    [COLUMN_AREA] = TABLE_COLUMN("area", false),
    [COLUMN_VALID_FROM] = TABLE_COLUMN("valid_from", true),
    [COLUMN_VALUE] = TABLE_COLUMN("value", true),
    [COLUMN_UNIT] = TABLE_COLUMN("unit", false),
    [COLUMN_SOURCE] = TABLE_COLUMN("source", false),
};

struct row {
    struct parameter parameter;
    int32_t line;
};

static int compare_key(const struct parameter *parameter, struct text name, struct text area_code,
                       date_days day)
{
    int order = text_compare(parameter->name, name);

    if (order == 0)
        order = text_compare(parameter->area_code, area_code);
    if (order == 0)
        order = (parameter->valid_from > day) - (parameter->valid_from < day);
    return order;
}

static int compare_rows(const void *left, const void *right)
{
    const struct parameter *a = &((const struct row *)left)->parameter;
    const struct parameter *b = &((const struct row *)right)->parameter;

    return compare_key(a, b->name, b->area_code, b->valid_from);
}

static enum berm_status read_values(const struct table *table, struct parameter *parameter,
                                    struct berm_error *err)
{
    struct text valid_from = table_field(table, COLUMN_VALID_FROM);
    struct text value = table_field(table, COLUMN_VALUE);
    enum berm_status status = BERM_OK;

    if (valid_from.length == 0)
        return table_fail(table, COLUMN_VALID_FROM, err,
                          "the first day is missing; write it as YYYY-MM-DD");
    status = date_parse(valid_from, &parameter->valid_from, err);
    if (status != BERM_OK)
        return table_fail_within(table, COLUMN_VALID_FROM, status, err);
    status = number_parse(value, VARIABLE_DECIMAL, 0, &parameter->value_millionths, err);
    if (status != BERM_OK)
        return table_fail_within(table, COLUMN_VALUE, status, err);
    return BERM_OK;
}

static enum berm_status read_row(const struct table *table, struct row *row, struct berm_error *err)
{
    struct parameter *parameter = &row->parameter;

    row->line = table->row->line;
    parameter->name = table_field(table, COLUMN_NAME);
    parameter->area_code = table_field(table, COLUMN_AREA);
    parameter->unit = table_field(table, COLUMN_UNIT);
    parameter->source = table_field(table, COLUMN_SOURCE);
    if (!name_is_plain(parameter->name))
        return table_fail(table, COLUMN_NAME, err,
                          "'%.*s' is no name of a parameter; use at most %d small letters, digits "
                          "and _, a letter first",
                          TEXT_ARG(shown(parameter->name)), VARIABLE_NAME_MAX);
    if (parameter->area_code.length > 0) {
        enum berm_status status = code_check(parameter->area_code, "area's code", err);
        if (status != BERM_OK)
            return table_fail_within(table, COLUMN_AREA, status, err);
    }
    return read_values(table, parameter, err);
}

/* Sorted rows show what is there twice, and a unit that changes on the way. */
static enum berm_status check_neighbours(const struct row *previous, const struct row *row,
                                         struct berm_error *err)
{
    int32_t line = row->line > previous->line ? row->line : previous->line;
    int32_t other = row->line > previous->line ? previous->line : row->line;

    if (compare_rows(previous, row) == 0)
        return fail_at(err, BERM_INVALID_INPUT, line, 0,
                       "parameters.csv, line %d: '%.*s' has a value for the same area and day "
                       "already, in line %d; remove one",
                       (int)line, TEXT_ARG(row->parameter.name), (int)other);
    if (!text_equal(previous->parameter.unit, row->parameter.unit))
        return fail_at(err, BERM_INVALID_INPUT, line, 0,
                       "parameters.csv, line %d, column 'unit': the unit of '%.*s' differs from "
                       "that in line %d; bring the values to one unit",
                       (int)line, TEXT_ARG(row->parameter.name), (int)other);
    return BERM_OK;
}

enum berm_status parameter_table_read(struct arena *arena, struct text parameters_csv,
                                      struct parameter_table *ret_table, struct berm_error *err)
{
    struct table table = {0};
    struct row *sorted = NULL;
    struct parameter *rows = NULL;
    struct text *names = NULL;
    size_t name_count = 0;
    size_t count = 0;

    TRY(table_open(&table, arena, parameters_csv, "parameters.csv", columns, ARRAY_COUNT(columns),
                   err));
    TRY(arena_new(arena, table.rows.row_count, sizeof *sorted, &sorted, err));
    TRY(arena_new(arena, table.rows.row_count, sizeof *rows, &rows, err));
    TRY(arena_new(arena, table.rows.row_count, sizeof *names, &names, err));
    while (table_next(&table))
        TRY(read_row(&table, &sorted[count++], err));
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, compare_rows);
    for (size_t i = 0; i < count; i++) {
        rows[i] = sorted[i].parameter;
        if (i == 0 || !text_equal(rows[i - 1].name, rows[i].name))
            names[name_count++] = rows[i].name;
        else
            TRY(check_neighbours(&sorted[i - 1], &sorted[i], err));
    }
    *ret_table = (struct parameter_table){
        .rows = rows, .row_count = count, .names = names, .name_count = name_count};
    return BERM_OK;
}

/* The last row of the name and area that is not after the day, or NULL. */
static const struct parameter *find_in_area(const struct parameter_table *table, struct text name,
                                            struct text area_code, date_days day)
{
    const struct parameter *row = NULL;
    size_t low = 0;
    size_t high = table->row_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_key(&table->rows[middle], name, area_code, day) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    row = &table->rows[low - 1];
    return text_equal(row->name, name) && text_equal(row->area_code, area_code) ? row : NULL;
}

const struct parameter *parameter_find(const struct parameter_table *table, size_t name,
                                       const struct text *area_codes, size_t area_code_count,
                                       date_days day)
{
    const struct parameter *found = NULL;

    assert(name < table->name_count);
    for (size_t i = 0; i < area_code_count && found == NULL; i++)
        found = find_in_area(table, table->names[name], area_codes[i], day);
    return found != NULL ? found : find_in_area(table, table->names[name], (struct text){0}, day);
}
