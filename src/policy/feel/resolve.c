/*
 * Resolving a tree: every name gets its place, every path of a declared type its entry, every call
 * of a built-in function its overload and the order of its arguments; what is constant is folded.
 *
 * Types are followed only as far as declarations go (slots, paths, elements of lists): that is
 * enough to find entries by place and to tell a misspelt entry from one that may be there.
 */
#include "policy/feel/resolve.h"

#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/lexer.h"

/* ---- Bindings -------------------------------------------------------------------------------- */

enum berm_status new_local(struct resolver *resolver, uint32_t *ret_local)
{
    struct function_node *function = resolver->frame->function;

    if (function->local_count >= LOCALS_MAX)
        return fail_with(resolver->err, BERM_LIMIT,
                         "an expression may have %d variables; split it into several", LOCALS_MAX);
    *ret_local = function->local_count++;
    return BERM_OK;
}

enum berm_status bind_local(struct resolver *resolver, struct text name,
                            const struct feel_type *type, bool is_item, uint32_t *ret_local)
{
    struct frame *frame = resolver->frame;

    if (frame->count == frame->capacity) {
        size_t capacity = frame->capacity > 0 ? frame->capacity * 2 : 8;
        struct binding *grown;

        TRY(arena_new(resolver->arena, capacity, sizeof *grown, &grown, resolver->err));
        if (frame->count > 0)
            memcpy(grown, frame->bindings, frame->count * sizeof *grown);
        frame->bindings = grown;
        frame->capacity = capacity;
    }
    if (*ret_local == NO_INDEX)
        TRY(new_local(resolver, ret_local));
    frame->bindings[frame->count++] =
        (struct binding){.name = name, .local = *ret_local, .type = type, .is_item = is_item};
    return BERM_OK;
}

void unbind(struct resolver *resolver, size_t count)
{
    resolver->frame->count = count;
}

/* ---- Paths ----------------------------------------------------------------------------------- */

static enum berm_status fail_unknown_entry(struct resolver *resolver, const struct node *node,
                                           const struct feel_type *type)
{
    struct text *candidates;
    int nearest;

    TRY(arena_new(resolver->arena, type->member_count, sizeof *candidates, &candidates,
                  resolver->err));
    for (size_t i = 0; i < type->member_count; i++)
        candidates[i] = type->members[i].name;
    nearest = text_nearest(node->name, candidates, type->member_count);
    if (nearest >= 0)
        return fail_in_text(resolver->err, resolver->text, node->position + 1,
                            "there is no entry \"%.*s\" here; did you mean \"%.*s\"?",
                            TEXT_ARG(node->name), TEXT_ARG(candidates[nearest]));
    return fail_in_text(resolver->err, resolver->text, node->position + 1,
                        "there is no entry \"%.*s\" here; add it to the dictionary or correct it",
                        TEXT_ARG(node->name));
}

static enum berm_status resolve_path(struct resolver *resolver, struct node *node)
{
    const struct feel_type *type;

    TRY(resolve(resolver, node->a));
    type = element_type(node->a->type);
    if (type == NULL || type->kind != FEEL_TYPE_CONTEXT || type->member_count == 0)
        return BERM_OK;
    for (size_t i = 0; i < type->member_count; i++) {
        if (!text_equal(type->members[i].name, node->name))
            continue;
        node->name = type->members[i].name; /* the type's own bytes: found by pointer */
        node->index = (uint32_t)i;
        node->type = type->members[i].type;
        return BERM_OK;
    }
    if (resolver->strictness == FEEL_STRICT)
        return fail_unknown_entry(resolver, node, type);
    return BERM_OK;
}

static enum berm_status resolve_filter(struct resolver *resolver, struct node *node)
{
    size_t bindings = resolver->frame->count;
    const struct feel_type *type;

    TRY(resolve(resolver, node->a));
    type = node->a->type;
    if (type != NULL && type->kind == FEEL_TYPE_LIST)
        type = type->element;
    node->index = NO_INDEX;
    TRY(bind_local(resolver, TEXT("item"), type, false, &node->index));
    TRY(bind_local(resolver, TEXT("item"), type, true, &node->index));
    TRY(resolve(resolver, node->b));
    unbind(resolver, bindings);
    node->type = node->a->type;
    return BERM_OK;
}

/* ---- Loops, contexts, functions -------------------------------------------------------------- */

static enum berm_status resolve_loop(struct resolver *resolver, struct node *node)
{
    size_t bindings = resolver->frame->count;
    size_t partial = 0;

