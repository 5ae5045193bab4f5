/* Flows: reports become a month, months become windows, and unknown stays unknown. */
#include "lib/unit.h"
#include "register/register.h"

enum { ALL_MONTHS = (1 << FLOW_MONTHS) - 1 };

static struct flow_months months_of_one_each(uint32_t reported)
{
    struct flow_months months = {.reported = reported};

    for (int i = 0; i < FLOW_MONTHS; i++)
        months.amount_minor[i] = INT64_C(1) << i;
    return months;
}

static void sources_add_up_or_the_preferred_one_counts(void **state)
{
    static const struct text preferred[] = {{"payroll", 7}, {"visit", 5}};
    const struct flow_report reports[] = {
        {TEXT("zeta"), 5}, {TEXT("alpha"), 7}, {TEXT("visit"), 100}, {TEXT("payroll"), 1000}};
    struct variable sum = {.combination = FLOW_SUM};
    struct variable prefer = {
        .combination = FLOW_PREFER, .preferred = preferred, .preferred_count = 2};
    int64_t amount = 42;

    (void)state;
    assert_false(flow_combine(&sum, reports, 0, &amount));
    assert_int_equal(amount, 42);
    assert_true(flow_combine(&sum, reports, 4, &amount));
    assert_int_equal(amount, 1112);
    assert_true(flow_combine(&prefer, reports, 4, &amount));
    assert_int_equal(amount, 1000);
    assert_true(flow_combine(&prefer, reports, 3, &amount));
    assert_int_equal(amount, 100);
    assert_true(flow_combine(&prefer, reports, 2, &amount)); /* then by name */
    assert_int_equal(amount, 7);
}

static void windows_sum_their_own_months(void **state)
{
    struct variable flow = {0};
    struct flow_months months = months_of_one_each(ALL_MONTHS);

    (void)state;
    assert_int_equal(flow_window_value(&flow, &months, FLOW_MONTH).number, 1 << 23);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_3M).number, 7 << 21);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_12M).number, 0xFFF << 12);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_PREVIOUS_12M).number, 0xFFF);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_REPORTED_12M).number, 0xFFF << 12);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_MONTHS_REPORTED_12M).number, 12);
}

static void a_month_without_a_report_makes_a_sum_unknown(void **state)
{
    struct variable flow = {0};
    struct variable zero = {.is_empty_zero = true};
    struct flow_months months = months_of_one_each(ALL_MONTHS & ~(1U << 15) & ~(1U << 3));

    (void)state;
    assert_true(flow_window_value(&flow, &months, FLOW_3M).is_known);
    assert_false(flow_window_value(&flow, &months, FLOW_12M).is_known);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_12M).number, 0);
    assert_false(flow_window_value(&flow, &months, FLOW_PREVIOUS_12M).is_known);
    assert_true(flow_window_value(&zero, &months, FLOW_12M).is_known);
    assert_int_equal(flow_window_value(&zero, &months, FLOW_PREVIOUS_12M).number, 0xFFF & ~8);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_REPORTED_12M).number,
                     (0xFFF << 12) & ~(1 << 15));
    assert_int_equal(flow_window_value(&flow, &months, FLOW_MONTHS_REPORTED_12M).number, 11);
}

static void with_no_report_at_all_only_the_counting_windows_are_known(void **state)
{
    struct variable flow = {0};
    struct flow_months months = months_of_one_each(0);

    (void)state;
    assert_false(flow_window_value(&flow, &months, FLOW_MONTH).is_known);
    assert_true(flow_window_value(&flow, &months, FLOW_REPORTED_12M).is_known);
    assert_int_equal(flow_window_value(&flow, &months, FLOW_REPORTED_12M).number, 0);
    assert_true(flow_window_value(&flow, &months, FLOW_MONTHS_REPORTED_12M).is_known);
}

static void sums_stop_at_the_largest_number(void **state)
{
    struct variable flow = {0};
    const struct flow_report reports[] = {{TEXT("a"), INT64_MAX}, {TEXT("b"), 1}};
    int64_t amount = 0;

    (void)state;
    assert_true(flow_combine(&flow, reports, 2, &amount));
    assert_true(amount == INT64_MAX);
}

static void a_window_is_found_by_its_name_and_knows_how_far_back_it_reads(void **state)
{
    static const struct variable flows[] = {{.name = {"wage", 4}}, {.name = {"gift", 4}}};
    static const int depths[FLOW_WINDOW_COUNT] = {0, 2, 11, 23, 11, 11};
    struct dictionary dictionary = {.variables = flows, .variable_count = 2};
    CLEANUP(buffer_free) struct buffer name = {0};
    enum flow_window window = FLOW_MONTH;
    int flow = -1;

    (void)state;
    dictionary.count[ENTITY_FLOW] = 2;
    for (int i = 0; i < FLOW_WINDOW_COUNT; i++) {
        buffer_clear(&name);
        buffer_append_format(&name, "gift%s", flow_window_suffix((enum flow_window)i));
        assert_true(flow_window_find(&dictionary, buffer_text(&name), &flow, &window));
        assert_int_equal(flow, 1);
        assert_int_equal(window, i);
        assert_int_equal(flow_window_depth_months(window), depths[i]);
    }
    assert_false(flow_window_find(&dictionary, TEXT("gift"), &flow, &window));
    assert_false(flow_window_find(&dictionary, TEXT("_12m"), &flow, &window));
    assert_false(flow_window_find(&dictionary, TEXT("rent_12m"), &flow, &window));
    assert_false(flow_window_find(&dictionary, TEXT("wage_6m"), &flow, &window));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_add_up_or_the_preferred_one_counts),
        cmocka_unit_test(windows_sum_their_own_months),
        cmocka_unit_test(a_month_without_a_report_makes_a_sum_unknown),
        cmocka_unit_test(with_no_report_at_all_only_the_counting_windows_are_known),
        cmocka_unit_test(sums_stop_at_the_largest_number),
        cmocka_unit_test(a_window_is_found_by_its_name_and_knows_how_far_back_it_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
