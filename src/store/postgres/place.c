/*
 * What lies around a register in PostgreSQL: its size, the folder for files that are no rows, and
 * named locks.
 *
 * A lock is an advisory lock of a session of its own. A session may take the same lock twice, so
 * that two holders on one connection would not exclude each other; and a connection that is made
 * again would have lost it without notice. The server gives it up when the holder's connection
 * ends, however it ends.
 */
#include "store/postgres/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_BYTES_MAX = 128 };

enum berm_status postgres_space(void *handle, int64_t *ret_used_bytes, int64_t *ret_free_bytes,
                                struct berm_error *err)
{
    TRY(postgres_run(handle, "SELECT pg_database_size(current_database())", ret_used_bytes, err));
    *ret_free_bytes = -1; /* the server does not tell */
    return BERM_OK;
}

enum berm_status postgres_files_folder(void *handle, struct buffer *out, struct berm_error *err)
{
    const struct connection *connection = handle;
    const char *folder = getenv("BERM_FILES");
    const char *database = PQdb(connection->server);

    if (folder == NULL || folder[0] != '/')
        return fail_with(err, BERM_INVALID_INPUT,
                         "where do the files of the register %s lie? Set BERM_FILES to the full "
                         "path of a folder that all its servers share",
                         database);
    if (database[0] == '.' || strchr(database, '/') != NULL)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the database of %s has no name for a folder; rename it", connection->url);
    buffer_append_format(out, "%s/%s", folder, database);
    return buffer_status(out, err);
}

/* Lock 0 is the writer's. */
static int lock_number(const char *name)
{
    return (int)(text_hash(text_of(name)) % 0x7FFFFFFF) + 1;
}

static void close_holder(struct connection *holder)
{
    if (holder == NULL)
        return;
    PQfinish(holder->server);
    free(holder);
}

void postgres_close_spare(struct connection *connection)
{
    close_holder(connection->spare);
    connection->spare = NULL;
}

/* A session for a lock: whoever stands by asks again and again, and keeps the one it asked with. */
static enum berm_status open_holder(struct connection *connection, struct connection **ret_holder,
                                    struct berm_error *err)
{
    struct connection *holder = connection->spare;
    enum berm_status status;

    connection->spare = NULL;
    if (holder != NULL && PQstatus(holder->server) == CONNECTION_OK) {
        *ret_holder = holder;
        return BERM_OK;
    }
    close_holder(holder);
    holder = calloc(1, sizeof *holder);
    if (holder == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a lock");
    *holder = (struct connection){.url = connection->url, /* borrowed: it outlives the lock */
                                  .mode = connection->mode,
                                  .busy_timeout_ms = connection->busy_timeout_ms};
    status = postgres_connect(holder, err);
    if (status != BERM_OK) {
        close_holder(holder);
        return status;
    }
    *ret_holder = holder;
    return BERM_OK;
}

enum berm_status postgres_take_lock(void *handle, const char *name, void **ret_lock,
                                    struct berm_error *err)
{
    struct connection *connection = handle;
    struct connection *holder = NULL;
    char sql[SQL_BYTES_MAX];
    enum berm_status status;
    int64_t is_taken = 0;

    TRY(open_holder(connection, &holder, err));
    snprintf(sql, sizeof sql, "SELECT pg_try_advisory_lock(" LOCK_CLASS ", %d)::int",
             lock_number(name));
    status = postgres_run(holder, sql, &is_taken, err);
    if (status != BERM_OK) {
        close_holder(holder);
        return status;
    }
    if (is_taken == 0) {
        connection->spare = holder;
        return fail_with(err, BERM_BUSY, "another process holds the lock %s of %s", name,
                         connection->url);
    }
    *ret_lock = holder;
    return BERM_OK;
}

bool postgres_holds_lock(void *lock)
{
    struct berm_error ignored;

    return postgres_run(lock, "SELECT 1", NULL, &ignored) == BERM_OK;
}

void postgres_release_lock(void *lock)
{
    close_holder(lock);
}
