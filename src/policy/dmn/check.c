/*
 * What a policy author should look at in a model: expressions that a lenient reading passed over;
 * in tables, overlaps where the hit policy forbids them, ground that no rule covers, rules that are
 * never reached, outputs that are not allowed. Only simple cells are understood (check_cells.c);
 * for others one warning a table says that they were left out, so that silence is never mistaken
 * for a proof.
 */
#include "check.h"

struct checker {
    const struct dmn_model *model;
    dmn_check_report *report;
    void *context;
    struct text name; /* of the decision */
};

static void tell(const struct checker *checker, const char *severity, int rule,
                 struct buffer *message)
{
    buffer_append_char(message, '\0');
    if (!message->has_failed)
        checker->report(checker->context, severity, checker->name, rule, message->bytes);
}

/* ---- Outputs --------------------------------------------------------------------------------- */

static enum berm_status output_check(const struct checker *checker, struct arena *arena,
                                     const struct table *table, uint32_t rule, size_t output,
                                     struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer message = {.cap_bytes = 1 << 16};
    const struct table_output *column = &table->outputs[output];
    const struct feel_expression *allowed = column->allowed;
    struct feel_run run = {.arena = arena, .steps_left = DMN_STEPS_MAX};
    struct text text = table->rules[rule].output_texts[output];
    struct feel_value value, answer;
    bool is_constant;

    if (allowed == NULL && column->type != NULL)
        allowed = column->type->allowed;
    if (allowed == NULL || text.length == 0)
        return BERM_OK;
    TRY(check_constant(arena, text, &value, &is_constant, err));
    if (!is_constant || value.kind == FEEL_NULL)
        return BERM_OK;
    TRY(feel_test(allowed, &run, NULL, value, &answer, err));
    if (answer.kind == FEEL_BOOLEAN && answer.boolean)
        return BERM_OK;
    struct text expected = feel_source_text(allowed);
    buffer_append_format(&message,
                         "Rule %u gives %.*s, which is not among the allowed outputs (%.*s).",
                         rule + 1, TEXT_ARG(text), TEXT_ARG(expected));
    tell(checker, "error", (int)rule, &message);
    return BERM_OK;
}

static enum berm_status outputs_check(const struct checker *checker, struct arena *arena,
                                      const struct table *table, struct berm_error *err)
{
    for (uint32_t rule = 0; rule < table->rule_count; rule++)
        for (size_t output = 0; output < table->output_count; output++)
            TRY(output_check(checker, arena, table, rule, output, err));
    return BERM_OK;
}

/* ---- Overlaps -------------------------------------------------------------------------------- */

static bool has_same_outputs(const struct table *table, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < table->output_count; i++)
        if (!text_equal(table->rules[a].output_texts[i], table->rules[b].output_texts[i]))
            return false;
    return true;
}

static void overlap_tell(const struct checker *checker, const struct check_table *table, uint32_t a,
                         uint32_t b, const size_t *where)
{
    CLEANUP(buffer_free) struct buffer message = {.cap_bytes = 1 << 16};

    buffer_append_format(&message, "Rules %u and %u both match where ", a + 1, b + 1);
    check_describe(table, where, &message);
    buffer_append_format(&message,
                         table->table->hit_policy == HIT_UNIQUE
                             ? "; the hit policy UNIQUE allows one."
                             : " and differ in output, which the hit policy ANY forbids.");
    tell(checker, "error", (int)b, &message);
}

static enum berm_status overlaps_check(const struct checker *checker,
                                       const struct check_table *table, struct berm_error *err)
{
    size_t told = 0, *where;

    if (table->table->hit_policy != HIT_UNIQUE && table->table->hit_policy != HIT_ANY)
        return BERM_OK;
    TRY(arena_new(table->arena, table->table->input_count, sizeof(*where), &where, err));
    for (uint32_t b = 1; b < table->table->rule_count; b++) {
        for (uint32_t a = 0; a < b && told < CHECK_REPORTS_MAX; a++) {
            if (!table->is_simple[a] || !table->is_simple[b] || !check_overlap(table, a, b, where))
                continue;
            if (table->table->hit_policy == HIT_ANY && has_same_outputs(table->table, a, b))
                continue;
            overlap_tell(checker, table, a, b, where);
            told++;
        }
    }
    return BERM_OK;
}

/* ---- Gaps and rules that are never reached --------------------------------------------------- */

