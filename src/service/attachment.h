/*
 * Attachments: photos, signatures and papers of a household. Part of the service's face; its files
 * are in attachment/.
 *
 * What a file is, is told by its content (media/), never by its name. Position, device, comments
 * and previews are taken out before it is kept, unless they are wanted. The bytes lie in the
 * database under their hash, in pieces: several servers share them, a move and a backup take them
 * along, and none is held in memory as a whole but while it comes in. They lie with their
 * household, so a hash leads nobody to the file of another one.
 *
 * Whoever sees the sensitive values of a household sees its files; a content that is handed out is
 * a look (look.h).
 *
 *   prepare.c   what comes in, before the register is touched    add.c   into the register
 *   read.c      lists, one of them, its bytes
 */
#ifndef SERVICE_ATTACHMENT_H
#define SERVICE_ATTACHMENT_H

#include "service/access.h"
#include "service/digest.h"
#include "service/journal.h"

struct office;

enum attachment_kind {
    ATTACHMENT_PHOTO,
    ATTACHMENT_SIGNATURE, /* the proof 'signature' of the household's open case */
    ATTACHMENT_DOCUMENT,
    ATTACHMENT_KIND_COUNT,
};
const char *attachment_kind_name(enum attachment_kind kind); /* "photo" */
/** BERM_INVALID_INPUT with the kinds that there are. */
MUST_USE enum berm_status attachment_kind_find(struct text name, enum attachment_kind *ret_kind,
                                               struct berm_error *err);

enum {
    ATTACHMENT_BYTES_MAX = 8 << 20,
    ATTACHMENTS_MAX = 1000, /* of one household */
    ATTACHMENT_PIECE_BYTES = 256 << 10,
    ATTACHMENT_NAME_BYTES_MAX = 200,
    ATTACHMENT_NOTE_BYTES_MAX = 1000,
};

/* ---- In -------------------------------------------------------------------------------------- */

/** A file's content as it will be kept. attachment_content_close when done. */
struct attachment_content {
    const char *media_type;
    int64_t removed_bytes; /* of metadata */
    bool has_metadata;     /* it was wanted */
    char sha256[DIGEST_TEXT_MAX];
    struct text bytes; /* of cleaned, or those that were given */
    struct buffer cleaned;
};
/**
 * Look at a content and take the metadata out: long work that needs no register.
 * Owner   bytes must live as long as *ret_content, which keeps a slice of them where nothing is
 *         taken out.
 * Errors  BERM_INVALID_INPUT (no JPEG, PNG or PDF, or a broken one), BERM_LIMIT (too large).
 */
MUST_USE enum berm_status attachment_prepare(struct text bytes, bool keep_metadata,
                                             struct attachment_content *ret_content,
                                             struct berm_error *err);
void attachment_content_close(struct attachment_content *content); /* for CLEANUP */

struct attachment_order {
    struct text household; /* code */
    int64_t visit_id;      /* of this household; 0: none */
    enum attachment_kind kind;
    struct text file_name; /* folders before it are left away */
    struct text taken_on;  /* a day; empty: not said */
    struct text note;
};

/** An attachment on record. */
struct attachment_row {
    int64_t attachment_id, household_id;
    struct text household; /* code */
    enum attachment_kind kind;
    struct text media_type, sha256, file_name, taken_on, note;
    int64_t byte_count;
    int64_t visit_id, case_id; /* 0: none */
    bool has_metadata;
    struct text added_at, added_by;
};

/**
 * Keep a file: one transaction, with its change and entry in the journal. The same content of the
 * same kind and visit once more changes nothing and is answered as the first (*ret_is_repeated), so
 * that whoever got no answer may send it again. Needs PERMISSION_VISIT where the household lies,
 * and sight of its sensitive values.
 * Owner   ret_row in arena.
 * Errors  BERM_NOT_FOUND (household, visit), BERM_FORBIDDEN, BERM_INVALID_INPUT (name, day, note),
 *         BERM_LIMIT (too many), BERM_CONFLICT (the household is archived).
 */
MUST_USE enum berm_status attachment_add(struct office *office, const struct caller *caller,
                                         const struct actor *actor,
                                         const struct attachment_order *order,
                                         const struct attachment_content *content,
                                         struct arena *arena, struct attachment_row *ret_row,
                                         bool *ret_is_repeated, struct berm_error *err);

/* ---- Out ------------------------------------------------------------------------------------- */

/**
 * The files of a household, or of one of its visits (0: all), oldest first; names and notes, no
 * contents. Where the caller does not see sensitive values there are none.
 * Errors  BERM_NOT_FOUND, BERM_FORBIDDEN.
 */
MUST_USE enum berm_status attachments_list(struct office *office, const struct caller *caller,
                                           struct text household, int64_t visit_id,
                                           struct arena *arena,
                                           const struct attachment_row **ret_rows,
                                           size_t *ret_count, struct berm_error *err);
/** One of them. BERM_NOT_FOUND also where the caller may not see it. Owner: ret_row in arena. */
MUST_USE enum berm_status attachment_read(struct office *office, const struct caller *caller,
                                          int64_t attachment_id, struct arena *arena,
                                          struct attachment_row *ret_row, struct berm_error *err);
/**
 * Append a file's bytes from an offset on, up to count of them and to the end of the piece in which
 * the offset lies. Whoever asks was let in by attachment_read.
 * Errors  BERM_CORRUPT (a piece is missing).
 */
MUST_USE enum berm_status attachment_read_bytes(struct office *office,
                                                const struct attachment_row *row, int64_t offset,
                                                int64_t count, struct buffer *out,
                                                struct berm_error *err);

#endif
