/* A file as UTF-8 bytes, with its digest. Private to exchange. */
#ifndef EXCHANGE_INPUT_H
#define EXCHANGE_INPUT_H

#include "script/script.h"

struct input;

/** path "-" is standard input. Errors: BERM_NOT_FOUND, BERM_IO, BERM_INVALID_INPUT. */
MUST_USE enum berm_status input_open(const char *path, enum encoding encoding,
                                     struct input **ret_input, struct berm_error *err);
void input_close(struct input *input);
void input_closep(struct input **input);

/** A csv_source over it. UTF-16 is refused at the first read. */
struct csv_source input_source(struct input *input);
enum encoding input_encoding(const struct input *input); /* as recognised so far */
int64_t input_bytes_read(const struct input *input);     /* may be asked from another thread */
int64_t input_bytes_total(const struct input *input);    /* 0: not known */
/** Of the file's own bytes. Once, when all was read. */
struct text input_digest(struct input *input, char *out);
/** Whether path names the file that is being read. */
bool input_is_file(const struct input *input, const char *path);

/** A small file whole, decoded. Errors: also BERM_LIMIT. */
MUST_USE enum berm_status input_read_whole(const char *path, enum encoding encoding,
                                           size_t max_bytes, struct buffer *ret_content,
                                           struct berm_error *err);

#endif
