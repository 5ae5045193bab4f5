/*
 * The interpreter as an engine: a row's facts become the four inputs of the model, the findings
 * table is read row by row, and what it raises is merged by code.
 *
 * The contexts are laid out once; a row only overwrites the entries that the policy reads. That
 * keeps the cost of a household near the cost of its rules.
 */
#include "interpreter.h"

#include <stdlib.h>
#include <string.h>

static struct feel_value value_of(const struct screening_program *program,
                                  const struct variable *variable, const struct column *column,
                                  size_t row, const struct feel_unknown *unknown)
{
    int64_t number;

    if (!column->is_known[row])
        return feel_missing(unknown);
    number = column->numbers[row];
    switch (variable->type) {
    case VARIABLE_INTEGER:
        return feel_number(feel_decimal_from_int64(number));
    case VARIABLE_DECIMAL:
        return feel_number(feel_decimal_from_scaled(number, VARIABLE_DECIMAL_SCALE));
    case VARIABLE_MONEY:
        return feel_number(
            feel_decimal_from_scaled(number, program->pack->dictionary.money_decimals));
    case VARIABLE_BOOLEAN:
        return feel_boolean(number != 0);
    case VARIABLE_DATE:
        return feel_date((date_days)number);
    case VARIABLE_SELECT_ONE: {
        size_t position = (size_t)(variable - program->pack->dictionary.variables);

        if (number < 0 || (size_t)number >= variable->list->choice_count)
            return feel_missing(unknown); /* a choice that the list no longer has */
        return program->choice_values[position][number];
    }
    case VARIABLE_TEXT:
    case VARIABLE_SELECT_MULTIPLE:
        return feel_string(column->texts[row]);
    }
    return feel_missing(unknown);
}

/* SELECT_MULTIPLE: "a b" becomes ["a", "b"]. */
static enum berm_status split_choices(struct arena *arena, struct text names,
                                      struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_list *list;
    struct feel_value *items;

    TRY(arena_new(arena, 1, sizeof *list, &list, err));
    TRY(arena_new(arena, names.length / 2 + 1, sizeof *items, &items, err));
    for (size_t start = 0; start < names.length;) {
        size_t end = start;

        while (end < names.length && names.bytes[end] != ' ')
            end++;
        items[list->count++] = feel_string((struct text){names.bytes + start, end - start});
        start = end + 1;
    }
    list->items = items;
    *ret_value = feel_of_list(list);
    return BERM_OK;
}

static enum berm_status load_variables(struct screening_runner *runner, enum entity entity,
                                       const struct variable_need *needs, size_t count,
                                       const struct column *columns, size_t row,
                                       const struct feel_unknown *const *unknown,
                                       struct feel_value *values, struct berm_error *err)
{
    const struct screening_program *program = runner->program;
    const struct variable *variables = dictionary_variables(&program->pack->dictionary, entity);

    for (size_t c = 0; c < count; c++) {
        const struct variable *variable = &variables[needs[c].variable];
        size_t entry = needs[c].entry;

        values[entry] = value_of(program, variable, &columns[c], row, unknown[entry]);
        if (variable->type == VARIABLE_SELECT_MULTIPLE && columns[c].is_known[row])
            TRY(split_choices(dmn_run_arena(runner->run), columns[c].texts[row], &values[entry],
                              err));
    }
    return BERM_OK;
}

