/*
 * Tokens to a tree: operators, if, for, some, every; and the roots of expressions and unary tests.
 * parser_primary.c has what stands between the operators.
 *
 * Recursive descent with one function for each level of binding, loosest first. Chains of operators
 * lean to the left and are read in loops; their height is limited as nesting is, because every
 * later stage walks the tree recursively.
 */
#include "policy/feel/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Helpers --------------------------------------------------------------------------------- */

enum berm_status parser_fail(struct parser *parser, const char *format, ...)
{
    char message[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return fail_in_text(parser->err, parser->text, parser->lexer.token.start, "%s", message);
}

enum berm_status parser_next(struct parser *parser)
{
    return lexer_next(&parser->lexer, parser->err);
}

enum berm_status parser_fail_unexpected(struct parser *parser, const char *what)
{
    const struct token *token = &parser->lexer.token;

    if (token->kind == TOKEN_END)
        return parser_fail(parser, "the expression ends here, but %s is missing", what);
    return parser_fail(parser, "%s is expected here instead of \"%.*s\"", what,
                       (int)(token->end - token->start > 40 ? 40 : token->end - token->start),
                       parser->text.bytes + token->start);
}

enum berm_status parser_expect(struct parser *parser, enum token_kind kind, const char *what)
{
    if (parser->lexer.token.kind != kind)
        return parser_fail_unexpected(parser, what);
    return parser_next(parser);
}

enum berm_status parser_know(struct parser *parser, struct text name)
{
    return name_set_add(&parser->names, parser->arena, name, parser->err);
}

enum berm_status node_new(struct parser *parser, enum node_kind kind, uint32_t position,
                          struct node **ret_node)
{
    TRY(arena_new(parser->arena, 1, sizeof **ret_node, ret_node, parser->err));
    (*ret_node)->kind = (uint8_t)kind;
    (*ret_node)->position = position;
    (*ret_node)->index = NO_INDEX;
    return BERM_OK;
}

static void take_over(struct node *node, const struct node *child)
{
    if (child == NULL)
        return;
    if (child->height >= node->height)
        node->height = (uint16_t)(child->height + 1);
    node->uses_input = node->uses_input || child->uses_input;
}

static void take_over_list(struct node *node, const struct node_list *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        take_over(node, list->nodes[i]);
}

enum berm_status node_finish(struct parser *parser, struct node *node, struct node **ret_node)
{
    take_over(node, node->a);
    take_over(node, node->b);
    take_over(node, node->c);
    switch (node->kind) {
    case NODE_LIST:
    case NODE_IN:
    case NODE_TESTS:
        take_over_list(node, &node->items);
        break;
    case NODE_CALL:
        take_over_list(node, &node->arguments);
        break;
    case NODE_CONTEXT:
        for (uint32_t i = 0; i < node->entry_count; i++)
            take_over(node, node->entries[i].value);
        break;
    case NODE_FOR:
    case NODE_SOME:
    case NODE_EVERY:
        for (uint32_t i = 0; i < node->iterator_count; i++) {
            take_over(node, node->iterators[i].from);
            take_over(node, node->iterators[i].to);
        }
        break;
    case NODE_FUNCTION:
        take_over(node, node->function->body);
        break;
    default:
        break;
    }
    if (node->height > HEIGHT_MAX) {
        int32_t line;
        int32_t column;

        text_position(parser->text, node->position, &line, &column);
        return fail_at(parser->err, BERM_LIMIT, line, column,
                       "this expression chains more than %d operations; split it into several",
                       HEIGHT_MAX);
    }
    *ret_node = node;
    return BERM_OK;
}

enum berm_status node_list_append(struct parser *parser, struct node_builder *builder,
                                  struct node *node)
{
    if (builder->list.count == builder->capacity) {
        uint32_t capacity = builder->capacity > 0 ? builder->capacity * 2 : 4;
        struct node **grown;

        TRY(arena_new(parser->arena, capacity, sizeof(struct node *), &grown, parser->err));
        if (builder->list.count > 0)
            memcpy(grown, builder->list.nodes, builder->list.count * sizeof(struct node *));
        builder->list.nodes = grown;
        builder->capacity = capacity;
    }
    builder->list.nodes[builder->list.count++] = node;
    return BERM_OK;
}

/* ---- Roots ----------------------------------------------------------------------------------- */

static enum berm_status parse_test_list(struct parser *parser, struct node *root)
{
    struct node_builder tests = {0};
    struct node *test;

    for (;;) {
        TRY(parse_test(parser, &test));
        TRY(node_list_append(parser, &tests, test));
        if (parser->lexer.token.kind != TOKEN_COMMA)
            break;
        TRY(parser_next(parser));
    }
    root->items = tests.list;
    return BERM_OK;
}

/** not(test, ...) as a whole; *ret_is_done is false where the text is something else. */
static enum berm_status parse_negated_tests(struct parser *parser, struct node *root,
                                            bool *ret_is_done)
{
    struct lexer start = parser->lexer;

    *ret_is_done = false;
    if (parser->lexer.token.kind != TOKEN_NAME ||
        !text_equal(parser->lexer.token.text, TEXT("not")))
        return BERM_OK;
    TRY(parser_next(parser));
    if (parser->lexer.token.kind == TOKEN_OPEN_PAREN) {
        TRY(parser_next(parser));
        TRY(parse_test_list(parser, root));
        TRY(parser_expect(parser, TOKEN_CLOSE_PAREN, "\")\""));
        *ret_is_done = parser->lexer.token.kind == TOKEN_END;
        root->detail = 1;
    }
    if (!*ret_is_done) {
        parser->lexer = start;
        root->detail = 0;
    }
    return BERM_OK;
}

static enum berm_status parse_unary_tests(struct parser *parser, struct node **ret_root)
{
    struct node *root;
    bool is_done;

    if (parser->lexer.token.kind == TOKEN_END) {
        *ret_root = NULL;
        return BERM_OK;
    }
    if (parser->lexer.token.kind == TOKEN_MINUS) {
        struct lexer start = parser->lexer;

        TRY(parser_next(parser));
        if (parser->lexer.token.kind == TOKEN_END) {
            *ret_root = NULL;
            return BERM_OK;
        }
        parser->lexer = start;
    }
    TRY(node_new(parser, NODE_TESTS, parser->lexer.token.start, &root));
    TRY(parse_negated_tests(parser, root, &is_done));
    if (!is_done)
        TRY(parse_test_list(parser, root));
    return node_finish(parser, root, ret_root);
}

enum berm_status parse_text(struct arena *arena, const struct feel_scope *scope,
                            enum feel_syntax syntax, enum feel_strictness strictness,
                            struct text text, struct node **ret_root, struct berm_error *err)
{
    struct parser parser = {
        .arena = arena,
        .scope = scope,
        .text = text,
        .strictness = strictness,
        .err = err,
    };
    struct node *root;

    parser.lexer = (struct lexer){
        .arena = arena, .known = &scope->known, .local = &parser.names, .text = text};
    TRY(parser_next(&parser));
    if (syntax == FEEL_UNARY_TESTS)
        TRY(parse_unary_tests(&parser, &root));
    else
        TRY(parse_expression(&parser, &root));
    if (parser.lexer.token.kind != TOKEN_END)
        return parser_fail_unexpected(&parser, "an operator or the end of the expression");
    *ret_root = root;
    return BERM_OK;
}
