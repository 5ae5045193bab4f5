/* The reason that is stored with a finding, as docs/reference/evidence.md describes it. */
#include "screening.h"

static void write_condition(const struct explained_condition *condition, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "input", condition->input);
    json_key_of_text(json, "test", condition->test);
    json_key(json, "value");
    feel_write_json(condition->value, json);
    if (condition->has_threshold) {
        json_key_of_text(json, "operator", condition->comparison);
        json_key(json, "threshold");
        feel_write_json(condition->threshold, json);
        json_key(json, "distance");
        feel_write_json(condition->distance, json);
    }
    json_end_object(json);
}

static void write_rule(const struct explained_rule *rule, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_int64(json, "row", (int64_t)rule->row);
    if (rule->note.length)
        json_key_of_text(json, "note", rule->note);
    json_key_of_text(json, "severity", text_of(severity_name(rule->severity)));
    json_key(json, "conditions");
    json_begin_array(json);
    for (size_t c = 0; c < rule->condition_count; c++)
        write_condition(&rule->conditions[c], json);
    json_end_array(json);
    json_key(json, "reads");
    json_begin_object(json);
    for (size_t r = 0; r < rule->read_count; r++) {
        json_key_text(json, rule->reads[r].name);
        feel_write_json(rule->reads[r].value, json);
    }
    json_end_object(json);
    json_end_object(json);
}

void evidence_write(const struct screening_program *program,
                    const struct explained_finding *finding, struct json_writer *json)
{
    json_begin_object(json);
    json_key(json, "month");
    json_month(json, program->month);
    json_key_of_text(json, "pack", program->pack->name);
    json_key_of_text(json, "pack_version", program->pack->version);
    json_key(json, "rules");
    json_begin_array(json);
    for (size_t r = 0; r < finding->rule_count; r++)
        write_rule(&finding->rules[r], json);
    json_end_array(json);
    json_key(json, "missing");
    json_begin_array(json);
    for (size_t m = 0; m < finding->missing_count; m++)
        json_text(json, finding->missing[m]);
    json_end_array(json);
    json_end_object(json);
}
