/*
 * Item definitions to FEEL types. Definitions may stand in any order and name one another, also
 * those of imported models; one that contains itself ends in Any, since FEEL walks types to their
 * leaves.
 */
#include "reader.h"

#include <string.h>

static enum berm_status item_resolve(struct reader *reader, struct part *part, struct item *item,
                                     uint32_t depth, struct berm_error *err);
static enum berm_status type_build(struct reader *reader, struct part *part, const xmlNode *element,
                                   uint32_t depth, struct feel_type *ret_type,
                                   struct berm_error *err);

static struct item *item_find(struct part *part, struct text name)
{
    for (size_t i = 0; i < part->item_count; i++)
        if (text_equal(part->items[i].name, name))
            return &part->items[i];
    return NULL;
}

static const struct feel_type *built_in_type(struct text name)
{
    static const char *const other_names[][2] = {
        {"dateTime", "date and time"},
        {"dayTimeDuration", "days and time duration"},
        {"daysAndTimeDuration", "days and time duration"},
        {"yearMonthDuration", "years and months duration"},
        {"yearsAndMonthsDuration", "years and months duration"},
        {"integer", "number"},
        {"decimal", "number"},
        {"double", "number"},
        {"any", "Any"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(other_names); i++)
        if (text_equal(name, text_of(other_names[i][0])))
            return feel_type_by_name(text_of(other_names[i][1]));
    return feel_type_by_name(name);
}

/* "prefix:name" (DMN 1.1: an XML prefix) or "import.name" (since 1.2): which part, and the rest. */
static struct part *part_of_reference(struct reader *reader, struct part *part,
                                      const xmlNode *element, struct text *reference)
{
    const char *colon = memchr(reference->bytes, ':', reference->length);

    for (size_t i = 0; i < part->import_count; i++) {
        struct text name = part->imports[i].name;

        if (name.length != 0 && reference->length > name.length &&
            text_starts_with(*reference, name) && reference->bytes[name.length] == '.') {
            *reference = text_from(*reference, name.length + 1);
            return &reader->parts[part->imports[i].part];
        }
    }
    if (colon != NULL) {
        struct text prefix = {reference->bytes, (size_t)(colon - reference->bytes)};
        struct text name_space = xml_name_space_of_prefix(element, prefix);

        *reference = text_from(*reference, prefix.length + 1);
        for (size_t i = 0; name_space.length != 0 && i < reader->part_count; i++)
            if (text_equal(reader->parts[i].name_space, name_space))
                return &reader->parts[i];
    }
    return part;
}

static enum berm_status unknown_type(struct reader *reader, struct part *part,
                                     const xmlNode *element, struct text name,
                                     struct berm_error *err)
{
    struct text *candidates;

    TRY(arena_new(reader->arena, part->item_count, sizeof(*candidates), &candidates, err));
    for (size_t i = 0; i < part->item_count; i++)
        candidates[i] = part->items[i].name;
    int nearest = text_nearest(name, candidates, part->item_count);
    if (nearest >= 0)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "There is no type '%.*s'; did you mean '%.*s'?", TEXT_ARG(name),
                        TEXT_ARG(candidates[nearest]));
    return xml_fail(element, err, BERM_INVALID_INPUT,
                    "There is no type '%.*s'; add an item definition of that name.",
                    TEXT_ARG(name));
}

static enum berm_status type_by_reference(struct reader *reader, struct part *part,
                                          const xmlNode *element, struct text reference,
                                          uint32_t depth, const struct feel_type **ret_type,
                                          struct berm_error *err)
{
    struct text name = text_trimmed(reference);
    struct item *item = item_find(part, name);
    struct part *home = part;

    *ret_type = NULL;
    if (name.length == 0)
        return BERM_OK;
    if (item == NULL && built_in_type(name) == NULL) {
        home = part_of_reference(reader, part, element, &name);
        item = item_find(home, name);
    }
    for (size_t i = 0; item == NULL && i < part->import_count; i++) {
        if (part->imports[i].name.length == 0) { /* imported into the model's own name space */
            home = &reader->parts[part->imports[i].part];
            item = item_find(home, name);
        }
    }
    if (item == NULL) {
        *ret_type = built_in_type(name);
        if (*ret_type == NULL && is_strict(reader))
            return unknown_type(reader, part, element, name, err);
        return BERM_OK;
    }
    if (item->state == ITEM_IN_PROGRESS)
        return BERM_OK; /* contains itself: any */
    TRY(item_resolve(reader, home, item, depth + 1, err));
    *ret_type = item->type;
    return BERM_OK;
}

enum berm_status type_of_attribute(struct reader *reader, struct part *part, const xmlNode *element,
                                   const char *attribute, const struct feel_type **ret_type,
                                   struct berm_error *err)
{
    struct text reference;

