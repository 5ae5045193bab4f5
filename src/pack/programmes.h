/* programmes.csv. Private to pack. */
#ifndef PACK_PROGRAMMES_H
#define PACK_PROGRAMMES_H

#include "pack/pack.h"

/**
 * Read the table into pack, which has its dictionary, model and measures already.
 * Owner   in arena; texts are copied.
 * Errors  BERM_INVALID_INPUT with line, column and file: what tables_read_rows finds; no such
 *         measure, decision or flow, with a suggestion; a target or cycle that is none; BERM_LIMIT.
 */
MUST_USE enum berm_status programmes_read(struct arena *arena, struct text csv, struct pack *pack,
                                          struct berm_error *err);

#endif
