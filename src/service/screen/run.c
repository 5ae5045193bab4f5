/*
 * A month's run. Workers on all cores screen chunks of households, each over its own connection;
 * the calling thread alone writes, chunk after chunk in order, in one transaction that it opened
 * before the first worker started: nobody else can change facts meanwhile, a killed run leaves
 * nothing, and the same register gives the same finding numbers however many threads there were.
 */
#include "service/screen/record.h"
#include "service/screen/threads.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    SLOTS = 16, /* chunks under way or waiting for the writer: bounds the memory */
    OUTCOME_BYTES_MAX = 256 << 20,
    PLACE_BYTES_MAX = 1 << 30,
};

enum slot_state { SLOT_FREE, SLOT_READY };

/* What the threads share; mutex guards all but the immutable part above it. */
struct crew {
    const struct screening_program *program;
    const struct places *places;
    struct text store_url;
    bool is_what_if;
    int64_t low, high, chunk_count;

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int64_t next_chunk;     /* to be taken by a worker */
    int64_t written_chunks; /* by the writer */
    enum slot_state states[SLOTS];
    struct screen_outcome outcomes[SLOTS];
    bool is_stopping;
    struct berm_error error; /* the first worker's that failed */
};

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- Workers --------------------------------------------------------------------------------- */

/* The next chunk that has a free slot, or -1 when there is no more to do. */
static int64_t take_chunk(struct crew *crew)
{
    int64_t chunk = -1;

    pthread_mutex_lock(&crew->mutex);
    while (!crew->is_stopping && crew->next_chunk < crew->chunk_count &&
           crew->next_chunk >= crew->written_chunks + SLOTS)
        pthread_cond_wait(&crew->changed, &crew->mutex);
    if (!crew->is_stopping && crew->next_chunk < crew->chunk_count)
        chunk = crew->next_chunk++;
    pthread_mutex_unlock(&crew->mutex);
    return chunk;
}

static enum berm_status work(struct crew *crew, struct berm_error *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(screen_worker_freep) struct screen_worker *worker = NULL;

    TRY(store_open(crew->store_url, STORE_READ_ONLY, &store, err));
    TRY(store_begin_read(store, err));
    TRY(screen_worker_create(store, crew->program, crew->places, crew->is_what_if, &worker, err));
    for (int64_t chunk; (chunk = take_chunk(crew)) >= 0;) {
        struct id_range range = {.low = crew->low + chunk * BATCH_ROWS_MAX};

        range.high = range.low + BATCH_ROWS_MAX - 1;
        if (range.high > crew->high)
            range.high = crew->high;
        TRY(screen_worker_run(worker, &range, 1, &crew->outcomes[chunk % SLOTS], err));
        pthread_mutex_lock(&crew->mutex);
        crew->states[chunk % SLOTS] = SLOT_READY;
        pthread_cond_broadcast(&crew->changed);
        pthread_mutex_unlock(&crew->mutex);
    }
    return BERM_OK;
}

static void *work_in_thread(void *argument)
{
    struct crew *crew = argument;
    struct berm_error error = {0};

    if (work(crew, &error) != BERM_OK) {
        pthread_mutex_lock(&crew->mutex);
        if (crew->error.status == BERM_OK)
            crew->error = error;
        crew->is_stopping = true;
        pthread_cond_broadcast(&crew->changed);
        pthread_mutex_unlock(&crew->mutex);
    }
    return NULL;
}

/* ---- The run --------------------------------------------------------------------------------- */

/* Wait for a chunk; false where a worker failed. */
static bool wait_for_chunk(struct crew *crew, int64_t chunk)
{
    bool is_ready;

    pthread_mutex_lock(&crew->mutex);
    while (!crew->is_stopping && crew->states[chunk % SLOTS] != SLOT_READY)
        pthread_cond_wait(&crew->changed, &crew->mutex);
    is_ready = crew->states[chunk % SLOTS] == SLOT_READY && !crew->is_stopping;
    pthread_mutex_unlock(&crew->mutex);
    return is_ready;
}

static void release_chunk(struct crew *crew, int64_t chunk)
{
    pthread_mutex_lock(&crew->mutex);
    crew->states[chunk % SLOTS] = SLOT_FREE;
    crew->written_chunks = chunk + 1;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
}

/* Take every chunk in order, store it and add it up. */
static enum berm_status write_all(struct crew *crew, struct run_writer *writer,
                                  const struct screen_options *options, int64_t total,
                                  struct screen_result *result, struct berm_error *err)
{
    for (int64_t chunk = 0; chunk < crew->chunk_count; chunk++) {
        struct screen_outcome *outcome = &crew->outcomes[chunk % SLOTS];

        if (!wait_for_chunk(crew, chunk)) {
            if (err)
                *err = crew->error;
            return crew->error.status;
        }
        if (!crew->is_what_if)
            TRY(run_writer_store(writer, outcome, err));
        result->households += outcome->households;
        result->with_findings += outcome->with_findings;
        result->only_undetermined += outcome->only_undetermined;
        result->opened += (int64_t)outcome->opening_count;
        result->closed += (int64_t)outcome->closing_count;
        result->unchanged += outcome->unchanged;
        release_chunk(crew, chunk);
        if (options->progress &&
            !options->progress(options->progress_context, result->households, total))
            return fail_with(err, BERM_CANCELLED, "the run was stopped; nothing was stored");
    }
    return BERM_OK;
}

