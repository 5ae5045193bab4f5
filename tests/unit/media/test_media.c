/* Pictures without what they tell: which parts stay as they are, which go, and what is refused. */
#include "media/media.h"

#include "lib/unit.h"

#define BYTES(literal) ((struct text){literal, sizeof literal - 1})

/* A grey picture of 8 by 8, part by part. */
#define JPEG_BEGIN "\xFF\xD8"
#define JFIF "\xFF\xE0\0\x10JFIF\0\1\2\1\0\x48\0\x48\0\0"
#define TABLE "\xFF\xDB\0\x06qqqq"
#define FRAME "\xFF\xC0\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0"
#define SCAN "\xFF\xDA\0\x08\x01\x01\0\0\x3F\0\x12\xFF\0\x34\xFF\xD3\x56"
#define JPEG_END "\xFF\xD9"
#define PICTURE TABLE FRAME SCAN

/* An Exif with two entries, the second of which is the orientation; both orders of bytes. */
#define EXIF_LITTLE(turn)                                                                          \
    "\xFF\xE1\0\x2E"                                                                               \
    "Exif\0\0II*\0\x08\0\0\0\x02\0\x0F\x01\x02\0\x04\0\0\0make\x12\x01\x03\0\x01\0\0\0" turn       \
    "\0\0\0\0\0\0\0"
#define EXIF_BIG(turn)                                                                             \
    "\xFF\xE1\0\x22"                                                                               \
    "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" turn "\0\0\0\0\0\0"

static void assert_cleaned(struct text given, struct text wanted)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct media_facts facts;
    struct berm_error err;

    assert_ok(media_clean(given, &out, &facts, &err));
    assert_int_equal(out.length, wanted.length);
    assert_memory_equal(out.bytes, wanted.bytes, wanted.length);
}

static void assert_refused(struct text given, enum berm_status wanted, const char *words)
{
    struct media_facts facts;
    struct berm_error err;

    assert_fails(media_clean(given, NULL, &facts, &err), wanted, words);
}

/* ---- JPEG ------------------------------------------------------------------------------------ */

static void the_picture_stays_as_it_is(void **state)
{
    struct media_facts facts;
    struct berm_error err;

    (void)state;
    assert_cleaned(BYTES(JPEG_BEGIN JFIF PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN JFIF PICTURE JPEG_END));
    /* several scans, with their tables between, and 0xFF that fill */
    assert_cleaned(BYTES(JPEG_BEGIN FRAME SCAN "\xFF" TABLE SCAN JPEG_END),
                   BYTES(JPEG_BEGIN FRAME SCAN "\xFF" TABLE SCAN JPEG_END));
    assert_ok(media_clean(
        BYTES(JPEG_BEGIN "\xFF\xC0\0\x0B\x08\x01\x02\x03\x04\x01\x01\x11\0" SCAN JPEG_END), NULL,
        &facts, &err));
    assert_int_equal(facts.type, MEDIA_JPEG);
    assert_int_equal(facts.height_px, 0x0102);
    assert_int_equal(facts.width_px, 0x0304);
    assert_string_equal(media_type_name(facts.type), "image/jpeg");
}

static void what_a_jpeg_tells_goes(void **state)
{
    (void)state;
    assert_cleaned(BYTES(JPEG_BEGIN JFIF "\xFF\xE1\0\x08http:/"
                                         "\xFF\xED\0\x04PS"
                                         "\xFF\xE2\0\x06MPF\0"
                                         "\xFF\xFE\0\x05who" PICTURE JPEG_END
                                         "and a second picture"),
                   BYTES(JPEG_BEGIN JFIF PICTURE JPEG_END));
    /* a comment between the scans */
    assert_cleaned(BYTES(JPEG_BEGIN FRAME SCAN "\xFF\xFE\0\x05who" SCAN JPEG_END),
                   BYTES(JPEG_BEGIN FRAME SCAN SCAN JPEG_END));
    /* previews: within JFIF, and in a segment of its own */
    assert_cleaned(BYTES(JPEG_BEGIN "\xFF\xE0\0\x13JFIF\0\1\2\1\0\x48\0\x48\1\1rgb"
                                    "\xFF\xE0\0\x0AJFXX\0\x10xx" PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN JFIF PICTURE JPEG_END));
}

