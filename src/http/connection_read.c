/*
 * From bytes to an exchange: the head is found, read and routed, the body is collected, and the
 * whole is given to a worker. What is refused before its body has come closes the connection, for
 * nobody can tell where the next request would begin.
 */
#include <string.h>

#include "connection.h"

static struct evbuffer *input_of(const struct connection *connection)
{
    return bufferevent_get_input(connection->bufferevent);
}

void connection_expect_request(struct connection *connection)
{
    connection->state = CONNECTION_HEAD;
    connection->has_begun = false;
    connection->scanner = (struct head_scanner){0};
    connection_set_timer(connection, loop_server(connection->loop)->options.idle_timeout_ms);
    if (evbuffer_get_length(input_of(connection)) > 0)
        connection_read(connection);
}

/* All of it has come: a worker takes it, or the queue is full. */
static void dispatch(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;

    connection->state = CONNECTION_WORKING;
    event_del(&connection->timer);
    if (loop_submit(connection->loop, exchange, TASK_HANDLE))
        return;
    metrics_add_queue_full(exchange->server->metrics);
    http_response_problem(&exchange->response, 503, NULL,
                          TEXT("the server is busy; try again in a moment"));
    http_response_header(&exchange->response, "Retry-After", TEXT("1"));
    connection_respond(connection);
}

static void read_body(struct connection *connection)
{
    struct evbuffer *input = input_of(connection);
    struct exchange *exchange = connection->exchange;
    struct evbuffer_iovec piece;

    while (evbuffer_peek(input, -1, NULL, &piece, 1) > 0 && piece.iov_len > 0) {
        struct text bytes = {piece.iov_base, piece.iov_len}, data = bytes;
        struct refusal refusal = {0, NULL};
        size_t used;

        if (exchange->head.is_chunked) {
            refusal = chunked_decode(&connection->chunked, bytes, &used, &data);
        } else {
            if (data.length > connection->body_left_bytes)
                data.length = (size_t)connection->body_left_bytes;
            connection->body_left_bytes -= data.length;
            used = data.length;
        }
        if (refusal.status == 0)
            refusal = exchange_append_body(exchange, data);
        if (refusal.status != 0) {
            connection_refuse(connection, refusal);
            return;
        }
        evbuffer_drain(input, used);
        if (exchange->head.is_chunked ? connection->chunked.is_done
                                      : connection->body_left_bytes == 0) {
            dispatch(connection);
            return;
        }
    }
}

static void begin_body(struct connection *connection)
{
    static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct exchange *exchange = connection->exchange;
    const struct http_options *options = &exchange->server->options;

    if (exchange->head.content_length > exchange->body_bytes_max) {
        connection_refuse(connection, (struct refusal){413, "the body is too large"});
        return;
    }
    if (!exchange->head.is_chunked && exchange->head.content_length == 0) {
        dispatch(connection);
        return;
    }
    connection->state = CONNECTION_BODY;
    connection->chunked = (struct chunked){0};
    connection->body_left_bytes = exchange->head.content_length;
    connection_set_timer(connection, options->body_timeout_ms);
    if (exchange->head.expects_continue && evbuffer_get_length(input_of(connection)) == 0) {
        bufferevent_write(connection->bufferevent, CONTINUE, sizeof CONTINUE - 1);
        connection->added_bytes += sizeof CONTINUE - 1;
    }
    read_body(connection);
}

/* No handler: 404 or 405, after which the connection goes on where no body is on its way. */
static void answer_without_route(struct connection *connection, const struct match *match)
{
    struct exchange *exchange = connection->exchange;
    CLEANUP(buffer_free) struct buffer allow = {0};

    if (match->allow_methods == 0) {
        http_response_problem(&exchange->response, 404, NULL, TEXT("there is nothing here"));
    } else {
        http_response_problem(&exchange->response, 405, NULL,
                              TEXT("this method is not for this address"));
        allow_write(match->allow_methods, &allow);
        http_response_header(&exchange->response, "Allow", buffer_text(&allow));
    }
    if (exchange->head.is_chunked || exchange->head.content_length > 0)
        connection->is_last = true;
    connection_respond(connection);
}

static void route(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;
    struct http_server *server = exchange->server;
    struct http_request *request = &exchange->request;
    struct refusal refusal = path_decode(exchange->head.path, exchange->path_bytes, &request->path);
    struct match match;

    if (refusal.status != 0) {
        connection_refuse(connection, refusal);
        return;
    }
    router_match(server->router, request->method, request->path, &match);
    exchange->route_index = match.route_index;
    if (match.route_index < 0) {
        answer_without_route(connection, &match);
        return;
    }
    request->parameter_count = match.parameter_count;
    memcpy(request->parameters, match.parameters,
           match.parameter_count * sizeof match.parameters[0]);
    exchange->body_bytes_max = server->options.routes[match.route_index].body_bytes_max;
    if (exchange->body_bytes_max == 0)
        exchange->body_bytes_max = server->options.body_bytes_max;
    begin_body(connection);
}

/* A head of this length stands at the front of the input. */
static void begin_request(struct connection *connection, size_t head_bytes)
{
    struct http_server *server = loop_server(connection->loop);
    struct exchange *exchange = exchange_create(connection->loop, connection->address);
    char *room = exchange == NULL ? NULL : buffer_reserve(&exchange->head_bytes, 3 * head_bytes);
    struct refusal refusal;

    if (room == NULL) {
        if (exchange != NULL)
            exchange_free(exchange);
        connection_free(connection);
        return;
    }
    evbuffer_remove(input_of(connection), room, head_bytes);
    exchange->path_bytes = room + head_bytes;
    exchange->query_bytes = room + 2 * head_bytes;
    exchange->connection = connection;
    connection->exchange = exchange;
    refusal = head_parse(room, head_bytes, &server->limits, &exchange->head);
    if (refusal.status != 0) {
        connection_refuse(connection, refusal);
        return;
    }
    exchange->has_head = true;
    exchange->request.method = exchange->head.method;
    exchange->request.headers = exchange->head.fields;
    exchange->request.header_count = exchange->head.field_count;
    route(connection);
}

static void read_head(struct connection *connection)
{
    struct http_server *server = loop_server(connection->loop);
    struct evbuffer *input = input_of(connection);
    size_t length = evbuffer_get_length(input);
    struct refusal refusal;
    size_t head_bytes;

    if (!connection->has_begun) {
        connection->has_begun = true;
        connection_set_timer(connection, server->options.head_timeout_ms);
    }
    /* One byte over the limit is enough to see that it is over. */
    if (length > server->limits.head_bytes_max + 1)
        length = server->limits.head_bytes_max + 1;
    head_bytes =
        head_scan(&connection->scanner,
                  (struct text){(char *)evbuffer_pullup(input, (ev_ssize_t)length), length},
                  &server->limits, &refusal);
    if (refusal.status != 0)
        connection_refuse(connection, refusal);
    else if (head_bytes > 0)
        begin_request(connection, head_bytes);
}

void connection_read(struct connection *connection)
{
    struct evbuffer *input = input_of(connection);

    switch (connection->state) {
    case CONNECTION_HEAD:
        read_head(connection);
        break;
    case CONNECTION_BODY:
        read_body(connection);
        break;
    case CONNECTION_LINGER:
        evbuffer_drain(input, evbuffer_get_length(input));
        break;
    case CONNECTION_WORKING:
    case CONNECTION_STREAM:
    case CONNECTION_WRITING:
        break; /* the next request waits; the high-water mark bounds it */
    }
}
