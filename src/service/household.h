/* Finding and reading a household inside a transaction that the caller of this began. Private to
 * service. */
#ifndef SERVICE_HOUSEHOLD_H
#define SERVICE_HOUSEHOLD_H

#include "service/service.h"

/** *ret_scope: the caller's areas for this permission. BERM_FORBIDDEN, BERM_NOT_FOUND. */
MUST_USE enum berm_status household_find_in(struct office *office, const struct caller *caller,
                                            enum permission permission, struct text code,
                                            struct arena *arena, struct area_scope *ret_scope,
                                            struct household_facts *ret_facts,
                                            struct berm_error *err);
/** All that household_read gives, where the caller holds the permission; in the transaction. */
MUST_USE enum berm_status household_read_in(struct office *office, const struct caller *caller,
                                            enum permission permission, struct text code,
                                            struct arena *arena, struct household_facts *ret_facts,
                                            struct berm_error *err);

#endif
