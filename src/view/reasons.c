/* A household's reasons as JSON: what is found by the facts known now, beside what is on record. */
#include "view/view.h"

void finding_write_spell_json(const struct finding_row *row, const char *from_key,
                              const char *to_key, struct json_writer *json)
{
    json_key_of_text(json, "severity", row->severity);
    json_key_of_bool(json, "undetermined", row->is_undetermined);
    json_key(json, from_key);
    json_month(json, row->from_month);
    if (to_key != NULL) {
        json_key(json, to_key);
        if (row->has_ended)
            json_month(json, row->to_month);
        else
            json_null_value(json);
    }
    json_key(json, "evidence");
    json_number_text(json, row->evidence);
}

/* What is on record for the month, as it was found then. */
static void write_recorded_json(const struct household_reasons *reasons, struct json_writer *json)
{
    json_begin_array(json);
    for (size_t h = 0; h < reasons->history_count; h++) {
        const struct finding_row *row = &reasons->history[h];

        if (!finding_row_covers(row, reasons->month))
            continue;
        json_begin_object(json);
        json_key_of_text(json, "code", row->code);
        finding_write_spell_json(row, "since", NULL, json);
        json_end_object(json);
    }
    json_end_array(json);
}

void reasons_write_json(const struct household_reasons *reasons, struct json_writer *json)
{
    const struct explanation *explanation = &reasons->explanation;

    json_key_of_text(json, "household", reasons->code);
    json_key_of_text(json, "area", reasons->area_code);
    json_key(json, "month");
    json_month(json, reasons->month);
    json_key_of_int64(json, "members", (int64_t)reasons->member_count);
    json_key_of_text(json, "risk_level", text_of(severity_name(explanation->risk_level)));
    json_key_of_text(json, "kind", explanation->kind);
    json_key(json, "figures");
    json_begin_object(json);
    for (size_t f = 0; f < explanation->figure_count; f++) {
        json_key_text(json, explanation->figures[f].decision);
        feel_write_json(explanation->figures[f].value, json);
    }
    json_end_object(json);
    json_key(json, "findings");
    json_begin_array(json);
    for (size_t f = 0; f < explanation->finding_count; f++) {
        const struct explained_finding *finding = &explanation->findings[f];

        json_begin_object(json);
        json_key_of_text(json, "code", finding->info->code);
        json_key_of_text(json, "severity", text_of(severity_name(finding->severity)));
        json_key_of_bool(json, "undetermined", finding->is_undetermined);
        json_key(json, "since");
        if (reasons->held[f])
            json_month(json, reasons->held[f]->from_month);
        else
            json_null_value(json);
        json_key(json, "evidence");
        evidence_write(reasons->program, finding, json);
        json_end_object(json);
    }
    json_end_array(json);
    json_key(json, "recorded");
    write_recorded_json(reasons, json);
    json_key(json, "measures");
    json_begin_array(json);
    for (size_t m = 0; m < explanation->measure_count; m++)
        json_text(json, explanation->measures[m]->code);
    json_end_array(json);
    json_key(json, "events");
    story_write_json(reasons, json);
}
