/*
 * JSON in: a parsed text as a tree of nodes. jansson reads it; this face keeps its names, which are
 * many and short, away from base's JSON writer, and adds what every reader of foreign JSON wants:
 * keys at most once, a place in each error, scalars as text.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/base.h"

enum node_kind {
    NODE_NULL,
    NODE_BOOL,
    NODE_NUMBER,
    NODE_STRING,
    NODE_ARRAY,
    NODE_OBJECT,
};

/** A parsed text. One thread's. */
struct json_tree;
/** A value in it; lives as long as its tree. A NULL node is a member that is not there. */
struct json_node;

/** Three bytes of an empty list take 130 of memory, so that the length alone bounds too little. */
enum { JSON_TREE_DEPTH_MAX = 64, JSON_TREE_VALUES_MAX = 100000 };

/**
 * Parse one value of any kind, with nothing behind it.
 * Owner   text may go away afterwards.
 * Errors  BERM_INVALID_INPUT with line and column (syntax, no UTF-8, a key twice, NUL in a text),
 *         BERM_LIMIT (deeper than JSON_TREE_DEPTH_MAX, more values than JSON_TREE_VALUES_MAX),
 *         BERM_NO_MEMORY.
 */
MUST_USE enum berm_status json_tree_parse(struct text text, struct json_tree **ret_tree,
                                          struct berm_error *err);
void json_tree_free(struct json_tree *tree); /* NULL is fine */
void json_tree_freep(struct json_tree **tree);
const struct json_node *json_tree_root(const struct json_tree *tree);

/** NODE_NULL for a NULL node. */
enum node_kind node_kind(const struct json_node *node);
/** "text", "number", "true or false", "list", "object", "null": for messages. */
const char *node_kind_words(enum node_kind kind);

/** Members of an object, items of an array; 0 of anything else. */
size_t node_count(const struct json_node *node);
/** NULL where there is no such member, or node is no object. */
const struct json_node *node_member(const struct json_node *node, const char *key);
/** Walk over members in the order in which they were written; *position is NULL at first. */
bool node_next_member(const struct json_node *node, void **position, struct text *ret_key,
                      const struct json_node **ret_value);
/** NULL where the array is shorter. */
const struct json_node *node_item(const struct json_node *node, size_t index);

/** A string's characters; empty for anything else. */
struct text node_text(const struct json_node *node);
/** false where it is anything but a whole number that fits. */
bool node_int64(const struct json_node *node, int64_t *ret_value);
/** false where it is neither true nor false. */
bool node_bool(const struct json_node *node, bool *ret_value);
/**
 * A scalar as people write it: a string as it is, 3893.1, true. A fraction has passed through a
 * double: at most 15 digits are kept, so amounts of money belong into strings.
 * Errors  BERM_INVALID_INPUT (null, list, object), BERM_NO_MEMORY.
 */
MUST_USE enum berm_status node_scalar(const struct json_node *node, struct arena *arena,
                                      struct text *ret_text, struct berm_error *err);

#endif
