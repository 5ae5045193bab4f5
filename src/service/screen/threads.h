/* Work that all cores share. Private to service. */
#ifndef SERVICE_SCREEN_THREADS_H
#define SERVICE_SCREEN_THREADS_H

#include "base/base.h"

#include <stdatomic.h>

enum { THREADS_MAX = 64 };

/** How many threads to start; wanted 0: one for each processor. */
int thread_count_of(int wanted);

/** The numbers from 0 to count - 1, each handed out once, to whichever thread asks next. */
struct share {
    atomic_llong next;
    int64_t count;
};
/** False where there is no more to do. */
bool share_take(struct share *share, int64_t *ret_number);

typedef enum berm_status thread_work(void *context, int thread, struct berm_error *err);
/**
 * Run work on so many threads, the caller's as number 0 among them, and wait for all. One that
 * fails ends the share for the others. Errors  the first one's.
 */
MUST_USE enum berm_status threads_run(int count, thread_work *work, void *context,
                                      struct share *share, struct berm_error *err);

#endif
