/*
 * Tokens to a tree: operators, from paths and calls, which bind tightest, to "or".
 *
 * Recursive descent with one function for each level of binding. Chains of operators lean to the
 * left and are read in loops.
 */
#include "policy/feel/parser.h"

#include <string.h>

/* ---- Postfix: paths, filters, calls ---------------------------------------------------------- */

static enum berm_status parse_path(struct parser *parser, struct node **node)
{
    struct node *path;
    const struct token *token;

    TRY(node_new(parser, NODE_PATH, parser->lexer.token.start, &path));
    TRY(parser_next(parser));
    token = &parser->lexer.token;
    if (token->kind == TOKEN_NAME)
        path->name = token->text;
    else if (token->kind >= TOKEN_AND && token->kind <= TOKEN_NULL)
        path->name = (struct text){parser->text.bytes + token->start, token->end - token->start};
    else
        return parser_fail_unexpected(parser, "the name of an entry");
    path->a = *node;
    TRY(parser_next(parser));
    return node_finish(parser, path, node);
}

static enum berm_status parse_filter(struct parser *parser, struct node **node)
{
    struct node *filter;
    bool is_range_end = parser->is_range_end;

    TRY(node_new(parser, NODE_FILTER, parser->lexer.token.start, &filter));
    TRY(parser_next(parser));
    parser->is_range_end = false;
    filter->a = *node;
    TRY(parse_expression(parser, &filter->b));
    parser->is_range_end = is_range_end;
    TRY(parser_expect(parser, TOKEN_CLOSE_BRACKET, "\"]\""));
    return node_finish(parser, filter, node);
}

static enum berm_status parse_argument(struct parser *parser, struct node_builder *arguments,
                                       struct text **names, uint32_t *name_capacity)
{
    struct text name;
    struct node *argument;

    if (lexer_name_before(&parser->lexer, ':', &name)) {
        if (arguments->list.count > 0 && *names == NULL)
            return parser_fail(parser, "name all arguments of a call or none");
        if (arguments->list.count == *name_capacity) {
            uint32_t capacity = *name_capacity > 0 ? *name_capacity * 2 : 8;
            struct text *grown;

            TRY(arena_new(parser->arena, capacity, sizeof *grown, &grown, parser->err));
            if (*name_capacity > 0)
                memcpy(grown, *names, *name_capacity * sizeof *grown);
            *names = grown;
            *name_capacity = capacity;
        }
        (*names)[arguments->list.count] = name;
        TRY(parser_next(parser));
    } else if (*names != NULL) {
        return parser_fail(parser, "name all arguments of a call or none");
    }
    TRY(parse_expression(parser, &argument));
    return node_list_append(parser, arguments, argument);
}

static enum berm_status parse_call(struct parser *parser, struct node **node)
{
    struct node_builder arguments = {0};
    struct text *names = NULL;
    uint32_t name_capacity = 0;
    bool is_range_end = parser->is_range_end;
    struct node *call;

    TRY(node_new(parser, NODE_CALL, (*node)->position, &call));
    parser->is_range_end = false;
    TRY(parser_next(parser));
    while (parser->lexer.token.kind != TOKEN_CLOSE_PAREN) {
        TRY(parse_argument(parser, &arguments, &names, &name_capacity));
        if (parser->lexer.token.kind != TOKEN_COMMA)
            break;
        TRY(parser_next(parser));
    }
    parser->is_range_end = is_range_end;
    TRY(parser_expect(parser, TOKEN_CLOSE_PAREN, "\")\""));
    call->a = *node;
    call->arguments = arguments.list;
    call->argument_names = names;
    return node_finish(parser, call, node);
}

/** At "[" behind the end of a range: does it close the range, rather than open a filter? */
static bool is_closing_bracket(const struct parser *parser)
{
    struct lexer ahead = parser->lexer;

    if (lexer_next(&ahead, NULL) != BERM_OK)
        return true;
    switch (ahead.token.kind) {
    case TOKEN_NAME:
    case TOKEN_NUMBER:
    case TOKEN_STRING:
    case TOKEN_MINUS:
    case TOKEN_OPEN_PAREN:
    case TOKEN_OPEN_BRACKET:
    case TOKEN_OPEN_BRACE:
    case TOKEN_TRUE:
    case TOKEN_FALSE:
    case TOKEN_NULL:
    case TOKEN_IF:
    case TOKEN_SOME:
    case TOKEN_EVERY:
    case TOKEN_QUESTION:
    case TOKEN_AT:
        return false;
    default:
        return true;
    }
}

static enum berm_status parse_postfix(struct parser *parser, struct node **ret_node)
{
    TRY(parse_primary(parser, ret_node));
    for (;;) {
        switch (parser->lexer.token.kind) {
        case TOKEN_DOT:
            TRY(parse_path(parser, ret_node));
            break;
        case TOKEN_OPEN_PAREN:
            TRY(parse_call(parser, ret_node));
            break;
        case TOKEN_OPEN_BRACKET:
            if (parser->is_range_end && is_closing_bracket(parser))
                return BERM_OK;
            TRY(parse_filter(parser, ret_node));
            break;
        default:
            return BERM_OK;
        }
    }
}

