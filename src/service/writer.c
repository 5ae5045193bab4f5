/*
 * A queue, a thread, and one transaction for whatever waited. The commit is what takes long (an
 * fsync); pieces that come in meanwhile make up the next batch, so that the number of commits a
 * second follows the disk and not the number of writers.
 *
 * Several servers may do so on one database. Where a batch was in the way of another server's, or
 * lost its connection before it was kept, all of its pieces run again: a piece must not know
 * whether it ran before. The last tries are alone, so that nothing can be in their way.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "service/service.h"

enum { BATCH_WORKS_MAX = 64, QUEUE_MAX = 256, TICK_MS = 250 };
enum { TRIES_MAX = 5, TRIES_SHARED = 3, PAUSE_MS_FIRST = 4 };

/* Lives on the stack of whoever waits for it. */
struct work_item {
    writer_work *work;
    void *context;
    struct berm_error *err;
    enum berm_status status;
    bool is_alone; /* a batch of its own, beside which nobody writes */
    bool is_done;
    struct work_item *next;
};

struct chore_state {
    struct writer_chore chore;
    int64_t due_ms;
};

struct writer {
    struct office *office;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t has_work, has_done;
    struct work_item *first, *last;
    size_t waiting_count, queue_max;
    bool is_stopping;
    struct chore_state *chores;
    size_t chore_count;
    _Atomic uint64_t again_count;
    struct random random; /* of the pauses */
    void (*report)(void *context, const struct berm_error *error);
    void *report_context;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Take at most a batch off the queue; waits for one tick at most. */
static struct work_item *take_batch(struct writer *writer, bool *ret_is_stopping)
{
    struct timespec until;
    struct work_item *batch;
    struct work_item *end;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&writer->mutex);
    while (writer->first == NULL && !writer->is_stopping)
        if (pthread_cond_timedwait(&writer->has_work, &writer->mutex, &until) == ETIMEDOUT)
            break;
    batch = writer->first;
    end = batch;
    for (int i = 1; end != NULL && end->next != NULL && i < BATCH_WORKS_MAX; i++) {
        if (end->is_alone || end->next->is_alone)
            break;
        end = end->next;
    }
    if (end != NULL) {
        writer->first = end->next;
        end->next = NULL;
        if (writer->first == NULL)
            writer->last = NULL;
        for (struct work_item *item = batch; item != NULL; item = item->next)
            writer->waiting_count--;
    }
    *ret_is_stopping = writer->is_stopping && batch == NULL;
    pthread_mutex_unlock(&writer->mutex);
    return batch;
}

/* What all pieces of a batch share: it could not be begun, or not be committed. */
static void fail_batch(struct work_item *batch, enum berm_status status,
                       const struct berm_error *error)
{
    for (struct work_item *item = batch; item != NULL; item = item->next)
        if (item->status == BERM_OK) {
            item->status = status;
            if (item->err != NULL)
                *item->err = *error;
        }
}

/* A piece may fail behind a transaction that it committed: while it writes its answer, say. Whoever
 * is told of the failure does it again, so nothing of it may stay. */
static enum berm_status run_piece(struct writer *writer, struct work_item *item)
{
    struct store *store = writer->office->store;
    struct actor self = writer->office->actor;
    enum berm_status status = store_piece_begin(store, item->err);

    if (status != BERM_OK)
        return status;
    status = item->work(item->context, writer->office, item->err);
    writer->office->actor = self;
    if (status == BERM_OK)
        return store_piece_keep(store, item->err);
    store_piece_undo(store);
    return status;
}

static enum berm_status try_batch(struct writer *writer, struct work_item *batch, bool is_alone,
                                  struct berm_error *err)
{
    struct store *store = writer->office->store;
    enum berm_status status = BERM_OK;

    for (struct work_item *item = batch; item != NULL; item = item->next)
        item->status = BERM_OK;
    status = is_alone ? store_batch_begin_alone(store, err) : store_batch_begin(store, err);
    for (struct work_item *item = batch; item != NULL && status == BERM_OK; item = item->next)
        item->status = run_piece(writer, item);
    if (status == BERM_OK)
        status = store_batch_commit(store, err);
    if (status != BERM_OK)
        store_batch_rollback(store);
    return status;
}

/* Two batches that were in each other's way must not meet again at once. */
static void pause_before(struct writer *writer, int tries)
{
    uint64_t most_us = (uint64_t)(PAUSE_MS_FIRST * 1000) << tries;
    const struct timespec pause = {.tv_nsec = (long)random_below(&writer->random, most_us) * 1000};

    nanosleep(&pause, NULL);
}

static void run_batch(struct writer *writer, struct work_item *batch)
{
    struct store *store = writer->office->store;
    struct berm_error error = {0};
    enum berm_status status = BERM_OK;

    for (int tries = 0; tries < TRIES_MAX; tries++) {
        if (tries > 0) {
            atomic_fetch_add(&writer->again_count, 1);
            pause_before(writer, tries);
        }
        status = try_batch(writer, batch, batch->is_alone || tries >= TRIES_SHARED, &error);
        if (status == BERM_OK || !store_may_run_again(store))
            break;
    }
    if (status != BERM_OK)
        fail_batch(batch, status, &error);
}

