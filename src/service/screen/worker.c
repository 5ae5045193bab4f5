/*
 * One chunk of households: load, decide, compare with what the register holds, and write down the
 * reason of every finding that opens. Nothing is stored here; the writer does that, in order.
 */
#include "service/screen/chunk.h"
#include "service/screen/dismissed.h"

#include <stdlib.h>

enum { EVIDENCE_BYTES_MAX = 16 << 20, OPEN_FINDINGS_MAX = 256 };

struct open_of_household {
    int64_t household_id;
    struct open_finding finding;
};

struct screen_worker {
    const struct screening_program *program;
    struct loader *loader;
    struct batch *batch;
    struct screening_runner *runner;
    struct household_result results[BATCH_ROWS_MAX];
    struct statement *open_rows;    /* what is open, or what held in the month */
    struct open_of_household *open; /* the chunk's */
    size_t open_count, open_capacity;
    const struct id_range *ranges; /* the chunk's */
    size_t range_count;
    struct dismissed_list *dismissed;
    struct statement *standing; /* the rows of one range after the other */
    size_t standing_range;      /* the next one */
    bool standing_has_row;
    struct arena *scratch; /* explanations; reset for each household */
    struct buffer evidence;
    bool is_what_if;
};

enum berm_status screen_worker_create(struct store *store, const struct screening_program *program,
                                      const struct places *places, bool is_what_if,
                                      struct screen_worker **ret_worker, struct berm_error *err)
{
    CLEANUP(screen_worker_freep) struct screen_worker *worker = calloc(1, sizeof *worker);

    if (!worker)
        return fail_with(err, BERM_NO_MEMORY, "no memory to screen households");
    worker->program = program;
    worker->is_what_if = is_what_if;
    worker->evidence.cap_bytes = EVIDENCE_BYTES_MAX;
    TRY(loader_create(store, program, places, &worker->loader, err));
    TRY(batch_create(program, &worker->batch, err));
    TRY(screening_runner_create(program, &worker->runner, err));
    TRY(arena_create((size_t)64 << 20, &worker->scratch, err));
    TRY(statement_prepare(
        store, is_what_if ? STATEMENT_FINDING_AT_MONTH_IN_RANGE : STATEMENT_FINDING_OPEN_IN_RANGE,
        &worker->open_rows, err));
    TRY(statement_prepare(store, STATEMENT_STANDING_IN_RANGE, &worker->standing, err));
    TRY(dismissed_list_create(store, &worker->dismissed, err));
    *ret_worker = worker;
    worker = NULL;
    return BERM_OK;
}

void screen_worker_free(struct screen_worker *worker)
{
    if (!worker)
        return;
    statement_close(worker->open_rows);
    free(worker->open);
    statement_close(worker->standing);
    dismissed_list_free(worker->dismissed);
    screening_runner_free(worker->runner);
    batch_free(worker->batch);
    loader_free(worker->loader);
    arena_free(worker->scratch);
    buffer_free(&worker->evidence);
    free(worker);
}

void screen_worker_freep(struct screen_worker **worker)
{
    screen_worker_free(*worker);
}

/* All that is open for a range's households, in their order, behind what is there already. */
static enum berm_status read_open(struct screen_worker *worker, struct id_range range,
                                  struct berm_error *err)
{
    struct statement *rows = worker->open_rows;
    bool has_row;

    statement_reset(rows); /* also where the last chunk ended in an error */
    statement_bind_int64(rows, 1, range.low);
    statement_bind_int64(rows, 2, range.high);
    if (worker->is_what_if)
        statement_bind_month(rows, 3, worker->program->month);
    TRY(statement_step(rows, &has_row, err));
    while (has_row) {
        enum severity severity = SEVERITY_NONE;

        TRY(rows_grow(&worker->open, sizeof *worker->open, worker->open_count,
                      &worker->open_capacity, err));
        (void)severity_find(statement_text(rows, 3), &severity);
        worker->open[worker->open_count++] = (struct open_of_household){
            .household_id = statement_int64(rows, 1),
            .finding = {
                .finding_id = statement_int64(rows, 0),
                .finding = pack_finding_position(worker->program->pack, statement_text(rows, 2)),
                .severity = (uint8_t)severity,
                .is_undetermined = statement_int64(rows, 4) != 0,
            }};
        TRY(statement_step(rows, &has_row, err));
    }
    return BERM_OK;
}

