/* berm visit plan, form, record, list, show, apply, refuse, cancel */
#include "cli.h"
#include "view/view.h"

#include <string.h>

enum {
    VISIT_BYTES_MAX = 16 << 20,
    LIST_LIMIT_DEFAULT = 100,
};

/* A command about visits while it runs. */
struct visiting {
    struct invocation *invocation;
    struct office *office;
    struct arena *arena;
    const struct caller *caller;
    enum format format;
    int64_t visit_id;
    struct buffer out;
};

static void visiting_close(struct visiting *visiting)
{
    buffer_free(&visiting->out);
    office_close(visiting->office);
    arena_free(visiting->arena);
}

static enum berm_status visiting_open(struct invocation *invocation, bool is_to_write,
                                      struct visiting *visiting, struct berm_error *err)
{
    visiting->invocation = invocation;
    if (is_to_write)
        TRY(invocation_open_to_write(invocation, &visiting->office, err));
    else
        TRY(invocation_open(invocation, &visiting->office, err));
    TRY(arena_create(VISIT_BYTES_MAX, &visiting->arena, err));
    return invocation_caller(invocation, visiting->office, visiting->arena, &visiting->caller, err);
}

static enum berm_status read_number(struct invocation *invocation, int argument,
                                    int64_t *ret_number, struct berm_error *err)
{
    if (text_parse_int64(text_of(invocation->arguments[argument]), ret_number))
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(
        err, BERM_INVALID_INPUT,
        "%s is no number; berm visit list shows visits, berm visit show what one found",
        invocation->arguments[argument]);
}

/* The same for a visit that the first argument names. */
static enum berm_status visiting_open_one(struct invocation *invocation, bool is_to_write,
                                          struct visiting *visiting, struct berm_error *err)
{
    TRY(read_number(invocation, 0, &visiting->visit_id, err));
    return visiting_open(invocation, is_to_write, visiting, err);
}

static struct text option(const struct visiting *visiting, const char *name)
{
    const char *value = invocation_value(visiting->invocation, name);

    return value != NULL ? text_of(value) : TEXT("");
}

static enum berm_status note_look(struct visiting *visiting, bool shows_sensitive,
                                  struct text household, struct berm_error *err)
{
    const struct look look = {LOOK_FACTS, "household", household};

    if (!shows_sensitive)
        return BERM_OK;
    return invocation_note_look(visiting->invocation, visiting->office, &look, 1, err);
}

/* ---- plan, cancel ---------------------------------------------------------------------------- */

enum berm_status command_visit_plan(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};
    struct visit_order order = {.household = text_of(invocation->arguments[0])};
    struct json_writer json = {.out = &visiting.out};

    TRY(invocation_format(invocation, &visiting.format, err));
    TRY(visiting_open(invocation, true, &visiting, err));
    TRY(visit_purpose_find(option(&visiting, "purpose"), &order.purpose, err));
    order.due_on = option(&visiting, "due");
    order.worker = option(&visiting, "worker");
    order.groups = option(&visiting, "groups");
    order.note = option(&visiting, "note");
    TRY(visit_plan(visiting.office, visiting.caller, &visiting.office->actor, &order,
                   visiting.arena, &visiting.visit_id, err));
    TRY(office_seal(visiting.office, err));
    if (visiting.format == FORMAT_TABLE) {
        buffer_append_format(&visiting.out, "visit %lld planned\n", (long long)visiting.visit_id);
    } else {
        json_begin_object(&json);
        json_key_of_int64(&json, "visit", visiting.visit_id);
        json_end_object(&json);
        buffer_append_char(&visiting.out, '\n');
    }
    return text_write(stdout, &visiting.out, err);
}

enum berm_status command_visit_cancel(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};

    TRY(visiting_open_one(invocation, true, &visiting, err));
    TRY(visit_cancel(visiting.office, visiting.caller, &visiting.office->actor, visiting.visit_id,
                     option(&visiting, "reason"), visiting.arena, err));
    return office_seal(visiting.office, err);
}

/* ---- form ------------------------------------------------------------------------------------ */

static struct text label_of(const struct variable *variable, enum language language)
{
    return language == LANGUAGE_CHINESE ? variable->label_zh : variable->label_en;
}

