/* A job's file that grows by a line for each thing that it did. */
#include "service/job/private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_BYTES = 1 << 16 };

enum berm_status job_lines_open(struct job_run *run, const char *name, struct job_lines *lines,
                                struct berm_error *err)
{
    TRY(job_run_file(run, name, lines->path, err));
    lines->file = open(lines->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return lines->file >= 0 ? BERM_OK
                            : fail_with(err, BERM_IO, "%s: %s", lines->path, strerror(errno));
}

enum berm_status job_lines_flush(struct job_lines *lines, struct berm_error *err)
{
    TRY(buffer_status(&lines->lines, err));
    for (size_t written = 0; written < lines->lines.length;) {
        ssize_t count =
            write(lines->file, lines->lines.bytes + written, lines->lines.length - written);

        if (count < 0)
            return fail_with(err, BERM_IO, "%s: %s", lines->path, strerror(errno));
        written += (size_t)count;
    }
    buffer_clear(&lines->lines);
    return BERM_OK;
}

enum berm_status job_lines_next(struct job_lines *lines, struct berm_error *err)
{
    return lines->lines.length < FLUSH_BYTES ? BERM_OK : job_lines_flush(lines, err);
}

void job_lines_close(struct job_lines *lines)
{
    if (lines->file >= 0)
        close(lines->file);
    buffer_free(&lines->lines);
}
