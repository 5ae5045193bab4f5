/*
 * Reading: pieces of 64 KiB, each added to the digest as it is on disk, then decoded. While a file
 * is all ASCII its encoding stays open: the first piece with other bytes decides for the rest.
 */
#include "exchange/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/service.h"

enum { PIECE_BYTES = 65536, DECODED_BYTES = 16384 };

struct input {
    int descriptor;
    const char *path;
    int64_t total_bytes;
    dev_t device;
    ino_t inode;
    _Atomic int64_t bytes_read;
    bool is_first;
    bool is_at_end;
    enum encoding encoding;
    struct gb_decoder *decoder;
    struct digest *digest;
    struct text piece;   /* what of bytes was not used */
    struct text decoded; /* what of out was not handed out */
    char bytes[PIECE_BYTES];
    char out[DECODED_BYTES];
};

static enum berm_status fail_open(const char *path, struct berm_error *err)
{
    if (errno == ENOENT)
        return fail_with(err, BERM_NOT_FOUND, "there is no file \"%s\"; check the path", path);
    return fail_with(err, BERM_IO, "\"%s\" cannot be opened: %s", path, strerror(errno));
}

static enum berm_status open_file(struct input *input, struct berm_error *err)
{
    struct stat status;

    if (strcmp(input->path, "-") == 0)
        input->descriptor = dup(STDIN_FILENO);
    else
        input->descriptor = open(input->path, O_RDONLY | O_CLOEXEC);
    if (input->descriptor < 0 || fstat(input->descriptor, &status) != 0)
        return fail_open(input->path, err);
    if (S_ISDIR(status.st_mode))
        return fail_with(err, BERM_IO, "\"%s\" is a folder; give the path of a file", input->path);
    input->total_bytes = S_ISREG(status.st_mode) ? status.st_size : 0;
    input->device = status.st_dev;
    input->inode = status.st_ino;
    return BERM_OK;
}

enum berm_status input_open(const char *path, enum encoding encoding, struct input **ret_input,
                            struct berm_error *err)
{
    CLEANUP(input_closep) struct input *input = malloc(sizeof *input);

    if (input == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    memset(input, 0, offsetof(struct input, bytes));
    input->descriptor = -1;
    input->path = path;
    input->encoding = encoding;
    input->is_first = true;
    TRY(open_file(input, err));
    TRY(digest_create(&input->digest, err));
    *ret_input = input;
    input = NULL;
    return BERM_OK;
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    if (input->descriptor >= 0)
        close(input->descriptor);
    gb_decoder_free(input->decoder);
    digest_free(input->digest);
    free(input);
}

void input_closep(struct input **input)
{
    input_close(*input);
    *input = NULL;
}

/* The next 64 KiB, or less at the end. */
static enum berm_status read_piece(struct input *input, struct berm_error *err)
{
    size_t length = 0;

    while (length < PIECE_BYTES && !input->is_at_end) {
        ssize_t count = read(input->descriptor, input->bytes + length, PIECE_BYTES - length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail_with(err, BERM_IO, "reading \"%s\" failed: %s", input->path,
                             strerror(errno));
        input->is_at_end = count == 0;
        length += (size_t)count;
    }
    digest_add(input->digest, input->bytes, length);
    input->piece = (struct text){input->bytes, length};
    atomic_fetch_add(&input->bytes_read, (int64_t)length);
    return BERM_OK;
}

static enum berm_status next_piece(struct input *input, struct berm_error *err)
{
    TRY(read_piece(input, err));
    if (input->is_first && input->encoding == ENCODING_UNDECIDED)
        TRY(encoding_refuse_wide(input->piece, err));
    input->is_first = false;
    if (input->encoding == ENCODING_UNDECIDED)
        input->encoding = encoding_recognise(input->piece, input->is_at_end);
    if (input->encoding == ENCODING_GB18030 && input->decoder == NULL)
        TRY(gb_decoder_create(&input->decoder, err));
    return BERM_OK;
}

/* What there is in UTF-8; empty only at the end. */
static enum berm_status next_decoded(struct input *input, struct berm_error *err)
{
    size_t count;

    do { /* a piece may decode to nothing: half a character */
        if (input->piece.length == 0 && !input->is_at_end)
            TRY(next_piece(input, err));
        if (input->decoder == NULL) {
            input->decoded = input->piece;
            input->piece.length = 0;
            return BERM_OK;
        }
        count = gb_decoder_decode(input->decoder, &input->piece, input->is_at_end, input->out,
                                  DECODED_BYTES);
    } while (count == 0 && !input->is_at_end);
    input->decoded = (struct text){input->out, count};
    return BERM_OK;
}

static enum berm_status read_decoded(void *context, char *bytes, size_t length, size_t *ret_read,
                                     struct berm_error *err)
{
    struct input *input = context;

    if (input->decoded.length == 0)
        TRY(next_decoded(input, err));
    if (input->decoded.length < length)
        length = input->decoded.length;
    if (length > 0)
        memcpy(bytes, input->decoded.bytes, length);
    input->decoded = text_from(input->decoded, length);
    *ret_read = length;
    return BERM_OK;
}

struct csv_source input_source(struct input *input)
{
    return (struct csv_source){.context = input, .read = read_decoded};
}

enum encoding input_encoding(const struct input *input)
{
    return input->encoding;
}

int64_t input_bytes_read(const struct input *input)
{
    return atomic_load(&input->bytes_read);
}

int64_t input_bytes_total(const struct input *input)
{
    return input->total_bytes;
}

struct text input_digest(struct input *input, char *out)
{
    return digest_finish(input->digest, out);
}

bool input_is_file(const struct input *input, const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && status.st_dev == input->device &&
           status.st_ino == input->inode;
}

enum berm_status input_read_whole(const char *path, enum encoding encoding, size_t max_bytes,
                                  struct buffer *ret_content, struct berm_error *err)
{
    CLEANUP(input_closep) struct input *input = NULL;
    CLEANUP(buffer_free) struct buffer content = {0};
    size_t count = 1;

    TRY(input_open(path, encoding, &input, err));
    while (count > 0) {
        char *bytes = buffer_reserve(&content, PIECE_BYTES);

        if (bytes == NULL)
            return buffer_status(&content, err);
        TRY(read_decoded(input, bytes, PIECE_BYTES, &count, err));
        content.length += count;
        if (content.length > max_bytes)
            return fail_with(err, BERM_LIMIT, "\"%s\" is larger than %zu bytes", path, max_bytes);
    }
    *ret_content = content;
    content = (struct buffer){0};
    return BERM_OK;
}
