/*
 * Fields to values. What a person wrote, in a file's cell or by hand, is taken in the forms that
 * docs/reference/import.md lists and refused in every other, with the form that is wanted: a guess
 * here would be a fact later.
 */
#include "service/import.h"
#include "service/service.h"

enum {
    BIRTH_YEAR_FIRST = 1880,
    FLOW_YEAR_FIRST = 1990,
    SOURCE_BYTES_MAX = 48,
};

/* ---- Single fields --------------------------------------------------------------------------- */

static enum berm_status read_name(struct text text, bool is_required, struct berm_error *err)
{
    if (text.length == 0 && is_required)
        return fail_with(err, BERM_INVALID_INPUT, "the name is missing; fill it in");
    if (text.length > NAME_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the name has %zu bytes, at most %d are taken; shorten it", text.length,
                         (int)NAME_BYTES_MAX);
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.bytes[i] < ' ' || text.bytes[i] == 0x7F)
            return fail_with(err, BERM_INVALID_INPUT,
                             "the name holds a character that cannot be seen (byte %zu); remove it",
                             i + 1);
    return BERM_OK;
}

static enum berm_status read_sex(struct text text, struct text *ret_sex, struct berm_error *err)
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
    return fail_with(err, BERM_INVALID_INPUT,
                     "\"%.*s\" is no sex; write female, male or other (or f, m, 女, 男)",
                     (int)(text.length < 40 ? text.length : 40), text.bytes);
}

static enum berm_status read_date(struct text text, struct import_date *ret_date,
                                  struct berm_error *err)
{
    if (text.length == 0)
        return BERM_OK;
    TRY(date_parse(text, &ret_date->date, err));
    ret_date->is_known = true;
    return BERM_OK;
}

static enum berm_status read_birth_date(const struct field_reader *reader, struct text text,
                                        struct import_date *ret_date, struct berm_error *err)
{
    char today[DATE_TEXT_MAX];

    TRY(read_date(text, ret_date, err));
    if (!ret_date->is_known)
        return BERM_OK;
    if (ret_date->date > reader->today)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the birth date is after today, %.*s; correct the year",
                         TEXT_ARG(date_format(reader->today, today)));
    if (ret_date->date < date_from_civil(BIRTH_YEAR_FIRST, 1, 1))
        return fail_with(err, BERM_INVALID_INPUT, "the birth date is before %d; correct the year",
                         BIRTH_YEAR_FIRST);
    return BERM_OK;
}

static enum berm_status read_relation(const struct field_reader *reader, struct text text,
                                      struct text *ret_choice, struct berm_error *err)
{
    struct variable variable = {
        .name = TEXT("relation"), .type = VARIABLE_SELECT_ONE, .list = reader->relations};
    struct field_value value;

    if (text.length == 0)
        return BERM_OK;
    if (reader->relations == NULL)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the pack has no list \"relation\"; leave the column out");
    TRY(variable_parse(reader->dictionary, &variable, text, reader->arena, &value, err));
    *ret_choice = value.text;
    return BERM_OK;
}

static enum berm_status read_end_reason(struct text text, struct text *ret_reason,
                                        struct berm_error *err)
{
    if (text.length == 0)
        return BERM_OK;
    if (text_equal(text, TEXT("left")) || text_equal(text, TEXT("died"))) {
        *ret_reason = text;
        return BERM_OK;
    }
    return fail_with(err, BERM_INVALID_INPUT,
                     "\"%.*s\" is no end_reason; write left or died, or leave it empty",
                     (int)(text.length < 40 ? text.length : 40), text.bytes);
}

static enum berm_status read_month(const struct field_reader *reader, struct text text,
                                   month_number *ret_month, struct berm_error *err)
{
    int last_year = month_of_date(reader->today) / 12 + 1;

    if (text.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "the month is missing; write it as YYYY-MM");
    TRY(month_parse(text, ret_month, err));
    if (*ret_month < month_from_civil(FLOW_YEAR_FIRST, 1) ||
        *ret_month > month_from_civil(last_year, 12))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the month is not within %d-01 to %d-12; correct the year",
                         FLOW_YEAR_FIRST, last_year);
    return BERM_OK;
}

