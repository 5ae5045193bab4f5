/*
 * Two versions over every household. Each thread loads a chunk once for each version, because each
 * wants columns of its own; deciding costs more than loading does, so that sharing the columns
 * would gain little and tie the two dictionaries together.
 */
#include "service/policy/diff_count.h"
#include "service/screen/load.h"
#include "service/screen/threads.h"

#include <time.h>

enum { DIFF_ARENA_BYTES_MAX = 1 << 30 };

/* What the threads share, only read but for the share. */
struct comparison {
    struct store *stores[THREADS_MAX]; /* each thread's, all at one moment; 0 is the office's */
    int thread_count;
    const struct screening_program *programs[2];
    const struct places *places[2]; /* the same areas, each with its own figures */
    const struct diff_plan *plan;
    int64_t low, high;
    struct share chunks;
    progress_report *progress;
    void *progress_context;
    struct arena *arenas[THREADS_MAX];
    struct diff_tally *tallies[THREADS_MAX]; /* NULL: the thread had nothing to do */
};

static void comparison_close(struct comparison *comparison)
{
    for (int t = 0; t < THREADS_MAX; t++)
        arena_free(comparison->arenas[t]);
    for (int t = 1; t < THREADS_MAX; t++)
        store_close(comparison->stores[t]);
}

/* ---- A thread's work ------------------------------------------------------------------------- */

/* One version's tools. */
struct side {
    struct loader *loader;
    struct batch *batch;
    struct screening_runner *runner;
    struct household_result results[BATCH_ROWS_MAX];
};

struct sides {
    struct side of[2]; /* old, new */
};

static void sides_close(struct sides *sides)
{
    for (int s = 0; s < 2; s++) {
        loader_free(sides->of[s].loader);
        batch_free(sides->of[s].batch);
        screening_runner_free(sides->of[s].runner);
    }
}

static enum berm_status sides_open(struct store *store, const struct comparison *comparison,
                                   struct sides *sides, struct berm_error *err)
{
    for (int s = 0; s < 2; s++) {
        TRY(loader_create_of_draft(store, comparison->programs[s], comparison->places[s],
                                   &sides->of[s].loader, err));
        TRY(batch_create(comparison->programs[s], &sides->of[s].batch, err));
        TRY(screening_runner_create(comparison->programs[s], &sides->of[s].runner, err));
    }
    return BERM_OK;
}

static enum berm_status compare_chunk(struct sides *sides, struct id_range chunk,
                                      struct diff_tally *tally, struct berm_error *err)
{
    const struct batch *batch = sides->of[0].batch;

    for (int s = 0; s < 2; s++) {
        TRY(loader_load(sides->of[s].loader, &chunk, 1, sides->of[s].batch, err));
        TRY(screening_run_batch(sides->of[s].runner, sides->of[s].batch, sides->of[s].results,
                                err));
    }
    assert(sides->of[1].batch->row_count == batch->row_count); /* one snapshot */
    for (size_t row = 0; row < batch->row_count; row++)
        TRY(diff_tally_add(tally, batch, row, &sides->of[0].results[row],
                           &sides->of[1].results[row], err));
    return BERM_OK;
}

static enum berm_status tell_progress(struct comparison *comparison, struct berm_error *err)
{
    int64_t taken = atomic_load(&comparison->chunks.next);
    int64_t count = comparison->chunks.count;

    if (comparison->progress == NULL ||
        comparison->progress(comparison->progress_context, taken < count ? taken : count, count))
        return BERM_OK;
    return fail_with(err, BERM_CANCELLED, "the comparison was stopped");
}

static enum berm_status compare_in_thread(void *context, int thread, struct berm_error *err)
{
    struct comparison *comparison = context;
    CLEANUP(sides_close) struct sides sides = {0};
    int64_t chunk;

    if (!share_take(&comparison->chunks, &chunk))
        return BERM_OK;
    TRY(arena_create(DIFF_ARENA_BYTES_MAX, &comparison->arenas[thread], err));
    TRY(diff_tally_make(comparison->arenas[thread], comparison->plan, &comparison->tallies[thread],
                        err));
    TRY(sides_open(comparison->stores[thread], comparison, &sides, err));
    do {
        struct id_range range = {.low = comparison->low + chunk * BATCH_ROWS_MAX};

        range.high = range.low + BATCH_ROWS_MAX - 1;
        if (range.high > comparison->high)
            range.high = comparison->high;
        TRY(compare_chunk(&sides, range, comparison->tallies[thread], err));
        if (thread == 0) /* the caller's own */
            TRY(tell_progress(comparison, err));
    } while (share_take(&comparison->chunks, &chunk));
    return BERM_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* Does the caller read the households of everything that was asked for? */
static bool covers(const struct area_scope *readable, const struct area_scope *asked)
{
    for (size_t a = 0; a < asked->count; a++) {
        bool is_inside = false;

        for (size_t r = 0; r < readable->count; r++)
            is_inside = is_inside || (readable->ranges[r].low <= asked->ranges[a].low &&
                                      readable->ranges[r].high >= asked->ranges[a].high);
        if (!is_inside)
            return false;
    }
    return true;
}

static enum berm_status plan_scope(struct office *office, const struct caller *caller,
                                   struct text area, struct arena *arena, struct diff_plan *plan,
                                   struct policy_diff *diff, struct berm_error *err)
{
    struct area_scope asked;

