/*
 * Flows: rows are sorted into groups of one household and month, as they come
 * (flow_group.c). The flows and the sources are few, so both are held by id from the
 * beginning.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "service/import/flow_group.h"

enum { SOURCE_ARENA_BYTES_MAX = 1 << 20 };

/* ---- Opening --------------------------------------------------------------------------------- */

static enum berm_status read_flow_ids(struct import *import, struct import_flow_state *state,
                                      struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row = false;

    memset(state->flow_of_id, -1, sizeof state->flow_of_id);
    TRY(arena_new(state->arena, state->flow_count + 1, sizeof *state->flow_ids, &state->flow_ids,
                  err));
    TRY(statement_prepare(import->store, STATEMENT_IMPORT_FLOW_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        int64_t flow_id = statement_int64(list, 0);
        int position =
            dictionary_position(import->dictionary, ENTITY_FLOW, statement_text(list, 1));

        if (flow_id > FLOW_ID_MAX)
            return fail_with(err, BERM_LIMIT, "the register knows more than %d flows",
                             (int)FLOW_ID_MAX);
        state->flow_of_id[flow_id] = position;
        if (position >= 0)
            state->flow_ids[position] = (int)flow_id;
        TRY(statement_step(list, &has_row, err));
    }
    for (size_t i = 0; i < state->flow_count; i++)
        if (state->flow_ids[i] == 0)
            return fail_with(err, BERM_CORRUPT,
                             "the register lacks the flow %.*s of its own dictionary",
                             TEXT_ARG(state->flows[i].name));
    return BERM_OK;
}

static enum berm_status keep_source(struct import_flow_state *state, struct text code, int64_t id,
                                    struct berm_error *err)
{
    TRY(text_copy(state->arena, code, &state->source_codes[id], err));
    TRY(map_put(state->sources, code, id, err));
    if (id > state->source_count)
        state->source_count = (int)id;
    return BERM_OK;
}

static enum berm_status read_sources(struct import *import, struct import_flow_state *state,
                                     struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    bool has_row = false;

    TRY(map_create(FLOW_SOURCES_MAX, &state->sources, err));
    TRY(statement_prepare(import->store, STATEMENT_IMPORT_FLOW_SOURCE_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        int64_t id = statement_int64(list, 0);

        if (id < 1 || id > FLOW_SOURCES_MAX)
            return fail_with(err, BERM_LIMIT, "the register knows more than %d sources of flows",
                             (int)FLOW_SOURCES_MAX);
        TRY(keep_source(state, statement_text(list, 1), id, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status import_flows_open(struct import *import, struct berm_error *err)
{
    struct import_flow_state *state = calloc(1, sizeof *state);
    struct store *store = import->store;
    struct variable_selection all = {.dictionary = import->dictionary, .entity = ENTITY_FLOW};
    bool has_any = false;

    if (state == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    import->flows = state; /* who closes it */
    state->flows = dictionary_variables(import->dictionary, ENTITY_FLOW);
    state->flow_count = import->dictionary->count[ENTITY_FLOW];
    all.count = state->flow_count;
    TRY(arena_create(SOURCE_ARENA_BYTES_MAX, &state->arena, err));
    TRY(household_lookup_open(import, &state->households, err));
    TRY(read_flow_ids(import, state, err));
    TRY(read_sources(import, state, err));
    TRY(import_has_row(store, STATEMENT_IMPORT_ANY_FLOW_ENTRY, &has_any, err));
    state->was_empty = !has_any;
    TRY(statement_prepare(store, STATEMENT_IMPORT_ENTRY_LIST, &state->entry_list, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_ENTRY_INSERT, &state->entry_insert, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_ENTRY_UPDATE, &state->entry_update, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_ENTRY_DELETE, &state->entry_delete, err));
    TRY(statement_prepare(store, STATEMENT_IMPORT_FLOW_SOURCE_INSERT, &state->source_insert, err));
    TRY(store_prepare_data_insert(store, all, &state->monthly_insert, err));
    TRY(store_prepare_data_write(store, all, &state->monthly_write, err));
    return flow_ahead_open(import, err);
}

void import_flows_close(struct import_flow_state *state)
{
    if (state == NULL)
        return;
    code_lookup_close(&state->households);
    statement_closep(&state->entry_list);
    statement_closep(&state->entry_insert);
    statement_closep(&state->entry_update);
    statement_closep(&state->entry_delete);
    statement_closep(&state->source_insert);
    statement_closep(&state->monthly_insert);
    statement_closep(&state->monthly_write);
    flow_ahead_close(&state->ahead);
    map_free(state->sources);
    arena_free(state->arena);
    free(state->group.entries);
    free(state->reports);
    free(state);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* The id of a source, which is made where it is new; 0 where the row was rejected. */
static enum berm_status find_source(struct import *import, struct import_flow *row,
                                    struct arena *arena, int *ret_id, struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    int64_t id = 0;

    if (map_get(state->sources, row->source, &id)) {
        *ret_id = (int)id;
        return BERM_OK;
    }
    *ret_id = 0;
    if (state->source_count == FLOW_SOURCES_MAX)
        return import_reject(arena, &row->row, IMPORT_FIELD_SOURCE, err,
                             "\"%.*s\" would be the source number %d; a source is the kind of "
                             "reporter, not the single one, so use fewer",
                             TEXT_ARG(row->source), FLOW_SOURCES_MAX + 1);
    id = state->source_count + 1;
    statement_bind_int64(state->source_insert, IMPORT_FLOW_SOURCE_INSERT__FLOW_SOURCE_ID, id);
    statement_bind_text(state->source_insert, IMPORT_FLOW_SOURCE_INSERT__CODE, row->source);
    TRY(statement_run(state->source_insert, err));
    TRY(keep_source(state, row->source, id, err));
    *ret_id = (int)id;
    return BERM_OK;
}

static enum berm_status take_flow(struct import *import, struct import_flow *row,
                                  struct arena *arena, struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    struct known_code *household;
    int source_id = 0;

    TRY(code_lookup_find(&state->households, row->household, &household, err));
    if (!is_usable(household))
        return import_reject(arena, &row->row, IMPORT_FIELD_HOUSEHOLD, err,
                             "no household has the code \"%.*s\"; import the household first, or "
                             "correct the code",
                             TEXT_ARG(row->household));
    if (row->amount_count == 0) { /* nothing was reported */
        import_count_row(import, &row->row, IMPORT_UNCHANGED);
        return BERM_OK;
    }
    TRY(find_source(import, row, arena, &source_id, err));
    if (source_id == 0)
        return BERM_OK;
    if (!flow_group_is_open(state, household->id, row->month)) {
        TRY(flow_group_end(import, err));
        TRY(flow_group_begin(import, household->id, row->month, err));
    }
    return flow_group_take(import, row, source_id, arena, err);
}

enum berm_status import_flows(struct import *import, struct import_flow *rows, size_t count,
                              struct arena *arena, struct berm_error *err)
{
    assert(import->kind == IMPORT_FLOWS);
    TRY(code_lookup_ahead(&import->flows->households, rows, count, sizeof *rows,
                          offsetof(struct import_flow, household), err));
    TRY(flow_ahead_ask(import, rows, count, err));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].row.outcome != IMPORT_REJECTED)
            TRY(take_flow(import, &rows[i], arena, err));
        if (rows[i].row.outcome == IMPORT_REJECTED)
            import_count_row(import, &rows[i].row, IMPORT_REJECTED);
    }
    return BERM_OK;
}
