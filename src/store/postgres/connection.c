/*
 * The PostgreSQL driver: one connection for each store, one register in the first schema of a
 * database's search path. The table berm_schema says that it is one, and of which version.
 *
 * A connection that broke is made again when the next transaction begins; statements then prepare
 * themselves again, since they remember the session that they were prepared in.
 */
#include "store/postgres/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_BYTES_MAX = 768, URL_PREFIX_BYTES = sizeof "postgresql:" - 1 };

enum berm_status postgres_run(struct connection *connection, const char *sql, int64_t *ret_number,
                              struct berm_error *err)
{
    CLEANUP(clear_resultp) PGresult *result = NULL;
    ExecStatusType status;

    TRY(postgres_catch_up(connection, err));
    result = PQexec(connection->server, sql);
    status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        return fail_from_postgres(connection, result, err);
    if (ret_number != NULL) {
        *ret_number = 0;
        if (PQntuples(result) > 0 && PQnfields(result) > 0 && !PQgetisnull(result, 0, 0))
            *ret_number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    }
    return BERM_OK;
}

enum berm_status postgres_take_results(struct connection *connection, struct berm_error *err)
{
    enum berm_status status = BERM_OK;

    for (;;) {
        CLEANUP(clear_resultp) PGresult *result = PQgetResult(connection->server);

        if (result == NULL)
            return status;
        if (PQresultStatus(result) != PGRES_COMMAND_OK && status == BERM_OK)
            status = fail_from_postgres(connection, result, err);
    }
}

static enum berm_status run(struct connection *connection, const char *sql, struct berm_error *err)
{
    return postgres_run(connection, sql, NULL, err);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static void close_connection(void *handle)
{
    struct connection *connection = handle;

    if (connection == NULL)
        return;
    postgres_close_spare(connection);
    queue_await(connection);
    postgres_forget_sent(connection);
    PQfinish(connection->server);
    queue_free(&connection->queue);
    bulk_free(&connection->bulk);
    free(connection->url);
    free(connection);
}

static void close_connectionp(struct connection **connection)
{
    close_connection(*connection);
}

static void free_optionsp(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

/* Everybody on the machine sees the words of a command, and its url is printed in messages. */
static enum berm_status check_url(const char *url, struct berm_error *err)
{
    CLEANUP(free_optionsp) PQconninfoOption *options = NULL;
    char *words = NULL;

    options = PQconninfoParse(url, &words);
    if (options == NULL) {
        /* libpq's words would repeat a password, and its place tells enough */
        PQfreemem(words);
        return fail_with(err, BERM_INVALID_INPUT,
                         "the address of the database is not as libpq wants it; write "
                         "postgresql://USER@HOST:PORT/DATABASE");
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++)
        if (option->val != NULL && (strcmp(option->keyword, "password") == 0 ||
                                    strcmp(option->keyword, "sslpassword") == 0))
            return fail_with(err, BERM_INVALID_INPUT,
                             "the address of the database holds a password, which others could "
                             "read; take it out and put it into a file with mode 0600 that "
                             "PGPASSFILE or the address's passfile names");
    return BERM_OK;
}

static void ignore_notice(void *nothing, const char *message)
{
    (void)nothing;
    (void)message;
}

/* Limits that an administrator sets for people's statements are not for a month's run, as they are
 * not for pg_dump. Plans of a register's statements are short: compiling them at run time only
 * costs, and so does planning them again for each value, since none has another plan for another
 * value. */
static enum berm_status configure(struct connection *connection, struct berm_error *err)
{
    char sql[SETTINGS_BYTES_MAX];
    const char *encoding = PQparameterStatus(connection->server, "server_encoding");

    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the database at %s has the encoding %s; a register needs one made with "
                         "ENCODING 'UTF8'",
                         connection->url, encoding == NULL ? "?" : encoding);
    if (PQserverVersion(connection->server) < 150000)
        return fail_with(err, BERM_VERSION,
                         "the server of %s is PostgreSQL %d; berm needs 15 or newer",
                         connection->url, PQserverVersion(connection->server) / 10000);
    snprintf(sql, sizeof sql,
             "SET lock_timeout = %d; SET jit = off; SET plan_cache_mode = force_generic_plan;"
             " SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
             " SET idle_session_timeout = 0; SET TimeZone = 'UTC';"
             " SET standard_conforming_strings = on;"
             /* a session whose machine is gone ends, and with it what it holds, in half a minute */
             " SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5;"
             " SET tcp_keepalives_count = 3; SET default_transaction_read_only = %s%s",
             connection->busy_timeout_ms > 0 ? connection->busy_timeout_ms : 1,
             connection->mode == STORE_READ_ONLY || connection->mode == STORE_AS_IT_IS ? "on"
                                                                                       : "off",
             connection->is_fenced ? "; SET ROLE berm_fenced" : "");
    TRY(run(connection, sql, err));
    connection->role = postgres_session_role(connection);
    return postgres_prepare_commands(connection, err);
}

/* libpq gives no code for a connection that did not come about, only words in the server's
 * language; but it tells whether the server takes connections at all. */
static enum berm_status fail_to_connect(const struct connection *connection, PGPing ping,
                                        struct berm_error *err)
{
    const char *words = PQerrorMessage(connection->server);
    int length = (int)strcspn(words, "\n");

