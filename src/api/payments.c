/* Payments: batches and their steps, the file for the bank, the bank's answers, paying offices. */
#include "api/call.h"
#include "exchange/exchange.h"

#include <stdio.h>
#include <string.h>

/* ---- Batches --------------------------------------------------------------------------------- */

struct batch_page {
    struct call *call;
    int64_t left, last;
    bool has_more;
};

static enum berm_status write_batch(void *context, const struct batch_row *row,
                                    struct berm_error *err)
{
    struct batch_page *page = context;

    (void)err;
    page->has_more = page->left-- == 0;
    if (page->has_more)
        return BERM_OK;
    batch_write_json(page->call->office->pack, row, &page->call->json);
    page->last = row->batch_id;
    return BERM_OK;
}

enum berm_status handle_batch_list(struct call *call, struct berm_error *err)
{
    struct batch_filter filter = {.programme = call_query(call, "programme"),
                                  .area = call_query(call, "area"),
                                  .has_state = call_has_query(call, "state"),
                                  .before_id = call_query_cursor_id(call)};
    struct batch_page page = {.call = call, .left = call_query_limit(call)};
    struct berm_error fault;

    if (filter.has_state &&
        batch_state_find(call_query(call, "state"), &filter.state, &fault) != BERM_OK)
        call_add_query_problem(call, "state", "invalid", "%s", fault.message);
    TRY(call_check(call, err));
    filter.limit = page.left + 1;
    call_begin_items(call);
    TRY(batches_list(call->office, &call->caller, &filter, write_batch, &page, err));
    json_end_array(&call->json);
    call_write_next_id(call, page.has_more ? page.last : 0);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_batch_show(struct call *call, struct berm_error *err)
{
    struct batch_row row;

    TRY(batch_read(call->office, &call->caller, call_parameter(call, "batch"), call->arena, &row,
                   err));
    batch_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

static enum berm_status write_payment(void *context, const struct payment_row *row,
                                      struct berm_error *err)
{
    struct batch_page *page = context;
    struct json_writer *json = &page->call->json;

    (void)err;
    page->has_more = page->left-- == 0;
    if (page->has_more)
        return BERM_OK;
    page->last = row->line_number;
    json_begin_object(json);
    json_key_of_int64(json, "line", row->line_number);
    json_key_of_text(json, "end_to_end_id", row->end_to_end_id);
    json_key_of_text(json, "household", row->household);
    json_key_of_text(json, "payee", row->payee);
    json_key(json, "amount");
    json_money(json, row->amount_minor, page->call->office->pack->dictionary.money_decimals);
    json_key_of_text(json, "state", row->state);
    json_key_of_text_or_null(json, "bank_status", row->bank_status);
    json_key_of_text_or_null(json, "reason_code", row->reason_code);
    json_key_of_text_or_null(json, "reason", row->reason);
    json_key_of_text_or_null(json, "value_on", row->value_on);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_payment_list(struct call *call, struct berm_error *err)
{
    struct batch_page page = {.call = call, .left = call_query_limit(call)};
    struct payment_filter filter = {.state = call_query(call, "state"),
                                    .after = call_query_cursor_id(call)};

    TRY(call_check(call, err));
    filter.limit = page.left + 1;
    call_begin_items(call);
    TRY(payments_list(call->office, &call->caller, call_parameter(call, "batch"), &filter,
                      write_payment, &page, err));
    json_end_array(&call->json);
    call_write_next_id(call, page.has_more ? page.last : 0);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* Up to so many of those who are left out are told; all are counted. */
enum { LEFT_OUT_TOLD_MAX = 1000 };

struct left_out_list {
    struct call *call;
    int64_t count;
};

static enum berm_status write_left_out(void *context, const struct left_out *left_out,
                                       struct berm_error *err)
{
    struct left_out_list *list = context;
    struct json_writer *json = &list->call->json;

    (void)err;
    if (list->count++ >= LEFT_OUT_TOLD_MAX)
        return BERM_OK;
    json_begin_object(json);
    json_key_of_text(json, "household", left_out->household);
    json_key_of_text_or_null(json, "person", left_out->person);
    json_key(json, "amount");
    json_money(json, left_out->amount_minor, list->call->office->pack->dictionary.money_decimals);
    json_key_of_text(json, "reason", text_of(left_out->reason));
    json_key_of_text(json, "remedy", text_of(left_out->remedy));
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_batch_prepare(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"code", "programme", "area", "month", "execution_on", NULL};
    struct body body = call_body(call);
    struct left_out_list list = {.call = call};
    struct batch_order order;
    const struct programme *programme;
    struct batch_row row;
    bool is_repeated;

    body_expect(body, NAMES);
    order = (struct batch_order){.code = body_text(body, "code", false),
                                 .programme = body_text(body, "programme", true),
                                 .area = body_text(body, "area", true),
                                 .execution_on = date_today()};
    programme = pack_programme(call->office->pack, order.programme);
    order.period = body_month(body, "month", programme == NULL || programme->cycle != CYCLE_ONCE);
    (void)body_date(body, "execution_on", false, &order.execution_on);
    TRY(call_check(call, err));
    if (programme != NULL)
        order.period = programme_period(programme, order.period);
    json_begin_object(&call->json);
    json_key(&call->json, "left_out");
    json_begin_array(&call->json);
    TRY(batch_prepare(call->office, &call->caller, &call->actor, &order, write_left_out, &list,
                      call->arena, &row, &is_repeated, err));
    json_end_array(&call->json);
    json_key_of_int64(&call->json, "left_out_count", list.count);
    json_key_of_bool(&call->json, "repeated", is_repeated);
    json_key(&call->json, "batch");
    batch_write_json(call->office->pack, &row, &call->json);
    json_end_object(&call->json);
    call_set_location(call, TEXT("/v1/payments"), row.code);
    return BERM_OK;
}

enum berm_status handle_batch_sign(struct call *call, struct berm_error *err)
{
    struct batch_row row;

    TRY(batch_sign(call->office, &call->caller, &call->actor, call_parameter(call, "batch"),
                   call->arena, &row, err));
    batch_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

enum berm_status handle_batch_send(struct call *call, struct berm_error *err)
{
    struct batch_row row;
    int64_t taken_out;

    TRY(batch_send(call->office, &call->caller, &call->actor, call_parameter(call, "batch"),
                   call->arena, &row, &taken_out, err));
    json_begin_object(&call->json);
    json_key_of_int64(&call->json, "taken_out", taken_out);
    json_key(&call->json, "batch");
    batch_write_json(call->office->pack, &row, &call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_batch_cancel(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"reason", NULL};
    struct batch_row row;
    struct text reason;

    body_expect(call_body(call), NAMES);
    reason = body_text(call_body(call), "reason", true);
    TRY(call_check(call, err));
    TRY(batch_cancel(call->office, &call->caller, &call->actor, call_parameter(call, "batch"),
                     reason, call->arena, &row, err));
    batch_write_json(call->office->pack, &row, &call->json);
    return BERM_OK;
}

/* ---- The file -------------------------------------------------------------------------------- */

/* On its way to the writer, and back with the file. */
struct opening {
    struct call *call;
    enum payment_format format;
    struct payment_file *file;
};

/* The look at the accounts is on the disk before the first byte goes out. */
static enum berm_status open_file(void *context, struct office *office, struct berm_error *err)
{
    struct opening *opening = context;
    struct call *call = opening->call;

    payment_file_freep(&opening->file); /* of a try that was undone */
    return payment_file_open(office, &call->caller, &call->actor, call_parameter(call, "batch"),
                             opening->format, &opening->file, err);
}

static enum berm_status next_piece(void *context, void *worker_given, struct buffer *chunk,
                                   bool *ret_is_last, struct berm_error *err)
{
    struct api_worker *worker = worker_given;

    TRY(office_refresh(worker->office, err));
    return payment_file_next(context, worker->office, chunk, ret_is_last, err);
}

static void close_stream(void *context, void *worker, bool is_complete)
{
    (void)worker;
    (void)is_complete;
    payment_file_free(context);
}

enum berm_status handle_batch_file(struct call *call, struct berm_error *err)
{
    struct opening opening = {.call = call};
    struct text format = call_query(call, "format");
    struct berm_error fault;
    char disposition[CODE_BYTES_MAX + 64];

    if (format.length > 0 && payment_format_find(format, &opening.format, &fault) != BERM_OK)
        call_add_query_problem(call, "format", "invalid", "%s", fault.message);
    TRY(call_check(call, err));
    if (writer_run(call->api->writer, open_file, &opening, err) != BERM_OK) {
        payment_file_free(opening.file);
        return err->status;
    }
    call->response->content_type =
        opening.format == PAYMENT_PAIN001 ? "application/xml" : "text/csv";
    snprintf(disposition, sizeof disposition, "attachment; filename=\"payments-%lld.%s\"",
             (long long)payment_file_batch(opening.file)->batch_id,
             opening.format == PAYMENT_PAIN001 ? "xml" : "csv");
    http_response_header(call->response, "Content-Disposition", text_of(disposition));
    call->response->stream =
        (struct http_stream){.context = opening.file, .next = next_piece, .close = close_stream};
    return BERM_OK;
}

/* ---- The bank's answer ----------------------------------------------------------------------- */

enum { REFUSALS_TOLD_MAX = 1000 };

struct refusal_list {
    struct call *call;
    int64_t count;
};

static void write_refusal(void *context, const struct payment_refusal *refusal)
{
    struct refusal_list *list = context;
    struct json_writer *json = &list->call->json;

    if (list->count++ >= REFUSALS_TOLD_MAX)
        return;
    json_begin_object(json);
    json_key_of_int64(json, "line", refusal->line);
    json_key_of_text(json, "field", text_of(refusal->field));
    json_key_of_text_or_null(json, "value", refusal->value);
    json_key_of_text(json, "reason", text_of(refusal->reason));
    json_end_object(json);
}

static enum berm_status read_body(void *context, char *bytes, size_t length, size_t *ret_read,
                                  struct berm_error *err)
{
    struct text *left = context;

    (void)err;
    *ret_read = left->length < length ? left->length : length;
    if (*ret_read > 0)
        memcpy(bytes, left->bytes, *ret_read);
    *left = text_from(*left, *ret_read);
    return BERM_OK;
}

enum berm_status handle_batch_answer(struct call *call, struct berm_error *err)
{
    struct refusal_list list = {.call = call};
    struct text left = call->request->body;
    struct receipt_counts counts;
    const struct payment_receiving receiving = {.caller = &call->caller,
                                                .actor = call->actor,
                                                .batch = call_parameter(call, "batch"),
                                                .context = &list,
                                                .refuse = write_refusal};

    json_begin_object(&call->json);
    json_key(&call->json, "refusals");
    json_begin_array(&call->json);
    TRY(payment_receive(call->office, &receiving,
                        (struct csv_source){.context = &left, .read = read_body}, &counts, err));
    json_end_array(&call->json);
    json_key_of_int64(&call->json, "lines", counts.lines);
    json_key_of_int64(&call->json, "paid", counts.paid);
    json_key_of_int64(&call->json, "returned", counts.returned);
    json_key_of_int64(&call->json, "under_way", counts.noted);
    json_key_of_int64(&call->json, "unchanged", counts.unchanged);
    json_key_of_int64(&call->json, "refused", counts.refused);
    json_key_of_bool(&call->json, "settled", counts.settled > 0);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- Paying offices -------------------------------------------------------------------------- */

static enum berm_status write_payer(void *context, const struct payer *payer,
                                    struct berm_error *err)
{
    struct json_writer *json = context;

    (void)err;
    json_begin_object(json);
    json_key_of_text(json, "area", payer->area);
    json_key_of_text_or_null(json, "programme", payer->programme);
    json_key_of_text(json, "name", payer->name);
    json_key_of_text(json, "account", payer->account);
    json_key_of_text_or_null(json, "bic", payer->bic);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_payer_list(struct call *call, struct berm_error *err)
{
    call_begin_items(call);
    TRY(payers_list(call->office, &call->caller, write_payer, &call->json, err));
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_payer_set(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"area", "programme", "name", "account", "bic", NULL};
    struct body body = call_body(call);
    struct payer payer;

    body_expect(body, NAMES);
    payer = (struct payer){.area = body_text(body, "area", true),
                           .programme = body_text(body, "programme", false),
                           .name = text_trimmed(body_text(body, "name", true)),
                           .account = body_text(body, "account", true),
                           .bic = body_text(body, "bic", false)};
    TRY(call_check(call, err));
    return payer_set(call->office, &call->caller, &call->actor, &payer, err);
}

enum berm_status handle_payer_remove(struct call *call, struct berm_error *err)
{
    const struct payer payer = {.area = call_parameter(call, "area"),
                                .programme = call_query(call, "programme")};

    return payer_set(call->office, &call->caller, &call->actor, &payer, err);
}
