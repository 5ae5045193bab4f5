/*
 * The SQLite driver: one file, write-ahead log, one connection for each thread.
 *
 * A file is recognised by its application id, and nothing is written before that was looked at. A
 * reader too opens for writing where the file allows it and forbids itself to write
 * (query_only), because only such a connection can recover after a process that was killed.
 *
 * Bulk loading leaves the log for a rollback journal where no other process has the register open:
 * a log would write every page twice and keep an index of itself in memory (32 KiB for 16 MiB),
 * while a journal holds only the pages that were there before, which are few in a new register.
 * Both are atomic when the process is killed or the power fails. Foreign keys are not checked
 * meanwhile; the importer has looked every id up already.
 */
#include "store/sqlite/connection.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    APPLICATION_ID = 0x4265726D, /* "Berm" */
    CACHE_KIB = 8 * 1024,
    CACHE_BULK_KIB = 30 * 1024, /* an import stays within 64 MiB */
    PAGE_BYTES = 8 * 1024, /* rows are wide: fewer pages to split and to read than with 4 KiB */
    PRAGMA_BYTES_MAX = 96,
    TOGETHER_ROUNDS_MAX = 1000,
};

static const char BULK_JOURNAL[] = "PRAGMA journal_mode = TRUNCATE";

static enum berm_status run(const struct connection *connection, const char *sql,
                            struct berm_error *err)
{
    int code = sqlite3_exec(connection->database, sql, NULL, NULL, NULL);

    if (code != SQLITE_OK)
        return fail_from_sqlite(connection, sqlite3_extended_errcode(connection->database), err);
    return BERM_OK;
}

static enum berm_status run_with_number(const struct connection *connection, const char *format,
                                        int number, struct berm_error *err)
{
    char sql[PRAGMA_BYTES_MAX];

    sqlite3_snprintf(sizeof sql, sql, format, number);
    return run(connection, sql, err);
}

/* The first value of the first row; 0 where there is none. */
static enum berm_status read_number(const struct connection *connection, const char *sql,
                                    int64_t *ret_number, struct berm_error *err)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = 0;
    int code = sqlite3_prepare_v2(connection->database, sql, -1, &statement, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        enum berm_status status = fail_from_sqlite(connection, code, err);
        sqlite3_finalize(statement);
        return status;
    }
    sqlite3_finalize(statement);
    *ret_number = number;
    return BERM_OK;
}

/* ---- Opening --------------------------------------------------------------------------------- */

static void close_connection(void *handle)
{
    struct connection *connection = handle;

    if (connection == NULL)
        return;
    sqlite3_close_v2(connection->database);
    free(connection->path);
    free(connection);
}

static void close_connectionp(struct connection **connection)
{
    close_connection(*connection);
}

static enum berm_status check_place(const char *path, enum store_mode mode, struct berm_error *err)
{
    if (mode != STORE_CREATE && mode != STORE_UNFINISHED && access(path, F_OK) != 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no register at %s; make one with 'berm init --store sqlite:%s'",
                         path, path);
    return BERM_OK;
}

/* SQLite counts its memory under one lock for the whole process, which parallel scans would share.
 */