    TRY(caller_scope(office->store, caller, PERMISSION_POLICY_READ, area, arena, &asked, err));
    TRY(area_groups_make(plan->places, &asked, arena, &plan->groups, err));
    plan->has_readable = caller_holds(caller, PERMISSION_HOUSEHOLD_READ);
    if (plan->has_readable)
        TRY(caller_scope(office->store, caller, PERMISSION_HOUSEHOLD_READ, TEXT(""), arena,
                         &plan->readable, err));
    diff->rounded_to = plan->has_readable && covers(&plan->readable, &asked) ? 1 : DIFF_ROUNDED_TO;
    return BERM_OK;
}

static enum berm_status plan_chunks(struct store *store, struct comparison *comparison,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *range = NULL;

    comparison->chunks.count = 0;
    TRY(statement_prepare(store, STATEMENT_HOUSEHOLD_ID_RANGE, &range, err));
    TRY(statement_step_to_row(range, err));
    if (statement_int64(range, 2) == 0)
        return BERM_OK;
    comparison->low = statement_int64(range, 0);
    comparison->high = statement_int64(range, 1);
    comparison->chunks.count = (comparison->high - comparison->low) / BATCH_ROWS_MAX + 1;
    return BERM_OK;
}

/* A store for each thread that will find a chunk, as it looks before the moment that counts; the
 * versions are compared over one register only where all threads see the same one. */
static enum berm_status begin_together(struct office *office, int wanted,
                                       struct comparison *comparison, struct berm_error *err)
{
    int count = thread_count_of(wanted);

    TRY(plan_chunks(office->store, comparison, err));
    if (count > comparison->chunks.count)
        count = comparison->chunks.count > 0 ? (int)comparison->chunks.count : 1;
    comparison->stores[0] = office->store;
    for (int t = 1; t < count; t++)
        TRY(store_open(store_url(office->store), STORE_READ_ONLY, &comparison->stores[t], err));
    comparison->thread_count = count;
    return store_begin_read_together(comparison->stores, (size_t)count, err);
}

/* Each thread's store shows what is the caller's, and no more. */
static enum berm_status fence_all(const struct comparison *comparison, const struct caller *caller,
                                  struct berm_error *err)
{
    for (int t = 0; t < comparison->thread_count; t++)
        TRY(caller_fence(comparison->stores[t], caller, err));
    return BERM_OK;
}

static enum berm_status prepare(struct office *office, const struct caller *caller,
                                const struct policy_diff_options *options, struct arena *arena,
                                struct comparison *comparison, struct diff_plan *plan,
                                struct policy_diff *diff, struct berm_error *err)
{
    const struct text names[2] = {options->old_name, options->new_name};
    struct text *labels[2] = {&diff->old_label, &diff->new_label};

    for (int s = 0; s < 2; s++) {
        TRY(office_pack_named(office, caller, names[s], options->month, arena, &plan->packs[s],
                              labels[s], err));
        TRY(screening_program_create(arena, plan->packs[s], options->month,
                                     &comparison->programs[s], err));
        TRY(places_read(office->store, plan->packs[s], options->month, arena,
                        &comparison->places[s], err));
    }
    plan->places = comparison->places[0];
    TRY(diff_plan_findings(arena, plan, err));
    TRY(plan_scope(office, caller, options->area, arena, plan, diff, err));
    return plan_chunks(office->store, comparison, err);
}

static enum berm_status add_up(struct comparison *comparison, struct arena *arena,
                               struct policy_diff *diff, struct berm_error *err)
{
    struct diff_tally *sum;