static void write_question(struct visiting *visiting, const struct variable *variable,
                           const char *prefix, struct field_value value, enum language language)
{
    const struct dictionary *dictionary = &visiting->office->pack->dictionary;
    char text[TEXT_VALUE_BYTES_MAX];
    struct text hint = language == LANGUAGE_CHINESE ? variable->hint_zh : variable->hint_en;
    struct buffer *out = &visiting->out;

    buffer_append_format(out, "  %s%.*s=%.*s  %.*s", prefix, TEXT_ARG(variable->name),
                         TEXT_ARG(variable_format(dictionary, variable, value, text)),
                         TEXT_ARG(label_of(variable, language)));
    if (variable->unit.length > 0)
        buffer_append_format(out, " (%.*s)", TEXT_ARG(variable->unit));
    if (hint.length > 0)
        buffer_append_format(out, ". %.*s", TEXT_ARG(hint));
    for (size_t c = 0; variable->list != NULL && c < variable->list->choice_count; c++)
        buffer_append_format(out, "%s%.*s", c == 0 ? ": " : ", ",
                             TEXT_ARG(variable->list->choices[c].name));
    if (variable->constraint.source.length > 0)
        buffer_append_format(out, " [%.*s]", TEXT_ARG(variable->constraint.source));
    buffer_append_char(out, '\n');
}

static struct field_value reported(const struct visit_form *form, const struct variable *variable)
{
    for (size_t f = 0; f < form->facts->flow_count; f++)
        if (form->facts->flows[f].month == form->month &&
            text_equal(form->facts->flows[f].flow, variable->name) &&
            text_equal(form->facts->flows[f].source, TEXT("visit")))
            return (struct field_value){true, form->facts->flows[f].amount_minor, {0}};
    return (struct field_value){0};
}

/* The questions as they are answered to berm visit record, with what is known. */
static void write_form(struct visiting *visiting, const struct visit_form *form,
                       enum language language)
{
    const struct dictionary *dictionary = &visiting->office->pack->dictionary;
    const struct variable *first[ENTITY_COUNT];
    char month[MONTH_TEXT_MAX], prefix[CODE_BYTES_MAX + 2];

    for (int entity = 0; entity < ENTITY_COUNT; entity++)
        first[entity] = dictionary_variables(dictionary, (enum entity)entity);
    buffer_append_format(&visiting->out, "Visit %lld to %.*s, %s\n", (long long)form->row.visit_id,
                         TEXT_ARG(form->row.household), visit_purpose_name(form->row.purpose));
    for (size_t v = 0; v < form->variable_count[ENTITY_HOUSEHOLD]; v++) {
        const struct variable *variable = form->variables[ENTITY_HOUSEHOLD][v];

        write_question(visiting, variable, "",
                       form->facts->values[variable - first[ENTITY_HOUSEHOLD]], language);
    }
    for (size_t m = 0; m < form->facts->member_count; m++) {
        const struct household_member *member = &form->facts->members[m];

        if (member->to_date.length > 0)
            continue;
        buffer_append_format(&visiting->out, "%.*s %.*s\n", TEXT_ARG(member->code),
                             TEXT_ARG(member->name));
        snprintf(prefix, sizeof prefix, "%.*s.", TEXT_ARG(member->code));
        for (size_t v = 0; v < form->variable_count[ENTITY_PERSON]; v++) {
            const struct variable *variable = form->variables[ENTITY_PERSON][v];

            write_question(visiting, variable, prefix,
                           member->values[variable - first[ENTITY_PERSON]], language);
        }
    }
    buffer_append_format(&visiting->out, "%.*s\n", TEXT_ARG(month_format(form->month, month)));
    snprintf(prefix, sizeof prefix, "%.*s.", TEXT_ARG(month_format(form->month, month)));
    for (size_t v = 0; v < form->variable_count[ENTITY_FLOW]; v++) {
        const struct variable *variable = form->variables[ENTITY_FLOW][v];

        write_question(visiting, variable, prefix, reported(form, variable), language);
    }
}

enum berm_status command_visit_form(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};
    struct json_writer json = {.out = &visiting.out};
    enum language language;
    struct visit_form form;

    TRY(invocation_format(invocation, &visiting.format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(visiting_open_one(invocation, false, &visiting, err));
    TRY(visit_form_read(visiting.office, visiting.caller, visiting.visit_id, visiting.arena, &form,
                        err));
    TRY(note_look(&visiting, form.facts->shows_sensitive, form.row.household, err));
    if (visiting.format == FORMAT_TABLE) {
        write_form(&visiting, &form, language);
    } else {
        visit_form_write_json(&visiting.office->pack->dictionary, &form, &json);
        buffer_append_char(&visiting.out, '\n');
    }
    return text_write(stdout, &visiting.out, err);
}

/* ---- record ---------------------------------------------------------------------------------- */

/* "rooms=3", "P1.working=yes", "2020-09.wage_income=1200": whose value it is stands before the last
 * point of the name, and is a month where it looks like one. */
static enum berm_status read_answer(struct invocation *invocation, const char *argument,
                                    struct visit_answer *answer, struct berm_error *err)
{
    const char *equals = strchr(argument, '=');
    const char *point;
    struct berm_error none;
    month_number month;
    struct text whose;

    if (equals == NULL || equals == argument) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s: write NAME=VALUE, PERSON.NAME=VALUE or YYYY-MM.FLOW=AMOUNT; an empty "
                         "VALUE says that it is unknown",
                         argument);
    }
    answer->name = (struct text){argument, (size_t)(equals - argument)};
    answer->value = text_of(equals + 1);
    point = memrchr(argument, '.', answer->name.length);
    if (point == NULL)
        return BERM_OK;
    whose = (struct text){argument, (size_t)(point - argument)};
    answer->name = (struct text){point + 1, (size_t)(equals - point - 1)};
    if (month_parse(whose, &month, &none) == BERM_OK)
        answer->month = whose;
    else
        answer->person = whose;
    return BERM_OK;
}

