/*
 * The packs of an open register. A pack is compiled from the files that the register keeps, once
 * for each fingerprint, and stays on a shelf: a year's series and a difference between two versions
 * ask for a handful of them again and again.
 */
#include "service/policy/private.h"
#include "service/screen/again.h"

#include <stdlib.h>

enum { SHELF_PLACES = 16 };

struct shelf_place {
    struct arena *arena; /* NULL: empty */
    const struct pack *pack;
    int64_t used_at; /* the shelf's clock */
};

struct pack_shelf {
    int64_t clock;
    struct shelf_place places[SHELF_PLACES];
};

void pack_shelf_free(struct pack_shelf *shelf)
{
    for (size_t i = 0; shelf != NULL && i < SHELF_PLACES; i++)
        arena_free(shelf->places[i].arena);
    free(shelf);
}

month_number month_of_beginning(void)
{
    return month_from_civil(1, 1);
}

enum berm_status pack_fingerprint(const struct pack *pack, char out[DIGEST_TEXT_MAX],
                                  struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;

    TRY(digest_create(&digest, err));
    digest_add(digest, pack->digest_input.bytes, pack->digest_input.length);
    (void)digest_finish(digest, out);
    return BERM_OK;
}

/* ---- The shelf ------------------------------------------------------------------------------- */

static enum berm_status shelf_of(struct office *office, struct pack_shelf **ret_shelf,
                                 struct berm_error *err)
{
    if (office->shelf == NULL)
        office->shelf = calloc(1, sizeof *office->shelf);
    if (office->shelf == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the register's packs");
    *ret_shelf = office->shelf;
    return BERM_OK;
}

static const struct pack *shelf_find(struct pack_shelf *shelf, struct text sha256)
{
    for (size_t i = 0; i < SHELF_PLACES; i++)
        if (shelf->places[i].arena != NULL && text_equal(shelf->places[i].pack->sha256, sha256)) {
            shelf->places[i].used_at = ++shelf->clock;
            return shelf->places[i].pack;
        }
    return NULL;
}

/* Put a pack on the shelf, in the place of the one that was not asked for the longest; never of the
 * office's own. The arena becomes the shelf's. */
static const struct pack *shelf_put(struct office *office, struct pack_shelf *shelf,
                                    struct arena **arena, const struct pack *pack)
{
    struct shelf_place *place = NULL;

