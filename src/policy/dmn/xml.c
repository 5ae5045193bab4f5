/*
 * XML by libxml2's tree, hardened: the parser stops at a document type before it reads what is in
 * it, so that no entity is ever declared, and nothing is fetched. Each element remembers the line
 * and column at which its content starts, since a tree keeps lines only and a FEEL error should
 * point at the character.
 */
#include "xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    COLUMN_BITS = 20, /* a longer line has its columns cut */
    COLUMN_MASK = (1 << COLUMN_BITS) - 1,
};

/* The parser's own state while it runs: what the callbacks leave for xml_open. */
struct parse_state {
    bool has_document_type;
    int32_t line;
    int32_t column;
    char message[200];
};

static void refuse_document_type(void *context, const xmlChar *name, const xmlChar *external,
                                 const xmlChar *system)
{
    xmlParserCtxt *parser = context;
    struct parse_state *state = parser->_private;

    (void)name;
    (void)external;
    (void)system;
    state->has_document_type = true;
    state->line = parser->input->line;
    state->column = parser->input->col;
    xmlStopParser(parser);
}

static void start_element(void *context, const xmlChar *name, const xmlChar *prefix,
                          const xmlChar *uri, int name_space_count, const xmlChar **name_spaces,
                          int attribute_count, int defaulted_count, const xmlChar **attributes)
{
    xmlParserCtxt *parser = context;

    xmlSAX2StartElementNs(context, name, prefix, uri, name_space_count, name_spaces,
                          attribute_count, defaulted_count, attributes);
    if (parser->node != NULL && parser->input != NULL) {
        /* The parser stands at the start tag's ">". */
        uintptr_t column = (uintptr_t)parser->input->col + 1;

        if (column > COLUMN_MASK)
            column = COLUMN_MASK;
        parser->node->_private = (void *)(((uintptr_t)parser->input->line << COLUMN_BITS) | column);
    }
}

