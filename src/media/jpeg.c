/*
 * A JPEG is a row of segments, each with its length, and behind the segment that begins a scan the
 * scan's data up to the next marker. Segments that decode the picture are copied as they are, so
 * are the scans. Of the application's segments stay
 *   APP0 JFIF   the density, without its preview          APP2   a colour profile
 *   APP1 Exif   only how to turn the picture (exif.c)     APP14  which colours the data are
 * and all else goes: Exif with its position and preview, XMP, Photoshop's, further pictures.
 */
#include "media/private.h"

#include <string.h>

enum marker {
    TEM = 0x01,
    SOF0 = 0xC0, /* a frame: the picture's size; with DHT, JPG and DAC among them */
    DHT = 0xC4,
    JPG = 0xC8,
    DAC = 0xCC,
    SOF15 = 0xCF,
    RST0 = 0xD0,
    RST7 = 0xD7,
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    DQT = 0xDB,
    DNL = 0xDC,
    DRI = 0xDD,
    APP0 = 0xE0,
    APP1 = 0xE1,
    APP2 = 0xE2,
    APP14 = 0xEE,
    APP15 = 0xEF,
    COM = 0xFE,
};

/* Bytes behind a segment's length that are read or kept. */
enum {
    FRAME_BYTES_MIN = 6, /* precision, height, width, components */
    JFIF_BYTES = 14,     /* to the preview's size, both numbers of which become 0 */
    ADOBE_BYTES = 12,
};

struct jpeg {
    struct media_pass *pass;
    bool has_frame, has_scan, has_orientation;
};

/* A segment: its payload, behind marker and length. */
struct segment {
    uint8_t marker;
    const uint8_t *bytes;
    size_t length;
};

bool jpeg_is(struct text bytes)
{
    return bytes.length >= 3 && memcmp(bytes.bytes, "\xFF\xD8\xFF", 3) == 0;
}

static bool begins_with(const struct segment *segment, struct text name)
{
    return segment->length >= name.length && memcmp(segment->bytes, name.bytes, name.length) == 0;
}

static void write_segment(struct jpeg *jpeg, uint8_t marker, const uint8_t *bytes, size_t length)
{
    const uint8_t head[] = {0xFF, marker, (uint8_t)((length + 2) >> 8), (uint8_t)(length + 2)};

    media_write(jpeg->pass, head, sizeof head);
    media_write(jpeg->pass, bytes, length);
}

/* ---- Segments -------------------------------------------------------------------------------- */

static void write_jfif(struct jpeg *jpeg, const struct segment *segment)
{
    uint8_t kept[JFIF_BYTES];

    memcpy(kept, segment->bytes, JFIF_BYTES);
    kept[JFIF_BYTES - 2] = kept[JFIF_BYTES - 1] = 0;
    write_segment(jpeg, segment->marker, kept, sizeof kept);
}

static void write_orientation(struct jpeg *jpeg, const struct segment *segment)
{
    static const struct text EXIF = {"Exif\0\0", 6};
    int orientation = 0;

    if (begins_with(segment, EXIF))
        orientation = exif_orientation((struct text){(const char *)segment->bytes + EXIF.length,
                                                     segment->length - EXIF.length});
    if (orientation <= 1 || jpeg->has_orientation) /* 1: as it is */
        return;
    jpeg->has_orientation = true;
    exif_write_orientation(jpeg->pass, orientation);
}

/* An application's segment: only what the picture needs. */
static void take_application(struct jpeg *jpeg, const struct segment *segment)
{
    static const struct text JFIF = {"JFIF\0", 5};
    static const struct text PROFILE = {"ICC_PROFILE\0", 12};
    static const struct text ADOBE = {"Adobe", 5};

    if (segment->marker == APP0 && begins_with(segment, JFIF) && segment->length >= JFIF_BYTES)
        write_jfif(jpeg, segment);
    else if (segment->marker == APP1)
        write_orientation(jpeg, segment);
    else if (segment->marker == APP2 && begins_with(segment, PROFILE))
        write_segment(jpeg, segment->marker, segment->bytes, segment->length);
    else if (segment->marker == APP14 && begins_with(segment, ADOBE) &&
             segment->length >= ADOBE_BYTES)
        write_segment(jpeg, segment->marker, segment->bytes, ADOBE_BYTES);
}

