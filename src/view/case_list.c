/* Work lists and the account of problems, as JSON. */
#include "view/view.h"

struct text case_state_label(const struct workflow_state *info, struct text code,
                             enum language language)
{
    return info != NULL ? language_pick(language, info->label_en, info->label_zh) : code;
}

void case_row_write_members(const struct case_row *row, struct json_writer *json)
{
    json_key_of_int64(json, "case", row->case_id);
    json_key_of_text(json, "household", row->household);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "area_name", row->area_name);
    json_key_of_text(json, "state", row->state);
    json_key_of_text(json, "stage", row->stage);
    json_key_of_text_or_null(json, "kind", row->kind);
    json_key_of_text(json, "severity", text_of(severity_name(row->severity)));
    json_key_of_text(json, "entered_on", row->entered_on);
    json_key_of_text_or_null(json, "due_on", row->due_on);
    json_key_of_text_or_null(json, "due_action", row->due_action);
    json_key_of_int64(json, "overdue_days", row->overdue_days);
    json_key_of_text_or_null(json, "worker", row->worker);
    json_key_of_int64(json, "steps", row->step_count);
}

void case_row_write_json(const struct case_row *row, struct json_writer *json)
{
    json_begin_object(json);
    case_row_write_members(row, json);
    json_end_object(json);
}

void case_count_write_json(const struct case_count *count, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "state", count->state);
    json_key_of_text(json, "stage", count->stage);
    json_key_of_text(json, "severity", text_of(severity_name(count->severity)));
    json_key_of_int64(json, "cases", count->cases);
    json_key_of_int64(json, "overdue", count->overdue);
    json_end_object(json);
}

static void case_account_row_write_json(const struct case_account_row *row,
                                        struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text_or_null(json, "area", row->area);
    json_key_of_text_or_null(json, "area_name", row->name);
    json_key_of_int64(json, "carried", row->carried);
    json_key_of_int64(json, "found", row->found);
    json_key_of_int64(json, "open", row->open);
    json_key_of_int64(json, "eliminated", row->eliminated);
    json_key_of_int64(json, "struck_off", row->struck_off);
    json_key_of_int64(json, "left", row->left);
    json_end_object(json);
}

void case_account_write_json(const struct case_account_table *account, struct json_writer *json)
{
    json_begin_object(json);
    json_key(json, "total");
    case_account_row_write_json(&account->total, json);
    json_key(json, "parts");
    json_begin_array(json);
    for (size_t p = 0; p < account->part_count; p++)
        case_account_row_write_json(&account->parts[p], json);
    json_end_array(json);
    json_end_object(json);
}

void case_account_month_write_json(const struct case_account_month *row, struct json_writer *json)
{
    json_begin_object(json);
    json_key(json, "month");
    json_month(json, row->month);
    json_key_of_int64(json, "found", row->account.found);
    json_key_of_int64(json, "open", row->account.open);
    json_key_of_int64(json, "eliminated", row->account.eliminated);
    json_key_of_int64(json, "struck_off", row->account.struck_off);
    json_key_of_int64(json, "left", row->account.left);
    json_end_object(json);
}
