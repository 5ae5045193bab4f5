/*
 * The pool of workers behind one bounded queue. Handlers wait for databases; event loops must not.
 * The bound is what keeps a server that is asked too much quick at what it does take: beyond it a
 * request is answered 503 at once instead of waiting until nobody wants its answer. Streams that
 * are under way come back to the queue for each piece and are never turned away (there are no more
 * of them than connections), so that a slow reader holds a connection but no worker.
 *
 * Handlers that wait for what all share (the one writer, the one password) get some of the workers
 * only. The rest of them stay in a line of their own: many changes at once are done one batch
 * after the other instead of being refused, and what only reads goes on beside them.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "server.h"

/* Exchanges in the order in which they came. */
struct line {
    struct exchange *first, *last;
};

struct worker {
    struct workers *workers;
    pthread_t thread;
    struct arena *arena;
    void *own; /* of options.worker_create */
};

struct workers {
    struct http_server *server;
    pthread_mutex_t mutex;
    pthread_cond_t has_work;
    struct line usual, slow; /* slow: HTTP_ROUTE_WAITS */
    uint64_t last_ticket;
    int slow_busy_count;
    size_t waiting_count, busy_count;
    bool is_stopping;
    int thread_count;
    struct worker threads[WORKERS_MAX];
};

static void handle(struct worker *worker, struct exchange *exchange)
{
    const struct http_options *options = &exchange->server->options;
    struct http_request *request = &exchange->request;
    struct refusal refusal;

    arena_reset(worker->arena);
    request->arena = worker->arena;
    request->worker = worker->own;
    request->body = buffer_text(&exchange->body);
    refusal = query_decode(exchange->head.query, exchange->query_bytes, request->query,
                           &request->query_count);
    if (refusal.status != 0) {
        http_response_problem(&exchange->response, refusal.status, NULL, text_of(refusal.detail));
        return;
    }
    request->route = &options->routes[exchange->route_index];
    request->route->handle(options->context, request, &exchange->response);
    if (exchange->response.body.has_failed || exchange->response.headers.has_failed)
        http_response_problem(&exchange->response, 500, NULL,
                              TEXT("the response could not be made"));
    exchange->is_stream_open = exchange->response.stream.next != NULL;
}

static void close_stream(struct worker *worker, struct exchange *exchange, bool is_complete)
{
    const struct http_stream *stream = &exchange->response.stream;

    if (exchange->is_stream_open && stream->close != NULL)
        stream->close(stream->context, worker->own, is_complete);
    exchange->is_stream_open = false;
}

static void make_chunk(struct worker *worker, struct exchange *exchange)
{
    const struct http_stream *stream = &exchange->response.stream;
    struct berm_error error;

    if (exchange->request.method == HTTP_HEAD) {
        exchange->is_last_chunk = true;
        close_stream(worker, exchange, true);
        return;
    }
    if (stream->next(stream->context, worker->own, &exchange->chunk, &exchange->is_last_chunk,
                     &error) != BERM_OK ||
        exchange->chunk.has_failed)
        exchange->has_failed = exchange->is_last_chunk = true;
    exchange->pause_ms = 0;
    if (exchange->is_last_chunk)
        close_stream(worker, exchange, !exchange->has_failed);
    else if (stream->pause_ms != NULL)
        exchange->pause_ms = stream->pause_ms(stream->context);
}

static void work(struct worker *worker, struct exchange *exchange)
{
    if (exchange->task == TASK_HANDLE && !exchange->is_gone)
        handle(worker, exchange);
    if (exchange->is_gone || exchange->task == TASK_CLOSE)
        close_stream(worker, exchange, false);
    else if (exchange->is_stream_open)
        make_chunk(worker, exchange);
    if (exchange->task == TASK_HANDLE && exchange->has_failed) {
        exchange->has_failed = false; /* nothing was sent yet: it can still be said */
        http_response_problem(&exchange->response, 500, NULL,
                              TEXT("the response could not be made"));
    }
}

static bool is_slow(const struct http_server *server, const struct exchange *exchange)
{
    return exchange->task == TASK_HANDLE &&
           (server->options.routes[exchange->route_index].flags & HTTP_ROUTE_WAITS) != 0;
}

/* The line whose turn it is, the older of both; NULL where there is nothing that may run now. */
static struct line *next_line(struct workers *workers)
{
    const struct exchange *usual = workers->usual.first, *slow = workers->slow.first;

    if (slow == NULL || workers->slow_busy_count >= workers->server->options.waiting_handlers_max)
        return usual ? &workers->usual : NULL;
    return usual && usual->ticket < slow->ticket ? &workers->usual : &workers->slow;
}

/* The next exchange, or NULL when the pool stops. */
static struct exchange *take(struct workers *workers, bool *ret_is_slow)
{
    struct exchange *exchange = NULL;
    struct line *line;

