/*
 * Made-up registers into the register. Everything about a household follows from the seed, its
 * number and the plan (plan.c), so the files are not kept anywhere: households, persons and
 * flows are each made in a pass of their own, which costs less than storing what a pass found.
 *
 * The rows go through the import like anybody's: the same checks, the same change log.
 */
#include <stdio.h>

#include "service/import/private.h"
#include "service/service.h"
#include "service/synth/private.h"

enum { PROGRESS_SHARES = 100 };

/* A pass's part of the work, of a hundred. */
static const int share_of_kind[IMPORT_KIND_COUNT] = {
    [IMPORT_HOUSEHOLDS] = 8, [IMPORT_PERSONS] = 22, [IMPORT_FLOWS] = 70};

struct filling {
    struct office *office;
    const struct synth_plan *plan;
    const struct synth_options *options;
    struct text file_name; /* what the change log shows */
    int share_before;      /* of the work, of a hundred */
    struct synth_result result;
};

static enum berm_status report(const struct filling *filling, enum import_kind kind, int64_t done,
                               struct berm_error *err)
{
    int64_t total = filling->plan->household_count;

    if (filling->options->progress == NULL)
        return BERM_OK;
    done = (filling->share_before * total + done * share_of_kind[kind]) / PROGRESS_SHARES;
    if (filling->options->progress(filling->options->progress_context, done, total))
        return BERM_OK;
    return fail_with(err, BERM_CANCELLED,
                     "the register was not filled to its end; remove it and begin again");
}

/* A row that the import refuses is a fault of this program. */
static enum berm_status check_row(const struct import_row *row, struct text what,
                                  struct berm_error *err)
{
    if (row->outcome != IMPORT_REJECTED)
        return BERM_OK;
    return fail_with(err, BERM_INTERNAL, "the made-up row %.*s was rejected: %.*s", TEXT_ARG(what),
                     TEXT_ARG(row->reason));
}

static enum berm_status take_batch(struct import *import, struct synth_batch *batch,
                                   struct berm_error *err)
{
    if (batch->kind == IMPORT_HOUSEHOLDS) {
        TRY(import_households(import, batch->households, batch->row_count, batch->arena, err));
        for (size_t i = 0; i < batch->row_count; i++)
            TRY(check_row(&batch->households[i].row, batch->households[i].code, err));
    } else if (batch->kind == IMPORT_PERSONS) {
        TRY(import_persons(import, batch->persons, batch->row_count, batch->arena, err));
        for (size_t i = 0; i < batch->row_count; i++)
            TRY(check_row(&batch->persons[i].row, batch->persons[i].code, err));
    } else {
        TRY(import_flows(import, batch->flows, batch->row_count, batch->arena, err));
        for (size_t i = 0; i < batch->row_count; i++)
            TRY(check_row(&batch->flows[i].row, batch->flows[i].household, err));
    }
    return BERM_OK;
}

static struct import_start start_of(const struct filling *filling, enum import_kind kind)
{
    return (struct import_start){.kind = kind,
                                 .dictionary = &filling->plan->pack->dictionary,
                                 .columns = synth_columns(filling->plan, kind),
                                 .caller = caller_local(),
                                 .actor = filling->office->actor,
                                 .file_name = filling->file_name};
}

static enum berm_status fill_kind(struct filling *filling, enum import_kind kind,
                                  struct berm_error *err)
{
    CLEANUP(synth_feed_freep) struct synth_feed *feed = NULL;
    CLEANUP(import_freep) struct import *import = NULL;
    struct import_start start = start_of(filling, kind);
    struct import_counts counts;
    struct synth_batch *batch = NULL;

    TRY(synth_feed_start(filling->plan, kind, &feed, err));
    TRY(import_begin(filling->office->store, &start, &import, err));
    TRY(synth_feed_next(feed, &batch, err));
    while (batch != NULL) {
        TRY(take_batch(import, batch, err));
        TRY(report(filling, kind, batch->first_household + batch->household_count, err));
        TRY(synth_feed_next(feed, &batch, err));
    }
    TRY(import_finish(import, TEXT(""), false, &counts, err));
    if (kind == IMPORT_HOUSEHOLDS)
        filling->result.households = counts.added;
    else if (kind == IMPORT_PERSONS)
        filling->result.persons = counts.added;
    else
        filling->result.flow_entries = counts.entries;
    filling->share_before += share_of_kind[kind];
    return BERM_OK;
}

static enum berm_status fill_areas(struct filling *filling, struct arena *arena,
                                   struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;
    struct import_start start = start_of(filling, IMPORT_AREAS);
    struct import_counts counts;

    TRY(import_begin(filling->office->store, &start, &import, err));
    TRY(import_areas(import, filling->plan->areas, filling->plan->area_count, arena, err));
    for (size_t i = 0; i < filling->plan->area_count; i++)
        TRY(check_row(&filling->plan->areas[i].row, filling->plan->areas[i].code, err));
    TRY(import_finish(import, TEXT(""), false, &counts, err));
    filling->result.areas = counts.added;
    return BERM_OK;
}

static enum berm_status check_empty(struct store *store, struct berm_error *err)
{
    bool has_any = false;

    TRY(import_has_row(store, STATEMENT_IMPORT_ANY_AREA, &has_any, err));
    return has_any ? fail_with(err, BERM_CONFLICT,
                               "the register is not empty; a made-up register needs one of its "
                               "own, which `berm init` makes")
                   : BERM_OK;
}

enum berm_status synth_register(struct office *office, const struct synth_options *options,
                                struct synth_result *ret_result, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct filling filling = {.office = office, .options = options};
    double started = synth_seconds_now();
    char month[MONTH_TEXT_MAX];

    TRY(arena_create(synth_plan_bytes_max(options->household_count), &arena, err));
    TRY(synth_plan_make(office->pack, options, arena, &filling.plan, err));
    TRY(check_empty(office->store, err));
    TRY(text_format(arena, &filling.file_name, err, "made up: %lld households, seed %llu, to %.*s",
                    (long long)options->household_count, (unsigned long long)options->seed,
                    TEXT_ARG(month_format(options->last_month, month))));
    TRY(fill_areas(&filling, arena, err));
    TRY(fill_kind(&filling, IMPORT_HOUSEHOLDS, err));
    TRY(fill_kind(&filling, IMPORT_PERSONS, err));
    if (office->pack->dictionary.count[ENTITY_FLOW] > 0)
        TRY(fill_kind(&filling, IMPORT_FLOWS, err));
    filling.result.seconds = synth_seconds_now() - started;
    *ret_result = filling.result;
    return BERM_OK;
}
