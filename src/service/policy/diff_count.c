/*
 * The figures of a difference. A household is looked at once for each finding that either version
 * has; every thread counts for itself, and the counts are added at the end, so the result does not
 * depend on who counted what. Of examples the first households by id are kept, for the same reason.
 */
#include "service/policy/diff_count.h"

#include <stdlib.h>
#include <string.h>

struct example {
    int64_t household_id;
    struct text code;
};

/* Of one finding in one group of areas. */
struct diff_cell {
    struct diff_count figures[DIFF_FIGURE_COUNT];
};

struct diff_tally {
    const struct diff_plan *plan;
    struct arena *arena;
    struct diff_cell *cells;               /* by group, then finding */
    struct example *examples;              /* by finding, figure, place; household_id 0: free */
    struct diff_count *all, *changed;      /* by group */
    struct text kinds[DIFF_KINDS_MAX + 1]; /* 0: none */
    size_t kind_count;
    struct diff_count kind_moves[DIFF_KINDS_MAX + 1][DIFF_KINDS_MAX + 1];
    struct diff_count level_moves[SEVERITY_COUNT][SEVERITY_COUNT];
};

const char *diff_figure_name(enum diff_figure figure)
{
    static const char *const NAMES[DIFF_FIGURE_COUNT] = {
        "before",
        "after",
        "undetermined_before",
        "undetermined_after",
        "gained",
        "confirmed",
        "lost",
        "unsettled",
        "raised",
        "lowered",
        "made_undetermined",
        "resolved",
    };

    return NAMES[figure];
}

/* ---- Making ---------------------------------------------------------------------------------- */

enum berm_status diff_plan_findings(struct arena *arena, struct diff_plan *plan,
                                    struct berm_error *err)
{
    const struct pack *before = plan->packs[0], *after = plan->packs[1];

    TRY(arena_new(arena, before->finding_count + after->finding_count, sizeof *plan->findings,
                  &plan->findings, err));
    for (int side = 1; side >= 0; side--) { /* labels are the new version's where it has the code */
        const struct pack *pack = plan->packs[side];
        int *finding_of;

        TRY(arena_new(arena, pack->finding_count, sizeof *finding_of, &finding_of, err));
        for (size_t f = 0; f < pack->finding_count; f++) {
            size_t at = 0;

            while (at < plan->finding_count &&
                   !text_equal(plan->findings[at]->code, pack->findings[f].code))
                at++;
            if (at == plan->finding_count)
                plan->findings[plan->finding_count++] = &pack->findings[f];
            finding_of[f] = (int)at;
        }
        plan->finding_of[side] = finding_of;
    }
    return BERM_OK;
}

enum berm_status diff_tally_make(struct arena *arena, const struct diff_plan *plan,
                                 struct diff_tally **ret_tally, struct berm_error *err)
{
    struct diff_tally *tally;

    TRY(arena_new(arena, 1, sizeof *tally, &tally, err));
    tally->plan = plan;
    tally->arena = arena;
    tally->kind_count = 1;
    TRY(arena_new(arena, plan->groups.count * plan->finding_count, sizeof *tally->cells,
                  &tally->cells, err));
    TRY(arena_new(arena, plan->finding_count * DIFF_FIGURE_COUNT * DIFF_EXAMPLES_MAX,
                  sizeof *tally->examples, &tally->examples, err));
    TRY(arena_new(arena, plan->groups.count, sizeof *tally->all, &tally->all, err));
    TRY(arena_new(arena, plan->groups.count, sizeof *tally->changed, &tally->changed, err));
    *ret_tally = tally;
    return BERM_OK;
}

/* ---- Counting -------------------------------------------------------------------------------- */

static void count_in(struct diff_count *count, int64_t people)
{
    count->households++;
    count->people += people;
}

static enum berm_status kind_position(struct diff_tally *tally, struct text kind, size_t *ret_at,
                                      struct berm_error *err)
{
    size_t at = 0;

