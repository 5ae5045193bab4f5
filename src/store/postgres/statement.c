/*
 * Prepared statements over libpq, values in binary both ways.
 *
 * A statement is described when it is prepared, in the same round trip: the types that the server
 * gave its parameters decide how numbers are sent, those of its columns how they are read.
 *
 * Rows. libpq gives either a whole result at once or, row by row, one that keeps the connection to
 * itself; services step through several lists at a time, and stop in the middle. So a query that
 * may be long, which is one that sorts, has no LIMIT or a high one, and is not marked as few rows,
 * runs inside a transaction as a cursor: a page of rows at a time, small at first because most
 * lists are short, and nothing is fetched that nobody reads. A cursor is planned anew each time, so
 * all other statements, which are few rows, run as they were prepared and come at once. Scans over
 * many households have a way of their own (stream.c).
 */
#include "store/postgres/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_ROWS_FIRST = 64,
    PAGE_ROWS_MAX = 4096,
    CURSOR_SQL_BYTES_MAX = 96, /* beside the statement's own */
};

/* ---- Preparing ------------------------------------------------------------------------------- */

/* The answer of a round trip whose last command was sent for this place; on a failure it is empty.
 */
static enum berm_status await(struct connection *connection, PGresult **place,
                              struct berm_error *err)
{
    enum berm_status status = postgres_catch_up(connection, err);

    postgres_withdraw(connection, place);
    if (status == BERM_OK && *place == NULL) /* it went with an earlier round trip, and failed */
        return fail_from_postgres(connection, connection->failure, err);
    return status;
}

static bool is_readable(Oid type)
{
    switch (type) {
    case OID_BOOL:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_TEXT:
    case OID_BYTEA:
    case OID_NAME:
    case OID_VARCHAR:
        return true;
    default:
        return false;
    }
}

static bool allocate(struct postgres_statement *statement, const PGresult *description)
{
    size_t parameters = (size_t)PQnparams(description) + 1; /* never of size 0 */
    size_t columns = (size_t)PQnfields(description) + 1;

    statement->parameters = calloc(parameters, sizeof *statement->parameters);
    statement->types = calloc(parameters, sizeof *statement->types);
    statement->values = calloc(parameters, sizeof *statement->values);
    statement->lengths = calloc(parameters, sizeof *statement->lengths);
    statement->formats = calloc(parameters, sizeof *statement->formats);
    statement->column_types = calloc(columns, sizeof *statement->column_types);
    return statement->parameters != NULL && statement->types != NULL && statement->values != NULL &&
           statement->lengths != NULL && statement->formats != NULL &&
           statement->column_types != NULL;
}

static enum berm_status describe(struct postgres_statement *statement, const PGresult *description,
                                 struct berm_error *err)
{
    if (!allocate(statement, description))
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a statement");
    statement->parameter_count = PQnparams(description);
    statement->column_count = PQnfields(description);
    for (int p = 0; p < statement->parameter_count; p++) {
        statement->types[p] = PQparamtype(description, p);
        statement->parameters[p].type = statement->types[p];
        statement->formats[p] = 1;
    }
    for (int c = 0; c < statement->column_count; c++) {
        statement->column_types[c] = PQftype(description, c);
        if (!is_readable(statement->column_types[c]))
            return fail_with(err, BERM_INTERNAL,
                             "column %d has the type %u, which is not read; cast it to BIGINT or "
                             "TEXT",
                             c, statement->column_types[c]);
    }
    return BERM_OK;
}

/* Names are new each time: a name that a failed transaction left on the server may not come again.
 */
