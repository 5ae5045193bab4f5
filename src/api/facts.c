/*
 * Facts changed by hand. A body has the form in which the household is shown: fields by their
 * names, the dictionary's variables under "values"; null makes a value unknown. The service reads
 * them as texts, by the rules of an import, so a handler only gathers them and remembers where each
 * stood.
 */
#include <stdio.h>

#include "api/call.h"

/* The values of a body. */
struct given {
    struct fact_text *texts;
    struct text *pointers; /* where each stands in the body */
    size_t count;
};

/* ---- From the body --------------------------------------------------------------------------- */

static struct text pointer_to(struct call *call, const char *prefix, struct text name)
{
    return body_pointer((struct body){call, call->body, prefix}, name);
}

/* A list becomes its choices with blanks between, as a file has them. */
static enum berm_status join_list(struct call *call, const struct json_node *list,
                                  struct text *ret_text, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer joined = {0};

    for (size_t i = 0; i < node_count(list); i++) {
        struct text item;

        TRY(node_scalar(node_item(list, i), call->arena, &item, err));
        buffer_append_text(&joined, i > 0 ? TEXT(" ") : TEXT(""));
        buffer_append_text(&joined, item);
    }
    TRY(buffer_status(&joined, err));
    return text_copy(call->arena, buffer_text(&joined), ret_text, err);
}

/* A value as JSON has it, as the text that a file would have; null is empty. */
static enum berm_status read_value(struct call *call, struct text pointer, struct text name,
                                   const struct json_node *value, struct text *ret_text,
                                   struct berm_error *err)
{
    enum berm_status status = BERM_OK;
    struct berm_error fault;

    if (node_kind(value) == NODE_ARRAY)
        status = join_list(call, value, ret_text, &fault);
    else if (node_kind(value) != NODE_NULL)
        status = node_scalar(value, call->arena, ret_text, &fault);
    if (status == BERM_INVALID_INPUT)
        call_add_problem(call, pointer, "invalid",
                         "%.*s is text, a number, true, false, null or a list of choices",
                         TEXT_ARG(name));
    else if (status != BERM_OK)
        return fail_with(err, status, "%s", fault.message);
    return BERM_OK;
}

enum berm_status body_fact(struct body body, const char *name, struct text *ret_text,
                           struct berm_error *err)
{
    return read_value(body.call, body_pointer(body, text_of(name)), text_of(name),
                      node_member(body.node, name), ret_text, err);
}

static enum berm_status take_value(struct call *call, const char *prefix, struct text name,
                                   const struct json_node *value, struct given *given,
                                   struct berm_error *err)
{
    struct fact_text *text = &given->texts[given->count];
    struct text pointer = pointer_to(call, prefix, name);

    text->name = name;
    given->pointers[given->count++] = pointer;
    return read_value(call, pointer, name, value, &text->text, err);
}

static enum berm_status gather(struct call *call, struct given *given, struct berm_error *err)
{
    const struct json_node *values = node_member(call->body, "values");
    const struct json_node *value;
    size_t capacity = node_count(call->body) + node_count(values) + 1;
    void *position = NULL;
    struct text name;

    TRY(arena_new(call->arena, capacity, sizeof *given->texts, &given->texts, err));
    TRY(arena_new(call->arena, capacity, sizeof *given->pointers, &given->pointers, err));
    while (node_next_member(call->body, &position, &name, &value))
        if (!text_equal(name, TEXT("values")))
            TRY(take_value(call, "", name, value, given, err));
    (void)body_member(call_body(call), "values", NODE_OBJECT, false);
    position = NULL;
    while (node_kind(values) == NODE_OBJECT && node_next_member(values, &position, &name, &value))
        TRY(take_value(call, "/values", name, value, given, err));
    return call_check(call, err);
}

/* ---- The call and what came of it ------------------------------------------------------------ */

enum berm_status call_fact_call(struct call *call, struct fact_call *fact_call,
                                struct berm_error *err)
{
    int64_t version = 0;

