/*
 * Planning measures. The policy's recommendations are proposals: each is planned for a finding that
 * it answers, and no finding is left without one where the policy has any help for it. A person may
 * plan others beside them.
 */
#include "service/measure/private.h"

struct planning {
    struct office *office;
    const struct caller *caller;
    const struct actor *actor;
    struct arena *arena;
    struct household_reasons reasons;    /* by the facts as they are */
    const struct finding_row **findings; /* open and certain, the worst first */
    size_t finding_count;
    int64_t household_id, case_id;
    struct measure_row *present; /* that the household has */
    size_t present_count;
    struct measure_row *added;
    size_t added_count, added_capacity;
    struct change change;
};

static void planning_close(struct planning *planning)
{
    change_close(&planning->change);
}

/* ---- What there is --------------------------------------------------------------------------- */

static enum berm_status gather_findings(struct planning *planning, struct berm_error *err)
{
    const struct household_reasons *reasons = &planning->reasons;

    TRY(arena_new(planning->arena, reasons->history_count, sizeof(struct finding_row *),
                  &planning->findings, err));
    for (int rank = SEVERITY_CRITICAL; rank >= SEVERITY_LOW; rank--)
        for (size_t i = 0; i < reasons->history_count; i++) {
            const struct finding_row *row = &reasons->history[i];

            if (!row->has_ended && !row->is_undetermined &&
                text_equal(row->severity, text_of(severity_name((enum severity)rank))))
                planning->findings[planning->finding_count++] = row;
        }
    return BERM_OK;
}

/* Of a list: a measure for a finding that is not cancelled; open_only: nor at its end. */
static bool has_measure(const struct measure_row *rows, size_t count, struct text measure,
                        struct text finding, bool open_only)
{
    for (size_t i = 0; i < count; i++)
        if ((measure.length == 0 || text_equal(rows[i].measure, measure)) &&
            text_equal(rows[i].finding, finding) && rows[i].state != MEASURE_CANCELLED &&
            !(open_only && rows[i].state == MEASURE_DELIVERED))
            return true;
    return false;
}

static bool is_planned(const struct planning *planning, struct text measure, struct text finding,
                       bool open_only)
{
    return has_measure(planning->present, planning->present_count, measure, finding, open_only) ||
           has_measure(planning->added, planning->added_count, measure, finding, open_only);
}

static bool is_recommended(const struct planning *planning, const struct measure_info *measure)
{
    for (size_t i = 0; i < planning->reasons.explanation.measure_count; i++)
        if (text_equal(planning->reasons.explanation.measures[i]->code, measure->code))
            return true;
    return false;
}

/* The programme that pays a measure, where there is one only. */
static struct text programme_of(const struct pack *pack, const struct measure_info *measure)
{
    struct text found = TEXT("");

    for (size_t p = 0; p < pack->programme_count; p++)
        if (text_equal(pack->programmes[p].measure, measure->code)) {
            if (found.length > 0)
                return TEXT("");
            found = pack->programmes[p].code;
        }
    return found;
}

/* By the workflow's clock for planning; without a workflow by MEASURE_DUE_DAYS. */
static enum berm_status default_due(struct planning *planning, struct text *ret_due,
                                    struct berm_error *err)
{
    const struct pack *pack = planning->office->pack;
    struct clock_days clock = {MEASURE_DUE_DAYS, CALENDAR_DAYS};
    char text[DATE_TEXT_MAX];
    date_days today;

