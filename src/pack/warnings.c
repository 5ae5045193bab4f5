/*
 * Kinds of warnings. "sets" is a list of NAME = VALUE with semicolons between; VALUE is `amount` or
 * `value` (what the warning brings) or a value of the variable itself, which is tried here, so that
 * a pack cannot promise what no warning could ever set.
 */
#include "pack/warnings.h"

#include <string.h>

#include "pack/tables.h"

enum { WARNING_FACTS_MAX = 16 };
enum warning_column {
    COLUMN_CODE,
    COLUMN_SETS,
    COLUMN_FLOW_SOURCE,
    COLUMN_EN,
    COLUMN_ZH,
    COLUMN_SOURCE
};

static const char FILE_NAME[] = "warnings.csv";

struct reading {
    struct arena *arena;
    const struct dictionary *dictionary;
    const struct csv_table *table;
    size_t row;
};

static enum berm_status fail_here(const struct reading *reading, enum berm_status status,
                                  struct berm_error *err)
{
    status = fail_within(err, status, "%s", FILE_NAME);
    if (err) {
        err->line = reading->table->rows[reading->row].line;
        err->column = reading->table->positions[COLUMN_SETS];
    }
    return status;
}

static enum berm_status fail_unknown(const struct reading *reading, struct text name,
                                     struct berm_error *err)
{
    const struct dictionary *dictionary = reading->dictionary;
    struct text *names;
    int nearest;

    TRY(arena_new(reading->arena, dictionary->variable_count, sizeof *names, &names, err));
    for (size_t v = 0; v < dictionary->variable_count; v++)
        names[v] = dictionary->variables[v].name;
    nearest = text_nearest(name, names, dictionary->variable_count);
    if (nearest >= 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "'%.*s' is no variable of the dictionary; did you mean '%.*s'?",
                         TEXT_ARG(name), TEXT_ARG(names[nearest]));
    return fail_with(err, BERM_INVALID_INPUT,
                     "'%.*s' is no variable of the dictionary; add it to dictionary.csv",
                     TEXT_ARG(name));
}

/* "wage", or "flow.wage" where a household has a wage too. */
static enum berm_status find_variable(const struct reading *reading, struct text name,
                                      const struct variable **ret_variable, struct berm_error *err)
{
    const struct variable *found = NULL;

    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        struct text prefix = text_of(entity_name((enum entity)entity));
        bool has_prefix = text_starts_with(name, prefix) && name.length > prefix.length &&
                          name.bytes[prefix.length] == '.';
        const struct variable *variable =
            dictionary_find(reading->dictionary, (enum entity)entity,
                            has_prefix ? text_from(name, prefix.length + 1) : name);

        if (variable && found)
            return fail_with(err, BERM_INVALID_INPUT,
                             "'%.*s' is a variable of the %s and of the %s; write %s.%.*s or "
                             "%s.%.*s",
                             TEXT_ARG(name), entity_name(found->entity), prefix.bytes,
                             entity_name(found->entity), TEXT_ARG(name), prefix.bytes,
                             TEXT_ARG(name));
        if (variable)
            found = variable;
    }
    if (!found)
        return fail_unknown(reading, name, err);
    *ret_variable = found;
    return BERM_OK;
}

static bool is_number(enum variable_type type)
{
    return type == VARIABLE_MONEY || type == VARIABLE_DECIMAL || type == VARIABLE_INTEGER;
}

static enum berm_status read_value(const struct reading *reading, struct text value,
                                   struct warning_fact *fact, struct berm_error *err)
{
    const struct variable *variable = fact->variable;
    struct field_value tried;

    fact->value = text_equal(value, TEXT("amount"))  ? WARNING_AMOUNT
                  : text_equal(value, TEXT("value")) ? WARNING_VALUE
                                                     : WARNING_LITERAL;
    if (fact->value == WARNING_AMOUNT && !is_number(variable->type))
        return fail_with(err, BERM_INVALID_INPUT, "'%.*s' is no number and cannot be the amount",
                         TEXT_ARG(variable->name));
    if (variable->entity == ENTITY_FLOW && fact->value != WARNING_AMOUNT)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the flow '%.*s' can only be the amount; write %.*s = amount",
                         TEXT_ARG(variable->name), TEXT_ARG(variable->name));
    if (fact->value != WARNING_LITERAL)
        return BERM_OK;
    fact->literal = value;
    if (value.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "'%.*s' is set to nothing; write what it becomes",
                         TEXT_ARG(variable->name));
    return variable_parse(reading->dictionary, variable, value, reading->arena, &tried, err);
}

