/*
 * Encodings. Nearly every pair of bytes beyond ASCII is some GB18030 character, so a UTF-8 file
 * with one broken byte would pass for GB18030 and come in as nonsense. Therefore a file counts as
 * GB18030 only if it decodes without a fault and has more bytes that cannot be UTF-8 than
 * characters that can: in real GB18030 text four of five characters break UTF-8.
 */
#include "script/script.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

enum {
    PIVOT_UNITS = 4096,
    NOT_DECODABLE = 0xFFFF, /* no character; stands for what could not be decoded */
    UTF8_BYTES_PER_UNIT = 3,
    UTF8_CHARACTER_BYTES_MAX = 4,
    WIDE_SAMPLE_BYTES = 1024,
};

struct gb_decoder {
    UConverter *converter;
    bool has_flushed;
};

enum berm_status encoding_parse(const char *name, enum encoding *ret_encoding,
                                struct berm_error *err)
{
    static const struct {
        const char *name;
        enum encoding encoding;
    } names[] = {
        {"utf-8", ENCODING_UTF8},  {"utf8", ENCODING_UTF8},      {"gb18030", ENCODING_GB18030},
        {"gbk", ENCODING_GB18030}, {"gb2312", ENCODING_GB18030},
    };

    if (name == NULL) {
        *ret_encoding = ENCODING_UNDECIDED;
        return BERM_OK;
    }
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (!text_equal_ignoring_ascii_case(text_of(name), text_of(names[i].name)))
            continue;
        *ret_encoding = names[i].encoding;
        return BERM_OK;
    }
    return fail_with(err, BERM_INVALID_INPUT,
                     "\"%.40s\" is no encoding that Berm reads; use utf-8 or gb18030", name);
}

const char *encoding_name(enum encoding encoding)
{
    return encoding == ENCODING_GB18030 ? "GB18030" : "UTF-8";
}

/* Letters in two bytes: every second byte of the header is zero, and only these. */
static bool looks_wide(struct text start)
{
    size_t length = start.length < WIDE_SAMPLE_BYTES ? start.length : WIDE_SAMPLE_BYTES;
    size_t zeros[2] = {0, 0};

    for (size_t i = 0; i < length; i++)
        zeros[i % 2] += start.bytes[i] == 0;
    return length >= 8 &&
           ((zeros[0] > length / 5 && zeros[1] == 0) || (zeros[1] > length / 5 && zeros[0] == 0));
}

enum berm_status encoding_refuse_wide(struct text start, struct berm_error *err)
{
    if (!text_starts_with(start, TEXT("\xFF\xFE")) && !text_starts_with(start, TEXT("\xFE\xFF")) &&
        !looks_wide(start))
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "the file is in UTF-16 (\"Unicode text\"); save it as CSV in UTF-8 and import "
                     "that");
}

static bool is_gb18030(struct text piece)
{
    UErrorCode code = U_ZERO_ERROR;
    UConverter *converter = ucnv_open("gb18030", &code);
    const char *source = piece.bytes;
    const char *end = piece.bytes + piece.length;
    bool is_more = true;

    if (U_FAILURE(code))
        return false;
    ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &code);
    while (is_more && U_SUCCESS(code)) {
        UChar units[PIVOT_UNITS];
        UChar *target = units;

        ucnv_toUnicode(converter, &target, units + PIVOT_UNITS, &source, end, NULL, false, &code);
        is_more = code == U_BUFFER_OVERFLOW_ERROR;
        if (is_more)
            code = U_ZERO_ERROR;
    }
    ucnv_close(converter);
    return U_SUCCESS(code);
}

static bool is_ascii(struct text piece)
{
    unsigned char all = 0;

    for (size_t i = 0; i < piece.length; i++)
        all |= (unsigned char)piece.bytes[i];
    return all < 0x80;
}

enum encoding encoding_recognise(struct text piece, bool is_last)
{
    size_t good = 0, bad = 0, offset = 0;

