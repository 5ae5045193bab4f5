/* All that the register holds about one household: facts, members, flows by source, and its
 * history. */
#include "service/service.h"

/* How a membership is stored whose beginning nobody knows. */
static const struct text FROM_ALWAYS = {"0001-01-01", 10};

/* A value of the present row that outlives it. */
static enum berm_status keep_field(struct statement *row, int column,
                                   const struct variable *variable, struct arena *arena,
                                   struct field_value *ret_value, struct berm_error *err)
{
    *ret_value = statement_field(row, column, variable);
    return text_copy(arena, ret_value->text, &ret_value->text, err);
}

/* The data row of one household or person; everything unknown where there is none yet. */
static enum berm_status read_data(struct statement *read, const struct dictionary *dictionary,
                                  enum entity entity, int64_t id, struct arena *arena,
                                  const struct field_value **ret_values, struct berm_error *err)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);
    struct field_value *values;
    bool has_row;

    TRY(arena_new(arena, dictionary->count[entity], sizeof *values, &values, err));
    statement_bind_int64(read, 1, id);
    TRY(statement_step(read, &has_row, err));
    for (size_t v = 0; has_row && v < dictionary->count[entity]; v++)
        TRY(keep_field(read, (int)v, &variables[v], arena, &values[v], err));
    statement_reset(read);
    *ret_values = values;
    return BERM_OK;
}

static struct variable_selection all_of(const struct dictionary *dictionary, enum entity entity)
{
    return (struct variable_selection){
        .dictionary = dictionary, .entity = entity, .count = dictionary->count[entity]};
}

static enum berm_status read_member(struct statement *row, struct arena *arena,
                                    struct household_member *member, struct berm_error *err)
{
    struct text *const texts[] = {&member->code,       &member->name,      &member->sex,
                                  &member->birth_date, &member->from_date, &member->to_date,
                                  &member->relation,   &member->end_reason};

    member->person_id = statement_int64(row, 0);
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, statement_text(row, 1 + (int)t), texts[t], err));
    if (text_equal(member->from_date, FROM_ALWAYS))
        member->from_date = TEXT("");
    return BERM_OK;
}

static enum berm_status read_members(struct office *office, struct arena *arena,
                                     struct household_facts *facts, struct berm_error *err)
{
    const struct dictionary *dictionary = &office->pack->dictionary;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(statement_closep) struct statement *data = NULL;
    struct household_member *members = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(store_prepare_data_read(office->store, all_of(dictionary, ENTITY_PERSON), &data, err));
    TRY(statement_prepare(office->store, STATEMENT_MEMBER_LIST, &list, err));
    statement_bind_int64(list, MEMBER_LIST__HOUSEHOLD_ID, facts->household_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(rows_reserve(arena, &members, sizeof *members, facts->member_count, &capacity, err));
        TRY(read_member(list, arena, &members[facts->member_count], err));
        TRY(read_data(data, dictionary, ENTITY_PERSON, statement_int64(list, 0), arena,
                      &members[facts->member_count++].values, err));
        TRY(statement_step(list, &has_row, err));
    }
    facts->members = members;
    return BERM_OK;
}

static enum berm_status read_flows(struct office *office, struct arena *arena,
                                   struct household_facts *facts, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct household_flow *flows = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_FLOW_ENTRY_OF_HOUSEHOLD, &list, err));
    statement_bind_int64(list, FLOW_ENTRY_OF_HOUSEHOLD__HOUSEHOLD_ID, facts->household_id);
    statement_bind_month(list, FLOW_ENTRY_OF_HOUSEHOLD__FIRST, month_from_civil(1, 1));
    statement_bind_month(list, FLOW_ENTRY_OF_HOUSEHOLD__LAST, month_from_civil(9999, 12));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct household_flow *flow;

        TRY(rows_reserve(arena, &flows, sizeof *flows, facts->flow_count, &capacity, err));
        flow = &flows[facts->flow_count++];
        flow->month = statement_month(list, 0);
        TRY(text_copy(arena, statement_text(list, 1), &flow->flow, err));
        TRY(text_copy(arena, statement_text(list, 2), &flow->source, err));
        flow->amount_minor = statement_int64(list, 3);
        TRY(statement_step(list, &has_row, err));
    }
    facts->flows = flows;
    return BERM_OK;
}

static enum berm_status read_changes(struct office *office, struct arena *arena,
                                     struct household_facts *facts, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct household_change *changes = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_CHANGE_ROW_LIST, &list, err));
    statement_bind_text(list, CHANGE_ROW_LIST__ENTITY, TEXT("household"));
    statement_bind_int64(list, CHANGE_ROW_LIST__ENTITY_ID, facts->household_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct household_change *change;

        TRY(rows_reserve(arena, &changes, sizeof *changes, facts->change_count, &capacity, err));
        change = &changes[facts->change_count++];
        TRY(text_copy(arena, statement_text(list, 1), &change->at, err));
        TRY(text_copy(arena, statement_text(list, 2), &change->actor, err));
        TRY(text_copy(arena, statement_text(list, 3), &change->via, err));
        TRY(text_copy(arena, statement_text(list, 5), &change->fields, err));
        TRY(statement_step(list, &has_row, err));
    }
    facts->changes = changes;
    return BERM_OK;
}

enum berm_status household_read(struct office *office, struct text code, struct arena *arena,
                                struct household_facts *ret_facts, struct berm_error *err)
{
    const struct dictionary *dictionary = &office->pack->dictionary;
    CLEANUP(statement_closep) struct statement *data = NULL;
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct household_facts facts = {0};

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(household_find(office, code, arena, &facts, err));
    TRY(store_prepare_data_read(office->store, all_of(dictionary, ENTITY_HOUSEHOLD), &data, err));
    TRY(read_data(data, dictionary, ENTITY_HOUSEHOLD, facts.household_id, arena, &facts.values,
                  err));
    TRY(read_members(office, arena, &facts, err));
    TRY(read_flows(office, arena, &facts, err));
    TRY(read_changes(office, arena, &facts, err));
    *ret_facts = facts;
    return BERM_OK;
}
