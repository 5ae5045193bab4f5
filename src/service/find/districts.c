/*
 * Districts. The level is chosen while there are no households yet, as the lowest with not too many
 * areas at and above it: a search of the whole register looks into each district, and one in a
 * village reads all that its district has under the letters typed. Later it stays, since another
 * level means entering everybody anew.
 */
#include "service/find/private.h"

enum { DISTRICTS_MAX = 3000, SETTING_BYTES_MAX = 1 << 12, PIECE_HOUSEHOLDS = 512 };

static const char LEVEL_SETTING[] = "search_district_level";

static enum berm_status choose_level(struct store *store, int64_t *ret_level,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t level = 0, areas = 0;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_SEARCH_AREA_LEVEL_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        areas += statement_int64(list, 1);
        if (areas <= DISTRICTS_MAX)
            level = statement_int64(list, 0);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_level = level;
    return BERM_OK;
}

static enum berm_status find_level(struct store *store, bool is_new, int64_t *ret_level,
                                   struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer digits = {0};
    struct text known;

    TRY(arena_create(SETTING_BYTES_MAX, &arena, err));
    TRY(setting_read(store, LEVEL_SETTING, arena, &known, err));
    if (!is_new && text_parse_int64(known, ret_level))
        return BERM_OK;
    TRY(choose_level(store, ret_level, err));
    buffer_append_int64(&digits, *ret_level);
    TRY(buffer_status(&digits, err));
    return setting_write(store, LEVEL_SETTING, buffer_text(&digits), err);
}

enum berm_status search_place_areas(struct store *store, bool is_level_new, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *set = NULL;
    int64_t district_level;

    TRY(find_level(store, is_level_new, &district_level, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_AREA_SET_DISTRICT, &set, err));
    for (int level = 0; level < AREA_DEPTH_MAX; level++) {
        statement_bind_int64(set, SEARCH_AREA_SET_DISTRICT__DISTRICT_LEVEL, district_level);
        statement_bind_int64(set, SEARCH_AREA_SET_DISTRICT__LEVEL, level);
        TRY(statement_run(set, err));
    }
    return BERM_OK;
}

/* Households whose area came into another district, with everybody in them. */
static enum berm_status move_households(struct store *store, struct berm_error *err)
{
    CLEANUP(search_writer_freep) struct search_writer *writer = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t ids[PIECE_HOUSEHOLDS], after = 0;
    size_t count;
    bool has_row;

    TRY(search_writer_create(store, &writer, err));
    TRY(statement_prepare(store, STATEMENT_SEARCH_HOUSEHOLD_MISPLACED, &list, err));
    do {
        statement_bind_int64(list, SEARCH_HOUSEHOLD_MISPLACED__AFTER, after);
        statement_bind_int64(list, SEARCH_HOUSEHOLD_MISPLACED__COUNT, PIECE_HOUSEHOLDS);
        TRY(statement_step(list, &has_row, err));
        for (count = 0; has_row && count < PIECE_HOUSEHOLDS; count++) {
            ids[count] = after = statement_int64(list, 0);
            TRY(statement_step(list, &has_row, err));
        }
        statement_reset(list);
        for (size_t h = 0; h < count; h++)
            TRY(search_writer_refresh_household(writer, ids[h], err));
    } while (count == PIECE_HOUSEHOLDS);
    return search_writer_flush(writer, err);
}

enum berm_status search_refresh_areas(struct store *store, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *any = NULL;
    bool has_households;

    TRY(statement_prepare(store, STATEMENT_IMPORT_ANY_HOUSEHOLD, &any, err));
    TRY(statement_step(any, &has_households, err));
    statement_reset(any);
    TRY(search_place_areas(store, !has_households, err));
    return has_households ? move_households(store, err) : BERM_OK;
}