static enum berm_status load_household(struct screening_runner *runner, const struct batch *batch,
                                       size_t row, struct berm_error *err)
{
    const struct screening_program *program = runner->program;
    struct feel_value *values = runner->household_values;
    int decimals = program->pack->dictionary.money_decimals;
    size_t size = batch->member_first[row + 1] - batch->member_first[row];

    TRY(load_variables(runner, ENTITY_HOUSEHOLD, program->household, program->household_count,
                       batch->household, row, program->entry_unknown[INPUT_HOUSEHOLD], values,
                       err));
    for (size_t c = 0; c < program->window_count; c++) {
        const struct window_need *need = &program->windows[c];
        int64_t number = batch->windows[c].numbers[row];

        if (!batch->windows[c].is_known[row])
            values[need->entry] =
                feel_missing(program->entry_unknown[INPUT_HOUSEHOLD][need->entry]);
        else if (need->window == FLOW_MONTHS_REPORTED_12M)
            values[need->entry] = feel_number(feel_decimal_from_int64(number));
        else
            values[need->entry] = feel_number(feel_decimal_from_scaled(number, decimals));
    }
    values[runner->household_code] = feel_string(batch->code[row]);
    values[runner->household_area] = feel_string(batch->area_code[row]);
    /* Nobody on record is no household of nobody: who belongs to it is not known. */
    values[runner->household_size] = size > 0 ? feel_number(feel_decimal_from_int64((int64_t)size))
                                              : feel_missing(program->no_members);
    return BERM_OK;
}

/* The member's value array, made with every entry unknown when the place is first used. */
static enum berm_status member_place(struct screening_runner *runner, size_t place,
                                     struct feel_value **ret_values, struct berm_error *err)
{
    const struct screening_program *program = runner->program;
    size_t count = program->entry_count[INPUT_MEMBERS];

    if (!runner->member_values[place]) {
        struct feel_value *values = calloc(count, sizeof *values);

        if (!values)
            return fail_with(err, BERM_NO_MEMORY, "no memory for the members of a household");
        for (size_t e = 0; e < count; e++)
            values[e] = feel_missing(program->entry_unknown[INPUT_MEMBERS][e]);
        runner->member_values[place] = values;
        runner->members[place].values = values;
        runner->member_items[place] = feel_of_context(&runner->members[place]);
    }
    *ret_values = runner->member_values[place];
    return BERM_OK;
}

static enum berm_status load_members(struct screening_runner *runner, const struct batch *batch,
                                     size_t row, struct berm_error *err)
{
    const struct screening_program *program = runner->program;
    const struct feel_unknown *const *unknown = program->entry_unknown[INPUT_MEMBERS];
    date_days day = month_last_day(program->month);
    size_t first = batch->member_first[row];
    size_t count = batch->member_first[row + 1] - first;

    for (size_t i = 0; i < count; i++) {
        size_t member = first + i;
        struct feel_value *values;
        date_days birth = batch->member_birth_date[member];

        TRY(member_place(runner, i, &values, err));
        TRY(load_variables(runner, ENTITY_PERSON, program->person, program->person_count,
                           batch->person, member, unknown, values, err));
        values[runner->member_code] = feel_string(batch->member_code[member]);
        values[runner->member_sex] = batch->member_sex[member].length
                                         ? feel_string(batch->member_sex[member])
                                         : feel_missing(unknown[runner->member_sex]);
        values[runner->member_relation] = batch->member_relation[member].length
                                              ? feel_string(batch->member_relation[member])
                                              : feel_missing(unknown[runner->member_relation]);
        if (batch->member_has_birth_date[member]) {
            values[runner->member_birth_date] = feel_date(birth);
            values[runner->member_age] =
                feel_number(feel_decimal_from_int64(age_years(birth, day)));
        } else {
            values[runner->member_birth_date] = feel_missing(unknown[runner->member_birth_date]);
            values[runner->member_age] = feel_missing(unknown[runner->member_age]);
        }
    }
    runner->member_list = (struct feel_list){.count = count, .items = runner->member_items};
    return BERM_OK;
}

void runner_forget_parameters(struct screening_runner *runner)
{
    runner->parameter_source = NULL;
}

