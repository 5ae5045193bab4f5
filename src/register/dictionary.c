/*
 * Reading dictionary.csv. Each row is checked as a whole where it stands, so that an error names
 * the line and the column; what needs all rows (names that two flows or a flow and a household
 * variable would share) comes last.
 */
#include <stdlib.h>
#include <string.h>

#include "choices.h"
#include "constraint.h"
#include "names.h"
#include "table.h"

enum {
    COLUMN_NAME,
    COLUMN_ENTITY,
    COLUMN_TYPE,
    COLUMN_UNIT,
    COLUMN_CONSTRAINT,
    COLUMN_REQUIRED,
    COLUMN_EMPTY,
    COLUMN_COMBINE,
    COLUMN_GROUP,
    COLUMN_LABEL_EN,
    COLUMN_LABEL_ZH,
    COLUMN_HINT_EN,
    COLUMN_HINT_ZH,
    COLUMN_SOURCE,
    COLUMN_CLASS,
};

static const struct csv_column columns[] = {
    [COLUMN_NAME] = TABLE_COLUMN("name", true),
    [COLUMN_ENTITY] = TABLE_COLUMN("entity", true),
    [COLUMN_TYPE] = TABLE_COLUMN("type", true),
    [COLUMN_UNIT] = TABLE_COLUMN("unit", false),
    [COLUMN_CONSTRAINT] = TABLE_COLUMN("constraint", false),
    [COLUMN_REQUIRED] = TABLE_COLUMN("required", false),
    [COLUMN_EMPTY] = TABLE_COLUMN("empty", false),
    [COLUMN_COMBINE] = TABLE_COLUMN("combine", false),
    [COLUMN_GROUP] = TABLE_COLUMN("group", false),
    [COLUMN_LABEL_EN] = TABLE_COLUMN("label_en", false),
    [COLUMN_LABEL_ZH] = TABLE_COLUMN("label_zh", false),
    [COLUMN_HINT_EN] = TABLE_COLUMN("hint_en", false),
    [COLUMN_HINT_ZH] = TABLE_COLUMN("hint_zh", false),
    [COLUMN_SOURCE] = TABLE_COLUMN("source", false),
    [COLUMN_CLASS] = TABLE_COLUMN("class", false),
};

static const char *const entity_names[ENTITY_COUNT] = {
    [ENTITY_HOUSEHOLD] = "household", [ENTITY_PERSON] = "person", [ENTITY_FLOW] = "flow"};

static const char *const type_names[] = {[VARIABLE_INTEGER] = "integer",
                                         [VARIABLE_DECIMAL] = "decimal",
                                         [VARIABLE_MONEY] = "money",
                                         [VARIABLE_BOOLEAN] = "boolean",
                                         [VARIABLE_DATE] = "date",
                                         [VARIABLE_TEXT] = "text",
                                         [VARIABLE_SELECT_ONE] = "select_one",
                                         [VARIABLE_SELECT_MULTIPLE] = "select_multiple"};

static const char *const class_names[FIELD_CLASS_COUNT] = {[FIELD_CLASS_PUBLIC] = "public",
                                                           [FIELD_CLASS_INTERNAL] = "internal",
                                                           [FIELD_CLASS_PERSONAL] = "personal",
                                                           [FIELD_CLASS_SENSITIVE] = "sensitive"};

struct reading {
    struct table table;
    struct arena *arena;
    struct dictionary dictionary; /* lists and money_decimals are there from the beginning */
    struct variable *variables;   /* DICTIONARY_VARIABLES_MAX, in the file's order */
    int32_t lines[DICTIONARY_VARIABLES_MAX];
    size_t count;
};

static void reading_closep(struct reading **reading)
{
    if (*reading == NULL)
        return;
    free((*reading)->variables);
    free(*reading);
}

const char *entity_name(enum entity entity)
{
    return entity_names[entity];
}

const char *variable_type_name(enum variable_type type)
{
    return type_names[type];
}

const char *field_class_name(enum field_class field_class)
{
    return class_names[field_class];
}

/* ---- One row --------------------------------------------------------------------------------- */

