/*
 * Boxed expressions from XML: contexts, functions, lists, relations, conditionals. Loops, filters
 * and invocations have files of their own, as have tables. Local names get slots behind the
 * logic's bindings; brothers share slots, since only one of them runs at a time.
 */
#include "reader.h"

static const struct {
    const char *element;
    enum boxed_kind kind;
} BOXED_ELEMENTS[] = {
    {"literalExpression", BOXED_LITERAL},
    {"decisionTable", BOXED_TABLE},
    {"context", BOXED_CONTEXT},
    {"invocation", BOXED_CALL},
    {"functionDefinition", BOXED_FUNCTION},
    {"list", BOXED_LIST},
    {"relation", BOXED_RELATION},
    {"conditional", BOXED_CONDITIONAL},
    {"for", BOXED_FOR},
    {"every", BOXED_EVERY},
    {"some", BOXED_SOME},
    {"filter", BOXED_FILTER},
};

static bool boxed_kind_of(const xmlNode *element, enum boxed_kind *ret_kind)
{
    for (size_t i = 0; i < ARRAY_COUNT(BOXED_ELEMENTS); i++) {
        if (xml_is(element, BOXED_ELEMENTS[i].element)) {
            *ret_kind = BOXED_ELEMENTS[i].kind;
            return true;
        }
    }
    return false;
}

const xmlNode *boxed_child(const xmlNode *parent)
{
    enum boxed_kind kind;

    for (const xmlNode *e = xml_first_element(parent); e != NULL; e = xml_next_element(e))
        if (boxed_kind_of(e, &kind))
            return e;
    return NULL;
}

static size_t boxed_child_count(const xmlNode *parent)
{
    enum boxed_kind kind;
    size_t count = 0;

    for (const xmlNode *e = xml_first_element(parent); e != NULL; e = xml_next_element(e))
        count += boxed_kind_of(e, &kind);
    return count;
}

enum berm_status boxed_formal_parameters(struct compiler *compiler, const xmlNode *element,
                                         const struct text **ret_names,
                                         const struct feel_type *const **ret_types,
                                         size_t *ret_count, struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    size_t count = 0;
    struct text *names;
    const struct feel_type **types;

    TRY(arena_new(arena, xml_count(element, "formalParameter"), sizeof(*names), &names, err));
    TRY(arena_new(arena, xml_count(element, "formalParameter"), sizeof(*types), &types, err));
    for (const xmlNode *e = xml_first(element, "formalParameter"); e != NULL;
         e = xml_next(e, "formalParameter")) {
        TRY(xml_name(e, "name", arena, &names[count], err));
        TRY(type_of_attribute(compiler->reader, compiler->part, e, "typeRef", &types[count], err));
        count++;
    }
    *ret_names = names;
    *ret_types = types;
    *ret_count = count;
    return BERM_OK;
}

const struct feel_type *boxed_result_type(const struct feel_type *type)
{
    return type != NULL && type->kind == FEEL_TYPE_FUNCTION ? type->element : type;
}

static enum berm_status function_compile(struct compiler *compiler, const struct feel_scope *scope,
                                         const xmlNode *element, struct boxed *boxed,
                                         struct berm_error *err)
{
    struct boxed_function *function = &boxed->function;
    const xmlNode *body = boxed_child(element);
    struct feel_scope *inner;
    uint32_t slot;

    if (body == NULL ||
        (xml_has_attribute(element, "kind") && !xml_attribute_is(element, "kind", "FEEL"))) {
        boxed->kind = BOXED_NULL; /* Java and PMML functions are not called */
        return BERM_OK;
    }
    TRY(boxed_formal_parameters(compiler, element, &function->parameters,
                                &function->parameter_types, &function->parameter_count, err));
    TRY(compile_scope_copy(compiler, scope, &inner, err));
    function->first_slot = feel_scope_slot_count(inner);
    for (size_t i = 0; i < function->parameter_count; i++)
        TRY(compile_local(compiler, inner, function->parameters[i], function->parameter_types[i],
                          &slot, err));
    function->result_type = boxed_result_type(boxed->type);
    boxed->type = NULL;
    return boxed_compile(compiler, inner, body, &function->body, err);
}

