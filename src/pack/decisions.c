/*
 * From names in pack.yaml to decisions of the model. Codes that the findings table gives are looked
 * up in findings.csv here, when the pack is read, and not in the month in which a row first holds:
 * the table is run once with every input unknown, which makes each row that can hold at all either
 * true or undetermined and so shows its outputs. Outputs that themselves depend on an input are
 * left alone.
 */
#include "pack/decisions.h"

#include "pack/tables.h"

enum {
    CANDIDATES_MAX = 500, /* names looked through for a suggestion */
    PROBE_BYTES_MAX = 64 << 20,
};

enum berm_status decisions_fail_unknown(const struct dmn_model *model, struct text name,
                                        int32_t line, int32_t column, const char *file,
                                        struct berm_error *err)
{
    struct text candidates[CANDIDATES_MAX];
    size_t count = dmn_decision_count(model);
    int nearest;

    if (count > CANDIDATES_MAX)
        count = CANDIDATES_MAX;
    for (size_t i = 0; i < count; i++)
        candidates[i] = dmn_decision_name(model, i);
    nearest = text_nearest(name, candidates, count);
    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, line, column,
                       "%s: the policy has no decision '%.*s'; did you mean '%.*s'?", file,
                       TEXT_ARG(name), TEXT_ARG(candidates[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, line, column,
                   "%s: the policy has no decision '%.*s'; add it to the policy or take the name "
                   "out",
                   file, TEXT_ARG(name));
}

bool decisions_is_severity(struct text severity)
{
    return text_equal(severity, TEXT("low")) || text_equal(severity, TEXT("medium")) ||
           text_equal(severity, TEXT("high")) || text_equal(severity, TEXT("critical"));
}

static enum berm_status find_decision(const struct dmn_model *model,
                                      const struct manifest_decision *named, int *ret_decision,
                                      struct berm_error *err)
{
    int decision = -1;

    if (named->node != NULL) {
        decision = dmn_decision_find(model, named->name);
        if (decision < 0)
            return decisions_fail_unknown(model, named->name, named->node->line,
                                          named->node->column, "pack.yaml", err);
    }
    *ret_decision = decision;
    return BERM_OK;
}

static enum berm_status find_figures(struct arena *arena, const struct manifest *manifest,
                                     struct pack *pack, struct berm_error *err)
{
    int *decisions;

    TRY(arena_new(arena, manifest->figure_count, sizeof *decisions, &decisions, err));
    for (size_t i = 0; i < manifest->figure_count; i++)
        TRY(find_decision(pack->model, &manifest->figures[i], &decisions[i], err));
    pack->figure_decisions = decisions;
    pack->figure_decision_count = manifest->figure_count;
    return BERM_OK;
}

/* A model that asks for something else than the four inputs would read null there for ever. */
static enum berm_status check_inputs(const struct manifest *manifest, const struct pack *pack,
                                     struct berm_error *err)
{
    struct text known[INPUT_COUNT];

    for (size_t i = 0; i < INPUT_COUNT; i++)
        known[i] = pack->input_types[i].name;
    for (size_t i = 0; i < dmn_input_count(pack->model); i++) {
        struct text name = dmn_input_name(pack->model, i);
        bool is_known = false;
        int nearest;

        for (size_t j = 0; j < INPUT_COUNT && !is_known; j++)
            is_known = text_equal(name, known[j]);
        if (is_known)
            continue;
        nearest = text_nearest(name, known, INPUT_COUNT);
        if (nearest >= 0)
            return fail_with(err, BERM_INVALID_INPUT,
                             "%.*s: there is no input data '%.*s'; did you mean '%.*s'?",
                             TEXT_ARG(manifest->policy), TEXT_ARG(name), TEXT_ARG(known[nearest]));
        return fail_with(err, BERM_INVALID_INPUT,
                         "%.*s: there is no input data '%.*s'; take one of household, members, "
                         "parameter, month",
                         TEXT_ARG(manifest->policy), TEXT_ARG(name));
    }
    return BERM_OK;
}

struct parameter_reading {
    size_t input; /* that is "parameter" */
    struct text entry;
};

static void note_parameter(void *context, size_t input, struct text entry)
{
    struct parameter_reading *reading = context;

    if (input == reading->input)
        reading->entry = entry;
}

/* A context without entries has the type of any context, so that the strict reader lets everything
 * through: without parameters a rule that reads one is found here. */
static enum berm_status check_parameters(const struct manifest *manifest, const struct pack *pack,
                                         struct berm_error *err)
{
    int input = dmn_input_find(pack->model, TEXT("parameter"));
    struct parameter_reading reading = {.input = (size_t)input};

    if (pack->parameters.name_count > 0 || input < 0)
        return BERM_OK;
    dmn_visit_input_entries(pack->model, note_parameter, &reading);
    if (reading.entry.length == 0)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "%.*s: a rule reads parameter.%.*s, but parameters.csv lists none; add it "
                     "there",
                     TEXT_ARG(manifest->policy), TEXT_ARG(reading.entry));
}

/* ---- The findings table ---------------------------------------------------------------------- */

static int find_output(const struct pack *pack, struct text name)
{
    size_t decision = (size_t)pack->findings_decision;
    size_t count = dmn_table_info(pack->model, decision).output_count;

    for (size_t i = 0; i < count; i++)
        if (text_equal(dmn_table_output_name(pack->model, decision, i), name))
            return (int)i;
    return -1;
}

