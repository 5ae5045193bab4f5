/* One case: what there is of it and what may be done, steps, proofs, objections, leads, who looks
 * after it; and the same for many as a job. Whatever changes it answers with the case as it is. */
#include "api/call.h"

static struct case_call call_of(struct call *call)
{
    return (struct case_call){call->office, &call->caller, &call->actor, call->arena};
}

static enum berm_status answer(struct call *call, struct berm_error *err)
{
    const struct case_call asking = call_of(call);
    struct case_shown shown;

    TRY(case_show(&asking, call_parameter(call, "code"), &shown, err));
    if (shown.shows_sensitive)
        TRY(call_note_look(call, LOOK_WARNING, "household", shown.head.household, err));
    case_shown_write_json(&shown, call_language(call), &call->json);
    call_set_version(call, shown.head.step_count);
    return BERM_OK;
}

enum berm_status handle_case_show(struct call *call, struct berm_error *err)
{
    return answer(call, err);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* The number of steps is the version: a step is for the case that somebody looked at. */
static enum berm_status check_version(struct call *call, int64_t version, struct berm_error *err)
{
    const struct case_call asking = call_of(call);
    struct case_shown shown;

    if (version < 0)
        return BERM_OK;
    TRY(case_show(&asking, call_parameter(call, "code"), &shown, err));
    if (shown.head.step_count == version)
        return BERM_OK;
    call->has_current_version = true;
    call->current_version = shown.head.step_count;
    return fail_with(err, BERM_CHANGED,
                     "somebody took a step with this case meanwhile; look at it again");
}

/* Each thing that is missing is told by itself, with what to do about it. */
static void tell_missing(struct call *call, const struct step_result *result)
{
    for (int need = 0; need < NEED_COUNT; need++) {
        CLEANUP(buffer_free) struct buffer words = {0};

        if ((result->missing >> need & 1) == 0)
            continue;
        need_write(result->step, (enum need)need, call_language(call) == LANGUAGE_CHINESE, &words);
        call_add_problem(call, TEXT(""), need_name((enum need)need), "%.*s",
                         TEXT_ARG(buffer_text(&words)));
    }
}

enum berm_status handle_case_step(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"action", "reason", NULL};
    const struct case_call asking = call_of(call);
    struct body body = call_body(call);
    struct step_order order = {.action = body_text(body, "action", true),
                               .reason = body_text(body, "reason", false)};
    struct step_result result;
    enum berm_status status;

    body_expect(body, NAMES);
    TRY(call_check(call, err));
    TRY(call_if_match(call, &order.expected_steps, err));
    TRY(check_version(call, order.expected_steps, err));
    status = case_take_step(&asking, call_parameter(call, "code"), &order, &result, err);
    if (status == BERM_CONFLICT)
        tell_missing(call, &result);
    return status == BERM_OK ? answer(call, err) : status;
}

/* ---- What belongs to it ---------------------------------------------------------------------- */

enum berm_status handle_case_prove(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"kind", "on", "note", NULL};
    const struct case_call asking = call_of(call);
    struct body body = call_body(call);
    struct text kind = body_text(body, "kind", true);
    struct proof_input proof = {.note = body_text(body, "note", false)};
    struct berm_error wrong;

    body_expect(body, NAMES);
    if (kind.length > 0 && proof_kind_find(kind, &proof.kind, &wrong) != BERM_OK)
        call_add_problem(call, TEXT("/kind"), "invalid", "%s", wrong.message);
    TRY(office_today(call->office, &proof.on_day, err));
    (void)body_date(body, "on", false, &proof.on_day);
    TRY(call_check(call, err));
    TRY(case_prove(&asking, call_parameter(call, "code"), &proof, err));
    return answer(call, err);
}

enum berm_status handle_case_settle(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"settlement", NULL};
    const struct case_call asking = call_of(call);
    struct text settlement = body_text(call_body(call), "settlement", true);
    int64_t number;

    TRY(call_parameter_id(call, "proof", &number, err));
    body_expect(call_body(call), NAMES);
    TRY(call_check(call, err));
    TRY(case_settle(&asking, call_parameter(call, "code"), number, settlement, err));
    return answer(call, err);
}