static void finish_batch(struct writer *writer, struct work_item *batch)
{
    pthread_mutex_lock(&writer->mutex);
    while (batch != NULL) {
        struct work_item *next = batch->next; /* the item goes as soon as it is done */

        batch->is_done = true;
        batch = next;
    }
    pthread_cond_broadcast(&writer->has_done);
    pthread_mutex_unlock(&writer->mutex);
}

static void do_chores(struct writer *writer, bool is_last)
{
    for (size_t c = 0; c < writer->chore_count; c++) {
        struct chore_state *state = &writer->chores[c];
        struct berm_error error = {0};
        enum berm_status status;

        if (!is_last && now_ms() < state->due_ms)
            continue;
        status = state->chore.work(state->chore.context, writer->office, &error);
        state->due_ms = now_ms() + state->chore.every_ms;
        if (status != BERM_OK && writer->report != NULL) {
            error.status = status;
            writer->report(writer->report_context, &error);
        }
    }
}

static void *write_on(void *context)
{
    struct writer *writer = context;
    bool is_stopping = false;

    while (!is_stopping) {
        struct work_item *batch = take_batch(writer, &is_stopping);

        if (batch != NULL) {
            run_batch(writer, batch);
            finish_batch(writer, batch);
        }
        do_chores(writer, is_stopping);
    }
    return NULL;
}

static enum berm_status hand_in(struct writer *writer, struct work_item item,
                                struct berm_error *err)
{
    pthread_mutex_lock(&writer->mutex);
    if (writer->waiting_count >= writer->queue_max || writer->is_stopping) {
        pthread_mutex_unlock(&writer->mutex);
        return fail_with(err, BERM_BUSY, "too many changes wait to be written; try again");
    }
    if (writer->last != NULL)
        writer->last->next = &item;
    else
        writer->first = &item;
    writer->last = &item;
    writer->waiting_count++;
    pthread_cond_signal(&writer->has_work);
    while (!item.is_done)
        pthread_cond_wait(&writer->has_done, &writer->mutex);
    pthread_mutex_unlock(&writer->mutex);
    return item.status;
}

enum berm_status writer_run(struct writer *writer, writer_work *work, void *context,
                            struct berm_error *err)
{
    return hand_in(writer, (struct work_item){.work = work, .context = context, .err = err}, err);
}

enum berm_status writer_run_alone(struct writer *writer, writer_work *work, void *context,
                                  struct berm_error *err)
{
    return hand_in(
        writer, (struct work_item){.work = work, .context = context, .err = err, .is_alone = true},
        err);
}

uint64_t writer_again_count(const struct writer *writer)
{
    return atomic_load(&writer->again_count);
}

/* ---- Beginning and end ----------------------------------------------------------------------- */

static enum berm_status writer_start(struct writer *writer, const struct writer_options *options,
                                     struct berm_error *err)
{
    pthread_condattr_t monotonic;

    writer->random = random_from_seed((uint64_t)now_ms() ^ (uint64_t)getpid() << 32);
    writer->queue_max = options->queue_max ? options->queue_max : QUEUE_MAX;
    writer->report = options->report;
    writer->report_context = options->report_context;
    writer->chore_count = options->chore_count;
    writer->chores = calloc(options->chore_count + 1, sizeof *writer->chores);
    if (writer->chores == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the writing thread");
    for (size_t c = 0; c < options->chore_count; c++)
        writer->chores[c].chore = options->chores[c];
    TRY(options->open(options->open_context, &writer->office, err));
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->has_work, &monotonic);
    pthread_cond_init(&writer->has_done, NULL);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&writer->thread, NULL, write_on, writer) != 0) {
        pthread_mutex_destroy(&writer->mutex);
        pthread_cond_destroy(&writer->has_work);
        pthread_cond_destroy(&writer->has_done);
        return fail_with(err, BERM_IO, "no thread to write with");
    }
    return BERM_OK;
}

enum berm_status writer_create(const struct writer_options *options, struct writer **ret_writer,
                               struct berm_error *err)
{
    struct writer *writer = calloc(1, sizeof *writer);
    enum berm_status status;

    if (writer == NULL)
        return fail_with(err, BERM_NO_MEMORY, "no memory for the writing thread");
    status = writer_start(writer, options, err);
    if (status != BERM_OK) {
        office_close(writer->office);
        free(writer->chores);
        free(writer);
        return status;
    }
    *ret_writer = writer;
    return BERM_OK;
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->mutex);
    writer->is_stopping = true;
    pthread_cond_signal(&writer->has_work);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    pthread_mutex_destroy(&writer->mutex);
    pthread_cond_destroy(&writer->has_work);
    pthread_cond_destroy(&writer->has_done);
    office_close(writer->office);
    free(writer->chores);
    free(writer);
}

void writer_freep(struct writer **writer)
{
    writer_free(*writer);
}
