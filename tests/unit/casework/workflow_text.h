/* A small workflow that holds all that every workflow must, for tests that change a line of it. */
#ifndef TESTS_WORKFLOW_TEXT_H
#define TESTS_WORKFLOW_TEXT_H

#include "casework/casework.h"
#include "lib/unit.h"

static const char STATES[] = "code,stage,label_en\n"
                             "lead,lead,Lead\n"
                             "visit,identification,Visit\n"
                             "review,identification,Review\n"
                             "monitored,monitored,Monitored\n"
                             "ending,elimination,Ending\n"
                             "safe,watched,Safe\n"
                             "closed,ended,Closed\n"
                             "dismissed,ended,Dismissed\n";

static const char *const STEPS[] = {
    "from,action,to,role,clock_days,clock_kind,needs,label_en\n",
    "lead,take_up,visit,worker,1,working,,Take up\n",
    "visit,confirm,review,worker,3,,visit,Confirm\n",
    "visit,dismiss,dismissed,worker,,,visit reason,Dismiss\n",
    "review,approve,monitored,county,5,working,second_person notice=5,Approve\n",
    "review,return,visit,county,,,reason,Return\n",
    "monitored,plan,monitored,worker,10,calendar,measures_planned,Plan\n",
    "monitored,propose,ending,worker,,,measures_delivered income_held=6 guarantees_held,Propose\n",
    "ending,approve,safe,county,5,,water_held expenses_solved second_person,Approve\n",
    "safe,close,closed,county,,,months_passed=12,Close\n",
    "safe,reopen,monitored,county,,,reason,Reopen\n",
    "<any>,die,closed,county,,,reason,Died\n",
    "dismissed,appeal,visit,county,,,reason,Appeal\n",
};
enum { STEP_LINES = sizeof STEPS / sizeof *STEPS };

/** Read it with one line in place of another (line 0: the header); NULL leaves the line out. */
static inline enum berm_status read_changed(struct arena *arena, size_t line, const char *instead,
                                            const struct workflow **ret_workflow,
                                            struct berm_error *err)
{
    char csv[4096] = "";

    for (size_t i = 0; i < STEP_LINES; i++)
        if (i != line)
            strcat(csv, STEPS[i]);
        else if (instead != NULL)
            strcat(csv, instead);
    return workflow_read(arena, text_of(STATES), text_of(csv), ret_workflow, err);
}

static inline const struct workflow *read_workflow(struct arena *arena)
{
    const struct workflow *workflow;
    struct berm_error err;

    assert_ok(read_changed(arena, STEP_LINES, NULL, &workflow, &err));
    return workflow;
}

static inline int make_arena(void **state)
{
    struct arena *arena;

    if (arena_create(64 << 20, &arena, NULL) != BERM_OK)
        return -1;
    *state = arena;
    return 0;
}

static inline int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

#endif
