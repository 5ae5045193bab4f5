/* Private: tokens to a tree whose names are not yet resolved. */
#ifndef POLICY_FEEL_PARSER_H
#define POLICY_FEEL_PARSER_H

#include "policy/feel/ast.h"
#include "policy/feel/lexer.h"

struct parser {
    struct lexer lexer;
    struct arena *arena;
    const struct feel_scope *scope;
    struct text text;
    struct name_set names; /* what the lexer has as its local names */
    enum feel_strictness strictness;
    uint32_t depth;
    bool is_range_end; /* "[" may close the range: "[1..10[" */
    struct berm_error *err;
};

/** The whole text. A unary test's root is a TESTS node, or NULL where it is "-". */
MUST_USE enum berm_status parse_text(struct arena *arena, const struct feel_scope *scope,
                                     enum feel_syntax syntax, enum feel_strictness strictness,
                                     struct text text, struct node **ret_root,
                                     struct berm_error *err);

/* Between the parser's files. */

struct node_builder {
    struct node_list list;
    uint32_t capacity;
};

MUST_USE enum berm_status parse_expression(struct parser *parser, struct node **ret_node);
MUST_USE enum berm_status parse_additive(struct parser *parser, struct node **ret_node);
/** An expression, or a comparison without its left side: "< 5". */
MUST_USE enum berm_status parse_test(struct parser *parser, struct node **ret_node);
MUST_USE enum berm_status parse_primary(struct parser *parser, struct node **ret_node);
MUST_USE enum berm_status parse_type(struct parser *parser, const struct feel_type **ret_type);
MUST_USE enum berm_status parse_function(struct parser *parser, struct node **ret_node);
MUST_USE enum berm_status parse_context(struct parser *parser, struct node **ret_node);
/** Behind the start of a range, at "..": the rest and its closing bracket. */
MUST_USE enum berm_status parse_range_rest(struct parser *parser, struct node *start,
                                           bool is_start_included, uint32_t position,
                                           struct node **ret_node);

MUST_USE enum berm_status node_new(struct parser *parser, enum node_kind kind, uint32_t position,
                                   struct node **ret_node);
/** Computes what a node takes over from its children and gives it out. */
MUST_USE enum berm_status node_finish(struct parser *parser, struct node *node,
                                      struct node **ret_node);
MUST_USE enum berm_status node_list_append(struct parser *parser, struct node_builder *builder,
                                           struct node *node);
MUST_USE enum berm_status parser_next(struct parser *parser);
MUST_USE enum berm_status parser_expect(struct parser *parser, enum token_kind kind,
                                        const char *what);
MUST_USE enum berm_status parser_know(struct parser *parser, struct text name);
enum berm_status parser_fail_unexpected(struct parser *parser, const char *what)
    __attribute__((cold));
enum berm_status parser_fail(struct parser *parser, const char *format, ...) PRINTF_LIKE(2, 3)
    __attribute__((cold));

#endif
