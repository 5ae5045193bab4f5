/* A register in a temporary folder, files to import into it, and questions to it in SQL. */
#ifndef TESTS_IMPORT_FIXTURE_H
#define TESTS_IMPORT_FIXTURE_H

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/unit.h"

#include "exchange/exchange.h"

enum { SEEN_REJECTS_MAX = 40 };

struct seen_reject {
    int64_t line;
    char column[100];
    char value[400];
    char reason[600];
};

struct fixture {
    char folder[64];
    char file[100];    /* what is imported */
    char rejects[100]; /* the rejects file */
    char map[100];
    char database[100];
    struct arena *arena;
    struct dictionary dictionary;
    struct store *store;
    struct import_options options; /* for the next import; kind and path are filled in */
    struct import_result result;
    struct berm_error error;
    struct seen_reject seen[SEEN_REJECTS_MAX];
    size_t seen_count;
    char answer[8192];
};

static const char fixture_dictionary[] = "name,entity,type,constraint,required,empty,combine\n"
                                         "rooms,household,integer,[0..20],,,\n"
                                         "land,household,decimal,>= 0,,,\n"
                                         "loan,household,money,,,,\n"
                                         "tap,household,boolean,,,zero,\n"
                                         "water,household,select_one water,,,,\n"
                                         "assets,household,select_multiple assets,,,,\n"
                                         "moved_on,household,date,,,,\n"
                                         "note,household,text,length <= 10,,,\n"
                                         "school,person,boolean,,,,\n"
                                         "needs_care,person,boolean,,,zero,\n"
                                         "wage,flow,money,>= 0,,,sum\n"
                                         "rent,flow,money,,,zero,sum\n"
                                         "aid,flow,money,,,,prefer: office > visit\n";

static const char fixture_choices[] = "list,name,label_en,label_zh\n"
                                      "relation,head,Head,户主\n"
                                      "relation,spouse,Spouse,配偶\n"
                                      "relation,child,Child,子女\n"
                                      "water,tap,Tap,自来水\n"
                                      "water,well,Well,水井\n"
                                      "assets,ox,Ox,牛\n"
                                      "assets,cart,Cart,车\n";

static inline void fixture_note_reject(void *context, const struct exchange_reject *reject)
{
    struct fixture *fixture = context;
    struct seen_reject *seen = &fixture->seen[fixture->seen_count];

    if (fixture->seen_count == SEEN_REJECTS_MAX)
        return;
    fixture->seen_count++;
    seen->line = reject->line;
    snprintf(seen->column, sizeof seen->column, "%.*s", TEXT_ARG(reject->column));
    snprintf(seen->value, sizeof seen->value, "%.*s", TEXT_ARG(reject->value));
    snprintf(seen->reason, sizeof seen->reason, "%.*s", TEXT_ARG(reject->reason));
}

static inline void fixture_create_register(struct fixture *fixture)
{
    struct berm_error *err = &fixture->error;
    char url[120];

    unlink(fixture->database);
    snprintf(url, sizeof url, "sqlite:%s", fixture->database);
    assert_int_equal(store_open(text_of(url), STORE_CREATE, &fixture->store, err), BERM_OK);
    assert_int_equal(store_apply_dictionary(fixture->store, &fixture->dictionary, err), BERM_OK);
}

static inline int fixture_setup_with(void **state, const char *dictionary)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/berm_import_XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    snprintf(fixture->file, sizeof fixture->file, "%s/file.csv", fixture->folder);
    snprintf(fixture->rejects, sizeof fixture->rejects, "%s/rejects.csv", fixture->folder);
    snprintf(fixture->map, sizeof fixture->map, "%s/map.csv", fixture->folder);
    snprintf(fixture->database, sizeof fixture->database, "%s/register.db", fixture->folder);
    assert_int_equal(arena_create(16 << 20, &fixture->arena, &fixture->error), BERM_OK);
    if (dictionary_read(fixture->arena, text_of(dictionary), text_of(fixture_choices), 2,
                        &fixture->dictionary, &fixture->error) != BERM_OK)
        fail_msg("%s", fixture->error.message);
    fixture_create_register(fixture);
    setenv("BERM_NOW", "2020-09-15T10:00:00Z", 1);
    *state = fixture;
    return 0;
}

