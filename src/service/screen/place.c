/*
 * Areas in memory. Screening asks for an area's code and figures once for each household, so both
 * are resolved once for each area; most packs have the same figures everywhere, and then there is
 * one set.
 */
#include "service/screen/place.h"

static enum berm_status read_areas(struct store *store, struct arena *arena, struct places *places,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct area *areas;
    size_t capacity = 1024;
    bool has_row;

    TRY(arena_new(arena, capacity, sizeof *areas, &areas, err));
    TRY(statement_prepare(store, STATEMENT_AREA_LIST, &rows, err));
    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        struct area *area;

        TRY(rows_reserve(arena, &areas, sizeof *areas, places->area_count, &capacity, err));
        area = &areas[places->area_count++];
        area->area_id = statement_int64(rows, 0);
        area->parent_id = statement_int64(rows, 1);
        area->level = (int)statement_int64(rows, 5);
        area->position_low = statement_int64(rows, 6);
        area->position_high = statement_int64(rows, 7);
        TRY(text_copy(arena, statement_text(rows, 2), &area->code, err));
        TRY(text_copy(arena, statement_text(rows, 3), &area->name, err));
        TRY(text_copy(arena, statement_text(rows, 4), &area->name_en, err));
        if (area->area_id >= places->id_limit)
            places->id_limit = area->area_id + 1;
        TRY(statement_step(rows, &has_row, err));
    }
    places->areas = areas;
    return BERM_OK;
}

static enum berm_status index_ids(struct arena *arena, struct places *places,
                                  struct berm_error *err)
{
    int32_t *by_id;

    TRY(arena_new(arena, (size_t)places->id_limit, sizeof *by_id, &by_id, err));
    for (int64_t i = 0; i < places->id_limit; i++)
        by_id[i] = -1;
    for (size_t i = 0; i < places->area_count; i++)
        by_id[places->areas[i].area_id] = (int32_t)i;
    places->by_id = by_id;
    return BERM_OK;
}

int places_find(const struct places *places, int64_t area_id)
{
    return area_id >= 0 && area_id < places->id_limit ? places->by_id[area_id] : -1;
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

enum berm_status places_read(struct office *office, month_number month, struct arena *arena,
                             const struct places **ret_places, struct berm_error *err)
{
    date_days day = month_last_day(month);
    bool is_same_everywhere = !has_area_figures(&office->pack->parameters);
    struct places *places;

    TRY(arena_new(arena, 1, sizeof *places, &places, err));
    TRY(read_areas(office->store, arena, places, err));
    TRY(index_ids(arena, places, err));
    TRY(arena_new(arena, places->area_count, sizeof(struct parameter_set *), &places->parameters,
                  err));
    for (size_t i = 0; i < places->area_count; i++) {
        if (i > 0 && is_same_everywhere)
            places->parameters[i] = places->parameters[0];
        else
            TRY(resolve(office->pack, places, i, day, arena, &places->parameters[i], err));
    }
    *ret_places = places;
    return BERM_OK;
}
