/*
 * Checking the tree of areas. One pass walks from each area towards its root until it meets an area
 * that is known to be fine or not, and comes back down with the answer; so each area is walked over
 * once. A rejected row puts an existing area back under its old parent, which may close a new
 * circle with other rows; therefore passes are repeated until one finds nothing.
 */
#include "service/import/area_tree.h"

#include <stdarg.h>
#include <stdio.h>

enum { PASSES_MAX = 50 }; /* then every move of an existing area is refused, which ends it */

enum node_state {
    NODE_UNKNOWN = 0,
    NODE_ON_PATH,
    NODE_FINE,
    NODE_BAD,
};

struct walk {
    struct area_node *nodes;
    size_t count;
    int32_t *path;
    size_t path_length;
    struct arena *arena;
    bool has_rejected;
};

enum berm_status area_node_reject(struct area_node *node, struct arena *arena,
                                  struct berm_error *err, const char *format, ...)
{
    char sentence[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    TRY(import_reject(arena, &node->row->row, IMPORT_FIELD_PARENT, err, "%s", sentence));
    if (node->was_there) {
        node->parent = node->parent_before;
        node->row = NULL;
    } else {
        node->is_dropped = true;
    }
    return BERM_OK;
}

/* Whether a row of the file, and not the register, says where this area lies. */
static bool is_placed_by_file(const struct area_node *node)
{
    return node->row != NULL && (!node->was_there || node->parent != node->parent_before);
}

/* Every area of a circle that a row put where it is. The circle is path[first] to the path's end.
 */
static enum berm_status reject_circle(struct walk *walk, size_t first, struct berm_error *err)
{
    for (size_t i = first; i < walk->path_length; i++) {
        struct area_node *node = &walk->nodes[walk->path[i]];
        struct text parent = walk->nodes[node->parent].area.code;

        node->state = node->was_there ? NODE_FINE : NODE_BAD; /* the next pass looks again */
        if (!is_placed_by_file(node))
            continue;
        TRY(area_node_reject(node, walk->arena, err,
                             "with \"%.*s\" as its parent the area lies inside itself; correct the "
                             "parent of one of the areas in this circle",
                             TEXT_ARG(parent)));
        walk->has_rejected = true;
    }
    return BERM_OK;
}

static enum berm_status reject_orphan(struct walk *walk, struct area_node *node,
                                      struct berm_error *err)
{
    node->state = node->was_there ? NODE_FINE : NODE_BAD;
    assert(is_placed_by_file(node)); /* only new areas are bad, and only rows name them */
    TRY(area_node_reject(node, walk->arena, err,
                         "the row of its parent \"%.*s\" was rejected; correct that row first",
                         TEXT_ARG(walk->nodes[node->parent].area.code)));
    walk->has_rejected = true;
    return BERM_OK;
}

/* Below too many levels: the row that brought it there is this area's, or one of those above. */
static enum berm_status reject_depth(struct walk *walk, struct area_node *node,
                                     struct berm_error *err)
{
    struct area_node *blamed = node;

    while (!is_placed_by_file(blamed) && blamed->parent != AREA_ROOT)
        blamed = &walk->nodes[blamed->parent];
    if (!is_placed_by_file(blamed))
        return fail_with(err, BERM_CORRUPT, "the register's areas are more than %d levels deep",
                         (int)AREA_DEPTH_MAX);
    TRY(area_node_reject(blamed, walk->arena, err,
                         "areas would lie more than %d levels deep; correct the parent",
                         (int)AREA_DEPTH_MAX));
    walk->has_rejected = true;
    if (!node->was_there && node->is_dropped)
        node->state = NODE_BAD;
    return BERM_OK;
}

/* The path is walked down again: each area's state follows from its parent's. */
static enum berm_status come_down(struct walk *walk, struct berm_error *err)
{
    while (walk->path_length > 0) {
        struct area_node *node = &walk->nodes[walk->path[--walk->path_length]];
        const struct area_node *parent =
            node->parent == AREA_ROOT ? NULL : &walk->nodes[node->parent];

        if (node->state != NODE_ON_PATH)
            continue; /* of a circle */
        node->level = parent == NULL ? 0 : parent->level + 1;
        if (parent != NULL && parent->state == NODE_BAD) {
            TRY(reject_orphan(walk, node, err));
            continue;
        }
        node->state = NODE_FINE;
        if (node->level >= AREA_DEPTH_MAX)
            TRY(reject_depth(walk, node, err));
    }
    return BERM_OK;
}

static enum berm_status visit(struct walk *walk, int32_t start, struct berm_error *err)
{
    int32_t at = start;

    walk->path_length = 0;
    while (at != AREA_ROOT && walk->nodes[at].state == NODE_UNKNOWN) {
        walk->nodes[at].state = NODE_ON_PATH;
        walk->path[walk->path_length++] = at;
        at = walk->nodes[at].parent;
    }
    if (at != AREA_ROOT && walk->nodes[at].state == NODE_ON_PATH) {
        size_t first = 0;

        while (walk->path[first] != at)
            first++;
        TRY(reject_circle(walk, first, err));
    }
    return come_down(walk, err);
}

static enum berm_status refuse_all_moves(struct walk *walk, struct berm_error *err)
{
    for (size_t i = 0; i < walk->count; i++) {
        struct area_node *node = &walk->nodes[i];

        if (!node->was_there || !is_placed_by_file(node))
            continue;
        TRY(area_node_reject(node, walk->arena, err,
                             "this move is tangled with other moves that were rejected; correct "
                             "those first and import this row again"));
    }
    return BERM_OK;
}

enum berm_status area_tree_check(struct area_node *nodes, size_t count, int32_t *scratch,
                                 struct arena *arena, struct berm_error *err)
{
    struct walk walk = {.nodes = nodes, .count = count, .path = scratch, .arena = arena};

    for (int pass = 0; pass == 0 || walk.has_rejected; pass++) {
        walk.has_rejected = false;
        if (pass == PASSES_MAX)
            TRY(refuse_all_moves(&walk, err));
        for (size_t i = 0; i < count; i++)
            nodes[i].state = nodes[i].is_dropped ? NODE_BAD : NODE_UNKNOWN;
        for (size_t i = 0; i < count; i++)
            TRY(visit(&walk, (int32_t)i, err));
    }
    return BERM_OK;
}
