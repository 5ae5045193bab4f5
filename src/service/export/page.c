/*
 * Pages of households by their ids, and the rows that belong to them.
 *
 * A page's households may lie close together (an export of everything) or far apart (one village
 * among a million households). Those that lie close are read by one scan over their range, which
 * is what a database does best; a scan over the whole page would read all that lies between.
 */
#include "service/export/private.h"

enum { RUN_GAP_MAX = 8 };

struct page {
    struct export_household *rows;
    size_t count;
    bool is_last;
};

static enum berm_status read_page(struct export_piece *piece, bool only_active,
                                  struct page *ret_page, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t count = EXPORT_SHAPES[piece->export->order.kind].page_count;
    struct page page = {0};
    bool has_row;

    TRY(arena_new(piece->arena, (size_t)count, sizeof *page.rows, &page.rows, err));
    TRY(statement_prepare(piece->office->store, STATEMENT_EXPORT_HOUSEHOLD_PAGE, &list, err));
    statement_bind_text(list, EXPORT_HOUSEHOLD_PAGE__RANGES, piece->view->scope.parameter);
    statement_bind_int64(list, EXPORT_HOUSEHOLD_PAGE__AFTER, piece->export->after_id);
    statement_bind_int64(list, EXPORT_HOUSEHOLD_PAGE__ONLY_ACTIVE, only_active);
    statement_bind_int64(list, EXPORT_HOUSEHOLD_PAGE__COUNT, count);
    TRY(statement_step(list, &has_row, err));
    while (has_row && page.count < (size_t)count) {
        struct export_household *household = &page.rows[page.count++];

        household->household_id = statement_int64(list, 0);
        household->position = statement_int64(list, 3);
        TRY(text_copy(piece->arena, statement_text(list, 1), &household->code, err));
        TRY(text_copy(piece->arena, statement_text(list, 2), &household->area, err));
        TRY(statement_step(list, &has_row, err));
    }
    page.is_last = page.count < (size_t)count;
    *ret_page = page;
    return BERM_OK;
}

/* Behind the households from first on that one scan reads. */
static size_t run_end(const struct page *page, size_t first)
{
    size_t end = first + 1;

    while (end < page->count &&
           page->rows[end].household_id - page->rows[end - 1].household_id <= RUN_GAP_MAX)
        end++;
    return end;
}

/* A piece ends only between two households, so that the next can begin with a whole one. */
static bool is_full(const struct export_piece *piece, int64_t household_id)
{
    return piece->out->length - piece->start >= EXPORT_PIECE_BYTES &&
           household_id != piece->export->after_id;
}

static enum berm_status write_run(struct export_piece *piece, const struct page *page, size_t first,
                                  size_t end, struct statement *scan, export_row *write,
                                  void *context, struct berm_error *err)
{
    bool has_row;

    statement_bind_int64(scan, 1, page->rows[first].household_id);
    statement_bind_int64(scan, 2, page->rows[end - 1].household_id);
    TRY(statement_step(scan, &has_row, err));
    while (has_row) {
        int64_t household_id = statement_int64(scan, 0);

        while (first < end && page->rows[first].household_id < household_id)
            first++;
        if (first < end && page->rows[first].household_id == household_id) {
            if (is_full(piece, household_id)) {
                piece->is_full = true;
                break;
            }
            TRY(write(piece, context, &page->rows[first], scan, err));
            piece->export->after_id = household_id;
        }
        TRY(statement_step(scan, &has_row, err));
    }
    statement_reset(scan);
    return BERM_OK;
}

enum berm_status page_write(struct export_piece *piece, struct statement *scan, bool only_active,
                            export_row *write, void *context, struct berm_error *err)
{
    struct page page;
    size_t end;

    TRY(read_page(piece, only_active, &page, err));
    for (size_t first = 0; first < page.count && !piece->is_full; first = end) {
        end = run_end(&page, first);
        TRY(write_run(piece, &page, first, end, scan, write, context, err));
    }
    if (piece->is_full)
        return BERM_OK;
    if (page.count > 0)
        piece->export->after_id = page.rows[page.count - 1].household_id;
    piece->export->is_complete = page.is_last;
    return BERM_OK;
}
