/*
 * Transactions.
 *
 * Writers. SQLite has one writer at a time, and all that gives out numbers without a gap (ids, the
 * journal) or decides on what it has just read (a run, a publication) relies on it. Here an
 * advisory lock that every writing transaction takes first promises the same, so that READ
 * COMMITTED is enough: what a writer reads, no other writer changes meanwhile. Services that take
 * locks of their own rows may loosen it one by one later. Readers wait for nobody.
 */
#include "store/postgres/queue.h"

#include <stdio.h>
#include <string.h>

enum { SQL_BYTES_MAX = 160 };

bool postgres_is_in_transaction(void *handle)
{
    const struct connection *connection = handle;

    return connection->is_in_transaction;
}

static void end_transaction(struct connection *connection)
{
    connection->is_in_transaction = false;
    connection->has_failed = false;
    connection->transaction++;
    connection->queue.generation++;
}

void postgres_rollback(void *handle)
{
    queue_forget(handle);
    postgres_send_off(handle, "ROLLBACK");
    end_transaction(handle);
}

/* A writer waits for its lock here. A reader's begin goes with its first read, which takes the
 * snapshot. */
static enum berm_status send_begin(struct connection *connection, enum transaction_kind kind,
                                   struct berm_error *err)
{
    char sql[SQL_BYTES_MAX];

    if (kind == TRANSACTION_READ)
        return postgres_send_ahead(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                                   err);
    TRY(postgres_send_ahead(connection, "BEGIN ISOLATION LEVEL READ COMMITTED", err));
    if (connection->is_fenced) /* the fence is for reading: fence.c */
        TRY(postgres_send_ahead(connection, "SET LOCAL ROLE NONE", err));
    snprintf(sql, sizeof sql, "SELECT pg_advisory_xact_lock(%d, %d)", LOCK_CLASS, LOCK_OF_WRITER);
    TRY(postgres_send_ahead(connection, sql, err));
    return postgres_catch_up(connection, err);
}

enum berm_status postgres_begin(void *handle, enum transaction_kind kind, struct berm_error *err)
{
    struct connection *connection = handle;
    enum berm_status status;

    TRY(postgres_reconnect(connection, err));
    connection->is_in_transaction = true;
    connection->has_failed = false;
    status = send_begin(connection, kind, err);
    if (status != BERM_OK)
        postgres_rollback(connection);
    return status;
}

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

/* COMMIT of a transaction in which something failed is answered by "ROLLBACK", and is no error. */
enum berm_status postgres_commit(void *handle, struct berm_error *err)
{
    struct connection *connection = handle;
    CLEANUP(clear_resultp) PGresult *answer = NULL;
    enum berm_status status = queue_flush(connection, err);

    if (status == BERM_OK)
        status = bulk_restore(connection, err);
    if (status == BERM_OK)
        status = postgres_send(connection, "COMMIT", &answer, err);
    if (status == BERM_OK)
        status = postgres_catch_up(connection, err);
    if (status != BERM_OK) {
        postgres_withdraw(connection, &answer);
        if (connection->is_in_transaction)
            postgres_rollback(connection);
        return status;
    }
    end_transaction(connection);
    if (strcmp(PQcmdStatus(answer), "COMMIT") != 0)
        return fail_with(err, BERM_INTERNAL,
                         "an earlier failure undid the transaction; nothing of it was kept");
    return BERM_OK;
}

/* Whoever keeps a mark was told of no failure behind it; so there must be none that is not known
 * yet, and a mark in a transaction that has failed cannot be kept. */
static enum berm_status keep_mark(struct connection *connection, struct berm_error *err)
{
    TRY(queue_settle(connection, err));
    if (postgres_awaits_answers(connection))
        TRY(postgres_catch_up(connection, err));
    if (connection->has_failed)
        return fail_with(err, BERM_INTERNAL,
                         "an earlier failure undid the transaction; nothing of it was kept");
    return postgres_send_ahead(connection, "RELEASE SAVEPOINT mark", err);
}

/* Cursors that were opened after the mark go with it. */
static enum berm_status undo_mark(struct connection *connection, struct berm_error *err)
{
    queue_forget(connection);
    (void)postgres_catch_up(connection, NULL); /* what failed there is what is undone here */
    connection->transaction++;
    TRY(postgres_run(connection, "ROLLBACK TO SAVEPOINT mark; RELEASE SAVEPOINT mark", NULL, err));
    connection->has_failed = false;
    return BERM_OK;
}

enum berm_status postgres_mark(void *handle, enum mark_action action, struct berm_error *err)
{
    switch (action) {
    case MARK_SET:
        TRY(queue_settle(handle, err));
        return postgres_send_ahead(handle, "SAVEPOINT mark", err);
    case MARK_KEEP:
        return keep_mark(handle, err);
    case MARK_UNDO:
        return undo_mark(handle, err);
    }
    return fail_with(err, BERM_INTERNAL, "no such mark");
}
