/*
 * The register as whole tables, for a move to another store. Tables and columns are read out of the
 * schema itself, so that a migration that adds one needs no word here.
 *
 * Rows come table by table, while a row may refer to one of a table, or of its own, that comes
 * later. So the rules that the schema has for rows stand aside until the end, when they are put
 * back over all rows together: it is also the faster way. Their definitions lie in move_rule
 * meanwhile, because the process may die in between.
 */
#include <string.h>

#include "store/builder.h"
#include "store/migration.h"

enum { TABLES_MAX = 256, COLUMNS_MAX = 2048 };

/* ---- The schema ------------------------------------------------------------------------------ */

static enum berm_status read_column(struct statement *list, struct arena *arena,
                                    struct store_column *ret_column, struct berm_error *err)
{
    struct store_column column = {.key_position = statement_int64(list, 2),
                                  .is_computed = statement_int64(list, 3) != 0};

    TRY(text_copy(arena, statement_text(list, 0), &column.name, err));
    TRY(text_copy(arena, statement_text(list, 1), &column.type, err));
    column.is_number = text_equal(column.type, TEXT("INTEGER"));
    column.is_bytes = text_equal(column.type, TEXT("BLOB"));
    *ret_column = column;
    return BERM_OK;
}

static enum berm_status read_columns(struct statement *list, struct arena *arena,
                                     struct store_table *table, struct berm_error *err)
{
    struct store_column columns[COLUMNS_MAX];
    struct store_column *kept = NULL;
    size_t count = 0;
    bool has_row;

    statement_bind_text(list, MOVE_COLUMN_LIST__TABLE_NAME, table->name);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        if (count == COLUMNS_MAX)
            return fail_with(err, BERM_LIMIT, "table %.*s has more than %d columns",
                             TEXT_ARG(table->name), (int)COLUMNS_MAX);
        TRY(read_column(list, arena, &columns[count++], err));
        TRY(statement_step(list, &has_row, err));
    }
    statement_reset(list);
    TRY(arena_new(arena, count, sizeof *kept, &kept, err));
    for (size_t c = 0; c < count; c++)
        kept[c] = columns[c];
    table->columns = kept;
    table->column_count = count;
    return BERM_OK;
}

static enum berm_status read_names(struct store *store, struct arena *arena,
                                   struct store_table *tables, size_t *ret_count,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    size_t count = 0;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_MOVE_TABLE_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        if (count == TABLES_MAX)
            return fail_with(err, BERM_LIMIT, "the schema has more than %d tables",
                             (int)TABLES_MAX);
        TRY(text_copy(arena, statement_text(list, 0), &tables[count++].name, err));
        TRY(statement_step(list, &has_row, err));
    }
    *ret_count = count;
    return BERM_OK;
}

enum berm_status store_list_tables(struct store *store, struct arena *arena,
                                   struct store_table **ret_tables, size_t *ret_count,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct store_table *tables = NULL;
    size_t count;

    TRY(arena_new(arena, TABLES_MAX, sizeof *tables, &tables, err));
    TRY(read_names(store, arena, tables, &count, err));
    TRY(statement_prepare(store, STATEMENT_MOVE_COLUMN_LIST, &list, err));
    for (size_t t = 0; t < count; t++)
        TRY(read_columns(list, arena, &tables[t], err));
    *ret_tables = tables;
    *ret_count = count;
    return BERM_OK;
}

bool store_is_data_table(struct text table)
{
    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        if (text_equal(table, text_of(data_table((enum entity)entity))))
            return true;
    return false;
}

static bool is_dictionary_name(struct text name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.bytes[i];

        if (!(c >= 'a' && c <= 'z') && !(i > 0 && ((c >= '0' && c <= '9') || c == '_')))
            return false;
    }
    return name.length > 0;
}

static enum berm_status run_sql(struct store *store, struct buffer *sql, struct berm_error *err)
{
    buffer_append_char(sql, 0);
    TRY(buffer_status(sql, err));
    statement_cache_clear(store);
    return store->driver->execute(store->connection, sql->bytes, err);
}

