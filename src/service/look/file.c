/*
 * Lines beside the register until they are entries. Each batch has a file of its own in the folder
 * looks/, written before the answer goes out and removed when its entries are committed. It is not
 * synced: what it holds outlives the process at any moment, and a power failure takes at most what
 * was noted since the last flush, a second. A crash between commit and removal gives entries twice,
 * which says nothing wrong.
 *
 * A file is locked as long as its process lives, so that of several servers each clears away only
 * what dead ones left.
 *
 * A line is its fields, each with its length before it: "5:clerk,3:api,..." and a line feed. One
 * that was torn by the end of its process belongs to an answer that was never sent.
 */
#include "service/look/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_TRIES = 8,
    LINE_BYTES_MIN = 17, /* of six fields: to know how many lines there are at most */
    JOURNAL_ARENA_BYTES = 64 << 20,
};

#define LOOK_FOLDER "looks"

/* ---- Lines ----------------------------------------------------------------------------------- */

static void append_field(struct buffer *out, struct text field)
{
    buffer_append_int64(out, (int64_t)field.length);
    buffer_append_char(out, ':');
    buffer_append_text(out, field);
    buffer_append_char(out, ',');
}

size_t look_batch_append(struct look_batch *batch, const struct look_line *line)
{
    struct buffer *out = &batch->lines;
    size_t start = out->length, length;

    append_field(out, line->actor.name);
    append_field(out, line->actor.via);
    append_field(out, line->actor.address);
    append_field(out, line->subject);
    length = out->length - start;
    append_field(out, line->at);
    buffer_append_int64(out, line->kinds);
    buffer_append_char(out, '\n');
    return length;
}

static bool take_field(struct text *rest, struct text *ret_field)
{
    const char *colon = rest->length > 0 ? memchr(rest->bytes, ':', rest->length) : NULL;
    struct text behind;
    int64_t length;

    if (colon == NULL ||
        !text_parse_int64((struct text){rest->bytes, (size_t)(colon - rest->bytes)}, &length))
        return false;
    behind = text_from(*rest, (size_t)(colon - rest->bytes) + 1);
    if (length < 0 || (uint64_t)length >= behind.length || behind.bytes[length] != ',')
        return false;
    *ret_field = (struct text){behind.bytes, (size_t)length};
    *rest = text_from(behind, (size_t)length + 1);
    return true;
}

static bool take_line(struct text *rest, struct look_line *ret_line)
{
    struct look_line line = {0};
    const char *end;

    if (!take_field(rest, &line.actor.name) || !take_field(rest, &line.actor.via) ||
        !take_field(rest, &line.actor.address) || !take_field(rest, &line.subject) ||
        !take_field(rest, &line.at) || rest->length == 0)
        return false;
    end = memchr(rest->bytes, '\n', rest->length);
    if (end == NULL ||
        !text_parse_int64((struct text){rest->bytes, (size_t)(end - rest->bytes)}, &line.kinds))
        return false;
    *rest = text_from(*rest, (size_t)(end - rest->bytes) + 1);
    *ret_line = line;
    return true;
}

static enum berm_status journal_text(struct store *store, struct text lines_text,
                                     struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct look_line *lines;
    size_t count = 0;

    TRY(arena_create(JOURNAL_ARENA_BYTES, &arena, err));
    TRY(arena_new(arena, lines_text.length / LINE_BYTES_MIN + 1, sizeof *lines, &lines, err));
    while (take_line(&lines_text, &lines[count]))
        count++;
    return look_lines_journal(store, lines, count, err);
}

/* ---- A batch --------------------------------------------------------------------------------- */

void look_batch_begin(struct look_batch *batch)
{
    *batch = (struct look_batch){.lines = {.cap_bytes = LOOK_LOG_BYTES_MAX}, .file = -1};
}

static enum berm_status fail_to_keep(struct berm_error *err)
{
    return fail_with(err, BERM_BUSY,
                     "this look at sensitive values cannot be noted, so it is not shown (%s); make "
                     "room beside the register, or try again",
                     strerror(errno));
}

