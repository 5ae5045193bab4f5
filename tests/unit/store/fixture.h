/*
 * What the store's tests share: a folder of its own for each test, and registers in it. Where
 * BERM_TEST_POSTGRES names the folder of a PostgreSQL's socket (tests/lib/postgres.py), each test
 * has a database of its own there instead, and those that look into SQLite's file are skipped.
 */
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
    char url[192];
    char database[32]; /* of PostgreSQL; empty: the register is a file of SQLite */
};

static inline bool is_sqlite(void **state)
{
    return ((struct place *)*state)->database[0] == 0;
}

#define SKIP_UNLESS_SQLITE(state)                                                                  \
    do {                                                                                           \
        if (!is_sqlite(state))                                                                     \
            skip();                                                                                \
    } while (0)

#define SKIP_UNLESS_POSTGRES(state)                                                                \
    do {                                                                                           \
        if (is_sqlite(state))                                                                      \
            skip();                                                                                \
    } while (0)

/* Beside the program, as the server's owner. */
static inline void psql(const char *database, const char *sql)
{
    char command[512];

    snprintf(command, sizeof command,
             "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --host '%s' --username berm"
             " --dbname '%s' --command \"%s\" >&2",
             getenv("BERM_TEST_POSTGRES"), database, sql);
    assert_int_equal(system(command), 0);
}

static inline void make_database(struct place *place)
{
    char sql[64];

    snprintf(place->database, sizeof place->database, "unit_%s", strrchr(place->folder, '-') + 1);
    snprintf(sql, sizeof sql, "CREATE DATABASE \\\"%s\\\"", place->database);
    psql("postgres", sql);
    snprintf(place->url, sizeof place->url, "postgresql:///%s?host=%s&user=berm", place->database,
             getenv("BERM_TEST_POSTGRES"));
}

static inline void drop_database(const struct place *place)
{
    char sql[80];

    snprintf(sql, sizeof sql, "DROP DATABASE \\\"%s\\\" WITH (FORCE)", place->database);
    psql("postgres", sql);
}

static inline int place_create(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    snprintf(place->folder, sizeof place->folder, "/tmp/berm-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/register.berm", place->folder);
    snprintf(place->url, sizeof place->url, "sqlite:%s", place->path);
    if (getenv("BERM_TEST_POSTGRES") != NULL)
        make_database(place);
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
    if (place->database[0] != 0)
        drop_database(place);
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

/* How many columns a table has; column: only those of this name. */
static inline int64_t column_count(struct store *store, const char *table, const char *column)
{
    char sql[256];

    snprintf(sql, sizeof sql,
             store->driver->dialect == DIALECT_SQLITE
                 ? "SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%s' OR '%s' = ''"
                 : "SELECT count(*) FROM information_schema.columns WHERE table_name = '%s'"
                   " AND (column_name = '%s' OR '%s' = '')",
             table, column, column);
    return number_from(store, sql);
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
