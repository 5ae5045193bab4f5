/* Where a pack's files come from: the program itself, a folder or a bundle. Private to pack. */
#ifndef PACK_SOURCE_H
#define PACK_SOURCE_H

#include "pack/pack.h"

enum { CASE_FILES_MAX = 1000 };

struct source {
    struct text name; /* of the pack in the program, or the folder's path; ended by 0 */
    bool is_embedded;
    int folder;                       /* descriptor; -1 where it is no folder */
    const struct pack_bundle *bundle; /* NULL: a folder, or embedded */
};

/**
 * A name with '/' is a folder; otherwise a pack in the program, otherwise a folder.
 * Owner   the caller closes it with source_close; name lives in arena.
 * Errors  BERM_NOT_FOUND (lists the packs that there are), BERM_IO, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status source_open(struct arena *arena, struct text name_or_folder,
                                      struct source *ret_source, struct berm_error *err);
/** Whether it can name a file of a pack: relative, its parts divided by '/', none of them "..". */
bool source_is_name_inside(struct text file);
/** The files of a bundle, which must live as long as the source; nothing to close. */
MUST_USE enum berm_status source_of_bundle(struct arena *arena, const struct pack_bundle *bundle,
                                           struct source *ret_source, struct berm_error *err);
void source_close(struct source *source);

/**
 * The bytes of a file of the pack, ended by a 0 that is not counted. file is relative, its parts
 * are divided by '/', and neither it nor a link leads out of the pack. Owner   in arena, or in the
 * program. Errors  BERM_NOT_FOUND, BERM_INVALID_INPUT (no such path can be in a pack; a link; no
 * plain file), BERM_LIMIT (PACK_FILE_BYTES_MAX), BERM_IO, BERM_NO_MEMORY; messages name the path.
 */
MUST_USE enum berm_status source_read(const struct source *source, struct arena *arena,
                                      struct text file, struct text *ret_bytes,
                                      struct berm_error *err);
/** The same; *ret_is_there is false, and nothing is read, where there is no such file. */
MUST_USE enum berm_status source_read_optional(const struct source *source, struct arena *arena,
                                               struct text file, bool *ret_is_there,
                                               struct text *ret_bytes, struct berm_error *err);
/** "cases/NAME.yaml" of every case file, by name. A file ".yml" is refused: nobody would run it. */
MUST_USE enum berm_status source_list_cases(const struct source *source, struct arena *arena,
                                            const struct text **ret_files, size_t *ret_count,
                                            struct berm_error *err);

#endif
