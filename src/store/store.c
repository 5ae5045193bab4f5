/*
 * Opening a register and its transactions. Nothing is written before it is certain that the file is
 * a register of a version that this program knows: a wrong path must not damage another program's
 * database.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "store/frame.h"
#include "store/migration.h"

static const struct store_driver *const drivers[] = {&sqlite_driver, &postgres_driver};

/* The environment may shorten the wait for another process: tests would take 10 s otherwise. */
static int busy_timeout_ms(void)
{
    const char *value = getenv("BERM_BUSY_TIMEOUT_MS");
    int64_t timeout_ms = 0;

    if (value != NULL && text_parse_int64(text_of(value), &timeout_ms) && timeout_ms >= 0 &&
        timeout_ms <= 3600000)
        return (int)timeout_ms;
    return STORE_BUSY_TIMEOUT_MS;
}

static const struct store_driver *driver_of(struct text url)
{
    for (size_t i = 0; i < ARRAY_COUNT(drivers); i++)
        if (text_starts_with(url, text_of(drivers[i]->scheme)))
            return drivers[i];
    return NULL;
}

static bool is_new_place(const struct store *store)
{
    return store->mode == STORE_CREATE || store->mode == STORE_UNFINISHED;
}

static enum berm_status check_state(const struct store *store, struct schema_state state,
                                    struct berm_error *err)
{
    const char *place = store->url.bytes;

    if (state.owner == SCHEMA_BERM && state.version >= UNFINISHED &&
        store->mode != STORE_UNFINISHED)
        return fail_with(err, BERM_CONFLICT,
                         "a register is being moved to %s and not all of it is there yet; run the "
                         "same berm move again, which goes on where it stopped",
                         place);
    if (state.owner == SCHEMA_BERM && state.version < UNFINISHED && is_new_place(store))
        return fail_with(err, BERM_CONFLICT,
                         "there is a register at %s already; choose another place or remove it",
                         place);
    if (state.owner == SCHEMA_FOREIGN)
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is a database of another program and no Berm register; it was left as "
                         "it is, give the path of a register",
                         place);
    if (state.owner == SCHEMA_NONE && !is_new_place(store))
        return fail_with(err, BERM_NOT_FOUND,
                         "%s holds no register yet; make one with 'berm init --store %s'", place,
                         place);
    if (schema_version(state) > migration_count)
        return fail_with(err, BERM_VERSION,
                         "the register %s has schema version %d, but this berm (%s) knows only "
                         "version %d; use the newer berm that last wrote to it",
                         place, schema_version(state), berm_version(), migration_count);
    if (state.version < migration_count && store->mode == STORE_READ_ONLY)
        return fail_with(err, BERM_VERSION,
                         "the register %s has the older schema version %d; run berm migrate to "
                         "bring it up to version %d",
                         place, state.version, migration_count);
    return BERM_OK;
}

/* What remains to be done once the connection is there. */
static enum berm_status bring_up(struct store *store, struct berm_error *err)
{
    struct schema_state state = {0};

    TRY(store->driver->schema_state(store->connection, &state, err));
    TRY(check_state(store, state, err));
    if (store->mode == STORE_READ_ONLY || store->mode == STORE_AS_IT_IS)
        return BERM_OK;
    store->is_unfinished = store->mode == STORE_UNFINISHED;
    TRY(store->driver->take_over(store->connection, err));
    if (is_new_place(store) || state.version < migration_count)
        TRY(migrations_apply(store, err));
    if (is_new_place(store))
        store->mode = STORE_READ_WRITE;
    return BERM_OK;
}

/* What follows an unknown scheme may hold a password. */
static enum berm_status fail_url(struct text url, struct berm_error *err)
{
    size_t shown = 0;

    while (shown < url.length && url.bytes[shown] != ':')
        shown++;
    if (memchr(url.bytes, '@', url.length) == NULL)
        shown = url.length;
    return fail_with(err, BERM_INVALID_INPUT,
                     "'%.*s' is no store; write sqlite:PATH, such as sqlite:register.berm, or "
                     "postgresql://USER@HOST/DATABASE",
                     (int)shown, url.bytes);
}

