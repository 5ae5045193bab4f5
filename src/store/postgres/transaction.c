/*
 * Transactions.
 *
 * Writers. All of them lock the table berm_schema before anything else. One that is alone
 * (TRANSACTION_WRITE) locks it against all other writers, as SQLite's has the file's write lock: an
 * import, a month's run, a publication, a command. What it reads nobody changes meanwhile, so READ
 * COMMITTED is enough, and nothing can be in its way. Those that share (the batches of servers)
 * lock it against the ones that are alone and not against each other, and are SERIALIZABLE: what
 * each decides on what it read holds, or PostgreSQL undoes one of them (code 40001).
 *
 * It is a table's lock and no advisory one, because LOCK TABLE takes no snapshot. A function that
 * took the lock would: the transaction would wait for a writer and then not see what that one
 * wrote, nor would PostgreSQL notice, which watches SERIALIZABLE transactions only. The advisory
 * lock in front of it is for an empty database, which has no tables yet: of two programs that make
 * the first one, or bring it up to date, the second waits.
 *
 * Losses. A transaction that the server undid, or whose connection broke, stays open here until the
 * caller rolls it back, and all that is done in it fails: a caller that overlooked a failure must
 * not go on behind it outside of any transaction. Nor may a mark be undone then, which would revive
 * what is lost.
 *
 * Waiting. A transaction begins on a connection that may have broken long ago. A server that
 * restarts is waited for, up to the time that a writer waits for another.
 */
#include "store/postgres/queue.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SERVER_WAIT_MS_MAX = 5000, SERVER_PAUSE_MS = 100, SQL_BYTES_MAX = 160 };

static const char LOCK_ALL_WRITERS[] = "DO $$BEGIN IF to_regclass('berm_schema') IS NOT NULL THEN"
                                       " LOCK TABLE berm_schema IN EXCLUSIVE MODE; END IF; END$$";

bool postgres_is_in_transaction(void *handle)
{
    const struct connection *connection = handle;

    return connection->is_in_transaction;
}

enum transaction_loss postgres_loss(void *handle)
{
    const struct connection *connection = handle;

    return connection->loss;
}

void postgres_note_loss(struct connection *connection, enum transaction_loss loss)
{
    if (connection->is_in_transaction && connection->loss == LOSS_NONE)
        connection->loss = loss;
}

static void end_transaction(struct connection *connection)
{
    connection->is_in_transaction = false;
    connection->has_failed = false;
    connection->role = postgres_session_role(connection);
    connection->transaction++;
}

void postgres_rollback(void *handle)
{
    queue_forget(handle);
    postgres_send_rollback(handle);
    end_transaction(handle);
}

/* ---- Beginning ------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_ms(long milliseconds)
{
    const struct timespec pause = {.tv_nsec = milliseconds * 1000000L};

    nanosleep(&pause, NULL);
}

/* Until when the server is waited for. */
static int64_t patience_end(const struct connection *connection)
{
    int wait_ms = connection->busy_timeout_ms;

    return now_ms() + (wait_ms < SERVER_WAIT_MS_MAX ? wait_ms : SERVER_WAIT_MS_MAX);
}

static enum berm_status reconnect(struct connection *connection, int64_t until_ms,
                                  struct berm_error *err)
{
    enum berm_status status = BERM_OK;

    while (!postgres_is_alive(connection)) {
        postgres_forget_sent(connection);
        PQfinish(connection->server);
        queue_forget(connection);
        connection->server = NULL;
        connection->session++;
        connection->transaction++;
        status = postgres_connect(connection, err);
        if (status != BERM_UNAVAILABLE || now_ms() >= until_ms)
            return status;
        pause_ms(SERVER_PAUSE_MS);
    }
    return BERM_OK;
}

enum berm_status postgres_reconnect(struct connection *connection, struct berm_error *err)
{
    return reconnect(connection, patience_end(connection), err);
}

static enum berm_status send(struct connection *connection, enum session_command command,
                             struct berm_error *err)
{
    return postgres_command(connection, command, NULL, 0, NULL, err);
}

