/* How long work tells how far it is. Part of the service's face. */
#ifndef SERVICE_PROGRESS_H
#define SERVICE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * Called now and then by the thread that called; done of total households. false: stop, and leave
 * nothing behind; the work then returns BERM_CANCELLED.
 */
typedef bool progress_report(void *context, int64_t done, int64_t total);

#endif