static void stop_counting_memory(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum berm_status configure(const struct connection *connection, struct berm_error *err)
{
    TRY(run(connection, "PRAGMA foreign_keys = ON", err));
    TRY(run(connection, "PRAGMA synchronous = FULL", err));
    TRY(run(connection, "PRAGMA temp_store = FILE", err)); /* a long list is sorted on disk */
    TRY(run(connection, "PRAGMA trusted_schema = OFF", err));
    TRY(run_with_number(connection, "PRAGMA cache_size = -%d", connection->cache_kib, err));
    TRY(run_with_number(connection, "PRAGMA page_size = %d", PAGE_BYTES, err)); /* when it is new */
    if (connection->is_read_only)
        TRY(run(connection, "PRAGMA query_only = ON", err));
    return BERM_OK;
}

static enum berm_status open_connection(const char *location, enum store_mode mode,
                                        int busy_timeout_ms, void **ret_connection,
                                        struct berm_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    CLEANUP(close_connectionp) struct connection *connection = calloc(1, sizeof *connection);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    TRY(check_place(location, mode, err));
    if (connection == NULL || (connection->path = strdup(location)) == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left to open %s", location);
    pthread_once(&once, stop_counting_memory);
    connection->cache_kib = CACHE_KIB;
    connection->is_read_only = mode == STORE_READ_ONLY || mode == STORE_AS_IT_IS;
    connection->is_unfinished = mode == STORE_UNFINISHED;
    if (mode == STORE_CREATE || mode == STORE_UNFINISHED)
        flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(location, &connection->database, flags, NULL);
    if (code != SQLITE_OK)
        return fail_from_sqlite(connection, code, err);
    sqlite3_busy_timeout(connection->database, busy_timeout_ms);
    TRY(configure(connection, err));
    *ret_connection = connection;
    connection = NULL;
    return BERM_OK;
}

static enum berm_status schema_state(void *handle, struct schema_state *ret_state,
                                     struct berm_error *err)
{
    int64_t application_id = 0;
    int64_t version = 0;
    int64_t table_count = 0;

    TRY(read_number(handle, "PRAGMA application_id", &application_id, err));
    TRY(read_number(handle, "PRAGMA user_version", &version, err));
    TRY(read_number(handle, "SELECT count(*) FROM sqlite_schema", &table_count, err));
    *ret_state = (struct schema_state){.owner = SCHEMA_FOREIGN, .version = (int)version};
    if (application_id == APPLICATION_ID)
        ret_state->owner = SCHEMA_BERM;
    else if (application_id == 0 && version == 0 && table_count == 0)
        ret_state->owner = SCHEMA_NONE;
    return BERM_OK;
}

static enum berm_status set_schema_version(void *handle, int version, struct berm_error *err)
{
    TRY(run_with_number(handle, "PRAGMA application_id = %d", APPLICATION_ID, err));
    return run_with_number(handle, "PRAGMA user_version = %d", version, err);
}

/* Not being able to switch now is no failure: both journals are safe, and the next one tries again.
 */
static void try_journal(const struct connection *connection, const char *sql)
{
    sqlite3_exec(connection->database, sql, NULL, NULL, NULL);
}

/* An unfinished register is all bulk loading, over many transactions; what opens it afterwards,
 * when it is one, goes back to the log. */
static enum berm_status take_over(void *handle, struct berm_error *err)
{
    struct connection *connection = handle;

    try_journal(connection, connection->is_unfinished ? BULK_JOURNAL : "PRAGMA journal_mode = WAL");
    if (!connection->is_unfinished)
        return BERM_OK;
    TRY(run(connection, "PRAGMA foreign_keys = OFF", err));
    connection->cache_kib = CACHE_BULK_KIB;
    return run_with_number(connection, "PRAGMA cache_size = -%d", connection->cache_kib, err);
}

static enum berm_status execute(void *handle, const char *sql, struct berm_error *err)
{
    return run(handle, sql, err);
}

/* ---- Transactions ---------------------------------------------------------------------------- */

static bool is_in_transaction(void *handle)
{
    struct connection *connection = handle;

    return sqlite3_get_autocommit(connection->database) == 0;
}

static void rollback(void *handle)
{
    struct connection *connection = handle;

    sqlite3_exec(connection->database, "ROLLBACK", NULL, NULL, NULL);
}

static enum berm_status begin(void *handle, enum transaction_kind kind, struct berm_error *err)
{
    int64_t ignored = 0;

    if (kind != TRANSACTION_READ) /* a file has one writer at a time */
        return run(handle, "BEGIN IMMEDIATE", err);
    TRY(run(handle, "BEGIN", err));
    enum berm_status status = read_number(handle, "PRAGMA schema_version", &ignored, err);
    if (status != BERM_OK) /* the first read takes the snapshot */
        rollback(handle);
    return status;
}

static void rollback_all(void *const *connections, size_t count)
{
    for (size_t c = 0; c < count; c++)
        if (is_in_transaction(connections[c]))
            rollback(connections[c]);
}

/*
 * SQLite as Debian builds it cannot hand a snapshot from one connection to another. But it tells
 * whether anybody committed between two looks of one connection: so the last one looks before the
 * first has begun and after it has begun itself, and all begin anew where the two differ.
 */
static enum berm_status begin_together(void *const *connections, size_t count,
                                       struct berm_error *err)
{
    static const char version[] = "PRAGMA data_version";
    void *last = connections[count - 1];
    enum berm_status status = BERM_OK;

    for (int round = 0; round < TOGETHER_ROUNDS_MAX; round++) {
        int64_t before = 0;
        int64_t after = 0;

        status = read_number(last, version, &before, err);
        for (size_t c = 0; status == BERM_OK && c < count; c++)
            status = begin(connections[c], TRANSACTION_READ, err);
        if (status == BERM_OK)
            status = read_number(last, version, &after, err);
        if (status == BERM_OK && before == after)
            return BERM_OK;
        rollback_all(connections, count);
        if (status != BERM_OK)
            return status;
    }
    return fail_with(err, BERM_BUSY,
                     "others write to the register without a pause, so that several readers cannot "
                     "see it at one moment; try again when there are fewer");
}

static enum berm_status commit(void *handle, struct berm_error *err)
{
    return run(handle, "COMMIT", err);
}

/* Some failures, a full disk among them, undo the whole transaction and the mark with it. */
static enum berm_status mark(void *handle, enum mark_action action, struct berm_error *err)
{
    static const char *const sql[] = {
        [MARK_SET] = "SAVEPOINT mark",
        [MARK_KEEP] = "RELEASE mark",
        [MARK_UNDO] = "ROLLBACK TO mark; RELEASE mark",
    };

    return run(handle, sql[action], err);
}

/* A setting of the connection only; it touches no file and cannot fail. */
static void set_cache(const struct connection *connection)
{
    (void)run_with_number(connection, "PRAGMA cache_size = -%d", connection->cache_kib, NULL);
}

static void limit_cache(void *handle, int cache_kib)
{
    struct connection *connection = handle;

    connection->cache_kib = cache_kib;
    if (!connection->is_bulk)
        set_cache(connection);
}

static enum berm_status begin_bulk(void *handle, struct berm_error *err)
{
    struct connection *connection = handle;

    connection->is_bulk = true;
    try_journal(connection, BULK_JOURNAL);
    TRY(run(connection, "PRAGMA foreign_keys = OFF", err));
    return run_with_number(connection, "PRAGMA cache_size = -%d", CACHE_BULK_KIB, err);
}

static void end_bulk(void *handle)
{
    struct connection *connection = handle;

    if (!connection->is_bulk)
        return;
    connection->is_bulk = false;
    try_journal(connection, "PRAGMA journal_mode = WAL");
    sqlite3_exec(connection->database, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    set_cache(connection);
    sqlite3_db_release_memory(connection->database);
}

const struct store_driver sqlite_driver = {
    .scheme = "sqlite:",
    .dialect = DIALECT_SQLITE,
    .open = open_connection,
    .close = close_connection,
    .limit_cache = limit_cache,
    .schema_state = schema_state,
    .set_schema_version = set_schema_version,
    .take_over = take_over,
    .execute = execute,
    .begin = begin,
    .begin_together = begin_together,
    .commit = commit,
    .rollback = rollback,
    .is_in_transaction = is_in_transaction,
    .mark = mark,
    .begin_bulk = begin_bulk,
    .end_bulk = end_bulk,
    .copy_to = sqlite_copy_to,
    .space = sqlite_space,
    .files_folder = sqlite_files_folder,
    .take_lock = sqlite_take_lock,
    .release_lock = sqlite_release_lock,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .parameter_count = sqlite_parameter_count,
    .column_count = sqlite_column_count,
    .bind_int64 = sqlite_bind_int64,
    .bind_text = sqlite_bind_text,
    .bind_bytes = sqlite_bind_bytes,
    .bind_null = sqlite_bind_null,
    .start = NULL, /* there is no wire */
    .step = sqlite_step,
    .reset = sqlite_reset,
    .clear = sqlite_clear,
    .changed_count = sqlite_changed_count,
    .is_null = sqlite_column_is_null,
    .int64 = sqlite_column_int64,
    .text = sqlite_column_text,
    .bytes = sqlite_column_bytes,
    .field = sqlite_column_field,
};
