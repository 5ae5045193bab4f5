/*
 * From XML to an immutable model, in passes over the tree: the parts (a model and what it imports),
 * their item definitions, the nodes (names, ids, types), the requirements between them, and last
 * the logic, which needs all of the former. The trees are freed before the model is handed out.
 */
#include "reader.h"

static enum berm_status part_load(struct reader *reader, struct text source, uint32_t *ret_part,
                                  struct berm_error *err);

static void reader_close(struct reader **reader)
{
    if (*reader == NULL)
        return;
    for (size_t i = 0; i < (*reader)->part_count; i++)
        xml_close(&(*reader)->parts[i].xml);
    map_free((*reader)->ids);
}

static enum berm_status import_load(struct reader *reader, struct import *import,
                                    const xmlNode *element, struct berm_error *err)
{
    struct text source = TEXT("");

    for (size_t i = 0; i < reader->part_count; i++) {
        if (text_equal(reader->parts[i].name_space, import->name_space)) {
            import->part = (uint32_t)i;
            return BERM_OK;
        }
    }
    if (reader->options->load_import == NULL)
        return xml_fail(element, err, BERM_INVALID_INPUT,
                        "The model imports '%.*s', but imports are not taken here; put all in one "
                        "file.",
                        TEXT_ARG(import->name_space));
    enum berm_status status =
        reader->options->load_import(reader->options->load_context, import->location,
                                     import->name_space, reader->arena, &source, err);
    if (status == BERM_OK)
        status = part_load(reader, source, &import->part, err);
    if (status != BERM_OK)
        return fail_within(err, status, "import '%.*s'", TEXT_ARG(import->name_space));
    return BERM_OK;
}

static bool is_dmn_import(const xmlNode *element)
{
    const char *const dmn_words[] = {"/DMN/", "/dmn", "/FEEL"};
    const xmlAttr *attribute = element->properties;

    for (; attribute != NULL; attribute = attribute->next)
        if (text_equal(text_of((const char *)attribute->name), TEXT("importType")))
            break;
    if (attribute == NULL || attribute->children == NULL)
        return true;
    for (size_t i = 0; i < ARRAY_COUNT(dmn_words); i++)
        if (xmlStrstr(attribute->children->content, (const xmlChar *)dmn_words[i]) != NULL)
            return true;
    return false;
}

/* Parts that import one another in a circle come out right: a part is known by its name space
 * before its imports are loaded. */
static enum berm_status imports_load(struct reader *reader, uint32_t index, struct berm_error *err)
{
    struct part *part = &reader->parts[index];

    TRY(arena_new(reader->arena, xml_count(part->root, "import"), sizeof(*part->imports),
                  &part->imports, err));
    for (const xmlNode *e = xml_first(part->root, "import"); e != NULL; e = xml_next(e, "import")) {
        struct import *import = &part->imports[part->import_count];

        if (!is_dmn_import(e))
            continue;
        TRY(xml_name(e, "name", reader->arena, &import->name, err));
        TRY(xml_attribute(e, "namespace", reader->arena, &import->name_space, err));
        TRY(xml_attribute(e, "locationURI", reader->arena, &import->location, err));
        TRY(import_load(reader, import, e, err));
        part->import_count++;
    }
    return BERM_OK;
}

static enum berm_status part_load(struct reader *reader, struct text source, uint32_t *ret_part,
                                  struct berm_error *err)
{
    struct xml xml;

    if (reader->part_count == DMN_PARTS_MAX)
        return fail_with(err, BERM_LIMIT, "More than %d models are imported.", DMN_PARTS_MAX);
    TRY(xml_open(source, &xml, err));

    uint32_t index = (uint32_t)reader->part_count++;
    struct part *part = &reader->parts[index];
    part->xml = xml;
    part->root = xml_root(&part->xml);
    if (part->root == NULL || !xml_is(part->root, "definitions"))
        return fail_at(err, BERM_INVALID_INPUT, part->root == NULL ? 0 : xml_line(part->root), 0,
                       "This is no DMN model: the outermost element must be 'definitions'.");
    TRY(xml_attribute(part->root, "namespace", reader->arena, &part->name_space, err));
    TRY(xml_name(part->root, "name", reader->arena, &part->name, err));
    TRY(imports_load(reader, index, err));
    *ret_part = index;
    return BERM_OK;
}