static bool is_frame(uint8_t marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* A height of 0 is told behind the first scan, which no camera does. */
static enum berm_status take_frame(struct jpeg *jpeg, const struct segment *segment,
                                   struct berm_error *err)
{
    if (jpeg->has_frame)
        return media_fail(jpeg->pass, "it has two frames", err);
    if (segment->length < FRAME_BYTES_MIN)
        return media_fail(jpeg->pass, "the frame is too short", err);
    TRY(media_set_size(jpeg->pass, read_u16(segment->bytes + 3), read_u16(segment->bytes + 1),
                       err));
    jpeg->has_frame = true;
    write_segment(jpeg, segment->marker, segment->bytes, segment->length);
    return BERM_OK;
}

/* A scan's data: up to a marker that is neither a stuffed 0xFF nor a restart. */
static void copy_scan(struct jpeg *jpeg)
{
    struct media_pass *pass = jpeg->pass;
    size_t first = pass->at;

    while (pass->at < pass->length) {
        const uint8_t *found = memchr(pass->bytes + pass->at, 0xFF, pass->length - pass->at);
        uint8_t next;

        if (found == NULL || (size_t)(found - pass->bytes) + 1 == pass->length) {
            pass->at = pass->length;
            break;
        }
        pass->at = (size_t)(found - pass->bytes);
        next = pass->bytes[pass->at + 1];
        if (next == 0xFF)
            pass->at++; /* before a marker there may be any number of them */
        else if (next == 0 || (next >= RST0 && next <= RST7))
            pass->at += 2;
        else
            break;
    }
    media_write(pass, pass->bytes + first, pass->at - first);
}

static enum berm_status take_scan(struct jpeg *jpeg, const struct segment *segment,
                                  struct berm_error *err)
{
    if (!jpeg->has_frame)
        return media_fail(jpeg->pass, "a scan comes before the frame", err);
    jpeg->has_scan = true;
    write_segment(jpeg, segment->marker, segment->bytes, segment->length);
    copy_scan(jpeg);
    return BERM_OK;
}

static enum berm_status take_segment(struct jpeg *jpeg, const struct segment *segment,
                                     struct berm_error *err)
{
    if (is_frame(segment->marker))
        return take_frame(jpeg, segment, err);
    switch (segment->marker) {
    case SOS:
        return take_scan(jpeg, segment, err);
    case DHT:
    case DAC:
    case DQT:
    case DNL:
    case DRI:
        write_segment(jpeg, segment->marker, segment->bytes, segment->length);
        return BERM_OK;
    case COM:
        return BERM_OK;
    default:
        if (segment->marker < APP0 || segment->marker > APP15)
            return media_fail(jpeg->pass, "an unknown segment", err);
        take_application(jpeg, segment);
        return BERM_OK;
    }
}

/* ---- From the beginning to the end ----------------------------------------------------------- */

static enum berm_status read_marker(struct media_pass *pass, uint8_t *ret_marker,
                                    struct berm_error *err)
{
    if (pass->at < pass->length && pass->bytes[pass->at] != 0xFF)
        return media_fail(pass, "a segment is wanted here", err);
    while (pass->at < pass->length && pass->bytes[pass->at] == 0xFF)
        pass->at++;
    if (pass->at >= pass->length)
        return media_fail(pass, "it ends before its end mark, so not all of it came", err);
    *ret_marker = pass->bytes[pass->at++];
    return BERM_OK;
}

static enum berm_status read_segment(struct media_pass *pass, struct segment *segment,
                                     struct berm_error *err)
{
    size_t length;

    if (pass->length - pass->at < 2)
        return media_fail(pass, "it ends within a segment", err);
    length = read_u16(pass->bytes + pass->at);
    if (length < 2 || length > pass->length - pass->at)
        return media_fail(pass, "a segment is longer than the file", err);
    segment->bytes = pass->bytes + pass->at + 2;
    segment->length = length - 2;
    pass->at += length;
    return BERM_OK;
}

enum berm_status jpeg_clean(struct media_pass *pass, struct berm_error *err)
{
    static const uint8_t BEGIN[] = {0xFF, SOI}, END[] = {0xFF, EOI};
    struct jpeg jpeg = {.pass = pass};

    pass->at = sizeof BEGIN;
    media_write(pass, BEGIN, sizeof BEGIN);
    for (;;) {
        struct segment segment = {0};

        TRY(read_marker(pass, &segment.marker, err));
        if (segment.marker == EOI)
            break;
        if (segment.marker == TEM)
            continue;
        if (segment.marker == SOI || (segment.marker >= RST0 && segment.marker <= RST7))
            return media_fail(pass, "a marker that has no place here", err);
        TRY(read_segment(pass, &segment, err));
        TRY(take_segment(&jpeg, &segment, err));
    }
    if (!jpeg.has_scan)
        return media_fail(pass, "there is no picture in it", err);
    media_write(pass, END, sizeof END);
    return BERM_OK;
}
