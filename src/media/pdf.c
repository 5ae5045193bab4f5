/*
 * A PDF is looked at only: that it begins and ends as one. What it says of its author lies anywhere
 * in it, compressed, and is often part of what it shows; taking it out would mean to write the
 * document anew.
 */
#include "media/private.h"

#include <string.h>

enum { TAIL_BYTES = 1024 }; /* in which readers look for the end mark */

static const struct text HEAD = {"%PDF-", 5};
static const struct text END = {"%%EOF", 5};

bool pdf_is(struct text bytes)
{
    return bytes.length >= HEAD.length && memcmp(bytes.bytes, HEAD.bytes, HEAD.length) == 0;
}

enum berm_status pdf_check(struct media_pass *pass, struct berm_error *err)
{
    size_t first = pass->length > TAIL_BYTES ? pass->length - TAIL_BYTES : HEAD.length;

    for (size_t at = pass->length; at >= first + END.length; at--)
        if (memcmp(pass->bytes + at - END.length, END.bytes, END.length) == 0) {
            media_write(pass, pass->bytes, pass->length);
            return BERM_OK;
        }
    pass->at = pass->length;
    return media_fail(pass, "its end mark is missing, so not all of it came", err);
}