/* What is open before this household and of none that was loaded: an archived one's, which ends. */
static void close_archived(const struct screen_worker *worker, int64_t household_id, size_t *at,
                           struct screen_outcome *outcome)
{
    for (; *at < worker->open_count && worker->open[*at].household_id < household_id; ++*at)
        outcome->closings[outcome->closing_count++] = (struct finding_closing){
            worker->open[*at].household_id, worker->open[*at].finding.finding_id};
}

/* The household's part of what is open; *at moves behind it. */
static enum berm_status take_open(const struct screen_worker *worker, int64_t household_id,
                                  size_t *at, struct open_finding *open, size_t *ret_count,
                                  struct berm_error *err)
{
    size_t count = 0;

    for (; *at < worker->open_count && worker->open[*at].household_id == household_id; ++*at) {
        if (count == OPEN_FINDINGS_MAX)
            return fail_with(err, BERM_LIMIT, "a household has more than %d open findings",
                             OPEN_FINDINGS_MAX);
        open[count++] = worker->open[*at].finding;
    }
    *ret_count = count;
    return BERM_OK;
}

static enum berm_status write_evidence(struct screen_worker *worker,
                                       const struct explained_finding *finding, struct arena *arena,
                                       struct text *ret_evidence, struct berm_error *err)
{
    struct json_writer json = {.out = &worker->evidence};

    buffer_clear(&worker->evidence);
    evidence_write(worker->program, finding, &json);
    TRY(buffer_status(&worker->evidence, err));
    return text_copy(arena, buffer_text(&worker->evidence), ret_evidence, err);
}

static const struct explained_finding *explained(const struct screen_worker *worker,
                                                 const struct explanation *explanation,
                                                 uint16_t finding)
{
    const struct finding_info *info = &worker->program->pack->findings[finding];

    for (size_t f = 0; f < explanation->finding_count; f++)
        if (explanation->findings[f].info == info)
            return &explanation->findings[f];
    return NULL;
}

/* The reason of what begins, out of the household's explanation. */
static enum berm_status write_reason(struct screen_worker *worker, size_t row,
                                     const struct explanation *explanation,
                                     struct screen_outcome *outcome,
                                     struct finding_opening *opening, struct berm_error *err)
{
    const struct explained_finding *why = explained(worker, explanation, opening->found.finding);

    if (!why)
        return fail_with(err, BERM_INTERNAL,
                         "household %.*s: the finding %.*s was not found again while explaining",
                         TEXT_ARG(worker->batch->code[row]),
                         TEXT_ARG(worker->program->pack->findings[opening->found.finding].code));
    return write_evidence(worker, why, outcome->arena, &opening->evidence, err);
}

static enum berm_status add_openings(struct screen_worker *worker, size_t row,
                                     const struct spell_changes *changes,
                                     struct screen_outcome *outcome, struct berm_error *err)
{
    const struct household_result *result = &worker->results[row];
    struct explanation explanation = {0};

    if (changes->opened_count == 0)
        return BERM_OK;
    if (!worker->is_what_if) {
        arena_reset(worker->scratch);
        TRY(screening_explain(worker->runner, worker->batch, row, worker->scratch, &explanation,
                              err));
    }
    for (size_t i = 0; i < changes->opened_count; i++) {
        struct finding_opening *opening = &outcome->openings[outcome->opening_count++];

        opening->household_id = worker->batch->household_id[row];
        opening->found = result->found[changes->opened[i]];
        if (!worker->is_what_if)
            TRY(write_reason(worker, row, &explanation, outcome, opening, err));
    }
    return BERM_OK;
}

