/* A household entered, changed, moved to another area, archived and brought back. */
#include "service/facts/edit.h"

static enum berm_status area_position(struct fact_edit *edit, struct text code,
                                      int64_t *ret_position, bool *ret_is_there,
                                      struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;

    TRY(statement_prepare(edit->office->store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, code);
    TRY(statement_step(area, ret_is_there, err));
    if (*ret_is_there)
        *ret_position = statement_int64(area, 6);
    *ret_is_there = *ret_is_there && area_scope_contains(&edit->scope, *ret_position);
    return BERM_OK;
}

/* Where the new household will lie decides which values the caller may write. */
static enum berm_status look_at_area(struct fact_edit *edit, const struct fact_text *texts,
                                     size_t count, struct berm_error *err)
{
    struct text code = fact_text_named(texts, count, TEXT("area"));
    int64_t position = 0;
    bool is_there;

    if (code.length == 0)
        return fact_problem_add(&edit->problems, -1, TEXT("area"), "required", err,
                                "a new household needs the area in which it lies; give its code");
    TRY(area_position(edit, code, &position, &is_there, err));
    if (is_there)
        fact_edit_look_at(edit, position);
    else
        TRY(fact_problem_add(&edit->problems, -1, TEXT("area"), "refused", err,
                             "there is no area with the code %.*s; correct the code",
                             TEXT_ARG(code)));
    return BERM_OK;
}

static enum berm_status touch_new(struct fact_edit *edit, struct text code, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;

    TRY(statement_prepare(edit->office->store, STATEMENT_IMPORT_HOUSEHOLD_BY_CODE, &find, err));
    statement_bind_text(find, IMPORT_HOUSEHOLD_BY_CODE__CODE, code);
    TRY(statement_step_to_row(find, err));
    edit->household_id = statement_int64(find, 0);
    fact_edit_touch(edit, edit->household_id);
    return BERM_OK;
}

enum berm_status household_add(struct office *office, const struct fact_call *call,
                               const struct fact_text *texts, size_t count,
                               struct fact_result *ret_result, struct berm_error *err)
{
    CLEANUP(fact_edit_close) struct fact_edit edit = {0};
    uint32_t fields = FACT_FIELD(IMPORT_FIELD_CODE) | FACT_FIELD(IMPORT_FIELD_AREA) |
                      FACT_FIELD(IMPORT_FIELD_VARIABLE);
    struct fact_row row;

    TRY(fact_edit_begin(office, call, "add household", ret_result, &edit, err));
    TRY(look_at_area(&edit, texts, count, err));
    TRY(fact_problems_check(&edit, err)); /* without an area nothing else can be told */
    TRY(fact_row_read(&edit, IMPORT_HOUSEHOLDS, fields, true, texts, count, &row, err));
    TRY(fact_take_id(&edit, IMPORT_HOUSEHOLDS, &row.household.code, err));
    TRY(fact_problems_check(&edit, err));
    TRY(fact_row_write(&edit, &row, err));
    TRY(fact_problems_check(&edit, err));
    TRY(touch_new(&edit, row.household.code, err));
    return fact_edit_finish(&edit, "add_household", row.household.code, err);
}

enum berm_status fact_lay_household(struct fact_edit *edit, const struct household_facts *facts,
                                    uint32_t fields, const struct fact_text *texts, size_t count,
                                    struct berm_error *err)
{
    struct fact_row row;

    TRY(fact_row_read(edit, IMPORT_HOUSEHOLDS, fields, false, texts, count, &row, err));
    TRY(fact_problems_check(edit, err));
    row.household.code = facts->code;
    if (!fact_row_has(&row, IMPORT_FIELD_AREA))
        row.household.area = facts->area_code;
    return fact_row_write(edit, &row, err);
}

enum berm_status household_change(struct office *office, const struct fact_call *call,
                                  struct text code, const struct fact_text *texts, size_t count,
                                  struct fact_result *ret_result, struct berm_error *err)
{
    CLEANUP(fact_edit_close) struct fact_edit edit = {0};
    uint32_t fields = FACT_FIELD(IMPORT_FIELD_AREA) | FACT_FIELD(IMPORT_FIELD_VARIABLE);
    struct household_facts facts;

    TRY(fact_edit_begin(office, call, "change household", ret_result, &edit, err));
    TRY(fact_edit_household(&edit, code, false, &facts, err));
    TRY(fact_lay_household(&edit, &facts, fields, texts, count, err));
    return fact_edit_finish(&edit, "change_household", facts.code, err);
}

/* ---- Archive --------------------------------------------------------------------------------- */

/* An open membership in a household that is no more would keep its members out of every figure
 * without anybody having said so. */
static enum berm_status check_empty(struct fact_edit *edit, struct text code,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *members = NULL;
    int64_t count;

    TRY(statement_prepare(edit->office->store, STATEMENT_IMPORT_MEMBER_COUNT, &members, err));
    statement_bind_int64(members, IMPORT_MEMBER_COUNT__HOUSEHOLD_ID, edit->household_id);
    TRY(statement_step_to_row(members, err));
    count = statement_int64(members, 0);
    if (count == 0)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "the household %.*s has %lld members; end or move their memberships, then "
                     "archive it",
                     TEXT_ARG(code), (long long)count);
}

static enum berm_status write_active(struct fact_edit *edit, bool is_active, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *set = NULL;

    TRY(statement_prepare(edit->office->store, STATEMENT_HOUSEHOLD_SET_ACTIVE, &set, err));
    statement_bind_int64(set, HOUSEHOLD_SET_ACTIVE__IS_ACTIVE, is_active);
    statement_bind_int64(set, HOUSEHOLD_SET_ACTIVE__HOUSEHOLD_ID, edit->household_id);
    TRY(statement_run(set, err));
    edit->changed++;
    return change_add_row(&edit->change, TEXT("household"), edit->household_id, TEXT(""),
                          is_active ? TEXT("{\"is_active\":[false,true]}")
                                    : TEXT("{\"is_active\":[true,false]}"),
                          err);
}

enum berm_status household_set_active(struct office *office, const struct fact_call *call,
                                      struct text code, bool is_active,
                                      struct fact_result *ret_result, struct berm_error *err)
{
    CLEANUP(fact_edit_close) struct fact_edit edit = {0};
    struct household_facts facts;

    TRY(fact_edit_begin(office, call, is_active ? "restore household" : "archive household",
                        ret_result, &edit, err));
    TRY(fact_edit_household(&edit, code, true, &facts, err));
    if (!is_active)
        TRY(check_empty(&edit, facts.code, err));
    if (facts.is_active != is_active)
        TRY(write_active(&edit, is_active, err));
    return fact_edit_finish(&edit, is_active ? "restore_household" : "archive_household",
                            facts.code, err);
}
