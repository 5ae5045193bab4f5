/*
 * Boxed for, every, some and filter. A filter whose condition is a literal expression is compiled
 * as the FEEL filter that it stands for, so that both mean the same; only a condition that is
 * itself boxed is run here, with the element as "item".
 */
#include "reader.h"

static enum berm_status part_compile(struct compiler *compiler, const struct feel_scope *scope,
                                     const xmlNode *element, const char *name,
                                     const struct boxed **ret_boxed, struct berm_error *err)
{
    const xmlNode *child = xml_first(element, name);
    const xmlNode *value = child == NULL ? NULL : boxed_child(child);

    if (value == NULL && is_strict(compiler->reader))
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "The '%s' expression has no '%s'; add one.", (const char *)element->name,
                        name);
    return boxed_compile(compiler, scope, value, ret_boxed, err);
}

enum berm_status loop_compile(struct compiler *compiler, const struct feel_scope *scope,
                              const xmlNode *element, struct boxed *boxed, struct berm_error *err)
{
    struct boxed_loop *loop = &boxed->loop;
    struct feel_scope *inner;
    struct text variable;

    TRY(xml_name(element, "iteratorVariable", compiler->reader->arena, &variable, err));
    if (variable.length == 0)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "The '%s' expression has no iteratorVariable; name one.",
                        (const char *)element->name);
    TRY(part_compile(compiler, scope, element, "in", &loop->in, err));
    TRY(compile_scope_copy(compiler, scope, &inner, err));
    if (boxed->kind == BOXED_FOR)
        TRY(compile_local(compiler, inner, TEXT("partial"), NULL, &loop->partial_slot, err));
    TRY(compile_local(compiler, inner, variable, NULL, &loop->slot, err));
    return part_compile(compiler, inner, element, boxed->kind == BOXED_FOR ? "return" : "satisfies",
                        &loop->body, err);
}

enum berm_status filter_compile(struct compiler *compiler, const struct feel_scope *scope,
                                const xmlNode *element, struct boxed *boxed, struct berm_error *err)
{
    struct arena *arena = compiler->reader->arena;
    const xmlNode *match = xml_first(element, "match");
    const xmlNode *condition = match == NULL ? NULL : boxed_child(match);
    struct boxed_loop *loop = &boxed->loop;
    struct feel_scope *inner;

    TRY(part_compile(compiler, scope, element, "in", &loop->in, err));
    TRY(compile_scope_copy(compiler, scope, &inner, err));
    if (condition != NULL && xml_is(condition, "literalExpression")) {
        const xmlNode *text_element;
        struct boxed *literal;
        struct text text;

        TRY(compile_local(compiler, inner, TEXT("filtered_list_"), NULL, &loop->slot, err));
        TRY(xml_text_child(condition, arena, &text, &text_element, err));
        TRY(text_format(arena, &text, err, "filtered_list_[%.*s\n]", TEXT_ARG(text)));
        TRY(arena_new(arena, 1, sizeof(*literal), &literal, err));
        literal->kind = BOXED_LITERAL;
        loop->body = literal;
        loop->partial_slot = NO_NODE; /* the body filters by itself */
        enum berm_status status = compile_text(compiler, inner, text_element, text, FEEL_EXPRESSION,
                                               &literal->literal, err);
        if (status != BERM_OK && err != NULL && err->line == xml_line(text_element))
            err->column -= (int32_t)sizeof("filtered_list_[") - 1;
        return status;
    }
    TRY(compile_local(compiler, inner, TEXT("item"), NULL, &loop->slot, err));
    return part_compile(compiler, inner, element, "match", &loop->body, err);
}
