/*
 * Folding: what people leave out or type otherwise when they search is left out of the terms too.
 * Compatibility decomposition takes accents off letters and gives full-width letters their usual
 * form; everything between words (blanks, hyphens, the dot of names such as 买买提·艾力) only marks
 * where a word begins.
 */
#include "script/fold.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

enum { DECOMPOSED_UNITS = 32, IDEOGRAPHIC_ZERO = 0x3007 };

static bool is_han(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0x20000 && c <= 0x323AF) || c == IDEOGRAPHIC_ZERO;
}

static void add_letter(struct folded_name *folded, uint32_t c, bool *is_between)
{
    struct folded_letter *letter;

    if (folded->count == FOLDED_LETTERS_MAX)
        return;
    letter = &folded->letters[folded->count++];
    *letter = (struct folded_letter){c, is_han(c), *is_between};
    folded->han_count += letter->is_han;
    folded->word_count += *is_between;
    *is_between = false;
}

/* One code point that is decomposed already. */
static void take(struct folded_name *folded, UChar32 c, bool *is_between)
{
    if (is_han((uint32_t)c) || u_isalnum(c))
        add_letter(folded, (uint32_t)u_foldCase(c, U_FOLD_CASE_DEFAULT), is_between);
    else if ((U_GET_GC_MASK(c) & U_GC_M_MASK) == 0)
        *is_between = true;
}

static void take_decomposed(struct folded_name *folded, UChar32 c, bool *is_between)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar units[DECOMPOSED_UNITS];
    const UNormalizer2 *form = unorm2_getNFKDInstance(&code); /* ICU's own, shared and immutable */
    int32_t count =
        U_FAILURE(code) ? -1 : unorm2_getDecomposition(form, c, units, DECOMPOSED_UNITS, &code);

    if (U_FAILURE(code) || count < 0) {
        take(folded, c, is_between);
        return;
    }
    for (int32_t i = 0; i < count;) {
        UChar32 part;

        U16_NEXT(units, i, count, part);
        take(folded, part, is_between);
    }
}

void name_fold(struct text name, struct folded_name *ret_folded)
{
    size_t offset = 0;
    bool is_between = true;

    ret_folded->count = ret_folded->han_count = ret_folded->word_count = 0;
    if (!text_is_utf8(name, NULL))
        return;
    while (offset < name.length && ret_folded->count < FOLDED_LETTERS_MAX) {
        uint32_t c = text_next_code_point(name, &offset);

        if (is_han(c))
            add_letter(ret_folded, c, &is_between);
        else if (c < 0x80)
            take(ret_folded, (UChar32)c, &is_between);
        else
            take_decomposed(ret_folded, (UChar32)c, &is_between);
    }
}
