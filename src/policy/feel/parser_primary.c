/*
 * Tokens to a tree: literals, names, brackets, contexts, functions, types, and the expressions that
 * start with a word (if, for, some, every).
 */
#include "policy/feel/parser.h"

#include <string.h>

/* ---- Literals -------------------------------------------------------------------------------- */

static enum berm_status parse_constant(struct parser *parser, struct feel_value value,
                                       struct node **ret_node)
{
    TRY(node_new(parser, NODE_CONSTANT, parser->lexer.token.start, ret_node));
    (*ret_node)->value = value;
    return parser_next(parser);
}

static enum berm_status parse_number(struct parser *parser, struct node **ret_node)
{
    struct feel_decimal number;

    if (!feel_decimal_parse(parser->lexer.token.text, &number))
        return parser_fail(parser, "this number is larger or longer than FEEL's 34 digits and "
                                   "exponent of 6144 take");
    return parse_constant(parser, feel_number(number), ret_node);
}

static enum berm_status parse_string(struct parser *parser, struct node **ret_node)
{
    struct text copy;

    TRY(text_copy(parser->arena, parser->lexer.token.text, &copy, parser->err));
    return parse_constant(parser, feel_string(copy), ret_node);
}

/** @"2020-09-30" and its like; what is none of them is null. */
static enum berm_status parse_at_literal(struct parser *parser, struct node **ret_node)
{
    static const enum feel_kind kinds[] = {FEEL_DATE, FEEL_DATE_TIME, FEEL_TIME, FEEL_DAYS_TIME,
                                           FEEL_YEARS_MONTHS};
    struct feel_value value = feel_null();

    TRY(parser_next(parser));
    if (parser->lexer.token.kind != TOKEN_STRING)
        return parser_fail(parser, "a string such as \"2020-09-30\" must follow \"@\"");
    for (size_t i = 0; i < ARRAY_COUNT(kinds) && value.kind == FEEL_NULL; i++)
        TRY(feel_parse_literal(kinds[i], parser->lexer.token.text, parser->arena, &value,
                               parser->err));
    return parse_constant(parser, value, ret_node);
}

static enum berm_status parse_name(struct parser *parser, struct node **ret_node)
{
    TRY(node_new(parser, NODE_NAME, parser->lexer.token.start, ret_node));
    (*ret_node)->name = parser->lexer.token.text;
    (*ret_node)->uses_input = parser->lexer.token.kind == TOKEN_QUESTION;
    return parser_next(parser);
}

/* ---- Brackets -------------------------------------------------------------------------------- */

enum berm_status parse_range_rest(struct parser *parser, struct node *start, bool is_start_included,
                                  uint32_t position, struct node **ret_node)
{
    struct node *range;
    bool was_range_end = parser->is_range_end;

    TRY(node_new(parser, NODE_RANGE, position, &range));
    range->a = start;
    range->detail = is_start_included ? RANGE_START_INCLUDED : 0;
    TRY(parser_next(parser));
    parser->is_range_end = true;
    TRY(parse_additive(parser, &range->b));
    parser->is_range_end = was_range_end;
    if (parser->lexer.token.kind == TOKEN_CLOSE_BRACKET)
        range->detail |= RANGE_END_INCLUDED;
    else if (parser->lexer.token.kind != TOKEN_CLOSE_PAREN &&
             parser->lexer.token.kind != TOKEN_OPEN_BRACKET)
        return parser_fail(parser, "close the range with \"]\" (end included) or \")\"");
    TRY(parser_next(parser));
    return node_finish(parser, range, ret_node);
}

static enum berm_status parse_parenthesis(struct parser *parser, struct node **ret_node)
{
    uint32_t position = parser->lexer.token.start;
    bool is_range_end = parser->is_range_end;

    TRY(parser_next(parser));
    parser->is_range_end = false;
    TRY(parse_test(parser, ret_node));
    parser->is_range_end = is_range_end;
    if (parser->lexer.token.kind == TOKEN_DOT_DOT)
        return parse_range_rest(parser, *ret_node, false, position, ret_node);
    return parser_expect(parser, TOKEN_CLOSE_PAREN, "\")\"");
}

static enum berm_status parse_open_range(struct parser *parser, struct node **ret_node)
{
    uint32_t position = parser->lexer.token.start;
    struct node *start;

    TRY(parser_next(parser));
    TRY(parse_expression(parser, &start));
    if (parser->lexer.token.kind != TOKEN_DOT_DOT)
        return parser_fail(parser, "\"..\" and the end of the range are missing");
    return parse_range_rest(parser, start, false, position, ret_node);
}

static enum berm_status parse_list(struct parser *parser, struct node **ret_node)
{
    uint32_t position = parser->lexer.token.start;
    bool is_range_end = parser->is_range_end;
    struct node_builder items = {0};
    struct node *node;
    struct node *item;

