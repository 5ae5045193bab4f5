/*
 * Days that count, what is missing for a step, and random walks: through a workflow that was
 * accepted, whatever was changed in it, nobody comes to be monitored or struck off without what it
 * takes, and the account of problems balances at every step.
 */
#include <stdio.h>

#include "workflow_text.h"

static date_days day(const char *text)
{
    struct berm_error err;
    date_days date = 0;

    assert_ok(date_parse(text_of(text), &date, &err));
    return date;
}

static struct calendar read_calendar(struct arena *arena)
{
    struct calendar calendar = {0};
    struct berm_error err;

    assert_ok(calendar_read(arena,
                            TEXT("date,kind,label\n2020-10-10,workday,\n2020-10-01,holiday,day\n"
                                 "2020-10-02,holiday,day\n2020-10-05,holiday,day\n"),
                            &calendar, &err));
    return calendar;
}

static void clocks_do_not_count_the_day_of_the_event(void **state)
{
    struct calendar calendar = read_calendar(*state);
    const struct calendar plain = {0};

    assert_int_equal(clock_end(&plain, day("2020-09-28"), (struct clock_days){5, CALENDAR_DAYS}),
                     day("2020-10-03"));
    assert_int_equal(clock_end(&plain, day("2020-10-02"), (struct clock_days){3, WORKING_DAYS}),
                     day("2020-10-07"));
    assert_int_equal(clock_end(&calendar, day("2020-09-30"), (struct clock_days){3, WORKING_DAYS}),
                     day("2020-10-08"));
    assert_int_equal(clock_end(&calendar, day("2020-10-08"), (struct clock_days){2, WORKING_DAYS}),
                     day("2020-10-10"));
    assert_true(calendar_is_working(&calendar, day("2020-10-10")));
    assert_false(calendar_is_working(&calendar, day("2020-10-11")));
    assert_false(calendar_is_working(&calendar, day("2020-10-05")));
}

static void a_calendar_that_contradicts_itself_is_refused(void **state)
{
    struct calendar calendar;
    struct berm_error err;

    assert_fails(calendar_read(*state, TEXT("date,kind\n2020-10-01,holiday\n2020-10-01,workday\n"),
                               &calendar, &err),
                 BERM_INVALID_INPUT, "2020-10-01 stands there twice");
    assert_fails(calendar_read(*state, TEXT("date,kind\n2020-10-01,feast\n"), &calendar, &err),
                 BERM_INVALID_INPUT, "'feast' is no kind of day");
    assert_int_equal(err.line, 2);
    assert_fails(calendar_read(*state, TEXT("date,kind\n2020-13-01,holiday\n"), &calendar, &err),
                 BERM_INVALID_INPUT, "holidays.csv");
    assert_int_equal(err.line, 2);
}

static void what_is_missing_is_told(void **state)
{
    const struct workflow *workflow = read_workflow(*state);
    const struct calendar calendar = {0};
    const struct workflow_step *approve = workflow_step_find(
        workflow, workflow_state_find(workflow, TEXT("review")), TEXT("approve"));
    const struct workflow_step *close =
        workflow_step_find(workflow, workflow_state_find(workflow, TEXT("safe")), TEXT("close"));
    struct case_view view = {.entered = day("2020-02-29"), .is_same_person = true};

    assert_int_equal(case_missing(&calendar, approve, &view, day("2020-09-01")),
                     1u << NEED_SECOND_PERSON | 1u << NEED_NOTICE);
    view.has_notice = true;
    view.notice_posted = day("2020-09-01");
    view.is_same_person = false;
    assert_int_equal(case_missing(&calendar, approve, &view, day("2020-09-06")), 1u << NEED_NOTICE);
    assert_int_equal(case_missing(&calendar, approve, &view, day("2020-09-07")), 0);
    assert_int_equal(case_missing(&calendar, close, &view, day("2021-02-27")),
                     1u << NEED_MONTHS_PASSED);
    assert_int_equal(case_missing(&calendar, close, &view, day("2021-02-28")), 0);
}

static void the_earliest_clock_runs_until_its_step_is_done(void **state)
{
    const struct workflow *workflow = read_workflow(*state);
    const struct calendar calendar = {0};
    struct case_view view = {.state = workflow_state_find(workflow, TEXT("monitored")),
                             .entered = day("2020-09-01")};
    const struct workflow_step *step;
    date_days due;

    assert_true(case_due(&calendar, workflow, &view, &step, &due));
    assert_int_equal(due, day("2020-09-11"));
    assert_text(step->action, "plan");
    view.done = 1;
    assert_false(case_due(&calendar, workflow, &view, &step, &due));
}

/* ---- Walks ----------------------------------------------------------------------------------- */

static const need_set IDENTIFIED = 1u << NEED_VISIT | 1u << NEED_SECOND_PERSON;
static const need_set ELIMINATED = 1u << NEED_MEASURES_DELIVERED | 1u << NEED_INCOME_HELD |
                                   1u << NEED_GUARANTEES_HELD | 1u << NEED_WATER_HELD |
                                   1u << NEED_EXPENSES_SOLVED | 1u << NEED_SECOND_PERSON;

