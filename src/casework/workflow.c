/*
 * states.csv and workflow.csv. A row whose from is a stage stands for one step of each of its
 * states, so that "who dies, dies wherever the case is" is one row. Steps are kept by state, in the
 * file's order within one.
 */
#include <string.h>

#include "casework/casework.h"

enum { STATE_CODE, STATE_STAGE, STATE_EN, STATE_ZH, STATE_SOURCE };
enum {
    STEP_FROM,
    STEP_ACTION,
    STEP_TO,
    STEP_ROLE,
    STEP_CLOCK_DAYS,
    STEP_CLOCK_KIND,
    STEP_NEEDS,
    STEP_EN,
    STEP_ZH,
    STEP_SOURCE
};
enum { NUMBER_MAX = 3660 };

static const char STATES_FILE[] = "states.csv";
static const char STEPS_FILE[] = "workflow.csv";

static const struct text STAGES[STAGE_COUNT] = {
    [STAGE_LEAD] = TEXT("lead"),           [STAGE_IDENTIFICATION] = TEXT("identification"),
    [STAGE_MONITORED] = TEXT("monitored"), [STAGE_ELIMINATION] = TEXT("elimination"),
    [STAGE_WATCHED] = TEXT("watched"),     [STAGE_ENDED] = TEXT("ended"),
};

static const struct text NEEDS[NEED_COUNT] = {
    [NEED_VISIT] = TEXT("visit"),
    [NEED_REASON] = TEXT("reason"),
    [NEED_SIGNATURE] = TEXT("signature"),
    [NEED_DATA_MATCH] = TEXT("data_match"),
    [NEED_SECOND_PERSON] = TEXT("second_person"),
    [NEED_NOTICE] = TEXT("notice"),
    [NEED_NO_OBJECTION] = TEXT("no_objection"),
    [NEED_MEASURES_PLANNED] = TEXT("measures_planned"),
    [NEED_MEASURES_DELIVERED] = TEXT("measures_delivered"),
    [NEED_INCOME_HELD] = TEXT("income_held"),
    [NEED_GUARANTEES_HELD] = TEXT("guarantees_held"),
    [NEED_WATER_HELD] = TEXT("water_held"),
    [NEED_EXPENSES_SOLVED] = TEXT("expenses_solved"),
    [NEED_LABOUR] = TEXT("labour"),
    [NEED_MONTHS_PASSED] = TEXT("months_passed"),
};

const char *case_stage_name(enum case_stage stage)
{
    return STAGES[stage].bytes;
}

bool case_stage_find(struct text name, enum case_stage *ret_stage)
{
    for (int s = 0; s < STAGE_COUNT; s++)
        if (text_equal(name, STAGES[s])) {
            *ret_stage = (enum case_stage)s;
            return true;
        }
    return false;
}

const char *need_name(enum need need)
{
    return NEEDS[need].bytes;
}

struct reading {
    struct arena *arena;
    const char *file;
    const struct csv_table *table;
    const struct csv_row *row;
};

static int32_t column_of(const struct reading *reading, int field)
{
    return reading->table->positions[field];
}

/* The word among those of a list; where it is none of them, which is nearest, or which there are.
 */
