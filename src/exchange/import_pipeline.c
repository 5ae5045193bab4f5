/*
 * A ring of batches between two threads. The reader's thread decodes, splits, parses and checks;
 * the caller's thread does all that touches the database, which may belong to one thread only. A
 * few batches are enough to even out the two, and they bound the memory.
 */
#include "exchange/import_pipeline.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    PIPELINE_BATCHES = 3,
    BATCH_BYTES_MAX = 32 << 20, /* one record of 1 MiB in 1,024 columns is 9 MiB */
};

struct pipeline {
    struct import_reader *reader;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct row_batch *free[PIPELINE_BATCHES];
    size_t free_count;
    struct row_batch *full[PIPELINE_BATCHES]; /* a ring from full_first on */
    size_t full_first;
    size_t full_count;
    bool is_to_stop;
    bool has_ended;
    enum berm_status status; /* how it ended */
    struct berm_error error;
};

/* A batch to fill, or NULL when it is time to stop. */
static struct row_batch *take_free(struct pipeline *pipeline)
{
    struct row_batch *batch = NULL;

    pthread_mutex_lock(&pipeline->mutex);
    while (pipeline->free_count == 0 && !pipeline->is_to_stop)
        pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
    if (!pipeline->is_to_stop)
        batch = pipeline->free[--pipeline->free_count];
    pthread_mutex_unlock(&pipeline->mutex);
    return batch;
}

static void put_full(struct pipeline *pipeline, struct row_batch *batch)
{
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->full[(pipeline->full_first + pipeline->full_count++) % PIPELINE_BATCHES] = batch;
    pthread_cond_signal(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->mutex);
}

static void put_end(struct pipeline *pipeline, enum berm_status status)
{
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->status = status;
    pipeline->has_ended = true;
    pthread_cond_signal(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->mutex);
}

static void *run(void *context)
{
    struct pipeline *pipeline = context;
    enum berm_status status = BERM_OK;
    bool is_end = false;

    while (!is_end) {
        struct row_batch *batch = take_free(pipeline);

        if (batch == NULL)
            return NULL;
        status = import_reader_next(pipeline->reader, batch, false, &is_end, &pipeline->error);
        is_end = is_end || status != BERM_OK;
        put_full(pipeline, batch); /* what was read before a failure is still good, and is freed */
    }
    put_end(pipeline, status);
    return NULL;
}

enum berm_status pipeline_start(struct import_reader *reader, struct pipeline **ret_pipeline,
                                struct berm_error *err)
{
    CLEANUP(pipeline_stopp) struct pipeline *pipeline = calloc(1, sizeof *pipeline);

    if (pipeline == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    pipeline->reader = reader;
    pthread_mutex_init(&pipeline->mutex, NULL);
    pthread_cond_init(&pipeline->changed, NULL);
    for (size_t i = 0; i < PIPELINE_BATCHES; i++) {
        TRY(row_batch_create(reader->plan.kind, BATCH_BYTES_MAX, &pipeline->free[i], err));
        pipeline->free_count++;
    }
    if (pthread_create(&pipeline->thread, NULL, run, pipeline) != 0)
        return fail_with(err, BERM_NO_MEMORY, "the machine gives no further thread");
    pipeline->has_thread = true;
    *ret_pipeline = pipeline;
    pipeline = NULL;
    return BERM_OK;
}

void pipeline_stop(struct pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    if (pipeline->has_thread) {
        pthread_mutex_lock(&pipeline->mutex);
        pipeline->is_to_stop = true;
        pthread_cond_signal(&pipeline->changed);
        pthread_mutex_unlock(&pipeline->mutex);
        pthread_join(pipeline->thread, NULL);
    }
    for (size_t i = 0; i < pipeline->free_count; i++)
        row_batch_free(pipeline->free[i]);
    for (size_t i = 0; i < pipeline->full_count; i++)
        row_batch_free(pipeline->full[(pipeline->full_first + i) % PIPELINE_BATCHES]);
    pthread_cond_destroy(&pipeline->changed);
    pthread_mutex_destroy(&pipeline->mutex);
    free(pipeline);
}

void pipeline_stopp(struct pipeline **pipeline)
{
    pipeline_stop(*pipeline);
    *pipeline = NULL;
}

enum berm_status pipeline_next(struct pipeline *pipeline, struct row_batch **ret_batch,
                               struct berm_error *err)
{
    struct row_batch *batch = NULL;

    pthread_mutex_lock(&pipeline->mutex);
    while (pipeline->full_count == 0 && !pipeline->has_ended)
        pthread_cond_wait(&pipeline->changed, &pipeline->mutex);
    if (pipeline->full_count > 0) {
        batch = pipeline->full[pipeline->full_first];
        pipeline->full_first = (pipeline->full_first + 1) % PIPELINE_BATCHES;
        pipeline->full_count--;
    }
    pthread_mutex_unlock(&pipeline->mutex);
    if (batch == NULL && pipeline->status != BERM_OK) {
        if (err != NULL)
            *err = pipeline->error;
        return pipeline->status;
    }
    *ret_batch = batch;
    return BERM_OK;
}

void pipeline_give_back(struct pipeline *pipeline, struct row_batch *batch)
{
    pthread_mutex_lock(&pipeline->mutex);
    pipeline->free[pipeline->free_count++] = batch;
    pthread_cond_signal(&pipeline->changed);
    pthread_mutex_unlock(&pipeline->mutex);
}
