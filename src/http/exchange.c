/* A request with its response: made by a loop, lent to workers, ended by the loop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "connection.h"

enum { CHUNK_BYTES_MAX = 4 << 20 };

uint64_t clock_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* One to one, so that no two requests of a server have the same id, and none can be guessed from
 * another at a glance. Source  splitmix64's finish. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

struct exchange *exchange_create(struct loop *loop, const char *address)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    struct http_server *server = loop_server(loop);

    if (exchange == NULL)
        return NULL;
    exchange->server = server;
    exchange->loop = loop;
    exchange->route_index = -1;
    exchange->response.status = 200;
    exchange->started_ns = clock_ns();
    exchange->chunk.cap_bytes = CHUNK_BYTES_MAX;
    memcpy(exchange->address, address, strlen(address) + 1);
    snprintf(exchange->id, sizeof exchange->id, "%016llx",
             (unsigned long long)mix(atomic_fetch_add(&server->next_id, 1)));
    exchange->request.server = server;
    exchange->request.address = text_of(exchange->address);
    exchange->request.id = text_of(exchange->id);
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    assert(!exchange->is_stream_open && !exchange->is_with_worker);
    atomic_fetch_sub(&exchange->server->bodies_bytes, exchange->body.length);
    buffer_free(&exchange->head_bytes);
    buffer_free(&exchange->body);
    buffer_free(&exchange->chunk);
    buffer_free(&exchange->response.body);
    buffer_free(&exchange->response.headers);
    free(exchange);
}

struct refusal exchange_append_body(struct exchange *exchange, struct text data)
{
    struct http_server *server = exchange->server;

    if (data.length == 0)
        return (struct refusal){0, NULL};
    if (data.length > exchange->body_bytes_max - exchange->body.length)
        return (struct refusal){413, "the body is too large"};
    if (atomic_load(&server->bodies_bytes) + data.length > server->options.bodies_bytes_max)
        return (struct refusal){503, "the server has too many requests in hand"};
    buffer_append_text(&exchange->body, data);
    if (exchange->body.has_failed)
        return (struct refusal){503, "the server has no memory for this body"};
    atomic_fetch_add(&server->bodies_bytes, data.length);
    return (struct refusal){0, NULL};
}

void exchange_finish(struct exchange *exchange, bool is_complete)
{
    struct http_server *server = exchange->server;
    uint64_t duration_ns = clock_ns() - exchange->started_ns;

    if (is_complete)
        metrics_add_request(server->metrics, exchange->route_index, exchange->response.status,
                            duration_ns, exchange->sent_bytes);
    else
        metrics_add_aborted(server->metrics);
    if (server->log != NULL)
        request_log_write(server->log, exchange, duration_ns, is_complete);
    exchange_free(exchange);
}
