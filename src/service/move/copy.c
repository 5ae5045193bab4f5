/*
 * Rows from the source to the destination, a portion to a transaction, each together with how far
 * the table has come: whenever the process dies, what is there is whole and known.
 *
 * A move that goes on reads the rows that are there already once more at the source, and their
 * chain must be the one that was noted. That costs a fraction of writing them and proves, better
 * than any mark could, that the source is what it was; and in the end the source's chains all come
 * from one snapshot.
 */
#include <stdlib.h>

#include "service/move/private.h"

enum {
    PORTION_ROWS = 20000,
    PORTION_BYTES = 8 << 20, /* of canonical rows: what a transaction holds in memory is near it */
};

/* One table on its way. */
struct copying {
    struct move *move;
    struct table_move *table;
    struct statement *scan;
    struct statement *insert;
    struct statement *note;
    bool has_row; /* the scan stands on one */
};

static void copying_close(struct copying *copying)
{
    statement_close(copying->scan);
    statement_close(copying->insert);
    statement_close(copying->note);
}

/* Take the present row into the chain, and step to the next. */
static enum berm_status pass_row(struct copying *copying, struct berm_error *err)
{
    digest_chain_add(&copying->table->chain, buffer_text(&copying->move->row));
    copying->table->rows++;
    return statement_step(copying->scan, &copying->has_row, err);
}

/* ---- What is there already ------------------------------------------------------------------- */

static enum berm_status fail_changed(const struct copying *copying, struct berm_error *err)
{
    return fail_with(err, BERM_CONFLICT,
                     "the table %.*s of %.*s is not what it was when the move began; begin again "
                     "with --restart, while nobody works with the source",
                     TEXT_ARG(copying->table->table.name),
                     TEXT_ARG(store_url(copying->move->source)));
}

static enum berm_status read_noted(const struct copying *copying, int64_t *ret_rows,
                                   char chain[DIGEST_TEXT_MAX], struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *get = NULL;
    struct buffer text = {
        .bytes = chain, .capacity = DIGEST_TEXT_MAX, .cap_bytes = DIGEST_TEXT_MAX};
    bool has_row;

    TRY(statement_prepare(copying->move->target, STATEMENT_MOVE_PROGRESS_GET, &get, err));
    statement_bind_text(get, MOVE_PROGRESS_GET__TABLE_NAME, copying->table->table.name);
    TRY(statement_step(get, &has_row, err));
    *ret_rows = has_row ? statement_int64(get, 0) : 0;
    if (has_row)
        buffer_append_text(&text, statement_text(get, 1));
    buffer_append_char(&text, 0);
    return buffer_status(&text, err);
}

static enum berm_status pass_present(struct copying *copying, struct berm_error *err)
{
    struct table_move *table = copying->table;
    char noted[DIGEST_TEXT_MAX];
    char chain[DIGEST_TEXT_MAX];

    TRY(read_noted(copying, &table->rows_before, noted, err));
    while (table->rows < table->rows_before && copying->has_row) {
        TRY(row_read(copying->scan, &table->table, NULL, &copying->move->row, err));
        TRY(pass_row(copying, err));
        if (table->rows % PORTION_ROWS == 0)
            TRY(move_report(copying->move, PORTION_ROWS, err));
    }
    TRY(move_report(copying->move, table->rows % PORTION_ROWS, err));
    if (table->rows < table->rows_before ||
        (table->rows > 0 && !text_equal(digest_chain_text(&table->chain, chain), text_of(noted))))
        return fail_changed(copying, err);
    copying->move->result.rows_before += table->rows_before;
    return BERM_OK;
}

/* ---- Portions -------------------------------------------------------------------------------- */

/* The environment may make portions smaller: tests stop a move between two of them. */
static int64_t portion_rows(void)
{
    const char *value = getenv("BERM_MOVE_PORTION_ROWS");
    int64_t rows;

    if (value != NULL && text_parse_int64(text_of(value), &rows) && rows > 0 && rows < PORTION_ROWS)
        return rows;
    return PORTION_ROWS;
}

static enum berm_status copy_row(struct copying *copying, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer key = {0};
    const struct store_table *table = &copying->table->table;
    enum berm_status status;

    TRY(row_read(copying->scan, table, copying->insert, &copying->move->row, err));
    status = statement_queue(copying->insert, err);
    if (status == BERM_OK)
        return pass_row(copying, err);
    row_append_key(copying->scan, table, &key); /* of this row, or of one that waited before it */
    return fail_within(err, status, "table %.*s, up to the row %.*s", TEXT_ARG(table->name),
                       TEXT_ARG(buffer_text(&key)));
}

static enum berm_status copy_portion(struct copying *copying, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct move *move = copying->move;
    struct table_move *table = copying->table;
    int64_t first = table->rows;
    size_t bytes = 0;
    char chain[DIGEST_TEXT_MAX];
    enum berm_status status;

    TRY(move_begin(move, err));
    transaction = move->target;
    while (copying->has_row && table->rows - first < move->portion_rows && bytes < PORTION_BYTES) {
        TRY(copy_row(copying, err));
        bytes += move->row.length;
    }
    statement_bind_text(copying->note, MOVE_PROGRESS_PUT__TABLE_NAME, table->table.name);
    statement_bind_int64(copying->note, MOVE_PROGRESS_PUT__ROW_COUNT, table->rows);
    statement_bind_text(copying->note, MOVE_PROGRESS_PUT__CHAIN,
                        digest_chain_text(&table->chain, chain));
    status = statement_run(copying->note, err);
    if (status != BERM_OK)
        return fail_within(err, status, "table %.*s", TEXT_ARG(table->table.name));
    TRY(store_commit(move->target, err));
    transaction = NULL;
    return move_report(copying->move, table->rows - first, err);
}

static enum berm_status copy_table(struct move *move, struct table_move *table,
                                   struct berm_error *err)
{
    CLEANUP(copying_close) struct copying copying = {.move = move, .table = table};

    TRY(store_prepare_table_scan(move->source, &table->table, &copying.scan, err));
    TRY(store_prepare_table_insert(move->target, &table->table, &copying.insert, err));
    TRY(statement_prepare(move->target, STATEMENT_MOVE_PROGRESS_PUT, &copying.note, err));
    TRY(statement_step(copying.scan, &copying.has_row, err));
    TRY(pass_present(&copying, err));
    while (copying.has_row)
        TRY(copy_portion(&copying, err));
    return BERM_OK;
}

enum berm_status move_copy(struct move *move, struct berm_error *err)
{
    move->portion_rows = portion_rows();
    for (size_t t = 0; t < move->table_count; t++) {
        struct table_move *table = &move->tables[t];

        if (table->not_because.length > 0)
            continue;
        TRY(copy_table(move, table, err));
        move->result.tables++;
        move->result.rows += table->rows;
    }
    return BERM_OK;
}