static const struct {
    const char *element;
    enum node_kind kind;
} NODE_ELEMENTS[] = {
    {"inputData", NODE_INPUT},
    {"decision", NODE_DECISION},
    {"businessKnowledgeModel", NODE_KNOWLEDGE},
    {"decisionService", NODE_SERVICE},
};

static bool node_kind_of(const xmlNode *element, enum node_kind *ret_kind)
{
    for (size_t i = 0; i < ARRAY_COUNT(NODE_ELEMENTS); i++) {
        if (xml_is(element, NODE_ELEMENTS[i].element)) {
            *ret_kind = NODE_ELEMENTS[i].kind;
            return true;
        }
    }
    return false;
}

static const struct feel_type *declared_input_type(const struct reader *reader, struct text name)
{
    for (size_t i = 0; i < reader->options->input_type_count; i++)
        if (text_equal(reader->options->input_types[i].name, name))
            return reader->options->input_types[i].type;
    return NULL;
}

static enum berm_status node_read(struct reader *reader, uint32_t part_index,
                                  const xmlNode *element, enum node_kind kind,
                                  struct node *ret_node, struct berm_error *err)
{
    struct part *part = &reader->parts[part_index];
    const xmlNode *variable = xml_first(element, "variable");
    struct node node = {.kind = kind, .part = part_index, .line = xml_line(element)};

    TRY(xml_name(element, "name", reader->arena, &node.name, err));
    TRY(xml_attribute(element, "id", reader->arena, &node.id, err));
    if (variable != NULL) {
        TRY(xml_name(variable, "name", reader->arena, &node.variable, err));
        TRY(type_of_attribute(reader, part, variable, "typeRef", &node.type, err));
    }
    if (node.name.length == 0)
        node.name = node.variable.length != 0 ? node.variable : node.id;
    if (node.variable.length == 0)
        node.variable = node.name;
    if (node.name.length == 0)
        return xml_fail(element, err, BERM_INVALID_INPUT, "A '%s' has neither name nor id.",
                        (const char *)element->name);
    if (kind == NODE_INPUT) {
        const struct feel_type *declared = declared_input_type(reader, node.variable);

        node.is_value_trusted = declared != NULL;
        if (node.type == NULL)
            node.type = declared;
    }
    *ret_node = node;
    return BERM_OK;
}

/* Remember the node by id; names must differ among what logic can see. */
static enum berm_status node_register(struct reader *reader, struct map *names, uint32_t index,
                                      struct berm_error *err)
{
    const struct node *node = &reader->nodes[index];
    struct text key;
    int64_t other;

    if (node->id.length != 0) {
        TRY(text_format(reader->arena, &key, err, "%u#%.*s", node->part, TEXT_ARG(node->id)));
        if (is_strict(reader) && map_get(reader->ids, key, &other))
            return xml_fail(reader->elements[index], err, BERM_INVALID_INPUT,
                            "The id '%.*s' is given twice; ids must differ.", TEXT_ARG(node->id));
        TRY(map_put(reader->ids, key, index, err));
    }
    if (!is_strict(reader))
        return BERM_OK;
    TRY(text_format(reader->arena, &key, err, "%u#%.*s", node->part, TEXT_ARG(node->variable)));
    if (map_get(names, key, &other))
        return xml_fail(reader->elements[index], err, BERM_INVALID_INPUT,
                        "The name '%.*s' is given twice (first on line %d); rename one.",
                        TEXT_ARG(node->variable), reader->nodes[other].line);
    return map_put(names, key, index, err);
}

static enum berm_status nodes_read(struct reader *reader, struct berm_error *err)
{
    CLEANUP(map_freep) struct map *names = NULL;
    enum node_kind kind;
    size_t count = 0;

