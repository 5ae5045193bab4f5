/* One household or person: facts, flows, findings, history, and why it is at risk. */
#include "api/call.h"

enum { CHANGES_A_PAGE = 50, CHANGES_A_PAGE_MAX = 200 };

enum berm_status handle_household_show(struct call *call, struct berm_error *err)
{
    struct household_facts facts;

    TRY(household_read(call->office, &call->caller, call_parameter(call, "code"), call->arena,
                       &facts, err));
    TRY(household_show_secrets(call->office, false, call->arena, &facts, err));
    if (facts.shows_sensitive)
        TRY(call_note_look(call, LOOK_FACTS, "household", facts.code, err));
    household_write_json(call->office->pack, &facts, NULL, &call->json);
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
    if (reasons.shows_sensitive)
        TRY(call_note_look(call, LOOK_REASONS, "household", reasons.code, err));
    reasons_write(&reasons, call_language(call), &story);
    json_begin_object(&call->json);
    json_key_of_text(&call->json, "story", buffer_text(&story));
    reasons_write_json(&reasons, &call->json);
    json_end_object(&call->json);
    return buffer_status(&story, err);
}

enum berm_status handle_household_history(struct call *call, struct berm_error *err)
{
    int64_t before = call_query_int64(call, "before", 1, INT64_MAX, 0);
    int64_t limit = call_query_int64(call, "limit", 1, CHANGES_A_PAGE_MAX, CHANGES_A_PAGE);
    struct history_page page;

    TRY(call_check(call, err));
    TRY(household_history(call->office, &call->caller, call_parameter(call, "code"), before, limit,
                          call->arena, &page, err));
    if (page.shows_sensitive)
        TRY(call_note_look(call, LOOK_FACTS, "household", call_parameter(call, "code"), err));
    json_begin_object(&call->json);
    json_key(&call->json, "items");
    history_write_json(&page, &call->json);
    json_key(&call->json, "next");
    if (page.next > 0)
        json_int64(&call->json, page.next);
    else
        json_null_value(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_household_flows(struct call *call, struct berm_error *err)
{
    month_number first = call_query_month(call, "from");
    month_number last = call_query_month(call, "to");
    struct household_facts facts;

    TRY(call_check(call, err));
    TRY(household_flows(call->office, &call->caller, call_parameter(call, "code"), first, last,
                        call->arena, &facts, err));
    if (facts.shows_sensitive)
        TRY(call_note_look(call, LOOK_FACTS, "household", facts.code, err));
    json_begin_object(&call->json);
    json_key(&call->json, "items");
    flows_write_json(&call->office->pack->dictionary, &facts, &call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

static void write_spell(const struct finding_row *row, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "code", row->code);
    finding_write_spell_json(row, "since", "until", json);
    json_end_object(json);
}

enum berm_status handle_household_findings(struct call *call, struct berm_error *err)
{
    const struct finding_row *rows;
    size_t count;

    TRY(household_findings(call->office, &call->caller, call_parameter(call, "code"), call->arena,
                           &rows, &count, err));
    call_begin_items(call);
    for (size_t r = 0; r < count; r++) {
        if (rows[r].shows_sensitive)
            TRY(call_note_look(call, LOOK_FINDINGS, "household", rows[r].household, err));
        write_spell(&rows[r], &call->json);
    }
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

enum berm_status handle_person_show(struct call *call, struct berm_error *err)
{
    const struct person_spell *spells;
    struct household_facts place;
    size_t spell_count;

    TRY(person_read(call->office, &call->caller, call_parameter(call, "code"), call->arena, &place,
                    &spells, &spell_count, err));
    TRY(household_show_secrets(call->office, false, call->arena, &place, err));
    if (place.shows_sensitive)
        TRY(call_note_look(call, LOOK_FACTS, "household", place.code, err));
    person_write_json(call->office->pack, &place, spells, spell_count, &call->json);
    call_set_version(call, place.version);
    return BERM_OK;
}
