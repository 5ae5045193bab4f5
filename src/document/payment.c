/*
 * The list of a batch of payments, to be signed by two persons and kept: payees, amounts, accounts
 * masked, the total. It is what people compare with the file for the bank, which alone has the
 * accounts in full.
 *
 * The lines are collected first, in one snapshot; then each payee is read in the service's own way,
 * so that names and accounts are masked for the caller as everywhere. The account is the one that
 * the register has now, and the column says so: a batch keeps the one of the moment it was made.
 */
#include "document/private.h"

struct payee_row {
    struct text household, payee; /* codes */
    struct text name, account;    /* masked */
    struct text amount;
};

struct payment_sheet {
    struct making *making;
    struct batch_row batch;
    struct payee_row *rows;
    size_t count, capacity;
    int64_t total_minor;
};

enum { READING_BYTES_MAX = 16 << 20 };

static enum berm_status take_payment(void *context, const struct payment_row *payment,
                                     struct berm_error *err)
{
    struct payment_sheet *sheet = context;
    struct making *making = sheet->making;
    struct payee_row *row;

    if (sheet->count == making->order->row_max)
        return fail_with(err, BERM_LIMIT,
                         "the batch has %lld payments, and a list on paper holds %zu here; make "
                         "batches of smaller areas%s",
                         (long long)sheet->batch.line_count, sheet->count,
                         sheet->count < NOTICE_ROWS_MAX ? ", or use berm print payment" : "");
    TRY(rows_reserve(making->arena, &sheet->rows, sizeof *row, sheet->count, &sheet->capacity,
                     err));
    row = &sheet->rows[sheet->count++];
    sheet->total_minor += payment->amount_minor;
    TRY(text_copy(making->arena, payment->household, &row->household, err));
    TRY(text_copy(making->arena, payment->payee, &row->payee, err));
    return money_say(making, payment->amount_minor, &row->amount, err);
}

static enum berm_status read_payee(struct payment_sheet *sheet, struct payee_row *row,
                                   struct arena *scratch, struct berm_error *err)
{
    struct making *making = sheet->making;
    const struct person_spell *spells;
    struct household_facts place;
    size_t spell_count;

    if (person_read(making->office, making->caller, row->payee, scratch, &place, &spells,
                    &spell_count, err) != BERM_OK) {
        if (err->status != BERM_NOT_FOUND)
            return err->status;
        row->name = hidden_say(making, TEXT(HIDDEN_VALUE)); /* lives elsewhere now */
        return BERM_OK;
    }
    TRY(household_show_secrets(making->office, false, scratch, &place, err));
    TRY(text_copy(making->arena, hidden_say(making, place.members[0].name), &row->name, err));
    return text_copy(making->arena, place.members[0].bank_account, &row->account, err);
}

static enum berm_status read_payees(struct payment_sheet *sheet, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *scratch = NULL;
    struct arena_mark start;

    TRY(arena_create(READING_BYTES_MAX, &scratch, err));
    start = arena_mark(scratch);
    for (size_t r = 0; r < sheet->count; r++) {
        TRY(read_payee(sheet, &sheet->rows[r], scratch, err));
        arena_rewind(scratch, start);
    }
    return BERM_OK;
}

/* ---- The page -------------------------------------------------------------------------------- */

static enum berm_status draw_head(const struct payment_sheet *sheet, struct paper *paper,
                                  struct berm_error *err)
{
    const struct making *making = sheet->making;
    const struct batch_row *batch = &sheet->batch;
    const struct programme *programme = pack_programme(making->office->pack, batch->programme);
    char period[MONTH_TEXT_MAX], count[24];
    struct text total;
    struct paper_field fields[] = {
        {SAY(making, "Batch", "批次"), batch->code},
        {SAY(making, "Area", "区域"), batch->area},
        {SAY(making, "Programme", "项目"),
         programme
             ? language_pick(making->order->language, programme->label_en, programme->label_zh)
             : batch->programme},
        {SAY(making, "Period", "发放周期"), month_format(batch->period, period)},
        {SAY(making, "Paying office", "发放单位"), batch->payer_name},
        {SAY(making, "From account", "付款账户"), batch->payer_account},
        {SAY(making, "To be paid on", "执行日期"), batch->execution_on},
        {SAY(making, "Total", "合计"), {0}},
        {SAY(making, "Payments", "笔数"), {count, 0}},
        {SAY(making, "Made by", "制单人"), batch->made_by},
    };

