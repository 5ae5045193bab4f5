/*
 * Filling the caller's error. The sentence is first written to a local array and then copied, so
 * that an argument may be the very message that is replaced (fail_within does nothing else). It is
 * cut at a character's boundary because it ends up in JSON and on screens that refuse half a
 * character.
 */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The functions themselves, without what status.h puts around them. */
#undef fail_with
#undef fail_at
#undef fail_within

/* The length of message without a multi-byte character whose end was cut off. */
static size_t length_without_half_character(const char *message, size_t length)
{
    size_t lead = length;
    unsigned char byte = 0;
    size_t wanted = 1;

    while (lead > 0 && length - lead < 4) {
        byte = (unsigned char)message[--lead];
        if ((byte & 0xC0) != 0x80)
            break;
    }
    if (byte >= 0xF0)
        wanted = 4;
    else if (byte >= 0xE0)
        wanted = 3;
    else if (byte >= 0xC0)
        wanted = 2;
    return lead + wanted > length ? lead : length;
}

static __attribute__((format(printf, 2, 0))) void
write_message(char out[BERM_ERROR_MESSAGE_MAX], const char *format, va_list arguments)
{
    int length = vsnprintf(out, BERM_ERROR_MESSAGE_MAX, format, arguments);

    if (length < 0)
        out[0] = 0;
    else if (length >= BERM_ERROR_MESSAGE_MAX)
        out[length_without_half_character(out, BERM_ERROR_MESSAGE_MAX - 1)] = 0;
}

static void set_error(struct berm_error *err, enum berm_status status, int32_t line, int32_t column,
                      const char *message)
{
    err->status = status;
    err->line = line;
    err->column = column;
    memcpy(err->message, message, strlen(message) + 1);
}

enum berm_status fail_with(struct berm_error *err, enum berm_status status, const char *format, ...)
{
    char message[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    assert(status != BERM_OK);
    if (err == NULL)
        return status;
    va_start(arguments, format);
    write_message(message, format, arguments);
    va_end(arguments);
    set_error(err, status, 0, 0, message);
    return status;
}

enum berm_status fail_at(struct berm_error *err, enum berm_status status, int32_t line,
                         int32_t column, const char *format, ...)
{
    char message[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    assert(status != BERM_OK);
    if (err == NULL)
        return status;
    va_start(arguments, format);
    write_message(message, format, arguments);
    va_end(arguments);
    set_error(err, status, line, column, message);
    return status;
}

enum berm_status fail_within(struct berm_error *err, enum berm_status status, const char *format,
                             ...)
{
    char context[BERM_ERROR_MESSAGE_MAX];
    char message[BERM_ERROR_MESSAGE_MAX];
    int length;
    va_list arguments;

    assert(status != BERM_OK);
    if (err == NULL)
        return status;
    va_start(arguments, format);
    write_message(context, format, arguments);
    va_end(arguments);
    length = snprintf(message, sizeof message, "%s: %s", context, err->message);
    if (length >= (int)sizeof message)
        message[length_without_half_character(message, sizeof message - 1)] = 0;
    set_error(err, status, err->line, err->column, message);
    return status;
}

const char *status_name(enum berm_status status)
{
    switch (status) {
    case BERM_OK:
        return "ok";
    case BERM_INVALID_INPUT:
        return "invalid input";
    case BERM_NOT_FOUND:
        return "not found";
    case BERM_CONFLICT:
        return "conflict";
    case BERM_LIMIT:
        return "limit";
    case BERM_NO_MEMORY:
        return "no memory";
    case BERM_IO:
        return "input or output failed";
    case BERM_CORRUPT:
        return "corrupt";
    case BERM_UNSUPPORTED:
        return "unsupported";
    case BERM_BUSY:
        return "busy";
    case BERM_VERSION:
        return "newer version";
    case BERM_CANCELLED:
        return "cancelled";
    case BERM_INTERNAL:
        return "internal fault";
    case BERM_FORBIDDEN:
        return "not allowed";
    case BERM_UNAUTHENTICATED:
        return "not logged in";
    case BERM_CHANGED:
        return "changed";
    case BERM_UNAVAILABLE:
        return "database not reachable";
    }
    return "unknown status";
}