    for (size_t i = 0; i < SHELF_PLACES; i++) {
        struct shelf_place *at = &shelf->places[i];

        if (at->arena != NULL && at->pack == office->pack)
            continue;
        if (place == NULL || (place->arena != NULL && at->used_at < place->used_at))
            place = at;
    }
    assert(place != NULL); /* only one of them is the office's */
    if (place->arena != NULL && again_uses(office->again, place->pack)) {
        again_free(office->again); /* made anew when a household is screened again */
        office->again = NULL;
    }
    arena_free(place->arena);
    *place = (struct shelf_place){.arena = *arena, .pack = pack, .used_at = ++shelf->clock};
    *arena = NULL;
    return pack;
}

/* Compile a bundle and note its fingerprint. */
static enum berm_status compile(struct arena *arena, const struct pack_bundle *bundle,
                                const struct pack **ret_pack, struct berm_error *err)
{
    char digits[DIGEST_TEXT_MAX];
    const struct pack *read;
    struct pack *pack;

    TRY(bundle_read(arena, bundle, &read, err));
    TRY(pack_fingerprint(read, digits, err));
    TRY(arena_new(arena, 1, sizeof *pack, &pack, err));
    *pack = *read;
    TRY(text_copy(arena, text_of(digits), &pack->sha256, err));
    *ret_pack = pack;
    return BERM_OK;
}

static enum berm_status open_version(struct office *office, const struct pack_version *version,
                                     const struct pack **ret_pack, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct pack_bundle bundle;
    struct pack_shelf *shelf;
    const struct pack *pack;

    TRY(shelf_of(office, &shelf, err));
    *ret_pack = shelf_find(shelf, version->sha256);
    if (*ret_pack != NULL)
        return BERM_OK;
    TRY(arena_create(PACK_ARENA_BYTES_MAX, &arena, err));
    TRY(version_files_read(office->store, version->pack_version_id, arena, &bundle, err));
    TRY(compile(arena, &bundle, &pack, err));
    if (!text_equal(pack->sha256, version->sha256))
        return fail_with(err, BERM_CORRUPT,
                         "version %lld of the pack is not the one that was stored; restore a "
                         "backup",
                         (long long)version->pack_version_id);
    *ret_pack = shelf_put(office, shelf, &arena, pack);
    return BERM_OK;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

enum berm_status office_pack_of_version(struct office *office, int64_t pack_version_id,
                                        const struct pack **ret_pack, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct pack_version version;

    TRY(arena_create(1 << 20, &arena, err));
    TRY(version_read(office->store, pack_version_id, arena, &version, err));
    return open_version(office, &version, ret_pack, err);
}

enum berm_status office_pack_at(struct office *office, month_number month,
                                const struct pack **ret_pack, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct pack_version version;
    bool has_any;

    TRY(arena_create(1 << 20, &arena, err));
    TRY(version_in_force(office->store, month, arena, &has_any, &version, err));
    if (has_any)
        return open_version(office, &version, ret_pack, err);
    *ret_pack = office->pack; /* opened for reading before any version was stored */
    return BERM_OK;
}

enum berm_status office_ask_pack(struct office *office, struct statement **ret_newest,
                                 struct berm_error *err)
{
    TRY(statement_prepare(office->store, STATEMENT_PACK_VERSION_NEWEST, ret_newest, err));
    statement_start(*ret_newest);
    return BERM_OK;
}

enum berm_status office_take_pack(struct office *office, struct statement *newest,
                                  struct berm_error *err)
{
    bool has_row;

    TRY(statement_step(newest, &has_row, err));
    if (!has_row || (office->pack && text_equal(statement_text(newest, 0), office->pack->sha256)))
        return BERM_OK;
    statement_reset(newest);
    return office_pack_at(office, month_from_civil(9999, 12), &office->pack, err);
}

enum berm_status office_refresh(struct office *office, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *newest = NULL;

    TRY(office_ask_pack(office, &newest, err));
    return office_take_pack(office, newest, err);
}

static bool is_version_name(struct text name)
{
    int64_t number;

    return text_parse_int64(name, &number) || text_equal(name, TEXT("in-force"));
}

enum berm_status office_pack_named(struct office *office, const struct caller *caller,
                                   struct text name, month_number month, struct arena *arena,
                                   const struct pack **ret_pack, struct text *ret_label,
                                   struct berm_error *err)
{
    struct pack_version version;
    struct pack_bundle bundle;

    if (!is_version_name(name) && caller->is_local) {
        TRY(bundle_collect(arena, name, &bundle, err));
        TRY(compile(arena, &bundle, ret_pack, err));
        TRY(text_format(arena, ret_label, err, "%.*s %.*s (%.*s)", TEXT_ARG((*ret_pack)->name),
                        TEXT_ARG((*ret_pack)->version), TEXT_ARG(name)));
    } else {
        TRY(pack_version_find(office, caller, name, month, arena, &version, err));
        TRY(open_version(office, &version, ret_pack, err));
        TRY(text_format(arena, ret_label, err, "%.*s %.*s (version %lld)", TEXT_ARG(version.pack),
                        TEXT_ARG(version.version), (long long)version.pack_version_id));
    }
    TRY(check_same_pack(office->pack, *ret_pack, err));
    return store_check_dictionary(office->store, &(*ret_pack)->dictionary, err);
}

/* ---- Opening --------------------------------------------------------------------------------- */

/* A folder is remembered by its absolute path, so that the register opens from anywhere. */
static enum berm_status lasting_name(struct arena *arena, struct text name, struct text *ret_name,
                                     struct berm_error *err)
{
    struct text ended;
    char *path;
    enum berm_status status;

    for (size_t i = 0; i < pack_embedded_count(); i++)
        if (text_equal(pack_embedded_name(i), name)) {
            *ret_name = pack_embedded_name(i);
            return BERM_OK;
        }
    TRY(text_copy(arena, name, &ended, err));
    path = realpath(ended.bytes, NULL);
    if (!path) {
        *ret_name = ended;
        return BERM_OK; /* bundle_collect says what is wrong with it */
    }
    status = text_copy(arena, text_of(path), ret_name, err);
    free(path);
    return status;
}

enum berm_status office_adopt_pack(struct office *office, struct text pack_name,
                                   struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct change_end end = {.action = TEXT("apply_pack")};
    struct pack_bundle bundle;
    struct pack_shelf *shelf;
    const struct pack *pack;
    int64_t pack_version_id;

    TRY(shelf_of(office, &shelf, err));
    TRY(arena_create(PACK_ARENA_BYTES_MAX, &arena, err));
    TRY(lasting_name(arena, pack_name, &pack_name, err));
    TRY(bundle_collect(arena, pack_name, &bundle, err));
    TRY(compile(arena, &bundle, &pack, err));
    TRY(version_insert(office->store, pack, pack->sha256, &bundle, TEXT(""), office->actor.name,
                       &pack_version_id, err));
    TRY(version_put_in_force(office->store, pack, pack_version_id, month_of_beginning(),
                             office->actor.name, err));
    TRY(setting_write(office->store, "pack", pack_name, err));
    TRY(setting_write(office->store, "pack_version", pack->version, err));
    TRY(setting_write(office->store, "pack_sha256", pack->sha256, err));
    end.file_sha256 = pack->sha256;
    TRY(text_format(arena, &end.subject, err, "%.*s %.*s", TEXT_ARG(pack->name),
                    TEXT_ARG(pack->version)));
    TRY(change_begin(office->store, &office->actor, TEXT("pack applied"), pack_name, &change, err));
    TRY(change_finish(&change, &office->actor, &end, err));
    office->pack = shelf_put(office, shelf, &arena, pack);
    return BERM_OK;
}

enum berm_status policy_carried_version(struct office *office, struct arena *arena,
                                        struct text *ret_label, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    char digits[DIGEST_TEXT_MAX];
    const struct pack *pack;
    bool has_row = true;

    *ret_label = TEXT("");
    for (size_t i = 0; i < pack_embedded_count(); i++) {
        if (!text_equal(pack_embedded_name(i), office->pack->name))
            continue;
        TRY(pack_read(arena, pack_embedded_name(i), &pack, err));
        TRY(pack_fingerprint(pack, digits, err));
        TRY(statement_prepare(office->store, STATEMENT_PACK_VERSION_OF_SHA256, &find, err));
        statement_bind_text(find, PACK_VERSION_OF_SHA256__SHA256, text_of(digits));
        TRY(statement_step(find, &has_row, err));
        if (!has_row)
            *ret_label = pack->version;
        return BERM_OK;
    }
    return BERM_OK;
}

/* A register that is older than versions, opened for reading: its pack, if it is still the same. */
static enum berm_status open_unversioned(struct office *office, struct text pack_name,
                                         struct berm_error *err)
{
    struct pack_bundle bundle;
    struct text known;

    TRY(bundle_collect(office->arena, pack_name, &bundle, err));
    TRY(compile(office->arena, &bundle, &office->pack, err));
    TRY(setting_read(office->store, "pack_sha256", office->arena, &known, err));
    if (text_equal(known, office->pack->sha256))
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "the pack %.*s changed since the register last used it; run a command that "
                     "writes, such as berm screen, so that the register keeps it",
                     TEXT_ARG(pack_name));
}

enum berm_status office_open_pack(struct office *office, enum store_mode mode,
                                  struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct text pack_name;

    TRY(office_refresh(office, err));
    if (office->pack != NULL)
        return BERM_OK;
    TRY(setting_read(office->store, "pack", office->arena, &pack_name, err));
    if (pack_name.length == 0)
        return fail_with(err, BERM_CORRUPT,
                         "the register has no pack: its creation did not finish; remove the file "
                         "and run berm init again");
    if (mode == STORE_READ_ONLY)
        return open_unversioned(office, pack_name, err);
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(office_refresh(office, err)); /* somebody else may have done it meanwhile */
    if (office->pack == NULL)
        TRY(office_adopt_pack(office, pack_name, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return BERM_OK;
}