    while (at < tally->kind_count && !text_equal(tally->kinds[at], kind))
        at++;
    if (at > DIFF_KINDS_MAX)
        return fail_with(err, BERM_LIMIT, "the policies give more than %d kinds of household",
                         DIFF_KINDS_MAX);
    if (at == tally->kind_count) {
        TRY(text_copy(tally->arena, kind, &tally->kinds[at], err));
        tally->kind_count++;
    }
    *ret_at = at;
    return BERM_OK;
}

static struct example *examples_of(const struct diff_tally *tally, size_t finding, size_t figure)
{
    return &tally->examples[(finding * DIFF_FIGURE_COUNT + figure) * DIFF_EXAMPLES_MAX];
}

/* Keep the household among the first by id. */
static enum berm_status keep_example(struct diff_tally *tally, struct example *examples,
                                     struct example example, struct berm_error *err)
{
    size_t at = 0;

    while (at < DIFF_EXAMPLES_MAX && examples[at].household_id != 0 &&
           examples[at].household_id < example.household_id)
        at++;
    if (at == DIFF_EXAMPLES_MAX)
        return BERM_OK;
    TRY(text_copy(tally->arena, example.code, &example.code, err));
    memmove(&examples[at + 1], &examples[at], (DIFF_EXAMPLES_MAX - 1 - at) * sizeof *examples);
    examples[at] = example;
    return BERM_OK;
}

/* What the new version changes for the household; DIFF_FIGURE_COUNT: nothing. */
static enum diff_figure change_of(const struct found *before, const struct found *after)
{
    bool was_certain = before != NULL && !before->is_undetermined;
    bool is_certain = after != NULL && !after->is_undetermined;

    if (was_certain && is_certain)
        return after->severity > before->severity   ? DIFF_RAISED
               : after->severity < before->severity ? DIFF_LOWERED
                                                    : DIFF_FIGURE_COUNT;
    if (is_certain)
        return before != NULL ? DIFF_CONFIRMED : DIFF_GAINED;
    if (was_certain)
        return after != NULL ? DIFF_UNSETTLED : DIFF_LOST;
    if ((before != NULL) == (after != NULL))
        return DIFF_FIGURE_COUNT;
    return after != NULL ? DIFF_MADE_UNDETERMINED : DIFF_RESOLVED;
}

static const struct found *find_found(const struct diff_plan *plan, int side,
                                      const struct household_result *result, size_t finding)
{
    for (size_t f = 0; f < result->found_count; f++)
        if (plan->finding_of[side][result->found[f].finding] == (int)finding)
            return &result->found[f];
    return NULL;
}

/* One finding of the household; *changed where it differs. */
static enum berm_status add_finding(struct diff_tally *tally, const struct batch *batch, size_t row,
                                    size_t group, size_t finding, const struct found *before,
                                    const struct found *after, bool *changed,
                                    struct berm_error *err)
{
    const struct diff_plan *plan = tally->plan;
    struct diff_count *figures = tally->cells[group * plan->finding_count + finding].figures;
    int64_t people = (int64_t)(batch->member_first[row + 1] - batch->member_first[row]);
    enum diff_figure change = change_of(before, after);

    if (before != NULL)
        count_in(&figures[before->is_undetermined ? DIFF_UNDETERMINED_BEFORE : DIFF_BEFORE],
                 people);
    if (after != NULL)
        count_in(&figures[after->is_undetermined ? DIFF_UNDETERMINED_AFTER : DIFF_AFTER], people);
    if (change == DIFF_FIGURE_COUNT)
        return BERM_OK;
    *changed = true;
    count_in(&figures[change], people);
    if (!plan->has_readable ||
        !area_scope_contains(&plan->readable, plan->places->areas[batch->place[row]].position_low))
        return BERM_OK;
    return keep_example(tally, examples_of(tally, finding, change),
                        (struct example){batch->household_id[row], batch->code[row]}, err);
}