static enum berm_status send_begin(struct connection *connection, enum transaction_kind kind,
                                   struct berm_error *err)
{
    switch (kind) {
    case TRANSACTION_READ:
        return send(connection, COMMAND_BEGIN_READ, err);
    case TRANSACTION_SHARED:
        TRY(send(connection, COMMAND_BEGIN_SHARED, err));
        if (connection->is_fenced)
            TRY(send(connection, COMMAND_LEAVE_ROLE, err)); /* see fence.c */
        return send(connection, COMMAND_LOCK_SHARED, err);
    case TRANSACTION_WRITE:
        TRY(postgres_send_ahead(connection, "BEGIN ISOLATION LEVEL READ COMMITTED", err));
        if (connection->is_fenced)
            TRY(send(connection, COMMAND_LEAVE_ROLE, err));
        TRY(postgres_send_ahead(connection, "SELECT pg_advisory_xact_lock(" LOCK_OF_WRITERS ")",
                                err));
        return postgres_send_ahead(connection, LOCK_ALL_WRITERS, err);
    }
    return fail_with(err, BERM_INTERNAL, "no such transaction");
}

static enum berm_status begin_once(struct connection *connection, enum transaction_kind kind,
                                   struct berm_error *err)
{
    enum berm_status status;

    connection->is_in_transaction = true;
    connection->has_failed = false;
    connection->sender.sent_count = 0;
    status = send_begin(connection, kind, err);
    if (status == BERM_OK && kind != TRANSACTION_READ) { /* a reader's goes with its first read */
        connection->role = ROLE_OWNER;
        status = postgres_catch_up(connection, err);
    }
    if (status != BERM_OK)
        postgres_rollback(connection);
    connection->loss = LOSS_NONE; /* what was not begun cannot be lost */
    return status;
}

enum berm_status postgres_begin(void *handle, enum transaction_kind kind, struct berm_error *err)
{
    struct connection *connection = handle;
    int64_t until_ms = patience_end(connection);
    enum berm_status status = BERM_OK;

    connection->loss = LOSS_NONE;
    for (;;) {
        TRY(reconnect(connection, until_ms, err));
        status = begin_once(connection, kind, err);
        if (status != BERM_UNAVAILABLE || now_ms() >= until_ms)
            return status;
    }
}

/* ---- Reading together ------------------------------------------------------------------------ */

/* The first one's snapshot under its name, which others can take while it is open. */
static enum berm_status begin_exported(struct connection *connection, PGresult **ret_name,
                                       struct berm_error *err)
{
    TRY(postgres_begin(connection, TRANSACTION_READ, err));
    TRY(postgres_send(connection, "SELECT pg_export_snapshot()", ret_name, err));
    return postgres_catch_up(connection, err);
}

static enum berm_status begin_imported(struct connection *connection, const char *name,
                                       struct berm_error *err)
{
    char sql[SQL_BYTES_MAX];

    TRY(postgres_begin(connection, TRANSACTION_READ, err));
    snprintf(sql, sizeof sql, "SET TRANSACTION SNAPSHOT '%s'", name);
    TRY(postgres_send_ahead(connection, sql, err));
    return postgres_catch_up(connection, err);
}

enum berm_status postgres_begin_together(void *const *connections, size_t count,
                                         struct berm_error *err)
{
    CLEANUP(clear_resultp) PGresult *name = NULL;
    enum berm_status status = begin_exported(connections[0], &name, err);

    if (status != BERM_OK)
        postgres_withdraw(connections[0], &name);
    for (size_t c = 1; status == BERM_OK && c < count; c++)
        status = begin_imported(connections[c], PQgetvalue(name, 0, 0), err);
    for (size_t c = 0; status != BERM_OK && c < count; c++)
        if (postgres_is_in_transaction(connections[c]))
            postgres_rollback(connections[c]);
    return status;
}

/* ---- Ending ---------------------------------------------------------------------------------- */

