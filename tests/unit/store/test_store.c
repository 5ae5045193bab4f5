/* Opening, refusing to open, transactions, and what remains after a process was killed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "unit/store/fixture.h"

static enum berm_status try_open(void **state, enum store_mode mode, struct berm_error *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    struct place *place = *state;

    return store_open(text_of(place->url), mode, &store, err);
}

static void write_file(void **state, const char *bytes, size_t length)
{
    FILE *file = fopen(((struct place *)*state)->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void a_new_register_can_be_opened_again(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);

    assert_text(store_url(store), ((struct place *)*state)->url);
    add_two_households(store);
    store_close(store);
    store = store_of(state, STORE_READ_WRITE);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 2);
    if (!is_sqlite(state))
        return;
    assert_int_equal(number_from(store, "PRAGMA foreign_keys"), 1);
    assert_int_equal(number_from(store, "PRAGMA synchronous"), 2);
    assert_int_equal(number_from(store, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

static void urls_of_unknown_kinds_are_refused(void **state)
{
    static const char *const urls[] = {"", "sqlite:", "register.berm", "mysql://x", "sqlite"};
    struct store *store = NULL;
    struct berm_error err;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(urls); i++)
        assert_fails(store_open(text_of(urls[i]), STORE_CREATE, &store, &err), BERM_INVALID_INPUT,
                     "sqlite:PATH");
    assert_fails(store_open(TEXT("sqlite:a\0b"), STORE_CREATE, &store, &err), BERM_INVALID_INPUT,
                 "NUL");
    assert_null(store);
}

static void a_missing_register_names_the_command_that_makes_one(void **state)
{
    struct berm_error err;

    assert_fails(try_open(state, STORE_READ_WRITE, &err), BERM_NOT_FOUND, "berm init");
    assert_fails(try_open(state, STORE_READ_ONLY, &err), BERM_NOT_FOUND, "berm init");
    assert_int_equal(access(((struct place *)*state)->path, F_OK), -1);
    write_file(state, "", 0);
    assert_fails(try_open(state, STORE_READ_WRITE, &err), BERM_NOT_FOUND, "berm init");
    assert_ok(try_open(state, STORE_CREATE, &err)); /* an empty file holds nothing to lose */
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    struct place *place = *state;
    struct store *store = NULL;
    struct berm_error err;
    char url[160];

    snprintf(url, sizeof url, "sqlite:%s/nowhere/r.berm", place->folder);
    assert_fails(store_open(text_of(url), STORE_CREATE, &store, &err), BERM_IO, "folder");
}

static void a_register_is_not_made_over_another(void **state)
{
    struct berm_error err;

    store_close(store_of(state, STORE_CREATE));
    assert_fails(try_open(state, STORE_CREATE, &err), BERM_CONFLICT, "already");
}

