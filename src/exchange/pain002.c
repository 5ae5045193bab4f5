/*
 * A bank's answer as pain.002, "customer payment status report", of any version: elements are known
 * by their local names, which are the same from version 3 on. A status may be told of single
 * payments, of the payment information or of the whole message; one that is told of more than a
 * payment, and is an end, holds for all payments that are not told of by themselves.
 * Source  ISO 20022 message definition report, Payments Initiation, pain.002.001.10.
 */
#include "pain.h"

#include "xml/xml.h"

#include <string.h>

enum { KEPT_BYTES_MAX = 512 };

/* A text that outlives its event; longer than any that ISO 20022 has here. */
struct kept {
    char bytes[KEPT_BYTES_MAX];
    size_t length;
};

static void keep(struct kept *kept, struct text text)
{
    kept->length = text.length < sizeof kept->bytes ? text.length : sizeof kept->bytes;
    while (kept->length < text.length && kept->length > 0 &&
           ((unsigned char)text.bytes[kept->length] & 0xC0) == 0x80)
        kept->length--; /* between two characters */
    memcpy(kept->bytes, text.bytes, kept->length);
}

static struct text text_kept(const struct kept *kept)
{
    return (struct text){kept->bytes, kept->length};
}

/* What is told of a payment, of the payment information or of the message. */
struct told {
    struct kept status, code, reason;
};

struct reading {
    const struct answer_visitor *visitor;
    bool is_report; /* the document is one */
    bool has_message;
    struct told message, information, payment;
    struct kept end_to_end_id, amount, currency, value_on;
};

/*
 * An end is what is sure. What a bank only took in, checked or is working at is none: the money may
 * still come back before it has left.
 */
static bool outcome_of(struct text status, enum payment_outcome *ret_outcome)
{
    static const struct {
        char code[5];
        enum payment_outcome outcome;
    } codes[] = {
        {"ACSC", PAYMENT_IS_PAID},     {"ACCC", PAYMENT_IS_PAID}, {"RJCT", PAYMENT_IS_RETURNED},
        {"CANC", PAYMENT_IS_RETURNED}, {"RCVD", PAYMENT_IS_OPEN}, {"ACTC", PAYMENT_IS_OPEN},
        {"ACCP", PAYMENT_IS_OPEN},     {"ACSP", PAYMENT_IS_OPEN}, {"ACWC", PAYMENT_IS_OPEN},
        {"ACWP", PAYMENT_IS_OPEN},     {"ACFC", PAYMENT_IS_OPEN}, {"PDNG", PAYMENT_IS_OPEN},
        {"PATC", PAYMENT_IS_OPEN},     {"PART", PAYMENT_IS_OPEN}, {"PRES", PAYMENT_IS_OPEN},
        {"BLCK", PAYMENT_IS_OPEN},
    };

    for (size_t c = 0; c < ARRAY_COUNT(codes); c++)
        if (text_equal(status, text_of(codes[c].code))) {
            *ret_outcome = codes[c].outcome;
            return true;
        }
    return false;
}

static enum berm_status fault_status(struct reading *reading, int64_t line, struct text status,
                                     struct berm_error *err)
{
    return reading->visitor->fault(
        reading->visitor->context, line, "TxSts", status,
        status.length == 0 ? "no status is told of this payment; ask the bank for it"
                           : "this is no payment status that ISO 20022 has; ask the bank what it "
                             "means",
        err);
}

static struct payment_answer answer_of(const struct told *told, enum payment_outcome outcome)
{
    return (struct payment_answer){.outcome = outcome,
                                   .bank_status = text_kept(&told->status),
                                   .reason_code = text_kept(&told->code),
                                   .reason = text_kept(&told->reason)};
}

static enum berm_status end_payment(struct reading *reading, int64_t line, struct berm_error *err)
{
    struct text status = text_kept(&reading->payment.status);
    struct answer_line found = {.line = line};
    enum payment_outcome outcome;

    if (!outcome_of(status, &outcome))
        return fault_status(reading, line, status, err);
    found.answer = answer_of(&reading->payment, outcome);
    found.answer.end_to_end_id = text_kept(&reading->end_to_end_id);
    found.answer.amount = text_kept(&reading->amount);
    found.answer.currency = text_kept(&reading->currency);
    found.answer.value_on = text_kept(&reading->value_on);
    return reading->visitor->line(reading->visitor->context, &found, err);
}

/* Only an end is told of all: "in part" leaves it to the lines. */
static enum berm_status end_all(struct reading *reading, const struct told *told, int64_t line,
                                struct berm_error *err)
{
    struct text status = text_kept(&told->status);
    struct answer_line found = {.line = line, .is_rest = true};
    enum payment_outcome outcome;

