/* Storing what a run found: its record, its spells and standings. Private to service. */
#ifndef SERVICE_SCREEN_RECORD_H
#define SERVICE_SCREEN_RECORD_H

#include "service/screen/chunk.h"

enum run_kind {
    RUN_OF_MONTH, /* every household */
    RUN_AGAIN,    /* the households that one change touched */
};

/** Prepared once, good for many runs of one office; zeroed but for office and pack at first. */
struct run_writer {
    struct office *office;
    const struct pack *pack;   /* whose rules decide the month */
    const struct actor *actor; /* whose change or run it is */
    struct statement *insert, *close, *standing, *risk;
    enum run_kind kind;
    month_number month;
    int64_t run_id; /* 0 between runs */
    int64_t change_id;
};

MUST_USE enum berm_status run_writer_prepare(struct run_writer *writer, struct berm_error *err);
void run_writer_close(struct run_writer *writer);

/** Make the run's record inside the writing transaction. change_id: of RUN_AGAIN, else 0. */
MUST_USE enum berm_status run_writer_begin(struct run_writer *writer, enum run_kind kind,
                                           month_number month, int64_t change_id,
                                           struct berm_error *err);
/** Store what a chunk came to. */
MUST_USE enum berm_status run_writer_store(struct run_writer *writer,
                                           const struct screen_outcome *outcome,
                                           struct berm_error *err);
/** Write the counts and the entry in the journal. run_id stays until the next begin. */
MUST_USE enum berm_status run_writer_finish(struct run_writer *writer,
                                            const struct screen_result *result,
                                            struct berm_error *err);

#endif
