/* tools/number_sql.py: what it makes of good SQL, and that bad SQL stops the build with its place.
 */
#include <sys/wait.h>

#include "unit/store/fixture.h"

struct run {
    int exit_code;
    char output[8192]; /* both streams, or the file that was made */
};

static void read_whole(FILE *file, char *out, size_t size)
{
    size_t length = fread(out, 1, size - 1, file);

    out[length] = 0;
}

/* Run the tool over one file with this content; *ret_run holds what it printed. */
static void number(void **state, const char *what, const char *file_name, const char *sql,
                   struct run *ret_run)
{
    struct place *place = *state;
    const char *root = getenv("BERM_SOURCE_ROOT");
    char path[128];
    char command[1024];
    FILE *file = NULL;

    snprintf(path, sizeof path, "%s/%s", place->folder, file_name);
    file = fopen(path, "wb");
    assert_non_null(file);
    fputs(sql, file);
    fclose(file);
    snprintf(command, sizeof command,
             "python3 %s/tools/number_sql.py %s %s --header %s-wal --source %s-shm 2>&1",
             root ? root : ".", what, place->folder, place->path, place->path);
    file = popen(command, "r");
    assert_non_null(file);
    read_whole(file, ret_run->output, sizeof ret_run->output);
    ret_run->exit_code = WEXITSTATUS(pclose(file));
    unlink(path);
}

static void assert_made(void **state, const char *suffix, const char *words)
{
    char path[128];
    char content[8192];
    FILE *file = NULL;

    snprintf(path, sizeof path, "%s%s", ((struct place *)*state)->path, suffix);
    file = fopen(path, "rb");
    assert_non_null(file);
    read_whole(file, content, sizeof content);
    fclose(file);
    if (strstr(content, words) == NULL)
        fail_msg("'%s' is not in:\n%s", words, content);
}

static void assert_refused(void **state, const char *sql, const char *words)
{
    struct run run;

    number(state, "statements", "a.sql", sql, &run);
    assert_int_equal(run.exit_code, 1);
    if (strstr(run.output, words) == NULL)
        fail_msg("'%s' is not in: %s", words, run.output);
}

static void parameters_are_numbered_by_first_appearance(void **state)
{
    struct run run;

    number(state, "statements", "a.sql",
           "-- A file.\n-- name: a_b\n-- What it does: :not_me\n"
           "SELECT ':x', \":y\", 1::text /* :z */, :two, :one -- :w\nFROM t WHERE a = :two;\n",
           &run);
    assert_int_equal(run.exit_code, 0);
    assert_made(state, "-wal", "STATEMENT_A_B,\n    STATEMENT_COUNT");
    assert_made(state, "-wal", "A_B__TWO = 1,\n    A_B__ONE = 2,\n}");
    assert_made(state, "-shm", "\"SELECT ':x', \\\":y\\\", 1::text , ?1, ?2 FROM t WHERE a = ?1\"");
    assert_made(state, "-shm", "1::text , $1, $2 FROM t WHERE a = $1\"");
}

static void a_name_may_have_one_form_for_each_database(void **state)
{
    struct run run;

    number(state, "statements", "a.sql",
           "-- name: a\n-- only: sqlite\nSELECT :p, :q;\n-- name: a\n-- only: postgres\n"
           "SELECT :q + :p;\n-- name: b\n-- only: postgres\nSELECT 2;\n",
           &run);
    assert_int_equal(run.exit_code, 0);
    assert_made(state, "-shm", "{\"a\", \"SELECT ?1, ?2\", \"SELECT $2 + $1\", false, false}");
    assert_made(state, "-shm", "{\"b\", 0, \"SELECT 2\", false, false}");
}

static void scans_are_marked(void **state)
{
    struct run run;

    number(state, "statements", "a.sql",
           "-- name: a\n-- scan\nSELECT :low, :high, :day;\n-- name: b\nSELECT 2; -- scan\n", &run);
    assert_int_equal(run.exit_code, 0);
    assert_made(state, "-shm", "$3\", true, false}");
    assert_made(state, "-shm", "\"SELECT 2\", false, false}");
    assert_refused(state, "-- name: a\n-- scan\nSELECT :day, :low, :high;\n",
                   "first two parameters are :low and :high");
}

static void a_short_list_is_marked(void **state)
{
    struct run run;

    number(state, "statements", "a.sql", "-- name: a\n-- few: rows of one\nSELECT 1 ORDER BY 1;\n",
           &run);
    assert_int_equal(run.exit_code, 0);
    assert_made(state, "-shm",
                "{\"a\", \"SELECT 1 ORDER BY 1\", \"SELECT 1 ORDER BY 1\", false, true}");
    assert_refused(state, "-- name: a\n-- scan\n-- few: rows\nSELECT :low, :high;\n",
                   "a scan is not short");
}

