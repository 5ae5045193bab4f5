/*
 * Why: the household's row once more, with a trace. Screening itself runs without one; only a
 * finding that opens, and a person who asks, pays for it.
 *
 * A condition's threshold is that of the last comparison made with the column's own value (the
 * cell's test comes after everything that its column reads), or, where the column is itself a
 * comparison and the cell says only true or false, that of the last comparison made. Of the two
 * ends of a range it is the nearer one. A comparison that had to be false for the row to hold is
 * told the other way round: "not(>= 5)" held because the value is < 5.
 */
#include "interpreter.h"

#include <string.h>

/*
 * A value that outlives the run. What has no simple form is kept as it is written; marks are
 * dropped, since the names of what is missing are told beside.
 */
static enum berm_status keep_value(struct arena *arena, struct feel_value value,
                                   struct feel_value *ret_value, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer written = {.cap_bytes = 1 << 20};
    struct text text;

    value.unknown = NULL;
    switch ((enum feel_kind)value.kind) {
    case FEEL_NULL:
    case FEEL_BOOLEAN:
    case FEEL_NUMBER:
    case FEEL_DATE:
        *ret_value = value;
        return BERM_OK;
    case FEEL_STRING:
        TRY(text_copy(arena, value.string, &text, err));
        *ret_value = feel_string(text);
        return BERM_OK;
    default:
        TRY(feel_format(value, &written, err));
        TRY(text_copy(arena, buffer_text(&written), &text, err));
        *ret_value = feel_string(text);
        return BERM_OK;
    }
}

/* Is name origin.entry? */
static bool is_read_of(const struct explained_read *read, struct text origin, struct text entry)
{
    return read->origin_length == origin.length &&
           read->name.length == origin.length + 1 + entry.length &&
           memcmp(read->name.bytes + origin.length + 1, entry.bytes, entry.length) == 0 &&
           memcmp(read->name.bytes, origin.bytes, origin.length) == 0;
}

/* A household may read a hundred values for one finding: each is named once. */
static enum berm_status add_read(struct arena *arena, const struct feel_trace_event *event,
                                 struct explained_read *reads, size_t *count,
                                 struct berm_error *err)
{
    size_t length = event->origin.length + 1 + event->name.length;
    char *name;

    for (size_t r = 0; r < *count; r++)
        if (is_read_of(&reads[r], event->origin, event->name))
            return BERM_OK;
    TRY(arena_new(arena, length + 1, 1, &name, err));
    memcpy(name, event->origin.bytes, event->origin.length);
    name[event->origin.length] = '.';
    memcpy(name + event->origin.length + 1, event->name.bytes, event->name.length);
    reads[*count].name = (struct text){name, length};
    reads[*count].origin_length = event->origin.length;
    return keep_value(arena, event->left, &reads[(*count)++].value, err);
}

/* The absolute difference of two numbers, or of two dates in days; null otherwise. */
static struct feel_value distance_between(struct feel_value a, struct feel_value b)
{
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER)
        return feel_number(feel_decimal_compare(a.number, b.number) < 0
                               ? feel_decimal_subtract(b.number, a.number)
                               : feel_decimal_subtract(a.number, b.number));
    if (a.kind == FEEL_DATE && b.kind == FEEL_DATE)
        return feel_number(
            feel_decimal_from_int64(a.date < b.date ? b.date - a.date : a.date - b.date));
    return feel_null();
}

static bool is_same_number(struct feel_value a, struct feel_value b)
{
    if (a.kind != b.kind)
        return false;
    if (a.kind == FEEL_NUMBER)
        return feel_decimal_compare(a.number, b.number) == 0;
    return a.kind == FEEL_DATE && a.date == b.date;
}

static bool is_ordering(const struct feel_trace_event *event)
{
    return event->name.bytes[0] == '<' || event->name.bytes[0] == '>';
}

/* Did the two comparisons test the two ends of one range, which holds the value? */
static bool are_ends_of_range(const struct feel_trace_event *a, const struct feel_trace_event *b)
{
    return a->kind == FEEL_TRACE_COMPARE && b->kind == FEEL_TRACE_COMPARE && a->is_true &&
           b->is_true && is_ordering(a) && is_ordering(b) && a->name.bytes[0] != b->name.bytes[0] &&
           is_same_number(a->left, b->left);
}

/* What held: the comparison, or its opposite where it was false. */
static struct text sign_that_held(const struct feel_trace_event *event)
{
    static const struct text SIGNS[][2] = {
        {TEXT("<"), TEXT(">=")}, {TEXT("<="), TEXT(">")}, {TEXT("="), TEXT("!=")}};

    for (size_t s = 0; s < ARRAY_COUNT(SIGNS) && !event->is_true; s++) {
        if (text_equal(event->name, SIGNS[s][0]))
            return SIGNS[s][1];
        if (text_equal(event->name, SIGNS[s][1]))
            return SIGNS[s][0];
    }
    return event->name;
}

static bool is_written_as_comparison(struct text expression)
{
    for (size_t i = 0; i < expression.length; i++)
        if (strchr("<>=", expression.bytes[i]))
            return true;
    return false;
}

