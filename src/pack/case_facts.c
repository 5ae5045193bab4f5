/*
 * The facts of a case. Values are read by the same functions as import files, so that a case means
 * what the same row would mean in the register. Every variable starts as an empty field would:
 * unknown, or zero where the dictionary says so.
 */
#include "pack/case_reading.h"

/* ---- Variables ------------------------------------------------------------------------------- */

static const char *where_to_put(enum entity entity)
{
    switch (entity) {
    case ENTITY_HOUSEHOLD:
        return "put it below 'household'";
    case ENTITY_PERSON:
        return "put it with each of the 'members'";
    case ENTITY_FLOW:
        return "put it below 'flows'";
    case ENTITY_COUNT:
        break;
    }
    return "take it out";
}

enum berm_status case_fail_unknown_variable(const struct case_reading *reading, enum entity entity,
                                            const struct yaml_node *key, struct berm_error *err)
{
    const struct dictionary *dictionary = &reading->pack->dictionary;
    struct text candidates[DICTIONARY_VARIABLES_MAX];
    size_t count = dictionary->count[entity];
    int nearest;

    for (int other = 0; other < ENTITY_COUNT; other++)
        if (dictionary_find(dictionary, (enum entity)other, key->text) != NULL)
            return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                           "'%.*s' is a variable of a %s; %s", TEXT_ARG(key->text),
                           entity_name((enum entity)other), where_to_put((enum entity)other));
    for (size_t i = 0; i < count && i < DICTIONARY_VARIABLES_MAX; i++)
        candidates[i] = dictionary_variables(dictionary, entity)[i].name;
    nearest = text_nearest(key->text, candidates, count);
    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                       "the dictionary has no %s variable '%.*s'; did you mean '%.*s'?",
                       entity_name(entity), TEXT_ARG(key->text), TEXT_ARG(candidates[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                   "the dictionary has no %s variable '%.*s'; add it there or take it out",
                   entity_name(entity), TEXT_ARG(key->text));
}

/* The value's text as an import file has it: a list [a, b] of choices is "a b". */
static enum berm_status text_of_value(struct arena *arena, const struct variable *variable,
                                      const struct yaml_node *node, struct text *ret_text,
                                      struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer joined = {.cap_bytes = PACK_FILE_BYTES_MAX};
    const struct text *names;
    size_t count;

    if (node->kind == YAML_SCALAR) {
        *ret_text = yaml_is_null(node) ? TEXT("") : node->text;
        return BERM_OK;
    }
    if (variable->type != VARIABLE_SELECT_MULTIPLE || node->kind != YAML_SEQUENCE)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'%.*s' must be a single value", TEXT_ARG(variable->name));
    TRY(yaml_texts(arena, node, "a list of choices", &names, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_append_char(&joined, ' ');
        buffer_append_text(&joined, names[i]);
    }
    TRY(buffer_status(&joined, err));
    return text_copy(arena, buffer_text(&joined), ret_text, err);
}

enum berm_status case_read_value(const struct case_reading *reading,
                                 const struct variable *variable, const struct yaml_node *node,
                                 struct field_value *ret_value, struct berm_error *err)
{
    struct variable optional = *variable;
    struct text text;
    enum berm_status status;

    optional.is_required = false; /* of an import's row; a case may leave any fact open */
    TRY(text_of_value(reading->arena, variable, node, &text, err));
    status =
        variable_parse(&reading->pack->dictionary, &optional, text, reading->arena, ret_value, err);
    if (status == BERM_OK)
        return BERM_OK;
    (void)fail_within(err, status, "'%.*s'", TEXT_ARG(variable->name));
    return case_fail_at(node, status, err);
}

/* A value for each variable of the entity, as empty fields give them. */
static enum berm_status make_empty_values(const struct case_reading *reading, enum entity entity,
                                          struct field_value **ret_values, struct berm_error *err)
{
    const struct dictionary *dictionary = &reading->pack->dictionary;
    struct field_value *values;

    TRY(arena_new(reading->arena, dictionary->count[entity], sizeof *values, &values, err));
    for (size_t i = 0; i < dictionary->count[entity]; i++) {
        struct variable optional = dictionary_variables(dictionary, entity)[i];

        optional.is_required = false;
        TRY(variable_parse(dictionary, &optional, TEXT(""), reading->arena, &values[i], err));
    }
    *ret_values = values;
    return BERM_OK;
}

static enum berm_status read_variable(const struct case_reading *reading, enum entity entity,
                                      const struct yaml_node *key, const struct yaml_node *node,
                                      struct field_value *values, struct berm_error *err)
{
    const struct dictionary *dictionary = &reading->pack->dictionary;
    int position = dictionary_position(dictionary, entity, key->text);

    if (position < 0)
        return case_fail_unknown_variable(reading, entity, key, err);
    return case_read_value(reading, &dictionary_variables(dictionary, entity)[position], node,
                           &values[position], err);
}

static enum berm_status read_household(const struct case_reading *reading,
                                       struct pack_case *ret_case, struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(reading->node, TEXT("household"));
    struct field_value *values;

    TRY(make_empty_values(reading, ENTITY_HOUSEHOLD, &values, err));
    ret_case->household_values = values;
    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect(node, YAML_MAPPING, "'household'", err));
    for (size_t i = 0; i < node->count; i++)
        TRY(read_variable(reading, ENTITY_HOUSEHOLD, &node->keys[i], &node->items[i], values, err));
    return BERM_OK;
}