    for (size_t p = 0; p < reader->part_count; p++)
        for (const xmlNode *e = xml_first_element(reader->parts[p].root); e != NULL;
             e = xml_next_element(e))
            count += node_kind_of(e, &kind);
    if (count > DMN_NODES_MAX)
        return fail_with(err, BERM_LIMIT, "The model has %zu inputs and decisions; at most %d.",
                         count, (int)DMN_NODES_MAX);
    TRY(arena_new(reader->arena, count, sizeof(*reader->nodes), &reader->nodes, err));
    TRY(arena_new(reader->arena, count, sizeof(*reader->elements), &reader->elements, err));
    TRY(map_create(count, &reader->ids, err));
    TRY(map_create(count, &names, err));
    for (size_t p = 0; p < reader->part_count; p++) {
        for (const xmlNode *e = xml_first_element(reader->parts[p].root); e != NULL;
             e = xml_next_element(e)) {
            uint32_t index = (uint32_t)reader->node_count;

            if (!node_kind_of(e, &kind))
                continue;
            TRY(node_read(reader, (uint32_t)p, e, kind, &reader->nodes[index], err));
            reader->elements[index] = e;
            reader->node_count++;
            TRY(node_register(reader, names, index, err));
        }
    }
    return BERM_OK;
}

/* The public lists of inputs and decisions, and how many slots all frames need. */
static enum berm_status model_finish(struct reader *reader, struct berm_error *err)
{
    struct dmn_model *model = reader->model;
    struct model_part *parts;
    uint32_t *inputs, *decisions;

    TRY(arena_new(reader->arena, reader->node_count, sizeof(*inputs), &inputs, err));
    TRY(arena_new(reader->arena, reader->node_count, sizeof(*decisions), &decisions, err));
    TRY(arena_new(reader->arena, reader->part_count, sizeof(*parts), &parts, err));
    for (size_t i = 0; i < reader->part_count; i++)
        parts[i] = (struct model_part){reader->parts[i].name_space, reader->parts[i].name};
    for (uint32_t i = 0; i < reader->node_count; i++) {
        struct node *node = &reader->nodes[i];

        if (node->kind == NODE_INPUT) {
            node->public_index = (uint32_t)model->input_count;
            inputs[model->input_count++] = i;
        } else if (node->kind == NODE_DECISION) {
            node->public_index = (uint32_t)model->decision_count;
            decisions[model->decision_count++] = i;
        }
    }
    model->parts = parts;
    model->part_count = reader->part_count;
    model->nodes = reader->nodes;
    model->node_count = reader->node_count;
    model->inputs = inputs;
    model->decisions = decisions;
    return BERM_OK;
}

enum berm_status dmn_model_read(struct arena *arena, struct text xml,
                                const struct dmn_read_options *options,
                                const struct dmn_model **ret_model, struct berm_error *err)
{
    CLEANUP(reader_close) struct reader *reader = NULL;
    struct dmn_model *model;
    uint32_t root;

    TRY(arena_new(arena, 1, sizeof(*reader), &reader, err));
    TRY(arena_new(arena, 1, sizeof(*model), &model, err));
    reader->arena = arena;
    reader->options = options;
    reader->model = model;
    TRY(part_load(reader, xml, &root, err));
    for (size_t i = 0; i < reader->part_count; i++)
        TRY(types_declare(reader, &reader->parts[i], err));
    /* Backwards, since an import mostly stands behind its importer, whose scope copies its types.
     */
    for (size_t i = reader->part_count; i-- > 0;)
        TRY(types_resolve(reader, &reader->parts[i], err));
    TRY(nodes_read(reader, err));
    TRY(model_finish(reader, err));
    TRY(graph_resolve(reader, err));
    TRY(compile_all(reader, err));
    for (size_t i = 0; i < model->node_count; i++)
        if (model->nodes[i].kind == NODE_DECISION)
            model->frame_slots += model->nodes[i].logic.frame_size;
    *ret_model = model;
    return BERM_OK;
}
