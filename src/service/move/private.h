/* What the files of move/ share. Private to service. */
#ifndef SERVICE_MOVE_PRIVATE_H
#define SERVICE_MOVE_PRIVATE_H

#include "service/service.h"

/** A table on its way. */
struct table_move {
    struct store_table table;  /* the columns that are moved */
    struct text not_because;   /* empty: it is moved */
    int64_t total;             /* rows at the source */
    int64_t rows_before;       /* of them were at the destination when this process began */
    struct digest_chain chain; /* over the source's rows so far */
    int64_t rows;              /* how many those are */
};

struct move {
    const struct move_options *options;
    struct arena *arena;
    struct store *source; /* one snapshot, from the beginning to the end */
    struct store *target;
    struct store_lock *lock;   /* of the destination: keeps two moves to one place apart */
    struct table_move *tables; /* those of the source */
    size_t table_count;
    struct text register_id;
    char state[DIGEST_TEXT_MAX]; /* of the source: move_state_read */
    int64_t done, total;         /* rows, for the progress */
    int64_t portion_rows;        /* of a transaction, at most */
    struct buffer row;           /* the one that is looked at, in its canonical form */
    struct move_result result;
};

/** Tell the progress, in rows that were written or read back. BERM_CANCELLED. */
MUST_USE enum berm_status move_report(struct move *move, int64_t more, struct berm_error *err);

/**
 * Begin a writing transaction at the destination, in which nobody else writes.
 * Errors  BERM_UNAVAILABLE: the lock went with the server's restart, and another move may have
 *         begun since.
 */
MUST_USE enum berm_status move_begin(struct move *move, struct berm_error *err);

/* ---- plan.c ---------------------------------------------------------------------------------- */

/** Why a table does not move; empty where it does. */
struct text move_stays(struct text table);
/** Whether a column does not, because the database gives it. */
bool move_column_stays(struct text table, const struct store_column *column);
/** The tables that do not move, or not with all of their columns. */
size_t move_stays_count(void);
struct text move_stays_table(size_t index);
/** The source's tables, with their rows counted. */
MUST_USE enum berm_status move_plan(struct move *move, struct berm_error *err);
/** Whether the destination has the same tables and columns; those of the dictionary may be missing.
 */
MUST_USE enum berm_status move_check_schema(struct move *move, struct berm_error *err);
/** Inside a transaction: give the destination the dictionary's columns. */
MUST_USE enum berm_status move_add_columns(struct move *move, struct berm_error *err);

/**
 * A digest over what changes whenever the register does: its version, its tables' counts, the ends
 * of journal, changes and runs.
 */
MUST_USE enum berm_status move_state_read(struct move *move, struct store *store,
                                          char out[DIGEST_TEXT_MAX], struct text *ret_register_id,
                                          struct berm_error *err);

/* ---- row.c ----------------------------------------------------------------------------------- */

/** The present row of a scan as canonical bytes into row, and bound to insert unless that is NULL.
 */
MUST_USE enum berm_status row_read(struct statement *scan, const struct store_table *table,
                                   struct statement *insert, struct buffer *row,
                                   struct berm_error *err);
/** The present row's key for a message, into an empty buffer: "household_id 12, month 202009". */
void row_append_key(struct statement *scan, const struct store_table *table, struct buffer *out);

/* ---- copy.c, check.c, files.c ---------------------------------------------------------------- */

/** Bring the rows of every table that are not there yet. */
MUST_USE enum berm_status move_copy(struct move *move, struct berm_error *err);
/** Read every table back and compare. BERM_CORRUPT names the table and the first key. */
MUST_USE enum berm_status move_check(struct move *move, struct berm_error *err);
/** Copy the files beside the source to beside the destination, and compare. */
MUST_USE enum berm_status move_files(struct move *move, struct berm_error *err);

#endif
