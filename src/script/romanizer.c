/*
 * Chinese names in pinyin. To load ICU's rules takes some 50 ms, for which the first Chinese name
 * of every process would wait; so the readings of all usual characters are made while the program
 * is built (tools/make_readings.c). What is rare is read by the rules themselves, which are loaded
 * then, and remembered.
 */
#include "script/reading.h"

#include <stdlib.h>

enum {
    REMEMBERED = 1 << 8,    /* a newer one takes an older one's place */
    USUAL_SURNAME = 0x738B, /* 王, before what is read inside a name */
};

struct remembered {
    struct reading_place place;
    struct syllable syllable;
};

struct romanizer {
    struct reading_rules *rules; /* NULL until the first rare character */
    struct remembered remembered[REMEMBERED];
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
    reading_rules_close(romanizer->rules);
    free(romanizer);
}

/* What is not in the table. */
static enum berm_status read_by_rules(struct romanizer *romanizer, struct reading_place place,
                                      struct syllable *ret_syllable, struct berm_error *err)
{
    uint32_t hash = place.character * 0x9E3779B1u ^ place.before * 0x85EBCA77u;
    struct remembered *remembered = &romanizer->remembered[hash >> 24];

    _Static_assert(REMEMBERED == 1 << (32 - 24), "the hash's high bits");
    if (remembered->place.character != place.character ||
        remembered->place.before != place.before) {
        if (romanizer->rules == NULL)
            TRY(reading_rules_open(&romanizer->rules, err));
        TRY(reading_by_rules(romanizer->rules, place, &remembered->syllable, err));
        remembered->place = place;
    }
    *ret_syllable = remembered->syllable;
    return BERM_OK;
}

/* The surname of two characters that these are; -1: none of those that matter. */
static int find_surname(uint32_t first, uint32_t second)
{
    for (int s = 0; s < SURNAMES_OF_TWO; s++)
        if (surnames_of_two[s][0] == first && surnames_of_two[s][1] == second)
            return s;
    return -1;
}

static enum berm_status read_character(struct romanizer *romanizer, uint32_t character,
                                       bool is_first, struct syllable *ret_syllable,
                                       struct berm_error *err)
{
    const uint16_t *readings = is_first ? readings_first : readings_inside;

    if (character >= READING_FIRST && character <= READING_LAST) {
        *ret_syllable = reading_syllables[readings[character - READING_FIRST]];
        return BERM_OK;
    }
    return read_by_rules(
        romanizer,
        (struct reading_place){.before = is_first ? 0 : USUAL_SURNAME, .character = character},
        ret_syllable, err);
}

enum berm_status romanizer_read(struct romanizer *romanizer, const struct folded_name *folded,
                                struct syllable *syllables, struct berm_error *err)
{
    uint32_t han[FOLDED_LETTERS_MAX];
    size_t count = 0;
    int surname;

    for (size_t i = 0; i < folded->count; i++)
        if (folded->letters[i].is_han)
            han[count++] = folded->letters[i].code_point;
    surname = count > 1 ? find_surname(han[0], han[1]) : -1;
    for (size_t i = 0; i < count; i++)
        TRY(read_character(romanizer, han[i], i == 0, &syllables[i], err));
    if (surname >= 0)
        syllables[0] = reading_syllables[readings_of_surnames[surname]];
    return BERM_OK;
}
