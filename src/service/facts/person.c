/*
 * A person entered, corrected, moved, and a membership ended. Which membership is meant is decided
 * as for a file's row (import/membership.c): that of the person's present household.
 */
#include "service/facts/edit.h"

enum {
    OWN_FIELDS = 1 << IMPORT_FIELD_NAME | 1 << IMPORT_FIELD_SEX | 1 << IMPORT_FIELD_BIRTH_DATE |
                 1 << IMPORT_FIELD_RELATION | 1 << IMPORT_FIELD_ID_TYPE |
                 1 << IMPORT_FIELD_ID_NUMBER | 1 << IMPORT_FIELD_BANK_ACCOUNT |
                 1 << IMPORT_FIELD_VARIABLE,
    MEMBERSHIP_FIELDS = 1 << IMPORT_FIELD_HOUSEHOLD | 1 << IMPORT_FIELD_FROM_DATE |
                        1 << IMPORT_FIELD_TO_DATE | 1 << IMPORT_FIELD_END_REASON,
};

/* The person's household, and the edit set on it. Who belongs elsewhere is not there. */
static enum berm_status find_household(struct fact_edit *edit, struct text code,
                                       struct household_facts *ret_facts, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *place = NULL;
    struct text household;
    bool has_row;

    TRY(statement_prepare(edit->office->store, STATEMENT_PERSON_PLACE, &place, err));
    statement_bind_text(place, PERSON_PLACE__CODE, code);
    TRY(statement_step(place, &has_row, err));
    if (!has_row || !area_scope_contains(&edit->scope, statement_int64(place, 0)))
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no person with the code %.*s; check the code, or add the person",
                         TEXT_ARG(code));
    TRY(text_copy(edit->call->arena, statement_text(place, 3), &household, err));
    return fact_edit_household(edit, household, true, ret_facts, err);
}

/* The texts of one act laid over a person who is there. */
struct person_act {
    const char *via, *action;
    uint32_t fields;
    enum import_field required; /* IMPORT_FIELD_NONE: none */
};

static enum berm_status check_required(struct fact_edit *edit, const struct person_act *act,
                                       const struct fact_row *row, struct berm_error *err)
{
    if (act->required == IMPORT_FIELD_NONE || fact_row_has(row, act->required))
        return BERM_OK;
    return fact_problem_add(&edit->problems, -1, text_of(import_field_name(act->required)),
                            "required", err, "%s is missing; fill it in",
                            import_field_name(act->required));
}

/* A household that a person comes to must not be archived. */
static enum berm_status check_target(struct fact_edit *edit, struct text code,
                                     struct berm_error *err)
{
    struct area_scope scope;
    struct household_facts facts = {0};
    struct berm_error fault;
    enum berm_status status =
        household_find_in(edit->office, edit->call->caller, PERMISSION_HOUSEHOLD_WRITE, code,
                          edit->call->arena, &scope, &facts, &fault);

    if (status == BERM_NOT_FOUND)
        return fact_problem_add(&edit->problems, -1, TEXT("household"), "refused", err, "%s",
                                fault.message);
    if (status != BERM_OK)
        return fail_with(err, status, "%s", fault.message);
    if (!facts.is_active)
        return fact_problem_add(&edit->problems, -1, TEXT("household"), "refused", err,
                                "the household %.*s is archived; bring it back, or name another",
                                TEXT_ARG(code));
    fact_edit_touch(edit, facts.household_id);
    return BERM_OK;
}

static enum berm_status lay_person(struct fact_edit *edit, const struct person_act *act,
                                   const struct household_facts *facts, struct text code,
                                   const struct fact_text *texts, size_t count,
                                   struct berm_error *err)
{
    struct fact_row row;

    TRY(fact_row_read(edit, IMPORT_PERSONS, act->fields, false, texts, count, &row, err));
    TRY(check_required(edit, act, &row, err));
    row.person.code = code;
    if (!fact_row_has(&row, IMPORT_FIELD_HOUSEHOLD))
        row.person.household = facts->code;
    else if (row.person.household.length > 0)
        TRY(check_target(edit, row.person.household, err));
    TRY(fact_problems_check(edit, err));
    return fact_row_write(edit, &row, err);
}

