/*
 * The requirement graph: references to nodes, the bindings through which logic sees what it
 * requires, and the refusal of circles and of chains too long for the C stack. After this, running
 * needs no order of its own: a decision asks for what it requires, and each is worked out once.
 */
#include "reader.h"

#include <string.h>

enum mark {
    MARK_NEW,
    MARK_ON_PATH,
    MARK_DONE,
};

struct walk {
    struct reader *reader;
    uint8_t *marks;   /* enum mark by node */
    uint16_t *chains; /* the longest chain that starts at a node */
    uint32_t path[DMN_CHAIN_MAX + 1];
    size_t path_length;
};

enum berm_status graph_find(struct reader *reader, struct part *part, struct text href,
                            uint32_t *ret_node, struct berm_error *err)
{
    const char *hash = memchr(href.bytes, '#', href.length);
    struct text name_space = {href.bytes, hash == NULL ? 0 : (size_t)(hash - href.bytes)};
    struct text id = hash == NULL ? href : text_from(href, name_space.length + 1);
    size_t home = (size_t)(part - reader->parts);
    struct text key;
    int64_t found;

    *ret_node = NO_NODE;
    if (name_space.length != 0 && !text_equal(name_space, part->name_space)) {
        for (home = 0; home < reader->part_count; home++)
            if (text_equal(reader->parts[home].name_space, name_space))
                break;
        if (home == reader->part_count)
            return BERM_OK;
    }
    TRY(text_format(reader->arena, &key, err, "%zu#%.*s", home, TEXT_ARG(id)));
    if (map_get(reader->ids, key, &found))
        *ret_node = (uint32_t)found;
    return BERM_OK;
}

/* The node that an element's href names; NO_NODE where a lenient reading passes over it. */
static enum berm_status reference_read(struct reader *reader, struct part *part,
                                       const xmlNode *element, uint32_t *ret_node,
                                       struct berm_error *err)
{
    struct text href;

    *ret_node = NO_NODE;
    TRY(xml_attribute(element, "href", reader->arena, &href, err));
    TRY(graph_find(reader, part, href, ret_node, err));
    if (*ret_node == NO_NODE && is_strict(reader))
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "'%s' refers to '%.*s', which is not in the model; correct the id or "
                        "remove the requirement.",
                        (const char *)element->name, TEXT_ARG(href));
    return BERM_OK;
}

static void add_once(uint32_t *nodes, size_t *count, uint32_t node)
{
    for (size_t i = 0; i < *count; i++)
        if (nodes[i] == node)
            return;
    nodes[(*count)++] = node;
}

/* ---- Bindings -------------------------------------------------------------------------------- */

static const struct import *import_of(const struct part *part, uint32_t home)
{
    for (size_t i = 0; i < part->import_count; i++)
        if (part->imports[i].part == home)
            return &part->imports[i];
    return NULL;
}

/* The binding of an import's context, made when its first node is bound. */
static enum berm_status import_binding(struct reader *reader, struct text name, size_t most,
                                       struct binding *bindings, size_t *count,
                                       struct binding **ret_binding, struct berm_error *err)
{
    uint32_t *nodes;
    struct text *names;

    for (size_t i = 0; i < *count; i++) {
        if (bindings[i].node == NO_NODE && text_equal(bindings[i].name, name)) {
            *ret_binding = &bindings[i];
            return BERM_OK;
        }
    }
    TRY(arena_new(reader->arena, most, sizeof(*nodes), &nodes, err));
    TRY(arena_new(reader->arena, most, sizeof(*names), &names, err));
    bindings[*count] =
        (struct binding){.node = NO_NODE, .nodes = nodes, .names = names, .name = name};
    *ret_binding = &bindings[(*count)++];
    return BERM_OK;
}

static enum berm_status bindings_make(struct reader *reader, struct node *node,
                                      struct berm_error *err)
{
    const struct part *part = &reader->parts[node->part];
    struct binding *bindings;
    size_t count = 0;

