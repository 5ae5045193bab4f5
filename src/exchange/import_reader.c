/*
 * Records to batches of typed rows. A record is copied once, in one piece, and its fields are moved
 * over to the copy; so a batch owns all it points to, may go to another thread, and still holds the
 * row as it was for the file of rejected rows.
 */
#include "exchange/import_reader.h"

#include <stdlib.h>
#include <string.h>

enum {
    READER_ARENA_BYTES_MAX = 64 << 20, /* header, map and plan */
    BATCH_BYTES = 1 << 18,             /* then a batch is full, however few rows it has */
    BAD_COLUMN_NONE = -1,
};

/* ---- Batches --------------------------------------------------------------------------------- */

enum berm_status row_batch_create(enum import_kind kind, size_t cap_bytes,
                                  struct row_batch **ret_batch, struct berm_error *err)
{
    CLEANUP(row_batch_freep) struct row_batch *batch = calloc(1, sizeof *batch);

    if (batch == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    batch->row_bytes = typed_row_bytes(kind);
    TRY(arena_create(cap_bytes, &batch->arena, err));
    *ret_batch = batch;
    batch = NULL;
    return BERM_OK;
}

void row_batch_free(struct row_batch *batch)
{
    if (batch == NULL)
        return;
    arena_free(batch->arena);
    free(batch->records);
    free(batch->rows);
    free(batch);
}

void row_batch_freep(struct row_batch **batch)
{
    row_batch_free(*batch);
    *batch = NULL;
}

static enum berm_status row_batch_grow(struct row_batch *batch, struct berm_error *err)
{
    size_t capacity = batch->capacity == 0 ? BATCH_ROWS : batch->capacity * 2;
    struct row_record *records = realloc(batch->records, capacity * sizeof *records);
    void *rows;

