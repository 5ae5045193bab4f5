/*
 * What servers that share a database tell each other at once, so that nobody has to wait for the
 * next look: that something changed, and never what it is. Who hears it reads the register, where
 * the rights are looked at. Where the database cannot tell (SQLite) nobody hears anything, and what
 * looks every so often is all there is; so an announcement only ever saves time.
 *
 * Not announced: versions of the policy, which each request and each job asks for (office_refresh),
 * and facts, whose readers follow the change log (feed.h).
 */
#ifndef SERVICE_ANNOUNCE_H
#define SERVICE_ANNOUNCE_H

#include "store/store.h"

enum announcement {
    ANNOUNCED_JOBS,     /* a job was queued, stopped, or is to stop, or ended */
    ANNOUNCED_PROGRESS, /* how far a job is: its number comes along */
    ANNOUNCED_ACCESS,   /* accounts, roles, tokens */
    ANNOUNCED_ANYTHING, /* the line was broken: everything may have changed */
};

/** Tell all servers when the transaction is committed, or at once outside of one. job_id: 0 but for
 * PROGRESS. */
MUST_USE enum berm_status announce(struct store *store, enum announcement what, int64_t job_id,
                                   struct berm_error *err);

struct listener;
struct listener_options {
    struct text store_url;
    void *context; /* of the calls below, which come from the listener's thread */
    void (*heard)(void *context, enum announcement what, int64_t job_id);
    /** The line is broken; it is made again until it holds. Told once. NULL is fine. */
    void (*failed)(void *context, const struct berm_error *error);
};

/**
 * Listen on a connection and a thread of its own. *ret_listener is NULL where the database cannot
 * tell.
 * Errors  those of store_open; BERM_NO_MEMORY.
 */
MUST_USE enum berm_status listener_start(const struct listener_options *options,
                                         struct listener **ret_listener, struct berm_error *err);
/** NULL is fine. Must not be called from heard. */
void listener_stop(struct listener *listener);
void listener_stopp(struct listener **listener);

#endif
