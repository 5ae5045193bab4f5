/* Private: the tree that the parser makes, the resolver completes and the interpreter walks. */
#ifndef POLICY_FEEL_AST_H
#define POLICY_FEEL_AST_H

#include "policy/feel/feel.h"

enum node_kind {
#define NODE(id, operands, meaning) NODE_##id,
#include "policy/feel/nodes.def"
#undef NODE
    NODE_KIND_COUNT,
};

enum comparison {
    COMPARISON_LESS,
    COMPARISON_LESS_EQUAL,
    COMPARISON_GREATER,
    COMPARISON_GREATER_EQUAL,
    COMPARISON_EQUAL,
    COMPARISON_NOT_EQUAL,
};

enum { CONSTANT_IS_LITERAL = 1 }; /* null that was written out, not computed */

enum {
    RANGE_START_INCLUDED = 1,
    RANGE_END_INCLUDED = 2,
};

enum {
    EXPRESSION_BYTES_MAX = 64 * 1024,
    NESTING_MAX = 200, /* of brackets */
    HEIGHT_MAX = 1000, /* of the tree: long chains of operators count too */
    NO_INDEX = UINT32_MAX,
};

struct node;
struct builtin;

struct node_list {
    uint32_t count;
    struct node **nodes;
};

/** `name in a` or, where to is not NULL, `name in a..to`. */
struct iterator {
    struct text name;
    uint32_t local;
    struct node *from;
    struct node *to;
};

struct context_entry {
    struct text name;
    uint32_t local; /* where later entries read it */
    struct node *value;
};

/** One variable that a function takes along when it is made. */
struct capture {
    bool is_slot;
    uint32_t from; /* slot, or local of the enclosing body */
    uint32_t local;
};

/** A body with its own locals: a function literal, or the whole expression. */
struct function_node {
    uint32_t parameter_count;
    struct text *parameters; /* locals 0 to count - 1 */
    const struct feel_type **types;
    uint32_t capture_count;
    struct capture *captures;
    uint32_t local_count;
    struct node *body;
    bool is_external; /* Java or PMML: never callable here */
};

struct node {
    uint8_t kind;    /* enum node_kind */
    uint8_t detail;  /* see nodes.def */
    bool uses_input; /* "?" occurs in it */
    uint16_t height;
    uint32_t position; /* byte in the text */
    uint32_t index;    /* slot, local, or where a path's entry is expected */
    struct text name;
    struct node *a;
    struct node *b;
    struct node *c;
    const struct feel_type *type; /* INSTANCE_OF: the type asked for; else what is known of the
                                     value at compile time, or NULL */
    union {
        struct feel_value value;
        struct node_list items;
        struct {
            struct iterator *iterators;
            uint32_t iterator_count;
            uint32_t partial; /* local of `partial` */
        };
        struct {
            struct context_entry *entries;
            uint32_t entry_count;
        };
        struct function_node *function;
        struct {
            struct node_list arguments;
            struct text *argument_names; /* NULL: positional */
            const struct builtin *builtin;
            uint64_t given; /* CALL_BUILTIN: bit i set where argument i was written */
        };
    };
};

struct feel_expression {
    struct text text;
    enum feel_syntax syntax;
    uint32_t slot_count;
    struct function_node body; /* unary tests: local 0 is "?" */
    bool is_irrelevant;
};

#endif
