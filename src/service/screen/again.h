/* An office's tools for screening households again. Private to service. */
#ifndef SERVICE_SCREEN_AGAIN_PRIVATE_H
#define SERVICE_SCREEN_AGAIN_PRIVATE_H

#include "service/screen/record.h"

void again_free(struct again *again); /* NULL is fine */

#endif