enum berm_status diff_tally_add(struct diff_tally *tally, const struct batch *batch, size_t row,
                                const struct household_result *before,
                                const struct household_result *after, struct berm_error *err)
{
    const struct diff_plan *plan = tally->plan;
    int group = plan->groups.of_place[batch->place[row]];
    int64_t people = (int64_t)(batch->member_first[row + 1] - batch->member_first[row]);
    bool has_changed = false;
    size_t from, to;

    if (group < 0)
        return BERM_OK;
    count_in(&tally->all[group], people);
    for (size_t f = 0; f < plan->finding_count; f++) {
        const struct found *old_found = find_found(plan, 0, before, f);
        const struct found *new_found = find_found(plan, 1, after, f);

        if (old_found != NULL || new_found != NULL)
            TRY(add_finding(tally, batch, row, (size_t)group, f, old_found, new_found, &has_changed,
                            err));
    }
    if (has_changed)
        count_in(&tally->changed[group], people);
    count_in(&tally->level_moves[before->risk_level][after->risk_level], people);
    TRY(kind_position(tally, before->kind, &from, err));
    TRY(kind_position(tally, after->kind, &to, err));
    count_in(&tally->kind_moves[from][to], people);
    return BERM_OK;
}

/* ---- Adding up ------------------------------------------------------------------------------- */

static void add_count(struct diff_count *count, struct diff_count other)
{
    count->households += other.households;
    count->people += other.people;
}

enum berm_status diff_tally_join(struct diff_tally *tally, const struct diff_tally *other,
                                 struct berm_error *err)
{
    const struct diff_plan *plan = tally->plan;
    size_t kinds[DIFF_KINDS_MAX + 1];

    for (size_t c = 0; c < plan->groups.count * plan->finding_count; c++)
        for (int figure = 0; figure < DIFF_FIGURE_COUNT; figure++)
            add_count(&tally->cells[c].figures[figure], other->cells[c].figures[figure]);
    for (size_t g = 0; g < plan->groups.count; g++) {
        add_count(&tally->all[g], other->all[g]);
        add_count(&tally->changed[g], other->changed[g]);
    }
    for (size_t from = 0; from < SEVERITY_COUNT; from++)
        for (size_t to = 0; to < SEVERITY_COUNT; to++)
            add_count(&tally->level_moves[from][to], other->level_moves[from][to]);
    for (size_t k = 0; k < other->kind_count; k++)
        TRY(kind_position(tally, other->kinds[k], &kinds[k], err));
    for (size_t from = 0; from < other->kind_count; from++)
        for (size_t to = 0; to < other->kind_count; to++)
            add_count(&tally->kind_moves[kinds[from]][kinds[to]], other->kind_moves[from][to]);
    for (size_t f = 0; f < plan->finding_count; f++)
        for (size_t figure = 0; figure < DIFF_FIGURE_COUNT; figure++)
            for (size_t e = 0; e < DIFF_EXAMPLES_MAX; e++) {
                const struct example *example = &examples_of(other, f, figure)[e];

                if (example->household_id != 0)
                    TRY(keep_example(tally, examples_of(tally, f, figure), *example, err));
            }
    return BERM_OK;
}

/* ---- Telling --------------------------------------------------------------------------------- */

static int64_t rounded(int64_t number, int64_t to)
{
    return (number + to / 2) / to * to;
}

/* Rounded where it must be: a count of people tells nothing where that of households is told as 0.
 */
static struct diff_count told(struct diff_count count, int64_t to)
{
    count.households = rounded(count.households, to);
    count.people = count.households == 0 ? 0 : rounded(count.people, to);
    return count;
}

static enum berm_status tell_area(const struct diff_tally *tally, const struct diff_cell *cells,
                                  bool has_examples, struct arena *arena, int64_t to,
                                  struct diff_area *area, struct berm_error *err)
{
    const struct diff_plan *plan = tally->plan;
    struct diff_finding *findings;

