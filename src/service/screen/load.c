/*
 * The store to columns: three scans in household order (households, members, months), merged as
 * they come. Nothing is looked up by key, so the cost is that of reading the rows.
 */
#include "service/screen/load.h"

#include <stdlib.h>
#include <string.h>

/* A scan with the household that its present row belongs to. */
struct cursor {
    struct statement *rows;
    bool has_row;
    int64_t household_id;
};

struct loader {
    const struct screening_program *program;
    const struct places *places;
    struct cursor household, member, flow;
    struct variable relation; /* a membership's relation, read like a choice of the dictionary */
    struct flow_months *months;
    const struct variable **household_variables;
    const struct variable **person_variables;
};

static enum berm_status cursor_step(struct cursor *cursor, struct berm_error *err)
{
    TRY(statement_step(cursor->rows, &cursor->has_row, err));
    if (cursor->has_row)
        cursor->household_id = statement_int64(cursor->rows, 0);
    return BERM_OK;
}

/* The positions of the needed variables, for a built statement; lives as long as the arena. */
static enum berm_status select_variables(const struct dictionary *dictionary, enum entity entity,
                                         const struct variable_need *needs, size_t count,
                                         int *positions, const struct variable **variables,
                                         struct variable_selection *ret_selection)
{
    for (size_t i = 0; i < count; i++) {
        positions[i] = needs[i].variable;
        variables[i] = dictionary_variables(dictionary, entity) + needs[i].variable;
    }
    *ret_selection = (struct variable_selection){
        .dictionary = dictionary, .entity = entity, .positions = positions, .count = count};
    return BERM_OK;
}

/* Which of the selected variables have no column; is_missing has room for all of a dictionary. */
static enum berm_status find_missing(struct store *store, bool is_of_draft, bool *is_missing,
                                     struct variable_selection *selection, struct berm_error *err)
{
    const struct variable *variables =
        dictionary_variables(selection->dictionary, selection->entity);

    if (!is_of_draft)
        return BERM_OK;
    for (size_t i = 0; i < selection->count; i++) {
        bool has_column;

        TRY(store_has_variable(store, &variables[selection->positions[i]], &has_column, err));
        is_missing[i] = !has_column;
    }
    selection->is_missing = is_missing;
    return BERM_OK;
}

static enum berm_status prepare_scans(struct loader *loader, struct store *store, bool is_of_draft,
                                      struct berm_error *err)
{
    const struct screening_program *program = loader->program;
    const struct dictionary *dictionary = &program->pack->dictionary;
    int positions[DICTIONARY_VARIABLES_MAX];
    bool is_missing[DICTIONARY_VARIABLES_MAX];
    struct variable_selection selection;

    TRY(select_variables(dictionary, ENTITY_HOUSEHOLD, program->household, program->household_count,
                         positions, loader->household_variables, &selection));
    TRY(find_missing(store, is_of_draft, is_missing, &selection, err));
    TRY(store_prepare_household_scan(store, selection, &loader->household.rows, err));
    TRY(select_variables(dictionary, ENTITY_PERSON, program->person, program->person_count,
                         positions, loader->person_variables, &selection));
    TRY(find_missing(store, is_of_draft, is_missing, &selection, err));
    TRY(store_prepare_member_scan(store, selection, &loader->member.rows, err));
    if (program->flow_count == 0)
        return BERM_OK;
    selection = (struct variable_selection){.dictionary = dictionary,
                                            .entity = ENTITY_FLOW,
                                            .positions = program->flows,
                                            .count = program->flow_count};
    TRY(find_missing(store, is_of_draft, is_missing, &selection, err));
    return store_prepare_flow_scan(store, selection, &loader->flow.rows, err);
}

static enum berm_status create(struct store *store, const struct screening_program *program,
                               const struct places *places, bool is_of_draft,
                               struct loader **ret_loader, struct berm_error *err)
{
    CLEANUP(loader_freep) struct loader *loader = calloc(1, sizeof *loader);

    if (!loader)
        return fail_with(err, BERM_NO_MEMORY, "no memory to read households");
    loader->program = program;
    loader->places = places;
    loader->relation =
        (struct variable){.name = TEXT("relation"),
                          .entity = ENTITY_PERSON,
                          .type = VARIABLE_SELECT_ONE,
                          .list = dictionary_list(&program->pack->dictionary, TEXT("relation"))};
    loader->months = calloc(program->flow_count + 1, sizeof *loader->months);
    loader->household_variables = calloc(program->household_count + 1, sizeof(struct variable *));
    loader->person_variables = calloc(program->person_count + 1, sizeof(struct variable *));
    if (!loader->months || !loader->household_variables || !loader->person_variables)
        return fail_with(err, BERM_NO_MEMORY, "no memory to read households");
    TRY(prepare_scans(loader, store, is_of_draft, err));
    *ret_loader = loader;
    loader = NULL;
    return BERM_OK;
}

enum berm_status loader_create(struct store *store, const struct screening_program *program,
                               const struct places *places, struct loader **ret_loader,
                               struct berm_error *err)
{
    return create(store, program, places, false, ret_loader, err);
}

enum berm_status loader_create_of_draft(struct store *store,
                                        const struct screening_program *program,
                                        const struct places *places, struct loader **ret_loader,
                                        struct berm_error *err)
{
    return create(store, program, places, true, ret_loader, err);
}

void loader_free(struct loader *loader)
{
    if (!loader)
        return;
    statement_close(loader->household.rows);
    statement_close(loader->member.rows);
    statement_close(loader->flow.rows);
    free(loader->months);
    free(loader->household_variables);
    free(loader->person_variables);
    free(loader);
}

