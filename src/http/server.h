/* The parts of a running server and how they meet. Private to http. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "head.h"
#include "metrics.h"
#include "router.h"

enum { IO_THREADS_MAX = 16, WORKERS_MAX = 256, ADDRESS_BYTES = INET6_ADDRSTRLEN };

struct loop;
struct connection;
struct tls;
struct request_log;

/* What a worker is to do with an exchange. */
enum task {
    TASK_HANDLE, /* call the route's handler */
    TASK_NEXT,   /* the stream's next piece */
    TASK_CLOSE,  /* the stream's end: its client is gone */
};

/*
 * A request and its response. It belongs to one thread at a time: its loop's, or a worker's while
 * it is in the queue or in a handler. The queue and the loop's list hand it over.
 */
struct exchange {
    struct http_request request;
    struct http_response response;
    struct http_server *server;
    struct loop *loop;
    struct connection *connection; /* the loop's; NULL when the client is gone */
    int route_index;               /* -1: no route */
    enum task task;
    bool is_with_worker;  /* the loop's */
    bool has_head;        /* head was read: method and route are known */
    bool is_stream_open;  /* the worker set it; close has not been called */
    bool is_last_chunk;   /* the stream gave its last piece, or failed */
    bool has_failed;      /* the stream failed: the response is cut off */
    bool is_paused;       /* the loop's: the stream waits for its timer or a wake */
    int64_t pause_ms;     /* what the stream asked for behind its last piece */
    uint64_t wake_seen;   /* the loop's wakes when a worker got it */
    _Atomic bool is_gone; /* the client is gone: a worker need not make more */
    uint64_t started_ns;
    uint64_t sent_bytes; /* body and head, as handed to the connection */
    size_t body_bytes_max;
    struct buffer head_bytes; /* what head's slices point to */
    char *path_bytes, *query_bytes;
    struct buffer body;
    struct buffer chunk;
    char address[ADDRESS_BYTES], id[17];
    struct head head;
    uint64_t ticket; /* of the workers' lines: smaller came earlier */
    struct exchange *next;
};

/** NULL where there is no memory. */
struct exchange *exchange_create(struct loop *loop, const char *address);
void exchange_free(struct exchange *exchange); /* the stream must be closed */
/** Append to the body; 413, 503 (all bodies together are too large) or fine. */
struct refusal exchange_append_body(struct exchange *exchange, struct text data);

struct http_server {
    struct http_options options; /* with every 0 replaced */
    struct head_limits limits;
    struct router *router;
    struct workers *workers;
    struct request_log *log; /* NULL: none */
    struct tls *tls;         /* NULL: none */
    struct loop *loops[IO_THREADS_MAX];
    int loop_count;
    int listen_socket;
    _Atomic int listener_count; /* loops that still listen; the last closes the socket */
    int port;
    _Atomic bool is_stopping;
    bool is_stopped;
    bool is_left_behind; /* a handler never returned */
    _Atomic size_t connection_count;
    _Atomic size_t bodies_bytes;
    _Atomic uint64_t next_id;
    struct metrics *metrics;
};

/* ---- workers.c: the bounded queue and its threads ---- */

MUST_USE enum berm_status workers_create(struct http_server *server, struct workers **ret_workers,
                                         struct berm_error *err);
/** Hand over; false (the exchange stays the caller's) where the queue is full. */
bool workers_submit(struct workers *workers, struct exchange *exchange);
size_t workers_waiting(struct workers *workers);
size_t workers_busy(struct workers *workers);
/** End the threads when the queue is empty. false where some did not end within the time. */
bool workers_stop(struct workers *workers, int64_t timeout_ms);
void workers_free(struct workers *workers);

/* ---- loop.c: an event loop with its thread ---- */

MUST_USE enum berm_status loop_create(struct http_server *server, struct loop **ret_loop,
                                      struct berm_error *err);
/** From a worker: the exchange is the loop's again. */
void loop_give_back(struct loop *loop, struct exchange *exchange);
/** From any thread: streams of this topic are asked for their next piece. */
void loop_wake_topic(struct loop *loop, uint64_t topic);
enum loop_order { LOOP_DRAIN = 1, LOOP_ABORT = 2, LOOP_ANSWER = 4 };
/** DRAIN: no more connections, idle ones close. ABORT: all close at once. ANSWER: nothing, but
 * loop_has_answered tells whether it came to it. */
void loop_tell(struct loop *loop, enum loop_order order);
/** Was the last LOOP_ANSWER obeyed? true before the first. */
bool loop_has_answered(const struct loop *loop);
/** Has the thread ended? Waits so long for it. */
bool loop_join(struct loop *loop, int64_t timeout_ms);
void loop_free(struct loop *loop);

/* ---- response.c ---- */

/** The status line and all header fields, with the empty line. */
void response_write_head(const struct exchange *exchange, bool is_last, struct buffer *out);
/** May a response with this status have a body? */
bool status_has_body(int status);
/** The body's length where it is not a stream. */
struct text response_body(const struct http_response *response);

/* ---- log.c: the request log ---- */

MUST_USE enum berm_status request_log_create(int file, enum http_log_address address,
                                             struct request_log **ret_log, struct berm_error *err);
/** Never waits for the file: where it is slow, lines are lost, and counted in the next one. */
void request_log_write(struct request_log *log, const struct exchange *exchange,
                       uint64_t duration_ns, bool is_complete);
void request_log_free(struct request_log *log); /* writes what is left */
void address_shorten(char address[ADDRESS_BYTES]);

/* ---- listen.c, tls.c, notify.c ---- */

MUST_USE enum berm_status listen_on(const char *address, int *ret_socket, int *ret_port,
                                    struct berm_error *err);
/** "READY=1" and the like to systemd, where NOTIFY_SOCKET names its socket. */
void notify_supervisor(const char *state);

MUST_USE enum berm_status tls_create(const char *certificate, const char *key, struct tls **ret_tls,
                                     struct berm_error *err);
/** Read the files again; what runs goes on with the old ones, and so does all where it fails. */
MUST_USE enum berm_status tls_reload(struct tls *tls, struct berm_error *err);
void tls_free(struct tls *tls);

uint64_t clock_ns(void); /* monotonic */

#endif
