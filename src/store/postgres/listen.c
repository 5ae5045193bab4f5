/*
 * Hearing what others announce (pg_notify) about this register. The channel is named for the
 * register's schema by its number: of two registers in one database neither hears the other's, and
 * a number always fits into a channel's name. sql/announce.sql has the other end.
 *
 * What is announced while the connection is away is lost: whoever listens must take it that
 * everything may have changed when it listens again.
 */
#include "store/postgres/connection.h"

#include <poll.h>

static const char LISTEN[] =
    "DO $$BEGIN EXECUTE format('LISTEN %I', 'berm_' || (SELECT oid FROM pg_catalog.pg_namespace"
    " WHERE nspname = current_schema())); END$$";

enum berm_status postgres_listen(void *handle, bool *ret_is_new, struct berm_error *err)
{
    struct connection *connection = handle;

    TRY(postgres_reconnect(connection, err));
    TRY(postgres_run(connection, LISTEN, NULL, err));
    *ret_is_new = connection->listening != connection->session + 1;
    connection->listening = connection->session + 1;
    return BERM_OK;
}

static bool tell_all(struct connection *connection, store_heard *heard, void *context)
{
    PGnotify *notify;
    bool has_any = false;

    while ((notify = PQnotifies(connection->server)) != NULL) {
        heard(context, text_of(notify->extra));
        PQfreemem(notify);
        has_any = true;
    }
    return has_any;
}

enum berm_status postgres_wait(void *handle, int wake_descriptor, int timeout_ms,
                               store_heard *heard, void *context, struct berm_error *err)
{
    struct connection *connection = handle;
    struct pollfd descriptors[] = {
        {.fd = PQsocket(connection->server), .events = POLLIN},
        {.fd = wake_descriptor, .events = POLLIN}, /* a negative one is passed over */
    };

    if (tell_all(connection, heard, context)) /* came with the answer to something else */
        return BERM_OK;
    if (descriptors[0].fd < 0)
        return fail_from_postgres(connection, NULL, err);
    if (poll(descriptors, ARRAY_COUNT(descriptors), timeout_ms) <= 0)
        return BERM_OK;
    if (descriptors[0].revents != 0 && PQconsumeInput(connection->server) != 1)
        return fail_from_postgres(connection, NULL, err);
    (void)tell_all(connection, heard, context);
    return BERM_OK;
}
