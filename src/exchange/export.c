/*
 * An export to a file. The file appears under its name only when it is complete: whoever finds it
 * need not ask whether the program that wrote it came to its end.
 */
#include "exchange/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

/* Where the bytes go. */
struct target {
    const char *path;
    char temporary[PATH_BYTES_MAX]; /* empty: written in place, or nothing left to remove */
    FILE *file;
};

static void target_close(struct target *target)
{
    if (target->file && target->file != stdout)
        (void)fclose(target->file);
    if (target->temporary[0] != 0)
        unlink(target->temporary);
}

static enum berm_status target_open(const char *path, bool is_in_place, struct target *target,
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

static enum berm_status target_write(struct target *target, const struct buffer *bytes,
                                     struct berm_error *err)
{
    if (fwrite(bytes->bytes, 1, bytes->length, target->file) == bytes->length)
        return BERM_OK;
    return fail_with(err, BERM_IO, "cannot write %s: %s",
                     target->file == stdout ? "the output" : target->path, strerror(errno));
}

static enum berm_status target_finish(struct target *target, struct berm_error *err)
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

static enum berm_status write_pieces(struct export *export, struct office *office,
                                     const struct export_options *options, struct target *target,
                                     struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer piece = {0};
    bool is_last = false;

    while (!is_last) {
        buffer_clear(&piece);
        TRY(export_next(export, office, &piece, &is_last, err));
        TRY(target_write(target, &piece, err));
        if (options->progress && !options->progress(options->context, export_row_count(export)))
            return fail_with(err, BERM_CANCELLED, "the export was stopped; nothing is kept of it");
    }
    return target_finish(target, err);
}

enum berm_status exchange_export(struct office *office, const struct export_options *options,
                                 int64_t *ret_rows, struct berm_error *err)
{
    CLEANUP(export_freep) struct export *export = NULL;
    CLEANUP(target_close) struct target target = {0};
    struct berm_error second;
    enum berm_status status;

    TRY(export_create(office, options->caller, &options->order, &export, err));
    TRY(target_open(options->path, options->is_in_place, &target, err));
    TRY(export_note_begin(export, office, &options->actor, err));
    status = write_pieces(export, office, options, &target, err);
    if (status != BERM_OK) {
        /* What stopped it is the answer; an end that cannot be noted either leaves a beginning. */
        (void)!export_note_end(export, office, &options->actor, &second);
        return status;
    }
    TRY(export_note_end(export, office, &options->actor, err));
    *ret_rows = export_row_count(export);
    return BERM_OK;
}
