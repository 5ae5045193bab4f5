/*
 * Persons who are there already. A file that comes again names mostly such persons: a distant store
 * is asked for those of a whole batch of rows at once. Each is given out once, because from then on
 * something may have been written of them; and where they would take too much memory, all of them
 * are read one by one instead.
 */
#include "service/import/standing.h"

#include <stdlib.h>

enum {
    PERSON_BYTES_MAX = 1 << 20,
    AHEAD_BYTES_MAX = 4 << 20,
    AHEAD_SPELLS_MAX = 1 << 15,
    TAKEN = -1,
};

_Static_assert((int)IMPORT_PERSON_STANDING_AHEAD__PERSONS == (int)IMPORT_SPELL_AHEAD__PERSONS,
               "one parameter");

enum berm_status standing_open(struct import *import, struct standing_persons *standing,
                               struct berm_error *err)
{
    struct store *store = import->store;

    TRY(arena_create(PERSON_BYTES_MAX, &standing->arena, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_PERSON_BY_CODE, &standing->find, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_SPELL_LIST, &standing->spell_list, err));
    if (!import_asks_ahead(import))
        return BERM_OK;
    TRY(arena_create(AHEAD_BYTES_MAX, &standing->ahead_arena, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_PERSON_STANDING_AHEAD, &standing->persons_ahead,
                          err));
    return statement_prepare(store, STATEMENT_IMPORT_SPELL_AHEAD, &standing->spells_ahead, err);
}

void standing_close(struct standing_persons *standing)
{
    statement_closep(&standing->find);
    statement_closep(&standing->spell_list);
    statement_closep(&standing->persons_ahead);
    statement_closep(&standing->spells_ahead);
    arena_freep(&standing->arena);
    arena_freep(&standing->ahead_arena);
    map_freep(&standing->places);
    free(standing->ahead);
    free(standing->spells);
}

static struct import_date read_date(struct statement *statement, int column)
{
    if (statement_is_null(statement, column))
        return (struct import_date){0};
    return (struct import_date){true, statement_date(statement, column)};
}

static enum berm_status read_person(struct statement *row, struct arena *arena,
                                    struct standing_person *ret_person, struct berm_error *err)
{
    struct standing_person person = {.person_id = statement_int64(row, 0),
                                     .birth_date = read_date(row, 3)};

    TRY(text_copy(arena, statement_text(row, 1), &person.name, err));
    TRY(text_copy(arena, statement_text(row, 2), &person.sex, err));
    *ret_person = person;
    return BERM_OK;
}

static enum berm_status read_spell(struct statement *row, struct arena *arena,
                                   struct spell *ret_spell, struct berm_error *err)
{
    struct spell spell = {.household_id = statement_int64(row, 0),
                          .from = statement_date(row, 1),
                          .to = read_date(row, 2)};

    TRY(text_copy(arena, statement_text(row, 3), &spell.relation, err));
    TRY(text_copy(arena, statement_text(row, 4), &spell.end_reason, err));
    *ret_spell = spell;
    return BERM_OK;
}

/* ---- Many ------------------------------------------------------------------------------------ */

static enum berm_status read_persons_ahead(struct standing_persons *standing,
                                           struct berm_error *err)
{
    struct statement *row = standing->persons_ahead;
    bool has_row;

    TRY(statement_step(row, &has_row, err));
    while (has_row) {
        TRY(rows_grow(&standing->ahead, sizeof *standing->ahead, standing->count,
                      &standing->capacity, err));
        TRY(read_person(row, standing->ahead_arena, &standing->ahead[standing->count], err));
        TRY(map_put(standing->places, statement_text(row, 4), (int64_t)standing->count, err));
        standing->count++;
        TRY(statement_step(row, &has_row, err));
    }
    return BERM_OK;
}

/* Both come by person_id. */
static enum berm_status read_spells_ahead(struct standing_persons *standing, struct berm_error *err)
{
    struct statement *row = standing->spells_ahead;
    size_t at = 0, spell = 0;
    bool has_row;