    TRY(diff_tally_make(arena, comparison->plan, &sum, err));
    for (int t = 0; t < THREADS_MAX; t++)
        if (comparison->tallies[t] != NULL)
            TRY(diff_tally_join(sum, comparison->tallies[t], err));
    return diff_tally_tell(sum, arena, diff, err);
}

enum berm_status policy_diff(struct office *office, const struct caller *caller,
                             const struct policy_diff_options *options, struct arena *arena,
                             struct policy_diff *ret_diff, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(comparison_close)
    struct comparison comparison = {.progress = options->progress,
                                    .progress_context = options->progress_context};
    struct diff_plan plan = {0};
    struct policy_diff diff = {.month = options->month};
    struct timespec start, end;

    clock_gettime(CLOCK_MONOTONIC, &start);
    TRY(caller_check(caller, PERMISSION_POLICY_READ, err));
    TRY(begin_together(office, options->thread_count, &comparison, err));
    snapshot = office->store;
    TRY(fence_all(&comparison, caller, err));
    TRY(prepare(office, caller, options, arena, &comparison, &plan, &diff, err));
    comparison.plan = &plan;
    TRY(threads_run(comparison.thread_count, compare_in_thread, &comparison, &comparison.chunks,
                    err));
    TRY(add_up(&comparison, arena, &diff, err));
    clock_gettime(CLOCK_MONOTONIC, &end);
    diff.seconds =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    *ret_diff = diff;
    return BERM_OK;
}

/* ---- As JSON --------------------------------------------------------------------------------- */

static void write_count(const char *key, struct diff_count count, struct json_writer *json)
{
    json_key(json, key);
    json_begin_object(json);
    json_key_of_int64(json, "households", count.households);
    json_key_of_int64(json, "people", count.people);
    json_end_object(json);
}

static void write_examples(const struct diff_finding *finding, struct json_writer *json)
{
    json_key(json, "examples");
    json_begin_object(json);
    for (int figure = DIFF_GAINED; figure < DIFF_FIGURE_COUNT; figure++) {
        const struct text *codes = finding->examples[figure];

        if (codes[0].length == 0)
            continue;
        json_key(json, diff_figure_name((enum diff_figure)figure));
        json_begin_array(json);
        for (size_t e = 0; e < DIFF_EXAMPLES_MAX && codes[e].length > 0; e++)
            json_text(json, codes[e]);
        json_end_array(json);
    }
    json_end_object(json);
}

/* Only figures that are not 0; labels and examples with the whole. */
static void write_findings(const struct diff_area *area, bool is_whole, struct json_writer *json)
{
    json_key(json, "findings");
    json_begin_array(json);
    for (size_t f = 0; f < area->finding_count; f++) {
        const struct diff_finding *finding = &area->findings[f];

        json_begin_object(json);
        json_key_of_text(json, "finding", finding->info->code);
        if (is_whole) {
            json_key_of_text(json, "label_en", finding->info->label_en);
            json_key_of_text(json, "label_zh", finding->info->label_zh);
            write_examples(finding, json);
        }
        for (int figure = 0; figure < DIFF_FIGURE_COUNT; figure++)
            if (finding->figures[figure].households > 0)
                write_count(diff_figure_name((enum diff_figure)figure), finding->figures[figure],
                            json);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_moves(const char *key, const struct diff_move *moves, size_t count,
                        struct json_writer *json)
{
    json_key(json, key);
    json_begin_array(json);
    for (size_t m = 0; m < count; m++) {
        json_begin_object(json);
        json_key_of_text(json, "from", moves[m].from);
        json_key_of_text(json, "to", moves[m].to);
        json_key_of_int64(json, "households", moves[m].count.households);
        json_key_of_int64(json, "people", moves[m].count.people);
        json_end_object(json);
    }
    json_end_array(json);
}

void policy_diff_write_json(const struct policy_diff *diff, struct json_writer *json)
{
    json_begin_object(json);
    json_key_of_text(json, "old", diff->old_label);
    json_key_of_text(json, "new", diff->new_label);
    json_key(json, "month");
    json_month(json, diff->month);
    json_key_of_int64(json, "rounded_to", diff->rounded_to);
    write_count("all", diff->total.all, json);
    write_count("changed", diff->total.changed, json);
    write_findings(&diff->total, true, json);
    write_moves("kinds", diff->kinds, diff->kind_count, json);
    write_moves("levels", diff->levels, diff->level_count, json);
    json_key(json, "areas");
    json_begin_array(json);
    for (size_t a = 0; a < diff->area_count; a++) {
        const struct diff_area *area = &diff->areas[a];

        json_begin_object(json);
        json_key_of_text(json, "area", area->code);
        json_key_of_text(json, "name", area->name);
        json_key_of_text(json, "name_en", area->name_en);
        write_count("all", area->all, json);
        write_count("changed", area->changed, json);
        write_findings(area, false, json);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}
