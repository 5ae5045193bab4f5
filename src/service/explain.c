/* Why a household is at risk: its facts as they are now, run once more through the policy, with the
 * spells on record. */
#include "service/screen/load.h"

enum berm_status household_find(struct office *office, struct text code, struct arena *arena,
                                struct household_facts *ret_facts, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_HOUSEHOLD_BY_CODE, &row, err));
    statement_bind_text(row, HOUSEHOLD_BY_CODE__CODE, code);
    TRY(statement_step(row, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no household with the code %.*s; check the code, or import it",
                         TEXT_ARG(code));
    ret_facts->household_id = statement_int64(row, 0);
    ret_facts->is_active = statement_int64(row, 2) != 0;
    TRY(text_copy(arena, statement_text(row, 1), &ret_facts->code, err));
    TRY(text_copy(arena, statement_text(row, 4), &ret_facts->area_code, err));
    TRY(text_copy(arena, statement_text(row, 5), &ret_facts->area_name, err));
    TRY(text_copy(arena, statement_text(row, 6), &ret_facts->area_name_en, err));
    if (ret_facts->area_name_en.length == 0)
        ret_facts->area_name_en = ret_facts->area_name;
    return BERM_OK;
}

static enum berm_status read_history(struct office *office, int64_t household_id,
                                     struct arena *arena, struct household_reasons *reasons,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct finding_row *rows = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_FINDING_OF_HOUSEHOLD, &list, err));
    statement_bind_int64(list, FINDING_OF_HOUSEHOLD__HOUSEHOLD_ID, household_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct finding_row *row;

        TRY(rows_reserve(arena, &rows, sizeof *rows, reasons->history_count, &capacity, err));
        row = &rows[reasons->history_count++];
        row->household = reasons->code;
        row->area = reasons->area_code;
        row->area_name = reasons->area_name;
        row->area_name_en = reasons->area_name_en;
        TRY(text_copy(arena, statement_text(list, 1), &row->code, err));
        row->info = pack_finding(office->pack, row->code);
        row->is_undetermined = statement_int64(list, 2) != 0;
        TRY(text_copy(arena, statement_text(list, 3), &row->severity, err));
        row->from_month = statement_month(list, 4);
        row->has_ended = !statement_is_null(list, 5);
        row->to_month = row->has_ended ? statement_month(list, 5) : 0;
        TRY(text_copy(arena, statement_text(list, 6), &row->evidence, err));
        TRY(statement_step(list, &has_row, err));
    }
    reasons->history = rows;
    return BERM_OK;
}

/*
 * What is on record beside what is found now. A certain spell whose finding cannot be told any more
 * still counts: unknown clears nothing.
 */
static enum berm_status match_record(struct arena *arena, struct household_reasons *reasons,
                                     struct berm_error *err)
{
    struct explanation *explanation = &reasons->explanation;

    TRY(arena_new(arena, explanation->finding_count, sizeof(struct finding_row *), &reasons->held,
                  err));
    for (size_t f = 0; f < explanation->finding_count; f++) {
        const struct explained_finding *finding = &explanation->findings[f];

        for (size_t h = 0; h < reasons->history_count; h++) {
            const struct finding_row *row = &reasons->history[h];
            enum severity severity = SEVERITY_NONE;

            if (!finding_row_covers(row, reasons->month) ||
                !text_equal(row->code, finding->info->code))
                continue;
            reasons->held[f] = row;
            if (finding->is_undetermined && !row->is_undetermined &&
                severity_find(row->severity, &severity) && severity > explanation->risk_level)
                explanation->risk_level = severity;
        }
    }
    return BERM_OK;
}

enum berm_status household_explain(struct office *office, struct text code, month_number month,
                                   struct arena *arena, struct household_reasons *ret_reasons,
                                   struct berm_error *err)
{
    CLEANUP(loader_freep) struct loader *loader = NULL;
    CLEANUP(screening_runner_freep) struct screening_runner *runner = NULL;
    CLEANUP(batch_freep) struct batch *batch = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct household_facts facts = {0};
    struct household_reasons reasons = {.month = month};
    const struct places *places;

    TRY(store_begin_read(office->store, err)); /* facts and spells of one moment */
    snapshot = office->store;
    TRY(household_find(office, code, arena, &facts, err));
    if (!facts.is_active)
        return fail_with(err, BERM_INVALID_INPUT,
                         "household %.*s is archived and no longer screened", TEXT_ARG(code));
    reasons.code = facts.code;
    reasons.area_code = facts.area_code;
    reasons.area_name = facts.area_name;
    reasons.area_name_en = facts.area_name_en;
    TRY(screening_program_create(arena, office->pack, month, &reasons.program, err));
    TRY(places_read(office, month, arena, &places, err));
    TRY(loader_create(office->store, reasons.program, places, &loader, err));
    TRY(batch_create(reasons.program, &batch, err));
    TRY(screening_runner_create(reasons.program, &runner, err));
    TRY(loader_load(loader, facts.household_id, facts.household_id, batch, err));
    if (batch->row_count == 0)
        return fail_with(err, BERM_CORRUPT, "household %.*s cannot be read again", TEXT_ARG(code));
    reasons.member_count = batch->member_first[1];
    TRY(screening_explain(runner, batch, 0, arena, &reasons.explanation, err));
    TRY(read_history(office, facts.household_id, arena, &reasons, err));
    TRY(match_record(arena, &reasons, err));
    TRY(month_is_screened(office->store, month, &reasons.is_screened, err));
    *ret_reasons = reasons;
    return BERM_OK;
}
