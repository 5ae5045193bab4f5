/*
 * The key file: a few lines of text, so that it can be printed and locked away.
 *
 *   # comment
 *   berm-key 1
 *   sign 64 hexadecimal digits; the oldest first, the last is for new registers
 *   protect 8 hexadecimal digits (the key's id) 64 hexadecimal digits
 *
 * It is made with mode 0600 and refused when others may read it: a key that leaked is worse than a
 * command that does not run.
 */
#include "service/key/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FILE_BYTES_MAX = 64 << 10, PATH_BYTES_MAX = 4096 };

static const char HEAD[] =
    "# Berm's keys. Who has this file can seal a journal and read id numbers.\n"
    "# Keep a copy where the register is not, and show it to nobody.\n"
    "berm-key 1\n";

void key_file_free(struct key_file *key)
{
    if (key == NULL)
        return;
    sodium_memzero(key, sizeof *key);
    free(key);
}

void key_file_freep(struct key_file **key)
{
    key_file_free(*key);
    *key = NULL;
}

static enum berm_status key_new(struct key_file **ret_key, struct berm_error *err)
{
    struct key_file *key = calloc(1, sizeof *key);

    if (key == NULL || sodium_init() < 0) {
        free(key);
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory or randomness left");
    }
    *ret_key = key;
    return BERM_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void wipe_buffer(struct buffer *buffer)
{
    if (buffer->bytes != NULL)
        sodium_memzero(buffer->bytes, buffer->capacity);
    buffer_free(buffer);
}

static void append_key(struct buffer *out, const char *words, const unsigned char *bytes,
                       size_t size)
{
    char digits[2 * crypto_sign_SEEDBYTES + 1];

    sodium_bin2hex(digits, sizeof digits, bytes, size);
    buffer_append_format(out, "%s %s\n", words, digits);
    sodium_memzero(digits, sizeof digits);
}

static enum berm_status write_all(int file, const char *path, struct text content,
                                  struct berm_error *err)
{
    while (content.length > 0) {
        ssize_t count = write(file, content.bytes, content.length);

        if (count < 0 && errno != EINTR)
            return fail_with(err, BERM_IO, "cannot write %s: %s", path, strerror(errno));
        content = text_from(content, count < 0 ? 0 : (size_t)count);
    }
    if (fsync(file) != 0)
        return fail_with(err, BERM_IO, "cannot write %s: %s", path, strerror(errno));
    return BERM_OK;
}

/* A new file with the keys. */
static enum berm_status key_file_write(const struct key_file *key, const char *path,
                                       struct berm_error *err)
{
    CLEANUP(wipe_buffer) struct buffer content = {0};
    char words[32];
    enum berm_status status;
    int file;

    buffer_append_text(&content, text_of(HEAD));
    for (size_t s = 0; s < key->sign_count; s++)
        append_key(&content, "sign", key->sign[s].seed, sizeof key->sign[s].seed);
    for (size_t p = 0; p < key->protect_count; p++) {
        snprintf(words, sizeof words, "protect %s", key->protect[p].id);
        append_key(&content, words, key->protect[p].master, sizeof key->protect[p].master);
    }
    TRY(buffer_status(&content, err));
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return fail_with(err, BERM_CONFLICT,
                         "%s is there already; a key file is never overwritten, choose another "
                         "name",
                         path);
    if (file < 0)
        return fail_with(err, BERM_IO, "cannot make %s: %s", path, strerror(errno));
    status = write_all(file, path, buffer_text(&content), err);
    close(file);
    if (status != BERM_OK)
        unlink(path);
    return status;
}

enum berm_status key_file_create(const char *path, struct key_file **ret_key,
                                 struct berm_error *err)
{
    CLEANUP(key_file_freep) struct key_file *key = NULL;

    TRY(key_new(&key, err));
    TRY(sign_key_add(key, err));
    TRY(protect_key_add(key, err));
    TRY(key_file_write(key, path, err));
    *ret_key = key;
    key = NULL;
    return BERM_OK;
}

/* The new name must be on the disk before anything is written that only the new key can read. */
static enum berm_status sync_folder_of(const char *path, struct berm_error *err)
{
    const char *slash = strrchr(path, '/');
    char name[PATH_BYTES_MAX] = ".";
    int folder, failed;