    if (call->route->flags & ROUTE_NEEDS_VERSION)
        TRY(call_if_match(call, &version, err));
    *fact_call = (struct fact_call){.caller = &call->caller,
                                    .actor = &call->actor,
                                    .expected_version = version < 0 ? 0 : version,
                                    .arena = call->arena};
    return BERM_OK;
}

/* Where a problem's value stands, or would stand. */
static struct text pointer_of(struct call *call, const struct given *given,
                              const struct fact_problem *problem)
{
    const struct dictionary *dictionary = &call->office->pack->dictionary;
    bool is_variable = dictionary_find(dictionary, ENTITY_HOUSEHOLD, problem->field) ||
                       dictionary_find(dictionary, ENTITY_PERSON, problem->field);
    char prefix[48];

    for (size_t i = 0; given && i < given->count; i++)
        if (text_equal(given->texts[i].name, problem->field))
            return given->pointers[i];
    if (problem->field.length == 0)
        return (struct text){"", 0};
    if (problem->entry < 0)
        return pointer_to(call, is_variable ? "/values" : "", problem->field);
    snprintf(prefix, sizeof prefix, "/flows/%lld", (long long)problem->entry);
    return pointer_to(call, prefix, problem->field);
}

static enum berm_status tell_problems(struct call *call, const struct given *given,
                                      const struct fact_problems *problems, struct berm_error *err)
{
    for (size_t p = 0; p < problems->count; p++) {
        const struct fact_problem *problem = &problems->rows[p];

        call_add_problem(call, pointer_of(call, given, problem), problem->code, "%.*s",
                         TEXT_ARG(problem->detail));
    }
    return call_check(call, err);
}

static enum berm_status answer(struct call *call, const struct given *given,
                               enum berm_status status, const struct fact_result *result,
                               struct berm_error *err)
{
    struct json_writer *json = &call->json;

    if (status == BERM_CHANGED) {
        call->has_current_version = true;
        call->current_version = result->version;
    }
    if (status == BERM_INVALID_INPUT && result->problems.count > 0)
        return tell_problems(call, given, &result->problems, err);
    TRY(status);
    json_begin_object(json);
    json_key_of_text(json, "code", result->code);
    json_key_of_int64(json, "version", result->version);
    json_key_of_bool(json, "changed", result->change_id != 0);
    json_key_of_int64(json, "findings_opened", result->screened.opened);
    json_key_of_int64(json, "findings_closed", result->screened.closed);
    json_end_object(json);
    call_set_version(call, result->version);
    return BERM_OK;
}

enum berm_status call_answer_fact(struct call *call, enum berm_status status,
                                  const struct fact_result *result, struct berm_error *err)
{
    return answer(call, NULL, status, result, err);
}

/* ---- Handlers -------------------------------------------------------------------------------- */

typedef enum berm_status change_act(struct office *office, const struct fact_call *call,
                                    struct text code, const struct fact_text *texts, size_t count,
                                    struct fact_result *ret_result, struct berm_error *err);

static enum berm_status change(struct call *call, change_act *act, struct berm_error *err)
{
    struct fact_result result = {0};
    struct given given = {0};
    struct fact_call fact_call;

    TRY(call_fact_call(call, &fact_call, err));
    TRY(gather(call, &given, err));
    return answer(call, &given,
                  act(call->office, &fact_call, call_parameter(call, "code"), given.texts,
                      given.count, &result, err),
                  &result, err);
}

enum berm_status handle_household_add(struct call *call, struct berm_error *err)
{
    struct fact_result result = {0};
    struct given given = {0};
    struct fact_call fact_call;

    TRY(call_fact_call(call, &fact_call, err));
    TRY(gather(call, &given, err));
    TRY(answer(call, &given,
               household_add(call->office, &fact_call, given.texts, given.count, &result, err),
               &result, err));
    call_set_location(call, TEXT("/v1/households"), result.code);
    return BERM_OK;
}

enum berm_status handle_household_change(struct call *call, struct berm_error *err)
{
    return change(call, household_change, err);
}

