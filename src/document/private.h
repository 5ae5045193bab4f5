/* What the documents share. Private to document. */
#ifndef DOCUMENT_PRIVATE_H
#define DOCUMENT_PRIVATE_H

#include "document/document.h"

#include <stdio.h>

/** A document being made: handed to each drawing. */
struct making {
    struct office *office;
    const struct caller *caller;
    const struct document_order *order;
    struct arena *arena;
    bool is_chinese;
    struct document *document;
};

/** The text of the document's language. */
#define SAY(making, english, chinese) ((making)->is_chinese ? TEXT(chinese) : TEXT(english))

/** Draw with a title; mark: which one it is. Appends the PDF. */
MUST_USE enum berm_status making_draw(struct making *making, struct text title, struct text mark,
                                      bool is_landscape, paper_drawing *draw, void *context,
                                      struct buffer *pdf, struct berm_error *err);

/** A household's facts, with masked numbers, and its reasons; notes on the document what is
 * sensitive in them. */
MUST_USE enum berm_status making_read(struct making *making, struct household_facts *ret_facts,
                                      struct household_reasons *ret_reasons,
                                      struct berm_error *err);

MUST_USE enum berm_status card_make(struct making *making, struct buffer *pdf,
                                    struct berm_error *err);
MUST_USE enum berm_status visit_make(struct making *making, struct buffer *pdf,
                                     struct berm_error *err);
MUST_USE enum berm_status notice_make(struct making *making, struct buffer *pdf,
                                      struct berm_error *err);
MUST_USE enum berm_status payment_make(struct making *making, struct buffer *pdf,
                                       struct berm_error *err);
MUST_USE enum berm_status letter_make(struct making *making, struct buffer *pdf,
                                      struct berm_error *err);

/* ---- words.c: texts in the arena ------------------------------------------------------------- */

/** A value with its choice's label, its unit, yes or no; empty where it is not known. */
MUST_USE enum berm_status value_say(const struct making *making, const struct variable *variable,
                                    struct field_value value, struct text *ret_text,
                                    struct berm_error *err);
/** "Son or daughter": the pack's list `relation`, else the word itself. */
struct text relation_say(const struct making *making, struct text relation);
/** What the workflow calls a state of a case; its code where it no longer has it. */
struct text state_say(const struct making *making, struct text code);
struct text sex_say(const struct making *making, struct text sex);
/** HIDDEN_VALUE in the document's language. */
struct text hidden_say(const struct making *making, struct text text);
MUST_USE enum berm_status money_say(const struct making *making, int64_t minor,
                                    struct text *ret_text, struct berm_error *err);
/** A name for the public: the first character of each word, the others as stars, at most three. */
MUST_USE enum berm_status name_mask(struct arena *arena, struct text name, struct text *ret_masked,
                                    struct berm_error *err);
struct text area_say(const struct making *making, struct text name, struct text name_en);

#endif
