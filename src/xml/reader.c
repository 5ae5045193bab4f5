/* The stream: libxml2's push parser tells of elements, and this keeps the path and the text. */
#include "xml/xml.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_BYTES = 64 << 10, DEPTH_MAX = 64 };

struct reading {
    xmlParserCtxt *parser;
    xml_visitor *visit;
    void *context;
    struct berm_error error; /* status BERM_OK: nothing is wrong yet */
    char path[XML_PATH_BYTES_MAX];
    size_t path_length;
    size_t parent_length[DEPTH_MAX]; /* the path's before each level's name */
    int depth;
    char content[XML_LEAF_BYTES_MAX];
    size_t content_length;
};

/* libxml2 lays an attribute out as local name, prefix, name space, value and its end. */
enum { ATTRIBUTE_PARTS = 5, PART_NAME = 0, PART_VALUE = 3, PART_END = 4 };

struct text xml_event_attribute(const struct xml_event *event, const char *name)
{
    const xmlChar *const *attributes = event->attributes;

    for (int a = 0; a < event->attribute_count; a++) {
        const xmlChar *const *parts = attributes + (ptrdiff_t)a * ATTRIBUTE_PARTS;

        if (strcmp((const char *)parts[PART_NAME], name) == 0)
            return (struct text){(const char *)parts[PART_VALUE],
                                 (size_t)(parts[PART_END] - parts[PART_VALUE])};
    }
    return TEXT("");
}

bool xml_event_is(const struct xml_event *event, const char *path_end)
{
    size_t length = strlen(path_end);

    return event->path.length >= length &&
           memcmp(event->path.bytes + event->path.length - length, path_end, length) == 0;
}

static void stop(struct reading *reading)
{
    xmlStopParser(reading->parser);
}

static int64_t line_of(const struct reading *reading)
{
    return reading->parser->input != NULL ? reading->parser->input->line : 0;
}

/* A failure of the document itself. */
static void fail_here(struct reading *reading, const char *message)
{
    if (reading->error.status != BERM_OK)
        return;
    (void)!fail_at(&reading->error, BERM_INVALID_INPUT, (int32_t)line_of(reading), 0, "%s",
                   message);
    stop(reading);
}

static void visit(struct reading *reading, struct xml_event *event)
{
    enum berm_status status;

    event->path = (struct text){reading->path, reading->path_length};
    event->line = line_of(reading);
    status = reading->visit(reading->context, event, &reading->error);
    if (status == BERM_OK)
        return;
    reading->error.status = status;
    stop(reading);
}

static void start_element(void *context, const xmlChar *name, const xmlChar *prefix,
                          const xmlChar *uri, int name_space_count, const xmlChar **name_spaces,
                          int attribute_count, int defaulted_count, const xmlChar **attributes)
{
    struct reading *reading = context;
    size_t length = strlen((const char *)name);
    struct xml_event event = {.attributes = attributes, .attribute_count = attribute_count};

    (void)prefix;
    (void)uri;
    (void)name_space_count;
    (void)name_spaces;
    (void)defaulted_count;
    if (reading->error.status != BERM_OK)
        return;
    if (reading->depth == DEPTH_MAX || reading->path_length + 1 + length > XML_PATH_BYTES_MAX) {
        fail_here(reading, "The elements lie too deep in each other.");
        return;
    }
    reading->parent_length[reading->depth++] = reading->path_length;
    reading->path[reading->path_length++] = '/';
    memcpy(reading->path + reading->path_length, name, length);
    reading->path_length += length;
    reading->content_length = 0;
    visit(reading, &event);
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix,
                        const xmlChar *uri)
{
    struct reading *reading = context;
    struct xml_event event = {.is_end = true};

    (void)name;
    (void)prefix;
    (void)uri;
    if (reading->error.status != BERM_OK)
        return;
    event.content = text_trimmed((struct text){reading->content, reading->content_length});
    visit(reading, &event);
    reading->path_length = reading->parent_length[--reading->depth];
    reading->content_length = 0;
}

static void add_characters(void *context, const xmlChar *characters, int length)
{
    struct reading *reading = context;
    size_t room = sizeof reading->content - reading->content_length;
    size_t taken = (size_t)length < room ? (size_t)length : room;

    memcpy(reading->content + reading->content_length, characters, taken);
    reading->content_length += taken;
}

static void refuse_document_type(void *context, const xmlChar *name, const xmlChar *external,
                                 const xmlChar *system)
{
    (void)name;
    (void)external;
    (void)system;
    fail_here(context, "A document type (<!DOCTYPE ...>) is refused, since entities could read "
                       "other files; remove it.");
}

static void note_error(void *context, xmlErrorPtr error)
{
    struct reading *reading = context;
    char message[160];

    if (error->level < XML_ERR_ERROR)
        return;
    snprintf(message, sizeof message, "The XML is not well-formed: %s",
             error->message != NULL ? error->message : "it cannot be read");
    for (char *c = message; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = *(c + 1) == '\0' ? '\0' : ' ';
    fail_here(reading, message);
}

static void parser_freep(xmlParserCtxt **parser)
{
    if (*parser == NULL)
        return;
    xmlFreeDoc((*parser)->myDoc);
    xmlFreeParserCtxt(*parser);
}

/* The length ends the document: 0 says that nothing more comes. */
static enum berm_status parse_piece(struct reading *reading, const char *bytes, size_t length,
                                    struct berm_error *err)
{
    int code = xmlParseChunk(reading->parser, bytes, (int)length, length == 0);

    if (reading->error.status == BERM_OK && code != 0)
        fail_here(reading, "The XML is not well-formed; it ends too early or is no XML.");
    if (reading->error.status == BERM_OK)
        return BERM_OK;
    if (err != NULL)
        *err = reading->error;
    return reading->error.status;
}

enum berm_status xml_read(struct csv_source source, xml_visitor *visitor, void *context,
                          struct berm_error *err)
{
    CLEANUP(parser_freep) xmlParserCtxt *parser = NULL;
    struct reading reading = {.visit = visitor, .context = context};
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .internalSubset = refuse_document_type,
                             .startElementNs = start_element,
                             .endElementNs = end_element,
                             .characters = add_characters,
                             .cdataBlock = add_characters,
                             .serror = note_error};
    char bytes[PIECE_BYTES];
    size_t length = 1;

    parser = xmlCreatePushParserCtxt(&handler, &reading, NULL, 0, NULL);
    if (parser == NULL)
        return fail_with(err, BERM_NO_MEMORY, "No memory to read XML.");
    reading.parser = parser;
    (void)xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
    while (length > 0) {
        TRY(source.read(source.context, bytes, sizeof bytes, &length, err));
        TRY(parse_piece(&reading, bytes, length, err));
    }
    return BERM_OK;
}