static bool is_nearer(const struct feel_trace_event *a, const struct feel_trace_event *b)
{
    struct feel_value to_a = distance_between(a->left, a->right);
    struct feel_value to_b = distance_between(b->left, b->right);

    return to_a.kind == FEEL_NUMBER && to_b.kind == FEEL_NUMBER &&
           feel_decimal_compare(to_a.number, to_b.number) < 0;
}

/*
 * The comparison that the cell was decided by. Of the tests of a list ("< 5, > 10") it is one that
 * held; NULL where nothing was compared.
 */
static const struct feel_trace_event *deciding_comparison(const struct dmn_cell_trace *cell)
{
    bool is_comparison =
        cell->input.kind == FEEL_BOOLEAN && is_written_as_comparison(cell->input_text);
    bool is_negated = text_starts_with(text_trimmed(cell->test_text), TEXT("not"));
    const struct feel_trace_event *chosen = NULL;

    for (size_t e = cell->event_count; e-- > 0;) {
        const struct feel_trace_event *event = &cell->events[e];

        if (event->kind != FEEL_TRACE_COMPARE ||
            !(is_comparison || is_same_number(event->left, cell->input)))
            continue;
        if (is_comparison || is_negated)
            return event;
        if (event->is_true && e > 0 && are_ends_of_range(&cell->events[e - 1], event) &&
            is_nearer(&cell->events[e - 1], event))
            return &cell->events[e - 1];
        if (event->is_true)
            return event;
        if (!chosen)
            chosen = event;
    }
    return chosen;
}

static void find_threshold(const struct dmn_cell_trace *cell, struct explained_condition *condition)
{
    const struct feel_trace_event *chosen = deciding_comparison(cell);
    struct feel_value distance;

    if (!chosen)
        return;
    distance = distance_between(chosen->left, chosen->right);
    if (distance.kind == FEEL_NULL)
        return;
    condition->has_threshold = true;
    condition->comparison = sign_that_held(chosen);
    condition->threshold = chosen->right;
    condition->threshold.unknown = NULL; /* marks live no longer than the run */
    condition->distance = distance;
}

static enum berm_status explain_rule(struct screening_runner *runner, struct arena *arena,
                                     const struct dmn_rule_result *result,
                                     struct explained_rule *rule, struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;
    struct explained_condition *conditions;
    struct explained_read *reads;
    size_t event_count = 0;

    for (size_t c = 0; c < result->cell_count; c++)
        event_count += result->cells[c].event_count;
    TRY(arena_new(arena, result->cell_count, sizeof *conditions, &conditions, err));
    TRY(arena_new(arena, event_count, sizeof *reads, &reads, err));
    rule->row = result->rule + 1;
    rule->note = dmn_table_rule_note(pack->model, (size_t)pack->findings_decision, result->rule);
    rule->note_zh =
        dmn_table_rule_annotation(pack->model, (size_t)pack->findings_decision, result->rule);
    rule->conditions = conditions;
    rule->condition_count = result->cell_count;
    rule->reads = reads;
    for (size_t c = 0; c < result->cell_count; c++) {
        const struct dmn_cell_trace *cell = &result->cells[c];

        conditions[c] = (struct explained_condition){
            .input = cell->input_text, .test = cell->test_text, .value = cell->input};
        if (result->state == DMN_RULE_UNDETERMINED && cell->input.unknown)
            conditions[c].value = feel_null(); /* what was computed without the missing value */
        else
            find_threshold(cell, &conditions[c]);
        TRY(keep_value(arena, conditions[c].value, &conditions[c].value, err));
        for (size_t e = 0; e < cell->event_count; e++)
            if (cell->events[e].kind == FEEL_TRACE_READ)
                TRY(add_read(arena, &cell->events[e], reads, &rule->read_count, err));
    }
    return BERM_OK;
}

/* The names that the undetermined rules of a finding miss, each once; copied, because a set may
 * live no longer than the run. */
static enum berm_status gather_missing(struct arena *arena, const struct dmn_rule_result *rules,
                                       size_t rule_count, const bool *is_of_finding,
                                       struct explained_finding *finding, struct berm_error *err)
{
    const struct feel_unknown *missing = NULL;
    struct text *names;

    for (size_t r = 0; r < rule_count; r++)
        if (is_of_finding[r])
            TRY(feel_unknown_union(arena, missing, rules[r].unknown, &missing, err));
    if (!missing)
        return BERM_OK;
    TRY(arena_new(arena, missing->count, sizeof *names, &names, err));
    for (uint32_t m = 0; m < missing->count; m++)
        TRY(text_copy(arena, missing->names[m], &names[m], err));
    finding->missing = names;
    finding->missing_count = missing->count;
    return BERM_OK;
}

static enum berm_status explain_finding(struct screening_runner *runner, struct arena *arena,
                                        const struct found *found, struct text household_code,
                                        const struct dmn_rule_result *rules, size_t rule_count,
                                        struct explained_finding *finding, struct berm_error *err)
{
    struct explained_rule *explained;
    bool *is_of_finding;