/* Most neighbours share their figures: nothing is done while the set stays the same. */
static void load_parameters(struct screening_runner *runner, const struct parameter_set *set)
{
    const struct screening_program *program = runner->program;

    if (runner->parameter_source == set)
        return;
    for (size_t p = 0; p < program->entry_count[INPUT_PARAMETER]; p++)
        runner->parameter_values[p] =
            set->values[p].is_known ? feel_number(feel_decimal_from_scaled(set->values[p].number,
                                                                           VARIABLE_DECIMAL_SCALE))
                                    : feel_missing(program->entry_unknown[INPUT_PARAMETER][p]);
    runner->parameter_source = set;
}

enum berm_status runner_load_row(struct screening_runner *runner, const struct batch *batch,
                                 size_t row, struct berm_error *err)
{
    struct feel_value inputs[INPUT_COUNT] = {
        [INPUT_HOUSEHOLD] = feel_of_context(&runner->household),
        [INPUT_MEMBERS] = feel_of_list(&runner->member_list),
        [INPUT_PARAMETER] = feel_of_context(&runner->parameter),
        [INPUT_MONTH] = runner->month,
    };

    dmn_run_reset(runner->run);
    TRY(load_household(runner, batch, row, err));
    TRY(load_members(runner, batch, row, err));
    if (runner->member_list.count == 0)
        inputs[INPUT_MEMBERS].unknown = runner->program->no_members;
    load_parameters(runner, batch->parameters[row]);
    for (int i = 0; i < INPUT_COUNT; i++)
        if (runner->input_of[i] >= 0)
            dmn_run_set_input(runner->run, (size_t)runner->input_of[i], inputs[i]);
    return BERM_OK;
}

enum berm_status runner_read_rule(const struct screening_runner *runner,
                                  const struct dmn_rule_result *rule, struct text household_code,
                                  int *ret_finding, enum severity *ret_severity,
                                  struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;
    struct feel_value code = rule->outputs[runner->program->code_output];
    struct feel_value severity = rule->outputs[runner->program->severity_output];

    *ret_finding = code.kind == FEEL_STRING ? pack_finding_position(pack, code.string) : -1;
    if (*ret_finding < 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "household %.*s: rule %zu of the findings table gives a code that "
                         "findings.csv does not list; add it there or correct the rule",
                         TEXT_ARG(household_code), rule->rule + 1);
    if (severity.kind != FEEL_STRING || !severity_find(severity.string, ret_severity) ||
        *ret_severity < SEVERITY_LOW)
        return fail_with(
            err, BERM_INVALID_INPUT,
            "household %.*s: rule %zu of the findings table gives no severity; it must "
            "be \"low\", \"medium\", \"high\" or \"critical\"",
            TEXT_ARG(household_code), rule->rule + 1);
    return BERM_OK;
}

enum berm_status runner_merge_rules(struct screening_runner *runner,
                                    const struct dmn_rule_result *rules, size_t rule_count,
                                    struct text household_code, struct found *found,
                                    size_t *ret_found_count, struct berm_error *err)
{
    size_t count = 0;

    for (size_t r = 0; r < rule_count; r++) {
        bool is_undetermined = rules[r].state == DMN_RULE_UNDETERMINED;
        enum severity severity = SEVERITY_NONE;
        int finding = -1;
        size_t f = 0;

        TRY(runner_read_rule(runner, &rules[r], household_code, &finding, &severity, err));
        while (f < count && found[f].finding != finding)
            f++;
        if (f == count) {
            found[count++] = (struct found){.finding = (uint16_t)finding,
                                            .severity = (uint8_t)severity,
                                            .is_undetermined = is_undetermined};
        } else if (found[f].is_undetermined == is_undetermined) {
            if (severity > found[f].severity)
                found[f].severity = (uint8_t)severity;
        } else if (!is_undetermined) { /* certain beats undetermined */
            found[f].severity = (uint8_t)severity;
            found[f].is_undetermined = false;
        }
    }
    *ret_found_count = count;
    return BERM_OK;
}

