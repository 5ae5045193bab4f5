/* berm add household|person, berm change household|person|membership|flows, berm archive */
#include "cli.h"

#include <string.h>

enum {
    FACTS_BYTES_MAX = 16 << 20,
    LINE_BYTES_MAX = 4096,
};

/* A command while it runs. */
struct entering {
    struct office *office;
    struct arena *arena;
    struct fact_call call;
    struct fact_text texts[ARGUMENTS_MAX];
    size_t count;
    enum format format;
};

static void entering_close(struct entering *entering)
{
    office_close(entering->office);
    arena_free(entering->arena);
}

/* ---- The command line ------------------------------------------------------------------------ */

/* What the process list must not show is read from standard input. */
static enum berm_status read_line(struct arena *arena, struct text *ret_text,
                                  struct berm_error *err)
{
    char line[LINE_BYTES_MAX];
    enum berm_status status;

    if (!fgets(line, sizeof line, stdin))
        return fail_with(err, BERM_INVALID_INPUT,
                         "standard input has no line for a value that is \"-\"");
    line[strcspn(line, "\r\n")] = 0;
    status = text_copy(arena, text_of(line), ret_text, err);
    explicit_bzero(line, sizeof line);
    return status;
}

static enum berm_status read_text(struct invocation *invocation, const char *argument,
                                  struct arena *arena, struct fact_text *ret_text,
                                  struct berm_error *err)
{
    const char *equals = strchr(argument, '=');

    if (!equals || equals == argument) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s: write NAME=VALUE, such as birth_date=1980-05-01; an empty VALUE "
                         "makes it unknown",
                         argument);
    }
    ret_text->name = (struct text){argument, (size_t)(equals - argument)};
    ret_text->text = text_of(equals + 1);
    return text_equal(ret_text->text, TEXT("-")) ? read_line(arena, &ret_text->text, err) : BERM_OK;
}

/* Open the register and read the arguments from the first NAME=VALUE on. */
static enum berm_status entering_open(struct invocation *invocation, int first,
                                      struct entering *entering, struct berm_error *err)
{
    TRY(invocation_format(invocation, &entering->format, err));
    TRY(arena_create(FACTS_BYTES_MAX, &entering->arena, err));
    for (int a = first; a < invocation->argument_count; a++)
        TRY(read_text(invocation, invocation->arguments[a], entering->arena,
                      &entering->texts[entering->count++], err));
    entering->call.arena = entering->arena;
    TRY(invocation_int64(invocation, "expect", 1, INT64_MAX, 0, &entering->call.expected_version,
                         err));
    TRY(invocation_open_to_write(invocation, &entering->office, err));
    entering->call.actor = &entering->office->actor;
    return invocation_caller(invocation, entering->office, entering->arena, &entering->call.caller,
                             err);
}

/* ---- What came of it ------------------------------------------------------------------------- */

enum berm_status fact_problems_write(const struct fact_problems *problems, struct berm_error *err)
{
    for (size_t p = 0; p < problems->count; p++) {
        const struct fact_problem *problem = &problems->rows[p];
        struct berm_error told = {0};

        (void)fail_with(&told, BERM_INVALID_INPUT, "%.*s%s%.*s", TEXT_ARG(problem->field),
                        problem->field.length ? ": " : "", TEXT_ARG(problem->detail));
        if (p + 1 < problems->count)
            error_write(stderr, &told);
        else
            *err = told;
    }
    return BERM_INVALID_INPUT;
}

static void write_result(const struct fact_result *result, enum format format, struct buffer *out)
{
    struct json_writer json = {.out = out};

    if (format == FORMAT_TABLE) {
        buffer_append_format(out, "%.*s: %s, version %lld\n", TEXT_ARG(result->code),
                             result->change_id ? "done" : "nothing differs",
                             (long long)result->version);
        if (result->screened.run_id)
            buffer_append_format(out, "%lld findings opened, %lld closed\n",
                                 (long long)result->screened.opened,
                                 (long long)result->screened.closed);
        return;
    }
    json_begin_object(&json);
    json_key_of_text(&json, "code", result->code);
    json_key_of_int64(&json, "version", result->version);
    json_key_of_bool(&json, "changed", result->change_id != 0);
    json_key_of_int64(&json, "findings_opened", result->screened.opened);
    json_key_of_int64(&json, "findings_closed", result->screened.closed);
    json_end_object(&json);
    buffer_append_char(out, '\n');
}

