/* What the files of attachment/ share. Private to service. */
#ifndef SERVICE_ATTACHMENT_PRIVATE_H
#define SERVICE_ATTACHMENT_PRIVATE_H

#include "service/service.h"

/** Of a household, inside a transaction: visit_id 0: all of its files. Owner: in arena. */
MUST_USE enum berm_status attachments_of(struct store *store, int64_t household_id,
                                         int64_t visit_id, struct arena *arena,
                                         struct attachment_row **ret_rows, size_t *ret_count,
                                         struct berm_error *err);
/** By number, wherever it lies. BERM_NOT_FOUND. */
MUST_USE enum berm_status attachment_find(struct store *store, int64_t attachment_id,
                                          struct arena *arena, struct attachment_row *ret_row,
                                          int64_t *ret_position, struct berm_error *err);

#endif