enum berm_status handle_case_assign(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"worker", NULL};
    const struct case_call asking = call_of(call);
    struct text worker = body_text(call_body(call), "worker", false);

    body_expect(call_body(call), NAMES);
    TRY(call_check(call, err));
    TRY(case_assign(&asking, call_parameter(call, "code"), worker, err));
    return answer(call, err);
}

enum berm_status handle_lead_add(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"code", "severity", "note", NULL};
    const struct case_call asking = call_of(call);
    struct body body = call_body(call);
    struct text code = body_text(body, "code", false), note = body_text(body, "note", false);
    struct text word = body_text(body, "severity", false);
    enum severity severity = SEVERITY_NONE;
    int64_t case_id;

    body_expect(body, NAMES);
    if (word.length > 0 && (!severity_find(word, &severity) || severity < SEVERITY_LOW))
        call_add_problem(call, TEXT("/severity"), "invalid",
                         "write low, medium, high or critical, not %.*s", TEXT_ARG(word));
    TRY(call_check(call, err));
    TRY(case_lead(&asking, call_parameter(call, "code"), code.length > 0 ? code : TEXT("other"),
                  severity, note, &case_id, err));
    return answer(call, err);
}

/* ---- Many ------------------------------------------------------------------------------------ */

static enum berm_status read_households(struct call *call, const struct json_node *list,
                                        struct case_bulk_order *order, struct berm_error *err)
{
    size_t count = node_count(list);
    struct text *codes;

    if (count == 0 || count > CASE_BULK_CODES_MAX)
        call_add_problem(call, TEXT("/households"), "invalid",
                         "name 1 to %d households; more are reached by a filter",
                         (int)CASE_BULK_CODES_MAX);
    TRY(arena_new(call->arena, count, sizeof *codes, &codes, err));
    for (size_t h = 0; h < count; h++)
        codes[h] = node_text(node_item(list, h));
    order->households = codes;
    order->household_count = count;
    return BERM_OK;
}

static void read_filter(struct body filter, struct case_filter *ret_filter)
{
    static const char *const NAMES[] = {"area",   "worker",     "state",   "stage",  "kind",
                                        "source", "unassigned", "overdue", "due_by", NULL};

    body_expect(filter, NAMES);
    *ret_filter = (struct case_filter){.area = body_text(filter, "area", false),
                                       .worker = body_text(filter, "worker", false),
                                       .state = body_text(filter, "state", false),
                                       .stage = body_text(filter, "stage", false),
                                       .kind = body_text(filter, "kind", false),
                                       .source = body_text(filter, "source", false),
                                       .is_unassigned = body_bool(filter, "unassigned", false),
                                       .is_overdue = body_bool(filter, "overdue", false)};
    ret_filter->has_due_by = body_date(filter, "due_by", false, &ret_filter->due_by);
}

enum berm_status handle_case_bulk(struct call *call, struct berm_error *err)
{
    static const char *const NAMES[] = {"do",         "action", "reason", "worker",
                                        "households", "filter", NULL};
    CLEANUP(buffer_free) struct buffer task = {.cap_bytes = JOB_TASK_BYTES_MAX};
    struct body body = call_body(call);
    struct text what = body_text(body, "do", true);
    const struct json_node *households = body_member(body, "households", NODE_ARRAY, false);
    const struct json_node *filter = body_member(body, "filter", NODE_OBJECT, false);
    struct case_bulk_order order = {.is_assignment = text_equal(what, TEXT("assign")),
                                    .has_filter = filter != NULL,
                                    .reason = body_text(body, "reason", false),
                                    .worker = body_text(body, "worker", false)};

    body_expect(body, NAMES);
    order.action = body_text(body, "action", !order.is_assignment);
    if (!order.is_assignment && !text_equal(what, TEXT("step")))
        call_add_problem(call, TEXT("/do"), "invalid", "write step or assign");
    if ((households == NULL) == (filter == NULL))
        call_add_problem(call, TEXT(""), "invalid", "name households, or a filter, not both");
    if (households != NULL)
        TRY(read_households(call, households, &order, err));
    if (filter != NULL)
        read_filter((struct body){call, filter, "/filter"}, &order.filter);
    TRY(call_check(call, err));
    case_bulk_order_write(&order, &(struct json_writer){.out = &task});
    return call_make_job(call, JOB_CASE_BULK, &task, err);
}