void loader_freep(struct loader **loader)
{
    loader_free(*loader);
}

/* The three sexes as texts that live for ever; anything else is unknown. */
static struct text constant_sex(struct text sex)
{
    if (sex.length == 6)
        return TEXT("female");
    if (sex.length == 4)
        return TEXT("male");
    return sex.length == 5 ? TEXT("other") : (struct text){"", 0};
}

static enum berm_status load_household(struct loader *loader, struct batch *batch,
                                       struct berm_error *err)
{
    const struct screening_program *program = loader->program;
    struct statement *row = loader->household.rows;
    int place = places_find(loader->places, statement_int64(row, 2));

    if (place < 0)
        return fail_with(err, BERM_CORRUPT, "household %.*s belongs to an area that does not exist",
                         TEXT_ARG(statement_text(row, 1)));
    TRY(batch_add_household(batch, loader->household.household_id, statement_text(row, 1),
                            loader->places->areas[place].code, place,
                            loader->places->parameters[place], err));
    for (size_t c = 0; c < program->household_count; c++)
        TRY(column_set(&batch->household[c], batch->row_count - 1,
                       statement_field(row, 3 + (int)c, loader->household_variables[c]),
                       batch->arena, err));
    return BERM_OK;
}

static enum berm_status load_members(struct loader *loader, struct batch *batch,
                                     struct berm_error *err)
{
    const struct screening_program *program = loader->program;
    struct statement *row = loader->member.rows;
    int64_t household_id = loader->household.household_id;

    while (loader->member.has_row && loader->member.household_id < household_id)
        TRY(cursor_step(&loader->member, err));
    while (loader->member.has_row && loader->member.household_id == household_id) {
        bool has_birth_date = !statement_is_null(row, 4);
        size_t member;

        TRY(batch_add_member(batch, statement_text(row, 2), constant_sex(statement_text(row, 3)),
                             statement_field(row, 5, &loader->relation).text, has_birth_date,
                             has_birth_date ? statement_date(row, 4) : 0, &member, err));
        batch->member_person_id[member] = statement_int64(row, 1);
        for (size_t c = 0; c < program->person_count; c++)
            TRY(column_set(&batch->person[c], member,
                           statement_field(row, 6 + (int)c, loader->person_variables[c]),
                           batch->arena, err));
        TRY(cursor_step(&loader->member, err));
    }
    return BERM_OK;
}

static enum berm_status load_flows(struct loader *loader, struct batch *batch,
                                   struct berm_error *err)
{
    const struct screening_program *program = loader->program;
    struct statement *row = loader->flow.rows;
    int64_t household_id = loader->household.household_id;

    if (program->flow_count == 0)
        return BERM_OK;
    memset(loader->months, 0, program->flow_count * sizeof *loader->months);
    while (loader->flow.has_row && loader->flow.household_id < household_id)
        TRY(cursor_step(&loader->flow, err));
    while (loader->flow.has_row && loader->flow.household_id == household_id) {
        int place = FLOW_MONTHS - 1 - (program->month - statement_month(row, 1));

        for (size_t f = 0; f < program->flow_count; f++) {
            if (statement_has_int64(row, 2 + (int)f, &loader->months[f].amount_minor[place]))
                loader->months[f].reported |= UINT32_C(1) << place;
        }
        TRY(cursor_step(&loader->flow, err));
    }
    batch_set_flows(batch, batch->row_count - 1, loader->months);
    return BERM_OK;
}

static void cursor_start(struct cursor *cursor, struct id_range range)
{
    statement_reset(cursor->rows); /* also where the last load ended in an error */
    statement_bind_int64(cursor->rows, 1, range.low);
    statement_bind_int64(cursor->rows, 2, range.high);
    statement_start(cursor->rows);
}

static enum berm_status load_range(struct loader *loader, struct id_range range,
                                   struct batch *batch, struct berm_error *err)
{
    cursor_start(&loader->household, range);
    cursor_start(&loader->member, range);
    if (loader->flow.rows)
        cursor_start(&loader->flow, range);
    TRY(cursor_step(&loader->household, err));
    if (!loader->household.has_row)
        return BERM_OK;
    TRY(cursor_step(&loader->member, err));
    if (loader->flow.rows)
        TRY(cursor_step(&loader->flow, err));
    while (loader->household.has_row) {
        TRY(load_household(loader, batch, err));
        TRY(load_members(loader, batch, err));
        TRY(load_flows(loader, batch, err));
        TRY(cursor_step(&loader->household, err));
    }
    return BERM_OK;
}

enum berm_status loader_load(struct loader *loader, const struct id_range *ranges,
                             size_t range_count, struct batch *batch, struct berm_error *err)
{
    const struct screening_program *program = loader->program;

    batch_clear(batch);
    statement_bind_date(loader->member.rows, 3, month_last_day(program->month));
    if (loader->flow.rows) {
        statement_bind_month(loader->flow.rows, 3, program->month - program->months_back);
        statement_bind_month(loader->flow.rows, 4, program->month);
    }
    for (size_t r = 0; r < range_count; r++) {
        assert(ranges[r].high - ranges[r].low < BATCH_ROWS_MAX);
        TRY(load_range(loader, ranges[r], batch, err));
    }
    statement_reset(loader->household.rows);
    statement_reset(loader->member.rows);
    if (loader->flow.rows)
        statement_reset(loader->flow.rows);
    return BERM_OK;
}
