/*
 * What a visit proposed becomes fact, through the very acts of facts/ and in one change with them,
 * or is refused. Which of it may be applied is decided inside the writing transaction, by the
 * values as they are there: what somebody else changed meanwhile is a conflict, also where it was
 * changed a moment ago.
 */
#include "service/visit/private.h"

#include <stdio.h>

/* What is decided about, of one visit. */
struct deciding {
    struct office *office;
    const struct caller *caller;
    struct arena *arena;
    const struct visit_decision *decision;
    struct visit_record record;
    struct household_facts facts;
    struct visit_finding *findings; /* of the visit */
    size_t finding_count;
    const struct visit_finding **chosen;
    size_t chosen_count;
};

/* ---- Which ----------------------------------------------------------------------------------- */

static enum berm_status fail_finding(const struct deciding *deciding, int64_t number,
                                     enum berm_status status, const char *what,
                                     struct berm_error *err)
{
    return fail_with(err, status, "number %lld of the visit %lld %s", (long long)number,
                     (long long)deciding->record.row.visit_id, what);
}

static enum berm_status choose(struct deciding *deciding, int64_t number, struct berm_error *err)
{
    const struct visit_finding *finding = NULL;

    for (size_t f = 0; f < deciding->finding_count; f++)
        if (deciding->findings[f].number == number)
            finding = &deciding->findings[f];
    if (finding == NULL)
        return fail_finding(deciding, number, BERM_NOT_FOUND,
                            "is not there; berm visit show lists what it found", err);
    if (finding->state != VISIT_PROPOSED)
        return fail_finding(deciding, number, BERM_CONFLICT,
                            "is decided already, or was as the register had it", err);
    if (finding->is_hidden)
        return fail_finding(deciding, number, BERM_FORBIDDEN,
                            "is not shown to you, so you cannot decide about it", err);
    for (size_t c = 0; c < deciding->chosen_count; c++)
        if (deciding->chosen[c] == finding)
            return fail_finding(deciding, number, BERM_INVALID_INPUT,
                                "is named twice; name it once", err);
    deciding->chosen[deciding->chosen_count++] = finding;
    return BERM_OK;
}

static enum berm_status choose_all(struct deciding *deciding, struct berm_error *err)
{
    const struct visit_decision *decision = deciding->decision;

    TRY(arena_new(deciding->arena, deciding->finding_count + decision->count + 1,
                  sizeof(struct visit_finding *), (void *)&deciding->chosen, err));
    for (size_t n = 0; n < decision->count; n++)
        TRY(choose(deciding, decision->numbers[n], err));
    for (size_t f = 0; decision->count == 0 && f < deciding->finding_count; f++)
        if (deciding->findings[f].state == VISIT_PROPOSED && !deciding->findings[f].is_hidden)
            deciding->chosen[deciding->chosen_count++] = &deciding->findings[f];
    if (deciding->chosen_count > 0)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "nothing that the visit %lld found is left to be decided by you",
                     (long long)deciding->record.row.visit_id);
}

static enum berm_status find_visit(struct deciding *deciding, int64_t visit_id,
                                   struct berm_error *err)
{
    return visit_find(deciding->office, deciding->caller, PERMISSION_HOUSEHOLD_WRITE, visit_id,
                      deciding->arena, &deciding->record, err);
}

/* What it found beside what the register has in this transaction, and which of it is meant. */
static enum berm_status read_findings(struct deciding *deciding, struct berm_error *err)
{
    bool shows_sensitive = false;

    TRY(household_read_in(deciding->office, deciding->caller, PERMISSION_HOUSEHOLD_WRITE,
                          deciding->record.row.household, deciding->arena, &deciding->facts, err));
    TRY(visit_findings(deciding->office, &deciding->record.row, &deciding->facts, deciding->arena,
                       &deciding->findings, &deciding->finding_count, &shows_sensitive, err));
    return choose_all(deciding, err);
}

/* ---- Decided --------------------------------------------------------------------------------- */