enum berm_status fact_result_tell(struct office *office, enum format format,
                                  enum berm_status status, const struct fact_result *result,
                                  struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    if (status == BERM_INVALID_INPUT && result->problems.count > 0)
        return fact_problems_write(&result->problems, err);
    TRY(status);
    TRY(office_seal(office, err));
    write_result(result, format, &out);
    return text_write(stdout, &out, err);
}

static enum berm_status tell(struct entering *entering, enum berm_status status,
                             const struct fact_result *result, struct berm_error *err)
{
    return fact_result_tell(entering->office, entering->format, status, result, err);
}

/* ---- Commands -------------------------------------------------------------------------------- */

typedef enum berm_status add_act(struct office *office, const struct fact_call *call,
                                 const struct fact_text *texts, size_t count,
                                 struct fact_result *ret_result, struct berm_error *err);
typedef enum berm_status change_act(struct office *office, const struct fact_call *call,
                                    struct text code, const struct fact_text *texts, size_t count,
                                    struct fact_result *ret_result, struct berm_error *err);

static enum berm_status add(struct invocation *invocation, add_act *act, struct berm_error *err)
{
    CLEANUP(entering_close) struct entering entering = {0};
    struct fact_result result = {0};

    TRY(entering_open(invocation, 0, &entering, err));
    return tell(&entering,
                act(entering.office, &entering.call, entering.texts, entering.count, &result, err),
                &result, err);
}

static enum berm_status change(struct invocation *invocation, change_act *act,
                               struct berm_error *err)
{
    CLEANUP(entering_close) struct entering entering = {0};
    struct fact_result result = {0};

    TRY(entering_open(invocation, 1, &entering, err));
    return tell(&entering,
                act(entering.office, &entering.call, text_of(invocation->arguments[0]),
                    entering.texts, entering.count, &result, err),
                &result, err);
}

enum berm_status command_add_household(struct invocation *invocation, struct berm_error *err)
{
    return add(invocation, household_add, err);
}

enum berm_status command_add_person(struct invocation *invocation, struct berm_error *err)
{
    return add(invocation, person_add, err);
}

enum berm_status command_change_household(struct invocation *invocation, struct berm_error *err)
{
    return change(invocation, household_change, err);
}

enum berm_status command_change_person(struct invocation *invocation, struct berm_error *err)
{
    return change(invocation, person_change, err);
}

/* A household to move to, or else the day on which the membership ended. */
enum berm_status command_change_membership(struct invocation *invocation, struct berm_error *err)
{
    for (int a = 1; a < invocation->argument_count; a++)
        if (strncmp(invocation->arguments[a], "household=", strlen("household=")) == 0)
            return change(invocation, membership_move, err);
    return change(invocation, membership_end, err);
}

enum berm_status command_change_flows(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(entering_close) struct entering entering = {0};
    const char *source = invocation_value(invocation, "source");
    struct fact_flow flows[ARGUMENTS_MAX];
    struct fact_result result = {0};
    enum berm_status status;

    TRY(entering_open(invocation, 2, &entering, err));
    for (size_t i = 0; i < entering.count; i++)
        flows[i] = (struct fact_flow){.month = text_of(invocation->arguments[1]),
                                      .flow = entering.texts[i].name,
                                      .source = source ? text_of(source) : TEXT(""),
                                      .amount = entering.texts[i].text};
    status = household_set_flows(entering.office, &entering.call, text_of(invocation->arguments[0]),
                                 flows, entering.count, &result, err);
    return tell(&entering, status, &result, err);
}

enum berm_status command_archive(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(entering_close) struct entering entering = {0};
    struct fact_result result = {0};
    enum berm_status status;

    TRY(entering_open(invocation, 1, &entering, err));
    status =
        household_set_active(entering.office, &entering.call, text_of(invocation->arguments[0]),
                             invocation_has(invocation, "undo"), &result, err);
    return tell(&entering, status, &result, err);
}