    for (uint32_t i = 0; i < node->iterator_count; i++) {
        struct iterator *iterator = &node->iterators[i];
        const struct feel_type *type;

        TRY(resolve(resolver, iterator->from));
        if (iterator->to != NULL)
            TRY(resolve(resolver, iterator->to));
        type = iterator->from->type;
        if (type != NULL && type->kind == FEEL_TYPE_LIST)
            type = type->element;
        iterator->local = NO_INDEX;
        TRY(bind_local(resolver, iterator->name, type, false, &iterator->local));
    }
    node->partial = NO_INDEX;
    if (node->kind == NODE_FOR) {
        partial = resolver->frame->count;
        TRY(bind_local(resolver, TEXT("partial"), NULL, false, &node->partial));
    }
    TRY(resolve(resolver, node->a));
    if (node->kind == NODE_FOR && !resolver->frame->bindings[partial].is_used)
        node->partial = NO_INDEX;
    unbind(resolver, bindings);
    return BERM_OK;
}

static enum berm_status resolve_context(struct resolver *resolver, struct node *node)
{
    size_t bindings = resolver->frame->count;

    for (uint32_t i = 0; i < node->entry_count; i++) {
        struct context_entry *entry = &node->entries[i];

        for (uint32_t j = 0; j < i; j++) {
            if (!text_equal(node->entries[j].name, entry->name))
                continue;
            if (resolver->strictness == FEEL_STRICT)
                return fail_in_text(resolver->err, resolver->text, entry->value->position,
                                    "the context has two entries \"%.*s\"; rename one",
                                    TEXT_ARG(entry->name));
            node->kind = NODE_CONSTANT; /* such a context is null */
            node->detail = 0;
            node->value = feel_null();
            unbind(resolver, bindings);
            return BERM_OK;
        }
        entry->local = NO_INDEX;
        if (entry->value->kind == NODE_FUNCTION) { /* it may call itself */
            TRY(bind_local(resolver, entry->name, NULL, false, &entry->local));
            TRY(resolve(resolver, entry->value));
            continue;
        }
        TRY(resolve(resolver, entry->value));
        TRY(bind_local(resolver, entry->name, entry->value->type, false, &entry->local));
    }
    unbind(resolver, bindings);
    return BERM_OK;
}

static enum berm_status resolve_in_frame(struct resolver *resolver, struct function_node *body)
{
    for (uint32_t i = 0; i < body->parameter_count; i++) {
        uint32_t local = NO_INDEX;

        TRY(bind_local(resolver, body->parameters[i], body->types[i], false, &local));
    }
    return resolve(resolver, body->body);
}

enum berm_status resolve_body(struct resolver *resolver, struct function_node *body)
{
    struct frame frame = {.outer = resolver->frame, .function = body};
    enum berm_status status;

