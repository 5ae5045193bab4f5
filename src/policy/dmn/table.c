/*
 * Decision tables from XML. Cells that are "-" are left out here, so that running a table touches
 * only cells that test something; texts are kept for explanations.
 */
#include "reader.h"

static const struct {
    const char *name;
    enum hit_policy hit_policy;
} HIT_POLICIES[] = {
    {"UNIQUE", HIT_UNIQUE},         {"ANY", HIT_ANY},
    {"FIRST", HIT_FIRST},           {"PRIORITY", HIT_PRIORITY},
    {"RULE ORDER", HIT_RULE_ORDER}, {"OUTPUT ORDER", HIT_OUTPUT_ORDER},
    {"COLLECT", HIT_COLLECT},
};

/* Aggregation is FEEL's own function over the hits, so that kinds and marks come out alike. */
static const struct {
    const char *name;
    const char *function;
    enum aggregation aggregation;
} AGGREGATIONS[] = {
    {"SUM", "sum(hits)", AGGREGATE_SUM},
    {"COUNT", "count(hits)", AGGREGATE_COUNT},
    {"MIN", "min(hits)", AGGREGATE_MIN},
    {"MAX", "max(hits)", AGGREGATE_MAX},
};

static enum berm_status aggregate_compile(struct compiler *compiler, const char *function,
                                          const struct feel_expression **ret_expression,
                                          struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    struct feel_scope *scope;
    uint32_t slot;

    TRY(feel_scope_create(arena, &scope, err));
    TRY(feel_scope_add(scope, TEXT("hits"), NULL, &slot, err));
    return feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_STRICT, text_of(function),
                        ret_expression, err);
}

static enum berm_status hit_policy_read(struct compiler *compiler, const xmlNode *element,
                                        struct table *table, struct berm_error *err)
{
    struct text name;
    size_t i;

    TRY(xml_name(element, "hitPolicy", compiler->reader->arena, &name, err));
    for (i = 0; i < ARRAY_COUNT(HIT_POLICIES); i++)
        if (text_equal(name, text_of(HIT_POLICIES[i].name)))
            break;
    if (name.length != 0 && i == ARRAY_COUNT(HIT_POLICIES))
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "There is no hit policy '%.*s'; use UNIQUE, ANY, FIRST, PRIORITY, RULE "
                        "ORDER, OUTPUT ORDER or COLLECT.",
                        TEXT_ARG(name));
    table->hit_policy = name.length == 0 ? HIT_UNIQUE : HIT_POLICIES[i].hit_policy;

    TRY(xml_name(element, "aggregation", compiler->reader->arena, &name, err));
    if (name.length == 0 || table->hit_policy != HIT_COLLECT)
        return BERM_OK;
    for (i = 0; i < ARRAY_COUNT(AGGREGATIONS); i++) {
        if (text_equal(name, text_of(AGGREGATIONS[i].name))) {
            table->aggregation = AGGREGATIONS[i].aggregation;
            return aggregate_compile(compiler, AGGREGATIONS[i].function, &table->aggregate, err);
        }
    }
    return xml_fail(element, err, BERM_INVALID_INPUT,
                    "There is no aggregation '%.*s'; use SUM, COUNT, MIN or MAX.", TEXT_ARG(name));
}

static enum berm_status inputs_read(struct compiler *compiler, const struct feel_scope *scope,
                                    const xmlNode *element, struct table *table,
                                    struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    size_t count = xml_count(element, "input");
    struct table_input *inputs;

    if (count > DMN_COLUMNS_MAX)
        return xml_fail(element, err, BERM_LIMIT, "The table has %zu input columns; at most %d.",
                        count, (int)DMN_COLUMNS_MAX);
    TRY(arena_new(arena, count, sizeof(*inputs), &inputs, err));
    for (const xmlNode *e = xml_first(element, "input"); e != NULL; e = xml_next(e, "input")) {
        struct table_input *input = &inputs[table->input_count];
        const xmlNode *expression = xml_first(e, "inputExpression");
        enum berm_status status;

        if (expression == NULL)
            return xml_fail(e, err, BERM_INVALID_INPUT,
                            "Input column %zu has no expression; add an inputExpression.",
                            table->input_count + 1);
        TRY(xml_text_child(expression, arena, &input->text, NULL, err));
        input->text = text_trimmed(input->text);
        TRY(type_of_attribute(compiler->reader, compiler->part, expression, "typeRef", &input->type,
                              err));
        TRY(xml_text_child(xml_first(e, "inputValues"), arena, &input->allowed, NULL, err));
        input->allowed = text_trimmed(input->allowed);
        status =
            compile_formula(compiler, scope, expression, FEEL_EXPRESSION, &input->formula, err);
        if (status != BERM_OK)
            return fail_within(err, status, "input column %zu", table->input_count + 1);
        table->input_count++;
    }
    table->inputs = inputs;
    return BERM_OK;
}

