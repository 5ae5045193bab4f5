/*
 * media: what a file is by its content, and the same file without what it tells beside its picture.
 * Pure: bytes in, bytes out.
 *
 * A photograph from a phone names the place where it was taken to the metre, the hour, the device,
 * and holds a small picture of itself that may show what was cut off. None of it is needed to see
 * the photograph. The container (a JPEG's segments, a PNG's chunks) is written anew from the parts
 * that the picture needs; the picture's own data are copied as they are, never decoded, so every
 * pixel stays what it was. What is not known is left out, not in.
 *
 *   media.c   what it is    jpeg.c, exif.c, png.c   written anew    pdf.c   looked at only
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include "base/base.h"

enum media_type { MEDIA_JPEG, MEDIA_PNG, MEDIA_PDF, MEDIA_TYPE_COUNT };
const char *media_type_name(enum media_type type); /* "image/jpeg" */

/** More would take a gigabyte of whoever shows it, however few bytes it has. */
#define MEDIA_PIXELS_MAX (INT64_C(200) * 1000 * 1000)

/** What cleaning may add: an orientation where a shorter Exif stood. */
enum { MEDIA_ADDED_BYTES = 64 };

struct media_facts {
    enum media_type type;
    int64_t width_px, height_px; /* 0: a PDF */
};

/**
 * Look whether bytes are a whole JPEG, PNG or PDF, and append them to out without metadata: of a
 * JPEG go all comments and application segments but the density, the colours' and the orientation,
 * of a PNG all chunks that say nothing of the picture, of both whatever stands behind their end. A
 * PDF is appended as it is. Cleaned once more it stays the same.
 * Owner   out NULL: it is only looked at.
 * Errors  BERM_INVALID_INPUT (none of the three, or broken: at which byte), BERM_LIMIT (too many
 *         pixels), BERM_NO_MEMORY (out is full). out is of no use then.
 * Source  ITU-T T.81 annex B; JFIF 1.02; CIPA DC-008 (Exif 2.32) 4.5.4, 4.6.4; W3C PNG (third
 *         edition) 5, 11, 13.
 */
MUST_USE enum berm_status media_clean(struct text bytes, struct buffer *out,
                                      struct media_facts *ret_facts, struct berm_error *err);

#endif