/* The household stands in the path. */
static enum berm_status add_member(struct office *office, const struct fact_call *call,
                                   struct text code, const struct fact_text *texts, size_t count,
                                   struct fact_result *ret_result, struct berm_error *err)
{
    struct fact_text *all;

    TRY(arena_new(call->arena, count + 1, sizeof *all, &all, err));
    all[0] = (struct fact_text){TEXT("household"), code};
    for (size_t i = 0; i < count; i++)
        all[i + 1] = texts[i];
    return person_add(office, call, all, count + 1, ret_result, err);
}

enum berm_status handle_person_add(struct call *call, struct berm_error *err)
{
    return change(call, add_member, err);
}

enum berm_status handle_person_change(struct call *call, struct berm_error *err)
{
    return change(call, person_change, err);
}

enum berm_status handle_membership_move(struct call *call, struct berm_error *err)
{
    return change(call, membership_move, err);
}

enum berm_status handle_membership_end(struct call *call, struct berm_error *err)
{
    return change(call, membership_end, err);
}

static enum berm_status set_active(struct call *call, bool is_active, struct berm_error *err)
{
    struct fact_result result = {0};
    struct fact_call fact_call;

    TRY(call_fact_call(call, &fact_call, err));
    return answer(call, NULL,
                  household_set_active(call->office, &fact_call, call_parameter(call, "code"),
                                       is_active, &result, err),
                  &result, err);
}

enum berm_status handle_household_archive(struct call *call, struct berm_error *err)
{
    return set_active(call, false, err);
}

enum berm_status handle_household_restore(struct call *call, struct berm_error *err)
{
    return set_active(call, true, err);
}

/* ---- Flows ----------------------------------------------------------------------------------- */

/* An amount as text or number; null takes the report back. */
static enum berm_status read_amount(struct body item, struct text *ret_amount,
                                    struct berm_error *err)
{
    const struct json_node *amount = node_member(item.node, "amount");

    if (node_kind(amount) == NODE_STRING || node_kind(amount) == NODE_NUMBER)
        return node_scalar(amount, item.call->arena, ret_amount, err);
    if (amount && node_kind(amount) == NODE_NULL)
        return BERM_OK;
    call_add_problem(item.call, body_pointer(item, TEXT("amount")), amount ? "invalid" : "required",
                     "amount is a number or text such as \"310.50\", or null to take the report "
                     "back");
    return BERM_OK;
}

static enum berm_status read_flow(struct call *call, const struct json_node *node, size_t position,
                                  struct fact_flow *flow, struct berm_error *err)
{
    static const char *const NAMES[] = {"month", "flow", "source", "amount", NULL};
    char pointer[32];
    struct body item = {call, node, pointer};

    snprintf(pointer, sizeof pointer, "/flows/%zu", position);
    if (node_kind(node) != NODE_OBJECT) {
        call_add_problem(call, text_of(pointer), "invalid", "a report is an object, not %s",
                         node_kind_words(node_kind(node)));
        return BERM_OK;
    }
    body_expect(item, NAMES);
    flow->month = body_text(item, "month", true);
    flow->flow = body_text(item, "flow", true);
    flow->source = body_text(item, "source", false);
    return read_amount(item, &flow->amount, err);
}

enum berm_status handle_household_set_flows(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"flows", NULL};
    struct body body = call_body(call);
    const struct json_node *list = body_member(body, "flows", NODE_ARRAY, true);
    struct fact_result result = {0};
    struct fact_call fact_call;
    struct fact_flow *flows;

    TRY(call_fact_call(call, &fact_call, err));
    body_expect(body, NAMES);
    TRY(arena_new(call->arena, node_count(list) + 1, sizeof *flows, &flows, err));
    for (size_t i = 0; i < node_count(list); i++)
        TRY(read_flow(call, node_item(list, i), i, &flows[i], err));
    TRY(call_check(call, err));
    return answer(call, NULL,
                  household_set_flows(call->office, &fact_call, call_parameter(call, "code"), flows,
                                      node_count(list), &result, err),
                  &result, err);
}
