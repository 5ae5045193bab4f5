/*
 * Rows that wait, so that many go in with one command and one round trip.
 *
 * A run of a statement that writes and gives no rows may wait (statement_queue). A plain INSERT of
 * its parameters is noted as a row of COPY's binary form and goes in by COPY, which costs the
 * server a fifth of what a run costs; of any other statement the values are noted in the same form,
 * and its runs are sent one behind the other, in one round trip.
 *
 * Order. What waits is written by table, one that others refer to before them: so foreign keys
 * hold, in whatever order the rows of several tables came. Within one table all is written in the
 * order of the calls, because a table has only one statement waiting at a time. Whatever else runs
 * sees what waited: a query that names a table with waiting rows writes all first, and what writes
 * at once does so always, since references and triggers read tables that no SQL names.
 */
#include "store/postgres/queue.h"
#include "store/postgres/statement.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* The server takes a millisecond for each COPY, whatever its rows: the more the better, as long
     * as it does not wait for them. So it waits only at the beginning, and for little. */
    QUEUE_BYTES_MAX = 6 << 20,
    WORTH_SENDING_BYTES_FIRST = 1 << 19,
    WORTH_DOUBLES_MAX = 3,
    KEPT_BYTES_MAX = 1 << 18, /* of a statement's memory, while nothing of it waits */
    COPY_ROWS_MIN = 24,       /* a COPY takes a round trip more than runs that are sent together */
};

void queue_free_runs(struct queued_runs *runs)
{
    free(runs->copy);
    buffer_free(&runs->bytes);
}