struct walk {
    const struct workflow *workflow;
    struct random random;
    struct case_view view;
    need_set shown; /* since the case was last a lead, monitored or ended */
    struct case_account account;
    int watched_count, ended_count;
};

static void take(struct walk *walk, const struct workflow_step *step)
{
    enum case_stage from = walk->workflow->states[step->from].stage;
    enum case_stage to = walk->workflow->states[step->to].stage;

    walk->shown |= step->needs;
    if (from == STAGE_IDENTIFICATION && to == STAGE_MONITORED)
        assert_int_equal(IDENTIFIED & ~walk->shown, 0);
    if (from == STAGE_ELIMINATION && to == STAGE_WATCHED) {
        assert_int_equal(ELIMINATED & ~walk->shown, 0);
        walk->watched_count++;
    }
    if (to == STAGE_MONITORED || to == STAGE_LEAD || to == STAGE_ENDED)
        walk->shown = 0;
    walk->ended_count += to == STAGE_ENDED;
    case_account_move(&walk->account, from, to, 1);
    assert_true(case_account_balances(&walk->account));
    walk->view = (struct case_view){.state = step->to, .entered = walk->view.entered};
}

static void walk_on(struct walk *walk, date_days today)
{
    const struct workflow_state *at = &walk->workflow->states[walk->view.state];
    const struct calendar calendar = {0};
    const struct workflow_step *step;

    if (at->step_count == 0) { /* the next case */
        walk->view = (struct case_view){.state = walk->workflow->first_state, .entered = today};
        walk->shown = 0;
        return;
    }
    step = &walk->workflow->steps[at->first_step + random_below(&walk->random, at->step_count)];
    walk->view.met |= (need_set)random_next(&walk->random);
    if (random_below(&walk->random, 20) > 0) /* most go the whole way */
        walk->view.met &= ~(1u << NEED_REASON);
    walk->view.has_notice = random_below(&walk->random, 2) == 0;
    walk->view.notice_posted = today - (date_days)random_below(&walk->random, 10);
    walk->view.income_months = (int)random_below(&walk->random, 9);
    walk->view.is_same_person = random_below(&walk->random, 2) == 0;
    if (case_missing(&calendar, step, &walk->view, today) != 0)
        return;
    take(walk, step);
    walk->view.entered = today - (date_days)random_below(&walk->random, 500);
}

static void no_walk_passes_by_what_it_takes(void **state)
{
    struct walk walk = {.workflow = read_workflow(*state)};

    walk.random = random_from_seed(20200901);
    for (date_days today = day("2020-09-01"); today < day("2020-09-01") + 200000; today++)
        walk_on(&walk, today);
    assert_true(walk.watched_count > 100 && walk.ended_count > 1000);
    assert_true(walk.account.struck_off > 10 && walk.account.left > 100);
}

/* A need taken out, or a step led elsewhere: refused, or still no walk passes anything by. */
static void what_is_accepted_after_a_change_is_walked_safely(void **state)
{
    static const char *const targets[] = {"lead",   "visit", "review", "monitored",
                                          "ending", "safe",  "closed", "dismissed"};
    struct random random;
    int accepted = 0;
    int refused = 0;

    random = random_from_seed(7);
    for (int round = 0; round < 600; round++) {
        struct walk walk = {0};
        CLEANUP(arena_freep) struct arena *arena = NULL;
        char line[160], action[40], from[40];
        size_t changed = 1 + random_below(&random, STEP_LINES - 1);
        struct berm_error err;

        assert_ok(arena_create(4 << 20, &arena, &err));
        assert_int_equal(sscanf(STEPS[changed], "%39[^,],%39[^,]", from, action), 2);
        snprintf(line, sizeof line, "%s,%s,%s,worker,,,%s%s%s,X\n", from, action,
                 targets[random_below(&random, ARRAY_COUNT(targets))],
                 random_below(&random, 2) ? "visit " : "",
                 random_below(&random, 2) ? "reason " : "",
                 random_below(&random, 2) ? "second_person" : "");
        if (read_changed(arena, changed, line, &walk.workflow, &err) != BERM_OK) {
            refused++;
            continue;
        }
        accepted++;
        walk.random = random_from_seed((uint64_t)round);
        for (date_days today = day("2020-09-01"); today < day("2020-09-01") + 3000; today++)
            walk_on(&walk, today);
    }
    (void)state;
    assert_true(accepted > 50 && refused > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clocks_do_not_count_the_day_of_the_event, make_arena,
                                        free_arena),
        cmocka_unit_test_setup_teardown(a_calendar_that_contradicts_itself_is_refused, make_arena,
                                        free_arena),
        cmocka_unit_test_setup_teardown(what_is_missing_is_told, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(the_earliest_clock_runs_until_its_step_is_done, make_arena,
                                        free_arena),
        cmocka_unit_test_setup_teardown(no_walk_passes_by_what_it_takes, make_arena, free_arena),
        cmocka_unit_test(what_is_accepted_after_a_change_is_walked_safely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
