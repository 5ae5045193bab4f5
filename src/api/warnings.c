/* Warnings: one that is sent, those on record, and what a person decides about them. */
#include "api/call.h"

/* ---- Answers --------------------------------------------------------------------------------- */

void warning_answer_write(const struct warning_answer *answer, struct json_writer *json)
{
    json_key_of_int64(json, "warning", answer->warning_id);
    json_key_of_bool(json, "repeated", answer->is_repeated);
    json_key_of_text_or_null(
        json, "state", answer->is_told ? text_of(warning_state_name(answer->state)) : TEXT(""));
    json_key_of_text_or_null(json, "household", answer->household);
    json_key_of_text_or_null(json, "person", answer->person);
    json_key(json, "findings");
    if (answer->is_told)
        findings_began_write_json(answer->began, answer->began_count, json);
    else
        json_null_value(json);
}

static void write_answer(struct call *call, const struct warning_answer *answer)
{
    json_begin_object(&call->json);
    warning_answer_write(answer, &call->json);
    json_end_object(&call->json);
}

/* ---- Sending --------------------------------------------------------------------------------- */

enum berm_status handle_warning_send(struct call *call, struct berm_error *err)
{
    struct warning_answer answer = {.field = ""};
    struct warning_input input;
    struct berm_error fault;
    enum berm_status status =
        warning_body_read(call->request->body, call->arena, &input, &answer.field, &fault);

    if (status == BERM_OK)
        status = warning_receive(call->office, &call->caller, &call->actor, &input, call->arena,
                                 &answer, &fault);
    if (status != BERM_OK)
        return call_tell(call, status, answer.field, &fault, err);
    write_answer(call, &answer);
    return BERM_OK;
}

/* ---- On record ------------------------------------------------------------------------------- */

static enum berm_status note_look(struct call *call, const struct warning_row *row,
                                  struct berm_error *err)
{
    char number[WARNING_NUMBER_MAX];
    struct look look = warning_look(row, number);

    return call_note_look(call, LOOK_WARNING, look.what, look.code, err);
}

static enum berm_status write_one(void *context, const struct warning_row *row,
                                  struct berm_error *err)
{
    struct row_page *page = context;

    if (!row_page_takes(page, row->warning_id))
        return BERM_OK;
    warning_write_head_json(row, &page->call->json);
    return row->kind_is_sensitive ? note_look(page->call, row, err) : BERM_OK;
}

enum berm_status handle_warning_list(struct call *call, struct berm_error *err)
{
    struct warning_filter filter = {
        .area = call_query(call, "area"),
        .before = call_query_cursor_id(call),
        .has_state = call_has_query(call, "state"),
    };
    struct row_page page = {.call = call};
    struct berm_error fault;

    page.left = call_query_limit(call);
    if (filter.has_state &&
        warning_state_find(call_query(call, "state"), &filter.state, &fault) != BERM_OK)
        call_add_query_problem(call, "state", "invalid", "%s", fault.message);
    TRY(call_check(call, err));
    filter.limit = page.left + 1;
    call_begin_items(call);
    TRY(warnings_list(call->office, &call->caller, &filter, write_one, &page, err));
    row_page_end(&page);
    return BERM_OK;
}

enum berm_status handle_warning_show(struct call *call, struct berm_error *err)
{
    const struct finding_began *began;
    struct warning_row row;
    int64_t warning_id;
    size_t began_count;

    TRY(call_parameter_id(call, "warning", &warning_id, err));
    TRY(warning_read(call->office, &call->caller, warning_id, call->arena, &row, &began,
                     &began_count, err));
    if (row.kind_is_sensitive || row.payload_is_sensitive)
        TRY(note_look(call, &row, err));
    warning_write_json(&row, began, began_count, &call->json);
    return BERM_OK;
}

/* ---- Decided by a person --------------------------------------------------------------------- */

enum berm_status handle_warning_resolve(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"person", "household", NULL};
    struct body body = call_body(call);
    struct warning_answer answer;
    struct text person, household;
    int64_t warning_id;

    TRY(call_parameter_id(call, "warning", &warning_id, err));
    body_expect(body, NAMES);
    person = body_text(body, "person", false);
    household = body_text(body, "household", false);
    if ((person.length > 0) == (household.length > 0))
        call_add_problem(call, TEXT(""), "invalid",
                         "name the person that the warning means, or the household as a whole");
    TRY(call_check(call, err));
    TRY(warning_resolve(call->office, &call->caller, &call->actor, warning_id, person, household,
                        call->arena, &answer, err));
    write_answer(call, &answer);
    return BERM_OK;
}

enum berm_status handle_warning_dismiss(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"reason", NULL};
    int64_t warning_id;
    struct text reason;

    TRY(call_parameter_id(call, "warning", &warning_id, err));
    body_expect(call_body(call), NAMES);
    reason = body_text(call_body(call), "reason", true);
    TRY(call_check(call, err));
    return warning_dismiss(call->office, &call->caller, &call->actor, warning_id, reason, err);
}