/* ---- Members --------------------------------------------------------------------------------- */

/* As import files write it. */
static enum berm_status read_sex(const struct yaml_node *node, struct text *ret_sex,
                                 struct berm_error *err)
{
    static const struct {
        struct text written, kept;
    } words[] = {
        {TEXT("female"), TEXT("female")}, {TEXT("f"), TEXT("female")}, {TEXT("女"), TEXT("female")},
        {TEXT("male"), TEXT("male")},     {TEXT("m"), TEXT("male")},   {TEXT("男"), TEXT("male")},
        {TEXT("other"), TEXT("other")},
    };

    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (text_equal(node->text, words[i].written)) {
            *ret_sex = words[i].kept;
            return BERM_OK;
        }
    return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                   "'%.*s' is no sex; write female, male or other", TEXT_ARG(node->text));
}

static enum berm_status read_relation(const struct case_reading *reading,
                                      const struct yaml_node *node, struct text *ret_relation,
                                      struct berm_error *err)
{
    const struct choice_list *list = dictionary_list(&reading->pack->dictionary, TEXT("relation"));
    int position = choice_position(list, node->text);
    struct text candidates[DICTIONARY_CHOICES_MAX];
    int nearest;

    if (position >= 0) {
        *ret_relation = list->choices[position].name;
        return BERM_OK;
    }
    for (size_t i = 0; i < list->choice_count && i < DICTIONARY_CHOICES_MAX; i++)
        candidates[i] = list->choices[i].name;
    nearest = text_nearest(node->text, candidates, list->choice_count);
    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "the list 'relation' has no choice '%.*s'; did you mean '%.*s'?",
                       TEXT_ARG(node->text), TEXT_ARG(candidates[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                   "the list 'relation' has no choice '%.*s'; take one of choices.csv",
                   TEXT_ARG(node->text));
}

static enum berm_status read_birth_date(const struct case_reading *reading,
                                        const struct yaml_node *node, struct case_member *member,
                                        struct berm_error *err)
{
    TRY(case_fail_at(node, date_parse(node->text, &member->birth_date, err), err));
    if (member->birth_date > month_last_day(reading->month))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "this member is born after the month of the case; correct the date or leave "
                       "the member out");
    member->has_birth_date = true;
    return BERM_OK;
}

/* The facts that every member has, whatever the dictionary; false where key is none of them. */
static enum berm_status read_built_in(const struct case_reading *reading,
                                      const struct yaml_node *key, const struct yaml_node *node,
                                      struct case_member *member, bool *ret_is_built_in,
                                      struct berm_error *err)
{
    static const struct text names[] = {TEXT("code"), TEXT("sex"), TEXT("relation"),
                                        TEXT("birth_date")};
    bool is_built_in = false;

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        is_built_in = is_built_in || text_equal(key->text, names[i]);
    *ret_is_built_in = is_built_in;
    if (!is_built_in || yaml_is_null(node))
        return BERM_OK;
    if (node->kind != YAML_SCALAR)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'%.*s' must be a single value", TEXT_ARG(key->text));
    if (text_equal(key->text, TEXT("sex")))
        return read_sex(node, &member->sex, err);
    if (text_equal(key->text, TEXT("relation")))
        return read_relation(reading, node, &member->relation, err);
    if (text_equal(key->text, TEXT("birth_date")))
        return read_birth_date(reading, node, member, err);
    member->code = node->text;
    return case_fail_at(node, code_check(member->code, "member", err), err);
}

