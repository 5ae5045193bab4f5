/*
 * How fast the rules run by themselves: every batch is loaded first, then all cores decide them.
 * The figure that an engine is judged by, apart from the database's.
 */
#include "service/screen/load.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MEASURED_BATCHES_MAX = 200, MEASURE_THREADS_MAX = 64 };

struct measuring {
    const struct screening_program *program;
    struct batch *batches[MEASURED_BATCHES_MAX];
    size_t batch_count;
    pthread_mutex_t mutex;
    size_t next;
    struct berm_error error;
};

static void measuring_free(struct measuring *measuring)
{
    for (size_t b = 0; b < measuring->batch_count; b++)
        batch_free(measuring->batches[b]);
    pthread_mutex_destroy(&measuring->mutex);
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

static enum berm_status decide_batches(struct measuring *measuring, struct berm_error *err)
{
    CLEANUP(screening_runner_freep) struct screening_runner *runner = NULL;
    struct household_result results[BATCH_ROWS_MAX];

    TRY(screening_runner_create(measuring->program, &runner, err));
    for (;;) {
        size_t at;

        pthread_mutex_lock(&measuring->mutex);
        at = measuring->next++;
        pthread_mutex_unlock(&measuring->mutex);
        if (at >= measuring->batch_count)
            return BERM_OK;
        TRY(screening_run_batch(runner, measuring->batches[at], results, err));
    }
}

static void *decide_in_thread(void *argument)
{
    struct measuring *measuring = argument;
    struct berm_error error = {0};

    if (decide_batches(measuring, &error) != BERM_OK) {
        pthread_mutex_lock(&measuring->mutex);
        measuring->error = error;
        measuring->next = measuring->batch_count;
        pthread_mutex_unlock(&measuring->mutex);
    }
    return NULL;
}

enum berm_status screen_measure(struct office *office, month_number month, int thread_count,
                                int64_t *ret_households, double *ret_seconds,
                                struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(measuring_free) struct measuring measuring = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[MEASURE_THREADS_MAX];
    const struct places *places;
    const struct pack *pack;
    struct timespec start, end;
    int wanted = thread_count > 0 ? thread_count : (int)sysconf(_SC_NPROCESSORS_ONLN);
    int started = 0;

    TRY(arena_create((size_t)1 << 30, &arena, err));
    TRY(office_pack_at(office, month, &pack, err));
    TRY(screening_program_create(arena, pack, month, &measuring.program, err));
    TRY(places_read(office->store, pack, month, arena, &places, err));
    TRY(load_batches(office, &measuring, places, ret_households, err));
    clock_gettime(CLOCK_MONOTONIC, &start);
    while (started < wanted && started < MEASURE_THREADS_MAX &&
           pthread_create(&threads[started], NULL, decide_in_thread, &measuring) == 0)
        started++;
    for (int t = 0; t < started; t++)
        pthread_join(threads[t], NULL);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (started == 0)
        return fail_with(err, BERM_NO_MEMORY, "no thread could be started");
    if (measuring.error.status != BERM_OK && err)
        *err = measuring.error;
    *ret_seconds =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    return measuring.error.status;
}
