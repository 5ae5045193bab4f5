/*
 * The server's figures. Counters are relaxed atomics in fixed tables: adding costs nanoseconds and
 * the number of series is known from the start, whatever clients send (a label made from a path
 * would let a stranger fill the memory).
 */
#include "metrics.h"

#include <stdatomic.h>
#include <stdlib.h>

static const int STATUSES[] = {200, 201, 202, 204, 206, 303, 304, 400, 401, 403, 404,
                               405, 406, 408, 409, 410, 412, 413, 414, 415, 417, 422,
                               428, 429, 431, 500, 501, 502, 503, 504, 505, 0 /* other */};
enum { STATUS_COUNT = 32, BUCKET_COUNT = 12 };

static const struct {
    uint64_t ns;
    const char *seconds;
} BUCKETS[BUCKET_COUNT] = {
    {500000, "0.0005"},  {1000000, "0.001"},  {2500000, "0.0025"}, {5000000, "0.005"},
    {10000000, "0.01"},  {25000000, "0.025"}, {50000000, "0.05"},  {100000000, "0.1"},
    {250000000, "0.25"}, {1000000000, "1"},   {5000000000, "5"},   {30000000000, "30"},
};

_Static_assert(ARRAY_COUNT(STATUSES) == STATUS_COUNT, "STATUS_COUNT counts STATUSES");

struct route_counters {
    _Atomic uint64_t by_status[STATUS_COUNT];
    _Atomic uint64_t by_duration[BUCKET_COUNT + 1];
    _Atomic uint64_t duration_ns;
};

struct metrics {
    _Atomic uint64_t connections, aborted, queue_full, sent_bytes;
    _Atomic uint64_t refused[STATUS_COUNT];
    struct route_counters routes[]; /* the last is for what has no route */
};

static void add(_Atomic uint64_t *counter, uint64_t value)
{
    atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static size_t status_index(int status)
{
    size_t s = 0;

    while (STATUSES[s] != 0 && STATUSES[s] != status)
        s++;
    return s;
}

struct metrics *metrics_create(size_t route_count)
{
    struct metrics *metrics =
        calloc(1, sizeof *metrics + (route_count + 1) * sizeof metrics->routes[0]);

    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    free(metrics);
}

/* The counters for "no route" stand first, so that the index needs no count. */
void metrics_add_request(struct metrics *metrics, int route_index, int status, uint64_t duration_ns,
                         uint64_t sent_bytes)
{
    struct route_counters *route = &metrics->routes[route_index + 1];
    size_t b = 0;

    while (b < BUCKET_COUNT && duration_ns > BUCKETS[b].ns)
        b++;
    add(&route->by_status[status_index(status)], 1);
    add(&route->by_duration[b], 1);
    add(&route->duration_ns, duration_ns);
    add(&metrics->sent_bytes, sent_bytes);
}

void metrics_add_connection(struct metrics *metrics)
{
    add(&metrics->connections, 1);
}

void metrics_add_aborted(struct metrics *metrics)
{
    add(&metrics->aborted, 1);
}

void metrics_add_queue_full(struct metrics *metrics)
{
    add(&metrics->queue_full, 1);
}

void metrics_add_refused(struct metrics *metrics, int status)
{
    add(&metrics->refused[status_index(status)], 1);
}

static void write_one(struct buffer *out, const char *name, const char *type, const char *help,
                      uint64_t value)
{
    buffer_append_format(out, "# HELP berm_http_%s %s\n# TYPE berm_http_%s %s\nberm_http_%s %llu\n",
                         name, help, name, type, name, (unsigned long long)value);
}

static void write_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_append_format(out, "# HELP berm_http_%s %s\n# TYPE berm_http_%s %s\n", name, help, name,
                         type);
}

/* Routes are the program's own literals without quotes, so labels need no escaping. */
static void write_label(struct buffer *out, const struct http_route *route)
{
    if (route == NULL)
        buffer_append_text(out, TEXT("method=\"\",route=\"\""));
    else
        buffer_append_format(out, "method=\"%s\",route=\"%s\"", http_method_name(route->method),
                             route->pattern);
}

static void write_requests(const struct route_counters *counters, const struct http_route *route,
                           struct buffer *out)
{
    for (size_t s = 0; s < STATUS_COUNT; s++) {
        uint64_t count = get(&counters->by_status[s]);

        if (count == 0)
            continue;
        buffer_append_text(out, TEXT("berm_http_requests_total{"));
        write_label(out, route);
        buffer_append_format(out, ",status=\"%d\"} %llu\n", STATUSES[s], (unsigned long long)count);
    }
}

static void write_durations(const struct route_counters *counters, const struct http_route *route,
                            struct buffer *out)
{
    uint64_t count = 0;

    for (size_t b = 0; b <= BUCKET_COUNT; b++)
        count += get(&counters->by_duration[b]);
    if (count == 0)
        return;
    count = 0;
    for (size_t b = 0; b <= BUCKET_COUNT; b++) {
        count += get(&counters->by_duration[b]);
        buffer_append_text(out, TEXT("berm_http_request_duration_seconds_bucket{"));
        write_label(out, route);
        buffer_append_format(out, ",le=\"%s\"} %llu\n",
                             b < BUCKET_COUNT ? BUCKETS[b].seconds : "+Inf",
                             (unsigned long long)count);
    }
    buffer_append_text(out, TEXT("berm_http_request_duration_seconds_sum{"));
    write_label(out, route);
    buffer_append_format(out, "} %.6f\n", (double)get(&counters->duration_ns) / 1e9);
    buffer_append_text(out, TEXT("berm_http_request_duration_seconds_count{"));
    write_label(out, route);
    buffer_append_format(out, "} %llu\n", (unsigned long long)count);
}

void metrics_write(const struct metrics *metrics, const struct http_route *routes,
                   size_t route_count, struct gauges gauges, struct buffer *out)
{
    write_head(out, "requests_total", "counter", "Responses sent, by route and status.");
    for (size_t r = 0; r <= route_count; r++)
        write_requests(&metrics->routes[r], r == 0 ? NULL : &routes[r - 1], out);
    write_head(out, "request_duration_seconds", "histogram",
               "From a request's head to its response's last byte.");
    for (size_t r = 0; r <= route_count; r++)
        write_durations(&metrics->routes[r], r == 0 ? NULL : &routes[r - 1], out);
    write_head(out, "refused_total", "counter", "Connections closed because of what they sent.");
    for (size_t s = 0; s < STATUS_COUNT; s++)
        if (get(&metrics->refused[s]) > 0)
            buffer_append_format(out, "berm_http_refused_total{status=\"%d\"} %llu\n", STATUSES[s],
                                 (unsigned long long)get(&metrics->refused[s]));
    write_one(out, "queue_full_total", "counter",
              "Requests answered 503 because the queue was full.", get(&metrics->queue_full));
    write_one(out, "aborted_total", "counter", "Responses that their client did not wait for.",
              get(&metrics->aborted));
    write_one(out, "sent_bytes_total", "counter", "Bytes of responses.", get(&metrics->sent_bytes));
    write_one(out, "connections_total", "counter", "Connections taken.",
              get(&metrics->connections));
    write_one(out, "connections", "gauge", "Connections open now.", gauges.connections);
    write_one(out, "queue_length", "gauge", "Requests that wait for a worker.", gauges.queued);
    write_one(out, "workers_busy", "gauge", "Workers that run a handler.", gauges.busy_workers);
    write_one(out, "workers", "gauge", "Workers.", gauges.workers);
    write_one(out, "bodies_bytes", "gauge", "Bytes of request bodies in memory.",
              gauges.bodies_bytes);
}
