/* The summary: everybody is counted once, wherever they live. */
#include "register_fixture.h"

/* Of the province; H4 has the country's, and is above either. */
static const double LINE = 4500.5;

static month_number september(void)
{
    return month_from_civil(2020, 9);
}

/* Two households in a county, one in the other, one that belongs to the country itself. */
static const char HOUSEHOLDS[] = "code,area,housing_grade\n"
                                 "H1,1101,D\nH2,1101,A\nH3,1102,A\nH4,1,D\n";
static const char PERSONS[] = "code,household,relation\n"
                              "P1,H1,head\nP2,H1,spouse\nP3,H2,head\nP4,H3,head\nP5,H4,head\n";

/* Twelve months of the same wage. */
static void append_wages(struct buffer *csv, const char *household, int amount)
{
    for (int m = 0; m < 12; m++) {
        char month[MONTH_TEXT_MAX];

        buffer_append_format(csv, "%s,%.*s,%d\n", household,
                             TEXT_ARG(month_format(september() - m, month)), amount);
    }
}

static struct office *filled(const struct pack_folder *folder)
{
    struct office *office = register_make(folder, "register.db");
    CLEANUP(buffer_free) struct buffer wages = {0};

    register_import(folder, office, IMPORT_AREAS, AREAS);
    register_import(folder, office, IMPORT_HOUSEHOLDS, HOUSEHOLDS);
    register_import(folder, office, IMPORT_PERSONS, PERSONS);
    buffer_append_text(&wages, TEXT("household,month,wage_income\n"));
    append_wages(&wages, "H1", 100); /* 600 a head: below the line */
    append_wages(&wages, "H2", 1000);
    append_wages(&wages, "H4", 1000);
    buffer_append_char(&wages, '\0'); /* nobody knows what H3 earns */
    register_import(folder, office, IMPORT_FLOWS, wages.bytes);
    return office;
}

static struct summary summarise(const struct pack_folder *folder, struct office *office,
                                const char *area)
{
    struct summary summary;
    struct berm_error err;

    assert_ok(summary_compute(office, caller_local(), september(), text_of(area), folder->arena,
                              &summary, &err));
    return summary;
}

static const struct summary_group *group_of(const struct summary_group *groups, size_t count,
                                            const char *key, bool is_undetermined)
{
    for (size_t g = 0; g < count; g++)
        if (text_equal(groups[g].key, text_of(key)) && groups[g].is_undetermined == is_undetermined)
            return &groups[g];
    fail_msg("no group %s", key);
    return NULL;
}

static void everybody_is_counted_once_wherever_they_live(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(*state);
    struct summary summary = summarise(*state, office, "");
    int64_t households = 0, people = 0;

    assert_int_equal(summary.total.households, 4);
    assert_int_equal(summary.total.people, 5);
    for (size_t a = 0; a < summary.area_count; a++) {
        households += summary.areas[a].households;
        people += summary.areas[a].people;
    }
    assert_int_equal(households, 4);
    assert_int_equal(people, 5);
    assert_int_equal(group_of(summary.areas, summary.area_count, "1101", false)->households, 2);
    assert_int_equal(group_of(summary.areas, summary.area_count, "1102", false)->people, 1);
    assert_int_equal(group_of(summary.areas, summary.area_count, "1", false)->households, 1);
    assert_text(group_of(summary.areas, summary.area_count, "1102", false)->label_en, "Second");
    assert_false(summary.has_run);
}

static void an_area_is_counted_with_its_own_households(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(*state);
    struct summary summary;
    struct berm_error err;

    assert_int_equal(summarise(*state, office, "1").total.households, 4);
    assert_int_equal(summarise(*state, office, "11").total.households, 3);
    summary = summarise(*state, office, "1101");
    assert_int_equal(summary.total.households, 2);
    assert_int_equal(summary.area_count, 1);
    assert_fails(summary_compute(office, caller_local(), september(), TEXT("77"),
                                 ((struct pack_folder *)*state)->arena, &summary, &err),
                 BERM_NOT_FOUND, "no area with the code 77");
}

static void findings_levels_and_kinds_are_those_of_the_run(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(*state);
    struct summary summary;
    int64_t in_levels = 0;

    register_screen(office, september(), 1);
    summary = summarise(*state, office, "");
    assert_true(summary.has_run);
    assert_int_equal(summary.total.with_findings, 2);
    assert_int_equal(summary.finding_count, 3);
    assert_int_equal(group_of(summary.findings, 3, "unsafe_house", false)->households, 2);
    assert_int_equal(group_of(summary.findings, 3, "income_below_line", false)->people, 2);
    assert_int_equal(group_of(summary.findings, 3, "income_below_line", true)->households, 1);
    for (size_t l = 0; l < summary.level_count; l++)
        in_levels += summary.levels[l].households;
    assert_int_equal(in_levels, 4);
    assert_int_equal(group_of(summary.levels, summary.level_count, "high", false)->households, 2);
    assert_int_equal(
        group_of(summary.levels, summary.level_count, "undetermined", false)->households, 1);
    assert_int_equal(summary.kind_count, 1);
    assert_int_equal(group_of(summary.kinds, 1, "marginal", false)->households, 3);
}

static void who_cannot_be_measured_is_in_no_headcount(void **state)
{
    CLEANUP(office_closep) struct office *office = filled(*state);
    struct summary summary = summarise(*state, office, "");

    assert_true(summary.has_statistics);
    assert_int_equal(summary.unmeasured_households, 1);
    assert_int_equal(summary.unmeasured_people, 1);
    assert_float_equal(fgt_headcount(&summary.total.fgt), 0.5, 1e-12); /* 2 people of 4 */
    assert_float_equal(fgt_gap(&summary.total.fgt), 2 * (LINE - 600) / LINE / 4, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(everybody_is_counted_once_wherever_they_live),
        PACK_TEST(an_area_is_counted_with_its_own_households),
        PACK_TEST(findings_levels_and_kinds_are_those_of_the_run),
        PACK_TEST(who_cannot_be_measured_is_in_no_headcount),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
