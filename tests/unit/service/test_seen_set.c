/* The set of what a file named: exact, also where it does not fit into memory. */
#include <stdlib.h>

#include "lib/unit.h"
#include "service/import/seen_set.h"

static void numbers_are_there_once_added(void **state)
{
    CLEANUP(seen_set_freep) struct seen_set *set = NULL;
    struct berm_error err;
    bool is_there = true;

    (void)state;
    assert_ok(seen_set_create(&set, &err));
    assert_ok(seen_set_has(set, 5, &is_there, &err));
    assert_false(is_there);
    assert_ok(seen_set_add(set, 5, &is_there, &err));
    assert_false(is_there);
    assert_ok(seen_set_add(set, 5, &is_there, &err));
    assert_true(is_there);
    assert_ok(seen_set_has(set, 4, &is_there, &err));
    assert_false(is_there);
    assert_ok(seen_set_has(set, UINT64_MAX, &is_there, &err));
    assert_false(is_there);
    assert_ok(seen_set_add(set, UINT64_MAX, &is_there, &err));
    assert_ok(seen_set_has(set, UINT64_MAX, &is_there, &err));
    assert_true(is_there);
}

/* Each number on a page of its own, many more pages than are held in memory. */
static void pages_that_wait_in_the_file_come_back_whole(void **state)
{
    CLEANUP(seen_set_freep) struct seen_set *set = NULL;
    struct berm_error err;
    bool is_there;

    (void)state;
    assert_ok(seen_set_create(&set, &err));
    for (uint64_t round = 0; round < 3; round++)
        for (uint64_t i = 0; i < 5000; i++) {
            uint64_t number = (i * 2654435761u % 5000) * 32768 + round * 100 + i % 64;

            assert_ok(seen_set_add(set, number, &is_there, &err));
            assert_false(is_there);
        }
    for (uint64_t i = 0; i < 5000; i++)
        for (uint64_t round = 0; round < 4; round++) {
            uint64_t number = (i * 2654435761u % 5000) * 32768 + round * 100 + i % 64;

            assert_ok(seen_set_has(set, number, &is_there, &err));
            assert_int_equal(is_there, round < 3);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_there_once_added),
        cmocka_unit_test(pages_that_wait_in_the_file_come_back_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