/* What was found for certain and goes on in this spell; NULL: it ends, or cannot be told now. */
static const struct found *kept(const struct household_result *result,
                                const struct open_finding *open, size_t open_count,
                                int64_t finding_id)
{
    for (size_t o = 0; o < open_count; o++)
        for (size_t f = 0; open[o].finding_id == finding_id && f < result->found_count; f++)
            if (result->found[f].finding == open[o].finding && !open[o].is_undetermined &&
                !result->found[f].is_undetermined && result->found[f].severity == open[o].severity)
                return &result->found[f];
    return NULL;
}

/*
 * A dismissed spell that goes on ends where it is worse than a person knew, and another begins with
 * the reason as it is now: so it is told like everything that is new.
 */
static enum berm_status reopen_worse(struct screen_worker *worker, size_t row,
                                     const struct open_finding *open, size_t open_count,
                                     struct screen_outcome *outcome, struct berm_error *err)
{
    const struct pack *pack = worker->program->pack;
    const struct dismissed_spell *spells;
    int64_t household_id = worker->batch->household_id[row];
    size_t count = dismissed_list_take(worker->dismissed, household_id, &spells);

    for (size_t s = 0; s < count; s++) {
        const struct found *found =
            kept(&worker->results[row], open, open_count, spells[s].finding_id);
        struct finding_opening opening = {.household_id = household_id};
        struct explanation explanation;
        struct dismissal now;

        if (found == NULL)
            continue;
        opening.found = *found;
        arena_reset(worker->scratch);
        TRY(screening_explain(worker->runner, worker->batch, row, worker->scratch, &explanation,
                              err));
        TRY(write_reason(worker, row, &explanation, outcome, &opening, err));
        TRY(dismissal_of_finding((enum severity)found->severity, false, opening.evidence, &now,
                                 err));
        if (!dismissal_is_worse(&spells[s].then, &now, pack))
            continue;
        outcome->closings[outcome->closing_count++] =
            (struct finding_closing){household_id, spells[s].finding_id};
        outcome->openings[outcome->opening_count++] = opening;
        outcome->unchanged--;
    }
    return BERM_OK;
}

/* The household's last standing as the statement's row, or no row; households come in order. */
static enum berm_status find_standing(struct screen_worker *worker, int64_t household_id,
                                      bool *ret_has_row, struct berm_error *err)
{
    struct statement *rows = worker->standing;

    while (worker->standing_has_row && statement_int64(rows, 0) < household_id)
        TRY(statement_step(rows, &worker->standing_has_row, err));
    while (!worker->standing_has_row && worker->standing_range < worker->range_count) {
        const struct id_range *range = &worker->ranges[worker->standing_range];

        if (range->low > household_id)
            break;
        worker->standing_range++;
        if (range->high < household_id)
            continue;
        statement_reset(rows);
        statement_bind_int64(rows, 1, household_id);
        statement_bind_int64(rows, 2, range->high);
        TRY(statement_step(rows, &worker->standing_has_row, err));
    }
    *ret_has_row = worker->standing_has_row && statement_int64(rows, 0) == household_id;
    return BERM_OK;
}

/* A standing is stored where it differs from the household's last one; "none" is what nobody has
 * said. */
static enum berm_status compare_standing(struct screen_worker *worker, size_t row,
                                         struct household_result result, bool keeps_kind,
                                         struct screen_outcome *outcome, struct berm_error *err)
{
    int64_t household_id = worker->batch->household_id[row];
    struct text level = text_of(severity_name(result.risk_level));
    bool is_same = result.risk_level == SEVERITY_NONE;
    bool has_standing;

    TRY(find_standing(worker, household_id, &has_standing, err));
    if (has_standing) {
        if (keeps_kind && result.kind.length == 0)
            result.kind = statement_text(worker->standing, 2);
        is_same = text_equal(statement_text(worker->standing, 1), level) &&
                  text_equal(statement_text(worker->standing, 2), result.kind);
    }
    if (!is_same) {
        struct standing_change *change = &outcome->standings[outcome->standing_count++];

        *change = (struct standing_change){household_id, result.risk_level, result.kind};
        TRY(text_copy(outcome->arena, result.kind, &change->kind, err));
    }
    return BERM_OK;
}