/* Which of the words the field is; the error names the words, and the nearest. */
static enum berm_status read_word(const struct table *table, size_t column, struct text word,
                                  const char *const *words, size_t word_count, int *ret_position,
                                  struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer known = {0};
    struct text candidates[16];
    int nearest = -1;

    assert(word_count <= ARRAY_COUNT(candidates));
    for (size_t i = 0; i < word_count; i++) {
        candidates[i] = text_of(words[i]);
        if (text_equal(word, candidates[i])) {
            *ret_position = (int)i;
            return BERM_OK;
        }
        buffer_append_format(&known, "%s%s", i == 0 ? "" : ", ", words[i]);
    }
    TRY(buffer_status(&known, err));
    nearest = text_nearest(word, candidates, word_count);
    if (nearest >= 0)
        return table_fail(table, column, err, "'%.*s' is none of %.*s; did you mean '%s'?",
                          TEXT_ARG(shown(word)), TEXT_ARG(buffer_text(&known)), words[nearest]);
    return table_fail(table, column, err, "'%.*s' is none of %.*s; write one of them",
                      TEXT_ARG(shown(word)), TEXT_ARG(buffer_text(&known)));
}

static enum berm_status read_name(struct reading *reading, struct variable *variable,
                                  struct berm_error *err)
{
    const struct table *table = &reading->table;
    struct text name = table_field(table, COLUMN_NAME);
    const char *reason = name_is_reserved(variable->entity, name);

    if (!name_is_plain(name))
        return table_fail(table, COLUMN_NAME, err,
                          "'%.*s' is no name of a variable; use at most %d small letters, digits "
                          "and _, a letter first",
                          TEXT_ARG(shown(name)), VARIABLE_NAME_MAX);
    if (reason != NULL)
        return table_fail(table, COLUMN_NAME, err,
                          "'%.*s' is reserved (%s); give the variable another name", TEXT_ARG(name),
                          reason);
    for (size_t i = 0; i < reading->count; i++)
        if (reading->variables[i].entity == variable->entity &&
            text_equal(reading->variables[i].name, name))
            return table_fail(table, COLUMN_NAME, err,
                              "%s variable '%.*s' is there already, in line %d; remove one",
                              entity_name(variable->entity), TEXT_ARG(name),
                              (int)reading->lines[i]);
    variable->name = name;
    return BERM_OK;
}

static enum berm_status find_list(struct reading *reading, struct variable *variable,
                                  struct text list_name, struct berm_error *err)
{
    struct text candidates[64];
    size_t candidate_count = reading->dictionary.list_count;
    int nearest = -1;

    variable->list = dictionary_list(&reading->dictionary, list_name);
    if (variable->list != NULL)
        return BERM_OK;
    if (list_name.length == 0)
        return table_fail(&reading->table, COLUMN_TYPE, err,
                          "%s needs the name of a list, such as '%s yes_no'",
                          variable_type_name(variable->type), variable_type_name(variable->type));
    if (candidate_count > ARRAY_COUNT(candidates))
        candidate_count = ARRAY_COUNT(candidates);
    for (size_t i = 0; i < candidate_count; i++)
        candidates[i] = reading->dictionary.lists[i].name;
    nearest = text_nearest(list_name, candidates, candidate_count);
    if (nearest >= 0)
        return table_fail(&reading->table, COLUMN_TYPE, err,
                          "choices.csv has no list '%.*s'; did you mean '%.*s'?",
                          TEXT_ARG(shown(list_name)), TEXT_ARG(candidates[nearest]));
    return table_fail(&reading->table, COLUMN_TYPE, err,
                      "choices.csv has no list '%.*s'; add its choices there",
                      TEXT_ARG(shown(list_name)));
}

/* "integer", "select_one LIST" */
static enum berm_status read_type(struct reading *reading, struct variable *variable,
                                  struct berm_error *err)
{
    struct text type = table_field(&reading->table, COLUMN_TYPE);
    struct text word = type;
    struct text list_name = {0};
    int position = 0;

    for (size_t i = 0; i < type.length; i++)
        if (type.bytes[i] == ' ' || type.bytes[i] == '\t') {
            word.length = i;
            list_name = text_trimmed(text_from(type, i));
            break;
        }
    TRY(read_word(&reading->table, COLUMN_TYPE, word, type_names, ARRAY_COUNT(type_names),
                  &position, err));
    variable->type = (enum variable_type)position;
    if (variable->type == VARIABLE_SELECT_ONE || variable->type == VARIABLE_SELECT_MULTIPLE)
        TRY(find_list(reading, variable, list_name, err));
    else if (list_name.length > 0)
        return table_fail(&reading->table, COLUMN_TYPE, err, "type %s takes no list; remove '%.*s'",
                          variable_type_name(variable->type), TEXT_ARG(shown(list_name)));
    if (variable->entity == ENTITY_FLOW && variable->type != VARIABLE_MONEY)
        return table_fail(&reading->table, COLUMN_TYPE, err,
                          "a flow is an amount of money in a month; write the type money");
    return BERM_OK;
}

