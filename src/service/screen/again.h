/* An office's tools for screening households again. Private to service. */
#ifndef SERVICE_SCREEN_AGAIN_PRIVATE_H
#define SERVICE_SCREEN_AGAIN_PRIVATE_H

#include "service/screen/record.h"

void again_free(struct again *again); /* NULL is fine */
/** Whether the tools are made for this pack, so that it must not go before them. */
bool again_uses(const struct again *again, const struct pack *pack);

#endif
