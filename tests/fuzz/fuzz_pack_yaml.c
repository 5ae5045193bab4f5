/*
 * Any bytes as a pack's YAML: the tree is whole, and reading pack.yaml from it ends well. The first
 * byte is not part of the text: it makes the arena's cap small or large, so that running out of
 * memory is met at every depth.
 */
#include <stdlib.h>

#include "pack/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Visit every node; what a tree promises must hold. */
static size_t count_nodes(const struct yaml_node *node, int depth)
{
    size_t count = 1;

    if (depth > YAML_DEPTH_MAX + 1 || node->line < 1 || node->column < 1)
        abort();
    if (node->kind == YAML_SCALAR && !text_is_utf8(node->text, NULL))
        abort();
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == YAML_MAPPING && (node->keys[i].kind != YAML_SCALAR ||
                                           yaml_find(node, node->keys[i].text) != &node->items[i]))
            abort();
        count += count_nodes(&node->items[i], depth + 1);
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct berm_error err = {0};
    const struct yaml_node *root;
    struct manifest manifest;
    struct text text;

    if (length == 0)
        return 0;
    text = (struct text){(const char *)bytes + 1, length - 1};
    if (arena_create(bytes[0] < 64 ? (size_t)bytes[0] * 64 : 32 << 20, &arena, &err) != BERM_OK)
        return 0;
    if (yaml_read(arena, text, &root, &err) == BERM_OK) {
        if (count_nodes(root, 1) == 0)
            abort();
    } else if (err.status == BERM_OK || err.message[0] == 0) {
        abort();
    }
    arena_reset(arena);
    if (manifest_read(arena, text, &manifest, &err) == BERM_OK &&
        (manifest.name.length == 0 || manifest.findings.node == NULL))
        abort();
    return 0;
}
