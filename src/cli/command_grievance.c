/* berm grievance take, list, show, assign, resolve, escalate, close, withdraw */
#include "cli.h"
#include "view/view.h"

enum { LIST_LIMIT_DEFAULT = 100 };

static enum berm_status read_number(struct invocation *invocation, int64_t *ret_number,
                                    struct berm_error *err)
{
    if (text_parse_int64(text_of(invocation->arguments[0]), ret_number))
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT,
                     "%s is no grievance's number; berm grievance list shows them",
                     invocation->arguments[0]);
}

/* ---- take ------------------------------------------------------------------------------------ */

enum berm_status command_grievance_take(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    const struct grievance_input input = {
        .kind = invocation_text(invocation, "kind", "complaint"),
        .about = invocation_text(invocation, "about", ""),
        .channel = invocation_text(invocation, "channel", "office"),
        .household = invocation_text(invocation, "household", ""),
        .area = invocation_text(invocation, "area", ""),
        .complainant = invocation_text(invocation, "complainant", ""),
        .contact = invocation_text(invocation, "contact", ""),
        .details = invocation_text(invocation, "details", ""),
    };
    const char *field;
    int64_t grievance_id;

    TRY(desk_open(invocation, &desk, err));
    TRY(grievance_take(desk.office, desk.caller, &desk.office->actor, &input, &grievance_id, &field,
                       err));
    printf("grievance %lld\n", (long long)grievance_id);
    return office_seal(desk.office, err);
}

/* ---- list, show ------------------------------------------------------------------------------ */

static const struct output_column COLUMNS[] = {
    {"grievance", CELL_NUMBER}, {"received_at", CELL_TEXT}, {"kind", CELL_TEXT},
    {"about", CELL_TEXT},       {"state", CELL_TEXT},       {"household", CELL_TEXT},
    {"area", CELL_TEXT},        {"owner", CELL_TEXT},       {"due_on", CELL_TEXT},
    {"overdue", CELL_JSON},     {"outcome", CELL_TEXT},     {"level", CELL_NUMBER},
    {"details", CELL_TEXT},
};

static enum berm_status write_row(void *context, const struct grievance_row *row,
                                  struct berm_error *err)
{
    char number[NUMBER_TEXT_MAX], level[NUMBER_TEXT_MAX];
    const struct text cells[] = {number_text(row->grievance_id, number),
                                 row->received_at,
                                 row->kind,
                                 row->about,
                                 row->state,
                                 row->household,
                                 row->area,
                                 row->owner,
                                 row->due_on,
                                 row->is_overdue ? TEXT("true") : TEXT("false"),
                                 row->outcome,
                                 number_text(row->level, level),
                                 row->details};

    (void)err;
    output_row(context, cells);
    return BERM_OK;
}

