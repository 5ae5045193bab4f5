/*
 * Tables. Headings come again on each page; a row stays on one page where a page can hold it, and
 * else is cut up between lines, so that nothing is ever cut off.
 */
#include "paper/sheet.h"

#include <string.h>

enum { PAD_SIDE_POINTS = 4, PAD_TOP_POINTS = 2, PAD_BOTTOM_POINTS = 3 };

static const double CELL_SIZE_POINTS = 8.5;

/* ---- Rows ------------------------------------------------------------------------------------ */

/* How a row is drawn: in the table's columns, or as one cell over all of them. */
struct row {
    const struct text *cells;
    bool is_bold;
    bool is_section;
    double fill; /* 1: none */
};

static size_t row_cell_count(const struct paper *paper, const struct row *row)
{
    return row->is_section ? 1 : paper->table.column_count;
}

static double cell_width(const struct paper *paper, const struct row *row, size_t c)
{
    const struct table *table = &paper->table;
    double right = row->is_section ? table->x[table->column_count] : table->x[c + 1];

    return right - table->x[c] - 2 * PAD_SIDE_POINTS;
}

/* Lay out every cell; the height of the highest. */
static double row_lay_out(struct paper *paper, const struct row *row)
{
    double height = 0;

    for (size_t c = 0; c < row_cell_count(paper, row); c++) {
        struct letter letter = {
            .size_points = CELL_SIZE_POINTS,
            .is_bold = row->is_bold,
            .align = row->is_section ? PAPER_LEFT : paper->table.columns[c].align,
        };
        double cell_height;

        if (!paper->cells[c])
            paper->cells[c] = layout_new(paper);
        layout_set_letter(paper, paper->cells[c], &letter, cell_width(paper, row, c));
        layout_set_text(paper, paper->cells[c], row->cells[c]);
        cell_height = layout_height(paper->cells[c]);
        height = cell_height > height ? cell_height : height;
    }
    return height + PAD_TOP_POINTS + PAD_BOTTOM_POINTS;
}

/* Lines around the part of a row that was drawn from top on. */
static void row_frame(struct paper *paper, const struct row *row, double top, double bottom)
{
    const struct table *table = &paper->table;

    draw_rule(paper, table->x[0], top, table->x[table->column_count], top, 0.4, GREY_RULE);
    draw_rule(paper, table->x[0], bottom, table->x[table->column_count], bottom, 0.4, GREY_RULE);
    for (size_t c = 0; c <= table->column_count; c++)
        if (!row->is_section || c == 0 || c == table->column_count)
            draw_rule(paper, table->x[c], top, table->x[c], bottom, 0.4, GREY_RULE);
}

/* The cells' lines from first on that fit into a height, and how high the part is. Returns whether
 * anything is left. */
static bool row_draw_part(struct paper *paper, const struct row *row, int first[PAPER_COLUMNS_MAX],
                          double room, bool is_fresh)
{
    int fitting[PAPER_COLUMNS_MAX] = {0};
    double inside = room - PAD_TOP_POINTS - PAD_BOTTOM_POINTS;
    double top = paper->y, height = 0;
    bool is_left = false;

    for (size_t c = 0; c < row_cell_count(paper, row); c++) {
        double cell_height;

        fitting[c] =
            layout_lines_fitting(paper->cells[c], first[c], inside, is_fresh, &cell_height);
        height = cell_height > height ? cell_height : height;
        is_left |= first[c] + fitting[c] < layout_line_count(paper->cells[c]);
    }
    height += PAD_TOP_POINTS + PAD_BOTTOM_POINTS;
    if (row->fill < 1)
        draw_fill(paper, paper->table.x[0], top,
                  paper->table.x[paper->table.column_count] - paper->table.x[0], height, row->fill);
    for (size_t c = 0; c < row_cell_count(paper, row); c++) {
        layout_draw_lines(paper, paper->cells[c], first[c], fitting[c],
                          paper->table.x[c] + PAD_SIDE_POINTS, top + PAD_TOP_POINTS);
        first[c] += fitting[c];
    }
    row_frame(paper, row, top, top + height);
    paper->y = top + height;
    return is_left;
}

static void draw_headings(struct paper *paper)
{
    struct text headings[PAPER_COLUMNS_MAX];
    struct row row = {.cells = headings, .is_bold = true, .fill = GREY_FILL};
    int first[PAPER_COLUMNS_MAX] = {0};

    if (paper->table.headings_height <= 0)
        return;
    for (size_t c = 0; c < paper->table.column_count; c++)
        headings[c] = paper->table.columns[c].heading;
    (void)row_lay_out(paper, &row);
    (void)row_draw_part(paper, &row, first, page_room(paper), true);
}

static void table_break(struct paper *paper)
{
    page_break(paper);
    draw_headings(paper);
}

/* A row, with so much room behind it where it must not be a page's last. */
static void draw_row(struct paper *paper, const struct row *row, double behind)
{
    int first[PAPER_COLUMNS_MAX] = {0};
    double height;

    if (paper->status != BERM_OK)
        return;
    assert(paper->table.column_count > 0);
    height = row_lay_out(paper, row);
    if (height + behind > page_room(paper)) {
        table_break(paper);
        (void)row_lay_out(paper, row); /* the headings were drawn with the same layouts */
    }
    while (row_draw_part(paper, row, first, page_room(paper), true)) {
        table_break(paper);
        (void)row_lay_out(paper, row);
    }
}

void paper_table_row(struct paper *paper, const struct text *cells)
{
    draw_row(paper, &(struct row){.cells = cells, .fill = 1}, 0);
}

void paper_table_total(struct paper *paper, const struct text *cells)
{
    draw_row(paper, &(struct row){.cells = cells, .is_bold = true, .fill = 1}, 0);
}

void paper_table_section(struct paper *paper, struct text text)
{
    draw_row(paper,
             &(struct row){.cells = &text, .is_bold = true, .is_section = true, .fill = 0.96},
             2 * CELL_SIZE_POINTS);
}

/* ---- Tables ---------------------------------------------------------------------------------- */

void paper_table_begin(struct paper *paper, const struct paper_column *columns, size_t count)
{
    struct table *table = &paper->table;
    double width = page_right(paper) - page_left(paper);
    struct text headings[PAPER_COLUMNS_MAX];
    bool has_headings = false;
    double shares = 0, before = 0;

    assert(count > 0 && count <= PAPER_COLUMNS_MAX && table->column_count == 0);
    for (size_t c = 0; c < count; c++) {
        shares += columns[c].share;
        headings[c] = columns[c].heading;
        has_headings |= headings[c].length > 0;
    }
    *table = (struct table){.columns = columns, .column_count = count};
    for (size_t c = 0; c < count; c++) {
        table->x[c] = page_left(paper) + width * before / shares;
        before += columns[c].share;
    }
    table->x[count] = page_right(paper);
    if (!has_headings) {
        (void)page_room(paper);
        return;
    }
    table->headings_height = row_lay_out(paper, &(struct row){.cells = headings, .is_bold = true});
    if (page_room(paper) < 2 * table->headings_height + 2 * CELL_SIZE_POINTS)
        page_break(paper);
    draw_headings(paper);
}

void paper_table_end(struct paper *paper)
{
    paper->table = (struct table){0};
    paper->y += 4;
}
