/*
 * A name's terms. A search is one range of sorted terms, so whatever may be typed must begin a
 * term: Chinese names are entered from each of their characters on (that is why two characters from
 * the middle are found, which an index of trigrams cannot do), other names from each of their words
 * on, the words before them behind.
 */
#include "script/fold.h"

#include <string.h>

enum { ENTRIES_MAX = NAME_TERMS_MAX - 2 }; /* pinyin and initials are the other two */

static void add_bytes(struct name_term *term, const char *bytes, size_t length)
{
    if (term->length + length > NAME_TERM_BYTES_MAX)
        return;
    memcpy(term->bytes + term->length, bytes, length);
    term->length = (uint8_t)(term->length + length);
}

/* lv and nv are how lü and nü are typed; the accent is gone, so u it is everywhere. */
static void add_letter(struct name_term *term, uint32_t code_point)
{
    char bytes[4];
    char before = term->length > 0 ? term->bytes[term->length - 1] : 0;

    if (code_point == 'v' && (before == 'l' || before == 'n'))
        code_point = 'u';
    add_bytes(term, bytes, text_encode_code_point(code_point, bytes));
}

static struct text text_of_term(const struct name_term *term)
{
    return (struct text){term->bytes, term->length};
}

/* Keep the terms sorted and each once. */
static void add_term(struct name_terms *terms, const struct name_term *term)
{
    size_t at = terms->count;

    if (term->length == 0 || terms->count == NAME_TERMS_MAX)
        return;
    for (size_t i = 0; i < terms->count; i++)
        if (text_equal(text_of_term(&terms->terms[i]), text_of_term(term)))
            return;
    while (at > 0 && text_compare(text_of_term(&terms->terms[at - 1]), text_of_term(term)) > 0) {
        terms->terms[at] = terms->terms[at - 1];
        at--;
    }
    terms->terms[at] = *term;
    terms->count++;
}

static void count_shared(struct name_terms *terms)
{
    for (size_t t = 0; t < terms->count; t++) {
        struct name_term *term = &terms->terms[t];

        term->shared = 0;
        while (t > 0 && term->shared < term->length && term->shared < term[-1].length &&
               term->bytes[term->shared] == term[-1].bytes[term->shared])
            term->shared++;
    }
}

/* The letters from one on, and where it is a name of words those before it. */
static void add_entry(const struct folded_name *folded, size_t first, bool is_turned,
                      struct name_terms *terms)
{
    struct name_term term = {0};

    for (size_t i = first; i < folded->count; i++)
        add_letter(&term, folded->letters[i].code_point);
    for (size_t i = 0; is_turned && i < first; i++)
        add_letter(&term, folded->letters[i].code_point);
    add_term(terms, &term);
}

static enum berm_status add_pinyin(struct romanizer *romanizer, const struct folded_name *folded,
                                   struct name_terms *terms, struct berm_error *err)
{
    struct syllable syllables[FOLDED_LETTERS_MAX] = {{0}};
    struct name_term whole = {0}, initials = {0};
    size_t han = 0;

    TRY(romanizer_read(romanizer, folded, syllables, err));
    for (size_t i = 0; i < folded->count; i++) {
        const struct folded_letter *letter = &folded->letters[i];
        const struct syllable *syllable;

        if (!letter->is_han) {
            add_letter(&whole, letter->code_point);
            if (letter->starts_word)
                add_letter(&initials, letter->code_point);
            continue;
        }
        syllable = &syllables[han++];
        for (size_t b = 0; b < syllable->length; b++)
            add_letter(&whole, (unsigned char)syllable->bytes[b]);
        if (syllable->length > 0)
            add_bytes(&initials, syllable->bytes, 1);
    }
    add_term(terms, &whole);
    add_term(terms, &initials);
    return BERM_OK;
}

static void add_initials(const struct folded_name *folded, struct name_terms *terms)
{
    struct name_term initials = {0};

    if (folded->word_count < 2)
        return;
    for (size_t i = 0; i < folded->count; i++)
        if (folded->letters[i].starts_word)
            add_letter(&initials, folded->letters[i].code_point);
    add_term(terms, &initials);
}

enum berm_status name_terms_make(struct romanizer *romanizer, struct text name,
                                 struct name_terms *ret_terms, struct berm_error *err)
{
    struct folded_name folded;
    bool is_chinese;

    ret_terms->count = 0;
    name_fold(name, &folded);
    is_chinese = folded.han_count > 0;
    for (size_t i = 0; i < folded.count && ret_terms->count < ENTRIES_MAX; i++)
        if (is_chinese ? i == 0 || i + 2 <= folded.count : folded.letters[i].starts_word)
            add_entry(&folded, i, !is_chinese, ret_terms);
    if (is_chinese)
        TRY(add_pinyin(romanizer, &folded, ret_terms, err));
    else
        add_initials(&folded, ret_terms);
    count_shared(ret_terms);
    return BERM_OK;
}

void name_query_fold(struct text typed, char out[NAME_TERM_BYTES_MAX], struct text *ret_query)
{
    struct folded_name folded;
    struct name_term term = {0};

    name_fold(typed, &folded);
    for (size_t i = 0; i < folded.count; i++)
        add_letter(&term, folded.letters[i].code_point);
    memcpy(out, term.bytes, term.length);
    *ret_query = (struct text){out, term.length};
}
