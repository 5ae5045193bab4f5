/* Counters that all threads add to without waiting. Private to http. */
#ifndef HTTP_METRICS_H
#define HTTP_METRICS_H

#include "http/http.h"

struct metrics;

struct metrics *metrics_create(size_t route_count); /* NULL: no memory */
void metrics_free(struct metrics *metrics);
/** A response was sent. route_index -1: no route. */
void metrics_add_request(struct metrics *metrics, int route_index, int status, uint64_t duration_ns,
                         uint64_t sent_bytes);
void metrics_add_connection(struct metrics *metrics);
/** A client left, or was cut off, before its response was complete. */
void metrics_add_aborted(struct metrics *metrics);
/** A request was refused because the queue was full. */
void metrics_add_queue_full(struct metrics *metrics);
/** A connection was closed because its request could not be read. */
void metrics_add_refused(struct metrics *metrics, int status);

struct gauges {
    size_t connections, queued, busy_workers, workers;
    size_t bodies_bytes;
};

void metrics_write(const struct metrics *metrics, const struct http_route *routes,
                   size_t route_count, struct gauges gauges, struct buffer *out);

#endif
