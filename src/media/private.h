/* What the files of media/ share. Private to media. */
#ifndef MEDIA_PRIVATE_H
#define MEDIA_PRIVATE_H

#include "media/media.h"

/** A file while it is read from its beginning to its end, and written. */
struct media_pass {
    const char *name; /* "JPEG" */
    const uint8_t *bytes;
    size_t length, at;
    struct buffer *out; /* NULL: nothing is written */
    struct media_facts facts;
};

/* Numbers in the order of the network. */
static inline uint32_t read_u16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static inline uint32_t read_u32(const uint8_t *bytes)
{
    return read_u16(bytes) << 16 | read_u16(bytes + 2);
}

static inline void media_write(struct media_pass *pass, const void *bytes, size_t length)
{
    if (pass->out != NULL)
        buffer_append(pass->out, bytes, length);
}

/** BERM_INVALID_INPUT, with the byte at which the pass stands. what: "it ends before its end". */
MUST_USE enum berm_status media_fail(const struct media_pass *pass, const char *what,
                                     struct berm_error *err);
/** Keep the size, where it is none that a picture can have. BERM_INVALID_INPUT, BERM_LIMIT. */
MUST_USE enum berm_status media_set_size(struct media_pass *pass, int64_t width_px,
                                         int64_t height_px, struct berm_error *err);

bool jpeg_is(struct text bytes);
MUST_USE enum berm_status jpeg_clean(struct media_pass *pass, struct berm_error *err);
bool png_is(struct text bytes);
MUST_USE enum berm_status png_clean(struct media_pass *pass, struct berm_error *err);
bool pdf_is(struct text bytes);
MUST_USE enum berm_status pdf_check(struct media_pass *pass, struct berm_error *err);

enum { EXIF_ORIENTATION_MAX = 8 };
/** How to turn the picture, 1 to EXIF_ORIENTATION_MAX, by the Exif of a camera; 0: not said. */
int exif_orientation(struct text exif);
/** A segment that says only how to turn the picture. */
void exif_write_orientation(struct media_pass *pass, int orientation);

#endif