static enum berm_status read_member(const struct case_reading *reading,
                                    const struct yaml_node *node, size_t position,
                                    struct case_member *member, struct berm_error *err)
{
    struct field_value *values;

    TRY(yaml_expect(node, YAML_MAPPING, "a member", err));
    TRY(text_format(reading->arena, &member->code, err, "%zu", position + 1));
    TRY(make_empty_values(reading, ENTITY_PERSON, &values, err));
    member->values = values;
    for (size_t i = 0; i < node->count; i++) {
        bool is_built_in;

        TRY(read_built_in(reading, &node->keys[i], &node->items[i], member, &is_built_in, err));
        if (!is_built_in)
            TRY(read_variable(reading, ENTITY_PERSON, &node->keys[i], &node->items[i], values,
                              err));
    }
    return BERM_OK;
}

static enum berm_status read_members(const struct case_reading *reading, struct pack_case *ret_case,
                                     struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(reading->node, TEXT("members"));
    struct case_member *members;

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect(node, YAML_SEQUENCE, "'members'", err));
    if (node->count > HOUSEHOLD_MEMBERS_MAX)
        return fail_at(err, BERM_LIMIT, node->line, node->column,
                       "a household has at most %d members; take some out", HOUSEHOLD_MEMBERS_MAX);
    TRY(arena_new(reading->arena, node->count, sizeof *members, &members, err));
    for (size_t i = 0; i < node->count; i++) {
        TRY(read_member(reading, &node->items[i], i, &members[i], err));
        for (size_t j = 0; j < i; j++)
            if (text_equal(members[j].code, members[i].code))
                return fail_at(err, BERM_INVALID_INPUT, node->items[i].line, node->items[i].column,
                               "two members have the code '%.*s'; give each its own",
                               TEXT_ARG(members[i].code));
    }
    ret_case->members = members;
    ret_case->member_count = node->count;
    return BERM_OK;
}

/* ---- Parameters ------------------------------------------------------------------------------ */

enum berm_status case_read_millionths(const struct case_reading *reading,
                                      const struct yaml_node *node, struct text name,
                                      struct field_value *ret_value, struct berm_error *err)
{
    struct variable decimal = {.name = name, .type = VARIABLE_DECIMAL};

    if (node->kind != YAML_SCALAR || node->text.length == 0 || yaml_is_null(node))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column, "'%.*s' must be a number",
                       TEXT_ARG(name));
    return case_read_value(reading, &decimal, node, ret_value, err);
}

static enum berm_status check_parameter(const struct parameter_table *table,
                                        const struct yaml_node *key, struct berm_error *err)
{
    int nearest;

    for (size_t i = 0; i < table->name_count; i++)
        if (text_equal(table->names[i], key->text))
            return BERM_OK;
    nearest = text_nearest(key->text, table->names, table->name_count);
    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                       "parameters.csv has no '%.*s'; did you mean '%.*s'?", TEXT_ARG(key->text),
                       TEXT_ARG(table->names[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                   "parameters.csv has no '%.*s'; add it there or take it out",
                   TEXT_ARG(key->text));
}

static enum berm_status read_parameters(const struct case_reading *reading,
                                        struct pack_case *ret_case, struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(reading->node, TEXT("parameters"));
    const struct parameter_table *table = &reading->pack->parameters;
    struct case_field *parameters;

    if (node == NULL)
        return BERM_OK;
    TRY(yaml_expect(node, YAML_MAPPING, "'parameters'", err));
    TRY(arena_new(reading->arena, node->count, sizeof *parameters, &parameters, err));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = &node->keys[i];

        TRY(check_parameter(table, key, err));
        parameters[i].name = key->text;
        TRY(case_read_millionths(reading, &node->items[i], key->text, &parameters[i].value, err));
    }
    ret_case->parameters = parameters;
    ret_case->parameter_count = node->count;
    return BERM_OK;
}

enum berm_status case_read_facts(const struct case_reading *reading, struct pack_case *ret_case,
                                 struct berm_error *err)
{
    TRY(read_household(reading, ret_case, err));
    TRY(read_members(reading, ret_case, err));
    TRY(case_read_flows(reading, ret_case, err));
    return read_parameters(reading, ret_case, err);
}
