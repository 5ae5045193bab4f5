/* berm warning send, list, show, resolve, dismiss */
#include "cli.h"
#include "view/view.h"

#include <errno.h>
#include <string.h>

enum {
    LINES_IN_BATCH = 500, /* one wait for the disk */
    BATCH_BYTES_MAX = 256 << 20,
    LIST_LIMIT_DEFAULT = 100,
};

/* ---- send ------------------------------------------------------------------------------------ */

static const struct output_column ANSWER_COLUMNS[] = {
    {"line", CELL_NUMBER},   {"outcome", CELL_TEXT},  {"warning", CELL_NUMBER},
    {"repeated", CELL_JSON}, {"state", CELL_TEXT},    {"household", CELL_TEXT},
    {"person", CELL_TEXT},   {"findings", CELL_TEXT}, {"field", CELL_TEXT},
    {"error", CELL_TEXT},
};

struct sent_line {
    int64_t number; /* in the file, from 1 */
    struct warning_line line;
};

struct sending {
    FILE *file;
    const char *name;
    struct office *office;
    const struct caller *caller;
    struct arena *arena; /* one batch's */
    struct output output;
    enum format format;
    int64_t line_number, taken, repeated, refused, matched, told;
};

/*
 * One line without its end; false at the end of the file. One that is longer than any warning is
 * read to its end and cut, one byte too long, so that it is refused and memory stays bounded.
 */
static bool read_line(struct sending *sending, char line[WARNING_BODY_BYTES_MAX + 1],
                      size_t *ret_length)
{
    size_t length = 0;
    int byte = getc_unlocked(sending->file);

    if (byte == EOF)
        return false;
    for (; byte != EOF && byte != '\n'; byte = getc_unlocked(sending->file))
        if (length <= WARNING_BODY_BYTES_MAX)
            line[length++] = (char)byte;
    sending->line_number++;
    *ret_length = length;
    return true;
}

/* "unsafe_house high, ..." */
static enum berm_status findings_text(const struct warning_answer *answer, struct arena *arena,
                                      struct text *ret_text, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    for (size_t f = 0; f < answer->began_count; f++)
        buffer_append_format(&out, "%s%.*s %.*s%s", f > 0 ? ", " : "",
                             TEXT_ARG(answer->began[f].code), TEXT_ARG(answer->began[f].severity),
                             answer->began[f].is_undetermined ? " undetermined" : "");
    TRY(buffer_status(&out, err));
    return text_copy(arena, buffer_text(&out), ret_text, err);
}

static enum berm_status write_line(struct sending *sending, const struct sent_line *sent,
                                   struct berm_error *err)
{
    const struct warning_answer *answer = &sent->line.answer;
    bool is_refused = sent->line.error.status != BERM_OK;
    char number[NUMBER_TEXT_MAX], warning[NUMBER_TEXT_MAX];
    struct text findings;

    if (sending->format == FORMAT_TABLE && !is_refused)
        return BERM_OK;
    TRY(findings_text(answer, sending->arena, &findings, err));
    const struct text cells[] = {
        number_text(sent->number, number),
        is_refused ? TEXT("refused") : TEXT("taken"),
        answer->warning_id ? number_text(answer->warning_id, warning) : TEXT(""),
        is_refused            ? TEXT("")
        : answer->is_repeated ? TEXT("true")
                              : TEXT("false"),
        answer->is_told ? text_of(warning_state_name(answer->state)) : TEXT(""),
        answer->household,
        answer->person,
        findings,
        text_of(is_refused ? answer->field : ""),
        text_of(is_refused ? sent->line.error.message : ""),
    };
    output_row(&sending->output, cells);
    return write_status(stdout, err);
}

static void count_line(struct sending *sending, const struct warning_line *line)
{
    if (line->error.status != BERM_OK) {
        sending->refused++;
        return;
    }
    sending->taken++;
    sending->repeated += line->answer.is_repeated;
    sending->told += line->answer.is_told;
    sending->matched += line->answer.is_told && line->answer.state == WARNING_MATCHED;
}

/* Take up to LINES_IN_BATCH lines, then tell what came of them: nothing is told before it lasts. */
static enum berm_status send_batch(struct sending *sending, bool *ret_is_end,
                                   struct berm_error *err)
{
    CLEANUP(store_batch_rollbackp) struct store *batch = NULL;
    char line[WARNING_BODY_BYTES_MAX + 1];
    struct sent_line *sent;
    size_t count = 0, length;

