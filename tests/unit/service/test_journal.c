/* Entries, their seals, and changes with their digests, at the service's own face. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "service/service.h"
#include "unit/store/fixture.h"

static const struct actor TESTER = {.name = {"tester", 6}, .via = {"test", 4}};

static struct key_file *key_of(void **state, const char *name)
{
    const struct place *place = *state;
    struct key_file *key = NULL;
    struct berm_error err;
    char path[160];

    snprintf(path, sizeof path, "%s/%s", place->folder, name);
    assert_ok(key_file_create(path, &key, &err));
    assert_int_equal(unlink(path), 0);
    return key;
}

static void write_entry(struct store *store, const char *subject)
{
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    assert_ok(journal_write(store,
                            &(struct journal_entry){.actor = TESTER,
                                                    .action = TEXT("look"),
                                                    .subject = text_of(subject)},
                            &err));
    assert_ok(store_commit(store, &err));
}

static struct journal_verdict verdict_of(struct store *store, const struct key_file *key)
{
    struct journal_verify_options options = {.caller = caller_local(), .key = key};
    struct journal_verdict verdict;
    struct berm_error err;

    assert_ok(journal_verify(store, &options, &verdict, &err));
    return verdict;
}

static void what_is_rolled_back_leaves_no_entry_and_no_gap(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    assert_ok(journal_write(store, &(struct journal_entry){.actor = TESTER}, &err));
    store_rollback(store);
    write_entry(store, "household H1");
    assert_int_equal(number_from(store, "SELECT max(journal_id) FROM journal"), 2);
    assert_int_equal(verdict_of(store, NULL).faults, 0);
    assert_int_equal(verdict_of(store, NULL).unsealed, 2);
}

static void each_entry_is_sealed_once_and_in_order(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(key_file_freep) struct key_file *key = key_of(state, "key");
    struct journal_verdict verdict;
    struct berm_error err;
    int64_t sealed;

    write_entry(store, "household H1");
    assert_ok(journal_seal(store, key, &TESTER, &sealed, &err));
    assert_int_equal(sealed, 3); /* begin, look, adopt_key */
    assert_ok(journal_seal(store, key, &TESTER, &sealed, &err));
    assert_int_equal(sealed, 0);
    write_entry(store, "household H2");
    assert_ok(journal_seal(store, key, &TESTER, &sealed, &err));
    assert_int_equal(sealed, 1);
    assert_int_equal(
        number_from(store, "SELECT count(*) FROM journal_seal WHERE sequence = journal_id"), 4);
    verdict = verdict_of(store, key);
    assert_int_equal(verdict.faults, 0);
    assert_int_equal(verdict.sealed, 4);
    assert_true(verdict.is_key_trusted);
}

/* As writers of the same moment leave them: ids that come later than higher ones, and gaps. */
static void entries_that_become_visible_out_of_order_are_each_sealed_once(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(key_file_freep) struct key_file *key = key_of(state, "key");
    struct berm_error err;
    int64_t sealed;

    for (int i = 0; i < 4; i++)
        write_entry(store, "household H1"); /* 2 to 5 */
    execute(store, "DELETE FROM journal_unsealed WHERE journal_id IN (3, 4)");
    assert_ok(journal_seal(store, key, &TESTER, &sealed, &err));
    assert_int_equal(sealed, 4); /* 1, 2, 5 and adopt_key */
    assert_int_equal(verdict_of(store, key).faults, 2);
    execute(store, "INSERT INTO journal_unsealed VALUES (4)");
    assert_ok(journal_seal(store, key, &TESTER, &sealed, &err));
    execute(store, "INSERT INTO journal_unsealed VALUES (3)");
    execute(store, "INSERT INTO journal_unsealed VALUES (2)"); /* it has its seal */
    assert_ok(journal_seal(store, key, &TESTER, &sealed, &err));
    assert_int_equal(sealed, 1);
    assert_int_equal(number_from(store, "SELECT journal_id FROM journal_seal WHERE sequence = 5"),
                     4);
    assert_int_equal(number_from(store, "SELECT journal_id FROM journal_seal WHERE sequence = 6"),
                     3);
    assert_int_equal(number_from(store, "SELECT count(*) FROM journal_unsealed"), 0);
    assert_int_equal(verdict_of(store, key).faults, 0);
}

static void a_register_that_does_not_know_its_end_is_not_sealed(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(key_file_freep) struct key_file *key = key_of(state, "key");
    struct berm_error err;
    int64_t sealed;

    execute(store, "DELETE FROM journal_end");
    assert_fails(journal_seal(store, key, &TESTER, &sealed, &err), BERM_CORRUPT,
                 "where its journal's chain ends");
}

static void another_key_neither_seals_nor_verifies(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(key_file_freep) struct key_file *key = key_of(state, "key");
    CLEANUP(key_file_freep) struct key_file *other = key_of(state, "other");
    struct berm_error err;
    int64_t sealed;

    assert_ok(journal_seal(store, key, &TESTER, &sealed, &err));
    assert_fails(journal_seal(store, other, &TESTER, &sealed, &err), BERM_CONFLICT,
                 "the register's own key file");
    assert_int_equal(verdict_of(store, other).faults, 3); /* the key, and two signatures */
}

static void a_change_is_recorded_with_its_rows(void **state)
{
    CLEANUP(store_closep) struct store *store = store_of(state, STORE_CREATE);
    CLEANUP(change_close) struct change change = {0};
    struct change_end end = {.changed = 2, .action = TEXT("edit"), .subject = TEXT("household H1")};
    struct berm_error err;

    assert_ok(store_begin(store, &err));
    assert_ok(change_begin(store, &TESTER, TEXT("edit"), TEXT(""), &change, &err));
    assert_ok(change_add_row(&change, TEXT("household"), 1, TEXT(""), TEXT("{\"a\":[1,2]}"), &err));
    assert_ok(change_add_row(&change, TEXT("household"), 1, TEXT(""), TEXT("{\"a\":[1,2]}"), &err));
    assert_ok(change_finish(&change, &TESTER, &end, &err));
    assert_ok(store_commit(store, &err));
    assert_int_equal(verdict_of(store, NULL).faults, 0);
    /* the same fields have different digests, so that none tells about another */
    assert_int_equal(number_from(store, "SELECT count(DISTINCT digest) FROM change_row"), 2);
    execute(store, "UPDATE change_row SET row_number = 3 - row_number");
    assert_int_equal(verdict_of(store, NULL).faults, 1);
    execute(store, "UPDATE change_row SET row_number = 3 - row_number");
    assert_int_equal(verdict_of(store, NULL).faults, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(what_is_rolled_back_leaves_no_entry_and_no_gap),
        TEST(each_entry_is_sealed_once_and_in_order),
        TEST(entries_that_become_visible_out_of_order_are_each_sealed_once),
        TEST(a_register_that_does_not_know_its_end_is_not_sealed),
        TEST(another_key_neither_seals_nor_verifies),
        TEST(a_change_is_recorded_with_its_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