    TRY(xml_attribute(element, attribute, reader->arena, &reference, err));
    return type_by_reference(reader, part, element, reference, 0, ret_type, err);
}

static bool is_literal_kind(uint8_t kind)
{
    return kind != FEEL_NULL && kind != FEEL_LIST && kind != FEEL_CONTEXT && kind != FEEL_RANGE &&
           kind != FEEL_FUNCTION;
}

/* `"a", "b"` read as a list: the literals in order; *ret_count 0 where it is anything else. */
static enum berm_status literals_of(struct reader *reader, const struct feel_scope *scope,
                                    struct text tests, const struct feel_value **ret_values,
                                    size_t *ret_count, struct berm_error *err)
{
    struct feel_run run = {.arena = reader->arena, .steps_left = DMN_STEPS_MAX};
    const struct feel_expression *list;
    struct feel_value value;
    struct text text;

    *ret_values = NULL;
    *ret_count = 0;
    TRY(text_format(reader->arena, &text, err, "[%.*s\n]", TEXT_ARG(tests)));
    enum berm_status status =
        feel_compile(reader->arena, scope, FEEL_EXPRESSION, FEEL_STRICT, text, &list, NULL);
    if (status == BERM_OK)
        status = feel_evaluate(list, &run, NULL, &value, NULL);
    if (status == BERM_NO_MEMORY)
        return fail_with(err, status, "No memory for allowed values.");
    if (status != BERM_OK || value.kind != FEEL_LIST)
        return BERM_OK;
    for (size_t i = 0; i < value.list->count; i++)
        if (!is_literal_kind(value.list->items[i].kind))
            return BERM_OK;
    *ret_values = value.list->items;
    *ret_count = value.list->count;
    return BERM_OK;
}

enum berm_status type_allowed_values(struct reader *reader, struct part *part,
                                     const xmlNode *element,
                                     const struct feel_expression **ret_tests,
                                     const struct feel_value **ret_values, size_t *ret_count,
                                     struct berm_error *err)
{
    const struct feel_scope *scope = part->scope;
    const xmlNode *text_element;
    struct text text;

    *ret_tests = NULL;
    *ret_values = NULL;
    *ret_count = 0;
    TRY(xml_text_child(element, reader->arena, &text, &text_element, err));
    if (text_trimmed(text).length == 0)
        return BERM_OK;
    enum berm_status status = feel_compile(reader->arena, scope, FEEL_UNARY_TESTS,
                                           reader->options->strictness, text, ret_tests, err);
    if (status == BERM_INVALID_INPUT && !is_strict(reader)) {
        *ret_tests = NULL;
        return BERM_OK;
    }
    if (status != BERM_OK) {
        xml_locate(&part->xml, text_element, err);
        return fail_within(err, status, "allowed values");
    }
    return literals_of(reader, scope, text, ret_values, ret_count, err);
}

static enum berm_status context_type(struct reader *reader, struct part *part,
                                     const xmlNode *element, uint32_t depth, struct feel_type *type,
                                     struct berm_error *err)
{
    struct feel_type_member *members;
    size_t count = 0;

    TRY(arena_new(reader->arena, xml_count(element, "itemComponent"), sizeof(*members), &members,
                  err));
    for (const xmlNode *e = xml_first(element, "itemComponent"); e != NULL;
         e = xml_next(e, "itemComponent")) {
        struct feel_type *member;

        TRY(arena_new(reader->arena, 1, sizeof(*member), &member, err));
        TRY(xml_name(e, "name", reader->arena, &members[count].name, err));
        TRY(type_build(reader, part, e, depth + 1, member, err));
        members[count++].type = member;
    }
    *type =
        (struct feel_type){.kind = FEEL_TYPE_CONTEXT, .members = members, .member_count = count};
    return BERM_OK;
}

static enum berm_status function_type(struct reader *reader, struct part *part,
                                      const xmlNode *element, uint32_t depth,
                                      struct feel_type *type, struct berm_error *err)
{
    struct feel_type_member *members;
    struct text reference;
    size_t count = 0;

    TRY(arena_new(reader->arena, xml_count(element, "parameters"), sizeof(*members), &members,
                  err));
    for (const xmlNode *e = xml_first(element, "parameters"); e != NULL;
         e = xml_next(e, "parameters")) {
        TRY(xml_name(e, "name", reader->arena, &members[count].name, err));
        TRY(xml_attribute(e, "typeRef", reader->arena, &reference, err));
        TRY(type_by_reference(reader, part, e, reference, depth, &members[count].type, err));
        if (members[count].type == NULL)
            members[count].type = feel_type_by_name(TEXT("Any"));
        count++;
    }
    *type =
        (struct feel_type){.kind = FEEL_TYPE_FUNCTION, .members = members, .member_count = count};
    TRY(xml_attribute(element, "outputTypeRef", reader->arena, &reference, err));
    TRY(type_by_reference(reader, part, element, reference, depth, &type->element, err));
    if (type->element == NULL)
        type->element = feel_type_by_name(TEXT("Any"));
    return BERM_OK;
}