static enum berm_status prepare(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;
    struct prepared_name *prepared = &statement->prepared[connection->role];
    CLEANUP(clear_resultp) PGresult *description = NULL;
    char name[STATEMENT_NAME_BYTES_MAX];

    snprintf(name, sizeof name, "s%u", ++connection->next_name);
    TRY(postgres_open_pipeline(connection, err));
    if (PQsendPrepare(connection->server, name, statement->sql, 0, NULL) != 1)
        return fail_from_postgres(connection, NULL, err);
    postgres_note_sent(connection, NULL);
    if (PQsendDescribePrepared(connection->server, name) != 1)
        return fail_from_postgres(connection, NULL, err);
    postgres_note_sent(connection, &description);
    TRY(await(connection, &description, err));
    memcpy(prepared->name, name, sizeof name);
    prepared->session = connection->session;
    if (statement->parameters == NULL)
        return describe(statement, description, err);
    return BERM_OK;
}

static bool is_prepared(const struct postgres_statement *statement, enum database_role role)
{
    const struct prepared_name *prepared = &statement->prepared[role];

    return prepared->name[0] != 0 && prepared->session == statement->connection->session;
}

const char *postgres_name(const struct postgres_statement *statement)
{
    assert(is_prepared(statement, statement->connection->role));
    return statement->prepared[statement->connection->role].name;
}

/* What follows these words where they are the query's own and not of one inside; NULL: nowhere. */
static const char *after_words(const char *sql, const char *words)
{
    int depth = 0;

    for (const char *at = sql; *at != 0; at++) {
        if (*at == '\'')
            at = strchr(at + 1, '\''); /* a doubled quote is two texts here, which is the same */
        else if (*at == '(')
            depth++;
        else if (*at == ')')
            depth--;
        else if (depth == 0 && strncmp(at, words, strlen(words)) == 0)
            return at + strlen(words);
    }
    return NULL;
}

static void find_limit(struct postgres_statement *statement, enum statement_kind kind)
{
    const char *limit = after_words(statement->sql, " LIMIT ");

    statement->is_list = statement->column_count > 0 && kind != STATEMENT_FEW &&
                         after_words(statement->sql, " ORDER BY ") != NULL &&
                         (limit == NULL || *limit == '$');
    statement->limit = limit != NULL && *limit == '$' ? (int)strtol(limit + 1, NULL, 10) : 0;
}

/* As it is bound now. */
static bool is_long(const struct postgres_statement *statement)
{
    if (!statement->is_list || !statement->connection->is_in_transaction ||
        postgres_is_narrow_scan(statement))
        return false;
    return statement->limit == 0 ||
           postgres_bound_number(statement, statement->limit) > PAGE_ROWS_MAX;
}

static void free_statement(struct postgres_statement *statement)
{
    if (statement == NULL)
        return;
    postgres_stream_free(statement);
    PQclear(statement->rows);
    queue_free_runs(&statement->runs);
    free(statement->sql);
    free(statement->parameters);
    free(statement->types);
    free(statement->values);
    free(statement->lengths);
    free(statement->formats);
    free(statement->column_types);
    free(statement);
}

static void free_statementp(struct postgres_statement **statement)
{
    free_statement(*statement);
}

