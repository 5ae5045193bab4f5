/* A move knows every table and column of either schema: it moves them, or says why not. The way of
 * a move is tests/scenario/move.py's. */
#include "lib/unit.h"
#include "service/move/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 512 };

struct schemas {
    char path[64];
    struct arena *arena;
    struct store *store;        /* of SQLite */
    struct store_table *tables; /* its tables */
    size_t count;
    struct buffer postgres; /* the other's snapshot */
};

static int schemas_open(void **state)
{
    struct schemas *schemas = calloc(1, sizeof *schemas);
    const char *root = getenv("BERM_SOURCE_ROOT");
    struct berm_error err;
    char url[PATH_BYTES], snapshot[PATH_BYTES];

    assert_non_null(schemas);
    snprintf(schemas->path, sizeof schemas->path, "/tmp/berm-test-move-XXXXXX");
    assert_non_null(mkdtemp(schemas->path));
    snprintf(url, sizeof url, "sqlite:%s/r.berm", schemas->path);
    snprintf(snapshot, sizeof snapshot, "%s/tests/unit/store/schema.postgres.sql",
             root ? root : ".");
    assert_ok(arena_create(1 << 20, &schemas->arena, &err));
    assert_ok(store_open(text_of(url), STORE_CREATE, &schemas->store, &err));
    assert_ok(
        store_list_tables(schemas->store, schemas->arena, &schemas->tables, &schemas->count, &err));
    assert_ok(file_read(snapshot, 1 << 20, &schemas->postgres, &err));
    buffer_append_char(&schemas->postgres, 0);
    *state = schemas;
    return 0;
}

static int schemas_close(void **state)
{
    struct schemas *schemas = *state;
    char command[PATH_BYTES];

    store_close(schemas->store);
    arena_free(schemas->arena);
    buffer_free(&schemas->postgres);
    snprintf(command, sizeof command, "rm -r '%s'", schemas->path);
    assert_int_equal(system(command), 0);
    free(schemas);
    return 0;
}

/* What follows "CREATE TABLE name (" in the snapshot, NULL where it has no such table. */
static const char *postgres_table(const struct schemas *schemas, struct text name)
{
    char head[PATH_BYTES];
    const char *found;

    snprintf(head, sizeof head, "\nCREATE TABLE %.*s (\n", TEXT_ARG(name));
    found = strstr(schemas->postgres.bytes, head);
    return found == NULL ? NULL : found + strlen(head);
}

static const struct store_table *sqlite_table(const struct schemas *schemas, struct text name)
{
    for (size_t t = 0; t < schemas->count; t++)
        if (text_equal(schemas->tables[t].name, name))
            return &schemas->tables[t];
    return NULL;
}

static struct text first_word(const char *line)
{
    return (struct text){line, strcspn(line, " (\n")};
}

static void every_column_of_sqlite_is_one_of_postgresql(void **state)
{
    const struct schemas *schemas = *state;

    assert_true(schemas->count > 30);
    for (size_t t = 0; t < schemas->count; t++) {
        const struct store_table *table = &schemas->tables[t];
        const char *there = postgres_table(schemas, table->name);

        if (move_stays(table->name).length > 0)
            continue;
        if (there == NULL)
            fail_msg("PostgreSQL has no table %.*s: make it for both, or name it in STAYS",
                     TEXT_ARG(table->name));
        for (size_t c = 0; c < table->column_count; c++) {
            const struct store_column *column = &table->columns[c];
            char line[PATH_BYTES];
            const char *found;

            if (move_column_stays(table->name, column))
                continue;
            snprintf(line, sizeof line, "    %.*s %s", TEXT_ARG(column->name),
                     column->is_number  ? "BIGINT"
                     : column->is_bytes ? "BYTEA"
                                        : "TEXT");
            found = strstr(there, line);
            if (found == NULL || found > strstr(there, "\n);"))
                fail_msg("PostgreSQL has no column %.*s.%.*s of this type: make it for both, or "
                         "name it in STAYS",
                         TEXT_ARG(table->name), TEXT_ARG(column->name));
        }
    }
}

