/*
 * The sources of packs. A folder is held open by its descriptor and its files are opened part
 * by part without following links: pack.yaml comes from strangers and names a file, and whatever it
 * names must lie inside the folder. The program's own files need no copy; they are its constant
 * data, and those of a bundle are in memory already.
 */
#include "pack/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pack/embedded.h"
#include "pack/pack.h"

enum { FILE_NAME_MAX = 200 };

#define CASES_FOLDER "cases/"

/* ---- Packs in the program -------------------------------------------------------------------- */

/* "NAME/pack.yaml" -> NAME; empty for every other file. */
static struct text pack_of_manifest(const struct embedded_file *file)
{
    static const char suffix[] = "/pack.yaml";
    struct text path = text_of(file->path);
    const char *slash = memchr(path.bytes, '/', path.length);

    return slash != NULL && strcmp(slash, suffix) == 0
               ? (struct text){path.bytes, (size_t)(slash - path.bytes)}
               : TEXT("");
}

size_t pack_embedded_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < EMBEDDED_FILE_COUNT; i++)
        count += pack_of_manifest(&EMBEDDED_FILES[i]).length > 0;
    return count;
}

struct text pack_embedded_name(size_t position)
{
    for (size_t i = 0; i < EMBEDDED_FILE_COUNT; i++) {
        struct text name = pack_of_manifest(&EMBEDDED_FILES[i]);

        if (name.length > 0 && position-- == 0)
            return name;
    }
    return TEXT("");
}

static bool is_embedded_pack(struct text name)
{
    for (size_t i = 0; i < EMBEDDED_FILE_COUNT; i++)
        if (name.length > 0 && text_equal(pack_of_manifest(&EMBEDDED_FILES[i]), name))
            return true;
    return false;
}

/* What stands behind "NAME/" in the file's path; bytes NULL where it is another pack's file. */
static struct text path_in_pack(const struct embedded_file *file, struct text pack)
{
    struct text path = text_of(file->path);

    if (!text_starts_with(path, pack) || path.length <= pack.length + 1 ||
        path.bytes[pack.length] != '/')
        return (struct text){0};
    return text_from(path, pack.length + 1);
}

static const struct embedded_file *find_embedded(struct text pack, struct text file)
{
    for (size_t i = 0; i < EMBEDDED_FILE_COUNT; i++)
        if (text_equal(path_in_pack(&EMBEDDED_FILES[i], pack), file))
            return &EMBEDDED_FILES[i];
    return NULL;
}

