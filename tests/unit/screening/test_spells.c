/* Spells: what a month's result does to the findings that are open. */
#include "lib/unit.h"

#include "screening/screening.h"

enum { ROOM = 8 };

struct compared {
    int64_t closed[ROOM];
    size_t opened[ROOM];
    struct spell_changes changes;
};

static struct compared compare(const struct open_finding *open, size_t open_count,
                               const struct found *found, size_t found_count)
{
    struct household_result result = {.found = found, .found_count = found_count};
    struct compared compared = {0};

    spells_compare(open, open_count, &result, compared.closed, compared.opened, &compared.changes);
    return compared;
}

static void an_unchanged_finding_writes_nothing(void **state)
{
    const struct open_finding open[] = {{.finding_id = 7, .finding = 2, .severity = SEVERITY_HIGH}};
    const struct found found[] = {{.finding = 2, .severity = SEVERITY_HIGH}};
    struct compared compared = compare(open, 1, found, 1);

    (void)state;
    assert_int_equal(compared.changes.closed_count, 0);
    assert_int_equal(compared.changes.opened_count, 0);
    assert_int_equal(compared.changes.unchanged_count, 1);
}

static void a_finding_that_is_gone_closes_its_spell(void **state)
{
    const struct open_finding open[] = {{.finding_id = 7, .finding = 2, .severity = SEVERITY_HIGH}};
    struct compared compared = compare(open, 1, NULL, 0);

    (void)state;
    assert_int_equal(compared.changes.closed_count, 1);
    assert_int_equal(compared.closed[0], 7);
    assert_int_equal(compared.changes.opened_count, 0);
}

static void a_severity_that_changes_ends_one_spell_and_begins_another(void **state)
{
    const struct open_finding open[] = {{.finding_id = 7, .finding = 2, .severity = SEVERITY_LOW}};
    const struct found found[] = {{.finding = 2, .severity = SEVERITY_HIGH}};
    struct compared compared = compare(open, 1, found, 1);

    (void)state;
    assert_int_equal(compared.changes.closed_count, 1);
    assert_int_equal(compared.changes.opened_count, 1);
    assert_int_equal(compared.changes.unchanged_count, 0);
}

static void a_certain_spell_stays_while_it_cannot_be_told(void **state)
{
    const struct open_finding open[] = {{.finding_id = 7, .finding = 2, .severity = SEVERITY_HIGH}};
    const struct found found[] = {
        {.finding = 2, .severity = SEVERITY_LOW, .is_undetermined = true}};
    struct compared compared = compare(open, 1, found, 1);

    (void)state;
    assert_int_equal(compared.changes.closed_count, 0);
    assert_int_equal(compared.changes.opened_count, 0);
    assert_int_equal(compared.changes.unchanged_count, 1);
    assert_int_equal(compared.changes.kept_severity, SEVERITY_HIGH);
}

static void what_becomes_certain_ends_the_undetermined_spell(void **state)
{
    const struct open_finding open[] = {
        {.finding_id = 7, .finding = 2, .severity = SEVERITY_LOW, .is_undetermined = true}};
    const struct found found[] = {{.finding = 2, .severity = SEVERITY_LOW}};
    struct compared compared = compare(open, 1, found, 1);

    (void)state;
    assert_int_equal(compared.changes.closed_count, 1);
    assert_int_equal(compared.changes.opened_count, 1);
    assert_int_equal(compared.changes.kept_severity, SEVERITY_NONE);
}

static void a_code_that_the_pack_lost_is_closed(void **state)
{
    const struct open_finding open[] = {{.finding_id = 7, .finding = -1, .severity = SEVERITY_LOW}};
    const struct found found[] = {{.finding = 0, .severity = SEVERITY_LOW}};
    struct compared compared = compare(open, 1, found, 1);

    (void)state;
    assert_int_equal(compared.changes.closed_count, 1);
    assert_int_equal(compared.changes.opened_count, 1);
    assert_int_equal(compared.opened[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unchanged_finding_writes_nothing),
        cmocka_unit_test(a_finding_that_is_gone_closes_its_spell),
        cmocka_unit_test(a_severity_that_changes_ends_one_spell_and_begins_another),
        cmocka_unit_test(a_certain_spell_stays_while_it_cannot_be_told),
        cmocka_unit_test(what_becomes_certain_ends_the_undetermined_spell),
        cmocka_unit_test(a_code_that_the_pack_lost_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