static enum berm_status find_word(const struct reading *reading, int field, struct text word,
                                  const struct text *words, size_t count, const char *what,
                                  int *ret_position, struct berm_error *err)
{
    int nearest;

    for (size_t i = 0; i < count; i++)
        if (text_equal(words[i], word)) {
            *ret_position = (int)i;
            return BERM_OK;
        }
    nearest = text_nearest(word, words, count);
    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, reading->row->line, column_of(reading, field),
                       "%s: '%.*s' is no %s; did you mean '%.*s'?", reading->file, TEXT_ARG(word),
                       what, TEXT_ARG(words[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, reading->row->line, column_of(reading, field),
                   "%s: '%.*s' is no %s; the first of them is '%.*s'", reading->file,
                   TEXT_ARG(word), what, TEXT_ARG(words[0]));
}

static enum berm_status check_filled(const struct reading *reading,
                                     const struct csv_column *columns, size_t count,
                                     struct berm_error *err)
{
    for (size_t c = 0; c < count; c++)
        if (columns[c].is_required && reading->row->fields[c].length == 0)
            return fail_at(err, BERM_INVALID_INPUT, reading->row->line, column_of(reading, (int)c),
                           "%s: '%.*s' is empty; fill it in", reading->file,
                           TEXT_ARG(columns[c].name));
    return BERM_OK;
}

static enum berm_status check_count(const struct csv_table *table, size_t max, const char *file,
                                    struct berm_error *err)
{
    if (table->row_count == 0)
        return fail_with(err, BERM_INVALID_INPUT, "%s: there is no row; a workflow needs some",
                         file);
    if (table->row_count > max)
        return fail_at(err, BERM_LIMIT, table->rows[max].line, 0,
                       "%s: more than %zu rows are not taken", file, max);
    return BERM_OK;
}

/* ---- States ---------------------------------------------------------------------------------- */

static enum berm_status read_state(const struct reading *reading, struct workflow_state *states,
                                   size_t count, struct berm_error *err)
{
    const struct text *fields = reading->row->fields;
    int stage = 0;
    enum berm_status status = code_check(fields[STATE_CODE], "state's code", err);

    if (status != BERM_OK) {
        (void)fail_within(err, status, "%s", reading->file);
        if (err != NULL)
            err->line = reading->row->line;
        return status;
    }
    for (size_t s = 0; s < count; s++)
        if (text_equal(states[s].code, fields[STATE_CODE]))
            return fail_at(err, BERM_INVALID_INPUT, reading->row->line,
                           column_of(reading, STATE_CODE),
                           "%s: '%.*s' stands there already; keep one of them", reading->file,
                           TEXT_ARG(fields[STATE_CODE]));
    TRY(find_word(reading, STATE_STAGE, fields[STATE_STAGE], STAGES, STAGE_COUNT, "stage", &stage,
                  err));
    states[count] = (struct workflow_state){
        .code = fields[STATE_CODE],
        .stage = (enum case_stage)stage,
        .label_en = fields[STATE_EN],
        .label_zh = fields[STATE_ZH],
        .source = fields[STATE_SOURCE],
    };
    return BERM_OK;
}

static enum berm_status read_states(struct arena *arena, struct text csv, struct workflow *workflow,
                                    struct workflow_state **ret_states, struct berm_error *err)
{
    static const struct csv_column columns[] = {
        [STATE_CODE] = {TEXT("code"), true},      [STATE_STAGE] = {TEXT("stage"), true},
        [STATE_EN] = {TEXT("label_en"), true},    [STATE_ZH] = {TEXT("label_zh"), false},
        [STATE_SOURCE] = {TEXT("source"), false},
    };
    struct csv_table table;
    struct reading reading = {.arena = arena, .file = STATES_FILE, .table = &table};
    struct workflow_state *states;

    TRY(csv_table_read(arena, csv, STATES_FILE, columns, ARRAY_COUNT(columns), &table, err));
    TRY(check_count(&table, WORKFLOW_STATES_MAX, STATES_FILE, err));
    TRY(arena_new(arena, table.row_count, sizeof *states, &states, err));
    for (size_t i = 0; i < table.row_count; i++) {
        reading.row = &table.rows[i];
        TRY(check_filled(&reading, columns, ARRAY_COUNT(columns), err));
        TRY(read_state(&reading, states, i, err));
    }
    workflow->states = states;
    workflow->state_count = table.row_count;
    *ret_states = states;
    return BERM_OK;
}

/* ---- What a step needs ----------------------------------------------------------------------- */

static enum berm_status read_number(const struct reading *reading, int field, struct text digits,
                                    const char *what, int *ret_number, struct berm_error *err)
{
    int64_t number = 0;

    if (!text_parse_int64(digits, &number) || number < 1 || number > NUMBER_MAX)
        return fail_at(err, BERM_INVALID_INPUT, reading->row->line, column_of(reading, field),
                       "%s: '%.*s' is no number of %s; write 1 to %d", reading->file,
                       TEXT_ARG(digits), what, (int)NUMBER_MAX);
    *ret_number = (int)number;
    return BERM_OK;
}

/* What stands behind the equals sign: those that count want it, the others must not have it. */
static enum berm_status read_need_number(const struct reading *reading, enum need need,
                                         struct text number, struct workflow_step *step,
                                         struct berm_error *err)
{
    bool is_working = number.length > 1 && number.bytes[number.length - 1] == 'w';

    switch (need) {
    case NEED_NOTICE:
        step->notice.kind = is_working ? WORKING_DAYS : CALENDAR_DAYS;
        return read_number(reading, STEP_NEEDS,
                           (struct text){number.bytes, number.length - is_working}, "days",
                           &step->notice.count, err);
    case NEED_INCOME_HELD:
        return read_number(reading, STEP_NEEDS, number, "months", &step->income_months, err);
    case NEED_MONTHS_PASSED:
        return read_number(reading, STEP_NEEDS, number, "months", &step->months, err);
    default:
        if (number.length == 0)
            return BERM_OK;
        return fail_at(err, BERM_INVALID_INPUT, reading->row->line, column_of(reading, STEP_NEEDS),
                       "%s: '%s' takes no number; leave '=%.*s' out", reading->file,
                       need_name(need), TEXT_ARG(number));
    }
}

static enum berm_status read_need(const struct reading *reading, struct text word,
                                  struct workflow_step *step, struct berm_error *err)
{
    const char *equals = memchr(word.bytes, '=', word.length);
    size_t length = equals == NULL ? word.length : (size_t)(equals - word.bytes);
    struct text number = equals == NULL ? (struct text){"", 0} : text_from(word, length + 1);
    int need = 0;

    TRY(find_word(reading, STEP_NEEDS, (struct text){word.bytes, length}, NEEDS, NEED_COUNT, "need",
                  &need, err));
    if ((step->needs >> need & 1) != 0)
        return fail_at(err, BERM_INVALID_INPUT, reading->row->line, column_of(reading, STEP_NEEDS),
                       "%s: '%s' stands there twice; keep one of them", reading->file,
                       need_name((enum need)need));
    step->needs |= 1u << need;
    return read_need_number(reading, (enum need)need, number, step, err);
}

static enum berm_status read_needs(const struct reading *reading, struct text words,
                                   struct workflow_step *step, struct berm_error *err)
{
    for (size_t at = 0; at < words.length;) {
        size_t end = at;

        while (end < words.length && words.bytes[end] != ' ')
            end++;
        if (end > at)
            TRY(read_need(reading, (struct text){words.bytes + at, end - at}, step, err));
        at = end + 1;
    }
    return BERM_OK;
}

static enum berm_status read_clock(const struct reading *reading, struct workflow_step *step,
                                   struct berm_error *err)
{
    static const struct text kinds[] = {TEXT("calendar"), TEXT("working")};
    struct text days = reading->row->fields[STEP_CLOCK_DAYS];
    struct text kind_name = reading->row->fields[STEP_CLOCK_KIND];
    int kind = CALENDAR_DAYS;

    if (days.length == 0 && kind_name.length > 0)
        return fail_at(err, BERM_INVALID_INPUT, reading->row->line,
                       column_of(reading, STEP_CLOCK_DAYS),
                       "%s: a clock of %.*s days has no number; fill in clock_days", reading->file,
                       TEXT_ARG(kind_name));
    if (days.length == 0)
        return BERM_OK;
    if (kind_name.length > 0)
        TRY(find_word(reading, STEP_CLOCK_KIND, kind_name, kinds, ARRAY_COUNT(kinds),
                      "kind of days", &kind, err));
    step->clock.kind = (enum day_kind)kind;
    return read_number(reading, STEP_CLOCK_DAYS, days, "days", &step->clock.count, err);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static enum berm_status find_state(const struct reading *reading, const struct workflow *workflow,
                                   int field, int *ret_state, struct berm_error *err)
{
    struct text codes[WORKFLOW_STATES_MAX];

    for (size_t s = 0; s < workflow->state_count; s++)
        codes[s] = workflow->states[s].code;
    return find_word(reading, field, reading->row->fields[field], codes, workflow->state_count,
                     "state of states.csv", ret_state, err);
}

/* The states that a row begins from: bits by position. */
static enum berm_status read_from(const struct reading *reading, const struct workflow *workflow,
                                  uint64_t *ret_states, struct berm_error *err)
{
    struct text from = reading->row->fields[STEP_FROM];
    bool is_stage = from.length > 2 && from.bytes[0] == '<' && from.bytes[from.length - 1] == '>';
    struct text name = is_stage ? (struct text){from.bytes + 1, from.length - 2} : from;
    bool is_any = is_stage && text_equal(name, TEXT("any"));
    int position = 0;

    *ret_states = 0;
    if (!is_stage) {
        TRY(find_state(reading, workflow, STEP_FROM, &position, err));
        *ret_states = 1ull << position;
        return BERM_OK;
    }
    if (!is_any)
        TRY(find_word(reading, STEP_FROM, name, STAGES, STAGE_COUNT, "stage", &position, err));
    for (size_t s = 0; s < workflow->state_count; s++) {
        enum case_stage stage = workflow->states[s].stage;

        if (is_any ? stage != STAGE_ENDED : stage == (enum case_stage)position)
            *ret_states |= 1ull << s;
    }
    return BERM_OK;
}

static enum berm_status read_step(const struct reading *reading, const struct workflow *workflow,
                                  struct workflow_step *step, uint64_t *ret_states,
                                  struct berm_error *err)
{
    const struct text *fields = reading->row->fields;

    *step = (struct workflow_step){
        .action = fields[STEP_ACTION],
        .role = fields[STEP_ROLE],
        .label_en = fields[STEP_EN],
        .label_zh = fields[STEP_ZH],
        .source = fields[STEP_SOURCE],
        .line = reading->row->line,
    };
    TRY(read_from(reading, workflow, ret_states, err));
    TRY(find_state(reading, workflow, STEP_TO, &step->to, err));
    TRY(read_clock(reading, step, err));
    return read_needs(reading, fields[STEP_NEEDS], step, err);
}

static enum berm_status check_step(const struct reading *reading, const struct workflow *workflow,
                                   const struct workflow_step *steps, size_t count,
                                   const struct workflow_step *step, struct berm_error *err)
{
    size_t of_state = 0;

    for (size_t i = 0; i < count; i++) {
        if (steps[i].from != step->from)
            continue;
        of_state++;
        if (text_equal(steps[i].action, step->action))
            return fail_at(err, BERM_INVALID_INPUT, step->line, column_of(reading, STEP_ACTION),
                           "%s: '%.*s' is done from '%.*s' on line %d already; name one of them "
                           "otherwise",
                           reading->file, TEXT_ARG(step->action),
                           TEXT_ARG(workflow->states[step->from].code), (int)steps[i].line);
    }
    if (count == WORKFLOW_STEPS_MAX || of_state == WORKFLOW_STEPS_OF_STATE_MAX)
        return fail_at(err, BERM_LIMIT, step->line, 0,
                       "%s: more than %d steps, or %d from one state, are not taken", reading->file,
                       (int)WORKFLOW_STEPS_MAX, (int)WORKFLOW_STEPS_OF_STATE_MAX);
    return BERM_OK;
}

static enum berm_status read_steps(struct arena *arena, struct text csv,
                                   const struct workflow *workflow, struct workflow_step *steps,
                                   size_t *ret_count, struct berm_error *err)
{
    static const struct csv_column columns[] = {
        [STEP_FROM] = {TEXT("from"), true},
        [STEP_ACTION] = {TEXT("action"), true},
        [STEP_TO] = {TEXT("to"), true},
        [STEP_ROLE] = {TEXT("role"), true},
        [STEP_CLOCK_DAYS] = {TEXT("clock_days"), false},
        [STEP_CLOCK_KIND] = {TEXT("clock_kind"), false},
        [STEP_NEEDS] = {TEXT("needs"), false},
        [STEP_EN] = {TEXT("label_en"), true},
        [STEP_ZH] = {TEXT("label_zh"), false},
        [STEP_SOURCE] = {TEXT("source"), false},
    };
    struct csv_table table;
    struct reading reading = {.arena = arena, .file = STEPS_FILE, .table = &table};
    size_t count = 0;

    TRY(csv_table_read(arena, csv, STEPS_FILE, columns, ARRAY_COUNT(columns), &table, err));
    TRY(check_count(&table, WORKFLOW_STEPS_MAX, STEPS_FILE, err));
    for (size_t i = 0; i < table.row_count; i++) {
        struct workflow_step step;
        uint64_t states;

        reading.row = &table.rows[i];
        TRY(check_filled(&reading, columns, ARRAY_COUNT(columns), err));
        TRY(read_step(&reading, workflow, &step, &states, err));
        for (step.from = 0; step.from < (int)workflow->state_count; step.from++) {
            if ((states >> step.from & 1) == 0)
                continue;
            TRY(check_step(&reading, workflow, steps, count, &step, err));
            steps[count++] = step;
        }
    }
    *ret_count = count;
    return BERM_OK;
}

/* By state, each in the file's order. */
static void sort_steps(const struct workflow_step *read, size_t count,
                       struct workflow_state *states, size_t state_count,
                       struct workflow_step *sorted)
{
    size_t kept = 0;

    for (size_t s = 0; s < state_count; s++) {
        states[s].first_step = kept;
        for (size_t i = 0; i < count; i++)
            if (read[i].from == (int)s)
                sorted[kept++] = read[i];
        states[s].step_count = kept - states[s].first_step;
    }
    assert(kept == count);
}

enum berm_status workflow_read(struct arena *arena, struct text states_csv,
                               struct text workflow_csv, const struct workflow **ret_workflow,
                               struct berm_error *err)
{
    struct workflow *workflow;
    struct workflow_state *states;
    struct workflow_step *read, *steps;

    TRY(arena_new(arena, 1, sizeof *workflow, &workflow, err));
    TRY(read_states(arena, states_csv, workflow, &states, err));
    TRY(arena_new(arena, WORKFLOW_STEPS_MAX, sizeof *read, &read, err));
    TRY(read_steps(arena, workflow_csv, workflow, read, &workflow->step_count, err));
    TRY(arena_new(arena, workflow->step_count, sizeof *steps, &steps, err));
    sort_steps(read, workflow->step_count, states, workflow->state_count, steps);
    workflow->steps = steps;
    while (workflow->first_state + 1 < (int)workflow->state_count &&
           states[workflow->first_state].stage != STAGE_LEAD)
        workflow->first_state++;
    TRY(workflow_check_sound(workflow, err));
    *ret_workflow = workflow;
    return BERM_OK;
}

/* ---- Finding --------------------------------------------------------------------------------- */

int workflow_state_find(const struct workflow *workflow, struct text code)
{
    for (size_t s = 0; s < workflow->state_count; s++)
        if (text_equal(workflow->states[s].code, code))
            return (int)s;
    return -1;
}

const struct workflow_step *workflow_step_find(const struct workflow *workflow, int state,
                                               struct text action)
{
    const struct workflow_state *at = &workflow->states[state];

    for (size_t i = 0; i < at->step_count; i++)
        if (text_equal(workflow->steps[at->first_step + i].action, action))
            return &workflow->steps[at->first_step + i];
    return NULL;
}

struct text workflow_action_nearest(const struct workflow *workflow, int state, struct text word)
{
    const struct workflow_state *at = &workflow->states[state];
    struct text actions[WORKFLOW_STEPS_OF_STATE_MAX];
    int nearest;

    for (size_t i = 0; i < at->step_count; i++)
        actions[i] = workflow->steps[at->first_step + i].action;
    nearest = text_nearest(word, actions, at->step_count);
    return nearest < 0 ? TEXT("") : actions[nearest];
}
