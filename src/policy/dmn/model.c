/* Asking a model what is in it. */
#include "model.h"

size_t dmn_input_count(const struct dmn_model *model)
{
    return model->input_count;
}

struct text dmn_input_name(const struct dmn_model *model, size_t input)
{
    assert(input < model->input_count);
    return model->nodes[model->inputs[input]].variable;
}

const struct feel_type *dmn_input_type(const struct dmn_model *model, size_t input)
{
    assert(input < model->input_count);
    return model->nodes[model->inputs[input]].type;
}

int dmn_input_find(const struct dmn_model *model, struct text name)
{
    for (size_t i = 0; i < model->input_count; i++)
        if (text_equal(dmn_input_name(model, i), name))
            return (int)i;
    return -1;
}

size_t dmn_decision_count(const struct dmn_model *model)
{
    return model->decision_count;
}

struct text dmn_decision_name(const struct dmn_model *model, size_t decision)
{
    assert(decision < model->decision_count);
    return model->nodes[model->decisions[decision]].name;
}

struct text dmn_decision_id(const struct dmn_model *model, size_t decision)
{
    assert(decision < model->decision_count);
    return model->nodes[model->decisions[decision]].id;
}

int dmn_decision_find(const struct dmn_model *model, struct text name)
{
    for (size_t i = 0; i < model->decision_count; i++)
        if (text_equal(dmn_decision_name(model, i), name))
            return (int)i;
    for (size_t i = 0; i < model->decision_count; i++)
        if (text_equal(dmn_decision_id(model, i), name))
            return (int)i;
    return -1;
}

void dmn_visit_input_entries(const struct dmn_model *model, dmn_input_entry_visitor *visit,
                             void *context)
{
    for (size_t i = 0; i < model->input_entry_count; i++)
        visit(context, model->input_entries[i].input, model->input_entries[i].entry);
}

struct dmn_table_info dmn_table_info(const struct dmn_model *model, size_t decision)
{
    const struct table *table;

    assert(decision < model->decision_count);
    table = decision_table(model, decision);
    if (table == NULL)
        return (struct dmn_table_info){0};
    return (struct dmn_table_info){.is_table = true,
                                   .input_count = table->input_count,
                                   .output_count = table->output_count,
                                   .rule_count = table->rule_count};
}

struct text dmn_table_output_name(const struct dmn_model *model, size_t decision, size_t output)
{
    const struct table *table = decision_table(model, decision);

    assert(table != NULL && output < table->output_count);
    return table->output_names[output];
}

struct text dmn_table_input_text(const struct dmn_model *model, size_t decision, size_t input)
{
    const struct table *table = decision_table(model, decision);

    assert(table != NULL && input < table->input_count);
    return table->inputs[input].text;
}

struct text dmn_table_cell_text(const struct dmn_model *model, size_t decision, size_t rule,
                                size_t input)
{
    const struct table *table = decision_table(model, decision);

    assert(table != NULL && rule < table->rule_count && input < table->input_count);
    return table->rules[rule].cell_texts[input];
}

struct text dmn_table_rule_note(const struct dmn_model *model, size_t decision, size_t rule)
{
    const struct table *table = decision_table(model, decision);

    assert(table != NULL && rule < table->rule_count);
    return table->rules[rule].note;
}

struct text dmn_table_rule_annotation(const struct dmn_model *model, size_t decision, size_t rule)
{
    const struct table *table = decision_table(model, decision);

    assert(table != NULL && rule < table->rule_count);
    return table->rules[rule].annotation;
}
