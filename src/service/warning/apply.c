/*
 * What a warning sets, through the rules of an import, so that a warning, a file and an officer
 * cannot enter different things; then the household is screened again. The sender needs no
 * permission to change facts: the kind's row in the pack says what a warning may set.
 */
#include "service/import/private.h"
#include "service/warning/private.h"

struct applying {
    struct office *office;
    const struct warning_order *order;
    const struct warning_match *match;
    struct change *change;
    struct arena *arena;
    struct area_scope everywhere;
    struct text household, area, person; /* codes */
    struct change_end *end;
};

static enum berm_status read_code(struct applying *applying, enum statement_id id, int64_t of,
                                  struct text *ret_code, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;

    TRY(statement_prepare(applying->office->store, id, &find, err));
    statement_bind_int64(find, 1, of);
    TRY(statement_step_to_row(find, err));
    return text_copy(applying->arena, statement_text(find, 0), ret_code, err);
}

static enum berm_status read_codes(struct applying *applying, struct berm_error *err)
{
    int64_t household_id = applying->match->household_id;

    TRY(read_code(applying, STATEMENT_IMPORT_HOUSEHOLD_CODE, household_id, &applying->household,
                  err));
    TRY(read_code(applying, STATEMENT_WARNING_AREA_CODE, household_id, &applying->area, err));
    if (applying->match->person_id == 0)
        return BERM_OK;
    return read_code(applying, STATEMENT_WARNING_PERSON_CODE, applying->match->person_id,
                     &applying->person, err);
}

/* The variables of an entity that the kind sets, as the import's columns and values. */
static enum berm_status select_facts(struct applying *applying, enum entity entity,
                                     struct import_columns *columns,
                                     const struct field_value **ret_values, struct berm_error *err)
{
    const struct warning_kind *kind = applying->order->kind;
    const struct dictionary *dictionary = &applying->office->pack->dictionary;
    struct field_value *values;
    int *positions;

    TRY(arena_new(applying->arena, kind->fact_count, sizeof *positions, &positions, err));
    TRY(arena_new(applying->arena, kind->fact_count, sizeof *values, &values, err));
    columns->variable_count = 0;
    for (size_t f = 0; f < kind->fact_count; f++) {
        const struct variable *variable = kind->facts[f].variable;

        if (variable->entity != entity)
            continue;
        positions[columns->variable_count] =
            dictionary_position(dictionary, entity, variable->name);
        values[columns->variable_count++] = applying->order->values[f];
    }
    columns->variables = positions;
    *ret_values = values;
    return BERM_OK;
}

static enum berm_status end_rows(struct applying *applying, struct import *import,
                                 const struct import_row *row, struct berm_error *err)
{
    struct import_counts counts;

    TRY(import_end(import, &counts, err));
    applying->end->added += counts.added;
    applying->end->changed += counts.changed;
    if (row->outcome != IMPORT_REJECTED)
        return BERM_OK;
    /* The import's own words are about what is in the register: not for who only sends. */
    return fail_with(err, BERM_CONFLICT,
                     "the register cannot take what this warning sets; enter it by hand");
}

static enum berm_status apply_to_household(struct applying *applying, struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;
    struct import_start start = {.kind = IMPORT_HOUSEHOLDS,
                                 .dictionary = &applying->office->pack->dictionary,
                                 .columns.fields = UINT32_C(1) << IMPORT_FIELD_CODE};
    struct import_household row = {.code = applying->household, .area = applying->area};

    TRY(select_facts(applying, ENTITY_HOUSEHOLD, &start.columns, &row.values, err));
    if (start.columns.variable_count == 0)
        return BERM_OK;
    TRY(import_open(applying->office->store, &start, &applying->everywhere, applying->change,
                    &import, err));
    TRY(import_households(import, &row, 1, applying->arena, err));
    return end_rows(applying, import, &row.row, err);
}

