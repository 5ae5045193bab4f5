/* How long work tells how far it is. Part of the service's face. */
#ifndef SERVICE_PROGRESS_H
#define SERVICE_PROGRESS_H

#include <stdint.h>

/** Called now and then by the thread that called; done of total households. */
typedef void progress_report(void *context, int64_t done, int64_t total);

#endif
