/*
 * The tree of areas: country, provinces, prefectures, counties, townships, villages. It is grown
 * from below: first as many villages as the households fill, of 200 to 400 each; then villages are
 * taken together to townships, these to counties, and so on, in numbers as they are in life. A
 * small register thus has one area of each upper level, and villages enough.
 *
 * Codes are made like GB/T 2260's, digits level by level, but begin with a letter: nobody can take
 * one for a real area's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/synth/private.h"

enum {
    LEVEL_COUNTRY,
    LEVEL_PROVINCE,
    LEVEL_PREFECTURE,
    LEVEL_COUNTY,
    LEVEL_TOWNSHIP,
    LEVEL_VILLAGE,
    LEVEL_COUNT
};

enum { VILLAGE_HOUSEHOLDS_MIN = 200, VILLAGE_HOUSEHOLDS_MAX = 400 };

static const struct {
    int children_min, children_max; /* of one area of this level */
    int digits;                     /* its own part of the code */
    const char *word_zh, *word_en;
} levels[LEVEL_COUNT] = {
    [LEVEL_COUNTRY] = {1, 40, 1, "国", "Country"},
    [LEVEL_PROVINCE] = {8, 12, 2, "省", "Province"},
    [LEVEL_PREFECTURE] = {6, 10, 2, "市", "Prefecture"},
    [LEVEL_COUNTY] = {10, 15, 2, "县", "County"},
    [LEVEL_TOWNSHIP] = {10, 15, 3, "乡", "Township"},
    [LEVEL_VILLAGE] = {0, 0, 3, "村", "Village"},
};

/* How many areas of each level, and how many children each of them takes. */
struct shape {
    int64_t counts[LEVEL_COUNT];
    uint8_t *children[LEVEL_COUNT]; /* for each area of the level, how many of the one below */
};

/* ---- The tree -------------------------------------------------------------------------------- */

static enum berm_status fill_villages(struct synth_plan *plan, struct arena *arena,
                                      struct random *random, struct berm_error *err)
{
    size_t room = (size_t)(plan->household_count / VILLAGE_HOUSEHOLDS_MIN) + 1;
    int64_t filled = 0;

    TRY(arena_new(arena, room, sizeof *plan->villages, &plan->villages, err));
    while (filled < plan->household_count) {
        struct synth_village *village = &plan->villages[plan->village_count++];

        filled += synth_between(random, VILLAGE_HOUSEHOLDS_MIN, VILLAGE_HOUSEHOLDS_MAX);
        if (filled > plan->household_count)
            filled = plan->household_count;
        village->end_household = filled;
    }
    return BERM_OK;
}

static enum berm_status group_areas(struct shape *shape, int level, struct arena *arena,
                                    struct random *random, struct berm_error *err)
{
    int64_t below = shape->counts[level + 1];
    int64_t taken = 0, count = 0;

    TRY(arena_new(arena, (size_t)(below / levels[level].children_min) + 1, 1,
                  &shape->children[level], err));
    while (taken < below) {
        int64_t children =
            synth_between(random, levels[level].children_min, levels[level].children_max);

        if (level == LEVEL_COUNTRY || children > below - taken)
            children = below - taken;
        assert(children <= UINT8_MAX);
        shape->children[level][count++] = (uint8_t)children;
        taken += children;
    }
    shape->counts[level] = count;
    return BERM_OK;
}

/* ---- Names and codes ------------------------------------------------------------------------- */

/* Every name says that it is a demonstration's: two characters alone may well be some real village.
 */
static enum berm_status name_area(const struct synth_plan *plan, int level, int64_t number,
                                  int number_in_parent, bool is_chinese, struct arena *arena,
                                  struct text *ret_name, struct berm_error *err)
{
    char place[SYNTH_NAME_BYTES_MAX], numeral[SYNTH_NAME_BYTES_MAX];
    int which = (int)((number * 7 + (int64_t)(plan->seed % 97)) % INT32_MAX);
    const char *word = is_chinese ? levels[level].word_zh : levels[level].word_en;

