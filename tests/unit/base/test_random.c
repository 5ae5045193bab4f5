/* The generator: known numbers, no bias, and the moments that the made-up registers rely on. */
#include "lib/unit.h"

static void the_numbers_are_those_of_the_published_algorithm(void **state)
{
    /* xoshiro256** from the state 1, 2, 3, 4: the published reference values. */
    static const uint64_t wanted[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct random random = {{1, 2, 3, 4}};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++)
        assert_true(random_next(&random) == wanted[i]);
}

static void a_seed_is_spread_by_splitmix64(void **state)
{
    static const uint64_t wanted[] = {
        UINT64_C(6457827717110365317),
        UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423),
        UINT64_C(4593380528125082431),
    };
    struct random random = random_from_seed(1234567);

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++)
        assert_true(random.state[i] == wanted[i]);
}

static void the_same_seed_gives_the_same_numbers_and_another_others(void **state)
{
    struct random a = random_from_seed(5);
    struct random b = random_from_seed(5);
    struct random c = random_from_seed(6);
    int equal_count = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint64_t value = random_next(&a);

        assert_true(value == random_next(&b));
        equal_count += value == random_next(&c);
    }
    assert_int_equal(equal_count, 0);
}

static void numbers_below_a_bound_are_even(void **state)
{
    struct random random = random_from_seed(7);
    int counts[7] = {0};

    (void)state;
    for (int i = 0; i < 70000; i++)
        counts[random_below(&random, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], 9700, 10300);
    for (int i = 0; i < 1000; i++) {
        assert_true(random_below(&random, 1) == 0);
        assert_true(random_below(&random, UINT64_MAX) < UINT64_MAX);
    }
}

static void units_lie_between_0_and_1(void **state)
{
    struct random random = random_from_seed(8);
    double sum = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double unit = random_unit(&random);

        assert_true(unit >= 0 && unit < 1);
        sum += unit;
    }
    assert_true(sum > 49500 && sum < 50500);
}

static void normals_have_mean_0_and_variance_1(void **state)
{
    struct random random = random_from_seed(9);
    double sum = 0, sum_of_squares = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        double normal = random_normal(&random);

        sum += normal;
        sum_of_squares += normal * normal;
    }
    assert_true(sum > -1500 && sum < 1500);
    assert_true(sum_of_squares > 98000 && sum_of_squares < 102000);
}

static void chances_come_as_often_as_they_should(void **state)
{
    struct random random = random_from_seed(10);
    int count = 0;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        count += random_chance(&random, 0.25);
        assert_false(random_chance(&random, 0));
        assert_true(random_chance(&random, 1));
    }
    assert_in_range(count, 24400, 25600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_are_those_of_the_published_algorithm),
        cmocka_unit_test(a_seed_is_spread_by_splitmix64),
        cmocka_unit_test(the_same_seed_gives_the_same_numbers_and_another_others),
        cmocka_unit_test(numbers_below_a_bound_are_even),
        cmocka_unit_test(units_lie_between_0_and_1),
        cmocka_unit_test(normals_have_mean_0_and_variance_1),
        cmocka_unit_test(chances_come_as_often_as_they_should),
    };

    return cmocka_run_group_tests_name("base/random", tests, NULL, NULL);
}
