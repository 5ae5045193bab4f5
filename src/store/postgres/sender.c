/*
 * Rows that go by COPY are written by a thread of their own, so that the server works on them while
 * the caller prepares the next ones: each has a processor, and the caller waits only where its
 * queue is full and the last one not yet written.
 *
 * It is a thread for each queue that was full and no commands that are sent without waiting,
 * because the server must have taken all rows of one table before it hears of the next, and what
 * its socket holds meanwhile is a small part of them. To start a thread takes less than one of its
 * commands.
 *
 * The connection is the thread's until sender_wait, and it touches nothing else. queue.c starts it;
 * postgres_settle, which comes before every other use of a connection, waits for it.
 */
#include "store/postgres/sender.h"

#include "store/postgres/statement.h"

enum { SENT_BYTES_MAX = 1 << 16 }; /* at one time: libpq keeps memory for as much */

/* All answers that the command still has; the first failure among them. */
static bool take_answers(PGconn *server, PGresult **ret_failure)
{
    PGresult *failure = NULL;

    for (PGresult *answer; (answer = PQgetResult(server)) != NULL;) {
        if (PQresultStatus(answer) != PGRES_COMMAND_OK && failure == NULL)
            failure = answer;
        else
            PQclear(answer);
    }
    *ret_failure = failure;
    return failure == NULL && PQstatus(server) == CONNECTION_OK;
}

bool sender_copy(PGconn *server, const char *words, struct text bytes, PGresult **ret_failure)
{
    static const char header[COPY_HEADER_BYTES] = "PGCOPY\n\377\r\n"; /* no flags, no extension */
    static const char end[] = {'\377', '\377'};
    PGresult *begun = PQexec(server, words);

    if (PQresultStatus(begun) != PGRES_COPY_IN) {
        *ret_failure = begun;
        return false;
    }
    PQclear(begun);
    /* Where one of these fails the connection is lost, which the answer tells. */
    (void)PQputCopyData(server, header, sizeof header);
    for (size_t sent = 0; sent < bytes.length; sent += SENT_BYTES_MAX) {
        size_t left = bytes.length - sent;

        (void)PQputCopyData(server, bytes.bytes + sent,
                            (int)(left < SENT_BYTES_MAX ? left : SENT_BYTES_MAX));
    }
    (void)PQputCopyData(server, end, sizeof end);
    (void)PQputCopyEnd(server, NULL);
    return take_answers(server, ret_failure);
}

static void *send_all(void *context)
{
    struct sender *sender = context;

    for (int c = 0; c < sender->count && !sender->has_failed; c++)
        sender->has_failed = !sender_copy(sender->server, sender->copies[c].words,
                                          buffer_text(&sender->copies[c].bytes), &sender->failure);
    atomic_store_explicit(&sender->is_idle, true, memory_order_relaxed);
    return NULL;
}

void sender_add(struct sender *sender, const char *words, struct buffer *bytes)
{
    assert(!sender->is_running && sender->count < SENDER_COPIES_MAX);
    sender->copies[sender->count++] = (struct sent_copy){.words = words, .bytes = *bytes};
    *bytes = (struct buffer){0};
}

void sender_start(struct sender *sender, PGconn *server)
{
    assert(!sender->is_running);
    sender->server = server;
    sender->sent_count++;
    atomic_store_explicit(&sender->is_idle, false, memory_order_relaxed);
    sender->is_running = pthread_create(&sender->thread, NULL, send_all, sender) == 0;
    if (!sender->is_running) /* the machine gives no further thread */
        (void)send_all(sender);
}

bool sender_wait(struct sender *sender)
{
    if (sender->is_running) {
        pthread_join(sender->thread, NULL);
        sender->is_running = false;
    }
    for (; sender->count > 0; sender->count--)
        buffer_free(&sender->copies[sender->count - 1].bytes);
    return !sender->has_failed;
}

void sender_forget(struct sender *sender)
{
    PQclear(sender->failure);
    sender->failure = NULL;
    sender->has_failed = false;
}