    TRY(arena_new(arena, rule_count, sizeof *explained, &explained, err));
    TRY(arena_new(arena, rule_count, sizeof *is_of_finding, &is_of_finding, err));
    *finding = (struct explained_finding){
        .info = &runner->program->pack->findings[found->finding],
        .severity = (enum severity)found->severity,
        .is_undetermined = found->is_undetermined,
        .rules = explained,
    };
    for (size_t r = 0; r < rule_count; r++) {
        bool is_undetermined = rules[r].state == DMN_RULE_UNDETERMINED;
        struct explained_rule *rule = &explained[finding->rule_count];
        int code;

        TRY(runner_read_rule(runner, &rules[r], household_code, &code, &rule->severity, err));
        if (code != found->finding || is_undetermined != found->is_undetermined)
            continue;
        is_of_finding[r] = is_undetermined;
        TRY(explain_rule(runner, arena, &rules[r], rule, err));
        finding->rule_count++;
    }
    return gather_missing(arena, rules, rule_count, is_of_finding, finding, err);
}

static enum berm_status explain_figures(struct screening_runner *runner, struct arena *arena,
                                        struct explanation *explanation, struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;
    struct explained_figure *figures;

    TRY(arena_new(arena, pack->figure_decision_count, sizeof *figures, &figures, err));
    for (size_t f = 0; f < pack->figure_decision_count; f++) {
        size_t decision = (size_t)pack->figure_decisions[f];

        figures[f].decision = dmn_decision_name(pack->model, decision);
        TRY(dmn_run_decision(runner->run, decision, &figures[f].value, err));
        if (figures[f].value.unknown)
            figures[f].value = feel_null(); /* what was computed without the missing value */
        TRY(keep_value(arena, figures[f].value, &figures[f].value, err));
    }
    explanation->figures = figures;
    explanation->figure_count = pack->figure_decision_count;
    return BERM_OK;
}

static enum berm_status explain_measures(struct screening_runner *runner, struct arena *arena,
                                         struct explanation *explanation, struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;
    const struct measure_info **measures;
    struct feel_value value;

    if (pack->measures_decision < 0 || explanation->finding_count == 0)
        return BERM_OK;
    TRY(dmn_run_decision(runner->run, (size_t)pack->measures_decision, &value, err));
    if (value.kind != FEEL_LIST)
        return BERM_OK;
    TRY(arena_new(arena, value.list->count, sizeof *measures, &measures, err));
    for (size_t i = 0; i < value.list->count; i++) {
        struct feel_value item = value.list->items[i];
        const struct measure_info *measure =
            item.kind == FEEL_STRING ? pack_measure(pack, item.string) : NULL;

        if (!measure)
            return fail_with(
                err, BERM_INVALID_INPUT,
                "the policy recommends a measure that measures.csv does not list; add it "
                "there or correct the decision %.*s",
                TEXT_ARG(dmn_decision_name(pack->model, (size_t)pack->measures_decision)));
        measures[explanation->measure_count++] = measure;
    }
    explanation->measures = measures;
    return BERM_OK;
}

enum berm_status screening_decide(struct screening_runner *runner, const struct batch *batch,
                                  size_t row, int decision, struct arena *arena,
                                  struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value value;

    runner_forget_parameters(runner);
    TRY(runner_load_row(runner, batch, row, err));
    TRY(dmn_run_decision(runner->run, (size_t)decision, &value, err));
    return keep_value(arena, value, ret_value, err);
}

enum berm_status screening_explain(struct screening_runner *runner, const struct batch *batch,
                                   size_t row, struct arena *arena,
                                   struct explanation *ret_explanation, struct berm_error *err)
{
    const struct pack *pack = runner->program->pack;
    struct explanation explanation = {0};
    const struct dmn_rule_result *rules;
    struct explained_finding *findings;
    struct found *found;
    size_t rule_count;

    runner_forget_parameters(runner);
    TRY(runner_load_row(runner, batch, row, err));
    dmn_run_set_trace(runner->run, true);
    TRY(dmn_run_table_rules(runner->run, (size_t)pack->findings_decision, &rules, &rule_count,
                            err));
    dmn_run_set_trace(runner->run, false);
    TRY(arena_new(arena, rule_count, sizeof *found, &found, err));
    TRY(runner_merge_rules(runner, rules, rule_count, batch->code[row], found,
                           &explanation.finding_count, err));
    TRY(arena_new(arena, explanation.finding_count, sizeof *findings, &findings, err));
    for (size_t f = 0; f < explanation.finding_count; f++)
        TRY(explain_finding(runner, arena, &found[f], batch->code[row], rules, rule_count,
                            &findings[f], err));
    explanation.findings = findings;
    TRY(runner_read_standing(runner, found, explanation.finding_count, arena,
                             &explanation.risk_level, &explanation.kind, err));
    TRY(explain_figures(runner, arena, &explanation, err));
    TRY(explain_measures(runner, arena, &explanation, err));
    *ret_explanation = explanation;
    return BERM_OK;
}
