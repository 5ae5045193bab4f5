/*
 * Files beside the register: what is uploaded, and what jobs make. They hold personal data, so
 * folder and files are for their owner alone, and no row of the database holds their bytes.
 */
#include "service/job/private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int64_t job_now_s(void)
{
    return (int64_t)time(NULL);
}

static enum berm_status make_folder(const char *path, struct berm_error *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return BERM_OK;
    return fail_with(err, BERM_IO, "the folder %s cannot be made: %s", path, strerror(errno));
}

enum berm_status job_path(struct store *store, const char *folder, int64_t id,
                          char ret_path[JOB_PATH_BYTES_MAX], struct berm_error *err)
{
    struct buffer path = {
        .bytes = ret_path, .capacity = JOB_PATH_BYTES_MAX, .cap_bytes = JOB_PATH_BYTES_MAX};

    TRY(store_files_folder(store, &path, err));
    buffer_append_char(&path, 0);
    TRY(buffer_status(&path, err));
    TRY(make_folder(ret_path, err));
    path.length--;
    buffer_append_format(&path, "/%s", folder);
    buffer_append_char(&path, 0);
    TRY(buffer_status(&path, err));
    TRY(make_folder(ret_path, err));
    path.length--;
    buffer_append_format(&path, "/%lld", (long long)id);
    buffer_append_char(&path, 0);
    return buffer_status(&path, err);
}

void job_remove_file(struct store *store, const char *folder, int64_t id)
{
    char path[JOB_PATH_BYTES_MAX];

    if (job_path(store, folder, id, path, NULL) == BERM_OK)
        (void)!unlink(path); /* a file that cannot be removed now is found by the next sweep */
}
