/* What the files of look/ share beside their face. Private to service. */
#ifndef SERVICE_LOOK_PRIVATE_H
#define SERVICE_LOOK_PRIVATE_H

#include "service/job/private.h" /* the folder beside the register */

/* ---- entry.c ---- */

/** A look as it waits for its entry. */
struct look_line {
    struct actor actor;
    struct text subject; /* "household H1" */
    struct text at;      /* when it was noted; empty: now */
    int64_t kinds;
};
/** Entries for the lines, in a transaction; their order is changed. */
MUST_USE enum berm_status look_lines_journal(struct store *store, struct look_line *lines,
                                             size_t count, struct berm_error *err);

/* ---- file.c ---- */

/** Lines that are not in the journal yet: in memory, and the same bytes in a file of their own. */
struct look_batch {
    struct buffer lines;
    int file; /* -1: none yet */
    size_t file_bytes;
    char path[JOB_PATH_BYTES_MAX];
};
void look_batch_begin(struct look_batch *batch);
/** Append to lines only; how many bytes of it, from its beginning, say who looked at what. */
size_t look_batch_append(struct look_batch *batch, const struct look_line *line);
/** Bring the file up to lines, from byte start on. BERM_BUSY: it is as it was. */
MUST_USE enum berm_status look_batch_keep(struct look_batch *batch, struct store *store,
                                          size_t start, struct berm_error *err);
/** Entries for the lines; then the file is removed and the batch empty. */
MUST_USE enum berm_status look_batch_journal(struct look_batch *batch, struct store *store,
                                             struct berm_error *err);
/** Leave the file where it is. */
void look_batch_close(struct look_batch *batch);
/** Entries for the files of processes that are no more. */
MUST_USE enum berm_status look_files_journal(struct store *store, struct berm_error *err);

#endif
