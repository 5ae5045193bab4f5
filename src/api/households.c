/* One household: its facts, and why it is at risk. */
#include "api/call.h"

enum berm_status handle_household_show(struct call *call, struct berm_error *err)
{
    struct household_facts facts;

    TRY(household_read(call->office, &call->caller, call_parameter(call, "code"), call->arena,
                       &facts, err));
    TRY(household_show_secrets(call->office, false, call->arena, &facts, err));
    household_write_json(call->office->pack, &facts, &call->json);
    call_set_version(call, facts.version);
    return BERM_OK;
}

enum berm_status handle_household_explain(struct call *call, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer story = {0};
    month_number month = call_query_month(call, "month");
    struct household_reasons reasons;

    TRY(call_check(call, err));
    if (month == 0)
        TRY(month_last_screened(call->office->store, &month, err));
    TRY(household_explain(call->office, &call->caller, call_parameter(call, "code"), month,
                          call->arena, &reasons, err));
    reasons_write(&reasons, call_language(call), &story);
    json_begin_object(&call->json);
    json_key_of_text(&call->json, "story", buffer_text(&story));
    reasons_write_json(&reasons, &call->json);
    json_end_object(&call->json);
    return buffer_status(&story, err);
}
