/*
 * Files on record. They are shown where the household's sensitive values are: elsewhere a list has
 * none, and one that is asked for by its number is not there, in the words for what never was.
 */
#include "service/attachment/private.h"
#include "service/household.h"

static const char *const KIND_NAMES[ATTACHMENT_KIND_COUNT] = {
    [ATTACHMENT_PHOTO] = "photo",
    [ATTACHMENT_SIGNATURE] = "signature",
    [ATTACHMENT_DOCUMENT] = "document",
};

const char *attachment_kind_name(enum attachment_kind kind)
{
    assert(kind < ATTACHMENT_KIND_COUNT);
    return KIND_NAMES[kind];
}

enum berm_status attachment_kind_find(struct text name, enum attachment_kind *ret_kind,
                                      struct berm_error *err)
{
    for (int k = 0; k < ATTACHMENT_KIND_COUNT; k++)
        if (text_equal(name, text_of(KIND_NAMES[k]))) {
            *ret_kind = (enum attachment_kind)k;
            return BERM_OK;
        }
    return fail_with(err, BERM_INVALID_INPUT,
                     "no attachment is a \"%.*s\"; write photo, signature or document",
                     TEXT_ARG(name));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* The columns of attachment_list and attachment_by_id. */
static enum berm_status read_row(struct statement *rows, struct arena *arena,
                                 struct attachment_row *row, struct berm_error *err)
{
    *row = (struct attachment_row){.attachment_id = statement_int64(rows, 0),
                                   .household_id = statement_int64(rows, 1),
                                   .byte_count = statement_int64(rows, 8),
                                   .visit_id = statement_int64(rows, 9),
                                   .case_id = statement_int64(rows, 10),
                                   .has_metadata = statement_int64(rows, 11) != 0};
    const struct {
        int column;
        struct text *text;
    } texts[] = {{3, &row->media_type}, {4, &row->sha256},    {5, &row->file_name},
                 {6, &row->taken_on},   {7, &row->note},      {12, &row->added_at},
                 {13, &row->added_by},  {14, &row->household}};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, statement_text(rows, texts[t].column), texts[t].text, err));
    return attachment_kind_find(statement_text(rows, 2), &row->kind, err);
}

enum berm_status attachments_of(struct store *store, int64_t household_id, int64_t visit_id,
                                struct arena *arena, struct attachment_row **ret_rows,
                                size_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct attachment_row *rows = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_ATTACHMENT_LIST, &list, err));
    statement_bind_int64(list, ATTACHMENT_LIST__HOUSEHOLD_ID, household_id);
    statement_bind_int64(list, ATTACHMENT_LIST__VISIT_ID, visit_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(rows_reserve(arena, &rows, sizeof *rows, count, &capacity, err));
        TRY(read_row(list, arena, &rows[count++], err));
        TRY(statement_step(list, &has_row, err));
    }
    *ret_rows = rows;
    *ret_count = count;
    return BERM_OK;
}

static enum berm_status fail_unknown(int64_t attachment_id, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no attachment %lld; berm attachment list shows those that there are",
                     (long long)attachment_id);
}

enum berm_status attachment_find(struct store *store, int64_t attachment_id, struct arena *arena,
                                 struct attachment_row *ret_row, int64_t *ret_position,
                                 struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_ATTACHMENT_BY_ID, &find, err));
    statement_bind_int64(find, ATTACHMENT_BY_ID__ATTACHMENT_ID, attachment_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return fail_unknown(attachment_id, err);
    *ret_position = statement_int64(find, 15);
    return read_row(find, arena, ret_row, err);
}

/* ---- For callers ----------------------------------------------------------------------------- */

enum berm_status attachments_list(struct office *office, const struct caller *caller,
                                  struct text household, int64_t visit_id, struct arena *arena,
                                  const struct attachment_row **ret_rows, size_t *ret_count,
                                  struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct household_facts facts = {0};
    struct attachment_row *rows = NULL;
    struct area_scope scope;
    size_t count = 0;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(household_find_in(office, caller, PERMISSION_HOUSEHOLD_READ, household, arena, &scope,
                          &facts, err));
    if (facts.class_seen == FIELD_CLASS_SENSITIVE)
        TRY(attachments_of(office->store, facts.household_id, visit_id, arena, &rows, &count, err));
    *ret_rows = rows;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status attachment_read(struct office *office, const struct caller *caller,
                                 int64_t attachment_id, struct arena *arena,
                                 struct attachment_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct attachment_row row;
    struct field_sight sight;
    struct area_scope scope;
    int64_t position;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_HOUSEHOLD_READ, (struct text){0}, arena,
                     &scope, err));
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(attachment_find(office->store, attachment_id, arena, &row, &position, err));
    if (!area_scope_contains(&scope, position) ||
        field_sight_at(&sight, position) < FIELD_CLASS_SENSITIVE)
        return fail_unknown(attachment_id, err);
    *ret_row = row;
    return BERM_OK;
}

enum berm_status attachment_read_bytes(struct office *office, const struct attachment_row *row,
                                       int64_t offset, int64_t count, struct buffer *out,
                                       struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *get = NULL;
    int64_t first = offset % ATTACHMENT_PIECE_BYTES;
    struct text piece = {0};
    bool has_row;

    assert(offset >= 0 && count > 0 && offset < row->byte_count);
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(statement_prepare(office->store, STATEMENT_ATTACHMENT_PIECE_GET, &get, err));
    statement_bind_int64(get, ATTACHMENT_PIECE_GET__HOUSEHOLD_ID, row->household_id);
    statement_bind_text(get, ATTACHMENT_PIECE_GET__SHA256, row->sha256);
    statement_bind_int64(get, ATTACHMENT_PIECE_GET__PIECE_NUMBER, offset / ATTACHMENT_PIECE_BYTES);
    TRY(statement_step(get, &has_row, err));
    if (has_row)
        piece = statement_bytes(get, 0);
    if ((int64_t)piece.length <= first)
        return fail_with(err, BERM_CORRUPT,
                         "the attachment %lld of the household %.*s is not whole: its bytes from "
                         "%lld on are missing; bring them back from a backup",
                         (long long)row->attachment_id, TEXT_ARG(row->household),
                         (long long)offset);
    piece = text_from(piece, (size_t)first);
    if ((int64_t)piece.length > count)
        piece.length = (size_t)count;
    buffer_append_text(out, piece);
    return buffer_status(out, err);
}
