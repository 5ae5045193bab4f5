/*
 * A batch as pain.001.001.09, "customer credit transfer initiation": one message with one payment
 * information, whose lines are the payments. Nothing in it depends on when it is written, so that
 * the same batch has the same bytes each time.
 * Source  ISO 20022 message definition report, Payments Initiation, pain.001.001.09.
 */
#include "pain.h"

#include "xml/xml.h"

enum { MAX_35 = 35, MAX_140 = 140 };

/* <name>text</name>, nothing where the text is empty. */
static void append_element(struct buffer *out, const char *name, struct text text, size_t max)
{
    if (text.length == 0)
        return;
    buffer_append_format(out, "<%s>", name);
    xml_append_text(out, text, max);
    buffer_append_format(out, "</%s>", name);
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* As the register took it, a number that begins like an IBAN has right check digits. */
static bool is_iban(struct text account)
{
    enum { IBAN_MIN = 15 };

    return account.length >= IBAN_MIN && is_letter(account.bytes[0]) &&
           is_letter(account.bytes[1]) && is_digit(account.bytes[2]) && is_digit(account.bytes[3]);
}

static void append_account(struct buffer *out, const char *name, struct text account)
{
    buffer_append_format(out, "<%s><Id>", name);
    if (is_iban(account)) {
        append_element(out, "IBAN", account, 0);
    } else {
        buffer_append_text(out, TEXT("<Othr>"));
        append_element(out, "Id", account, 0);
        buffer_append_text(out, TEXT("</Othr>"));
    }
    buffer_append_format(out, "</Id></%s>", name);
}

static void append_sums(const struct order_head *head, struct buffer *out)
{
    char amount[MONEY_TEXT_MAX];

    buffer_append_format(out, "<NbOfTxs>%lld</NbOfTxs><CtrlSum>%.*s</CtrlSum>",
                         (long long)head->line_count,
                         TEXT_ARG(money_format(head->total_minor, head->decimals, amount)));
}

void pain001_append_head(const struct order_head *head, struct buffer *out)
{
    buffer_append_text(out,
                       TEXT("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\n"
                            "<CstmrCdtTrfInitn>\n<GrpHdr>"));
    append_element(out, "MsgId", head->message_id, MAX_35);
    append_element(out, "CreDtTm", head->created_at, 0);
    append_sums(head, out);
    buffer_append_text(out, TEXT("<InitgPty>"));
    append_element(out, "Nm", head->payer_name, MAX_140);
    buffer_append_text(out, TEXT("</InitgPty></GrpHdr>\n<PmtInf>"));
    append_element(out, "PmtInfId", head->message_id, MAX_35);
    buffer_append_text(out, TEXT("<PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"));
    append_sums(head, out);
    buffer_append_text(out, TEXT("<ReqdExctnDt>"));
    append_element(out, "Dt", head->execution_on, 0);
    buffer_append_text(out, TEXT("</ReqdExctnDt><Dbtr>"));
    append_element(out, "Nm", head->payer_name, MAX_140);
    buffer_append_text(out, TEXT("</Dbtr>"));
    append_account(out, "DbtrAcct", head->payer_account);
    buffer_append_text(out, TEXT("<DbtrAgt><FinInstnId>"));
    if (head->payer_bic.length > 0)
        append_element(out, "BICFI", head->payer_bic, 0);
    else
        buffer_append_text(out, TEXT("<Othr><Id>NOTPROVIDED</Id></Othr>"));
    buffer_append_text(out, TEXT("</FinInstnId></DbtrAgt>\n"));
}

void pain001_append_line(const struct order_head *head, const struct payment_line *line,
                         struct buffer *out)
{
    char amount[MONEY_TEXT_MAX];

    buffer_append_text(out, TEXT("<CdtTrfTxInf><PmtId>"));
    append_element(out, "EndToEndId", line->end_to_end_id, MAX_35);
    buffer_append_format(out, "</PmtId><Amt><InstdAmt Ccy=\"%.*s\">%.*s</InstdAmt></Amt><Cdtr>",
                         TEXT_ARG(head->currency),
                         TEXT_ARG(money_format(line->amount_minor, head->decimals, amount)));
    append_element(out, "Nm", text_trimmed(line->name), MAX_140);
    buffer_append_text(out, TEXT("</Cdtr>"));
    append_account(out, "CdtrAcct", line->account);
    buffer_append_text(out, TEXT("<RmtInf>"));
    append_element(out, "Ustrd", head->about, MAX_140);
    buffer_append_text(out, TEXT("</RmtInf></CdtTrfTxInf>\n"));
}

void pain001_append_end(struct buffer *out)
{
    buffer_append_text(out, TEXT("</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"));
}