static enum berm_status write_decisions(struct deciding *deciding, const struct actor *actor,
                                        enum visit_finding_state state, struct text reason,
                                        struct change *change, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *decide = NULL;
    const struct visit_row *row = &deciding->record.row;
    char now[32], count[24];
    const struct visit_note note = {
        visit_finding_state_name(state),
        TEXT(""),
        {count, (size_t)snprintf(count, sizeof count, "%zu", deciding->chosen_count)}};

    TRY(statement_prepare(change->store, STATEMENT_VISIT_CHANGE_DECIDE, &decide, err));
    for (size_t c = 0; c < deciding->chosen_count; c++) {
        statement_bind_text(decide, VISIT_CHANGE_DECIDE__STATE,
                            text_of(visit_finding_state_name(state)));
        statement_bind_text(decide, VISIT_CHANGE_DECIDE__DECIDED_AT, instant_now(now));
        statement_bind_text(decide, VISIT_CHANGE_DECIDE__DECIDED_BY,
                            caller_person(deciding->caller, actor));
        statement_bind_text_or_null(decide, VISIT_CHANGE_DECIDE__REASON, reason);
        statement_bind_int64(decide, VISIT_CHANGE_DECIDE__CHANGE_ID, change->change_id);
        statement_bind_int64(decide, VISIT_CHANGE_DECIDE__HOUSEHOLD_ID, row->household_id);
        statement_bind_int64(decide, VISIT_CHANGE_DECIDE__VISIT_ID, row->visit_id);
        statement_bind_int64(decide, VISIT_CHANGE_DECIDE__CHANGE_NUMBER,
                             deciding->chosen[c]->number);
        TRY(statement_run(decide, err));
    }
    return visit_log(change, row, &note, 1, err);
}

/* ---- Applied --------------------------------------------------------------------------------- */

/* What the register has already needs no act. */
static bool is_due(const struct visit_finding *finding)
{
    return !text_equal(finding->present, finding->proposed);
}

static enum berm_status check_finding(const struct deciding *deciding,
                                      const struct visit_finding *finding, struct berm_error *err)
{
    const char *what = NULL;

    if (finding->variable == NULL)
        what = "is of a variable that the dictionary no longer has; refuse it";
    else if (finding->entity == ENTITY_PERSON && is_due(finding) &&
             visit_member(&deciding->facts, finding->person) == NULL)
        what = "is of somebody who left the household since; refuse it, or change the person where "
               "they live now";
    else if (finding->is_in_conflict && !deciding->decision->over_conflicts)
        what = "was changed by somebody else since the visitor saw it; look at the three values, "
               "then apply it over the conflict, or refuse it";
    if (what == NULL)
        return BERM_OK;
    return fail_finding(deciding, finding->number, BERM_CONFLICT, what, err);
}

static enum berm_status check_chosen(const struct deciding *deciding, const struct fact_call *call,
                                     struct berm_error *err)
{
    for (size_t c = 0; c < deciding->chosen_count; c++)
        TRY(check_finding(deciding, deciding->chosen[c], err));
    if (deciding->decision->over_conflicts && call->expected_version == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "over a conflict it is applied only at the household's version that you "
                         "saw; say which that was");
    return BERM_OK;
}

static enum berm_status lay_household(struct deciding *deciding, struct fact_edit *edit,
                                      struct fact_text *texts, struct berm_error *err)
{
    size_t count = 0;

    for (size_t c = 0; c < deciding->chosen_count; c++)
        if (deciding->chosen[c]->entity == ENTITY_HOUSEHOLD && is_due(deciding->chosen[c]))
            texts[count++] =
                (struct fact_text){deciding->chosen[c]->name, deciding->chosen[c]->proposed};
    if (count == 0)
        return BERM_OK;
    return fact_lay_household(edit, &deciding->facts, FACT_FIELD(IMPORT_FIELD_VARIABLE), texts,
                              count, err);
}

static enum berm_status lay_member(struct deciding *deciding, struct fact_edit *edit,
                                   const struct household_member *member, struct fact_text *texts,
                                   struct berm_error *err)
{
    size_t count = 0;