static enum berm_status output_read(struct compiler *compiler, const struct feel_scope *scope,
                                    const xmlNode *element, struct table_output *output,
                                    struct berm_error *err)
{
    struct reader *reader = compiler->reader;
    const xmlNode *allowed = xml_first(element, "outputValues");
    const xmlNode *default_entry = xml_first(element, "defaultOutputEntry");

    TRY(xml_name(element, "name", reader->arena, &output->name, err));
    TRY(type_of_attribute(reader, compiler->part, element, "typeRef", &output->type, err));
    if (allowed != NULL)
        TRY(type_allowed_values(reader, compiler->part, allowed, &output->allowed,
                                &output->priorities, &output->priority_count, err));
    if (default_entry != NULL) {
        struct text text;

        TRY(xml_text_child(default_entry, reader->arena, &text, NULL, err));
        output->has_default = text_trimmed(text).length != 0;
        if (output->has_default)
            TRY(compile_formula(compiler, scope, default_entry, FEEL_EXPRESSION,
                                &output->default_value, err));
    }
    return BERM_OK;
}

/* Where the column lists no values, those that its type allows give the priorities. */
static void use_priorities_of_type(struct table_output *output, const struct feel_type *type)
{
    if (type != NULL && type->kind == FEEL_TYPE_LIST && type->element != NULL)
        type = type->element;
    if (output->priority_count != 0 || type == NULL)
        return;
    output->priorities = type->allowed_values;
    output->priority_count = type->allowed_value_count;
}

static enum berm_status outputs_read(struct compiler *compiler, const struct feel_scope *scope,
                                     const xmlNode *element, struct table *table,
                                     struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    size_t count = xml_count(element, "output");
    struct table_output *outputs;
    struct text *names;

    if (count == 0 || count > DMN_COLUMNS_MAX)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "The table has %zu output columns; it needs one to %d.", count,
                        (int)DMN_COLUMNS_MAX);
    TRY(arena_new(arena, count, sizeof(*outputs), &outputs, err));
    TRY(arena_new(arena, count, sizeof(*names), &names, err));
    for (const xmlNode *e = xml_first(element, "output"); e != NULL; e = xml_next(e, "output")) {
        struct table_output *output = &outputs[table->output_count];
        enum berm_status status = output_read(compiler, scope, e, output, err);

        if (status != BERM_OK)
            return fail_within(err, status, "output column %zu", table->output_count + 1);
        if (count > 1 && output->name.length == 0)
            return xml_fail(e, err, BERM_INVALID_INPUT,
                            "Output column %zu has no name; with several outputs each needs one.",
                            table->output_count + 1);
        use_priorities_of_type(output, output->type);
        if (count == 1)
            use_priorities_of_type(output, compiler->node->type);
        names[table->output_count++] = output->name;
        table->has_default |= output->has_default;
    }
    table->outputs = outputs;
    table->output_names = names;
    return BERM_OK;
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static enum berm_status input_cell_read(struct compiler *compiler, const struct feel_scope *scope,
                                        const xmlNode *entry, size_t column,
                                        struct table_cell *cells, struct table_rule *rule,
                                        struct text *ret_text, struct berm_error *err)
{
    struct table_cell cell = {.column = (uint32_t)column};
    const xmlNode *text_element;
    struct text text;

    TRY(xml_text_child(entry, compiler->reader->arena, &text, &text_element, err));
    *ret_text = text_trimmed(text);
    if (ret_text->length == 0 || text_equal(*ret_text, TEXT("-")))
        return BERM_OK;
    enum berm_status status =
        compile_text(compiler, scope, text_element, text, FEEL_UNARY_TESTS, &cell.test, err);
    if (status != BERM_OK)
        return fail_within(err, status, "input '%.*s'", TEXT_ARG(*ret_text));
    if (cell.test.expression == NULL || !feel_is_irrelevant(cell.test.expression))
        cells[rule->cell_count++] = cell;
    return BERM_OK;
}

