/* The tree of nodes over jansson's. A node is a json_t, so nothing is copied. */
#include "json/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct json_tree {
    json_t *root;
};

static const json_t *value_of(const struct json_node *node)
{
    return (const json_t *)node;
}

static const struct json_node *node_of(const json_t *value)
{
    return (const struct json_node *)value;
}

/* Brackets deeper than we take, where jansson would go down 2,048 levels of recursion first; and
 * more values than we take: there is one behind each bracket and each comma. */
static enum berm_status check_limits(struct text text, struct berm_error *err)
{
    size_t depth = 0;
    size_t value_count = 1;
    bool is_in_string = false;

    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];

        if (is_in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                is_in_string = false;
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == '{' || c == '[') {
            value_count++;
            if (++depth > JSON_TREE_DEPTH_MAX)
                return fail_with(err, BERM_LIMIT, "the JSON is nested deeper than %d levels",
                                 JSON_TREE_DEPTH_MAX);
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == ',') {
            value_count++;
        }
    }
    if (value_count > JSON_TREE_VALUES_MAX)
        return fail_with(err, BERM_LIMIT, "the JSON has more than %d values; send it in parts",
                         JSON_TREE_VALUES_MAX);
    return BERM_OK;
}

enum berm_status json_tree_parse(struct text text, struct json_tree **ret_tree,
                                 struct berm_error *err)
{
    struct json_tree *tree;
    json_error_t error;
    json_t *root;

    TRY(check_limits(text, err));
    root = json_loadb(text.length > 0 ? text.bytes : "", text.length,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL && json_error_code(&error) == json_error_out_of_memory)
        return fail_with(err, BERM_NO_MEMORY, "no memory to read the JSON");
    if (root == NULL && text.length == 0)
        return fail_at(err, BERM_INVALID_INPUT, 1, 1, "this is no JSON: there is nothing");
    if (root == NULL && json_error_code(&error) == json_error_null_character)
        return fail_at(
            err, BERM_INVALID_INPUT, error.line, error.column,
            "a text holds the character \\u0000, which is not taken (line %d, column %d)",
            error.line, error.column);
    if (root == NULL)
        return fail_at(err, BERM_INVALID_INPUT, error.line, error.column,
                       "this is no JSON: %s (line %d, column %d)", error.text, error.line,
                       error.column);
    tree = malloc(sizeof *tree);
    if (tree == NULL) {
        json_decref(root);
        return fail_with(err, BERM_NO_MEMORY, "no memory to read the JSON");
    }
    tree->root = root;
    *ret_tree = tree;
    return BERM_OK;
}

void json_tree_free(struct json_tree *tree)
{
    if (tree == NULL)
        return;
    json_decref(tree->root);
    free(tree);
}

void json_tree_freep(struct json_tree **tree)
{
    json_tree_free(*tree);
}

const struct json_node *json_tree_root(const struct json_tree *tree)
{
    return node_of(tree->root);
}

enum node_kind node_kind(const struct json_node *node)
{
    if (node == NULL)
        return NODE_NULL;
    switch (json_typeof(value_of(node))) {
    case JSON_OBJECT:
        return NODE_OBJECT;
    case JSON_ARRAY:
        return NODE_ARRAY;
    case JSON_STRING:
        return NODE_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return NODE_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return NODE_BOOL;
    case JSON_NULL:
        return NODE_NULL;
    }
    return NODE_NULL;
}

const char *node_kind_words(enum node_kind kind)
{
    static const char *const WORDS[] = {
        [NODE_NULL] = "null",   [NODE_BOOL] = "true or false", [NODE_NUMBER] = "a number",
        [NODE_STRING] = "text", [NODE_ARRAY] = "a list",       [NODE_OBJECT] = "an object",
    };

    return WORDS[kind];
}

size_t node_count(const struct json_node *node)
{
    switch (node_kind(node)) {
    case NODE_OBJECT:
        return json_object_size(value_of(node));
    case NODE_ARRAY:
        return json_array_size(value_of(node));
    case NODE_NULL:
    case NODE_BOOL:
    case NODE_NUMBER:
    case NODE_STRING:
        break;
    }
    return 0;
}

const struct json_node *node_member(const struct json_node *node, const char *key)
{
    return node == NULL ? NULL : node_of(json_object_get(value_of(node), key));
}

bool node_next_member(const struct json_node *node, void **position, struct text *ret_key,
                      const struct json_node **ret_value)
{
    json_t *object = (json_t *)(uintptr_t)node;

    if (node_kind(node) != NODE_OBJECT)
        return false;
    *position =
        *position == NULL ? json_object_iter(object) : json_object_iter_next(object, *position);
    if (*position == NULL)
        return false;
    *ret_key = text_of(json_object_iter_key(*position));
    *ret_value = node_of(json_object_iter_value(*position));
    return true;
}

const struct json_node *node_item(const struct json_node *node, size_t index)
{
    return node == NULL ? NULL : node_of(json_array_get(value_of(node), index));
}

struct text node_text(const struct json_node *node)
{
    if (node_kind(node) != NODE_STRING)
        return (struct text){0};
    return (struct text){json_string_value(value_of(node)), json_string_length(value_of(node))};
}

bool node_int64(const struct json_node *node, int64_t *ret_value)
{
    if (node == NULL || !json_is_integer(value_of(node)))
        return false;
    *ret_value = json_integer_value(value_of(node));
    return true;
}

bool node_bool(const struct json_node *node, bool *ret_value)
{
    if (node_kind(node) != NODE_BOOL)
        return false;
    *ret_value = json_is_true(value_of(node));
    return true;
}

/* Without an exponent, as the readers of amounts want it. */
static enum berm_status real_as_text(double value, struct arena *arena, struct text *ret_text,
                                     struct berm_error *err)
{
    int digits_before = value == 0 ? 1 : (int)floor(log10(fabs(value))) + 1;
    int decimals = digits_before >= 15 ? 0 : 15 - (digits_before > 0 ? digits_before : 0);
    struct text text;

    if (fabs(value) >= 1e15)
        return fail_with(err, BERM_INVALID_INPUT, "the number is too large; write it as text");
    TRY(text_format(arena, &text, err, "%.*f", decimals, value));
    if (decimals > 0) {
        while (text.bytes[text.length - 1] == '0')
            text.length--;
        if (text.bytes[text.length - 1] == '.')
            text.length--;
    }
    *ret_text = text;
    return BERM_OK;
}

enum berm_status node_scalar(const struct json_node *node, struct arena *arena,
                             struct text *ret_text, struct berm_error *err)
{
    switch (node_kind(node)) {
    case NODE_STRING:
        *ret_text = node_text(node);
        return BERM_OK;
    case NODE_BOOL:
        *ret_text = json_is_true(value_of(node)) ? TEXT("true") : TEXT("false");
        return BERM_OK;
    case NODE_NUMBER:
        if (json_is_integer(value_of(node)))
            return text_format(arena, ret_text, err, "%lld",
                               (long long)json_integer_value(value_of(node)));
        return real_as_text(json_real_value(value_of(node)), arena, ret_text, err);
    case NODE_NULL:
    case NODE_ARRAY:
    case NODE_OBJECT:
        break;
    }
    return fail_with(err, BERM_INVALID_INPUT, "a text or number is wanted, not %s",
                     node_kind_words(node_kind(node)));
}
