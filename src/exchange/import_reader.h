/* A file's rows in batches. Private to exchange. */
#ifndef EXCHANGE_IMPORT_READER_H
#define EXCHANGE_IMPORT_READER_H

#include "exchange/import_cells.h"
#include "exchange/input.h"

enum { BATCH_ROWS = 1024 };

/** A record as it stood in the file. */
struct row_record {
    int64_t line;
    const struct text *fields;
    uint32_t field_count;
    int32_t bad_column; /* of the file, from 0; -1: the rejected row's own field says where */
};

/** Rows with all that they point to. */
struct row_batch {
    struct arena *arena;
    struct row_record *records;
    void *rows; /* typed: an array of the kind's struct */
    size_t row_bytes;
    size_t count;
    size_t capacity;
};

static inline union typed_row *row_batch_row(const struct row_batch *batch, size_t position)
{
    return (union typed_row *)(void *)((char *)batch->rows + position * batch->row_bytes);
}

MUST_USE enum berm_status row_batch_create(enum import_kind kind, size_t cap_bytes,
                                           struct row_batch **ret_batch, struct berm_error *err);
void row_batch_free(struct row_batch *batch);
void row_batch_freep(struct row_batch **batch);

struct import_reader {
    struct input *input;
    struct csv_reader *csv;
    struct arena *arena; /* the plan's */
    struct column_map map;
    struct column_plan plan;
    date_days today;
};

/** Open the file and make the plan of its header. */
MUST_USE enum berm_status import_reader_open(enum import_kind kind,
                                             const struct dictionary *dictionary, const char *path,
                                             const char *map_path, const char *encoding,
                                             struct import_reader *ret_reader,
                                             struct berm_error *err);
void import_reader_close(struct import_reader *reader);

/**
 * Fill a batch anew; is_whole: with all that is left of the file.
 * *ret_is_end tells that the file has ended; the batch may hold its last rows.
 */
MUST_USE enum berm_status import_reader_next(struct import_reader *reader, struct row_batch *batch,
                                             bool is_whole, bool *ret_is_end,
                                             struct berm_error *err);

#endif