enum berm_status store_open(struct text url, enum store_mode mode, struct store **ret_store,
                            struct berm_error *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    const struct store_driver *driver = driver_of(url);
    char *url_bytes = NULL;

    if (driver == NULL || url.length == strlen(driver->scheme))
        return fail_url(url, err);
    if (memchr(url.bytes, 0, url.length) != NULL)
        return fail_with(err, BERM_INVALID_INPUT, "the store's path holds a NUL byte; remove it");
    store = calloc(1, sizeof *store + url.length + 1);
    if (store == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left to open the store");
    url_bytes = (char *)(store + 1);
    memcpy(url_bytes, url.bytes, url.length);
    store->url = (struct text){url_bytes, url.length};
    store->driver = driver;
    store->mode = mode;
    TRY(driver->open(url_bytes + strlen(driver->scheme), mode, busy_timeout_ms(),
                     &store->connection, err));
    TRY(bring_up(store, err));
    *ret_store = store;
    store = NULL;
    return BERM_OK;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    assert(store->statements.open_count == 0); /* a statement must not outlive its store */
    if (store->connection != NULL) {
        store->frame = FRAME_NONE;
        store_rollback(store);
        statement_cache_clear(store);
        store->driver->close(store->connection);
    }
    free(store->sight);
    free(store);
}

void store_closep(struct store **store)
{
    store_close(*store);
    *store = NULL;
}

struct text store_url(const struct store *store)
{
    return store->url;
}

bool store_is_distant(const struct store *store)
{
    return store->driver->queue != NULL;
}

void store_limit_cache(struct store *store, int cache_kib)
{
    assert(cache_kib > 0);
    store->driver->limit_cache(store->connection, cache_kib);
}

/* ---- Transactions ---------------------------------------------------------------------------- */

bool store_is_in_transaction(const struct store *store)
{
    if (store->frame != FRAME_NONE)
        return store->is_inner;
    return store->driver->is_in_transaction(store->connection);
}

static enum berm_status check_writable(const struct store *store, struct berm_error *err)
{
    if (store->mode == STORE_READ_ONLY || store->mode == STORE_AS_IT_IS)
        return fail_with(err, BERM_CONFLICT,
                         "the register %s was opened for reading only; nothing can be written",
                         store->url.bytes);
    return BERM_OK;
}

enum transaction_loss store_loss(const struct store *store)
{
    return store->driver->loss == NULL ? LOSS_NONE : store->driver->loss(store->connection);
}

bool store_may_run_again(const struct store *store)
{
    enum transaction_loss loss = store_loss(store);

    return loss == LOSS_CONFLICT || loss == LOSS_CONNECTION;
}

enum berm_status store_begin_kind(struct store *store, enum transaction_kind kind,
                                  struct berm_error *err)
{
    assert(!store_is_in_transaction(store));
    TRY(check_writable(store, err));
    store->is_reading = false;
    if (store->frame != FRAME_NONE)
        return frame_begin(store, err);
    return store->driver->begin(store->connection, kind, err);
}

enum berm_status store_begin(struct store *store, struct berm_error *err)
{
    return store_begin_kind(store, TRANSACTION_WRITE, err);
}

enum berm_status store_begin_read(struct store *store, struct berm_error *err)
{
    assert(!store_is_in_transaction(store));
    store->is_reading = true;
    if (store->frame != FRAME_NONE)
        return frame_begin_read(store, err);
    TRY(store->driver->begin(store->connection, TRANSACTION_READ, err));
    return store_apply_sight(store, err);
}

enum berm_status store_begin_read_together(struct store *const *stores, size_t count,
                                           struct berm_error *err)
{
    void *connections[STORES_TOGETHER_MAX];

    assert(count > 0 && count <= STORES_TOGETHER_MAX);
    for (size_t s = 0; s < count; s++) {
        assert(stores[s]->frame == FRAME_NONE && stores[s]->driver == stores[0]->driver);
        assert(!store_is_in_transaction(stores[s]));
        connections[s] = stores[s]->connection;
        stores[s]->is_reading = true;
    }
    TRY(stores[0]->driver->begin_together(connections, count, err));
    for (size_t s = 0; s < count; s++) {
        enum berm_status status = store_apply_sight(stores[s], err);

        for (size_t t = 0; status != BERM_OK && t < count; t++)
            store_rollback(stores[t]);
        TRY(status);
    }
    return BERM_OK;
}

static void end_bulk(struct store *store)
{
    if (store->is_bulk)
        store->driver->end_bulk(store->connection);
    store->is_bulk = false;
}

enum berm_status store_commit(struct store *store, struct berm_error *err)
{
    if (store->frame != FRAME_NONE)
        return frame_commit(store, err);
    assert(store->driver->is_in_transaction(store->connection));
    TRY(store->driver->commit(store->connection, err));
    end_bulk(store);
    return BERM_OK;
}

void store_rollback(struct store *store)
{
    if (store->frame != FRAME_NONE) {
        frame_rollback(store);
        return;
    }
    if (store->driver->is_in_transaction(store->connection))
        store->driver->rollback(store->connection);
    end_bulk(store);
}

void store_rollbackp(struct store **store)
{
    if (*store != NULL)
        store_rollback(*store);
}

enum berm_status store_expect_bulk(struct store *store, struct berm_error *err)
{
    assert(store->frame == FRAME_NONE && !store->driver->is_in_transaction(store->connection));
    store->is_bulk = true;
    return store->driver->begin_bulk(store->connection, err);
}

void store_make_statistics(struct store *store)
{
    assert(!store->driver->is_in_transaction(store->connection));
    if (store->driver->make_statistics != NULL)
        store->driver->make_statistics(store->connection);
}

/* ---- Beside the tables ----------------------------------------------------------------------- */

enum berm_status store_files_folder(struct store *store, struct buffer *out, struct berm_error *err)
{
    return store->driver->files_folder(store->connection, out, err);
}

struct store_lock {
    const struct store_driver *driver;
    void *held;
};

enum berm_status store_lock_take(struct store *store, const char *name,
                                 struct store_lock **ret_lock, struct berm_error *err)
{
    struct store_lock *lock = calloc(1, sizeof *lock);
    enum berm_status status;

    if (lock == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a lock");
    lock->driver = store->driver;
    status = store->driver->take_lock(store->connection, name, &lock->held, err);
    if (status != BERM_OK) {
        free(lock);
        return status;
    }
    *ret_lock = lock;
    return BERM_OK;
}

bool store_lock_is_held(struct store_lock *lock)
{
    return lock->driver->holds_lock == NULL || lock->driver->holds_lock(lock->held);
}

void store_lock_release(struct store_lock *lock)
{
    if (lock == NULL)
        return;
    lock->driver->release_lock(lock->held);
    free(lock);
}

void store_lock_releasep(struct store_lock **lock)
{
    store_lock_release(*lock);
    *lock = NULL;
}

bool store_locks_rows(const struct store *store)
{
    return store->driver->locks_rows;
}

/* ---- Announcements --------------------------------------------------------------------------- */

bool store_can_listen(const struct store *store)
{
    return store->driver->listen != NULL;
}

enum berm_status store_listen(struct store *store, bool *ret_is_new, struct berm_error *err)
{
    assert(store_can_listen(store) && !store_is_in_transaction(store));
    return store->driver->listen(store->connection, ret_is_new, err);
}

enum berm_status store_wait(struct store *store, int wake_descriptor, int timeout_ms,
                            store_heard *heard, void *context, struct berm_error *err)
{
    return store->driver->wait(store->connection, wake_descriptor, timeout_ms, heard, context, err);
}