    TRY(arena_new(reader->arena, node->require_count, sizeof(*bindings), &bindings, err));
    for (size_t i = 0; i < node->require_count; i++) {
        const struct node *required = &reader->nodes[node->requires[i]];
        const struct import *import =
            required->part == node->part ? NULL : import_of(part, required->part);

        if (import == NULL || import->name.length == 0) {
            bindings[count++] =
                (struct binding){.node = node->requires[i], .name = required->variable};
            continue;
        }
        struct binding *group;
        TRY(import_binding(reader, import->name, node->require_count, bindings, &count, &group,
                           err));
        ((uint32_t *)group->nodes)[group->count] = node->requires[i];
        ((struct text *)group->names)[group->count] = required->variable;
        group->count++;
    }
    node->logic.bindings = bindings;
    node->logic.binding_count = count;
    return BERM_OK;
}

/* ---- Requirements ---------------------------------------------------------------------------- */

static enum berm_status requirements_read(struct reader *reader, uint32_t index,
                                          struct berm_error *err)
{
    struct node *node = &reader->nodes[index];
    struct part *part = &reader->parts[node->part];
    const xmlNode *element = reader->elements[index];
    size_t most =
        xml_count(element, "informationRequirement") + xml_count(element, "knowledgeRequirement");
    size_t count = 0;
    uint32_t *requires;

    TRY(arena_new(reader->arena, most, sizeof(*requires), &requires, err));
    for (const xmlNode *e = xml_first_element(element); e != NULL; e = xml_next_element(e)) {
        const xmlNode *reference = xml_first_element(e);
        uint32_t required;

        if (!xml_is(e, "informationRequirement") && !xml_is(e, "knowledgeRequirement"))
            continue;
        while (reference != NULL && !xml_has_attribute(reference, "href"))
            reference = xml_next_element(reference);
        if (reference == NULL)
            continue;
        TRY(reference_read(reader, part, reference, &required, err));
        if (required != NO_NODE)
            add_once(requires, &count, required);
    }
    node->requires = requires;
    node->require_count = count;
    return bindings_make(reader, node, err);
}

static enum berm_status service_references(struct reader *reader, uint32_t index, const char *name,
                                           uint32_t *nodes, size_t *count, struct berm_error *err)
{
    struct part *part = &reader->parts[reader->nodes[index].part];
    uint32_t found;

    for (const xmlNode *e = xml_first(reader->elements[index], name); e != NULL;
         e = xml_next(e, name)) {
        TRY(reference_read(reader, part, e, &found, err));
        if (found != NO_NODE)
            add_once(nodes, count, found);
    }
    return BERM_OK;
}

/* A service is a function of its input data and input decisions, in this order. */
static enum berm_status service_read(struct reader *reader, uint32_t index, struct berm_error *err)
{
    struct node *node = &reader->nodes[index];
    const xmlNode *element = reader->elements[index];
    size_t most = xml_count(element, "inputData") + xml_count(element, "inputDecision");
    uint32_t *parameters, *outputs;
    struct text *names;
    const struct feel_type **types;
    struct service *service = &node->service;

    TRY(arena_new(reader->arena, most, sizeof(*parameters), &parameters, err));
    TRY(service_references(reader, index, "inputData", parameters, &service->parameter_count, err));
    TRY(service_references(reader, index, "inputDecision", parameters, &service->parameter_count,
                           err));
    TRY(arena_new(reader->arena, xml_count(element, "outputDecision"), sizeof(*outputs), &outputs,
                  err));
    TRY(service_references(reader, index, "outputDecision", outputs, &service->output_count, err));
    service->parameters = parameters;
    service->outputs = outputs;
    node->requires = outputs;
    node->require_count = service->output_count;

    TRY(arena_new(reader->arena, service->output_count, sizeof(*names), &names, err));
    for (size_t i = 0; i < service->output_count; i++)
        names[i] = reader->nodes[outputs[i]].variable;
    service->output_names = names;
    TRY(arena_new(reader->arena, service->parameter_count, sizeof(*names), &names, err));
    TRY(arena_new(reader->arena, service->parameter_count, sizeof(*types), &types, err));
    for (size_t i = 0; i < service->parameter_count; i++) {
        names[i] = reader->nodes[parameters[i]].variable;
        types[i] = reader->nodes[parameters[i]].type;
    }
    node->logic.parameters = names;
    node->logic.parameter_types = types;
    node->logic.parameter_count = service->parameter_count;
    return BERM_OK;
}

