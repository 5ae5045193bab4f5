/*
 * An event loop and its thread. Everything of a connection happens on its loop, so connections need
 * no locks, and libevent's own are not switched on. The only ways in from other threads are the
 * list of exchanges that workers give back, and that of topics whose streams are woken, with an
 * eventfd that wakes the loop.
 */
#include <errno.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "connection.h"

enum { RETRY_MS = 50, TOPICS_MAX = 64 };

struct loop {
    struct http_server *server;
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *wake_event, *retry_event;
    int wake;
    pthread_t thread;
    bool has_thread;
    bool is_draining, is_aborting;
    struct connection *first;
    size_t out_count; /* exchanges that workers have */
    pthread_mutex_t mutex;
    struct exchange *given_back; /* under mutex, as the topics */
    uint64_t topics[TOPICS_MAX]; /* to be woken */
    size_t topic_count;          /* more than TOPICS_MAX: all streams are woken */
    uint64_t wake_count;         /* the loop's own */
    _Atomic int orders;
};

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

struct http_server *loop_server(struct loop *loop)
{
    return loop->server;
}

bool loop_is_draining(const struct loop *loop)
{
    return loop->is_draining;
}

uint64_t loop_wake_count(const struct loop *loop)
{
    return loop->wake_count;
}

void loop_add(struct loop *loop, struct connection *connection)
{
    connection->previous = NULL;
    connection->next = loop->first;
    if (loop->first != NULL)
        loop->first->previous = connection;
    loop->first = connection;
    atomic_fetch_add(&loop->server->connection_count, 1);
    metrics_add_connection(loop->server->metrics);
}

void loop_remove(struct loop *loop, struct connection *connection)
{
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        loop->first = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    atomic_fetch_sub(&loop->server->connection_count, 1);
}

bool loop_submit(struct loop *loop, struct exchange *exchange, enum task task)
{
    exchange->task = task;
    exchange->is_with_worker = true;
    exchange->wake_seen = loop->wake_count;
    loop->out_count++;
    if (workers_submit(loop->server->workers, exchange))
        return true;
    exchange->is_with_worker = false;
    loop->out_count--;
    return false;
}

static void wake(struct loop *loop)
{
    uint64_t one = 1;

    while (write(loop->wake, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

void loop_give_back(struct loop *loop, struct exchange *exchange)
{
    bool was_empty;

    pthread_mutex_lock(&loop->mutex);
    was_empty = loop->given_back == NULL;
    exchange->next = loop->given_back;
    loop->given_back = exchange;
    pthread_mutex_unlock(&loop->mutex);
    if (was_empty)
        wake(loop);
}

void loop_wake_topic(struct loop *loop, uint64_t topic)
{
    bool is_known = false;

    pthread_mutex_lock(&loop->mutex);
    for (size_t t = 0; t < loop->topic_count && t < TOPICS_MAX; t++)
        is_known = is_known || loop->topics[t] == topic;
    if (!is_known && loop->topic_count < TOPICS_MAX)
        loop->topics[loop->topic_count] = topic;
    if (!is_known && loop->topic_count <= TOPICS_MAX)
        loop->topic_count++;
    pthread_mutex_unlock(&loop->mutex);
    wake(loop);
}

static bool is_among(uint64_t topic, const uint64_t *topics, size_t count)
{
    for (size_t t = 0; t < count && t < TOPICS_MAX; t++)
        if (topics[t] == topic || topics[t] == HTTP_TOPIC_ALL)
            return true;
    return count > TOPICS_MAX;
}

/* Streams that pause go on; those that workers have see that the count is another. */
static void wake_streams(struct loop *loop, const uint64_t *topics, size_t count)
{
    if (count == 0)
        return;
    loop->wake_count++;
    for (struct connection *c = loop->first, *next; c != NULL; c = next) {
        next = c->next;
        if (c->state == CONNECTION_STREAM && c->exchange->is_paused &&
            is_among(c->exchange->response.stream.topic, topics, count))
            connection_resume(c);
    }
}

void loop_tell(struct loop *loop, enum loop_order order)
{
    atomic_fetch_or(&loop->orders, (int)order);
    wake(loop);
}

bool loop_has_answered(const struct loop *loop)
{
    return (atomic_load(&loop->orders) & LOOP_ANSWER) == 0;
}

static void stop_listening(struct loop *loop)
{
    if (loop->listener == NULL)
        return;
    event_del(loop->retry_event);
    evconnlistener_free(loop->listener);
    loop->listener = NULL;
    if (atomic_fetch_sub(&loop->server->listener_count, 1) == 1) {
        close(loop->server->listen_socket);
        loop->server->listen_socket = -1;
    }
}

static void obey(struct loop *loop)
{
    int orders = atomic_fetch_and(&loop->orders, ~(int)LOOP_ANSWER);

    if ((orders & LOOP_DRAIN) != 0 && !loop->is_draining) {
        loop->is_draining = true;
        stop_listening(loop);
        for (struct connection *c = loop->first, *next; c != NULL; c = next) {
            next = c->next;
            connection_drain(c);
        }
    }
    if ((orders & LOOP_ABORT) != 0 && !loop->is_aborting) {
        loop->is_aborting = true;
        stop_listening(loop);
        while (loop->first != NULL)
            connection_free(loop->first);
    }
}

static void on_wake(evutil_socket_t socket, short what, void *context)
{
    struct loop *loop = context;
    struct exchange *exchange, *next;
    uint64_t topics[TOPICS_MAX], count;
    size_t topic_count;

    (void)socket;
    (void)what;
    if (read(loop->wake, &count, sizeof count) < 0 && errno != EAGAIN)
        return;
    pthread_mutex_lock(&loop->mutex);
    exchange = loop->given_back;
    loop->given_back = NULL;
    topic_count = loop->topic_count;
    memcpy(topics, loop->topics, sizeof topics);
    loop->topic_count = 0;
    pthread_mutex_unlock(&loop->mutex);
    wake_streams(loop, topics, topic_count); /* first: what comes back now must see the count */
    for (; exchange != NULL; exchange = next) {
        next = exchange->next;
        loop->out_count--;
        exchange->is_with_worker = false;
        connection_go_on(exchange);
    }
    obey(loop);
}

static void on_retry(evutil_socket_t socket, short what, void *context)
{
    struct loop *loop = context;
    struct timeval again = {0, RETRY_MS * 1000};

    (void)socket;
    (void)what;
    if (loop->listener == NULL)
        return;
    if (atomic_load(&loop->server->connection_count) < loop->server->options.connections_max)
        evconnlistener_enable(loop->listener);
    else
        event_add(loop->retry_event, &again);
}

/* Too many connections, or no descriptor left: those that wait stay in the kernel's queue. */
static void pause_listening(struct loop *loop)
{
    struct timeval again = {0, RETRY_MS * 1000};

    evconnlistener_disable(loop->listener);
    event_add(loop->retry_event, &again);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t socket,
                      struct sockaddr *address, int address_bytes, void *context)
{
    struct loop *loop = context;
    char text[ADDRESS_BYTES] = "";

    (void)listener;
    (void)address_bytes;
    if (address->sa_family == AF_INET)
        evutil_inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)address)->sin_addr, text,
                         sizeof text);
    else if (address->sa_family == AF_INET6)
        evutil_inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)address)->sin6_addr, text,
                         sizeof text);
    connection_create(loop, socket, text);
    if (atomic_load(&loop->server->connection_count) >= loop->server->options.connections_max)
        pause_listening(loop);
}