static void assert_column_moves(const struct store_table *table, struct text name)
{
    struct store_column column = {.name = name};

    if (move_column_stays(table->name, &column))
        return;
    for (size_t c = 0; c < table->column_count; c++)
        if (text_equal(table->columns[c].name, name))
            return;
    fail_msg("SQLite has no column %.*s.%.*s: make it for both, or name it in STAYS",
             TEXT_ARG(table->name), TEXT_ARG(name));
}

static void every_column_of_postgresql_is_one_of_sqlite(void **state)
{
    static const char HEAD[] = "\nCREATE TABLE ";
    const struct schemas *schemas = *state;
    const char *at = schemas->postgres.bytes;
    int count = 0;

    for (; (at = strstr(at, HEAD)) != NULL; count++) {
        struct text name = first_word(at + strlen(HEAD));
        const struct store_table *table = sqlite_table(schemas, name);

        at = strchr(at + 1, '\n') + 1;
        if (move_stays(name).length > 0)
            continue;
        if (table == NULL)
            fail_msg("SQLite has no table %.*s: make it for both, or name it in STAYS",
                     TEXT_ARG(name));
        /* a line each; what begins with a capital is a rule */
        for (; strncmp(at, "    ", 4) == 0; at = strchr(at, '\n') + 1)
            if (at[4] >= 'a' && at[4] <= 'z')
                assert_column_moves(table, first_word(at + 4));
    }
    assert_true(count > 30);
}

static void only_numbers_texts_and_bytes_are_moved(void **state)
{
    const struct schemas *schemas = *state;

    for (size_t t = 0; t < schemas->count; t++)
        for (size_t c = 0; c < schemas->tables[t].column_count; c++) {
            const struct store_column *column = &schemas->tables[t].columns[c];

            if (!column->is_number && !column->is_bytes && !text_equal(column->type, TEXT("TEXT")))
                fail_msg("%.*s.%.*s is of type %.*s", TEXT_ARG(schemas->tables[t].name),
                         TEXT_ARG(column->name), TEXT_ARG(column->type));
        }
}

static void what_is_named_as_not_moved_is_there(void **state)
{
    const struct schemas *schemas = *state;

    for (size_t s = 0; s < move_stays_count(); s++) {
        struct text name = move_stays_table(s);

        if (sqlite_table(schemas, name) == NULL && postgres_table(schemas, name) == NULL)
            fail_msg("no schema has a table %.*s; take it out of STAYS", TEXT_ARG(name));
    }
}

static void a_chain_depends_on_every_piece_and_its_place(void **state)
{
    struct digest_chain ab = {0}, ba = {0}, joined = {0};
    char one[DIGEST_TEXT_MAX], other[DIGEST_TEXT_MAX];

    (void)state;
    digest_chain_add(&ab, TEXT("a"));
    /* SHA-256 of 32 bytes of 0 and an a */
    assert_text(digest_chain_text(&ab, one),
                "41a0370c3d9f42773a59e8e01651911cf43b1e3f66944cbb690029debc4eb647");
    digest_chain_add(&ab, TEXT("b"));
    digest_chain_add(&ba, TEXT("b"));
    digest_chain_add(&ba, TEXT("a"));
    digest_chain_add(&joined, TEXT("ab"));
    assert_false(text_equal(digest_chain_text(&ab, one), digest_chain_text(&ba, other)));
    assert_false(text_equal(digest_chain_text(&ab, one), digest_chain_text(&joined, other)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, schemas_open, schemas_close)
    const struct CMUnitTest tests[] = {
        TEST(every_column_of_sqlite_is_one_of_postgresql),
        TEST(every_column_of_postgresql_is_one_of_sqlite),
        TEST(only_numbers_texts_and_bytes_are_moved),
        TEST(what_is_named_as_not_moved_is_there),
        cmocka_unit_test(a_chain_depends_on_every_piece_and_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
