/*
 * Any bytes as a photo or a paper: what is taken is the same when it is cleaned once more, is no
 * longer than a new orientation makes it, and holds no Exif but our own; what is refused has a
 * sentence. The first byte makes the room for what is written small or large.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "media/media.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { ORIENTATION_BYTES = 36 };

static void check_again(const struct buffer *first, const struct media_facts *facts)
{
    CLEANUP(buffer_free) struct buffer again = {0};
    struct media_facts same;
    struct berm_error err = {0};

    if (media_clean(buffer_text(first), &again, &same, &err) != BERM_OK)
        abort();
    if (again.length != first->length || memcmp(again.bytes, first->bytes, first->length) != 0)
        abort();
    if (same.type != facts->type || same.width_px != facts->width_px ||
        same.height_px != facts->height_px)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err = {0};
    struct media_facts facts, looked;
    enum berm_status status, looking;
    struct text file;

    if (length == 0)
        return 0;
    file = (struct text){(const char *)bytes + 1, length - 1};
    out.cap_bytes = bytes[0] < 64 ? (size_t)bytes[0] * 4 : 0;
    looking = media_clean(file, NULL, &looked, &err);
    if (looking != BERM_OK && (err.status == BERM_OK || err.message[0] == 0))
        abort();
    status = media_clean(file, &out, &facts, &err);
    if (status != looking && !(looking == BERM_OK && out.cap_bytes > 0))
        abort();
    if (status != BERM_OK)
        return 0;
    if (out.length > file.length + ORIENTATION_BYTES)
        abort();
    check_again(&out, &facts);
    return 0;
}
