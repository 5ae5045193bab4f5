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

static void write_member(const struct dictionary *dictionary, const struct household_member *member,
                         struct json_writer *json)
{
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
}

static void write_hidden(const struct dictionary *dictionary, enum field_class seen,
                         struct json_writer *json)
{
    json_key(json, "hidden");
    json_begin_array(json);
    for (size_t v = 0; v < dictionary->variable_count; v++)
        if (dictionary->variables[v].field_class > seen)
            json_text(json, dictionary->variables[v].name);
    json_end_array(json);
}

void flows_write_json(const struct dictionary *dictionary, const struct household_facts *facts,
                      struct json_writer *json)
{
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
}

void history_write_json(const struct history_page *history, struct json_writer *json)
{
    json_begin_array(json);
    for (size_t c = 0; c < history->count; c++) {
        const struct history_change *change = &history->changes[c];

        json_begin_object(json);
        json_key_of_int64(json, "change", change->change_id);
        json_key_of_text(json, "at", change->at);
        json_key_of_text(json, "actor", change->actor);
        json_key_of_text(json, "via", change->via);
        json_key(json, "rows");
        json_begin_array(json);
        for (size_t r = 0; r < change->row_count; r++) {
            json_begin_object(json);
            json_key_of_text(json, "of", text_of(change->rows[r].entity));
            json_key_of_text(json, "subject", change->rows[r].subject);
            json_key_of_bool(json, "added", change->rows[r].is_added);
            json_key(json, "fields");
            json_number_text(json, change->rows[r].fields);
            json_end_object(json);
        }
        json_end_array(json);
        json_end_object(json);
    }
    json_end_array(json);
}

void person_write_json(const struct pack *pack, const struct household_facts *place,
                       const struct person_spell *spells, size_t spell_count,
                       struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "household", place->code);
    json_key_of_int64(json, "version", place->version);
    write_hidden(&pack->dictionary, place->class_seen, json);
    write_member(&pack->dictionary, &place->members[0], json);
    json_key(json, "memberships");
    json_begin_array(json);
    for (size_t s = 0; s < spell_count; s++) {
        json_begin_object(json);
        json_key_of_text(json, "household", spells[s].household);
        write_known(json, "from_date", spells[s].from_date);
        write_known(json, "to_date", spells[s].to_date);
        write_known(json, "relation", spells[s].relation);
        write_known(json, "end_reason", spells[s].end_reason);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

void household_write_json(const struct pack *pack, const struct household_facts *facts,
                          const struct history_page *history, struct json_writer *json)
{
    const struct dictionary *dictionary = &pack->dictionary;

    json_begin_object(json);
    json_key_of_text(json, "code", facts->code);
    json_key_of_text(json, "area", facts->area_code);
    json_key_of_bool(json, "active", facts->is_active);
    json_key_of_int64(json, "version", facts->version);
    write_hidden(dictionary, facts->class_seen, json);
    write_values_json(dictionary, ENTITY_HOUSEHOLD, facts->values, json);
    json_key(json, "members");
    json_begin_array(json);
    for (size_t m = 0; m < facts->member_count; m++) {
        json_begin_object(json);
        write_member(dictionary, &facts->members[m], json);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "flows");
    flows_write_json(dictionary, facts, json);
    if (history != NULL) {
        json_key(json, "changes");
        history_write_json(history, json);
    }
    json_end_object(json);
}
