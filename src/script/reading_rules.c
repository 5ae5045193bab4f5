/*
 * Pinyin by ICU's rules for names, which read 单 as shan and 万俟 as moqi where they are surnames.
 * By these rules a character's reading depends on whether it begins the name, and beyond that only
 * in a few surnames of two characters: so there is a reading for each place of a character, and
 * none for each pair.
 */
#include "script/reading.h"

#include <stdlib.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

enum {
    READING_UNITS = 64,
    READING_BYTES = 3 * READING_UNITS,
};

/* Surnames whose first character is read otherwise than before other characters.
 * Source: CLDR, Han-Latin/Names; a test holds them against its rules. */
const uint32_t surnames_of_two[SURNAMES_OF_TWO][2] = {
    {0x4EE4, 0x72D0}, /* 令狐 */
    {0x4E07, 0x4FDF}, /* 万俟 */
    {0x6FB9, 0x53F0}, /* 澹台 */
    {0x957F, 0x5B59}, /* 长孙 */
};

struct reading_rules {
    UTransliterator *names;
};

enum berm_status reading_rules_open(struct reading_rules **ret_rules, struct berm_error *err)
{
    struct reading_rules *rules = calloc(1, sizeof *rules);
    UErrorCode code = U_ZERO_ERROR;

    if (rules == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    rules->names = utrans_openU(u"Han-Latin/Names", -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    if (U_SUCCESS(code)) {
        *ret_rules = rules;
        return BERM_OK;
    }
    free(rules);
    return fail_with(err, BERM_UNSUPPORTED,
                     "names cannot be read in pinyin on this machine (%s); install ICU with its "
                     "transliteration rules",
                     u_errorName(code));
}

void reading_rules_close(struct reading_rules *rules)
{
    if (rules == NULL)
        return;
    utrans_close(rules->names);
    free(rules);
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

enum berm_status reading_by_rules(const struct reading_rules *rules, struct reading_place place,
                                  struct syllable *ret_syllable, struct berm_error *err)
{
    const uint32_t characters[] = {place.before, place.character, place.after};
    struct syllable syllables[ARRAY_COUNT(characters)] = {{0}};
    UErrorCode code = U_ZERO_ERROR;
    UChar units[READING_UNITS];
    char bytes[READING_BYTES];
    int32_t length = 0, limit, byte_count = 0;
    size_t count = 0, wanted = place.before != 0;

    for (size_t c = 0; c < ARRAY_COUNT(characters); c++)
        if (characters[c] != 0) {
            U16_APPEND_UNSAFE(units, length, characters[c]);
            count++;
        }
    limit = length;
    utrans_transUChars(rules->names, units, &length, READING_UNITS, 0, &limit, &code);
    u_strToUTF8(bytes, sizeof bytes, &byte_count, units, length, &code);
    if (U_FAILURE(code))
        return fail_with(err, BERM_INTERNAL, "a name could not be read in pinyin (%s)",
                         u_errorName(code));
    split(bytes, byte_count, syllables, count);
    *ret_syllable = syllables[wanted];
    return BERM_OK;
}
