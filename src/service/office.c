/*
 * An open register with its pack. The register remembers its pack's name and fingerprint; when the
 * pack changed since (a new version of the program, an edited folder), its new variables become
 * columns and the change is recorded, before anything else is done with it.
 */
#include "service/screen/again.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OFFICE_BYTES_MAX = 256 << 20 };

/* ---- Settings and ids ------------------------------------------------------------------------ */

enum berm_status setting_read(struct store *store, const char *name, struct arena *arena,
                              struct text *ret_value, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *get = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_SETTING_GET, &get, err));
    statement_bind_text(get, SETTING_GET__NAME, text_of(name));
    TRY(statement_step(get, &has_row, err));
    *ret_value = (struct text){"", 0};
    return has_row ? text_copy(arena, statement_text(get, 0), ret_value, err) : BERM_OK;
}

enum berm_status setting_write(struct store *store, const char *name, struct text value,
                               struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *put = NULL;

    TRY(statement_prepare(store, STATEMENT_SETTING_PUT, &put, err));
    statement_bind_text(put, SETTING_PUT__NAME, text_of(name));
    statement_bind_text(put, SETTING_PUT__VALUE, value);
    return statement_run(put, err);
}

enum berm_status rows_reserve(struct arena *arena, void *rows, size_t size_bytes, size_t count,
                              size_t *capacity, struct berm_error *err)
{
    enum { ROWS_AT_FIRST = 64 };
    size_t wanted = *capacity ? 2 * *capacity : ROWS_AT_FIRST;
    void *grown;
    void *old;

    if (count < *capacity)
        return BERM_OK;
    TRY(arena_new(arena, wanted, size_bytes, &grown, err));
    memcpy(&old, rows, sizeof old);
    if (count > 0)
        memcpy(grown, old, count * size_bytes);
    memcpy(rows, &grown, sizeof grown);
    *capacity = wanted;
    return BERM_OK;
}

enum berm_status id_take(struct store *store, const char *kind, int64_t count, int64_t *ret_first,
                         struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *take = NULL;

    TRY(statement_prepare(store, STATEMENT_ID_TAKE, &take, err));
    statement_bind_text(take, ID_TAKE__NAME, text_of(kind));
    statement_bind_int64(take, ID_TAKE__COUNT, count);
    TRY(statement_step_to_row(take, err));
    *ret_first = statement_int64(take, 0);
    return BERM_OK;
}

enum berm_status month_last_screened(struct store *store, month_number *ret_month,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *last = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_RUN_LAST, &last, err));
    TRY(statement_step(last, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_NOT_FOUND,
                         "no month has been screened yet; run berm screen --month YYYY-MM first");
    *ret_month = statement_month(last, 1);
    return BERM_OK;
}

enum berm_status month_is_screened(struct store *store, month_number month, bool *ret_is_screened,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *run = NULL;

    TRY(statement_prepare(store, STATEMENT_RUN_OF_MONTH, &run, err));
    statement_bind_month(run, RUN_OF_MONTH__MONTH, month);
    return statement_step(run, ret_is_screened, err);
}

/* ---- Opening --------------------------------------------------------------------------------- */

static enum berm_status read_actor(struct arena *arena, struct text *ret_actor,
                                   struct berm_error *err)
{
    const struct passwd *user = getpwuid(getuid());

    if (user)
        return text_copy(arena, text_of(user->pw_name), ret_actor, err);
    return text_format(arena, ret_actor, err, "uid %u", (unsigned)getuid());
}

static enum berm_status fingerprint(struct office *office, struct berm_error *err)
{
    CLEANUP(digest_freep) struct digest *digest = NULL;
    char digits[DIGEST_TEXT_MAX];

    TRY(digest_create(&digest, err));
    digest_add(digest, office->pack->digest_input.bytes, office->pack->digest_input.length);
    return text_copy(office->arena, digest_finish(digest, digits), &office->pack_sha256, err);
}

/* Columns for the pack's variables, and the pack's fingerprint, as one recorded change. */
static enum berm_status apply_pack(struct office *office, struct text pack_name,
                                   struct berm_error *err)
{
    CLEANUP(change_close) struct change change = {0};
    struct change_end end = {.file_sha256 = office->pack_sha256, .action = TEXT("apply_pack")};

