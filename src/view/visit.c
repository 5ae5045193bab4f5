/* Visits, what they found, the form that they ask by, and files, as JSON. */
#include "view/view.h"

static void write_row(const struct visit_row *row, struct json_writer *json)
{
    json_key_of_int64(json, "visit", row->visit_id);
    json_key_of_text(json, "household", row->household);
    json_key_of_text(json, "area", row->area);
    json_key(json, "case");
    if (row->case_id != 0)
        json_int64(json, row->case_id);
    else
        json_null_value(json);
    json_key_of_text(json, "purpose", text_of(visit_purpose_name(row->purpose)));
    json_key_of_text(json, "state", text_of(visit_state_name(row->state)));
    json_key_of_text_or_null(json, "due_on", row->due_on);
    json_key_of_text_or_null(json, "worker", row->worker);
    json_key_of_text_or_null(json, "groups", row->groups);
    json_key_of_text_or_null(json, "note", row->note);
    json_key_of_text(json, "planned_at", row->planned_at);
    json_key_of_text(json, "planned_by", row->planned_by);
    json_key_of_text_or_null(json, "visited_on", row->visited_on);
    json_key_of_text_or_null(json, "ended_at", row->ended_at);
    json_key_of_text_or_null(json, "ended_by", row->ended_by);
    json_key_of_text_or_null(json, "summary", row->summary);
    json_key_of_int64(json, "undecided", row->open_count);
    json_key_of_int64(json, "files", row->attachment_count);
}

void visit_write_head_json(const struct visit_row *row, struct json_writer *json)
{
    json_begin_object(json);
    write_row(row, json);
    json_end_object(json);
}

static void write_finding(const struct visit_finding *finding, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_int64(json, "number", finding->number);
    json_key_of_text(json, "of", text_of(entity_name(finding->entity)));
    json_key_of_text_or_null(json, "person", finding->person);
    json_key(json, "month");
    if (finding->entity == ENTITY_FLOW)
        json_month(json, finding->month);
    else
        json_null_value(json);
    json_key_of_text(json, "name", finding->name);
    json_key_of_text_or_null(json, "before", finding->before);
    json_key_of_text_or_null(json, "found", finding->proposed);
    json_key_of_text_or_null(json, "now", finding->present);
    json_key_of_text(json, "state", text_of(visit_finding_state_name(finding->state)));
    json_key_of_bool(json, "conflict", finding->is_in_conflict);
    json_key_of_text_or_null(json, "decided_at", finding->decided_at);
    json_key_of_text_or_null(json, "decided_by", finding->decided_by);
    json_key_of_text_or_null(json, "reason", finding->reason);
    json_end_object(json);
}

void visit_write_json(const struct visit_detail *detail, struct json_writer *json)
{
    json_begin_object(json);
    write_row(&detail->row, json);
    json_key_of_int64(json, "version", detail->version);
    json_key(json, "found");
    json_begin_array(json);
    for (size_t f = 0; f < detail->finding_count; f++)
        write_finding(&detail->findings[f], json);
    json_end_array(json);
    json_key(json, "attachments");
    json_begin_array(json);
    for (size_t a = 0; a < detail->attachment_count; a++)
        attachment_write_json(&detail->attachments[a], json);
    json_end_array(json);
    json_end_object(json);
}

/* ---- The form -------------------------------------------------------------------------------- */

static void write_questions(const struct visit_form *form, enum entity entity,
                            struct json_writer *json)
{
    json_begin_array(json);
    for (size_t v = 0; v < form->variable_count[entity]; v++)
        variable_write_description_json(form->variables[entity][v], json);
    json_end_array(json);
}

/* Only of the variables that are asked for. */
static void write_values(const struct dictionary *dictionary, const struct visit_form *form,
                         enum entity entity, const struct field_value *values,
                         struct json_writer *json)
{
    const struct variable *first = dictionary_variables(dictionary, entity);

    json_key(json, "values");
    json_begin_object(json);
    for (size_t v = 0; v < form->variable_count[entity]; v++) {
        const struct variable *variable = form->variables[entity][v];

        json_key_text(json, variable->name);
        variable_write_json(dictionary, variable, values[variable - first], json);
    }
    json_end_object(json);
}

static void write_members(const struct dictionary *dictionary, const struct visit_form *form,
                          struct json_writer *json)
{
    json_key(json, "members");
    json_begin_array(json);
    for (size_t m = 0; m < form->facts->member_count; m++) {
        const struct household_member *member = &form->facts->members[m];

        if (member->to_date.length > 0)
            continue;
        json_begin_object(json);
        json_key_of_text(json, "code", member->code);
        json_key_of_text(json, "name", member->name);
        json_key_of_text_or_null(json, "relation", member->relation);
        write_values(dictionary, form, ENTITY_PERSON, member->values, json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_flows(const struct dictionary *dictionary, const struct visit_form *form,
                        struct json_writer *json)
{
    json_key(json, "flows");
    json_begin_array(json);
    for (size_t f = 0; f < form->facts->flow_count; f++) {
        const struct household_flow *flow = &form->facts->flows[f];

        if (flow->month != form->month)
            continue;
        json_begin_object(json);
        json_key_of_text(json, "flow", flow->flow);
        json_key_of_text(json, "source", flow->source);
        json_key(json, "amount");
        json_money(json, flow->amount_minor, dictionary->money_decimals);
        json_end_object(json);
    }
    json_end_array(json);
}

void visit_form_write_json(const struct dictionary *dictionary, const struct visit_form *form,
                           struct json_writer *json)
{
    json_begin_object(json);
    write_row(&form->row, json);
    json_key_of_int64(json, "version", form->facts->version);
    json_key(json, "month");
    json_month(json, form->month);
    json_key(json, "questions");
    json_begin_object(json);
    for (int entity = 0; entity < ENTITY_COUNT; entity++) {
        json_key(json, entity_name((enum entity)entity));
        write_questions(form, (enum entity)entity, json);
    }
    json_end_object(json);
    write_values(dictionary, form, ENTITY_HOUSEHOLD, form->facts->values, json);
    write_members(dictionary, form, json);
    write_flows(dictionary, form, json);
    json_end_object(json);
}

/* ---- Files ----------------------------------------------------------------------------------- */

void attachment_write_json(const struct attachment_row *row, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_int64(json, "attachment", row->attachment_id);
    json_key_of_text(json, "household", row->household);
    json_key(json, "visit");
    if (row->visit_id != 0)
        json_int64(json, row->visit_id);
    else
        json_null_value(json);
    json_key_of_text(json, "kind", text_of(attachment_kind_name(row->kind)));
    json_key_of_text(json, "media_type", row->media_type);
    json_key_of_int64(json, "bytes", row->byte_count);
    json_key_of_text(json, "sha256", row->sha256);
    json_key_of_text(json, "file_name", row->file_name);
    json_key_of_text_or_null(json, "taken_on", row->taken_on);
    json_key_of_text_or_null(json, "note", row->note);
    json_key_of_bool(json, "with_metadata", row->has_metadata);
    json_key_of_text(json, "added_at", row->added_at);
    json_key_of_text(json, "added_by", row->added_by);
    json_end_object(json);
}