    resolver->frame = &frame; // cppcheck-suppress autoVariables ; taken back below
    status = resolve_in_frame(resolver, body);
    resolver->frame = frame.outer;
    return status;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static enum berm_status fail_no_overload(struct resolver *resolver, const struct node *node,
                                         const struct builtin *builtin)
{
    return fail_in_text(resolver->err, resolver->text, node->position,
                        "%.*s cannot be called like this; it takes (%s)%s", TEXT_ARG(builtin->name),
                        builtin->parameters, node->argument_names != NULL ? " by these names" : "");
}

static enum berm_status place_arguments(struct resolver *resolver, struct node *node,
                                        const struct builtin *builtin, const uint32_t *places)
{
    uint32_t count = node->arguments.count;
    struct node **ordered;
    uint32_t last = 0;

    for (uint32_t i = 0; i < count; i++)
        last = places[i] + 1 > last ? places[i] + 1 : last;
    TRY(arena_new(resolver->arena, last, sizeof(struct node *), &ordered, resolver->err));
    node->given = 0;
    for (uint32_t i = 0; i < count; i++) {
        ordered[places[i]] = node->arguments.nodes[i];
        node->given |= UINT64_C(1) << places[i];
    }
    node->arguments.nodes = ordered;
    node->arguments.count = last;
    node->builtin = builtin;
    node->kind = NODE_CALL_BUILTIN;
    return BERM_OK;
}

enum { NAMED_ARGUMENTS_MAX = 16 };

static enum berm_status resolve_builtin_call(struct resolver *resolver, struct node *node,
                                             const struct builtin *first)
{
    uint32_t places[NAMED_ARGUMENTS_MAX];
    const struct builtin *builtin = NULL;

    if (node->argument_names == NULL) {
        builtin = builtin_with_count(first->name, node->arguments.count);
        if (builtin != NULL) {
            node->builtin = builtin;
            node->given = UINT64_MAX;
            node->kind = NODE_CALL_BUILTIN;
            return BERM_OK;
        }
    } else if (node->arguments.count <= NAMED_ARGUMENTS_MAX) {
        builtin =
            builtin_with_names(first->name, node->argument_names, node->arguments.count, places);
        if (builtin != NULL)
            return place_arguments(resolver, node, builtin, places);
    }
    if (resolver->strictness == FEEL_STRICT)
        return fail_no_overload(resolver, node, first);
    node->kind = NODE_CONSTANT;
    node->detail = 0;
    node->value = feel_null();
    return BERM_OK;
}

enum berm_status resolve_call(struct resolver *resolver, struct node *node)
{
    for (uint32_t i = 0; i < node->arguments.count; i++)
        TRY(resolve(resolver, node->arguments.nodes[i]));
    if (node->a->kind == NODE_NAME && !is_variable(resolver, node->a->name)) {
        const struct builtin *builtin = builtin_find(node->a->name);

        if (builtin != NULL)
            return resolve_builtin_call(resolver, node, builtin);
    }
    return resolve(resolver, node->a);
}

/* ---- Dispatch -------------------------------------------------------------------------------- */

static bool is_null_literal(const struct node *node)
{
    return node->kind == NODE_CONSTANT && node->detail == CONSTANT_IS_LITERAL;
}

/** x = null and null != x, written out, are known whatever x is. */
static void find_null_test(struct node *node)
{
    if (node->detail != COMPARISON_EQUAL && node->detail != COMPARISON_NOT_EQUAL)
        return;
    if (is_null_literal(node->b)) {
        node->kind = NODE_IS_NULL;
    } else if (is_null_literal(node->a)) {
        node->kind = NODE_IS_NULL;
        node->a = node->b;
    }
    if (node->kind == NODE_IS_NULL)
        node->b = NULL;
}

static enum berm_status resolve_list(struct resolver *resolver, struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        TRY(resolve(resolver, list->nodes[i]));
    return BERM_OK;
}

static enum berm_status resolve_in(struct resolver *resolver, struct node *node)
{
    size_t bindings = resolver->frame->count;
    bool uses_input = false;

    TRY(resolve(resolver, node->a));
    for (uint32_t i = 0; i < node->items.count; i++)
        uses_input = uses_input || node->items.nodes[i]->uses_input;
    if (uses_input)
        TRY(bind_local(resolver, TEXT("?"), NULL, false, &node->index));
    TRY(resolve_list(resolver, &node->items));
    unbind(resolver, bindings);
    return BERM_OK;
}

static enum berm_status resolve_operands(struct resolver *resolver, struct node *node)
{
    if (node->a != NULL)
        TRY(resolve(resolver, node->a));
    if (node->b != NULL)
        TRY(resolve(resolver, node->b));
    if (node->c != NULL)
        TRY(resolve(resolver, node->c));
    return BERM_OK;
}

enum berm_status resolve(struct resolver *resolver, struct node *node)
{
    switch ((enum node_kind)node->kind) {
    case NODE_NAME:
        return resolve_name(resolver, node);
    case NODE_PATH:
        TRY(resolve_path(resolver, node));
        break;
    case NODE_FILTER:
        TRY(resolve_filter(resolver, node));
        break;
    case NODE_FOR:
    case NODE_SOME:
    case NODE_EVERY:
        TRY(resolve_loop(resolver, node));
        break;
    case NODE_CONTEXT:
        TRY(resolve_context(resolver, node));
        break;
    case NODE_FUNCTION:
        TRY(resolve_body(resolver, node->function));
        break;
    case NODE_CALL:
        TRY(resolve_call(resolver, node));
        break;
    case NODE_LIST:
    case NODE_TESTS:
        TRY(resolve_list(resolver, &node->items));
        break;
    case NODE_IN:
        TRY(resolve_in(resolver, node));
        break;
    case NODE_COMPARE:
        find_null_test(node);
        TRY(resolve_operands(resolver, node));
        break;
    case NODE_IF:
        TRY(resolve_operands(resolver, node));
        node->type = node->b->type == node->c->type ? node->b->type : NULL;
        break;
    default:
        TRY(resolve_operands(resolver, node));
        break;
    }
    return fold(resolver, node);
}