    if (records == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    batch->records = records;
    rows = realloc(batch->rows, capacity * batch->row_bytes);
    if (rows == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    batch->rows = rows;
    batch->capacity = capacity;
    return BERM_OK;
}

/* ---- Opening --------------------------------------------------------------------------------- */

static enum berm_status make_plan(struct import_reader *reader, enum import_kind kind,
                                  const struct dictionary *dictionary, const char *path,
                                  const struct column_map *map, struct berm_error *err)
{
    struct csv_record header;
    bool has_header = false;
    enum berm_status status;

    TRY(csv_reader_next(reader->csv, &header, &has_header, err));
    if (!has_header)
        return fail_with(err, BERM_INVALID_INPUT,
                         "\"%s\" is empty; its first line must name the columns", path);
    if (header.problem != CSV_FINE)
        return fail_at(err, BERM_INVALID_INPUT, (int32_t)header.line, header.problem_column,
                       "%s, header: %s", path, csv_problem_text(header.problem));
    status = column_plan_make(kind, dictionary, header.fields, header.field_count, map,
                              reader->arena, &reader->plan, err);
    return status == BERM_OK ? BERM_OK : fail_within(err, status, "%s, header", path);
}

enum berm_status import_reader_open(enum import_kind kind, const struct dictionary *dictionary,
                                    const char *path, const char *map_path, const char *encoding,
                                    struct import_reader *ret_reader, struct berm_error *err)
{
    CLEANUP(import_reader_close) struct import_reader reader = {.today = date_today()};
    enum encoding wanted;

    TRY(encoding_parse(encoding, &wanted, err));
    TRY(arena_create(READER_ARENA_BYTES_MAX, &reader.arena, err));
    if (map_path != NULL)
        TRY(column_map_read(map_path, reader.arena, &reader.map, err));
    TRY(input_open(path, wanted, &reader.input, err));
    TRY(csv_reader_create(input_source(reader.input), &reader.csv, err));
    TRY(make_plan(&reader, kind, dictionary, path, map_path == NULL ? NULL : &reader.map, err));
    *ret_reader = reader;
    reader = (struct import_reader){0};
    return BERM_OK;
}

void import_reader_close(struct import_reader *reader)
{
    csv_reader_freep(&reader->csv);
    input_closep(&reader->input);
    column_map_close(&reader->map);
    arena_freep(&reader->arena);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* A copy of the record's bytes with the fields over it. */
static enum berm_status copy_fields(struct row_batch *batch, const struct csv_record *record,
                                    struct text **ret_fields, struct berm_error *err)
{
    const char *start = NULL;
    const char *end = NULL;
    struct text *fields = NULL;
    char *bytes;

    fields = arena_alloc(batch->arena, record->field_count * sizeof *fields);
    for (size_t i = 0; i < record->field_count; i++) {
        if (record->fields[i].length == 0)
            continue;
        if (start == NULL)
            start = record->fields[i].bytes;
        end = record->fields[i].bytes + record->fields[i].length;
    }
    bytes = arena_alloc(batch->arena, (size_t)(end - start));
    if (fields == NULL || bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for a row");
    if (start != NULL)
        memcpy(bytes, start, (size_t)(end - start));
    for (size_t i = 0; i < record->field_count; i++) {
        fields[i] = record->fields[i];
        if (fields[i].length > 0)
            fields[i].bytes = bytes + (fields[i].bytes - start);
    }
    *ret_fields = fields;
    return BERM_OK;
}

static void reject_row(union typed_row *row, const char *reason)
{
    row->row.outcome = IMPORT_REJECTED;
    row->row.field = IMPORT_FIELD_NONE;
    row->row.reason = text_of(reason);
}

static enum berm_status check_field_count(const struct column_plan *plan,
                                          const struct row_record *record, struct arena *arena,
                                          union typed_row *row, struct berm_error *err)
{
    bool is_good = record->field_count >= plan->header_count;
    struct text reason;

    for (size_t i = plan->header_count; i < record->field_count; i++)
        is_good = is_good && text_trimmed(record->fields[i]).length == 0;
    if (is_good)
        return BERM_OK;
    TRY(text_format(arena, &reason, err,
                    "the row has %u fields, the header %zu; look for a missing or stray comma or "
                    "quotation mark",
                    record->field_count, plan->header_count));
    reject_row(row, "");
    row->row.reason = reason;
    return BERM_OK;
}

/* The sentence of a record that is no good CSV, in the file's own encoding. */
static const char *problem_text(const struct import_reader *reader, enum csv_problem problem)
{
    if (problem == CSV_NOT_UTF8 && input_encoding(reader->input) == ENCODING_GB18030)
        return "these bytes are no character of GB18030, as which the file is read; correct them, "
               "or name the file's encoding";
    return csv_problem_text(problem);
}

static enum berm_status add_record(struct import_reader *reader, struct row_batch *batch,
                                   const struct csv_record *record, struct berm_error *err)
{
    struct row_record *target;
    union typed_row *row;
    struct text *fields = NULL;

    if (batch->count == batch->capacity)
        TRY(row_batch_grow(batch, err));
    target = &batch->records[batch->count];
    row = row_batch_row(batch, batch->count);
    memset(row, 0, batch->row_bytes);
    TRY(copy_fields(batch, record, &fields, err));
    *target = (struct row_record){.line = record->line,
                                  .fields = fields,
                                  .field_count = (uint32_t)record->field_count,
                                  .bad_column = BAD_COLUMN_NONE};
    batch->count++;
    if (record->problem != CSV_FINE) {
        target->bad_column = record->problem_column - 1;
        reject_row(row, problem_text(reader, record->problem));
        return BERM_OK;
    }
    TRY(check_field_count(&reader->plan, target, batch->arena, row, err));
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    return cells_read(&reader->plan, fields, record->field_count, reader->today, batch->arena, row,
                      err);
}

enum berm_status import_reader_next(struct import_reader *reader, struct row_batch *batch,
                                    bool is_whole, bool *ret_is_end, struct berm_error *err)
{
    bool has_record = true;

    batch->count = 0;
    arena_reset(batch->arena);
    while (is_whole ||
           (batch->count < BATCH_ROWS && arena_used_bytes(batch->arena) < BATCH_BYTES)) {
        struct csv_record record;

        TRY(csv_reader_next(reader->csv, &record, &has_record, err));
        if (!has_record)
            break;
        TRY(add_record(reader, batch, &record, err));
    }
    *ret_is_end = !has_record;
    return BERM_OK;
}
