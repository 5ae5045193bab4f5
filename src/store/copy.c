/*
 * Backup and restore: one whole register to another place, by the driver. A backup is a register
 * like any other, so restoring is the same the other way round, after a look at whether it is one.
 */
#include "store/driver.h"

#include <string.h>

#include "store/migration.h"

int store_version_known(void)
{
    return migration_count;
}

enum berm_status store_version(struct store *store, int *ret_version, struct berm_error *err)
{
    struct schema_state state = {0};

    TRY(store->driver->schema_state(store->connection, &state, err));
    *ret_version = schema_version(state);
    return BERM_OK;
}

enum berm_status store_space(struct store *store, int64_t *ret_used_bytes, int64_t *ret_free_bytes,
                             struct berm_error *err)
{
    return store->driver->space(store->connection, ret_used_bytes, ret_free_bytes, err);
}

/* The first thing that is wrong with the database, as a failure. */
static enum berm_status check_whole(struct store *store, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *check = NULL;

    TRY(statement_prepare(store, STATEMENT_DOCTOR_INTEGRITY, &check, err));
    TRY(statement_step_to_row(check, err));
    if (!text_equal(statement_text(check, 0), TEXT("ok")))
        return fail_with(err, BERM_CORRUPT, "%s is damaged (%.*s); take another copy",
                         store->url.bytes, TEXT_ARG(statement_text(check, 0)));
    return BERM_OK;
}

enum berm_status store_copy_to(struct store *store, struct text url, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    const char *scheme = store->driver->scheme;
    char location[STORE_URL_BYTES_MAX];

    if (store->driver->copy_to == NULL)
        return fail_with(
            err, BERM_UNSUPPORTED,
            "%s is kept by a database server, and nothing was copied; its own tools do "
            "it: pg_dump --format=custom --file=FILE, and pg_restore into a new "
            "database. berm move --to sqlite:FILE brings the register into a file",
            store->url.bytes);
    if (text_starts_with(url, text_of(postgres_driver.scheme)))
        return fail_with(err, BERM_UNSUPPORTED,
                         "%.*s is kept by a database server, and this backup is a file; restore it "
                         "to a file (--store %sPATH), from which berm move brings it there; a copy "
                         "that pg_dump made is for pg_restore",
                         TEXT_ARG(url), scheme);
    if (!text_starts_with(url, text_of(scheme)) || url.length == strlen(scheme) ||
        url.length >= sizeof location)
        return fail_with(err, BERM_INVALID_INPUT,
                         "'%.*s' is no place for a copy; write %sPATH, such as %scounty.berm",
                         TEXT_ARG(url), scheme, scheme);
    url = text_from(url, strlen(scheme));
    memcpy(location, url.bytes, url.length);
    location[url.length] = 0;
    TRY(store_begin_read(store, err));
    transaction = store;
    TRY(check_whole(store, err));
    return store->driver->copy_to(store->connection, location, err);
}
