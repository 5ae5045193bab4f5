/*
 * Transactions.
 *
 * Writers. SQLite has one writer at a time, and all that gives out numbers without a gap (ids, the
 * journal) or decides on what it has just read (a run, a publication) relies on it. Here an
 * advisory lock that every writing transaction takes first promises the same, so that READ
 * COMMITTED is enough: what a writer reads, no other writer changes meanwhile. Services that take
 * locks of their own rows may loosen it one by one later. Readers wait for nobody.
 */
#include "store/postgres/connection.h"

#include <stdio.h>

enum { SQL_BYTES_MAX = 160 };

bool postgres_is_in_transaction(void *handle)
{
    const struct connection *connection = handle;

    return connection->is_in_transaction;
}

static void end_transaction(struct connection *connection)
{
    connection->is_in_transaction = false;
    connection->transaction++;
}

void postgres_rollback(void *handle)
{
    struct connection *connection = handle;

    PQclear(PQexec(connection->server, "ROLLBACK"));
    end_transaction(connection);
}

enum berm_status postgres_begin(void *handle, enum transaction_kind kind, struct berm_error *err)
{
    struct connection *connection = handle;
    enum berm_status status;
    char sql[SQL_BYTES_MAX];

    TRY(postgres_reconnect(connection, err));
    if (kind == TRANSACTION_WRITE)
        snprintf(sql, sizeof sql,
                 "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock(%d, %d)",
                 LOCK_CLASS, LOCK_OF_WRITER);
    else /* the first read takes the snapshot */
        snprintf(sql, sizeof sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");
    connection->is_in_transaction = true;
    status = postgres_run(connection, sql, NULL, err);
    if (status != BERM_OK)
        postgres_rollback(connection);
    return status;
}

/* COMMIT of a transaction in which something failed is answered by "ROLLBACK", and is no error. */
enum berm_status postgres_commit(void *handle, struct berm_error *err)
{
    struct connection *connection = handle;
    CLEANUP(clear_resultp) PGresult *result = NULL;

    if (PQtransactionStatus(connection->server) == PQTRANS_INERROR) {
        postgres_rollback(connection);
        return fail_with(err, BERM_INTERNAL,
                         "an earlier failure undid the transaction; nothing of it was kept");
    }
    result = PQexec(connection->server, "COMMIT");
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        enum berm_status status = fail_from_postgres(connection, result, err);

        if (connection->is_in_transaction)
            postgres_rollback(connection);
        return status;
    }
    end_transaction(connection);
    return BERM_OK;
}

/* Cursors that were opened after a mark go with it. */
enum berm_status postgres_mark(void *handle, enum mark_action action, struct berm_error *err)
{
    static const char *const sql[] = {
        [MARK_SET] = "SAVEPOINT mark",
        [MARK_KEEP] = "RELEASE SAVEPOINT mark",
        [MARK_UNDO] = "ROLLBACK TO SAVEPOINT mark; RELEASE SAVEPOINT mark",
    };
    struct connection *connection = handle;

    if (action == MARK_UNDO)
        connection->transaction++;
    return postgres_run(connection, sql[action], NULL, err);
}
