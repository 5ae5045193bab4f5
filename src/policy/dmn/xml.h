/* Reading XML safely, and the few questions that the readers ask of a tree. Private. */
#ifndef POLICY_DMN_XML_H
#define POLICY_DMN_XML_H

#include "base/base.h"

#include <libxml/tree.h>

enum { XML_BYTES_MAX = PACK_FILE_BYTES_MAX };

/** A parsed document and its source, which error positions are told in. */
struct xml {
    xmlDoc *document;
    struct text source;
};

/**
 * Parse without network, entities or document types.
 * Owner   the caller, with xml_close; source must outlive it.
 * Errors  BERM_INVALID_INPUT with line and column, BERM_LIMIT, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status xml_open(struct text source, struct xml *ret_xml, struct berm_error *err);
void xml_close(struct xml *xml);

xmlNode *xml_root(const struct xml *xml);
/** Elements by local name: the name space only tells the version. NULL at the end. */
xmlNode *xml_first(const xmlNode *parent, const char *name);
xmlNode *xml_next(const xmlNode *element, const char *name);
xmlNode *xml_first_element(const xmlNode *parent);
xmlNode *xml_next_element(const xmlNode *element);
bool xml_is(const xmlNode *element, const char *name);
size_t xml_count(const xmlNode *parent, const char *name);

bool xml_has_attribute(const xmlNode *element, const char *name);
/** An attribute's value by local name, in the arena; empty where there is none. */
MUST_USE enum berm_status xml_attribute(const xmlNode *element, const char *name,
                                        struct arena *arena, struct text *ret_value,
                                        struct berm_error *err);
bool xml_attribute_is(const xmlNode *element, const char *name, const char *value);
/** The same with white space collapsed, as names want it. */
MUST_USE enum berm_status xml_name(const xmlNode *element, const char *attribute,
                                   struct arena *arena, struct text *ret_name,
                                   struct berm_error *err);
/** All the text inside an element as it stands; empty for NULL. */
MUST_USE enum berm_status xml_content(const xmlNode *element, struct arena *arena,
                                      struct text *ret_content, struct berm_error *err);
/** The content of the child named "text", as DMN writes expressions. ret_text_element may be
 * NULL. */
MUST_USE enum berm_status xml_text_child(const xmlNode *element, struct arena *arena,
                                         struct text *ret_content, const xmlNode **ret_text_element,
                                         struct berm_error *err);
/** The name space that a prefix stands for at this element; empty where it is not declared. */
struct text xml_name_space_of_prefix(const xmlNode *element, struct text prefix);

int32_t xml_line(const xmlNode *element);
/** Move a position inside an element's content to the position in the file. */
void xml_locate(const struct xml *xml, const xmlNode *element, struct berm_error *err);
/** fail_at an element's position. */
enum berm_status xml_fail(const xmlNode *element, struct berm_error *err, enum berm_status status,
                          const char *format, ...) PRINTF_LIKE(4, 5) __attribute__((cold));

#endif