    if (ping == PQPING_REJECT || ping == PQPING_NO_RESPONSE)
        return fail_with(err, BERM_UNAVAILABLE,
                         "the server of %s does not take connections (%.*s); it may be starting or "
                         "stopping: try again in a moment, or check that it runs",
                         connection->url, length, words);
    return fail_with(err, BERM_IO,
                     "%s cannot be opened (%.*s); check that the database is there, that "
                     "PGPASSFILE holds its password, and that the server has a connection to spare "
                     "(max_connections; fewer --workers or --threads need fewer)",
                     connection->url, length, words);
}

enum berm_status postgres_connect(struct connection *connection, struct berm_error *err)
{
    /* The url comes after what it may change, and before what it may not. */
    const char *const keywords[] = {"connect_timeout", "fallback_application_name", "dbname",
                                    "client_encoding", NULL};
    const char *const values[] = {"10", "berm", connection->url, "UTF8", NULL};

    enum berm_status status = BERM_OK;
    PGPing ping = PQPING_OK;

    /* A server that takes connections just now may have refused the first one while it started. */
    for (int tries = 0; tries < 2 && ping == PQPING_OK; tries++) {
        PQfinish(connection->server);
        connection->server = PQconnectdbParams(keywords, values, 1);
        if (connection->server == NULL)
            return fail_with(err, BERM_NO_MEMORY, "there is no memory left to open %s",
                             connection->url);
        if (PQstatus(connection->server) == CONNECTION_OK)
            break;
        ping = PQpingParams(keywords, values, 1);
    }
    if (PQstatus(connection->server) != CONNECTION_OK)
        return fail_to_connect(connection, ping, err);
    PQsetNoticeProcessor(connection->server, ignore_notice, NULL);
    status = configure(connection, err);
    if (status != BERM_OK) { /* without its settings it must not be used */
        PQfinish(connection->server);
        connection->server = NULL;
    }
    return status;
}

static enum berm_status open_connection(const char *location, enum store_mode mode,
                                        int busy_timeout_ms, void **ret_connection,
                                        struct berm_error *err)
{
    CLEANUP(close_connectionp) struct connection *connection = calloc(1, sizeof *connection);
    size_t size = URL_PREFIX_BYTES + strlen(location) + 1;

    if (connection == NULL || (connection->url = malloc(size)) == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left to open the store");
    snprintf(connection->url, size, "postgresql:%s", location);
    connection->mode = mode;
    connection->busy_timeout_ms = busy_timeout_ms;
    TRY(check_url(connection->url, err));
    TRY(postgres_connect(connection, err));
    *ret_connection = connection;
    connection = NULL;
    return BERM_OK;
}

static void limit_cache(void *handle, int cache_kib)
{
    (void)handle; /* the server's memory is the server's */
    (void)cache_kib;
}

/* ---- The schema ------------------------------------------------------------------------------ */

/* To a user who does not own the tables, as after a dump was restored by somebody else, the fence
 * would show a register without households, in which nothing seems to be wrong. */
static enum berm_status check_sight(struct connection *connection, struct berm_error *err)
{
    int64_t hidden = 0;