/* A new file that nobody clears away: whoever finds it before it is locked removes it, and another
 * one is made. */
static enum berm_status open_file(struct look_batch *batch, struct store *store,
                                  struct berm_error *err)
{
    for (int t = 0; t < FILE_TRIES; t++) {
        struct stat status;
        uint64_t id;

        randombytes_buf(&id, sizeof id);
        TRY(job_path(store, LOOK_FOLDER, (int64_t)(id >> 1), batch->path, err));
        batch->file = open(batch->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
        if (batch->file < 0)
            return fail_to_keep(err);
        if (flock(batch->file, LOCK_EX | LOCK_NB) == 0 && fstat(batch->file, &status) == 0 &&
            status.st_nlink > 0)
            return BERM_OK;
        close(batch->file);
        batch->file = -1;
    }
    return fail_to_keep(err);
}

enum berm_status look_batch_keep(struct look_batch *batch, struct store *store, size_t start,
                                 struct berm_error *err)
{
    size_t length = batch->lines.length - start;
    ssize_t written;
    enum berm_status status;

    if (batch->file < 0)
        TRY(open_file(batch, store, err));
    written = write(batch->file, batch->lines.bytes + start, length);
    if (written == (ssize_t)length) {
        batch->file_bytes += length;
        return BERM_OK;
    }
    status = fail_to_keep(err);
    if (written > 0 && ftruncate(batch->file, (off_t)batch->file_bytes) != 0) {
        /* A torn line would hide those behind it: they go into another file. */
        close(batch->file);
        batch->file = -1;
        batch->file_bytes = 0;
    }
    return status;
}

void look_batch_close(struct look_batch *batch)
{
    if (batch->file >= 0)
        close(batch->file);
    buffer_free(&batch->lines);
    batch->file = -1;
    batch->file_bytes = 0;
}

enum berm_status look_batch_journal(struct look_batch *batch, struct store *store,
                                    struct berm_error *err)
{
    TRY(journal_text(store, buffer_text(&batch->lines), err));
    if (batch->file >= 0)
        (void)!unlink(batch->path); /* one that stays is found by the next start */
    look_batch_close(batch);
    return BERM_OK;
}

/* ---- What was left behind -------------------------------------------------------------------- */

static void close_file(const int *file)
{
    if (*file >= 0)
        close(*file);
}

static enum berm_status journal_file(struct store *store, const char *path, struct berm_error *err)
{
    CLEANUP(close_file) int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    CLEANUP(buffer_free) struct buffer content = {0};

    if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0)
        return BERM_OK; /* gone, or its process lives */
    TRY(file_read(path, LOOK_LOG_BYTES_MAX, &content, err));
    TRY(journal_text(store, buffer_text(&content), err));
    (void)!unlink(path);
    return BERM_OK;
}

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

enum berm_status look_files_journal(struct store *store, struct berm_error *err)
{
    CLEANUP(close_folder) DIR *folder = NULL;
    CLEANUP(buffer_free) struct buffer folder_path = {0};
    char path[JOB_PATH_BYTES_MAX];
    const struct dirent *entry;
    int64_t id;

    TRY(store_files_folder(store, &folder_path, err));
    buffer_append_text(&folder_path, TEXT("/" LOOK_FOLDER));
    buffer_append_char(&folder_path, '\0');
    TRY(buffer_status(&folder_path, err));
    folder = opendir(folder_path.bytes);
    if (folder == NULL && errno == ENOENT)
        return BERM_OK; /* nobody ever looked */
    if (folder == NULL)
        return fail_with(err, BERM_IO, "the folder %s cannot be read: %s", folder_path.bytes,
                         strerror(errno));
    while ((entry = readdir(folder)) != NULL) {
        if (!text_parse_int64(text_of(entry->d_name), &id))
            continue;
        TRY(job_path(store, LOOK_FOLDER, id, path, err));
        TRY(journal_file(store, path, err));
    }
    return BERM_OK;
}