static enum berm_status output_cell_read(struct compiler *compiler, const struct feel_scope *scope,
                                         const xmlNode *entry, struct formula *ret_formula,
                                         struct text *ret_text, struct berm_error *err)
{
    TRY(xml_text_child(entry, compiler->reader->arena, ret_text, NULL, err));
    *ret_text = text_trimmed(*ret_text);
    if (text_equal(*ret_text, TEXT("-")) && !is_strict(compiler->reader))
        return BERM_OK;
    enum berm_status status =
        compile_formula(compiler, scope, entry, FEEL_EXPRESSION, ret_formula, err);
    if (status != BERM_OK)
        return fail_within(err, status, "output '%.*s'", TEXT_ARG(*ret_text));
    return BERM_OK;
}

static enum berm_status notes_read(struct compiler *compiler, const xmlNode *element,
                                   struct table_rule *rule, struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    const xmlNode *annotation = xml_first(element, "annotationEntry");

    TRY(xml_content(xml_first(element, "description"), arena, &rule->note, err));
    rule->note = text_trimmed(rule->note);
    if (annotation != NULL)
        TRY(xml_text_child(annotation, arena, &rule->annotation, NULL, err));
    rule->annotation = text_trimmed(rule->annotation);
    if (rule->note.length == 0)
        rule->note = rule->annotation;
    return BERM_OK;
}

static enum berm_status rule_read(struct compiler *compiler, const struct feel_scope *scope,
                                  const xmlNode *element, const struct table *table,
                                  struct table_rule *rule, struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    struct text *cell_texts, *output_texts;
    struct table_cell *cells;
    struct formula *outputs;
    size_t column = 0;

    if (xml_count(element, "inputEntry") != table->input_count)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "The rule has %zu input cells where there are %zu input columns.",
                        xml_count(element, "inputEntry"), table->input_count);
    if (xml_count(element, "outputEntry") != table->output_count)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "The rule has %zu output cells where there are %zu output columns.",
                        xml_count(element, "outputEntry"), table->output_count);
    TRY(arena_new(arena, table->input_count, sizeof(*cells), &cells, err));
    TRY(arena_new(arena, table->input_count, sizeof(*cell_texts), &cell_texts, err));
    TRY(arena_new(arena, table->output_count, sizeof(*outputs), &outputs, err));
    TRY(arena_new(arena, table->output_count, sizeof(*output_texts), &output_texts, err));
    rule->line = xml_line(element);
    rule->cells = cells;
    rule->cell_texts = cell_texts;
    rule->outputs = outputs;
    rule->output_texts = output_texts;
    for (const xmlNode *e = xml_first(element, "inputEntry"); e != NULL;
         e = xml_next(e, "inputEntry"), column++)
        TRY(input_cell_read(compiler, scope, e, column, cells, rule, &cell_texts[column], err));
    column = 0;
    for (const xmlNode *e = xml_first(element, "outputEntry"); e != NULL;
         e = xml_next(e, "outputEntry"), column++)
        TRY(output_cell_read(compiler, scope, e, &outputs[column], &output_texts[column], err));
    return notes_read(compiler, element, rule, err);
}

static enum berm_status rules_read(struct compiler *compiler, const struct feel_scope *scope,
                                   const xmlNode *element, struct table *table,
                                   struct berm_error *err)
{
    size_t count = xml_count(element, "rule");
    struct table_rule *rules;

    if (count > DMN_RULES_MAX)
        return xml_fail(element, err, BERM_LIMIT, "The table has %zu rules; at most %d.", count,
                        (int)DMN_RULES_MAX);
    TRY(arena_new(compiler->reader->arena, count, sizeof(*rules), &rules, err));
    for (const xmlNode *e = xml_first(element, "rule"); e != NULL; e = xml_next(e, "rule")) {
        compiler->rule = table->rule_count + 1;
        enum berm_status status =
            rule_read(compiler, scope, e, table, &rules[table->rule_count], err);
        compiler->rule = 0;
        if (status != BERM_OK)
            return fail_within(err, status, "rule %zu", table->rule_count + 1);
        table->rule_count++;
    }
    table->rules = rules;
    return BERM_OK;
}

enum berm_status table_compile(struct compiler *compiler, const struct feel_scope *scope,
                               const xmlNode *element, const struct table **ret_table,
                               struct berm_error *err)
{
    struct table *table;

    TRY(arena_new(compiler->reader->arena, 1, sizeof(*table), &table, err));
    TRY(hit_policy_read(compiler, element, table, err));
    TRY(inputs_read(compiler, scope, element, table, err));
    TRY(outputs_read(compiler, scope, element, table, err));
    if (table->aggregation != AGGREGATE_NONE && table->aggregation != AGGREGATE_COUNT &&
        table->output_count > 1)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "A table that sums or compares its hits can have one output only.");
    TRY(rules_read(compiler, scope, element, table, err));
    *ret_table = table;
    return BERM_OK;
}