    TRY(node_new(parser, NODE_LIST, position, &node));
    TRY(parser_next(parser));
    parser->is_range_end = false;
    while (parser->lexer.token.kind != TOKEN_CLOSE_BRACKET) {
        TRY(parse_test(parser, &item));
        if (parser->lexer.token.kind == TOKEN_DOT_DOT && items.list.count == 0) {
            parser->is_range_end = is_range_end;
            return parse_range_rest(parser, item, true, position, ret_node);
        }
        TRY(node_list_append(parser, &items, item));
        if (parser->lexer.token.kind != TOKEN_COMMA)
            break;
        TRY(parser_next(parser));
    }
    parser->is_range_end = is_range_end;
    TRY(parser_expect(parser, TOKEN_CLOSE_BRACKET, "\"]\""));
    node->items = items.list;
    return node_finish(parser, node, ret_node);
}

static enum berm_status parse_entry(struct parser *parser, struct context_entry *ret_entry)
{
    struct text name;

    if (parser->lexer.token.kind == TOKEN_STRING) {
        TRY(text_copy(parser->arena, parser->lexer.token.text, &name, parser->err));
        TRY(parser_next(parser));
        if (parser->lexer.token.kind != TOKEN_COLON)
            return parser_fail(parser, "\":\" must follow the name of an entry");
    } else if (!lexer_name_before(&parser->lexer, ':', &name)) {
        return parser_fail(parser, "an entry must be a name, \":\" and an expression");
    }
    ret_entry->name = name;
    TRY(parser_next(parser));
    TRY(parse_expression(parser, &ret_entry->value));
    if (name.length > 0)
        TRY(parser_know(parser, name));
    return BERM_OK;
}

enum berm_status parse_context(struct parser *parser, struct node **ret_node)
{
    bool is_range_end = parser->is_range_end;
    struct context_entry *entries = NULL;
    uint32_t count = 0;
    uint32_t capacity = 0;
    struct node *node;

    TRY(node_new(parser, NODE_CONTEXT, parser->lexer.token.start, &node));
    TRY(parser_next(parser));
    parser->is_range_end = false;
    while (parser->lexer.token.kind != TOKEN_CLOSE_BRACE) {
        if (count == capacity) {
            struct context_entry *grown;

            capacity = capacity > 0 ? capacity * 2 : 4;
            TRY(arena_new(parser->arena, capacity, sizeof *grown, &grown, parser->err));
            if (count > 0)
                memcpy(grown, entries, count * sizeof *grown);
            entries = grown;
        }
        TRY(parse_entry(parser, &entries[count++]));
        if (parser->lexer.token.kind != TOKEN_COMMA)
            break;
        TRY(parser_next(parser));
    }
    parser->is_range_end = is_range_end;
    TRY(parser_expect(parser, TOKEN_CLOSE_BRACE, "\"}\""));
    node->entries = entries;
    node->entry_count = count;
    return node_finish(parser, node, ret_node);
}

/* ---- Functions ------------------------------------------------------------------------------- */

enum { PARAMETERS_MAX = 64 };

static enum berm_status parse_parameter(struct parser *parser, struct function_node *function)
{
    uint32_t at = function->parameter_count;
    struct text name;

    if (at == PARAMETERS_MAX)
        return parser_fail(parser, "a function may have %d parameters", PARAMETERS_MAX);
    if (lexer_name_before(&parser->lexer, ':', &name)) {
        TRY(parser_next(parser));
        TRY(parse_type(parser, &function->types[at]));
    } else if (!lexer_name_before(&parser->lexer, ',', &name) &&
               !lexer_name_before(&parser->lexer, ')', &name)) {
        return parser_fail(parser, "the name of a parameter is expected here");
    }
    function->parameters[at] = name;
    function->parameter_count++;
    return parser_know(parser, name);
}

enum berm_status parse_function(struct parser *parser, struct node **ret_node)
{
    struct node *node;
    struct function_node *function;
    bool is_range_end = parser->is_range_end;

    TRY(node_new(parser, NODE_FUNCTION, parser->lexer.token.start, &node));
    TRY(arena_new(parser->arena, 1, sizeof *function, &function, parser->err));
    TRY(arena_new(parser->arena, PARAMETERS_MAX, sizeof *function->parameters,
                  &function->parameters, parser->err));
    TRY(arena_new(parser->arena, PARAMETERS_MAX, sizeof *function->types, &function->types,
                  parser->err));
    node->function = function;
    parser->is_range_end = false;
    TRY(parser_next(parser));
    TRY(parser_expect(parser, TOKEN_OPEN_PAREN, "\"(\""));
    while (parser->lexer.token.kind != TOKEN_CLOSE_PAREN) {
        TRY(parse_parameter(parser, function));
        if (parser->lexer.token.kind != TOKEN_COMMA)
            break;
        TRY(parser_next(parser));
    }
    TRY(parser_expect(parser, TOKEN_CLOSE_PAREN, "\")\""));
    if (parser->lexer.token.kind == TOKEN_COLON) { /* the type of the result, informative */
        const struct feel_type *result;

        TRY(parser_next(parser));
        TRY(parse_type(parser, &result));
    }
    if (parser->lexer.token.kind == TOKEN_EXTERNAL) {
        function->is_external = true;
        TRY(parser_next(parser));
    }
    TRY(parse_expression(parser, &function->body));
    parser->is_range_end = is_range_end;
    return node_finish(parser, node, ret_node);
}

