/*
 * The logic of each node: the scope that its requirements make, then its expression. A scope knows
 * the names of types, of the entries that required values may have, and of the bindings, which get
 * the first slots.
 */
#include "reader.h"

#include <ctype.h>

static bool is_plain_name(struct text name)
{
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.bytes[i];

        if (c < 0x80 && !isalnum(c) && c != '_')
            return false;
    }
    return true;
}

/* Names with spaces and signs that contexts, relations and tables below an element give their
 * entries: the lexer must know them wherever such a value may be used. */
static enum berm_status know_entry_names(struct reader *reader, struct feel_scope *scope,
                                         const xmlNode *element, struct berm_error *err)
{
    for (const xmlNode *e = xml_first_element(element); e != NULL; e = xml_next_element(e)) {
        struct text name = TEXT("");

        if (xml_is(e, "variable") || xml_is(e, "output") || xml_is(e, "column"))
            TRY(xml_name(e, "name", reader->arena, &name, err));
        if (!is_plain_name(name))
            TRY(feel_scope_know_name(scope, name, err));
        if (!xml_is(e, "rule"))
            TRY(know_entry_names(reader, scope, e, err));
    }
    return BERM_OK;
}

static enum berm_status import_binding_type(struct reader *reader, const struct binding *binding,
                                            const struct feel_type **ret_type,
                                            struct berm_error *err)
{
    struct feel_type_member *members;
    struct feel_type *type;

    TRY(arena_new(reader->arena, 1, sizeof(*type), &type, err));
    TRY(arena_new(reader->arena, binding->count, sizeof(*members), &members, err));
    for (size_t i = 0; i < binding->count; i++) {
        const struct node *node = &reader->nodes[binding->nodes[i]];

        members[i].name = binding->names[i];
        members[i].type = node->type != NULL && node->kind != NODE_KNOWLEDGE
                              ? node->type
                              : feel_type_by_name(TEXT("Any"));
    }
    *type = (struct feel_type){
        .kind = FEEL_TYPE_CONTEXT, .members = members, .member_count = binding->count};
    *ret_type = type;
    return BERM_OK;
}

static enum berm_status bindings_scope(struct compiler *compiler, struct feel_scope **ret_scope,
                                       struct berm_error *err)
{
    struct reader *reader = compiler->reader;
    struct feel_scope *scope;
    uint32_t slot;

    TRY(feel_scope_copy(reader->arena, compiler->part->scope, &scope, err));
    for (size_t i = 0; i < compiler->binding_count; i++) {
        const struct binding *binding = &compiler->bindings[i];
        const struct feel_type *type = NULL;

        if (binding->node == NO_NODE) {
            TRY(import_binding_type(reader, binding, &type, err));
        } else {
            const struct node *node = &reader->nodes[binding->node];

            /* The type on a function's variable is mostly that of its result: not used. */
            if (node->kind == NODE_INPUT || node->kind == NODE_DECISION)
                type = node->type;
            TRY(know_entry_names(reader, scope, reader->elements[binding->node], err));
        }
        TRY(feel_scope_add(scope, binding->name, type, &slot, err));
        assert(slot == i);
    }
    compile_note_frame(compiler, scope);
    *ret_scope = scope;
    return BERM_OK;
}

static enum berm_status decision_compile(struct compiler *compiler, struct feel_scope *scope,
                                         const xmlNode *element, struct node *node,
                                         struct berm_error *err)
{
    const xmlNode *body = boxed_child(element);

    if (body == NULL) {
        if (is_strict(compiler->reader))
            return xml_fail(element, err, BERM_INVALID_INPUT,
                            "The decision has no logic; give it a literal expression or a table.");
        return BERM_OK;
    }
    return boxed_compile(compiler, scope, body, &node->logic.body, err);
}

static enum berm_status knowledge_compile(struct compiler *compiler, struct feel_scope *scope,
                                          const xmlNode *element, struct node *node,
                                          struct berm_error *err)
{
    const xmlNode *logic = xml_first(element, "encapsulatedLogic");
    const xmlNode *body = logic == NULL ? NULL : boxed_child(logic);
    struct logic *ret = &node->logic;
    uint32_t slot;

    if (body == NULL) {
        if (is_strict(compiler->reader))
            return xml_fail(element, err, BERM_INVALID_INPUT,
                            "The knowledge model has no logic; give it an encapsulated logic.");
        return BERM_OK;
    }
    TRY(boxed_formal_parameters(compiler, logic, &ret->parameters, &ret->parameter_types,
                                &ret->parameter_count, err));
    for (size_t i = 0; i < ret->parameter_count; i++) {
        TRY(compile_local(compiler, scope, ret->parameters[i], ret->parameter_types[i], &slot,
                          err));
        assert(slot == compiler->binding_count + i);
    }
    TRY(type_of_attribute(compiler->reader, compiler->part, logic, "typeRef", &ret->result_type,
                          err));
    ret->result_type = boxed_result_type(ret->result_type != NULL ? ret->result_type : node->type);
    if (xml_has_attribute(logic, "kind") && !xml_attribute_is(logic, "kind", "FEEL"))
        return boxed_compile(compiler, scope, NULL, &ret->body, err);
    return boxed_compile(compiler, scope, body, &ret->body, err);
}

enum berm_status compile_all(struct reader *reader, struct berm_error *err)
{
    for (uint32_t i = 0; i < reader->node_count; i++) {
        struct node *node = &reader->nodes[i];
        struct compiler compiler = {.reader = reader,
                                    .part = &reader->parts[node->part],
                                    .node = node,
                                    .bindings = node->logic.bindings,
                                    .binding_count = node->logic.binding_count};
        struct feel_scope *scope;
        enum berm_status status;

        if (node->kind != NODE_DECISION && node->kind != NODE_KNOWLEDGE)
            continue;
        TRY(bindings_scope(&compiler, &scope, err));
        TRY(know_entry_names(reader, scope, reader->elements[i], err));
        status = node->kind == NODE_DECISION
                     ? decision_compile(&compiler, scope, reader->elements[i], node, err)
                     : knowledge_compile(&compiler, scope, reader->elements[i], node, err);
        if (status != BERM_OK)
            return fail_within(err, status, "%s '%.*s'",
                               node->kind == NODE_DECISION ? "decision" : "knowledge model",
                               TEXT_ARG(node->name));
        node->logic.frame_size = compiler.frame_size;
    }
    return BERM_OK;
}