    for (size_t c = 0; c < deciding->chosen_count; c++) {
        const struct visit_finding *finding = deciding->chosen[c];

        if (finding->entity == ENTITY_PERSON && finding->entity_id == member->person_id &&
            is_due(finding))
            texts[count++] = (struct fact_text){finding->name, finding->proposed};
    }
    if (count == 0)
        return BERM_OK;
    return fact_lay_member(edit, &deciding->facts, member->code, texts, count, err);
}

/* Each member once. */
static enum berm_status lay_members(struct deciding *deciding, struct fact_edit *edit,
                                    struct fact_text *texts, struct berm_error *err)
{
    for (size_t m = 0; m < deciding->facts.member_count; m++)
        if (deciding->facts.members[m].to_date.length == 0)
            TRY(lay_member(deciding, edit, &deciding->facts.members[m], texts, err));
    return BERM_OK;
}

static enum berm_status lay_flows(struct deciding *deciding, struct fact_edit *edit,
                                  struct berm_error *err)
{
    struct fact_flow *flows;
    size_t count = 0;

    TRY(arena_new(deciding->arena, deciding->chosen_count, sizeof *flows, &flows, err));
    for (size_t c = 0; c < deciding->chosen_count; c++) {
        const struct visit_finding *finding = deciding->chosen[c];
        char month[MONTH_TEXT_MAX];

        if (finding->entity != ENTITY_FLOW || !is_due(finding))
            continue;
        flows[count] = (struct fact_flow){.flow = finding->name, .amount = finding->proposed};
        TRY(text_copy(deciding->arena, month_format(finding->month, month), &flows[count++].month,
                      err));
    }
    return count > 0 ? fact_lay_flows(edit, &deciding->facts, flows, count, err) : BERM_OK;
}

static enum berm_status lay_all(struct deciding *deciding, struct fact_edit *edit,
                                struct berm_error *err)
{
    struct fact_text *texts;

    TRY(arena_new(deciding->arena, deciding->chosen_count, sizeof *texts, &texts, err));
    TRY(lay_household(deciding, edit, texts, err));
    TRY(lay_members(deciding, edit, texts, err));
    TRY(lay_flows(deciding, edit, err));
    return fact_problems_check(edit, err);
}

enum berm_status visit_apply(struct office *office, const struct fact_call *call, int64_t visit_id,
                             const struct visit_decision *decision, struct fact_result *ret_result,
                             struct berm_error *err)
{
    CLEANUP(fact_edit_close) struct fact_edit edit = {0};
    struct deciding deciding = {
        .office = office, .caller = call->caller, .arena = call->arena, .decision = decision};
    struct household_facts head;

    TRY(fact_edit_begin(office, call, "apply visit", ret_result, &edit, err));
    TRY(find_visit(&deciding, visit_id, err));
    TRY(fact_edit_household(&edit, deciding.record.row.household, false, &head, err));
    TRY(read_findings(&deciding, err));
    TRY(check_chosen(&deciding, call, err));
    TRY(lay_all(&deciding, &edit, err));
    TRY(write_decisions(&deciding, call->actor, VISIT_APPLIED, TEXT(""), &edit.change, err));
    edit.changed++; /* also where the register had all of it: it is decided now */
    return fact_edit_finish(&edit, "apply_visit", head.code, err);
}

/* ---- Refused --------------------------------------------------------------------------------- */

enum berm_status visit_refuse(struct office *office, const struct caller *caller,
                              const struct actor *actor, int64_t visit_id,
                              const struct visit_decision *decision, struct text reason,
                              struct arena *arena, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct deciding deciding = {
        .office = office, .caller = caller, .arena = arena, .decision = decision};
    struct change_end end = {.changed = 1, .action = TEXT("refuse_visit")};

    TRY(visit_read_text(reason, "reason", true, &reason, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(find_visit(&deciding, visit_id, err));
    TRY(read_findings(&deciding, err));
    end.subject = deciding.record.row.household;
    TRY(change_begin(office->store, actor, TEXT("refuse visit"), (struct text){0}, &change, err));
    TRY(write_decisions(&deciding, actor, VISIT_REFUSED, reason, &change, err));
    TRY(change_finish(&change, actor, &end, err));
    return store_commit(office->store, err);
}
