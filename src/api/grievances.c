/* Grievances: taken down, on record, and the steps until they are answered. */
#include "api/call.h"

/* ---- On record ------------------------------------------------------------------------------- */

static enum berm_status note_look(struct call *call, const struct grievance_row *row,
                                  struct berm_error *err)
{
    char number[GRIEVANCE_NUMBER_MAX];
    struct look look = grievance_look(row, number);

    return row->shows_sensitive ? call_note_look(call, LOOK_GRIEVANCE, look.what, look.code, err)
                                : BERM_OK;
}

static enum berm_status write_one(void *context, const struct grievance_row *row,
                                  struct berm_error *err)
{
    struct row_page *page = context;

    if (!row_page_takes(page, row->grievance_id))
        return BERM_OK;
    json_begin_object(&page->call->json);
    grievance_write_json(row, &page->call->json);
    json_end_object(&page->call->json);
    return note_look(page->call, row, err);
}

enum berm_status handle_grievance_list(struct call *call, struct berm_error *err)
{
    struct grievance_filter filter = {
        .area = call_query(call, "area"),
        .state = call_query(call, "state"),
        .owner = call_query(call, "owner"),
        .household = call_query(call, "household"),
        .is_overdue = call_query_bool(call, "overdue", false),
        .before = call_query_cursor_id(call),
    };
    struct row_page page = {.call = call};
    struct berm_error fault;
    int state;

    page.left = call_query_limit(call);
    if (filter.state.length > 0 &&
        grievance_word_find(WORD_STATE, filter.state, &state, &fault) != BERM_OK)
        call_add_query_problem(call, "state", "invalid", "%s", fault.message);
    TRY(call_check(call, err));
    filter.limit = page.left + 1;
    call_begin_items(call);
    TRY(grievances_list(call->office, &call->caller, &filter, write_one, &page, err));
    row_page_end(&page);
    return BERM_OK;
}

enum berm_status handle_grievance_show(struct call *call, struct berm_error *err)
{
    const struct grievance_step_row *steps;
    struct grievance_row row;
    int64_t grievance_id;
    size_t step_count;

    TRY(call_parameter_id(call, "grievance", &grievance_id, err));
    TRY(grievance_read(call->office, &call->caller, grievance_id, call->arena, &row, &steps,
                       &step_count, err));
    TRY(note_look(call, &row, err));
    json_begin_object(&call->json);
    grievance_write_json(&row, &call->json);
    json_key(&call->json, "steps");
    grievance_steps_write_json(steps, step_count, &call->json);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- Taking down ----------------------------------------------------------------------------- */

/* Who takes one down need not be allowed to read it: the answer is its number. */
enum berm_status handle_grievance_take(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"kind",        "about",   "channel", "household", "area",
                                        "complainant", "contact", "details", NULL};
    struct body body = call_body(call);
    struct grievance_input input;
    struct berm_error fault;
    const char *field = "";
    enum berm_status status;
    int64_t grievance_id;

    body_expect(body, NAMES);
    input = (struct grievance_input){.kind = body_text(body, "kind", true),
                                     .about = body_text(body, "about", true),
                                     .channel = body_text(body, "channel", true),
                                     .household = body_text(body, "household", false),
                                     .area = body_text(body, "area", false),
                                     .complainant = body_text(body, "complainant", false),
                                     .contact = body_text(body, "contact", false),
                                     .details = body_text(body, "details", true)};
    TRY(call_check(call, err));
    status = grievance_take(call->office, &call->caller, &call->actor, &input, &grievance_id,
                            &field, &fault);
    if (status != BERM_OK)
        return call_tell(call, status, field, &fault, err);
    json_begin_object(&call->json);
    json_key_of_int64(&call->json, "grievance", grievance_id);
    json_end_object(&call->json);
    return BERM_OK;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

enum berm_status handle_grievance_assign(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"owner", NULL};
    int64_t grievance_id;
    struct text owner;

    TRY(call_parameter_id(call, "grievance", &grievance_id, err));
    body_expect(call_body(call), NAMES);
    owner = body_text(call_body(call), "owner", true);
    TRY(call_check(call, err));
    return grievance_assign(call->office, &call->caller, &call->actor, grievance_id, owner, err);
}

enum berm_status handle_grievance_resolve(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"outcome", "answer", "remedy", NULL};
    struct body body = call_body(call);
    struct grievance_answer answer;
    int64_t grievance_id;

    TRY(call_parameter_id(call, "grievance", &grievance_id, err));
    body_expect(body, NAMES);
    answer = (struct grievance_answer){.outcome = body_text(body, "outcome", true),
                                       .answer = body_text(body, "answer", true),
                                       .remedy = body_text(body, "remedy", false)};
    TRY(call_check(call, err));
    return grievance_resolve(call->office, &call->caller, &call->actor, grievance_id, &answer, err);
}

typedef enum berm_status step_with_words(struct office *office, const struct caller *caller,
                                         const struct actor *actor, int64_t grievance_id,
                                         struct text words, struct berm_error *err);

static enum berm_status take_step(struct call *call, const char *name, step_with_words *step,
                                  struct berm_error *err)
{
    const char *const names[] = {name, NULL};
    int64_t grievance_id;
    struct text words;

    TRY(call_parameter_id(call, "grievance", &grievance_id, err));
    body_expect(call_body(call), names);
    words = body_text(call_body(call), name, true);
    TRY(call_check(call, err));
    return step(call->office, &call->caller, &call->actor, grievance_id, words, err);
}

enum berm_status handle_grievance_escalate(struct call *call, struct berm_error *err)
{
    return take_step(call, "reason", grievance_escalate, err);
}

enum berm_status handle_grievance_close(struct call *call, struct berm_error *err)
{
    return take_step(call, "note", grievance_close, err);
}

enum berm_status handle_grievance_withdraw(struct call *call, struct berm_error *err)
{
    return take_step(call, "reason", grievance_withdraw, err);
}
