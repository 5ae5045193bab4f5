/* Findings that a person dismissed and that still stand: whether they are worse now. Private to
 * service. */
#ifndef SERVICE_SCREEN_DISMISSED_H
#define SERVICE_SCREEN_DISMISSED_H

#include "service/casework/dismissal.h"
#include "service/screen/place.h"

/** Those of a chunk, by household. One thread's. */
struct dismissed_list;

MUST_USE enum berm_status dismissed_list_create(struct store *store,
                                                struct dismissed_list **ret_list,
                                                struct berm_error *err);
void dismissed_list_free(struct dismissed_list *list);
/** Forget what was read, and read those of these ranges. */
MUST_USE enum berm_status dismissed_list_read(struct dismissed_list *list,
                                              const struct id_range *ranges, size_t range_count,
                                              struct berm_error *err);

/** An open spell that a dismissal keeps from being a lead. */
struct dismissed_spell {
    int64_t household_id, finding_id;
    struct dismissal then;
};
/** The household's, which are asked for in ascending order. Owner: the list, until the next read.
 */
size_t dismissed_list_take(struct dismissed_list *list, int64_t household_id,
                           const struct dismissed_spell **ret_spells);

#endif
