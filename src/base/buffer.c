/*
 * The growing buffer. Failures are remembered instead of returned, because a writer of JSON appends
 * a thousand times and can only give up as a whole: it asks buffer_status once at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum {
    CAPACITY_FIRST_BYTES = 256,
    CAP_BYTES_DEFAULT = 1 << 30,
};

void buffer_free(struct buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct buffer){.cap_bytes = buffer->cap_bytes};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->has_failed = false;
}

/* Grow so that length more bytes fit; false, and has_failed, where they cannot. */
static __attribute__((noinline)) bool buffer_grow(struct buffer *buffer, size_t length)
{
    size_t cap_bytes = buffer->cap_bytes == 0 ? CAP_BYTES_DEFAULT : buffer->cap_bytes;
    size_t capacity = buffer->capacity == 0 ? CAPACITY_FIRST_BYTES : buffer->capacity;
    char *bytes = NULL;

    if (!buffer->has_failed && buffer->length <= cap_bytes &&
        length <= cap_bytes - buffer->length) {
        while (capacity < buffer->length + length)
            capacity *= 2;
        if (capacity > cap_bytes)
            capacity = cap_bytes;
        bytes = realloc(buffer->bytes, capacity);
    }
    if (bytes == NULL) {
        buffer->has_failed = true;
        return false;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

char *buffer_reserve(struct buffer *buffer, size_t length)
{
    if (buffer->has_failed)
        return NULL;
    if ((buffer->bytes == NULL || length > buffer->capacity - buffer->length) &&
        !buffer_grow(buffer, length))
        return NULL;
    return buffer->bytes + buffer->length;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    char *room = buffer_reserve(buffer, length);

    if (room == NULL || length == 0)
        return;
    memcpy(room, bytes, length);
    buffer->length += length;
}

void buffer_append_text(struct buffer *buffer, struct text text)
{
    buffer_append(buffer, text.bytes, text.length);
}

void buffer_append_char(struct buffer *buffer, char c)
{
    char *room = buffer_reserve(buffer, 1);

    if (room == NULL)
        return;
    *room = c;
    buffer->length++;
}

void buffer_append_int64(struct buffer *buffer, int64_t value)
{
    char digits[20];
    size_t start = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--start] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0)
        digits[--start] = '-';
    buffer_append(buffer, digits + start, sizeof digits - start);
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_list again;
    int length;
    char *room;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        buffer->has_failed = true;
    } else {
        room = buffer_reserve(buffer, (size_t)length + 1); /* vsnprintf ends with 0 */
        if (room != NULL) {
            vsnprintf(room, (size_t)length + 1, format, again);
            buffer->length += (size_t)length;
        }
    }
    va_end(again);
}

struct text buffer_text(const struct buffer *buffer)
{
    return (struct text){buffer->bytes, buffer->length};
}

enum berm_status buffer_status(const struct buffer *buffer, struct berm_error *err)
{
    if (buffer->has_failed)
        return fail_with(
            err, BERM_NO_MEMORY,
            "the output is larger than the %zu KiB that it may take; ask for less at a "
            "time",
            (buffer->cap_bytes == 0 ? CAP_BYTES_DEFAULT : buffer->cap_bytes) / 1024);
    return BERM_OK;
}

static void close_file(const int *file)
{
    if (*file >= 0)
        close(*file);
}

enum berm_status file_read(const char *path, size_t max_bytes, struct buffer *ret_content,
                           struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer content = {.cap_bytes = max_bytes + 2};
    CLEANUP(close_file) int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;

    if (file < 0)
        return fail_with(err, errno == ENOENT ? BERM_NOT_FOUND : BERM_IO, "cannot open %s: %s",
                         path, strerror(errno));
    if (fstat(file, &status) != 0 || S_ISDIR(status.st_mode))
        return fail_with(err, BERM_IO, "cannot read %s: it is a folder, and a file is wanted",
                         path);
    for (;;) {
        size_t left_bytes = max_bytes + 1 - content.length;
        size_t piece_bytes = left_bytes < 65536 ? left_bytes : 65536;
        char *room = buffer_reserve(&content, piece_bytes + 1);
        ssize_t count;

        TRY(buffer_status(&content, err));
        count = read(file, room, piece_bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail_with(err, BERM_IO, "cannot read %s: %s", path, strerror(errno));
        room[count] = 0; /* behind the length, so that it can be handed to C strings too */
        if (count == 0)
            break;
        content.length += (size_t)count;
        if (content.length > max_bytes)
            return fail_with(err, BERM_LIMIT, "%s is larger than the %zu bytes that are taken",
                             path, max_bytes);
    }
    buffer_free(ret_content);
    *ret_content = content;
    content = (struct buffer){0};
    return BERM_OK;
}
