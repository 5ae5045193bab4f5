/*
 * Fonts. One family has both Chinese and Latin letters, so an English card with a Chinese name on
 * it looks of one piece; its outlines are TrueType, because cairo 1.16 loses characters of fonts
 * with PostScript outlines (docs/decisions/0013-paper-font.md). A machine without it would quietly
 * print another country's forms, or boxes: so it is asked for first.
 *
 * Each document has its own font map: maps belong to threads, and what one document looked up must
 * not decide how another is drawn. Neither do the machine's settings for screens: no hinting, and
 * no rounding to pixels.
 */
#include "paper/sheet.h"

#define LINE_SPACING 1.25f /* the family's own lines are set close */

static const struct {
    const char *family, *package, *language;
} FONTS[] = {
    [PAPER_ENGLISH] = {"WenQuanYi Micro Hei", "fonts-wqy-microhei", "en"},
    [PAPER_CHINESE] = {"WenQuanYi Micro Hei", "fonts-wqy-microhei", "zh-cn"},
};

enum berm_status fonts_open(struct paper *paper, struct berm_error *err)
{
    enum paper_language language = paper->options->language;
    cairo_font_options_t *settings;

    paper->fonts = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (!paper->fonts)
        return fail_with(err, BERM_UNSUPPORTED,
                         "this machine's cairo has no FreeType; install the Debian package "
                         "libcairo2");
    if (!pango_font_map_get_family(paper->fonts, FONTS[language].family))
        return fail_with(err, BERM_UNSUPPORTED,
                         "the font %s is not on this machine, and without it nothing can be "
                         "printed; install the Debian package %s",
                         FONTS[language].family, FONTS[language].package);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(paper->fonts), 72);
    paper->context = pango_font_map_create_context(paper->fonts);
    pango_context_set_language(paper->context,
                               pango_language_from_string(FONTS[language].language));
    pango_context_set_base_dir(paper->context, PANGO_DIRECTION_LTR);
    pango_context_set_round_glyph_positions(paper->context, FALSE);
    settings = cairo_font_options_create();
    cairo_font_options_set_hint_style(settings, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(settings, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(settings, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(paper->context, settings);
    cairo_font_options_destroy(settings);
    paper->layout = layout_new(paper);
    return BERM_OK;
}

void fonts_close(struct paper *paper)
{
    for (size_t c = 0; c < PAPER_COLUMNS_MAX; c++)
        g_clear_object(&paper->cells[c]);
    g_clear_object(&paper->layout);
    g_clear_object(&paper->context);
    g_clear_object(&paper->fonts);
}

PangoLayout *layout_new(struct paper *paper)
{
    PangoLayout *layout = pango_layout_new(paper->context);

    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, LINE_SPACING);
    return layout;
}

void layout_set_letter(struct paper *paper, PangoLayout *layout, const struct letter *letter,
                       double width)
{
    static const PangoAlignment ALIGNMENTS[] = {[PAPER_LEFT] = PANGO_ALIGN_LEFT,
                                                [PAPER_RIGHT] = PANGO_ALIGN_RIGHT,
                                                [PAPER_CENTRE] = PANGO_ALIGN_CENTER};
    PangoFontDescription *font = pango_font_description_new();

    pango_font_description_set_family_static(font, FONTS[paper->options->language].family);
    pango_font_description_set_weight(font,
                                      letter->is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_size(font, (int)(letter->size_points * PANGO_SCALE));
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_alignment(layout, ALIGNMENTS[letter->align]);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
}
