/*
 * The generator's HTTP client: enough of HTTP/1.1 to read a whole answer (by length or in chunks)
 * and to judge it, since a server that is quick to answer wrongly must not look quick.
 */
#include "client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void *grown(void *bytes, size_t capacity)
{
    bytes = realloc(bytes, capacity);
    if (bytes == NULL) {
        fprintf(stderr, "api_load: no memory left\n");
        exit(2);
    }
    return bytes;
}

static void watch(const struct client *client, int epoll, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = (void *)client};

    if (epoll_ctl(epoll, operation, client->socket, &event) != 0) {
        perror("api_load: epoll_ctl");
        exit(2);
    }
}

bool client_connect(struct client *client, const struct sockaddr_in *address, int epoll)
{
    int yes = 1;

    if (client->socket > 0)
        close(client->socket);
    client->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (client->socket < 0 ||
        connect(client->socket, (const struct sockaddr *)address, sizeof *address) != 0)
        return false;
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    client->is_busy = false;
    client->is_waiting_to_write = false;
    client->is_last = false;
    client->in_length = 0;
    watch(client, epoll, EPOLL_CTL_ADD, EPOLLIN);
    return true;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void append(struct client *client, const char *text, size_t length)
{
    if (client->out_length + length + 1 > client->out_capacity) {
        client->out_capacity = 2 * (client->out_length + length + 1);
        client->out = grown(client->out, client->out_capacity);
    }
    memcpy(client->out + client->out_length, text, length);
    client->out_length += length;
}

/* The text with each "{n}" replaced. */
static void append_numbered(struct client *client, const char *text, uint64_t serial)
{
    char digits[24];
    int digit_count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)serial);

    for (const char *mark; (mark = strstr(text, "{n}")) != NULL; text = mark + 3) {
        append(client, text, (size_t)(mark - text));
        append(client, digits, (size_t)digit_count);
    }
    append(client, text, strlen(text));
}

