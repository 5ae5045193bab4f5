/*
 * Frames: one transaction of the database around the transactions of callers, who need not know.
 *
 * A batch is a frame for writing, so that one wait for the disk serves many. Each caller's
 * transaction is a mark (a savepoint): where it fails, only what came after its mark is undone.
 * Some failures undo more than that: where the disk is full or broken SQLite may take back the
 * whole transaction, and PostgreSQL does when the connection breaks or when another batch was in
 * the way. The batch is lost then. It accepts no further transaction (a savepoint outside of a
 * transaction would begin one of its own, which nobody commits), and its commit fails, so that no
 * caller is told that something was kept.
 *
 * A snapshot is a frame for reading. A transaction inside it has nothing to do: there is nothing to
 * undo, and the moment that it sees is the frame's.
 */
#include "store/frame.h"

static bool is_lost(const struct store *store)
{
    return !store->driver->is_in_transaction(store->connection) || store_loss(store) != LOSS_NONE;
}

static enum berm_status fail_lost(const struct store *store, struct berm_error *err)
{
    switch (store_loss(store)) {
    case LOSS_CONFLICT:
        return fail_with(err, BERM_BUSY,
                         "another program changed the same things at the same moment; nothing of "
                         "this batch of changes is in the register, send it again");
    case LOSS_CONNECTION:
    case LOSS_UNKNOWN:
        return fail_with(err, BERM_UNAVAILABLE,
                         "the database's server went away before this batch of changes was kept; "
                         "nothing of it is in the register, send it again");
    default:
        return fail_with(err, BERM_IO,
                         "a failure of the database undid this batch of changes before it was "
                         "kept; nothing of it is in the register, send it again");
    }
}

/* ---- Callers' transactions ------------------------------------------------------------------- */

enum berm_status frame_begin(struct store *store, struct berm_error *err)
{
    if (store->frame == FRAME_SNAPSHOT)
        return fail_with(err, BERM_INTERNAL, "what was begun for reading only tries to write");
    if (is_lost(store))
        return fail_lost(store, err);
    TRY(store->driver->mark(store->connection, MARK_SET, err));
    store->is_inner = true;
    return BERM_OK;
}

enum berm_status frame_begin_read(struct store *store, struct berm_error *err)
{
    if (store->frame == FRAME_BATCH) {
        TRY(frame_begin(store, err));
        return store_apply_sight(store, err);
    }
    store->is_inner = true;
    return BERM_OK;
}

enum berm_status frame_commit(struct store *store, struct berm_error *err)
{
    assert(store->is_inner);
    if (store->frame == FRAME_BATCH) {
        if (is_lost(store))
            return fail_lost(store, err);
        /* What a reader could see must not be what the next writer sees. */
        TRY(store->driver->mark(store->connection, store->is_reading ? MARK_UNDO : MARK_KEEP, err));
    }
    store->is_inner = false;
    return BERM_OK;
}

/* Where the mark cannot be undone, the half that it stands before must not be committed. */
static void undo_mark(struct store *store)
{
    if (!is_lost(store) && store->driver->mark(store->connection, MARK_UNDO, NULL) != BERM_OK)
        store->driver->rollback(store->connection);
}

void frame_rollback(struct store *store)
{
    if (!store->is_inner)
        return;
    store->is_inner = false;
    if (store->frame == FRAME_BATCH)
        undo_mark(store);
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static void end_frame(struct store *store)
{
    assert(!store->is_inner);
    store->frame = FRAME_NONE;
    store_rollback(store); /* nothing where it was committed */
}

static enum berm_status batch_begin(struct store *store, enum transaction_kind kind,
                                    struct berm_error *err)
{
    assert(store->frame == FRAME_NONE);
    TRY(store_begin_kind(store, kind, err));
    store->frame = FRAME_BATCH;
    return BERM_OK;
}

enum berm_status store_batch_begin(struct store *store, struct berm_error *err)
{
    return batch_begin(store, TRANSACTION_SHARED, err);
}

enum berm_status store_batch_begin_alone(struct store *store, struct berm_error *err)
{
    return batch_begin(store, TRANSACTION_WRITE, err);
}

enum berm_status store_batch_commit(struct store *store, struct berm_error *err)
{
    enum berm_status status = BERM_OK;

    assert(store->frame == FRAME_BATCH && !store->is_inner);
    status = is_lost(store) ? fail_lost(store, err) : store->driver->commit(store->connection, err);
    end_frame(store);
    return status;
}

void store_batch_rollback(struct store *store)
{
    assert(store->frame != FRAME_SNAPSHOT);
    end_frame(store);
}

void store_batch_rollbackp(struct store **store)
{
    if (*store != NULL)
        store_batch_rollback(*store);
}

/* Marks lie inside each other, and the last one set is meant: a piece's is around its callers'. */
enum berm_status store_piece_begin(struct store *store, struct berm_error *err)
{
    assert(store->frame == FRAME_BATCH && !store->is_inner);
    return is_lost(store) ? fail_lost(store, err)
                          : store->driver->mark(store->connection, MARK_SET, err);
}

enum berm_status store_piece_keep(struct store *store, struct berm_error *err)
{
    assert(store->frame == FRAME_BATCH && !store->is_inner);
    store_unsee(store);
    return is_lost(store) ? fail_lost(store, err)
                          : store->driver->mark(store->connection, MARK_KEEP, err);
}

void store_piece_undo(struct store *store)
{
    assert(store->frame == FRAME_BATCH && !store->is_inner);
    store_unsee(store);
    undo_mark(store);
}

enum berm_status store_snapshot_begin(struct store *store, struct berm_error *err)
{
    assert(store->frame == FRAME_NONE);
    TRY(store_begin_read(store, err));
    store->frame = FRAME_SNAPSHOT;
    return BERM_OK;
}

void store_snapshot_end(struct store *store)
{
    assert(store->frame == FRAME_SNAPSHOT);
    end_frame(store);
}

void store_snapshot_endp(struct store **store)
{
    if (*store != NULL)
        store_snapshot_end(*store);
}
