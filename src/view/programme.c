/* Programmes, their budgets, entitlements, measures, and who goes without, as JSON. */
#include "view/view.h"

static void write_money(struct json_writer *json, const char *key, const struct pack *pack,
                        int64_t minor)
{
    json_key(json, key);
    json_money(json, minor, pack->dictionary.money_decimals);
}

static void write_id(struct json_writer *json, const char *key, int64_t id)
{
    json_key(json, key);
    if (id != 0)
        json_int64(json, id);
    else
        json_null_value(json);
}

void programme_write_json(const struct pack *pack, const struct programme *programme,
                          struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "programme", programme->code);
    json_key_of_text(json, "measure", programme->measure);
    json_key_of_text(json, "target", text_of(programme_target_name(programme->target)));
    json_key_of_text(json, "cycle", text_of(programme_cycle_name(programme->cycle)));
    json_key_of_text(json, "flow", programme->flow->name);
    json_key_of_text(json, "label_en", programme->label_en);
    json_key_of_text(json, "label_zh", programme->label_zh);
    json_key_of_text(json, "eligible",
                     dmn_decision_name(pack->model, (size_t)programme->eligible_decision));
    json_key_of_text(json, "amount",
                     dmn_decision_name(pack->model, (size_t)programme->amount_decision));
    json_key_of_text(json, "source", programme->source);
    json_end_object(json);
}

void budget_write_json(const struct pack *pack, const struct budget_row *row,
                       struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "programme", row->programme);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "area_name", row->area_name);
    json_key_of_int64(json, "year", row->year);
    write_money(json, "amount", pack, row->amount_minor);
    write_money(json, "reserved", pack, row->reserved_minor);
    write_money(json, "spent", pack, row->spent_minor);
    write_money(json, "free", pack, row->amount_minor - row->reserved_minor - row->spent_minor);
    json_end_object(json);
}

void entitlement_write_json(const struct pack *pack, const struct entitlement_row *row,
                            struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_int64(json, "entitlement", row->entitlement_id);
    json_key_of_text(json, "programme", row->programme);
    json_key(json, "period");
    if (row->period == PERIOD_ONCE)
        json_text(json, TEXT("once"));
    else
        json_month(json, row->period);
    json_key_of_text(json, "household", row->household);
    json_key_of_text_or_null(json, "person", row->person);
    json_key_of_text(json, "area", row->area);
    write_money(json, "amount", pack, row->amount_minor);
    json_key_of_text(json, "state", text_of(entitlement_state_name(row->state)));
    json_key_of_text(json, "risk_level", row->risk_level);
    json_key_of_text_or_null(json, "missing", row->missing);
    json_key_of_text(json, "proposed_at", row->proposed_at);
    json_key_of_text(json, "proposed_by", row->proposed_by);
    json_key_of_text_or_null(json, "decided_at", row->decided_at);
    json_key_of_text_or_null(json, "decided_by", row->decided_by);
    json_key_of_text_or_null(json, "approved_by", row->approved_by);
    json_key_of_text_or_null(json, "reason", row->reason);
    write_id(json, "measure", row->measure_id);
    write_id(json, "payment", row->payment_id);
    json_end_object(json);
}

void take_up_write_json(const struct pack *pack, const struct take_up_row *row,
                        struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "programme", row->programme);
    json_key_of_text(json, "household", row->household);
    json_key_of_text_or_null(json, "person", row->person);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "risk_level", row->risk_level);
    if (row->missing.length > 0)
        json_key_of_text_or_null(json, "amount", (struct text){0});
    else
        write_money(json, "amount", pack, row->amount_minor);
    json_key_of_text_or_null(json, "missing", row->missing);
    json_end_object(json);
}

void measure_write_json(const struct pack *pack, const struct measure_row *row,
                        struct json_writer *json)
{
    const struct {
        const char *key;
        struct text text;
    } texts[] = {{"finding", row->finding},       {"programme", row->programme},
                 {"started_on", row->started_on}, {"delivered_on", row->delivered_on},
                 {"evidence", row->evidence},     {"attachment", row->attachment_sha256},
                 {"result", row->result},         {"reason", row->reason}};

    json_begin_object(json);
    json_key_of_int64(json, "measure_number", row->measure_id);
    write_id(json, "case", row->case_id);
    json_key_of_text(json, "household", row->household);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "measure", row->measure);
    json_key_of_text(json, "owner", row->owner);
    json_key_of_text(json, "due_on", row->due_on);
    json_key_of_text(json, "state", text_of(measure_state_name(row->state)));
    json_key_of_bool(json, "recommended", row->is_recommended);
    if (row->has_amount)
        write_money(json, "amount", pack, row->amount_minor);
    else
        json_key_of_text_or_null(json, "amount", (struct text){0});
    json_key_of_text(json, "planned_at", row->planned_at);
    json_key_of_text(json, "planned_by", row->planned_by);
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        json_key_of_text_or_null(json, texts[t].key, texts[t].text);
    json_end_object(json);
}
