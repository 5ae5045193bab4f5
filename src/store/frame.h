/* The transactions of callers inside a frame: what store_begin and its fellows do there. */
#ifndef STORE_FRAME_H
#define STORE_FRAME_H

#include "store/driver.h"

/** store_begin, and what a batch begins with. */
MUST_USE enum berm_status store_begin_kind(struct store *store, enum transaction_kind kind,
                                           struct berm_error *err);
MUST_USE enum berm_status frame_begin(struct store *store, struct berm_error *err);
MUST_USE enum berm_status frame_begin_read(struct store *store, struct berm_error *err);
MUST_USE enum berm_status frame_commit(struct store *store, struct berm_error *err);
void frame_rollback(struct store *store);

#endif