static enum berm_status gap_check(const struct checker *checker, const struct check_table *table,
                                  struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer message = {.cap_bytes = 1 << 16};
    const struct table *source = table->table;
    struct atoms *ground;
    uint32_t *rules;
    enum cover cover;
    size_t *gap;

    if (source->has_default || source->hit_policy >= HIT_RULE_ORDER ||
        table->simple_count < source->rule_count)
        return BERM_OK;
    TRY(arena_new(table->arena, source->input_count, sizeof(*ground), &ground, err));
    TRY(arena_new(table->arena, source->input_count, sizeof(*gap), &gap, err));
    TRY(arena_new(table->arena, source->rule_count, sizeof(*rules), &rules, err));
    for (size_t i = 0; i < source->input_count; i++)
        ground[i] = table->columns[i].domain;
    for (uint32_t i = 0; i < source->rule_count; i++)
        rules[i] = i;
    TRY(check_cover(table, ground, rules, source->rule_count, &cover, gap, err));
    if (cover == COVER_WHOLE)
        return BERM_OK;
    if (cover == COVER_GIVEN_UP) {
        buffer_append_format(&message, "The table is too large to be searched for gaps.");
    } else {
        buffer_append_format(&message, "No rule matches where ");
        check_describe(table, gap, &message);
        buffer_append_format(&message, "; add a rule or a default output.");
    }
    tell(checker, "warning", -1, &message);
    return BERM_OK;
}

/* A rule with a cell that no allowed input satisfies. */
static bool is_impossible(const struct check_table *table, uint32_t rule, size_t *ret_column)
{
    size_t input_count = table->table->input_count;

    for (size_t i = 0; i < input_count; i++) {
        const struct check_column *column = &table->columns[i];
        const struct atoms *cell = &table->cells[rule * input_count + i];
        size_t atom = 0;

        while (atom < column->atom_count &&
               !(atoms_has(cell, atom) &&
                 (atoms_has(&column->domain, atom) || atom + 1 == column->atom_count)))
            atom++;
        *ret_column = i;
        if (atom == column->atom_count)
            return true;
    }
    return false;
}

static enum berm_status reach_check(const struct checker *checker, const struct check_table *table,
                                    struct berm_error *err)
{
    const struct table *source = table->table;
    size_t earlier_count = 0, told = 0, column, *gap;
    uint32_t *earlier;

    TRY(arena_new(table->arena, source->rule_count, sizeof(*earlier), &earlier, err));
    TRY(arena_new(table->arena, source->input_count, sizeof(*gap), &gap, err));
    for (uint32_t i = 0; i < source->rule_count && told < CHECK_REPORTS_MAX; i++) {
        CLEANUP(buffer_free) struct buffer message = {.cap_bytes = 1 << 16};
        enum cover cover = COVER_GAP;

        if (!table->is_simple[i])
            continue;
        if (is_impossible(table, i, &column)) {
            struct text text = source->rules[i].cell_texts[column];

            buffer_append_format(&message,
                                 "Rule %u never matches: no allowed value of %.*s satisfies %.*s.",
                                 i + 1, TEXT_ARG(source->inputs[column].text), TEXT_ARG(text));
        } else if (source->hit_policy == HIT_FIRST && earlier_count > 0) {
            TRY(check_cover(table, &table->cells[i * source->input_count], earlier, earlier_count,
                            &cover, gap, err));
            if (cover == COVER_WHOLE)
                buffer_append_format(
                    &message,
                    "Rule %u is never reached: the rules above it match all that it would.", i + 1);
        }
        earlier[earlier_count++] = i;
        if (message.length != 0) {
            tell(checker, "warning", (int)i, &message);
            told++;
        }
    }
    return BERM_OK;
}

static enum berm_status table_check(const struct checker *checker, const struct table *source,
                                    struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer message = {.cap_bytes = 1 << 16};
    struct check_table table;

    TRY(arena_create(CHECK_MEMORY_MAX, &arena, err));
    TRY(outputs_check(checker, arena, source, err));
    if (source->rule_count == 0 || source->hit_policy == HIT_RULE_ORDER ||
        source->hit_policy == HIT_OUTPUT_ORDER || source->hit_policy == HIT_COLLECT)
        return BERM_OK; /* every hit counts: gaps and overlaps are what these are for */
    TRY(check_table_make(arena, source, &table, err));
    if (table.simple_count < source->rule_count) {
        buffer_append_format(&message,
                             "%zu of %zu rules have cells that cannot be checked for gaps and "
                             "overlaps; test them with cases.",
                             source->rule_count - table.simple_count, source->rule_count);
        tell(checker, "warning", -1, &message);
    }
    TRY(overlaps_check(checker, &table, err));
    TRY(gap_check(checker, &table, err));
    return reach_check(checker, &table, err);
}

enum berm_status dmn_check(const struct dmn_model *model, dmn_check_report *report, void *context,
                           struct berm_error *err)
{
    for (size_t i = 0; i < model->problem_count; i++) {
        const struct model_problem *problem = &model->problems[i];

        report(context, "error", model->nodes[problem->node].name, problem->rule,
               problem->message.bytes);
    }
    for (size_t i = 0; i < model->node_count; i++) {
        const struct node *node = &model->nodes[i];
        struct checker checker = {
            .model = model, .report = report, .context = context, .name = node->name};
        const struct boxed *body = node->logic.body;

        if (body != NULL && body->kind == BOXED_TABLE)
            TRY(table_check(&checker, body->table, err));
    }
    return BERM_OK;
}