    TRY(postgres_run(connection,
                     "SELECT count(*) FROM pg_catalog.pg_class"
                     " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
                     " AND relrowsecurity AND row_security_active(oid)",
                     &hidden, err));
    if (hidden > 0)
        return fail_with(err, BERM_IO,
                         "the tables of %s belong to another user than %s, to whom the database "
                         "shows only part of them; make %s their owner, or restore the dump with "
                         "pg_restore --no-owner --role=%s",
                         connection->url, PQuser(connection->server), PQuser(connection->server),
                         PQuser(connection->server));
    return BERM_OK;
}

static enum berm_status schema_state(void *handle, struct schema_state *ret_state,
                                     struct berm_error *err)
{
    struct connection *connection = handle;
    int64_t has_schema = 0;
    int64_t has_register = 0;
    int64_t has_others = 0;
    int64_t version = 0;

    TRY(postgres_run(connection, "SELECT count(current_schema())", &has_schema, err));
    if (has_schema == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the search path of %s names no schema that is there; make the schema, or "
                         "set another search_path for the user or the database",
                         connection->url);
    TRY(postgres_run(connection,
                     "SELECT count(*) FROM pg_catalog.pg_tables"
                     " WHERE schemaname = current_schema() AND tablename = 'berm_schema'",
                     &has_register, err));
    if (has_register == 0) {
        TRY(postgres_run(connection,
                         "SELECT count(*) FROM pg_catalog.pg_class"
                         " WHERE relnamespace = current_schema()::regnamespace",
                         &has_others, err));
        *ret_state = (struct schema_state){.owner = has_others == 0 ? SCHEMA_NONE : SCHEMA_FOREIGN};
        return BERM_OK;
    }
    TRY(postgres_run(connection, "SELECT version FROM berm_schema", &version, err));
    TRY(check_sight(connection, err));
    *ret_state = (struct schema_state){.owner = SCHEMA_BERM, .version = (int)version};
    return BERM_OK;
}

static enum berm_status set_schema_version(void *handle, int version, struct berm_error *err)
{
    char sql[SETTINGS_BYTES_MAX];

    snprintf(sql, sizeof sql,
             "CREATE TABLE IF NOT EXISTS berm_schema (version BIGINT NOT NULL);"
             " DELETE FROM berm_schema; INSERT INTO berm_schema (version) VALUES (%d)",
             version);
    return run(handle, sql, err);
}

static enum berm_status take_over(void *handle, struct berm_error *err)
{
    (void)handle; /* nothing of a database is set by Berm */
    (void)err;
    return BERM_OK;
}

/* A table with an open cursor cannot be altered, and a statement that was reset may have one. */
static enum berm_status execute(void *handle, const char *sql, struct berm_error *err)
{
    struct connection *connection = handle;

    if (connection->is_in_transaction) {
        connection->transaction++;
        TRY(queue_flush(connection, err));
        TRY(run(connection, "CLOSE ALL", err));
    }
    return run(connection, sql, err);
}

const struct store_driver postgres_driver = {
    .scheme = "postgresql:",
    .dialect = DIALECT_POSTGRES,
    .open = open_connection,
    .close = close_connection,
    .limit_cache = limit_cache,
    .schema_state = schema_state,
    .set_schema_version = set_schema_version,
    .take_over = take_over,
    .execute = execute,
    .begin = postgres_begin,
    .begin_together = postgres_begin_together,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .is_in_transaction = postgres_is_in_transaction,
    .loss = postgres_loss,
    .mark = postgres_mark,
    .close_fence = postgres_close_fence,
    .see = postgres_see,
    .begin_bulk = postgres_begin_bulk,
    .end_bulk = postgres_end_bulk,
    .make_statistics = postgres_make_statistics,
    .copy_to = NULL, /* pg_dump's work */
    .space = postgres_space,
    .files_folder = postgres_files_folder,
    .take_lock = postgres_take_lock,
    .release_lock = postgres_release_lock,
    .holds_lock = postgres_holds_lock,
    .locks_rows = true,
    .listen = postgres_listen,
    .wait = postgres_wait,
    .prepare = postgres_prepare,
    .finalize = postgres_finalize,
    .parameter_count = postgres_parameter_count,
    .column_count = postgres_column_count,
    .bind_int64 = postgres_bind_int64,
    .bind_text = postgres_bind_text,
    .bind_bytes = postgres_bind_bytes,
    .bind_null = postgres_bind_null,
    .start = postgres_start,
    .step = postgres_step,
    .queue = postgres_queue,
    .reset = postgres_reset,
    .clear = postgres_clear,
    .changed_count = postgres_changed_count,
    .is_null = postgres_column_is_null,
    .int64 = postgres_column_int64,
    .text = postgres_column_text,
    .bytes = postgres_column_bytes,
    .field = postgres_column_field,
};
