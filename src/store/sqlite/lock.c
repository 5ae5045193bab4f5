/*
 * Named locks of a register in one file, and the folder beside it. A lock is a lock of the
 * operating system on a small file: the kernel gives it up when its holder dies, however it dies,
 * so nobody has to guess from an old heartbeat whether somebody still works. Two holders in one
 * process exclude each other too, because the lock belongs to the opened file.
 */
#include "store/sqlite/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOCK_NAME_BYTES_MAX = 64 };

struct file_lock {
    int descriptor;
};

enum berm_status sqlite_files_folder(void *handle, struct buffer *out, struct berm_error *err)
{
    const struct connection *connection = handle;

    buffer_append_format(out, "%s.files", connection->path);
    return buffer_status(out, err);
}

static enum berm_status make_folder(const char *path, struct berm_error *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return BERM_OK;
    return fail_with(err, BERM_IO, "the folder %s cannot be made: %s", path, strerror(errno));
}

enum berm_status sqlite_take_lock(void *handle, const char *name, void **ret_lock,
                                  struct berm_error *err)
{
    const struct connection *connection = handle;
    char path[STORE_URL_BYTES_MAX + LOCK_NAME_BYTES_MAX];
    struct file_lock *lock;
    int descriptor;

    snprintf(path, sizeof path, "%s.files", connection->path);
    TRY(make_folder(path, err));
    snprintf(path, sizeof path, "%s.files/locks", connection->path);
    TRY(make_folder(path, err));
    snprintf(path, sizeof path, "%s.files/locks/%s", connection->path, name);
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail_with(err, BERM_IO, "the lock %s cannot be opened: %s", path, strerror(errno));
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        close(descriptor);
        return fail_with(err, BERM_BUSY, "another process holds the lock %s", path);
    }
    lock = malloc(sizeof *lock);
    if (lock == NULL) {
        close(descriptor);
        return fail_with(err, BERM_NO_MEMORY, "no memory for a lock");
    }
    lock->descriptor = descriptor;
    *ret_lock = lock;
    return BERM_OK;
}

void sqlite_release_lock(void *handle)
{
    struct file_lock *lock = handle;

    close(lock->descriptor); /* the file stays: removing it would give two holders two files */
    free(lock);
}
