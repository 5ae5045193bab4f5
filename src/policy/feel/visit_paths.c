/*
 * Which paths an expression reads, told from the tree alone.
 *
 * A variable that walks over a path ("m in members", a filter's element) stands for that path, so
 * "m.age" is reported as ("members", "age"). What is only walked over or counted is reported with
 * the entry "#", so that nobody materialises what its elements hold; what cannot be told (a whole
 * context handed to a function) is reported as the path so far.
 */
#include "policy/feel/ast.h"
#include "policy/feel/builtins/builtins.h"
#include "policy/feel/resolve.h"

enum { PATH_ENTRIES_MAX = 16 };

/** A slot and the entries behind it; slot NO_INDEX: not from a slot. */
struct origin {
    uint32_t slot;
    uint32_t count;
    struct text entries[PATH_ENTRIES_MAX];
};

/** Where the locals of one body come from. Only locals that stand for a path are listed. */
struct local_origin {
    uint32_t local;
    struct origin origin;
    struct local_origin *next;
};

struct path_walk {
    feel_path_visitor *visit;
    void *context;
    struct local_origin *locals;
};

static void walk(struct path_walk *walk_state, const struct node *node);

static struct origin nowhere(void)
{
    return (struct origin){.slot = NO_INDEX};
}

static struct origin origin_of_local(const struct path_walk *state, uint32_t local)
{
    for (const struct local_origin *at = state->locals; at != NULL; at = at->next) {
        if (at->local == local)
            return at->origin;
    }
    return nowhere();
}

static void extend(struct origin *origin, struct text entry)
{
    if (origin->slot != NO_INDEX && origin->count < PATH_ENTRIES_MAX)
        origin->entries[origin->count++] = entry;
}

/** What the node's value (or each of its elements) is a path to. */
static struct origin origin_of(const struct path_walk *state, const struct node *node)
{
    struct origin origin = nowhere();

    switch (node->kind) {
    case NODE_SLOT:
        origin.slot = node->index;
        return origin;
    case NODE_LOCAL:
        return origin_of_local(state, node->index);
    case NODE_FILTER:
        return origin_of(state, node->a);
    case NODE_PATH:
        origin = origin_of(state, node->a);
        extend(&origin, node->name);
        return origin;
    case NODE_ITEM_ENTRY:
        origin = origin_of_local(state, node->index);
        extend(&origin, node->name);
        return origin;
    default:
        return origin;
    }
}

static void report(struct path_walk *state, const struct node *node)
{
    struct origin origin = origin_of(state, node);

    if (origin.slot != NO_INDEX)
        state->visit(state->context, origin.slot, origin.entries, origin.count);
}

static void walk_below_path(struct path_walk *state, const struct node *node);

/** A list of which only the number of elements matters here. */
static void walk_counted(struct path_walk *state, const struct node *node)
{
    struct origin origin = origin_of(state, node);

    if (origin.slot == NO_INDEX) {
        walk(state, node);
        return;
    }
    extend(&origin, TEXT("#"));
    state->visit(state->context, origin.slot, origin.entries, origin.count);
    walk_below_path(state, node);
}

/** What stands below a path: conditions of filters, and expressions that are no path. */
static void walk_below_path(struct path_walk *state, const struct node *node)
{
    while (node->kind == NODE_PATH)
        node = node->a;
    if (node->kind == NODE_FILTER) {
        struct local_origin item = {
            .local = node->index, .origin = origin_of(state, node->a), .next = state->locals};

        walk_below_path(state, node->a);
        state->locals = &item;
        walk(state, node->b);
        state->locals = item.next;
    } else if (node->kind == NODE_ITEM_ENTRY) {
        walk(state, node->a);
    } else if (node->kind != NODE_SLOT && node->kind != NODE_LOCAL) {
        walk(state, node);
    }
}

static void walk_list(struct path_walk *state, const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->nodes[i] != NULL)
            walk(state, list->nodes[i]);
    }
}

static void walk_loop(struct path_walk *state, const struct node *node, uint32_t level)
{
    struct local_origin variable;

    if (level == node->iterator_count) {
        walk(state, node->a);
        return;
    }
    walk_counted(state, node->iterators[level].from);
    if (node->iterators[level].to != NULL)
        walk(state, node->iterators[level].to);
    variable = (struct local_origin){
        .local = node->iterators[level].local,
        .origin = origin_of(state, node->iterators[level].from),
        .next = state->locals,
    };
    state->locals = &variable;
    walk_loop(state, node, level + 1);
    state->locals = variable.next;
}

static void walk_captures(struct path_walk *state, const struct function_node *function,
                          uint32_t at, struct path_walk *inner)
{
    struct local_origin captured;

    if (at == function->capture_count) {
        walk(inner, function->body);
        return;
    }
    captured.local = function->captures[at].local;
    captured.next = inner->locals;
    if (function->captures[at].is_slot)
        captured.origin = (struct origin){.slot = function->captures[at].from};
    else
        captured.origin = origin_of_local(state, function->captures[at].from);
    inner->locals = &captured;
    if (at < 64) /* more captures than that are reported as far as they are known */
        walk_captures(state, function, at + 1, inner);
    else
        walk(inner, function->body);
    inner->locals = captured.next;
}

static void walk_context(struct path_walk *state, const struct node *node, uint32_t at)
{
    struct local_origin entry;

    if (at == node->entry_count)
        return;
    walk(state, node->entries[at].value);
    if (at >= HEIGHT_MAX || node->entries[at].local == NO_INDEX) {
        for (uint32_t i = at + 1; i < node->entry_count; i++)
            walk(state, node->entries[i].value);
        return;
    }
    entry = (struct local_origin){.local = node->entries[at].local,
                                  .origin = origin_of(state, node->entries[at].value),
                                  .next = state->locals};
    state->locals = &entry;
    walk_context(state, node, at + 1);
    state->locals = entry.next;
}

static void walk(struct path_walk *state, const struct node *node)
{
    switch ((enum node_kind)node->kind) {
    case NODE_CONSTANT:
        return;
    case NODE_SLOT:
    case NODE_LOCAL:
    case NODE_PATH:
    case NODE_FILTER:
    case NODE_ITEM_ENTRY:
        report(state, node);
        walk_below_path(state, node);
        return;
    case NODE_LIST:
    case NODE_TESTS:
        walk_list(state, &node->items);
        return;
    case NODE_IN:
        walk(state, node->a);
        walk_list(state, &node->items);
        return;
    case NODE_CALL:
        walk(state, node->a);
        walk_list(state, &node->arguments);
        return;
    case NODE_CALL_BUILTIN:
        if (node->builtin->function == builtin_count && node->arguments.count == 1)
            walk_counted(state, node->arguments.nodes[0]);
        else
            walk_list(state, &node->arguments);
        return;
    case NODE_CONTEXT:
        walk_context(state, node, 0);
        return;
    case NODE_FOR:
    case NODE_SOME:
    case NODE_EVERY:
        walk_loop(state, node, 0);
        return;
    case NODE_FUNCTION: {
        struct path_walk inner = {.visit = state->visit, .context = state->context};

        walk_captures(state, node->function, 0, &inner);
        return;
    }
    default:
        break;
    }
    if (node->a != NULL)
        walk(state, node->a);
    if (node->b != NULL)
        walk(state, node->b);
    if (node->c != NULL)
        walk(state, node->c);
}

void feel_visit_paths(const struct feel_expression *expression, feel_path_visitor *visit,
                      void *context)
{
    struct path_walk state = {.visit = visit, .context = context};

    if (expression->body.body != NULL)
        walk(&state, expression->body.body);
}
