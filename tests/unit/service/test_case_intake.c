/* Leads: what a run finds opens one case for each household, and a screening never undoes what a
 * person decided. */
#include "unit/service/case_fixture.h"

static const char OPEN_CASES[] = "SELECT count(*) FROM household_case WHERE ended_on IS NULL";
static const char LEADS[] = "SELECT count(*) FROM lead";

static int64_t ask(struct case_register *made, const char *sql)
{
    return number_from(made->office->store, sql);
}

static void screen(struct case_register *made, int month)
{
    register_screen(made->office, month_from_civil(2020, month), 1);
}

/* What changed the facts screens again; an import waits for the next run. */
static void screen_now(struct case_register *made, const char *code)
{
    CLEANUP(change_close) struct change change = {0};
    struct screen_again_result result;
    const int64_t household_id = household_id_of(made, code);
    struct berm_error err;

    assert_ok(store_begin(made->office->store, &err));
    assert_ok(
        change_begin(made->office->store, &WORKER, TEXT("test"), (struct text){0}, &change, &err));
    assert_ok(
        screen_again(made->office, &WORKER, change.change_id, &household_id, 1, &result, &err));
    assert_ok(case_finish(&change, &WORKER, "test", text_of(code), 0, 1, &err));
    assert_ok(store_commit(made->office->store, &err));
}

/* Take it up, visit, and say that it is not so. */
static void dismiss(struct case_register *made, const char *household)
{
    struct step_result result;
    struct berm_error err;

    assert_ok(step_by(made, &WORKER, household, "take_up", "", &result, &err));
    add_visit(made, household);
    assert_ok(step_by(made, &OFFICER, household, "dismiss", "a brother pays", &result, &err));
    assert_text(result.record.state, "dismissed");
}

static void a_run_opens_one_case_for_all_that_it_finds_of_a_household(void **state)
{
    struct case_register *made = *state;
    struct berm_error err;

    add_household(made, "H1", "A", 300);
    set_house(made, "H1", "D");
    add_household(made, "H2", "A", 2000);
    screen(made, 9);
    assert_int_equal(ask(made, OPEN_CASES), 1);
    assert_int_equal(ask(made, LEADS), 2);
    assert_int_equal(ask(made, "SELECT severity FROM household_case"), SEVERITY_HIGH);
    assert_int_equal(ask(made, "SELECT count(*) FROM household_case AS c JOIN household AS h"
                               " ON h.household_id = c.household_id AND h.area_id = c.area_id"
                               " WHERE h.code = 'H1' AND c.state = 'lead' AND c.stage = 'lead'"
                               " AND c.entered_on = '2020-11-02' AND c.due_on = '2020-11-03'"
                               " AND c.due_action = 'take_up'"),
                     1);
    assert_int_equal(ask(made, "SELECT count(*) FROM lead WHERE source = 'screening'"
                               " AND source_id = (SELECT max(run_id) FROM run)"),
                     2);
    assert_ok(case_check_states(made->office->store, made->office->pack, &err));
}

static void a_finding_of_a_later_month_joins_the_open_case(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "A", 300);
    screen(made, 9);
    screen(made, 10);
    assert_int_equal(ask(made, LEADS), 1); /* what goes on is told once */
    set_house(made, "H1", "D");
    screen_now(made, "H1");
    assert_int_equal(ask(made, OPEN_CASES), 1);
    assert_int_equal(ask(made, LEADS), 2);
    assert_int_equal(ask(made, "SELECT severity FROM household_case"), SEVERITY_HIGH);
    /* In the same transaction as the screening, and by its change. */
    assert_int_equal(ask(made, "SELECT count(*) FROM lead AS l JOIN run AS r ON r.run_id ="
                               " l.source_id AND r.change_id = l.change_id WHERE l.code ="
                               " 'unsafe_house' AND l.received_by = 'worker'"),
                     1);
}

static void what_is_unknown_is_a_lead_only_where_it_would_be_grave(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "", 2000); /* a house that would be a high finding */
    screen(made, 9);
    assert_int_equal(ask(made, "SELECT count(*) FROM finding WHERE is_undetermined = 1"), 1);
    assert_int_equal(ask(made, LEADS), 1);
    assert_int_equal(ask(made, "SELECT severity FROM household_case"), SEVERITY_HIGH);
}

static void a_dismissed_finding_that_closes_and_opens_unchanged_stays_dismissed(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "A", 300); /* 3,600 a year: 900.50 below the line */
    screen(made, 9);
    dismiss(made, "H1");
    set_wage(made, "H1", 2000);
    screen_now(made, "H1");
    assert_int_equal(ask(made, "SELECT count(*) FROM finding WHERE closing_run_id IS NULL"), 0);
    set_wage(made, "H1", 300);
    screen_now(made, "H1");
    assert_int_equal(ask(made, "SELECT count(*) FROM finding WHERE closing_run_id IS NULL"), 1);
    assert_int_equal(ask(made, OPEN_CASES), 0);
    screen(made, 10);
    screen(made, 10);
    assert_int_equal(ask(made, OPEN_CASES), 0);
    assert_int_equal(ask(made, LEADS), 1);
}

