/* Rows that wait to be written together. */
#ifndef STORE_POSTGRES_QUEUE_H
#define STORE_POSTGRES_QUEUE_H

#include "store/postgres/connection.h"

struct postgres_statement;

enum { QUEUE_PARAMETERS_MAX = 2048 }; /* of a statement that waits */

/** What a statement's runs write, and those that wait. Zero until queue_recognise. */
struct queued_runs {
    int table;           /* its number in the connection's list, from 1; 0: it never waits */
    char *copy;          /* the same as a COPY; NULL: each run is sent as one */
    uint64_t mentioned;  /* tables that its SQL names: bit table - 1 */
    int looked_for;      /* how many of the list's tables mentioned tells of */
    int count;           /* of runs that wait */
    struct buffer bytes; /* their values, as rows of COPY's binary form */
    int place;           /* of its table in tables_by_reference */
    struct postgres_statement *next; /* of those with something waiting, by place */
};

/** Whether a statement writes, and whether and how it can wait: from its SQL. */
enum berm_status queue_recognise(struct postgres_statement *statement, struct berm_error *err);
void queue_free_runs(struct queued_runs *runs);

/** The tables of the list that a statement names, itself written included. */
uint64_t queue_mentioned(struct postgres_statement *statement);

/** Before a statement runs: write what it might see. */
enum berm_status queue_before_run(struct postgres_statement *statement, struct berm_error *err);
/** Write all that waits. Some of it goes only with the next round trip, which tells of a failure.
 */
enum berm_status queue_flush(struct connection *connection, struct berm_error *err);
/** The same, and no failure is left to be told. */
enum berm_status queue_settle(struct connection *connection, struct berm_error *err);
/** Wait for rows that are on their way; a failure is told by the next call that uses the
 * connection.
 */
void queue_await(struct connection *connection);
enum berm_status queue_tell_failure(const struct connection *connection, struct berm_error *err);
/** What waits was undone, or will be. */
void queue_forget(struct connection *connection);
/** A statement goes away: what it has waiting is written; a failure is told by a later call. */
void queue_leave(struct postgres_statement *statement);
void queue_free(struct write_queue *queue);

#endif