static void what_is_no_register_is_left_as_it_is(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    static const char text[] = "household,area\n1,2\nthis is a CSV file that is long enough for a "
                               "page header of one hundred bytes and more\n";
    struct berm_error err;
    struct stat before;
    struct stat after;

    write_file(state, text, sizeof text);
    assert_int_equal(stat(((struct place *)*state)->path, &before), 0);
    assert_fails(try_open(state, STORE_READ_WRITE, &err), BERM_CORRUPT, "no Berm register");
    assert_fails(try_open(state, STORE_CREATE, &err), BERM_CORRUPT, "no Berm register");
    assert_int_equal(stat(((struct place *)*state)->path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
}

static void a_database_of_another_program_is_left_as_it_is(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    execute(store, is_sqlite(state) ? "PRAGMA application_id = 7" : "DROP TABLE berm_schema");
    store_close(store);
    store = NULL;
    assert_fails(try_open(state, STORE_READ_WRITE, &err), BERM_INVALID_INPUT, "another program");
    assert_fails(try_open(state, STORE_CREATE, &err), BERM_INVALID_INPUT, "another program");
}

static void a_register_of_a_newer_version_is_refused(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    execute(store, is_sqlite(state) ? "PRAGMA user_version = 999"
                                    : "UPDATE berm_schema SET version = 999");
    store_close(store);
    store = NULL;
    assert_fails(try_open(state, STORE_READ_WRITE, &err), BERM_VERSION, "newer berm");
    assert_fails(try_open(state, STORE_READ_ONLY, &err), BERM_VERSION, "version 999");
}

static void a_register_of_an_older_version_needs_writing_to_be_brought_up(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    execute(store,
            is_sqlite(state) ? "PRAGMA user_version = 0" : "UPDATE berm_schema SET version = 0");
    store_close(store);
    store = NULL;
    assert_fails(try_open(state, STORE_READ_ONLY, &err), BERM_VERSION, "older");
    /* its tables are there already, so the first migration fails and says which it was */
    assert_fails(try_open(state, STORE_READ_WRITE, &err), BERM_INTERNAL, "0001_register");
}

static void a_damaged_register_is_told_as_damaged(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;
    char garbage[8000]; /* most of the first page, from the head of its tree on */
    int file = -1;

    store_close(store);
    store = NULL;
    memset(garbage, 0xA5, sizeof garbage);
    file = open(((struct place *)*state)->path, O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, garbage, sizeof garbage, 100), sizeof garbage);
    close(file);
    assert_fails(try_open(state, STORE_READ_WRITE, &err), BERM_CORRUPT, "damaged");
}

static void a_reader_writes_nothing(void **state)
{
    CLEANUP(store_closep) struct store *store = NULL;
    struct berm_error err;

    store_close(store_of(state, STORE_CREATE));
    store = store_of(state, STORE_READ_ONLY);

    assert_fails(store_begin(store, &err), BERM_CONFLICT, "for reading only");
    assert_int_equal(store->driver->execute(store->connection, "DELETE FROM setting", &err),
                     BERM_IO);
    assert_ok(store_begin_read(store, &err));
    store_rollback(store);
}

static void a_reader_keeps_its_snapshot(void **state)
{
    CLEANUP(store_closep) struct store *writer = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *reader = store_of(state, STORE_READ_ONLY);
    struct berm_error err;

    assert_ok(store_begin_read(reader, &err));
    assert_int_equal(number_from(reader, "SELECT count(*) FROM area"), 0); /* the moment */
    add_two_households(writer);
    assert_int_equal(number_from(reader, "SELECT count(*) FROM household"), 0);
    store_rollback(reader);
    assert_int_equal(number_from(reader, "SELECT count(*) FROM household"), 2);
}

static void a_second_writer_is_told_to_wait(void **state)
{
    CLEANUP(store_closep) struct store *first = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *second = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    assert_ok(store_begin(first, &err));
    assert_fails(store_begin(second, &err), BERM_BUSY, "another process is writing");
    store_rollback(first);
    assert_ok(store_begin(second, &err));
    assert_ok(store_commit(second, &err));
}

/* Run work in a process of its own; its return is the exit code. */
static int in_another_process(void **state, int (*work)(void **state))
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0)
        _exit(work(state));
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int begin_writing(void **state)
{
    struct store *store = NULL;
    struct berm_error err;
    enum berm_status status =
        store_open(text_of(((struct place *)*state)->url), STORE_READ_WRITE, &store, &err);

    return status != BERM_OK ? (int)status : (int)store_begin(store, &err);
}

static void a_second_process_is_told_to_wait(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    assert_int_equal(in_another_process(state, begin_writing), BERM_BUSY);
    store_rollback(store);
    assert_int_equal(in_another_process(state, begin_writing), BERM_OK);
}

/* Enough rows in one transaction to overflow the cache, then a sudden end. */
static int load_and_be_killed(void **state)
{
    struct store *store = store_of(state, STORE_READ_WRITE);
    struct berm_error err;

    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    execute(store, "PRAGMA cache_size = 10;"
                   "WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n"
                   " WHERE i < 20000) INSERT INTO household (household_id, code, area_id,"
                   " change_id) SELECT i, 'H' || i, 1, 1 FROM n");
    kill(getpid(), SIGKILL);
    return 0;
}

static void a_killed_bulk_load_leaves_nothing_behind(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);

    add_two_households(store);
    store_close(store);
    assert_int_equal(in_another_process(state, load_and_be_killed), -SIGKILL);
    store = store_of(state, STORE_READ_ONLY);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 2);
    assert_int_equal(
        number_from(store, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}

static void bulk_loading_ends_with_its_transaction(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    for (int round = 0; round < 2; round++) {
        assert_ok(store_expect_bulk(store, &err));
        assert_ok(store_begin(store, &err));
        assert_int_equal(number_from(store, "PRAGMA foreign_keys"), 0);
        if (round == 0)
            add_two_households(store);
        if (round == 0)
            assert_ok(store_commit(store, &err));
        else
            store_rollback(store);
        assert_int_equal(number_from(store, "PRAGMA foreign_keys"), 1);
        assert_int_equal(number_from(store, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"),
                         1);
    }
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 2);
}

static void a_limited_cache_stays_limited_after_bulk_loading(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    assert_int_equal(number_from(store, "PRAGMA cache_size"), -8192);
    store_limit_cache(store, 1024);
    assert_int_equal(number_from(store, "PRAGMA cache_size"), -1024);
    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    assert_true(number_from(store, "PRAGMA cache_size") < -8192);
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(store, "PRAGMA cache_size"), -1024);
}