static void on_accept_error(struct evconnlistener *listener, void *context)
{
    (void)listener;
    pause_listening(context);
}

static void *run(void *context)
{
    struct loop *loop = context;

    while (!loop->is_draining || loop->first != NULL || loop->out_count > 0)
        event_base_loop(loop->base, EVLOOP_ONCE);
    return NULL;
}

static enum berm_status prepare(struct loop *loop, struct berm_error *err)
{
    struct event_config *config = event_config_new();

    if (config != NULL) {
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        loop->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->base == NULL || loop->wake < 0)
        return fail_with(err, BERM_IO, "an event loop could not be made");
    loop->wake_event = event_new(loop->base, loop->wake, EV_READ | EV_PERSIST, on_wake, loop);
    loop->retry_event = event_new(loop->base, -1, 0, on_retry, loop);
    loop->listener = evconnlistener_new(loop->base, on_accept, loop, LEV_OPT_CLOSE_ON_EXEC, 0,
                                        loop->server->listen_socket);
    if (loop->wake_event == NULL || loop->retry_event == NULL || loop->listener == NULL ||
        event_add(loop->wake_event, NULL) != 0)
        return fail_with(err, BERM_IO, "an event loop could not be made");
    atomic_fetch_add(&loop->server->listener_count, 1);
    evconnlistener_set_error_cb(loop->listener, on_accept_error);
    if (pthread_create(&loop->thread, NULL, run, loop) != 0)
        return fail_with(err, BERM_NO_MEMORY, "no thread for an event loop could be started");
    loop->has_thread = true;
    return BERM_OK;
}

enum berm_status loop_create(struct http_server *server, struct loop **ret_loop,
                             struct berm_error *err)
{
    struct loop *loop = calloc(1, sizeof *loop);
    enum berm_status status;

    if (loop == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for an event loop");
    loop->server = server;
    loop->wake = -1;
    pthread_mutex_init(&loop->mutex, NULL);
    status = prepare(loop, err);
    if (status != BERM_OK) {
        loop_free(loop);
        return status;
    }
    *ret_loop = loop;
    return BERM_OK;
}

bool loop_join(struct loop *loop, int64_t timeout_ms)
{
    struct timespec until;

    if (!loop->has_thread)
        return true;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    if (pthread_timedjoin_np(loop->thread, NULL, &until) != 0)
        return false;
    loop->has_thread = false;
    return true;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    assert(!loop->has_thread && loop->first == NULL);
    stop_listening(loop);
    if (loop->wake_event != NULL)
        event_free(loop->wake_event);
    if (loop->retry_event != NULL)
        event_free(loop->retry_event);
    if (loop->base != NULL)
        event_base_free(loop->base);
    if (loop->wake >= 0)
        close(loop->wake);
    pthread_mutex_destroy(&loop->mutex);
    free(loop);
}
