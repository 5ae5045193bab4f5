/*
 * The first load. A foreign key looks its row up for every row that comes, which takes longer than
 * to write the row: so where a table is empty and nobody else is connected, its foreign keys are
 * dropped before its first rows and made again before the commit, when one query checks all rows at
 * once. So are those that refer to it, which stand on its key. All of it is part of the
 * transaction: a failure leaves the tables as they were.
 *
 * To drop one locks both tables against everybody, hence only for whoever is alone. A user
 * who does not own both tables loads with the foreign keys in place, and with the keys that these
 * stand on.
 *
 * Indexes. To sort all rows at the end takes less than to find each row's place, but the import
 * looks codes and memberships up while it writes. So what decides is what happens: a table that
 * gets many rows at once, or has got its first rows and no statement has named it since, loses its
 * indexes before the next COPY, and has them again before the first statement that names it, or
 * before the commit. A small load never gets that far.
 */
#include "store/postgres/queue.h"

#include <stdio.h>

enum {
    SQL_BYTES_MAX = 1280,
    LARGE_ROWS = 1 << 19, /* in all tables of a load */
    MANY_ROWS = 1024,     /* to add as many to an index takes longer than to make it again */
};

enum berm_status postgres_begin_bulk(void *handle, struct berm_error *err)
{
    struct connection *connection = handle;

    (void)err;
    connection->bulk.is_expected = true;
    connection->bulk.prepared = connection->bulk.unread = 0;
    connection->bulk.copied_rows = 0;
    return BERM_OK;
}

/* Tables that were empty until now, or have grown much since the server looked at them: without
 * statistics the planner takes them for small until the server's own cleaning comes by, which may
 * be a minute and in the middle of a run. It comes all the same, because only some columns are
 * looked at here: those of indexes and references, on which a plan depends, in a tenth of the usual
 * sample. That they could not be made hurts nobody. */
void postgres_make_statistics(void *handle)
{
    (void)postgres_run(
        handle,
        "DO $$ DECLARE filled text; BEGIN"
        " PERFORM set_config('default_statistics_target', '10', true);"
        " FOR filled IN SELECT quote_ident(t.relname) || coalesce((SELECT"
        "   ' (' || string_agg(quote_ident(c.attname), ', ') || ')' FROM pg_catalog.pg_attribute"
        "   AS c WHERE c.attrelid = t.oid AND c.attnum > 0 AND (EXISTS ("
        "    SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid = t.oid"
        "    AND c.attnum = ANY (i.indkey)) OR EXISTS ("
        "    SELECT FROM pg_catalog.pg_constraint AS f WHERE f.conrelid = t.oid"
        "    AND f.contype = 'f' AND c.attnum = ANY (f.conkey)))), '')"
        "  FROM pg_catalog.pg_class AS t"
        "  WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind = 'r'"
        "  AND pg_relation_size(t.oid) > 0 AND (pg_relation_size(t.oid)"
        "   > 1.1 * t.relpages * current_setting('block_size')::bigint OR NOT EXISTS ("
        "   SELECT FROM pg_catalog.pg_stats"
        "   WHERE schemaname = current_schema() AND tablename = t.relname)) LOOP"
        "  EXECUTE 'ANALYZE ' || filled;"
        " END LOOP; END $$",
        NULL, NULL);
}

void bulk_free(struct bulk *bulk)
{
    buffer_free(&bulk->restore);
    for (int t = 0; t < QUEUE_TABLES_MAX; t++)
        buffer_free(&bulk->indexes[t]);
    bulk->unindexed = 0;
}

void postgres_end_bulk(void *handle)
{
    struct connection *connection = handle;

    connection->bulk.is_expected = false;
    bulk_free(&connection->bulk);
    if (connection->mode != STORE_READ_ONLY && !connection->is_in_transaction)
        postgres_make_statistics(connection);
}

/* Other users' sessions are counted too, though what they are is hidden from most users. */
static enum berm_status look_around(struct connection *connection, struct berm_error *err)
{
    int64_t others;

