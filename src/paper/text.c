/*
 * Text. pango breaks lines; what is here cuts a text up between lines where a page ends, and sees
 * to it that nobody has to guess at an empty box: a character that no font of the machine has
 * stands as its number.
 */
#include "paper/sheet.h"

#include <stdio.h>
#include <string.h>

static const struct letter LETTERS[PAPER_STYLE_COUNT] = {
    [PAPER_TITLE] = {.size_points = 17, .is_bold = true, .align = PAPER_CENTRE},
    [PAPER_SUBTITLE] = {.size_points = 9.5, .align = PAPER_CENTRE},
    [PAPER_HEADING] = {.size_points = 11.5, .is_bold = true},
    [PAPER_PARAGRAPH] = {.size_points = 9.5},
    [PAPER_STRONG] = {.size_points = 9.5, .is_bold = true},
    [PAPER_SMALL] = {.size_points = 8},
};

/* Points above and below a text of each style. */
static const double SPACE_ABOVE[PAPER_STYLE_COUNT] = {[PAPER_HEADING] = 10};
static const double SPACE_BELOW[PAPER_STYLE_COUNT] = {
    [PAPER_TITLE] = 1,     [PAPER_SUBTITLE] = 6, [PAPER_HEADING] = 2,
    [PAPER_PARAGRAPH] = 3, [PAPER_STRONG] = 2,   [PAPER_SMALL] = 2,
};

enum { HEADING_ROOM_POINTS = 60, POINT_INDENT_POINTS = 12 };

/* ---- Characters that no font has ------------------------------------------------------------- */

/* Which characters of a text have no glyph: the first byte of each is marked. */
static void mark_missing(PangoLayout *layout, char *marks)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);

    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(iter);

        for (int g = 0; run && g < run->glyphs->num_glyphs; g++)
            if (run->glyphs->glyphs[g].glyph & PANGO_GLYPH_UNKNOWN_FLAG)
                marks[run->item->offset + run->glyphs->log_clusters[g]] = 1;
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
}

static void name_missing(struct paper *paper, PangoLayout *layout, struct text text)
{
    CLEANUP(buffer_free) struct buffer named = {0};
    char *marks = g_malloc0(text.length + 1);

    mark_missing(layout, marks);
    for (size_t at = 0; at < text.length;) {
        size_t start = at;
        uint32_t code_point = text_next_code_point(text, &at);

        if (!marks[start]) {
            buffer_append(&named, text.bytes + start, at - start);
            continue;
        }
        buffer_append_format(&named, "[U+%04X]", (unsigned)code_point);
        if (paper->missing_count++ == 0)
            paper->missing_first = code_point;
    }
    g_free(marks);
    pango_layout_set_text(layout, named.bytes ? named.bytes : "", (int)named.length);
}

