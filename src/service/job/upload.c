/*
 * Uploads that can be resumed. How much has come is the length of the file, and a piece is synced
 * before it is acknowledged: so a piece costs no transaction, waits for no job that holds the write
 * lock, and what the client was told is there after a crash. The row only says whose it is and how
 * large it will be.
 */
#include "service/job/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HASH_PIECE_BYTES = 1 << 20, HASH_TEXT_LENGTH = 64 };

static void close_file(const int *file)
{
    if (*file >= 0)
        close(*file);
}

static enum berm_status fail_file(struct berm_error *err)
{
    return fail_with(err, BERM_IO, "the upload's file cannot be used: %s", strerror(errno));
}

/* ---- Announcing ------------------------------------------------------------------------------ */

static bool is_hash(struct text hash)
{
    for (size_t i = 0; i < hash.length; i++)
        if (strchr("0123456789abcdef", hash.bytes[i]) == NULL || hash.bytes[i] == 0)
            return false;
    return hash.length == HASH_TEXT_LENGTH;
}

static bool is_file_name(struct text name)
{
    for (size_t i = 0; i < name.length; i++)
        if ((unsigned char)name.bytes[i] < 0x20 || name.bytes[i] == 0x7F || name.bytes[i] == '/')
            return false;
    return name.length > 0 && name.length <= UPLOAD_NAME_BYTES_MAX && text_is_utf8(name, NULL);
}

static enum berm_status check_order(const struct upload_order *order, struct berm_error *err)
{
    if (!is_file_name(order->file_name))
        return fail_with(err, BERM_INVALID_INPUT,
                         "file_name: give the file's name without its folder, 1 to %d bytes",
                         (int)UPLOAD_NAME_BYTES_MAX);
    if (order->total_bytes < 1)
        return fail_with(err, BERM_INVALID_INPUT, "total_bytes: tell how many bytes will come");
    if (order->total_bytes > UPLOAD_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "a file of %lld bytes is too large; %lld are possible",
                         (long long)order->total_bytes, (long long)UPLOAD_BYTES_MAX);
    if (order->sha256.length > 0 && !is_hash(order->sha256))
        return fail_with(
            err, BERM_INVALID_INPUT,
            "sha256: write the 64 hexadecimal digits in small letters, or leave it out");
    return BERM_OK;
}

static enum berm_status check_room(struct store *store, const struct caller *caller,
                                   int64_t more_bytes, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *sum = NULL;

    TRY(statement_prepare(store, STATEMENT_UPLOAD_SUM, &sum, err));
    statement_bind_int64(sum, UPLOAD_SUM__ACCOUNT_ID, caller->account_id);
    TRY(statement_step_to_row(sum, err));
    if (statement_int64(sum, 0) >= UPLOADS_MAX)
        return fail_with(err, BERM_LIMIT,
                         "%d uploads of yours are there already; import or delete some of them",
                         (int)UPLOADS_MAX);
    if (statement_int64(sum, 1) + more_bytes > UPLOADS_BYTES_MAX)
        return fail_with(err, BERM_LIMIT,
                         "your uploads would take more than %lld bytes; import or delete some of "
                         "them",
                         (long long)UPLOADS_BYTES_MAX);
    return BERM_OK;
}

static enum berm_status insert_upload(struct store *store, const struct caller *caller,
                                      const struct upload_order *order, int64_t upload_id,
                                      struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    int64_t now_s = job_now_s();

    TRY(statement_prepare(store, STATEMENT_UPLOAD_INSERT, &insert, err));
    statement_bind_int64(insert, UPLOAD_INSERT__UPLOAD_ID, upload_id);
    if (caller->is_local)
        statement_bind_null(insert, UPLOAD_INSERT__ACCOUNT_ID);
    else
        statement_bind_int64(insert, UPLOAD_INSERT__ACCOUNT_ID, caller->account_id);
    statement_bind_text(insert, UPLOAD_INSERT__FILE_NAME, order->file_name);
    statement_bind_int64(insert, UPLOAD_INSERT__TOTAL_BYTES, order->total_bytes);
    statement_bind_text(insert, UPLOAD_INSERT__SHA256,
                        order->sha256.length > 0 ? order->sha256 : TEXT(""));
    statement_bind_int64(insert, UPLOAD_INSERT__NOW_S, now_s);
    statement_bind_int64(insert, UPLOAD_INSERT__EXPIRES_AT_S, now_s + UPLOAD_KEPT_S);
    return statement_run(insert, err);
}

