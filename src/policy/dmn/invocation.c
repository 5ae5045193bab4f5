/*
 * Boxed invocations. One of a knowledge model or a service is bound when compiled: arguments are
 * put in parameter order by name, whatever signs the names hold. One of any other function value
 * becomes the FEEL call with named arguments, over local slots that hold the arguments.
 */
#include "reader.h"

static enum berm_status binding_value(struct compiler *compiler, const struct feel_scope *scope,
                                      const xmlNode *binding, struct text *ret_name,
                                      const struct boxed **ret_value, struct berm_error *err)
{
    const xmlNode *parameter = xml_first(binding, "parameter");
    enum berm_status status;

    if (parameter == NULL)
        return xml_fail(binding, err, BERM_INVALID_INPUT,
                        "A binding of the invocation names no parameter; add one.");
    TRY(xml_name(parameter, "name", compiler->reader->arena, ret_name, err));
    status = boxed_compile(compiler, scope, boxed_child(binding), ret_value, err);
    if (status != BERM_OK)
        return fail_within(err, status, "argument '%.*s'", TEXT_ARG(*ret_name));
    return BERM_OK;
}

/* The parameters of a knowledge model may not be read yet: the tree has them. */
static enum berm_status parameter_names(struct compiler *compiler, uint32_t index,
                                        const struct text **ret_names, size_t *ret_count,
                                        struct berm_error *err)
{
    struct reader *reader = compiler->reader;
    const struct node *node = &reader->nodes[index];
    const xmlNode *logic = xml_first(reader->elements[index], "encapsulatedLogic");
    struct text *names;
    size_t count = 0;

    if (node->kind == NODE_SERVICE) {
        *ret_names = node->logic.parameters;
        *ret_count = node->logic.parameter_count;
        return BERM_OK;
    }
    TRY(arena_new(reader->arena, logic == NULL ? 0 : xml_count(logic, "formalParameter"),
                  sizeof(*names), &names, err));
    for (const xmlNode *e = xml_first(logic, "formalParameter"); e != NULL;
         e = xml_next(e, "formalParameter"))
        TRY(xml_name(e, "name", reader->arena, &names[count++], err));
    *ret_names = names;
    *ret_count = count;
    return BERM_OK;
}

static enum berm_status fail_parameter(const xmlNode *element, struct text name,
                                       const struct text *names, size_t count,
                                       struct berm_error *err)
{
    int nearest = text_nearest(name, names, count);

    if (nearest >= 0)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "There is no parameter '%.*s'; did you mean '%.*s'?", TEXT_ARG(name),
                        TEXT_ARG(names[nearest]));
    return xml_fail(element, err, BERM_INVALID_INPUT,
                    "There is no parameter '%.*s' of what is invoked; correct the name.",
                    TEXT_ARG(name));
}

static enum berm_status node_invocation(struct compiler *compiler, const struct feel_scope *scope,
                                        const xmlNode *element, uint32_t node, struct boxed *boxed,
                                        struct berm_error *err)
{
    const struct boxed **arguments, *value;
    const struct text *names;
    struct text name;
    size_t count;

    TRY(parameter_names(compiler, node, &names, &count, err));
    TRY(arena_new(compiler->reader->arena, count, sizeof(*arguments), &arguments, err));
    for (const xmlNode *e = xml_first(element, "binding"); e != NULL; e = xml_next(e, "binding")) {
        size_t i = 0;

        TRY(binding_value(compiler, scope, e, &name, &value, err));
        while (i < count && !text_equal(names[i], name))
            i++;
        if (i < count) {
            arguments[i] = value;
        } else if (is_strict(compiler->reader)) {
            return fail_parameter(e, name, names, count, err);
        } else {
            boxed->kind = BOXED_NULL; /* an argument too many: the call gives null */
            return BERM_OK;
        }
    }
    boxed->call =
        (struct boxed_call){.node = node, .arguments = arguments, .argument_count = count};
    return BERM_OK;
}

/* A context of the arguments whose result cell is `callee(name: argument, ...)`. */
static enum berm_status value_invocation(struct compiler *compiler, const struct feel_scope *scope,
                                         const xmlNode *element, const xmlNode *text_element,
                                         struct text callee, struct boxed *boxed,
                                         struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer call = {.cap_bytes = 1 << 20};
    struct arena *arena = compiler->reader->arena;
    struct boxed_context context = {0};
    struct boxed_entry *entries;
    struct feel_scope *inner;
    struct boxed *result;
    struct text *names, name;

    TRY(arena_new(arena, xml_count(element, "binding"), sizeof(*entries), &entries, err));
    TRY(arena_new(arena, xml_count(element, "binding"), sizeof(*names), &names, err));
    TRY(compile_scope_copy(compiler, scope, &inner, err));
    buffer_append_format(&call, "%.*s\n(", TEXT_ARG(callee));
    for (const xmlNode *e = xml_first(element, "binding"); e != NULL; e = xml_next(e, "binding")) {
        struct boxed_entry *entry = &entries[context.count];

        TRY(binding_value(compiler, inner, e, &name, &entry->value, err));
        TRY(text_format(arena, &names[context.count], err, "argument_%zu_", context.count + 1));
        TRY(compile_local(compiler, inner, names[context.count], NULL, &entry->slot, err));
        TRY(feel_scope_know_name(inner, name, err));
        buffer_append_format(&call, "%s%.*s: %.*s", context.count == 0 ? "" : ", ", TEXT_ARG(name),
                             TEXT_ARG(names[context.count]));
        entry->name = names[context.count++];
    }
    buffer_append_char(&call, ')');
    TRY(buffer_status(&call, err));
    TRY(arena_new(arena, 1, sizeof(*result), &result, err));
    result->kind = BOXED_LITERAL;
    TRY(compile_text(compiler, inner, text_element, buffer_text(&call), FEEL_EXPRESSION,
                     &result->literal, err));
    context.entries = entries;
    context.names = names;
    context.result = result;
    boxed->kind = BOXED_CONTEXT;
    boxed->context = context;
    return BERM_OK;
}

enum berm_status invocation_compile(struct compiler *compiler, const struct feel_scope *scope,
                                    const xmlNode *element, struct boxed *boxed,
                                    struct berm_error *err)
{
    const xmlNode *callee = xml_first(element, "literalExpression");
    const xmlNode *text_element;
    struct text text;

    TRY(xml_text_child(callee, compiler->reader->arena, &text, &text_element, err));
    text = text_trimmed(text);
    if (text.length == 0) {
        if (is_strict(compiler->reader))
            return xml_fail(element, err, BERM_INVALID_INPUT,
                            "The invocation does not say what to invoke; name a knowledge model.");
        boxed->kind = BOXED_NULL;
        return BERM_OK;
    }
    uint32_t node = compile_find_callable(compiler, text);
    if (node != NO_NODE)
        return node_invocation(compiler, scope, element, node, boxed, err);
    return value_invocation(compiler, scope, element, text_element, text, boxed, err);
}