static inline int fixture_setup(void **state)
{
    return fixture_setup_with(state, fixture_dictionary);
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    char path[120];

    store_close(fixture->store);
    arena_free(fixture->arena);
    for (size_t i = 0; i < ARRAY_COUNT(suffixes); i++) {
        snprintf(path, sizeof path, "%s%s", fixture->database, suffixes[i]);
        unlink(path);
    }
    unlink(fixture->file);
    unlink(fixture->rejects);
    unlink(fixture->map);
    rmdir(fixture->folder);
    free(fixture);
    return 0;
}

static inline void fixture_write(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* Import what stands in the file. */
static inline enum berm_status fixture_import_file(struct fixture *fixture, enum import_kind kind)
{
    fixture->seen_count = 0;
    fixture->options.kind = kind;
    fixture->options.path = fixture->file;
    fixture->options.caller = caller_local();
    fixture->options.actor.name = TEXT("tester");
    fixture->options.context = fixture;
    fixture->options.reject = fixture_note_reject;
    fixture->error = (struct berm_error){0};
    fixture->result = (struct import_result){0};
    return exchange_import(fixture->store, &fixture->dictionary, &fixture->options,
                           &fixture->result, &fixture->error);
}

static inline enum berm_status fixture_import(struct fixture *fixture, enum import_kind kind,
                                              const char *csv)
{
    fixture_write(fixture->file, csv, strlen(csv));
    return fixture_import_file(fixture, kind);
}

/* Import, and see that so many rows were added, changed, unchanged and rejected. */
static inline void fixture_expect(struct fixture *fixture, enum import_kind kind, const char *csv,
                                  int64_t added, int64_t changed, int64_t unchanged,
                                  int64_t rejected)
{
    if (fixture_import(fixture, kind, csv) != BERM_OK)
        fail_msg("%s", fixture->error.message);
    if (rejected == 0 && fixture->seen_count > 0)
        fail_msg("line %d: %s", (int)fixture->seen[0].line, fixture->seen[0].reason);
    assert_int_equal(fixture->result.added, added);
    assert_int_equal(fixture->result.changed, changed);
    assert_int_equal(fixture->result.unchanged, unchanged);
    assert_int_equal(fixture->result.rejected, rejected);
}

static inline void fixture_expect_reject(const struct fixture *fixture, size_t position,
                                         int64_t line, const char *column, const char *reason)
{
    assert_true(position < fixture->seen_count);
    assert_int_equal(fixture->seen[position].line, line);
    assert_string_equal(fixture->seen[position].column, column);
    if (strstr(fixture->seen[position].reason, reason) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fixture->seen[position].reason, reason);
}

/* Import a file whose header is wrong: nothing happens but a message with these words. */
static inline void fixture_expect_refused(struct fixture *fixture, enum import_kind kind,
                                          const char *csv, const char *words)
{
    assert_int_equal(fixture_import(fixture, kind, csv), BERM_INVALID_INPUT);
    if (strstr(fixture->error.message, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", fixture->error.message, words);
}

/* The answer as lines of fields with | between; NULL is written as -. */
static inline const char *fixture_ask(struct fixture *fixture, const char *sql)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    size_t length = 0;

    assert_int_equal(sqlite3_open_v2(fixture->database, &database, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(database));
    fixture->answer[0] = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const unsigned char *text = sqlite3_column_text(statement, i);

            length +=
                (size_t)snprintf(fixture->answer + length, sizeof fixture->answer - length, "%s%s",
                                 i == 0 ? "" : "|", text == NULL ? "-" : (const char *)text);
            assert_true(length < sizeof fixture->answer - 2);
        }
        fixture->answer[length++] = '\n';
        fixture->answer[length] = 0;
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return fixture->answer;
}

/* A small country: root R with the districts D1 and D2. */
static inline void fixture_add_areas(struct fixture *fixture)
{
    fixture_expect(fixture, IMPORT_AREAS, "code,name,parent\nR,Root,\nD1,First,R\nD2,Second,R\n", 3,
                   0, 0, 0);
}

static inline void fixture_add_households(struct fixture *fixture)
{
    fixture_add_areas(fixture);
    fixture_expect(fixture, IMPORT_HOUSEHOLDS, "code,area\nH1,D1\nH2,D1\nH3,D2\n", 3, 0, 0, 0);
}

#define FIXTURE_TEST(function)                                                                     \
    cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

#endif
