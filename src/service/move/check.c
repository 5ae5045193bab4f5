/*
 * The check: every row is read back from the destination, in one snapshot, and chained as it was
 * while it was read from the source. Where a chain differs the two tables are read once more side
 * by side, because "somewhere in four million rows" helps nobody.
 */
#include "service/move/private.h"

enum { REPORT_ROWS = 20000 };

static enum berm_status read_back(struct move *move, const struct table_move *table,
                                  struct digest_chain *ret_chain, int64_t *ret_rows,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *scan = NULL;
    struct digest_chain chain = {0};
    int64_t rows = 0;
    bool has_row;

    TRY(store_prepare_table_scan(move->target, &table->table, &scan, err));
    TRY(statement_step(scan, &has_row, err));
    while (has_row) {
        TRY(row_read(scan, &table->table, NULL, &move->row, err));
        digest_chain_add(&chain, buffer_text(&move->row));
        if (++rows % REPORT_ROWS == 0)
            TRY(move_report(move, REPORT_ROWS, err));
        TRY(statement_step(scan, &has_row, err));
    }
    *ret_chain = chain;
    *ret_rows = rows;
    return move_report(move, rows % REPORT_ROWS, err);
}

/* ---- The first difference -------------------------------------------------------------------- */

static enum berm_status fail_at_key(const struct move *move, const struct table_move *table,
                                    struct statement *scan, const char *what,
                                    struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer key = {0};

    row_append_key(scan, &table->table, &key);
    return fail_with(err, BERM_CORRUPT,
                     "table %.*s: the row %.*s %s %.*s; somebody wrote there during the move, or "
                     "its disk is bad: begin again with --restart",
                     TEXT_ARG(table->table.name), TEXT_ARG(buffer_text(&key)), what,
                     TEXT_ARG(store_url(move->target)));
}

/* There is one: say where. */
static enum berm_status fail_difference(struct move *move, const struct table_move *table,
                                        struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *here = NULL;
    CLEANUP(statement_closep) struct statement *there = NULL;
    CLEANUP(buffer_free) struct buffer row = {0};
    bool has_here, has_there;

    TRY(store_prepare_table_scan(move->source, &table->table, &here, err));
    TRY(store_prepare_table_scan(move->target, &table->table, &there, err));
    for (;;) {
        TRY(statement_step(here, &has_here, err));
        TRY(statement_step(there, &has_there, err));
        if (!has_here || !has_there)
            break;
        TRY(row_read(here, &table->table, NULL, &row, err));
        TRY(row_read(there, &table->table, NULL, &move->row, err));
        if (!text_equal(buffer_text(&row), buffer_text(&move->row)))
            return fail_at_key(move, table, here, "is another one, or missing, in", err);
    }
    if (has_here)
        return fail_at_key(move, table, here, "is missing in", err);
    if (has_there)
        return fail_at_key(move, table, there, "is too many in", err);
    return fail_with(err, BERM_CORRUPT,
                     "table %.*s was read back with another chain and is the same when it is read "
                     "again; its machine's memory or disk is bad",
                     TEXT_ARG(table->table.name));
}

/* ---- All tables ------------------------------------------------------------------------------ */

static enum berm_status check_table(struct move *move, const struct table_move *table,
                                    struct berm_error *err)
{
    struct digest_chain chain;
    char here[DIGEST_TEXT_MAX], there[DIGEST_TEXT_MAX];
    int64_t rows;

    TRY(read_back(move, table, &chain, &rows, err));
    if (rows == table->rows &&
        text_equal(digest_chain_text(&table->chain, here), digest_chain_text(&chain, there)))
        return BERM_OK;
    return fail_difference(move, table, err);
}

enum berm_status move_check(struct move *move, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin_read(move->target, err));
    transaction = move->target;
    for (size_t t = 0; t < move->table_count; t++)
        if (move->tables[t].not_because.length == 0)
            TRY(check_table(move, &move->tables[t], err));
    return BERM_OK;
}
