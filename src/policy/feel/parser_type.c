/*
 * Types in expressions: "instance of list<number>", "function(a: date and time)".
 *
 * A type that nobody knows is an error where the scope is strict; else it is NULL, and asking for
 * it gives null.
 */
#include "policy/feel/parser.h"

#include <string.h>

enum { TYPE_MEMBERS_MAX = 64 };

static enum berm_status parse_element(struct parser *parser, enum feel_type_kind kind,
                                      const struct feel_type **ret_type)
{
    struct feel_type *type;

    TRY(arena_new(parser->arena, 1, sizeof *type, &type, parser->err));
    type->kind = kind;
    TRY(parser_next(parser)); /* < */
    TRY(parse_type(parser, &type->element));
    TRY(parser_expect(parser, TOKEN_GREATER, "\">\""));
    *ret_type = type->element != NULL ? type : NULL;
    return BERM_OK;
}

/** context<name: type, ...> or function<type, ...>, from "<" on. */
static enum berm_status parse_members(struct parser *parser, struct feel_type *type, bool has_names)
{
    struct feel_type_member *members;

    TRY(arena_new(parser->arena, TYPE_MEMBERS_MAX, sizeof *members, &members, parser->err));
    type->members = members;
    TRY(parser_next(parser));
    while (parser->lexer.token.kind != TOKEN_GREATER) {
        struct feel_type_member *member = &members[type->member_count];

        if (type->member_count == TYPE_MEMBERS_MAX)
            return parser_fail(parser, "a type may have %d entries", TYPE_MEMBERS_MAX);
        if (has_names) {
            if (!lexer_name_before(&parser->lexer, ':', &member->name))
                return parser_fail(parser, "an entry's name and \":\" are expected here");
            TRY(parser_next(parser));
        }
        TRY(parse_type(parser, &member->type));
        type->member_count++;
        if (parser->lexer.token.kind != TOKEN_COMMA)
            break;
        TRY(parser_next(parser));
    }
    return parser_expect(parser, TOKEN_GREATER, "\">\"");
}

static enum berm_status parse_function_type(struct parser *parser,
                                            const struct feel_type **ret_type)
{
    struct feel_type *type;

    TRY(arena_new(parser->arena, 1, sizeof *type, &type, parser->err));
    type->kind = FEEL_TYPE_FUNCTION;
    TRY(parser_next(parser));
    if (parser->lexer.token.kind == TOKEN_LESS) {
        TRY(parse_members(parser, type, false));
        TRY(parser_expect(parser, TOKEN_ARROW, "\"->\" and the type of the result"));
        TRY(parse_type(parser, &type->element));
        if (type->element == NULL)
            type->element = feel_type_by_name(TEXT("Any"));
    }
    *ret_type = type;
    return BERM_OK;
}

/** A name, with "." between the parts of an imported one. */
static enum berm_status parse_type_name(struct parser *parser, struct text *ret_name)
{
    uint32_t start = parser->lexer.token.start;
    uint32_t end = parser->lexer.token.end;
    struct text name = parser->lexer.token.text;

    TRY(parser_next(parser));
    while (parser->lexer.token.kind == TOKEN_DOT) {
        TRY(parser_next(parser));
        if (parser->lexer.token.kind != TOKEN_NAME)
            return parser_fail(parser, "the rest of the type's name is expected here");
        end = parser->lexer.token.end;
        name = (struct text){parser->text.bytes + start, end - start};
        TRY(parser_next(parser));
    }
    *ret_name = name;
    return BERM_OK;
}

static enum berm_status parse_named_type(struct parser *parser, const struct feel_type **ret_type)
{
    uint32_t position = parser->lexer.token.start;
    const struct feel_type *type;
    struct text name;

    if (parser->lexer.token.kind == TOKEN_NULL)
        name = TEXT("Null");
    else if (parser->lexer.token.kind == TOKEN_NAME)
        name = parser->lexer.token.text;
    else
        return parser_fail(parser, "the name of a type is expected here");
    TRY(parse_type_name(parser, &name));
    if (parser->lexer.token.kind == TOKEN_LESS) {
        if (text_equal(name, TEXT("list")))
            return parse_element(parser, FEEL_TYPE_LIST, ret_type);
        if (text_equal(name, TEXT("range")))
            return parse_element(parser, FEEL_TYPE_RANGE, ret_type);
        if (text_equal(name, TEXT("context"))) {
            struct feel_type *context;

            TRY(arena_new(parser->arena, 1, sizeof *context, &context, parser->err));
            context->kind = FEEL_TYPE_CONTEXT;
            *ret_type = context;
            return parse_members(parser, context, true);
        }
    }
    type = scope_find_type(parser->scope, name);
    if (type == NULL)
        type = feel_type_by_name(name);
    if (type == NULL && parser->strictness == FEEL_STRICT)
        return fail_in_text(parser->err, parser->text, position,
                            "there is no type \"%.*s\"; is it misspelt?", TEXT_ARG(name));
    *ret_type = type;
    return BERM_OK;
}

enum berm_status parse_type(struct parser *parser, const struct feel_type **ret_type)
{
    if (++parser->depth > NESTING_MAX)
        return parser_fail(parser, "types may be nested %d deep", NESTING_MAX);
    if (parser->lexer.token.kind == TOKEN_FUNCTION)
        TRY(parse_function_type(parser, ret_type));
    else
        TRY(parse_named_type(parser, ret_type));
    parser->depth--;
    return BERM_OK;
}
