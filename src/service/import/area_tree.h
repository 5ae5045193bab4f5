/* Whether the parents that a file names make a forest. Private to service; no input or output. */
#ifndef SERVICE_IMPORT_AREA_TREE_H
#define SERVICE_IMPORT_AREA_TREE_H

#include "service/import/private.h"

enum { AREA_ROOT = -1 }; /* in place of a parent's position */

/** An area of the register, of the file, or of both. Names one another by position. */
struct area_node {
    struct area area;        /* as it is to become; parent_id and positions come last */
    struct import_area *row; /* NULL: the file does not name it */
    int32_t parent;          /* as the file says, where it says something */
    int32_t parent_before;   /* of an area that was there */
    bool was_there;
    bool is_dropped; /* new, and its row was rejected */
    uint8_t state;   /* used while looking */
    int32_t level;
};

/**
 * Reject the rows whose parents cannot be: a circle, a parent that was rejected, too many levels.
 * An area that was there keeps its old parent then; a new one is dropped.
 * Owner   reasons in arena; scratch must hold an int32_t for each node.
 */
MUST_USE enum berm_status area_tree_check(struct area_node *nodes, size_t count, int32_t *scratch,
                                          struct arena *arena, struct berm_error *err);

/** Reject a node's row for its parent; it then falls back to what it was. */
MUST_USE enum berm_status area_node_reject(struct area_node *node, struct arena *arena,
                                           struct berm_error *err, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