enum berm_status command_grievance_list(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    CLEANUP(output_discard) struct output output = {0};
    struct grievance_filter filter = {
        .area = invocation_text(invocation, "area", ""),
        .state = invocation_text(invocation, "state", ""),
        .owner = invocation_text(invocation, "owner", ""),
        .household = invocation_text(invocation, "household", ""),
        .is_overdue = invocation_has(invocation, "overdue"),
    };
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_int64(invocation, "before", 1, INT64_MAX, 0, &filter.before, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, LIST_LIMIT_DEFAULT, &filter.limit,
                         err));
    TRY(desk_open(invocation, &desk, err));
    TRY(invocation_note_list(
        invocation, desk.office, desk.caller,
        &(struct look_list){.kind = LOOK_GRIEVANCE, .what = "grievances", .area = filter.area},
        err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(grievances_list(desk.office, desk.caller, &filter, write_row, &output, err));
    return output_end(&output, err);
}

static void write_lines(const struct grievance_row *row, const struct grievance_step_row *steps,
                        size_t step_count, struct buffer *out)
{
    const struct {
        const char *label;
        struct text text;
    } lines[] = {{"Received", row->received_at},
                 {"By", row->received_by},
                 {"Kind", row->kind},
                 {"About", row->about},
                 {"Channel", row->channel},
                 {"Household", row->household},
                 {"Area", row->area},
                 {"Complainant", row->complainant},
                 {"Contact", row->contact},
                 {"Details", row->details},
                 {"Owner", row->owner},
                 {"Due", row->due_on},
                 {"Outcome", row->outcome},
                 {"Answer", row->answer},
                 {"Remedy", row->remedy}};

    buffer_append_format(out, "Grievance %lld, %.*s%s\n", (long long)row->grievance_id,
                         TEXT_ARG(row->state), row->is_overdue ? ", overdue" : "");
    for (size_t l = 0; l < ARRAY_COUNT(lines); l++)
        if (lines[l].text.length > 0)
            buffer_append_format(out, "  %-12s %.*s\n", lines[l].label, TEXT_ARG(lines[l].text));
    for (size_t s = 0; s < step_count; s++)
        buffer_append_format(out, "  %.*s %.*s %.*s: %.*s%s%.*s\n", TEXT_ARG(steps[s].at),
                             TEXT_ARG(steps[s].actor), TEXT_ARG(steps[s].action),
                             TEXT_ARG(steps[s].to_state), steps[s].owner.length > 0 ? ", " : "",
                             TEXT_ARG(steps[s].owner));
}

enum berm_status command_grievance_show(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    const struct grievance_step_row *steps;
    struct grievance_row row;
    char look_number[GRIEVANCE_NUMBER_MAX];
    enum format format;
    int64_t number;
    size_t step_count;

    TRY(invocation_format(invocation, &format, err));
    TRY(read_number(invocation, &number, err));
    TRY(desk_open(invocation, &desk, err));
    TRY(grievance_read(desk.office, desk.caller, number, desk.arena, &row, &steps, &step_count,
                       err));
    if (row.shows_sensitive) {
        struct look look = grievance_look(&row, look_number);

        TRY(invocation_note_look(invocation, desk.office, &look, 1, err));
    }
    if (format == FORMAT_TABLE) {
        write_lines(&row, steps, step_count, &out);
    } else {
        json_begin_object(&json);
        grievance_write_json(&row, &json);
        json_key(&json, "steps");
        grievance_steps_write_json(steps, step_count, &json);
        json_end_object(&json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

enum berm_status command_grievance_resolve(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    const struct grievance_answer answer = {
        .outcome = invocation_text(invocation, "outcome", ""),
        .answer = invocation_text(invocation, "answer", ""),
        .remedy = invocation_text(invocation, "remedy", ""),
    };
    int64_t number;

    TRY(read_number(invocation, &number, err));
    TRY(desk_open(invocation, &desk, err));
    TRY(grievance_resolve(desk.office, desk.caller, &desk.office->actor, number, &answer, err));
    return office_seal(desk.office, err);
}

typedef enum berm_status step_with_words(struct office *office, const struct caller *caller,
                                         const struct actor *actor, int64_t grievance_id,
                                         struct text words, struct berm_error *err);

static enum berm_status take_step(struct invocation *invocation, step_with_words *step,
                                  struct text words, struct berm_error *err)
{
    CLEANUP(desk_close) struct desk desk = {0};
    int64_t number;

    TRY(read_number(invocation, &number, err));
    TRY(desk_open(invocation, &desk, err));
    TRY(step(desk.office, desk.caller, &desk.office->actor, number, words, err));
    return office_seal(desk.office, err);
}

enum berm_status command_grievance_assign(struct invocation *invocation, struct berm_error *err)
{
    return take_step(invocation, grievance_assign, text_of(invocation->arguments[1]), err);
}

enum berm_status command_grievance_escalate(struct invocation *invocation, struct berm_error *err)
{
    return take_step(invocation, grievance_escalate, invocation_text(invocation, "reason", ""),
                     err);
}

enum berm_status command_grievance_close(struct invocation *invocation, struct berm_error *err)
{
    return take_step(invocation, grievance_close, invocation_text(invocation, "note", ""), err);
}

enum berm_status command_grievance_withdraw(struct invocation *invocation, struct berm_error *err)
{
    return take_step(invocation, grievance_withdraw, invocation_text(invocation, "reason", ""),
                     err);
}
