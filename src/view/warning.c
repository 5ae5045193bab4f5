/* A warning on record, as JSON. */
#include "view/view.h"

void findings_began_write_json(const struct finding_began *began, size_t count,
                               struct json_writer *json)
{
    json_begin_array(json);
    for (size_t f = 0; f < count; f++) {
        json_begin_object(json);
        json_key_of_text(json, "code", began[f].code);
        json_key_of_text(json, "severity", began[f].severity);
        json_key_of_bool(json, "undetermined", began[f].is_undetermined);
        json_key_of_text(json, "severity_before", began[f].severity_before);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_head(const struct warning_row *row, struct json_writer *json)
{
    json_key_of_int64(json, "warning", row->warning_id);
    json_key_of_text(json, "received_at", row->received_at);
    json_key_of_text(json, "account", row->account);
    json_key_of_text(json, "source", row->source);
    json_key_of_text(json, "reference", row->reference);
    json_key_of_text(json, "kind", row->kind);
    json_key_of_text(json, "state", text_of(warning_state_name(row->state)));
    json_key(json, "month");
    json_month(json, row->month);
    json_key_of_text(json, "household", row->household);
    json_key_of_text(json, "person", row->person);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "decided_at", row->decided_at);
    json_key_of_text(json, "decided_by", row->decided_by);
    json_key_of_text(json, "reason", row->reason);
}

void warning_write_head_json(const struct warning_row *row, struct json_writer *json)
{
    json_begin_object(json);
    write_head(row, json);
    json_end_object(json);
}

void warning_write_json(const struct warning_row *row, const struct finding_began *began,
                        size_t began_count, struct json_writer *json)
{
    json_begin_object(json);
    write_head(row, json);
    json_key(json, "sent");
    if (text_equal(row->payload, TEXT(HIDDEN_VALUE)))
        json_text(json, row->payload);
    else
        json_number_text(json, row->payload);
    json_key(json, "findings");
    findings_began_write_json(began, began_count, json);
    json_end_object(json);
}
