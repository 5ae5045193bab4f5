/*
 * XPath 2.0 / XML Schema regular expressions to PCRE2's.
 *
 * What must be rewritten: class subtraction "[A-Z-[OI]]" (a look-ahead before the class), blocks
 * "\p{IsBasicLatin}" (a range), \i and \c (name characters), flag x (white space also inside \p{});
 * what must be refused although PCRE2 takes it: its own escapes, look-around, back-references to
 * groups that are not closed yet or stand in a class. Everything else means the same.
 */
#include <string.h>

#include "policy/feel/builtins/regex.h"

enum {
    CLASS_DEPTH_MAX = 16,
    GROUPS_MAX = 99,
};

struct translator {
    struct text in;
    size_t at;
    struct buffer *out;
    bool ignores_space;
    int groups_open;          /* opened so far */
    int open[GROUPS_MAX + 1]; /* stack of open groups' numbers; 0: not capturing */
    int open_count;
    bool is_closed[GROUPS_MAX + 1];
};

static const struct {
    const char *name;
    const char *range;
} blocks[] = {
    {"BasicLatin", "\\x{0}-\\x{7F}"},
    {"Latin-1Supplement", "\\x{80}-\\x{FF}"},
    {"LatinExtended-A", "\\x{100}-\\x{17F}"},
    {"LatinExtended-B", "\\x{180}-\\x{24F}"},
    {"IPAExtensions", "\\x{250}-\\x{2AF}"},
    {"SpacingModifierLetters", "\\x{2B0}-\\x{2FF}"},
    {"CombiningDiacriticalMarks", "\\x{300}-\\x{36F}"},
    {"Greek", "\\x{370}-\\x{3FF}"},
    {"GreekandCoptic", "\\x{370}-\\x{3FF}"},
    {"Cyrillic", "\\x{400}-\\x{4FF}"},
    {"Armenian", "\\x{530}-\\x{58F}"},
    {"Hebrew", "\\x{590}-\\x{5FF}"},
    {"Arabic", "\\x{600}-\\x{6FF}"},
    {"Devanagari", "\\x{900}-\\x{97F}"},
    {"Thai", "\\x{E00}-\\x{E7F}"},
    {"GeneralPunctuation", "\\x{2000}-\\x{206F}"},
    {"CurrencySymbols", "\\x{20A0}-\\x{20CF}"},
    {"CJKSymbolsandPunctuation", "\\x{3000}-\\x{303F}"},
    {"Hiragana", "\\x{3040}-\\x{309F}"},
    {"Katakana", "\\x{30A0}-\\x{30FF}"},
    {"CJKUnifiedIdeographs", "\\x{4E00}-\\x{9FFF}"},
    {"HangulSyllables", "\\x{AC00}-\\x{D7A3}"},
};

static const char name_start_class[] = "\\p{L}_:";
static const char name_class[] = "\\p{L}\\p{N}\\p{M}_:.\\-\\x{B7}";

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool has_more(const struct translator *t)
{
    return t->at < t->in.length;
}

static char peek(const struct translator *t, size_t ahead)
{
    return t->at + ahead < t->in.length ? t->in.bytes[t->at + ahead] : 0;
}

static void skip_ignored(struct translator *t)
{
    while (t->ignores_space && has_more(t) && is_space(t->in.bytes[t->at]))
        t->at++;
}

static void emit(struct translator *t, const char *text)
{
    buffer_append_text(t->out, text_of(text));
}

