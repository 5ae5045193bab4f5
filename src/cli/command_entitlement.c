/* berm entitlement propose, approve, reject, suspend, resume, cancel, list */
#include "cli.h"

enum { LIST_LIMIT_DEFAULT = 100 };

/* What every one of these commands works with. */
struct entitlement_command {
    struct office *office;
    struct arena *arena;
    const struct caller *caller;
    enum format format;
    struct output output;
    int decimals;
};

static void command_close(struct entitlement_command *command)
{
    output_discard(&command->output);
    arena_freep(&command->arena);
    office_closep(&command->office);
}

static enum berm_status command_open(struct invocation *invocation, bool is_writing,
                                     struct entitlement_command *command, struct berm_error *err)
{
    TRY(invocation_format(invocation, &command->format, err));
    if (is_writing)
        TRY(invocation_open_to_write(invocation, &command->office, err));
    else
        TRY(invocation_open(invocation, &command->office, err));
    TRY(arena_create((size_t)16 << 20, &command->arena, err));
    TRY(invocation_caller(invocation, command->office, command->arena, &command->caller, err));
    command->decimals = command->office->pack->dictionary.money_decimals;
    return BERM_OK;
}

/* --month, else the month last screened. */
static enum berm_status read_month(struct invocation *invocation,
                                   struct entitlement_command *command, month_number *ret_month,
                                   struct berm_error *err)
{
    bool has_month;

    TRY(invocation_month(invocation, &has_month, ret_month, err));
    return has_month ? BERM_OK : month_last_screened(command->office->store, ret_month, err);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static const struct output_column COLUMNS[] = {
    {"entitlement", CELL_NUMBER}, {"programme", CELL_TEXT},   {"period", CELL_TEXT},
    {"household", CELL_TEXT},     {"person", CELL_TEXT},      {"area", CELL_TEXT},
    {"amount", CELL_NUMBER},      {"state", CELL_TEXT},       {"risk_level", CELL_TEXT},
    {"missing", CELL_TEXT},       {"proposed_by", CELL_TEXT}, {"approved_by", CELL_TEXT},
    {"reason", CELL_TEXT}};

static struct text period_text(month_number period, char out[MONTH_TEXT_MAX])
{
    return period == PERIOD_ONCE ? TEXT("once") : month_format(period, out);
}

static enum berm_status write_row(void *context, const struct entitlement_row *row,
                                  struct berm_error *err)
{
    struct entitlement_command *command = context;
    char number[NUMBER_TEXT_MAX], period[MONTH_TEXT_MAX], amount[MONEY_TEXT_MAX];
    const struct text cells[] = {number_text(row->entitlement_id, number),
                                 row->programme,
                                 period_text(row->period, period),
                                 row->household,
                                 row->person,
                                 row->area,
                                 money_format(row->amount_minor, command->decimals, amount),
                                 text_of(entitlement_state_name(row->state)),
                                 row->risk_level,
                                 row->missing,
                                 row->proposed_by,
                                 row->approved_by,
                                 row->reason};

