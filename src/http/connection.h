/* A client's connection on its loop. Private to http. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "server.h"

enum connection_state {
    CONNECTION_HEAD,    /* idle, or part of a head has come */
    CONNECTION_BODY,    /* the body is coming */
    CONNECTION_WORKING, /* a worker has the request */
    CONNECTION_STREAM,  /* a stream's response is on its way */
    CONNECTION_WRITING, /* the whole response is on its way */
    CONNECTION_LINGER,  /* all is sent; what still comes is thrown away until the client closes */
};

struct connection {
    struct loop *loop;
    struct bufferevent *bufferevent;
    struct event timer;
    enum connection_state state;
    bool has_begun;  /* the first byte of a head has come */
    bool has_eof;    /* the client sends no more */
    bool is_last;    /* closed after this response */
    bool is_chunked; /* the response is sent in chunks */
    bool is_tls;
    struct head_scanner scanner;
    struct chunked chunked;
    uint64_t body_left_bytes;
    uint64_t added_bytes;    /* given to the bufferevent to write, ever */
    uint64_t progress_bytes; /* what had gone in or out when the timer was last set */
    size_t request_count;
    struct exchange *exchange;
    struct connection *previous, *next;
    char address[ADDRESS_BYTES];
};

/** Take over an accepted socket; closes it where that fails. */
void connection_create(struct loop *loop, int socket, const char *address);
/** Close now. Its exchange goes on without it where a worker has it. */
void connection_free(struct connection *connection);
/** Close if nothing is under way; else after the present response. */
void connection_drain(struct connection *connection);
/** A worker gave the exchange back. */
void connection_go_on(struct exchange *exchange);

/* connection_read.c: from bytes to an exchange */
void connection_read(struct connection *connection);
void connection_expect_request(struct connection *connection);

/* connection_write.c: from an exchange to bytes */
/** Answer with a problem and close: what follows on the connection cannot be trusted. */
void connection_refuse(struct connection *connection, struct refusal refusal);
void connection_respond(struct connection *connection);
/** Send what a stream gave and ask for more, or end. */
void connection_stream(struct connection *connection);
/** A paused stream is asked for its next piece, once the client has taken all that there was. */
void connection_resume(struct connection *connection);
void connection_written(struct connection *connection);
void exchange_finish(struct exchange *exchange, bool is_complete);

void connection_set_timer(struct connection *connection, int64_t timeout_ms);
uint64_t connection_taken_bytes(const struct connection *connection);

/* loop.c */
struct event_base *loop_base(struct loop *loop);
struct http_server *loop_server(struct loop *loop);
void loop_add(struct loop *loop, struct connection *connection);
void loop_remove(struct loop *loop, struct connection *connection);
bool loop_is_draining(const struct loop *loop);
/** How many wakes the loop has seen: one between two looks may have been meant for a stream. */
uint64_t loop_wake_count(const struct loop *loop);
/** The exchange goes to a worker; the loop counts those that are out. */
bool loop_submit(struct loop *loop, struct exchange *exchange, enum task task);

/* tls.c */
struct bufferevent *tls_bufferevent(struct tls *tls, struct event_base *base, int socket);
/** Tell the other side that no more comes. */
void tls_shutdown(struct bufferevent *bufferevent);

#endif
