/*
 * The CSV reader. The bytes of the file stand in one buffer; a record is looked for in it, and
 * where its end is not there yet, the rest is moved to the front, more is read, and the record is
 * scanned again from its start. That keeps the scanner free of states between pieces, so that the
 * same bytes give the same records however they arrive. Each refill at least doubles what is there,
 * so scanning again stays linear. Only a record over the limit is passed over by a small state
 * machine, which needs no memory: a line of a gigabyte costs no more than one of a megabyte.
 *
 * The scan looks at 64 bytes at a time (csv_scan.h) and keeps the masks of the current block, which
 * usually spans several fields. UTF-8 is checked only in records with a byte beyond ASCII or a NUL.
 */
#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv_scan.h"

enum {
    CAPACITY_FIRST_BYTES = 1 << 18,
    CAPACITY_MAX_BYTES = 2 * CSV_RECORD_BYTES_MAX,
    NO_BLOCK = -1,
};

/* Where the passing over of a record that is too long stands. */
enum skip_state {
    SKIP_FIELD_START = 0,
    SKIP_PLAIN,
    SKIP_QUOTED,
    SKIP_QUOTE_IN_QUOTED,
};

struct csv_reader {
    struct csv_source source;
    struct text from_text; /* the source of csv_reader_create_from_text */
    char *bytes; /* CSV_BLOCK_BYTES more than capacity, so that a block can be loaded anywhere */
    size_t capacity;
    size_t start; /* the first byte that no record has used */
    size_t end;
    bool has_started; /* the byte order mark is behind us */
    bool is_at_end;   /* the source has nothing more */
    int64_t line;     /* of start, from 1 */

    struct csv_block block; /* the masks of the 64 bytes at block_start */
    ptrdiff_t block_start;

    size_t field_count;
    bool has_quotes; /* some field of the record is quoted */
    bool has_odd;    /* some byte is NUL or beyond ASCII */
    struct text fields[CSV_COLUMNS_MAX];
};

static enum berm_status read_text(void *context, char *bytes, size_t length, size_t *ret_read,
                                  struct berm_error *err)
{
    struct text *left = context;
    size_t count = left->length < length ? left->length : length;

    (void)err;
    if (count > 0)
        memcpy(bytes, left->bytes, count);
    *left = text_from(*left, count);
    *ret_read = count;
    return BERM_OK;
}

enum berm_status csv_reader_create(struct csv_source source, struct csv_reader **ret_reader,
                                   struct berm_error *err)
{
    CLEANUP(csv_reader_freep) struct csv_reader *reader = malloc(sizeof *reader);

