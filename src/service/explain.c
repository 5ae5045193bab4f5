/* Why a household is at risk: its facts as they are now, run once more through the rules that
 * decide the month, with the spells on record and what happened since. What may be seen is a matter
 * of today: masks always ask the register's present pack. */
#include "service/access/mask.h"
#include "service/household.h"
#include "service/screen/one.h"

/* Every spell of a household, masked. */
static enum berm_status read_history(struct office *office, const struct household_facts *facts,
                                     struct arena *arena, const struct finding_row **ret_rows,
                                     size_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(buffer_free) struct buffer scratch = {0};
    struct finding_row *rows = NULL;
    struct text evidence;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_FINDING_OF_HOUSEHOLD, &list, err));
    statement_bind_int64(list, FINDING_OF_HOUSEHOLD__HOUSEHOLD_ID, facts->household_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct finding_row *row;

        TRY(rows_reserve(arena, &rows, sizeof *rows, count, &capacity, err));
        row = &rows[count++];
        row->household = facts->code;
        row->area = facts->area_code;
        row->area_name = facts->area_name;
        row->area_name_en = facts->area_name_en;
        TRY(text_copy(arena, statement_text(list, 1), &row->code, err));
        row->info = pack_finding(office->pack, row->code);
        row->is_undetermined = statement_int64(list, 2) != 0;
        TRY(text_copy(arena, statement_text(list, 3), &row->severity, err));
        row->from_month = statement_month(list, 4);
        row->has_ended = !statement_is_null(list, 5);
        row->to_month = row->has_ended ? statement_month(list, 5) : 0;
        TRY(mask_evidence(office->pack, facts->class_seen, statement_text(list, 6), &scratch,
                          &evidence, &row->shows_sensitive, err));
        TRY(text_copy(arena, evidence, &row->evidence, err));
        TRY(statement_step(list, &has_row, err));
    }
    *ret_rows = rows;
    *ret_count = count;
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

/* The facts as they are now, through the policy once more, with a trace. */
static enum berm_status explain(struct office *office, const struct household_facts *facts,
                                struct arena *arena, struct household_reasons *reasons,
                                struct berm_error *err)
{
    CLEANUP(one_household_close) struct one_household one = {0};

    TRY(one_household_open(office, facts->household_id, reasons->month, arena, &one, err));
    reasons->program = one.program;
    reasons->member_count = one.batch->member_first[1];
    return screening_explain(one.runner, one.batch, 0, arena, &reasons->explanation, err);
}

enum berm_status household_explain(struct office *office, const struct caller *caller,
                                   struct text code, month_number month, struct arena *arena,
                                   struct household_reasons *ret_reasons, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct household_facts facts = {0};
    struct household_reasons reasons = {.month = month};
    struct area_scope scope;
    bool story_is_sensitive;

    TRY(store_begin_read(office->store, err)); /* facts and spells of one moment */
    snapshot = office->store;
    TRY(household_find_in(office, caller, PERMISSION_HOUSEHOLD_EXPLAIN, code, arena, &scope, &facts,
                          err));
    if (!facts.is_active)
        return fail_with(err, BERM_CONFLICT,
                         "household %.*s is archived and no longer screened; bring it back first",
                         TEXT_ARG(code));
    reasons.code = facts.code;
    reasons.area_code = facts.area_code;
    reasons.area_name = facts.area_name;
    reasons.area_name_en = facts.area_name_en;
    reasons.class_seen = facts.class_seen;
    TRY(explain(office, &facts, arena, &reasons, err));
    TRY(mask_explanation(office->pack, facts.class_seen, arena, &reasons.explanation,
                         &reasons.shows_sensitive, err));
    TRY(read_history(office, &facts, arena, &reasons.history, &reasons.history_count, err));
    for (size_t h = 0; h < reasons.history_count; h++)
        reasons.shows_sensitive |= reasons.history[h].shows_sensitive;
    TRY(story_read(office, caller, &facts, arena, &reasons.story, &reasons.story_count,
                   &story_is_sensitive, err));
    reasons.shows_sensitive |= story_is_sensitive;
    TRY(match_record(arena, &reasons, err));
    TRY(month_is_screened(office->store, month, &reasons.is_screened, err));
    *ret_reasons = reasons;
    return BERM_OK;
}

enum berm_status household_findings(struct office *office, const struct caller *caller,
                                    struct text code, struct arena *arena,
                                    const struct finding_row **ret_rows, size_t *ret_count,
                                    struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct household_facts facts = {0};
    struct area_scope scope;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(household_find_in(office, caller, PERMISSION_FINDING_LIST, code, arena, &scope, &facts,
                          err));
    return read_history(office, &facts, arena, ret_rows, ret_count, err);
}