void queue_free(struct write_queue *queue)
{
    for (int t = 0; t < queue->table_count; t++)
        free(queue->tables[t]);
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* The first run's values as libpq takes them; what follows it. */
static const char *read_run(const struct postgres_statement *statement, const char *at,
                            const char **values, int *lengths)
{
    at += sizeof(uint16_t);
    for (int p = 0; p < statement->parameter_count; p++) {
        uint32_t length;

        memcpy(&length, at, sizeof length);
        at += sizeof length;
        lengths[p] = (int32_t)be32toh(length);
        values[p] = lengths[p] < 0 ? NULL : at;
        if (lengths[p] > 0)
            at += lengths[p];
    }
    return at;
}

/* Their answers come with the next round trip: whoever makes it is told of a failure. */
static enum berm_status send_runs(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;
    const char *values[QUEUE_PARAMETERS_MAX];
    int lengths[QUEUE_PARAMETERS_MAX];
    const char *at = statement->runs.bytes.bytes;

    for (int r = 0; r < statement->runs.count; r++) {
        at = read_run(statement, at, values, lengths);
        TRY(postgres_open_pipeline(connection, err));
        if (PQsendQueryPrepared(connection->server, postgres_name(statement),
                                statement->parameter_count, values, lengths, statement->formats,
                                1) != 1)
            return fail_from_postgres(connection, NULL, err);
        postgres_note_sent(connection, NULL);
    }
    return BERM_OK;
}

static enum berm_status copy_rows(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;
    CLEANUP(clear_resultp) PGresult *failure = NULL;

    TRY(postgres_catch_up(connection, err));
    if (!sender_copy(connection->server, statement->runs.copy, buffer_text(&statement->runs.bytes),
                     &failure))
        return fail_from_postgres(connection, failure, err);
    return BERM_OK;
}

static void forget_runs(struct connection *connection)
{
    struct write_queue *queue = &connection->queue;

    for (struct postgres_statement *statement = queue->first, *next; statement != NULL;
         statement = next) {
        next = statement->runs.next;
        statement->runs.next = NULL;
        statement->runs.count = 0;
        if (statement->runs.bytes.capacity > KEPT_BYTES_MAX)
            buffer_free(&statement->runs.bytes);
        else
            buffer_clear(&statement->runs.bytes);
    }
    queue->first = NULL;
    queue->waiting = 0;
    queue->byte_count = 0;
}

void queue_forget(struct connection *connection)
{
    queue_await(connection);
    forget_runs(connection);
    connection->queue.failure.status = BERM_OK;
}

static bool goes_by_copy(const struct postgres_statement *statement)
{
    return statement->runs.copy != NULL && statement->runs.count >= COPY_ROWS_MIN;
}

/* What a first load must do before a statement's runs go. */
static enum berm_status prepare_load(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;

    return statement->runs.copy == NULL
               ? bulk_before_read(connection, queue_mentioned(statement), err)
               : bulk_prepare_table(connection, statement->runs.table,
                                    goes_by_copy(statement) ? statement->runs.count : 0, err);
}

static enum berm_status write_all(struct connection *connection, struct berm_error *err)
{
    for (struct postgres_statement *statement = connection->queue.first; statement != NULL;
         statement = statement->runs.next) {
        TRY(prepare_load(statement, err));
        TRY(goes_by_copy(statement) ? copy_rows(statement, err) : send_runs(statement, err));
    }
    return BERM_OK;
}

void queue_await(struct connection *connection)
{
    struct sender *sender = &connection->sender;

    if (sender_wait(sender))
        return;
    (void)fail_from_postgres(connection, sender->failure, &connection->queue.failure);
    sender_forget(sender);
}

enum berm_status queue_tell_failure(const struct connection *connection, struct berm_error *err)
{
    const struct berm_error *failure = &connection->queue.failure;

    if (failure->status != BERM_OK && err != NULL)
        *err = *failure;
    return failure->status;
}

enum berm_status queue_flush(struct connection *connection, struct berm_error *err)
{
    enum berm_status status;

    queue_await(connection);
    status = queue_tell_failure(connection, err);
    if (status == BERM_OK && connection->queue.first != NULL)
        status = write_all(connection, err);
    queue_forget(connection); /* a failure undid the transaction */
    return status;
}

/* A full queue: where all of it goes by COPY the caller need not wait for it. */
static enum berm_status send_away(struct connection *connection, struct berm_error *err)
{
    struct postgres_statement *const first = connection->queue.first;

    for (struct postgres_statement *each = first; each != NULL; each = each->runs.next)
        if (!goes_by_copy(each))
            return queue_settle(connection, err);
    TRY(postgres_catch_up(connection, err));
    for (struct postgres_statement *each = first; each != NULL; each = each->runs.next)
        TRY(prepare_load(each, err));
    for (struct postgres_statement *each = first; each != NULL; each = each->runs.next)
        sender_add(&connection->sender, each->runs.copy, &each->runs.bytes);
    forget_runs(connection);
    sender_start(&connection->sender, connection->server);
    return BERM_OK;
}

enum berm_status queue_settle(struct connection *connection, struct berm_error *err)
{
    queue_await(connection);
    if (connection->queue.first == NULL && connection->queue.failure.status == BERM_OK)
        return BERM_OK;
    TRY(queue_flush(connection, err));
    return postgres_catch_up(connection, err);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static uint64_t bit_of(const struct postgres_statement *statement)
{
    return UINT64_C(1) << (statement->runs.table - 1);
}

static bool is_query(const struct postgres_statement *statement)
{
    return strncmp(statement->sql, "SELECT", 6) == 0;
}

enum berm_status queue_before_run(struct postgres_statement *statement, struct berm_error *err)
{
    struct connection *connection = statement->connection;
    const struct write_queue *queue = &connection->queue;

    if (connection->bulk.is_expected)
        TRY(bulk_before_read(connection, queue_mentioned(statement), err));
    queue_await(connection);
    if (queue->first == NULL && queue->failure.status == BERM_OK)
        return BERM_OK;
    if (is_query(statement) && (queue_mentioned(statement) & queue->waiting) == 0)
        return BERM_OK;
    return queue_flush(connection, err);
}

/* Whether what waits must be written before this statement's next run may wait behind it. */
static bool must_write_first(struct postgres_statement *statement)
{
    const struct write_queue *queue = &statement->connection->queue;
    uint64_t of_others = queue->waiting;

    if (statement->runs.count > 0)
        of_others &= ~bit_of(statement);
    return (queue_mentioned(statement) & of_others) != 0 || queue->failure.status != BERM_OK;
}

/* A statement has something waiting: it gets its place among the others. */
static void take_place(struct postgres_statement *statement)
{
    struct connection *connection = statement->connection;
    struct postgres_statement **link = &connection->queue.first;

    while (*link != NULL && (*link)->runs.place <= statement->runs.place)
        link = &(*link)->runs.next;
    statement->runs.next = *link;
    *link = statement;
    connection->queue.waiting |= bit_of(statement);
}

static enum berm_status add_run(struct postgres_statement *statement, struct berm_error *err)
{
    struct write_queue *queue = &statement->connection->queue;
    struct buffer *bytes = &statement->runs.bytes;
    size_t before = bytes->length;
    uint16_t count = htobe16((uint16_t)statement->parameter_count);

    buffer_append(bytes, &count, sizeof count);
    for (int p = 0; p < statement->parameter_count; p++) {
        bool is_null = statement->values[p] == NULL;
        uint32_t length = htobe32(is_null ? UINT32_MAX : (uint32_t)statement->lengths[p]);

        buffer_append(bytes, &length, sizeof length);
        if (!is_null)
            buffer_append(bytes, statement->values[p], (size_t)statement->lengths[p]);
    }
    TRY(buffer_status(bytes, err));
    queue->byte_count += bytes->length - before;
    if (statement->runs.count++ == 0)
        take_place(statement);
    return BERM_OK;
}

static bool is_to_be_sent(const struct connection *connection)
{
    const struct sender *sender = &connection->sender;
    size_t bytes = connection->queue.byte_count;
    int doubles = sender->sent_count < WORTH_DOUBLES_MAX ? sender->sent_count : WORTH_DOUBLES_MAX;

    return bytes >= QUEUE_BYTES_MAX ||
           (bytes >= (size_t)WORTH_SENDING_BYTES_FIRST << doubles && sender_is_idle(sender));
}

enum berm_status postgres_queue(void *handle, struct berm_error *err)
{
    struct postgres_statement *statement = handle;
    struct connection *connection = statement->connection;
    bool has_row;

    if (!connection->is_in_transaction || statement->runs.table == 0) {
        TRY(postgres_step(connection, statement, &has_row, err));
        assert(!has_row);
        postgres_reset(statement);
        return BERM_OK;
    }
    TRY(postgres_make_ready(statement, err));
    if (must_write_first(statement))
        TRY(queue_settle(connection, err));
    TRY(add_run(statement, err));
    return is_to_be_sent(connection) ? send_away(connection, err) : BERM_OK;
}

void queue_leave(struct postgres_statement *statement)
{
    struct connection *connection = statement->connection;
    struct berm_error failure = {0};

    queue_await(connection); /* it reads this statement's words */
    if (statement->runs.count > 0 && queue_settle(connection, &failure) != BERM_OK)
        connection->queue.failure = failure;
}