static enum berm_status entry_compile(struct compiler *compiler, struct feel_scope *scope,
                                      const xmlNode *element, struct boxed_entry *entry,
                                      struct berm_error *err)
{
    const xmlNode *variable = xml_first(element, "variable");
    const xmlNode *value = boxed_child(element);
    bool is_function = value != NULL && xml_is(value, "functionDefinition");

    if (variable != NULL) {
        TRY(xml_name(variable, "name", compiler->reader->arena, &entry->name, err));
        TRY(type_of_attribute(compiler->reader, compiler->part, variable, "typeRef", &entry->type,
                              err));
    }
    /* A function may call itself: its name is there before its body is compiled. */
    if (entry->name.length != 0 && is_function)
        TRY(compile_local(compiler, scope, entry->name, NULL, &entry->slot, err));
    enum berm_status status = boxed_compile(compiler, scope, value, &entry->value, err);
    if (status != BERM_OK)
        return entry->name.length == 0
                   ? status
                   : fail_within(err, status, "entry '%.*s'", TEXT_ARG(entry->name));
    if (entry->name.length != 0 && !is_function)
        TRY(compile_local(compiler, scope, entry->name, entry->type, &entry->slot, err));
    return BERM_OK;
}

static enum berm_status context_compile(struct compiler *compiler, const struct feel_scope *scope,
                                        const xmlNode *element, struct boxed *boxed,
                                        struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    size_t most = xml_count(element, "contextEntry");
    struct boxed_context *context = &boxed->context;
    struct boxed_entry *entries;
    struct feel_scope *inner;
    struct text *names;

    TRY(arena_new(arena, most, sizeof(*entries), &entries, err));
    TRY(arena_new(arena, most, sizeof(*names), &names, err));
    TRY(compile_scope_copy(compiler, scope, &inner, err));
    for (const xmlNode *e = xml_first(element, "contextEntry"); e != NULL;
         e = xml_next(e, "contextEntry")) {
        struct boxed_entry entry = {0};

        TRY(entry_compile(compiler, inner, e, &entry, err));
        if (entry.name.length == 0) {
            context->result = entry.value;
            continue;
        }
        names[context->count] = entry.name;
        entries[context->count++] = entry;
    }
    context->entries = entries;
    context->names = names;
    return BERM_OK;
}

static enum berm_status items_compile(struct compiler *compiler, const struct feel_scope *scope,
                                      const xmlNode *parent, const struct boxed **items,
                                      size_t *count, struct berm_error *err)
{
    enum boxed_kind kind;

    for (const xmlNode *e = xml_first_element(parent); e != NULL; e = xml_next_element(e))
        if (boxed_kind_of(e, &kind))
            TRY(boxed_compile(compiler, scope, e, &items[(*count)++], err));
    return BERM_OK;
}

static enum berm_status list_compile(struct compiler *compiler, const struct feel_scope *scope,
                                     const xmlNode *element, struct boxed *boxed,
                                     struct berm_error *err)
{
    const struct boxed **items;

    TRY(arena_new(compiler->reader->arena, boxed_child_count(element), sizeof(*items), &items,
                  err));
    boxed->list.items = items;
    return items_compile(compiler, scope, element, items, &boxed->list.count, err);
}

static enum berm_status relation_compile(struct compiler *compiler, const struct feel_scope *scope,
                                         const xmlNode *element, struct boxed *boxed,
                                         struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    size_t column_count = xml_count(element, "column");
    size_t row_count = xml_count(element, "row");
    struct boxed_list *list = &boxed->list;
    const struct boxed **items;
    struct text *columns;

    TRY(arena_new(arena, column_count, sizeof(*columns), &columns, err));
    for (const xmlNode *e = xml_first(element, "column"); e != NULL; e = xml_next(e, "column"))
        TRY(xml_name(e, "name", arena, &columns[list->column_count++], err));
    TRY(arena_new(arena, column_count * row_count, sizeof(*items), &items, err));
    for (const xmlNode *e = xml_first(element, "row"); e != NULL; e = xml_next(e, "row")) {
        if (boxed_child_count(e) != column_count)
            return xml_fail(e, err, BERM_INVALID_INPUT,
                            "A row of the relation has %zu cells where there are %zu columns.",
                            boxed_child_count(e), column_count);
        TRY(items_compile(compiler, scope, e, items, &list->count, err));
    }
    list->columns = columns;
    list->items = items;
    return BERM_OK;
}

