/*
 * Reading logs in the order of transactions (feed.h). PostgreSQL numbers a transaction when it
 * first writes. All those with numbers below the snapshot's oldest running one are over, so what
 * they wrote is seen, or was undone; rows in the order of these numbers can get no company before a
 * place that was read. In SQLite the order of ids is the order of commits.
 */
#include "service/feed.h"

static const enum statement_id NEXT[FEED_LOG_COUNT] = {
    [FEED_CHANGES] = STATEMENT_FEED_OF_CHANGES,
    [FEED_JOB_EVENTS] = STATEMENT_FEED_OF_JOB_EVENTS,
};
static const enum statement_id END[FEED_LOG_COUNT] = {
    [FEED_CHANGES] = STATEMENT_FEED_END_OF_CHANGES,
    [FEED_JOB_EVENTS] = STATEMENT_FEED_END_OF_JOB_EVENTS,
};

_Static_assert((int)FEED_OF_CHANGES__AFTER_TRANSACTION ==
                       (int)FEED_OF_JOB_EVENTS__AFTER_TRANSACTION &&
                   (int)FEED_OF_CHANGES__AFTER_ID == (int)FEED_OF_JOB_EVENTS__AFTER_ID &&
                   (int)FEED_OF_CHANGES__COUNT == (int)FEED_OF_JOB_EVENTS__COUNT,
               "the parameters are bound by one statement's numbers");

enum berm_status feed_end(struct store *store, enum feed_log log, struct feed_cursor *ret_cursor,
                          struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *end = NULL;

    TRY(statement_prepare(store, END[log], &end, err));
    TRY(statement_step_to_row(end, err));
    *ret_cursor = (struct feed_cursor){statement_int64(end, 0), statement_int64(end, 1)};
    return BERM_OK;
}

enum berm_status feed_next(struct store *store, enum feed_log log, struct feed_cursor *cursor,
                           struct feed_row ret_rows[FEED_ROWS_MAX], size_t *ret_count,
                           struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *next = NULL;
    struct feed_cursor reached = *cursor;
    size_t count = 0;
    bool has_row;

    TRY(statement_prepare(store, NEXT[log], &next, err));
    statement_bind_int64(next, FEED_OF_CHANGES__AFTER_TRANSACTION, cursor->transaction_id);
    statement_bind_int64(next, FEED_OF_CHANGES__AFTER_ID, cursor->id);
    statement_bind_int64(next, FEED_OF_CHANGES__COUNT, FEED_ROWS_MAX);
    TRY(statement_step(next, &has_row, err));
    for (; has_row && count < FEED_ROWS_MAX; count++) {
        ret_rows[count] = (struct feed_row){statement_int64(next, 0), statement_int64(next, 1)};
        reached = (struct feed_cursor){statement_int64(next, 2), ret_rows[count].id};
        TRY(statement_step(next, &has_row, err));
    }
    *cursor = reached;
    *ret_count = count;
    return BERM_OK;
}

/* ---- Another server's numbers ---------------------------------------------------------------- */

static enum berm_status is_ahead(struct store *store, bool *ret_is, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *ahead = NULL;

    TRY(statement_prepare(store, STATEMENT_FEED_IS_AHEAD, &ahead, err));
    TRY(statement_step_to_row(ahead, err));
    *ret_is = statement_int64(ahead, 0) != 0;
    return BERM_OK;
}

static enum berm_status forget(struct store *store, enum statement_id id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;

    TRY(statement_prepare(store, id, &statement, err));
    return statement_run(statement, err);
}

enum berm_status feed_settle(struct store *store, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    bool is;

    TRY(is_ahead(store, &is, err));
    if (!is)
        return BERM_OK;
    TRY(store_begin(store, err));
    transaction = store;
    TRY(forget(store, STATEMENT_FEED_FORGET_CHANGES, err));
    TRY(forget(store, STATEMENT_FEED_FORGET_JOB_EVENTS, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}
