/*
 * Built-in functions between text and other values: number, string, range.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/parser.h"

enum { NUMBER_TEXT_MAX = 400 };

static void number_of(struct text text, struct feel_value *ret_value)
{
    struct feel_decimal number;

    *ret_value = feel_null();
    if (feel_decimal_parse(text, &number))
        *ret_value = feel_number(number);
}

enum berm_status builtin_number_from(struct call *call, struct feel_value *ret_value)
{
    number_of(call->arguments[0].string, ret_value);
    return BERM_OK;
}

/** The separator as one character, 0 where it is null; false where it is none of `allowed`. */
static bool separator_of(const struct feel_value *value, const char *allowed, char *ret_separator)
{
    *ret_separator = 0;
    if (value->kind == FEEL_NULL)
        return true;
    if (value->string.length != 1 || strchr(allowed, value->string.bytes[0]) == NULL)
        return false;
    *ret_separator = value->string.bytes[0];
    return true;
}

enum berm_status builtin_number_with(struct call *call, struct feel_value *ret_value)
{
    struct text from = call->arguments[0].string;
    char digits[NUMBER_TEXT_MAX];
    size_t length = 0;
    char grouping;
    char point;

    if (!separator_of(&call->arguments[1], " ,.", &grouping) ||
        !separator_of(&call->arguments[2], ",.", &point) || (grouping != 0 && grouping == point) ||
        from.length > sizeof digits)
        return BERM_OK;
    for (size_t i = 0; i < from.length; i++) {
        char c = from.bytes[i];

        if (c == grouping && grouping != 0)
            continue;
        if (point == ',' && c == '.') /* a point that is no separator here */
            return BERM_OK;
        digits[length++] = c == point && point != 0 ? '.' : c;
    }
    number_of((struct text){digits, length}, ret_value);
    return BERM_OK;
}

enum berm_status builtin_string(struct call *call, struct feel_value *ret_value)
{
    struct text text;

    if (call->arguments[0].kind == FEEL_NULL)
        return BERM_OK;
    TRY(feel_to_string(call->arguments[0], call->run->arena, &text, call->err));
    *ret_value = feel_string(text);
    return BERM_OK;
}

/* ---- range ----------------------------------------------------------------------------------- */

/** A literal, or a call such as date("2020-09-30") on one. */
static bool is_literal(const struct node *node)
{
    if (node->kind == NODE_NEGATE)
        node = node->a;
    if (node->kind == NODE_CONSTANT)
        return true;
    return node->kind == NODE_CALL && node->a->kind == NODE_NAME && node->arguments.count == 1 &&
           node->arguments.nodes[0]->kind == NODE_CONSTANT;
}

enum berm_status builtin_range(struct call *call, struct feel_value *ret_value)
{
    struct arena *arena = call->run->arena;
    struct text text = call->arguments[0].string;
    const struct feel_expression *expression;
    struct feel_scope *scope;
    struct node *root;
    struct berm_error ignored;
    enum berm_status status;

    TRY(feel_scope_create(arena, &scope, call->err));
    if (text.length > EXPRESSION_BYTES_MAX)
        return BERM_OK;
    status = parse_text(arena, scope, FEEL_EXPRESSION, FEEL_LENIENT, text, &root, &ignored);
    if (status == BERM_NO_MEMORY)
        return fail_with(call->err, status, "no memory to read a range");
    if (status != BERM_OK || root->kind != NODE_RANGE || !is_literal(root->a) ||
        !is_literal(root->b))
        return BERM_OK;
    TRY(feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_LENIENT, text, &expression, call->err));
    return feel_evaluate(expression, call->run, NULL, ret_value, call->err);
}
