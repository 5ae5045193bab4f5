/*
 * Reading versions. Rows are small and files are read as a whole: a version is looked at seldom,
 * and decides through the office's shelf, which keeps it compiled.
 */
#include "service/policy/private.h"

enum { VERSIONS_LISTED_MAX = 1000 };

const char *pack_state_name(enum pack_state state)
{
    static const char *const NAMES[PACK_STATE_COUNT] = {"draft", "checked", "published",
                                                        "withdrawn"};

    return NAMES[state];
}

static enum berm_status state_find(struct text name, enum pack_state *ret_state,
                                   struct berm_error *err)
{
    for (int s = 0; s < PACK_STATE_COUNT; s++)
        if (text_equal(name, text_of(pack_state_name((enum pack_state)s)))) {
            *ret_state = (enum pack_state)s;
            return BERM_OK;
        }
    return fail_with(err, BERM_CORRUPT, "a pack's version has the state '%.*s'", TEXT_ARG(name));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static enum berm_status read_step(struct statement *row, int column, struct arena *arena,
                                  struct pack_step *step, struct berm_error *err)
{
    TRY(text_copy(arena, statement_text(row, column), &step->by, err));
    return text_copy(arena, statement_text(row, column + 1), &step->at, err);
}

/* The columns are those of the three statements that read versions. */
static enum berm_status read_row(struct statement *row, struct arena *arena,
                                 struct pack_version *ret_version, struct berm_error *err)
{
    struct pack_version version = {.pack_version_id = statement_int64(row, 0),
                                   .publication = statement_int64(row, 7),
                                   .cases_passed = statement_int64(row, 8),
                                   .warnings = statement_int64(row, 9)};

    TRY(text_copy(arena, statement_text(row, 1), &version.pack, err));
    TRY(text_copy(arena, statement_text(row, 2), &version.version, err));
    TRY(text_copy(arena, statement_text(row, 3), &version.sha256, err));
    TRY(state_find(statement_text(row, 4), &version.state, err));
    TRY(text_copy(arena, statement_text(row, 5), &version.note, err));
    if (version.publication > 0)
        version.from_month = statement_month(row, 6);
    version.is_from_beginning =
        version.publication > 0 && version.from_month <= month_of_beginning();
    TRY(read_step(row, 10, arena, &version.drafted, err));
    TRY(read_step(row, 12, arena, &version.checked, err));
    TRY(read_step(row, 14, arena, &version.published, err));
    TRY(read_step(row, 16, arena, &version.withdrawn, err));
    *ret_version = version;
    return BERM_OK;
}

enum berm_status version_read(struct store *store, int64_t pack_version_id, struct arena *arena,
                              struct pack_version *ret_version, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *get = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_PACK_VERSION_GET, &get, err));
    statement_bind_int64(get, PACK_VERSION_GET__PACK_VERSION_ID, pack_version_id);
    TRY(statement_step(get, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no version %lld; berm policy versions lists those that there "
                         "are",
                         (long long)pack_version_id);
    return read_row(get, arena, ret_version, err);
}

enum berm_status version_in_force(struct store *store, month_number month, struct arena *arena,
                                  bool *ret_has_any, struct pack_version *ret_version,
                                  struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *get = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_PACK_VERSION_IN_FORCE, &get, err));
    statement_bind_month(get, PACK_VERSION_IN_FORCE__MONTH, month);
    TRY(statement_step(get, &has_row, err));
    if (has_row)
        TRY(read_row(get, arena, ret_version, err));
    *ret_has_any = has_row;
    return BERM_OK;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static enum berm_status check_digest(const struct pack_file *file, struct text stored,
                                     struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;
    char digits[DIGEST_TEXT_MAX];

    TRY(digest_create(&digest, err));
    digest_add(digest, file->bytes.bytes, file->bytes.length);
    if (text_equal(digest_finish(digest, digits), stored))
        return BERM_OK;
    return fail_with(err, BERM_CORRUPT,
                     "the register's file %.*s is not what was stored under its digest; restore a "
                     "backup",
                     TEXT_ARG(file->path));
}

enum berm_status version_files_read(struct store *store, int64_t pack_version_id,
                                    struct arena *arena, struct pack_bundle *ret_bundle,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct pack_bundle bundle = {0};
    struct pack_file *files = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(text_format(arena, &bundle.name, err, "version %lld", (long long)pack_version_id));
    TRY(statement_prepare(store, STATEMENT_PACK_VERSION_FILE_LIST, &list, err));
    statement_bind_int64(list, PACK_VERSION_FILE_LIST__PACK_VERSION_ID, pack_version_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct pack_file *file;

        TRY(rows_reserve(arena, &files, sizeof *files, bundle.count, &capacity, err));
        file = &files[bundle.count++];
        TRY(text_copy(arena, statement_text(list, 0), &file->path, err));
        TRY(text_copy(arena, statement_text(list, 2), &file->bytes, err));
        TRY(check_digest(file, statement_text(list, 1), err));
        TRY(statement_step(list, &has_row, err));
    }
    bundle.files = files;
    *ret_bundle = bundle;
    return BERM_OK;
}

/* ---- For people ------------------------------------------------------------------------------ */

enum berm_status pack_versions_list(struct office *office, const struct caller *caller,
                                    int64_t before_id, int64_t limit, pack_version_visitor *visit,
                                    void *context, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row;

    TRY(caller_check(caller, PERMISSION_POLICY_READ, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(statement_prepare(office->store, STATEMENT_PACK_VERSION_LIST, &list, err));
    statement_bind_int64(list, PACK_VERSION_LIST__BEFORE, before_id > 0 ? before_id : INT64_MAX);
    statement_bind_int64(list, PACK_VERSION_LIST__LIMIT,
                         limit > 0 && limit < VERSIONS_LISTED_MAX ? limit : VERSIONS_LISTED_MAX);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct pack_version version;

        arena_reset(arena);
        TRY(read_row(list, arena, &version, err));
        TRY(visit(context, &version, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status pack_version_find(struct office *office, const struct caller *caller,
                                   struct text name, month_number month, struct arena *arena,
                                   struct pack_version *ret_version, struct berm_error *err)
{
    int64_t pack_version_id;
    bool has_any;

    TRY(caller_check(caller, PERMISSION_POLICY_READ, err));
    if (text_parse_int64(name, &pack_version_id))
        return version_read(office->store, pack_version_id, arena, ret_version, err);
    if (!text_equal(name, TEXT("in-force")))
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no version '%.*s'; give its number, or in-force",
                         TEXT_ARG(name));
    TRY(version_in_force(office->store, month, arena, &has_any, ret_version, err));
    return has_any ? BERM_OK : fail_with(err, BERM_NOT_FOUND, "no version was ever published");
}

enum berm_status pack_version_files(struct office *office, const struct caller *caller,
                                    int64_t pack_version_id, struct arena *arena,
                                    struct pack_bundle *ret_bundle, struct berm_error *err)
{
    struct pack_version version;

    TRY(caller_check(caller, PERMISSION_POLICY_READ, err));
    TRY(version_read(office->store, pack_version_id, arena, &version, err));
    return version_files_read(office->store, pack_version_id, arena, ret_bundle, err);
}
