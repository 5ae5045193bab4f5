/* berm lead add; berm case step, prove, settle, assign */
#include "cli.h"

static struct case_call call_at(const struct desk *desk)
{
    return (struct case_call){.office = desk->office,
                              .caller = desk->caller,
                              .actor = &desk->office->actor,
                              .arena = desk->arena};
}

static struct text household_of(const struct invocation *invocation)
{
    return text_of(invocation->arguments[0]);
}

/* ---- lead add -------------------------------------------------------------------------------- */

static enum berm_status read_severity(struct invocation *invocation, enum severity *ret_severity,
                                      struct berm_error *err)
{
    const char *word = invocation_value(invocation, "severity");

    *ret_severity = SEVERITY_NONE;
    if (word == NULL ||
        (severity_find(text_of(word), ret_severity) && *ret_severity >= SEVERITY_LOW))
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT, "--severity %s: write low, medium, high or critical",
                     word);
}

enum berm_status command_lead_add(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    struct case_call call;
    enum severity severity;
    int64_t case_id;

    TRY(read_severity(invocation, &severity, err));
    TRY(desk_open(invocation, &desk, err));
    call = call_at(&desk);
    TRY(case_lead(&call, household_of(invocation), invocation_text(invocation, "code", "other"),
                  severity, invocation_text(invocation, "note", ""), &case_id, err));
    fprintf(stderr, "household %s: case %lld\n", invocation->arguments[0], (long long)case_id);
    return office_seal(desk.office, err);
}

/* ---- case step ------------------------------------------------------------------------------- */

static void tell_state(const struct invocation *invocation, const struct case_record *record)
{
    char day[DATE_TEXT_MAX];

    fprintf(stderr, "household %s: %.*s", invocation->arguments[0], TEXT_ARG(record->state));
    if (record->has_due)
        fprintf(stderr, "; %.*s is due on %.*s", TEXT_ARG(record->due_action),
                TEXT_ARG(date_format(record->due_on, day)));
    fputc('\n', stderr);
}

enum berm_status command_case_step(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    struct step_order order = {.action = text_of(invocation->arguments[1]),
                               .reason = invocation_text(invocation, "reason", "")};
    struct step_result result;
    struct case_call call;

    TRY(invocation_int64(invocation, "expect", 0, INT64_MAX, -1, &order.expected_steps, err));
    TRY(desk_open(invocation, &desk, err));
    call = call_at(&desk);
    TRY(case_take_step(&call, household_of(invocation), &order, &result, err));
    tell_state(invocation, &result.record);
    return office_seal(desk.office, err);
}

/* ---- case prove, settle, assign -------------------------------------------------------------- */

enum berm_status command_case_prove(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    struct proof_input proof = {.note = text_trimmed(invocation_text(invocation, "note", ""))};
    struct case_call call;
    bool has_day;

    TRY(proof_kind_find(text_of(invocation->arguments[1]), &proof.kind, err));
    TRY(desk_open(invocation, &desk, err));
    TRY(office_today(desk.office, &proof.on_day, err));
    TRY(invocation_date(invocation, "on", &has_day, &proof.on_day, err));
    call = call_at(&desk);
    TRY(case_prove(&call, household_of(invocation), &proof, err));
    return office_seal(desk.office, err);
}

enum berm_status command_case_settle(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    struct case_call call;
    int64_t number;

    if (!text_parse_int64(text_of(invocation->arguments[1]), &number)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is no number of an objection; berm case show lists them",
                         invocation->arguments[1]);
    }
    TRY(desk_open(invocation, &desk, err));
    call = call_at(&desk);
    TRY(case_settle(&call, household_of(invocation), number, invocation_text(invocation, "how", ""),
                    err));
    return office_seal(desk.office, err);
}

enum berm_status command_case_assign(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    struct text worker =
        invocation->argument_count > 1 ? text_of(invocation->arguments[1]) : TEXT("");
    struct case_call call;

    TRY(desk_open(invocation, &desk, err));
    call = call_at(&desk);
    TRY(case_assign(&call, household_of(invocation), worker, err));
    return office_seal(desk.office, err);
}