enum berm_status store_add_column(struct store *store, struct text table,
                                  const struct store_column *column, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer sql = {0};

    assert(store_is_data_table(table) && store_is_in_transaction(store));
    if (!is_dictionary_name(column->name))
        return fail_with(err, BERM_INVALID_INPUT,
                         "%.*s has a column '%.*s', which no dictionary can have named",
                         TEXT_ARG(table), TEXT_ARG(column->name));
    build_add_column(&sql, table, column->name, column->is_number, store->driver->dialect);
    return run_sql(store, &sql, err);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

typedef void build_function(struct buffer *sql, const struct store_table *table);

static enum berm_status prepare_built(struct store *store, build_function *build,
                                      const struct store_table *table, const char *name,
                                      struct statement **ret_statement, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer sql = {0};

    build(&sql, table);
    TRY(buffer_status(&sql, err));
    return statement_prepare_text(store, buffer_text(&sql), name, ret_statement, err);
}

enum berm_status store_prepare_table_scan(struct store *store, const struct store_table *table,
                                          struct statement **ret_statement, struct berm_error *err)
{
    return prepare_built(store, build_table_scan, table, "table_scan", ret_statement, err);
}

enum berm_status store_prepare_table_insert(struct store *store, const struct store_table *table,
                                            struct statement **ret_statement,
                                            struct berm_error *err)
{
    return prepare_built(store, build_table_insert, table, "table_insert", ret_statement, err);
}

enum berm_status store_prepare_table_count(struct store *store, const struct store_table *table,
                                           struct statement **ret_statement, struct berm_error *err)
{
    return prepare_built(store, build_table_count, table, "table_count", ret_statement, err);
}

/* ---- An unfinished register ------------------------------------------------------------------ */

/* Asked again inside the transaction: a register is never emptied. */
static enum berm_status check_unfinished(struct store *store, struct berm_error *err)
{
    struct schema_state state = {0};

    TRY(store->driver->schema_state(store->connection, &state, err));
    if (state.owner != SCHEMA_BERM || state.version < UNFINISHED)
        return fail_with(err, BERM_CONFLICT, "there is a register at %s already", store->url.bytes);
    return BERM_OK;
}

/* Each statement ends with a 0. */
static enum berm_status run_all(struct store *store, const struct buffer *statements,
                                struct berm_error *err)
{
    statement_cache_clear(store);
    for (size_t at = 0; at < statements->length; at += strlen(statements->bytes + at) + 1)
        TRY(store->driver->execute(store->connection, statements->bytes + at, err));
    return BERM_OK;
}

static enum berm_status put_rules_aside(struct store *store, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer aside = {0};
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *insert = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_MOVE_RULE_ASIDE, &list, err));
    TRY(statement_prepare(store, STATEMENT_MOVE_RULE_INSERT, &insert, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        buffer_append_text(&aside, statement_text(list, 0));
        buffer_append_char(&aside, 0);
        statement_bind_text(insert, MOVE_RULE_INSERT__DEFINITION, statement_text(list, 1));
        TRY(statement_run(insert, err));
        TRY(statement_step(list, &has_row, err));
    }
    TRY(buffer_status(&aside, err));
    statement_closep(&list);
    statement_closep(&insert);
    return run_all(store, &aside, err);
}

static enum berm_status put_rules_back(struct store *store, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer back = {0};
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *clear = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_MOVE_RULE_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        buffer_append_text(&back, statement_text(list, 0));
        buffer_append_char(&back, 0);
        TRY(statement_step(list, &has_row, err));
    }
    TRY(buffer_status(&back, err));
    TRY(statement_prepare(store, STATEMENT_MOVE_RULE_CLEAR, &clear, err));
    TRY(statement_run(clear, err));
    statement_closep(&list);
    statement_closep(&clear);
    return run_all(store, &back, err);
}

enum berm_status store_make_room(struct store *store, const struct store_table *tables,
                                 size_t count, struct berm_error *err)
{
    assert(store_is_in_transaction(store));
    TRY(check_unfinished(store, err));
    TRY(put_rules_aside(store, err));
    for (size_t t = 0; t < count; t++) {
        CLEANUP(buffer_free) struct buffer sql = {0};

        build_table_delete(&sql, &tables[t]);
        TRY(run_sql(store, &sql, err));
    }
    return BERM_OK;
}

enum berm_status store_finish(struct store *store, struct berm_error *err)
{
    assert(store->is_unfinished && store_is_in_transaction(store));
    TRY(check_unfinished(store, err));
    TRY(put_rules_back(store, err));
    store->is_unfinished = false;
    return schema_set_version(store, migration_count, err);
}
