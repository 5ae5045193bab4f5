/*
 * Checkpoints: the end of the chain on a day, signed, in a file that is kept somewhere else. Only
 * such a file can tell that the newest entries were cut off, because what is left is a sound chain.
 *
 *   berm-checkpoint 1
 *   register 32 hexadecimal digits
 *   sequence 12
 *   hash 64 hexadecimal digits
 *   at 2020-10-01T08:00:00.000Z
 *   public_key 64 hexadecimal digits
 *   signature 128 hexadecimal digits, over all lines before it
 */
#include "service/journal/private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { CHECKPOINT_BYTES_MAX = 4096, CHECKPOINT_ARENA_BYTES = 1 << 16 };

/* ---- Writing --------------------------------------------------------------------------------- */

static enum berm_status write_new_file(const char *path, struct text content,
                                       struct berm_error *err)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool is_written;

    if (file < 0 && errno == EEXIST)
        return fail_with(err, BERM_CONFLICT,
                         "%s is there already; a checkpoint is never overwritten, choose another "
                         "name",
                         path);
    if (file < 0)
        return fail_with(err, BERM_IO, "cannot make %s: %s", path, strerror(errno));
    is_written =
        write(file, content.bytes, content.length) == (ssize_t)content.length && fsync(file) == 0;
    close(file);
    if (is_written)
        return BERM_OK;
    unlink(path);
    return fail_with(err, BERM_IO, "cannot write %s; make room on the disk", path);
}

enum berm_status journal_checkpoint_text(struct store *store, const struct caller *caller,
                                         const struct key_file *key, struct buffer *out,
                                         int64_t *ret_sequence, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *last = NULL;
    CLEANUP(buffer_free) struct buffer content = {.cap_bytes = CHECKPOINT_BYTES_MAX};
    char now[32], signature[SIGNATURE_TEXT_MAX], key_bytes[PUBLIC_KEY_TEXT_MAX];
    struct text register_id, public_key;
    bool has_row;

    TRY(arena_create(CHECKPOINT_ARENA_BYTES, &arena, err));
    TRY(store_begin_read(store, err));
    snapshot = store;
    TRY(caller_check_everywhere(store, caller, PERMISSION_JOURNAL_READ, err));
    TRY(journal_check_key(store, key, err));
    TRY(journal_public_key(store, key_bytes, &public_key, err));
    TRY(setting_read(store, "register_id", arena, &register_id, err));
    TRY(statement_prepare(store, STATEMENT_JOURNAL_SEAL_LAST, &last, err));
    TRY(statement_step(last, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_NOT_FOUND, "nothing is sealed yet; run berm journal seal first");
    buffer_append_format(&content,
                         "berm-checkpoint 1\nregister %.*s\nsequence %lld\nhash %.*s\nat %.*s\n"
                         "public_key %.*s\n",
                         TEXT_ARG(register_id), (long long)statement_int64(last, 0),
                         TEXT_ARG(statement_text(last, 1)), TEXT_ARG(instant_now(now)),
                         TEXT_ARG(public_key));
    TRY(buffer_status(&content, err));
    key_sign(key, public_key, buffer_text(&content), signature);
    buffer_append_format(&content, "signature %s\n", signature);
    TRY(buffer_status(&content, err));
    buffer_append_text(out, buffer_text(&content));
    *ret_sequence = statement_int64(last, 0);
    return buffer_status(out, err);
}

enum berm_status journal_checkpoint(struct store *store, const struct caller *caller,
                                    const struct key_file *key, const char *path,
                                    int64_t *ret_sequence, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer content = {.cap_bytes = CHECKPOINT_BYTES_MAX};

    TRY(journal_checkpoint_text(store, caller, key, &content, ret_sequence, err));
    return write_new_file(path, buffer_text(&content), err);
}

/* ---- Reading --------------------------------------------------------------------------------- */

void checkpoint_close(struct checkpoint *checkpoint)
{
    buffer_free(&checkpoint->content);
}

/* The value of the next line, which must begin with name; false where it does not. */
static bool take_line(struct text *rest, const char *name, struct text *ret_value)
{
    struct text prefix = text_of(name);
    const char *end = rest->length ? memchr(rest->bytes, '\n', rest->length) : NULL;
    size_t length;

    if (end == NULL || !text_starts_with(*rest, prefix))
        return false;
    length = (size_t)(end - rest->bytes);
    *ret_value = (struct text){rest->bytes + prefix.length, length - prefix.length};
    *rest = text_from(*rest, length + 1);
    return true;
}

enum berm_status checkpoint_read(const char *path, struct checkpoint *ret_checkpoint,
                                 struct berm_error *err)
{
    CLEANUP(checkpoint_close) struct checkpoint checkpoint = {0};
    struct text rest, head, sequence, at, signature, message;

    TRY(file_read(path, CHECKPOINT_BYTES_MAX, &checkpoint.content, err));
    rest = buffer_text(&checkpoint.content);
    message.bytes = rest.bytes;
    if (!take_line(&rest, "berm-checkpoint 1", &head) || head.length > 0 ||
        !take_line(&rest, "register ", &checkpoint.register_id) ||
        !take_line(&rest, "sequence ", &sequence) ||
        !text_parse_int64(sequence, &checkpoint.sequence) ||
        !take_line(&rest, "hash ", &checkpoint.hash) || !take_line(&rest, "at ", &at) ||
        !take_line(&rest, "public_key ", &checkpoint.public_key))
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is no checkpoint; give a file that berm journal checkpoint wrote",
                         path);
    message.length = (size_t)(rest.bytes - message.bytes);
    if (!take_line(&rest, "signature ", &signature) || rest.length > 0 ||
        !key_verify(checkpoint.public_key, message, signature))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the checkpoint %s was changed: its signature does not fit; take another "
                         "copy of it",
                         path);
    *ret_checkpoint = checkpoint;
    checkpoint.content = (struct buffer){0};
    return BERM_OK;
}
