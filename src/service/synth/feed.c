/*
 * Batches made by one thread and taken by another: while the register stores some rows, the next
 * ones are made up. A ring of a few slots, each with its own arena; a slot belongs to the maker
 * until it is full, then to the taker until it asks for the next.
 */
#include <pthread.h>
#include <stdlib.h>

#include "service/synth/private.h"

enum { SLOTS = 4 };

struct synth_feed {
    const struct synth_plan *plan;
    enum import_kind kind;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* guards what follows up to the slots' contents */
    pthread_cond_t is_made;
    pthread_cond_t is_taken;
    int64_t made;  /* batches, in all */
    int64_t taken; /* the one at hand included */
    bool is_stopped;
    enum berm_status status; /* of the maker */
    struct berm_error err;
    int64_t batch_count;
    struct synth_batch slots[SLOTS];
};

static enum berm_status make_batch(struct synth_feed *feed, int64_t number, struct berm_error *err)
{
    struct synth_batch *batch = &feed->slots[number % SLOTS];
    int64_t first = number * SYNTH_BATCH_HOUSEHOLDS;
    int64_t left = feed->plan->household_count - first;

    arena_reset(batch->arena);
    batch->kind = feed->kind;
    batch->first_household = first;
    batch->household_count = left < SYNTH_BATCH_HOUSEHOLDS ? left : SYNTH_BATCH_HOUSEHOLDS;
    return synth_batch_make(feed->plan, batch, err);
}

/* Wait for a free slot; false when the taker wants no more. */
static bool wait_for_slot(struct synth_feed *feed, int64_t number)
{
    bool goes_on;

    pthread_mutex_lock(&feed->mutex);
    while (!feed->is_stopped && number - (feed->taken - 1) >= SLOTS)
        pthread_cond_wait(&feed->is_taken, &feed->mutex);
    goes_on = !feed->is_stopped;
    pthread_mutex_unlock(&feed->mutex);
    return goes_on;
}

static void *make_batches(void *context)
{
    struct synth_feed *feed = context;
    enum berm_status status = BERM_OK;

    for (int64_t number = 0; status == BERM_OK && number < feed->batch_count; number++) {
        struct berm_error err = {0};

        if (!wait_for_slot(feed, number))
            break;
        status = make_batch(feed, number, &err);
        pthread_mutex_lock(&feed->mutex);
        feed->status = status;
        feed->err = err;
        feed->made += status == BERM_OK;
        pthread_cond_signal(&feed->is_made);
        pthread_mutex_unlock(&feed->mutex);
    }
    return NULL;
}

enum berm_status synth_feed_start(const struct synth_plan *plan, enum import_kind kind,
                                  struct synth_feed **ret_feed, struct berm_error *err)
{
    CLEANUP(synth_feed_freep) struct synth_feed *feed = calloc(1, sizeof *feed);

    if (feed == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_cond_init(&feed->is_made, NULL);
    pthread_cond_init(&feed->is_taken, NULL);
    feed->plan = plan;
    feed->kind = kind;
    feed->batch_count = (plan->household_count - 1) / SYNTH_BATCH_HOUSEHOLDS + 1;
    for (int i = 0; i < SLOTS; i++)
        TRY(arena_create(SYNTH_BATCH_BYTES_MAX, &feed->slots[i].arena, err));
    if (pthread_create(&feed->thread, NULL, make_batches, feed) != 0)
        return fail_with(err, BERM_NO_MEMORY,
                         "no thread can be started; end other programs and try again");
    feed->has_thread = true;
    *ret_feed = feed;
    feed = NULL;
    return BERM_OK;
}

enum berm_status synth_feed_next(struct synth_feed *feed, struct synth_batch **ret_batch,
                                 struct berm_error *err)
{
    enum berm_status status = BERM_OK;
    struct synth_batch *batch = NULL;

    pthread_mutex_lock(&feed->mutex);
    if (feed->taken < feed->batch_count) {
        feed->taken++; /* the one before is given back */
        pthread_cond_signal(&feed->is_taken);
        while (feed->status == BERM_OK && feed->made < feed->taken)
            pthread_cond_wait(&feed->is_made, &feed->mutex);
        status = feed->made < feed->taken ? feed->status : BERM_OK;
        if (status == BERM_OK)
            batch = &feed->slots[(feed->taken - 1) % SLOTS];
        else if (err != NULL)
            *err = feed->err;
    }
    pthread_mutex_unlock(&feed->mutex);
    if (status == BERM_OK)
        *ret_batch = batch;
    return status;
}

void synth_feed_free(struct synth_feed *feed)
{
    if (feed == NULL)
        return;
    pthread_mutex_lock(&feed->mutex);
    feed->is_stopped = true;
    pthread_cond_signal(&feed->is_taken);
    pthread_mutex_unlock(&feed->mutex);
    if (feed->has_thread)
        pthread_join(feed->thread, NULL);
    for (int i = 0; i < SLOTS; i++)
        arena_free(feed->slots[i].arena);
    pthread_cond_destroy(&feed->is_taken);
    pthread_cond_destroy(&feed->is_made);
    pthread_mutex_destroy(&feed->mutex);
    free(feed);
}

void synth_feed_freep(struct synth_feed **feed)
{
    synth_feed_free(*feed);
    *feed = NULL;
}
