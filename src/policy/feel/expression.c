/*
 * Compiling: text to tree to resolved tree.
 */
#include "policy/feel/parser.h"
#include "policy/feel/resolve.h"

static enum berm_status check_text(struct text text, struct berm_error *err)
{
    size_t bad;

    if (text.length > EXPRESSION_BYTES_MAX)
        return fail_with(err, BERM_LIMIT,
                         "an expression may have %d bytes, and this one has %zu; split it",
                         EXPRESSION_BYTES_MAX, text.length);
    if (!text_is_utf8(text, &bad))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the expression is not well-formed UTF-8 at byte %zu; save it as UTF-8",
                         bad + 1);
    return BERM_OK;
}

enum berm_status feel_compile(struct arena *arena, const struct feel_scope *scope,
                              enum feel_syntax syntax, enum feel_strictness strictness,
                              struct text text, const struct feel_expression **ret_expression,
                              struct berm_error *err)
{
    struct feel_expression *expression;
    struct resolver resolver = {
        .arena = arena, .scope = scope, .strictness = strictness, .err = err};
    struct node *root;

    TRY(check_text(text, err));
    TRY(arena_new(arena, 1, sizeof *expression, &expression, err));
    TRY(text_copy(arena, text, &expression->text, err));
    expression->syntax = syntax;
    expression->slot_count = feel_scope_slot_count(scope);
    TRY(parse_text(arena, scope, syntax, strictness, expression->text, &root, err));
    expression->is_irrelevant = root == NULL;
    if (syntax == FEEL_UNARY_TESTS) {
        expression->body.parameter_count = 1;
        TRY(arena_new(arena, 1, sizeof *expression->body.parameters, &expression->body.parameters,
                      err));
        TRY(arena_new(arena, 1, sizeof *expression->body.types, &expression->body.types, err));
        expression->body.parameters[0] = TEXT("?");
    }
    expression->body.body = root;
    resolver.text = expression->text;
    if (root != NULL)
        TRY(resolve_body(&resolver, &expression->body));
    *ret_expression = expression;
    return BERM_OK;
}

bool feel_is_irrelevant(const struct feel_expression *expression)
{
    return expression->is_irrelevant;
}

struct text feel_source_text(const struct feel_expression *expression)
{
    return expression->text;
}