static void one_that_is_worse_by_more_than_the_margin_comes_back(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "A", 300); /* 900.50 below */
    screen(made, 9);
    dismiss(made, "H1");
    set_wage(made, "H1", 2000);
    screen_now(made, "H1");
    set_wage(made, "H1", 293); /* 984.50: 9.3 percent more */
    screen_now(made, "H1");
    assert_int_equal(ask(made, OPEN_CASES), 0);
    set_wage(made, "H1", 2000);
    screen_now(made, "H1");
    set_wage(made, "H1", 292); /* 996.50: 10.7 percent more */
    screen_now(made, "H1");
    assert_int_equal(ask(made, OPEN_CASES), 1);
    assert_int_equal(ask(made, LEADS), 2);
    assert_int_equal(ask(made, "SELECT count(*) FROM case_dismissal"), 0);
}

static void one_whose_severity_rises_comes_back(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "A", 300);
    screen(made, 9);
    dismiss(made, "H1");
    set_wage(made, "H1", 80); /* 960 a year: critical */
    screen_now(made, "H1");
    assert_int_equal(ask(made, OPEN_CASES), 1);
    assert_int_equal(ask(made, "SELECT severity FROM household_case WHERE ended_on IS NULL"),
                     SEVERITY_CRITICAL);
}

static void one_that_grows_worse_without_closing_comes_back(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "A", 300);
    screen(made, 9);
    dismiss(made, "H1");
    set_wage(made, "H1", 293);
    screen_now(made, "H1");
    screen(made, 10);
    assert_int_equal(ask(made, OPEN_CASES), 0);
    set_wage(made, "H1", 200);
    screen_now(made, "H1");
    /* A spell of the same severity, with the reason as it is now. */
    assert_int_equal(ask(made, "SELECT count(*) FROM finding WHERE severity = 'medium'"), 2);
    assert_int_equal(ask(made, "SELECT count(*) FROM finding WHERE closing_run_id IS NULL AND"
                               " evidence LIKE '%2100.5%'"),
                     1);
    assert_int_equal(ask(made, OPEN_CASES), 1);
    assert_int_equal(ask(made, "SELECT count(*) FROM lead WHERE source_id IS NOT NULL"), 2);
    screen(made, 10);
    assert_int_equal(ask(made, LEADS), 2); /* and is told once */
}

static void one_that_was_unknown_and_is_known_comes_back(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "", 2000);
    screen(made, 9);
    dismiss(made, "H1");
    set_house(made, "H1", "D");
    screen_now(made, "H1");
    assert_int_equal(ask(made, OPEN_CASES), 1);
}

static void another_finding_of_the_same_household_is_not_dismissed(void **state)
{
    struct case_register *made = *state;

    add_household(made, "H1", "A", 300);
    screen(made, 9);
    dismiss(made, "H1");
    set_house(made, "H1", "D");
    screen_now(made, "H1");
    assert_int_equal(ask(made, OPEN_CASES), 1);
    assert_int_equal(ask(made, "SELECT count(*) FROM lead AS l JOIN household_case AS c ON"
                               " c.household_id = l.household_id AND c.case_id = l.case_id WHERE"
                               " c.ended_on IS NULL"),
                     1);
}

static void a_worker_joins_the_case_and_names_what_was_seen(void **state)
{
    struct case_register *made = *state;
    const struct case_call call = call_by(made, &WORKER);
    int64_t first, second;
    struct berm_error err;

    add_household(made, "H1", "A", 2000);
    assert_ok(
        case_lead(&call, TEXT("H1"), TEXT("unsafe_house"), SEVERITY_NONE, TEXT(""), &first, &err));
    assert_ok(case_lead(&call, TEXT("H1"), TEXT("other"), SEVERITY_CRITICAL,
                        TEXT("the well is dry"), &second, &err));
    assert_int_equal(first, second);
    assert_int_equal(ask(made, "SELECT severity FROM household_case"), SEVERITY_CRITICAL);
    assert_fails(
        case_lead(&call, TEXT("H1"), TEXT("other"), SEVERITY_NONE, TEXT("  "), &first, &err),
        BERM_INVALID_INPUT, "Say it in the note");
    assert_fails(
        case_lead(&call, TEXT("H1"), TEXT("no_well"), SEVERITY_NONE, TEXT("x"), &first, &err),
        BERM_INVALID_INPUT, "no finding of the pack");
    assert_fails(
        case_lead(&call, TEXT("H9"), TEXT("unsafe_house"), SEVERITY_NONE, TEXT(""), &first, &err),
        BERM_NOT_FOUND, "H9");
    assert_int_equal(ask(made, LEADS), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_TEST(a_run_opens_one_case_for_all_that_it_finds_of_a_household),
        CASE_TEST(a_finding_of_a_later_month_joins_the_open_case),
        CASE_TEST(what_is_unknown_is_a_lead_only_where_it_would_be_grave),
        CASE_TEST(a_dismissed_finding_that_closes_and_opens_unchanged_stays_dismissed),
        CASE_TEST(one_that_is_worse_by_more_than_the_margin_comes_back),
        CASE_TEST(one_whose_severity_rises_comes_back),
        CASE_TEST(one_that_grows_worse_without_closing_comes_back),
        CASE_TEST(one_that_was_unknown_and_is_known_comes_back),
        CASE_TEST(another_finding_of_the_same_household_is_not_dismissed),
        CASE_TEST(a_worker_joins_the_case_and_names_what_was_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