/** The name between "{" and "}" without ignored white space. */
static bool take_property(struct translator *t, char name[64])
{
    size_t length = 0;

    skip_ignored(t);
    if (peek(t, 0) != '{')
        return false;
    for (t->at++; has_more(t) && t->in.bytes[t->at] != '}'; t->at++) {
        char c = t->in.bytes[t->at];

        if (t->ignores_space && is_space(c))
            continue;
        if (length >= 63 || !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-'))
            return false;
        name[length++] = c;
    }
    name[length] = 0;
    if (!has_more(t))
        return false;
    t->at++;
    return length > 0;
}

/** \p{..} or \P{..}; the letter is passed already. */
static bool translate_property(struct translator *t, bool is_negated, bool is_in_class)
{
    static const char *const categories[] = {"L",  "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc",
                                             "Me", "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Ps",
                                             "Pe", "Pi", "Pf", "Po", "Z",  "Zs", "Zl", "Zp", "S",
                                             "Sm", "Sc", "Sk", "So", "C",  "Cc", "Cf", "Co", "Cn"};
    char name[64];

    if (!take_property(t, name))
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(categories); i++) {
        if (strcmp(name, categories[i]) == 0) {
            buffer_append_format(t->out, "\\%c{%s}", is_negated ? 'P' : 'p', name);
            return true;
        }
    }
    if (strncmp(name, "Is", 2) != 0)
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(blocks); i++) {
        if (strcmp(name + 2, blocks[i].name) != 0)
            continue;
        if (is_in_class && is_negated)
            return false; /* a negated range has no form inside a class */
        if (is_in_class)
            emit(t, blocks[i].range);
        else
            buffer_append_format(t->out, "[%s%s]", is_negated ? "^" : "", blocks[i].range);
        return true;
    }
    return false;
}

/** \1 and so on: the longest number of a group that is there; it must be closed. */
static bool translate_reference(struct translator *t)
{
    int number = 0;

    if (peek(t, 0) == '0')
        return false;
    while (peek(t, 0) >= '0' && peek(t, 0) <= '9') {
        int longer = number * 10 + (peek(t, 0) - '0');

        if (number > 0 && longer > t->groups_open)
            break;
        number = longer;
        t->at++;
    }
    if (number > GROUPS_MAX || number > t->groups_open || !t->is_closed[number])
        return false;
    buffer_append_format(t->out, "(?:\\%d)", number);
    return true;
}

static bool translate_escape(struct translator *t, bool is_in_class)
{
    char c;

    t->at++;
    skip_ignored(t);
    c = peek(t, 0);
    if (c >= '0' && c <= '9')
        return !is_in_class && translate_reference(t);
    t->at++;
    switch (c) {
    case 'p':
    case 'P':
        return translate_property(t, c == 'P', is_in_class);
    case 'i':
    case 'c':
        if (!is_in_class)
            buffer_append_char(t->out, '[');
        emit(t, c == 'i' ? name_start_class : name_class);
        if (!is_in_class)
            buffer_append_char(t->out, ']');
        return true;
    case 'I':
    case 'C':
        if (is_in_class)
            return false;
        buffer_append_format(t->out, "[^%s]", c == 'I' ? name_start_class : name_class);
        return true;
    case 's':
        emit(t, is_in_class ? " \\t\\n\\r" : "[ \\t\\n\\r]");
        return true;
    case 'S':
        emit(t, is_in_class ? "\\S" : "[^ \\t\\n\\r]");
        return true;
    case 'w': /* everything but punctuation, separators and other */
        emit(t, is_in_class ? "\\p{L}\\p{M}\\p{N}\\p{S}" : "[\\p{L}\\p{M}\\p{N}\\p{S}]");
        return true;
    case 'W':
        emit(t, is_in_class ? "\\p{P}\\p{Z}\\p{C}" : "[\\p{P}\\p{Z}\\p{C}]");
        return true;
    case 'd':
        emit(t, "\\p{Nd}");
        return true;
    case 'D':
        emit(t, "\\P{Nd}");
        return true;
    default:
        break;
    }
    if (c == 0 || strchr("nrt\\|.?*+(){}-[]^$", c) == NULL)
        return false;
    buffer_append_char(t->out, '\\');
    buffer_append_char(t->out, c);
    return true;
}

/* ---- Classes --------------------------------------------------------------------------------- */