    TRY(postgres_run(connection,
                     "SELECT count(*) FROM pg_catalog.pg_stat_activity"
                     " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                     " AND coalesce(backend_type, 'client backend') = 'client backend'",
                     &others, err));
    connection->bulk.is_alone = others == 0;
    return BERM_OK;
}

static enum berm_status is_empty(struct connection *connection, const char *table, bool *ret_is,
                                 struct berm_error *err)
{
    char sql[SQL_BYTES_MAX];
    int64_t rows;

    snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT 1 FROM %s LIMIT 1) AS first", table);
    TRY(postgres_run(connection, sql, &rows, err));
    *ret_is = rows == 0;
    return BERM_OK;
}

/* Drop what a query of the catalogue finds: rows of what drops one thing, and of what makes it
 * again, so that all comes back as it was. */
static enum berm_status drop_found(struct connection *connection, const char *query,
                                   struct buffer *restore, struct berm_error *err)
{
    CLEANUP(clear_resultp) PGresult *found = PQexec(connection->server, query);
    CLEANUP(buffer_free) struct buffer drop = {0};

    if (PQresultStatus(found) != PGRES_TUPLES_OK)
        return fail_from_postgres(connection, found, err);
    for (int row = 0; row < PQntuples(found); row++) {
        buffer_append_text(&drop, text_of(PQgetvalue(found, row, 0)));
        buffer_append_text(restore, text_of(PQgetvalue(found, row, 1)));
    }
    buffer_append_char(&drop, 0);
    TRY(buffer_status(&drop, err));
    TRY(buffer_status(restore, err));
    return PQntuples(found) > 0 ? postgres_run(connection, drop.bytes, NULL, err) : BERM_OK;
}

static enum berm_status drop_references(struct connection *connection, const char *table,
                                        struct berm_error *err)
{
    char sql[SQL_BYTES_MAX];

    /* A cursor that was left open would be in the way. */
    connection->transaction++;
    TRY(postgres_run(connection, "CLOSE ALL", NULL, err));
    snprintf(
        sql, sizeof sql,
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I;', c.conrelid::regclass, c.conname),"
        " format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s;', c.conrelid::regclass, c.conname,"
        " pg_get_constraintdef(c.oid))"
        " FROM pg_catalog.pg_constraint AS c"
        " JOIN pg_catalog.pg_class AS own ON own.oid = c.conrelid"
        " JOIN pg_catalog.pg_class AS other ON other.oid = c.confrelid"
        " WHERE c.contype = 'f' AND '%s'::regclass IN (c.conrelid, c.confrelid)"
        " AND pg_has_role(own.relowner, 'USAGE') AND pg_has_role(other.relowner, 'USAGE')"
        " ORDER BY c.conname",
        table);
    return drop_found(connection, sql, &connection->bulk.restore, err);
}

/* No cursor is open on the table: they were closed before its first rows, and nothing has read it
 * since. A key stays on which somebody's view depends, which groups by it. */
static enum berm_status drop_indexes(struct connection *connection, int table,
                                     struct berm_error *err)
{
    struct bulk *bulk = &connection->bulk;
    char sql[SQL_BYTES_MAX];

    TRY(look_around(connection, err));
    if (!bulk->is_alone)
        return BERM_OK;
    snprintf(sql, sizeof sql,
             "SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %%s;', i.indexrelid::regclass)"
             " ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I;', i.indrelid::regclass, c.conname)"
             " END, CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid) || ';'"
             " ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s;', i.indrelid::regclass,"
             " c.conname, pg_get_constraintdef(c.oid)) END"
             " FROM pg_catalog.pg_index AS i"
             " JOIN pg_catalog.pg_class AS own ON own.oid = i.indrelid"
             " LEFT JOIN pg_catalog.pg_constraint AS c"
             " ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')"
             " WHERE i.indrelid = '%s'::regclass AND pg_has_role(own.relowner, 'USAGE')"
             " AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS f"
             "  WHERE f.contype = 'f' AND f.conindid = i.indexrelid)"
             " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.deptype = 'n'"
             "  AND d.refclassid = 'pg_constraint'::regclass AND d.refobjid = c.oid)"
             " ORDER BY i.indexrelid",
             connection->queue.tables[table - 1]);
    bulk->unindexed |= UINT64_C(1) << (table - 1);
    return drop_found(connection, sql, &bulk->indexes[table - 1], err);
}

