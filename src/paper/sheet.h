/* A document being drawn. Private to paper; the only file that names pango and cairo. */
#ifndef PAPER_SHEET_H
#define PAPER_SHEET_H

#include "paper/paper.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* Lengths are in points, 1/72 of an inch, from the page's upper left corner. */
#define POINTS_PER_MM (72 / 25.4)
#define A4_SHORT_POINTS (210 * POINTS_PER_MM)
#define A4_LONG_POINTS (297 * POINTS_PER_MM)
#define MARGIN_SIDE_POINTS (18 * POINTS_PER_MM)
#define MARGIN_TOP_POINTS (16 * POINTS_PER_MM)
#define MARGIN_BOTTOM_POINTS (20 * POINTS_PER_MM)

/* How dark lines and fills are: 0 black, 1 white. They must survive an office's photocopier. */
#define GREY_RULE 0.55
#define GREY_FILL 0.92
#define GREY_QUIET 0.35

struct paper {
    const struct paper_options *options;
    PangoFontMap *fonts;
    PangoContext *context;
    PangoLayout *layout; /* for one text at a time */
    cairo_surface_t *surface;
    cairo_t *cairo; /* NULL: the pages are only counted */
    double width, height;
    double y;
    int page;       /* the one that is drawn, from 1; 0: none yet */
    int page_count; /* 0: not known yet */
    int64_t missing_count;
    uint32_t missing_first;
    enum berm_status status;
    struct berm_error error; /* where status is not BERM_OK */

    struct table {
        const struct paper_column *columns;
        size_t column_count;
        double x[PAPER_COLUMNS_MAX + 1];
        double headings_height;
    } table;
    PangoLayout *cells[PAPER_COLUMNS_MAX]; /* one for each column, made when they are needed */
};

/* ---- font.c ---------------------------------------------------------------------------------- */

/** The language's fonts. Errors: BERM_UNSUPPORTED with the package that has them. */
MUST_USE enum berm_status fonts_open(struct paper *paper, struct berm_error *err);
void fonts_close(struct paper *paper);

struct letter {
    double size_points;
    bool is_bold;
    enum paper_align align;
};
/** A layout that is as wide as this, and breaks lines where the language does. */
PangoLayout *layout_new(struct paper *paper);
void layout_set_letter(struct paper *paper, PangoLayout *layout, const struct letter *letter,
                       double width);

/* ---- page.c ---------------------------------------------------------------------------------- */

double page_left(const struct paper *paper);
double page_right(const struct paper *paper);
double page_bottom(const struct paper *paper); /* of what is drawn, above the foot */
/** How much room is left; a first page is begun where there is none. */
double page_room(struct paper *paper);
/** The most that any page has. */
double page_room_max(const struct paper *paper);
void page_break(struct paper *paper);
/** Black, or a grey. */
void ink(struct paper *paper, double grey);
void draw_rule(struct paper *paper, double x1, double y1, double x2, double y2, double weight,
               double grey);
void draw_fill(struct paper *paper, double x, double y, double width, double height, double grey);
/** Keep the first failure. */
void paper_fail(struct paper *paper, const struct berm_error *err);

/* ---- text.c ---------------------------------------------------------------------------------- */

/** Set a text, with what no font has as its number. */
void layout_set_text(struct paper *paper, PangoLayout *layout, struct text text);
double layout_height(PangoLayout *layout);
int layout_line_count(PangoLayout *layout);
/**
 * How many lines from this one on fit into a height, and how high they are. At least one where
 * must_have_one, because a line is never cut up.
 */
int layout_lines_fitting(PangoLayout *layout, int first, double height, bool must_have_one,
                         double *ret_height);
/** Draw lines so that the first one's top is at y. */
void layout_draw_lines(struct paper *paper, PangoLayout *layout, int first, int count, double x,
                       double y);
/** A text of one style at a place, which moves nothing; its height. */
double draw_text_at(struct paper *paper, const struct letter *letter, struct text text, double x,
                    double y, double width);

/* ---- table.c --------------------------------------------------------------------------------- */

void table_close(struct paper *paper);

#endif