/* ---- Circles --------------------------------------------------------------------------------- */

static enum berm_status fail_circle(const struct walk *walk, uint32_t node, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer names = {.cap_bytes = 300};
    const struct reader *reader = walk->reader;
    size_t i = walk->path_length;

    while (i > 0 && walk->path[i - 1] != node)
        i--;
    for (i = i == 0 ? 0 : i - 1; i < walk->path_length; i++)
        buffer_append_format(&names, "'%.*s' -> ", TEXT_ARG(reader->nodes[walk->path[i]].name));
    return xml_fail(reader->elements[node], err, BERM_INVALID_INPUT,
                    "Circular requirement: %.*s'%.*s'; remove one of these requirements.",
                    TEXT_ARG(buffer_text(&names)), TEXT_ARG(reader->nodes[node].name));
}

/* Functions may call one another in a circle in plain DMN; a depth limit ends them when they run.
 */
static bool is_recursion_of_functions(const struct walk *walk, uint32_t node)
{
    if (is_strict(walk->reader))
        return false;
    for (size_t i = walk->path_length; i > 0; i--) {
        if (walk->reader->nodes[walk->path[i - 1]].kind != NODE_KNOWLEDGE)
            return false;
        if (walk->path[i - 1] == node)
            return true;
    }
    return false;
}

static enum berm_status visit(struct walk *walk, uint32_t index, struct berm_error *err)
{
    const struct node *node = &walk->reader->nodes[index];
    uint16_t longest = 0;

    if (walk->marks[index] == MARK_ON_PATH) {
        if (is_recursion_of_functions(walk, index))
            return BERM_OK;
        return fail_circle(walk, index, err);
    }
    if (walk->marks[index] == MARK_NEW) {
        if (walk->path_length == DMN_CHAIN_MAX)
            return xml_fail(walk->reader->elements[index], err, BERM_LIMIT,
                            "More than %d decisions wait for one another; shorten the chain.",
                            (int)DMN_CHAIN_MAX);
        walk->marks[index] = MARK_ON_PATH;
        walk->path[walk->path_length++] = index;
        for (size_t i = 0; i < node->require_count; i++) {
            TRY(visit(walk, node->requires[i], err));
            if (walk->chains[node->requires[i]] > longest)
                longest = walk->chains[node->requires[i]];
        }
        walk->path_length--;
        walk->marks[index] = MARK_DONE;
        walk->chains[index] = (uint16_t)(longest + 1);
    }
    if (walk->path_length + walk->chains[index] > DMN_CHAIN_MAX)
        return xml_fail(walk->reader->elements[index], err, BERM_LIMIT,
                        "More than %d decisions wait for one another; shorten the chain.",
                        (int)DMN_CHAIN_MAX);
    return BERM_OK;
}

enum berm_status graph_resolve(struct reader *reader, struct berm_error *err)
{
    struct walk *walk;

    for (uint32_t i = 0; i < reader->node_count; i++) {
        enum berm_status status = reader->nodes[i].kind == NODE_SERVICE
                                      ? service_read(reader, i, err)
                                      : requirements_read(reader, i, err);
        if (status != BERM_OK)
            return fail_within(err, status, "'%.*s'", TEXT_ARG(reader->nodes[i].name));
    }
    TRY(arena_new(reader->arena, 1, sizeof(*walk), &walk, err));
    walk->reader = reader;
    TRY(arena_new(reader->arena, reader->node_count, sizeof(*walk->marks), &walk->marks, err));
    TRY(arena_new(reader->arena, reader->node_count, sizeof(*walk->chains), &walk->chains, err));
    for (uint32_t i = 0; i < reader->node_count; i++)
        TRY(visit(walk, i, err));
    return BERM_OK;
}
