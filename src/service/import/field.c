/*
 * What the fields of each kind of row are called. A name that nobody knows is answered with the
 * nearest one, for a file's header and for what is entered by hand alike.
 */
#include "service/import.h"

enum { CANDIDATES_MAX = DICTIONARY_VARIABLES_MAX + IMPORT_FIELD_COUNT };

#define REQUIRED true
#define OPTIONAL false

static const struct import_kind_info kinds[IMPORT_KIND_COUNT] = {
    [IMPORT_AREAS] = {"areas",
                      {{IMPORT_FIELD_CODE, REQUIRED},
                       {IMPORT_FIELD_NAME, REQUIRED},
                       {IMPORT_FIELD_PARENT, OPTIONAL},
                       {IMPORT_FIELD_NAME_EN, OPTIONAL}},
                      4,
                      false,
                      ENTITY_HOUSEHOLD},
    [IMPORT_HOUSEHOLDS] = {"households",
                           {{IMPORT_FIELD_CODE, REQUIRED}, {IMPORT_FIELD_AREA, REQUIRED}},
                           2,
                           true,
                           ENTITY_HOUSEHOLD},
    [IMPORT_PERSONS] = {"persons",
                        {{IMPORT_FIELD_CODE, REQUIRED},
                         {IMPORT_FIELD_HOUSEHOLD, REQUIRED},
                         {IMPORT_FIELD_NAME, OPTIONAL},
                         {IMPORT_FIELD_SEX, OPTIONAL},
                         {IMPORT_FIELD_BIRTH_DATE, OPTIONAL},
                         {IMPORT_FIELD_RELATION, OPTIONAL},
                         {IMPORT_FIELD_FROM_DATE, OPTIONAL},
                         {IMPORT_FIELD_TO_DATE, OPTIONAL},
                         {IMPORT_FIELD_END_REASON, OPTIONAL},
                         {IMPORT_FIELD_ID_TYPE, OPTIONAL},
                         {IMPORT_FIELD_ID_NUMBER, OPTIONAL},
                         {IMPORT_FIELD_BANK_ACCOUNT, OPTIONAL}},
                        12,
                        true,
                        ENTITY_PERSON},
    [IMPORT_FLOWS] = {"flows",
                      {{IMPORT_FIELD_HOUSEHOLD, REQUIRED},
                       {IMPORT_FIELD_MONTH, REQUIRED},
                       {IMPORT_FIELD_FLOW, OPTIONAL},
                       {IMPORT_FIELD_AMOUNT, OPTIONAL},
                       {IMPORT_FIELD_SOURCE, OPTIONAL}},
                      5,
                      true,
                      ENTITY_FLOW},
};

#undef REQUIRED
#undef OPTIONAL

const struct import_kind_info *import_kind_info(enum import_kind kind)
{
    return &kinds[kind];
}

const char *import_kind_name(enum import_kind kind)
{
    return kinds[kind].name;
}

enum berm_status import_kind_find(struct text name, enum import_kind *ret_kind,
                                  struct berm_error *err)
{
    for (int k = 0; k < IMPORT_KIND_COUNT; k++)
        if (text_equal(name, text_of(kinds[k].name))) {
            *ret_kind = (enum import_kind)k;
            return BERM_OK;
        }
    return fail_with(err, BERM_INVALID_INPUT,
                     "what is %.*s? Files of areas, households, persons or flows are imported",
                     TEXT_ARG(name));
}

const char *import_field_name(enum import_field field)
{
    static const char *const names[IMPORT_FIELD_COUNT] = {
        [IMPORT_FIELD_NONE] = "",
        [IMPORT_FIELD_CODE] = "code",
        [IMPORT_FIELD_NAME] = "name",
        [IMPORT_FIELD_NAME_EN] = "name_en",
        [IMPORT_FIELD_PARENT] = "parent",
        [IMPORT_FIELD_AREA] = "area",
        [IMPORT_FIELD_HOUSEHOLD] = "household",
        [IMPORT_FIELD_SEX] = "sex",
        [IMPORT_FIELD_BIRTH_DATE] = "birth_date",
        [IMPORT_FIELD_RELATION] = "relation",
        [IMPORT_FIELD_FROM_DATE] = "from_date",
        [IMPORT_FIELD_TO_DATE] = "to_date",
        [IMPORT_FIELD_END_REASON] = "end_reason",
        [IMPORT_FIELD_ID_TYPE] = "id_type",
        [IMPORT_FIELD_ID_NUMBER] = "id_number",
        [IMPORT_FIELD_BANK_ACCOUNT] = "bank_account",
        [IMPORT_FIELD_MONTH] = "month",
        [IMPORT_FIELD_FLOW] = "flow",
        [IMPORT_FIELD_AMOUNT] = "amount",
        [IMPORT_FIELD_SOURCE] = "source",
        [IMPORT_FIELD_VARIABLE] = "",
    };

    return names[field];
}

bool import_field_find(const struct dictionary *dictionary, enum import_kind kind, struct text name,
                       enum import_field *ret_field, int *ret_variable)
{
    int variable = -1;

    for (size_t i = 0; i < kinds[kind].field_count; i++) {
        enum import_field field = kinds[kind].fields[i].field;

        if (!text_equal(name, text_of(import_field_name(field))))
            continue;
        *ret_field = field;
        *ret_variable = -1;
        return true;
    }
    if (kinds[kind].has_variables)
        variable = dictionary_position(dictionary, kinds[kind].entity, name);
    if (variable < 0)
        return false;
    *ret_field = IMPORT_FIELD_VARIABLE;
    *ret_variable = variable;
    return true;
}

struct text import_field_nearest(const struct dictionary *dictionary, enum import_kind kind,
                                 struct text word)
{
    enum entity entity = kinds[kind].entity;
    const struct variable *variables = dictionary_variables(dictionary, entity);
    struct text candidates[CANDIDATES_MAX];
    size_t count = 0;
    int nearest;

    for (size_t i = 0; i < kinds[kind].field_count; i++)
        candidates[count++] = text_of(import_field_name(kinds[kind].fields[i].field));
    for (size_t i = 0;
         kinds[kind].has_variables && i < dictionary->count[entity] && count < CANDIDATES_MAX; i++)
        candidates[count++] = variables[i].name;
    nearest = text_nearest(word, candidates, count);
    return nearest < 0 ? (struct text){0} : candidates[nearest];
}
