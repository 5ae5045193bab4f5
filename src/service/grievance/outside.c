/*
 * The owner of a grievance stands outside of what it is about: whoever took a step of the
 * household's case, looks after it, visited, decided about its money, or answered the grievance
 * before cannot be the one who judges.
 */
#include "service/grievance/private.h"

static enum berm_status check_has_no_part(struct office *office,
                                          const struct grievance_record *record,
                                          struct text account, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *part = NULL;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_GRIEVANCE_PART, &part, err));
    statement_bind_text(part, GRIEVANCE_PART__ACCOUNT, account);
    statement_bind_int64(part, GRIEVANCE_PART__GRIEVANCE_ID, record->row.grievance_id);
    statement_bind_int64(part, GRIEVANCE_PART__HOUSEHOLD_ID, record->household_id);
    TRY(statement_step(part, &has_row, err));
    if (has_row)
        return fail_with(err, BERM_CONFLICT,
                         "%.*s has a part in it (%.*s, %.*s); a grievance is judged by somebody "
                         "from outside: choose another account",
                         TEXT_ARG(account), TEXT_ARG(statement_text(part, 0)),
                         TEXT_ARG(statement_text(part, 1)));
    return BERM_OK;
}

enum berm_status grievance_check_outside(struct office *office,
                                         const struct grievance_record *record, struct text account,
                                         struct arena *arena, struct berm_error *err)
{
    struct area_scope scope;
    struct caller owner;

    TRY(caller_of_account(office->store, account, arena, &owner, err));
    if (caller_scope(office->store, &owner, PERMISSION_GRIEVANCE_HANDLE, (struct text){0}, arena,
                     &scope, err) != BERM_OK ||
        !area_scope_contains(&scope, record->position))
        return fail_with(err, BERM_CONFLICT,
                         "%.*s does not handle grievances in %.*s; grant a role that does, or "
                         "choose another account",
                         TEXT_ARG(account), TEXT_ARG(record->row.area));
    return check_has_no_part(office, record, account, err);
}