    if (status.length == 0)
        return BERM_OK;
    if (!outcome_of(status, &outcome))
        return fault_status(reading, line, status, err);
    if (outcome == PAYMENT_IS_OPEN)
        return BERM_OK;
    found.answer = answer_of(told, outcome);
    return reading->visitor->line(reading->visitor->context, &found, err);
}

/* The status and the reason of whatever the path is in. */
static void note_told(struct told *told, const struct xml_event *event, const char *status_name)
{
    if (xml_event_is(event, status_name))
        keep(&told->status, event->content);
    else if ((xml_event_is(event, "/StsRsnInf/Rsn/Cd") ||
              xml_event_is(event, "/StsRsnInf/Rsn/Prtry")) &&
             told->code.length == 0)
        keep(&told->code, event->content);
    else if (xml_event_is(event, "/StsRsnInf/AddtlInf") && told->reason.length == 0)
        keep(&told->reason, event->content);
}

static void begin_payment(struct reading *reading)
{
    reading->payment = (struct told){0};
    reading->end_to_end_id.length = reading->amount.length = 0;
    reading->currency.length = reading->value_on.length = 0;
}

static void note_payment(struct reading *reading, const struct xml_event *event)
{
    note_told(&reading->payment, event, "/TxInfAndSts/TxSts");
    if (xml_event_is(event, "/TxInfAndSts/OrgnlEndToEndId"))
        keep(&reading->end_to_end_id, event->content);
    else if (xml_event_is(event, "/OrgnlTxRef/Amt/InstdAmt"))
        keep(&reading->amount, event->content);
    else if (xml_event_is(event, "/TxInfAndSts/FctvIntrBkSttlmDt/Dt") ||
             xml_event_is(event, "/TxInfAndSts/AccptncDtTm"))
        keep(&reading->value_on,
             (struct text){event->content.bytes,
                           event->content.length < 10 ? event->content.length : 10});
}

static enum berm_status end_element(struct reading *reading, const struct xml_event *event,
                                    struct berm_error *err)
{
    if (xml_event_is(event, "/OrgnlGrpInfAndSts/OrgnlMsgId")) {
        reading->has_message = true;
        return reading->visitor->message(reading->visitor->context, event->content, err);
    }
    if (xml_event_is(event, "/OrgnlPmtInfAndSts/TxInfAndSts"))
        return end_payment(reading, event->line, err);
    if (xml_event_is(event, "/CstmrPmtStsRpt/OrgnlPmtInfAndSts"))
        return end_all(reading, &reading->information, event->line, err);
    if (xml_event_is(event, "/Document/CstmrPmtStsRpt"))
        return end_all(reading, &reading->message, event->line, err);
    return BERM_OK;
}

static enum berm_status visit(void *context, const struct xml_event *event, struct berm_error *err)
{
    static const char PAYMENT[] = "/Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts";
    static const char INFORMATION[] = "/Document/CstmrPmtStsRpt/OrgnlPmtInfAndSts";
    static const char GROUP[] = "/Document/CstmrPmtStsRpt/OrgnlGrpInfAndSts";
    struct reading *reading = context;

    if (!event->is_end) {
        if (text_equal(event->path, text_of(PAYMENT)))
            begin_payment(reading);
        else if (text_equal(event->path, text_of(INFORMATION)))
            reading->information = (struct told){0};
        else if (text_equal(event->path, TEXT("/Document/CstmrPmtStsRpt")))
            reading->is_report = true;
        else if (xml_event_is(event, "/OrgnlTxRef/Amt/InstdAmt"))
            keep(&reading->currency, xml_event_attribute(event, "Ccy"));
        return BERM_OK;
    }
    if (text_starts_with(event->path, text_of(PAYMENT)))
        note_payment(reading, event);
    else if (text_starts_with(event->path, text_of(INFORMATION)))
        note_told(&reading->information, event, "/OrgnlPmtInfAndSts/PmtInfSts");
    else if (text_starts_with(event->path, text_of(GROUP)))
        note_told(&reading->message, event, "/OrgnlGrpInfAndSts/GrpSts");
    return end_element(reading, event, err);
}

enum berm_status pain002_read(struct csv_source source, const struct answer_visitor *visitor,
                              struct berm_error *err)
{
    struct reading reading = {.visitor = visitor};

    TRY(xml_read(source, visit, &reading, err));
    if (!reading.is_report || !reading.has_message)
        return fail_with(err, BERM_INVALID_INPUT,
                         "this is no pain.002: there is no <CstmrPmtStsRpt> with the message that "
                         "it answers (OrgnlMsgId); ask the bank for the payment status report");
    return BERM_OK;
}
