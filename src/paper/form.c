/* What people fill in by hand, and pairs of label and value. */
#include "paper/sheet.h"

enum { PAIRS_MAX = 3, LINE_POINTS = 21, SIGNATURE_POINTS = 46 };

void paper_fields(struct paper *paper, const struct paper_field *fields, size_t count,
                  size_t pairs_per_row)
{
    struct paper_column columns[2 * PAIRS_MAX];
    struct text cells[2 * PAIRS_MAX];

    assert(pairs_per_row >= 1 && pairs_per_row <= PAIRS_MAX);
    for (size_t p = 0; p < pairs_per_row; p++) {
        columns[2 * p] = (struct paper_column){.share = 2};
        columns[2 * p + 1] = (struct paper_column){.share = pairs_per_row == 1 ? 7 : 3};
    }
    paper_table_begin(paper, columns, 2 * pairs_per_row);
    for (size_t f = 0; f < count; f += pairs_per_row) {
        for (size_t p = 0; p < pairs_per_row; p++) {
            bool is_there = f + p < count;

            cells[2 * p] = is_there ? fields[f + p].label : TEXT("");
            cells[2 * p + 1] = is_there ? fields[f + p].value : TEXT("");
        }
        paper_table_row(paper, cells);
    }
    paper_table_end(paper);
}

void paper_lines(struct paper *paper, int count)
{
    for (int l = 0; l < count; l++) {
        if (page_room(paper) < LINE_POINTS)
            page_break(paper);
        paper->y += LINE_POINTS;
        draw_rule(paper, page_left(paper), paper->y, page_right(paper), paper->y, 0.4, GREY_RULE);
    }
    paper->y += 4;
}

void paper_signatures(struct paper *paper, const struct text *roles, size_t count)
{
    static const struct letter LETTER = {.size_points = 9};
    bool is_chinese = paper->options->language == PAPER_CHINESE;
    double gap = 16;
    double width;
    double highest = 0;

    assert(count > 0);
    if (page_room(paper) < SIGNATURE_POINTS + 40)
        page_break(paper);
    width = (page_right(paper) - page_left(paper) - gap * (double)(count - 1)) / (double)count;
    paper->y += SIGNATURE_POINTS;
    for (size_t r = 0; r < count; r++) {
        double x = page_left(paper) + (double)r * (width + gap);
        double height;

        draw_rule(paper, x, paper->y, x + width, paper->y, 0.6, 0.2);
        height = draw_text_at(paper, &LETTER, roles[r], x, paper->y + 2, width);
        highest = height > highest ? height : highest;
    }
    for (size_t r = 0; r < count; r++)
        (void)draw_text_at(
            paper, &LETTER,
            is_chinese ? TEXT("日期：　　　　年　　月　　日") : TEXT("Date: ____________________"),
            page_left(paper) + (double)r * (width + gap), paper->y + highest + 8, width);
    paper->y += highest + 28;
}
