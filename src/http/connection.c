/*
 * A connection's life: made, timed, closed. Reading is in connection_read.c, writing in
 * connection_write.c. One timer serves every state, because a connection waits for one thing at a
 * time; it measures progress, not silence, so that a byte now and then keeps nothing open.
 */
#include "connection.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

enum { INPUT_BYTES_MAX = 65536, BODY_PROGRESS_BYTES = 4096, LINGER_MS = 2000 };

void connection_set_timer(struct connection *connection, int64_t timeout_ms)
{
    struct timeval timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000};

    connection->progress_bytes = connection_taken_bytes(connection);
    event_add(&connection->timer, &timeout);
}

uint64_t connection_taken_bytes(const struct connection *connection)
{
    if (connection->state == CONNECTION_BODY)
        return connection->exchange->body.length;
    return connection->added_bytes -
           evbuffer_get_length(bufferevent_get_output(connection->bufferevent));
}

static void on_timer(evutil_socket_t socket, short what, void *context)
{
    struct connection *connection = context;
    const struct http_options *options = &loop_server(connection->loop)->options;
    uint64_t progress_bytes = connection_taken_bytes(connection) - connection->progress_bytes;

    (void)socket;
    (void)what;
    switch (connection->state) {
    case CONNECTION_HEAD:
        if (connection->has_begun)
            connection_refuse(connection,
                              (struct refusal){408, "the request's head did not come in time"});
        else
            connection_free(connection);
        break;
    case CONNECTION_BODY:
        if (progress_bytes >= BODY_PROGRESS_BYTES)
            connection_set_timer(connection, options->body_timeout_ms);
        else
            connection_refuse(connection,
                              (struct refusal){408, "the request's body comes too slowly"});
        break;
    case CONNECTION_STREAM:
        if (connection->exchange->is_paused)
            connection_resume(connection);
        else if (progress_bytes > 0 || connection->exchange->is_with_worker)
            connection_set_timer(connection, options->write_timeout_ms);
        else
            connection_free(connection);
        break;
    case CONNECTION_WRITING:
        if (progress_bytes > 0)
            connection_set_timer(connection, options->write_timeout_ms);
        else
            connection_free(connection);
        break;
    case CONNECTION_WORKING:
    case CONNECTION_LINGER:
        connection_free(connection);
        break;
    }
}

static void on_read(struct bufferevent *bufferevent, void *context)
{
    (void)bufferevent;
    connection_read(context);
}

static void on_write(struct bufferevent *bufferevent, void *context)
{
    struct connection *connection = context;

    if (connection->state == CONNECTION_STREAM && !connection->exchange->is_with_worker &&
        !connection->exchange->is_paused)
        connection_stream(connection);
    else if (connection->state == CONNECTION_WRITING &&
             evbuffer_get_length(bufferevent_get_output(bufferevent)) == 0)
        connection_written(connection);
}

static void on_event(struct bufferevent *bufferevent, short what, void *context)
{
    struct connection *connection = context;

    (void)bufferevent;
    if ((what & BEV_EVENT_CONNECTED) != 0)
        return;
    connection->has_eof = true;
    /* One who has sent all that it wants may close its half and still wait for the answer. */
    if ((what & BEV_EVENT_EOF) != 0 &&
        (connection->state == CONNECTION_WORKING || connection->state == CONNECTION_STREAM ||
         connection->state == CONNECTION_WRITING))
        return;
    connection_free(connection);
}

void connection_create(struct loop *loop, int socket, const char *address)
{
    struct http_server *server = loop_server(loop);
    struct connection *connection = calloc(1, sizeof *connection);
    int one = 1;

    if (connection == NULL) {
        close(socket);
        return;
    }
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connection->loop = loop;
    connection->is_tls = server->tls != NULL;
    connection->bufferevent =
        connection->is_tls ? tls_bufferevent(server->tls, loop_base(loop), socket)
                           : bufferevent_socket_new(loop_base(loop), socket, BEV_OPT_CLOSE_ON_FREE);
    if (connection->bufferevent == NULL) {
        close(socket);
        free(connection);
        return;
    }
    for (size_t i = 0; i + 1 < ADDRESS_BYTES && address[i] != 0; i++)
        connection->address[i] = address[i];
    event_assign(&connection->timer, loop_base(loop), -1, 0, on_timer, connection);
    loop_add(loop, connection);
    bufferevent_setcb(connection->bufferevent, on_read, on_write, on_event, connection);
    bufferevent_setwatermark(connection->bufferevent, EV_READ, 0,
                             server->limits.head_bytes_max * 2 > INPUT_BYTES_MAX
                                 ? server->limits.head_bytes_max * 2
                                 : INPUT_BYTES_MAX);
    bufferevent_enable(connection->bufferevent, EV_READ | EV_WRITE);
    connection_expect_request(connection);
}

void connection_free(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;

    loop_remove(connection->loop, connection);
    event_del(&connection->timer);
    bufferevent_free(connection->bufferevent);
    if (exchange != NULL) {
        exchange->connection = NULL;
        exchange->is_gone = true;
        if (!exchange->is_with_worker)
            connection_go_on(exchange);
    }
    free(connection);
}

void connection_drain(struct connection *connection)
{
    if ((connection->state == CONNECTION_HEAD && !connection->has_begun) ||
        (connection->state == CONNECTION_STREAM && connection->exchange->is_paused)) {
        connection_free(connection);
        return;
    }
    connection->is_last = true;
    if (connection->state == CONNECTION_LINGER)
        connection_set_timer(connection, LINGER_MS / 10);
}

void connection_go_on(struct exchange *exchange)
{
    struct connection *connection = exchange->connection;

    if (connection == NULL && exchange->is_stream_open)
        loop_submit(exchange->loop, exchange, TASK_CLOSE);
    else if (connection == NULL)
        exchange_finish(exchange, false);
    else if (connection->state == CONNECTION_WORKING)
        connection_respond(connection);
    else
        connection_stream(connection);
}