    for (size_t s = 0; pack->workflow && s < pack->workflow->step_count; s++)
        if (pack->workflow->steps[s].needs & 1U << NEED_MEASURES_PLANNED &&
            pack->workflow->steps[s].clock.count > 0)
            clock = pack->workflow->steps[s].clock;
    TRY(office_today(planning->office, &today, err));
    return text_copy(planning->arena, date_format(clock_end(&pack->calendar, today, clock), text),
                     ret_due, err);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

static enum berm_status insert(struct planning *planning, struct measure_row *row,
                               struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct store *store = planning->office->store;
    char now[32];

    TRY(id_take(store, "measure", 1, &row->measure_id, err));
    TRY(statement_prepare(store, STATEMENT_MEASURE_INSERT, &insert, err));
    statement_bind_int64(insert, MEASURE_INSERT__HOUSEHOLD_ID, row->household_id);
    statement_bind_int64(insert, MEASURE_INSERT__MEASURE_ID, row->measure_id);
    statement_bind_id(insert, MEASURE_INSERT__CASE_ID, row->case_id);
    statement_bind_text(insert, MEASURE_INSERT__FINDING_CODE, row->finding);
    statement_bind_text(insert, MEASURE_INSERT__MEASURE, row->measure);
    statement_bind_text(insert, MEASURE_INSERT__PROGRAMME, row->programme);
    statement_bind_text(insert, MEASURE_INSERT__OWNER, row->owner);
    statement_bind_text(insert, MEASURE_INSERT__DUE_ON, row->due_on);
    if (row->has_amount)
        statement_bind_int64(insert, MEASURE_INSERT__AMOUNT_MINOR, row->amount_minor);
    else
        statement_bind_null(insert, MEASURE_INSERT__AMOUNT_MINOR);
    statement_bind_int64(insert, MEASURE_INSERT__IS_RECOMMENDED, row->is_recommended);
    TRY(text_copy(planning->arena, instant_now(now), &row->planned_at, err));
    statement_bind_text(insert, MEASURE_INSERT__PLANNED_AT, row->planned_at);
    statement_bind_text(insert, MEASURE_INSERT__PLANNED_BY, row->planned_by);
    statement_bind_int64(insert, MEASURE_INSERT__CHANGE_ID, planning->change.change_id);
    return statement_run(insert, err);
}

static enum berm_status add(struct planning *planning, const struct measure_info *measure,
                            struct text finding, const struct measure_input *input,
                            struct berm_error *err)
{
    const struct pack *pack = planning->office->pack;
    struct measure_row *row;

    TRY(rows_reserve(planning->arena, &planning->added, sizeof *planning->added,
                     planning->added_count, &planning->added_capacity, err));
    row = &planning->added[planning->added_count];
    *row = (struct measure_row){
        .household_id = planning->household_id,
        .case_id = planning->case_id,
        .household = planning->reasons.code,
        .area = planning->reasons.area_code,
        .finding = finding,
        .measure = measure->code,
        .programme = input->programme.length > 0 ? input->programme : programme_of(pack, measure),
        .due_on = input->due_on,
        .is_recommended = is_recommended(planning, measure),
        .planned_by = caller_person(planning->caller, planning->actor)};
    row->owner = input->owner.length > 0 ? input->owner : row->planned_by;
    if (row->due_on.length == 0)
        TRY(default_due(planning, &row->due_on, err));
    if (input->amount.length > 0) {
        TRY(money_parse(input->amount, pack->dictionary.money_decimals, &row->amount_minor, err));
        row->has_amount = true;
    }
    TRY(insert(planning, row, err));
    planning->added_count++;
    return measure_log(&planning->change, row, (struct text){0}, MEASURE_PLANNED, (struct text){0},
                       err);
}

/* ---- Recommended ----------------------------------------------------------------------------- */

/* The finding that a recommended measure is planned for: the worst that it answers and that has no
 * measure yet, else the worst that it answers; empty: none of those that are open. */
static struct text finding_for(const struct planning *planning, const struct measure_info *measure)
{
    struct text worst = TEXT("");

    for (size_t f = 0; f < planning->finding_count; f++) {
        struct text code = planning->findings[f]->code;

        if (!measure_answers(measure, code))
            continue;
        if (worst.length == 0)
            worst = code;
        if (!is_planned(planning, TEXT(""), code, false))
            return code;
    }
    return worst;
}

static bool is_planned_at_all(const struct planning *planning, const struct measure_info *measure)
{
    for (size_t i = 0; i < planning->present_count; i++)
        if (text_equal(planning->present[i].measure, measure->code) &&
            planning->present[i].state != MEASURE_CANCELLED)
            return true;
    return false;
}

static enum berm_status plan_recommended(struct planning *planning, struct berm_error *err)
{
    static const struct measure_input PLAIN = {.measure = {0}};
    const struct explanation *explanation = &planning->reasons.explanation;

