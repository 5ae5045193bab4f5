/*
 * Constant folding: a node whose operands are all constant is evaluated once, at compile time.
 *
 * It uses the interpreter itself, so a folded answer cannot differ. Loops, filters and functions
 * are left alone: what they cost is the run's to bound, not the compiler's.
 */
#include "policy/feel/builtins/builtins.h"
#include "policy/feel/machine.h"
#include "policy/feel/resolve.h"

enum { FOLD_STEPS_MAX = 10000 };

static bool is_constant(const struct node *node)
{
    return node == NULL || node->kind == NODE_CONSTANT;
}

static bool are_constant(const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (!is_constant(list->nodes[i]))
            return false;
    }
    return true;
}

static bool is_foldable(const struct node *node)
{
    switch ((enum node_kind)node->kind) {
    case NODE_PATH:
    case NODE_NEGATE:
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
    case NODE_DIVIDE:
    case NODE_POWER:
    case NODE_COMPARE:
    case NODE_IS_NULL:
    case NODE_AND:
    case NODE_OR:
    case NODE_BETWEEN:
    case NODE_IF:
    case NODE_RANGE:
        return is_constant(node->a) && is_constant(node->b) && is_constant(node->c);
    case NODE_LIST:
        return are_constant(&node->items);
    case NODE_CALL_BUILTIN:
        return builtin_is_pure(node->builtin) && are_constant(&node->arguments);
    default:
        return false;
    }
}

enum berm_status fold(struct resolver *resolver, struct node *node)
{
    struct feel_run run = {.arena = resolver->arena, .steps_left = FOLD_STEPS_MAX};
    struct machine machine = {.run = &run};
    struct feel_value value;

    if (!is_foldable(node))
        return BERM_OK;
    if (evaluate(&machine, node, &value) != BERM_OK)
        return BERM_OK; /* the run will meet the same limit, and say so */
    node->kind = NODE_CONSTANT;
    node->detail = 0;
    node->a = node->b = node->c = NULL;
    node->value = value;
    return BERM_OK;
}