static enum berm_status read_source(struct text text, struct text *ret_source,
                                    struct berm_error *err)
{
    bool is_good = text.length > 0 && text.length <= SOURCE_BYTES_MAX;

    if (text.length == 0)
        return BERM_OK;
    for (size_t i = 0; is_good && i < text.length; i++) {
        char c = text.bytes[i];

        is_good = (c >= 'a' && c <= 'z') || (i > 0 && ((c >= '0' && c <= '9') || c == '_'));
    }
    if (!is_good)
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is no source; write a short code of small letters, digits and "
                         "_, such as visit or tax_office",
                         (int)(text.length < 40 ? text.length : 40), text.bytes);
    *ret_source = text;
    return BERM_OK;
}

static enum berm_status read_flow_name(const struct field_reader *reader, struct text text,
                                       int *ret_flow, struct berm_error *err)
{
    const struct dictionary *dictionary = reader->dictionary;
    const struct variable *flows = dictionary_variables(dictionary, ENTITY_FLOW);
    struct text names[DICTIONARY_VARIABLES_MAX];
    size_t count = dictionary->count[ENTITY_FLOW];
    int nearest;

    *ret_flow = dictionary_position(dictionary, ENTITY_FLOW, text);
    if (*ret_flow >= 0)
        return BERM_OK;
    if (text.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "the flow is missing; fill it in");
    for (size_t i = 0; i < count && i < DICTIONARY_VARIABLES_MAX; i++)
        names[i] = flows[i].name;
    nearest = text_nearest(text, names, count);
    if (nearest >= 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%.*s\" is no flow of the dictionary, did you mean \"%.*s\"?",
                         (int)(text.length < 60 ? text.length : 60), text.bytes,
                         TEXT_ARG(names[nearest]));
    return fail_with(err, BERM_INVALID_INPUT,
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
enum berm_status import_read_amount(const struct field_reader *reader, int flow, struct text text,
                                    struct import_amount *amounts, size_t *count,
                                    struct berm_error *err)
{
    const struct variable *variable = dictionary_variables(reader->dictionary, ENTITY_FLOW) + flow;
    struct field_value value = {0};

    if (text.length == 0)
        return BERM_OK;
    if (!read_plain_amount(variable, text, reader->dictionary->money_decimals, &value.number))
        TRY(variable_parse(reader->dictionary, variable, text, reader->arena, &value, err));
    amounts[(*count)++] = (struct import_amount){.flow = flow, .amount_minor = value.number};
    return BERM_OK;
}

/* ---- Id numbers and bank accounts: type and number come in any order ------------------------- */

static enum berm_status read_id_type(struct text text, struct text *ret_type,
                                     struct berm_error *err)
{
    static const struct {
        struct text written;
        struct text type;
    } words[] = {
        {{"resident_id", 11}, {"resident_id", 11}},
        {{"passport", 8}, {"passport", 8}},
        {{"other", 5}, {"other", 5}},
        {{"居民身份证", 15}, {"resident_id", 11}},
        {{"身份证", 9}, {"resident_id", 11}},
        {{"护照", 6}, {"passport", 8}},
        {{"其他", 6}, {"other", 5}},
    };

    *ret_type = (struct text){"", 0};
    if (text.length == 0)
        return BERM_OK;
    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        if (!text_equal_ignoring_ascii_case(text, words[i].written))
            continue;
        *ret_type = words[i].type;
        return BERM_OK;
    }
    return fail_with(err, BERM_INVALID_INPUT,
                     "\"%.*s\" is no id_type; write resident_id, passport or other (or 居民身份证, "
                     "护照, 其他)",
                     (int)(text.length < 40 ? text.length : 40), text.bytes);
}

/* The buffer that a number's one form lies in. */
static enum berm_status reserve(struct arena *arena, char **ret_bytes, struct berm_error *err)
{
    *ret_bytes = arena_alloc(arena, OFFICIAL_NUMBER_MAX);
    if (*ret_bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a row");
    return BERM_OK;
}

static enum berm_status read_bank_account(const struct field_reader *reader, struct text text,
                                          struct text *ret_number, struct berm_error *err)
{
    char *bytes;

    if (text.length == 0)
        return BERM_OK;
    TRY(reserve(reader->arena, &bytes, err));
    return bank_account_read(text, bytes, ret_number, err);
}

enum berm_status import_finish_person(const struct field_reader *reader, struct import_person *row,
                                      struct berm_error *err)
{
    char *bytes;

    if (row->id_number.length == 0)
        return BERM_OK;
    TRY(reserve(reader->arena, &bytes, err));
    return id_number_read(row->id_type, row->id_number, bytes, &row->id_number, err);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

enum berm_status import_read_area(enum import_field field, struct text text,
                                  struct import_area *row, struct berm_error *err)
{
    switch (field) {
    case IMPORT_FIELD_CODE:
        row->code = text;
        return code_check(text, "code", err);
    case IMPORT_FIELD_PARENT:
        row->parent = text;
        return text.length == 0 ? BERM_OK : code_check(text, "parent's code", err);
    case IMPORT_FIELD_NAME:
        row->name = text;
        return read_name(text, true, err);
    default:
        row->name_en = text;
        return read_name(text, false, err);
    }
}

enum berm_status import_read_household(const struct field_reader *reader, enum import_field field,
                                       int variable, struct text text, struct import_household *row,
                                       struct field_value *next_value, struct berm_error *err)
{
    switch (field) {
    case IMPORT_FIELD_CODE:
        row->code = text;
        return code_check(text, "code", err);
    case IMPORT_FIELD_AREA:
        row->area = text;
        return code_check(text, "area's code", err);
    default:
        return variable_parse(reader->dictionary,
                              dictionary_variables(reader->dictionary, ENTITY_HOUSEHOLD) + variable,
                              text, reader->arena, next_value, err);
    }
}

enum berm_status import_read_person(const struct field_reader *reader, enum import_field field,
                                    int variable, struct text text, struct import_person *row,
                                    struct field_value *next_value, struct berm_error *err)
{
    switch (field) {
    case IMPORT_FIELD_CODE:
        row->code = text;
        return code_check(text, "code", err);
    case IMPORT_FIELD_HOUSEHOLD:
        row->household = text;
        return code_check(text, "household's code", err);
    case IMPORT_FIELD_NAME:
        row->name = text;
        return read_name(text, false, err);
    case IMPORT_FIELD_SEX:
        return read_sex(text, &row->sex, err);
    case IMPORT_FIELD_BIRTH_DATE:
        return read_birth_date(reader, text, &row->birth_date, err);
    case IMPORT_FIELD_RELATION:
        return read_relation(reader, text, &row->relation, err);
    case IMPORT_FIELD_FROM_DATE:
        return read_date(text, &row->from_date, err);
    case IMPORT_FIELD_TO_DATE:
        return read_date(text, &row->to_date, err);
    case IMPORT_FIELD_END_REASON:
        return read_end_reason(text, &row->end_reason, err);
    case IMPORT_FIELD_ID_TYPE:
        return read_id_type(text, &row->id_type, err);
    case IMPORT_FIELD_ID_NUMBER:
        row->id_number = text;
        return BERM_OK;
    case IMPORT_FIELD_BANK_ACCOUNT:
        return read_bank_account(reader, text, &row->bank_account, err);
    default:
        return variable_parse(reader->dictionary,
                              dictionary_variables(reader->dictionary, ENTITY_PERSON) + variable,
                              text, reader->arena, next_value, err);
    }
}

/* The long form's flow and amount come in any order, so they are put together at the end. */
enum berm_status import_read_flow(const struct field_reader *reader, enum import_field field,
                                  int variable, struct text text, struct import_flow *row,
                                  struct import_amount *amounts, int *flow, struct berm_error *err)
{
    switch (field) {
    case IMPORT_FIELD_HOUSEHOLD:
        row->household = text;
        return code_check(text, "household's code", err);
    case IMPORT_FIELD_MONTH:
        return read_month(reader, text, &row->month, err);
    case IMPORT_FIELD_SOURCE:
        return read_source(text, &row->source, err);
    case IMPORT_FIELD_FLOW:
        return read_flow_name(reader, text, flow, err);
    case IMPORT_FIELD_AMOUNT:
        return BERM_OK;
    default:
        return import_read_amount(reader, variable, text, amounts, &row->amount_count, err);
    }
}