static void faults_stop_the_build_with_their_place(void **state)
{
    assert_refused(state, "-- name: a\nSELECT 1;\n\n-- name: a\nSELECT 2;\n",
                   "a.sql:4: statement 'a': the name is taken");
    assert_refused(state, "-- name: a\nSELECT 1\n", "semicolon at the end is missing");
    assert_refused(state, "-- name: a\nSELECT 1; SELECT 2;\n", "behind the semicolon");
    assert_refused(state, "-- name: a\n-- nothing\n", "no SQL under this name");
    assert_refused(state, "-- name: A-b\nSELECT 1;\n", "'A-b' is no name");
    assert_refused(state, "-- name: a\n-- only: oracle\nSELECT 1;\n", "is no database");
    assert_refused(state, "SELECT 1;\n", "before the first");
    assert_refused(state, "-- name: a\nSELECT ?;\n", "write parameters as :name");
    assert_refused(state, "-- name: a\nSELECT 'x;\n", "close every quote");
    assert_refused(state,
                   "-- name: a\n-- only: sqlite\nSELECT :p;\n-- name: a\n-- only: postgres\n"
                   "SELECT :q;\n",
                   "parameters differ");
}

static void migrations_are_numbered_without_a_gap(void **state)
{
    struct run run;

    number(state, "migrations", "0001_first.sql", "CREATE TABLE a (b);\n", &run);
    assert_int_equal(run.exit_code, 0);
    assert_made(state, "-shm", "{\"0001_first\", sqlite_1, postgres_1}");
    number(state, "migrations", "0003_third.sql", "CREATE TABLE a (b);\n", &run);
    assert_int_equal(run.exit_code, 1);
    assert_non_null(strstr(run.output, "0001_NAME.sql"));
}

/* What the file that was made holds for one database: bytes, which are turned back into text. */
static void read_migration(void **state, const char *database, char *out, size_t size)
{
    char path[128];
    char content[8192];
    char start[64];
    char *next = NULL;
    size_t length = 0;
    FILE *file = NULL;

    snprintf(path, sizeof path, "%s-shm", ((struct place *)*state)->path);
    file = fopen(path, "rb");
    assert_non_null(file);
    read_whole(file, content, sizeof content);
    fclose(file);
    snprintf(start, sizeof start, "char %s_1[] = {", database);
    next = strstr(content, start);
    assert_non_null(next);
    next += strlen(start);
    do {
        out[length] = (char)strtol(next, &next, 10);
        next += strspn(next, ", \n");
    } while (out[length++] != 0 && length < size);
}

static void a_migration_is_written_for_both_databases(void **state)
{
    struct run run;
    char text[1024];

    number(state, "migrations", "0001_first.sql",
           "CREATE TABLE a (b INTEGER, c TEXT DEFAULT 'TEXT') STRICT; -- INTEGER\n"
           "CREATE TABLE d (e TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;\n"
           "-- only: sqlite\nSELECT 1;\n-- only: postgres\nSELECT 2;\n-- both:\nSELECT 3;\n",
           &run);
    assert_int_equal(run.exit_code, 0);
    read_migration(state, "sqlite", text, sizeof text);
    assert_string_equal(text, "CREATE TABLE a (b INTEGER, c TEXT DEFAULT 'TEXT') STRICT;"
                              " -- INTEGER\n"
                              "CREATE TABLE d (e TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;\n"
                              "SELECT 1;\nSELECT 3;\n");
    read_migration(state, "postgres", text, sizeof text);
    assert_string_equal(text, "CREATE TABLE a (b BIGINT, c TEXT COLLATE \"C\" DEFAULT 'TEXT');\n"
                              "CREATE TABLE d (e TEXT COLLATE \"C\" PRIMARY KEY);\n"
                              "SELECT 2;\nSELECT 3;\n");
    number(state, "migrations", "0001_first.sql", "-- only: postgres\nSELECT 2;\n", &run);
    assert_int_equal(run.exit_code, 1);
    assert_non_null(strstr(run.output, "-- both:"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(parameters_are_numbered_by_first_appearance),
        TEST(a_name_may_have_one_form_for_each_database),
        TEST(scans_are_marked),
        TEST(a_short_list_is_marked),
        TEST(faults_stop_the_build_with_their_place),
        TEST(migrations_are_numbered_without_a_gap),
        TEST(a_migration_is_written_for_both_databases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
