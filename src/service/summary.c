/*
 * People and households by area, kind, level and finding; headcount and gap. Counts of findings are
 * those of the month's published run; welfare and line are computed now from the register's facts,
 * household by household, so that no figure exists that cannot be made again.
 */
#include "service/area_groups.h"
#include "service/screen/load.h"

#include <string.h>

enum { KINDS_MAX = 64 };
enum { WELFARE, LINE, SIZE, FIGURES }; /* decisions, in this order; SIZE only where there is one */

struct summing {
    struct office *office;
    const struct pack *pack; /* whose rules decide the month */
    struct summary *summary;
    struct area_scope scope; /* the caller's areas, or those of them that were asked for */
    const struct places *places;
    struct area_groups groups;
    struct loader *loader;
    struct batch *batch;
    struct screening_runner *runner;
    struct statement *findings, *standings;
    bool finding_has_row, standing_has_row;
    int decisions[FIGURES];
    size_t decision_count;
    struct figure_value *figures;
    struct summary_group *areas, *kinds, *levels;
    struct summary_group *certain, *undetermined; /* by finding */
    struct arena *arena;
};

/* One group for each part of the area. */
static enum berm_status group_places(struct summing *summing, struct berm_error *err)
{
    TRY(area_groups_make(summing->places, &summing->scope, summing->arena, &summing->groups, err));
    TRY(arena_new(summing->arena, summing->groups.count, sizeof *summing->areas, &summing->areas,
                  err));
    for (size_t g = 0; g < summing->groups.count; g++) {
        const struct area *area = &summing->places->areas[summing->groups.places[g]];

        summing->areas[g].key = area->code;
        summing->areas[g].label_zh = area->name;
        summing->areas[g].label_en = area->name_en.length ? area->name_en : area->name;
    }
    summing->summary->area_count = summing->groups.count;
    return BERM_OK;
}

/* ---- One household --------------------------------------------------------------------------- */

static void count_in(struct summary_group *group, int64_t people, bool has_findings)
{
    group->households++;
    group->people += people;
    group->with_findings += has_findings;
}

static enum berm_status count_findings(struct summing *summing, int64_t household_id,
                                       int64_t people, bool *ret_has_findings,
                                       struct berm_error *err)
{
    struct statement *row = summing->findings;

    *ret_has_findings = false;
    while (summing->finding_has_row && statement_int64(row, 1) < household_id)
        TRY(statement_step(row, &summing->finding_has_row, err));
    while (summing->finding_has_row && statement_int64(row, 1) == household_id) {
        int finding = pack_finding_position(summing->pack, statement_text(row, 2));
        bool is_undetermined = statement_int64(row, 4) != 0;

        if (finding >= 0)
            count_in(is_undetermined ? &summing->undetermined[finding] : &summing->certain[finding],
                     people, true);
        *ret_has_findings = *ret_has_findings || !is_undetermined;
        TRY(statement_step(row, &summing->finding_has_row, err));
    }
    return BERM_OK;
}

static enum berm_status count_standing(struct summing *summing, int64_t household_id,
                                       int64_t people, struct berm_error *err)
{
    struct statement *row = summing->standings;
    enum severity level = SEVERITY_NONE;
    struct text kind = {"", 0};
    size_t k = 0;

    while (summing->standing_has_row && statement_int64(row, 0) < household_id)
        TRY(statement_step(row, &summing->standing_has_row, err));
    if (summing->standing_has_row && statement_int64(row, 0) == household_id) {
        (void)severity_find(statement_text(row, 1), &level);
        kind = statement_text(row, 2);
    }
    count_in(&summing->levels[level], people, level > SEVERITY_UNDETERMINED);
    if (kind.length == 0)
        return BERM_OK;
    while (k < summing->summary->kind_count && !text_equal(summing->kinds[k].key, kind))
        k++;
    if (k == KINDS_MAX)
        return fail_with(err, BERM_LIMIT, "the policy gives more than %d kinds of household",
                         KINDS_MAX);
    if (k == summing->summary->kind_count) {
        const struct choice *label = pack_kind(summing->pack, kind);

        TRY(text_copy(summing->arena, kind, &summing->kinds[k].key, err));
        summing->kinds[k].label_en = label ? label->label_en : summing->kinds[k].key;
        summing->kinds[k].label_zh = label ? label->label_zh : summing->kinds[k].key;
        summing->summary->kind_count++;
    }
    count_in(&summing->kinds[k], people, true);
    return BERM_OK;
}

