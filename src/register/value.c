/*
 * From text to a typed value. Every refusal says what was written, what is wanted and what to do,
 * because the reader is a person with a rejected row of a spreadsheet before them.
 */
#include <string.h>

#include "constraint.h"
#include "table.h"

enum { NEAREST_CANDIDATES_MAX = 200 };

static enum berm_status fail_choice(const struct choice_list *list, struct text word,
                                    struct berm_error *err)
{
    struct text candidates[NEAREST_CANDIDATES_MAX] = {0};
    size_t count = list->choice_count;
    int nearest = -1;

    if (err == NULL)
        return BERM_INVALID_INPUT;
    if (count > NEAREST_CANDIDATES_MAX)
        count = NEAREST_CANDIDATES_MAX;
    for (size_t i = 0; i < count; i++)
        candidates[i] = list->choices[i].name;
    nearest = text_nearest(word, candidates, count);
    if (nearest >= 0)
        return fail_with(
            err, BERM_INVALID_INPUT, "'%.*s' is no choice of list %.*s; did you mean '%.*s'?",
            TEXT_ARG(shown(word)), TEXT_ARG(list->name), TEXT_ARG(candidates[nearest]));
    if (count == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "'%.*s' is no choice of list %.*s, which is empty; leave the value empty",
                         TEXT_ARG(shown(word)), TEXT_ARG(list->name));
    return fail_with(err, BERM_INVALID_INPUT,
                     "'%.*s' is no choice of list %.*s; use one of its names, such as '%.*s'",
                     TEXT_ARG(shown(word)), TEXT_ARG(list->name), TEXT_ARG(candidates[0]));
}

static enum berm_status fail_constraint(const struct constraint *constraint, struct text text,
                                        struct berm_error *err)
{
    return fail_with(err, BERM_INVALID_INPUT,
                     "'%.*s' is not within %.*s; check the value and its unit",
                     TEXT_ARG(shown(text)), TEXT_ARG(constraint->source));
}

static enum berm_status parse_number(const struct dictionary *dictionary,
                                     const struct variable *variable, struct text text,
                                     struct field_value *value, struct berm_error *err)
{
    TRY(number_parse(text, variable->type, dictionary->money_decimals, &value->number, err));
    if (!constraint_allows(&variable->constraint, value->number))
        return fail_constraint(&variable->constraint, text, err);
    return BERM_OK;
}

static enum berm_status parse_boolean(struct text text, struct field_value *value,
                                      struct berm_error *err)
{
    static const char *const words[] = {"no", "false", "0", "否", "yes", "true", "1", "是"};

    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (text_equal_ignoring_ascii_case(text, text_of(words[i]))) {
            value->number = i >= ARRAY_COUNT(words) / 2;
            return BERM_OK;
        }
    return fail_with(err, BERM_INVALID_INPUT, "'%.*s' is neither yes nor no; write yes or no",
                     TEXT_ARG(shown(text)));
}

static enum berm_status parse_text(const struct variable *variable, struct text text,
                                   struct field_value *value, struct berm_error *err)
{
    const struct constraint *constraint = &variable->constraint;

