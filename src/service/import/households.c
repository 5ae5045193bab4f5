/*
 * Households. A new code is the usual case of a first load, so it is inserted at once and the
 * database's index tells whether it was there; after a household that was there, the next one is
 * looked up first. Both ways do the same; the guess only saves a step. A distant store was asked
 * for all codes of the rows at hand before, so nothing is guessed there, and rows that go in are
 * queued.
 */
#include <stddef.h>
#include <stdlib.h>

#include "service/import/private.h"

struct import_household_state {
    struct code_lookup areas;
    struct code_lookup households;
    struct data_rows data;
    struct statement *insert;
    struct statement *set_area, *move_cases;
    struct statement *area_code;
    bool expects_existing;
};

enum berm_status import_households_open(struct import *import, struct berm_error *err)
{
    struct import_household_state *state = calloc(1, sizeof *state);
    struct store *store = import->store;

    if (state == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    import->households = state; /* who closes it */
    TRY(area_lookup_open(import, &state->areas, err));
    TRY(data_rows_open(import, ENTITY_HOUSEHOLD, &state->data, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_HOUSEHOLD_INSERT, &state->insert, err));
    TRY(household_lookup_open(import, &state->households, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_HOUSEHOLD_SET_AREA, &state->set_area, err));
    TRY(statement_prepare(store, STATEMENT_CASE_MOVE_AREA, &state->move_cases, err));
    return statement_prepare(store, STATEMENT_IMPORT_AREA_CODE, &state->area_code, err);
}

void import_households_close(struct import_household_state *state)
{
    if (state == NULL)
        return;
    code_lookup_close(&state->areas);
    data_rows_close(&state->data);
    statement_closep(&state->insert);
    code_lookup_close(&state->households);
    statement_closep(&state->set_area);
    statement_closep(&state->move_cases);
    statement_closep(&state->area_code);
    free(state);
}

static bool was_asked_ahead(const struct import_household_state *state)
{
    return state->households.ahead != NULL;
}

static enum berm_status find_household(struct import_household_state *state, struct text code,
                                       struct known_code *ret_standing, struct berm_error *err)
{
    struct known_code *known;

    if (!was_asked_ahead(state))
        return code_lookup_ask(&state->households, code, ret_standing, err);
    TRY(code_lookup_find(&state->households, code, &known, err));
    *ret_standing = *known;
    return BERM_OK;
}

/* Note what is there now, for rows of the same code. */
static enum berm_status note_household(struct import_household_state *state, struct text code,
                                       struct known_code standing, struct berm_error *err)
{
    struct known_code *known;

    TRY(code_lookup_find(&state->households, code, &known, err));
    *known = standing;
    return BERM_OK;
}

/* false where the code is there already. */
static enum berm_status insert_household(struct import *import, const struct import_household *row,
                                         const struct known_code *area, bool *ret_is_new,
                                         struct berm_error *err)
{
    struct import_household_state *state = import->households;
    struct statement *insert = state->insert;

    statement_bind_int64(insert, IMPORT_HOUSEHOLD_INSERT__HOUSEHOLD_ID, import->next_id);
    statement_bind_text(insert, IMPORT_HOUSEHOLD_INSERT__CODE, row->code);
    statement_bind_int64(insert, IMPORT_HOUSEHOLD_INSERT__AREA_ID, area->id);
    statement_bind_int64(insert, IMPORT_HOUSEHOLD_INSERT__DISTRICT_ID, area->district_id);
    statement_bind_int64(insert, IMPORT_HOUSEHOLD_INSERT__CHANGE_ID, import->change->change_id);
    if (was_asked_ahead(state)) {
        TRY(statement_queue(insert, err));
        TRY(note_household(state, row->code,
                           (struct known_code){.id = import->next_id,
                                               .area_id = area->id,
                                               .district_id = area->district_id},
                           err));
        *ret_is_new = true;
    } else {
        TRY(statement_run(insert, err));
        *ret_is_new = statement_changed_count(insert) > 0;
    }
    if (!*ret_is_new)
        return BERM_OK;
    TRY(data_rows_add(&state->data, import->next_id, row->values, err));
    import->next_id++;
    return BERM_OK;
}

/* The code of the area before, for the log. */
static enum berm_status log_area(struct import *import, int64_t before_id, struct text after,
                                 struct berm_error *err)
{
    struct statement *area_code = import->households->area_code;
    bool has_row = false;

    statement_bind_int64(area_code, IMPORT_AREA_CODE__AREA_ID, before_id);
    TRY(statement_step(area_code, &has_row, err));
    import_log_text(import, "area", has_row ? statement_text(area_code, 0) : TEXT(""), after);
    statement_reset(area_code);
    return BERM_OK;
}

static enum berm_status update_household(struct import *import, struct import_household *row,
                                         struct known_code standing, int64_t area_id,
                                         struct arena *arena, struct berm_error *err)
{
    struct import_household_state *state = import->households;
    int64_t id = standing.id;
    bool was_seen = id >= import->first_id;
    bool differs = false;

