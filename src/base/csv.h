/* A CSV tokenizer (RFC 4180, and LF or CR alone as line ends) that is fed pieces and never holds
 * more than one record. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "text.h"

enum {
    CSV_RECORD_BYTES_MAX = 1 << 20, /* a longer one is refused, and reading goes on behind it */
    CSV_COLUMNS_MAX = 1024,
};

enum csv_problem {
    CSV_FINE = 0,
    CSV_RECORD_TOO_LONG,
    CSV_TOO_MANY_COLUMNS,
    CSV_QUOTE_NOT_CLOSED,  /* the file ended inside quotes */
    CSV_TEXT_BEHIND_QUOTE, /* "a"b */
    CSV_NUL_BYTE,
    CSV_NOT_UTF8,
};

/** One record: fields are slices of the reader's memory, good until the next call. */
struct csv_record {
    const struct text *fields;
    size_t field_count;
    int64_t line; /* the line of the file on which it starts, from 1 */
    enum csv_problem problem;
    int problem_column; /* from 1; 0: the record as a whole */
};

/** Reads up to length bytes into bytes; *ret_read 0 is the end. */
struct csv_source {
    void *context;
    MUST_USE enum berm_status (*read)(void *context, char *bytes, size_t length, size_t *ret_read,
                                      struct berm_error *err);
};

struct csv_reader;

/** A UTF-8 byte order mark at the start is passed over. Empty lines are no records. */
MUST_USE enum berm_status csv_reader_create(struct csv_source source,
                                            struct csv_reader **ret_reader, struct berm_error *err);
/** From bytes in memory, which must outlive the reader. */
MUST_USE enum berm_status csv_reader_create_from_text(struct text text,
                                                      struct csv_reader **ret_reader,
                                                      struct berm_error *err);
void csv_reader_free(struct csv_reader *reader);
void csv_reader_freep(struct csv_reader **reader);

/**
 * The next record. A record with a problem is handed out as such and reading goes on behind it.
 * *ret_has_record is false at the end. Errors: only those of the source.
 */
MUST_USE enum berm_status csv_reader_next(struct csv_reader *reader, struct csv_record *ret_record,
                                          bool *ret_has_record, struct berm_error *err);

/** A sentence about a problem with its remedy. */
const char *csv_problem_text(enum csv_problem problem);

/** Append a field to a line of output, quoted where it must be. */
void csv_append_field(struct buffer *out, struct text field);

/**
 * The same for text that people wrote: where a spreadsheet program would take it for a formula
 * (= + - @, tab, carriage return and their wide forms, also behind apostrophes), one apostrophe
 * stands in front. csv_unguarded takes it away again, so that every text comes back as it was.
 */
void csv_append_guarded(struct buffer *out, struct text field);
struct text csv_unguarded(struct text field);

#endif
