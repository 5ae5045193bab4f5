/*
 * The request log: one JSON object a line, with the route's pattern instead of the path, because
 * paths and queries of a register name people. Loops hand lines to a thread, so that a slow disk or
 * a stopped reader of a pipe stops no connection; what does not fit is dropped and counted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server.h"

enum { WAITING_BYTES_MAX = 4 << 20 };

struct request_log {
    int file;
    enum http_log_address address;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t has_lines;
    struct buffer lines;
    uint64_t dropped_count;
    bool is_ending;
};

static void write_all(int file, struct text text)
{
    while (text.length > 0) {
        ssize_t count = write(file, text.bytes, text.length);

        if (count < 0 && errno != EINTR)
            return; /* there is nobody to tell */
        if (count > 0)
            text = text_from(text, (size_t)count);
    }
}

static void *run(void *context)
{
    struct request_log *log = context;
    struct buffer lines = {.cap_bytes = WAITING_BYTES_MAX};

    pthread_mutex_lock(&log->mutex);
    while (!log->is_ending || log->lines.length > 0) {
        struct buffer empty = lines;

        if (log->lines.length == 0) {
            pthread_cond_wait(&log->has_lines, &log->mutex);
            continue;
        }
        lines = log->lines;
        log->lines = empty;
        pthread_mutex_unlock(&log->mutex);
        write_all(log->file, buffer_text(&lines));
        buffer_clear(&lines);
        pthread_mutex_lock(&log->mutex);
    }
    pthread_mutex_unlock(&log->mutex);
    buffer_free(&lines);
    return NULL;
}

void address_shorten(char address[ADDRESS_BYTES])
{
    char *dot = strrchr(address, '.');
    int colons = 0;

    if (strncmp(address, "::ffff:", 7) == 0 && dot != NULL)
        memmove(address, address + 7, ADDRESS_BYTES - 7);
    dot = strrchr(address, '.');
    if (dot != NULL && strchr(address, ':') == NULL) {
        memcpy(dot, ".0", 3);
        return;
    }
    /* The first three groups of an IPv6 address: the site's. */
    for (char *c = address; *c != 0; c++) {
        colons += *c == ':';
        if (c[0] == ':' && (c[1] == ':' || colons == 3)) {
            memcpy(c, "::", 3);
            return;
        }
    }
}

static void write_time(struct buffer *line)
{
    struct timespec now;
    struct tm at;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &at);
    buffer_append_format(line, "{\"time\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                         at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min,
                         at.tm_sec, (int)(now.tv_nsec / 1000000));
}

static void write_line(const struct request_log *log, const struct exchange *exchange,
                       uint64_t duration_ns, bool is_complete, struct buffer *line)
{
    const char *route = exchange->route_index < 0
                            ? ""
                            : exchange->server->options.routes[exchange->route_index].pattern;
    char address[ADDRESS_BYTES];

    write_time(line);
    buffer_append_format(line, ",\"id\":\"%s\",\"method\":\"%s\",\"route\":\"%s\",\"status\":%d",
                         exchange->id,
                         exchange->has_head ? http_method_name(exchange->request.method) : "",
                         route, exchange->response.status);
    buffer_append_format(line, ",\"bytes\":%llu,\"ms\":%.3f,\"complete\":%s",
                         (unsigned long long)exchange->sent_bytes, (double)duration_ns / 1e6,
                         is_complete ? "true" : "false");
    if (log->address != HTTP_LOG_NO_ADDRESS) {
        memcpy(address, exchange->address, sizeof address);
        if (log->address == HTTP_LOG_SHORT_ADDRESS)
            address_shorten(address);
        buffer_append_format(line, ",\"address\":\"%s\"", address);
    }
}

void request_log_write(struct request_log *log, const struct exchange *exchange,
                       uint64_t duration_ns, bool is_complete)
{
    CLEANUP(buffer_free) struct buffer line = {0};

    write_line(log, exchange, duration_ns, is_complete, &line);
    pthread_mutex_lock(&log->mutex);
    if (log->lines.length + line.length + 64 > WAITING_BYTES_MAX) {
        log->dropped_count++;
    } else {
        buffer_append_text(&log->lines, buffer_text(&line));
        if (log->dropped_count > 0)
            buffer_append_format(&log->lines, ",\"dropped\":%llu",
                                 (unsigned long long)log->dropped_count);
        log->dropped_count = 0;
        buffer_append_text(&log->lines, TEXT("}\n"));
        pthread_cond_signal(&log->has_lines);
    }
    pthread_mutex_unlock(&log->mutex);
}

enum berm_status request_log_create(int file, enum http_log_address address,
                                    struct request_log **ret_log, struct berm_error *err)
{
    struct request_log *log = calloc(1, sizeof *log);

    if (log == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the request log");
    log->file = file;
    log->address = address;
    log->lines.cap_bytes = WAITING_BYTES_MAX;
    pthread_mutex_init(&log->mutex, NULL);
    pthread_cond_init(&log->has_lines, NULL);
    if (pthread_create(&log->thread, NULL, run, log) != 0) {
        free(log);
        return fail_with(err, BERM_NO_MEMORY, "no thread for the request log could be started");
    }
    *ret_log = log;
    return BERM_OK;
}

void request_log_free(struct request_log *log)
{
    if (log == NULL)
        return;
    pthread_mutex_lock(&log->mutex);
    log->is_ending = true;
    pthread_cond_signal(&log->has_lines);
    pthread_mutex_unlock(&log->mutex);
    pthread_join(log->thread, NULL);
    buffer_free(&log->lines);
    pthread_mutex_destroy(&log->mutex);
    pthread_cond_destroy(&log->has_lines);
    free(log);
}