static enum berm_status check_code(const struct pack *pack, const struct manifest *manifest,
                                   size_t rule, struct text code, struct berm_error *err)
{
    struct text nearest;

    if (pack_finding(pack, code) != NULL)
        return BERM_OK;
    nearest = tables_nearest_finding(pack, code);
    if (nearest.length > 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "%.*s: row %zu of '%.*s' gives the code '%.*s', which findings.csv does "
                         "not list; did you mean '%.*s'?",
                         TEXT_ARG(manifest->policy), rule + 1, TEXT_ARG(manifest->findings.name),
                         TEXT_ARG(code), TEXT_ARG(nearest));
    return fail_with(err, BERM_INVALID_INPUT,
                     "%.*s: row %zu of '%.*s' gives the code '%.*s', which findings.csv does not "
                     "list; add it there",
                     TEXT_ARG(manifest->policy), rule + 1, TEXT_ARG(manifest->findings.name),
                     TEXT_ARG(code));
}

static enum berm_status check_rule(const struct pack *pack, const struct manifest *manifest,
                                   const struct dmn_rule_result *rule, int code_output,
                                   int severity_output, struct berm_error *err)
{
    struct feel_value code = rule->outputs[code_output];
    struct feel_value severity = rule->outputs[severity_output];

    if (code.unknown == NULL && code.kind != FEEL_STRING)
        return fail_with(err, BERM_INVALID_INPUT,
                         "%.*s: row %zu of '%.*s' gives no text as its code; write the code in "
                         "quotes",
                         TEXT_ARG(manifest->policy), rule->rule + 1,
                         TEXT_ARG(manifest->findings.name));
    if (code.unknown == NULL)
        TRY(check_code(pack, manifest, rule->rule, code.string, err));
    if (severity.unknown == NULL &&
        (severity.kind != FEEL_STRING || !decisions_is_severity(severity.string)))
        return fail_with(err, BERM_INVALID_INPUT,
                         "%.*s: row %zu of '%.*s' gives no severity; take \"low\", \"medium\", "
                         "\"high\" or \"critical\"",
                         TEXT_ARG(manifest->policy), rule->rule + 1,
                         TEXT_ARG(manifest->findings.name));
    return BERM_OK;
}

/* Run the table with nothing known and look at what its rows give. */
static enum berm_status check_rules(const struct pack *pack, const struct manifest *manifest,
                                    int code_output, int severity_output, struct berm_error *err)
{
    CLEANUP(dmn_run_freep) struct dmn_run *run = NULL;
    const struct dmn_rule_result *rules = NULL;
    size_t count = 0;
    enum berm_status status;

    TRY(dmn_run_create(pack->model, PROBE_BYTES_MAX, &run, err));
    dmn_run_set_now(run, TEXT("2020-01-01T00:00:00Z")); /* the same answer on every day */
    for (size_t i = 0; i < dmn_input_count(pack->model); i++) {
        const struct feel_unknown *unknown;

        TRY(feel_unknown_of_name(dmn_run_arena(run), dmn_input_name(pack->model, i), &unknown,
                                 err));
        dmn_run_set_input(run, i, feel_missing(unknown));
    }
    status = dmn_run_table_rules(run, (size_t)pack->findings_decision, &rules, &count, err);
    if (status != BERM_OK)
        return fail_within(err, status, "%.*s: '%.*s' with nothing known",
                           TEXT_ARG(manifest->policy), TEXT_ARG(manifest->findings.name));
    for (size_t i = 0; i < count; i++)
        TRY(check_rule(pack, manifest, &rules[i], code_output, severity_output, err));
    return BERM_OK;
}

static enum berm_status check_findings_table(const struct manifest *manifest,
                                             const struct pack *pack, struct berm_error *err)
{
    static const struct text outputs[] = {TEXT("code"), TEXT("severity")};
    const struct yaml_node *node = manifest->findings.node;
    int positions[ARRAY_COUNT(outputs)];

    if (!dmn_table_info(pack->model, (size_t)pack->findings_decision).is_table)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "pack.yaml: the decision '%.*s' is no decision table; findings come from a "
                       "table with the outputs code and severity",
                       TEXT_ARG(manifest->findings.name));
    for (size_t i = 0; i < ARRAY_COUNT(outputs); i++) {
        positions[i] = find_output(pack, outputs[i]);
        if (positions[i] < 0)
            return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                           "pack.yaml: the findings table '%.*s' has no output '%.*s'; add the "
                           "column to the table",
                           TEXT_ARG(manifest->findings.name), TEXT_ARG(outputs[i]));
    }
    return check_rules(pack, manifest, positions[0], positions[1], err);
}

enum berm_status decisions_resolve(struct arena *arena, const struct manifest *manifest,
                                   struct pack *pack, struct berm_error *err)
{
    const struct dmn_model *model = pack->model;

    TRY(check_inputs(manifest, pack, err));
    TRY(check_parameters(manifest, pack, err));
    TRY(find_decision(model, &manifest->findings, &pack->findings_decision, err));
    TRY(find_decision(model, &manifest->risk_level, &pack->risk_level_decision, err));
    TRY(find_decision(model, &manifest->household_kind, &pack->household_kind_decision, err));
    TRY(find_decision(model, &manifest->measures, &pack->measures_decision, err));
    TRY(find_decision(model, &manifest->labour, &pack->labour_decision, err));
    TRY(find_decision(model, &manifest->welfare, &pack->welfare_decision, err));
    TRY(find_decision(model, &manifest->line, &pack->line_decision, err));
    TRY(find_decision(model, &manifest->size, &pack->size_decision, err));
    TRY(find_figures(arena, manifest, pack, err));
    if (pack->measures_decision >= 0 && pack->measure_count == 0)
        return fail_at(err, BERM_INVALID_INPUT, manifest->measures.node->line,
                       manifest->measures.node->column,
                       "pack.yaml: measures are recommended, but measures.csv lists none; list "
                       "them there");
    return check_findings_table(manifest, pack, err);
}
