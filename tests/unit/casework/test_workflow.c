/* states.csv and workflow.csv: what they say, every way to get them wrong, and what is not sound.
 */
#include "workflow_text.h"

static void a_stage_stands_for_all_its_states(void **state)
{
    const struct workflow *workflow = read_workflow(*state);
    int visit = workflow_state_find(workflow, TEXT("visit"));
    int dismissed = workflow_state_find(workflow, TEXT("dismissed"));
    const struct workflow_step *step = workflow_step_find(workflow, visit, TEXT("die"));

    assert_int_equal(workflow->state_count, 8);
    assert_int_equal(workflow->step_count, 11 + 6);
    assert_int_equal(workflow->first_state, 0);
    assert_non_null(step);
    assert_int_equal(step->to, workflow_state_find(workflow, TEXT("closed")));
    assert_null(workflow_step_find(workflow, dismissed, TEXT("die")));
    assert_int_equal(workflow_state_find(workflow, TEXT("none")), -1);
    assert_text(workflow_action_nearest(workflow, visit, TEXT("dismis")), "dismiss");
}

static void needs_and_clocks_are_read(void **state)
{
    const struct workflow *workflow = read_workflow(*state);
    const struct workflow_step *step = workflow_step_find(
        workflow, workflow_state_find(workflow, TEXT("monitored")), TEXT("propose"));

    assert_int_equal(step->needs, 1u << NEED_MEASURES_DELIVERED | 1u << NEED_INCOME_HELD |
                                      1u << NEED_GUARANTEES_HELD);
    assert_int_equal(step->income_months, 6);
    assert_int_equal(step->clock.count, 0);
    step = workflow_step_find(workflow, workflow_state_find(workflow, TEXT("review")),
                              TEXT("approve"));
    assert_int_equal(step->clock.count, 5);
    assert_int_equal(step->clock.kind, WORKING_DAYS);
    assert_int_equal(step->notice.count, 5);
    assert_int_equal(step->notice.kind, CALENDAR_DAYS);
    assert_text(step->role, "county");
}

static void what_cannot_be_is_refused_with_its_place(void **state)
{
    static const struct {
        size_t line;
        const char *instead, *words;
    } cases[] = {
        {1, "led,take_up,visit,worker,,,,Take up\n", "did you mean 'lead'?"},
        {1, "lead,take_up,visit,worker,0,,,Take up\n", "'0' is no number of days"},
        {1, "lead,take_up,visit,worker,,working,,Take up\n", "has no number"},
        {1, "lead,take_up,visit,worker,1,lunar,,Take up\n", "'lunar' is no kind of days"},
        {1, "lead,take_up,visit,,1,,,Take up\n", "'role' is empty"},
        {1, "<leed>,take_up,visit,worker,1,,,Take up\n", "did you mean 'lead'?"},
        {2, "visit,confirm,review,worker,3,,vist,Confirm\n", "did you mean 'visit'?"},
        {2, "visit,confirm,review,worker,3,,visit visit,Confirm\n", "'visit' stands there twice"},
        {2, "visit,confirm,review,worker,3,,visit=3,Confirm\n", "'visit' takes no number"},
        {2, "visit,confirm,review,worker,3,,visit notice,Confirm\n", "no number of days"},
        {3, "visit,confirm,dismissed,worker,,,visit reason,Dismiss\n", "already"},
    };
    const struct workflow *workflow;
    struct berm_error err;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_fails(read_changed(*state, cases[i].line, cases[i].instead, &workflow, &err),
                     BERM_INVALID_INPUT, cases[i].words);
        assert_int_equal(err.line, cases[i].line + 1);
    }
}

static void a_workflow_that_is_not_sound_is_refused(void **state)
{
    static const struct {
        size_t line;
        const char *instead, *words;
    } cases[] = {
        {1, NULL, "no way leads from 'lead' to 'visit'"},
        {2, "visit,confirm,review,worker,3,,,Confirm\n", "nobody asks for 'visit'"},
        {4, "review,approve,monitored,county,5,,,Approve\n", "nobody asks for 'second_person'"},
        {5, "review,skip,monitored,worker,,,visit,Skip\n", "nobody asks for 'second_person'"},
        {5, "lead,jump,monitored,worker,,,visit second_person,Jump\n", "no stage may be left out"},
        {6, "monitored,jump,safe,worker,,,,Jump\n", "no stage may be left out"},
        {6, "monitored,plan,review,worker,,,,Plan\n", "back to identification"},
        {7, "monitored,propose,ending,worker,,,measures_delivered guarantees_held,Propose\n",
         "nobody asks for 'income_held'"},
        {8, "ending,approve,safe,county,,,expenses_solved second_person,Approve\n",
         "nobody asks for 'water_held'"},
        {9, "safe,close,closed,county,,,,Close\n", "without a reason"},
        {12, "dismissed,appeal,monitored,county,,,reason,Appeal\n", "is looked at first"},
        {12, "dismissed,appeal,review,county,,,reason,Appeal\n", "nobody asks for 'visit'"},
        {11, "lead,die,closed,county,,,reason,Died\n", NULL},
    };
    const struct workflow *workflow;
    struct berm_error err;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        if (cases[i].words == NULL)
            assert_ok(read_changed(*state, cases[i].line, cases[i].instead, &workflow, &err));
        else
            assert_fails(read_changed(*state, cases[i].line, cases[i].instead, &workflow, &err),
                         BERM_INVALID_INPUT, cases[i].words);
    assert_fails(workflow_read(*state, TEXT("code,stage,label_en\na,lead,A\nb,ended,B\n"),
                               TEXT("from,action,to,role,label_en\na,go,a,worker,Go\n"
                                    "b,appeal,a,worker,Appeal\n"),
                               &workflow, &err),
                 BERM_INVALID_INPUT, "no way leads from 'a' to 'b'");
    assert_fails(workflow_read(*state, TEXT("code,stage,label_en\na,identification,A\n"),
                               TEXT("from,action,to,role,label_en\na,go,a,worker,Go\n"), &workflow,
                               &err),
                 BERM_INVALID_INPUT, "no state has the stage lead");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stage_stands_for_all_its_states, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(needs_and_clocks_are_read, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused_with_its_place, make_arena,
                                        free_arena),
        cmocka_unit_test_setup_teardown(a_workflow_that_is_not_sound_is_refused, make_arena,
                                        free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