    if (standing.is_elsewhere)
        return import_reject(arena, &row->row, IMPORT_FIELD_CODE, err,
                             "the code \"%.*s\" cannot be given to a new household; choose "
                             "another, or correct it",
                             TEXT_ARG(row->code));
    if (!was_seen)
        TRY(seen_set_add(import->seen, (uint64_t)id, &was_seen, err));
    if (was_seen)
        return import_reject(arena, &row->row, IMPORT_FIELD_CODE, err,
                             "the code \"%.*s\" stands already in an earlier row of this file; "
                             "keep one of the rows, or give this household its own code",
                             TEXT_ARG(row->code));
    if (standing.area_id != area_id)
        TRY(log_area(import, standing.area_id, row->area, err));
    TRY(data_rows_compare(&state->data, import, id, row->values, &differs, err));
    if (import_log_is_empty(import)) {
        import_count_row(import, &row->row, IMPORT_UNCHANGED);
        return BERM_OK;
    }
    if (standing.area_id != area_id) {
        statement_bind_int64(state->set_area, IMPORT_HOUSEHOLD_SET_AREA__AREA_ID, area_id);
        statement_bind_int64(state->set_area, IMPORT_HOUSEHOLD_SET_AREA__HOUSEHOLD_ID, id);
        TRY(statement_queue(state->set_area, err));
        statement_bind_int64(state->move_cases, CASE_MOVE_AREA__AREA_ID, area_id);
        statement_bind_int64(state->move_cases, CASE_MOVE_AREA__HOUSEHOLD_ID, id);
        TRY(statement_queue(state->move_cases, err));
        TRY(search_writer_refresh_household(import->search, id, err));
    }
    if (differs)
        TRY(data_rows_change(&state->data, id, row->values, err));
    TRY(import_log_write(import, "household", id, TEXT(""), err));
    import_count_row(import, &row->row, IMPORT_CHANGED);
    return BERM_OK;
}

static enum berm_status take_household(struct import *import, struct import_household *row,
                                       struct arena *arena, struct berm_error *err)
{
    struct import_household_state *state = import->households;
    struct known_code standing = {0};
    struct known_code *area;
    bool is_new = false;

    TRY(code_lookup_find(&state->areas, row->area, &area, err));
    if (!is_usable(area))
        return import_reject(arena, &row->row, IMPORT_FIELD_AREA, err,
                             "no area has the code \"%.*s\"; import the area first, or correct "
                             "the code",
                             TEXT_ARG(row->area));
    if (state->expects_existing || state->data.missing != NULL || was_asked_ahead(state)) {
        TRY(find_household(state, row->code, &standing, err));
        if (standing.id == 0 && state->data.missing != NULL)
            return import_reject(arena, &row->row, IMPORT_FIELD_NONE, err,
                                 "the household \"%.*s\" is new and needs %.*s, for which the file "
                                 "has no column; add the column, or correct the code",
                                 TEXT_ARG(row->code), TEXT_ARG(state->data.missing->name));
    }
    if (standing.id == 0)
        TRY(insert_household(import, row, area, &is_new, err));
    if (is_new) {
        state->expects_existing = false;
        import_count_row(import, &row->row, IMPORT_ADDED);
        return BERM_OK;
    }
    if (standing.id == 0)
        TRY(find_household(state, row->code, &standing, err));
    state->expects_existing = true;
    return update_household(import, row, standing, area->id, arena, err);
}

/* A distant store's data of the households that stand behind rows. */
static enum berm_status ask_ahead(struct import *import, const struct import_household *rows,
                                  size_t count, struct berm_error *err)
{
    struct import_household_state *state = import->households;
    CLEANUP(buffer_free) struct buffer ids = {0};
    struct known_code *known;
    size_t id_count = 0;

    if (!import_asks_ahead(import))
        return BERM_OK;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].row.outcome == IMPORT_REJECTED)
            continue;
        TRY(code_lookup_find(&state->households, rows[i].code, &known, err));
        id_count += data_list_id(&ids, is_usable(known) ? known->id : 0);
    }
    TRY(buffer_status(&ids, err));
    return data_rows_ask_ahead(&state->data, buffer_text(&ids), id_count, err);
}

enum berm_status import_households(struct import *import, struct import_household *rows,
                                   size_t count, struct arena *arena, struct berm_error *err)
{
    assert(import->kind == IMPORT_HOUSEHOLDS);
    TRY(code_lookup_ahead(&import->households->areas, rows, count, sizeof *rows,
                          offsetof(struct import_household, area), err));
    TRY(code_lookup_ahead(&import->households->households, rows, count, sizeof *rows,
                          offsetof(struct import_household, code), err));
    TRY(ask_ahead(import, rows, count, err));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].row.outcome != IMPORT_REJECTED)
            TRY(take_household(import, &rows[i], arena, err));
        if (rows[i].row.outcome == IMPORT_REJECTED)
            import_count_row(import, &rows[i].row, IMPORT_REJECTED);
    }
    return BERM_OK;
}