    if (reader == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    memset(reader, 0, offsetof(struct csv_reader, fields));
    reader->source = source;
    reader->line = 1;
    reader->block_start = NO_BLOCK;
    reader->capacity = CAPACITY_FIRST_BYTES;
    reader->bytes = calloc(1, reader->capacity + CSV_BLOCK_BYTES);
    if (reader->bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    *ret_reader = reader;
    reader = NULL;
    return BERM_OK;
}

enum berm_status csv_reader_create_from_text(struct text text, struct csv_reader **ret_reader,
                                             struct berm_error *err)
{
    struct csv_reader *reader;

    TRY(csv_reader_create((struct csv_source){.read = read_text}, &reader, err));
    reader->from_text = text;
    reader->source.context = &reader->from_text;
    *ret_reader = reader;
    return BERM_OK;
}

void csv_reader_free(struct csv_reader *reader)
{
    if (reader == NULL)
        return;
    free(reader->bytes);
    free(reader);
}

void csv_reader_freep(struct csv_reader **reader)
{
    csv_reader_free(*reader);
    *reader = NULL;
}

/* Move what is left to the front and read until there is twice as much, the buffer is full, or the
 * end. */
static enum berm_status fill(struct csv_reader *reader, struct berm_error *err)
{
    size_t left = reader->end - reader->start;
    size_t wanted = left * 2 > CAPACITY_FIRST_BYTES ? left * 2 : CAPACITY_FIRST_BYTES;

    if (wanted > CAPACITY_MAX_BYTES)
        wanted = CAPACITY_MAX_BYTES;
    assert(left < wanted && !reader->is_at_end);
    if (wanted > reader->capacity) {
        char *bytes = realloc(reader->bytes, wanted + CSV_BLOCK_BYTES);

        if (bytes == NULL)
            return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
        memset(bytes + reader->capacity, 0, wanted + CSV_BLOCK_BYTES - reader->capacity);
        reader->bytes = bytes;
        reader->capacity = wanted;
    }
    memmove(reader->bytes, reader->bytes + reader->start, left);
    reader->start = 0;
    reader->end = left;
    reader->block_start = NO_BLOCK;
    while (reader->end < wanted && !reader->is_at_end) {
        size_t count = 0;

        TRY(reader->source.read(reader->source.context, reader->bytes + reader->end,
                                wanted - reader->end, &count, err));
        assert(count <= wanted - reader->end);
        reader->end += count;
        reader->is_at_end = count == 0;
    }
    return BERM_OK;
}

/* Load the block that holds position. */
static void load_block(struct csv_reader *reader, size_t position)
{
    size_t block_start = position & ~(size_t)(CSV_BLOCK_BYTES - 1);

    if (reader->block_start == (ptrdiff_t)block_start)
        return;
    reader->block = csv_scan_block(reader->bytes + block_start);
    reader->block_start = (ptrdiff_t)block_start;
}

/* What is looked for in a block of bytes. */
enum sought { DELIMITER, QUOTE };

/* The next one at or behind position, or reader->end. Inlined, so that `sought` costs nothing. */
static inline __attribute__((always_inline)) size_t
find_in_blocks(struct csv_reader *reader, size_t position, enum sought sought)
{
    while (position < reader->end) {
        uint64_t mask;

        load_block(reader, position);
        mask = sought == QUOTE ? reader->block.quotes : reader->block.delimiters;
        mask >>= position % CSV_BLOCK_BYTES;
        reader->has_odd |= (reader->block.odd >> (position % CSV_BLOCK_BYTES)) != 0;
        if (mask != 0) {
            position += (size_t)__builtin_ctzll(mask);
            return position < reader->end ? position : reader->end;
        }
        position = (position | (CSV_BLOCK_BYTES - 1)) + 1;
    }
    return reader->end;
}

/* A comma or a line end. */
static inline size_t find_delimiter(struct csv_reader *reader, size_t position)
{
    return find_in_blocks(reader, position, DELIMITER);
}

static size_t find_quote(struct csv_reader *reader, size_t position)
{
    return find_in_blocks(reader, position, QUOTE);
}

/* What a look for the end of a record or field came to. */
enum scan {
    SCAN_DONE,
    SCAN_NEEDS_MORE,
};

struct field_scan {
    struct text field; /* with the doubled quotes of a quoted field still in it */
    size_t next;       /* the delimiter behind it, or the end */
    enum csv_problem problem;
};

/* A field whose opening quote is at position. */
static enum scan scan_quoted_field(struct csv_reader *reader, size_t position,
                                   struct field_scan *ret_scan)
{
    size_t content = position + 1;
    size_t quote = content;

    reader->has_quotes = true;
    for (;;) {
        quote = find_quote(reader, quote);
        if (quote >= reader->end - 1 && !reader->is_at_end)
            return SCAN_NEEDS_MORE; /* also where the byte behind the quote is still to come */
        if (quote == reader->end) {
            *ret_scan = (struct field_scan){
                {reader->bytes + content, quote - content}, reader->end, CSV_QUOTE_NOT_CLOSED};
            return SCAN_DONE;
        }
        if (quote + 1 == reader->end || reader->bytes[quote + 1] != '"')
            break;
        quote += 2;
    }
    ret_scan->field = (struct text){reader->bytes + content, quote - content};
    ret_scan->problem = CSV_FINE;
    ret_scan->next = find_delimiter(reader, quote + 1);
    if (ret_scan->next == reader->end && !reader->is_at_end)
        return SCAN_NEEDS_MORE;
    if (ret_scan->next != quote + 1)
        ret_scan->problem = CSV_TEXT_BEHIND_QUOTE;
    return SCAN_DONE;
}

/* The length of the line end at position: 1, 2, or 0 where its second byte may still come. */
static size_t line_end_length(const struct csv_reader *reader, size_t position)
{
    if (reader->bytes[position] == '\n')
        return 1;
    if (position + 1 < reader->end)
        return reader->bytes[position + 1] == '\n' ? 2 : 1;
    return reader->is_at_end ? 1 : 0;
}

/* The record's problem that stands first in it. */
static void note_problem(struct csv_record *record, enum csv_problem problem, size_t column)
{
    if (record->problem != CSV_FINE)
        return;
    record->problem = problem;
    record->problem_column = (int)column;
}

/* Scan the record at reader->start into the fields; *ret_next is the byte behind its line end. */
static enum scan scan_record(struct csv_reader *reader, struct csv_record *record, size_t *ret_end,
                             size_t *ret_next)
{
    size_t position = reader->start;

    reader->field_count = 0;
    reader->has_quotes = false;
    reader->has_odd = false;
    for (;;) {
        struct text field;

        if (position < reader->end && reader->bytes[position] == '"') {
            struct field_scan scan;

            if (scan_quoted_field(reader, position, &scan) == SCAN_NEEDS_MORE)
                return SCAN_NEEDS_MORE;
            field = scan.field;
            position = scan.next;
            if (scan.problem != CSV_FINE)
                note_problem(record, scan.problem, reader->field_count + 1);
        } else {
            size_t field_start = position;

            position = find_delimiter(reader, position);
            if (position == reader->end && !reader->is_at_end)
                return SCAN_NEEDS_MORE;
            field = (struct text){reader->bytes + field_start, position - field_start};
        }
        if (reader->field_count < CSV_COLUMNS_MAX)
            reader->fields[reader->field_count++] = field;
        else
            note_problem(record, CSV_TOO_MANY_COLUMNS, CSV_COLUMNS_MAX + 1);
        *ret_end = position;
        if (position == reader->end) {
            *ret_next = position;
            return SCAN_DONE;
        }
        if (reader->bytes[position] != ',') {
            size_t length = line_end_length(reader, position);

            *ret_next = position + length;
            return length == 0 ? SCAN_NEEDS_MORE : SCAN_DONE;
        }
        position++;
    }
}

/* Line ends in quoted text: LF, CR LF and CR each count as one. */
static int64_t count_line_ends(const char *bytes, size_t length)
{
    int64_t count = 0;

    for (size_t i = 0; i < length; i++)
        count +=
            bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n'));
    return count;
}

/* Turn "" into " in a field. Its bytes are used up, so they may be changed in place. */
static struct text without_doubled_quotes(struct text field)
{
    char *bytes = (char *)field.bytes;
    char *quote = field.length == 0 ? NULL : memchr(bytes, '"', field.length);
    size_t length;

    if (quote == NULL)
        return field;
    length = (size_t)(quote - bytes);
    for (size_t i = length; i < field.length; i++) {
        bytes[length++] = bytes[i];
        if (bytes[i] == '"')
            i++;
    }
    return (struct text){bytes, length};
}

/* Look at each field of a record with odd bytes; the first bad one is the record's problem. */
static void check_characters(const struct csv_reader *reader, struct csv_record *record)
{
    size_t column_end = reader->field_count;
    size_t bad_offset;

    if (record->problem != CSV_FINE && (size_t)record->problem_column <= column_end)
        column_end = (size_t)record->problem_column;
    for (size_t i = 0; i < column_end; i++) {
        if (text_is_utf8(reader->fields[i], &bad_offset))
            continue;
        record->problem = reader->fields[i].bytes[bad_offset] == 0 ? CSV_NUL_BYTE : CSV_NOT_UTF8;
        record->problem_column = (int)i + 1;
        return;
    }
}

/* The record from start to record_end is whole: make its fields what the caller is to see. */
static void finish_record(struct csv_reader *reader, struct csv_record *record, size_t record_end,
                          size_t next)
{
    const char *bytes = reader->bytes + reader->start;
    size_t length = record_end - reader->start;

    reader->line += next > record_end;
    if (reader->has_quotes)
        reader->line += count_line_ends(bytes, length);
    reader->start = next;
    if (length > CSV_RECORD_BYTES_MAX) {
        record->problem = CSV_RECORD_TOO_LONG;
        record->problem_column = 0;
        return;
    }
    if (reader->has_odd && !text_is_utf8((struct text){bytes, length}, NULL))
        check_characters(reader, record);
    for (size_t i = 0; reader->has_quotes && i < reader->field_count; i++) {
        const struct text *field = &reader->fields[i];

        if (field->bytes > bytes && field->bytes[-1] == '"')
            reader->fields[i] = without_doubled_quotes(*field);
    }
    record->fields = reader->fields;
    record->field_count = reader->field_count;
}

/* Pass over the record at start, which is longer than is taken, up to behind its line end. */
static enum berm_status skip_record(struct csv_reader *reader, struct berm_error *err)
{
    enum skip_state state = SKIP_FIELD_START;

    for (;;) {
        size_t position = reader->start;

        while (position < reader->end) {
            char c = reader->bytes[position];

            if ((c == '\n' || c == '\r')) {
                size_t length = line_end_length(reader, position);

                if (length == 0)
                    break;
                reader->line++;
                position += length;
                if (state != SKIP_QUOTED) {
                    reader->start = position;
                    return BERM_OK;
                }
                continue;
            }
            position++;
            if (state == SKIP_QUOTED)
                state = c == '"' ? SKIP_QUOTE_IN_QUOTED : SKIP_QUOTED;
            else if (c == ',')
                state = SKIP_FIELD_START;
            else if (c == '"' && state != SKIP_PLAIN)
                state = SKIP_QUOTED;
            else
                state = SKIP_PLAIN;
        }
        reader->start = position;
        if (reader->is_at_end)
            return BERM_OK;
        TRY(fill(reader, err));
    }
}

/* Pass over a byte order mark at the very start and over empty lines. */
static enum berm_status skip_to_record(struct csv_reader *reader, struct berm_error *err)
{
    if (!reader->has_started) {
        TRY(fill(reader, err));
        reader->has_started = true;
        if (reader->end >= 3 && memcmp(reader->bytes, "\xEF\xBB\xBF", 3) == 0)
            reader->start = 3;
    }
    for (;;) {
        size_t length = 0;

        if (reader->start < reader->end) {
            if (reader->bytes[reader->start] != '\n' && reader->bytes[reader->start] != '\r')
                return BERM_OK;
            length = line_end_length(reader, reader->start);
            reader->start += length;
            reader->line += length > 0;
        }
        if (length == 0) {
            if (reader->is_at_end)
                return BERM_OK;
            TRY(fill(reader, err));
        }
    }
}

enum berm_status csv_reader_next(struct csv_reader *reader, struct csv_record *ret_record,
                                 bool *ret_has_record, struct berm_error *err)
{
    size_t record_end, next;

    TRY(skip_to_record(reader, err));
    if (reader->start == reader->end) {
        *ret_has_record = false;
        return BERM_OK;
    }
    for (;;) {
        struct csv_record record = {.line = reader->line};

        if (scan_record(reader, &record, &record_end, &next) == SCAN_DONE) {
            finish_record(reader, &record, record_end, next);
            *ret_record = record;
            break;
        }
        /* Two bytes over the limit: even if the last is the CR of a line end, it is too long. */
        if (reader->end - reader->start >= CSV_RECORD_BYTES_MAX + 2) {
            record = (struct csv_record){.line = reader->line, .problem = CSV_RECORD_TOO_LONG};
            TRY(skip_record(reader, err));
            *ret_record = record;
            break;
        }
        TRY(fill(reader, err));
    }
    *ret_has_record = true;
    return BERM_OK;
}
