/* Poverty measures against values worked out by hand. */
#include "lib/unit.h"

#include "statistics/statistics.h"

#include <math.h>

static void assert_near(double got, double wanted)
{
    if (fabs(got - wanted) > 1e-12)
        fail_msg("%.15g instead of %.15g", got, wanted);
}

static void nobody_gives_zero(void **state)
{
    struct fgt fgt = {0};

    (void)state;
    assert_near(fgt_headcount(&fgt), 0);
    assert_near(fgt_gap(&fgt), 0);
    assert_near(fgt_severity(&fgt), 0);
}

static void the_line_itself_is_not_poor(void **state)
{
    struct fgt fgt = {0};

    (void)state;
    fgt_add(&fgt, 100, 100, 2);
    assert_near(fgt_headcount(&fgt), 0);
    fgt_add(&fgt, 99.999, 100, 2);
    assert_near(fgt_headcount(&fgt), 0.5);
}

static void weights_and_gaps_add_up(void **state)
{
    struct fgt fgt = {0};

    (void)state;
    fgt_add(&fgt, 50, 100, 3); /* gap 0.5 */
    fgt_add(&fgt, 80, 100, 1); /* gap 0.2 */
    fgt_add(&fgt, 200, 100, 6);
    assert_near(fgt_headcount(&fgt), 0.4);
    assert_near(fgt_gap(&fgt), (3 * 0.5 + 0.2) / 10);
    assert_near(fgt_severity(&fgt), (3 * 0.25 + 0.04) / 10);
    assert_near(fgt.shortfall, 3 * 50 + 20);
}

static void areas_merge_to_the_whole(void **state)
{
    struct fgt whole = {0}, first = {0}, second = {0};

    (void)state;
    fgt_add(&whole, 50, 100, 3);
    fgt_add(&whole, 10, 80, 2);
    fgt_add(&first, 50, 100, 3);
    fgt_add(&second, 10, 80, 2);
    fgt_merge(&first, &second);
    assert_near(fgt_headcount(&first), fgt_headcount(&whole));
    assert_near(fgt_gap(&first), fgt_gap(&whole));
    assert_near(fgt_severity(&first), fgt_severity(&whole));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_gives_zero),
        cmocka_unit_test(the_line_itself_is_not_poor),
        cmocka_unit_test(weights_and_gaps_add_up),
        cmocka_unit_test(areas_merge_to_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
