/*
 * Paper: documents as PDF, A4, in Chinese and English, drawn with pango and cairo. Knows pages,
 * texts, tables and rules, and nothing of what is printed.
 *
 * A document is a function that draws from top to bottom. It runs twice, first to count the pages,
 * then to paint them, because each page tells how many there are; so it must draw the same again.
 * The same input gives the same bytes: the date in the file is the caller's.
 *
 * No failure is returned while drawing. What is wrong is kept, and told when the document ends.
 *
 *   font.c   the fonts of a language, and whether they are there
 *   page.c   pages, their foot, and the two rounds
 *   text.c   lines of text, broken and cut up over pages; characters that no font has
 *   table.c  tables of any length, with headings on each page
 *   form.c   what is filled in by hand: fields, boxes, signatures
 */
#ifndef PAPER_PAPER_H
#define PAPER_PAPER_H

#include "base/base.h"

struct paper;

enum paper_language { PAPER_ENGLISH, PAPER_CHINESE };

enum {
    PAPER_COLUMNS_MAX = 12,
    PAPER_BYTES_MAX = 64 << 20,     /* of a PDF */
    PAPER_TEXT_BYTES_MAX = 16 << 10 /* of one paragraph or cell; what is longer is refused */
};

struct paper_options {
    enum paper_language language;
    struct text title; /* the PDF's, and at the foot of each page */
    struct text mark;  /* behind it: which one it is, such as a household's code */
    struct text note;  /* at the foot of each page: who printed it and when */
    date_days day;     /* the PDF's date of creation */
    bool is_landscape;
};

struct paper_made {
    int page_count;
    /* Characters that no font of the machine has. Each stands as its number, such as [U+E863]. */
    int64_t missing_count;
    uint32_t missing_first;
};

typedef enum berm_status paper_drawing(void *context, struct paper *paper, struct berm_error *err);
/**
 * Make a document.
 * Owner   the PDF is appended to out, whose cap holds besides PAPER_BYTES_MAX.
 * Errors  BERM_UNSUPPORTED (the language's font is not on this machine: which package has it),
 *         BERM_LIMIT (a text is too long), BERM_NO_MEMORY, BERM_INTERNAL; the drawing's.
 */
MUST_USE enum berm_status paper_make(const struct paper_options *options, paper_drawing *draw,
                                     void *context, struct buffer *out, struct paper_made *ret_made,
                                     struct berm_error *err);

/* ---- Texts, from the left to the right margin ------------------------------------------------ */

enum paper_style {
    PAPER_TITLE,     /* in the middle, once */
    PAPER_SUBTITLE,  /* in the middle, below it */
    PAPER_HEADING,   /* never the last line of a page */
    PAPER_PARAGRAPH, /* also several, with line ends between them */
    PAPER_STRONG,
    PAPER_SMALL,
    PAPER_STYLE_COUNT,
};
/** Empty text draws nothing. */
void paper_text(struct paper *paper, enum paper_style style, struct text text);
/** The same as the point of a list. */
void paper_point(struct paper *paper, struct text text);
void paper_gap(struct paper *paper, double height_mm);
/** Go to a new page where less than this is left, so that what follows stays together. */
void paper_keep(struct paper *paper, double height_mm);

/* ---- Tables ---------------------------------------------------------------------------------- */

enum paper_align { PAPER_LEFT, PAPER_RIGHT, PAPER_CENTRE };

struct paper_column {
    struct text heading;
    double share; /* of the width, beside the other columns' shares */
    enum paper_align align;
};
/** One table at a time. The columns must stay until its end. */
void paper_table_begin(struct paper *paper, const struct paper_column *columns, size_t count);
/** One cell for each column. A row that is higher than a page goes on on the next. */
void paper_table_row(struct paper *paper, const struct text *cells);
/** A row of one cell: a heading inside the table, which stays with the row behind it. */
void paper_table_section(struct paper *paper, struct text text);
/** A row in bold: a total. */
void paper_table_total(struct paper *paper, const struct text *cells);
void paper_table_end(struct paper *paper);

/* ---- Forms ----------------------------------------------------------------------------------- */

struct paper_field {
    struct text label, value;
};
/** Labels with their values, so many pairs in a row (1 to 3). */
void paper_fields(struct paper *paper, const struct paper_field *fields, size_t count,
                  size_t pairs_per_row);
/** Empty lines to write on. */
void paper_lines(struct paper *paper, int count);
/** A place for each to sign, with the day, side by side; stays on one page. */
void paper_signatures(struct paper *paper, const struct text *roles, size_t count);

/** What has gone wrong so far, for a drawing that would stop early. */
MUST_USE enum berm_status paper_status(const struct paper *paper, struct berm_error *err);

#endif
