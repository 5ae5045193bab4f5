/*
 * A PNG is a row of chunks, each with its length, its name and a check sum. Kept are those that say
 * how the picture looks, as they are; text, Exif, time and whatever is not known go, and so does an
 * animation, of which the first picture stays.
 */
#include "media/private.h"

#include <string.h>

static const uint8_t SIGNATURE[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

enum {
    NAME_BYTES = 4,
    FRAME_BYTES = 12, /* of a chunk, around its data: length, name, check sum */
    HEADER_BYTES = 13,
    CRC_ROWS = 256,
};

static const char KEPT[][NAME_BYTES + 1] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA",
                                            "iCCP", "sBIT", "sRGB", "cICP", "bKGD", "pHYs"};

struct chunk {
    const uint8_t *frame; /* its first byte: length, name, data, check sum */
    const uint8_t *name, *data;
    size_t length; /* of the data */
};

bool png_is(struct text bytes)
{
    return bytes.length >= sizeof SIGNATURE &&
           memcmp(bytes.bytes, SIGNATURE, sizeof SIGNATURE) == 0;
}

/* ---- Check sums ------------------------------------------------------------------------------ */

static void make_crc_rows(uint32_t rows[CRC_ROWS])
{
    for (uint32_t r = 0; r < CRC_ROWS; r++) {
        rows[r] = r;
        for (int bit = 0; bit < 8; bit++)
            rows[r] = rows[r] >> 1 ^ (rows[r] & 1 ? UINT32_C(0xEDB88320) : 0);
    }
}

/* Source  W3C PNG annex D. */
static uint32_t crc_of(const uint32_t rows[CRC_ROWS], const uint8_t *bytes, size_t length)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < length; i++)
        crc = crc >> 8 ^ rows[(crc ^ bytes[i]) & 0xFF];
    return ~crc;
}

/* ---- Chunks ---------------------------------------------------------------------------------- */

static bool is_named(const struct chunk *chunk, const char *name)
{
    assert(chunk->name != NULL);
    return memcmp(chunk->name, name, NAME_BYTES) == 0;
}

static bool is_kept(const struct chunk *chunk)
{
    for (size_t k = 0; k < ARRAY_COUNT(KEPT); k++)
        if (is_named(chunk, KEPT[k]))
            return true;
    return false;
}

/* Without these no reader can show the picture: their names begin with a capital. */
static bool is_critical(const struct chunk *chunk)
{
    return (chunk->name[0] & 0x20) == 0;
}

static enum berm_status read_chunk(struct media_pass *pass, struct chunk *chunk,
                                   struct berm_error *err)
{
    size_t left = pass->length - pass->at;

    if (left < FRAME_BYTES)
        return media_fail(pass, "it ends before its end mark, so not all of it came", err);
    chunk->frame = pass->bytes + pass->at;
    chunk->length = read_u32(chunk->frame);
    if (chunk->length > left - FRAME_BYTES)
        return media_fail(pass, "a chunk is longer than the file", err);
    chunk->name = chunk->frame + 4;
    chunk->data = chunk->name + NAME_BYTES;
    return BERM_OK;
}

static enum berm_status take_chunk(struct media_pass *pass, const struct chunk *chunk,
                                   const uint32_t rows[CRC_ROWS], struct berm_error *err)
{
    if (!is_kept(chunk))
        return is_critical(chunk) ? media_fail(pass, "an unknown chunk", err) : BERM_OK;
    if (read_u32(chunk->data + chunk->length) !=
        crc_of(rows, chunk->name, NAME_BYTES + chunk->length))
        return media_fail(pass, "a check sum is wrong", err);
    media_write(pass, chunk->frame, FRAME_BYTES + chunk->length);
    return BERM_OK;
}

static enum berm_status take_header(struct media_pass *pass, const struct chunk *chunk,
                                    struct berm_error *err)
{
    if (!is_named(chunk, "IHDR") || chunk->length != HEADER_BYTES)
        return media_fail(pass, "its header is missing", err);
    return media_set_size(pass, read_u32(chunk->data), read_u32(chunk->data + 4), err);
}

enum berm_status png_clean(struct media_pass *pass, struct berm_error *err)
{
    struct chunk chunk = {0};
    bool is_end = false, has_data = false;
    uint32_t rows[CRC_ROWS];

    make_crc_rows(rows);
    pass->at = sizeof SIGNATURE;
    media_write(pass, SIGNATURE, sizeof SIGNATURE);
    while (!is_end) {
        bool is_first = pass->at == sizeof SIGNATURE;

        TRY(read_chunk(pass, &chunk, err));
        if (is_first)
            TRY(take_header(pass, &chunk, err));
        else if (is_named(&chunk, "IHDR"))
            return media_fail(pass, "it has two headers", err);
        TRY(take_chunk(pass, &chunk, rows, err));
        has_data |= is_named(&chunk, "IDAT");
        is_end = is_named(&chunk, "IEND");
        pass->at += FRAME_BYTES + chunk.length;
    }
    return has_data ? BERM_OK : media_fail(pass, "there is no picture in it", err);
}