static void measure(struct summing *summing, size_t row, int64_t people, struct summary_group *area)
{
    const struct figure_value *figures = &summing->figures[row * summing->decision_count];

    if (!summing->summary->has_statistics)
        return;
    if (!figures[WELFARE].is_known || !figures[LINE].is_known || figures[LINE].number <= 0) {
        summing->summary->unmeasured_households++;
        summing->summary->unmeasured_people += people;
        return;
    }
    fgt_add(&area->fgt, figures[WELFARE].number, figures[LINE].number, (double)people);
    fgt_add(&summing->summary->total.fgt, figures[WELFARE].number, figures[LINE].number,
            (double)people);
}

static enum berm_status count_household(struct summing *summing, size_t row, struct berm_error *err)
{
    const struct batch *batch = summing->batch;
    int group = summing->groups.of_place[batch->place[row]];
    int64_t people = (int64_t)(batch->member_first[row + 1] - batch->member_first[row]);
    bool has_findings;

    if (group < 0)
        return BERM_OK;
    if (summing->decision_count == FIGURES && summing->figures[row * FIGURES + SIZE].is_known)
        people = (int64_t)(summing->figures[row * FIGURES + SIZE].number + 0.5);
    TRY(count_findings(summing, batch->household_id[row], people, &has_findings, err));
    TRY(count_standing(summing, batch->household_id[row], people, err));
    count_in(&summing->areas[group], people, has_findings);
    count_in(&summing->summary->total, people, has_findings);
    measure(summing, row, people, &summing->areas[group]);
    return BERM_OK;
}

/* ---- All households -------------------------------------------------------------------------- */

static enum berm_status start_cursor(struct statement *rows, int64_t low, int64_t high,
                                     month_number month, bool *ret_has_row, struct berm_error *err)
{
    statement_reset(rows);
    statement_bind_int64(rows, 1, low);
    statement_bind_int64(rows, 2, high);
    statement_bind_month(rows, 3, month);
    return statement_step(rows, ret_has_row, err);
}

static enum berm_status count_chunk(struct summing *summing, int64_t low, int64_t high,
                                    struct berm_error *err)
{
    month_number month = summing->summary->month;

    TRY(loader_load(summing->loader, &(struct id_range){low, high}, 1, summing->batch, err));
    if (summing->decision_count > 0)
        TRY(screening_run_figures(summing->runner, summing->batch, summing->decisions,
                                  summing->decision_count, summing->figures, err));
    TRY(start_cursor(summing->findings, low, high, month, &summing->finding_has_row, err));
    TRY(start_cursor(summing->standings, low, high, month, &summing->standing_has_row, err));
    for (size_t row = 0; row < summing->batch->row_count; row++)
        TRY(count_household(summing, row, err));
    return BERM_OK;
}

static enum berm_status count_all(struct summing *summing, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *range = NULL;
    int64_t low, high;

    TRY(statement_prepare(summing->office->store, STATEMENT_HOUSEHOLD_ID_RANGE, &range, err));
    TRY(statement_step_to_row(range, err));
    if (statement_int64(range, 2) == 0)
        return BERM_OK;
    low = statement_int64(range, 0);
    high = statement_int64(range, 1);
    for (; low <= high; low += BATCH_ROWS_MAX)
        TRY(count_chunk(summing, low,
                        low + BATCH_ROWS_MAX - 1 < high ? low + BATCH_ROWS_MAX - 1 : high, err));
    return BERM_OK;
}

