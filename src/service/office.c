/*
 * An open register with its pack, which it keeps itself (policy/packs.c): what happens outside,
 * such as a new version of the program or an edited folder, changes nothing in it.
 */
#include "script/script.h"
#include "service/policy/private.h"
#include "service/screen/again.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OFFICE_BYTES_MAX = 256 << 20 };

/* ---- Settings -------------------------------------------------------------------------------- */

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

enum berm_status actor_of_user(struct arena *arena, struct actor *ret_actor, struct berm_error *err)
{
    const struct passwd *user = getpwuid(getuid());
    struct actor actor = {.via = TEXT("cli")};

    if (user)
        TRY(text_copy(arena, text_of(user->pw_name), &actor.name, err));
    else
        TRY(text_format(arena, &actor.name, err, "uid %u", (unsigned)getuid()));
    *ret_actor = actor;
    return BERM_OK;
}

static enum berm_status office_prepare(struct office **ret_office, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = calloc(1, sizeof *office);

    if (!office)
        return fail_with(err, BERM_NO_MEMORY, "no memory to open a register");
    TRY(arena_create(OFFICE_BYTES_MAX, &office->arena, err));
    TRY(actor_of_user(office->arena, &office->actor, err));
    *ret_office = office;
    office = NULL;
    return BERM_OK;
}

enum berm_status office_create(struct text url, struct text pack_name, struct office **ret_office,
                               struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    const struct pack *pack;

    TRY(office_prepare(&office, err));
    TRY(pack_read(office->arena, pack_name, &pack, err)); /* before there is a file */
    TRY(store_open(url, STORE_CREATE, &office->store, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(office_adopt_pack(office, pack_name, err));
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

    assert(mode != STORE_CREATE);
    TRY(office_prepare(&office, err));
    TRY(store_open(url, mode, &office->store, err));
    TRY(office_open_pack(office, mode, err));
    if (mode == STORE_READ_WRITE) {
        TRY(search_bring_up_to_date(office->store, err));
        TRY(feed_settle(office->store, err));
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

enum berm_status office_today(struct office *office, date_days *ret_today, struct berm_error *err)
{
    return zone_date(office->pack->time_zone, seconds_since_1970(), ret_today, err);
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
    pack_shelf_free(office->shelf);
    key_file_free(office->key);
    arena_free(office->arena);
    free(office);
}

void office_closep(struct office **office)
{
    office_close(*office);
}
