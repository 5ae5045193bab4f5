/*
 * What an upheld grievance puts right, in the answer's own transaction: the last case is taken up
 * again by the step that the workflow has for it, or a lead says that somebody is to look.
 */
#include "service/grievance/private.h"

/* The step that leads back from an end, or from watching, to where something is done. */
static const struct workflow_step *step_back(const struct workflow *workflow, int state)
{
    const struct workflow_state *from = &workflow->states[state];

    for (size_t s = 0; s < from->step_count; s++) {
        const struct workflow_step *step = &workflow->steps[from->first_step + s];
        enum case_stage to = workflow->states[step->to].stage;

        if ((from->stage == STAGE_ENDED && to != STAGE_ENDED) ||
            (from->stage == STAGE_WATCHED && to == STAGE_MONITORED))
            return step;
    }
    return NULL;
}

static enum berm_status reopen(const struct case_call *call, const struct grievance_record *record,
                               struct change *change, struct berm_error *err)
{
    const struct workflow *workflow = call->office->pack->workflow;
    const struct workflow_step *step = NULL;
    struct step_order order = {.expected_steps = -1};
    struct step_result result;
    struct case_record last;
    bool is_there;
    int state;

    TRY(case_read(call->office->store, record->household_id, call->arena, &is_there, &last, err));
    state = is_there && workflow != NULL ? workflow_state_find(workflow, last.state) : -1;
    if (state >= 0)
        step = step_back(workflow, state);
    if (step == NULL)
        return fail_with(err, BERM_CONFLICT,
                         "household %.*s has no case that could be taken up again; choose the "
                         "remedy lead, or none",
                         TEXT_ARG(record->row.household));
    order.action = step->action;
    TRY(text_format(call->arena, &order.reason, err, "grievance %lld",
                    (long long)record->row.grievance_id));
    return case_take_step_in(call, change, record->row.household, &order, &result, err);
}

static enum berm_status add_lead(const struct case_call *call,
                                 const struct grievance_record *record, struct change *change,
                                 struct berm_error *err)
{
    struct lead_input lead = {.household_id = record->household_id,
                              .source = LEAD_GRIEVANCE,
                              .source_id = record->row.grievance_id,
                              .code = TEXT("other"),
                              .severity = SEVERITY_MEDIUM};
    date_days today;
    int64_t case_id;

    TRY(office_today(call->office, &today, err));
    lead.month = month_of_date(today);
    return case_add_lead(call->office, caller_person(call->caller, call->actor), change, &lead,
                         &case_id, err);
}

enum berm_status grievance_put_right(struct office *office, const struct caller *caller,
                                     const struct actor *actor,
                                     const struct grievance_record *record,
                                     enum grievance_remedy remedy, struct change *change,
                                     struct arena *arena, struct berm_error *err)
{
    const struct case_call call = {office, caller, actor, arena};

    if (remedy == REMEDY_NONE)
        return BERM_OK;
    if (record->household_id == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the grievance is about no household of the register; leave the remedy "
                         "out");
    return remedy == REMEDY_REOPEN ? reopen(&call, record, change, err)
                                   : add_lead(&call, record, change, err);
}
