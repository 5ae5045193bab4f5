/* A batch of payments, as JSON and in lines. */
#include "view.h"

static void write_money(struct json_writer *json, const char *key, const struct pack *pack,
                        int64_t minor)
{
    json_key(json, key);
    json_money(json, minor, pack->dictionary.money_decimals);
}

void batch_write_json(const struct pack *pack, const struct batch_row *row,
                      struct json_writer *json)
{
    const struct {
        const char *key;
        struct text text;
    } texts[] = {{"payer_bic", row->payer_bic},
                 {"first_signed_at", row->first_signed_at},
                 {"first_signed_by", row->first_signed_by},
                 {"second_signed_at", row->second_signed_at},
                 {"second_signed_by", row->second_signed_by},
                 {"sent_at", row->sent_at},
                 {"sent_by", row->sent_by},
                 {"cancelled_at", row->cancelled_at},
                 {"cancelled_by", row->cancelled_by},
                 {"reason", row->reason}};

    json_begin_object(json);
    json_key_of_text(json, "batch", row->code);
    json_key_of_int64(json, "number", row->batch_id);
    json_key_of_text(json, "programme", row->programme);
    json_key_of_text(json, "area", row->area);
    json_key(json, "period");
    json_month(json, row->period);
    json_key_of_text(json, "state", text_of(batch_state_name(row->state)));
    json_key_of_text(json, "message", row->message_id);
    json_key_of_int64(json, "payments", row->line_count);
    write_money(json, "total", pack, row->total_minor);
    json_key_of_text(json, "currency", pack->currency);
    json_key_of_int64(json, "paid", row->paid_count);
    write_money(json, "paid_total", pack, row->paid_minor);
    json_key_of_int64(json, "returned", row->returned_count);
    json_key_of_int64(json, "open", row->open_count);
    json_key_of_text(json, "execution_on", row->execution_on);
    json_key_of_text(json, "payer_name", row->payer_name);
    json_key_of_text(json, "payer_account", row->payer_account);
    json_key_of_text(json, "made_at", row->made_at);
    json_key_of_text(json, "made_by", row->made_by);
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        json_key_of_text_or_null(json, texts[t].key, texts[t].text);
    json_end_object(json);
}

static void write_step(struct buffer *out, const char *label, struct text at, struct text by)
{
    if (at.length > 0)
        buffer_append_format(out, "  %-10s %.*s by %.*s\n", label, TEXT_ARG(at), TEXT_ARG(by));
}

void batch_write_lines(const struct pack *pack, const struct batch_row *row, struct buffer *out)
{
    char month[MONTH_TEXT_MAX], total[MONEY_TEXT_MAX];
    int decimals = pack->dictionary.money_decimals;

    buffer_append_format(out, "Batch %.*s, %s\n", TEXT_ARG(row->code),
                         batch_state_name(row->state));
    buffer_append_format(out, "  %-10s %.*s, %.*s, %.*s\n", "For", TEXT_ARG(row->programme),
                         TEXT_ARG(row->area), TEXT_ARG(month_format(row->period, month)));
    buffer_append_format(out, "  %-10s %lld, %.*s %.*s\n", "Payments", (long long)row->line_count,
                         TEXT_ARG(money_format(row->total_minor, decimals, total)),
                         TEXT_ARG(pack->currency));
    if (row->sent_at.length > 0)
        buffer_append_format(out, "  %-10s %lld paid, %lld returned, %lld open\n", "Ends",
                             (long long)row->paid_count, (long long)row->returned_count,
                             (long long)row->open_count);
    buffer_append_format(out, "  %-10s %.*s, %.*s%s%.*s\n", "Payer", TEXT_ARG(row->payer_name),
                         TEXT_ARG(row->payer_account), row->payer_bic.length > 0 ? ", " : "",
                         TEXT_ARG(row->payer_bic));
    buffer_append_format(out, "  %-10s %.*s\n", "Pay on", TEXT_ARG(row->execution_on));
    buffer_append_format(out, "  %-10s %.*s\n", "Message", TEXT_ARG(row->message_id));
    write_step(out, "Made", row->made_at, row->made_by);
    write_step(out, "Signed", row->first_signed_at, row->first_signed_by);
    write_step(out, "Signed", row->second_signed_at, row->second_signed_by);
    write_step(out, "Sent", row->sent_at, row->sent_by);
    write_step(out, "Cancelled", row->cancelled_at, row->cancelled_by);
    if (row->reason.length > 0)
        buffer_append_format(out, "  %-10s %.*s\n", "Reason", TEXT_ARG(row->reason));
}
