/*
 * Applying migrations. The version is asked for again once the write lock is held, because another
 * process may have opened the same register at the same moment; whoever comes second finds nothing
 * left to do. A migration that fails leaves the register as it was: schema changes are part of the
 * transaction in both databases.
 */
#include "store/migration.h"

static const char *sql_of(const struct store *store, const struct migration *migration)
{
    return store->driver->dialect == DIALECT_SQLITE ? migration->sqlite : migration->postgres;
}

enum berm_status schema_set_version(struct store *store, int version, struct berm_error *err)
{
    return store->driver->set_schema_version(
        store->connection, store->is_unfinished ? version + UNFINISHED : version, err);
}

/* Apply the next missing migration in the open transaction; *ret_is_done where none is missing. */
static enum berm_status apply_next(struct store *store, int version, bool *ret_is_done,
                                   struct berm_error *err)
{
    *ret_is_done = version >= migration_count;
    if (*ret_is_done)
        return BERM_OK;
    enum berm_status status =
        store->driver->execute(store->connection, sql_of(store, &migrations[version]), err);
    if (status != BERM_OK)
        return fail_within(err, status, "bringing the register up to date (%s) failed",
                           migrations[version].name);
    return schema_set_version(store, version + 1, err);
}

/* One transaction. is_first: of a new register, which two programs may want to make at the same
 * place. All its migrations go together, so that what fails in one of them, such as a role that the
 * database's user may not make, leaves an empty place for the next try. An older register takes
 * them one by one, because they may rewrite its rows. */
static enum berm_status apply_step(struct store *store, bool is_first, bool *ret_is_done,
                                   struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct schema_state state = {0};
    int version;

    statement_cache_clear(store);
    TRY(store->driver->begin(store->connection, TRANSACTION_WRITE, err));
    transaction = store;
    TRY(store->driver->schema_state(store->connection, &state, err));
    if (is_first && state.owner != SCHEMA_NONE)
        return fail_with(err, BERM_CONFLICT,
                         "another program made a register at %s at this moment; choose another "
                         "place",
                         store->url.bytes);
    version = schema_version(state);
    do {
        TRY(apply_next(store, version++, ret_is_done, err));
    } while (is_first && !*ret_is_done);
    TRY(store->driver->commit(store->connection, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status migrations_apply(struct store *store, struct berm_error *err)
{
    bool is_first = store->mode == STORE_CREATE;
    bool is_done = false;

    for (; !is_done; is_first = false)
        TRY(apply_step(store, is_first, &is_done, err));
    return BERM_OK;
}