    TRY(store_apply_dictionary(office->store, &office->pack->dictionary, err));
    TRY(setting_write(office->store, "pack", pack_name, err));
    TRY(setting_write(office->store, "pack_version", office->pack->version, err));
    TRY(setting_write(office->store, "pack_sha256", office->pack_sha256, err));
    TRY(text_format(office->arena, &end.subject, err, "%.*s %.*s", TEXT_ARG(office->pack->name),
                    TEXT_ARG(office->pack->version)));
    TRY(change_begin(office->store, &office->actor, TEXT("pack applied"), pack_name, &change, err));
    return change_finish(&change, &office->actor, &end, err);
}

static enum berm_status office_prepare(struct office **ret_office, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = calloc(1, sizeof *office);

    if (!office)
        return fail_with(err, BERM_NO_MEMORY, "no memory to open a register");
    TRY(arena_create(OFFICE_BYTES_MAX, &office->arena, err));
    TRY(read_actor(office->arena, &office->actor.name, err));
    office->actor.via = TEXT("cli");
    *ret_office = office;
    office = NULL;
    return BERM_OK;
}

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
        return BERM_OK; /* pack_read says what is wrong with it */
    }
    status = text_copy(arena, text_of(path), ret_name, err);
    free(path);
    return status;
}

enum berm_status office_create(struct text url, struct text pack_name, struct office **ret_office,
                               struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct text lasting;

    TRY(office_prepare(&office, err));
    TRY(lasting_name(office->arena, pack_name, &lasting, err));
    TRY(pack_read(office->arena, lasting, &office->pack, err));
    TRY(fingerprint(office, err));
    TRY(store_open(url, STORE_CREATE, &office->store, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(apply_pack(office, lasting, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    *ret_office = office;
    office = NULL;
    return BERM_OK;
}

enum berm_status office_open(struct text url, enum store_mode mode, struct office **ret_office,
                             struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    struct text pack_name, known;

    assert(mode != STORE_CREATE);
    TRY(office_prepare(&office, err));
    TRY(store_open(url, mode, &office->store, err));
    TRY(setting_read(office->store, "pack", office->arena, &pack_name, err));
    if (pack_name.length == 0)
        return fail_with(err, BERM_CORRUPT,
                         "%.*s has no pack: its creation did not finish; remove the file and run "
                         "berm init again",
                         TEXT_ARG(url));
    TRY(pack_read(office->arena, pack_name, &office->pack, err));
    TRY(fingerprint(office, err));
    TRY(setting_read(office->store, "pack_sha256", office->arena, &known, err));
    if (!text_equal(known, office->pack_sha256)) {
        CLEANUP(store_rollbackp) struct store *transaction = NULL;

        if (mode == STORE_READ_ONLY)
            return fail_with(
                err, BERM_CONFLICT,
                "the pack %.*s changed since it was applied; run a command that writes, such "
                "as berm screen, to apply it",
                TEXT_ARG(pack_name));
        TRY(store_begin(office->store, err));
        transaction = office->store;
        TRY(setting_read(office->store, "pack_sha256", office->arena, &known, err));
        if (!text_equal(known, office->pack_sha256)) /* nobody else did it meanwhile */
            TRY(apply_pack(office, pack_name, err));
        TRY(store_commit(office->store, err));
        transaction = NULL;
    }
    *ret_office = office;
    office = NULL;
    return BERM_OK;
}

/* ---- The key --------------------------------------------------------------------------------- */

enum berm_status office_take_key(struct office *office, struct key_file **key,
                                 struct berm_error *err)
{
    key_file_free(office->key);
    office->key = *key;
    *key = NULL;
    return office->key == NULL ? BERM_OK : journal_check_key(office->store, office->key, err);
}

enum berm_status office_seal(struct office *office, struct berm_error *err)
{
    int64_t sealed;

    return office->key == NULL
               ? BERM_OK
               : journal_seal(office->store, office->key, &office->actor, &sealed, err);
}

void office_close(struct office *office)
{
    if (!office)
        return;
    again_free(office->again); /* before the store that its statements are of */
    store_close(office->store);
    key_file_free(office->key);
    arena_free(office->arena);
    free(office);
}

void office_closep(struct office **office)
{
    office_close(*office);
}