static enum berm_status read_required_and_empty(const struct table *table,
                                                struct variable *variable, struct berm_error *err)
{
    static const char *const required_words[] = {"", "no", "false", "0", "yes", "true", "1"};
    static const char *const empty_words[] = {"", "unknown", "zero"};
    int required = 0;
    int empty = 0;

    TRY(read_word(table, COLUMN_REQUIRED, table_field(table, COLUMN_REQUIRED), required_words,
                  ARRAY_COUNT(required_words), &required, err));
    TRY(read_word(table, COLUMN_EMPTY, table_field(table, COLUMN_EMPTY), empty_words,
                  ARRAY_COUNT(empty_words), &empty, err));
    variable->is_required = required >= 4;
    variable->is_empty_zero = empty == 2;
    if (!variable->is_empty_zero)
        return BERM_OK;
    if (variable->type == VARIABLE_DATE || variable->type == VARIABLE_TEXT ||
        variable->type == VARIABLE_SELECT_ONE)
        return table_fail(table, COLUMN_EMPTY, err,
                          "a variable of type %s has no zero; write unknown",
                          variable_type_name(variable->type));
    if (variable->is_required)
        return table_fail(table, COLUMN_EMPTY, err,
                          "a required variable is never empty; write unknown, or no in the column "
                          "'required'");
    return BERM_OK;
}

/* "a > b > c" behind "prefer:" */
static enum berm_status read_preferred(struct reading *reading, struct text list,
                                       struct variable *variable, struct berm_error *err)
{
    struct text *sources = NULL;
    size_t count = 1;
    size_t start = 0;

    for (size_t i = 0; i < list.length; i++)
        count += list.bytes[i] == '>';
    TRY(arena_new(reading->arena, count, sizeof *sources, &sources, err));
    variable->preferred = sources;
    for (size_t i = 0; i <= list.length; i++) {
        if (i < list.length && list.bytes[i] != '>')
            continue;
        struct text source = text_trimmed((struct text){list.bytes + start, i - start});
        start = i + 1;
        if (code_check(source, "source", NULL) != BERM_OK)
            return table_fail(&reading->table, COLUMN_COMBINE, err,
                              "'%.*s' is no code of a source; write \"prefer: a > b > c\", best "
                              "source first",
                              TEXT_ARG(shown(source)));
        for (size_t k = 0; k < variable->preferred_count; k++)
            if (text_equal(sources[k], source))
                return table_fail(&reading->table, COLUMN_COMBINE, err,
                                  "source '%.*s' is there twice; remove one", TEXT_ARG(source));
        sources[variable->preferred_count++] = source;
    }
    return BERM_OK;
}

static enum berm_status read_combine(struct reading *reading, struct variable *variable,
                                     struct berm_error *err)
{
    struct text combine = table_field(&reading->table, COLUMN_COMBINE);

    if (combine.length == 0)
        return BERM_OK;
    if (variable->entity != ENTITY_FLOW)
        return table_fail(&reading->table, COLUMN_COMBINE, err,
                          "only flows have several sources; leave it empty");
    if (text_equal(combine, TEXT("sum")))
        return BERM_OK;
    if (!text_starts_with(combine, TEXT("prefer:")))
        return table_fail(&reading->table, COLUMN_COMBINE, err,
                          "'%.*s' is no way to combine sources; write sum, or \"prefer: a > b\", "
                          "best source first",
                          TEXT_ARG(shown(combine)));
    variable->combination = FLOW_PREFER;
    return read_preferred(reading, text_from(combine, sizeof "prefer:" - 1), variable, err);
}

static enum berm_status read_constraint(struct reading *reading, struct variable *variable,
                                        struct berm_error *err)
{
    struct text source = table_field(&reading->table, COLUMN_CONSTRAINT);
    enum berm_status status = constraint_parse(
        source, variable->type, reading->dictionary.money_decimals, &variable->constraint, err);
    if (status != BERM_OK)
        return table_fail_within(&reading->table, COLUMN_CONSTRAINT, status, err);
    if (variable->is_empty_zero && !constraint_allows(&variable->constraint, 0))
        return table_fail(&reading->table, COLUMN_EMPTY, err,
                          "empty means zero here, but the constraint does not allow 0; write "
                          "unknown or change the constraint");
    return BERM_OK;
}

static enum berm_status read_class(const struct table *table, struct variable *variable,
                                   struct berm_error *err)
{
    struct text word = table_field(table, COLUMN_CLASS);
    int position = FIELD_CLASS_INTERNAL;

