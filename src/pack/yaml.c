/*
 * Reading YAML: libyaml's events become a tree. Events are used rather than libyaml's own documents
 * because depth, aliases, tags and keys that appear twice can then be refused at the place where
 * they stand, before anything is built from them.
 *
 * While a collection is open its finished children wait on one stack; when it closes they move into
 * the arena as an array. So a node is an index away and the tree holds nothing that is not needed.
 */
#include "pack/yaml.h"

#include <string.h>

#include <yaml.h>

struct reading {
    struct arena *arena;
    yaml_parser_t parser;
    struct buffer waiting; /* struct yaml_node: children of the collections that are open */
    int depth;
};

/* One event, deleted when the variable's life ends. */
struct event {
    yaml_event_t inner;
    bool is_there;
};

static void event_delete(struct event *event)
{
    if (event->is_there)
        yaml_event_delete(&event->inner);
    event->is_there = false;
}

static void reading_end(struct reading *reading)
{
    yaml_parser_delete(&reading->parser);
    buffer_free(&reading->waiting);
}

static int32_t position(size_t from_zero)
{
    return from_zero >= INT32_MAX ? INT32_MAX : (int32_t)from_zero + 1;
}

static int32_t line_of_offset(struct text text, size_t offset)
{
    size_t line = 0;

    for (size_t i = 0; i < offset && i < text.length; i++)
        line += text.bytes[i] == '\n';
    return position(line);
}

/* The parser's own complaint, with the place where it stopped. */
static enum berm_status fail_in_parser(const yaml_parser_t *parser, struct berm_error *err)
{
    int32_t line = position(parser->problem_mark.line);
    int32_t column = position(parser->problem_mark.column);
    const char *problem = parser->problem == NULL ? "it cannot be read" : parser->problem;

    if (parser->error == YAML_MEMORY_ERROR)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    if (parser->error == YAML_READER_ERROR)
        return fail_with(err, BERM_INVALID_INPUT,
                         "not YAML: %s (byte %zu); save the file as plain UTF-8 text", problem,
                         parser->problem_offset);
    if (parser->context != NULL)
        return fail_at(
            err, BERM_INVALID_INPUT, line, column,
            "not YAML: %s, %s that starts on line %d; look at colons, quotes and how far "
            "the lines are indented",
            problem, parser->context, (int)position(parser->context_mark.line));
    return fail_at(err, BERM_INVALID_INPUT, line, column,
                   "not YAML: %s; look at colons, quotes and how far the lines are indented",
                   problem);
}

static enum berm_status next_event(struct reading *reading, struct event *ret_event,
                                   struct berm_error *err)
{
    event_delete(ret_event);
    if (!yaml_parser_parse(&reading->parser, &ret_event->inner))
        return fail_in_parser(&reading->parser, err);
    ret_event->is_there = true;
    return BERM_OK;
}

static enum berm_status refuse_anchor_and_tag(const struct event *event, const yaml_char_t *anchor,
                                              const yaml_char_t *tag, struct berm_error *err)
{
    int32_t line = position(event->inner.start_mark.line);
    int32_t column = position(event->inner.start_mark.column);

    if (anchor != NULL)
        return fail_at(err, BERM_INVALID_INPUT, line, column,
                       "anchors such as &%.60s are not taken; write the value out where it is used",
                       (const char *)anchor);
    if (tag != NULL)
        return fail_at(err, BERM_INVALID_INPUT, line, column,
                       "tags such as %.60s are not taken; leave the tag out", (const char *)tag);
    return BERM_OK;
}

static enum berm_status read_scalar(struct reading *reading, const struct event *event,
                                    struct yaml_node *ret_node, struct berm_error *err)
{
    const yaml_event_t *inner = &event->inner;
    struct text text = {(const char *)inner->data.scalar.value, inner->data.scalar.length};

    TRY(refuse_anchor_and_tag(event, inner->data.scalar.anchor, inner->data.scalar.tag, err));
    if (!text_is_utf8(text, NULL)) /* a quoted "\0" or half a surrogate pair */
        return fail_at(err, BERM_INVALID_INPUT, position(inner->start_mark.line),
                       position(inner->start_mark.column),
                       "this text holds a character that does not exist; look at its escapes "
                       "(\\0, \\u...)");
    ret_node->is_plain = inner->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return text_copy(reading->arena, text, &ret_node->text, err);
}

static size_t waiting_count(const struct reading *reading)
{
    return reading->waiting.length / sizeof(struct yaml_node);
}

/* Fails where the key on top of the stack is already there among those of its mapping. */
static enum berm_status refuse_second_key(const struct reading *reading, size_t first,
                                          struct berm_error *err)
{
    const struct yaml_node *waiting = (const void *)reading->waiting.bytes;
    size_t last = waiting_count(reading) - 1;
    const struct yaml_node *key = &waiting[last];

    if ((last - first) / 2 >= YAML_ENTRIES_MAX)
        return fail_at(err, BERM_LIMIT, key->line, key->column,
                       "a mapping with more than %d keys is not taken; divide it",
                       YAML_ENTRIES_MAX);
    for (size_t i = first; i < last; i += 2)
        if (text_equal(waiting[i].text, key->text))
            return fail_at(err, BERM_INVALID_INPUT, key->line, key->column,
                           "'%.*s' stands here and on line %d already; keep one of them",
                           TEXT_ARG(key->text), (int)waiting[i].line);
    return BERM_OK;
}

/* Move what waits from first on into the arena, as the children of node. */
static enum berm_status take_children(struct reading *reading, size_t first, struct yaml_node *node,
                                      struct berm_error *err)
{
    const struct yaml_node *waiting = (const void *)reading->waiting.bytes;
    size_t step = node->kind == YAML_MAPPING ? 2 : 1;
    struct yaml_node *keys = NULL;
    struct yaml_node *items;

