/* Arrays that grow. */
#include <stdlib.h>

#include "lib/unit.h"

static void rows_stay_as_they_are_while_there_comes_room_for_more(void **state)
{
    struct berm_error err;
    int64_t *rows = NULL;
    size_t capacity = 0;

    (void)state;
    for (size_t count = 0; count < 1000; count++) {
        assert_ok(rows_grow(&rows, sizeof *rows, count, &capacity, &err));
        assert_true(count < capacity);
        rows[count] = (int64_t)count;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(rows[i], i);
    free(rows);
}

static void what_cannot_be_had_leaves_the_rows_alone(void **state)
{
    struct berm_error err;
    int64_t *rows = NULL;
    size_t capacity = 0;

    (void)state;
    assert_ok(rows_grow(&rows, sizeof *rows, 0, &capacity, &err));
    rows[0] = 7;
    assert_fails(rows_grow(&rows, SIZE_MAX / 2, capacity, &capacity, &err), BERM_NO_MEMORY,
                 "no memory");
    assert_int_equal(rows[0], 7);
    assert_int_equal(capacity, 64);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stay_as_they_are_while_there_comes_room_for_more),
        cmocka_unit_test(what_cannot_be_had_leaves_the_rows_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
