/* Where an export or a file of payments goes. Private. */
#ifndef EXCHANGE_TARGET_H
#define EXCHANGE_TARGET_H

#include "base/base.h"

#include <stdio.h>

enum { TARGET_PATH_BYTES_MAX = 4096 };

struct target {
    const char *path;
    char temporary[TARGET_PATH_BYTES_MAX]; /* empty: written in place, or nothing left to remove */
    FILE *file;
};

/**
 * Open a file beside path, which becomes path when it is finished; is_in_place: path itself, which
 * must not be there. path "-": standard output. Mode 0600. The path must outlive the target.
 */
MUST_USE enum berm_status target_open(const char *path, bool is_in_place, struct target *target,
                                      struct berm_error *err);
MUST_USE enum berm_status target_write(struct target *target, const struct buffer *bytes,
                                       struct berm_error *err);
/** On the disk, and under its name. */
MUST_USE enum berm_status target_finish(struct target *target, struct berm_error *err);
/** For CLEANUP: what was not finished is removed. */
void target_close(struct target *target);

#endif