    if (text.length > TEXT_VALUE_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the text has %zu bytes, at most %d are taken; shorten it", text.length,
                         TEXT_VALUE_BYTES_MAX);
    value->text = text;
    if (!constraint->is_length)
        return BERM_OK;
    if (!text_is_utf8(text, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the text is not UTF-8; save the file as UTF-8 and try again");
    if (!constraint_allows(constraint, (int64_t)text_code_point_count(text)))
        return fail_constraint(constraint, text, err);
    return BERM_OK;
}

static enum berm_status parse_select_one(const struct variable *variable, struct text text,
                                         struct field_value *value, struct berm_error *err)
{
    int position = choice_position(variable->list, text);

    if (position < 0)
        return fail_choice(variable->list, text, err);
    value->number = position;
    value->text = variable->list->choices[position].name;
    return BERM_OK;
}

/* The next word of a text, without the blanks before it; empty at the end. */
static struct text next_word(struct text *rest)
{
    struct text word = text_trimmed(*rest);

    for (size_t i = 0; i < word.length; i++)
        if (word.bytes[i] == ' ' || word.bytes[i] == '\t' || word.bytes[i] == '\n' ||
            word.bytes[i] == '\r') {
            *rest = text_from(word, i);
            word.length = i;
            return word;
        }
    *rest = (struct text){0};
    return word;
}

/* The choices of a bit set, in the list's order, with a blank between. */
static enum berm_status join_choices(const struct choice_list *list, const uint64_t *is_chosen,
                                     struct arena *arena, struct text *ret_text,
                                     struct berm_error *err)
{
    char *bytes = NULL;
    size_t length = 0;

    for (size_t i = 0; i < list->choice_count; i++)
        if (is_chosen[i / 64] >> (i % 64) & 1)
            length += (length > 0) + list->choices[i].name.length;
    if (length > TEXT_VALUE_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the choices have %zu bytes together, at most %d are taken; choose fewer",
                         length, TEXT_VALUE_BYTES_MAX);
    bytes = arena_alloc(arena, length);
    if (bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a list of choices");
    length = 0;
    for (size_t i = 0; i < list->choice_count; i++) {
        struct text name = list->choices[i].name;

        if (!(is_chosen[i / 64] >> (i % 64) & 1))
            continue;
        if (length > 0)
            bytes[length++] = ' ';
        memcpy(bytes + length, name.bytes, name.length);
        length += name.length;
    }
    *ret_text = (struct text){bytes, length};
    return BERM_OK;
}

static enum berm_status parse_select_multiple(const struct variable *variable, struct text text,
                                              struct arena *arena, struct field_value *value,
                                              struct berm_error *err)
{
    uint64_t is_chosen[(DICTIONARY_CHOICES_MAX + 63) / 64] = {0};
    struct text rest = text;

    for (;;) {
        struct text word = next_word(&rest);
        int position = -1;

        if (word.length == 0)
            break;
        position = choice_position(variable->list, word);
        if (position < 0)
            return fail_choice(variable->list, word, err);
        is_chosen[position / 64] |= UINT64_C(1) << (position % 64);
    }
    return join_choices(variable->list, is_chosen, arena, &value->text, err);
}

static enum berm_status parse_known(const struct dictionary *dictionary,
                                    const struct variable *variable, struct text text,
                                    struct arena *arena, struct field_value *value,
                                    struct berm_error *err)
{
    switch (variable->type) {
    case VARIABLE_INTEGER:
    case VARIABLE_DECIMAL:
    case VARIABLE_MONEY:
    case VARIABLE_DATE:
        return parse_number(dictionary, variable, text, value, err);
    case VARIABLE_BOOLEAN:
        return parse_boolean(text, value, err);
    case VARIABLE_TEXT:
        return parse_text(variable, text, value, err);
    case VARIABLE_SELECT_ONE:
        return parse_select_one(variable, text, value, err);
    case VARIABLE_SELECT_MULTIPLE:
        return parse_select_multiple(variable, text, arena, value, err);
    }
    assert(!"a variable's type is one of the enumeration");
    return BERM_INTERNAL;
}

enum berm_status variable_parse(const struct dictionary *dictionary,
                                const struct variable *variable, struct text text,
                                struct arena *arena, struct field_value *ret_value,
                                struct berm_error *err)
{
    struct field_value value = {.is_known = true};

    text = text_trimmed(text);
    if (text.length > 0) {
        TRY(parse_known(dictionary, variable, text, arena, &value, err));
    } else if (variable->is_required) {
        return fail_with(err, BERM_INVALID_INPUT, "the value of '%.*s' is missing; fill it in",
                         TEXT_ARG(variable->name));
    } else if (!variable->is_empty_zero) {
        value.is_known = false;
    }
    *ret_value = value;
    return BERM_OK;
}

enum berm_status code_check(struct text code, const char *what, struct berm_error *err)
{
    bool is_ascii = true;

    if (code.length == 0)
        return fail_with(err, BERM_INVALID_INPUT, "the %s is missing; fill it in", what);
    if (code.length > CODE_BYTES_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the %s '%.*s...' has %zu bytes, at most %d are taken; shorten it", what,
                         TEXT_ARG(shown(code)), code.length, CODE_BYTES_MAX);
    for (size_t i = 0; i < code.length; i++) {
        unsigned char c = (unsigned char)code.bytes[i];

        is_ascii = is_ascii && c < 0x80;
        if (c < ' ' || c == 0x7F)
            return fail_with(err, BERM_INVALID_INPUT,
                             "the %s holds a character that cannot be seen (byte %zu); remove it",
                             what, i + 1);
    }
    if (!is_ascii && !text_is_utf8(code, NULL))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the %s is not UTF-8; save the file as UTF-8 and try again", what);
    if (memchr(code.bytes, '/', code.length) || memchr(code.bytes, '\\', code.length) ||
        text_equal(code, TEXT(".")) || text_equal(code, TEXT("..")))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the %s '%.*s' could not stand in an address of the API; write it without "
                         "/ and \\, and not as . or ..",
                         what, TEXT_ARG(code));
    if (code.bytes[0] == ' ' || code.bytes[code.length - 1] == ' ')
        return fail_with(err, BERM_INVALID_INPUT,
                         "the %s '%.*s' begins or ends with a blank; remove it", what,
                         TEXT_ARG(code));
    return BERM_OK;
}
