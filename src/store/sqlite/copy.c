/*
 * Copying a whole database by SQLite's backup interface. The copy is taken from one snapshot, so it
 * is consistent while other processes write, and they need not wait. The new file is made before
 * SQLite sees it, so that it is never open to others and never overwrites anything. It is left
 * without a write-ahead log: a backup is one file.
 */
#include "store/sqlite/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

/* A log that somebody left beside the place would be taken for the new file's own. */
static enum berm_status check_leftovers(const char *path, struct berm_error *err)
{
    static const char *const SUFFIXES[] = {"-wal", "-shm", "-journal"};
    char beside[PATH_BYTES_MAX];

    for (size_t s = 0; s < ARRAY_COUNT(SUFFIXES); s++) {
        if (snprintf(beside, sizeof beside, "%s%s", path, SUFFIXES[s]) >= (int)sizeof beside)
            return fail_with(err, BERM_INVALID_INPUT, "the path %s is too long", path);
        if (access(beside, F_OK) == 0)
            return fail_with(err, BERM_CONFLICT,
                             "%s lies there without its register; move it away, or choose another "
                             "place",
                             beside);
    }
    return BERM_OK;
}

static enum berm_status make_file(const char *path, struct berm_error *err)
{
    int file;

    TRY(check_leftovers(path, err));
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return fail_with(err, BERM_CONFLICT,
                         "there is something at %s already, and it is never overwritten; choose "
                         "another place",
                         path);
    if (file < 0)
        return fail_with(err, BERM_IO, "cannot make %s: %s", path, strerror(errno));
    close(file);
    return BERM_OK;
}

static enum berm_status copy_pages(const struct connection *source, const struct connection *target,
                                   struct berm_error *err)
{
    sqlite3_backup *backup =
        sqlite3_backup_init(target->database, "main", source->database, "main");
    int code, finish_code;

    if (backup == NULL)
        return fail_from_sqlite(target, sqlite3_extended_errcode(target->database), err);
    code = sqlite3_backup_step(backup, -1);
    finish_code = sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE)
        return fail_from_sqlite(target, code, err);
    if (finish_code == SQLITE_OK)
        finish_code =
            sqlite3_exec(target->database, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return finish_code == SQLITE_OK ? BERM_OK : fail_from_sqlite(target, finish_code, err);
}

enum berm_status sqlite_copy_to(void *handle, const char *location, struct berm_error *err)
{
    char path[PATH_BYTES_MAX];
    struct connection target = {.path = path};
    enum berm_status status;
    int code;

    TRY(make_file(location, err));
    snprintf(path, sizeof path, "%s", location);
    code =
        sqlite3_open_v2(location, &target.database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    status =
        code == SQLITE_OK ? copy_pages(handle, &target, err) : fail_from_sqlite(&target, code, err);
    sqlite3_close_v2(target.database);
    if (status != BERM_OK)
        unlink(location);
    return status;
}

enum berm_status sqlite_space(void *handle, int64_t *ret_used_bytes, int64_t *ret_free_bytes,
                              struct berm_error *err)
{
    const struct connection *connection = handle;
    struct stat file;
    struct statvfs place;

    if (stat(connection->path, &file) != 0 || statvfs(connection->path, &place) != 0)
        return fail_with(err, BERM_IO, "cannot look at %s: %s", connection->path, strerror(errno));
    *ret_used_bytes = (int64_t)file.st_size;
    *ret_free_bytes = (int64_t)place.f_bavail * (int64_t)place.f_frsize;
    return BERM_OK;
}
