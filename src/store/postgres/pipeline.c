/*
 * Round trips. A request is some twenty commands, each of them quicker on the server than its way
 * there and back; so commands whose answers nobody needs yet (the begin of a transaction, a mark, a
 * list that will be read after another) wait for the next whose answer is, and go with it in one
 * round trip, in libpq's pipeline mode. libpq's own buffer holds them; here is only noted whose
 * each answer is.
 *
 * A failure. The server skips what follows a command that failed, up to the end of the round trip.
 * Whoever waits is told of the first failure, whether it was of their command or of one ahead of
 * it, since theirs was not run then.
 *
 * The end of a reading transaction is sent at once, because until then it keeps the server from
 * clearing away old rows, but its answer is read with the next round trip: nothing depends on it.
 *
 * Outside of this file and between round trips the connection is not in pipeline mode, so that
 * libpq's other calls may be used on it after postgres_catch_up.
 */
#include "store/postgres/queue.h"

#include <poll.h>

static void note_sent(struct connection *connection, PGresult **place, bool is_sync)
{
    assert(connection->sent_count < SENT_MAX);
    connection->sent[connection->sent_count++] =
        (struct sent_command){.place = place, .is_sync = is_sync};
}

void postgres_note_sent(struct connection *connection, PGresult **place)
{
    note_sent(connection, place, false);
}

static bool is_ended(const struct connection *connection)
{
    return connection->sent_count == 0 || connection->sent[connection->sent_count - 1].is_sync;
}

/* The end of a round trip, which sends all that libpq still holds. */
static bool send_end(struct connection *connection)
{
    if (is_ended(connection))
        return true;
    if (PQpipelineSync(connection->server) != 1)
        return false;
    note_sent(connection, NULL, true);
    return true;
}

enum berm_status postgres_open_pipeline(struct connection *connection, struct berm_error *err)
{
    postgres_settle(connection);
    TRY(queue_tell_failure(connection, err));
    /* Room for this command, for the end behind it, and for a rollback with its own. */
    if (connection->sent_count > SENT_MAX - 5)
        TRY(postgres_catch_up(connection, err));
    if (PQenterPipelineMode(connection->server) != 1)
        return fail_from_postgres(connection, NULL, err);
    return BERM_OK;
}

enum berm_status postgres_send(struct connection *connection, const char *sql, PGresult **place,
                               struct berm_error *err)
{
    TRY(postgres_open_pipeline(connection, err));
    if (PQsendQueryParams(connection->server, sql, 0, NULL, NULL, NULL, NULL, 1) != 1)
        return fail_from_postgres(connection, NULL, err);
    note_sent(connection, place, false);
    return BERM_OK;
}

enum berm_status postgres_send_ahead(struct connection *connection, const char *sql,
                                     struct berm_error *err)
{
    return postgres_send(connection, sql, NULL, err);
}

/* It is a round trip of its own: a failure of something ahead of it must not have it skipped. */
void postgres_send_rollback(struct connection *connection)
{
    if (send_end(connection) &&
        postgres_command(connection, COMMAND_ROLLBACK, NULL, 0, NULL, NULL) == BERM_OK)
        (void)send_end(connection);
    connection->over_count = connection->sent_count;
}

bool postgres_awaits_answers(const struct connection *connection)
{
    for (int i = connection->over_count; i < connection->sent_count; i++)
        if (connection->sent[i].place != NULL)
            return true;
    return false;
}

void postgres_withdraw(struct connection *connection, PGresult **place)
{
    for (int i = 0; i < connection->sent_count; i++)
        if (connection->sent[i].place == place)
            connection->sent[i].place = NULL;
}

static bool is_failure(const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_PIPELINE_SYNC:
        return false;
    default:
        return true;
    }
}

/* libpq gives a command's answer, then NULL; of the end of a round trip the answer alone. */
static PGresult *next_answer(PGconn *server, bool is_sync)
{
    PGresult *answer = PQgetResult(server);

    if (!is_sync && answer != NULL)
        PQclear(PQgetResult(server));
    return answer;
}

static void keep_failure(struct connection *connection, PGresult *failure)
{
    PQclear(connection->failure);
    connection->failure = failure;
}

/* Read all answers. Whether a command failed of which somebody still wants to know. */
static bool read_answers(struct connection *connection)
{
    bool has_failed = false;

    for (int i = 0; i < connection->sent_count; i++) {
        PGresult *answer = next_answer(connection->server, connection->sent[i].is_sync);
        PGresult **place = connection->sent[i].place;

        if (i >= connection->over_count && is_failure(answer)) {
            if (!has_failed) {
                keep_failure(connection, answer);
                has_failed = true;
                continue; /* its place stays empty, as do those behind it */
            }
        } else if (place != NULL && !has_failed && !is_failure(answer)) {
            *place = answer;
            continue;
        }
        PQclear(answer);
    }
    connection->sent_count = connection->over_count = 0;
    return has_failed;
}

enum berm_status postgres_catch_up(struct connection *connection, struct berm_error *err)
{
    bool has_failed = false;

    postgres_settle(connection);
    TRY(queue_tell_failure(connection, err));
    if (connection->sent_count == 0 && PQpipelineStatus(connection->server) == PQ_PIPELINE_OFF)
        return BERM_OK;
    has_failed = !send_end(connection);
    has_failed = read_answers(connection) || has_failed;
    if (has_failed)
        (void)PQexitPipelineMode(connection->server);
    else if (PQexitPipelineMode(connection->server) != 1)
        return fail_from_postgres(connection, NULL, err);
    return has_failed ? fail_from_postgres(connection, connection->failure, err) : BERM_OK;
}

/* A server that was stopped has closed its end; what it still sent may lie before that. */
bool postgres_is_alive(struct connection *connection)
{
    struct pollfd socket = {.fd = PQsocket(connection->server), .events = POLLIN};

    postgres_settle(connection);
    while (PQstatus(connection->server) == CONNECTION_OK && poll(&socket, 1, 0) > 0)
        if (PQconsumeInput(connection->server) != 1)
            break;
    return PQstatus(connection->server) == CONNECTION_OK;
}

/* The connection ends: no answer will come any more. */
void postgres_forget_sent(struct connection *connection)
{
    connection->sent_count = connection->over_count = 0;
    keep_failure(connection, NULL);
}