/* What an item definition or component says, without "is a collection". */
static enum berm_status type_without_collection(struct reader *reader, struct part *part,
                                                const xmlNode *element, uint32_t depth,
                                                struct feel_type *type, struct berm_error *err)
{
    const xmlNode *reference_element = xml_first(element, "typeRef");
    const xmlNode *function = xml_first(element, "functionItem");
    const struct feel_type *base = NULL;
    struct text reference;

    *type = (struct feel_type){.kind = FEEL_TYPE_ANY};
    if (xml_first(element, "itemComponent") != NULL)
        return context_type(reader, part, element, depth, type, err);
    if (function != NULL)
        return function_type(reader, part, function, depth, type, err);
    if (reference_element != NULL)
        TRY(xml_content(reference_element, reader->arena, &reference, err));
    else
        TRY(xml_attribute(element, "typeRef", reader->arena, &reference, err));
    TRY(type_by_reference(reader, part, element, reference, depth, &base, err));
    if (base != NULL)
        *type = *base;
    return BERM_OK;
}

static enum berm_status type_build(struct reader *reader, struct part *part, const xmlNode *element,
                                   uint32_t depth, struct feel_type *ret_type,
                                   struct berm_error *err)
{
    const xmlNode *allowed = xml_first(element, "allowedValues");
    struct feel_type type;

    if (depth > DMN_TYPE_DEPTH_MAX)
        return xml_fail(element, err, BERM_LIMIT,
                        "Item definitions are nested more than %d deep; flatten them.",
                        (int)DMN_TYPE_DEPTH_MAX);
    TRY(type_without_collection(reader, part, element, depth, &type, err));
    if (allowed != NULL)
        TRY(type_allowed_values(reader, part, allowed, &type.allowed, &type.allowed_values,
                                &type.allowed_value_count, err));
    if (xml_attribute_is(element, "isCollection", "true")) {
        struct feel_type *of_elements;

        /* Allowed values of a collection are those of its elements (DMN 1.5 section 7.3.3). */
        TRY(arena_new(reader->arena, 1, sizeof(*of_elements), &of_elements, err));
        *of_elements = type;
        type = (struct feel_type){.kind = FEEL_TYPE_LIST, .element = of_elements};
    }
    *ret_type = type;
    return BERM_OK;
}

static enum berm_status item_resolve(struct reader *reader, struct part *part, struct item *item,
                                     uint32_t depth, struct berm_error *err)
{
    if (item->state == ITEM_RESOLVED)
        return BERM_OK;
    item->state = ITEM_IN_PROGRESS;
    enum berm_status status = type_build(reader, part, item->element, depth, item->type, err);
    if (status != BERM_OK)
        return fail_within(err, status, "item definition '%.*s'", TEXT_ARG(item->name));
    item->state = ITEM_RESOLVED;
    return BERM_OK;
}

/* Types are known to expressions by name, those of imports behind the import's name. */
static enum berm_status scope_know_types(struct reader *reader, struct part *part,
                                         struct berm_error *err)
{
    for (size_t i = 0; i < part->import_count; i++) {
        const struct part *from = &reader->parts[part->imports[i].part];

        for (size_t k = 0; k < from->item_count; k++) {
            struct text name = from->items[k].name;

            if (part->imports[i].name.length != 0)
                TRY(text_format(reader->arena, &name, err, "%.*s.%.*s",
                                TEXT_ARG(part->imports[i].name), TEXT_ARG(name)));
            TRY(feel_scope_know_type(part->scope, name, from->items[k].type, err));
        }
    }
    for (size_t i = 0; i < part->item_count; i++)
        TRY(feel_scope_know_type(part->scope, part->items[i].name, part->items[i].type, err));
    return BERM_OK;
}

enum berm_status types_declare(struct reader *reader, struct part *part, struct berm_error *err)
{
    TRY(feel_scope_create(reader->arena, &part->scope, err));
    TRY(arena_new(reader->arena, xml_count(part->root, "itemDefinition"), sizeof(*part->items),
                  &part->items, err));
    for (const xmlNode *e = xml_first(part->root, "itemDefinition"); e != NULL;
         e = xml_next(e, "itemDefinition")) {
        struct item *item = &part->items[part->item_count];

        item->element = e;
        TRY(xml_name(e, "name", reader->arena, &item->name, err));
        TRY(arena_new(reader->arena, 1, sizeof(*item->type), &item->type, err));
        part->item_count++;
    }
    return BERM_OK;
}

enum berm_status types_resolve(struct reader *reader, struct part *part, struct berm_error *err)
{
    for (size_t i = 0; i < part->item_count; i++)
        TRY(item_resolve(reader, part, &part->items[i], 0, err));
    return scope_know_types(reader, part, err);
}
