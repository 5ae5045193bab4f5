/*
 * What rules may read, as FEEL types. The strict reader of the model checks every path against
 * them, so a misspelled variable is an error with a suggestion when the policy is read, and not a
 * value that is missing in every household.
 */
#include "pack/inputs.h"

struct entries {
    struct feel_type_member *members;
    size_t count;
};

/* The types that the variables need; made once, because a list type is not a built-in one. */
struct types {
    const struct feel_type *number;
    const struct feel_type *string;
    const struct feel_type *boolean;
    const struct feel_type *date;
    const struct feel_type *strings;
};

static void add(struct entries *entries, struct text name, const struct feel_type *type)
{
    entries->members[entries->count++] = (struct feel_type_member){.name = name, .type = type};
}

static const struct feel_type *type_of(const struct types *types, enum variable_type type)
{
    switch (type) {
    case VARIABLE_INTEGER:
    case VARIABLE_DECIMAL:
    case VARIABLE_MONEY:
        return types->number;
    case VARIABLE_BOOLEAN:
        return types->boolean;
    case VARIABLE_DATE:
        return types->date;
    case VARIABLE_TEXT:
    case VARIABLE_SELECT_ONE:
        return types->string;
    case VARIABLE_SELECT_MULTIPLE:
        return types->strings;
    }
    assert(!"a variable's type is one of the list");
    return types->string;
}

static void add_variables(struct entries *entries, const struct types *types,
                          const struct dictionary *dictionary, enum entity entity)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);

    for (size_t i = 0; i < dictionary->count[entity]; i++)
        add(entries, variables[i].name, type_of(types, variables[i].type));
}

static enum berm_status make_type(struct arena *arena, enum feel_type_kind kind,
                                  const struct feel_type *element, const struct entries *entries,
                                  const struct feel_type **ret_type, struct berm_error *err)
{
    struct feel_type *type;

    TRY(arena_new(arena, 1, sizeof *type, &type, err));
    type->kind = kind;
    type->element = element;
    if (entries != NULL) {
        type->members = entries->members;
        type->member_count = entries->count;
    }
    *ret_type = type;
    return BERM_OK;
}

/* The flow's name in each window. The dictionary's reader has seen to it that no two are the same.
 */
static enum berm_status add_flow(struct arena *arena, struct entries *entries,
                                 const struct types *types, const struct dictionary *dictionary,
                                 size_t flow, struct berm_error *err)
{
    struct text flow_name = dictionary_variables(dictionary, ENTITY_FLOW)[flow].name;

    for (int window = 0; window < FLOW_WINDOW_COUNT; window++) {
        struct text name;

        TRY(text_format(arena, &name, err, "%.*s%s", TEXT_ARG(flow_name),
                        flow_window_suffix((enum flow_window)window)));
        add(entries, name, types->number);
    }
    return BERM_OK;
}

static enum berm_status make_household(struct arena *arena, const struct types *types,
                                       const struct dictionary *dictionary,
                                       const struct feel_type **ret_type, struct berm_error *err)
{
    enum { BUILT_IN_COUNT = 3 };
    struct entries entries = {0};
    size_t flow_count = dictionary->count[ENTITY_FLOW];
    size_t capacity = BUILT_IN_COUNT + dictionary->count[ENTITY_HOUSEHOLD] +
                      flow_count * (size_t)FLOW_WINDOW_COUNT;

    TRY(arena_new(arena, capacity, sizeof *entries.members, &entries.members, err));
    add(&entries, TEXT("code"), types->string);
    add(&entries, TEXT("area"), types->string);
    add(&entries, TEXT("size"), types->number);
    add_variables(&entries, types, dictionary, ENTITY_HOUSEHOLD);
    for (size_t i = 0; i < flow_count; i++)
        TRY(add_flow(arena, &entries, types, dictionary, i, err));
    return make_type(arena, FEEL_TYPE_CONTEXT, NULL, &entries, ret_type, err);
}

static enum berm_status make_members(struct arena *arena, const struct types *types,
                                     const struct dictionary *dictionary,
                                     const struct feel_type **ret_type, struct berm_error *err)
{
    enum { BUILT_IN_COUNT = 5 };
    struct entries entries = {0};
    const struct feel_type *member;

    TRY(arena_new(arena, BUILT_IN_COUNT + dictionary->count[ENTITY_PERSON], sizeof *entries.members,
                  &entries.members, err));
    add(&entries, TEXT("code"), types->string);
    add(&entries, TEXT("sex"), types->string);
    add(&entries, TEXT("birth_date"), types->date);
    add(&entries, TEXT("age"), types->number);
    add(&entries, TEXT("relation"), types->string);
    add_variables(&entries, types, dictionary, ENTITY_PERSON);
    TRY(make_type(arena, FEEL_TYPE_CONTEXT, NULL, &entries, &member, err));
    return make_type(arena, FEEL_TYPE_LIST, member, NULL, ret_type, err);
}

static enum berm_status make_parameter(struct arena *arena, const struct types *types,
                                       const struct parameter_table *parameters,
                                       const struct feel_type **ret_type, struct berm_error *err)
{
    struct entries entries = {0};

    TRY(arena_new(arena, parameters->name_count, sizeof *entries.members, &entries.members, err));
    for (size_t i = 0; i < parameters->name_count; i++)
        add(&entries, parameters->names[i], types->number);
    return make_type(arena, FEEL_TYPE_CONTEXT, NULL, &entries, ret_type, err);
}

enum berm_status inputs_build(struct arena *arena, struct pack *pack, struct berm_error *err)
{
    struct types types = {.number = feel_type_by_name(TEXT("number")),
                          .string = feel_type_by_name(TEXT("string")),
                          .boolean = feel_type_by_name(TEXT("boolean")),
                          .date = feel_type_by_name(TEXT("date"))};
    struct feel_type_member inputs[INPUT_COUNT] = {
        [INPUT_HOUSEHOLD] = {.name = TEXT("household")},
        [INPUT_MEMBERS] = {.name = TEXT("members")},
        [INPUT_PARAMETER] = {.name = TEXT("parameter")},
        [INPUT_MONTH] = {.name = TEXT("month"), .type = types.date},
    };

    assert(types.number != NULL && types.string != NULL && types.boolean != NULL &&
           types.date != NULL);
    TRY(make_type(arena, FEEL_TYPE_LIST, types.string, NULL, &types.strings, err));
    TRY(make_household(arena, &types, &pack->dictionary, &inputs[INPUT_HOUSEHOLD].type, err));
    TRY(make_members(arena, &types, &pack->dictionary, &inputs[INPUT_MEMBERS].type, err));
    TRY(make_parameter(arena, &types, &pack->parameters, &inputs[INPUT_PARAMETER].type, err));
    for (size_t i = 0; i < INPUT_COUNT; i++)
        pack->input_types[i] = inputs[i];
    return BERM_OK;
}