static enum berm_status apply_to_person(struct applying *applying, struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;
    struct import_start start = {.kind = IMPORT_PERSONS,
                                 .dictionary = &applying->office->pack->dictionary,
                                 .columns.fields = UINT32_C(1) << IMPORT_FIELD_CODE};
    struct import_person row = {.code = applying->person, .household = applying->household};

    TRY(select_facts(applying, ENTITY_PERSON, &start.columns, &row.values, err));
    if (start.columns.variable_count == 0)
        return BERM_OK;
    TRY(import_open(applying->office->store, &start, &applying->everywhere, applying->change,
                    &import, err));
    TRY(import_persons(import, &row, 1, applying->arena, err));
    return end_rows(applying, import, &row.row, err);
}

/* What the same source reported of the month until now: a second bill adds to the first. */
static enum berm_status reported_until_now(struct applying *applying, struct text flow,
                                           struct text source, int64_t *ret_minor,
                                           struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *entry = NULL;
    bool has_row;

    TRY(statement_prepare(applying->office->store, STATEMENT_WARNING_FLOW_REPORTED, &entry, err));
    statement_bind_int64(entry, WARNING_FLOW_REPORTED__HOUSEHOLD_ID, applying->match->household_id);
    statement_bind_month(entry, WARNING_FLOW_REPORTED__MONTH, applying->order->month);
    statement_bind_text(entry, WARNING_FLOW_REPORTED__FLOW, flow);
    statement_bind_text(entry, WARNING_FLOW_REPORTED__SOURCE, source);
    TRY(statement_step(entry, &has_row, err));
    *ret_minor = has_row ? statement_int64(entry, 0) : 0;
    return BERM_OK;
}

static enum berm_status apply_to_flows(struct applying *applying, struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;
    const struct warning_order *order = applying->order;
    const struct dictionary *dictionary = &applying->office->pack->dictionary;
    struct import_start start = {.kind = IMPORT_FLOWS, .dictionary = dictionary};
    struct import_flow row = {.household = applying->household,
                              .month = order->month,
                              .source = order->kind->flow_source.length > 0
                                            ? order->kind->flow_source
                                            : order->input.source};
    struct import_amount *amounts;

    TRY(arena_new(applying->arena, order->kind->fact_count, sizeof *amounts, &amounts, err));
    for (size_t f = 0; f < order->kind->fact_count; f++) {
        const struct variable *variable = order->kind->facts[f].variable;
        struct import_amount *amount = &amounts[row.amount_count];
        int64_t before;

        if (variable->entity != ENTITY_FLOW)
            continue;
        TRY(reported_until_now(applying, variable->name, row.source, &before, err));
        if (__builtin_add_overflow(before, order->values[f].number, &amount->amount_minor))
            return fail_with(err, BERM_LIMIT, "the amount is too large");
        amount->flow = dictionary_position(dictionary, ENTITY_FLOW, variable->name);
        row.amount_count++;
    }
    row.amounts = amounts;
    if (row.amount_count == 0)
        return BERM_OK;
    TRY(import_open(applying->office->store, &start, &applying->everywhere, applying->change,
                    &import, err));
    TRY(import_flows(import, &row, 1, applying->arena, err));
    return end_rows(applying, import, &row.row, err);
}

enum berm_status warning_apply(struct office *office, const struct actor *actor,
                               const struct warning_order *order, const struct warning_match *match,
                               struct change *change, struct arena *arena, struct change_end *end,
                               int64_t *ret_run_id, struct berm_error *err)
{
    struct applying applying = {.office = office,
                                .order = order,
                                .match = match,
                                .change = change,
                                .arena = arena,
                                .end = end};
    struct screen_again_result again;

    TRY(caller_scope(office->store, caller_local(), PERMISSION_HOUSEHOLD_WRITE, (struct text){0},
                     arena, &applying.everywhere, err));
    TRY(read_codes(&applying, err));
    TRY(apply_to_household(&applying, err));
    TRY(apply_to_person(&applying, err));
    TRY(apply_to_flows(&applying, err));
    TRY(screen_again(office, actor, change->change_id, &match->household_id, 1, &again, err));
    *ret_run_id = again.run_id;
    return BERM_OK;
}
