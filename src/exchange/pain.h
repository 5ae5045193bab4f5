/*
 * Forms in which payments leave and answers come back: ISO 20022 pain.001.001.09 and pain.002, and
 * CSV. Private. docs/reference/pain.md has the mapping field by field.
 *
 * Writers append to a buffer, a head, lines and an end, and keep nothing; readers hand out each
 * line as it is read. So none of them takes more memory for a million lines than for one.
 */
#ifndef EXCHANGE_PAIN_H
#define EXCHANGE_PAIN_H

#include "exchange/exchange.h"

/** What a file says once. */
struct order_head {
    struct text message_id, created_at;               /* created_at: a UTC instant */
    struct text payer_name, payer_account, payer_bic; /* bic: empty, where it is not known */
    struct text execution_on, about;                  /* about: what the payees are told */
    struct text currency;
    int decimals;
    int64_t line_count, total_minor;
};

void pain001_append_head(const struct order_head *head, struct buffer *out);
void pain001_append_line(const struct order_head *head, const struct payment_line *line,
                         struct buffer *out);
void pain001_append_end(struct buffer *out);

void payment_csv_append_head(struct buffer *out);
void payment_csv_append_line(const struct order_head *head, const struct payment_line *line,
                             struct buffer *out);

/** A line of an answer, or the end of all that have none of their own. */
struct answer_line {
    int64_t line; /* of the file */
    bool is_rest;
    struct payment_answer answer;
};
/** What a reader finds. Texts are good during the call only. */
struct answer_visitor {
    void *context;
    /** The message that is answered, before its lines; not every CSV file says it. */
    enum berm_status (*message)(void *context, struct text message_id, struct berm_error *err);
    enum berm_status (*line)(void *context, const struct answer_line *line, struct berm_error *err);
    /** A line that cannot be read; field: its column. */
    enum berm_status (*fault)(void *context, int64_t line, const char *field, struct text value,
                              const char *reason, struct berm_error *err);
};

/** Errors: BERM_INVALID_INPUT (no XML, no pain.002), those of source and visitor. */
MUST_USE enum berm_status pain002_read(struct csv_source source,
                                       const struct answer_visitor *visitor,
                                       struct berm_error *err);
/** Errors: BERM_INVALID_INPUT (a column is missing or unknown), those of source and visitor. */
MUST_USE enum berm_status payment_csv_read(struct csv_source source,
                                           const struct answer_visitor *visitor,
                                           struct berm_error *err);

#endif