    TRY(statement_step(row, &has_row, err));
    while (has_row) {
        int64_t person_id = statement_int64(row, 5);

        while (at < standing->count && standing->ahead[at].person_id < person_id)
            at++;
        assert(at < standing->count && standing->ahead[at].person_id == person_id);
        if (standing->spell_count == AHEAD_SPELLS_MAX)
            return fail_with(err, BERM_LIMIT, "the persons at hand have too many memberships");
        if (standing->ahead[at].spell_count < PERSON_SPELLS_MAX) {
            TRY(rows_grow(&standing->spells, sizeof *standing->spells, standing->spell_count,
                          &standing->spell_capacity, err));
            TRY(read_spell(row, standing->ahead_arena, &standing->spells[standing->spell_count],
                           err));
            standing->spell_count++;
            standing->ahead[at].spell_count++;
        }
        TRY(statement_step(row, &has_row, err));
    }
    for (size_t p = 0; p < standing->count; spell += standing->ahead[p++].spell_count)
        standing->ahead[p].spells = standing->spells + spell;
    return BERM_OK;
}

static enum berm_status forget_ahead(struct standing_persons *standing, struct berm_error *err)
{
    standing->count = standing->spell_count = 0;
    arena_reset(standing->ahead_arena);
    map_freep(&standing->places);
    return map_create(0, &standing->places, err);
}

enum berm_status standing_ask_ahead(struct standing_persons *standing, struct text ids,
                                    struct berm_error *err)
{
    enum berm_status status;

    TRY(forget_ahead(standing, err));
    if (ids.length == 0)
        return BERM_OK;
    statement_bind_text(standing->persons_ahead, IMPORT_PERSON_STANDING_AHEAD__PERSONS, ids);
    statement_bind_text(standing->spells_ahead, IMPORT_SPELL_AHEAD__PERSONS, ids);
    status = read_persons_ahead(standing, err);
    if (status == BERM_OK)
        status = read_spells_ahead(standing, err);
    statement_reset(standing->persons_ahead);
    statement_reset(standing->spells_ahead);
    return status == BERM_NO_MEMORY || status == BERM_LIMIT ? forget_ahead(standing, err) : status;
}

static bool take_ahead(struct standing_persons *standing, struct text code,
                       struct standing_person *ret_person)
{
    int64_t place;

    if (standing->places == NULL || !map_get(standing->places, code, &place) || place == TAKEN)
        return false;
    *ret_person = standing->ahead[place];
    return true;
}

/* ---- One ------------------------------------------------------------------------------------- */

static enum berm_status read_spells(struct standing_persons *standing,
                                    struct standing_person *person, struct berm_error *err)
{
    struct statement *list = standing->spell_list;
    bool has_row = false;

    TRY(arena_new(standing->arena, PERSON_SPELLS_MAX, sizeof *person->spells, &person->spells,
                  err));
    statement_bind_int64(list, IMPORT_SPELL_LIST__PERSON_ID, person->person_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row && person->spell_count < PERSON_SPELLS_MAX) {
        TRY(read_spell(list, standing->arena, &person->spells[person->spell_count++], err));
        TRY(statement_step(list, &has_row, err));
    }
    statement_reset(list);
    return BERM_OK;
}

enum berm_status standing_find(struct standing_persons *standing, struct text code,
                               struct standing_person *ret_person, struct berm_error *err)
{
    struct standing_person person = {0};
    bool has_row = false;

    if (take_ahead(standing, code, ret_person))
        return map_put(standing->places, code, TAKEN, err);
    arena_reset(standing->arena);
    statement_bind_text(standing->find, IMPORT_PERSON_BY_CODE__CODE, code);
    TRY(statement_step(standing->find, &has_row, err));
    if (has_row)
        TRY(read_person(standing->find, standing->arena, &person, err));
    statement_reset(standing->find);
    if (has_row)
        TRY(read_spells(standing, &person, err));
    *ret_person = person;
    return BERM_OK;
}