/** One "[...]", at "[". A subtraction becomes a look-ahead before the class. */
static bool translate_class(struct translator *t, int depth)
{
    CLEANUP(buffer_free) struct buffer body = {.cap_bytes = 1 << 20};
    CLEANUP(buffer_free) struct buffer subtracted = {.cap_bytes = 1 << 20};
    struct buffer *outer = t->out;
    bool is_empty = true;
    bool is_fine = depth < CLASS_DEPTH_MAX;

    t->at++;
    t->out = &body;
    buffer_append_char(&body, '[');
    if (peek(t, 0) == '^') {
        buffer_append_char(&body, '^');
        t->at++;
    }
    while (is_fine && has_more(t) && t->in.bytes[t->at] != ']') {
        char c = t->in.bytes[t->at];

        if (t->ignores_space && is_space(c)) {
            /* XPath 3.1: white space inside a class stays */
            buffer_append_char(&body, c);
            t->at++;
        } else if (c == '-' && peek(t, 1) == '[') {
            t->at++;
            t->out = &subtracted;
            is_fine = !is_empty && translate_class(t, depth + 1) && peek(t, 0) == ']';
            t->out = &body; // cppcheck-suppress autoVariables ; outer again below
            break;
        } else if (c == '[') {
            is_fine = false;
        } else if (c == '\\') {
            is_fine = translate_escape(t, true);
        } else {
            if (c == '&' || c == '~' || c == '#')
                buffer_append_char(&body, '\\');
            buffer_append_char(&body, c);
            t->at++;
        }
        is_empty = false;
    }
    buffer_append_char(&body, ']');
    t->out = outer;
    if (!is_fine || is_empty || peek(t, 0) != ']')
        return false;
    t->at++;
    if (subtracted.length > 0) {
        emit(t, "(?:(?!");
        buffer_append_text(t->out, buffer_text(&subtracted));
        emit(t, ")");
    }
    buffer_append_text(t->out, buffer_text(&body));
    if (subtracted.length > 0)
        emit(t, ")");
    return true;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static bool open_group(struct translator *t)
{
    int number = 0;

    t->at++;
    buffer_append_char(t->out, '(');
    skip_ignored(t);
    if (peek(t, 0) == '?') {
        if (peek(t, 1) != ':')
            return false;
        emit(t, "?:");
        t->at += 2;
    } else {
        number = ++t->groups_open;
    }
    if (number > GROUPS_MAX || t->open_count > GROUPS_MAX)
        return false;
    t->open[t->open_count++] = number;
    return true;
}

static bool close_group(struct translator *t)
{
    if (t->open_count == 0)
        return false;
    t->is_closed[t->open[--t->open_count]] = true;
    buffer_append_char(t->out, ')');
    t->at++;
    return true;
}

/** {n}, {n,} or {n,m}; anything else in braces is refused. */
static bool translate_quantity(struct translator *t)
{
    size_t digits = 0;

    buffer_append_char(t->out, '{');
    t->at++;
    for (;; t->at++) {
        char c = peek(t, 0);

        if (t->ignores_space && is_space(c))
            continue;
        if (c == 0 || (c == ',' && digits == 0))
            return false;
        buffer_append_char(t->out, c);
        if (c == '}')
            break;
        if (c != ',' && !(c >= '0' && c <= '9'))
            return false;
        digits++;
    }
    t->at++;
    return digits > 0;
}

bool xpath_to_pcre(struct text pattern, bool ignores_space, struct buffer *out)
{
    struct translator t = {.in = pattern, .out = out, .ignores_space = ignores_space};
    bool can_repeat = false; /* something stands before that a quantifier can follow */
    bool is_fine = true;

    for (skip_ignored(&t); has_more(&t) && is_fine; skip_ignored(&t)) {
        char c = pattern.bytes[t.at];
        bool repeats = false;

        switch (c) {
        case '\\':
            is_fine = translate_escape(&t, false);
            break;
        case '[':
            is_fine = translate_class(&t, 0);
            break;
        case '(':
            is_fine = open_group(&t);
            repeats = true; /* and nothing to repeat yet */
            break;
        case ')':
            is_fine = close_group(&t);
            break;
        case '{':
            is_fine = can_repeat && translate_quantity(&t);
            repeats = true;
            break;
        case '*':
        case '+':
        case '?':
            is_fine = can_repeat;
            repeats = true;
            buffer_append_char(out, c);
            t.at++;
            break;
        case ']':
        case '}':
            is_fine = false;
            break;
        case '.': /* not the two ends of a line; flag s, which the caller knows, lifts that */
            emit(&t, ".");
            t.at++;
            break;
        default:
            if (c == '#' || c == '&' || c == '~')
                buffer_append_char(out, '\\');
            buffer_append_char(out, c);
            t.at++;
            repeats = c == '|';
            break;
        }
        if (repeats && c != '(' && c != '|') { /* a quantifier may be made reluctant, once */
            skip_ignored(&t);
            if (peek(&t, 0) == '?') {
                buffer_append_char(out, '?');
                t.at++;
            }
        }
        can_repeat = !repeats;
    }
    return is_fine && t.open_count == 0;
}
