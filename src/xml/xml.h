/*
 * Reading XML of any length as a stream, over libxml2's push parser. No tree is made, so that a
 * file of a gigabyte takes no more memory than one of a kilobyte; policy/dmn, which wants a tree
 * with the position of every element, reads its small files by itself.
 *
 * Nothing is fetched and no entity is ever declared: the parser stops at a document type before it
 * reads what is in it.
 */
#ifndef XML_XML_H
#define XML_XML_H

#include "base/base.h"

enum {
    XML_PATH_BYTES_MAX = 1024, /* a deeper place is refused */
    XML_LEAF_BYTES_MAX = 4096, /* of an element's own text; the rest is cut off */
};

/** An element begins or ends. Texts are good during the call only. */
struct xml_event {
    bool is_end;
    struct text path;       /* local names from the root on: "/Document/GrpHdr/MsgId" */
    struct text content;    /* is_end: the text directly in it, without white space at its ends */
    int64_t line;           /* of the file, from 1 */
    const void *attributes; /* private: ask xml_event_attribute */
    int attribute_count;
};
/** An attribute by its local name while the element begins; empty where there is none. */
struct text xml_event_attribute(const struct xml_event *event, const char *name);
/** Whether the path ends in this, such as "/TxInfAndSts/TxSts". */
bool xml_event_is(const struct xml_event *event, const char *path_end);

typedef enum berm_status xml_visitor(void *context, const struct xml_event *event,
                                     struct berm_error *err);

/**
 * Read a document to its end. source: as of a CSV file, bytes in pieces.
 * Errors  BERM_INVALID_INPUT with the line (not well-formed, a document type, too deep), those of
 *         the source and of visit, after which nothing more is visited; BERM_NO_MEMORY.
 */
MUST_USE enum berm_status xml_read(struct csv_source source, xml_visitor *visit, void *context,
                                   struct berm_error *err);

/**
 * Append text as the content of an element: marks escaped, and what XML 1.0 has no form for
 * (control characters, bytes that are no UTF-8) replaced by a blank or U+FFFD. characters_max: cut
 * behind so many characters, as ISO 20022 counts them; 0: never.
 */
void xml_append_text(struct buffer *out, struct text text, size_t characters_max);

#endif
