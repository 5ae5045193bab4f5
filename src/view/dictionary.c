/* What the data dictionary says of a variable: what forms, tables and filters are made from. */
#include "view/view.h"

static void write_choices(const struct choice_list *list, struct json_writer *json)
{
    json_key(json, "choices");
    json_begin_array(json);
    for (size_t c = 0; c < list->choice_count; c++) {
        json_begin_object(json);
        json_key_of_text(json, "name", list->choices[c].name);
        json_key_of_text(json, "label_en", list->choices[c].label_en);
        json_key_of_text(json, "label_zh", list->choices[c].label_zh);
        json_end_object(json);
    }
    json_end_array(json);
}

void variable_write_description_json(const struct variable *variable, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "name", variable->name);
    json_key_of_text(json, "entity", text_of(entity_name(variable->entity)));
    json_key_of_text(json, "type", text_of(variable_type_name(variable->type)));
    json_key_of_text(json, "class", text_of(field_class_name(variable->field_class)));
    json_key_of_text(json, "unit", variable->unit);
    json_key_of_text(json, "group", variable->group);
    json_key_of_text(json, "label_en", variable->label_en);
    json_key_of_text(json, "label_zh", variable->label_zh);
    json_key_of_text(json, "hint_en", variable->hint_en);
    json_key_of_text(json, "hint_zh", variable->hint_zh);
    json_key_of_text(json, "constraint", variable->constraint.source);
    json_key_of_bool(json, "required", variable->is_required);
    json_key_of_bool(json, "empty_is_zero", variable->is_empty_zero);
    if (variable->list != NULL)
        write_choices(variable->list, json);
    json_end_object(json);
}