/* Start the workers, write what they find, and wait until the last one has gone. */
static enum berm_status run_crew(struct crew *crew, struct run_writer *writer,
                                 const struct screen_options *options, int64_t total,
                                 struct screen_result *result, struct berm_error *err)
{
    pthread_t threads[THREADS_MAX];
    int wanted = thread_count_of(options->thread_count);
    int started = 0;
    enum berm_status status;

    while (started < wanted && pthread_create(&threads[started], NULL, work_in_thread, crew) == 0)
        started++;
    status = started > 0 ? write_all(crew, writer, options, total, result, err)
                         : fail_with(err, BERM_NO_MEMORY, "no thread could be started");
    pthread_mutex_lock(&crew->mutex);
    crew->is_stopping = true;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
    for (int t = 0; t < started; t++)
        pthread_join(threads[t], NULL);
    return status;
}

static enum berm_status household_range(struct store *store, struct crew *crew, int64_t *ret_total,
                                        struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *range = NULL;

    TRY(statement_prepare(store, STATEMENT_HOUSEHOLD_ID_RANGE, &range, err));
    TRY(statement_step_to_row(range, err));
    *ret_total = statement_int64(range, 2);
    if (*ret_total > 0) {
        crew->low = statement_int64(range, 0);
        crew->high = statement_int64(range, 1);
        crew->chunk_count = (crew->high - crew->low) / BATCH_ROWS_MAX + 1;
    }
    return BERM_OK;
}

/* A month that has not begun would make every real month after it a question about the past. */
static enum berm_status refuse_future(month_number month, struct berm_error *err)
{
    month_number present = month_of_date(date_today());
    char wanted[MONTH_TEXT_MAX], last[MONTH_TEXT_MAX];

    if (month <= present)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "the month %.*s has not begun; the last one that can be screened is %.*s",
                     TEXT_ARG(month_format(month, wanted)), TEXT_ARG(month_format(present, last)));
}

/* A month before the last published one is a question, not a record. */
static enum berm_status is_month_past(struct store *store, month_number month, bool *ret_is_past,
                                      struct berm_error *err)
{
    month_number last;
    enum berm_status status = month_last_screened(store, &last, err);

    *ret_is_past = status == BERM_OK && month < last;
    return status == BERM_NOT_FOUND ? BERM_OK : status;
}

/* Where readers look for the register's last word. */
static enum berm_status publish(struct office *office, int64_t run_id, struct berm_error *err)
{
    char digits[24];
    struct buffer number = {.bytes = digits, .capacity = sizeof digits, .cap_bytes = sizeof digits};

    buffer_append_int64(&number, run_id);
    return setting_write(office->store, "published_run_id", buffer_text(&number), err);
}

static enum berm_status screen_in_transaction(struct office *office,
                                              const struct screen_options *options,
                                              struct crew *crew, struct screen_result *result,
                                              struct berm_error *err)
{
    CLEANUP(run_writer_close)
    struct run_writer writer = {
        .office = office, .pack = crew->program->pack, .actor = &office->actor};
    int64_t total;

    TRY(household_range(office->store, crew, &total, err));
    if (!crew->is_what_if) {
        TRY(run_writer_prepare(&writer, err));
        TRY(run_writer_begin(&writer, RUN_OF_MONTH, options->month, 0, err));
    }
    TRY(run_crew(crew, &writer, options, total, result, err));
    if (!crew->is_what_if) {
        TRY(publish(office, writer.run_id, err));
        TRY(run_writer_finish(&writer, result, err));
    }
    result->run_id = writer.run_id;
    return crew->is_what_if || options->before_commit == NULL
               ? BERM_OK
               : options->before_commit(options->before_commit_context, result, err);
}

static void crew_free(struct crew *crew)
{
    for (int s = 0; s < SLOTS; s++)
        arena_free(crew->outcomes[s].arena);
    pthread_cond_destroy(&crew->changed);
    pthread_mutex_destroy(&crew->mutex);
}

enum berm_status screen_month(struct office *office, const struct caller *caller,
                              const struct screen_options *options,
                              struct screen_result *ret_result, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(crew_free)
    struct crew crew = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER,
                        .store_url = store_url(office->store)};
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct screen_result result = {0};
    const struct pack *pack;
    double start = seconds_now();

    TRY(refuse_future(options->month, err));
    TRY(arena_create(PLACE_BYTES_MAX, &arena, err));
    for (int s = 0; s < SLOTS; s++)
        TRY(arena_create(OUTCOME_BYTES_MAX, &crew.outcomes[s].arena, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(caller_check_everywhere(office->store, caller, PERMISSION_SCREEN, err));
    TRY(is_month_past(office->store, options->month, &crew.is_what_if, err));
    TRY(office_pack_at(office, options->month, &pack, err));
    TRY(screening_program_create(arena, pack, options->month, &crew.program, err));
    TRY(places_read(office->store, pack, options->month, arena, &crew.places, err));
    TRY(screen_in_transaction(office, options, &crew, &result, err));
    if (!crew.is_what_if)
        TRY(store_commit(office->store, err));
    result.is_what_if = crew.is_what_if;
    result.seconds = seconds_now() - start;
    *ret_result = result;
    return BERM_OK;
}
