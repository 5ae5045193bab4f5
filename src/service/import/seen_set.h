/* A set of numbers, of any size in little memory: which records a file has named so far. */
#ifndef SERVICE_SEEN_SET_H
#define SERVICE_SEEN_SET_H

#include "base/base.h"

struct seen_set;

MUST_USE enum berm_status seen_set_create(struct seen_set **ret_set, struct berm_error *err);
void seen_set_free(struct seen_set *set);
void seen_set_freep(struct seen_set **set);
/** Add a number; *ret_was_there tells whether it was there before. Errors: BERM_IO, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status seen_set_add(struct seen_set *set, uint64_t number, bool *ret_was_there,
                                       struct berm_error *err);
MUST_USE enum berm_status seen_set_has(struct seen_set *set, uint64_t number, bool *ret_is_there,
                                       struct berm_error *err);

#endif