    for (size_t m = 0; m < explanation->measure_count; m++)
        if (!is_planned_at_all(planning, explanation->measures[m]))
            TRY(add(planning, explanation->measures[m],
                    finding_for(planning, explanation->measures[m]), &PLAIN, err));
    for (size_t f = 0; f < planning->finding_count; f++) {
        struct text code = planning->findings[f]->code;

        for (size_t m = 0; m < explanation->measure_count; m++)
            if (measure_answers(explanation->measures[m], code) &&
                !is_planned(planning, TEXT(""), code, false))
                TRY(add(planning, explanation->measures[m], code, &PLAIN, err));
    }
    return BERM_OK;
}

/* ---- By hand --------------------------------------------------------------------------------- */

static enum berm_status fail_measure(const struct pack *pack, struct text code,
                                     struct berm_error *err)
{
    struct text *codes;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    int nearest;

    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(arena_new(arena, pack->measure_count, sizeof *codes, &codes, err));
    for (size_t m = 0; m < pack->measure_count; m++)
        codes[m] = pack->measures[m].code;
    nearest = text_nearest(code, codes, pack->measure_count);
    if (nearest >= 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "the pack has no measure '%.*s'; did you mean '%.*s'?", TEXT_ARG(code),
                         TEXT_ARG(codes[nearest]));
    return fail_with(err, BERM_NOT_FOUND, "the pack has no measure '%.*s'", TEXT_ARG(code));
}

static enum berm_status plan_input(struct planning *planning, const struct measure_input *input,
                                   struct berm_error *err)
{
    const struct pack *pack = planning->office->pack;
    const struct measure_info *measure = pack_measure(pack, input->measure);
    const struct programme *programme;
    struct text finding = input->finding;
    date_days day;

    if (measure == NULL)
        return fail_measure(pack, input->measure, err);
    if (finding.length > 0)
        TRY(finding_code_check(pack, finding, err));
    else
        finding = finding_for(planning, measure);
    if (input->programme.length > 0)
        TRY(programme_find(pack, input->programme, &programme, err));
    if (input->due_on.length > 0)
        TRY(date_parse(input->due_on, &day, err));
    if (is_planned(planning, measure->code, finding, true))
        return BERM_OK;
    return add(planning, measure, finding, input, err);
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* Inside the transaction: the household where the caller may plan, its open case, its measures. */
static enum berm_status find_household(struct planning *planning, struct text code,
                                       struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct store *store = planning->office->store;
    struct case_record open;
    struct area_scope scope;
    bool has_case, has_row;

    TRY(caller_scope(store, planning->caller, PERMISSION_MEASURE_WRITE, (struct text){0},
                     planning->arena, &scope, err));
    TRY(statement_prepare(store, STATEMENT_HOUSEHOLD_BY_CODE, &find, err));
    statement_bind_text(find, HOUSEHOLD_BY_CODE__CODE, code);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || !area_scope_contains(&scope, statement_int64(find, 8)))
        return fail_with(err, BERM_NOT_FOUND, "there is no household %.*s", TEXT_ARG(code));
    planning->household_id = statement_int64(find, 0);
    TRY(case_read_open(store, planning->household_id, planning->arena, &has_case, &open, err));
    planning->case_id = has_case ? open.case_id : 0;
    return measures_of_household(planning->office, planning->household_id, planning->arena,
                                 &planning->present, &planning->present_count, err);
}

static enum berm_status plan(struct planning *planning, const struct measure_input *inputs,
                             size_t count, struct berm_error *err)
{
    struct change_end end = {.action = TEXT("measures_plan")};

    TRY(change_begin(planning->office->store, planning->actor, TEXT("measures planned"),
                     (struct text){0}, &planning->change, err));
    if (count == 0)
        TRY(plan_recommended(planning, err));
    for (size_t i = 0; i < count; i++)
        TRY(plan_input(planning, &inputs[i], err));
    end.added = (int64_t)planning->added_count;
    TRY(text_format(planning->arena, &end.subject, err, "household %.*s",
                    TEXT_ARG(planning->reasons.code)));
    return change_finish(&planning->change, planning->actor, &end, err);
}

enum berm_status measures_plan(struct office *office, const struct caller *caller,
                               const struct actor *actor, struct text household,
                               const struct measure_input *inputs, size_t count,
                               struct arena *arena, struct measure_row **ret_rows,
                               size_t *ret_count, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(planning_close)
    struct planning planning = {.office = office, .caller = caller, .actor = actor, .arena = arena};
    month_number month;

    TRY(caller_check(caller, PERMISSION_MEASURE_WRITE, err));
    TRY(month_last_screened(office->store, &month, err));
    TRY(household_explain(office, caller, household, month, arena, &planning.reasons, err));
    TRY(gather_findings(&planning, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_household(&planning, household, err));
    TRY(plan(&planning, inputs, count, err));
    if (planning.added_count > 0) {
        TRY(store_commit(office->store, err));
        transaction = NULL;
    }
    *ret_rows = planning.added;
    *ret_count = planning.added_count;
    return BERM_OK;
}
