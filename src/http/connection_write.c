/*
 * From an exchange to bytes: whole responses, and streams whose next piece is asked for only when
 * the client has taken most of the last, so that an export of any size takes a fixed amount of
 * memory here. A stream of events pauses in between: then only its timer and a wake bring it back.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "connection.h"

enum { STREAM_LOW_BYTES = 65536, COPY_BYTES_MAX = 4096, LINGER_MS = 2000 };

static struct evbuffer *output_of(const struct connection *connection)
{
    return bufferevent_get_output(connection->bufferevent);
}

static void add(struct connection *connection, struct text bytes)
{
    evbuffer_add(output_of(connection), bytes.bytes, bytes.length);
    connection->added_bytes += bytes.length;
    connection->exchange->sent_bytes += bytes.length;
}

static void free_bytes(const void *bytes, size_t length, void *context)
{
    (void)bytes;
    (void)length;
    free(context);
}

/* Add the body without copying it where that pays; a buffer's bytes then go with the connection. */
static void add_body(struct connection *connection, struct http_response *response)
{
    struct text body = response_body(response);

    if (body.length <= COPY_BYTES_MAX) {
        add(connection, body);
        return;
    }
    if (response->body_constant.length > 0) {
        evbuffer_add_reference(output_of(connection), body.bytes, body.length, NULL, NULL);
    } else if (evbuffer_add_reference(output_of(connection), body.bytes, body.length, free_bytes,
                                      response->body.bytes) == 0) {
        response->body = (struct buffer){0};
    }
    connection->added_bytes += body.length;
    connection->exchange->sent_bytes += body.length;
}

void connection_refuse(struct connection *connection, struct refusal refusal)
{
    if (connection->exchange == NULL)
        connection->exchange = exchange_create(connection->loop, connection->address);
    if (connection->exchange == NULL) {
        connection_free(connection);
        return;
    }
    connection->exchange->connection = connection;
    metrics_add_refused(loop_server(connection->loop)->metrics, refusal.status);
    http_response_problem(&connection->exchange->response, refusal.status, NULL,
                          text_of(refusal.detail));
    if (refusal.status == 503)
        http_response_header(&connection->exchange->response, "Retry-After", TEXT("1"));
    connection->is_last = true;
    connection_respond(connection);
}

void connection_respond(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;
    struct http_response *response = &exchange->response;
    const struct http_options *options = &exchange->server->options;
    CLEANUP(buffer_free) struct buffer head = {0};
    bool is_stream = response->stream.next != NULL;
    bool is_head = exchange->request.method == HTTP_HEAD;

    connection->is_chunked = is_stream && exchange->head.minor_version == 1;
    if (!exchange->head.is_keep_alive || connection->has_eof ||
        loop_is_draining(connection->loop) ||
        connection->request_count + 1 >= options->requests_max ||
        (is_stream && !connection->is_chunked))
        connection->is_last = true;
    response_write_head(exchange, connection->is_last, &head);
    add(connection, buffer_text(&head));
    connection->state = is_stream ? CONNECTION_STREAM : CONNECTION_WRITING;
    connection_set_timer(connection, options->write_timeout_ms);
    if (is_stream) {
        bufferevent_setwatermark(connection->bufferevent, EV_WRITE, STREAM_LOW_BYTES, 0);
        connection_stream(connection);
    } else if (!is_head && status_has_body(response->status)) {
        add_body(connection, response);
    }
}

static void add_chunk(struct connection *connection, struct buffer *chunk)
{
    CLEANUP(buffer_free) struct buffer size = {0};

    if (chunk->length > 0 && connection->is_chunked) {
        buffer_append_format(&size, "%zx\r\n", chunk->length);
        add(connection, buffer_text(&size));
        add(connection, buffer_text(chunk));
        add(connection, TEXT("\r\n"));
    } else if (chunk->length > 0) {
        add(connection, buffer_text(chunk));
    }
    buffer_clear(chunk);
}

static void pause_stream(struct connection *connection)
{
    if (loop_is_draining(connection->loop)) {
        connection_free(connection);
        return;
    }
    connection->exchange->is_paused = true;
    connection_set_timer(connection, connection->exchange->pause_ms);
}

void connection_resume(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;

    exchange->is_paused = false;
    exchange->pause_ms = 0;
    connection_set_timer(connection, exchange->server->options.write_timeout_ms);
    /* Where the client has not taken the last piece, it is asked when that is written; or the timer
     * finds that nothing moves. */
    if (evbuffer_get_length(output_of(connection)) == 0)
        connection_stream(connection);
}

void connection_stream(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;

    add_chunk(connection, &exchange->chunk);
    if (exchange->has_failed) {
        connection_free(connection); /* without its last chunk: the client sees that it is cut */
        return;
    }
    if (exchange->is_last_chunk) {
        if (connection->is_chunked && exchange->request.method != HTTP_HEAD)
            add(connection, TEXT("0\r\n\r\n"));
        connection->state = CONNECTION_WRITING;
        bufferevent_setwatermark(connection->bufferevent, EV_WRITE, 0, 0);
        if (evbuffer_get_length(output_of(connection)) == 0)
            connection_written(connection);
    } else if (exchange->pause_ms > 0 && exchange->wake_seen == loop_wake_count(connection->loop)) {
        pause_stream(connection);
    } else if (evbuffer_get_length(output_of(connection)) <= STREAM_LOW_BYTES) {
        loop_submit(connection->loop, exchange, TASK_NEXT);
    }
}

/* Closing with unread input would throw away, at the client, the response that explains why. */
static void linger(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bufferevent);

    if (connection->has_eof) {
        connection_free(connection);
        return;
    }
    connection->state = CONNECTION_LINGER;
    connection_set_timer(connection,
                         loop_is_draining(connection->loop) ? LINGER_MS / 10 : LINGER_MS);
    if (connection->is_tls)
        tls_shutdown(connection->bufferevent);
    else
        shutdown(bufferevent_getfd(connection->bufferevent), SHUT_WR);
    evbuffer_drain(input, evbuffer_get_length(input));
}

void connection_written(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;

    connection->exchange = NULL;
    connection->request_count++;
    exchange_finish(exchange, true);
    if (connection->is_last || connection->has_eof || loop_is_draining(connection->loop))
        linger(connection);
    else
        connection_expect_request(connection);
}
