/*
 * Households that a change touched, screened again in the change's own transaction. The same worker
 * and the same writer as in a month's run, so the two cannot come to different results; the rows of
 * other households and of areas without any of these are never read. The tools (program, engine,
 * statements) are made once for an office and used again until the month or the pack is another.
 */
#include "service/screen/again.h"
#include "service/screen/ranges.h"

#include <stdlib.h>

enum { AGAIN_BYTES_MAX = 64 << 20 };

struct again {
    struct arena *arena; /* the program */
    const struct pack *pack;
    const struct screening_program *program;
    struct arena *place_arena; /* the chunk's areas */
    struct places places;
    struct screen_worker *worker;
    struct screen_outcome outcome;
    struct run_writer writer;
};

void again_free(struct again *again)
{
    if (!again)
        return;
    run_writer_close(&again->writer);
    screen_worker_free(again->worker);
    arena_free(again->outcome.arena);
    arena_free(again->place_arena);
    arena_free(again->arena);
    free(again);
}

bool again_uses(const struct again *again, const struct pack *pack)
{
    return again && again->pack == pack;
}

static void again_freep(struct again **again)
{
    again_free(*again);
}

static enum berm_status again_create(struct office *office, const struct pack *pack,
                                     month_number month, struct again **ret_again,
                                     struct berm_error *err)
{
    CLEANUP(again_freep) struct again *again = calloc(1, sizeof *again);

    if (!again)
        return fail_with(err, BERM_NO_MEMORY, "no memory to screen households again");
    again->pack = pack;
    again->writer.office = office;
    again->writer.pack = pack;
    TRY(arena_create(AGAIN_BYTES_MAX, &again->arena, err));
    TRY(arena_create(AGAIN_BYTES_MAX, &again->place_arena, err));
    TRY(arena_create(AGAIN_BYTES_MAX, &again->outcome.arena, err));
    TRY(screening_program_create(again->arena, pack, month, &again->program, err));
    TRY(screen_worker_create(office->store, again->program, &again->places, false, &again->worker,
                             err));
    TRY(run_writer_prepare(&again->writer, err));
    *ret_again = again;
    again = NULL;
    return BERM_OK;
}

/* The office's tools for the month and pack in force. */
static enum berm_status again_of(struct office *office, month_number month,
                                 struct again **ret_again, struct berm_error *err)
{
    struct again *again;
    const struct pack *pack;

    TRY(office_pack_at(office, month, &pack, err));
    again = office->again;
    if (!again || again->program->month != month || again->pack != pack) {
        again_free(again);
        office->again = NULL;
        TRY(again_create(office, pack, month, &office->again, err));
    }
    *ret_again = office->again;
    return BERM_OK;
}

/* ---- What came out --------------------------------------------------------------------------- */

static bool is_without_difference(const struct screen_outcome *outcome)
{
    return outcome->opening_count + outcome->closing_count + outcome->standing_count == 0;
}

enum berm_status findings_began(struct office *office, int64_t household_id, int64_t run_id,
                                struct arena *arena, const struct finding_began **ret_rows,
                                size_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct finding_began *rows = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_FINDING_BEGAN, &list, err));
    statement_bind_int64(list, FINDING_BEGAN__HOUSEHOLD_ID, household_id);
    statement_bind_int64(list, FINDING_BEGAN__RUN_ID, run_id);
    TRY(statement_step(list, &has_row, err));
    for (; has_row; count++) {
        struct finding_began *row;

        TRY(rows_reserve(arena, &rows, sizeof *rows, count, &capacity, err));
        row = &rows[count];
        row->finding_id = statement_int64(list, 0);
        TRY(text_copy(arena, statement_text(list, 1), &row->code, err));
        row->info = pack_finding(office->pack, row->code);
        row->is_undetermined = statement_int64(list, 2) != 0;
        TRY(text_copy(arena, statement_text(list, 3), &row->severity, err));
        TRY(text_copy(arena, statement_text(list, 4), &row->severity_before, err));
        TRY(statement_step(list, &has_row, err));
    }
    *ret_rows = rows;
    *ret_count = count;
    return BERM_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* Screen one chunk; its record begins with the first difference. */
static enum berm_status run_chunk(struct again *again, int64_t change_id,
                                  const struct id_range *ranges, size_t range_count,
                                  struct screen_result *sum, struct berm_error *err)
{
    struct screen_outcome *outcome = &again->outcome;

    arena_reset(again->place_arena);
    TRY(places_read_few(again->writer.office->store, again->pack, again->program->month, ranges,
                        range_count, again->place_arena, &again->places, err));
    TRY(screen_worker_run(again->worker, ranges, range_count, outcome, err));
    sum->households += outcome->households;
    sum->opened += (int64_t)outcome->opening_count;
    sum->closed += (int64_t)outcome->closing_count;
    sum->unchanged += outcome->unchanged;
    if (is_without_difference(outcome))
        return BERM_OK;
    if (sum->run_id == 0) {
        TRY(run_writer_begin(&again->writer, RUN_AGAIN, again->program->month, change_id, err));
        sum->run_id = again->writer.run_id;
    }
    return run_writer_store(&again->writer, outcome, err);
}

static enum berm_status run_all(struct again *again, const struct actor *actor, int64_t change_id,
                                const struct id_range *ranges, size_t range_count,
                                struct screen_again_result *result, struct berm_error *err)
{
    struct screen_result sum = {0};

    again->writer.actor = actor;
    for (size_t done = 0; done < range_count;) {
        size_t length = ranges_of_chunk(ranges + done, range_count - done);

        TRY(run_chunk(again, change_id, ranges + done, length, &sum, err));
        done += length;
    }
    if (sum.run_id != 0)
        TRY(run_writer_finish(&again->writer, &sum, err));
    result->run_id = sum.run_id;
    result->households = sum.households;
    result->opened = sum.opened;
    result->closed = sum.closed;
    return BERM_OK;
}

/* The month in force; false where none has been published. */
static enum berm_status month_in_force(struct store *store, month_number *ret_month,
                                       bool *ret_has_month, struct berm_error *err)
{
    enum berm_status status = month_last_screened(store, ret_month, err);

    *ret_has_month = status == BERM_OK;
    return status == BERM_NOT_FOUND ? BERM_OK : status;
}

enum berm_status screen_again(struct office *office, const struct actor *actor, int64_t change_id,
                              const int64_t *household_ids, size_t count,
                              struct screen_again_result *ret_result, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *scratch = NULL;
    struct screen_again_result result = {0};
    struct again *again;
    struct id_range *ranges;
    size_t range_count;
    enum berm_status status;

    TRY(month_in_force(office->store, &result.month, &result.has_month, err));
    if (result.has_month && count > 0) {
        TRY(arena_create(AGAIN_BYTES_MAX, &scratch, err));
        TRY(ranges_of_ids(scratch, household_ids, count, &ranges, &range_count, err));
        TRY(again_of(office, result.month, &again, err));
        status = run_all(again, actor, change_id, ranges, range_count, &result, err);
        if (status != BERM_OK) { /* a statement in the middle of its rows would hold on to them */
            again_free(again);
            office->again = NULL;
            return status;
        }
    }
    *ret_result = result;
    return BERM_OK;
}
