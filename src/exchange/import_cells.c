/*
 * Cells to values. What a person wrote is taken in the forms that docs/reference/import.md lists
 * and refused in every other, with the form that is wanted: a guess here would be a fact later.
 */
#include "exchange/import_cells.h"
#include "exchange/import_secrets.h"

#include <string.h>

enum {
    BIRTH_YEAR_FIRST = 1880,
    FLOW_YEAR_FIRST = 1990,
    SOURCE_BYTES_MAX = 48,
};

/* A record while its cells are read. */
struct cells {
    const struct column_plan *plan;
    const struct text *fields;
    size_t field_count;
    date_days today;
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
            parts[i] = (size_t)file_column < field_count ? text_trimmed(fields[file_column])
                                                         : (struct text){0};
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
    else if ((size_t)column->file_column < field_count)
        text = text_trimmed(fields[column->file_column]);
    *ret_text = column->values == NULL ? text : value_map_apply(column->values, text);
    return BERM_OK;
}

/* ---- Single cells: each fills cells->fault where it refuses ---------------------------------- */

static enum berm_status read_name(struct cells *cells, struct text text, bool is_required)
{
    if (text.length == 0 && is_required)
        return fail_with(&cells->fault, BERM_INVALID_INPUT, "the name is missing; fill it in");
    if (text.length > NAME_BYTES_MAX)
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "the name has %zu bytes, at most %d are taken; shorten it", text.length,
                         (int)NAME_BYTES_MAX);
    return BERM_OK;
}

static enum berm_status read_sex(struct cells *cells, struct text text, struct text *ret_sex)
{
    static const struct {
        struct text written;
        struct text sex;
    } words[] = {
        {{"female", 6}, {"female", 6}}, {{"male", 4}, {"male", 4}}, {{"other", 5}, {"other", 5}},
        {{"f", 1}, {"female", 6}},      {{"m", 1}, {"male", 4}},    {{"女", 3}, {"female", 6}},
        {{"男", 3}, {"male", 4}},
    };

    if (text.length == 0)
        return BERM_OK;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (!text_equal_ignoring_ascii_case(text, words[i].written))
            continue;
        *ret_sex = words[i].sex;
        return BERM_OK;
    }
    return fail_with(&cells->fault, BERM_INVALID_INPUT,
                     "\"%.*s\" is no sex; write female, male or other (or f, m, 女, 男)",
                     (int)(text.length < 40 ? text.length : 40), text.bytes);
}

static enum berm_status read_date(struct cells *cells, struct text text,
                                  struct import_date *ret_date)
{
    if (text.length == 0)
        return BERM_OK;
    TRY(date_parse(text, &ret_date->date, &cells->fault));
    ret_date->is_known = true;
    return BERM_OK;
}

static enum berm_status read_birth_date(struct cells *cells, struct text text,
                                        struct import_date *ret_date)
{
    char today[DATE_TEXT_MAX];

    TRY(read_date(cells, text, ret_date));
    if (!ret_date->is_known)
        return BERM_OK;
    if (ret_date->date > cells->today)
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "the birth date is after today, %.*s; correct the year",
                         TEXT_ARG(date_format(cells->today, today)));
    if (ret_date->date < date_from_civil(BIRTH_YEAR_FIRST, 1, 1))
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "the birth date is before %d; correct the year", BIRTH_YEAR_FIRST);
    return BERM_OK;
}

static enum berm_status read_choice(struct cells *cells, const struct choice_list *list,
                                    struct text text, struct text *ret_choice)
{
    struct variable variable = {
        .name = TEXT("relation"), .type = VARIABLE_SELECT_ONE, .list = list};
    struct field_value value;

    if (text.length == 0)
        return BERM_OK;
    if (list == NULL)
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "the pack has no list \"relation\"; leave the column out");
    TRY(variable_parse(cells->plan->dictionary, &variable, text, cells->arena, &value,
                       &cells->fault));
    *ret_choice = value.text;
    return BERM_OK;
}

static enum berm_status read_end_reason(struct cells *cells, struct text text,
                                        struct text *ret_reason)
{
    if (text.length == 0)
        return BERM_OK;
    if (text_equal(text, TEXT("left")) || text_equal(text, TEXT("died"))) {
        *ret_reason = text;
        return BERM_OK;
    }
    return fail_with(&cells->fault, BERM_INVALID_INPUT,
                     "\"%.*s\" is no end_reason; write left or died, or leave it empty",
                     (int)(text.length < 40 ? text.length : 40), text.bytes);
}