    TRY(money_say(making, sheet->total_minor, &total, err));
    fields[7].value = total;
    fields[8].value.length = (size_t)snprintf(count, sizeof count, "%zu", sheet->count);
    paper_text(paper, PAPER_TITLE, SAY(making, "Payment list", "资金发放表"));
    paper_fields(paper, fields, ARRAY_COUNT(fields), 2);
    return BERM_OK;
}

/* Whoever signed at the machine is named over the line; else there is room to sign. */
static enum berm_status signature_say(const struct making *making, struct text role, struct text by,
                                      struct text at, struct text *ret_text, struct berm_error *err)
{
    struct text day = {at.bytes, at.length < 10 ? at.length : 10};

    return text_format(making->arena, ret_text, err,
                       !by.length           ? "%.*s"
                       : making->is_chinese ? "%.*s（系统签批：%.*s，%.*s）"
                                            : "%.*s (signed in the register by %.*s on %.*s)",
                       TEXT_ARG(role), TEXT_ARG(by), TEXT_ARG(day));
}

static enum berm_status draw_signatures(const struct payment_sheet *sheet, struct paper *paper,
                                        struct berm_error *err)
{
    const struct making *making = sheet->making;
    const struct batch_row *batch = &sheet->batch;
    struct text roles[2];

    TRY(signature_say(making, SAY(making, "First signature", "第一签批人"), batch->first_signed_by,
                      batch->first_signed_at, &roles[0], err));
    TRY(signature_say(making, SAY(making, "Second signature", "第二签批人"),
                      batch->second_signed_by, batch->second_signed_at, &roles[1], err));
    paper_signatures(paper, roles, 2);
    return BERM_OK;
}

static enum berm_status draw_payments(void *context, struct paper *paper, struct berm_error *err)
{
    const struct payment_sheet *sheet = context;
    const struct making *making = sheet->making;
    const struct paper_column columns[] = {
        {SAY(making, "No.", "序号"), 1.2, PAPER_RIGHT},
        {SAY(making, "Household", "户编号"), 2.4, PAPER_LEFT},
        {SAY(making, "Payee", "收款人"), 4.4, PAPER_LEFT},
        {SAY(making, "Account now", "现登记账户"), 2.2, PAPER_LEFT},
        {SAY(making, "Amount", "金额"), 2.8, PAPER_RIGHT},
    };
    struct text total;
    char number[24];

    TRY(draw_head(sheet, paper, err));
    paper_table_begin(paper, columns, ARRAY_COUNT(columns));
    for (size_t r = 0; r < sheet->count; r++) {
        const struct payee_row *row = &sheet->rows[r];

        snprintf(number, sizeof number, "%zu", r + 1);
        paper_table_row(paper, (struct text[]){text_of(number), row->household, row->name,
                                               row->account, row->amount});
        TRY(paper_status(paper, err));
    }
    TRY(money_say(making, sheet->total_minor, &total, err));
    paper_table_total(
        paper, (struct text[]){TEXT(""), SAY(making, "Total", "合计"), TEXT(""), TEXT(""), total});
    paper_table_end(paper);
    return draw_signatures(sheet, paper, err);
}

enum berm_status payment_make(struct making *making, struct buffer *pdf, struct berm_error *err)
{
    struct payment_sheet sheet = {.making = making};
    struct payment_filter all = {0};

    TRY(batch_read(making->office, making->caller, making->order->batch, making->arena,
                   &sheet.batch, err));
    TRY(payments_list(making->office, making->caller, sheet.batch.code, &all, take_payment, &sheet,
                      err));
    TRY(read_payees(&sheet, err));
    making->document->row_count = (int64_t)sheet.count;
    return making_draw(making, SAY(making, "Payment list", "资金发放表"), sheet.batch.code, false,
                       draw_payments, &sheet, pdf, err);
}