static enum berm_status fail_undone(const struct connection *connection, struct berm_error *err)
{
    switch (connection->loss) {
    case LOSS_CONFLICT:
        return fail_with(err, BERM_BUSY,
                         "another program changed the same rows of %s at the same moment; nothing "
                         "of this step was kept, try again",
                         connection->url);
    case LOSS_CONNECTION:
    case LOSS_UNKNOWN:
        return fail_with(err, BERM_UNAVAILABLE,
                         "the connection to %s was lost; nothing of this step was kept, try again",
                         connection->url);
    default:
        return fail_with(err, BERM_INTERNAL,
                         "an earlier failure undid the transaction; nothing of it was kept");
    }
}

/* The server may have done it before it went away. Nobody may be told that it is done, nor do it
 * again as if it were not. */
static enum berm_status fail_unknown(struct connection *connection, struct berm_error *err)
{
    connection->loss = LOSS_UNKNOWN;
    return fail_with(err, BERM_UNAVAILABLE,
                     "the connection to %s was lost while this step was being kept: it is in the "
                     "register as a whole or not at all; look before it is done again",
                     connection->url);
}

/* COMMIT of a transaction in which something failed is answered by "ROLLBACK", and is no error. */
enum berm_status postgres_commit(void *handle, struct berm_error *err)
{
    struct connection *connection = handle;
    CLEANUP(clear_resultp) PGresult *answer = NULL;
    enum berm_status status =
        connection->loss == LOSS_NONE ? queue_flush(connection, err) : fail_undone(connection, err);

    if (status == BERM_OK)
        status = bulk_restore(connection, err);
    if (status != BERM_OK) { /* it is known that nothing was kept: no COMMIT was sent */
        postgres_rollback(connection);
        return status;
    }
    status = postgres_command(connection, COMMAND_COMMIT, NULL, 0, &answer, err);
    if (status == BERM_OK)
        status = postgres_catch_up(connection, err);
    if (status != BERM_OK) {
        postgres_withdraw(connection, &answer);
        if (connection->loss == LOSS_CONNECTION)
            status = fail_unknown(connection, err);
        postgres_rollback(connection);
        return status;
    }
    end_transaction(connection);
    return strcmp(PQcmdStatus(answer), "COMMIT") == 0 ? BERM_OK : fail_undone(connection, err);
}

/* ---- Marks ----------------------------------------------------------------------------------- */

/* Whoever keeps a mark was told of no failure behind it; so there must be none that is not known
 * yet, and a mark in a transaction that has failed cannot be kept. */
static enum berm_status keep_mark(struct connection *connection, struct berm_error *err)
{
    TRY(queue_settle(connection, err));
    if (postgres_awaits_answers(connection))
        TRY(postgres_catch_up(connection, err));
    if (connection->has_failed)
        return fail_undone(connection, err);
    return send(connection, COMMAND_KEEP_MARK, err);
}

/* Cursors that were opened after the mark go with it. */
static enum berm_status undo_mark(struct connection *connection, struct berm_error *err)
{
    queue_forget(connection);
    (void)postgres_catch_up(connection, NULL); /* what failed there is what is undone here */
    if (connection->loss != LOSS_NONE)         /* or more than that */
        return fail_undone(connection, err);
    connection->transaction++;
    TRY(postgres_run(connection, "ROLLBACK TO SAVEPOINT mark; RELEASE SAVEPOINT mark", NULL, err));
    connection->has_failed = false;
    connection->role = ROLE_OWNER; /* as at the mark: who writes is not fenced */
    return BERM_OK;
}

enum berm_status postgres_mark(void *handle, enum mark_action action, struct berm_error *err)
{
    struct connection *connection = handle;

    if (connection->loss != LOSS_NONE)
        return fail_undone(connection, err);
    switch (action) {
    case MARK_SET:
        TRY(queue_settle(connection, err));
        TRY(bulk_before_mark(connection, err));
        return send(connection, COMMAND_MARK, err);
    case MARK_KEEP:
        return keep_mark(connection, err);
    case MARK_UNDO:
        return undo_mark(connection, err);
    }
    return fail_with(err, BERM_INTERNAL, "no such mark");
}
