/*
 * Text to tokens, one at a time.
 *
 * It works on demand, because the parser adds names while it reads (variables of `for`, entries of
 * contexts), and a name may hold spaces and operators: of all names known at that moment the
 * longest wins, before keywords and operators.
 */
#include "policy/feel/lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    enum token_kind kind;
} keywords[] = {
    {"and", TOKEN_AND},
    {"or", TOKEN_OR},
    {"if", TOKEN_IF},
    {"then", TOKEN_THEN},
    {"else", TOKEN_ELSE},
    {"for", TOKEN_FOR},
    {"in", TOKEN_IN},
    {"return", TOKEN_RETURN},
    {"some", TOKEN_SOME},
    {"every", TOKEN_EVERY},
    {"satisfies", TOKEN_SATISFIES},
    {"between", TOKEN_BETWEEN},
    {"instance", TOKEN_INSTANCE},
    {"function", TOKEN_FUNCTION},
    {"external", TOKEN_EXTERNAL},
    {"true", TOKEN_TRUE},
    {"false", TOKEN_FALSE},
    {"null", TOKEN_NULL},
};

void text_position(struct text text, uint32_t offset, int32_t *ret_line, int32_t *ret_column)
{
    int32_t line = 1;
    int32_t column = 1;

    for (uint32_t i = 0; i < offset && i < text.length; i++) {
        if (text.bytes[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text.bytes[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    *ret_line = line;
    *ret_column = column;
}

enum berm_status fail_in_text(struct berm_error *err, struct text text, uint32_t offset,
                              const char *format, ...)
{
    char message[BERM_ERROR_MESSAGE_MAX];
    int32_t line;
    int32_t column;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    text_position(text, offset, &line, &column);
    return fail_at(err, BERM_INVALID_INPUT, line, column, "%s", message);
}

/* ---- White space and comments ---------------------------------------------------------------- */

static enum berm_status skip_space(struct lexer *lexer, struct berm_error *err)
{
    struct text text = lexer->text;
    size_t at = lexer->offset;

    while (at < text.length) {
        size_t next = at;

        if (text.bytes[at] == '/' && at + 1 < text.length && text.bytes[at + 1] == '/') {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
            continue;
        }
        if (text.bytes[at] == '/' && at + 1 < text.length && text.bytes[at + 1] == '*') {
            size_t end = at + 2;

            while (end + 1 < text.length && !(text.bytes[end] == '*' && text.bytes[end + 1] == '/'))
                end++;
            if (end + 1 >= text.length)
                return fail_in_text(err, text, (uint32_t)at,
                                    "this comment is not closed; end it with */");
            at = end + 2;
            continue;
        }
        if (!is_feel_space(text_next_code_point(text, &next)))
            break;
        at = next;
    }
    lexer->offset = (uint32_t)at;
    return BERM_OK;
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void look_up(const struct lexer *lexer, struct text key, bool *ret_is_beginning,
                    struct text *ret_name)
{
    const struct name_set_entry *entry = name_set_find(lexer->known, key);
    const struct name_set_entry *local = name_set_find(lexer->local, key);

    *ret_is_beginning = entry != NULL || local != NULL;
    ret_name->bytes = NULL;
    if (entry != NULL && entry->name.bytes != NULL)
        *ret_name = entry->name;
    else if (local != NULL && local->name.bytes != NULL)
        *ret_name = local->name;
}

static void read_name(struct lexer *lexer)
{
    char key[NAME_KEY_MAX];
    size_t key_length = 0;
    size_t offset = lexer->offset;
    size_t word_end = 0;
    size_t best_end = 0;
    struct text best = {NULL, 0};
    struct text name;
    bool is_beginning;
    struct token *token = &lexer->token;

    while (name_key_append(lexer->text, &offset, key, &key_length)) {
        if (word_end == 0)
            word_end = offset;
        look_up(lexer, (struct text){key, key_length}, &is_beginning, &name);
        if (name.bytes != NULL) {
            best = name;
            best_end = offset;
        }
        if (!is_beginning)
            break;
    }
    token->kind = TOKEN_NAME;
    if (best_end <= word_end) {
        struct text word = {lexer->text.bytes + lexer->offset, word_end - lexer->offset};

        for (size_t i = 0; i < ARRAY_COUNT(keywords); i++) {
            if (text_equal(word, text_of(keywords[i].word)))
                token->kind = keywords[i].kind;
        }
        if (best_end == 0)
            best = word;
        best_end = word_end;
    }
    token->text = best;
    lexer->offset = (uint32_t)best_end;
}

bool lexer_name_before(struct lexer *lexer, char end, struct text *ret_name)
{
    struct text text = lexer->text;
    size_t at = lexer->token.start;
    size_t start = at;
    struct text name;

    if (lexer->token.kind == TOKEN_STRING)
        return false;
    while (at < text.length && text.bytes[at] != end) {
        if (memchr("()[]{},:\"<>=@", text.bytes[at], 13) != NULL)
            return false;
        at++;
    }
    if (at >= text.length)
        return false;
    name = text_trimmed((struct text){text.bytes + start, at - start});
    if (name.length == 0 || name.length > NAME_BYTES_MAX ||
        (name.bytes[0] >= '0' && name.bytes[0] <= '9'))
        return false;
    *ret_name = name;
    lexer->token.kind = end == ':' ? TOKEN_COLON : end == ',' ? TOKEN_COMMA : TOKEN_CLOSE_PAREN;
    lexer->token.start = (uint32_t)at;
    lexer->token.end = (uint32_t)at + 1;
    lexer->offset = (uint32_t)at + 1;
    return true;
}

/* ---- Numbers and strings --------------------------------------------------------------------- */

static bool is_digit_at(struct text text, size_t at)
{
    return at < text.length && text.bytes[at] >= '0' && text.bytes[at] <= '9';
}

static void read_number(struct lexer *lexer)
{
    struct text text = lexer->text;
    size_t at = lexer->offset;
    size_t exponent;

    while (is_digit_at(text, at))
        at++;
    if (at < text.length && text.bytes[at] == '.' && is_digit_at(text, at + 1)) {
        at++;
        while (is_digit_at(text, at))
            at++;
    }
    exponent = at;
    if (exponent < text.length && (text.bytes[exponent] == 'e' || text.bytes[exponent] == 'E')) {
        exponent++;
        if (exponent < text.length && (text.bytes[exponent] == '+' || text.bytes[exponent] == '-'))
            exponent++;
        if (is_digit_at(text, exponent)) {
            at = exponent;
            while (is_digit_at(text, at))
                at++;
        }
    }
    lexer->token.kind = TOKEN_NUMBER;
    lexer->token.text = (struct text){text.bytes + lexer->offset, at - lexer->offset};
    lexer->offset = (uint32_t)at;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/** digits hexadecimal digits from at on; -1 where they are not all there. */
static int32_t hex_number(struct text text, size_t at, int digits)
{
    int32_t value = 0;

    for (int i = 0; i < digits; i++, at++) {
        int digit = at < text.length ? hex_digit(text.bytes[at]) : -1;

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/** The \u or \U at `at`; the code point, or -1; *ret_next is behind it. */
static int32_t read_unicode_escape(struct text text, size_t at, size_t *ret_next)
{
    int digits = text.bytes[at + 1] == 'u' ? 4 : 6;
    int32_t value = hex_number(text, at + 2, digits);
    size_t next = at + 2 + (size_t)digits;

    if (value >= 0xD800 && value <= 0xDBFF && next + 1 < text.length && text.bytes[next] == '\\' &&
        text.bytes[next + 1] == 'u') {
        int32_t low = hex_number(text, next + 2, 4);

        if (low >= 0xDC00 && low <= 0xDFFF) {
            value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
            next += 6;
        }
    }
    *ret_next = next;
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return -1;
    return value;
}

/** One escape at `at` (a backslash) to out; returns the place behind it. An escape that FEEL does
 * not know stays as it is written, so that patterns such as "\d" need no doubling. */
static size_t decode_escape(struct text text, size_t at, char *out, size_t *length)
{
    static const char from[] = "nrt'\"\\";
    static const char to[] = "\n\r\t'\"\\";
    char c = at + 1 < text.length ? text.bytes[at + 1] : 0;
    const char *simple = c != 0 ? strchr(from, c) : NULL;
    size_t next = 0;
    int32_t code_point;

    if (simple != NULL) {
        out[(*length)++] = to[simple - from];
        return at + 2;
    }
    if (c == 'u' || c == 'U') {
        code_point = read_unicode_escape(text, at, &next);
        if (code_point > 0) {
            *length += text_encode_code_point((uint32_t)code_point, out + *length);
            return next;
        }
    }
    out[(*length)++] = '\\';
    return at + 1;
}

static enum berm_status read_string(struct lexer *lexer, struct berm_error *err)
{
    struct text text = lexer->text;
    size_t start = (size_t)lexer->offset + 1;
    size_t end = start;
    bool has_escape = false;
    size_t length = 0;
    char *out;

    while (end < text.length && text.bytes[end] != '"') {
        if (text.bytes[end] == '\\' && end + 1 < text.length) {
            has_escape = true;
            end++;
        }
        end++;
    }
    if (end >= text.length)
        return fail_in_text(err, text, lexer->offset,
                            "this string is not closed; end it with a quotation mark");
    lexer->token.kind = TOKEN_STRING;
    lexer->token.text = (struct text){text.bytes + start, end - start};
    lexer->offset = (uint32_t)end + 1;
    if (!has_escape)
        return BERM_OK;
    out = arena_alloc(lexer->arena, end - start);
    if (out == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for a string of the expression");
    for (size_t at = start; at < end;) {
        if (text.bytes[at] == '\\')
            at = decode_escape((struct text){text.bytes, end}, at, out, &length);
        else
            out[length++] = text.bytes[at++];
    }
    lexer->token.text = (struct text){out, length};
    return BERM_OK;
}

/* ---- Signs ----------------------------------------------------------------------------------- */

static const struct {
    const char *sign;
    enum token_kind kind;
} signs[] = {
    /* the longer ones first */
    {"..", TOKEN_DOT_DOT},      {"**", TOKEN_POWER},         {"!=", TOKEN_NOT_EQUAL},
    {"<=", TOKEN_LESS_EQUAL},   {">=", TOKEN_GREATER_EQUAL}, {"->", TOKEN_ARROW},
    {"(", TOKEN_OPEN_PAREN},    {")", TOKEN_CLOSE_PAREN},    {"[", TOKEN_OPEN_BRACKET},
    {"]", TOKEN_CLOSE_BRACKET}, {"{", TOKEN_OPEN_BRACE},     {"}", TOKEN_CLOSE_BRACE},
    {",", TOKEN_COMMA},         {":", TOKEN_COLON},          {".", TOKEN_DOT},
    {"+", TOKEN_PLUS},          {"-", TOKEN_MINUS},          {"*", TOKEN_STAR},
    {"/", TOKEN_SLASH},         {"=", TOKEN_EQUAL},          {"<", TOKEN_LESS},
    {">", TOKEN_GREATER},       {"?", TOKEN_QUESTION},       {"@", TOKEN_AT},
};

static enum berm_status read_sign(struct lexer *lexer, struct berm_error *err)
{
    struct text rest = text_from(lexer->text, lexer->offset);
    size_t end = 0;

    for (size_t i = 0; i < ARRAY_COUNT(signs); i++) {
        struct text sign = text_of(signs[i].sign);

        if (text_starts_with(rest, sign)) {
            lexer->token.kind = signs[i].kind;
            lexer->token.text = (struct text){rest.bytes, sign.length};
            lexer->offset += (uint32_t)sign.length;
            return BERM_OK;
        }
    }
    text_next_code_point(rest, &end);
    return fail_in_text(err, lexer->text, lexer->offset,
                        "\"%.*s\" does not belong in an expression; strings stand in double "
                        "quotation marks",
                        (int)end, rest.bytes);
}

enum berm_status lexer_next(struct lexer *lexer, struct berm_error *err)
{
    struct text text = lexer->text;
    size_t next;
    uint32_t c;

    TRY(skip_space(lexer, err));
    lexer->token.start = lexer->offset;
    lexer->token.text = (struct text){text.bytes + lexer->offset, 0};
    if (lexer->offset >= text.length) {
        lexer->token.kind = TOKEN_END;
        lexer->token.end = lexer->offset;
        return BERM_OK;
    }
    next = lexer->offset;
    c = text_next_code_point(text, &next);
    if (c == '"') {
        TRY(read_string(lexer, err));
    } else if (is_digit_at(text, lexer->offset) ||
               (c == '.' && is_digit_at(text, (size_t)lexer->offset + 1))) {
        read_number(lexer);
    } else if (c != '?' && is_name_start(c)) {
        read_name(lexer);
    } else {
        TRY(read_sign(lexer, err));
    }
    lexer->token.end = lexer->offset;
    return BERM_OK;
}
