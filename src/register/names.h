/* Which names a variable must not have, because the register, SQL or FEEL uses them. */
#ifndef REGISTER_NAMES_H
#define REGISTER_NAMES_H

#include "register/register.h"

/** For what the name is used, or NULL where it is free. */
const char *name_is_reserved(enum entity entity, struct text name);

/**
 * FEEL sees flow windows beside household variables: "wage_12m" may come from one place only.
 * Errors  BERM_INVALID_INPUT naming both.
 */
MUST_USE enum berm_status check_window_names(const struct dictionary *dictionary,
                                             struct berm_error *err);

#endif
