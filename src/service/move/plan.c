/*
 * What is moved: every table and column that the source's schema has, but for those that belong to
 * the place and not to the register, each with its reason. Both databases have the same tables and
 * columns, because both come from one text; that is looked at all the same before anything is
 * written, so that a schema that somebody changed by hand cannot lose a column on the way.
 */
#include <stdlib.h>

#include "service/journal/private.h"
#include "service/move/private.h"

/* A table, or with a name behind it one column. */
static const struct stays {
    const char *table, *column, *because;
} STAYS[] = {
    {"berm_schema", NULL, "the schema's version, which the destination has from its migrations"},
    {"move_source", NULL, "how far a move has come"},
    {"move_progress", NULL, "how far a move has come"},
    {"move_rule", NULL, "how far a move has come"},
    {"change", "transaction_id", "a number of the server, which gives it anew"},
    {"job_event", "transaction_id", "a number of the server, which gives it anew"},
};

size_t move_stays_count(void)
{
    return ARRAY_COUNT(STAYS);
}

struct text move_stays_table(size_t index)
{
    return text_of(STAYS[index].table);
}

struct text move_stays(struct text table)
{
    for (size_t s = 0; s < ARRAY_COUNT(STAYS); s++)
        if (STAYS[s].column == NULL && text_equal(table, text_of(STAYS[s].table)))
            return text_of(STAYS[s].because);
    return (struct text){0};
}

bool move_column_stays(struct text table, const struct store_column *column)
{
    if (column->is_computed)
        return true;
    for (size_t s = 0; s < ARRAY_COUNT(STAYS); s++)
        if (STAYS[s].column != NULL && text_equal(table, text_of(STAYS[s].table)) &&
            text_equal(column->name, text_of(STAYS[s].column)))
            return true;
    return false;
}

/* ---- The source ------------------------------------------------------------------------------ */

static enum berm_status count_rows(struct store *store, const struct store_table *table,
                                   int64_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;

    TRY(store_prepare_table_count(store, table, &count, err));
    TRY(statement_step_to_row(count, err));
    *ret_count = statement_int64(count, 0);
    return BERM_OK;
}

static enum berm_status fail_type(const struct store_table *table,
                                  const struct store_column *column, struct berm_error *err)
{
    return fail_with(err, BERM_UNSUPPORTED,
                     "table %.*s has a column %.*s of type %.*s, which cannot be moved",
                     TEXT_ARG(table->name), TEXT_ARG(column->name), TEXT_ARG(column->type));
}

static int by_name(const void *a, const void *b)
{
    const struct store_column *left = a, *right = b;

    return text_compare(left->name, right->name);
}

/* Only the columns that move, by name: their order in the table may differ from store to store. */
static enum berm_status choose_columns(struct arena *arena, struct store_table *table,
                                       struct berm_error *err)
{
    struct store_column *kept = NULL;
    size_t count = 0;

    TRY(arena_new(arena, table->column_count, sizeof *kept, &kept, err));
    for (size_t c = 0; c < table->column_count; c++) {
        const struct store_column *column = &table->columns[c];

        if (move_column_stays(table->name, column))
            continue;
        if (!column->is_number && !column->is_bytes && !text_equal(column->type, TEXT("TEXT")))
            return fail_type(table, column, err);
        kept[count++] = *column;
    }
    qsort(kept, count, sizeof *kept, by_name);
    table->columns = kept;
    table->column_count = count;
    return BERM_OK;
}

enum berm_status move_plan(struct move *move, struct berm_error *err)
{
    struct store_table *tables = NULL;

    TRY(store_list_tables(move->source, move->arena, &tables, &move->table_count, err));
    TRY(arena_new(move->arena, move->table_count, sizeof *move->tables, &move->tables, err));
    for (size_t t = 0; t < move->table_count; t++) {
        struct table_move *table = &move->tables[t];

        table->table = tables[t];
        table->not_because = move_stays(tables[t].name);
        if (table->not_because.length > 0)
            continue;
        TRY(choose_columns(move->arena, &table->table, err));
        TRY(count_rows(move->source, &table->table, &table->total, err));
        move->total += 2 * table->total;
    }
    return BERM_OK;
}

/* ---- The destination ------------------------------------------------------------------------- */

static const struct store_table *find_table(const struct store_table *tables, size_t count,
                                            struct text name)
{
    for (size_t t = 0; t < count; t++)
        if (text_equal(tables[t].name, name))
            return &tables[t];
    return NULL;
}

static const struct store_column *find_column(const struct store_table *table, struct text name)
{
    for (size_t c = 0; c < table->column_count; c++)
        if (text_equal(table->columns[c].name, name))
            return &table->columns[c];
    return NULL;
}

