/*
 * Looks: who saw sensitive values of whom. Part of the service's face; its files are in look/.
 *
 * A look is an answer that holds a known value of the class sensitive, in plain sight; what is
 * hidden, or masked to its last places, is none. The place that masks an answer says whether one is
 * left in it (shows_sensitive); who sends the answer notes the look before it goes out. A command
 * writes its entry at once (look_write). A server notes it in a look_log, because an answer must
 * not wait for the disk: the entries are written once a second, and a file beside the register
 * keeps them when the process is killed before. docs/decisions/0010-looks.md tells why.
 *
 *   log.c    what the server's threads note, and what was noted already
 *   file.c   lines beside the register until they are entries
 *   entry.c  lines to entries of the journal
 */
#ifndef SERVICE_LOOK_H
#define SERVICE_LOOK_H

#include "service/journal.h"

struct office;

/** What was shown: bits. Names in entry.c. */
enum look_kind {
    LOOK_FACTS = 1,       /* values, members, flows, history */
    LOOK_REASONS = 2,     /* an explanation */
    LOOK_FINDINGS = 4,    /* evidence in a list of findings */
    LOOK_NUMBERS = 8,     /* id numbers and bank accounts in full */
    LOOK_WARNING = 16,    /* what a department told */
    LOOK_FILTER = 32,     /* a list whose filter is on a sensitive variable */
    LOOK_FILES = 64,      /* photos, signatures, papers */
    LOOK_GRIEVANCE = 128, /* what somebody complained of */
};

struct look {
    uint32_t kinds;
    const char *what; /* "household", "warning" */
    struct text code; /* its code or number */
};

enum {
    LOOK_AGAIN_S = 10 * 60,       /* who looks again within this time leaves no second entry */
    LOOK_LOG_BYTES_MAX = 4 << 20, /* what waits to be written: tens of thousands of looks */
};

/* ---- At once --------------------------------------------------------------------------------- */

/**
 * Write the entries of the office's actor, in a transaction of their own: call it before anything
 * is shown. Errors: BERM_BUSY, BERM_IO: then nothing may be shown.
 */
MUST_USE enum berm_status look_write(struct office *office, const struct look *looks, size_t count,
                                     struct berm_error *err);

/** A list of any length that is about to be shown, and what it is of; empty, 0: of all. */
struct look_list {
    enum look_kind kind;
    const char *what; /* "findings", "warnings" */
    struct text area, finding;
    month_number month;
};
/** One entry for all of it, which names the list instead of its households. Errors as above. */
MUST_USE enum berm_status look_write_list(struct office *office, const struct look_list *list,
                                          struct berm_error *err);

/* ---- In a server ----------------------------------------------------------------------------- */

/** What the threads of a server note. Thread-safe but for look_flush. */
struct look_log;

MUST_USE enum berm_status look_log_create(struct look_log **ret_log, struct berm_error *err);
/** What was not flushed stays in its file, for the next start. NULL is fine. */
void look_log_free(struct look_log *log);
void look_log_freep(struct look_log **log);
/**
 * Note looks before the answer goes out: all of them or none. Where this actor looked at the same
 * within LOOK_AGAIN_S there is nothing to do.
 * Errors  BERM_BUSY (too many wait to be written, or there is no room for their file): do not send
 *         the answer.
 */
MUST_USE enum berm_status look_note(struct look_log *log, struct store *store,
                                    const struct actor *actor, int64_t now_s,
                                    const struct look *looks, size_t count, struct berm_error *err);
/**
 * Write entries for what was noted, in one transaction; the first time also for what servers left
 * behind that were killed. For one thread, the writer's. What could not be written is tried again
 * by the next call.
 */
MUST_USE enum berm_status look_flush(struct look_log *log, struct office *office,
                                     struct berm_error *err);

#endif
