/*
 * Scans: the rows of a range of households, decoded from the bytes of a binary COPY as they arrive.
 *
 * While Berm decodes one row the server works on the next ones, there is no round trip for a page
 * and no result to allocate for a row. COPY takes no parameters, so the numbers and dates that are
 * bound are written into the query, and nothing else is: a text that is no date is refused.
 *
 * COPY has the connection to itself. Whoever wants the connection before the last row was read
 * (the next scan of a merge, mostly) has the rest put aside first, in memory and up to a limit;
 * the scan goes on from there and notices nothing.
 *
 * The planner may not sort: all scans can be read in the order of the first table's key, and that
 * is what is wanted whether or not the database has statistics yet. Without this it prefers to read
 * whole tables, for each range anew.
 */
#include "store/postgres/stream.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEPT_BYTES_MAX = 64 << 20,
};

/* ---- The query ------------------------------------------------------------------------------- */

static bool is_date(const char *bytes, int length)
{
    for (int i = 0; i < length; i++)
        if (bytes[i] != '-' && (bytes[i] < '0' || bytes[i] > '9'))
            return false;
    return length > 0;
}

/* A bound value as SQL; the cast keeps a number of any size a BIGINT. */
static bool append_value(struct buffer *sql, const struct postgres_statement *statement,
                         int parameter)
{
    const char *bytes = statement->values[parameter - 1];
    int length = statement->lengths[parameter - 1];

    if (bytes == NULL) {
        buffer_append_text(sql, TEXT("NULL"));
        return true;
    }
    if (statement->parameters[parameter - 1].type == OID_INT8) {
        buffer_append_format(sql, "'%lld'::bigint",
                             (long long)postgres_bound_number(statement, parameter));
        return true;
    }
    buffer_append_format(sql, "'%.*s'", length, bytes);
    return is_date(bytes, length);
}

/* A built query has "$" before parameters only: names are letters, digits and '_'. */
static enum berm_status write_query(const struct postgres_statement *statement, struct buffer *sql,
                                    struct berm_error *err)
{
    buffer_append_text(sql, TEXT(STREAM_PLANNING "; COPY ("));
    for (const char *at = statement->sql; *at != 0; at++) {
        if (*at != '$') {
            buffer_append_char(sql, *at);
        } else {
            char *end = NULL;
            int parameter = (int)strtol(at + 1, &end, 10);

            assert(parameter >= 1 && parameter <= statement->parameter_count);
            if (!append_value(sql, statement, parameter))
                return fail_with(err, BERM_INTERNAL,
                                 "parameter %d of a scan is neither a number nor a date: %.80s",
                                 parameter, statement->sql);
            at = end - 1;
        }
    }
    buffer_append_text(sql, TEXT(") TO STDOUT (FORMAT binary); SET LOCAL enable_sort TO DEFAULT"));
    buffer_append_char(sql, 0);
    return buffer_status(sql, err);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static int32_t read_int32(const char *bytes)
{
    uint32_t stored;

    memcpy(&stored, bytes, sizeof stored);
    return (int32_t)be32toh(stored);
}

static int16_t read_int16(const char *bytes)
{
    uint16_t stored;

    memcpy(&stored, bytes, sizeof stored);
    return (int16_t)be16toh(stored);
}

/* Find the values of the row at bytes; where it ends, or NULL where it is no row of this scan. */
static const char *find_values(struct postgres_statement *statement, const char *bytes,
                               const char *end)
{
    struct stream *stream = &statement->stream;

    if (end - bytes < 2 || read_int16(bytes) != statement->column_count)
        return NULL;
    bytes += 2;
    for (int c = 0; c < statement->column_count; c++) {
        int32_t length;

        if (end - bytes < 4)
            return NULL;
        length = read_int32(bytes);
        bytes += 4;
        if (length > end - bytes)
            return NULL;
        stream->values[c].bytes = length < 0 ? NULL : bytes;
        stream->values[c].length = length < 0 ? 0 : (size_t)length;
        bytes += length < 0 ? 0 : length;
    }
    return bytes;
}

static void release_message(struct stream *stream)
{
    PQfreemem(stream->message);
    stream->message = NULL;
}

/* The connection is the next one's; what the server still says about this query is read first. */
static enum berm_status end_query(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;

    connection->streaming = NULL;
    return postgres_take_results(connection, err);
}

/* The next message: the file's header goes before the first row, and an end mark behind the last.
 */
static enum berm_status receive(struct postgres_statement *statement, struct text *ret_row,
                                struct berm_error *err)
{
    struct stream *stream = &statement->stream;
    int length;