/* The level that the policy gives; where it cannot tell one, the worst finding's severity stays. */
static enum berm_status read_risk_level(struct screening_runner *runner, enum severity *level,
                                        struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;
    size_t decision = (size_t)pack->risk_level_decision;
    enum severity given = SEVERITY_NONE;
    struct feel_value value;

    TRY(dmn_run_decision(runner->run, decision, &value, err));
    if (value.kind == FEEL_NULL)
        return BERM_OK;
    if (value.kind != FEEL_STRING || !severity_find(value.string, &given) || given < SEVERITY_LOW)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the decision %.*s gives no risk level; it must be \"low\", \"medium\", "
                         "\"high\" or \"critical\"",
                         TEXT_ARG(dmn_decision_name(pack->model, decision)));
    *level = given;
    return BERM_OK;
}

enum berm_status runner_read_standing(struct screening_runner *runner, const struct found *found,
                                      size_t found_count, struct arena *arena,
                                      enum severity *ret_level, struct text *ret_kind,
                                      struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;
    enum severity level = SEVERITY_NONE;
    struct feel_value value;

    *ret_kind = (struct text){"", 0};
    for (size_t f = 0; f < found_count; f++) {
        enum severity least =
            found[f].is_undetermined ? SEVERITY_UNDETERMINED : (enum severity)found[f].severity;

        level = least > level ? least : level;
    }
    if (level > SEVERITY_UNDETERMINED && pack->risk_level_decision >= 0)
        TRY(read_risk_level(runner, &level, err));
    if (found_count > 0 && pack->household_kind_decision >= 0) {
        TRY(dmn_run_decision(runner->run, (size_t)pack->household_kind_decision, &value, err));
        if (value.kind == FEEL_STRING)
            TRY(text_copy(arena, value.string, ret_kind, err));
    }
    *ret_level = level;
    return BERM_OK;
}

enum berm_status screening_run_batch(struct screening_runner *runner, const struct batch *batch,
                                     struct household_result *ret_results, struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;

    arena_reset(runner->results);
    runner_forget_parameters(runner);
    for (size_t row = 0; row < batch->row_count; row++) {
        struct household_result *result = &ret_results[row];
        const struct dmn_rule_result *rules;
        struct found *found = NULL;
        size_t rule_count;

        *result = (struct household_result){.kind = {"", 0}};
        TRY(runner_load_row(runner, batch, row, err));
        TRY(dmn_run_table_rules(runner->run, (size_t)pack->findings_decision, &rules, &rule_count,
                                err));
        if (rule_count == 0)
            continue;
        TRY(arena_new(runner->results, rule_count, sizeof *found, &found, err));
        TRY(runner_merge_rules(runner, rules, rule_count, batch->code[row], found,
                               &result->found_count, err));
        result->found = found;
        TRY(runner_read_standing(runner, found, result->found_count, runner->results,
                                 &result->risk_level, &result->kind, err));
    }
    return BERM_OK;
}

enum berm_status screening_run_figures(struct screening_runner *runner, const struct batch *batch,
                                       const int *decisions, size_t decision_count,
                                       struct figure_value *ret_values, struct berm_error *err)
{
    enum { SCALE = 6 };

    runner_forget_parameters(runner);
    for (size_t row = 0; row < batch->row_count; row++) {
        TRY(runner_load_row(runner, batch, row, err));
        for (size_t d = 0; d < decision_count; d++) {
            struct figure_value *figure = &ret_values[row * decision_count + d];
            struct feel_value value;
            int64_t scaled;

            *figure = (struct figure_value){0};
            TRY(dmn_run_decision(runner->run, (size_t)decisions[d], &value, err));
            if (value.kind == FEEL_NUMBER && !value.unknown &&
                feel_decimal_to_scaled(value.number, SCALE, &scaled)) {
                figure->is_known = true;
                figure->number = (double)scaled / 1e6;
            }
        }
    }
    return BERM_OK;
}
