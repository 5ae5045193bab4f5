/* How Chinese characters are read in names: by ICU's rules, and the table that is made of them.
 * Private to script, and to tools/make_readings.c. */
#ifndef SCRIPT_READING_H
#define SCRIPT_READING_H

#include "script/fold.h"

enum {
    READING_FIRST = 0x4E00, /* the characters of the table: all that are usual */
    READING_LAST = 0x9FFF,
    READING_COUNT = READING_LAST - READING_FIRST + 1,
    SURNAMES_OF_TWO = 4,
};

/** A character in its place. */
struct reading_place {
    uint32_t before; /* 0: it begins the name; else any character, as all are the same */
    uint32_t character;
    uint32_t after; /* 0: it does not matter, which is everywhere but in surnames_of_two */
};
extern const uint32_t surnames_of_two[SURNAMES_OF_TWO][2];

/** ICU's rules. */
struct reading_rules;

/** Takes some 50 ms. Errors: BERM_UNSUPPORTED (this machine's ICU lacks pinyin). */
MUST_USE enum berm_status reading_rules_open(struct reading_rules **ret_rules,
                                             struct berm_error *err);
void reading_rules_close(struct reading_rules *rules);
/** Takes some 25 microseconds. */
MUST_USE enum berm_status reading_by_rules(const struct reading_rules *rules,
                                           struct reading_place place,
                                           struct syllable *ret_syllable, struct berm_error *err);

/* The table (readings.gen.c): places in reading_syllables. */
extern const struct syllable reading_syllables[];
extern const uint16_t readings_first[READING_COUNT];
extern const uint16_t readings_inside[READING_COUNT];
extern const uint16_t readings_of_surnames[SURNAMES_OF_TWO]; /* of their first character */

#endif