enum berm_status postgres_prepare(void *handle, struct text sql, enum statement_kind kind,
                                  void **ret_statement, struct berm_error *err)
{
    CLEANUP(free_statementp) struct postgres_statement *statement = calloc(1, sizeof *statement);
    struct connection *connection = handle;

    if (statement == NULL || (statement->sql = malloc(sql.length + 1)) == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a statement");
    memcpy(statement->sql, sql.bytes, sql.length);
    statement->sql[sql.length] = 0;
    statement->connection = connection;
    statement->is_scan = kind == STATEMENT_SCAN;
    if (!connection->is_in_transaction)
        TRY(postgres_reconnect(connection, err));
    TRY(prepare(statement, err));
    find_limit(statement, kind);
    TRY(queue_recognise(statement, err));
    *ret_statement = statement;
    statement = NULL;
    return BERM_OK;
}

static void forget_rows(struct postgres_statement *statement)
{
    if (statement->is_started)
        postgres_withdraw(statement->connection, &statement->rows);
    statement->is_started = false;
    PQclear(statement->rows);
    statement->rows = NULL;
}

/* Where it fails the session's end frees it. */
void postgres_finalize(void *handle)
{
    struct postgres_statement *statement = handle;
    struct connection *connection = statement->connection;
    char sql[CURSOR_SQL_BYTES_MAX];

    postgres_stream_close(statement);
    forget_rows(statement);
    queue_leave(statement);
    for (enum database_role role = 0; role < ROLE_COUNT; role++)
        if (is_prepared(statement, role) && !connection->has_failed) {
            snprintf(sql, sizeof sql, "DEALLOCATE %s", statement->prepared[role].name);
            (void)postgres_send_ahead(connection, sql, NULL);
        }
    free_statement(statement);
}

/* ---- Running --------------------------------------------------------------------------------- */

/* The rows that a round trip brought for this statement. */
static enum berm_status take_rows(struct postgres_statement *statement, struct berm_error *err)
{
    TRY(await(statement->connection, &statement->rows, err));
    statement->row = -1;
    statement->row_count = PQntuples(statement->rows);
    return BERM_OK;
}

static enum berm_status check_misfits(const struct postgres_statement *statement,
                                      struct berm_error *err)
{
    for (int p = 0; p < statement->parameter_count; p++)
        if (statement->parameters[p].is_misfit)
            return fail_with(err, BERM_INTERNAL,
                             "parameter %d is of type %u, which the value does not fit; cast it to "
                             "BIGINT or TEXT in: %.80s",
                             p + 1, statement->parameters[p].type, statement->sql);
    return BERM_OK;
}

static enum berm_status send_run(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;

    TRY(postgres_open_pipeline(connection, err));
    if (PQsendQueryPrepared(connection->server, postgres_name(statement),
                            statement->parameter_count, statement->values, statement->lengths,
                            statement->formats, 1) != 1)
        return fail_from_postgres(connection, NULL, err);
    postgres_note_sent(connection, &statement->rows);
    return BERM_OK;
}

static enum berm_status run_at_once(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;

    if (statement->is_write && connection->is_fenced && !connection->is_in_transaction)
        TRY(postgres_leave_fence(connection, err));
    if (!statement->is_started)
        TRY(send_run(statement, err));
    statement->is_started = false;
    statement->fetch_count = 0;
    TRY(take_rows(statement, err));
    if (statement->column_count == 0)
        connection->changed_count = strtoll(PQcmdTuples(statement->rows), NULL, 10);
    return BERM_OK;
}

static bool has_cursor(const struct postgres_statement *statement)
{
    return statement->cursor != 0 &&
           statement->cursor_transaction == statement->connection->transaction;
}

/* Close the cursor of the last run, open this one's and fetch its first page, in one round trip. */
static enum berm_status open_cursor(struct postgres_statement *statement, const struct buffer *sql,
                                    unsigned number, struct berm_error *err)
{
    struct connection *connection = statement->connection;
    char words[CURSOR_SQL_BYTES_MAX];

    if (has_cursor(statement)) {
        snprintf(words, sizeof words, "CLOSE c%u", statement->cursor);
        TRY(postgres_send_ahead(connection, words, err));
    }
    TRY(postgres_open_pipeline(connection, err));
    if (PQsendQueryParams(connection->server, sql->bytes, statement->parameter_count,
                          statement->types, statement->values, statement->lengths,
                          statement->formats, 0) != 1)
        return fail_from_postgres(connection, NULL, err);
    postgres_note_sent(connection, NULL);
    snprintf(words, sizeof words, "FETCH FORWARD %d FROM c%u", PAGE_ROWS_FIRST, number);
    return postgres_send(connection, words, &statement->rows, err);
}

static enum berm_status run_as_list(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;
    CLEANUP(buffer_free) struct buffer sql = {0};
    unsigned number = ++connection->next_name;

    buffer_append_format(&sql, "DECLARE c%u NO SCROLL CURSOR FOR ", number);
    buffer_append_text(&sql, text_of(statement->sql));
    buffer_append_char(&sql, 0);
    TRY(buffer_status(&sql, err));
    TRY(open_cursor(statement, &sql, number, err));
    TRY(take_rows(statement, err));
    statement->cursor = number;
    statement->cursor_transaction = connection->transaction;
    statement->fetch_count = PAGE_ROWS_FIRST;
    return BERM_OK;
}

enum berm_status postgres_make_ready(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;

    TRY(check_misfits(statement, err));
    if (!connection->is_in_transaction)
        TRY(postgres_reconnect(connection, err));
    return is_prepared(statement, connection->role) ? BERM_OK : prepare(statement, err);
}

static enum berm_status run(struct postgres_statement *statement, struct berm_error *err)
{
    if (statement->is_started)
        return run_at_once(statement, err);
    TRY(postgres_make_ready(statement, err));
    TRY(queue_before_run(statement, err));
    if (postgres_wants_stream(statement))
        return postgres_stream_start(statement, err);
    if (is_long(statement))
        return run_as_list(statement, err);
    return run_at_once(statement, err);
}

/* What takes more than one command, comes behind rows that wait or into a first load, or cannot be
 * sent, is left to the first step, which tells. */
void postgres_start(void *handle)
{
    struct postgres_statement *statement = handle;
    const struct connection *connection = statement->connection;

    if (statement->is_started || statement->rows != NULL || !connection->is_in_transaction ||
        !is_prepared(statement, connection->role) || check_misfits(statement, NULL) != BERM_OK ||
        postgres_wants_stream(statement) || is_long(statement) || connection->queue.first != NULL ||
        connection->bulk.is_expected)
        return;
    statement->is_started = send_run(statement, NULL) == BERM_OK;
}

/* A page that is not full was the last one. */
static bool is_last_page(const struct postgres_statement *statement)
{
    return statement->fetch_count == 0 || statement->row_count < statement->fetch_count;
}

static enum berm_status fetch_page(struct postgres_statement *statement, struct berm_error *err)
{
    char sql[CURSOR_SQL_BYTES_MAX];

    if (!has_cursor(statement))
        return fail_with(err, BERM_INTERNAL,
                         "the transaction in which this list was begun is over: %.80s",
                         statement->sql);
    if (statement->fetch_count < PAGE_ROWS_MAX)
        statement->fetch_count *= 4;
    snprintf(sql, sizeof sql, "FETCH FORWARD %d FROM c%u", statement->fetch_count,
             statement->cursor);
    forget_rows(statement);
    TRY(postgres_send(statement->connection, sql, &statement->rows, err));
    return take_rows(statement, err);
}

enum berm_status postgres_step(void *connection, void *handle, bool *ret_has_row,
                               struct berm_error *err)
{
    struct postgres_statement *statement = handle;

    (void)connection;
    if (statement->is_started || (statement->rows == NULL && !statement->stream.is_open))
        TRY(run(statement, err));
    if (statement->stream.is_open)
        return postgres_stream_next(statement, ret_has_row, err);
    statement->row++;
    if (statement->row == statement->row_count && !is_last_page(statement)) {
        TRY(fetch_page(statement, err));
        statement->row = 0;
    }
    *ret_has_row = statement->row < statement->row_count;
    if (!*ret_has_row)
        forget_rows(statement);
    return BERM_OK;
}

/* An open cursor is closed with the next run, or with the transaction: no round trip for it alone.
 */
void postgres_reset(void *handle)
{
    struct postgres_statement *statement = handle;

    if (statement->stream.is_open)
        postgres_stream_close(statement);
    forget_rows(statement);
}

int64_t postgres_changed_count(void *handle)
{
    const struct connection *connection = handle;

    return connection->changed_count;
}