    pthread_mutex_lock(&workers->mutex);
    while ((line = next_line(workers)) == NULL && !workers->is_stopping)
        pthread_cond_wait(&workers->has_work, &workers->mutex);
    *ret_is_slow = line == &workers->slow;
    if (line != NULL) {
        exchange = line->first;
        line->first = exchange->next;
        workers->waiting_count--;
        workers->busy_count++;
        workers->slow_busy_count += *ret_is_slow;
    }
    pthread_mutex_unlock(&workers->mutex);
    return exchange;
}

static void end(struct workers *workers, bool was_slow)
{
    pthread_mutex_lock(&workers->mutex);
    workers->busy_count--;
    workers->slow_busy_count -= was_slow;
    if (was_slow && workers->slow.first != NULL)
        pthread_cond_signal(&workers->has_work); /* one of them may run now */
    pthread_mutex_unlock(&workers->mutex);
}

static void *run(void *context)
{
    struct worker *worker = context;
    struct workers *workers = worker->workers;
    struct exchange *exchange;
    bool was_slow;

    while ((exchange = take(workers, &was_slow)) != NULL) {
        work(worker, exchange);
        end(workers, was_slow);
        loop_give_back(exchange->loop, exchange);
    }
    return NULL;
}

bool workers_submit(struct workers *workers, struct exchange *exchange)
{
    const struct http_options *options = &workers->server->options;
    bool is_new = exchange->task == TASK_HANDLE;
    bool is_ahead =
        is_new && (options->routes[exchange->route_index].flags & HTTP_ROUTE_AHEAD) != 0;
    struct line *line = is_slow(workers->server, exchange) ? &workers->slow : &workers->usual;
    bool is_taken;

    pthread_mutex_lock(&workers->mutex);
    /* Those that go ahead have as many places again, so that they are bounded too. */
    is_taken = !is_new || workers->waiting_count < options->queue_max * (is_ahead ? 2 : 1);
    if (is_taken) {
        exchange->next = NULL;
        exchange->ticket = is_ahead ? 0 : ++workers->last_ticket;
        if (line->first == NULL) {
            line->first = line->last = exchange;
        } else if (is_ahead) {
            exchange->next = line->first;
            line->first = exchange;
        } else {
            line->last->next = exchange;
            line->last = exchange;
        }
        workers->waiting_count++;
        pthread_cond_signal(&workers->has_work);
    }
    pthread_mutex_unlock(&workers->mutex);
    return is_taken;
}

size_t workers_waiting(struct workers *workers)
{
    size_t count;

    pthread_mutex_lock(&workers->mutex);
    count = workers->waiting_count;
    pthread_mutex_unlock(&workers->mutex);
    return count;
}

size_t workers_busy(struct workers *workers)
{
    size_t count;

    pthread_mutex_lock(&workers->mutex);
    count = workers->busy_count;
    pthread_mutex_unlock(&workers->mutex);
    return count;
}

static enum berm_status start_one(struct workers *workers, struct berm_error *err)
{
    const struct http_options *options = &workers->server->options;
    struct worker *worker = &workers->threads[workers->thread_count];

    worker->workers = workers;
    TRY(arena_create(options->arena_bytes_max, &worker->arena, err));
    if (options->worker_create != NULL) {
        enum berm_status status = options->worker_create(options->context, &worker->own, err);

        if (status != BERM_OK) {
            arena_free(worker->arena);
            return status;
        }
    }
    if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
        if (options->worker_free != NULL)
            options->worker_free(options->context, worker->own);
        arena_free(worker->arena);
        return fail_with(err, BERM_NO_MEMORY, "no thread for a worker could be started");
    }
    workers->thread_count++;
    return BERM_OK;
}

enum berm_status workers_create(struct http_server *server, struct workers **ret_workers,
                                struct berm_error *err)
{
    struct workers *workers = calloc(1, sizeof *workers);
    enum berm_status status = BERM_OK;

    if (workers == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the workers");
    workers->server = server;
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->has_work, NULL);
    while (status == BERM_OK && workers->thread_count < server->options.worker_count)
        status = start_one(workers, err);
    if (status != BERM_OK) {
        workers_stop(workers, 1000);
        workers_free(workers);
        return status;
    }
    *ret_workers = workers;
    return BERM_OK;
}

bool workers_stop(struct workers *workers, int64_t timeout_ms)
{
    const struct http_options *options = &workers->server->options;
    struct timespec until;

    pthread_mutex_lock(&workers->mutex);
    workers->is_stopping = true;
    pthread_cond_broadcast(&workers->has_work);
    pthread_mutex_unlock(&workers->mutex);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (timeout_ms + 999) / 1000;
    for (; workers->thread_count > 0; workers->thread_count--) {
        struct worker *worker = &workers->threads[workers->thread_count - 1];

        if (pthread_timedjoin_np(worker->thread, NULL, &until) != 0)
            return false;
        if (options->worker_free != NULL)
            options->worker_free(options->context, worker->own);
        arena_free(worker->arena);
    }
    return true;
}

void workers_free(struct workers *workers)
{
    if (workers == NULL)
        return;
    assert(workers->thread_count == 0);
    pthread_mutex_destroy(&workers->mutex);
    pthread_cond_destroy(&workers->has_work);
    free(workers);
}
