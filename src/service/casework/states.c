/*
 * A pack that becomes the register's must know where its cases are: a case in a state without steps
 * could never go on, and nobody would be told.
 */
#include "service/casework/private.h"

static enum berm_status check_state(const struct pack *pack, struct statement *row,
                                    struct berm_error *err)
{
    const struct workflow *workflow = pack->workflow;
    struct text code = statement_text(row, 0);
    struct text stage = statement_text(row, 1);
    long long count = statement_int64(row, 2);
    int state = workflow == NULL ? -1 : workflow_state_find(workflow, code);
    const char *here;

    if (state < 0)
        return fail_with(err, BERM_CONFLICT,
                         "%lld open %s in the state '%.*s', which version %.*s of the pack lacks; "
                         "add it to states.csv with a step that leads on, or take those cases "
                         "further first",
                         count, count == 1 ? "case is" : "cases are", TEXT_ARG(code),
                         TEXT_ARG(pack->version));
    here = case_stage_name(workflow->states[state].stage);
    if (!text_equal(text_of(here), stage))
        return fail_with(err, BERM_CONFLICT,
                         "%lld open %s in the state '%.*s', whose stage is %.*s and in version "
                         "%.*s of the pack %s; give a state that means something else its own code",
                         count, count == 1 ? "case is" : "cases are", TEXT_ARG(code),
                         TEXT_ARG(stage), TEXT_ARG(pack->version), here);
    return BERM_OK;
}

enum berm_status case_check_states(struct store *store, const struct pack *pack,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_CASE_STATE_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(check_state(pack, list, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
