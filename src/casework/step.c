/* What may be done with a case today, what is missing, and which clock runs. */
#include "casework/casework.h"

static bool months_have_passed(date_days since, int months, date_days today)
{
    int year, month, day, length;
    month_number end = month_of_date(since) + months;

    date_to_civil(since, &year, &month, &day);
    length = days_in_month(end / 12, end % 12 + 1);
    return today >= month_first_day(end) + (day < length ? day : length) - 1;
}

need_set case_missing(const struct calendar *calendar, const struct workflow_step *step,
                      const struct case_view *view, date_days today)
{
    need_set met = view->met;

    met &= ~(1u << NEED_SECOND_PERSON | 1u << NEED_NOTICE | 1u << NEED_INCOME_HELD |
             1u << NEED_MONTHS_PASSED);
    if (!view->is_same_person)
        met |= 1u << NEED_SECOND_PERSON;
    /* The last day of the notice is for objections as well. */
    if (view->has_notice && today > clock_end(calendar, view->notice_posted, step->notice))
        met |= 1u << NEED_NOTICE;
    if (view->income_months >= step->income_months)
        met |= 1u << NEED_INCOME_HELD;
    if (months_have_passed(view->entered, step->months, today))
        met |= 1u << NEED_MONTHS_PASSED;
    return step->needs & ~met;
}

bool case_due(const struct calendar *calendar, const struct workflow *workflow,
              const struct case_view *view, const struct workflow_step **ret_step,
              date_days *ret_due)
{
    const struct workflow_state *state = &workflow->states[view->state];
    bool is_found = false;

    for (size_t i = 0; i < state->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[state->first_step + i];
        date_days due;

        if (step->clock.count == 0 || (view->done >> i & 1) != 0)
            continue;
        due = clock_end(calendar, view->entered, step->clock);
        if (is_found && due >= *ret_due)
            continue;
        is_found = true;
        *ret_due = due;
        *ret_step = step;
    }
    return is_found;
}

/* ---- The account of problems ----------------------------------------------------------------- */

static int64_t *account_of(struct case_account *account, enum case_stage stage)
{
    switch (stage) {
    case STAGE_MONITORED:
    case STAGE_ELIMINATION:
        return &account->open;
    case STAGE_WATCHED:
        return &account->eliminated;
    default:
        return NULL;
    }
}

void case_account_move(struct case_account *account, enum case_stage from, enum case_stage to,
                       int64_t count)
{
    int64_t *left = account_of(account, from);
    int64_t *entered = account_of(account, to);

    if (left == NULL && entered != NULL)
        account->found += count;
    if (left != NULL)
        *left -= count;
    if (entered != NULL)
        *entered += count;
    else if (left != NULL)
        *(from == STAGE_WATCHED && to == STAGE_ENDED ? &account->struck_off : &account->left) +=
            count;
}

bool case_account_balances(const struct case_account *account)
{
    return account->open >= 0 && account->eliminated >= 0 &&
           account->found ==
               account->open + account->eliminated + account->struck_off + account->left;
}
