/*
 * Persons and their memberships. Whether one is new is found out as with households; one who is
 * there (standing.c) is compared field by field, and membership.c decides what the row means for
 * where they belong. Everything is checked before anything of a row is written.
 */
#include <stddef.h>
#include <stdlib.h>

#include "service/import/standing.h"

struct import_person_state {
    struct code_lookup households;
    struct code_lookup persons; /* of a distant store, asked ahead */
    struct data_rows data;
    struct statement *insert;
    struct standing_persons standing;
    struct statement *update;
    struct statement *spell_insert;
    struct statement *spell_update;
    struct statement *household_code;
    struct statement *member_count;
    struct statement *place; /* NULL: the import may write everywhere */
    bool expects_existing;
};

enum berm_status import_persons_open(struct import *import, struct berm_error *err)
{
    struct import_person_state *state = calloc(1, sizeof *state);
    struct store *store = import->store;

    if (state == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    import->persons = state; /* who closes it */
    TRY(standing_open(import, &state->standing, err));
    TRY(counted_lookup_open(import, &state->households, err));
    if (store_is_distant(store))
        TRY(person_lookup_open(import, &state->persons, err));
    TRY(data_rows_open(import, ENTITY_PERSON, &state->data, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_PERSON_INSERT, &state->insert, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_PERSON_UPDATE, &state->update, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_SPELL_INSERT, &state->spell_insert, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_SPELL_UPDATE, &state->spell_update, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_MEMBER_COUNT, &state->member_count, err));
    if (import_is_partial(import))
        TRY(statement_prepare(store, STATEMENT_PERSON_PLACE, &state->place, err));
    return statement_prepare(store, STATEMENT_IMPORT_HOUSEHOLD_CODE, &state->household_code, err);
}

void import_persons_close(struct import_person_state *state)
{
    if (state == NULL)
        return;
    code_lookup_close(&state->households);
    code_lookup_close(&state->persons);
    standing_close(&state->standing);
    data_rows_close(&state->data);
    statement_closep(&state->insert);
    statement_closep(&state->update);
    statement_closep(&state->spell_insert);
    statement_closep(&state->spell_update);
    statement_closep(&state->member_count);
    statement_closep(&state->place);
    statement_closep(&state->household_code);
    free(state);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void bind_date_or_null(struct statement *statement, int parameter, struct import_date date)
{
    if (date.is_known)
        statement_bind_date(statement, parameter, date.date);
    else
        statement_bind_null(statement, parameter);
}

static enum berm_status insert_spell(struct import *import, int64_t person_id,
                                     const struct spell *spell, struct berm_error *err)
{
    struct statement *insert = import->persons->spell_insert;

    statement_bind_int64(insert, IMPORT_SPELL_INSERT__HOUSEHOLD_ID, spell->household_id);
    statement_bind_int64(insert, IMPORT_SPELL_INSERT__PERSON_ID, person_id);
    statement_bind_date(insert, IMPORT_SPELL_INSERT__FROM_DATE, spell->from);
    bind_date_or_null(insert, IMPORT_SPELL_INSERT__TO_DATE, spell->to);
    statement_bind_text_or_null(insert, IMPORT_SPELL_INSERT__RELATION, spell->relation);
    statement_bind_text_or_null(insert, IMPORT_SPELL_INSERT__END_REASON, spell->end_reason);
    statement_bind_int64(insert, IMPORT_SPELL_INSERT__CHANGE_ID, import->change->change_id);
    return statement_queue(insert, err);
}

static enum berm_status update_spell(struct import *import, int64_t person_id,
                                     const struct spell *before, const struct spell *after,
                                     struct berm_error *err)
{
    struct statement *update = import->persons->spell_update;

    statement_bind_date(update, IMPORT_SPELL_UPDATE__NEW_FROM_DATE, after->from);
    bind_date_or_null(update, IMPORT_SPELL_UPDATE__TO_DATE, after->to);
    statement_bind_text_or_null(update, IMPORT_SPELL_UPDATE__RELATION, after->relation);
    statement_bind_text_or_null(update, IMPORT_SPELL_UPDATE__END_REASON, after->end_reason);
    statement_bind_int64(update, IMPORT_SPELL_UPDATE__CHANGE_ID, import->change->change_id);
    statement_bind_int64(update, IMPORT_SPELL_UPDATE__HOUSEHOLD_ID, before->household_id);
    statement_bind_int64(update, IMPORT_SPELL_UPDATE__PERSON_ID, person_id);
    statement_bind_date(update, IMPORT_SPELL_UPDATE__FROM_DATE, before->from);
    return statement_queue(update, err);
}

/* Screening takes households of a certain size only, so a larger one is not let in. */
static enum berm_status check_room(struct import *import, struct import_person *row,
                                   struct known_code *household, const struct spell *spell,
                                   struct arena *arena, struct berm_error *err)
{
    struct statement *count = import->persons->member_count;

    if (spell->to.is_known)
        return BERM_OK;
    if (household->members < 0) {
        statement_bind_int64(count, IMPORT_MEMBER_COUNT__HOUSEHOLD_ID, household->id);
        TRY(statement_step_to_row(count, err));
        household->members = (int32_t)statement_int64(count, 0);
        statement_reset(count);
    }
    if (household->members < HOUSEHOLD_MEMBERS_MAX)
        return BERM_OK;
    return import_reject(arena, &row->row, IMPORT_FIELD_HOUSEHOLD, err,
                         "the household \"%.*s\" has %d members already, and Berm takes no more; "
                         "enter an institution's inmates as households of their own",
                         TEXT_ARG(row->household), (int)HOUSEHOLD_MEMBERS_MAX);
}

/* ---- A new person ---------------------------------------------------------------------------- */

/* false where the code is there already. */
static enum berm_status insert_row(struct import *import, const struct import_person *row,
                                   bool *ret_is_new, struct berm_error *err)
{
    struct import_person_state *state = import->persons;
    struct statement *insert = state->insert;
    struct known_code *known;

    statement_bind_int64(insert, IMPORT_PERSON_INSERT__PERSON_ID, import->next_id);
    statement_bind_text(insert, IMPORT_PERSON_INSERT__CODE, row->code);
    statement_bind_text(insert, IMPORT_PERSON_INSERT__NAME, row->name);
    statement_bind_text_or_null(insert, IMPORT_PERSON_INSERT__SEX, row->sex);
    bind_date_or_null(insert, IMPORT_PERSON_INSERT__BIRTH_DATE, row->birth_date);
    statement_bind_int64(insert, IMPORT_PERSON_INSERT__CHANGE_ID, import->change->change_id);
    if (state->persons.ahead == NULL) {
        TRY(statement_run(insert, err));
        *ret_is_new = statement_changed_count(insert) > 0;
        return BERM_OK;
    }
    TRY(statement_queue(insert, err));
    TRY(code_lookup_find(&state->persons, row->code, &known, err));
    known->id = import->next_id;
    *ret_is_new = true;
    return BERM_OK;
}

static enum berm_status insert_person(struct import *import, struct import_person *row,
                                      struct known_code *household, bool *ret_is_new,
                                      struct arena *arena, struct berm_error *err)
{
    struct import_person_state *state = import->persons;
    struct spell_plan plan = {0};

    *ret_is_new = false;
    TRY(spell_plan_make(import->columns, row, household->id, NULL, 0, arena, &plan, err));
    if (row->row.outcome != IMPORT_REJECTED)
        TRY(check_room(import, row, household, &plan.after, arena, err));
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    TRY(insert_row(import, row, ret_is_new, err));
    if (!*ret_is_new)
        return BERM_OK;
    TRY(data_rows_add(&state->data, import->next_id, row->values, err));
    TRY(insert_spell(import, import->next_id, &plan.after, err));
    if (import->vault != NULL)
        TRY(import_secrets_write(import, row, import->next_id, false, err));
    TRY(search_writer_add(import->search, import->next_id, household->id, household->district_id,
                          row->name, err));
    if (household->members >= 0)
        household->members += !plan.after.to.is_known;
    import->next_id++;
    return BERM_OK;
}

/* ---- A person who is there ------------------------------------------------------------------- */

static bool dates_equal(struct import_date a, struct import_date b)
{
    return a.is_known == b.is_known && (!a.is_known || a.date == b.date);
}

/* Lay the row's own fields over the person's and log what differs. */
static bool merge_fields(struct import *import, const struct import_person *row,
                         struct standing_person *person)
{
    const struct import_columns *columns = import->columns;
    bool differs = false;

    if (import_columns_have(columns, IMPORT_FIELD_NAME) && !text_equal(person->name, row->name)) {
        import_log_text(import, "name", person->name, row->name);
        person->name = row->name;
        differs = true;
    }
    if (import_columns_have(columns, IMPORT_FIELD_SEX) && !text_equal(person->sex, row->sex)) {
        import_log_text(import, "sex", person->sex, row->sex);
        person->sex = row->sex;
        differs = true;
    }
    if (import_columns_have(columns, IMPORT_FIELD_BIRTH_DATE) &&
        !dates_equal(person->birth_date, row->birth_date)) {
        import_log_date(import, "birth_date", person->birth_date, row->birth_date);
        person->birth_date = row->birth_date;
        differs = true;
    }
    return differs;
}

static enum berm_status update_fields(struct import_person_state *state,
                                      const struct standing_person *person, struct berm_error *err)
{
    statement_bind_text(state->update, IMPORT_PERSON_UPDATE__NAME, person->name);
    statement_bind_text_or_null(state->update, IMPORT_PERSON_UPDATE__SEX, person->sex);
    bind_date_or_null(state->update, IMPORT_PERSON_UPDATE__BIRTH_DATE, person->birth_date);
    statement_bind_int64(state->update, IMPORT_PERSON_UPDATE__PERSON_ID, person->person_id);
    return statement_queue(state->update, err);
}

static struct import_date from_of(const struct spell *spell)
{
    return (struct import_date){spell != NULL && spell->from != spell_from_unknown(),
                                spell == NULL ? 0 : spell->from};
}

/* Log where the membership differs; false where it is as it was. */
static enum berm_status log_spell(struct import *import, const struct import_person *row,
                                  const struct spell_plan *plan, bool *ret_differs,
                                  struct berm_error *err)
{
    const struct spell *before = plan->closed != NULL ? plan->closed : plan->replaced;
    const struct spell none = {0};
    struct statement *code = import->persons->household_code;
    bool is_moved = before == NULL || before->household_id != plan->after.household_id;
    struct import_date from = from_of(before);
    struct import_date from_after = from_of(&plan->after);

    *ret_differs = is_moved;
    if (is_moved) {
        bool has_row = false;

        statement_bind_int64(code, IMPORT_HOUSEHOLD_CODE__HOUSEHOLD_ID,
                             before == NULL ? 0 : before->household_id);
        TRY(statement_step(code, &has_row, err));
        import_log_text(import, "household", has_row ? statement_text(code, 0) : TEXT(""),
                        row->household);
        statement_reset(code);
    }
    if (before == NULL)
        before = &none;
    if (!text_equal(before->relation, plan->after.relation)) {
        import_log_text(import, "relation", before->relation, plan->after.relation);
        *ret_differs = true;
    }
    if (!dates_equal(from, from_after)) {
        import_log_date(import, "from_date", from, from_after);
        *ret_differs = true;
    }
    if (!dates_equal(before->to, plan->after.to)) {
        import_log_date(import, "to_date", before->to, plan->after.to);
        *ret_differs = true;
    }
    if (!text_equal(before->end_reason, plan->after.end_reason)) {
        import_log_text(import, "end_reason", before->end_reason, plan->after.end_reason);
        *ret_differs = true;
    }
    return BERM_OK;
}

static enum berm_status apply_plan(struct import *import, int64_t person_id,
                                   const struct spell_plan *plan, struct berm_error *err)
{
    code_lookup_forget_members(&import->persons->households); /* they change in one or two */
    if (plan->closed != NULL) {
        struct spell closed = *plan->closed;

        closed.to = (struct import_date){true, plan->after.from};
        closed.end_reason = TEXT("left");
        TRY(update_spell(import, person_id, plan->closed, &closed, err));
    }
    if (plan->replaced != NULL)
        return update_spell(import, person_id, plan->replaced, &plan->after, err);
    return insert_spell(import, person_id, &plan->after, err);
}

static enum berm_status check_update(struct import *import, struct import_person *row,
                                     const struct standing_person *person,
                                     struct known_code *household, struct spell_plan *plan,
                                     struct arena *arena, struct berm_error *err)
{
    bool was_seen = person->person_id >= import->first_id;
    bool takes_a_place;

    if (!was_seen)
        TRY(seen_set_has(import->seen, (uint64_t)person->person_id, &was_seen, err));
    if (was_seen)
        return import_reject(arena, &row->row, IMPORT_FIELD_CODE, err,
                             "the code \"%.*s\" stands already in an earlier row of this file; "
                             "keep one of the rows, or give this person their own code",
                             TEXT_ARG(row->code));
    if (person->spell_count == PERSON_SPELLS_MAX)
        return import_reject(arena, &row->row, IMPORT_FIELD_HOUSEHOLD, err,
                             "the person has been a member %d times already; check whether the "
                             "code stands for several persons",
                             (int)PERSON_SPELLS_MAX);
    TRY(spell_plan_make(import->columns, row, household->id, person->spells, person->spell_count,
                        arena, plan, err));
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    takes_a_place = plan->replaced == NULL || plan->replaced->to.is_known;
    return takes_a_place ? check_room(import, row, household, &plan->after, arena, err) : BERM_OK;
}

enum berm_status import_person_is_elsewhere(struct import *import, struct text code,
                                            bool *ret_is_elsewhere, struct berm_error *err)
{
    struct statement *place = import->persons->place;
    bool has_row;

    *ret_is_elsewhere = false;
    if (place == NULL)
        return BERM_OK;
    statement_bind_text(place, PERSON_PLACE__CODE, code);
    TRY(statement_step(place, &has_row, err));
    *ret_is_elsewhere = !has_row || !area_scope_contains(import->scope, statement_int64(place, 0));
    statement_reset(place);
    return BERM_OK;
}

static enum berm_status update_person(struct import *import, struct import_person *row,
                                      struct standing_person *person, struct known_code *household,
                                      struct arena *arena, struct berm_error *err)
{
    struct import_person_state *state = import->persons;
    struct spell_plan plan = {0};
    bool fields_differ, data_differ = false, spell_differs = false, was_seen, is_elsewhere;
    struct text name_before;

    TRY(import_person_is_elsewhere(import, row->code, &is_elsewhere, err));
    if (is_elsewhere)
        return import_reject(arena, &row->row, IMPORT_FIELD_CODE, err,
                             "the code \"%.*s\" cannot be given to a new person; choose another, "
                             "or correct it; who moved here from elsewhere is moved by somebody "
                             "who may write in both places",
                             TEXT_ARG(row->code));
    TRY(check_update(import, row, person, household, &plan, arena, err));
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    TRY(seen_set_add(import->seen, (uint64_t)person->person_id, &was_seen, err));
    name_before = person->name;
    fields_differ = merge_fields(import, row, person);
    TRY(log_spell(import, row, &plan, &spell_differs, err));
    TRY(data_rows_compare(&state->data, import, person->person_id, row->values, &data_differ, err));
    if (fields_differ)
        TRY(update_fields(state, person, err));
    if (spell_differs)
        TRY(apply_plan(import, person->person_id, &plan, err));
    if (spell_differs || !text_equal(name_before, person->name))
        TRY(search_writer_refresh(import->search, person->person_id, err));
    if (data_differ)
        TRY(data_rows_change(&state->data, person->person_id, row->values, err));
    if (import->vault != NULL)
        TRY(import_secrets_write(import, row, person->person_id, true, err));
    if (import_log_is_empty(import)) {
        import_count_row(import, &row->row, IMPORT_UNCHANGED);
        return BERM_OK;
    }
    import_count_row(import, &row->row, IMPORT_CHANGED);
    return import_log_write(import, "person", person->person_id, TEXT(""), err);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* What the store said when it was asked ahead, and what was written since. */
static enum berm_status is_known_person(struct import_person_state *state, struct text code,
                                        bool *ret_is, struct berm_error *err)
{
    struct known_code *known;

    TRY(code_lookup_find(&state->persons, code, &known, err));
    *ret_is = known->id != 0;
    return BERM_OK;
}

static enum berm_status take_person(struct import *import, struct import_person *row,
                                    struct arena *arena, struct berm_error *err)
{
    struct import_person_state *state = import->persons;
    struct standing_person person = {0};
    struct known_code *household;
    bool is_new = false, is_there = state->expects_existing;

    TRY(code_lookup_find(&state->households, row->household, &household, err));
    if (!is_usable(household))
        return import_reject(arena, &row->row, IMPORT_FIELD_HOUSEHOLD, err,
                             "no household has the code \"%.*s\"; import the household first, or "
                             "correct the code",
                             TEXT_ARG(row->household));
    if (import->vault != NULL)
        TRY(import_secrets_check(import, row, arena, err));
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    if (state->persons.ahead != NULL)
        TRY(is_known_person(state, row->code, &is_there, err));
    if (!is_there && state->data.missing == NULL) {
        TRY(insert_person(import, row, household, &is_new, arena, err));
        if (is_new) {
            import_count_row(import, &row->row, IMPORT_ADDED);
            return BERM_OK;
        }
    }
    TRY(standing_find(&state->standing, row->code, &person, err));
    if (person.person_id != 0) {
        state->expects_existing = true;
        row->row.outcome = IMPORT_OPEN; /* what a new person may not be, a known one may */
        return update_person(import, row, &person, household, arena, err);
    }
    state->expects_existing = false;
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    if (state->data.missing != NULL)
        return import_reject(arena, &row->row, IMPORT_FIELD_NONE, err,
                             "the person \"%.*s\" is new and needs %.*s, for which the file has "
                             "no column; add the column, or correct the code",
                             TEXT_ARG(row->code), TEXT_ARG(state->data.missing->name));
    TRY(insert_person(import, row, household, &is_new, arena, err));
    if (is_new)
        import_count_row(import, &row->row, IMPORT_ADDED);
    return BERM_OK;
}

/* A distant store's persons that stand behind rows, and their data, for all of them at once. */
static enum berm_status ask_ahead(struct import *import, const struct import_person *rows,
                                  size_t count, struct berm_error *err)
{
    struct import_person_state *state = import->persons;
    CLEANUP(buffer_free) struct buffer ids = {0};
    struct known_code *known;
    size_t id_count = 0;

    if (!import_asks_ahead(import))
        return BERM_OK;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].row.outcome == IMPORT_REJECTED)
            continue;
        TRY(code_lookup_find(&state->persons, rows[i].code, &known, err));
        id_count += data_list_id(&ids, known->id);
    }
    TRY(buffer_status(&ids, err));
    TRY(standing_ask_ahead(&state->standing, buffer_text(&ids), err));
    return data_rows_ask_ahead(&state->data, buffer_text(&ids), id_count, err);
}

enum berm_status import_persons(struct import *import, struct import_person *rows, size_t count,
                                struct arena *arena, struct berm_error *err)
{
    assert(import->kind == IMPORT_PERSONS);
    TRY(code_lookup_ahead(&import->persons->households, rows, count, sizeof *rows,
                          offsetof(struct import_person, household), err));
    TRY(code_lookup_ahead(&import->persons->persons, rows, count, sizeof *rows,
                          offsetof(struct import_person, code), err));
    TRY(ask_ahead(import, rows, count, err));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].row.outcome != IMPORT_REJECTED)
            TRY(take_person(import, &rows[i], arena, err));
        if (rows[i].row.outcome == IMPORT_REJECTED)
            import_count_row(import, &rows[i].row, IMPORT_REJECTED);
    }
    return BERM_OK;
}