    arena_reset(sending->arena);
    TRY(arena_new(sending->arena, LINES_IN_BATCH, sizeof *sent, &sent, err));
    TRY(store_batch_begin_alone(sending->office->store, err)); /* a file is read once */
    batch = sending->office->store;
    *ret_is_end = false;
    while (count < LINES_IN_BATCH && !*ret_is_end) {
        *ret_is_end = !read_line(sending, line, &length);
        if (*ret_is_end || text_trimmed((struct text){line, length}).length == 0)
            continue;
        sent[count].number = sending->line_number;
        TRY(warning_receive_line(sending->office, sending->caller, &sending->office->actor,
                                 (struct text){line, length}, sending->arena, &sent[count].line,
                                 err));
        count++;
    }
    if (ferror(sending->file))
        return fail_with(err, BERM_IO, "%s: %s", sending->name, strerror(errno));
    batch = NULL;
    TRY(store_batch_commit(sending->office->store, err));
    for (size_t i = 0; i < count; i++) {
        count_line(sending, &sent[i].line);
        TRY(write_line(sending, &sent[i], err));
    }
    return BERM_OK;
}

static void close_file(FILE **file)
{
    if (*file && *file != stdin)
        fclose(*file);
}

static enum berm_status send_all(struct invocation *invocation, struct sending *sending,
                                 struct berm_error *err)
{
    bool is_end = false;

    output_begin(&sending->output, stdout, sending->format, ANSWER_COLUMNS,
                 ARRAY_COUNT(ANSWER_COLUMNS));
    while (!is_end)
        TRY(send_batch(sending, &is_end, err));
    if (sending->format != FORMAT_TABLE || sending->refused > 0)
        TRY(output_end(&sending->output, err));
    fprintf(stderr, "%lld taken", (long long)sending->taken);
    if (sending->told > 0)
        fprintf(stderr, ", of them %lld matched", (long long)sending->matched);
    fprintf(stderr, "; %lld delivered before; %lld refused\n", (long long)sending->repeated,
            (long long)sending->refused);
    if (sending->refused > 0)
        invocation->exit_code = EXIT_CODE_REJECTS;
    return office_seal(sending->office, err);
}

enum berm_status command_warning_send(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(arena_freep) struct arena *batch_arena = NULL;
    CLEANUP(close_file) FILE *file = NULL;
    struct sending sending = {.name = invocation->arguments[0]};
    enum berm_status status;

    TRY(invocation_format(invocation, &sending.format, err));
    file = strcmp(sending.name, "-") == 0 ? stdin : fopen(sending.name, "rb");
    if (!file)
        return fail_with(err, BERM_IO, "%s: %s", sending.name, strerror(errno));
    sending.file = file;
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(arena_create(BATCH_BYTES_MAX, &batch_arena, err));
    TRY(invocation_caller(invocation, office, arena, &sending.caller, err));
    sending.office = office;
    sending.arena = batch_arena;
    status = send_all(invocation, &sending, err);
    output_discard(&sending.output);
    return status;
}

/* ---- list, show ------------------------------------------------------------------------------ */

static enum berm_status write_row(void *context, const struct warning_row *row,
                                  struct berm_error *err)
{
    struct output *output = context;
    char number[NUMBER_TEXT_MAX], month[MONTH_TEXT_MAX];
    const struct text cells[] = {number_text(row->warning_id, number),
                                 row->received_at,
                                 row->source,
                                 row->reference,
                                 row->kind,
                                 text_of(warning_state_name(row->state)),
                                 month_format(row->month, month),
                                 row->household,
                                 row->person,
                                 row->area};

    (void)err;
    output_row(output, cells);
    return BERM_OK;
}

