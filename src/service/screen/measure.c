/*
 * How fast the rules run by themselves: every batch is loaded first, then all cores decide them.
 * The figure that an engine is judged by, apart from the database's.
 */
#include "service/screen/load.h"
#include "service/screen/threads.h"

#include <stdlib.h>
#include <time.h>

enum { MEASURED_BATCHES_MAX = 200 };

struct measuring {
    const struct screening_program *program;
    struct batch *batches[MEASURED_BATCHES_MAX];
    size_t batch_count;
    struct share share;
};

static void measuring_free(struct measuring *measuring)
{
    for (size_t b = 0; b < measuring->batch_count; b++)
        batch_free(measuring->batches[b]);
}

static enum berm_status load_batches(struct office *office, struct measuring *measuring,
                                     const struct places *places, int64_t *ret_households,
                                     struct berm_error *err)
{
    CLEANUP(loader_freep) struct loader *loader = NULL;
    CLEANUP(statement_closep) struct statement *range = NULL;
    int64_t low, high;

    TRY(loader_create(office->store, measuring->program, places, &loader, err));
    TRY(statement_prepare(office->store, STATEMENT_HOUSEHOLD_ID_RANGE, &range, err));
    TRY(statement_step_to_row(range, err));
    if (statement_int64(range, 2) == 0)
        return fail_with(err, BERM_NOT_FOUND, "the register has no households to measure with");
    low = statement_int64(range, 0);
    high = statement_int64(range, 1);
    *ret_households = 0;
    for (; low <= high && measuring->batch_count < MEASURED_BATCHES_MAX; low += BATCH_ROWS_MAX) {
        struct batch **batch = &measuring->batches[measuring->batch_count];
        struct id_range chunk = {low,
                                 low + BATCH_ROWS_MAX - 1 < high ? low + BATCH_ROWS_MAX - 1 : high};

        TRY(batch_create(measuring->program, batch, err));
        measuring->batch_count++;
        TRY(loader_load(loader, &chunk, 1, *batch, err));
        *ret_households += (int64_t)(*batch)->row_count;
    }
    return BERM_OK;
}

static enum berm_status decide_batches(void *context, int thread, struct berm_error *err)
{
    struct measuring *measuring = context;
    CLEANUP(screening_runner_freep) struct screening_runner *runner = NULL;
    struct household_result results[BATCH_ROWS_MAX];

    (void)thread;
    TRY(screening_runner_create(measuring->program, &runner, err));
    for (int64_t at; share_take(&measuring->share, &at);)
        TRY(screening_run_batch(runner, measuring->batches[at], results, err));
    return BERM_OK;
}

enum berm_status screen_measure(struct office *office, month_number month, int thread_count,
                                int64_t *ret_households, double *ret_seconds,
                                struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(measuring_free) struct measuring measuring = {0};
    const struct places *places;
    const struct pack *pack;
    struct timespec start, end;

    TRY(arena_create((size_t)1 << 30, &arena, err));
    TRY(office_pack_at(office, month, &pack, err));
    TRY(screening_program_create(arena, pack, month, &measuring.program, err));
    TRY(places_read(office->store, pack, month, arena, &places, err));
    TRY(load_batches(office, &measuring, places, ret_households, err));
    measuring.share.count = (int64_t)measuring.batch_count;
    clock_gettime(CLOCK_MONOTONIC, &start);
    TRY(threads_run(thread_count_of(thread_count), decide_batches, &measuring, &measuring.share,
                    err));
    clock_gettime(CLOCK_MONOTONIC, &end);
    *ret_seconds =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    return BERM_OK;
}
