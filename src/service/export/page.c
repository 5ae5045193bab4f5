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
    struct export_household *rows; /* those that meet the filter */
    size_t count;
    int64_t last_id; /* of the households that were looked at */
    bool is_last;
};

/* Look at the household that the list stands on. */
static enum berm_status take_household(struct export_piece *piece, struct statement *list,
                                       struct statement *test, struct page *page,
                                       struct berm_error *err)
{
    struct export_household *household = &page->rows[page->count];
    bool passes;

    page->last_id = statement_int64(list, 0);
    TRY(find_filter_passes(test, page->last_id, &passes, err));
    if (!passes)
        return BERM_OK;
    household->household_id = page->last_id;
    household->position = statement_int64(list, 3);
    TRY(text_copy(piece->arena, statement_text(list, 1), &household->code, err));
    TRY(text_copy(piece->arena, statement_text(list, 2), &household->area, err));
    page->count++;
    return BERM_OK;
}

/* A page has as many households as are looked at, however few meet the filter: a piece of a rare
 * kind is short, not slow. */
static enum berm_status read_page(struct export_piece *piece, bool only_active,
                                  struct page *ret_page, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL, *test = NULL;
    struct store *store = piece->office->store;
    int64_t count = EXPORT_SHAPES[piece->export->order.kind].page_count, looked_at = 0;
    struct page page = {.last_id = piece->export->after_id};
    bool has_row;

    TRY(arena_new(piece->arena, (size_t)count, sizeof *page.rows, &page.rows, err));
    TRY(find_filter_prepare(&piece->filter, store, &test, err));
    TRY(statement_prepare(store, STATEMENT_EXPORT_HOUSEHOLD_PAGE, &list, err));
    statement_bind_text(list, EXPORT_HOUSEHOLD_PAGE__RANGES, piece->view->scope.parameter);
    statement_bind_int64(list, EXPORT_HOUSEHOLD_PAGE__AFTER, piece->export->after_id);
    statement_bind_int64(list, EXPORT_HOUSEHOLD_PAGE__ONLY_ACTIVE,
                         only_active || piece->filter.count > 0);
    statement_bind_int64(list, EXPORT_HOUSEHOLD_PAGE__COUNT, count);
    TRY(statement_step(list, &has_row, err));
    for (; has_row && looked_at < count; looked_at++) {
        TRY(take_household(piece, list, test, &page, err));
        TRY(statement_step(list, &has_row, err));
    }
    page.is_last = looked_at < count;
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
    piece->export->after_id = page.last_id;
    piece->export->is_complete = page.is_last;
    return BERM_OK;
}