enum berm_status command_visit_record(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};
    struct visit_answer answers[ARGUMENTS_MAX] = {0};
    struct visit_report report = {.answers = answers};
    struct fact_problems problems;
    enum berm_status status;

    for (int a = 1; a < invocation->argument_count; a++)
        TRY(read_answer(invocation, invocation->arguments[a], &answers[report.answer_count++],
                        err));
    TRY(visiting_open_one(invocation, true, &visiting, err));
    report.visited_on = option(&visiting, "on");
    report.summary = option(&visiting, "summary");
    status = visit_record(visiting.office, visiting.caller, &visiting.office->actor,
                          visiting.visit_id, &report, visiting.arena, &problems, err);
    if (status == BERM_INVALID_INPUT && problems.count > 0)
        return fact_problems_write(&problems, err);
    TRY(status);
    return office_seal(visiting.office, err);
}

/* ---- list, show ------------------------------------------------------------------------------ */

static const struct output_column LIST_COLUMNS[] = {
    {"visit", CELL_NUMBER}, {"household", CELL_TEXT},  {"area", CELL_TEXT},
    {"purpose", CELL_TEXT}, {"state", CELL_TEXT},      {"due_on", CELL_TEXT},
    {"worker", CELL_TEXT},  {"visited_on", CELL_TEXT}, {"undecided", CELL_NUMBER},
    {"files", CELL_NUMBER},
};

static enum berm_status write_row(void *context, const struct visit_row *row,
                                  struct berm_error *err)
{
    struct output *output = context;
    char number[NUMBER_TEXT_MAX], undecided[NUMBER_TEXT_MAX], files[NUMBER_TEXT_MAX];
    const struct text cells[] = {number_text(row->visit_id, number),
                                 row->household,
                                 row->area,
                                 text_of(visit_purpose_name(row->purpose)),
                                 text_of(visit_state_name(row->state)),
                                 row->due_on,
                                 row->worker,
                                 row->visited_on,
                                 number_text(row->open_count, undecided),
                                 number_text(row->attachment_count, files)};

    (void)err;
    output_row(output, cells);
    return BERM_OK;
}

static enum berm_status read_filter(const struct visiting *visiting, struct visit_filter *filter,
                                    struct berm_error *err)
{
    struct invocation *invocation = visiting->invocation;
    const char *state = invocation_value(invocation, "state");

    filter->household = option(visiting, "household");
    filter->area = option(visiting, "area");
    filter->worker = option(visiting, "worker");
    filter->due_by = option(visiting, "due-by");
    filter->has_state = state != NULL;
    TRY(invocation_int64(invocation, "before", 1, INT64_MAX, 0, &filter->before, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, LIST_LIMIT_DEFAULT, &filter->limit,
                         err));
    return state != NULL ? visit_state_find(text_of(state), &filter->state, err) : BERM_OK;
}

enum berm_status command_visit_list(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};
    CLEANUP(output_discard) struct output output = {0};
    struct visit_filter filter = {0};

    TRY(invocation_format(invocation, &visiting.format, err));
    TRY(visiting_open(invocation, false, &visiting, err));
    TRY(read_filter(&visiting, &filter, err));
    output_begin(&output, stdout, visiting.format, LIST_COLUMNS, ARRAY_COUNT(LIST_COLUMNS));
    TRY(visits_list(visiting.office, visiting.caller, &filter, write_row, &output, err));
    return output_end(&output, err);
}

static struct text or_nothing(struct text text)
{
    return text.length > 0 ? text : TEXT("-");
}

/* "  3  P1.working: no -> yes (now: unknown), in conflict" */
static void write_finding(const struct visit_finding *finding, struct buffer *out)
{
    char month[MONTH_TEXT_MAX];

    buffer_append_format(out, "  %lld  ", (long long)finding->number);
    if (finding->entity == ENTITY_FLOW)
        buffer_append_format(out, "%.*s.", TEXT_ARG(month_format(finding->month, month)));
    else if (finding->entity == ENTITY_PERSON)
        buffer_append_format(out, "%.*s.", TEXT_ARG(finding->person));
    buffer_append_format(out, "%.*s: %.*s -> %.*s, %s", TEXT_ARG(finding->name),
                         TEXT_ARG(or_nothing(finding->before)),
                         TEXT_ARG(or_nothing(finding->proposed)),
                         visit_finding_state_name(finding->state));
    if (finding->is_in_conflict)
        buffer_append_format(out, ", in conflict: the register has %.*s now",
                             TEXT_ARG(or_nothing(finding->present)));
    if (finding->decided_by.length > 0)
        buffer_append_format(out, " by %.*s", TEXT_ARG(finding->decided_by));
    if (finding->reason.length > 0)
        buffer_append_format(out, ": %.*s", TEXT_ARG(finding->reason));
    buffer_append_char(out, '\n');
}