static enum berm_status read_month(struct cells *cells, struct text text, month_number *ret_month)
{
    int last_year = month_of_date(cells->today) / 12 + 1;

    if (text.length == 0)
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "the month is missing; write it as YYYY-MM");
    TRY(month_parse(text, ret_month, &cells->fault));
    if (*ret_month < month_from_civil(FLOW_YEAR_FIRST, 1) ||
        *ret_month > month_from_civil(last_year, 12))
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "the month is not within %d-01 to %d-12; correct the year",
                         FLOW_YEAR_FIRST, last_year);
    return BERM_OK;
}

static enum berm_status read_source(struct cells *cells, struct text text, struct text *ret_source)
{
    bool is_good = text.length > 0 && text.length <= SOURCE_BYTES_MAX;

    if (text.length == 0)
        return BERM_OK;
    for (size_t i = 0; is_good && i < text.length; i++) {
        char c = text.bytes[i];

        is_good = (c >= 'a' && c <= 'z') || (i > 0 && ((c >= '0' && c <= '9') || c == '_'));
    }
    if (!is_good)
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "\"%.*s\" is no source; write a short code of small letters, digits and "
                         "_, such as visit or tax_office",
                         (int)(text.length < 40 ? text.length : 40), text.bytes);
    *ret_source = text;
    return BERM_OK;
}

static enum berm_status read_flow_name(struct cells *cells, struct text text, int *ret_flow)
{
    const struct dictionary *dictionary = cells->plan->dictionary;
    const struct variable *flows = dictionary_variables(dictionary, ENTITY_FLOW);
    struct text names[DICTIONARY_VARIABLES_MAX];
    size_t count = dictionary->count[ENTITY_FLOW];
    int nearest;

    *ret_flow = dictionary_position(dictionary, ENTITY_FLOW, text);
    if (*ret_flow >= 0)
        return BERM_OK;
    if (text.length == 0)
        return fail_with(&cells->fault, BERM_INVALID_INPUT, "the flow is missing; fill it in");
    for (size_t i = 0; i < count && i < DICTIONARY_VARIABLES_MAX; i++)
        names[i] = flows[i].name;
    nearest = text_nearest(text, names, count);
    if (nearest >= 0)
        return fail_with(&cells->fault, BERM_INVALID_INPUT,
                         "\"%.*s\" is no flow of the dictionary, did you mean \"%.*s\"?",
                         (int)(text.length < 60 ? text.length : 60), text.bytes,
                         TEXT_ARG(names[nearest]));
    return fail_with(&cells->fault, BERM_INVALID_INPUT,
                     "\"%.*s\" is no flow of the dictionary; use one of its names",
                     (int)(text.length < 60 ? text.length : 60), text.bytes);
}

static bool is_within(const struct constraint *constraint, int64_t number)
{
    if (constraint->has_low &&
        (number < constraint->low || (constraint->is_low_open && number == constraint->low)))
        return false;
    return !constraint->has_high || number < constraint->high ||
           (!constraint->is_high_open && number == constraint->high);
}

/* Whole amounts of up to 12 digits, which most are, without the general parser; false leaves it to
 * that one, which also finds the words for what is wrong. */
static bool read_plain_amount(const struct variable *flow, struct text text, int decimals,
                              int64_t *ret_minor)
{
    int64_t amount = 0;

    if (text.length > 12)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        amount = amount * 10 + (text.bytes[i] - '0');
    }
    for (int i = 0; i < decimals; i++)
        amount *= 10;
    *ret_minor = amount;
    return is_within(&flow->constraint, amount);
}

/* Nothing is added for an empty cell: that is no report. */
static enum berm_status read_amount(struct cells *cells, int flow, struct text text,
                                    struct import_amount *amounts, size_t *count)
{
    const struct variable *variable =
        dictionary_variables(cells->plan->dictionary, ENTITY_FLOW) + flow;
    struct field_value value = {0};