static enum berm_status conditional_compile(struct compiler *compiler,
                                            const struct feel_scope *scope, const xmlNode *element,
                                            struct boxed *boxed, struct berm_error *err)
{
    const char *const branches[] = {"if", "then", "else"};

    for (size_t i = 0; i < ARRAY_COUNT(branches); i++) {
        const xmlNode *branch = xml_first(element, branches[i]);
        const xmlNode *value = branch == NULL ? NULL : boxed_child(branch);

        if (value == NULL && is_strict(compiler->reader))
            return xml_fail(element, err, BERM_INVALID_INPUT,
                            "The conditional has no expression for '%s'; add one.", branches[i]);
        TRY(boxed_compile(compiler, scope, value, &boxed->condition[i], err));
    }
    return BERM_OK;
}

static enum berm_status boxed_compile_kind(struct compiler *compiler,
                                           const struct feel_scope *scope, const xmlNode *element,
                                           struct boxed *boxed, struct berm_error *err)
{
    switch (boxed->kind) {
    case BOXED_NULL:
        return BERM_OK;
    case BOXED_LITERAL:
        return compile_formula(compiler, scope, element, FEEL_EXPRESSION, &boxed->literal, err);
    case BOXED_TABLE:
        TRY(table_compile(compiler, scope, element, &boxed->table, err));
        /* Editors write the type of one hit on tables that give lists of them. */
        if (table_gives_list(boxed->table) && boxed->type != NULL &&
            boxed->type->kind != FEEL_TYPE_LIST)
            boxed->type = NULL;
        return BERM_OK;
    case BOXED_CONTEXT:
        return context_compile(compiler, scope, element, boxed, err);
    case BOXED_CALL:
        return invocation_compile(compiler, scope, element, boxed, err);
    case BOXED_FUNCTION:
        return function_compile(compiler, scope, element, boxed, err);
    case BOXED_LIST:
        return list_compile(compiler, scope, element, boxed, err);
    case BOXED_RELATION:
        return relation_compile(compiler, scope, element, boxed, err);
    case BOXED_CONDITIONAL:
        return conditional_compile(compiler, scope, element, boxed, err);
    case BOXED_FOR:
    case BOXED_EVERY:
    case BOXED_SOME:
        return loop_compile(compiler, scope, element, boxed, err);
    case BOXED_FILTER:
        return filter_compile(compiler, scope, element, boxed, err);
    }
    return fail_with(err, BERM_INTERNAL, "A boxed expression has no kind.");
}

enum berm_status boxed_compile(struct compiler *compiler, const struct feel_scope *scope,
                               const xmlNode *element, const struct boxed **ret_boxed,
                               struct berm_error *err)
{
    struct boxed *boxed;

    TRY(arena_new(compiler->reader->arena, 1, sizeof(*boxed), &boxed, err));
    if (element != NULL) {
        if (compiler->depth >= DMN_BOXED_DEPTH_MAX)
            return xml_fail(element, err, BERM_LIMIT,
                            "Boxed expressions are nested more than %d deep; flatten them.",
                            (int)DMN_BOXED_DEPTH_MAX);
        if (!boxed_kind_of(element, &boxed->kind))
            return xml_fail(element, err, BERM_INVALID_INPUT, "'%s' is no boxed expression.",
                            (const char *)element->name);
        TRY(type_of_attribute(compiler->reader, compiler->part, element, "typeRef", &boxed->type,
                              err));
        compiler->depth++;
        TRY(boxed_compile_kind(compiler, scope, element, boxed, err));
        compiler->depth--;
    }
    *ret_boxed = boxed;
    return BERM_OK;
}
