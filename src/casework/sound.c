/*
 * What must hold for every workflow, whatever a pack writes: a case can always go on, and nobody is
 * monitored or struck off without what it takes. For each need that must be met on the way the
 * question is whether a way exists that avoids all steps which ask for it: one search of few
 * states.
 */
#include "casework/casework.h"

typedef uint64_t state_set; /* 1 << state */

static struct text code_of(const struct workflow *workflow, int state)
{
    return workflow->states[state].code;
}

/* Shifted in two steps: there may be as many states as bits. */
static state_set all_states(const struct workflow *workflow)
{
    return (((state_set)1 << (workflow->state_count - 1)) - 1) * 2 + 1;
}

static state_set of_stage(const struct workflow *workflow, enum case_stage stage)
{
    state_set set = 0;

    for (size_t s = 0; s < workflow->state_count; s++)
        if (workflow->states[s].stage == stage)
            set |= (state_set)1 << s;
    return set;
}

static bool has(state_set set, int state)
{
    return (set >> state & 1) != 0;
}

/* States that are reached from some of a set by steps that do not ask for any of these needs. Ways
 * end in the states of a second set, which are still reached. */
static state_set reached(const struct workflow *workflow, state_set from, need_set avoided,
                         state_set ends)
{
    state_set set = from;
    state_set before = 0;

    while (set != before) {
        before = set;
        for (size_t i = 0; i < workflow->step_count; i++) {
            const struct workflow_step *step = &workflow->steps[i];

            if (has(set, step->from) && !has(ends & ~from, step->from) &&
                (step->needs & avoided) == 0)
                set |= (state_set)1 << step->to;
        }
    }
    return set;
}

static int first_of(state_set set)
{
    return __builtin_ctzll(set);
}

static enum berm_status check_beginning(const struct workflow *workflow, struct berm_error *err)
{
    state_set leads = of_stage(workflow, STAGE_LEAD);
    state_set missed;

    if (leads == 0 || (leads & (leads - 1)) != 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "states.csv: %s state has the stage lead; a case begins in exactly one",
                         leads == 0 ? "no" : "more than one");
    missed = ~reached(workflow, leads, 0, 0) & all_states(workflow);
    if (missed != 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "workflow.csv: no way leads from '%.*s' to '%.*s'; add a step to it, or "
                         "take the state out",
                         TEXT_ARG(code_of(workflow, workflow->first_state)),
                         TEXT_ARG(code_of(workflow, first_of(missed))));
    return BERM_OK;
}

static enum berm_status check_ends(const struct workflow *workflow, struct berm_error *err)
{
    state_set ended = of_stage(workflow, STAGE_ENDED);

    for (int s = 0; s < (int)workflow->state_count; s++)
        if ((reached(workflow, (state_set)1 << s, 0, 0) & ended) == 0)
            return fail_with(err, BERM_INVALID_INPUT,
                             "workflow.csv: a case that came to '%.*s' never ends; add a way out",
                             TEXT_ARG(code_of(workflow, s)));
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        enum case_stage to = workflow->states[step->to].stage;

        if (has(ended, step->from) && to != STAGE_LEAD && to != STAGE_IDENTIFICATION)
            return fail_at(err, BERM_INVALID_INPUT, step->line, 0,
                           "workflow.csv: '%.*s' leads from the ended '%.*s' to '%.*s'; a case "
                           "that comes back is looked at first, lead it to a lead or to "
                           "identification",
                           TEXT_ARG(step->action), TEXT_ARG(code_of(workflow, step->from)),
                           TEXT_ARG(code_of(workflow, step->to)));
    }
    return BERM_OK;
}

/* Every way from the first stages to the later one asks for each of these needs at some step. */
static enum berm_status check_asked(const struct workflow *workflow, state_set from,
                                    enum case_stage to, need_set needs, struct berm_error *err)
{
    state_set ends = of_stage(workflow, to);

    for (int need = 0; need < NEED_COUNT; need++) {
        state_set missed;

        if ((needs >> need & 1) == 0)
            continue;
        missed = reached(workflow, from, 1u << need, ends) & ends;
        if (missed != 0)
            return fail_with(err, BERM_INVALID_INPUT,
                             "workflow.csv: a way leads from '%.*s' to '%.*s' (%s) on which "
                             "nobody asks for '%s'; write it into the needs of a step that "
                             "cannot be passed by",
                             TEXT_ARG(code_of(workflow, first_of(from))),
                             TEXT_ARG(code_of(workflow, first_of(missed))), case_stage_name(to),
                             need_name((enum need)need));
    }
    return BERM_OK;
}

/* Stages go up one at a time, so that none of the questions above is passed by. */
static enum berm_status check_order(const struct workflow *workflow, struct berm_error *err)
{
    for (size_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        enum case_stage from = workflow->states[step->from].stage;
        enum case_stage to = workflow->states[step->to].stage;
        bool is_end = to == STAGE_ENDED;

        if (!is_end && (int)to > (int)from + 1)
            return fail_at(err, BERM_INVALID_INPUT, step->line, 0,
                           "workflow.csv: '%.*s' leads from the stage %s to %s; no stage may be "
                           "left out",
                           TEXT_ARG(step->action), case_stage_name(from), case_stage_name(to));
        if (from >= STAGE_MONITORED && from < STAGE_ENDED && to < STAGE_MONITORED)
            return fail_at(err, BERM_INVALID_INPUT, step->line, 0,
                           "workflow.csv: '%.*s' leads from the stage %s back to %s; lead it to "
                           "monitored, or end the case",
                           TEXT_ARG(step->action), case_stage_name(from), case_stage_name(to));
        if (is_end && from != STAGE_ENDED &&
            (step->needs & (1u << NEED_REASON | 1u << NEED_MONTHS_PASSED)) == 0)
            return fail_at(err, BERM_INVALID_INPUT, step->line, 0,
                           "workflow.csv: '%.*s' ends a case without a reason; add 'reason' to its "
                           "needs, or 'months_passed' behind the watching",
                           TEXT_ARG(step->action));
    }
    return BERM_OK;
}

enum berm_status workflow_check_sound(const struct workflow *workflow, struct berm_error *err)
{
    const need_set identified = 1u << NEED_VISIT | 1u << NEED_SECOND_PERSON;
    const need_set eliminated = 1u << NEED_MEASURES_DELIVERED | 1u << NEED_INCOME_HELD |
                                1u << NEED_GUARANTEES_HELD | 1u << NEED_WATER_HELD |
                                1u << NEED_EXPENSES_SOLVED | 1u << NEED_SECOND_PERSON;

    TRY(check_beginning(workflow, err));
    TRY(check_ends(workflow, err));
    TRY(check_order(workflow, err));
    /* A case that comes back is looked at anew. */
    TRY(check_asked(workflow, of_stage(workflow, STAGE_LEAD) | of_stage(workflow, STAGE_ENDED),
                    STAGE_MONITORED, identified, err));
    return check_asked(workflow, of_stage(workflow, STAGE_MONITORED), STAGE_WATCHED, eliminated,
                       err);
}
