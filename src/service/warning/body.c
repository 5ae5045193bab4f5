/*
 * A JSON object to a warning's texts. Numbers and booleans are taken as people write them, because
 * departments' programs write amounts both ways; an unknown member is refused, because a misspelled
 * one would silently say nothing.
 */
#include "service/warning/private.h"

#include "json/json.h"

static const char *const NAMES[MEMBER_COUNT] = {
#define WARNING_MEMBER(id, name) #name,
#include "service/warning/members.def"
#undef WARNING_MEMBER
};

const char *warning_member_name(enum warning_member member)
{
    assert(member < MEMBER_COUNT);
    return NAMES[member];
}

struct text *warning_member_of(struct warning_input *input, enum warning_member member)
{
    switch (member) {
#define WARNING_MEMBER(id, name)                                                                   \
    case MEMBER_##id:                                                                              \
        return &input->name;
#include "service/warning/members.def"
#undef WARNING_MEMBER
    case MEMBER_COUNT:
        break;
    }
    assert(!"a member is one of the list");
    return NULL;
}

static enum berm_status fail_unknown(struct text key, struct berm_error *err)
{
    enum { KEY_SHOWN_MAX = 60 };
    struct text names[MEMBER_COUNT];
    int shown = key.length < KEY_SHOWN_MAX ? (int)key.length : KEY_SHOWN_MAX;
    int nearest;

    for (int m = 0; m < MEMBER_COUNT; m++)
        names[m] = text_of(NAMES[m]);
    nearest = text_nearest(key, names, MEMBER_COUNT);
    if (nearest >= 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a warning has no member \"%.*s\"; did you mean \"%s\"?", shown, key.bytes,
                         NAMES[nearest]);
    return fail_with(err, BERM_INVALID_INPUT,
                     "a warning has no member \"%.*s\"; leave it out, or write it into \"note\"",
                     shown, key.bytes);
}

static enum berm_status read_member(struct text key, const struct json_node *value,
                                    struct arena *arena, struct warning_input *input,
                                    const char **ret_field, struct berm_error *err)
{
    struct text text;

    for (int m = 0; m < MEMBER_COUNT; m++) {
        if (!text_equal(key, text_of(NAMES[m])))
            continue;
        *ret_field = NAMES[m];
        if (node_kind(value) == NODE_NULL)
            return BERM_OK;
        if (node_kind(value) == NODE_ARRAY || node_kind(value) == NODE_OBJECT)
            return fail_with(err, BERM_INVALID_INPUT, "\"%s\" must be a text, and is a %s",
                             NAMES[m], node_kind_words(node_kind(value)));
        TRY(node_scalar(value, arena, &text, err));
        return text_copy(arena, text_trimmed(text),
                         warning_member_of(input, (enum warning_member)m), err);
    }
    return fail_unknown(key, err);
}

enum berm_status warning_body_read(struct text body, struct arena *arena,
                                   struct warning_input *ret_input, const char **ret_field,
                                   struct berm_error *err)
{
    CLEANUP(json_tree_freep) struct json_tree *tree = NULL;
    struct warning_input input = {0};
    const struct json_node *value;
    struct text key;
    void *position = NULL;

    *ret_field = "";
    if (body.length > WARNING_BODY_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "a warning has at most %d bytes, and this has %zu",
                         (int)WARNING_BODY_BYTES_MAX, body.length);
    TRY(json_tree_parse(body, &tree, err));
    if (node_kind(json_tree_root(tree)) != NODE_OBJECT)
        return fail_with(err, BERM_INVALID_INPUT,
                         "a warning is a JSON object, such as {\"source\": \"health\", ...}, and "
                         "this is a %s",
                         node_kind_words(node_kind(json_tree_root(tree))));
    while (node_next_member(json_tree_root(tree), &position, &key, &value)) {
        TRY(read_member(key, value, arena, &input, ret_field, err));
        *ret_field = "";
    }
    *ret_input = input;
    return BERM_OK;
}
