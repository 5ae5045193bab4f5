/*
 * Compiling FEEL inside a model: which names a piece of logic may use, and what it reads.
 *
 * Each decision has a frame of its own: slot i holds what its i-th requirement gave, local names
 * follow. So logic sees what it declares and nothing else, and a service or a function can run the
 * same code with other values. Where strict, a name of the model that is not required is told with
 * its remedy.
 */
#include "reader.h"

/* What feel_visit_paths tells about one expression. */
struct reading {
    struct compiler *compiler;
    uint32_t decisions[64]; /* more than any expression reads; a longer list is cut */
    size_t decision_count;
    bool has_failed;
};

static bool add_input_entry(struct reader *reader, uint32_t input, struct text entry)
{
    struct dmn_model *model = reader->model;

    for (size_t i = 0; i < model->input_entry_count; i++)
        if (model->input_entries[i].input == input &&
            text_equal(model->input_entries[i].entry, entry))
            return true;
    if (model->input_entry_count == reader->input_entry_capacity) {
        size_t capacity = reader->input_entry_capacity * 2 + 64;
        struct input_entry *entries;

        if (arena_new(reader->arena, capacity, sizeof(*entries), &entries, NULL) != BERM_OK)
            return false;
        for (size_t i = 0; i < model->input_entry_count; i++)
            entries[i] = model->input_entries[i];
        model->input_entries = entries;
        reader->input_entry_capacity = capacity;
    }
    if (text_copy(reader->arena, entry, &entry, NULL) != BERM_OK)
        return false;
    model->input_entries[model->input_entry_count++] = (struct input_entry){input, entry};
    return true;
}

static void note_node(struct reading *reading, uint32_t index, const struct text *entries,
                      size_t entry_count)
{
    struct reader *reader = reading->compiler->reader;
    const struct node *node = &reader->nodes[index];

    if (node->kind == NODE_INPUT) {
        struct text entry = entry_count == 0 ? TEXT("") : entries[0];

        if (!add_input_entry(reader, node->public_index, entry))
            reading->has_failed = true;
    }
    if (node->kind != NODE_DECISION)
        return;
    for (size_t i = 0; i < reading->decision_count; i++)
        if (reading->decisions[i] == index)
            return;
    if (reading->decision_count < ARRAY_COUNT(reading->decisions))
        reading->decisions[reading->decision_count++] = index;
}

static void note_path(void *context, uint32_t slot, const struct text *entries, size_t entry_count)
{
    struct reading *reading = context;

    if (slot >= reading->compiler->binding_count)
        return;
    const struct binding *binding = &reading->compiler->bindings[slot];
    if (binding->node != NO_NODE) {
        note_node(reading, binding->node, entries, entry_count);
        return;
    }
    for (size_t i = 0; i < binding->count; i++)
        if (entry_count == 0 || text_equal(binding->names[i], entries[0]))
            note_node(reading, binding->nodes[i], entry_count == 0 ? entries : entries + 1,
                      entry_count == 0 ? 0 : entry_count - 1);
}

static enum berm_status formula_note_reading(struct compiler *compiler, struct formula *formula,
                                             struct berm_error *err)
{
    struct reading reading = {.compiler = compiler};
    uint32_t *decisions;

    feel_visit_paths(formula->expression, note_path, &reading);
    if (reading.has_failed)
        return fail_with(err, BERM_NO_MEMORY, "No memory for the names that the model reads.");
    TRY(arena_new(compiler->reader->arena, reading.decision_count, sizeof(*decisions), &decisions,
                  err));
    for (size_t i = 0; i < reading.decision_count; i++)
        decisions[i] = reading.decisions[i];
    formula->decisions = decisions;
    formula->decision_count = reading.decision_count;
    return BERM_OK;
}

/* ---- Names that are not required ------------------------------------------------------------- */

struct missing {
    const struct node *const *candidates; /* in slot order from first_slot on */
    uint32_t first_slot;
    size_t count;
    const struct node *found;
};

