/*
 * The files beside a register: uploads, results of jobs, looks that are not in the journal yet. All
 * that lies in the folders there is copied, whatever it is for; locks are of the place. A file is
 * written under another name first, so that what has its own name is whole; the same file is left
 * alone, and another one of its name is never overwritten.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/move/private.h"

enum { PIECE_BYTES = 64 << 10 };

static void close_descriptor(const int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

static enum berm_status fail_file(const char *path, struct berm_error *err)
{
    return fail_with(err, BERM_IO, "the file %s cannot be copied: %s", path, strerror(errno));
}

/* ---- One file -------------------------------------------------------------------------------- */

static enum berm_status copy_bytes(int from, int to, const char *path, struct move *move,
                                   struct berm_error *err)
{
    char piece[PIECE_BYTES];
    ssize_t count;

    while ((count = read(from, piece, sizeof piece)) > 0) {
        for (ssize_t done = 0; done < count;) {
            ssize_t written = write(to, piece + done, (size_t)(count - done));

            if (written < 0)
                return fail_file(path, err);
            done += written;
        }
        move->result.file_bytes += count;
    }
    return count == 0 && fsync(to) == 0 ? BERM_OK : fail_file(path, err);
}

static enum berm_status digest_of_file(const char *path, char out[DIGEST_TEXT_MAX],
                                       struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;
    CLEANUP(close_descriptor) int file = open(path, O_RDONLY | O_CLOEXEC);
    char piece[PIECE_BYTES];
    ssize_t count = -1;

    TRY(digest_create(&digest, err));
    while (file >= 0 && (count = read(file, piece, sizeof piece)) > 0)
        digest_add(digest, piece, (size_t)count);
    if (count < 0)
        return fail_file(path, err);
    digest_finish(digest, out);
    return BERM_OK;
}

static enum berm_status check_same(const char *from, const char *to, struct berm_error *err)
{
    char here[DIGEST_TEXT_MAX], there[DIGEST_TEXT_MAX];

    TRY(digest_of_file(from, here, err));
    TRY(digest_of_file(to, there, err));
    if (strcmp(here, there) != 0)
        return fail_with(err, BERM_CONFLICT,
                         "%s is not the file %s; remove it, if no other register needs it, and run "
                         "the move again",
                         to, from);
    return BERM_OK;
}

static enum berm_status copy_file(struct move *move, const char *from, const char *to,
                                  struct berm_error *err)
{
    CLEANUP(close_descriptor) int source = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    CLEANUP(close_descriptor) int target = -1;
    char partial[JOB_PATH_BYTES_MAX + sizeof ".moving"];

    move->result.files++;
    if (access(to, F_OK) == 0)
        return check_same(from, to, err);
    snprintf(partial, sizeof partial, "%s.moving", to);
    target = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (source < 0 || target < 0)
        return fail_file(source < 0 ? from : partial, err);
    TRY(copy_bytes(source, target, partial, move, err));
    if (rename(partial, to) != 0)
        return fail_file(to, err);
    return check_same(from, to, err);
}

/* ---- Folders --------------------------------------------------------------------------------- */

static enum berm_status join(char out[JOB_PATH_BYTES_MAX], const char *folder, const char *name,
                             struct berm_error *err)
{
    if (snprintf(out, JOB_PATH_BYTES_MAX, "%s/%s", folder, name) >= JOB_PATH_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "the path %s/%s is too long", folder, name);
    return BERM_OK;
}

static enum berm_status make_folder(const char *path, struct berm_error *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return BERM_OK;
    return fail_with(err, BERM_IO, "the folder %s cannot be made: %s", path, strerror(errno));
}

static bool is_kind(const char *path, mode_t kind)
{
    struct stat state;

    return lstat(path, &state) == 0 && (state.st_mode & S_IFMT) == kind;
}

/* What was not finished by a process that died; its own is made anew. */
static bool is_partial(const char *name)
{
    return strstr(name, ".moving") != NULL;
}

static enum berm_status folder_of(struct store *store, char out[JOB_PATH_BYTES_MAX],
                                  struct berm_error *err)
{
    struct buffer path = {
        .bytes = out, .capacity = JOB_PATH_BYTES_MAX, .cap_bytes = JOB_PATH_BYTES_MAX};

    TRY(store_files_folder(store, &path, err));
    buffer_append_char(&path, 0);
    return buffer_status(&path, err);
}

/* A file of one of the folders, such as "uploads". The destination's are made when there is one. */
static enum berm_status copy_named(struct move *move, const char *from, const char *folder,
                                   const char *name, struct berm_error *err)
{
    char place[JOB_PATH_BYTES_MAX], inside[JOB_PATH_BYTES_MAX], to[JOB_PATH_BYTES_MAX];

    TRY(folder_of(move->target, place, err));
    TRY(make_folder(place, err));
    TRY(join(inside, place, folder, err));
    TRY(make_folder(inside, err));
    TRY(join(to, inside, name, err));
    return copy_file(move, from, to, err);
}

static enum berm_status copy_folder(struct move *move, const char *from, const char *name,
                                    struct berm_error *err)
{
    CLEANUP(close_folder) DIR *folder = opendir(from);
    const struct dirent *entry;

    if (folder == NULL)
        return fail_file(from, err);
    while ((entry = readdir(folder)) != NULL) {
        char path[JOB_PATH_BYTES_MAX];

        TRY(join(path, from, entry->d_name, err));
        if (is_kind(path, S_IFREG) && !is_partial(entry->d_name))
            TRY(copy_named(move, path, name, entry->d_name, err));
    }
    return BERM_OK;
}

/* Where nobody said where the source's files lie, there may still be none. */
static enum berm_status find_source(struct move *move, char out[JOB_PATH_BYTES_MAX],
                                    bool *ret_is_there, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;
    struct berm_error error = {0};
    enum berm_status status = folder_of(move->source, out, &error);

    *ret_is_there = status == BERM_OK && is_kind(out, S_IFDIR);
    if (status == BERM_OK)
        return BERM_OK;
    TRY(statement_prepare(move->source, STATEMENT_MOVE_FILE_COUNT, &count, err));
    TRY(statement_step_to_row(count, err));
    if (statement_int64(count, 0) == 0)
        return BERM_OK;
    return fail_with(err, status, "%s; or leave uploads and results of jobs with --without-files",
                     error.message);
}

enum berm_status move_files(struct move *move, struct berm_error *err)
{
    CLEANUP(close_folder) DIR *folder = NULL;
    char from[JOB_PATH_BYTES_MAX];
    const struct dirent *entry;
    bool is_there = false;

    if (!move->options->without_files)
        TRY(find_source(move, from, &is_there, err));
    if (!is_there)
        return BERM_OK;
    folder = opendir(from);
    if (folder == NULL)
        return fail_file(from, err);
    while ((entry = readdir(folder)) != NULL) {
        char path[JOB_PATH_BYTES_MAX];

        TRY(join(path, from, entry->d_name, err));
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "locks") != 0 &&
            is_kind(path, S_IFDIR))
            TRY(copy_folder(move, path, entry->d_name, err));
    }
    return BERM_OK;
}
