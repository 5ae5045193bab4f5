/* Rows on their way to the server while the caller prepares the next ones. */
#ifndef STORE_POSTGRES_SENDER_H
#define STORE_POSTGRES_SENDER_H

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/base.h"

enum { SENDER_COPIES_MAX = 64 };

/** One COPY and its rows. */
struct sent_copy {
    const char *words;   /* SQL; its statement's */
    struct buffer bytes; /* rows of COPY's binary form */
};

struct sender {
    pthread_t thread;
    int sent_count; /* since the transaction began */
    bool is_running;
    atomic_bool is_idle; /* while it runs: all is done */
    PGconn *server;
    struct sent_copy copies[SENDER_COPIES_MAX];
    int count;
    bool has_failed;
    PGresult *failure; /* the server's answer; NULL: the connection's */
};

/** Write rows by a COPY. *ret_failure NULL where it fails: the connection has the words. */
bool sender_copy(PGconn *server, const char *words, struct text bytes, PGresult **ret_failure);

/** Add a COPY to those that go next; takes the bytes. None may be under way. */
void sender_add(struct sender *sender, const char *words, struct buffer *bytes);
/** Send them. Until sender_wait nobody else may use the connection. */
void sender_start(struct sender *sender, PGconn *server);
/** Whether sender_wait would not have to wait. */
static inline bool sender_is_idle(const struct sender *sender)
{
    return !sender->is_running || atomic_load_explicit(&sender->is_idle, memory_order_relaxed);
}
/** Wait for them; false where one failed, of which sender->failure tells until sender_forget. */
bool sender_wait(struct sender *sender);
void sender_forget(struct sender *sender);

#endif