    if (text.length == 0)
        return BERM_OK;
    if (!read_plain_amount(variable, text, cells->plan->dictionary->money_decimals, &value.number))
        TRY(variable_parse(cells->plan->dictionary, variable, text, cells->arena, &value,
                           &cells->fault));
    amounts[(*count)++] = (struct import_amount){flow, value.number};
    return BERM_OK;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static enum berm_status read_area_cell(struct cells *cells, const struct import_column *column,
                                       struct text text, struct import_area *row)
{
    switch (column->field) {
    case IMPORT_FIELD_CODE:
        row->code = text;
        return code_check(text, "code", &cells->fault);
    case IMPORT_FIELD_PARENT:
        row->parent = text;
        return text.length == 0 ? BERM_OK : code_check(text, "parent's code", &cells->fault);
    case IMPORT_FIELD_NAME:
        row->name = text;
        return read_name(cells, text, true);
    default:
        row->name_en = text;
        return read_name(cells, text, false);
    }
}

static enum berm_status read_household_cell(struct cells *cells, const struct import_column *column,
                                            struct text text, struct import_household *row,
                                            struct field_value *next_value)
{
    switch (column->field) {
    case IMPORT_FIELD_CODE:
        row->code = text;
        return code_check(text, "code", &cells->fault);
    case IMPORT_FIELD_AREA:
        row->area = text;
        return code_check(text, "area's code", &cells->fault);
    default:
        return variable_parse(cells->plan->dictionary,
                              dictionary_variables(cells->plan->dictionary, ENTITY_HOUSEHOLD) +
                                  column->variable,
                              text, cells->arena, next_value, &cells->fault);
    }
}

static enum berm_status read_person_cell(struct cells *cells, const struct import_column *column,
                                         struct text text, struct import_person *row,
                                         struct field_value *next_value)
{
    switch (column->field) {
    case IMPORT_FIELD_CODE:
        row->code = text;
        return code_check(text, "code", &cells->fault);
    case IMPORT_FIELD_HOUSEHOLD:
        row->household = text;
        return code_check(text, "household's code", &cells->fault);
    case IMPORT_FIELD_NAME:
        row->name = text;
        return read_name(cells, text, false);
    case IMPORT_FIELD_SEX:
        return read_sex(cells, text, &row->sex);
    case IMPORT_FIELD_BIRTH_DATE:
        return read_birth_date(cells, text, &row->birth_date);
    case IMPORT_FIELD_RELATION:
        return read_choice(cells, column->list, text, &row->relation);
    case IMPORT_FIELD_FROM_DATE:
        return read_date(cells, text, &row->from_date);
    case IMPORT_FIELD_TO_DATE:
        return read_date(cells, text, &row->to_date);
    case IMPORT_FIELD_END_REASON:
        return read_end_reason(cells, text, &row->end_reason);
    case IMPORT_FIELD_ID_TYPE:
        return id_type_read(text, &row->id_type, &cells->fault);
    case IMPORT_FIELD_ID_NUMBER:
        row->id_number = text;
        return BERM_OK;
    case IMPORT_FIELD_BANK_ACCOUNT:
        return bank_account_cell(text, cells->arena, &row->bank_account, &cells->fault);
    default:
        return variable_parse(cells->plan->dictionary,
                              dictionary_variables(cells->plan->dictionary, ENTITY_PERSON) +
                                  column->variable,
                              text, cells->arena, next_value, &cells->fault);
    }
}

/* The long form's flow and amount come in any order, so they are put together at the end. */
static enum berm_status read_flow_cell(struct cells *cells, const struct import_column *column,
                                       struct text text, struct import_flow *row,
                                       struct import_amount *amounts, int *flow)
{
    switch (column->field) {
    case IMPORT_FIELD_HOUSEHOLD:
        row->household = text;
        return code_check(text, "household's code", &cells->fault);
    case IMPORT_FIELD_MONTH:
        return read_month(cells, text, &row->month);
    case IMPORT_FIELD_SOURCE:
        return read_source(cells, text, &row->source);
    case IMPORT_FIELD_FLOW:
        return read_flow_name(cells, text, flow);
    case IMPORT_FIELD_AMOUNT:
        return BERM_OK;
    default:
        return read_amount(cells, column->variable, text, amounts, &row->amount_count);
    }
}

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
        return read_area_cell(cells, column, text, &row->area);
    case IMPORT_HOUSEHOLDS:
        return read_household_cell(cells, column, text, &row->household, next_value);
    case IMPORT_PERSONS:
        return read_person_cell(cells, column, text, &row->person, next_value);
    case IMPORT_FLOWS:
    case IMPORT_KIND_COUNT:
        break;
    }
    return read_flow_cell(cells, column, text, &row->flow, values, flow);
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
    status = read_amount(cells, flow, text, amounts, &row->amount_count);
    return status == BERM_OK ? BERM_OK : reject(cells, column, status, &row->row);
}

/* The id number, now that its type is known. */
static enum berm_status finish_person(struct cells *cells, struct import_person *row)
{
    int position = cells->plan->column_of[IMPORT_FIELD_ID_NUMBER];
    enum berm_status status;

    if (position < 0)
        return BERM_OK;
    status = id_number_cell(row, cells->arena, &cells->fault);
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
                          .today = today,
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
