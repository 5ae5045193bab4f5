/*
 * A row, cell by cell, as CSV or as a line of JSON. Texts that people wrote are guarded in CSV
 * against spreadsheet programs that run what they are given (csv_append_guarded); numbers, days and
 * months are Berm's own and stand as they are, also where they begin with a minus.
 */
#include "service/export/private.h"

static bool is_csv(const struct export_piece *piece)
{
    return piece->export->order.format == EXPORT_CSV;
}

void row_write_header(struct export_piece *piece)
{
    if (!is_csv(piece))
        return;
    if (piece->export->order.has_mark)
        buffer_append_text(piece->out, TEXT("\xef\xbb\xbf"));
    for (size_t c = 0; c < piece->export->column_count; c++) {
        if (c > 0)
            buffer_append_char(piece->out, ',');
        csv_append_field(piece->out, piece->export->columns[c].name);
    }
    buffer_append_char(piece->out, '\n');
}

void row_begin(struct export_piece *piece)
{
    piece->column = 0;
    if (!is_csv(piece)) {
        piece->json = (struct json_writer){.out = piece->out};
        json_begin_object(&piece->json);
    }
}

void row_end(struct export_piece *piece)
{
    assert(piece->column == piece->export->column_count);
    if (!is_csv(piece))
        json_end_object(&piece->json);
    buffer_append_char(piece->out, '\n');
    piece->export->row_count++;
}

/* What stands in front of the next cell. */
static void begin_cell(struct export_piece *piece)
{
    assert(piece->column < piece->export->column_count);
    if (!is_csv(piece))
        json_key_text(&piece->json, piece->export->columns[piece->column].name);
    else if (piece->column > 0)
        buffer_append_char(piece->out, ',');
    piece->column++;
}

void row_text(struct export_piece *piece, struct text text)
{
    begin_cell(piece);
    if (is_csv(piece))
        csv_append_guarded(piece->out, text);
    else if (text.length > 0)
        json_text(&piece->json, text);
    else
        json_null_value(&piece->json);
}

void row_bool(struct export_piece *piece, bool value)
{
    begin_cell(piece);
    if (is_csv(piece))
        buffer_append_text(piece->out, value ? TEXT("yes") : TEXT("no"));
    else
        json_bool(&piece->json, value);
}

void row_month(struct export_piece *piece, bool is_known, month_number month)
{
    char out[MONTH_TEXT_MAX];

    row_text(piece, is_known ? month_format(month, out) : TEXT(""));
}

void row_money(struct export_piece *piece, int64_t minor)
{
    int decimals = piece->office->pack->dictionary.money_decimals;
    char out[MONEY_TEXT_MAX];

    begin_cell(piece);
    if (is_csv(piece))
        buffer_append_text(piece->out, money_format(minor, decimals, out));
    else
        json_money(&piece->json, minor, decimals);
}

void row_field(struct export_piece *piece, const struct variable *variable,
               struct field_value value)
{
    const struct dictionary *dictionary = &piece->office->pack->dictionary;
    char out[TEXT_VALUE_BYTES_MAX];

    begin_cell(piece);
    if (!is_csv(piece))
        variable_write_json(dictionary, variable, value, &piece->json);
    else if (variable->type >= VARIABLE_TEXT)
        csv_append_guarded(piece->out, variable_format(dictionary, variable, value, out));
    else
        buffer_append_text(piece->out, variable_format(dictionary, variable, value, out));
}

void row_json(struct export_piece *piece, struct text json)
{
    begin_cell(piece);
    if (is_csv(piece))
        csv_append_field(piece->out, json);
    else
        json_number_text(&piece->json, json);
}