static enum berm_status fail_without_pack(struct text name, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer names = {.cap_bytes = BERM_ERROR_MESSAGE_MAX};
    size_t count = pack_embedded_count();

    for (size_t i = 0; i < count; i++) {
        buffer_append_text(&names, i == 0 ? TEXT("") : TEXT(", "));
        buffer_append_text(&names, pack_embedded_name(i));
    }
    return fail_with(
        err, BERM_NOT_FOUND,
        "there is no pack '%.*s': the program carries %.*s; for a pack of your own give "
        "the path of its folder",
        TEXT_ARG(name), count == 0 ? 4 : (int)names.length,
        count == 0            ? "none"
        : names.bytes == NULL ? ""
                              : names.bytes);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static void descriptor_close(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

void source_close(struct source *source)
{
    descriptor_close(&source->folder);
}

enum berm_status source_open(struct arena *arena, struct text name_or_folder,
                             struct source *ret_source, struct berm_error *err)
{
    struct source source = {.folder = -1};
    bool has_slash =
        name_or_folder.length > 0 && memchr(name_or_folder.bytes, '/', name_or_folder.length);

    if (!text_is_utf8(name_or_folder, NULL)) /* also a 0 inside */
        return fail_with(err, BERM_INVALID_INPUT,
                         "a pack's name or folder must be UTF-8 text; rename the folder");
    TRY(text_copy(arena, name_or_folder, &source.name, err));
    if (!has_slash && is_embedded_pack(source.name)) {
        source.is_embedded = true;
        *ret_source = source;
        return BERM_OK;
    }
    source.folder = open(source.name.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (source.folder < 0 && !has_slash && (errno == ENOENT || errno == ENOTDIR))
        return fail_without_pack(source.name, err);
    if (source.folder < 0 && errno == ENOTDIR)
        return fail_with(err, BERM_NOT_FOUND, "%s: this is no folder; give the pack's folder",
                         source.name.bytes);
    if (source.folder < 0)
        return fail_with(err, errno == ENOENT ? BERM_NOT_FOUND : BERM_IO,
                         "%s: the pack's folder cannot be opened: %s", source.name.bytes,
                         strerror(errno));
    *ret_source = source;
    return BERM_OK;
}

enum berm_status source_of_bundle(struct arena *arena, const struct pack_bundle *bundle,
                                  struct source *ret_source, struct berm_error *err)
{
    struct source source = {.folder = -1, .bundle = bundle};

    TRY(text_copy(arena, bundle->name, &source.name, err));
    *ret_source = source;
    return BERM_OK;
}

static const struct pack_file *find_in_bundle(const struct pack_bundle *bundle, struct text file)
{
    for (size_t i = 0; i < bundle->count; i++)
        if (text_equal(bundle->files[i].path, file))
            return &bundle->files[i];
    return NULL;
}

/* ---- Reading --------------------------------------------------------------------------------- */

bool source_is_name_inside(struct text file)
{
    size_t start = 0;

    if (file.length == 0 || file.length > FILE_NAME_MAX || !text_is_utf8(file, NULL))
        return false;
    for (size_t i = 0; i <= file.length; i++) {
        struct text part = {file.bytes + start, i - start};

        if (i < file.length && file.bytes[i] != '/')
            continue;
        if (part.length == 0 || text_equal(part, TEXT(".")) || text_equal(part, TEXT("..")))
            return false;
        start = i + 1;
    }
    return true;
}

/* -1 with errno where it cannot be opened. */
static int open_inside(int folder, struct text file, int flags_of_last)
{
    CLEANUP(descriptor_close) int inner = -1;
    int from = folder;
    size_t start = 0;

    for (;;) {
        char part[FILE_NAME_MAX + 1];
        size_t length = 0;
        int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;
        int next;

        while (start + length < file.length && file.bytes[start + length] != '/')
            length++;
        memcpy(part, file.bytes + start, length);
        part[length] = 0;
        start += length + 1;
        /* O_NONBLOCK: a named pipe must not make the program wait for a writer */
        next = openat(from, part, flags | (start < file.length ? O_DIRECTORY : flags_of_last));
        if (next < 0 || start >= file.length)
            return next;
        descriptor_close(&inner);
        inner = next;
        from = next;
    }
}

static enum berm_status fail_to_open(const struct source *source, struct text file, int number,
                                     struct berm_error *err)
{
    if (number == ELOOP)
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s/%.*s: links are not followed; put the file itself into the folder",
                         source->name.bytes, TEXT_ARG(file));
    return fail_with(err, number == ENOENT || number == ENOTDIR ? BERM_NOT_FOUND : BERM_IO,
                     "%s/%.*s: %s", source->name.bytes, TEXT_ARG(file),
                     number == ENOENT || number == ENOTDIR ? "the pack has no such file; add it"
                                                           : strerror(number));
}

static enum berm_status read_descriptor(const struct source *source, struct text file,
                                        int descriptor, struct arena *arena, struct text *ret_bytes,
                                        struct berm_error *err)
{
    struct stat status;
    char *bytes;
    size_t length = 0;

    if (fstat(descriptor, &status) != 0)
        return fail_to_open(source, file, errno, err);
    if (!S_ISREG(status.st_mode))
        return fail_with(err, BERM_INVALID_INPUT, "%s/%.*s: this is no plain file; replace it",
                         source->name.bytes, TEXT_ARG(file));
    if (status.st_size > PACK_FILE_BYTES_MAX)
        return fail_with(err, BERM_LIMIT, "%s/%.*s: the file is larger than %d bytes; divide it",
                         source->name.bytes, TEXT_ARG(file), PACK_FILE_BYTES_MAX);
    TRY(arena_new(arena, (size_t)status.st_size + 1, 1, &bytes, err));
    while (length < (size_t)status.st_size) {
        ssize_t count = read(descriptor, bytes + length, (size_t)status.st_size - length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail_with(err, BERM_IO, "%s/%.*s: %s", source->name.bytes, TEXT_ARG(file),
                             strerror(errno));
        if (count == 0)
            break;
        length += (size_t)count;
    }
    bytes[length] = 0;
    *ret_bytes = (struct text){bytes, length};
    return BERM_OK;
}

enum berm_status source_read(const struct source *source, struct arena *arena, struct text file,
                             struct text *ret_bytes, struct berm_error *err)
{
    CLEANUP(descriptor_close) int descriptor = -1;

    if (!source_is_name_inside(file))
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s: '%.*s' is no file inside the pack; give a name without '..' and "
                         "without '/' in front",
                         source->name.bytes, TEXT_ARG(file));
    if (source->is_embedded) {
        const struct embedded_file *embedded = find_embedded(source->name, file);

        if (embedded == NULL)
            return fail_to_open(source, file, ENOENT, err);
        *ret_bytes = (struct text){(const char *)embedded->bytes, embedded->length};
        return BERM_OK;
    }
    if (source->bundle != NULL) {
        const struct pack_file *found = find_in_bundle(source->bundle, file);

        if (found == NULL)
            return fail_to_open(source, file, ENOENT, err);
        *ret_bytes = found->bytes;
        return BERM_OK;
    }
    descriptor = open_inside(source->folder, file, O_NONBLOCK);
    if (descriptor < 0)
        return fail_to_open(source, file, errno, err);
    return read_descriptor(source, file, descriptor, arena, ret_bytes, err);
}

enum berm_status source_read_optional(const struct source *source, struct arena *arena,
                                      struct text file, bool *ret_is_there, struct text *ret_bytes,
                                      struct berm_error *err)
{
    struct text bytes = TEXT("");
    enum berm_status status = source_read(source, arena, file, &bytes, err);

    if (status != BERM_OK && status != BERM_NOT_FOUND)
        return status;
    *ret_is_there = status == BERM_OK;
    *ret_bytes = bytes;
    return BERM_OK;
}

/* ---- Case files ------------------------------------------------------------------------------ */

static bool ends_with(struct text text, struct text suffix)
{
    return text.length > suffix.length &&
           text_equal(text_from(text, text.length - suffix.length), suffix);
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* Take one name of the folder cases into the list, if it is a case file. */
static enum berm_status add_case_file(const struct source *source, struct arena *arena,
                                      struct text name, struct text *files, size_t *count,
                                      struct berm_error *err)
{
    if (name.bytes[0] == '.')
        return BERM_OK;
    if (ends_with(name, TEXT(".yml")))
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s/" CASES_FOLDER "%.*s: only files that end in .yaml are run; rename it",
                         source->name.bytes, TEXT_ARG(name));
    if (!ends_with(name, TEXT(".yaml")))
        return BERM_OK;
    if (*count == CASE_FILES_MAX)
        return fail_with(err, BERM_LIMIT,
                         "%s/" CASES_FOLDER " holds more than %d files; put cases together",
                         source->name.bytes, CASE_FILES_MAX);
    return text_format(arena, &files[(*count)++], err, CASES_FOLDER "%.*s", TEXT_ARG(name));
}

static void folder_closep(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

static enum berm_status list_folder(const struct source *source, struct arena *arena,
                                    struct text *files, size_t *count, struct berm_error *err)
{
    CLEANUP(folder_closep) DIR *folder = NULL;
    CLEANUP(descriptor_close)
    int descriptor =
        openat(source->folder, "cases", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct dirent *entry;

    if (descriptor < 0 && errno == ENOENT)
        return BERM_OK;
    if (descriptor < 0)
        return fail_with(err, BERM_IO, "%s/cases: the folder cannot be opened: %s",
                         source->name.bytes, strerror(errno));
    folder = fdopendir(descriptor);
    if (folder == NULL)
        return fail_with(err, BERM_IO, "%s/cases: %s", source->name.bytes, strerror(errno));
    descriptor = -1; /* closed with folder */
    for (errno = 0; (entry = readdir(folder)) != NULL; errno = 0)
        TRY(add_case_file(source, arena, text_of(entry->d_name), files, count, err));
    if (errno != 0)
        return fail_with(err, BERM_IO, "%s/cases: %s", source->name.bytes, strerror(errno));
    return BERM_OK;
}

/* The files of a source that is no folder. */
static size_t path_count(const struct source *source)
{
    if (source->bundle != NULL)
        return source->bundle->count;
    return source->is_embedded ? EMBEDDED_FILE_COUNT : 0;
}

static struct text path_at(const struct source *source, size_t position)
{
    return source->bundle != NULL ? source->bundle->files[position].path
                                  : path_in_pack(&EMBEDDED_FILES[position], source->name);
}

enum berm_status source_list_cases(const struct source *source, struct arena *arena,
                                   const struct text **ret_files, size_t *ret_count,
                                   struct berm_error *err)
{
    struct text *files;
    size_t count = 0;

    TRY(arena_new(arena, CASE_FILES_MAX, sizeof *files, &files, err));
    if (source->folder >= 0)
        TRY(list_folder(source, arena, files, &count, err));
    for (size_t i = 0; i < path_count(source); i++) {
        struct text path = path_at(source, i);

        if (text_starts_with(path, TEXT(CASES_FOLDER)) && path.length > strlen(CASES_FOLDER))
            TRY(add_case_file(source, arena, text_from(path, strlen(CASES_FOLDER)), files, &count,
                              err));
    }
    qsort(files, count, sizeof *files, compare_texts);
    *ret_files = files;
    *ret_count = count;
    return BERM_OK;
}
