/* Values as the TCK's test files write them: a value with an XML Schema type, components, or a
 * list; nil in any place is null. */
#include "tck_values.h"

#include <string.h>

static bool is_nil(const xmlNode *element)
{
    return xml_attribute_is(element, "nil", "true") || xml_attribute_is(element, "nil", "1");
}

static enum berm_status duration_value(struct text text, struct arena *arena,
                                       struct feel_value *ret_value, struct berm_error *err)
{
    TRY(feel_parse_literal(FEEL_YEARS_MONTHS, text, arena, ret_value, err));
    if (ret_value->kind == FEEL_NULL)
        TRY(feel_parse_literal(FEEL_DAYS_TIME, text, arena, ret_value, err));
    return BERM_OK;
}

static enum berm_status typed_value(const xmlNode *element, struct text type, struct text text,
                                    struct arena *arena, struct feel_value *ret_value,
                                    struct berm_error *err)
{
    static const char *const numbers[] = {"decimal", "double", "float",  "integer",
                                          "int",     "long",   "number", "short"};
    struct feel_decimal number;

    *ret_value = feel_null();
    if (text_equal(type, TEXT("string")) || type.length == 0) {
        *ret_value = feel_string(text);
        return BERM_OK;
    }
    text = text_trimmed(text);
    for (size_t i = 0; i < ARRAY_COUNT(numbers); i++) {
        if (text_equal(type, text_of(numbers[i]))) {
            if (feel_decimal_parse(text, &number))
                *ret_value = feel_number(number);
            return BERM_OK;
        }
    }
    if (text_equal(type, TEXT("boolean"))) {
        *ret_value = feel_boolean(text_equal(text, TEXT("true")) || text_equal(text, TEXT("1")));
        return BERM_OK;
    }
    if (text_equal(type, TEXT("date")))
        return feel_parse_literal(FEEL_DATE, text, arena, ret_value, err);
    if (text_equal(type, TEXT("time")))
        return feel_parse_literal(FEEL_TIME, text, arena, ret_value, err);
    if (text_equal(type, TEXT("dateTime")))
        return feel_parse_literal(FEEL_DATE_TIME, text, arena, ret_value, err);
    if (strstr(type.bytes, "uration") != NULL)
        return duration_value(text, arena, ret_value, err);
    return xml_fail(element, err, BERM_INVALID_INPUT, "The type '%.*s' is not known.",
                    TEXT_ARG(type));
}

static enum berm_status scalar_value(const xmlNode *element, struct arena *arena,
                                     struct feel_value *ret_value, struct berm_error *err)
{
    struct text type, text;

    TRY(xml_attribute(element, "type", arena, &type, err));
    const char *colon = memchr(type.bytes, ':', type.length);
    if (colon != NULL)
        type = text_from(type, (size_t)(colon - type.bytes) + 1);
    TRY(xml_content(element, arena, &text, err));
    return typed_value(element, type, text, arena, ret_value, err);
}

static enum berm_status list_value(const xmlNode *element, struct arena *arena,
                                   struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value *items;
    struct feel_list *list;
    size_t count = 0;

    TRY(arena_new(arena, xml_count(element, "item"), sizeof(*items), &items, err));
    for (const xmlNode *e = xml_first(element, "item"); e != NULL; e = xml_next(e, "item"))
        TRY(tck_value(e, arena, &items[count++], err));
    TRY(arena_new(arena, 1, sizeof(*list), &list, err));
    *list = (struct feel_list){.count = count, .items = items};
    *ret_value = feel_of_list(list);
    return BERM_OK;
}

static enum berm_status components_value(const xmlNode *element, struct arena *arena,
                                         struct feel_value *ret_value, struct berm_error *err)
{
    size_t count = xml_count(element, "component");
    struct feel_context *context;
    struct feel_value *values;
    struct text *names;

    TRY(arena_new(arena, count, sizeof(*values), &values, err));
    TRY(arena_new(arena, count, sizeof(*names), &names, err));
    TRY(arena_new(arena, 1, sizeof(*context), &context, err));
    context->names = names;
    context->values = values;
    for (const xmlNode *e = xml_first(element, "component"); e != NULL;
         e = xml_next(e, "component")) {
        TRY(xml_name(e, "name", arena, &names[context->count], err));
        TRY(tck_value(e, arena, &values[context->count], err));
        context->count++;
    }
    *ret_value = feel_of_context(context);
    return BERM_OK;
}

enum berm_status tck_value(const xmlNode *element, struct arena *arena,
                           struct feel_value *ret_value, struct berm_error *err)
{
    const xmlNode *value = xml_first(element, "value");
    const xmlNode *list = xml_first(element, "list");

    *ret_value = feel_null();
    if (is_nil(element))
        return BERM_OK;
    if (value != NULL)
        return is_nil(value) ? BERM_OK : scalar_value(value, arena, ret_value, err);
    if (list != NULL)
        return is_nil(list) ? BERM_OK : list_value(list, arena, ret_value, err);
    if (xml_first(element, "component") != NULL)
        return components_value(element, arena, ret_value, err);
    return BERM_OK;
}
