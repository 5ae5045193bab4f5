/*
 * Resolving one name: bindings of this body from the innermost outwards, then those of the bodies
 * around it (which the function then captures), then the scope's slots, then built-in functions.
 *
 * In a filter, entries of the element come first. Where the element's type is declared, that is
 * settled here; where it is not, the interpreter looks at the element and falls back to what the
 * name means outside.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/lexer.h"
#include "policy/feel/resolve.h"

const struct feel_type *element_type(const struct feel_type *type)
{
    while (type != NULL && type->kind == FEEL_TYPE_LIST)
        type = type->element;
    return type;
}

static enum berm_status name_node(struct resolver *resolver, enum node_kind kind,
                                  const struct node *like, struct node **ret_node)
{
    TRY(arena_new(resolver->arena, 1, sizeof **ret_node, ret_node, resolver->err));
    (*ret_node)->kind = (uint8_t)kind;
    (*ret_node)->position = like->position;
    (*ret_node)->height = 1;
    (*ret_node)->uses_input = like->uses_input;
    (*ret_node)->index = NO_INDEX;
    (*ret_node)->name = like->name;
    return BERM_OK;
}

/* ---- Captures -------------------------------------------------------------------------------- */

static enum berm_status capture(struct resolver *resolver, struct frame *frame, bool is_slot,
                                uint32_t from, uint32_t *ret_local)
{
    struct function_node *function = frame->function;
    struct capture *added;

    for (uint32_t i = 0; i < function->capture_count; i++) {
        if (function->captures[i].is_slot == is_slot && function->captures[i].from == from) {
            *ret_local = function->captures[i].local;
            return BERM_OK;
        }
    }
    if (function->capture_count == frame->capture_capacity) {
        uint32_t capacity = frame->capture_capacity > 0 ? frame->capture_capacity * 2 : 4;
        struct capture *grown;

        TRY(arena_new(resolver->arena, capacity, sizeof *grown, &grown, resolver->err));
        if (function->capture_count > 0)
            memcpy(grown, function->captures, function->capture_count * sizeof *grown);
        function->captures = grown;
        frame->capture_capacity = capacity;
    }
    added = &function->captures[function->capture_count++];
    added->is_slot = is_slot;
    added->from = from;
    added->local = function->local_count++;
    *ret_local = added->local;
    return BERM_OK;
}

/** A name resolved in the frame around `frame`, as the function of `frame` sees it. */
static enum berm_status capture_node(struct resolver *resolver, struct frame *frame,
                                     struct node *node)
{
    uint32_t local;

    switch (node->kind) {
    case NODE_SLOT:
    case NODE_LOCAL:
        TRY(capture(resolver, frame, node->kind == NODE_SLOT, node->index, &local));
        node->kind = NODE_LOCAL;
        node->index = local;
        return BERM_OK;
    case NODE_ITEM_ENTRY:
        TRY(capture(resolver, frame, false, node->index, &local));
        node->index = local;
        return capture_node(resolver, frame, node->a);
    case NODE_PATH:
        return capture_node(resolver, frame, node->a);
    default:
        return BERM_OK;
    }
}

/* ---- Looking up ------------------------------------------------------------------------------ */

static const struct feel_type_member *find_member(const struct feel_type *type, struct text name,
                                                  uint32_t *ret_index)
{
    if (type == NULL || type->kind != FEEL_TYPE_CONTEXT)
        return NULL;
    for (size_t i = 0; i < type->member_count; i++) {
        if (text_equal(type->members[i].name, name)) {
            *ret_index = (uint32_t)i;
            return &type->members[i];
        }
    }
    return NULL;
}

/** Could a value of the type be a context with entries that the type does not tell? */
static bool may_have_entries(const struct resolver *resolver, const struct feel_type *type)
{
    if (type == NULL || type->kind == FEEL_TYPE_ANY)
        return true;
    if (type->kind != FEEL_TYPE_CONTEXT)
        return false;
    return type->member_count == 0 || resolver->strictness == FEEL_LENIENT;
}

static enum berm_status look_up(struct resolver *resolver, struct frame *frame, size_t bindings,
                                const struct node *like, struct node **ret_node);

/** The name as an entry of the filter's element `binding`; *ret_node NULL: it is none. */
static enum berm_status look_up_entry(struct resolver *resolver, struct frame *frame, size_t at,
                                      const struct node *like, struct node **ret_node)
{
    struct binding *binding = &frame->bindings[at];
    const struct feel_type *type = element_type(binding->type);
    const struct feel_type_member *member;
    struct node *item;
    uint32_t index;

    *ret_node = NULL;
    member = find_member(type, like->name, &index);
    if (member != NULL) {
        TRY(name_node(resolver, NODE_LOCAL, like, &item));
        item->index = binding->local;
        item->type = type;
        TRY(name_node(resolver, NODE_PATH, like, ret_node));
        (*ret_node)->a = item;
        (*ret_node)->name = member->name;
        (*ret_node)->index = index;
        (*ret_node)->type = member->type;
        return BERM_OK;
    }
    if (!may_have_entries(resolver, type))
        return BERM_OK;
    TRY(name_node(resolver, NODE_ITEM_ENTRY, like, ret_node));
    (*ret_node)->index = binding->local;
    return look_up(resolver, frame, at, like, &(*ret_node)->a);
}