    if (is_ascii(piece))
        return ENCODING_UNDECIDED;
    while (offset < piece.length) {
        struct text rest = text_from(piece, offset);
        size_t bad_offset = 0;
        bool is_good = text_is_utf8(rest, &bad_offset);
        struct text part = {rest.bytes, is_good ? rest.length : bad_offset};

        good += part.length == 0 ? 0 : text_code_point_count(part);
        for (size_t i = 0; i < part.length; i++)
            good -= (unsigned char)part.bytes[i] < 0x80;
        if (is_good)
            break;
        if (!is_last && rest.length - bad_offset < UTF8_CHARACTER_BYTES_MAX)
            break; /* perhaps only cut in two */
        bad += (unsigned char)rest.bytes[bad_offset] >= 0x80;
        offset += bad_offset + 1;
    }
    if (good == 0 && bad == 0)
        return ENCODING_UNDECIDED;
    return bad > good && is_gb18030(piece) ? ENCODING_GB18030 : ENCODING_UTF8;
}

/* ---- Decoding -------------------------------------------------------------------------------- */

static void write_mark(const void *context, UConverterToUnicodeArgs *arguments, const char *bytes,
                       int32_t length, UConverterCallbackReason reason, UErrorCode *code)
{
    UChar mark = NOT_DECODABLE;

    (void)context;
    (void)bytes;
    (void)length;
    if (reason > UCNV_IRREGULAR)
        return;
    *code = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(arguments, &mark, 1, 0, code);
}

enum berm_status gb_decoder_create(struct gb_decoder **ret_decoder, struct berm_error *err)
{
    struct gb_decoder *decoder = calloc(1, sizeof *decoder);
    UErrorCode code = U_ZERO_ERROR;

    if (decoder == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    decoder->converter = ucnv_open("gb18030", &code);
    if (U_SUCCESS(code))
        ucnv_setToUCallBack(decoder->converter, write_mark, NULL, NULL, NULL, &code);
    if (U_FAILURE(code)) {
        gb_decoder_free(decoder);
        return fail_with(err, BERM_UNSUPPORTED,
                         "GB18030 cannot be read on this machine (%s); save the file as UTF-8",
                         u_errorName(code));
    }
    *ret_decoder = decoder;
    return BERM_OK;
}

void gb_decoder_free(struct gb_decoder *decoder)
{
    if (decoder == NULL)
        return;
    if (decoder->converter != NULL)
        ucnv_close(decoder->converter);
    free(decoder);
}

/* Units to bytes; a surrogate pair is never cut, as the converter writes both halves or none. */
static size_t encode_units(const UChar *units, int32_t count, char *out)
{
    uint8_t *bytes = (uint8_t *)out;
    int32_t length = 0;

    for (int32_t i = 0; i < count;) {
        UChar32 c;

        U16_NEXT(units, i, count, c);
        if (c == NOT_DECODABLE || U_IS_SURROGATE(c))
            bytes[length++] = 0xFF;
        else
            U8_APPEND_UNSAFE(bytes, length, c);
    }
    return (size_t)length;
}

size_t gb_decoder_decode(struct gb_decoder *decoder, struct text *in, bool is_last, char *out,
                         size_t size)
{
    UChar units[PIVOT_UNITS];
    size_t written = 0;

    while ((in->length > 0 || (is_last && !decoder->has_flushed)) &&
           size - written >= UTF8_BYTES_PER_UNIT * 4) {
        size_t room = (size - written) / UTF8_BYTES_PER_UNIT;
        UChar *target = units;
        const char *source = in->length == 0 ? "" : in->bytes;
        const char *source_end = source + in->length;
        UErrorCode code = U_ZERO_ERROR;

        ucnv_toUnicode(decoder->converter, &target,
                       units + (room < PIVOT_UNITS ? room : PIVOT_UNITS), &source, source_end, NULL,
                       is_last, &code);
        *in = (struct text){source, (size_t)(source_end - source)};
        written += encode_units(units, (int32_t)(target - units), out + written);
        if (is_last && in->length == 0 && code != U_BUFFER_OVERFLOW_ERROR)
            decoder->has_flushed = true;
    }
    return written;
}