static void write_lines(const struct visit_detail *detail, struct buffer *out)
{
    const struct visit_row *row = &detail->row;
    const struct {
        const char *label;
        struct text text;
    } lines[] = {{"Household", row->household},
                 {"Area", row->area},
                 {"Due", row->due_on},
                 {"Worker", row->worker},
                 {"Asks for", row->groups},
                 {"Note", row->note},
                 {"Planned by", row->planned_by},
                 {"Visited", row->visited_on},
                 {row->state == VISIT_CANCELLED ? "Reason" : "Summary", row->summary}};

    buffer_append_format(out, "Visit %lld, %s, %s\n", (long long)row->visit_id,
                         visit_purpose_name(row->purpose), visit_state_name(row->state));
    for (size_t l = 0; l < ARRAY_COUNT(lines); l++)
        if (lines[l].text.length > 0)
            buffer_append_format(out, "  %-10s %.*s\n", lines[l].label, TEXT_ARG(lines[l].text));
    if (detail->finding_count > 0)
        buffer_append_format(out, "Found, of the household at version %lld:\n",
                             (long long)detail->version);
    for (size_t f = 0; f < detail->finding_count; f++)
        write_finding(&detail->findings[f], out);
    for (size_t a = 0; a < detail->attachment_count; a++)
        buffer_append_format(out, "%s %lld: %.*s\n",
                             attachment_kind_name(detail->attachments[a].kind),
                             (long long)detail->attachments[a].attachment_id,
                             TEXT_ARG(detail->attachments[a].file_name));
}

enum berm_status command_visit_show(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};
    struct json_writer json = {.out = &visiting.out};
    struct visit_detail detail;

    TRY(invocation_format(invocation, &visiting.format, err));
    TRY(visiting_open_one(invocation, false, &visiting, err));
    TRY(visit_read(visiting.office, visiting.caller, visiting.visit_id, visiting.arena, &detail,
                   err));
    TRY(note_look(&visiting, detail.shows_sensitive, detail.row.household, err));
    if (visiting.format == FORMAT_TABLE) {
        write_lines(&detail, &visiting.out);
    } else {
        visit_write_json(&detail, &json);
        buffer_append_char(&visiting.out, '\n');
    }
    return text_write(stdout, &visiting.out, err);
}

/* ---- apply, refuse --------------------------------------------------------------------------- */

static enum berm_status read_decision(struct invocation *invocation, int64_t numbers[ARGUMENTS_MAX],
                                      struct visit_decision *decision, struct berm_error *err)
{
    for (int a = 1; a < invocation->argument_count; a++)
        TRY(read_number(invocation, a, &numbers[decision->count++], err));
    decision->numbers = numbers;
    decision->over_conflicts = invocation_has(invocation, "over-conflicts");
    return BERM_OK;
}

enum berm_status command_visit_apply(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};
    struct visit_decision decision = {0};
    struct fact_result result = {0};
    int64_t numbers[ARGUMENTS_MAX];
    struct fact_call call = {0};
    enum berm_status status;

    TRY(invocation_format(invocation, &visiting.format, err));
    TRY(read_decision(invocation, numbers, &decision, err));
    TRY(invocation_int64(invocation, "expect", 1, INT64_MAX, 0, &call.expected_version, err));
    TRY(visiting_open_one(invocation, true, &visiting, err));
    call.caller = visiting.caller;
    call.actor = &visiting.office->actor;
    call.arena = visiting.arena;
    status = visit_apply(visiting.office, &call, visiting.visit_id, &decision, &result, err);
    return fact_result_tell(visiting.office, visiting.format, status, &result, err);
}

enum berm_status command_visit_refuse(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(visiting_close) struct visiting visiting = {0};
    struct visit_decision decision = {0};
    int64_t numbers[ARGUMENTS_MAX];

    TRY(read_decision(invocation, numbers, &decision, err));
    TRY(visiting_open_one(invocation, true, &visiting, err));
    TRY(visit_refuse(visiting.office, visiting.caller, &visiting.office->actor, visiting.visit_id,
                     &decision, option(&visiting, "reason"), visiting.arena, err));
    return office_seal(visiting.office, err);
}
