/*
 * Batches: one transaction of the database around the transactions of many callers, so that one
 * wait for the disk serves them all. Each caller's transaction is a mark (a savepoint): where it
 * fails, only what came after its mark is undone.
 *
 * Some failures undo more than that: where the disk is full or broken SQLite may take back the
 * whole transaction, and PostgreSQL does when the connection breaks. The batch is lost then. It
 * accepts no further transaction (a savepoint outside of a transaction would begin one of its own,
 * which nobody commits), and its commit fails, so that no caller is told that something was kept.
 */
#include "store/batch.h"

static bool is_lost(const struct store *store)
{
    return !store->driver->is_in_transaction(store->connection);
}

static enum berm_status fail_lost(struct berm_error *err)
{
    return fail_with(err, BERM_IO,
                     "a failure of the database undid this batch of changes before it was kept; "
                     "nothing of it is in the register, send it again");
}

enum berm_status batch_begin_inner(struct store *store, struct berm_error *err)
{
    if (is_lost(store))
        return fail_lost(err);
    TRY(store->driver->mark(store->connection, MARK_SET, err));
    store->is_marked = true;
    return BERM_OK;
}

enum berm_status batch_commit_inner(struct store *store, struct berm_error *err)
{
    assert(store->is_marked);
    if (is_lost(store))
        return fail_lost(err);
    TRY(store->driver->mark(store->connection, MARK_KEEP, err));
    store->is_marked = false;
    return BERM_OK;
}

/* Where the mark cannot be undone, the half that it stands before must not be committed. */
void batch_rollback_inner(struct store *store)
{
    if (!store->is_marked)
        return;
    store->is_marked = false;
    if (!is_lost(store) && store->driver->mark(store->connection, MARK_UNDO, NULL) != BERM_OK)
        store->driver->rollback(store->connection);
}

enum berm_status store_batch_begin(struct store *store, struct berm_error *err)
{
    assert(!store->is_batch);
    TRY(store_begin(store, err));
    store->is_batch = true;
    return BERM_OK;
}

enum berm_status store_batch_commit(struct store *store, struct berm_error *err)
{
    enum berm_status status = BERM_OK;

    assert(store->is_batch && !store->is_marked);
    status = is_lost(store) ? fail_lost(err) : store->driver->commit(store->connection, err);
    store_batch_rollback(store); /* nothing is left to undo where it was committed */
    return status;
}

void store_batch_rollback(struct store *store)
{
    assert(!store->is_marked);
    store->is_batch = false;
    store_rollback(store);
}

void store_batch_rollbackp(struct store **store)
{
    if (*store != NULL)
        store_batch_rollback(*store);
}
