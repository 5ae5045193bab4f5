/*
 * Writing systems: the encodings of files, and how a name is spelt for those who search for it. The
 * one place that knows ICU. Pure: no input or output.
 *
 *   encoding.c    GB18030 and UTF-8: recognising and decoding
 *   fold.c        letters without case, accents and width
 *   reading_rules.c, reading.h   how a Chinese character is read in a name, by ICU
 *   romanizer.c   Chinese names in pinyin, surnames as surnames are read; by a table of these
 *   name_terms.c  what a name is found by
 *   zone.c        the day that it is in a time zone
 */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include "base/base.h"

/* ---- Encodings of files ---------------------------------------------------------------------- */

enum encoding {
    ENCODING_UNDECIDED, /* ASCII only so far */
    ENCODING_UTF8,
    ENCODING_GB18030,
};

/** "utf-8", "gb18030" (also "gbk", "gb2312") and NULL. Errors: BERM_INVALID_INPUT. */
MUST_USE enum berm_status encoding_parse(const char *name, enum encoding *ret_encoding,
                                         struct berm_error *err);
const char *encoding_name(enum encoding encoding);

/** Errors: BERM_INVALID_INPUT where a file that begins like this is UTF-16 or UTF-32. */
MUST_USE enum berm_status encoding_refuse_wide(struct text start, struct berm_error *err);

/** Judge a piece of a file, all before which was ASCII. Unless it is the last, it may be cut inside
 * a character. */
enum encoding encoding_recognise(struct text piece, bool is_last);

/** GB18030 to UTF-8, in pieces. */
struct gb_decoder;

MUST_USE enum berm_status gb_decoder_create(struct gb_decoder **ret_decoder,
                                            struct berm_error *err);
void gb_decoder_free(struct gb_decoder *decoder);
/**
 * Decode as much as fits. Bytes that are no GB18030 become the byte FF, which is no UTF-8 either.
 * *in moves past what was used. out takes at least 16 bytes; returns how many were written.
 */
size_t gb_decoder_decode(struct gb_decoder *decoder, struct text *in, bool is_last, char *out,
                         size_t size);

/* ---- Time zones ------------------------------------------------------------------------------ */

/**
 * The day in a zone at a time in seconds since 1970-01-01 in UTC. zone: an IANA name.
 * Errors  BERM_INVALID_INPUT (a zone that nobody knows).
 */
MUST_USE enum berm_status zone_date(struct text zone, int64_t at_s, date_days *ret_date,
                                    struct berm_error *err);

/* ---- Names ----------------------------------------------------------------------------------- */

enum {
    NAME_TERM_BYTES_MAX = 48, /* a longer term is cut between two characters */
    NAME_TERMS_MAX = 12,
};

/**
 * What a name is found by: a person is found by the beginning of any of these, so that one scan of
 * a sorted table finds a surname, two characters from the middle, pinyin and initials alike. 王小明
 * 王小明, 小明, wangxiaoming, wxm Baren Agan   barenagan, aganbaren, ba
 */
struct name_term {
    uint8_t length;
    /* How many first bytes the term before it has too, in whole characters of either: the first of
     * several terms of one person that begin with n bytes is the one where this is below n. */
    uint8_t shared;
    char bytes[NAME_TERM_BYTES_MAX];
};
struct name_terms {
    size_t count; /* by bytes, each once */
    struct name_term terms[NAME_TERMS_MAX];
};

/** Reads Chinese in pinyin, and remembers what is rare. One thread's. */
struct romanizer;

/** Cheap: the rules of pinyin are read with the first rare character. Errors: BERM_NO_MEMORY. */
MUST_USE enum berm_status romanizer_create(struct romanizer **ret_romanizer,
                                           struct berm_error *err);
void romanizer_free(struct romanizer *romanizer);

/** No terms for a name without letters. Errors: BERM_UNSUPPORTED (a rare character, and this
 * machine's ICU lacks pinyin). */
MUST_USE enum berm_status name_terms_make(struct romanizer *romanizer, struct text name,
                                          struct name_terms *ret_terms, struct berm_error *err);
/** What somebody typed, spelt as terms are: *ret_query is a slice of out, empty without letters. */
void name_query_fold(struct text typed, char out[NAME_TERM_BYTES_MAX], struct text *ret_query);

#endif
