/* What the store's tests share: a folder of its own for each test, and registers in it. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/unit.h"
#include "store/driver.h"
#include "store/store.h"

struct place {
    char folder[64];
    char path[96];
    char url[112];
};

static inline int place_create(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    snprintf(place->folder, sizeof place->folder, "/tmp/berm-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/register.berm", place->folder);
    snprintf(place->url, sizeof place->url, "sqlite:%s", place->path);
    setenv("BERM_BUSY_TIMEOUT_MS", "20", 1);
    *state = place;
    return 0;
}

static inline int place_remove(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    struct place *place = *state;
    char path[128];

    for (size_t i = 0; i < ARRAY_COUNT(suffixes); i++) {
        snprintf(path, sizeof path, "%s%s", place->path, suffixes[i]);
        unlink(path);
    }
    rmdir(place->folder);
    free(place);
    return 0;
}

static inline struct store *store_of(void **state, enum store_mode mode)
{
    struct place *place = *state;
    struct store *store = NULL;
    struct berm_error err;

    assert_ok(store_open(text_of(place->url), mode, &store, &err));
    return store;
}

static inline void execute(struct store *store, const char *sql)
{
    struct berm_error err;

    assert_ok(store->driver->execute(store->connection, sql, &err));
}

/* The first number of a query; -1 where it gives no row. */
static inline int64_t number_from(struct store *store, const char *sql)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;
    struct berm_error err;
    bool has_row = false;

    assert_ok(statement_prepare_text(store, text_of(sql), "test", &statement, &err));
    assert_ok(statement_step(statement, &has_row, &err));
    return has_row ? statement_int64(statement, 0) : -1;
}

/* One change, one area and two households, 1 and 2. */
static inline void add_two_households(struct store *store)
{
    execute(store, "INSERT INTO change (change_id, at, actor, via) VALUES (1, 'now', 'me', 'test');"
                   "INSERT INTO area (area_id, code, name, level, position_low, position_high,"
                   " change_id) VALUES (1, '53', 'Yunnan', 0, 0, 9, 1);"
                   "INSERT INTO household (household_id, code, area_id, change_id)"
                   " VALUES (1, 'H1', 1, 1), (2, 'H2', 1, 1);");
}

#endif
