/* Recognising and decoding the encodings of files. Private to exchange. */
#ifndef EXCHANGE_ENCODING_H
#define EXCHANGE_ENCODING_H

#include "base/base.h"

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

#endif