/* ---- Operators, tightest first --------------------------------------------------------------- */

static enum berm_status parse_instance_of(struct parser *parser, struct node **ret_node)
{
    struct node *node;

    TRY(parse_postfix(parser, ret_node));
    if (parser->lexer.token.kind != TOKEN_INSTANCE)
        return BERM_OK;
    TRY(node_new(parser, NODE_INSTANCE_OF, parser->lexer.token.start, &node));
    TRY(parser_next(parser));
    if (!text_equal(parser->lexer.token.text, TEXT("of")))
        return parser_fail_unexpected(parser, "\"of\"");
    TRY(parser_next(parser));
    TRY(parse_type(parser, &node->type));
    node->a = *ret_node;
    return node_finish(parser, node, ret_node);
}

static enum berm_status parse_negation(struct parser *parser, struct node **ret_node)
{
    uint32_t position = parser->lexer.token.start;
    uint32_t count = 0;

    while (parser->lexer.token.kind == TOKEN_MINUS) {
        count++;
        TRY(parser_next(parser));
    }
    TRY(parse_instance_of(parser, ret_node));
    for (uint32_t i = 0; i < count; i++) {
        struct node *node;

        TRY(node_new(parser, NODE_NEGATE, position, &node));
        node->a = *ret_node;
        TRY(node_finish(parser, node, ret_node));
    }
    return BERM_OK;
}

static enum berm_status finish_binary(struct parser *parser, enum node_kind kind, uint32_t position,
                                      struct node *right, struct node **left)
{
    struct node *node;

    TRY(node_new(parser, kind, position, &node));
    node->a = *left;
    node->b = right;
    return node_finish(parser, node, left);
}

static enum berm_status parse_power(struct parser *parser, struct node **ret_node)
{
    TRY(parse_negation(parser, ret_node));
    while (parser->lexer.token.kind == TOKEN_POWER) {
        uint32_t position = parser->lexer.token.start;
        struct node *right;

        TRY(parser_next(parser));
        TRY(parse_negation(parser, &right));
        TRY(finish_binary(parser, NODE_POWER, position, right, ret_node));
    }
    return BERM_OK;
}

static enum berm_status parse_multiplicative(struct parser *parser, struct node **ret_node)
{
    TRY(parse_power(parser, ret_node));
    for (;;) {
        enum token_kind kind = parser->lexer.token.kind;
        uint32_t position = parser->lexer.token.start;
        struct node *right;

        if (kind != TOKEN_STAR && kind != TOKEN_SLASH)
            return BERM_OK;
        TRY(parser_next(parser));
        TRY(parse_power(parser, &right));
        TRY(finish_binary(parser, kind == TOKEN_STAR ? NODE_MULTIPLY : NODE_DIVIDE, position, right,
                          ret_node));
    }
}

enum berm_status parse_additive(struct parser *parser, struct node **ret_node)
{
    TRY(parse_multiplicative(parser, ret_node));
    for (;;) {
        enum token_kind kind = parser->lexer.token.kind;
        uint32_t position = parser->lexer.token.start;
        struct node *right;

        if (kind != TOKEN_PLUS && kind != TOKEN_MINUS)
            return BERM_OK;
        TRY(parser_next(parser));
        TRY(parse_multiplicative(parser, &right));
        TRY(finish_binary(parser, kind == TOKEN_PLUS ? NODE_ADD : NODE_SUBTRACT, position, right,
                          ret_node));
    }
}

static bool comparison_of(enum token_kind kind, uint8_t *ret_comparison)
{
    switch (kind) {
    case TOKEN_LESS:
        *ret_comparison = COMPARISON_LESS;
        return true;
    case TOKEN_LESS_EQUAL:
        *ret_comparison = COMPARISON_LESS_EQUAL;
        return true;
    case TOKEN_GREATER:
        *ret_comparison = COMPARISON_GREATER;
        return true;
    case TOKEN_GREATER_EQUAL:
        *ret_comparison = COMPARISON_GREATER_EQUAL;
        return true;
    case TOKEN_EQUAL:
        *ret_comparison = COMPARISON_EQUAL;
        return true;
    case TOKEN_NOT_EQUAL:
        *ret_comparison = COMPARISON_NOT_EQUAL;
        return true;
    default:
        return false;
    }
}

static enum berm_status parse_between(struct parser *parser, struct node **node)
{
    struct node *between;

    TRY(node_new(parser, NODE_BETWEEN, parser->lexer.token.start, &between));
    between->a = *node;
    TRY(parser_next(parser));
    TRY(parse_additive(parser, &between->b));
    TRY(parser_expect(parser, TOKEN_AND, "\"and\" with the upper end of \"between\""));
    TRY(parse_additive(parser, &between->c));
    return node_finish(parser, between, node);
}

/** "(" tests ")" behind "in"; a single test may be the start of a range or of a longer value. */
static enum berm_status parse_tests_in_parentheses(struct parser *parser,
                                                   struct node_builder *tests)
{
    uint32_t position = parser->lexer.token.start;
    bool is_range_end = parser->is_range_end;
    struct node *test;