static void summing_close(struct summing *summing)
{
    loader_free(summing->loader);
    batch_free(summing->batch);
    screening_runner_free(summing->runner);
    statement_close(summing->findings);
    statement_close(summing->standings);
}

static enum berm_status prepare(struct summing *summing, struct berm_error *err)
{
    struct store *store = summing->office->store;
    const struct screening_program *program;
    const struct pack *pack;

    TRY(office_pack_at(summing->office, summing->summary->month, &pack, err));
    summing->pack = pack;
    TRY(screening_program_create(summing->arena, pack, summing->summary->month, &program, err));
    TRY(places_read(store, pack, summing->summary->month, summing->arena, &summing->places, err));
    TRY(group_places(summing, err));
    TRY(loader_create(store, program, summing->places, &summing->loader, err));
    TRY(batch_create(program, &summing->batch, err));
    TRY(screening_runner_create(program, &summing->runner, err));
    TRY(statement_prepare(store, STATEMENT_FINDING_AT_MONTH_IN_RANGE, &summing->findings, err));
    TRY(statement_prepare(store, STATEMENT_STANDING_AT_MONTH_IN_RANGE, &summing->standings, err));
    summing->summary->has_statistics = pack->welfare_decision >= 0 && pack->line_decision >= 0;
    if (summing->summary->has_statistics) {
        summing->decisions[summing->decision_count++] = pack->welfare_decision;
        summing->decisions[summing->decision_count++] = pack->line_decision;
        if (pack->size_decision >= 0)
            summing->decisions[summing->decision_count++] = pack->size_decision;
    }
    TRY(arena_new(summing->arena, BATCH_ROWS_MAX * FIGURES, sizeof *summing->figures,
                  &summing->figures, err));
    TRY(arena_new(summing->arena, KINDS_MAX, sizeof *summing->kinds, &summing->kinds, err));
    TRY(arena_new(summing->arena, SEVERITY_COUNT, sizeof *summing->levels, &summing->levels, err));
    TRY(arena_new(summing->arena, 2 * pack->finding_count, sizeof *summing->certain,
                  &summing->certain, err));
    summing->undetermined = summing->certain + pack->finding_count;
    return BERM_OK;
}

/* Labels, and only those findings and levels that anybody has. */
static void put_together(struct summing *summing)
{
    const struct pack *pack = summing->pack;
    struct summary *summary = summing->summary;
    struct summary_group *findings = summing->certain;

    for (size_t f = 0; f < 2 * pack->finding_count; f++) {
        struct summary_group group = findings[f];
        const struct finding_info *info;

        if (group.households == 0)
            continue;
        group.is_undetermined = f >= pack->finding_count;
        info = &pack->findings[group.is_undetermined ? f - pack->finding_count : f];
        group.key = info->code;
        group.label_en = info->label_en;
        group.label_zh = info->label_zh;
        findings[summary->finding_count++] = group;
    }
    for (int s = 0; s < SEVERITY_COUNT; s++)
        summing->levels[s].key = text_of(severity_name((enum severity)s));
    summary->findings = findings;
    summary->levels = summing->levels;
    summary->level_count = SEVERITY_COUNT;
    summary->kinds = summing->kinds;
    summary->areas = summing->areas;
}

enum berm_status summary_compute(struct office *office, const struct caller *caller,
                                 month_number month, struct text area, struct arena *arena,
                                 struct summary *ret_summary, struct berm_error *err)
{
    struct summary summary = {.month = month};
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(summing_close) /* before the snapshot ends: it holds open statements */
    struct summing summing = {.office = office, .summary = &summary, .arena = arena};

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(month_is_screened(office->store, month, &summary.has_run, err));
    TRY(caller_scope(office->store, caller, PERMISSION_SUMMARY_READ, area, arena, &summing.scope,
                     err));
    TRY(prepare(&summing, err));
    TRY(count_all(&summing, err));
    put_together(&summing);
    *ret_summary = summary;
    return BERM_OK;
}
