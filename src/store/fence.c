/*
 * What reading may see, kept beside the transactions that it holds for. A database without rules
 * for rows has no part in it.
 */
#include <stdlib.h>
#include <string.h>

#include "store/driver.h"

/* Every position: 19 digits for each end, as services write ranges. */
static const struct store_sight EVERYTHING = {
    .areas = {"00000000000000000009223372036854775807", 38},
    .sensitive_areas = {"00000000000000000009223372036854775807", 38},
};

static bool is_reading(const struct store *store)
{
    return store->frame == FRAME_SNAPSHOT || (store_is_in_transaction(store) && store->is_reading);
}

static void forget(struct store *store)
{
    free(store->sight);
    store->sight = NULL;
}

static struct text copy_text(char **at, struct text text)
{
    struct text copy = {*at, text.length};

    if (text.length > 0)
        memcpy(*at, text.bytes, text.length);
    *at += text.length;
    return copy;
}

static enum berm_status keep(struct store *store, const struct store_sight *sight,
                             struct berm_error *err)
{
    struct kept_sight *kept = malloc(sizeof *kept + sight->areas.length +
                                     sight->sensitive_areas.length + sight->roles.length);
    char *at;

    if (kept == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for what may be seen");
    at = kept->bytes;
    kept->sight.areas = copy_text(&at, sight->areas);
    kept->sight.sensitive_areas = copy_text(&at, sight->sensitive_areas);
    kept->sight.roles = copy_text(&at, sight->roles);
    forget(store);
    store->sight = kept;
    return BERM_OK;
}

bool store_has_fence(const struct store *store)
{
    return store->driver->see != NULL;
}

enum berm_status store_close_fence(struct store *store, struct berm_error *err)
{
    assert(store->frame == FRAME_NONE && !store_is_in_transaction(store));
    if (!store_has_fence(store))
        return BERM_OK;
    TRY(store->driver->close_fence(store->connection, err));
    store->is_fenced = true;
    return BERM_OK;
}

enum berm_status store_see(struct store *store, const struct store_sight *sight,
                           struct berm_error *err)
{
    if (!store_has_fence(store))
        return BERM_OK;
    if (is_reading(store))
        return store->driver->see(store->connection, sight, err);
    return keep(store, sight, err);
}

enum berm_status store_see_everything(struct store *store, struct berm_error *err)
{
    assert(is_reading(store));
    if (!store->is_fenced && store->sight == NULL)
        return BERM_OK; /* it does already */
    return store_see(store, &EVERYTHING, err);
}

void store_unsee(struct store *store)
{
    forget(store);
}

void store_unseep(struct store **store)
{
    if (*store != NULL)
        store_unsee(*store);
}

enum berm_status store_apply_sight(struct store *store, struct berm_error *err)
{
    enum berm_status status;

    if (store->sight == NULL)
        return BERM_OK;
    status = store->driver->see(store->connection, &store->sight->sight, err);
    if (status != BERM_OK)
        store_rollback(store);
    return status;
}