    TRY(parser_next(parser));
    parser->is_range_end = false;
    TRY(parse_test(parser, &test));
    if (parser->lexer.token.kind == TOKEN_DOT_DOT) {
        TRY(parse_range_rest(parser, test, false, position, &test));
        parser->is_range_end = is_range_end;
        return node_list_append(parser, tests, test);
    }
    TRY(node_list_append(parser, tests, test));
    while (parser->lexer.token.kind == TOKEN_COMMA) {
        TRY(parser_next(parser));
        TRY(parse_test(parser, &test));
        TRY(node_list_append(parser, tests, test));
    }
    parser->is_range_end = is_range_end;
    return parser_expect(parser, TOKEN_CLOSE_PAREN, "\")\"");
}

/** Is what stands in these parentheses only the start of a longer operand: "x in (a)[1]"? */
static bool goes_on(const struct parser *parser)
{
    switch (parser->lexer.token.kind) {
    case TOKEN_DOT:
    case TOKEN_OPEN_BRACKET:
    case TOKEN_OPEN_PAREN:
    case TOKEN_PLUS:
    case TOKEN_MINUS:
    case TOKEN_STAR:
    case TOKEN_SLASH:
    case TOKEN_POWER:
        return true;
    default:
        return false;
    }
}

static enum berm_status parse_in(struct parser *parser, struct node **node)
{
    struct node_builder tests = {0};
    struct node *in;
    struct node *test;

    TRY(node_new(parser, NODE_IN, parser->lexer.token.start, &in));
    in->a = *node;
    TRY(parser_next(parser));
    if (parser->lexer.token.kind == TOKEN_OPEN_PAREN) {
        struct lexer start = parser->lexer;

        TRY(parse_tests_in_parentheses(parser, &tests));
        if (tests.list.count == 1 && goes_on(parser)) {
            parser->lexer = start;
            tests.list.count = 0;
        }
    }
    if (tests.list.count == 0) {
        uint8_t comparison;

        if (comparison_of(parser->lexer.token.kind, &comparison))
            TRY(parse_test(parser, &test));
        else
            TRY(parse_additive(parser, &test));
        TRY(node_list_append(parser, &tests, test));
    }
    in->items = tests.list;
    return node_finish(parser, in, node);
}

static enum berm_status parse_comparison(struct parser *parser, struct node **ret_node)
{
    TRY(parse_additive(parser, ret_node));
    for (;;) {
        uint32_t position = parser->lexer.token.start;
        uint8_t comparison;

        if (comparison_of(parser->lexer.token.kind, &comparison)) {
            struct node *right;

            TRY(parser_next(parser));
            TRY(parse_additive(parser, &right));
            TRY(finish_binary(parser, NODE_COMPARE, position, right, ret_node));
            (*ret_node)->detail = comparison;
        } else if (parser->lexer.token.kind == TOKEN_BETWEEN) {
            TRY(parse_between(parser, ret_node));
        } else if (parser->lexer.token.kind == TOKEN_IN) {
            TRY(parse_in(parser, ret_node));
        } else {
            return BERM_OK;
        }
    }
}

static enum berm_status parse_and(struct parser *parser, struct node **ret_node)
{
    TRY(parse_comparison(parser, ret_node));
    while (parser->lexer.token.kind == TOKEN_AND) {
        uint32_t position = parser->lexer.token.start;
        struct node *right;

        TRY(parser_next(parser));
        TRY(parse_comparison(parser, &right));
        TRY(finish_binary(parser, NODE_AND, position, right, ret_node));
    }
    return BERM_OK;
}

static enum berm_status parse_or(struct parser *parser, struct node **ret_node)
{
    TRY(parse_and(parser, ret_node));
    while (parser->lexer.token.kind == TOKEN_OR) {
        uint32_t position = parser->lexer.token.start;
        struct node *right;

        TRY(parser_next(parser));
        TRY(parse_and(parser, &right));
        TRY(finish_binary(parser, NODE_OR, position, right, ret_node));
    }
    return BERM_OK;
}

enum berm_status parse_expression(struct parser *parser, struct node **ret_node)
{
    if (++parser->depth > NESTING_MAX) {
        int32_t line;
        int32_t column;

        text_position(parser->text, parser->lexer.token.start, &line, &column);
        return fail_at(parser->err, BERM_LIMIT, line, column,
                       "expressions may be nested %d deep; split this one into several",
                       NESTING_MAX);
    }
    TRY(parse_or(parser, ret_node));
    parser->depth--;
    return BERM_OK;
}

enum berm_status parse_test(struct parser *parser, struct node **ret_node)
{
    struct node *node;
    uint8_t comparison;

    if (!comparison_of(parser->lexer.token.kind, &comparison))
        return parse_expression(parser, ret_node);
    TRY(node_new(parser, NODE_UNARY, parser->lexer.token.start, &node));
    node->detail = comparison;
    TRY(parser_next(parser));
    TRY(parse_additive(parser, &node->a));
    return node_finish(parser, node, ret_node);
}
