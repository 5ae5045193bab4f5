/* A name as letters without case, accents and width. Private to script. */
#ifndef SCRIPT_FOLD_H
#define SCRIPT_FOLD_H

#include "script/script.h"

enum { FOLDED_LETTERS_MAX = 64 };

struct folded_letter {
    uint32_t code_point;
    bool is_han;
    bool starts_word;
};
struct folded_name {
    size_t count;
    size_t han_count;
    size_t word_count;
    struct folded_letter letters[FOLDED_LETTERS_MAX];
};

/** What is beyond FOLDED_LETTERS_MAX letters, or no UTF-8, is left out. */
void name_fold(struct text name, struct folded_name *ret_folded);

/** The pinyin of a Chinese character in small ASCII letters; empty where it has none. */
enum { SYLLABLE_BYTES_MAX = 8 };
struct syllable {
    uint8_t length;
    char bytes[SYLLABLE_BYTES_MAX - 1];
};
/**
 * Read the Chinese characters of a name, in their order; the first two are read together, because a
 * surname may have two characters, and many are read otherwise in a surname.
 */
MUST_USE enum berm_status romanizer_read(struct romanizer *romanizer,
                                         const struct folded_name *folded,
                                         struct syllable *syllables, struct berm_error *err);

#endif