    if (slash != NULL)
        snprintf(name, sizeof name, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    failed = folder < 0 || fsync(folder) != 0;
    if (folder >= 0)
        close(folder);
    return failed ? fail_with(err, BERM_IO, "cannot write the folder %s: %s", name, strerror(errno))
                  : BERM_OK;
}

/* Write the file anew beside the old one, and put it in its place in one step. */
static enum berm_status key_file_replace(const struct key_file *key, const char *path,
                                         struct berm_error *err)
{
    char fresh[PATH_BYTES_MAX];

    if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
        return fail_with(err, BERM_INVALID_INPUT, "the path %s is too long", path);
    TRY(key_file_write(key, fresh, err));
    if (rename(fresh, path) == 0)
        return sync_folder_of(path, err);
    unlink(fresh);
    return fail_with(err, BERM_IO, "cannot replace %s: %s", path, strerror(errno));
}

enum berm_status key_file_add_protect(struct key_file *key, const char *path,
                                      struct berm_error *err)
{
    TRY(protect_key_add(key, err));
    return key_file_replace(key, path, err);
}

enum berm_status key_file_add_sign(struct key_file *key, const char *path, struct berm_error *err)
{
    TRY(sign_key_add(key, err));
    return key_file_replace(key, path, err);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static enum berm_status check_mode(const char *path, struct berm_error *err)
{
    struct stat status;

    if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "others may read or change the key file %s; run chmod 600 on it, and ask "
                         "yourself who has read it",
                         path);
    return BERM_OK;
}

/* The next word of a line; empty at its end. */
static struct text take_word(struct text *line)
{
    struct text word;
    size_t length = 0;

    *line = text_trimmed(*line);
    while (length < line->length && line->bytes[length] != ' ')
        length++;
    word = (struct text){line->bytes, length};
    *line = text_from(*line, length);
    return word;
}

static bool read_sign(struct key_file *key, struct text seed)
{
    struct sign_key *sign = &key->sign[key->sign_count];

    if (key->sign_count == SIGN_KEYS_MAX || !key_from_hex(seed, sign->seed, sizeof sign->seed))
        return false;
    sign_key_derive(sign);
    if (key_has_public(key, text_of(sign->public_key)))
        return false;
    key->sign_count++;
    return true;
}

static bool read_protect(struct key_file *key, struct text id, struct text rest)
{
    struct protect_key *protect = &key->protect[key->protect_count];
    struct text master = text_trimmed(rest);

    if (key->protect_count == PROTECT_KEYS_MAX || id.length != PROTECT_ID_TEXT_MAX - 1 ||
        key_has_protect(key, id) || !key_from_hex(master, protect->master, sizeof protect->master))
        return false;
    memcpy(protect->id, id.bytes, id.length);
    protect_key_derive(protect);
    key->protect_count++;
    return true;
}

static enum berm_status read_line(struct key_file *key, struct text line, int number,
                                  const char *path, bool *has_head, struct berm_error *err)
{
    struct text word = take_word(&line);
    struct text value = take_word(&line);

    if (word.length == 0 || word.bytes[0] == '#')
        return BERM_OK;
    if (!*has_head && text_equal(word, TEXT("berm-key")) && text_equal(value, TEXT("1"))) {
        *has_head = true;
        return BERM_OK;
    }
    if (*has_head && text_equal(word, TEXT("sign")) && read_sign(key, value))
        return BERM_OK;
    if (*has_head && text_equal(word, TEXT("protect")) && read_protect(key, value, line))
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "%s is no key file that this berm understands (line %d); make one with berm "
                     "key create, or restore it from its copy",
                     path, number);
}

enum berm_status key_file_read(const char *path, bool is_private, struct key_file **ret_key,
                               struct berm_error *err)
{
    CLEANUP(wipe_buffer) struct buffer content = {0};
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    bool has_head = false;
    struct text rest;

    TRY(key_new(&key, err));
    if (is_private)
        TRY(check_mode(path, err));
    TRY(file_read(path, KEY_FILE_BYTES_MAX, &content, err));
    rest = buffer_text(&content);
    for (int number = 1; rest.length > 0; number++) {
        const char *end = memchr(rest.bytes, '\n', rest.length);
        size_t length = end == NULL ? rest.length : (size_t)(end - rest.bytes);

        TRY(read_line(key, (struct text){rest.bytes, length}, number, path, &has_head, err));
        rest = text_from(rest, length + (end != NULL));
    }
    if (key->sign_count == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is no key file: it has no line \"sign\"; make one with berm key "
                         "create",
                         path);
    *ret_key = key;
    key = NULL;
    return BERM_OK;
}
