/*
 * Pinyin by ICU's rules for names, which read 单 as shan and 万俟 as moqi where they are surnames.
 * A reading takes some 50 microseconds and its rules some 150 ms to load, so both wait until they
 * are needed, and readings are remembered: the same surnames and characters come again and again.
 * The memory is two tables of fixed size in which a newer reading takes an older one's place.
 */
#include "script/fold.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum {
    PAIRS = 1 << 14, /* the first two characters of a name */
    SINGLES = 1 << 12,
    READING_UNITS = 64,
    READING_BYTES = 3 * READING_UNITS,
};

struct reading {
    uint32_t first, second; /* second 0: one character only */
    struct syllable syllables[2];
};

struct romanizer {
    UTransliterator *as_name;   /* NULL until the first Chinese name */
    UTransliterator *as_letter; /* for what follows the surname */
    struct reading pairs[PAIRS];
    struct reading singles[SINGLES];
};

enum berm_status romanizer_create(struct romanizer **ret_romanizer, struct berm_error *err)
{
    struct romanizer *romanizer = calloc(1, sizeof *romanizer);

    if (romanizer == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    *ret_romanizer = romanizer;
    return BERM_OK;
}

void romanizer_free(struct romanizer *romanizer)
{
    if (romanizer == NULL)
        return;
    if (romanizer->as_name != NULL)
        utrans_close(romanizer->as_name);
    if (romanizer->as_letter != NULL)
        utrans_close(romanizer->as_letter);
    free(romanizer);
}

void romanizer_freep(struct romanizer **romanizer)
{
    romanizer_free(*romanizer);
    *romanizer = NULL;
}

static enum berm_status open_rules(UTransliterator **rules, const UChar *id, struct berm_error *err)
{
    UErrorCode code = U_ZERO_ERROR;

    if (*rules == NULL)
        *rules = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    if (U_SUCCESS(code))
        return BERM_OK;
    *rules = NULL;
    return fail_with(err, BERM_UNSUPPORTED,
                     "names cannot be read in pinyin on this machine (%s); install ICU with its "
                     "transliteration rules",
                     u_errorName(code));
}

/* The words of a reading as syllables; a character that ICU leaves as it is has none. */
static void split(const char *bytes, int32_t length, struct syllable *syllables, size_t count)
{
    struct folded_name folded;
    size_t word = 0;

    name_fold((struct text){bytes, (size_t)length}, &folded);
    for (size_t i = 0; i < folded.count; i++) {
        struct syllable *syllable;

        word += folded.letters[i].starts_word;
        if (word > count)
            return;
        syllable = &syllables[word - 1];
        if (folded.letters[i].code_point < 0x80 && syllable->length < sizeof syllable->bytes)
            syllable->bytes[syllable->length++] = (char)folded.letters[i].code_point;
    }
}

static enum berm_status read_reading(UTransliterator *rules, struct reading *reading,
                                     struct berm_error *err)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar units[READING_UNITS];
    char bytes[READING_BYTES];
    int32_t length = 0, limit, byte_count = 0;

    U16_APPEND_UNSAFE(units, length, reading->first);
    if (reading->second != 0)
        U16_APPEND_UNSAFE(units, length, reading->second);
    limit = length;
    utrans_transUChars(rules, units, &length, READING_UNITS, 0, &limit, &code);
    u_strToUTF8(bytes, sizeof bytes, &byte_count, units, length, &code);
    if (U_FAILURE(code))
        return fail_with(err, BERM_INTERNAL, "a name could not be read in pinyin (%s)",
                         u_errorName(code));
    split(bytes, byte_count, reading->syllables, reading->second != 0 ? 2 : 1);
    return BERM_OK;
}

/* second 0: one character, not at the beginning unless it is alone. */
static enum berm_status find_reading(struct romanizer *romanizer, uint32_t first, uint32_t second,
                                     bool is_name, const struct reading **ret_reading,
                                     struct berm_error *err)
{
    uint32_t hash = first * 0x9E3779B1u ^ second * 0x85EBCA77u;
    struct reading *reading =
        is_name ? &romanizer->pairs[hash >> 18] : &romanizer->singles[hash >> 20];

    _Static_assert(PAIRS == 1 << (32 - 18) && SINGLES == 1 << (32 - 20), "the hash's high bits");
    if (reading->first != first || reading->second != second) {
        struct reading made = {.first = first, .second = second};

        if (is_name)
            TRY(open_rules(&romanizer->as_name, u"Han-Latin/Names", err));
        else
            TRY(open_rules(&romanizer->as_letter, u"Han-Latin", err));
        TRY(read_reading(is_name ? romanizer->as_name : romanizer->as_letter, &made, err));
        *reading = made;
    }
    *ret_reading = reading;
    return BERM_OK;
}

enum berm_status romanizer_read(struct romanizer *romanizer, const struct folded_name *folded,
                                struct syllable *syllables, struct berm_error *err)
{
    const struct reading *reading;
    uint32_t han[FOLDED_LETTERS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < folded->count; i++)
        if (folded->letters[i].is_han)
            han[count++] = folded->letters[i].code_point;
    for (size_t i = 0; i < count;) {
        uint32_t second = i == 0 && count > 1 ? han[1] : 0;

        TRY(find_reading(romanizer, han[i], second, i == 0, &reading, err));
        syllables[i++] = reading->syllables[0];
        if (second != 0)
            syllables[i++] = reading->syllables[1];
    }
    return BERM_OK;
}
