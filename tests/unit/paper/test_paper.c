/* Pages: how many there are, that nothing is lost between them, and that the same input gives the
 * same bytes. What is on them is read back by tests/scenario/paper.py. */
#include "paper/paper.h"

#include "lib/unit.h"

#include <string.h>

static const struct paper_options OPTIONS = {
    .language = PAPER_CHINESE, .title = {"标题", 6}, .day = 18000};

static const struct paper_column COLUMNS[] = {
    {.heading = {"a", 1}, .share = 1}, {.heading = {"b", 1}, .share = 3, .align = PAPER_RIGHT}};

/* What a drawing is made of. */
struct plan {
    int rows;
    size_t cell_bytes; /* of a row's second cell */
    const char *text;
    int calls;
};

static enum berm_status draw(void *context, struct paper *paper, struct berm_error *err)
{
    struct plan *plan = context;
    char cell[PAPER_TEXT_BYTES_MAX + 1];

    (void)err;
    memset(cell, 'x', sizeof cell);
    plan->calls++;
    paper_text(paper, PAPER_PARAGRAPH, text_of(plan->text));
    if (plan->rows == 0)
        return BERM_OK;
    paper_table_begin(paper, COLUMNS, ARRAY_COUNT(COLUMNS));
    for (int r = 0; r < plan->rows; r++)
        paper_table_row(paper, (struct text[]){TEXT("1"), {cell, plan->cell_bytes}});
    paper_table_end(paper);
    return BERM_OK;
}

static enum berm_status make(struct plan plan, struct buffer *pdf, struct paper_made *ret_made,
                             struct berm_error *err)
{
    return paper_make(&OPTIONS, draw, &plan, pdf, ret_made, err);
}

static int pages_of(struct plan plan)
{
    CLEANUP(buffer_free) struct buffer pdf = {0};
    struct paper_made made = {0};
    struct berm_error err;

    assert_ok(make(plan, &pdf, &made, &err));
    assert_memory_equal(pdf.bytes, "%PDF-1.5", 8);
    return made.page_count;
}

static void an_empty_document_has_one_page(void **state)
{
    (void)state;
    assert_int_equal(pages_of((struct plan){0}), 1);
}

static void a_table_goes_on_over_pages(void **state)
{
    int hundred = pages_of((struct plan){.rows = 100, .cell_bytes = 1});

    (void)state;
    assert_in_range(hundred, 2, 4);
    /* The last of a hundred rows' pages is not full. */
    assert_in_range(pages_of((struct plan){.rows = 1000, .cell_bytes = 1}), 10 * (hundred - 1),
                    10 * hundred);
}

/* The foot of the page before is drawn in the middle of it. */
static void a_paragraph_goes_on_over_pages(void **state)
{
    char lines[2 * 200 + 1];

    (void)state;
    for (size_t l = 0; l < 200; l++) {
        lines[2 * l] = 'x';
        lines[2 * l + 1] = '\n';
    }
    lines[2 * 200] = 0;
    assert_in_range(pages_of((struct plan){.text = lines}), 3, 5);
}

/* 16 KiB in one cell are three pages at this width: it is cut up between lines. */
static void a_row_higher_than_a_page_is_cut_up_between_lines(void **state)
{
    (void)state;
    assert_in_range(pages_of((struct plan){.rows = 1, .cell_bytes = PAPER_TEXT_BYTES_MAX}), 3, 5);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    CLEANUP(buffer_free) struct buffer first = {0};
    CLEANUP(buffer_free) struct buffer second = {0};
    struct plan plan = {.rows = 50, .cell_bytes = 30, .text = "张三 and so on"};
    struct paper_made made;
    struct berm_error err;

    (void)state;
    assert_ok(make(plan, &first, &made, &err));
    assert_ok(make(plan, &second, &made, &err));
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.bytes, second.bytes, first.length);
}

static void what_no_font_has_is_counted_and_named(void **state)
{
    CLEANUP(buffer_free) struct buffer pdf = {0};
    struct paper_made made;
    struct berm_error err;

    (void)state;
    assert_ok(make((struct plan){.text = "王\xEE\xA1\xA3明"}, &pdf, &made, &err));
    assert_int_equal(made.missing_count, 1);
    assert_int_equal(made.missing_first, 0xE863);
    assert_ok(make((struct plan){.text = "王小明"}, &pdf, &made, &err));
    assert_int_equal(made.missing_count, 0);
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    CLEANUP(buffer_free) struct buffer pdf = {0};
    struct paper_made made;
    struct berm_error err;

    (void)state;
    assert_int_equal(
        make((struct plan){.rows = 1, .cell_bytes = PAPER_TEXT_BYTES_MAX + 1}, &pdf, &made, &err),
        BERM_LIMIT);
    assert_int_equal(make((struct plan){.text = "\xFF"}, &pdf, &made, &err), BERM_CORRUPT);
    assert_int_equal(pdf.length, 0);
}

static void a_buffer_that_is_full_is_told(void **state)
{
    CLEANUP(buffer_free) struct buffer pdf = {.cap_bytes = 1000};
    struct paper_made made;
    struct berm_error err;

    (void)state;
    assert_int_equal(make((struct plan){.text = "a"}, &pdf, &made, &err), BERM_NO_MEMORY);
}

static enum berm_status refuse(void *context, struct paper *paper, struct berm_error *err)
{
    (void)context;
    paper_text(paper, PAPER_TITLE, TEXT("a"));
    return fail_with(err, BERM_BUSY, "the store is busy");
}

static void a_failure_of_the_drawing_ends_the_document(void **state)
{
    CLEANUP(buffer_free) struct buffer pdf = {0};
    struct paper_made made;
    struct berm_error err;

    (void)state;
    assert_int_equal(paper_make(&OPTIONS, refuse, NULL, &pdf, &made, &err), BERM_BUSY);
    assert_int_equal(pdf.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_document_has_one_page),
        cmocka_unit_test(a_table_goes_on_over_pages),
        cmocka_unit_test(a_paragraph_goes_on_over_pages),
        cmocka_unit_test(a_row_higher_than_a_page_is_cut_up_between_lines),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(what_no_font_has_is_counted_and_named),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
        cmocka_unit_test(a_buffer_that_is_full_is_told),
        cmocka_unit_test(a_failure_of_the_drawing_ends_the_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
