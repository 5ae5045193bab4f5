/*
 * The side of CSV that faces people: fields written so that any reader takes them back, and a
 * sentence for each problem that the reader (csv.c) meets.
 */
#include "base/csv.h"

const char *csv_problem_text(enum csv_problem problem)
{
    switch (problem) {
    case CSV_FINE:
        return "nothing is wrong";
    case CSV_RECORD_TOO_LONG:
        return "the record is longer than 1 MiB; look for a quotation mark that is not closed";
    case CSV_TOO_MANY_COLUMNS:
        return "the record has more than 1,024 columns; look for stray commas";
    case CSV_QUOTE_NOT_CLOSED:
        return "a quotation mark is not closed before the file ends; close it, or double it where "
               "it "
               "is meant as text";
    case CSV_TEXT_BEHIND_QUOTE:
        return "there is text behind a closing quotation mark; double quotation marks inside a "
               "field";
    case CSV_NUL_BYTE:
        return "there is a NUL byte; save the file again as UTF-8 text";
    case CSV_NOT_UTF8:
        return "these bytes are not UTF-8; save the file as UTF-8, or name its encoding";
    }
    return "unknown problem";
}

void csv_append_field(struct buffer *out, struct text field)
{
    bool needs_quotes = false;

    for (size_t i = 0; i < field.length && !needs_quotes; i++) {
        char c = field.bytes[i];

        needs_quotes = c == ',' || c == '"' || c == '\n' || c == '\r';
    }
    if (!needs_quotes) {
        buffer_append_text(out, field);
        return;
    }
    buffer_append_char(out, '"');
    for (size_t i = 0; i < field.length; i++) {
        if (field.bytes[i] == '"')
            buffer_append_char(out, '"');
        buffer_append_char(out, field.bytes[i]);
    }
    buffer_append_char(out, '"');
}

/* ---- Cells that a spreadsheet program would run ---------------------------------------------- */

/* What a formula begins with, also in the wide forms that an East Asian keyboard types. */
static bool begins_formula(struct text field)
{
    static const struct text BEGINNINGS[] = {{"=", 1},  {"+", 1},  {"-", 1},  {"@", 1},  {"\t", 1},
                                             {"\r", 1}, {"＝", 3}, {"＋", 3}, {"－", 3}, {"＠", 3}};

    for (size_t b = 0; b < ARRAY_COUNT(BEGINNINGS); b++)
        if (text_starts_with(field, BEGINNINGS[b]))
            return true;
    return false;
}

/* Apostrophes in front count along, so that a guard can be told from an apostrophe of the text. */
static bool is_formula_behind_apostrophes(struct text field)
{
    size_t at = 0;

    while (at < field.length && field.bytes[at] == '\'')
        at++;
    return begins_formula(text_from(field, at));
}

void csv_append_guarded(struct buffer *out, struct text field)
{
    CLEANUP(buffer_free) struct buffer guarded = {0};

    if (!is_formula_behind_apostrophes(field)) {
        csv_append_field(out, field);
        return;
    }
    buffer_append_char(&guarded, '\'');
    buffer_append_text(&guarded, field);
    out->has_failed = out->has_failed || guarded.has_failed;
    csv_append_field(out, buffer_text(&guarded));
}

struct text csv_unguarded(struct text field)
{
    bool is_guarded =
        field.length > 1 && field.bytes[0] == '\'' && is_formula_behind_apostrophes(field);

    return is_guarded ? text_from(field, 1) : field;
}