    (void)err;
    output_row(&command->output, cells);
    return BERM_OK;
}

static enum berm_status write_one(struct entitlement_command *command,
                                  const struct entitlement_row *row, struct berm_error *err)
{
    output_begin(&command->output, stdout, command->format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(write_row(command, row, err));
    return output_end(&command->output, err);
}

enum berm_status command_entitlement_list(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(command_close) struct entitlement_command command = {0};
    struct entitlement_filter filter = {
        .programme = text_of(invocation_value(invocation, "programme")),
        .area = text_of(invocation_value(invocation, "area")),
        .household = text_of(invocation_value(invocation, "household"))};
    const char *state = invocation_value(invocation, "state");
    const struct programme *programme;

    TRY(invocation_int64(invocation, "before", 1, INT64_MAX, 0, &filter.before, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, LIST_LIMIT_DEFAULT, &filter.limit,
                         err));
    filter.has_state = state != NULL;
    if (state)
        TRY(entitlement_state_find(text_of(state), &filter.state, err));
    TRY(invocation_month(invocation, &filter.has_period, &filter.period, err));
    TRY(command_open(invocation, false, &command, err));
    if (filter.has_period && filter.programme.length > 0) {
        TRY(programme_find(command.office->pack, filter.programme, &programme, err));
        filter.period = programme_period(programme, filter.period);
    }
    output_begin(&command.output, stdout, command.format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(entitlements_list(command.office, command.caller, &filter, write_row, &command, err));
    return output_end(&command.output, err);
}

/* ---- Many at once ---------------------------------------------------------------------------- */

static const struct output_column BULK_COLUMNS[] = {
    {"household", CELL_TEXT}, {"person", CELL_TEXT},  {"entitlement", CELL_NUMBER},
    {"amount", CELL_NUMBER},  {"outcome", CELL_TEXT}, {"note", CELL_TEXT}};

typedef enum berm_status bulk_action(struct office *office, const struct caller *caller,
                                     const struct actor *actor, const struct entitlement_bulk *bulk,
                                     const struct bulk_options *options,
                                     struct bulk_result *ret_result, struct berm_error *err);

/* On a terminal only what was not done; the formats for programs tell every row. */
static enum berm_status write_bulk_row(void *context, const struct bulk_row *row,
                                       struct berm_error *err)
{
    struct entitlement_command *command = context;
    bool is_done = text_equal(text_of(row->outcome), TEXT("pending")) ||
                   text_equal(text_of(row->outcome), TEXT("approved"));
    char number[NUMBER_TEXT_MAX], amount[MONEY_TEXT_MAX];
    const struct text cells[] = {
        row->household,
        row->person,
        row->entitlement_id ? number_text(row->entitlement_id, number) : TEXT(""),
        row->amount_minor ? money_format(row->amount_minor, command->decimals, amount) : TEXT(""),
        text_of(row->outcome),
        row->note};

    (void)err;
    if (command->format != FORMAT_TABLE || !is_done)
        output_row(&command->output, cells);
    return BERM_OK;
}

static enum berm_status run_bulk(struct invocation *invocation, struct entitlement_command *command,
                                 bulk_action *action, const char *done, struct berm_error *err)
{
    struct entitlement_bulk bulk = {.area = text_of(invocation_value(invocation, "area"))};
    const struct bulk_options options = {
        .visit = write_bulk_row, .context = command, .progress = show_progress};
    struct bulk_result result;
    char amount[MONEY_TEXT_MAX];
    enum berm_status status;

    bulk.programme = text_of(invocation_value(invocation, "programme"));
    if (bulk.programme.length == 0) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "say which: a number or a household, or --programme for many at once");
    }
    TRY(read_month(invocation, command, &bulk.month, err));
    output_begin(&command->output, stdout, command->format, BULK_COLUMNS,
                 ARRAY_COUNT(BULK_COLUMNS));
    status = action(command->office, command->caller, &command->office->actor, &bulk, &options,
                    &result, err);
    end_progress();
    TRY(status);
    TRY(output_end(&command->output, err));
    (void)money_format_for_people(result.amount_minor, command->decimals, amount);
    fprintf(stderr, "%lld %s, together %s; %lld not\n", (long long)result.done, done, amount,
            (long long)result.not_done);
    return office_seal(command->office, err);
}

/* ---- One ------------------------------------------------------------------------------------- */

enum berm_status command_entitlement_propose(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(command_close) struct entitlement_command command = {0};
    struct entitlement_input input = {.programme =
                                          text_of(invocation_value(invocation, "programme")),
                                      .person = text_of(invocation_value(invocation, "person"))};
    struct entitlement_row row;

    TRY(command_open(invocation, true, &command, err));
    if (invocation->argument_count == 0)
        return run_bulk(invocation, &command, entitlements_propose, "proposed", err);
    input.household = text_of(invocation->arguments[0]);
    TRY(read_month(invocation, &command, &input.month, err));
    TRY(entitlement_propose(command.office, command.caller, &command.office->actor, &input,
                            command.arena, &row, err));
    TRY(office_seal(command.office, err));
    return write_one(&command, &row, err);
}

static enum berm_status decide(struct invocation *invocation, struct entitlement_command *command,
                               enum entitlement_decision decision, struct berm_error *err)
{
    struct entitlement_row row;
    int64_t number;

    if (!text_parse_int64(text_of(invocation->arguments[0]), &number)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is no entitlement's number; berm entitlement list shows them",
                         invocation->arguments[0]);
    }
    TRY(entitlement_decide(command->office, command->caller, &command->office->actor, number,
                           decision, text_of(invocation_value(invocation, "reason")),
                           command->arena, &row, err));
    TRY(office_seal(command->office, err));
    return write_one(command, &row, err);
}

enum berm_status command_entitlement_approve(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(command_close) struct entitlement_command command = {0};

    TRY(command_open(invocation, true, &command, err));
    if (invocation->argument_count == 0)
        return run_bulk(invocation, &command, entitlements_approve, "approved", err);
    return decide(invocation, &command, DECIDE_APPROVE, err);
}

static enum berm_status decide_one(struct invocation *invocation,
                                   enum entitlement_decision decision, struct berm_error *err)
{
    CLEANUP(command_close) struct entitlement_command command = {0};

    TRY(command_open(invocation, true, &command, err));
    return decide(invocation, &command, decision, err);
}

enum berm_status command_entitlement_reject(struct invocation *invocation, struct berm_error *err)
{
    return decide_one(invocation, DECIDE_REJECT, err);
}

enum berm_status command_entitlement_suspend(struct invocation *invocation, struct berm_error *err)
{
    return decide_one(invocation, DECIDE_SUSPEND, err);
}

enum berm_status command_entitlement_resume(struct invocation *invocation, struct berm_error *err)
{
    return decide_one(invocation, DECIDE_RESUME, err);
}

enum berm_status command_entitlement_cancel(struct invocation *invocation, struct berm_error *err)
{
    return decide_one(invocation, DECIDE_CANCEL, err);
}
