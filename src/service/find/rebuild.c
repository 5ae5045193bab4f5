/*
 * All that is derived for finding, made anew: for a register that is older than the search, or
 * whose entries were made by other rules. The version tells; it is raised whenever script/ spells
 * names otherwise.
 */
#include "service/find/private.h"

enum { SETTING_BYTES_MAX = 1 << 12, PIECE_PERSONS = 4096 };

static const char VERSION_SETTING[] = "search_version";
static const struct text VERSION = {"1", 1};

static enum berm_status is_up_to_date(struct store *store, bool *ret_is, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct text known;

    TRY(arena_create(SETTING_BYTES_MAX, &arena, err));
    TRY(setting_read(store, VERSION_SETTING, arena, &known, err));
    *ret_is = text_equal(known, VERSION);
    return BERM_OK;
}

enum berm_status search_check_version(struct store *store, struct berm_error *err)
{
    bool is;

    TRY(is_up_to_date(store, &is, err));
    if (is)
        return BERM_OK;
    return fail_with(err, BERM_VERSION,
                     "names of this register cannot be searched yet; run berm migrate once");
}

static enum berm_status run(struct store *store, enum statement_id id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *statement = NULL;

    TRY(statement_prepare(store, id, &statement, err));
    return statement_run(statement, err);
}

static enum berm_status enter_everybody(struct store *store, struct berm_error *err)
{
    CLEANUP(search_writer_freep) struct search_writer *writer = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t ids[PIECE_PERSONS], after = 0;
    size_t count;
    bool has_row;

    TRY(search_writer_create(store, &writer, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_PERSON_LIST, &list, err));
    do {
        statement_bind_int64(list, SEARCH_PERSON_LIST__AFTER, after);
        statement_bind_int64(list, SEARCH_PERSON_LIST__COUNT, PIECE_PERSONS);
        TRY(statement_step(list, &has_row, err));
        for (count = 0; has_row && count < PIECE_PERSONS; count++) {
            ids[count] = after = statement_int64(list, 0);
            TRY(statement_step(list, &has_row, err));
        }
        statement_reset(list);
        for (size_t p = 0; p < count; p++)
            TRY(search_writer_enter(writer, ids[p], err));
    } while (count == PIECE_PERSONS);
    return search_writer_flush(writer, err);
}

enum berm_status search_rebuild(struct store *store, struct berm_error *err)
{
    TRY(run(store, STATEMENT_SEARCH_CLEAR_TERMS, err));
    TRY(run(store, STATEMENT_SEARCH_CLEAR_PERSONS, err));
    TRY(search_place_areas(store, true, err));
    TRY(run(store, STATEMENT_SEARCH_HOUSEHOLD_SET_ALL_DISTRICTS, err));
    TRY(run(store, STATEMENT_SEARCH_HOUSEHOLD_SET_ALL_RISKS, err));
    TRY(enter_everybody(store, err));
    return setting_write(store, VERSION_SETTING, VERSION, err);
}

enum berm_status search_bring_up_to_date(struct store *store, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    bool is;

    TRY(is_up_to_date(store, &is, err));
    if (is)
        return BERM_OK;
    TRY(store_begin(store, err));
    transaction = store;
    TRY(is_up_to_date(store, &is, err)); /* perhaps somebody else did it meanwhile */
    if (!is)
        TRY(search_rebuild(store, err));
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}
