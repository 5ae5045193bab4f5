/* Pages: two rounds over one drawing, the first to count them, the second to paint. */
#include "paper/sheet.h"

#include <stdio.h>

double page_left(const struct paper *paper)
{
    (void)paper;
    return MARGIN_SIDE_POINTS;
}

double page_right(const struct paper *paper)
{
    return paper->width - MARGIN_SIDE_POINTS;
}

double page_bottom(const struct paper *paper)
{
    return paper->height - MARGIN_BOTTOM_POINTS;
}

double page_room_max(const struct paper *paper)
{
    return page_bottom(paper) - MARGIN_TOP_POINTS;
}

void paper_fail(struct paper *paper, const struct berm_error *err)
{
    if (paper->status != BERM_OK)
        return;
    paper->status = err->status;
    paper->error = *err;
}

enum berm_status paper_status(const struct paper *paper, struct berm_error *err)
{
    if (paper->status != BERM_OK && err)
        *err = paper->error;
    return paper->status;
}

/* ---- Ink ------------------------------------------------------------------------------------- */

void ink(struct paper *paper, double grey)
{
    if (paper->cairo)
        cairo_set_source_rgb(paper->cairo, grey, grey, grey);
}

void draw_rule(struct paper *paper, double x1, double y1, double x2, double y2, double weight,
               double grey)
{
    if (!paper->cairo)
        return;
    ink(paper, grey);
    cairo_set_line_width(paper->cairo, weight);
    cairo_move_to(paper->cairo, x1, y1);
    cairo_line_to(paper->cairo, x2, y2);
    cairo_stroke(paper->cairo);
    ink(paper, 0);
}

void draw_fill(struct paper *paper, double x, double y, double width, double height, double grey)
{
    if (!paper->cairo)
        return;
    ink(paper, grey);
    cairo_rectangle(paper->cairo, x, y, width, height);
    cairo_fill(paper->cairo);
    ink(paper, 0);
}

/* ---- Pages ----------------------------------------------------------------------------------- */

/* Title, mark and note at the left, the page's number at the right, below a rule. */
static void draw_foot(struct paper *paper)
{
    static const struct letter LEFT = {.size_points = 8};
    static const struct letter RIGHT = {.size_points = 8, .align = PAPER_RIGHT};
    const struct paper_options *options = paper->options;
    double width = page_right(paper) - page_left(paper);
    double y = page_bottom(paper) + 4 * POINTS_PER_MM;
    CLEANUP(buffer_free) struct buffer line = {0};
    PangoLayout *flowing = paper->layout; /* a text may be going on behind this page */
    char number[64];

    if (!paper->cairo) /* page numbers hold no letter that a font could lack */
        return;
    draw_rule(paper, page_left(paper), y, page_right(paper), y, 0.5, GREY_RULE);
    buffer_append_text(&line, options->title);
    if (options->mark.length)
        buffer_append_format(&line, " · %.*s", TEXT_ARG(options->mark));
    if (options->note.length)
        buffer_append_format(&line, " · %.*s", TEXT_ARG(options->note));
    snprintf(number, sizeof number,
             options->language == PAPER_CHINESE ? "第 %d 页，共 %d 页" : "Page %d of %d",
             paper->page, paper->page_count);
    paper->layout = layout_new(paper);
    ink(paper, GREY_QUIET);
    draw_text_at(paper, &LEFT, buffer_text(&line), page_left(paper), y + 3, width * 0.8);
    draw_text_at(paper, &RIGHT, text_of(number), page_left(paper) + width * 0.8, y + 3,
                 width * 0.2);
    ink(paper, 0);
    g_object_unref(paper->layout);
    paper->layout = flowing;
}

static void page_end(struct paper *paper)
{
    if (paper->page == 0)
        return;
    draw_foot(paper);
    if (paper->cairo)
        cairo_show_page(paper->cairo);
}

void page_break(struct paper *paper)
{
    page_end(paper);
    paper->page++;
    paper->y = MARGIN_TOP_POINTS;
}

double page_room(struct paper *paper)
{
    if (paper->page == 0)
        page_break(paper);
    return page_bottom(paper) - paper->y;
}

