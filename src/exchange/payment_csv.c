/* Payments and answers as CSV, for banks and treasuries that take no XML. */
#include "pain.h"

#include <string.h>

void payment_csv_append_head(struct buffer *out)
{
    buffer_append_text(out, TEXT("message_id,end_to_end_id,execution_on,amount,currency,payee,"
                                 "account,about\r\n"));
}

void payment_csv_append_line(const struct order_head *head, const struct payment_line *line,
                             struct buffer *out)
{
    char amount[MONEY_TEXT_MAX];
    const struct text cells[] = {
        head->message_id,   line->end_to_end_id,
        head->execution_on, money_format(line->amount_minor, head->decimals, amount),
        head->currency,     line->name,
        line->account,      head->about,
    };

    for (size_t c = 0; c < ARRAY_COUNT(cells); c++) {
        if (c > 0)
            buffer_append_char(out, ',');
        csv_append_guarded(out, cells[c]);
    }
    buffer_append_text(out, TEXT("\r\n"));
}

/* ---- Answers --------------------------------------------------------------------------------- */

enum answer_column {
    COLUMN_END_TO_END_ID,
    COLUMN_STATUS,
    COLUMN_REASON_CODE,
    COLUMN_REASON,
    COLUMN_AMOUNT,
    COLUMN_CURRENCY,
    COLUMN_VALUE_ON,
    COLUMN_COUNT,
};
static const char *const COLUMN_NAMES[COLUMN_COUNT] = {
    "end_to_end_id", "status", "reason_code", "reason", "amount", "currency", "value_on"};

struct reading {
    const struct answer_visitor *visitor;
    int positions[COLUMN_COUNT]; /* -1: the file has it not */
};

static enum berm_status read_header(struct reading *reading, const struct csv_record *record,
                                    struct berm_error *err)
{
    for (int c = 0; c < COLUMN_COUNT; c++)
        reading->positions[c] = -1;
    for (size_t f = 0; f < record->field_count; f++) {
        struct text name = text_trimmed(record->fields[f]);
        int column = 0;

        while (column < COLUMN_COUNT && !text_equal(name, text_of(COLUMN_NAMES[column])))
            column++;
        if (column == COLUMN_COUNT)
            return fail_at(err, BERM_INVALID_INPUT, (int32_t)record->line, (int32_t)f + 1,
                           "the column \"%.*s\" is not known; there are end_to_end_id, status, "
                           "reason_code, reason, amount, currency, value_on",
                           TEXT_ARG(name));
        if (reading->positions[column] >= 0)
            return fail_at(err, BERM_INVALID_INPUT, (int32_t)record->line, (int32_t)f + 1,
                           "the column \"%.*s\" stands there twice", TEXT_ARG(name));
        reading->positions[column] = (int)f;
    }
    if (reading->positions[COLUMN_END_TO_END_ID] < 0 || reading->positions[COLUMN_STATUS] < 0)
        return fail_at(err, BERM_INVALID_INPUT, (int32_t)record->line, 0,
                       "the first line must name the columns end_to_end_id and status");
    return BERM_OK;
}

static struct text cell(const struct reading *reading, const struct csv_record *record,
                        enum answer_column column)
{
    int position = reading->positions[column];

    return position < 0 || (size_t)position >= record->field_count
               ? TEXT("")
               : csv_unguarded(text_trimmed(record->fields[position]));
}

static bool outcome_of(struct text word, enum payment_outcome *ret_outcome)
{
    static const struct {
        const char *word;
        enum payment_outcome outcome;
    } words[] = {{"paid", PAYMENT_IS_PAID},
                 {"rejected", PAYMENT_IS_RETURNED},
                 {"returned", PAYMENT_IS_RETURNED},
                 {"accepted", PAYMENT_IS_OPEN}};

    for (size_t w = 0; w < ARRAY_COUNT(words); w++)
        if (text_equal_ignoring_ascii_case(word, text_of(words[w].word))) {
            *ret_outcome = words[w].outcome;
            return true;
        }
    return false;
}

static enum berm_status read_record(struct reading *reading, const struct csv_record *record,
                                    struct berm_error *err)
{
    const struct answer_visitor *visitor = reading->visitor;
    struct answer_line found = {
        .line = record->line,
        .answer = {.end_to_end_id = cell(reading, record, COLUMN_END_TO_END_ID),
                   .bank_status = cell(reading, record, COLUMN_STATUS),
                   .reason_code = cell(reading, record, COLUMN_REASON_CODE),
                   .reason = cell(reading, record, COLUMN_REASON),
                   .amount = cell(reading, record, COLUMN_AMOUNT),
                   .currency = cell(reading, record, COLUMN_CURRENCY),
                   .value_on = cell(reading, record, COLUMN_VALUE_ON)},
    };

    if (record->problem != CSV_FINE)
        return visitor->fault(visitor->context, record->line, "", TEXT(""),
                              csv_problem_text(record->problem), err);
    if (!outcome_of(found.answer.bank_status, &found.answer.outcome))
        return visitor->fault(visitor->context, record->line, "status", found.answer.bank_status,
                              "the status is paid, rejected, returned or accepted; write one of "
                              "these",
                              err);
    return visitor->line(visitor->context, &found, err);
}

enum berm_status payment_csv_read(struct csv_source source, const struct answer_visitor *visitor,
                                  struct berm_error *err)
{
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct reading reading = {.visitor = visitor};
    struct csv_record record;
    bool has_record;

    TRY(csv_reader_create(source, &reader, err));
    TRY(csv_reader_next(reader, &record, &has_record, err));
    if (!has_record)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the file is empty; an answer begins with the line end_to_end_id,status");
    TRY(read_header(&reading, &record, err));
    TRY(csv_reader_next(reader, &record, &has_record, err));
    while (has_record) {
        TRY(read_record(&reading, &record, err));
        TRY(csv_reader_next(reader, &record, &has_record, err));
    }
    return BERM_OK;
}
