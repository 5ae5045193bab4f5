/* The types of the four inputs of a policy, from the dictionary. Private to pack. */
#ifndef PACK_INPUTS_H
#define PACK_INPUTS_H

#include "pack/pack.h"

/**
 * Fill pack->input_types from its dictionary and parameters (docs/reference/names.md).
 * Owner   in arena.
 * Errors  BERM_NO_MEMORY.
 */
MUST_USE enum berm_status inputs_build(struct arena *arena, struct pack *pack,
                                       struct berm_error *err);

#endif