static void colours_stay_right(void **state)
{
    (void)state;
    assert_cleaned(BYTES(JPEG_BEGIN "\xFF\xE2\0\x12ICC_PROFILE\0\1\1xy"
                                    "\xFF\xEE\0\x10"
                                    "Adobe\0\x64\0\0\0\0\1no" PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN "\xFF\xE2\0\x12ICC_PROFILE\0\1\1xy"
                                    "\xFF\xEE\0\x0E"
                                    "Adobe\0\x64\0\0\0\0\1" PICTURE JPEG_END));
}

static void a_picture_still_knows_which_side_is_up(void **state)
{
    (void)state;
    assert_cleaned(BYTES(JPEG_BEGIN EXIF_LITTLE("\x06") PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN EXIF_BIG("\x06") PICTURE JPEG_END));
    assert_cleaned(BYTES(JPEG_BEGIN EXIF_BIG("\x03") PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN EXIF_BIG("\x03") PICTURE JPEG_END));
    /* as it lies, turned in a way that there is none of, said twice */
    assert_cleaned(BYTES(JPEG_BEGIN EXIF_LITTLE("\x01") PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN PICTURE JPEG_END));
    assert_cleaned(BYTES(JPEG_BEGIN EXIF_LITTLE("\x09") PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN PICTURE JPEG_END));
    assert_cleaned(BYTES(JPEG_BEGIN EXIF_BIG("\x03") EXIF_BIG("\x08") PICTURE JPEG_END),
                   BYTES(JPEG_BEGIN EXIF_BIG("\x03") PICTURE JPEG_END));
}

static void a_broken_exif_breaks_nothing(void **state)
{
    static const struct text exifs[] = {
        BYTES("II*\0"),
        BYTES("II*\0\xFF\xFF\xFF\xFF\0\0\0\0"),
        BYTES("MM\0*\0\0\0\x0A\0\0"),
        BYTES("MM\0*\0\0\0\x08\xFF\xFF\x01\x12"),
        BYTES("IM*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"),
        BYTES("II*\0\x08\0\0\0\x01\0\x12\x01\x04\0\x01\0\0\0\x06\0\0\0"),
    };

    (void)state;
    for (size_t e = 0; e < ARRAY_COUNT(exifs); e++) {
        CLEANUP(buffer_free) struct buffer given = {0};

        buffer_append_text(&given, BYTES(JPEG_BEGIN "\xFF\xE1\0"));
        buffer_append_char(&given, (char)(2 + 6 + exifs[e].length));
        buffer_append_text(&given, BYTES("Exif\0\0"));
        buffer_append_text(&given, exifs[e]);
        buffer_append_text(&given, BYTES(PICTURE JPEG_END));
        assert_cleaned(buffer_text(&given), BYTES(JPEG_BEGIN PICTURE JPEG_END));
    }
}

static void a_jpeg_that_is_cut_off_anywhere_is_refused(void **state)
{
    static const struct text whole = BYTES(JPEG_BEGIN JFIF EXIF_LITTLE("\x06") PICTURE JPEG_END);

    (void)state;
    for (size_t length = 3; length < whole.length; length++)
        assert_refused((struct text){whole.bytes, length}, BERM_INVALID_INPUT,
                       "the JPEG is broken");
}

static void what_is_no_picture_is_refused(void **state)
{
    (void)state;
    assert_refused(BYTES(JPEG_BEGIN JFIF JPEG_END), BERM_INVALID_INPUT, "no picture in it");
    assert_refused(BYTES(JPEG_BEGIN SCAN JPEG_END), BERM_INVALID_INPUT, "before the frame");
    assert_refused(BYTES(JPEG_BEGIN FRAME FRAME SCAN JPEG_END), BERM_INVALID_INPUT, "two frames");
    assert_refused(BYTES(JPEG_BEGIN FRAME JPEG_BEGIN), BERM_INVALID_INPUT, "has no place");
    assert_refused(BYTES(JPEG_BEGIN "\xFF\xF0\0\x02" PICTURE JPEG_END), BERM_INVALID_INPUT,
                   "unknown segment");
    assert_refused(
        BYTES(JPEG_BEGIN "\xFF\xC0\0\x0B\x08\xFF\xFF\xFF\xFF\x01\x01\x11\0" SCAN JPEG_END),
        BERM_LIMIT, "65535 by 65535");
    assert_refused(BYTES("GIF89a"), BERM_INVALID_INPUT, "no JPEG, PNG or PDF");
    assert_refused(TEXT(""), BERM_INVALID_INPUT, "no JPEG, PNG or PDF");
}

