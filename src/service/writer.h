/*
 * The one thread that writes to a register while a server runs. Part of the service's face.
 *
 * Whoever wants to write hands in a piece of work and waits until it is on disk. What is handed in
 * while the disk is busy goes into the next batch: one transaction, with a savepoint for each
 * piece, so that one fsync serves many and a piece that fails takes nothing with it. Chores
 * (sealing the journal, sweeping sessions) run between batches on the same thread.
 */
#ifndef SERVICE_WRITER_H
#define SERVICE_WRITER_H

#include "service/journal.h"
#include "store/store.h"

struct office;
struct writer;

/**
 * Runs on the writer's thread, inside a batch: transactions that it begins are savepoints. It may
 * run several times, where nothing of the times before was kept, and begins anew each time:
 * whatever it leaves outside of the register, such as an answer, it first puts back as it was.
 */
typedef enum berm_status writer_work(void *context, struct office *office, struct berm_error *err);

/** Something to be done every so often, outside of any batch. A failure is reported, not fatal. */
struct writer_chore {
    writer_work *work;
    void *context;
    int64_t every_ms;
};

struct writer_options {
    /** Opens the office that the thread writes through, which it closes at its end. */
    enum berm_status (*open)(void *context, struct office **ret_office, struct berm_error *err);
    void *open_context;
    const struct writer_chore *chores; /* run once more when the writer stops */
    size_t chore_count;
    size_t queue_max; /* pieces of work that may wait; 0: 256 */
    void (*report)(void *context,
                   const struct berm_error *error); /* a chore failed; NULL: no one */
    void *report_context;
};

/** Errors: those of open; BERM_NO_MEMORY, BERM_IO (no thread). */
MUST_USE enum berm_status writer_create(const struct writer_options *options,
                                        struct writer **ret_writer, struct berm_error *err);
/**
 * Have the work done; returns when it is on disk, or failed. Any thread but the writer's own.
 * Errors  the work's; BERM_BUSY (the queue is full, or another process writes for long); those of
 *         committing. After each of them nothing of the work is left, but for BERM_UNAVAILABLE: the
 *         connection to the database may have broken while the batch was committed.
 */
MUST_USE enum berm_status writer_run(struct writer *writer, writer_work *work, void *context,
                                     struct berm_error *err);
/** The same for work that changes what all others rely on, such as the tables' columns: in a batch
 * of its own, while nobody else writes to the register. */
MUST_USE enum berm_status writer_run_alone(struct writer *writer, writer_work *work, void *context,
                                           struct berm_error *err);
/** How often a batch ran again until now. Any thread. */
uint64_t writer_again_count(const struct writer *writer);
/** Finish what was handed in, do the chores once more, close. NULL is fine. */
void writer_free(struct writer *writer);
void writer_freep(struct writer **writer);

#endif
