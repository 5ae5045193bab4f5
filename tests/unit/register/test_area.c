/* Nested intervals: a subtree is one range, whatever the order of the rows, and circles are found.
 */
#include <stdlib.h>

#include "lib/unit.h"
#include "register/register.h"

static struct area area_of(int64_t area_id, int64_t parent_id)
{
    return (struct area){.area_id = area_id, .parent_id = parent_id, .code = TEXT("x")};
}

static bool contains(const struct area *outer, const struct area *inner)
{
    return outer->position_low <= inner->position_low &&
           inner->position_high <= outer->position_high;
}

static void children_lie_within_their_parents_with_room_for_more(void **state)
{
    struct area areas[] = {area_of(5, 2), area_of(2, 1), area_of(1, 0), area_of(3, 1),
                           area_of(9, 0)};
    size_t bad = 0;
    struct berm_error err;

    (void)state;
    assert_ok(area_assign_positions(areas, ARRAY_COUNT(areas), &bad, &err));
    assert_int_equal(areas[0].level, 2);
    assert_int_equal(areas[1].level, 1);
    assert_int_equal(areas[4].level, 0);
    assert_true(contains(&areas[2], &areas[1]) && contains(&areas[1], &areas[0]));
    assert_true(contains(&areas[2], &areas[3]));
    assert_false(contains(&areas[3], &areas[0]) || contains(&areas[4], &areas[2]));
    /* behind the last child, and inside an area without children */
    assert_true(areas[2].position_high - areas[3].position_high > 1 << 20);
    assert_true(areas[0].position_high - areas[0].position_low > 1 << 20);
    for (size_t i = 0; i < ARRAY_COUNT(areas); i++)
        assert_true(areas[i].position_low >= 0 && areas[i].position_high < INT64_C(1) << 62);
}

/* Whether going up from inner one meets outer. */
static bool is_above(const struct area *areas, size_t outer, size_t inner)
{
    while (inner != outer && areas[inner].parent_id != 0)
        inner = (size_t)areas[inner].parent_id - 1;
    return inner == outer;
}

static void random_trees_are_ordered_as_their_parents_say(void **state)
{
    enum { COUNT = 200 };
    struct random random = random_from_seed(20120101);
    struct area areas[COUNT];
    struct berm_error err;
    size_t bad = 0;

    (void)state;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < COUNT; i++) {
            size_t first = i > 12 ? i - 12 : 0; /* parents not far behind: deep, but not too deep */
            areas[i] =
                area_of((int64_t)i + 1,
                        i % 14 == 0 ? 0 : (int64_t)(first + random_below(&random, i - first) + 1));
        }
        if (area_assign_positions(areas, COUNT, &bad, &err) == BERM_LIMIT)
            continue;
        for (size_t i = 0; i < COUNT; i++)
            for (size_t k = 0; k < COUNT; k++)
                assert_int_equal(contains(&areas[i], &areas[k]), is_above(areas, i, k));
    }
}

static void a_million_areas_fit(void **state)
{
    enum { COUNT = 1000000 };
    struct area *areas = calloc(COUNT, sizeof *areas);
    struct berm_error err;
    size_t bad = 0;

    (void)state;
    assert_non_null(areas);
    for (int64_t i = 0; i < COUNT; i++)
        areas[i] = area_of(COUNT - i, (COUNT - i) / 10);
    assert_ok(area_assign_positions(areas, COUNT, &bad, &err));
    assert_int_equal(areas[COUNT - 1].level, 0);
    assert_int_equal(areas[0].level, 6);
    assert_true(areas[0].position_high - areas[0].position_low > INT64_C(1) << 40);
    free(areas);
}

static void a_circle_is_told_by_one_of_its_areas(void **state)
{
    struct area areas[] = {area_of(1, 0), area_of(2, 4), area_of(3, 2), area_of(4, 3),
                           area_of(5, 4)};
    struct area itself[] = {area_of(1, 1)};
    size_t bad = 99;
    struct berm_error err;

    (void)state;
    assert_fails(area_assign_positions(areas, ARRAY_COUNT(areas), &bad, &err), BERM_INVALID_INPUT,
                 "circle");
    assert_in_range(bad, 1, 3);
    assert_fails(area_assign_positions(itself, 1, &bad, &err), BERM_INVALID_INPUT, "circle");
    assert_int_equal(bad, 0);
}

static void a_missing_parent_and_a_double_area_are_told(void **state)
{
    struct area orphan[] = {area_of(1, 0), area_of(2, 7)};
    struct area twice[] = {area_of(1, 0), area_of(2, 1), area_of(2, 1)};
    size_t bad = 99;
    struct berm_error err;

    (void)state;
    assert_fails(area_assign_positions(orphan, 2, &bad, &err), BERM_INVALID_INPUT, "parent");
    assert_int_equal(bad, 1);
    assert_fails(area_assign_positions(twice, 3, &bad, &err), BERM_INVALID_INPUT, "twice");
    assert_int_equal(bad, 2);
    assert_ok(area_assign_positions(NULL, 0, &bad, &err));
}

static void more_levels_than_the_limit_are_refused(void **state)
{
    struct area areas[AREA_DEPTH_MAX + 1];
    size_t bad = 99;
    struct berm_error err;

    (void)state;
    for (int i = 0; i <= AREA_DEPTH_MAX; i++)
        areas[i] = area_of(i + 1, i);
    assert_ok(area_assign_positions(areas, AREA_DEPTH_MAX, &bad, &err));
    assert_int_equal(areas[AREA_DEPTH_MAX - 1].level, AREA_DEPTH_MAX - 1);
    assert_fails(area_assign_positions(areas, AREA_DEPTH_MAX + 1, &bad, &err), BERM_LIMIT,
                 "16 levels");
    assert_int_equal(bad, AREA_DEPTH_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_lie_within_their_parents_with_room_for_more),
        cmocka_unit_test(random_trees_are_ordered_as_their_parents_say),
        cmocka_unit_test(a_million_areas_fit),
        cmocka_unit_test(a_circle_is_told_by_one_of_its_areas),
        cmocka_unit_test(a_missing_parent_and_a_double_area_are_told),
        cmocka_unit_test(more_levels_than_the_limit_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
