/* The arena: its cap holds, what is given back is used again, and no size overflows. */
#include "lib/unit.h"

static struct arena *arena_of(size_t cap_bytes)
{
    struct berm_error err;
    struct arena *arena;

    assert_ok(arena_create(cap_bytes, &arena, &err));
    return arena;
}

static void pieces_are_aligned_and_do_not_overlap(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(1 << 20);
    char *pieces[200];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++) {
        pieces[i] = arena_alloc(arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < ARRAY_COUNT(pieces); i++)
        for (size_t j = 0; j < i; j++)
            assert_int_equal((unsigned char)pieces[i][j], i);
}

static void a_piece_of_no_bytes_is_a_valid_pointer(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(4096);
    char *first = arena_alloc(arena, 0);
    char *second = arena_alloc(arena, 0);

    (void)state;
    assert_non_null(first);
    assert_ptr_not_equal(first, second);
}

static void the_cap_is_never_exceeded(void **state)
{
    (void)state;
    for (size_t cap_bytes = 0; cap_bytes < 20000; cap_bytes += 777) {
        CLEANUP(arena_freep) struct arena *arena = arena_of(cap_bytes);
        size_t total_bytes = 0;

        while (arena_alloc(arena, 48) != NULL)
            total_bytes += 48;
        assert_true(total_bytes <= cap_bytes);
        assert_true(arena->taken_bytes <= cap_bytes);
        assert_null(arena_alloc(arena, 48));
    }
}

static void raising_the_cap_step_by_step_reaches_success_once_and_for_all(void **state)
{
    bool has_succeeded = false;
    int failures = 0;

    (void)state;
    for (size_t cap_bytes = 0; cap_bytes <= 16384; cap_bytes += 64) {
        CLEANUP(arena_freep) struct arena *arena = arena_of(cap_bytes);
        bool succeeds = true;

        for (size_t i = 1; i <= 10 && succeeds; i++)
            succeeds = arena_alloc(arena, i * 100) != NULL;
        assert_true(succeeds || !has_succeeded);
        has_succeeded = succeeds;
        failures += !succeeds;
    }
    assert_true(has_succeeded);
    assert_true(failures > 50);
}

static void an_array_is_zeroed_even_where_the_memory_was_used_before(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(1 << 16);
    struct berm_error err;
    uint64_t *numbers;

    (void)state;
    memset(arena_alloc(arena, 4000), 0xFF, 4000);
    arena_reset(arena);
    assert_ok(arena_new(arena, 400, sizeof *numbers, &numbers, &err));
    for (int i = 0; i < 400; i++)
        assert_true(numbers[i] == 0);
}

static void sizes_that_overflow_are_refused(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(SIZE_MAX);
    struct berm_error err;
    char *bytes = NULL;

    (void)state;
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_alloc(arena, SIZE_MAX - 15));
    assert_null(arena_alloc(arena, SIZE_MAX - 40));
    assert_fails(arena_new(arena, SIZE_MAX / 2, 3, &bytes, &err), BERM_NO_MEMORY, "memory");
    assert_fails(arena_new(arena, (size_t)1 << 33, (size_t)1 << 33, &bytes, &err), BERM_NO_MEMORY,
                 "memory");
    assert_null(bytes);
    assert_non_null(arena_alloc(arena, 1));
}

static void a_rewind_gives_back_what_was_taken_since_the_mark(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(1 << 20);
    char *kept = arena_alloc(arena, 100);
    struct arena_mark mark = arena_mark(arena);
    size_t used_bytes = arena_used_bytes(arena);
    char *next = arena_alloc(arena, 100);
    size_t taken_bytes;

    (void)state;
    memset(kept, 'k', 100);
    for (int i = 0; i < 500; i++)
        assert_non_null(arena_alloc(arena, 1000));
    taken_bytes = arena->taken_bytes;
    arena_rewind(arena, mark);
    assert_int_equal(arena_used_bytes(arena), used_bytes);
    assert_ptr_equal(arena_alloc(arena, 100), next);
    for (int i = 0; i < 500; i++)
        assert_non_null(arena_alloc(arena, 1000));
    assert_int_equal(arena->taken_bytes, taken_bytes); /* the blocks were used again */
    for (int i = 0; i < 100; i++)
        assert_int_equal(kept[i], 'k');
}

static void a_mark_on_an_empty_arena_rewinds_to_empty(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(1 << 20);
    struct arena_mark mark = arena_mark(arena);

    (void)state;
    arena_rewind(arena, mark);
    assert_non_null(arena_alloc(arena, 5000));
    assert_non_null(arena_alloc(arena, 50000));
    arena_rewind(arena, mark);
    assert_int_equal(arena_used_bytes(arena), 0);
}

static void a_large_piece_after_a_reset_finds_the_large_block(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(1 << 20);
    size_t taken_bytes;

    (void)state;
    assert_non_null(arena_alloc(arena, 100));
    assert_non_null(arena_alloc(arena, 300000));
    taken_bytes = arena->taken_bytes;
    for (int round = 0; round < 10; round++) {
        arena_reset(arena);
        assert_non_null(arena_alloc(arena, 300000));
        assert_non_null(arena_alloc(arena, 100));
        assert_int_equal(arena->taken_bytes, taken_bytes);
    }
}

static void the_bytes_used_are_counted_over_all_blocks(void **state)
{
    CLEANUP(arena_freep) struct arena *arena = arena_of(1 << 24);
    size_t previous_bytes = 0;

    (void)state;
    assert_int_equal(arena_used_bytes(arena), 0);
    for (int i = 0; i < 3000; i++) {
        assert_non_null(arena_alloc(arena, 1000));
        assert_in_range(arena_used_bytes(arena) - previous_bytes, 1000, 1040);
        previous_bytes = arena_used_bytes(arena);
    }
    arena_reset(arena);
    assert_int_equal(arena_used_bytes(arena), 0);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    arena_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(a_piece_of_no_bytes_is_a_valid_pointer),
        cmocka_unit_test(the_cap_is_never_exceeded),
        cmocka_unit_test(raising_the_cap_step_by_step_reaches_success_once_and_for_all),
        cmocka_unit_test(an_array_is_zeroed_even_where_the_memory_was_used_before),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(a_rewind_gives_back_what_was_taken_since_the_mark),
        cmocka_unit_test(a_mark_on_an_empty_arena_rewinds_to_empty),
        cmocka_unit_test(a_large_piece_after_a_reset_finds_the_large_block),
        cmocka_unit_test(the_bytes_used_are_counted_over_all_blocks),
        cmocka_unit_test(freeing_nothing_is_fine),
    };

    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