void layout_set_text(struct paper *paper, PangoLayout *layout, struct text text)
{
    struct berm_error err;

    if (text.length > PAPER_TEXT_BYTES_MAX || !text_is_utf8(text, NULL)) {
        (void)!fail_with(&err, text.length > PAPER_TEXT_BYTES_MAX ? BERM_LIMIT : BERM_CORRUPT,
                         "a text cannot be printed: it is longer than %d bytes, or not UTF-8",
                         PAPER_TEXT_BYTES_MAX);
        paper_fail(paper, &err);
        text = TEXT("");
    }
    pango_layout_set_text(layout, text.length ? text.bytes : "", (int)text.length);
    if (text.length && pango_layout_get_unknown_glyphs_count(layout) > 0)
        name_missing(paper, layout, text);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

double layout_height(PangoLayout *layout)
{
    int height;

    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

int layout_line_count(PangoLayout *layout)
{
    return pango_layout_get_line_count(layout);
}

int layout_lines_fitting(PangoLayout *layout, int first, double height, bool must_have_one,
                         double *ret_height)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int number = 0, count = 0, top = 0, y0, y1;

    *ret_height = 0;
    do {
        if (number++ < first)
            continue;
        pango_layout_iter_get_line_yrange(iter, &y0, &y1);
        if (count == 0)
            top = y0;
        if ((double)(y1 - top) / PANGO_SCALE > height && !(must_have_one && count == 0))
            break;
        *ret_height = (double)(y1 - top) / PANGO_SCALE;
        count++;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return count;
}

void layout_draw_lines(struct paper *paper, PangoLayout *layout, int first, int count, double x,
                       double y)
{
    PangoLayoutIter *iter;
    int number = 0, top = 0;

    if (!paper->cairo || count == 0)
        return;
    iter = pango_layout_get_iter(layout);
    do {
        PangoRectangle line;
        int y0;

        if (number < first || number >= first + count)
            continue;
        pango_layout_iter_get_line_yrange(iter, &y0, NULL);
        pango_layout_iter_get_line_extents(iter, NULL, &line);
        if (number == first)
            top = y0;
        cairo_move_to(paper->cairo, x + (double)line.x / PANGO_SCALE,
                      y + (double)(pango_layout_iter_get_baseline(iter) - top) / PANGO_SCALE);
        pango_cairo_show_layout_line(paper->cairo, pango_layout_iter_get_line_readonly(iter));
    } while (number++, pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
}

double draw_text_at(struct paper *paper, const struct letter *letter, struct text text, double x,
                    double y, double width)
{
    layout_set_letter(paper, paper->layout, letter, width);
    layout_set_text(paper, paper->layout, text);
    layout_draw_lines(paper, paper->layout, 0, layout_line_count(paper->layout), x, y);
    return layout_height(paper->layout);
}

/* ---- Texts over pages ------------------------------------------------------------------------ */

/* The layout's lines from y on, over as many pages as they take. */
static void draw_flowing(struct paper *paper, double x)
{
    int count = layout_line_count(paper->layout);

    for (int first = 0; first < count;) {
        bool is_fresh = paper->y <= MARGIN_TOP_POINTS;
        double height;
        int fitting =
            layout_lines_fitting(paper->layout, first, page_room(paper), is_fresh, &height);

        layout_draw_lines(paper, paper->layout, first, fitting, x, paper->y);
        paper->y += height;
        first += fitting;
        if (first < count)
            page_break(paper);
    }
}

void paper_text(struct paper *paper, enum paper_style style, struct text text)
{
    if (text.length == 0)
        return;
    if (page_room(paper) < (style == PAPER_HEADING ? HEADING_ROOM_POINTS : 0))
        page_break(paper);
    if (paper->y > MARGIN_TOP_POINTS)
        paper->y += SPACE_ABOVE[style];
    layout_set_letter(paper, paper->layout, &LETTERS[style], page_right(paper) - page_left(paper));
    layout_set_text(paper, paper->layout, text);
    if (style == PAPER_SMALL || style == PAPER_SUBTITLE)
        ink(paper, GREY_QUIET);
    draw_flowing(paper, page_left(paper));
    ink(paper, 0);
    paper->y += SPACE_BELOW[style];
}

void paper_point(struct paper *paper, struct text text)
{
    double x = page_left(paper) + POINT_INDENT_POINTS;

    if (text.length == 0)
        return;
    if (page_room(paper) < 2 * LETTERS[PAPER_PARAGRAPH].size_points)
        page_break(paper);
    (void)draw_text_at(paper, &LETTERS[PAPER_PARAGRAPH], TEXT("•"), page_left(paper) + 2, paper->y,
                       POINT_INDENT_POINTS);
    layout_set_letter(paper, paper->layout, &LETTERS[PAPER_PARAGRAPH], page_right(paper) - x);
    layout_set_text(paper, paper->layout, text);
    draw_flowing(paper, x);
    paper->y += SPACE_BELOW[PAPER_SMALL];
}