void client_prepare(struct client *client, const struct request *request,
                    const struct headers *headers, uint64_t serial)
{
    char line[64];
    size_t body_length = 0;

    client->request = request;
    client->is_busy = true;
    client->out_length = client->out_sent = client->in_length = 0;
    if (request->body[0] != 0) { /* its length is known once its numbers are in */
        append_numbered(client, request->body, serial);
        body_length = client->out_length;
        client->out_length = 0;
    }
    append(client, request->method, strlen(request->method));
    append(client, " ", 1);
    append_numbered(client, request->path, serial);
    append(client, " HTTP/1.1\r\nHost: 127.0.0.1\r\n", strlen(" HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
    append_numbered(client, headers->always, serial);
    if (request->body[0] != 0) {
        append_numbered(client, headers->with_body, serial);
        append(client, line,
               (size_t)snprintf(line, sizeof line, "Content-Length: %zu\r\n", body_length));
    }
    append(client, "\r\n", 2);
    append_numbered(client, request->body, serial);
}

bool client_send(struct client *client, int epoll)
{
    ssize_t count = send(client->socket, client->out + client->out_sent,
                         client->out_length - client->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    bool is_whole = false;

    if (count < 0 && errno != EAGAIN)
        return false;
    client->out_sent += count < 0 ? 0 : (size_t)count;
    is_whole = client->out_sent == client->out_length;
    if (is_whole == client->is_waiting_to_write) {
        client->is_waiting_to_write = !is_whole;
        watch(client, epoll, EPOLL_CTL_MOD, is_whole ? EPOLLIN : EPOLLIN | EPOLLOUT);
    }
    return true;
}

/* ---- The answer ------------------------------------------------------------------------------ */

/* The value of a header in the head, which is ended by 0; NULL where it is not there. */
static const char *header_value(const char *head, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " ");
    }
    return NULL;
}

/* Join the chunks in place. false: the last one has not come yet. */
static bool join_chunks(char *body, size_t length, size_t *ret_length, bool *ret_is_whole)
{
    char *end = body + length;
    size_t joined = 0;

    *ret_is_whole = false;
    for (char *at = body; at < end;) {
        char *line_end = memchr(at, '\n', (size_t)(end - at));
        size_t size = 0;

        if (line_end == NULL)
            return false;
        size = strtoul(at, NULL, 16);
        if ((size_t)(end - line_end - 1) < size + 2)
            return false;
        if (size == 0) {
            *ret_length = joined;
            *ret_is_whole = true;
            return true;
        }
        joined += size;
        at = line_end + 1 + size + 2;
    }
    return false;
}

/* Whether the text is in the body, of which the chunks' heads may be a part. */
static enum answer judge(const struct client *client, size_t head_length, size_t body_length,
                         char *ret_problem, size_t size)
{
    const struct request *request = client->request;
    const char *body = client->in + head_length;
    size_t raw_length = client->in_length - head_length;
    const char *problem = NULL;

    if (client->status != request->status)
        problem = "status";
    else if (body_length < request->length_min)
        problem = "too short";
    else if (request->contains[0] != 0 &&
             memmem(body, raw_length, request->contains, strlen(request->contains)) == NULL)
        problem = "not the text";
    if (problem == NULL)
        return ANSWER_RIGHT;
    snprintf(ret_problem, size, "%s %s: %s: %d, %zu bytes: %.*s", request->method, request->path,
             problem, client->status, body_length, (int)(raw_length < 300 ? raw_length : 300),
             body);
    return ANSWER_WRONG;
}

static enum answer look(struct client *client, char *ret_problem, size_t size)
{
    char *head_end = NULL;
    const char *length_text = NULL;
    const char *connection = NULL;
    const char *coding = NULL;
    const char *retry_after = NULL;
    size_t head_length = 0;
    size_t body_length = 0;
    size_t arrived = 0;
    bool is_whole = false;

    client->in[client->in_length] = 0;
    head_end = strstr(client->in, "\r\n\r\n");
    if (head_end == NULL)
        return ANSWER_INCOMPLETE;
    head_length = (size_t)(head_end + 4 - client->in);
    arrived = client->in_length - head_length;
    if (sscanf(client->in, "HTTP/1.1 %d", &client->status) != 1) {
        snprintf(ret_problem, size, "no HTTP: %.100s", client->in);
        return ANSWER_BROKEN;
    }
    head_end[2] = 0;
    connection = header_value(client->in, "Connection");
    client->is_last = connection != NULL && strncasecmp(connection, "close", 5) == 0;
    length_text = header_value(client->in, "Content-Length");
    coding = header_value(client->in, "Transfer-Encoding");
    retry_after = header_value(client->in, "Retry-After");
    client->retry_after_s = retry_after == NULL ? -1 : atoi(retry_after);
    if (coding != NULL) {
        join_chunks(client->in + head_length, arrived, &body_length, &is_whole);
    } else {
        body_length = length_text == NULL ? 0 : strtoul(length_text, NULL, 10);
        is_whole = arrived >= body_length;
    }
    head_end[2] = '\r';
    if (!is_whole)
        return ANSWER_INCOMPLETE;
    return judge(client, head_length, body_length, ret_problem, size);
}

enum answer client_receive(struct client *client, char *ret_problem, size_t size)
{
    ssize_t count = 0;

    if (client->in_capacity - client->in_length < 16384) {
        client->in_capacity = 2 * client->in_capacity + 32768;
        client->in = grown(client->in, client->in_capacity);
    }
    count = recv(client->socket, client->in + client->in_length,
                 client->in_capacity - client->in_length - 1, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN)
        return ANSWER_INCOMPLETE;
    if (count <= 0) {
        snprintf(ret_problem, size, "the connection ended%s%s", client->is_busy ? " during " : "",
                 client->is_busy ? client->request->path : "");
        return ANSWER_BROKEN;
    }
    client->in_length += (size_t)count;
    return look(client, ret_problem, size);
}