enum berm_status fact_lay_member(struct fact_edit *edit, const struct household_facts *facts,
                                 struct text code, const struct fact_text *texts, size_t count,
                                 struct berm_error *err)
{
    static const struct person_act act = {"", "", 1 << IMPORT_FIELD_VARIABLE, IMPORT_FIELD_NONE};

    return lay_person(edit, &act, facts, code, texts, count, err);
}

static enum berm_status change_person(struct office *office, const struct fact_call *call,
                                      const struct person_act *act, struct text code,
                                      const struct fact_text *texts, size_t count,
                                      struct fact_result *ret_result, struct berm_error *err)
{
    CLEANUP(fact_edit_close) struct fact_edit edit = {0};
    struct household_facts facts;

    TRY(fact_edit_begin(office, call, act->via, ret_result, &edit, err));
    TRY(find_household(&edit, code, &facts, err));
    TRY(lay_person(&edit, act, &facts, code, texts, count, err));
    return fact_edit_finish(&edit, act->action, code, err);
}

enum berm_status person_change(struct office *office, const struct fact_call *call,
                               struct text code, const struct fact_text *texts, size_t count,
                               struct fact_result *ret_result, struct berm_error *err)
{
    static const struct person_act act = {"change person", "change_person", OWN_FIELDS,
                                          IMPORT_FIELD_NONE};

    return change_person(office, call, &act, code, texts, count, ret_result, err);
}

enum berm_status membership_end(struct office *office, const struct fact_call *call,
                                struct text code, const struct fact_text *texts, size_t count,
                                struct fact_result *ret_result, struct berm_error *err)
{
    static const struct person_act act = {"end membership", "end_membership",
                                          1 << IMPORT_FIELD_TO_DATE | 1 << IMPORT_FIELD_END_REASON,
                                          IMPORT_FIELD_TO_DATE};

    return change_person(office, call, &act, code, texts, count, ret_result, err);
}

enum berm_status membership_move(struct office *office, const struct fact_call *call,
                                 struct text code, const struct fact_text *texts, size_t count,
                                 struct fact_result *ret_result, struct berm_error *err)
{
    static const struct person_act act = {
        "move person", "move_person",
        1 << IMPORT_FIELD_HOUSEHOLD | 1 << IMPORT_FIELD_FROM_DATE | 1 << IMPORT_FIELD_RELATION,
        IMPORT_FIELD_HOUSEHOLD};

    return change_person(office, call, &act, code, texts, count, ret_result, err);
}

/* ---- A new person ---------------------------------------------------------------------------- */

enum berm_status person_add(struct office *office, const struct fact_call *call,
                            const struct fact_text *texts, size_t count,
                            struct fact_result *ret_result, struct berm_error *err)
{
    CLEANUP(fact_edit_close) struct fact_edit edit = {0};
    uint32_t fields = OWN_FIELDS | MEMBERSHIP_FIELDS | 1 << IMPORT_FIELD_CODE;
    struct text household = fact_text_named(texts, count, TEXT("household"));
    struct household_facts facts;
    struct fact_row row;

    TRY(fact_edit_begin(office, call, "add person", ret_result, &edit, err));
    if (household.length == 0) {
        TRY(fact_problem_add(&edit.problems, -1, TEXT("household"), "required", err,
                             "a new person needs a household; give its code"));
        return fact_problems_check(&edit, err);
    }
    TRY(fact_edit_household(&edit, household, false, &facts, err));
    TRY(fact_row_read(&edit, IMPORT_PERSONS, fields, true, texts, count, &row, err));
    TRY(fact_take_id(&edit, IMPORT_PERSONS, &row.person.code, err));
    TRY(fact_problems_check(&edit, err));
    TRY(fact_row_write(&edit, &row, err));
    return fact_edit_finish(&edit, "add_person", row.person.code, err);
}
