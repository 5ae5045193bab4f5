/* A streaming JSON writer over a buffer: commas and nesting are its business, not the caller's. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "dates.h"
#include "money.h"
#include "text.h"

enum { JSON_DEPTH_MAX = 64 };

/** One thread's. Zero-initialise with its buffer: (struct json_writer){.out = &buffer}. */
struct json_writer {
    struct buffer *out;
    uint64_t has_items; /* a bit a level */
    int depth;
    bool is_after_key;
};

void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);
void json_key(struct json_writer *json, const char *key);
void json_key_text(struct json_writer *json, struct text key);

void json_null_value(struct json_writer *json);
void json_bool(struct json_writer *json, bool value);
void json_int64(struct json_writer *json, int64_t value);
void json_text(struct json_writer *json,
               struct text value); /* escaped; bytes that are no UTF-8 become U+FFFD */
void json_number_text(struct json_writer *json, struct text digits); /* written as it is */
void json_money(struct json_writer *json, int64_t minor,
                int decimals); /* a decimal string: "3893.00" */
void json_date(struct json_writer *json, date_days date);
void json_month(struct json_writer *json, month_number month);

/** key and value in one call. */
void json_key_of_text(struct json_writer *json, const char *key, struct text value);
/** null where the text is empty. */
void json_key_of_text_or_null(struct json_writer *json, const char *key, struct text value);
void json_key_of_int64(struct json_writer *json, const char *key, int64_t value);
void json_key_of_bool(struct json_writer *json, const char *key, bool value);

#endif