static enum berm_status fail_schema(struct store *with, const struct store_table *table,
                                    const struct store_column *column, struct berm_error *err)
{
    return fail_with(err, BERM_CONFLICT,
                     "only %.*s has the table %.*s%s%.*s; somebody changed a schema by hand, and a "
                     "register moves only between two that are the same",
                     TEXT_ARG(store_url(with)), TEXT_ARG(table->name),
                     column == NULL ? "" : " with a column ",
                     TEXT_ARG(column == NULL ? TEXT("") : column->name));
}

static enum berm_status check_table(const struct move *move, const struct store_table *here,
                                    const struct store_table *there, struct berm_error *err)
{
    for (size_t c = 0; c < here->column_count; c++) {
        const struct store_column *column = find_column(there, here->columns[c].name);

        if (column == NULL && store_is_data_table(here->name))
            continue; /* of the dictionary; move_add_columns makes it */
        if (column == NULL)
            return fail_schema(move->source, here, &here->columns[c], err);
        if (!text_equal(column->type, here->columns[c].type) ||
            column->key_position != here->columns[c].key_position)
            return fail_with(err, BERM_CONFLICT,
                             "the column %.*s of the table %.*s is another one in %.*s; somebody "
                             "changed a schema by hand",
                             TEXT_ARG(column->name), TEXT_ARG(here->name),
                             TEXT_ARG(store_url(move->target)));
    }
    for (size_t c = 0; c < there->column_count; c++)
        if (!move_column_stays(there->name, &there->columns[c]) &&
            find_column(here, there->columns[c].name) == NULL)
            return fail_schema(move->target, there, &there->columns[c], err);
    return BERM_OK;
}

static bool is_moved(const struct move *move, struct text table)
{
    for (size_t t = 0; t < move->table_count; t++)
        if (text_equal(move->tables[t].table.name, table))
            return true;
    return false;
}

enum berm_status move_check_schema(struct move *move, struct berm_error *err)
{
    struct store_table *there = NULL;
    size_t count;

    TRY(store_list_tables(move->target, move->arena, &there, &count, err));
    for (size_t t = 0; t < move->table_count; t++) {
        const struct table_move *here = &move->tables[t];
        const struct store_table *table = find_table(there, count, here->table.name);

        if (here->not_because.length > 0)
            continue;
        if (table == NULL)
            return fail_schema(move->source, &here->table, NULL, err);
        TRY(check_table(move, &here->table, table, err));
    }
    for (size_t t = 0; t < count; t++)
        if (move_stays(there[t].name).length == 0 && !is_moved(move, there[t].name))
            return fail_schema(move->target, &there[t], NULL, err);
    return BERM_OK;
}

/* In the order of the source's tables. */
enum berm_status move_add_columns(struct move *move, struct berm_error *err)
{
    struct store_table *here = NULL, *there = NULL;
    size_t here_count, there_count;

    TRY(store_list_tables(move->source, move->arena, &here, &here_count, err));
    TRY(store_list_tables(move->target, move->arena, &there, &there_count, err));
    for (size_t t = 0; t < here_count; t++) {
        const struct store_table *table = find_table(there, there_count, here[t].name);

        for (size_t c = 0; store_is_data_table(here[t].name) && c < here[t].column_count; c++)
            if (find_column(table, here[t].columns[c].name) == NULL)
                TRY(store_add_column(move->target, here[t].name, &here[t].columns[c], err));
    }
    return BERM_OK;
}

/* ---- The state ------------------------------------------------------------------------------- */

enum berm_status move_state_read(struct move *move, struct store *store, char out[DIGEST_TEXT_MAX],
                                 struct text *ret_register_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *ends = NULL;
    CLEANUP(digest_freep) struct digest *digest = NULL;
    int version;

    TRY(store_version(store, &version, err));
    TRY(digest_begin("berm move 1", &digest, err));
    canonical_int64(digest, version);
    for (size_t t = 0; t < move->table_count; t++) {
        int64_t count = 0;

        if (move->tables[t].not_because.length > 0)
            continue;
        TRY(count_rows(store, &move->tables[t].table, &count, err));
        canonical_text(digest, move->tables[t].table.name);
        canonical_int64(digest, count);
    }
    TRY(statement_prepare(store, STATEMENT_MOVE_STATE, &ends, err));
    TRY(statement_step_to_row(ends, err));
    TRY(text_copy(move->arena, statement_text(ends, 0), ret_register_id, err));
    canonical_text(digest, *ret_register_id);
    canonical_int64(digest, statement_int64(ends, 1));
    canonical_text(digest, statement_text(ends, 2));
    for (int column = 3; column < 6; column++)
        canonical_int64(digest, statement_int64(ends, column));
    digest_finish(digest, out);
    return BERM_OK;
}
