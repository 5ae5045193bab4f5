/* The areas' levels and positions against a rebuild from their parents alone. */
#include "service/doctor/private.h"

#include <string.h>

enum { AREA_BYTES_MAX = 1 << 30 };

static enum berm_status read_areas(struct examination *examination, struct arena *arena,
                                   struct area **ret_areas, size_t *ret_count,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *total = NULL;
    struct area *areas;
    size_t count = 0, area_count;
    bool has_row;

    TRY(statement_prepare(examination->store, STATEMENT_IMPORT_AREA_COUNT, &total, err));
    TRY(statement_step_to_row(total, err));
    area_count = (size_t)statement_int64(total, 0);
    TRY(arena_new(arena, area_count, sizeof *areas, &areas, err));
    TRY(statement_prepare(examination->store, STATEMENT_IMPORT_AREA_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row && count < area_count) {
        struct area *area = &areas[count++];

        area->area_id = statement_int64(list, 0);
        area->parent_id = statement_int64(list, 1);
        TRY(text_copy(arena, statement_text(list, 2), &area->code, err));
        area->level = (int)statement_int64(list, 5);
        area->position_low = statement_int64(list, 6);
        area->position_high = statement_int64(list, 7);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_areas = areas;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status doctor_areas(struct examination *examination, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct area *areas, *rebuilt;
    size_t count, bad = 0;
    int64_t wrong = 0;

    TRY(arena_create(AREA_BYTES_MAX, &arena, err));
    TRY(read_areas(examination, arena, &areas, &count, err));
    TRY(arena_new(arena, count, sizeof *rebuilt, &rebuilt, err));
    memcpy(rebuilt, areas, count * sizeof *areas);
    TRY(area_assign_positions(rebuilt, count, &bad, err));
    for (size_t i = 0; i < count; i++) {
        if (areas[i].level == rebuilt[i].level &&
            areas[i].position_low == rebuilt[i].position_low &&
            areas[i].position_high == rebuilt[i].position_high)
            continue;
        if (++wrong <= DOCTOR_TOLD_MAX)
            doctor_tell(examination, "areas", DOCTOR_FAULT,
                        "the level or position of the area %.*s is not that of its place in the "
                        "tree; restore a backup",
                        TEXT_ARG(areas[i].code));
    }
    doctor_tell(examination, "areas", wrong > 0 ? DOCTOR_FAULT : DOCTOR_OK,
                "%zu areas, %lld of them differ from a rebuild", count, (long long)wrong);
    return BERM_OK;
}