void paper_gap(struct paper *paper, double height_mm)
{
    if (page_room(paper) > 0 && paper->y > MARGIN_TOP_POINTS)
        paper->y += height_mm * POINTS_PER_MM;
}

void paper_keep(struct paper *paper, double height_mm)
{
    if (page_room(paper) < height_mm * POINTS_PER_MM)
        page_break(paper);
}

/* ---- The two rounds -------------------------------------------------------------------------- */

static cairo_status_t append_piece(void *context, const unsigned char *bytes, unsigned length)
{
    struct buffer *out = context;

    buffer_append(out, bytes, length);
    return out->has_failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static enum berm_status draw_round(struct paper *paper, paper_drawing *draw, void *context,
                                   struct berm_error *err)
{
    paper->page = 0;
    paper->missing_count = 0;
    TRY(draw(context, paper, err));
    TRY(paper_status(paper, err));
    (void)page_room(paper); /* a document has at least one page */
    page_end(paper);
    return BERM_OK;
}

static void set_metadata(cairo_surface_t *surface, cairo_pdf_metadata_t key, struct text value)
{
    char *ended_by_zero = g_strndup(value.length ? value.bytes : "", value.length);

    cairo_pdf_surface_set_metadata(surface, key, ended_by_zero);
    g_free(ended_by_zero);
}

static void begin_painting(struct paper *paper, struct buffer *out)
{
    char day[DATE_TEXT_MAX], instant[40];

    paper->surface =
        cairo_pdf_surface_create_for_stream(append_piece, out, paper->width, paper->height);
    /* Not before it writes its first byte: 1.5 is what every archive takes. */
    cairo_pdf_surface_restrict_to_version(paper->surface, CAIRO_PDF_VERSION_1_5);
    snprintf(instant, sizeof instant, "%.*sT00:00:00Z",
             TEXT_ARG(date_format(paper->options->day, day)));
    set_metadata(paper->surface, CAIRO_PDF_METADATA_TITLE, paper->options->title);
    set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATOR, TEXT("Berm"));
    set_metadata(paper->surface, CAIRO_PDF_METADATA_CREATE_DATE, text_of(instant));
    paper->cairo = cairo_create(paper->surface);
}

static void paper_close(struct paper *paper)
{
    if (paper->cairo)
        cairo_destroy(paper->cairo);
    if (paper->surface) {
        cairo_surface_finish(paper->surface);
        cairo_surface_destroy(paper->surface);
    }
    fonts_close(paper);
}

enum berm_status paper_make(const struct paper_options *options, paper_drawing *draw, void *context,
                            struct buffer *out, struct paper_made *ret_made, struct berm_error *err)
{
    struct buffer pdf_given = {.cap_bytes = PAPER_BYTES_MAX};
    CLEANUP(buffer_free) struct buffer pdf = pdf_given; /* outlives paper, which writes to it */
    CLEANUP(paper_close)
    struct paper paper = {
        .options = options,
        .width = options->is_landscape ? A4_LONG_POINTS : A4_SHORT_POINTS,
        .height = options->is_landscape ? A4_SHORT_POINTS : A4_LONG_POINTS,
    };
    cairo_status_t status;

    TRY(fonts_open(&paper, err));
    TRY(draw_round(&paper, draw, context, err));
    paper.page_count = paper.page;
    begin_painting(&paper, &pdf);
    TRY(draw_round(&paper, draw, context, err));
    assert(paper.page == paper.page_count); /* the drawing draws the same twice */
    cairo_surface_finish(paper.surface);
    TRY(buffer_status(&pdf, err));
    status = cairo_status(paper.cairo);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(paper.surface);
    if (status != CAIRO_STATUS_SUCCESS)
        return fail_with(err, status == CAIRO_STATUS_NO_MEMORY ? BERM_NO_MEMORY : BERM_INTERNAL,
                         "the PDF could not be drawn: %s", cairo_status_to_string(status));
    buffer_append_text(out, buffer_text(&pdf));
    TRY(buffer_status(out, err));
    *ret_made = (struct paper_made){.page_count = paper.page_count,
                                    .missing_count = paper.missing_count,
                                    .missing_first = paper.missing_first};
    return BERM_OK;
}
