/*
 * Which side of a photograph is up. Phones write the sensor's rows as they come and say in the Exif
 * how to turn them, so a photograph without any Exif would lie on its side. The number is read out
 * of what the camera wrote, and a new Exif is written that holds this number and nothing else.
 */
#include "media/private.h"

enum {
    HEADER_BYTES = 8, /* of TIFF: the order of bytes, 42, where the first directory is */
    ENTRY_BYTES = 12,
    TAG_ORIENTATION = 0x0112,
    TYPE_SHORT = 3,
};

/* Numbers in the order that the header says. */
struct tiff {
    const uint8_t *bytes;
    size_t length;
    bool is_little;
};

static uint32_t number(const struct tiff *tiff, size_t at, int bytes)
{
    uint32_t value = 0;

    for (int b = 0; b < bytes; b++)
        value = value << 8 | tiff->bytes[at + (size_t)(tiff->is_little ? bytes - 1 - b : b)];
    return value;
}

int exif_orientation(struct text exif)
{
    struct tiff tiff = {.bytes = (const uint8_t *)exif.bytes, .length = exif.length};
    size_t at;
    uint32_t count;

    if (tiff.length < HEADER_BYTES + 2)
        return 0;
    tiff.is_little = tiff.bytes[0] == 'I';
    if (tiff.bytes[0] != tiff.bytes[1] || (tiff.bytes[0] != 'I' && tiff.bytes[0] != 'M') ||
        number(&tiff, 2, 2) != 42)
        return 0;
    at = number(&tiff, 4, 4);
    if (at > tiff.length - 2)
        return 0;
    count = number(&tiff, at, 2);
    for (at += 2; count > 0 && tiff.length - at >= ENTRY_BYTES; count--, at += ENTRY_BYTES) {
        uint32_t value = number(&tiff, at + 8, 2);

        if (number(&tiff, at, 2) == TAG_ORIENTATION)
            return number(&tiff, at + 2, 2) == TYPE_SHORT && number(&tiff, at + 4, 4) == 1 &&
                           value <= EXIF_ORIENTATION_MAX
                       ? (int)value
                       : 0;
    }
    return 0;
}

void exif_write_orientation(struct media_pass *pass, int orientation)
{
    const uint8_t segment[] = {
        0xFF, 0xE1, 0,   34,                     /* APP1 and its length */
        'E',  'x',  'i', 'f',        0, 0,       /* */
        'M',  'M',  0,   42,         0, 0, 0, 8, /* the directory follows */
        0,    1,                                 /* of one entry */
        0x01, 0x12, 0,   TYPE_SHORT, 0, 0, 0, 1, 0, (uint8_t)orientation,
        0,    0,    0,   0,          0, 0, /* there is no other directory */
    };

    media_write(pass, segment, sizeof segment);
}
