/* Visits: planned, the form, what was found, and what became of it. */
#include <stdio.h>

#include "api/call.h"

/* ---- Shown ----------------------------------------------------------------------------------- */

static enum berm_status answer_visit(struct call *call, int64_t visit_id, struct berm_error *err)
{
    struct visit_detail detail;

    TRY(visit_read(call->office, &call->caller, visit_id, call->arena, &detail, err));
    if (detail.shows_sensitive)
        TRY(call_note_look(call, LOOK_FACTS, "household", detail.row.household, err));
    visit_write_json(&detail, &call->json);
    call_set_version(call, detail.version);
    return BERM_OK;
}

enum berm_status handle_visit_show(struct call *call, struct berm_error *err)
{
    int64_t visit_id;

    TRY(call_parameter_id(call, "visit", &visit_id, err));
    return answer_visit(call, visit_id, err);
}

enum berm_status handle_visit_form(struct call *call, struct berm_error *err)
{
    struct visit_form form;
    int64_t visit_id;

    TRY(call_parameter_id(call, "visit", &visit_id, err));
    TRY(visit_form_read(call->office, &call->caller, visit_id, call->arena, &form, err));
    if (form.facts->shows_sensitive)
        TRY(call_note_look(call, LOOK_FACTS, "household", form.row.household, err));
    visit_form_write_json(&call->office->pack->dictionary, &form, &call->json);
    return BERM_OK;
}

static enum berm_status write_one(void *context, const struct visit_row *row,
                                  struct berm_error *err)
{
    struct row_page *page = context;

    (void)err;
    if (!row_page_takes(page, row->visit_id))
        return BERM_OK;
    visit_write_head_json(row, &page->call->json);
    return BERM_OK;
}

static enum berm_status list(struct call *call, struct text household, struct text area,
                             struct berm_error *err)
{
    struct visit_filter filter = {
        .household = household,
        .area = area,
        .worker = call_query(call, "worker"),
        .due_by = call_query(call, "due_by"),
        .before = call_query_cursor_id(call),
        .has_state = call_has_query(call, "state"),
    };
    struct row_page page = {.call = call, .left = call_query_limit(call)};
    struct berm_error fault;

    if (filter.has_state &&
        visit_state_find(call_query(call, "state"), &filter.state, &fault) != BERM_OK)
        call_add_query_problem(call, "state", "invalid", "%s", fault.message);
    TRY(call_check(call, err));
    filter.limit = page.left + 1;
    call_begin_items(call);
    TRY(visits_list(call->office, &call->caller, &filter, write_one, &page, err));
    row_page_end(&page);
    return BERM_OK;
}

enum berm_status handle_visit_list(struct call *call, struct berm_error *err)
{
    return list(call, (struct text){0}, call_query(call, "area"), err);
}

enum berm_status handle_household_visits(struct call *call, struct berm_error *err)
{
    return list(call, call_parameter(call, "code"), (struct text){0}, err);
}

/* ---- Planned and called off ------------------------------------------------------------------ */

enum berm_status handle_visit_plan(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"purpose", "due_on", "worker", "groups", "note", NULL};
    struct body body = call_body(call);
    struct text purpose = body_text(body, "purpose", true);
    struct visit_order order = {.household = call_parameter(call, "code"),
                                .due_on = body_text(body, "due_on", false),
                                .worker = body_text(body, "worker", false),
                                .groups = body_text(body, "groups", false),
                                .note = body_text(body, "note", false)};
    struct berm_error fault;
    int64_t visit_id;
    char number[24];

    body_expect(body, NAMES);
    if (purpose.length > 0 && visit_purpose_find(purpose, &order.purpose, &fault) != BERM_OK)
        call_add_problem(call, TEXT("/purpose"), "invalid", "%s", fault.message);
    TRY(call_check(call, err));
    TRY(visit_plan(call->office, &call->caller, &call->actor, &order, call->arena, &visit_id, err));
    call_set_location(call, TEXT("/v1/visits"),
                      (struct text){number, (size_t)snprintf(number, sizeof number, "%lld",
                                                             (long long)visit_id)});
    return answer_visit(call, visit_id, err);
}

enum berm_status handle_visit_cancel(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"reason", NULL};
    int64_t visit_id;
    struct text reason;

    TRY(call_parameter_id(call, "visit", &visit_id, err));
    body_expect(call_body(call), NAMES);
    reason = body_text(call_body(call), "reason", true);
    TRY(call_check(call, err));
    return visit_cancel(call->office, &call->caller, &call->actor, visit_id, reason, call->arena,
                        err);
}

/* ---- What was found -------------------------------------------------------------------------- */

