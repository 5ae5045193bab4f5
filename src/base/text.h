/* Text slices (UTF-8, not ended by 0) and growing buffers. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "arena.h"

/** A slice: the bytes belong to somebody else. bytes may be NULL only where length is 0. */
struct text {
    const char *bytes;
    size_t length;
};

#define TEXT(literal) ((struct text){("" literal), sizeof(literal) - 1})
/** For printf: "%.*s". A slice over INT_MAX bytes is cut. */
#define TEXT_ARG(text)                                                                             \
    (int)((text).length > 1u << 30 ? 1u << 30 : (text).length),                                    \
        ((text).bytes == NULL ? "" : (text).bytes)

struct text text_of(const char *ended_by_zero); /* NULL gives the empty text */
bool text_equal(struct text a, struct text b);
int text_compare(struct text a, struct text b); /* by bytes: <0, 0, >0; equals code point order */
bool text_equal_ignoring_ascii_case(struct text a, struct text b);
bool text_starts_with(struct text text, struct text prefix);
struct text text_trimmed(struct text text);            /* without ASCII white space at both ends */
struct text text_from(struct text text, size_t start); /* from byte start on */
uint64_t text_hash(struct text text); /* the same on every run; not for keys from outside: */
uint64_t text_hash_seeded(struct text text, uint64_t seed);

/** A copy in the arena, ended by 0 behind its length. */
MUST_USE enum berm_status text_copy(struct arena *arena, struct text text, struct text *ret_copy,
                                    struct berm_error *err);
MUST_USE enum berm_status text_format(struct arena *arena, struct text *ret_text,
                                      struct berm_error *err, const char *format, ...)
    PRINTF_LIKE(4, 5);

/** true where the bytes are well-formed UTF-8 without NUL. ret_bad_offset may be NULL. */
bool text_is_utf8(struct text text, size_t *ret_bad_offset);
/** The code point at *offset, which moves past it. The text must be well-formed. */
uint32_t text_next_code_point(struct text text, size_t *offset);
size_t text_code_point_count(struct text text);
/** Write a code point as UTF-8: 1 to 4 bytes; returns how many. */
size_t text_encode_code_point(uint32_t code_point, char out[4]);

/** A whole decimal integer with optional sign; no white space. false where it is none or too large.
 */
bool text_parse_int64(struct text text, int64_t *ret_value);

/**
 * The candidate nearest to word (edit distance), or -1 where none is near enough to be worth
 * suggesting.
 */
int text_nearest(struct text word, const struct text *candidates, size_t candidate_count);

/** A growing byte buffer with a hard cap. Zero-initialised with its cap it is ready. */
struct buffer {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t cap_bytes; /* 0: 1 GiB */
    bool has_failed;  /* cap or memory reached: later writes do nothing; check once at the end */
};

void buffer_free(struct buffer *buffer); /* CLEANUP(buffer_free); leaves it empty and usable */
void buffer_clear(struct buffer *buffer);
void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_append_text(struct buffer *buffer, struct text text);
void buffer_append_char(struct buffer *buffer, char c);
void buffer_append_int64(struct buffer *buffer, int64_t value);
void buffer_append_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
/** Room for length more bytes; NULL where it has failed. The caller then adds to buffer->length. */
char *buffer_reserve(struct buffer *buffer, size_t length);
struct text buffer_text(const struct buffer *buffer);
/** BERM_NO_MEMORY where any append failed. */
MUST_USE enum berm_status buffer_status(const struct buffer *buffer, struct berm_error *err);

/** Read a whole file, at most max_bytes. Errors: BERM_NOT_FOUND, BERM_LIMIT, BERM_IO. */
MUST_USE enum berm_status file_read(const char *path, size_t max_bytes, struct buffer *ret_content,
                                    struct berm_error *err);

#endif