    node->count = (waiting_count(reading) - first) / step;
    TRY(arena_new(reading->arena, node->count, sizeof *items, &items, err));
    if (node->kind == YAML_MAPPING)
        TRY(arena_new(reading->arena, node->count, sizeof *keys, &keys, err));
    for (size_t i = 0; i < node->count; i++) {
        items[i] = waiting[first + i * step + step - 1];
        if (keys != NULL)
            keys[i] = waiting[first + i * step];
    }
    node->keys = keys;
    node->items = items;
    reading->waiting.length = first * sizeof *waiting;
    return BERM_OK;
}

static enum berm_status read_node(struct reading *reading, const struct event *event,
                                  struct yaml_node *ret_node, struct berm_error *err);

/* The children up to the event that ends the collection; a mapping's keys and values in turn. */
static enum berm_status read_children(struct reading *reading, struct yaml_node *node,
                                      struct berm_error *err)
{
    CLEANUP(event_delete) struct event event = {0};
    size_t first = waiting_count(reading);
    bool is_key = node->kind == YAML_MAPPING;

    if (++reading->depth > YAML_DEPTH_MAX)
        return fail_at(err, BERM_LIMIT, node->line, node->column,
                       "lists and mappings are nested deeper than %d levels; make it flatter",
                       YAML_DEPTH_MAX);
    TRY(next_event(reading, &event, err));
    while (event.inner.type != YAML_MAPPING_END_EVENT &&
           event.inner.type != YAML_SEQUENCE_END_EVENT) {
        struct yaml_node child;

        TRY(read_node(reading, &event, &child, err));
        if (is_key && child.kind != YAML_SCALAR)
            return fail_at(err, BERM_INVALID_INPUT, child.line, child.column,
                           "a key must be a plain text, not a list or mapping; put quotes around "
                           "it if it is meant as text");
        buffer_append(&reading->waiting, &child, sizeof child);
        TRY(buffer_status(&reading->waiting, err));
        if (is_key)
            TRY(refuse_second_key(reading, first, err));
        if (node->kind == YAML_MAPPING)
            is_key = !is_key;
        TRY(next_event(reading, &event, err));
    }
    reading->depth--;
    return take_children(reading, first, node, err);
}

static enum berm_status read_node(struct reading *reading, const struct event *event,
                                  struct yaml_node *ret_node, struct berm_error *err)
{
    const yaml_event_t *inner = &event->inner;
    struct yaml_node node = {.line = position(inner->start_mark.line),
                             .column = position(inner->start_mark.column)};

    switch (inner->type) {
    case YAML_SCALAR_EVENT:
        node.kind = YAML_SCALAR;
        TRY(read_scalar(reading, event, &node, err));
        break;
    case YAML_SEQUENCE_START_EVENT:
        node.kind = YAML_SEQUENCE;
        TRY(refuse_anchor_and_tag(event, inner->data.sequence_start.anchor,
                                  inner->data.sequence_start.tag, err));
        TRY(read_children(reading, &node, err));
        break;
    case YAML_MAPPING_START_EVENT:
        node.kind = YAML_MAPPING;
        TRY(refuse_anchor_and_tag(event, inner->data.mapping_start.anchor,
                                  inner->data.mapping_start.tag, err));
        TRY(read_children(reading, &node, err));
        break;
    case YAML_ALIAS_EVENT:
        return fail_at(err, BERM_INVALID_INPUT, node.line, node.column,
                       "aliases such as *%.60s are not taken; write the value out, or put quotes "
                       "around it",
                       (const char *)inner->data.alias.anchor);
    default:
        return fail_at(err, BERM_INTERNAL, node.line, node.column,
                       "the YAML library gave event %d where a value stands", (int)inner->type);
    }
    *ret_node = node;
    return BERM_OK;
}

static enum berm_status read_document(struct reading *reading, struct yaml_node *ret_root,
                                      struct berm_error *err)
{
    CLEANUP(event_delete) struct event event = {0};

    TRY(next_event(reading, &event, err)); /* the stream's start */
    TRY(next_event(reading, &event, err));
    if (event.inner.type == YAML_STREAM_END_EVENT)
        return fail_at(err, BERM_INVALID_INPUT, 1, 1, "the file is empty; fill it in");
    TRY(next_event(reading, &event, err));
    TRY(read_node(reading, &event, ret_root, err));
    TRY(next_event(reading, &event, err)); /* the document's end */
    TRY(next_event(reading, &event, err));
    if (event.inner.type != YAML_STREAM_END_EVENT)
        return fail_at(err, BERM_INVALID_INPUT, position(event.inner.start_mark.line),
                       position(event.inner.start_mark.column),
                       "a second document begins here; keep one in a file");
    return BERM_OK;
}

enum berm_status yaml_read(struct arena *arena, struct text text, const struct yaml_node **ret_root,
                           struct berm_error *err)
{
    CLEANUP(reading_end) struct reading reading = {.arena = arena};
    struct yaml_node *root;
    size_t bad_offset = 0;

    if (text.length > PACK_FILE_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "the file is larger than %d bytes; divide it",
                         PACK_FILE_BYTES_MAX);
    if (!text_is_utf8(text, &bad_offset))
        return fail_at(err, BERM_INVALID_INPUT, line_of_offset(text, bad_offset), 0,
                       "byte %zu is not UTF-8 text; save the file as UTF-8", bad_offset + 1);
    if (!yaml_parser_initialize(&reading.parser))
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &reading.parser, (const unsigned char *)(text.length == 0 ? "" : text.bytes), text.length);
    TRY(arena_new(arena, 1, sizeof *root, &root, err));
    TRY(read_document(&reading, root, err));
    *ret_root = root;
    return BERM_OK;
}