    TRY(arena_new(arena, plan->finding_count, sizeof *findings, &findings, err));
    for (size_t f = 0; f < plan->finding_count; f++) {
        struct diff_finding *finding = &findings[area->finding_count];
        int64_t sum = 0;

        for (size_t figure = 0; figure < DIFF_FIGURE_COUNT; figure++) {
            finding->figures[figure] = told(cells[f].figures[figure], to);
            sum += finding->figures[figure].households;
            for (size_t e = 0; has_examples && e < DIFF_EXAMPLES_MAX; e++)
                TRY(text_copy(arena, examples_of(tally, f, figure)[e].code,
                              &finding->examples[figure][e], err));
        }
        finding->info = plan->findings[f];
        area->finding_count += sum > 0;
    }
    area->all = told(area->all, to);
    area->changed = told(area->changed, to);
    area->findings = findings;
    return BERM_OK;
}

static enum berm_status tell_areas(const struct diff_tally *tally, struct arena *arena,
                                   struct policy_diff *diff, struct berm_error *err)
{
    const struct diff_plan *plan = tally->plan;
    struct diff_cell *sums;
    struct diff_area *areas;

    TRY(arena_new(arena, plan->finding_count, sizeof *sums, &sums, err));
    TRY(arena_new(arena, plan->groups.count, sizeof *areas, &areas, err));
    for (size_t g = 0; g < plan->groups.count; g++) {
        const struct diff_cell *cells = &tally->cells[g * plan->finding_count];
        const struct area *area = &plan->places->areas[plan->groups.places[g]];

        add_count(&diff->total.all, tally->all[g]);
        add_count(&diff->total.changed, tally->changed[g]);
        for (size_t f = 0; f < plan->finding_count; f++)
            for (int figure = 0; figure < DIFF_FIGURE_COUNT; figure++)
                add_count(&sums[f].figures[figure], cells[f].figures[figure]);
        areas[g] = (struct diff_area){.code = area->code,
                                      .name = area->name,
                                      .name_en = area->name_en.length ? area->name_en : area->name,
                                      .all = tally->all[g],
                                      .changed = tally->changed[g]};
        TRY(tell_area(tally, cells, false, arena, diff->rounded_to, &areas[g], err));
    }
    diff->areas = areas;
    diff->area_count = plan->groups.count;
    return tell_area(tally, sums, true, arena, diff->rounded_to, &diff->total, err);
}

static int compare_moves(const void *left, const void *right)
{
    const struct diff_move *a = left, *b = right;
    int order = text_compare(a->from, b->from);

    return order != 0 ? order : text_compare(a->to, b->to);
}

enum berm_status diff_tally_tell(const struct diff_tally *tally, struct arena *arena,
                                 struct policy_diff *diff, struct berm_error *err)
{
    struct diff_move *kinds, *levels;

    TRY(tell_areas(tally, arena, diff, err));
    TRY(arena_new(arena, tally->kind_count * tally->kind_count, sizeof *kinds, &kinds, err));
    for (size_t from = 0; from < tally->kind_count; from++)
        for (size_t to = 0; to < tally->kind_count; to++) {
            struct diff_count count = told(tally->kind_moves[from][to], diff->rounded_to);

            if (from != to && count.households > 0)
                kinds[diff->kind_count++] =
                    (struct diff_move){tally->kinds[from], tally->kinds[to], count};
        }
    if (diff->kind_count > 1) /* kinds are numbered as threads met them */
        qsort(kinds, diff->kind_count, sizeof *kinds, compare_moves);
    for (size_t k = 0; k < diff->kind_count; k++) {
        TRY(text_copy(arena, kinds[k].from, &kinds[k].from, err));
        TRY(text_copy(arena, kinds[k].to, &kinds[k].to, err));
    }
    TRY(arena_new(arena, (size_t)SEVERITY_COUNT * SEVERITY_COUNT, sizeof *levels, &levels, err));
    for (int from = 0; from < SEVERITY_COUNT; from++)
        for (int to = 0; to < SEVERITY_COUNT; to++) {
            struct diff_count count = told(tally->level_moves[from][to], diff->rounded_to);

            if (from != to && count.households > 0)
                levels[diff->level_count++] =
                    (struct diff_move){text_of(severity_name((enum severity)from)),
                                       text_of(severity_name((enum severity)to)), count};
        }
    diff->kinds = kinds;
    diff->levels = levels;
    return BERM_OK;
}
