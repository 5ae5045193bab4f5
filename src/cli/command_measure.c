/* berm measure plan, start, deliver, cancel, list */
#include "cli.h"

enum { LIST_LIMIT_DEFAULT = 100 };

static const struct output_column COLUMNS[] = {{"measure_number", CELL_NUMBER},
                                               {"household", CELL_TEXT},
                                               {"area", CELL_TEXT},
                                               {"measure", CELL_TEXT},
                                               {"finding", CELL_TEXT},
                                               {"programme", CELL_TEXT},
                                               {"owner", CELL_TEXT},
                                               {"due_on", CELL_TEXT},
                                               {"state", CELL_TEXT},
                                               {"amount", CELL_NUMBER},
                                               {"recommended", CELL_JSON},
                                               {"delivered_on", CELL_TEXT},
                                               {"evidence", CELL_TEXT},
                                               {"result", CELL_TEXT},
                                               {"reason", CELL_TEXT}};

struct measure_command {
    struct office *office;
    struct arena *arena;
    const struct caller *caller;
    struct output output;
    int decimals;
};

static void command_close(struct measure_command *command)
{
    output_discard(&command->output);
    arena_freep(&command->arena);
    office_closep(&command->office);
}

static enum berm_status command_open(struct invocation *invocation, bool is_writing,
                                     struct measure_command *command, struct berm_error *err)
{
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    if (is_writing)
        TRY(invocation_open_to_write(invocation, &command->office, err));
    else
        TRY(invocation_open(invocation, &command->office, err));
    TRY(arena_create((size_t)64 << 20, &command->arena, err));
    TRY(invocation_caller(invocation, command->office, command->arena, &command->caller, err));
    command->decimals = command->office->pack->dictionary.money_decimals;
    output_begin(&command->output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    return BERM_OK;
}

static enum berm_status write_row(void *context, const struct measure_row *row,
                                  struct berm_error *err)
{
    struct measure_command *command = context;
    char number[NUMBER_TEXT_MAX], amount[MONEY_TEXT_MAX];
    const struct text cells[] = {
        number_text(row->measure_id, number),
        row->household,
        row->area,
        row->measure,
        row->finding,
        row->programme,
        row->owner,
        row->due_on,
        text_of(measure_state_name(row->state)),
        row->has_amount ? money_format(row->amount_minor, command->decimals, amount) : TEXT(""),
        row->is_recommended ? TEXT("true") : TEXT("false"),
        row->delivered_on,
        row->evidence,
        row->result,
        row->reason};

    (void)err;
    output_row(&command->output, cells);
    return BERM_OK;
}

enum berm_status command_measure_plan(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(command_close) struct measure_command command = {0};
    const struct measure_input input = {.measure = text_of(invocation_value(invocation, "measure")),
                                        .finding = text_of(invocation_value(invocation, "finding")),
                                        .programme =
                                            text_of(invocation_value(invocation, "programme")),
                                        .owner = text_of(invocation_value(invocation, "owner")),
                                        .due_on = text_of(invocation_value(invocation, "due")),
                                        .amount = text_of(invocation_value(invocation, "amount"))};
    struct measure_row *rows;
    size_t count;

    if (input.measure.length == 0 && (input.finding.length > 0 || input.programme.length > 0 ||
                                      input.due_on.length > 0 || input.amount.length > 0)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "say which --measure; without one all that are recommended are planned");
    }
    TRY(command_open(invocation, true, &command, err));
    TRY(measures_plan(command.office, command.caller, &command.office->actor,
                      text_of(invocation->arguments[0]), &input, input.measure.length > 0,
                      command.arena, &rows, &count, err));
    TRY(office_seal(command.office, err));
    for (size_t i = 0; i < count; i++)
        TRY(write_row(&command, &rows[i], err));
    return output_end(&command.output, err);
}

static enum berm_status step(struct invocation *invocation, enum measure_action action,
                             struct berm_error *err)
{
    CLEANUP(command_close) struct measure_command command = {0};
    const struct measure_step order = {
        .action = action,
        .on = text_of(invocation_value(invocation, "on")),
        .evidence = text_of(invocation_value(invocation, "evidence")),
        .result = text_of(invocation_value(invocation, "result")),
        .reason = text_of(invocation_value(invocation, "reason")),
        .attachment_sha256 = text_of(invocation_value(invocation, "file"))};
    struct measure_row row;
    int64_t number;

    if (!text_parse_int64(text_of(invocation->arguments[0]), &number)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is no measure's number; berm measure list shows them",
                         invocation->arguments[0]);
    }
    TRY(command_open(invocation, true, &command, err));
    TRY(measure_step(command.office, command.caller, &command.office->actor, number, &order,
                     command.arena, &row, err));
    TRY(office_seal(command.office, err));
    TRY(write_row(&command, &row, err));
    return output_end(&command.output, err);
}

enum berm_status command_measure_start(struct invocation *invocation, struct berm_error *err)
{
    return step(invocation, MEASURE_START, err);
}

enum berm_status command_measure_deliver(struct invocation *invocation, struct berm_error *err)
{
    return step(invocation, MEASURE_DELIVER, err);
}

enum berm_status command_measure_cancel(struct invocation *invocation, struct berm_error *err)
{
    return step(invocation, MEASURE_CANCEL, err);
}

enum berm_status command_measure_list(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(command_close) struct measure_command command = {0};
    struct measure_filter filter = {.area = text_of(invocation_value(invocation, "area")),
                                    .household = text_of(invocation_value(invocation, "household")),
                                    .owner = text_of(invocation_value(invocation, "owner")),
                                    .is_overdue = invocation_has(invocation, "overdue")};
    const char *state = invocation_value(invocation, "state");

    TRY(invocation_int64(invocation, "before", 1, INT64_MAX, 0, &filter.before, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, LIST_LIMIT_DEFAULT, &filter.limit,
                         err));
    filter.has_state = state != NULL;
    if (state)
        TRY(measure_state_find(text_of(state), &filter.state, err));
    TRY(command_open(invocation, false, &command, err));
    TRY(measures_list(command.office, command.caller, &filter, write_row, &command, err));
    return output_end(&command.output, err);
}