    synth_place_name(is_chinese, which, place);
    synth_numeral(is_chinese, level == LEVEL_VILLAGE ? number_in_parent : (int)number + 1, numeral);
    if (level == LEVEL_COUNTRY)
        return text_format(arena, ret_name, err, is_chinese ? "示例%s" : "Demo %s", word);
    if (level < LEVEL_TOWNSHIP)
        return is_chinese ? text_format(arena, ret_name, err, "示例%s%s", numeral, word)
                          : text_format(arena, ret_name, err, "Demo %s %s", word, numeral);
    if (level == LEVEL_TOWNSHIP)
        return is_chinese ? text_format(arena, ret_name, err, "示例%s%s", place, word)
                          : text_format(arena, ret_name, err, "%s Demo %s", place, word);
    return is_chinese ? text_format(arena, ret_name, err, "示例%s%s%s", place, numeral, word)
                      : text_format(arena, ret_name, err, "%s Demo %s %s", place, word, numeral);
}

static enum berm_status write_area(struct synth_plan *plan, int level, int64_t number,
                                   int number_in_parent, struct text parent, struct arena *arena,
                                   struct berm_error *err)
{
    struct import_area *area = &plan->areas[plan->area_count++];

    area->parent = parent;
    if (level == LEVEL_COUNTRY)
        TRY(text_format(arena, &area->code, err, "D"));
    else
        TRY(text_format(arena, &area->code, err, "%.*s%0*d", TEXT_ARG(parent), levels[level].digits,
                        number_in_parent));
    TRY(name_area(plan, level, number, number_in_parent, plan->is_chinese, arena, &area->name,
                  err));
    return plan->is_chinese
               ? name_area(plan, level, number, number_in_parent, false, arena, &area->name_en, err)
               : BERM_OK;
}

/* Level by level, so that parents stand before their children. */
static enum berm_status write_tree(struct synth_plan *plan, const struct shape *shape,
                                   struct arena *arena, struct berm_error *err)
{
    size_t parents = 0; /* where the level above begins in areas */

    TRY(write_area(plan, LEVEL_COUNTRY, 0, 1, TEXT(""), arena, err));
    for (int level = LEVEL_PROVINCE; level < LEVEL_COUNT; level++) {
        size_t begin = plan->area_count;
        int64_t number = 0;

        for (int64_t parent = 0; parent < shape->counts[level - 1]; parent++)
            for (int child = 1; child <= shape->children[level - 1][parent]; child++, number++) {
                if (level == LEVEL_VILLAGE) {
                    plan->villages[number].area = (int)plan->area_count;
                    plan->villages[number].township = (int)parent;
                }
                TRY(write_area(plan, level, number, child,
                               plan->areas[parents + (size_t)parent].code, arena, err));
            }
        parents = begin;
    }
    return BERM_OK;
}

enum berm_status synth_areas_make(struct synth_plan *plan, struct arena *arena,
                                  struct berm_error *err)
{
    struct random random = synth_random(plan->seed, SYNTH_STREAM_AREAS, 0);
    struct shape shape = {0};
    size_t count = 0;

    TRY(fill_villages(plan, arena, &random, err));
    shape.counts[LEVEL_VILLAGE] = (int64_t)plan->village_count;
    for (int level = LEVEL_TOWNSHIP; level >= LEVEL_COUNTRY; level--)
        TRY(group_areas(&shape, level, arena, &random, err));
    for (int level = 0; level < LEVEL_COUNT; level++)
        count += (size_t)shape.counts[level];
    plan->township_count = (int)shape.counts[LEVEL_TOWNSHIP];
    TRY(arena_new(arena, count, sizeof *plan->areas, &plan->areas, err));
    return write_tree(plan, &shape, arena, err);
}

const struct synth_village *synth_village_of(const struct synth_plan *plan, int64_t household)
{
    size_t low = 0, high = plan->village_count - 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (plan->villages[middle].end_household <= household)
            low = middle + 1;
        else
            high = middle;
    }
    return &plan->villages[low];
}
