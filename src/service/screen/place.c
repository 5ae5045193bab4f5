/*
 * Areas in memory. Screening asks for an area's code and figures once for each household, so both
 * are resolved once for each area; most packs have the same figures everywhere, and then there is
 * one set.
 */
#include "service/screen/place.h"

#include <stdlib.h>

/* The columns of area_list and area_of_households. */
static enum berm_status read_row(struct statement *rows, struct arena *arena, struct area *area,
                                 struct berm_error *err)
{
    area->area_id = statement_int64(rows, 0);
    area->parent_id = statement_int64(rows, 1);
    area->level = (int)statement_int64(rows, 5);
    area->position_low = statement_int64(rows, 6);
    area->position_high = statement_int64(rows, 7);
    TRY(text_copy(arena, statement_text(rows, 2), &area->code, err));
    TRY(text_copy(arena, statement_text(rows, 3), &area->name, err));
    return text_copy(arena, statement_text(rows, 4), &area->name_en, err);
}

static enum berm_status read_areas(struct statement *rows, struct arena *arena, struct area **areas,
                                   size_t *count, size_t *capacity, struct berm_error *err)
{
    bool has_row;

    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        TRY(rows_reserve(arena, areas, sizeof **areas, *count, capacity, err));
        TRY(read_row(rows, arena, &(*areas)[(*count)++], err));
        TRY(statement_step(rows, &has_row, err));
    }
    return BERM_OK;
}

static enum berm_status index_ids(struct arena *arena, struct places *places,
                                  struct berm_error *err)
{
    int32_t *by_id;

    for (size_t i = 0; i < places->area_count; i++)
        if (places->areas[i].area_id >= places->id_limit)
            places->id_limit = places->areas[i].area_id + 1;
    TRY(arena_new(arena, (size_t)places->id_limit, sizeof *by_id, &by_id, err));
    for (int64_t i = 0; i < places->id_limit; i++)
        by_id[i] = -1;
    for (size_t i = 0; i < places->area_count; i++)
        by_id[places->areas[i].area_id] = (int32_t)i;
    places->by_id = by_id;
    return BERM_OK;
}

static int compare_ids(const void *left, const void *right)
{
    const struct area *a = left;
    const struct area *b = right;

    return (a->area_id > b->area_id) - (a->area_id < b->area_id);
}

int places_find(const struct places *places, int64_t area_id)
{
    const struct area wanted = {.area_id = area_id};
    const struct area *found;

    if (places->by_id)
        return area_id >= 0 && area_id < places->id_limit ? places->by_id[area_id] : -1;
    if (places->area_count == 0)
        return -1;
    found = bsearch(&wanted, places->areas, places->area_count, sizeof wanted, compare_ids);
    return found ? (int)(found - places->areas) : -1;
}

static enum berm_status resolve(const struct pack *pack, const struct places *places, size_t place,
                                date_days day, struct arena *arena,
                                const struct parameter_set **ret_set, struct berm_error *err)
{
    const struct parameter_table *table = &pack->parameters;
    struct text codes[AREA_DEPTH_MAX + 1];
    struct parameter_set *set;
    struct field_value *values;
    size_t code_count = 0;
    int at = (int)place;

    while (at >= 0 && code_count <= AREA_DEPTH_MAX) {
        codes[code_count++] = places->areas[at].code;
        at = places_find(places, places->areas[at].parent_id);
    }
    TRY(arena_new(arena, 1, sizeof *set, &set, err));
    TRY(arena_new(arena, table->name_count, sizeof *values, &values, err));
    for (size_t p = 0; p < table->name_count; p++) {
        const struct parameter *row = parameter_find(table, p, codes, code_count, day);

        if (row)
            values[p] = (struct field_value){.is_known = true, .number = row->value_millionths};
    }
    set->values = values;
    *ret_set = set;
    return BERM_OK;
}

/* Does any figure differ by area? */
static bool has_area_figures(const struct parameter_table *table)
{
    for (size_t r = 0; r < table->row_count; r++)
        if (table->rows[r].area_code.length)
            return true;
    return false;
}

static enum berm_status resolve_all(const struct pack *pack, month_number month,
                                    struct places *places, struct arena *arena,
                                    struct berm_error *err)
{
    date_days day = month_last_day(month);
    bool is_same_everywhere = !has_area_figures(&pack->parameters);

    TRY(arena_new(arena, places->area_count, sizeof(struct parameter_set *), &places->parameters,
                  err));
    for (size_t i = 0; i < places->area_count; i++) {
        if (i > 0 && is_same_everywhere)
            places->parameters[i] = places->parameters[0];
        else
            TRY(resolve(pack, places, i, day, arena, &places->parameters[i], err));
    }
    return BERM_OK;
}

enum berm_status places_read(struct store *store, const struct pack *pack, month_number month,
                             struct arena *arena, const struct places **ret_places,
                             struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct places *places;
    struct area *areas = NULL;
    size_t capacity = 0;

    TRY(arena_new(arena, 1, sizeof *places, &places, err));
    TRY(statement_prepare(store, STATEMENT_AREA_LIST, &rows, err));
    TRY(read_areas(rows, arena, &areas, &places->area_count, &capacity, err));
    places->areas = areas;
    TRY(index_ids(arena, places, err));
    TRY(resolve_all(pack, month, places, arena, err));
    *ret_places = places;
    return BERM_OK;
}

enum berm_status places_read_few(struct store *store, const struct pack *pack, month_number month,
                                 const struct id_range *households, size_t range_count,
                                 struct arena *arena, struct places *ret_places,
                                 struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct places places = {0};
    struct area *areas = NULL;
    size_t count = 0, capacity = 0;

    TRY(statement_prepare(store, STATEMENT_AREA_OF_HOUSEHOLDS, &rows, err));
    for (size_t r = 0; r < range_count; r++) {
        statement_bind_int64(rows, AREA_OF_HOUSEHOLDS__LOW, households[r].low);
        statement_bind_int64(rows, AREA_OF_HOUSEHOLDS__HIGH, households[r].high);
        TRY(read_areas(rows, arena, &areas, &count, &capacity, err));
        statement_reset(rows);
    }
    if (count > 1)
        qsort(areas, count, sizeof *areas, compare_ids);
    for (size_t i = 0; i < count; i++) /* ranges may share areas */
        if (i == 0 || areas[i].area_id != areas[places.area_count - 1].area_id)
            areas[places.area_count++] = areas[i];
    places.areas = areas;
    TRY(resolve_all(pack, month, &places, arena, err));
    *ret_places = places;
    return BERM_OK;
}