enum berm_status command_warning_list(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"warning", CELL_NUMBER}, {"received_at", CELL_TEXT}, {"source", CELL_TEXT},
        {"reference", CELL_TEXT}, {"kind", CELL_TEXT},        {"state", CELL_TEXT},
        {"month", CELL_TEXT},     {"household", CELL_TEXT},   {"person", CELL_TEXT},
        {"area", CELL_TEXT}};
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    struct warning_filter filter = {.area = text_of(invocation_value(invocation, "area"))};
    const char *state = invocation_value(invocation, "state");
    const struct caller *caller;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_int64(invocation, "before", 1, INT64_MAX, 0, &filter.before, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, LIST_LIMIT_DEFAULT, &filter.limit,
                         err));
    filter.has_state = state != NULL;
    if (state)
        TRY(warning_state_find(text_of(state), &filter.state, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(invocation_note_list(
        invocation, office, caller,
        &(struct look_list){.kind = LOOK_WARNING, .what = "warnings", .area = filter.area}, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(warnings_list(office, caller, &filter, write_row, &output, err));
    return output_end(&output, err);
}

/* The warning's number on the command line. */
static enum berm_status read_number(struct invocation *invocation, int64_t *ret_number,
                                    struct berm_error *err)
{
    if (text_parse_int64(text_of(invocation->arguments[0]), ret_number))
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT,
                     "%s is no warning's number; berm warning list shows them",
                     invocation->arguments[0]);
}

static void write_lines(const struct warning_row *row, const struct finding_began *began,
                        size_t began_count, struct buffer *out)
{
    char month[MONTH_TEXT_MAX];
    const struct {
        const char *label;
        struct text text;
    } lines[] = {{"Source", row->source},
                 {"Reference", row->reference},
                 {"Kind", row->kind},
                 {"Month", month_format(row->month, month)},
                 {"Received", row->received_at},
                 {"By", row->account},
                 {"Household", row->household},
                 {"Person", row->person},
                 {"Area", row->area},
                 {"Decided", row->decided_at},
                 {"Decided by", row->decided_by},
                 {"Reason", row->reason},
                 {"Sent", row->payload}};

    buffer_append_format(out, "Warning %lld, %s\n", (long long)row->warning_id,
                         warning_state_name(row->state));
    for (size_t l = 0; l < ARRAY_COUNT(lines); l++)
        if (lines[l].text.length > 0)
            buffer_append_format(out, "  %-10s %.*s\n", lines[l].label, TEXT_ARG(lines[l].text));
    for (size_t f = 0; f < began_count; f++)
        buffer_append_format(out, "  %-10s %.*s %.*s%s%s%.*s\n", "Finding", TEXT_ARG(began[f].code),
                             TEXT_ARG(began[f].severity),
                             began[f].is_undetermined ? " undetermined" : "",
                             began[f].severity_before.length ? ", before: " : "",
                             TEXT_ARG(began[f].severity_before));
}

static enum berm_status note_look(struct invocation *invocation, struct office *office,
                                  const struct warning_row *row, struct berm_error *err)
{
    char number[WARNING_NUMBER_MAX];
    struct look look = warning_look(row, number);

    return invocation_note_look(invocation, office, &look, 1, err);
}

enum berm_status command_warning_show(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    const struct finding_began *began;
    const struct caller *caller;
    struct warning_row row;
    enum format format;
    int64_t number;
    size_t began_count;

    TRY(invocation_format(invocation, &format, err));
    TRY(read_number(invocation, &number, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create((size_t)16 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(warning_read(office, caller, number, arena, &row, &began, &began_count, err));
    if (row.kind_is_sensitive || row.payload_is_sensitive)
        TRY(note_look(invocation, office, &row, err));
    if (format == FORMAT_TABLE) {
        write_lines(&row, began, began_count, &out);
    } else {
        warning_write_json(&row, began, began_count, &json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}

/* ---- resolve, dismiss ------------------------------------------------------------------------ */

enum berm_status command_warning_resolve(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct caller *caller;
    struct warning_answer answer;
    struct text findings;
    int64_t number;

    TRY(read_number(invocation, &number, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(arena_create((size_t)16 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(warning_resolve(office, caller, &office->actor, number,
                        text_of(invocation_value(invocation, "person")),
                        text_of(invocation_value(invocation, "household")), arena, &answer, err));
    TRY(findings_text(&answer, arena, &findings, err));
    fprintf(stderr, "warning %lld: household %.*s%s%.*s\n", (long long)number,
            TEXT_ARG(answer.household), findings.length > 0 ? "; opened: " : "; nothing opened",
            TEXT_ARG(findings));
    return office_seal(office, err);
}

enum berm_status command_warning_dismiss(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct caller *caller;
    int64_t number;

    TRY(read_number(invocation, &number, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(warning_dismiss(office, caller, &office->actor, number,
                        text_of(invocation_value(invocation, "reason")), err));
    return office_seal(office, err);
}
