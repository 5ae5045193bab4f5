/*
 * Moving a register to another store, of the same or of another kind: all of its rows, and the
 * files beside it. Part of the service's face; its files are in move/, where move.c tells the way.
 */
#ifndef SERVICE_MOVE_H
#define SERVICE_MOVE_H

#include "service/digest.h"
#include "service/key.h"
#include "service/progress.h"
#include "store/store.h"

/** What became of one table. Texts are good during the call only. */
struct moved_table {
    struct text name;
    int64_t rows;
    struct text chain;       /* SHA-256 chained over its rows, at both places; empty: not moved */
    struct text not_because; /* why it is not moved; empty: it is */
};
typedef void moved_table_report(void *context, const struct moved_table *table);

struct move_options {
    struct text from, to;
    struct key_file **key;     /* for the journal; becomes NULL. NULL, or of NULL: none at hand */
    bool is_restart;           /* forget what an earlier move brought there */
    bool without_files;        /* leave uploads and results of jobs where they are */
    progress_report *progress; /* of rows, each of which is written and read back; NULL: none */
    void *progress_context;
    moved_table_report *report; /* after the end, by name; NULL: none */
    void *report_context;
};

struct move_result {
    int64_t tables, rows;
    int64_t rows_before; /* of them were there from an earlier move that stopped */
    int64_t files, file_bytes;
    int64_t journal_faults; /* that the source's journal has, and so the destination's */
    double seconds;
};

/**
 * Move a register. The source is only read. The destination is empty, or holds what an earlier move
 * of the same register brought before it stopped; it is a register when all rows were read back and
 * found to be the source's, and never before.
 * Errors  BERM_NOT_FOUND, BERM_VERSION (the source needs berm migrate), BERM_CONFLICT (there is
 *         something at the destination; the source changed; another key), BERM_CORRUPT (what was
 *         read back differs), BERM_CANCELLED (by progress), BERM_BUSY, BERM_IO, BERM_UNAVAILABLE.
 *         After all but the first three, the same move again goes on where it stopped.
 */
MUST_USE enum berm_status move_register(const struct move_options *options,
                                        struct move_result *ret_result, struct berm_error *err);

#endif
