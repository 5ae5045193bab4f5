/* A grievance on record, as JSON. */
#include "view/view.h"

void grievance_write_json(const struct grievance_row *row, struct json_writer *json)
{
    json_key_of_int64(json, "grievance", row->grievance_id);
    json_key_of_text(json, "received_at", row->received_at);
    json_key_of_text(json, "received_by", row->received_by);
    json_key_of_text(json, "kind", row->kind);
    json_key_of_text(json, "about", row->about);
    json_key_of_text(json, "channel", row->channel);
    json_key_of_text(json, "state", row->state);
    json_key_of_text_or_null(json, "household", row->household);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "complainant", row->complainant);
    json_key_of_text(json, "contact", row->contact);
    json_key_of_text(json, "details", row->details);
    json_key_of_text_or_null(json, "owner", row->owner);
    json_key_of_text_or_null(json, "due_on", row->due_on);
    json_key_of_bool(json, "overdue", row->is_overdue);
    json_key_of_text_or_null(json, "outcome", row->outcome);
    json_key_of_text(json, "answer", row->answer);
    json_key_of_text(json, "remedy", row->remedy);
    json_key_of_int64(json, "level", row->level);
}

void grievance_steps_write_json(const struct grievance_step_row *steps, size_t count,
                                struct json_writer *json)
{
    json_begin_array(json);
    for (size_t s = 0; s < count; s++) {
        json_begin_object(json);
        json_key_of_text(json, "at", steps[s].at);
        json_key_of_text(json, "actor", steps[s].actor);
        json_key_of_text(json, "action", steps[s].action);
        json_key_of_text_or_null(json, "from", steps[s].from_state);
        json_key_of_text(json, "to", steps[s].to_state);
        json_key_of_text_or_null(json, "owner", steps[s].owner);
        json_key_of_text(json, "note", steps[s].note);
        json_end_object(json);
    }
    json_end_array(json);
}
