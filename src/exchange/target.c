/*
 * A file that appears under its name only when it is complete: whoever finds it need not ask
 * whether the program that wrote it came to its end.
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void target_close(struct target *target)
{
    if (target->file && target->file != stdout)
        (void)fclose(target->file);
    if (target->temporary[0] != 0)
        unlink(target->temporary);
}

enum berm_status target_open(const char *path, bool is_in_place, struct target *target,
                             struct berm_error *err)
{
    int file;

    target->path = path;
    if (strcmp(path, "-") == 0) {
        target->file = stdout;
        return BERM_OK;
    }
    if (is_in_place) {
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        target->file = file < 0 ? NULL : fdopen(file, "w");
        if (target->file)
            return BERM_OK;
        return fail_with(err, BERM_IO, "cannot write %s: %s", path, strerror(errno));
    }
    if (snprintf(target->temporary, sizeof target->temporary, "%s.XXXXXX", path) >=
        (int)sizeof target->temporary) {
        target->temporary[0] = 0;
        return fail_with(err, BERM_INVALID_INPUT, "the path %.40s... is too long", path);
    }
    file = mkostemp(target->temporary, O_CLOEXEC); /* mode 0600 */
    if (file < 0)
        target->temporary[0] = 0;
    else
        target->file = fdopen(file, "w");
    if (target->file)
        return BERM_OK;
    return fail_with(err, BERM_IO, "cannot write to the folder of %s: %s", path, strerror(errno));
}

enum berm_status target_write(struct target *target, const struct buffer *bytes,
                              struct berm_error *err)
{
    if (fwrite(bytes->bytes, 1, bytes->length, target->file) == bytes->length)
        return BERM_OK;
    return fail_with(err, BERM_IO, "cannot write %s: %s",
                     target->file == stdout ? "the output" : target->path, strerror(errno));
}

enum berm_status target_finish(struct target *target, struct berm_error *err)
{
    bool is_file = target->file != stdout;

    if (fflush(target->file) == 0 && (!is_file || fsync(fileno(target->file)) == 0) &&
        (target->temporary[0] == 0 || rename(target->temporary, target->path) == 0)) {
        target->temporary[0] = 0;
        return BERM_OK;
    }
    return fail_with(err, BERM_IO, "cannot write %s: %s", is_file ? target->path : "the output",
                     strerror(errno));
}