    release_message(stream);
    length = PQgetCopyData(statement->connection->server, &stream->message, 0);
    if (length < 0) {
        *ret_row = (struct text){0};
        return end_query(statement, err);
    }
    *ret_row = (struct text){stream->message, (size_t)length};
    if (!stream->has_header) {
        stream->has_header = true;
        assert(length >= COPY_HEADER_BYTES);
        *ret_row = text_from(*ret_row, COPY_HEADER_BYTES);
    }
    if (ret_row->length == 2 && read_int16(ret_row->bytes) == -1)
        return receive(statement, ret_row, err); /* nothing follows but the end */
    return BERM_OK;
}

/* ---- The face -------------------------------------------------------------------------------- */

/* From the first to the last household of a scan, as it is bound now. */
static uint64_t distance(const struct postgres_statement *statement)
{
    return (uint64_t)postgres_bound_number(statement, 2) -
           (uint64_t)postgres_bound_number(statement, 1);
}

bool postgres_is_narrow_scan(const struct postgres_statement *statement)
{
    return statement->is_scan && distance(statement) < STREAM_IDS_MIN;
}

bool postgres_wants_stream(const struct postgres_statement *statement)
{
    return statement->is_scan && distance(statement) >= STREAM_IDS_MIN &&
           distance(statement) <= STREAM_IDS_MAX;
}

enum berm_status postgres_stream_start(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;
    struct stream *stream = &statement->stream;
    CLEANUP(buffer_free) struct buffer sql = {0};
    PGresult *result = NULL;

    if (stream->values == NULL)
        stream->values = calloc((size_t)statement->column_count, sizeof *stream->values);
    if (stream->values == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a statement");
    TRY(write_query(statement, &sql, err));
    TRY(postgres_catch_up(connection, err));
    if (PQsendQuery(connection->server, sql.bytes) != 1)
        return fail_from_postgres(connection, NULL, err);
    result = PQgetResult(connection->server);
    if (PQresultStatus(result) == PGRES_COMMAND_OK) { /* of SET */
        PQclear(result);
        result = PQgetResult(connection->server);
    }
    if (PQresultStatus(result) != PGRES_COPY_OUT) {
        enum berm_status status = fail_from_postgres(connection, result, err);

        PQclear(result);
        (void)end_query(statement, NULL);
        return status;
    }
    PQclear(result);
    connection->streaming = statement;
    stream->is_open = true;
    stream->has_header = false;
    stream->transaction = connection->transaction;
    stream->failure.status = BERM_OK;
    return BERM_OK;
}

/* From what was put aside; what the server said after the last row is told at its place. */
static enum berm_status take_kept(struct postgres_statement *statement, struct text *ret_row,
                                  struct berm_error *err)
{
    struct stream *stream = &statement->stream;

    if (stream->transaction != statement->connection->transaction)
        return fail_with(err, BERM_INTERNAL,
                         "the transaction in which this scan was begun is over: %.80s",
                         statement->sql);
    if (stream->kept_at == stream->kept.length) {
        if (stream->failure.status != BERM_OK && err != NULL)
            *err = stream->failure;
        *ret_row = (struct text){0};
        return stream->failure.status;
    }
    *ret_row = text_from(buffer_text(&stream->kept), stream->kept_at);
    return BERM_OK;
}

enum berm_status postgres_stream_next(struct postgres_statement *statement, bool *ret_has_row,
                                      struct berm_error *err)
{
    struct stream *stream = &statement->stream;
    bool is_live = statement->connection->streaming == statement;
    struct text row = {0};
    const char *end = NULL;
    enum berm_status status =
        is_live ? receive(statement, &row, err) : take_kept(statement, &row, err);

    if (status == BERM_OK && row.bytes != NULL) {
        end = find_values(statement, row.bytes, row.bytes + row.length);
        if (end == NULL)
            status = fail_with(err, BERM_CORRUPT, "the server sent a row that is none: %.80s",
                               statement->sql);
        else if (!is_live)
            stream->kept_at += (size_t)(end - row.bytes);
    }
    if (status != BERM_OK || row.bytes == NULL)
        postgres_stream_close(statement);
    else
        *ret_has_row = true;
    if (status == BERM_OK && row.bytes == NULL)
        *ret_has_row = false;
    return status;
}

/* A COPY cannot be stopped without undoing the transaction, so the rest is read and let go. */
void postgres_stream_close(struct postgres_statement *statement)
{
    struct stream *stream = &statement->stream;
    struct text row = {"", 0};

    if (statement->connection->streaming == statement)
        while (receive(statement, &row, NULL) == BERM_OK && row.bytes != NULL)
            continue;
    release_message(stream);
    buffer_free(&stream->kept);
    stream->kept_at = 0;
    stream->is_open = false;
}

void postgres_stream_free(struct postgres_statement *statement)
{
    postgres_stream_close(statement);
    free(statement->stream.values);
}

/* Its present row stays as it is, since the message that holds it is let go only by the next. */
static void put_aside(struct postgres_statement *statement)
{
    struct stream *stream = &statement->stream;
    char *present = stream->message;
    struct text row = {"", 0};
    enum berm_status status = BERM_OK;

    stream->message = NULL;
    stream->kept.cap_bytes = KEPT_BYTES_MAX;
    while (status == BERM_OK && row.bytes != NULL) {
        status = receive(statement, &row, &stream->failure);
        if (status == BERM_OK && row.bytes != NULL && buffer_status(&stream->kept, NULL) == BERM_OK)
            buffer_append_text(&stream->kept, row);
    }
    release_message(stream);
    stream->message = present;
    if (status == BERM_OK && buffer_status(&stream->kept, &stream->failure) != BERM_OK) {
        stream->kept_at = stream->kept.length;
        (void)fail_with(&stream->failure, BERM_LIMIT,
                        "a scan has more than %d MiB of rows left while the connection is wanted "
                        "for another statement; scan fewer households at a time",
                        KEPT_BYTES_MAX >> 20);
    }
}

void postgres_settle(struct connection *connection)
{
    queue_await(connection);
    if (connection->streaming != NULL)
        put_aside(connection->streaming);
}
