/* Rows as an aligned table, JSON, NDJSON or CSV, in little memory however many there are: a table
 * takes its widths from its first rows. */
#include "cli.h"

#include <poll.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    TABLE_BYTES_MAX = 1 << 28,
    TABLE_ROWS_HELD = 1000,
    LINE_BYTES_MAX = 1 << 16,
    FLUSH_BYTES = 1 << 16
};

size_t display_width(struct text text)
{
    size_t width = 0;

    for (size_t offset = 0; offset < text.length;) {
        uint32_t c = text_next_code_point(text, &offset);
        bool is_wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
                       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
                       (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                       (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x20000 && c <= 0x3fffd);

        width += is_wide ? 2 : 1;
    }
    return width;
}

static void write_line(struct output *output, bool is_last)
{
    if (output->line.length < FLUSH_BYTES && !is_last)
        return;
    fwrite(output->line.bytes, 1, output->line.length, output->file);
    buffer_clear(&output->line);
}

static void write_csv_row(struct output *output, const struct text *cells)
{
    for (size_t c = 0; c < output->column_count; c++) {
        if (c > 0)
            buffer_append_char(&output->line, ',');
        if (output->columns[c].kind == CELL_TEXT) /* people's words: no formula for a spreadsheet */
            csv_append_guarded(&output->line, cells[c]);
        else
            csv_append_field(&output->line, cells[c]);
    }
    buffer_append_char(&output->line, '\n');
}

struct text number_text(int64_t number, char out[NUMBER_TEXT_MAX])
{
    snprintf(out, NUMBER_TEXT_MAX, "%lld", (long long)number);
    return text_of(out);
}

void output_begin(struct output *output, FILE *file, enum format format,
                  const struct output_column *columns, size_t column_count)
{
    assert(column_count <= OUTPUT_COLUMNS_MAX);
    *output = (struct output){.file = file,
                              .format = format,
                              .columns = columns,
                              .column_count = column_count,
                              .cells = {.cap_bytes = TABLE_BYTES_MAX},
                              .line = {.cap_bytes = TABLE_BYTES_MAX}};
    if (format == FORMAT_CSV) {
        struct text names[OUTPUT_COLUMNS_MAX];

        for (size_t c = 0; c < column_count; c++)
            names[c] = text_of(columns[c].name);
        write_csv_row(output, names);
    } else if (format == FORMAT_JSON) {
        buffer_append_text(&output->line, TEXT("["));
    }
}

static void write_json_row(struct output *output, const struct text *cells)
{
    struct json_writer json = {.out = &output->line};

    json_begin_object(&json);
    for (size_t c = 0; c < output->column_count; c++) {
        json_key(&json, output->columns[c].name);
        if (output->columns[c].kind == CELL_TEXT)
            json_text(&json, cells[c]);
        else if (cells[c].length == 0)
            json_null_value(&json);
        else
            json_number_text(&json, cells[c]);
    }
    json_end_object(&json);
}

static void pad(struct output *output, size_t width, size_t wanted)
{
    for (; width < wanted; width++)
        buffer_append_char(&output->line, ' ');
}

static void write_table_row(struct output *output, const char **at)
{
    for (size_t c = 0; c < output->column_count; c++) {
        struct text cell = text_of(*at);
        bool is_right = output->columns[c].kind == CELL_NUMBER;
        bool is_last = c + 1 == output->column_count;

        *at += cell.length + 1;
        if (is_right)
            pad(output, display_width(cell), output->widths[c]);
        buffer_append_text(&output->line, cell);
        if (!is_right && !is_last)
            pad(output, display_width(cell), output->widths[c]);
        buffer_append_text(&output->line, is_last ? TEXT("\n") : TEXT("  "));
    }
    write_line(output, false);
}

/* The widths are those of the first rows held; a wider cell further down pushes its line out. */
static void measure(struct output *output)
{
    const char *at = output->cells.bytes;

    for (size_t c = 0; c < output->column_count; c++)
        output->widths[c] = strlen(output->columns[c].name);
    for (int64_t r = 0; r < output->held_rows; r++)
        for (size_t c = 0; c < output->column_count; c++) {
            struct text cell = text_of(at);
            size_t width = display_width(cell);

            output->widths[c] = width > output->widths[c] ? width : output->widths[c];
            at += cell.length + 1;
        }
}

static void write_heading(struct output *output)
{
    CLEANUP(buffer_free) struct buffer heading = {.cap_bytes = LINE_BYTES_MAX};
    const char *at;

    for (size_t c = 0; c < output->column_count; c++)
        buffer_append(&heading, output->columns[c].name, strlen(output->columns[c].name) + 1);
    at = heading.bytes;
    if (!heading.has_failed)
        write_table_row(output, &at);
}

/* A table of any length in little memory: rows are held until the widths are known, then written.
 */
static void write_held(struct output *output)
{
    const char *at = output->cells.bytes;

    if (output->cells.has_failed)
        return;
    if (output->row_count == output->held_rows) {
        measure(output);
        write_heading(output);
    }
    for (int64_t r = 0; r < output->held_rows; r++)
        write_table_row(output, &at);
    output->held_rows = 0;
    buffer_clear(&output->cells);
}

void output_row(struct output *output, const struct text *cells)
{
    output->row_count++;
    switch (output->format) {
    case FORMAT_TABLE:
        for (size_t c = 0; c < output->column_count; c++) {
            buffer_append_text(&output->cells, cells[c]);
            buffer_append_char(&output->cells, '\0');
        }
        if (++output->held_rows == TABLE_ROWS_HELD)
            write_held(output);
        return;
    case FORMAT_CSV:
        write_csv_row(output, cells);
        break;
    case FORMAT_JSON:
        buffer_append_text(&output->line, output->row_count > 1 ? TEXT(",\n ") : TEXT("\n "));
        write_json_row(output, cells);
        break;
    case FORMAT_NDJSON:
        write_json_row(output, cells);
        buffer_append_char(&output->line, '\n');
        break;
    }
    write_line(output, false);
}

enum berm_status output_end(struct output *output, struct berm_error *err)
{
    enum berm_status status;

    if (output->format == FORMAT_TABLE && !output->cells.has_failed)
        write_held(output);
    else if (output->format == FORMAT_JSON)
        buffer_append_text(&output->line, output->row_count ? TEXT("\n]\n") : TEXT("]\n"));
    write_line(output, true);
    status = buffer_status(&output->cells, err);
    if (status == BERM_OK)
        status = buffer_status(&output->line, err);
    output_discard(output);
    if (status == BERM_OK)
        (void)fflush(output->file);
    return status == BERM_OK ? write_status(output->file, err) : status;
}

void output_discard(struct output *output)
{
    buffer_free(&output->cells);
    buffer_free(&output->line);
}

/* ---- Writing --------------------------------------------------------------------------------- */

enum berm_status write_status(FILE *file, struct berm_error *err)
{
    if (ferror(file))
        return fail_with(err, BERM_IO, "the output could not be written; is the disk full?");
    return BERM_OK;
}

enum berm_status text_write(FILE *file, const struct buffer *text, struct berm_error *err)
{
    TRY(buffer_status(text, err));
    fwrite(text->bytes, 1, text->length, file);
    return write_status(file, err);
}

bool is_reader_gone(FILE *file)
{
    struct pollfd polled = {.fd = fileno(file)};

    return poll(&polled, 1, 0) > 0 && (polled.revents & POLLERR);
}

/* Does the message say "line N" already? */
static bool tells_line(const char *message, int32_t line)
{
    char words[32];
    size_t length = (size_t)snprintf(words, sizeof words, "line %d", (int)line);

    for (; *message; message++)
        if (strncasecmp(message, words, length) == 0 &&
            !(message[length] >= '0' && message[length] <= '9'))
            return true;
    return false;
}

void error_write(FILE *file, const struct berm_error *err)
{
    fprintf(file, "berm: %s", err->message[0] ? err->message : status_name(err->status));
    if (err->line > 0 && !tells_line(err->message, err->line)) {
        fprintf(file, " (line %d", (int)err->line);
        if (err->column > 0)
            fprintf(file, ", column %d", (int)err->column);
        fputc(')', file);
    }
    fputc('\n', file);
}

/* ---- Progress -------------------------------------------------------------------------------- */

bool show_progress(void *context, int64_t done, int64_t total)
{
    (void)context;
    if (isatty(STDERR_FILENO) && total > 0)
        fprintf(stderr, "\r%3d %%  %lld of %lld ", (int)(100 * done / total), (long long)done,
                (long long)total);
    return true;
}

void end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}