static enum berm_status compare_row(struct screen_worker *worker, size_t row, size_t *open_at,
                                    struct screen_outcome *outcome, struct berm_error *err)
{
    struct household_result *result = &worker->results[row];
    struct open_finding open[OPEN_FINDINGS_MAX];
    int64_t closed[OPEN_FINDINGS_MAX];
    size_t opened[OPEN_FINDINGS_MAX];
    struct spell_changes changes;
    bool is_certain;
    size_t open_count;

    close_archived(worker, worker->batch->household_id[row], open_at, outcome);
    TRY(take_open(worker, worker->batch->household_id[row], open_at, open, &open_count, err));
    if (result->found_count > OPEN_FINDINGS_MAX)
        return fail_with(err, BERM_LIMIT, "household %.*s has more than %d findings",
                         TEXT_ARG(worker->batch->code[row]), OPEN_FINDINGS_MAX);
    spells_compare(open, open_count, result, closed, opened, &changes);
    for (size_t i = 0; i < changes.closed_count; i++)
        outcome->closings[outcome->closing_count++] =
            (struct finding_closing){worker->batch->household_id[row], closed[i]};
    outcome->unchanged += (int64_t)changes.unchanged_count;
    is_certain = changes.kept_severity > SEVERITY_NONE;
    if (changes.kept_severity >
        result->risk_level) /* it still stands, though its facts are missing */
        result->risk_level = changes.kept_severity;
    for (size_t f = 0; f < result->found_count; f++)
        is_certain = is_certain || !result->found[f].is_undetermined;
    outcome->with_findings += is_certain;
    outcome->only_undetermined += result->found_count > 0 && !is_certain;
    if (!worker->is_what_if)
        TRY(reopen_worse(worker, row, open, open_count, outcome, err));
    TRY(add_openings(worker, row, &changes, outcome, err));
    return compare_standing(worker, row, *result, changes.kept_severity > SEVERITY_NONE, outcome,
                            err);
}

/* Room for everything that the chunk can come to. */
static enum berm_status make_room(struct screen_worker *worker, struct screen_outcome *outcome,
                                  struct berm_error *err)
{
    struct arena *arena = outcome->arena;
    size_t rows = worker->batch->row_count;
    size_t found = 0;

    for (size_t row = 0; row < rows; row++)
        found += worker->results[row].found_count;
    TRY(arena_new(arena, found, sizeof *outcome->openings, &outcome->openings, err));
    TRY(arena_new(arena, worker->open_count, sizeof *outcome->closings, &outcome->closings, err));
    return arena_new(arena, rows, sizeof *outcome->standings, &outcome->standings, err);
}

enum berm_status screen_worker_run(struct screen_worker *worker, const struct id_range *ranges,
                                   size_t range_count, struct screen_outcome *outcome,
                                   struct berm_error *err)
{
    struct arena *arena = outcome->arena;
    size_t open_at = 0;

    arena_reset(arena);
    *outcome = (struct screen_outcome){.arena = arena};
    TRY(loader_load(worker->loader, ranges, range_count, worker->batch, err));
    TRY(screening_run_batch(worker->runner, worker->batch, worker->results, err));
    outcome->households = (int64_t)worker->batch->row_count;

    worker->open_count = 0;
    for (size_t r = 0; r < range_count; r++)
        TRY(read_open(worker, ranges[r], err));
    TRY(dismissed_list_read(worker->dismissed, ranges, worker->is_what_if ? 0 : range_count, err));
    TRY(make_room(worker, outcome, err));
    worker->ranges = ranges;
    worker->range_count = range_count;
    worker->standing_range = 0;
    worker->standing_has_row = false;
    for (size_t row = 0; row < worker->batch->row_count; row++)
        TRY(compare_row(worker, row, &open_at, outcome, err));
    close_archived(worker, INT64_MAX, &open_at, outcome);
    statement_reset(worker->open_rows);
    statement_reset(worker->standing);
    return BERM_OK;
}