    if (word.length > 0)
        TRY(read_word(table, COLUMN_CLASS, word, class_names, ARRAY_COUNT(class_names), &position,
                      err));
    variable->field_class = (enum field_class)position;
    return BERM_OK;
}

static void read_labels(const struct table *table, struct variable *variable)
{
    variable->unit = table_field(table, COLUMN_UNIT);
    variable->group = table_field(table, COLUMN_GROUP);
    variable->label_en = table_field(table, COLUMN_LABEL_EN);
    variable->label_zh = table_field(table, COLUMN_LABEL_ZH);
    variable->hint_en = table_field(table, COLUMN_HINT_EN);
    variable->hint_zh = table_field(table, COLUMN_HINT_ZH);
    variable->source = table_field(table, COLUMN_SOURCE);
}

static enum berm_status read_variable(struct reading *reading, struct berm_error *err)
{
    const struct table *table = &reading->table;
    struct variable variable = {0};
    int entity = 0;

    if (reading->count == DICTIONARY_VARIABLES_MAX)
        return fail_at(err, BERM_LIMIT, table->row->line, 0,
                       "dictionary.csv has more than %d variables; remove those that no rule, form "
                       "or export reads",
                       DICTIONARY_VARIABLES_MAX);
    TRY(read_word(table, COLUMN_ENTITY, table_field(table, COLUMN_ENTITY), entity_names,
                  ENTITY_COUNT, &entity, err));
    variable.entity = (enum entity)entity;
    TRY(read_name(reading, &variable, err));
    TRY(read_type(reading, &variable, err));
    TRY(read_required_and_empty(table, &variable, err));
    TRY(read_combine(reading, &variable, err));
    TRY(read_constraint(reading, &variable, err));
    TRY(read_class(table, &variable, err));
    read_labels(table, &variable);
    reading->lines[reading->count] = table->row->line;
    reading->variables[reading->count++] = variable;
    return BERM_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* Group by entity, in the file's order. */
static enum berm_status group_variables(struct reading *reading, struct berm_error *err)
{
    struct dictionary *dictionary = &reading->dictionary;
    struct variable *variables = NULL;
    size_t next = 0;

    TRY(arena_new(reading->arena, reading->count, sizeof *variables, &variables, err));
    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        dictionary->first[entity] = next;
        for (size_t i = 0; i < reading->count; i++)
            if ((int)reading->variables[i].entity == entity)
                variables[next++] = reading->variables[i];
        dictionary->count[entity] = next - dictionary->first[entity];
    }
    dictionary->variables = variables;
    dictionary->variable_count = next;
    return BERM_OK;
}

enum berm_status dictionary_read(struct arena *arena, struct text dictionary_csv,
                                 struct text choices_csv, int money_decimals,
                                 struct dictionary *ret_dictionary, struct berm_error *err)
{
    CLEANUP(reading_closep) struct reading *reading = calloc(1, sizeof *reading);

    assert(money_decimals >= 0 && money_decimals <= MONEY_DECIMALS_MAX);
    if (reading == NULL ||
        (reading->variables = calloc(DICTIONARY_VARIABLES_MAX, sizeof *reading->variables)) == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for dictionary.csv");
    reading->arena = arena;
    reading->dictionary.money_decimals = money_decimals;
    TRY(choices_read(arena, choices_csv, &reading->dictionary.lists,
                     &reading->dictionary.list_count, err));
    TRY(table_open(&reading->table, arena, dictionary_csv, "dictionary.csv", columns,
                   ARRAY_COUNT(columns), err));
    while (table_next(&reading->table))
        TRY(read_variable(reading, err));
    TRY(group_variables(reading, err));
    TRY(check_window_names(&reading->dictionary, err));
    *ret_dictionary = reading->dictionary;
    return BERM_OK;
}

/* ---- Finding --------------------------------------------------------------------------------- */

int dictionary_position(const struct dictionary *dictionary, enum entity entity, struct text name)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);

    for (size_t i = 0; i < dictionary->count[entity]; i++)
        if (text_equal(variables[i].name, name))
            return (int)i;
    return -1;
}

const struct variable *dictionary_find(const struct dictionary *dictionary, enum entity entity,
                                       struct text name)
{
    int position = dictionary_position(dictionary, entity, name);

    return position < 0 ? NULL : dictionary_variables(dictionary, entity) + position;
}

const struct choice_list *dictionary_list(const struct dictionary *dictionary, struct text name)
{
    for (size_t i = 0; i < dictionary->list_count; i++)
        if (text_equal(dictionary->lists[i].name, name))
            return &dictionary->lists[i];
    return NULL;
}