static void note_missing(void *context, uint32_t slot, const struct text *entries,
                         size_t entry_count)
{
    struct missing *missing = context;

    (void)entries;
    (void)entry_count;
    if (missing->found == NULL && slot >= missing->first_slot &&
        slot - missing->first_slot < missing->count)
        missing->found = missing->candidates[slot - missing->first_slot];
}

static bool is_bound(const struct compiler *compiler, uint32_t node)
{
    for (size_t i = 0; i < compiler->binding_count; i++)
        if (compiler->bindings[i].node == node)
            return true;
    return false;
}

/* The node whose missing requirement is why text does not compile; NULL where that is not why. */
static const struct node *find_missing(struct compiler *compiler, const struct feel_scope *scope,
                                       enum feel_syntax syntax, struct text text)
{
    struct reader *reader = compiler->reader;
    const struct feel_expression *expression;
    const struct node **candidates;
    struct missing missing = {.first_slot = feel_scope_slot_count(scope)};
    struct feel_scope *wider;
    uint32_t slot;

    if (arena_new(reader->arena, reader->node_count, sizeof(*candidates), &candidates, NULL) !=
            BERM_OK ||
        feel_scope_copy(reader->arena, scope, &wider, NULL) != BERM_OK)
        return NULL;
    for (uint32_t i = 0; i < reader->node_count; i++) {
        const struct node *node = &reader->nodes[i];

        if (node == compiler->node || node->part != compiler->node->part || is_bound(compiler, i))
            continue;
        if (feel_scope_add(wider, node->variable, node->type, &slot, NULL) != BERM_OK)
            return NULL;
        candidates[missing.count++] = node;
    }
    missing.candidates = candidates;
    if (feel_compile(reader->arena, wider, syntax, FEEL_STRICT, text, &expression, NULL) == BERM_OK)
        feel_visit_paths(expression, note_missing, &missing);
    return missing.found;
}

static enum berm_status fail_compile(struct compiler *compiler, const struct feel_scope *scope,
                                     const xmlNode *element, enum feel_syntax syntax,
                                     struct text text, enum berm_status status,
                                     struct berm_error *err)
{
    xml_locate(&compiler->part->xml, element, err);
    if (status != BERM_INVALID_INPUT || err == NULL)
        return status;
    const struct node *missing = find_missing(compiler, scope, syntax, text);
    if (missing == NULL)
        return status;
    bool is_function = missing->kind == NODE_KNOWLEDGE || missing->kind == NODE_SERVICE;
    return fail_at(err, status, err->line, err->column,
                   "'%.*s' is used but not required; add %s requirement from '%.*s' to '%.*s'.",
                   TEXT_ARG(missing->variable), is_function ? "a knowledge" : "an information",
                   TEXT_ARG(missing->name), TEXT_ARG(compiler->node->name));
}

/* ---- Formulas -------------------------------------------------------------------------------- */

static enum berm_status problem_add(struct compiler *compiler, const struct berm_error *problem,
                                    struct berm_error *err)
{
    struct reader *reader = compiler->reader;
    struct dmn_model *model = reader->model;
    struct model_problem *added;

    if (model->problem_count == reader->problem_capacity) {
        size_t capacity = reader->problem_capacity * 2 + 16;
        struct model_problem *problems;

        TRY(arena_new(reader->arena, capacity, sizeof(*problems), &problems, err));
        for (size_t i = 0; i < model->problem_count; i++)
            problems[i] = model->problems[i];
        model->problems = problems;
        reader->problem_capacity = capacity;
    }
    added = &model->problems[model->problem_count];
    added->node = (uint32_t)(compiler->node - reader->nodes);
    added->rule = (int)compiler->rule - 1;
    TRY(text_format(reader->arena, &added->message, err, "Line %d, column %d: %s", problem->line,
                    problem->column, problem->message));
    model->problem_count++;
    return BERM_OK;
}

