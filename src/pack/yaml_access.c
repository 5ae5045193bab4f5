/*
 * Asking a YAML tree for what a file must hold. Every message names the key and the place, because
 * the reader of the message has the file open in an editor.
 */
#include "pack/yaml.h"

static const char *kind_in_words(enum yaml_kind kind)
{
    switch (kind) {
    case YAML_SCALAR:
        return "a single value";
    case YAML_SEQUENCE:
        return "a list (lines that begin with '- ', or [a, b])";
    case YAML_MAPPING:
        return "keys with values ('key: value')";
    }
    return "something else";
}

const struct yaml_node *yaml_find(const struct yaml_node *mapping, struct text key)
{
    for (size_t i = 0; i < mapping->count; i++)
        if (text_equal(mapping->keys[i].text, key))
            return &mapping->items[i];
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && node->is_plain &&
           (node->text.length == 0 || text_equal(node->text, TEXT("~")) ||
            text_equal(node->text, TEXT("null")));
}

enum berm_status yaml_expect(const struct yaml_node *node, enum yaml_kind kind, const char *what,
                             struct berm_error *err)
{
    if (node->kind == kind)
        return BERM_OK;
    return fail_at(err, BERM_INVALID_INPUT, node->line, node->column, "%s must be %s", what,
                   kind_in_words(kind));
}

enum berm_status yaml_expect_keys(const struct yaml_node *node, const struct text *allowed,
                                  size_t allowed_count, const char *what, struct berm_error *err)
{
    TRY(yaml_expect(node, YAML_MAPPING, what, err));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = &node->keys[i];
        bool is_allowed = false;
        int nearest;

        for (size_t j = 0; j < allowed_count && !is_allowed; j++)
            is_allowed = text_equal(key->text, allowed[j]);
        if (is_allowed)
            continue;
        nearest = text_nearest(key->text, allowed, allowed_count);
        if (nearest >= 0)
            return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                           "%s has no key '%.*s'; did you mean '%.*s'?", what, TEXT_ARG(key->text),
                           TEXT_ARG(allowed[nearest]));
        return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                       "%s has no key '%.*s'; take it out", what, TEXT_ARG(key->text));
    }
    return BERM_OK;
}

enum berm_status yaml_optional_text(const struct yaml_node *mapping, struct text key,
                                    struct text *ret_text, struct berm_error *err)
{
    const struct yaml_node *node = yaml_find(mapping, key);

    if (node == NULL) {
        *ret_text = TEXT("");
        return BERM_OK;
    }
    if (node->kind != YAML_SCALAR)
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column, "'%.*s' must be %s",
                       TEXT_ARG(key), kind_in_words(YAML_SCALAR));
    if (node->text.length == 0 || yaml_is_null(node))
        return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                       "'%.*s' is empty; give it a value or take the line out", TEXT_ARG(key));
    *ret_text = node->text;
    return BERM_OK;
}

enum berm_status yaml_required_text(const struct yaml_node *mapping, struct text key,
                                    struct text *ret_text, struct berm_error *err)
{
    if (yaml_find(mapping, key) == NULL)
        return fail_at(err, BERM_INVALID_INPUT, mapping->line, mapping->column,
                       "'%.*s' is missing; add the line '%.*s: ...'", TEXT_ARG(key), TEXT_ARG(key));
    return yaml_optional_text(mapping, key, ret_text, err);
}

enum berm_status yaml_texts(struct arena *arena, const struct yaml_node *node, const char *what,
                            const struct text **ret_texts, size_t *ret_count,
                            struct berm_error *err)
{
    struct text *texts;

    TRY(yaml_expect(node, YAML_SEQUENCE, what, err));
    if (node->count > YAML_ENTRIES_MAX)
        return fail_at(err, BERM_LIMIT, node->line, node->column,
                       "%s has more than %d items; divide it", what, YAML_ENTRIES_MAX);
    TRY(arena_new(arena, node->count, sizeof *texts, &texts, err));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *item = &node->items[i];

        if (item->kind != YAML_SCALAR || item->text.length == 0)
            return fail_at(err, BERM_INVALID_INPUT, item->line, item->column,
                           "each item of %s must be a single value", what);
        for (size_t j = 0; j < i; j++)
            if (text_equal(texts[j], item->text))
                return fail_at(err, BERM_INVALID_INPUT, item->line, item->column,
                               "'%.*s' stands twice in %s; keep one of them", TEXT_ARG(item->text),
                               what);
        texts[i] = item->text;
    }
    *ret_texts = texts;
    *ret_count = node->count;
    return BERM_OK;
}