/* The first rows of a table come. */
static enum berm_status meet_table(struct connection *connection, int table, struct berm_error *err)
{
    struct bulk *bulk = &connection->bulk;
    uint64_t bit = UINT64_C(1) << (table - 1);
    bool is_new;

    if (bulk->prepared == 0)
        TRY(look_around(connection, err));
    bulk->prepared |= bit;
    if (!bulk->is_alone)
        return BERM_OK;
    TRY(is_empty(connection, connection->queue.tables[table - 1], &is_new, err));
    if (!is_new)
        return BERM_OK;
    bulk->unread |= bit;
    return drop_references(connection, connection->queue.tables[table - 1], err);
}

enum berm_status bulk_prepare_table(struct connection *connection, int table, int copied_rows,
                                    struct berm_error *err)
{
    struct bulk *bulk = &connection->bulk;
    uint64_t bit = UINT64_C(1) << (table - 1);
    bool was_met = (bulk->prepared & bit) != 0;

    if (!bulk->is_expected)
        return BERM_OK;
    bulk->copied_rows += copied_rows;
    if (!was_met)
        TRY(meet_table(connection, table, err));
    if (copied_rows < (was_met ? 1 : MANY_ROWS) || !bulk->is_alone ||
        (bulk->unread & ~bulk->unindexed & bit) == 0)
        return BERM_OK;
    return drop_indexes(connection, table, err);
}

enum berm_status bulk_before_read(struct connection *connection, uint64_t tables,
                                  struct berm_error *err)
{
    struct bulk *bulk = &connection->bulk;
    uint64_t lost = bulk->unindexed & tables;

    bulk->unread &= ~tables;
    bulk->unindexed &= ~tables;
    for (int t = 0; lost != 0; t++, lost >>= 1) {
        if ((lost & 1) == 0 || bulk->indexes[t].length == 0)
            continue;
        buffer_append_char(&bulk->indexes[t], 0);
        TRY(buffer_status(&bulk->indexes[t], err));
        TRY(postgres_run(connection, bulk->indexes[t].bytes, NULL, err));
        buffer_free(&bulk->indexes[t]);
    }
    return BERM_OK;
}

/* To undo a mark would bring back what was dropped behind it: from here on nothing more is. */
enum berm_status bulk_before_mark(struct connection *connection, struct berm_error *err)
{
    connection->bulk.is_expected = false;
    return bulk_before_read(connection, UINT64_MAX, err);
}

enum berm_status bulk_restore(struct connection *connection, struct berm_error *err)
{
    struct buffer *restore = &connection->bulk.restore;
    CLEANUP(buffer_free) struct buffer sql = {0};

    TRY(bulk_before_read(connection, UINT64_MAX, err)); /* foreign keys may refer to them */
    if (restore->length == 0)
        return BERM_OK;
    /* The check of all rows reads both tables whole, which COPY's setting would forbid. Both lie
     * mostly in the order of their keys: where they are large a merge, whose sort finds nothing to
     * do, takes less than a hash that does not fit the processor's cache. */
    buffer_append_text(&sql, TEXT("SET LOCAL enable_seqscan = on;"));
    if (connection->bulk.copied_rows > LARGE_ROWS)
        buffer_append_text(&sql, TEXT("SET LOCAL enable_hashjoin = off;"));
    buffer_append_text(&sql, buffer_text(restore));
    buffer_append_char(&sql, 0);
    TRY(buffer_status(&sql, err));
    buffer_clear(restore);
    return postgres_run(connection, sql.bytes, NULL, err);
}