static enum berm_status look_up_outside(struct resolver *resolver, const struct node *like,
                                        struct node **ret_node)
{
    const struct scope_name *found = scope_find(resolver->scope, like->name);
    const struct builtin *builtin;
    struct feel_function *function;

    *ret_node = NULL;
    if (found != NULL) {
        TRY(name_node(resolver, NODE_SLOT, like, ret_node));
        (*ret_node)->index = found->slot;
        (*ret_node)->type = found->type;
        return BERM_OK;
    }
    builtin = builtin_find(like->name);
    TRY(name_node(resolver, NODE_CONSTANT, like, ret_node));
    if (builtin == NULL) {
        (*ret_node)->kind = NODE_NAME; /* unknown; the caller decides what that means */
        return BERM_OK;
    }
    TRY(arena_new(resolver->arena, 1, sizeof *function, &function, resolver->err));
    function->kind = FUNCTION_BUILTIN;
    function->builtin = builtin;
    (*ret_node)->value = (struct feel_value){.kind = FEEL_FUNCTION, .function = function};
    return BERM_OK;
}

/** In the first `bindings` bindings of the frame, then outside. */
static enum berm_status look_up(struct resolver *resolver, struct frame *frame, size_t bindings,
                                const struct node *like, struct node **ret_node)
{
    while (bindings-- > 0) {
        struct binding *binding = &frame->bindings[bindings];

        if (binding->is_item) {
            TRY(look_up_entry(resolver, frame, bindings, like, ret_node));
            if (*ret_node != NULL)
                return BERM_OK;
        } else if (text_equal(binding->name, like->name)) {
            TRY(name_node(resolver, NODE_LOCAL, like, ret_node));
            (*ret_node)->index = binding->local;
            (*ret_node)->type = binding->type;
            binding->is_used = true;
            return BERM_OK;
        }
    }
    if (frame->outer == NULL)
        return look_up_outside(resolver, like, ret_node);
    TRY(look_up(resolver, frame->outer, frame->outer->count, like, ret_node));
    return capture_node(resolver, frame, *ret_node);
}

bool is_variable(const struct resolver *resolver, struct text name)
{
    for (const struct frame *frame = resolver->frame; frame != NULL; frame = frame->outer) {
        for (size_t i = 0; i < frame->count; i++) {
            if (!frame->bindings[i].is_item && text_equal(frame->bindings[i].name, name))
                return true;
        }
    }
    return scope_find(resolver->scope, name) != NULL;
}

/* ---- Unknown names --------------------------------------------------------------------------- */

enum { CANDIDATES_MAX = 1024 };

static void add_candidate(struct text *candidates, size_t *count, struct text name)
{
    if (*count < CANDIDATES_MAX && name.length > 0)
        candidates[(*count)++] = name;
}

static enum berm_status fail_unknown_name(struct resolver *resolver, const struct node *node)
{
    struct text *candidates;
    size_t count = 0;
    int nearest;

    TRY(arena_new(resolver->arena, CANDIDATES_MAX, sizeof *candidates, &candidates, resolver->err));
    for (const struct frame *frame = resolver->frame; frame != NULL; frame = frame->outer) {
        for (size_t i = 0; i < frame->count; i++) {
            const struct feel_type *type = element_type(frame->bindings[i].type);

            if (!frame->bindings[i].is_item) {
                add_candidate(candidates, &count, frame->bindings[i].name);
                continue;
            }
            for (size_t j = 0;
                 type != NULL && type->kind == FEEL_TYPE_CONTEXT && j < type->member_count; j++)
                add_candidate(candidates, &count, type->members[j].name);
        }
    }
    for (size_t i = 0; i < resolver->scope->name_count; i++)
        add_candidate(candidates, &count, resolver->scope->names[i].name);
    for (size_t i = 0; i < builtin_table_count(); i++)
        add_candidate(candidates, &count, builtin_table_at(i)->name);
    nearest = text_nearest(node->name, candidates, count);
    if (nearest >= 0)
        return fail_in_text(resolver->err, resolver->text, node->position,
                            "the name \"%.*s\" is not known; did you mean \"%.*s\"?",
                            TEXT_ARG(node->name), TEXT_ARG(candidates[nearest]));
    return fail_in_text(resolver->err, resolver->text, node->position,
                        "the name \"%.*s\" is not known; declare it as an input or correct it",
                        TEXT_ARG(node->name));
}

/** Unknown names in the tree that a look-up made: an error, or null. */
static enum berm_status settle_unknown(struct resolver *resolver, struct node *node)
{
    if (node->kind == NODE_ITEM_ENTRY) {
        /* The element may have the entry when it runs, so this name is not unknown for sure. */
        if (node->a->kind == NODE_NAME) {
            node->a->kind = NODE_CONSTANT;
            node->a->value = feel_null();
            return BERM_OK;
        }
        return settle_unknown(resolver, node->a);
    }
    if (node->kind != NODE_NAME)
        return BERM_OK;
    if (resolver->strictness == FEEL_STRICT)
        return fail_unknown_name(resolver, node);
    node->kind = NODE_CONSTANT;
    node->value = feel_null();
    return BERM_OK;
}

enum berm_status resolve_name(struct resolver *resolver, struct node *node)
{
    struct node *found;

    TRY(look_up(resolver, resolver->frame, resolver->frame->count, node, &found));
    TRY(settle_unknown(resolver, found));
    *node = *found;
    return BERM_OK;
}