/* Would a strict reading refuse the text? What it would say is kept for the checker. */
static enum berm_status note_problem(struct compiler *compiler, const struct feel_scope *scope,
                                     const xmlNode *element, struct text text,
                                     enum feel_syntax syntax, struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    struct arena_mark mark = arena_mark(arena);
    const struct feel_expression *expression;
    struct berm_error problem = {0};

    enum berm_status status =
        feel_compile(arena, scope, syntax, FEEL_STRICT, text, &expression, &problem);
    if (status == BERM_INVALID_INPUT)
        status = fail_compile(compiler, scope, element, syntax, text, status, &problem);
    arena_rewind(arena, mark);
    if (status != BERM_INVALID_INPUT)
        return BERM_OK;
    return problem_add(compiler, &problem, err);
}

enum berm_status compile_text(struct compiler *compiler, const struct feel_scope *scope,
                              const xmlNode *element, struct text text, enum feel_syntax syntax,
                              struct formula *ret_formula, struct berm_error *err)
{
    struct reader *reader = compiler->reader;
    struct formula formula = {0};

    if (!is_strict(reader))
        TRY(note_problem(compiler, scope, element, text, syntax, err));
    enum berm_status status = feel_compile(
        reader->arena, scope, syntax, reader->options->strictness, text, &formula.expression, err);
    if (status == BERM_INVALID_INPUT && !is_strict(reader)) {
        *ret_formula = (struct formula){0}; /* plain DMN: bad FEEL is null, the rest still runs */
        return BERM_OK;
    }
    if (status != BERM_OK)
        return fail_compile(compiler, scope, element, syntax, text, status, err);
    TRY(formula_note_reading(compiler, &formula, err));
    *ret_formula = formula;
    return BERM_OK;
}

enum berm_status compile_formula(struct compiler *compiler, const struct feel_scope *scope,
                                 const xmlNode *element, enum feel_syntax syntax,
                                 struct formula *ret_formula, struct berm_error *err)
{
    const xmlNode *text_element;
    struct text text;

    *ret_formula = (struct formula){0};
    TRY(xml_text_child(element, compiler->reader->arena, &text, &text_element, err));
    if (text_trimmed(text).length == 0) {
        if (is_strict(compiler->reader))
            return xml_fail(element, err, BERM_INVALID_INPUT,
                            "The expression is empty; write one, or null.");
        return BERM_OK;
    }
    return compile_text(compiler, scope, text_element, text, syntax, ret_formula, err);
}

void compile_note_frame(struct compiler *compiler, const struct feel_scope *scope)
{
    uint32_t count = feel_scope_slot_count(scope);

    if (count > compiler->frame_size)
        compiler->frame_size = count;
}

enum berm_status compile_scope_copy(struct compiler *compiler, const struct feel_scope *scope,
                                    struct feel_scope **ret_copy, struct berm_error *err)
{
    return feel_scope_copy(compiler->reader->arena, scope, ret_copy, err);
}

enum berm_status compile_local(struct compiler *compiler, struct feel_scope *scope,
                               struct text name, const struct feel_type *type, uint32_t *ret_slot,
                               struct berm_error *err)
{
    TRY(feel_scope_add(scope, name, type, ret_slot, err));
    compile_note_frame(compiler, scope);
    return BERM_OK;
}

uint32_t compile_find_callable(const struct compiler *compiler, struct text name)
{
    const struct node *nodes = compiler->reader->nodes;
    uint32_t found = NO_NODE;

    for (size_t i = 0; i < compiler->binding_count; i++) {
        const struct binding *binding = &compiler->bindings[i];
        struct text rest = name;

        if (binding->node != NO_NODE && text_equal(binding->name, name))
            found = binding->node;
        if (binding->node != NO_NODE || name.length <= binding->name.length ||
            !text_starts_with(name, binding->name) || name.bytes[binding->name.length] != '.')
            continue;
        rest = text_trimmed(text_from(name, binding->name.length + 1));
        for (size_t k = 0; k < binding->count; k++)
            if (text_equal(binding->names[k], rest))
                found = binding->nodes[k];
    }
    if (found != NO_NODE && nodes[found].kind != NODE_KNOWLEDGE &&
        nodes[found].kind != NODE_SERVICE)
        return NO_NODE;
    return found;
}