static enum berm_status read_fact(const struct reading *reading, struct text item,
                                  struct warning_fact *fact, struct berm_error *err)
{
    const char *equals = memchr(item.bytes, '=', item.length);
    size_t at = equals ? (size_t)(equals - item.bytes) : 0;

    if (!equals)
        return fail_with(err, BERM_INVALID_INPUT, "'%.*s' says nothing; write NAME = VALUE",
                         TEXT_ARG(item));
    TRY(find_variable(reading, text_trimmed((struct text){item.bytes, at}), &fact->variable, err));
    return read_value(reading, text_trimmed(text_from(item, at + 1)), fact, err);
}

static void note_needs(struct warning_kind *kind, const struct warning_fact *fact)
{
    kind->needs_person = kind->needs_person || fact->variable->entity == ENTITY_PERSON;
    kind->needs_amount = kind->needs_amount || fact->value == WARNING_AMOUNT;
    kind->needs_value = kind->needs_value || fact->value == WARNING_VALUE;
}

static enum berm_status read_facts(const struct reading *reading, struct text sets,
                                   struct warning_kind *kind, struct berm_error *err)
{
    struct warning_fact *facts;

    TRY(arena_new(reading->arena, WARNING_FACTS_MAX, sizeof *facts, &facts, err));
    for (size_t start = 0; start < sets.length;) {
        const char *end = memchr(sets.bytes + start, ';', sets.length - start);
        size_t length = end ? (size_t)(end - sets.bytes) - start : sets.length - start;
        struct warning_fact *fact = &facts[kind->fact_count];

        if (kind->fact_count == WARNING_FACTS_MAX)
            return fail_with(err, BERM_LIMIT, "a kind sets at most %d variables",
                             (int)WARNING_FACTS_MAX);
        TRY(read_fact(reading, text_trimmed((struct text){sets.bytes + start, length}), fact, err));
        for (size_t i = 0; i < kind->fact_count; i++)
            if (facts[i].variable == fact->variable)
                return fail_with(err, BERM_INVALID_INPUT, "'%.*s' is set twice; keep one of them",
                                 TEXT_ARG(fact->variable->name));
        note_needs(kind, fact);
        kind->fact_count++;
        start += length + 1;
    }
    kind->facts = facts;
    return BERM_OK;
}

enum berm_status warnings_read(struct arena *arena, struct text csv, struct pack *pack,
                               struct berm_error *err)
{
    static const struct csv_column columns[] = {
        [COLUMN_CODE] = {TEXT("code"), true},
        [COLUMN_SETS] = {TEXT("sets"), false},
        [COLUMN_FLOW_SOURCE] = {TEXT("flow_source"), false},
        [COLUMN_EN] = {TEXT("label_en"), true},
        [COLUMN_ZH] = {TEXT("label_zh"), false},
        [COLUMN_SOURCE] = {TEXT("source"), false},
    };
    struct csv_table table;
    struct reading reading = {.arena = arena, .dictionary = &pack->dictionary, .table = &table};
    struct warning_kind *kinds;

    TRY(tables_read_rows(arena, csv, FILE_NAME, columns, ARRAY_COUNT(columns), &table, err));
    TRY(arena_new(arena, table.row_count, sizeof *kinds, &kinds, err));
    for (reading.row = 0; reading.row < table.row_count; reading.row++) {
        const struct text *fields = table.rows[reading.row].fields;
        struct warning_kind *kind = &kinds[reading.row];
        enum berm_status status;

        TRY(tables_check_row(&table, reading.row, FILE_NAME, columns, ARRAY_COUNT(columns), err));
        TRY(tables_check_code(&table, reading.row, FILE_NAME, err));
        *kind = (struct warning_kind){.code = fields[COLUMN_CODE],
                                      .label_en = fields[COLUMN_EN],
                                      .label_zh = fields[COLUMN_ZH],
                                      .source = fields[COLUMN_SOURCE],
                                      .flow_source = fields[COLUMN_FLOW_SOURCE]};
        status = read_facts(&reading, fields[COLUMN_SETS], kind, err);
        if (status != BERM_OK)
            return fail_here(&reading, status, err);
    }
    pack->warnings = kinds;
    pack->warning_count = table.row_count;
    return BERM_OK;
}

struct text pack_warning_nearest(const struct pack *pack, struct text code)
{
    struct text codes[PACK_TABLE_ROWS_MAX];
    int nearest;

    for (size_t i = 0; i < pack->warning_count; i++)
        codes[i] = pack->warnings[i].code;
    nearest = text_nearest(code, codes, pack->warning_count);
    return nearest < 0 ? TEXT("") : codes[nearest];
}