enum berm_status upload_create(struct store *store, const struct caller *caller,
                               const struct upload_order *order, int64_t *ret_upload_id,
                               struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    int64_t upload_id;

    TRY(caller_check(caller, PERMISSION_IMPORT, err));
    TRY(check_order(order, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(check_room(store, caller, order->total_bytes, err));
    TRY(id_take(store, "upload", 1, &upload_id, err));
    TRY(insert_upload(store, caller, order, upload_id, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    *ret_upload_id = upload_id;
    return BERM_OK;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static enum berm_status fail_missing(int64_t upload_id, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no upload %lld: it was never announced, is imported, or is older "
                     "than %d days",
                     (long long)upload_id, (int)(UPLOAD_KEPT_S / 86400));
}

static enum berm_status received_bytes(struct store *store, int64_t upload_id, int64_t *ret_bytes,
                                       struct berm_error *err)
{
    char path[JOB_PATH_BYTES_MAX];
    struct stat status;

    TRY(job_path(store, "uploads", upload_id, path, err));
    *ret_bytes = 0; /* no file before the first piece */
    if (stat(path, &status) == 0)
        *ret_bytes = status.st_size;
    else if (errno != ENOENT)
        return fail_file(err);
    return BERM_OK;
}

enum berm_status upload_read(struct store *store, const struct caller *caller, int64_t upload_id,
                             struct arena *arena, struct upload_row *ret_row,
                             struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct upload_row row = {.upload_id = upload_id};
    bool has_row;

    TRY(caller_check(caller, PERMISSION_IMPORT, err));
    TRY(statement_prepare(store, STATEMENT_UPLOAD_BY_ID, &find, err));
    statement_bind_int64(find, UPLOAD_BY_ID__UPLOAD_ID, upload_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || statement_int64(find, 0) != caller->account_id ||
        statement_int64(find, 5) <= job_now_s())
        return fail_missing(upload_id, err);
    TRY(text_copy(arena, statement_text(find, 1), &row.file_name, err));
    row.total_bytes = statement_int64(find, 2);
    TRY(text_copy(arena, statement_text(find, 3), &row.sha256, err));
    row.created_at_s = statement_int64(find, 4);
    row.expires_at_s = statement_int64(find, 5);
    TRY(received_bytes(store, upload_id, &row.received_bytes, err));
    *ret_row = row;
    return BERM_OK;
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

static enum berm_status write_piece(int file, int64_t offset, struct text piece,
                                    struct berm_error *err)
{
    size_t written = 0;

    while (written < piece.length) {
        ssize_t count = pwrite(file, piece.bytes + written, piece.length - written,
                               (off_t)(offset + (int64_t)written));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            enum berm_status status = fail_file(err);

            (void)!ftruncate(file, (off_t)offset); /* the client sends the whole piece again */
            return status;
        }
        written += (size_t)count;
    }
    return fdatasync(file) == 0 ? BERM_OK : fail_file(err);
}

enum berm_status upload_append(struct store *store, const struct caller *caller, int64_t upload_id,
                               int64_t offset, struct text piece, int64_t *ret_received_bytes,
                               struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(close_file) int file = -1;
    char path[JOB_PATH_BYTES_MAX];
    struct upload_row row;
    struct stat status;

    TRY(arena_create(1 << 16, &arena, err));
    TRY(upload_read(store, caller, upload_id, arena, &row, err));
    TRY(job_path(store, "uploads", upload_id, path, err));
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        return fail_file(err);
    if (flock(file, LOCK_EX | LOCK_NB) != 0)
        return fail_with(err, BERM_BUSY, "another piece of upload %lld is coming in",
                         (long long)upload_id);
    if (fstat(file, &status) != 0) /* not before the lock: a piece may just have ended */
        return fail_file(err);
    *ret_received_bytes = status.st_size;
    if (offset != status.st_size)
        return fail_with(err, BERM_CONFLICT,
                         "the upload is at byte %lld, not %lld; go on from there",
                         (long long)status.st_size, (long long)offset);
    if ((int64_t)piece.length > row.total_bytes - offset)
        return fail_with(err, BERM_LIMIT, "%lld bytes were announced; this piece would exceed them",
                         (long long)row.total_bytes);
    TRY(write_piece(file, offset, piece, err));
    *ret_received_bytes = offset + (int64_t)piece.length;
    return BERM_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static enum berm_status hash_file(const char *path, char out[DIGEST_TEXT_MAX],
                                  struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;
    CLEANUP(buffer_free) struct buffer piece = {0};
    CLEANUP(close_file) int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count;

    if (file < 0)
        return fail_file(err);
    if (buffer_reserve(&piece, HASH_PIECE_BYTES) == NULL)
        return buffer_status(&piece, err);
    TRY(digest_create(&digest, err));
    while ((count = read(file, piece.bytes, HASH_PIECE_BYTES)) > 0)
        digest_add(digest, piece.bytes, (size_t)count);
    if (count < 0)
        return fail_file(err);
    digest_finish(digest, out);
    return BERM_OK;
}

enum berm_status upload_path(struct store *store, const struct caller *caller, int64_t upload_id,
                             struct arena *arena, char ret_path[JOB_PATH_BYTES_MAX],
                             struct text *ret_file_name, struct berm_error *err)
{
    char hash[DIGEST_TEXT_MAX];
    struct upload_row row;

    TRY(upload_read(store, caller, upload_id, arena, &row, err));
    if (row.received_bytes != row.total_bytes)
        return fail_with(
            err, BERM_CONFLICT, "%lld of %lld bytes of upload %lld have come; send the rest first",
            (long long)row.received_bytes, (long long)row.total_bytes, (long long)upload_id);
    TRY(job_path(store, "uploads", upload_id, ret_path, err));
    if (row.sha256.length > 0) {
        TRY(hash_file(ret_path, hash, err));
        if (!text_equal(text_of(hash), row.sha256))
            return fail_with(err, BERM_INVALID_INPUT,
                             "the file that came has the SHA-256 %s, not %.*s; upload it again",
                             hash, TEXT_ARG(row.sha256));
    }
    *ret_file_name = row.file_name;
    return BERM_OK;
}

enum berm_status upload_forget(struct store *store, int64_t upload_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *forget = NULL;

    TRY(statement_prepare(store, STATEMENT_UPLOAD_DELETE, &forget, err));
    statement_bind_int64(forget, UPLOAD_DELETE__UPLOAD_ID, upload_id);
    return statement_run(forget, err);
}

void upload_remove_file(struct store *store, int64_t upload_id)
{
    job_remove_file(store, "uploads", upload_id);
}

enum berm_status upload_delete(struct store *store, const struct caller *caller, int64_t upload_id,
                               struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct upload_row row;

    TRY(arena_create(1 << 16, &arena, err));
    TRY(store_begin(store, err));
    transaction = store;
    TRY(upload_read(store, caller, upload_id, arena, &row, err));
    TRY(upload_forget(store, upload_id, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    upload_remove_file(store, upload_id);
    return BERM_OK;
}
