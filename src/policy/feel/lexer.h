/* Private: text to tokens. */
#ifndef POLICY_FEEL_LEXER_H
#define POLICY_FEEL_LEXER_H

#include "policy/feel/scope.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_STRING,
    /* keywords */
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_IF,
    TOKEN_THEN,
    TOKEN_ELSE,
    TOKEN_FOR,
    TOKEN_IN,
    TOKEN_RETURN,
    TOKEN_SOME,
    TOKEN_EVERY,
    TOKEN_SATISFIES,
    TOKEN_BETWEEN,
    TOKEN_INSTANCE,
    TOKEN_FUNCTION,
    TOKEN_EXTERNAL,
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_NULL,
    /* signs */
    TOKEN_OPEN_PAREN,
    TOKEN_CLOSE_PAREN,
    TOKEN_OPEN_BRACKET,
    TOKEN_CLOSE_BRACKET,
    TOKEN_OPEN_BRACE,
    TOKEN_CLOSE_BRACE,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_DOT,
    TOKEN_DOT_DOT,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_POWER,
    TOKEN_EQUAL,
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_ARROW,
    TOKEN_QUESTION,
    TOKEN_AT,
};

struct token {
    enum token_kind kind;
    uint32_t start; /* bytes */
    uint32_t end;
    struct text text; /* NAME: as declared or as written; NUMBER: its digits; STRING: decoded */
};

/** Copying one is how the parser looks ahead. */
struct lexer {
    struct arena *arena;
    const struct name_set *known; /* the scope's */
    struct name_set *local;       /* names that the expression itself declares */
    struct text text;
    uint32_t offset;
    struct token token; /* the current one */
};

/** Read the next token into lexer->token. Errors: BERM_INVALID_INPUT with its place. */
MUST_USE enum berm_status lexer_next(struct lexer *lexer, struct berm_error *err);

/**
 * From the current token up to `end` at the same level: the name of a context's entry or of a
 * parameter, which may hold anything. The current token is then `end`. false (lexer unchanged)
 * where no such name stands here.
 */
bool lexer_name_before(struct lexer *lexer, char end, struct text *ret_name);

/** 1-based line and column (in code points) of a byte. */
void text_position(struct text text, uint32_t offset, int32_t *ret_line, int32_t *ret_column);
enum berm_status fail_in_text(struct berm_error *err, struct text text, uint32_t offset,
                              const char *format, ...) PRINTF_LIKE(4, 5) __attribute__((cold));

#endif
