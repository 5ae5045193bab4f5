/* The map from text to number. */
#include <stdio.h>

#include "lib/unit.h"

static void what_is_put_is_found_and_nothing_else(void **state)
{
    CLEANUP(map_freep) struct map *map = NULL;
    struct berm_error err;
    int64_t value = 7;

    (void)state;
    assert_ok(map_create(0, &map, &err));
    assert_false(map_get(map, TEXT("a"), &value));
    assert_true(value == 7);
    assert_ok(map_put(map, TEXT("a"), 1, &err));
    assert_ok(map_put(map, TEXT(""), 2, &err));
    assert_ok(map_put(map, TEXT("ab"), INT64_MIN, &err));
    assert_true(map_get(map, TEXT("a"), &value) && value == 1);
    assert_true(map_get(map, (struct text){NULL, 0}, &value) && value == 2);
    assert_true(map_get(map, TEXT("ab"), &value) && value == INT64_MIN);
    assert_false(map_get(map, TEXT("b"), &value));
    assert_int_equal(map_count(map), 3);
}

static void a_second_value_replaces_the_first(void **state)
{
    CLEANUP(map_freep) struct map *map = NULL;
    struct berm_error err;
    int64_t value;

    (void)state;
    assert_ok(map_create(10, &map, &err));
    assert_ok(map_put(map, TEXT("key"), 1, &err));
    assert_ok(map_put(map, TEXT("key"), 2, &err));
    assert_true(map_get(map, TEXT("key"), &value) && value == 2);
    assert_int_equal(map_count(map), 1);
}

static void keys_are_copied(void **state)
{
    CLEANUP(map_freep) struct map *map = NULL;
    char key[] = "a key that is longer than sixteen bytes";
    struct berm_error err;
    int64_t value;

    (void)state;
    assert_ok(map_create(1, &map, &err));
    assert_ok(map_put(map, (struct text){key, 16}, 16, &err));
    assert_ok(map_put(map, (struct text){key, 17}, 17, &err));
    memset(key, 'x', sizeof key - 1);
    assert_true(map_get(map, TEXT("a key that is lo"), &value) && value == 16);
    assert_true(map_get(map, TEXT("a key that is lon"), &value) && value == 17);
    assert_false(map_get(map, (struct text){key, 16}, &value));
}

static void keys_of_every_length_survive_growth(void **state)
{
    CLEANUP(map_freep) struct map *map = NULL;
    struct berm_error err;
    char key[400];
    int64_t value;

    (void)state;
    assert_ok(map_create(0, &map, &err));
    for (int64_t i = 0; i < 20000; i++) {
        int length = snprintf(key, sizeof key, "%0*lld", (int)(i % 300) + 5, (long long)i);

        assert_ok(map_put(map, (struct text){key, (size_t)length}, i, &err));
    }
    assert_int_equal(map_count(map), 20000);
    for (int64_t i = 0; i < 20000; i++) {
        int length = snprintf(key, sizeof key, "%0*lld", (int)(i % 300) + 5, (long long)i);

        assert_true(map_get(map, (struct text){key, (size_t)length}, &value));
        assert_true(value == i);
        key[0] = 'x';
        assert_false(map_get(map, (struct text){key, (size_t)length}, &value));
    }
}

static void a_key_may_be_longer_than_a_block_of_keys(void **state)
{
    CLEANUP(map_freep) struct map *map = NULL;
    static char key[200000];
    struct berm_error err;
    int64_t value;

    (void)state;
    memset(key, 'k', sizeof key);
    assert_ok(map_create(0, &map, &err));
    assert_ok(map_put(map, (struct text){key, sizeof key}, 1, &err));
    assert_ok(map_put(map, (struct text){key, sizeof key - 1}, 2, &err));
    assert_true(map_get(map, (struct text){key, sizeof key}, &value) && value == 1);
    assert_true(map_get(map, (struct text){key, sizeof key - 1}, &value) && value == 2);
}

static void an_expected_count_beyond_memory_is_refused(void **state)
{
    CLEANUP(map_freep) struct map *map = NULL;
    struct berm_error err;

    (void)state;
    assert_fails(map_create(SIZE_MAX, &map, &err), BERM_NO_MEMORY, "no memory");
    assert_null(map);
    map_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_found_and_nothing_else),
        cmocka_unit_test(a_second_value_replaces_the_first),
        cmocka_unit_test(keys_are_copied),
        cmocka_unit_test(keys_of_every_length_survive_growth),
        cmocka_unit_test(a_key_may_be_longer_than_a_block_of_keys),
        cmocka_unit_test(an_expected_count_beyond_memory_is_refused),
    };

    return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
