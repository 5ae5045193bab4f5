/* One kept-alive HTTP/1.1 connection that asks one thing at a time. */
#ifndef BENCH_API_CLIENT_H
#define BENCH_API_CLIENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"

struct client {
    int socket;
    bool is_busy;
    bool is_waiting_to_write;
    bool is_last; /* the server closes the connection behind this answer */
    const struct request *request;
    size_t kind;
    uint64_t serial;
    int64_t due_ns;
    int status;        /* of the last answer */
    int retry_after_s; /* -1: it had no Retry-After */
    char *out;
    size_t out_length;
    size_t out_sent;
    size_t out_capacity;
    char *in;
    size_t in_length;
    size_t in_capacity;
};

enum answer {
    ANSWER_INCOMPLETE,
    ANSWER_RIGHT,
    ANSWER_WRONG,  /* another status or body than the plan says */
    ANSWER_BROKEN, /* the connection ended, or what came is no HTTP */
};

/** Headers for every request, and those for requests with a body; each line ends with CR LF, and
 * "{n}" stands for the serial number. */
struct headers {
    const char *always;
    const char *with_body;
};

/** false: the server does not take the connection. */
bool client_connect(struct client *client, const struct sockaddr_in *address, int epoll);
/** Write the request into client->out; nothing is sent yet. */
void client_prepare(struct client *client, const struct request *request,
                    const struct headers *headers, uint64_t serial);
/** Send what the socket takes. false: the connection broke. */
bool client_send(struct client *client, int epoll);
/** Read what has come and judge it. What was wrong goes to ret_problem. */
enum answer client_receive(struct client *client, char *ret_problem, size_t size);

#endif