/* ---- if, for, some, every -------------------------------------------------------------------- */

static enum berm_status parse_if(struct parser *parser, struct node **ret_node)
{
    struct node *node;

    TRY(node_new(parser, NODE_IF, parser->lexer.token.start, &node));
    TRY(parser_next(parser));
    TRY(parse_expression(parser, &node->a));
    TRY(parser_expect(parser, TOKEN_THEN, "\"then\""));
    TRY(parse_expression(parser, &node->b));
    TRY(parser_expect(parser, TOKEN_ELSE, "\"else\""));
    TRY(parse_expression(parser, &node->c));
    return node_finish(parser, node, ret_node);
}

/** The words before "in": a variable's name may hold spaces. */
static enum berm_status parse_variable(struct parser *parser, struct text *ret_name)
{
    uint32_t start = parser->lexer.token.start;

    while (parser->lexer.token.kind != TOKEN_IN) {
        if (parser->lexer.token.kind == TOKEN_END ||
            parser->lexer.token.start - start > NAME_BYTES_MAX)
            return parser_fail(parser, "\"in\" is missing behind the name of the variable");
        TRY(parser_next(parser));
    }
    *ret_name =
        text_trimmed((struct text){parser->text.bytes + start, parser->lexer.token.start - start});
    if (ret_name->length == 0)
        return parser_fail(parser, "the name of a variable is expected before \"in\"");
    TRY(parser_know(parser, *ret_name));
    return parser_next(parser);
}

static enum berm_status parse_iterator(struct parser *parser, struct iterator *iterator)
{
    TRY(parse_variable(parser, &iterator->name));
    TRY(parse_expression(parser, &iterator->from));
    if (parser->lexer.token.kind == TOKEN_DOT_DOT) {
        TRY(parser_next(parser));
        TRY(parse_additive(parser, &iterator->to));
    }
    return BERM_OK;
}

enum { ITERATORS_MAX = 16 };

static enum berm_status parse_iteration(struct parser *parser, enum node_kind kind,
                                        enum token_kind behind, const char *word,
                                        struct node **ret_node)
{
    struct node *node;

    TRY(node_new(parser, kind, parser->lexer.token.start, &node));
    TRY(arena_new(parser->arena, ITERATORS_MAX, sizeof *node->iterators, &node->iterators,
                  parser->err));
    do {
        if (node->iterator_count == ITERATORS_MAX)
            return parser_fail(parser, "%d variables are the most that one iteration may have",
                               ITERATORS_MAX);
        TRY(parser_next(parser));
        TRY(parse_iterator(parser, &node->iterators[node->iterator_count]));
        node->iterator_count++;
    } while (parser->lexer.token.kind == TOKEN_COMMA);
    TRY(parser_expect(parser, behind, word));
    TRY(parse_expression(parser, &node->a));
    return node_finish(parser, node, ret_node);
}

/* ---- Dispatch -------------------------------------------------------------------------------- */

enum berm_status parse_primary(struct parser *parser, struct node **ret_node)
{
    switch (parser->lexer.token.kind) {
    case TOKEN_NUMBER:
        return parse_number(parser, ret_node);
    case TOKEN_STRING:
        return parse_string(parser, ret_node);
    case TOKEN_TRUE:
        return parse_constant(parser, feel_boolean(true), ret_node);
    case TOKEN_FALSE:
        return parse_constant(parser, feel_boolean(false), ret_node);
    case TOKEN_NULL:
        TRY(parse_constant(parser, feel_null(), ret_node));
        (*ret_node)->detail = CONSTANT_IS_LITERAL;
        return BERM_OK;
    case TOKEN_AT:
        return parse_at_literal(parser, ret_node);
    case TOKEN_NAME:
    case TOKEN_QUESTION:
        return parse_name(parser, ret_node);
    case TOKEN_OPEN_PAREN:
        return parse_parenthesis(parser, ret_node);
    case TOKEN_OPEN_BRACKET:
        return parse_list(parser, ret_node);
    case TOKEN_CLOSE_BRACKET:
        return parse_open_range(parser, ret_node);
    case TOKEN_OPEN_BRACE:
        return parse_context(parser, ret_node);
    case TOKEN_FUNCTION:
        return parse_function(parser, ret_node);
    case TOKEN_IF:
        return parse_if(parser, ret_node);
    case TOKEN_FOR:
        return parse_iteration(parser, NODE_FOR, TOKEN_RETURN, "\"return\"", ret_node);
    case TOKEN_SOME:
        return parse_iteration(parser, NODE_SOME, TOKEN_SATISFIES, "\"satisfies\"", ret_node);
    case TOKEN_EVERY:
        return parse_iteration(parser, NODE_EVERY, TOKEN_SATISFIES, "\"satisfies\"", ret_node);
    case TOKEN_END:
        return parser_fail(parser, "the expression ends here, but a value is missing");
    default:
        return parser_fail(parser, "a value is expected here instead of \"%.*s\"",
                           (int)(parser->lexer.token.end - parser->lexer.token.start),
                           parser->text.bytes + parser->lexer.token.start);
    }
}
