/*
 * What is new in a log since one looked last. Whoever keeps something that follows from the
 * register (columns, a list of who listens to which job) reads on from a cursor here, and by
 * nothing else: "rows behind the last id" misses rows where several transactions write at once,
 * because the one with the lower ids may end last. Here each row comes exactly once, as soon as
 * nothing can appear before it any more: one transaction that writes for long holds back what
 * others wrote after its beginning.
 */
#ifndef SERVICE_FEED_H
#define SERVICE_FEED_H

#include "store/store.h"

enum feed_log {
    FEED_CHANGES,    /* of facts: table change */
    FEED_JOB_EVENTS, /* of jobs' states */
    FEED_LOG_COUNT,
};

/** Where a reader is. All zero: before the first row. Of one log, and good for as long as the
 * connection to the database lives: after a lost one begin anew with feed_end, and take it that
 * everything may have changed. */
struct feed_cursor {
    int64_t transaction_id, id;
};

struct feed_row {
    int64_t id;     /* change_id, job_event_id */
    int64_t job_id; /* FEED_JOB_EVENTS: whose */
};

enum { FEED_ROWS_MAX = 256 };

/** The cursor behind all that feed_next would give now. */
MUST_USE enum berm_status feed_end(struct store *store, enum feed_log log,
                                   struct feed_cursor *ret_cursor, struct berm_error *err);
/**
 * The rows behind the cursor, which moves behind them: at most FEED_ROWS_MAX, fewer where there are
 * no more for now. In a snapshot of the caller, or by itself.
 */
MUST_USE enum berm_status feed_next(struct store *store, enum feed_log log,
                                    struct feed_cursor *cursor,
                                    struct feed_row ret_rows[FEED_ROWS_MAX], size_t *ret_count,
                                    struct berm_error *err);
/** A register that was restored from another server's dump names that one's transactions: forget
 * them, or nothing new would ever come. A transaction of its own, where it is needed. */
MUST_USE enum berm_status feed_settle(struct store *store, struct berm_error *err);

#endif