/* ---- PNG ------------------------------------------------------------------------------------- */

#define SIGNATURE "\x89PNG\r\n\x1A\n"
/* Check sums by zlib's crc32. */
#define HEADER "\0\0\0\x0DIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3A\x7E\x9B\x55"
#define DATA "\0\0\0\x0AIDATx\xDA\x63\x60\0\0\0\x02\0\x01\xE5\x27\xDE\xFC"
#define PNG_END "\0\0\0\0IEND\xAE\x42\x60\x82"

static void what_a_png_tells_goes(void **state)
{
    struct media_facts facts;
    struct berm_error err;

    (void)state;
    assert_cleaned(BYTES(SIGNATURE HEADER DATA PNG_END), BYTES(SIGNATURE HEADER DATA PNG_END));
    assert_cleaned(BYTES(SIGNATURE HEADER "\0\0\0\4tEXta\0bcCRC?"
                                          "\0\0\0\2eXIfMMCRC?"
                                          "\0\0\0\0prIvCRC?" DATA "\0\0\0\0tIMECRC?" PNG_END
                                          "more"),
                   BYTES(SIGNATURE HEADER DATA PNG_END));
    assert_ok(media_clean(BYTES(SIGNATURE HEADER DATA PNG_END), NULL, &facts, &err));
    assert_int_equal(facts.type, MEDIA_PNG);
    assert_int_equal(facts.width_px, 1);
    assert_int_equal(facts.height_px, 1);
}

static void a_broken_png_is_refused(void **state)
{
    static const struct text whole = BYTES(SIGNATURE HEADER DATA PNG_END);

    (void)state;
    for (size_t length = 8; length < whole.length; length++)
        assert_refused((struct text){whole.bytes, length}, BERM_INVALID_INPUT, "the PNG is broken");
    assert_refused(BYTES(SIGNATURE DATA HEADER PNG_END), BERM_INVALID_INPUT, "header is missing");
    assert_refused(BYTES(SIGNATURE HEADER HEADER PNG_END), BERM_INVALID_INPUT, "two headers");
    assert_refused(BYTES(SIGNATURE HEADER PNG_END), BERM_INVALID_INPUT, "no picture in it");
    assert_refused(BYTES(SIGNATURE HEADER "\0\0\0\0ABcDCRC?" DATA PNG_END), BERM_INVALID_INPUT,
                   "unknown chunk");
    assert_refused(BYTES(SIGNATURE HEADER "\0\0\0\0IDATCRC?" PNG_END), BERM_INVALID_INPUT,
                   "check sum");
}

/* ---- PDF, room ------------------------------------------------------------------------------- */

static void a_pdf_is_looked_at_only(void **state)
{
    (void)state;
    assert_cleaned(BYTES("%PDF-1.7\n...\n%%EOF\n"), BYTES("%PDF-1.7\n...\n%%EOF\n"));
    assert_refused(BYTES("%PDF-1.7\n...\n"), BERM_INVALID_INPUT, "end mark");
    assert_refused(BYTES("%PDF-"), BERM_INVALID_INPUT, "end mark");
}

static void room_that_does_not_suffice_is_told(void **state)
{
    struct text whole = BYTES(JPEG_BEGIN JFIF PICTURE JPEG_END);
    struct media_facts facts;
    struct berm_error err;

    (void)state;
    for (size_t cap = 1; cap < whole.length; cap++) {
        CLEANUP(buffer_free) struct buffer out = {.cap_bytes = cap};

        assert_int_equal(media_clean(whole, &out, &facts, &err), BERM_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_stays_as_it_is),
        cmocka_unit_test(what_a_jpeg_tells_goes),
        cmocka_unit_test(colours_stay_right),
        cmocka_unit_test(a_picture_still_knows_which_side_is_up),
        cmocka_unit_test(a_broken_exif_breaks_nothing),
        cmocka_unit_test(a_jpeg_that_is_cut_off_anywhere_is_refused),
        cmocka_unit_test(what_is_no_picture_is_refused),
        cmocka_unit_test(what_a_png_tells_goes),
        cmocka_unit_test(a_broken_png_is_refused),
        cmocka_unit_test(a_pdf_is_looked_at_only),
        cmocka_unit_test(room_that_does_not_suffice_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
