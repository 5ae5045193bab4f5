/*
 * All that a caller may know of a household, as JSON. "hidden" names the variables whose values the
 * caller may not see: what the dictionary says, not whether there is a value.
 */
#include "view/view.h"

static void write_values_json(const struct dictionary *dictionary, enum entity entity,
                              const struct field_value *values, struct json_writer *json)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);

    json_key(json, "values");
    json_begin_object(json);
    for (size_t v = 0; v < dictionary->count[entity]; v++) {
        json_key_text(json, variables[v].name);
        variable_write_json(dictionary, &variables[v], values[v], json);
    }
    json_end_object(json);
}

/* null where it is not known. */
static void write_known(struct json_writer *json, const char *key, struct text value)
{
    json_key(json, key);
    if (value.length)
        json_text(json, value);
    else
        json_null_value(json);
}

static void write_member_json(const struct dictionary *dictionary,
                              const struct household_member *member, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "code", member->code);
    json_key_of_text(json, "name", member->name);
    write_known(json, "sex", member->sex);
    write_known(json, "birth_date", member->birth_date);
    write_known(json, "relation", member->relation);
    write_known(json, "from_date", member->from_date);
    write_known(json, "to_date", member->to_date);
    write_known(json, "end_reason", member->end_reason);
    write_known(json, "id_type", member->id_type);
    write_known(json, "id_number", member->id_number);
    write_known(json, "bank_account", member->bank_account);
    write_values_json(dictionary, ENTITY_PERSON, member->values, json);
    json_end_object(json);
}

void household_write_json(const struct pack *pack, const struct household_facts *facts,
                          struct json_writer *json)
{
    const struct dictionary *dictionary = &pack->dictionary;

    json_begin_object(json);
    json_key_of_text(json, "code", facts->code);
    json_key_of_text(json, "area", facts->area_code);
    json_key_of_bool(json, "active", facts->is_active);
    json_key_of_int64(json, "version", facts->version);
    json_key(json, "hidden");
    json_begin_array(json);
    for (size_t v = 0; v < dictionary->variable_count; v++)
        if (dictionary->variables[v].field_class > facts->class_seen)
            json_text(json, dictionary->variables[v].name);
    json_end_array(json);
    write_values_json(dictionary, ENTITY_HOUSEHOLD, facts->values, json);
    json_key(json, "members");
    json_begin_array(json);
    for (size_t m = 0; m < facts->member_count; m++)
        write_member_json(dictionary, &facts->members[m], json);
    json_end_array(json);
    json_key(json, "flows");
    json_begin_array(json);
    for (size_t f = 0; f < facts->flow_count; f++) {
        json_begin_object(json);
        json_key(json, "month");
        json_month(json, facts->flows[f].month);
        json_key_of_text(json, "flow", facts->flows[f].flow);
        json_key_of_text(json, "source", facts->flows[f].source);
        json_key(json, "amount");
        json_money(json, facts->flows[f].amount_minor, dictionary->money_decimals);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "changes");
    json_begin_array(json);
    for (size_t c = 0; c < facts->change_count; c++) {
        json_begin_object(json);
        json_key_of_text(json, "at", facts->changes[c].at);
        json_key_of_text(json, "actor", facts->changes[c].actor);
        json_key_of_text(json, "via", facts->changes[c].via);
        json_key(json, "fields");
        json_number_text(json, facts->changes[c].fields);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}
