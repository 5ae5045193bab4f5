/*
 * Rejected rows as they stood in the file, behind three columns that say where and why. These three
 * are passed over by the import, so the corrected file goes in again as it is. A row whose bytes
 * are no text is written with these bytes: nothing of it is lost. Where the file was GB18030, a
 * byte order mark tells spreadsheet programs that this one is UTF-8.
 */
#include "exchange/import_rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REJECTS_BUFFER_BYTES = 65536 };

struct rejects_file {
    int descriptor;
    const char *path;
    const struct column_plan *plan;
    struct buffer out;
};

static enum berm_status fail_file(const char *path, struct berm_error *err)
{
    return fail_with(err, BERM_IO, "the rejects file \"%s\" cannot be written: %s", path,
                     strerror(errno));
}

static enum berm_status flush(struct rejects_file *file, struct berm_error *err)
{
    size_t written = 0;

    TRY(buffer_status(&file->out, err));
    while (written < file->out.length) {
        ssize_t count =
            write(file->descriptor, file->out.bytes + written, file->out.length - written);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail_file(file->path, err);
        written += (size_t)count;
    }
    buffer_clear(&file->out);
    return BERM_OK;
}

static void append_header(struct rejects_file *file, bool needs_mark)
{
    if (needs_mark)
        buffer_append_text(&file->out, TEXT("\xEF\xBB\xBF"));
    buffer_append_text(&file->out, TEXT("berm_line,berm_column,berm_reason"));
    for (size_t i = 0; i < file->plan->header_count; i++) {
        if (file->plan->is_report[i])
            continue;
        buffer_append_char(&file->out, ',');
        csv_append_field(&file->out, file->plan->headers[i]);
    }
    buffer_append_char(&file->out, '\n');
}

enum berm_status rejects_open(const char *path, const struct import_reader *reader,
                              struct rejects_file **ret_file, struct berm_error *err)
{
    CLEANUP(rejects_freep) struct rejects_file *file = NULL;

    if (input_is_file(reader->input, path))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the rejects file \"%s\" is the file that is imported; give it another "
                         "name",
                         path);
    file = calloc(1, sizeof *file);
    if (file == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    file->path = path;
    file->plan = &reader->plan;
    file->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file->descriptor < 0)
        return fail_file(path, err);
    append_header(file, input_encoding(reader->input) == ENCODING_GB18030);
    TRY(flush(file, err));
    *ret_file = file;
    file = NULL;
    return BERM_OK;
}

enum berm_status rejects_write(struct rejects_file *file, const struct row_record *record,
                               struct text column, struct text reason, struct berm_error *err)
{
    size_t count = file->plan->header_count;

    if (record->field_count > count)
        count = record->field_count;
    buffer_append_int64(&file->out, record->line);
    buffer_append_char(&file->out, ',');
    csv_append_field(&file->out, column);
    buffer_append_char(&file->out, ',');
    csv_append_field(&file->out, reason);
    for (size_t i = 0; i < count; i++) {
        if (i < file->plan->header_count && file->plan->is_report[i])
            continue;
        if (i >= record->field_count && record->field_count > 0)
            break; /* a row that was too short stays so */
        buffer_append_char(&file->out, ',');
        if (i < record->field_count)
            csv_append_field(&file->out, record->fields[i]);
    }
    buffer_append_char(&file->out, '\n');
    return file->out.length < REJECTS_BUFFER_BYTES ? BERM_OK : flush(file, err);
}

enum berm_status rejects_finish(struct rejects_file *file, struct berm_error *err)
{
    int descriptor = file->descriptor;

    TRY(flush(file, err));
    file->descriptor = -1;
    return close(descriptor) == 0 ? BERM_OK : fail_file(file->path, err);
}

void rejects_free(struct rejects_file *file)
{
    if (file == NULL)
        return;
    if (file->descriptor >= 0)
        close(file->descriptor);
    buffer_free(&file->out);
    free(file);
}

void rejects_freep(struct rejects_file **file)
{
    rejects_free(*file);
    *file = NULL;
}