static void note_error(void *context, xmlErrorPtr error)
{
    xmlParserCtxt *parser = context;
    struct parse_state *state = parser->_private;

    if (state->message[0] != '\0' || error->level < XML_ERR_ERROR)
        return;
    state->line = error->line;
    state->column = error->int2;
    snprintf(state->message, sizeof(state->message), "%s",
             error->message != NULL ? error->message : "not well-formed");
    for (char *c = state->message; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = *(c + 1) == '\0' ? '\0' : ' ';
}

/* Errors outside a parser, as of encodings, would otherwise be printed by libxml2. */
static void ignore_error(void *context, xmlErrorPtr error)
{
    (void)context;
    (void)error;
}

static void parser_freep(xmlParserCtxt **parser)
{
    if (*parser != NULL)
        xmlFreeParserCtxt(*parser);
}

enum berm_status xml_open(struct text source, struct xml *ret_xml, struct berm_error *err)
{
    CLEANUP(parser_freep) xmlParserCtxt *parser = NULL;
    struct parse_state state = {0};

    if (source.length > XML_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "The file has %zu bytes; at most %d are read.",
                         source.length, (int)XML_BYTES_MAX);
    if (source.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "The file is empty; a DMN model is expected.");
    parser = xmlNewParserCtxt();
    if (parser == NULL)
        return fail_with(err, BERM_NO_MEMORY, "No memory to read XML.");
    parser->_private = &state;
    parser->sax->internalSubset = refuse_document_type;
    parser->sax->externalSubset = NULL;
    parser->sax->startElementNs = start_element;
    parser->sax->serror = note_error;
    xmlSetStructuredErrorFunc(NULL, ignore_error); /* of this thread only */
    xmlDoc *document =
        xmlCtxtReadMemory(parser, source.bytes, (int)source.length, NULL, NULL,
                          XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_NOWARNING);
    if (document != NULL && parser->wellFormed && !state.has_document_type) {
        *ret_xml = (struct xml){.document = document, .source = source};
        return BERM_OK;
    }
    if (document == NULL && parser->myDoc != NULL) {
        document = parser->myDoc;
        parser->myDoc = NULL;
    }
    xmlFreeDoc(document);
    if (state.has_document_type)
        return fail_at(
            err, BERM_INVALID_INPUT, state.line, state.column,
            "A document type (<!DOCTYPE ...>) is refused, since entities could read other "
            "files; remove it.");
    if (parser->errNo == XML_ERR_NO_MEMORY)
        return fail_with(err, BERM_NO_MEMORY, "No memory to read XML.");
    return fail_at(err, BERM_INVALID_INPUT, state.line, state.column,
                   "The XML is not well-formed: %s.",
                   state.message[0] != '\0' ? state.message : "it cannot be read");
}

void xml_close(struct xml *xml)
{
    xmlFreeDoc(xml->document);
    xml->document = NULL;
}

xmlNode *xml_root(const struct xml *xml)
{
    return xmlDocGetRootElement(xml->document);
}

bool xml_is(const xmlNode *element, const char *name)
{
    return strcmp((const char *)element->name, name) == 0;
}

static xmlNode *element_from(xmlNode *node, const char *name)
{
    while (node != NULL &&
           (node->type != XML_ELEMENT_NODE || (name != NULL && !xml_is(node, name))))
        node = node->next;
    return node;
}

xmlNode *xml_first(const xmlNode *parent, const char *name)
{
    return parent == NULL ? NULL : element_from(parent->children, name);
}

xmlNode *xml_next(const xmlNode *element, const char *name)
{
    return element_from(element->next, name);
}

xmlNode *xml_first_element(const xmlNode *parent)
{
    return xml_first(parent, NULL);
}

xmlNode *xml_next_element(const xmlNode *element)
{
    return element_from(element->next, NULL);
}

size_t xml_count(const xmlNode *parent, const char *name)
{
    size_t count = 0;

    for (const xmlNode *e = xml_first(parent, name); e != NULL; e = xml_next(e, name))
        count++;
    return count;
}

static xmlAttr *find_attribute(const xmlNode *element, const char *name)
{
    for (xmlAttr *a = element->properties; a != NULL; a = a->next)
        if (strcmp((const char *)a->name, name) == 0)
            return a;
    return NULL;
}

bool xml_has_attribute(const xmlNode *element, const char *name)
{
    return find_attribute(element, name) != NULL;
}

static void xml_string_freep(xmlChar **string)
{
    if (*string != NULL)
        xmlFree(*string);
}

enum berm_status xml_attribute(const xmlNode *element, const char *name, struct arena *arena,
                               struct text *ret_value, struct berm_error *err)
{
    CLEANUP(xml_string_freep) xmlChar *value = NULL;
    const xmlAttr *attribute = find_attribute(element, name);

    *ret_value = TEXT("");
    if (attribute == NULL || attribute->children == NULL)
        return BERM_OK;
    value = xmlNodeListGetString(element->doc, attribute->children, 1);
    if (value == NULL)
        return BERM_OK;
    return text_copy(arena, text_of((const char *)value), ret_value, err);
}

bool xml_attribute_is(const xmlNode *element, const char *name, const char *value)
{
    const xmlAttr *attribute = find_attribute(element, name);

    return attribute != NULL && attribute->children != NULL && attribute->children->next == NULL &&
           attribute->children->content != NULL &&
           strcmp((const char *)attribute->children->content, value) == 0;
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

enum berm_status xml_name(const xmlNode *element, const char *attribute, struct arena *arena,
                          struct text *ret_name, struct berm_error *err)
{
    struct text raw;
    size_t length = 0;

    TRY(xml_attribute(element, attribute, arena, &raw, err));
    if (raw.length == 0) {
        *ret_name = raw;
        return BERM_OK;
    }
    char *out = arena_alloc(arena, raw.length);
    if (out == NULL)
        return fail_with(err, BERM_NO_MEMORY, "No memory for a name.");
    for (size_t i = 0; i < raw.length; i++) {
        if (!is_white(raw.bytes[i]))
            out[length++] = raw.bytes[i];
        else if (length > 0 && out[length - 1] != ' ')
            out[length++] = ' ';
    }
    if (length > 0 && out[length - 1] == ' ')
        length--;
    *ret_name = (struct text){.bytes = out, .length = length};
    return BERM_OK;
}

enum berm_status xml_content(const xmlNode *element, struct arena *arena, struct text *ret_content,
                             struct berm_error *err)
{
    CLEANUP(xml_string_freep) xmlChar *content = NULL;

    *ret_content = TEXT("");
    if (element == NULL || element->children == NULL)
        return BERM_OK;
    content = xmlNodeGetContent(element);
    if (content == NULL)
        return fail_with(err, BERM_NO_MEMORY, "No memory for the content of an element.");
    return text_copy(arena, text_of((const char *)content), ret_content, err);
}

enum berm_status xml_text_child(const xmlNode *element, struct arena *arena,
                                struct text *ret_content, const xmlNode **ret_text_element,
                                struct berm_error *err)
{
    const xmlNode *child = element == NULL ? NULL : xml_first(element, "text");

    if (ret_text_element != NULL)
        *ret_text_element = child != NULL ? child : element;
    return xml_content(child, arena, ret_content, err);
}

struct text xml_name_space_of_prefix(const xmlNode *element, struct text prefix)
{
    for (const xmlNode *e = element; e != NULL && e->type == XML_ELEMENT_NODE; e = e->parent)
        for (const xmlNs *ns = e->nsDef; ns != NULL; ns = ns->next)
            if (text_equal(text_of((const char *)ns->prefix), prefix))
                return text_of((const char *)ns->href);
    return TEXT("");
}

int32_t xml_line(const xmlNode *element)
{
    return (int32_t)xmlGetLineNo((xmlNode *)element);
}

/* Where the code point after skipping `characters` of content is, entities counting as one. */
static int32_t skip_characters(struct text source, size_t offset, int32_t column,
                               int32_t characters)
{
    while (characters > 0 && offset < source.length && source.bytes[offset] != '\n') {
        if (source.bytes[offset] == '&') {
            while (offset < source.length && source.bytes[offset] != ';' &&
                   source.bytes[offset] != '\n') {
                offset++;
                column++;
            }
        }
        do
            offset++;
        while (offset < source.length && ((unsigned char)source.bytes[offset] & 0xC0) == 0x80);
        column++;
        characters--;
    }
    return column;
}

void xml_locate(const struct xml *xml, const xmlNode *element, struct berm_error *err)
{
    uintptr_t packed = element == NULL ? 0 : (uintptr_t)element->_private;
    int32_t line = (int32_t)(packed >> COLUMN_BITS);
    int32_t column = (int32_t)(packed & COLUMN_MASK);
    int32_t line_of_content = err == NULL ? 0 : err->line;
    size_t offset = 0;

    if (err == NULL || packed == 0)
        return;
    if (line_of_content < 1 || err->column < 1) {
        err->line = line;
        err->column = column;
        return;
    }
    line += line_of_content - 1;
    if (line_of_content > 1)
        column = 1;
    for (int32_t at = 1; at < line && offset < xml->source.length; offset++)
        at += xml->source.bytes[offset] == '\n';
    err->line = line;
    err->column =
        skip_characters(xml->source, offset + (size_t)(column - 1), column, err->column - 1);
}

enum berm_status xml_fail(const xmlNode *element, struct berm_error *err, enum berm_status status,
                          const char *format, ...)
{
    char message[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return fail_at(err, status, xml_line(element), 0, "%s", message);
}
