/* The transactions of callers inside a batch: what store_begin and its fellows do there. */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "store/driver.h"

MUST_USE enum berm_status batch_begin_inner(struct store *store, struct berm_error *err);
MUST_USE enum berm_status batch_commit_inner(struct store *store, struct berm_error *err);
void batch_rollback_inner(struct store *store);

#endif
