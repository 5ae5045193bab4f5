/* warnings.csv: what departments warn of, and what it sets. Private to pack. */
#ifndef PACK_WARNINGS_H
#define PACK_WARNINGS_H

#include "pack/pack.h"

/**
 * Read warnings.csv into pack, whose dictionary is there already.
 * Owner   in arena; texts are copied.
 * Errors  BERM_INVALID_INPUT with line, column and file: as the other tables, a variable that is
 *         not there (with a suggestion), a value that it cannot take; BERM_LIMIT; BERM_NO_MEMORY.
 */
MUST_USE enum berm_status warnings_read(struct arena *arena, struct text csv, struct pack *pack,
                                        struct berm_error *err);

#endif
