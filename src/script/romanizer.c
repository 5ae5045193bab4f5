/*
 * Pinyin by ICU's rules for names, which read 单 as shan and 万俟 as moqi where they are surnames.
 * A reading takes some 25 microseconds and the rules some 50 ms to load, so both wait until they
 * are needed, and readings are remembered. By these rules a character's reading depends on whether
 * it begins the name, and beyond that only in a few surnames of two characters: so what is
 * remembered is characters, of which there are some thousands, and not pairs of them.
 */
#include "script/fold.h"

#include <stdlib.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum {
    READINGS = 1 << 13, /* a newer one takes an older one's place */
    READING_UNITS = 64,
    READING_BYTES = 3 * READING_UNITS,
    USUAL_SURNAME = 0x738B, /* 王, before what is read inside a name */
};

/* Surnames whose first character is read otherwise than before other characters.
 * Source: CLDR, Han-Latin/Names; a test holds them against its rules. */
static const uint32_t SURNAMES_OF_TWO[][2] = {
    {0x4EE4, 0x72D0}, /* 令狐 */
    {0x4E07, 0x4FDF}, /* 万俟 */
    {0x6FB9, 0x53F0}, /* 澹台 */
    {0x957F, 0x5B59}, /* 长孙 */
};

struct reading {
    uint32_t before; /* 0: it begins the name */
    uint32_t character;
    uint32_t after; /* 0: it does not matter */
    struct syllable syllable;
};

struct romanizer {
    UTransliterator *rules; /* NULL until the first Chinese name */
    struct reading readings[READINGS];
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
    if (romanizer->rules != NULL)
        utrans_close(romanizer->rules);
    free(romanizer);
}

static enum berm_status open_rules(struct romanizer *romanizer, struct berm_error *err)
{
    UErrorCode code = U_ZERO_ERROR;

    if (romanizer->rules == NULL)
        romanizer->rules =
            utrans_openU(u"Han-Latin/Names", -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    if (U_SUCCESS(code))
        return BERM_OK;
    romanizer->rules = NULL;
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

static enum berm_status make_reading(struct romanizer *romanizer, struct reading *reading,
                                     struct berm_error *err)
{
    const uint32_t characters[] = {reading->before, reading->character, reading->after};
    struct syllable syllables[ARRAY_COUNT(characters)] = {{0}};
    UErrorCode code = U_ZERO_ERROR;
    UChar units[READING_UNITS];
    char bytes[READING_BYTES];
    int32_t length = 0, limit, byte_count = 0;
    size_t count = 0, wanted = reading->before != 0;

    for (size_t c = 0; c < ARRAY_COUNT(characters); c++)
        if (characters[c] != 0) {
            U16_APPEND_UNSAFE(units, length, characters[c]);
            count++;
        }
    limit = length;
    utrans_transUChars(romanizer->rules, units, &length, READING_UNITS, 0, &limit, &code);
    u_strToUTF8(bytes, sizeof bytes, &byte_count, units, length, &code);
    if (U_FAILURE(code))
        return fail_with(err, BERM_INTERNAL, "a name could not be read in pinyin (%s)",
                         u_errorName(code));
    split(bytes, byte_count, syllables, count);
    reading->syllable = syllables[wanted];
    return BERM_OK;
}

static enum berm_status find_reading(struct romanizer *romanizer, struct reading wanted,
                                     struct syllable *ret_syllable, struct berm_error *err)
{
    uint32_t hash = wanted.character * 0x9E3779B1u ^ wanted.before * 0x85EBCA77u;
    struct reading *reading = &romanizer->readings[hash >> 19];

    _Static_assert(READINGS == 1 << (32 - 19), "the hash's high bits");
    if (reading->character != wanted.character || reading->before != wanted.before ||
        reading->after != wanted.after) {
        TRY(open_rules(romanizer, err));
        TRY(make_reading(romanizer, &wanted, err));
        *reading = wanted;
    }
    *ret_syllable = reading->syllable;
    return BERM_OK;
}

/* What behind the first character changes its reading; 0: nothing. */
static uint32_t half_of_surname(uint32_t first, uint32_t second)
{
    for (size_t s = 0; s < ARRAY_COUNT(SURNAMES_OF_TWO); s++)
        if (SURNAMES_OF_TWO[s][0] == first && SURNAMES_OF_TWO[s][1] == second)
            return second;
    return 0;
}

enum berm_status romanizer_read(struct romanizer *romanizer, const struct folded_name *folded,
                                struct syllable *syllables, struct berm_error *err)
{
    uint32_t han[FOLDED_LETTERS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < folded->count; i++)
        if (folded->letters[i].is_han)
            han[count++] = folded->letters[i].code_point;
    for (size_t i = 0; i < count; i++) {
        struct reading wanted = {.before = i > 0 ? USUAL_SURNAME : 0,
                                 .character = han[i],
                                 .after =
                                     i == 0 && count > 1 ? half_of_surname(han[0], han[1]) : 0};

        TRY(find_reading(romanizer, wanted, &syllables[i], err));
    }
    return BERM_OK;
}