static enum berm_status read_answer(struct call *call, const struct json_node *node,
                                    size_t position, struct visit_answer *answer,
                                    struct berm_error *err)
{
    static const char *const NAMES[] = {"person", "month", "name", "value", "before", NULL};
    char pointer[32];
    struct body item = {call, node, pointer};

    snprintf(pointer, sizeof pointer, "/found/%zu", position);
    if (node_kind(node) != NODE_OBJECT) {
        call_add_problem(call, text_of(pointer), "invalid", "what was found is an object, not %s",
                         node_kind_words(node_kind(node)));
        return BERM_OK;
    }
    body_expect(item, NAMES);
    answer->person = body_text(item, "person", false);
    answer->month = body_text(item, "month", false);
    answer->name = body_text(item, "name", true);
    if (node_member(node, "value") == NULL)
        call_add_problem(call, body_pointer(item, TEXT("value")), "required",
                         "value is missing; null says that it is unknown");
    TRY(body_fact(item, "value", &answer->value, err));
    answer->has_before = node_member(node, "before") != NULL;
    return body_fact(item, "before", &answer->before, err);
}

static enum berm_status tell_problems(struct call *call, const struct fact_problems *problems,
                                      struct berm_error *err)
{
    for (size_t p = 0; p < problems->count; p++) {
        const struct fact_problem *problem = &problems->rows[p];
        char prefix[32] = "";

        if (problem->entry >= 0)
            snprintf(prefix, sizeof prefix, "/found/%lld", (long long)problem->entry);
        call_add_problem(call,
                         body_pointer((struct body){call, call->body, prefix}, problem->field),
                         problem->code, "%.*s", TEXT_ARG(problem->detail));
    }
    return call_check(call, err);
}

enum berm_status handle_visit_record(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"visited_on", "summary", "found", NULL};
    struct body body = call_body(call);
    const struct json_node *found = body_member(body, "found", NODE_ARRAY, false);
    struct visit_report report = {.visited_on = body_text(body, "visited_on", true),
                                  .summary = body_text(body, "summary", true),
                                  .answer_count = node_count(found)};
    struct visit_answer *answers;
    struct fact_problems problems;
    enum berm_status status;
    int64_t visit_id;

    TRY(call_parameter_id(call, "visit", &visit_id, err));
    body_expect(body, NAMES);
    TRY(arena_new(call->arena, report.answer_count + 1, sizeof *answers, &answers, err));
    for (size_t i = 0; i < report.answer_count; i++)
        TRY(read_answer(call, node_item(found, i), i, &answers[i], err));
    TRY(call_check(call, err));
    report.answers = answers;
    status = visit_record(call->office, &call->caller, &call->actor, visit_id, &report, call->arena,
                          &problems, err);
    if (status == BERM_INVALID_INPUT && problems.count > 0)
        return tell_problems(call, &problems, err);
    TRY(status);
    return answer_visit(call, visit_id, err);
}

/* ---- Decided --------------------------------------------------------------------------------- */

static enum berm_status read_numbers(struct call *call, struct visit_decision *decision,
                                     struct berm_error *err)
{
    const struct json_node *list = body_member(call_body(call), "numbers", NODE_ARRAY, false);
    int64_t *numbers;

    TRY(arena_new(call->arena, node_count(list) + 1, sizeof *numbers, &numbers, err));
    for (size_t i = 0; i < node_count(list); i++)
        if (!node_int64(node_item(list, i), &numbers[i]))
            call_add_problem(call, TEXT("/numbers"), "invalid",
                             "numbers are those of what the visit found, from 1");
    decision->numbers = numbers;
    decision->count = node_count(list);
    return call_check(call, err);
}

enum berm_status handle_visit_apply(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"numbers", "over_conflicts", NULL};
    struct visit_decision decision = {.over_conflicts =
                                          body_bool(call_body(call), "over_conflicts", false)};
    struct fact_call fact_call;
    struct fact_result result;
    enum berm_status status;
    int64_t visit_id;

    TRY(call_parameter_id(call, "visit", &visit_id, err));
    body_expect(call_body(call), NAMES);
    TRY(read_numbers(call, &decision, err));
    TRY(call_fact_call(call, &fact_call, err));
    status = visit_apply(call->office, &fact_call, visit_id, &decision, &result, err);
    return call_answer_fact(call, status, &result, err);
}

enum berm_status handle_visit_refuse(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"numbers", "reason", NULL};
    struct visit_decision decision = {0};
    int64_t visit_id;
    struct text reason;

    TRY(call_parameter_id(call, "visit", &visit_id, err));
    body_expect(call_body(call), NAMES);
    reason = body_text(call_body(call), "reason", true);
    TRY(read_numbers(call, &decision, err));
    return visit_refuse(call->office, &call->caller, &call->actor, visit_id, &decision, reason,
                        call->arena, err);
}