static void bulk_loading_works_while_another_has_the_register_open(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *other = store_of(state, STORE_READ_ONLY);
    struct berm_error err;

    assert_int_equal(number_from(other, "SELECT count(*) FROM household"), 0);
    assert_ok(store_expect_bulk(store, &err));
    assert_ok(store_begin(store, &err));
    add_two_households(store);
    assert_int_equal(number_from(other, "SELECT count(*) FROM household"), 0);
    assert_ok(store_commit(store, &err));
    assert_int_equal(number_from(other, "SELECT count(*) FROM household"), 2);
}

static void what_was_not_committed_is_undone_at_closing(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    add_two_households(store);
    store_close(store);
    store = store_of(state, STORE_READ_WRITE);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 0);
    {
        CLEANUP(store_rollbackp) struct store *transaction = NULL;

        assert_ok(store_begin(store, &err));
        transaction = store;
        add_two_households(store);
    }
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 0);
    store_rollback(store); /* nothing is open: nothing happens */
    store_close(NULL);
}

static void a_full_disk_is_told_and_nothing_is_kept(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    add_two_households(store);
    execute(store, "PRAGMA max_page_count = 60");
    assert_ok(store_begin(store, &err));
    assert_fails(store->driver->execute(
                     store->connection,
                     "WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i <"
                     " 99999) INSERT INTO household (household_id, code, area_id, change_id)"
                     " SELECT i, 'H' || i, 1, 1 FROM n",
                     &err),
                 BERM_IO, "the disk is full");
    store_rollback(store);
    assert_int_equal(number_from(store, "SELECT count(*) FROM household"), 2);
}

static void a_copy_is_the_same_register_and_overwrites_nothing(void **state)
{
    SKIP_UNLESS_SQLITE(state);
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(store_closep) struct store *copy = NULL;
    struct place *place = *state;
    char url[160];
    struct berm_error err;
    int version = 0;

    add_two_households(store);
    snprintf(url, sizeof url, "sqlite:%s/copy", place->folder);
    assert_ok(store_copy_to(store, text_of(url), &err));
    assert_fails(store_copy_to(store, text_of(url), &err), BERM_CONFLICT, "never overwritten");
    assert_fails(store_copy_to(store, TEXT("sqlite:"), &err), BERM_INVALID_INPUT, "no place");
    assert_fails(store_copy_to(store, TEXT("elsewhere:x"), &err), BERM_INVALID_INPUT, "no place");
    assert_fails(store_copy_to(store, TEXT("sqlite:/nowhere/at/all"), &err), BERM_IO,
                 "cannot make");
    assert_ok(store_open(text_of(url), STORE_AS_IT_IS, &copy, &err));
    assert_ok(store_version(copy, &version, &err));
    assert_int_equal(version, store_version_known());
    assert_int_equal(number_from(copy, "SELECT count(*) FROM household"), 2);
    assert_fails(store_begin(copy, &err), BERM_CONFLICT, "reading only");
    assert_int_equal(unlink(url + strlen("sqlite:")), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_copy_is_the_same_register_and_overwrites_nothing),
        TEST(a_new_register_can_be_opened_again),
        TEST(urls_of_unknown_kinds_are_refused),
        TEST(a_missing_register_names_the_command_that_makes_one),
        TEST(a_folder_that_is_not_there_is_told),
        TEST(a_register_is_not_made_over_another),
        TEST(what_is_no_register_is_left_as_it_is),
        TEST(a_database_of_another_program_is_left_as_it_is),
        TEST(a_register_of_a_newer_version_is_refused),
        TEST(a_register_of_an_older_version_needs_writing_to_be_brought_up),
        TEST(a_damaged_register_is_told_as_damaged),
        TEST(a_reader_writes_nothing),
        TEST(a_reader_keeps_its_snapshot),
        TEST(a_second_writer_is_told_to_wait),
        TEST(a_second_process_is_told_to_wait),
        TEST(a_killed_bulk_load_leaves_nothing_behind),
        TEST(bulk_loading_ends_with_its_transaction),
        TEST(a_limited_cache_stays_limited_after_bulk_loading),
        TEST(bulk_loading_works_while_another_has_the_register_open),
        TEST(what_was_not_committed_is_undone_at_closing),
        TEST(a_full_disk_is_told_and_nothing_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
