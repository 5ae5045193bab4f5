/*
 * From households to rows of the import. Both the register and the files are fed from here, so they
 * cannot come to differ: the one hands the rows on, the other writes them down.
 */
#include <stdio.h>
#include <string.h>

#include "service/synth/private.h"

enum { HOUSEHOLD_CODE_BYTES_MAX = 24, UNKNOWN_FLOW_OF_10000 = 800 };

static const char *const relations[] = {
    [SYNTH_HEAD] = "head",
    [SYNTH_SPOUSE] = "spouse",
    [SYNTH_CHILD] = "child",
    [SYNTH_CHILD_IN_LAW] = "child_in_law",
    [SYNTH_GRANDCHILD] = "grandchild",
    [SYNTH_PARENT] = "parent",
    [SYNTH_SIBLING] = "sibling",
};

struct import_columns synth_columns(const struct synth_plan *plan, enum import_kind kind)
{
    static const uint32_t fields[IMPORT_KIND_COUNT] = {
        [IMPORT_AREAS] = 1u << IMPORT_FIELD_CODE | 1u << IMPORT_FIELD_PARENT |
                         1u << IMPORT_FIELD_NAME | 1u << IMPORT_FIELD_NAME_EN,
        [IMPORT_HOUSEHOLDS] = 1u << IMPORT_FIELD_CODE | 1u << IMPORT_FIELD_AREA,
        [IMPORT_PERSONS] = 1u << IMPORT_FIELD_CODE | 1u << IMPORT_FIELD_HOUSEHOLD |
                           1u << IMPORT_FIELD_NAME | 1u << IMPORT_FIELD_SEX |
                           1u << IMPORT_FIELD_BIRTH_DATE | 1u << IMPORT_FIELD_RELATION |
                           1u << IMPORT_FIELD_FROM_DATE | 1u << IMPORT_FIELD_TO_DATE |
                           1u << IMPORT_FIELD_END_REASON,
        [IMPORT_FLOWS] =
            1u << IMPORT_FIELD_HOUSEHOLD | 1u << IMPORT_FIELD_MONTH | 1u << IMPORT_FIELD_SOURCE,
    };
    struct import_columns columns = {.fields = fields[kind]};
    enum entity entity = kind == IMPORT_HOUSEHOLDS ? ENTITY_HOUSEHOLD
                         : kind == IMPORT_PERSONS  ? ENTITY_PERSON
                                                   : ENTITY_FLOW;

    if (kind != IMPORT_AREAS) {
        columns.variables = plan->bindings[entity].all_positions;
        columns.variable_count = plan->bindings[entity].variable_count;
    }
    return columns;
}

static enum berm_status code_of(int64_t household, struct arena *arena, struct text *ret_code,
                                struct berm_error *err)
{
    char digits[24];
    int length = 0;
    char *bytes = NULL;
    int64_t number = household + 1;

    while (length < 7 || number > 0) { /* seven digits, so that small registers sort well */
        digits[length++] = (char)('0' + number % 10);
        number /= 10;
    }
    TRY(arena_new(arena, HOUSEHOLD_CODE_BYTES_MAX, 1, &bytes, err));
    bytes[0] = 'H';
    for (int i = 0; i < length; i++)
        bytes[1 + i] = digits[length - 1 - i];
    *ret_code = (struct text){bytes, (size_t)length + 1};
    return BERM_OK;
}

static enum berm_status values_open(const struct synth_plan *plan, enum entity entity,
                                    struct arena *arena, struct synth_values *ret_values,
                                    struct berm_error *err)
{
    const struct synth_binding *binding = &plan->bindings[entity];
    struct synth_values values = {.binding = binding, .arena = arena};

    TRY(arena_new(arena, binding->variable_count + 1, sizeof *values.values, &values.values, err));
    TRY(arena_new(arena, binding->variable_count + 1, 1, &values.decisions, err));
    *ret_values = values;
    return BERM_OK;
}

/* ---- Households, persons --------------------------------------------------------------------- */

static enum berm_status add_household(const struct synth_plan *plan,
                                      const struct synth_household *household,
                                      struct synth_batch *batch, struct berm_error *err)
{
    struct import_household *row = &batch->households[batch->row_count++];
    struct synth_values values;

    TRY(values_open(plan, ENTITY_HOUSEHOLD, batch->arena, &values, err));
    TRY(synth_household_values(plan, household, &values, err));
    TRY(code_of(household->index, batch->arena, &row->code, err));
    row->area = plan->areas[household->village->area].code;
    row->values = values.values;
    return BERM_OK;
}

static enum berm_status add_person(const struct synth_plan *plan,
                                   const struct synth_household *household, int position,
                                   struct text household_code, struct random *random,
                                   struct synth_batch *batch, struct berm_error *err)
{
    const struct synth_member *member = &household->members[position];
    struct import_person *row = &batch->persons[batch->row_count++];
    const struct choice_list *list = dictionary_list(&plan->pack->dictionary, TEXT("relation"));
    char name[SYNTH_NAME_BYTES_MAX];
    struct synth_values values;

    TRY(values_open(plan, ENTITY_PERSON, batch->arena, &values, err));
    TRY(synth_person_values(plan, household, member, &values, random, err));
    row->values = values.values;
    TRY(text_format(batch->arena, &row->code, err, "%.*s-%d", TEXT_ARG(household_code),
                    position + 1));
    row->household = household_code;
    TRY(text_copy(batch->arena, synth_person_name(plan->is_chinese, member->surname, random, name),
                  &row->name, err));
    row->sex = member->is_female ? TEXT("female") : TEXT("male");
    if (list != NULL && choice_position(list, text_of(relations[member->role])) >= 0)
        row->relation = text_of(relations[member->role]);
    row->birth_date = (struct import_date){true, member->birth};
    row->from_date = (struct import_date){true, member->from};
    if (member->is_gone) {
        row->to_date = (struct import_date){true, member->to};
        row->end_reason = member->has_died ? TEXT("died") : TEXT("left");
    }
    return BERM_OK;
}

static enum berm_status add_persons(const struct synth_plan *plan,
                                    const struct synth_household *household,
                                    struct synth_batch *batch, struct berm_error *err)
{
    struct random random =
        synth_random(plan->seed, SYNTH_STREAM_PERSON_VALUES, (uint64_t)household->index);
    struct text code;

    TRY(code_of(household->index, batch->arena, &code, err));
    for (int i = 0; i < household->member_count; i++)
        TRY(add_person(plan, household, i, code, &random, batch, err));
    return BERM_OK;
}

/* ---- Flows ----------------------------------------------------------------------------------- */

/* Amounts of flows that this program does not understand. */
static size_t add_strange_amounts(const struct synth_plan *plan, const bool *is_understood,
                                  struct random *random, struct import_amount *amounts,
                                  size_t count)
{
    const struct synth_binding *binding = &plan->bindings[ENTITY_FLOW];

    for (size_t flow = 0; flow < binding->variable_count; flow++) {
        const struct variable *variable = &binding->variables[flow];

        if (is_understood[flow] ||
            (variable->is_empty_zero && !synth_chance(random, UNKNOWN_FLOW_OF_10000)))
            continue;
        amounts[count++] = (struct import_amount){
            .flow = (int)flow, .amount_minor = synth_any_amount(plan, variable, random)};
    }
    return count;
}

/* A visit says even that there was nothing, where silence about it would be unknown. */
static bool is_to_report(const struct variable *flow, enum synth_source source, int64_t amount)
{
    return (amount != 0 || (source == SYNTH_VISIT && !flow->is_empty_zero)) &&
           synth_is_allowed(&flow->constraint, amount);
}

static size_t list_amounts(const struct synth_plan *plan, const int64_t *units,
                           enum synth_source source, struct import_amount *amounts)
{
    const struct synth_binding *binding = &plan->bindings[ENTITY_FLOW];
    size_t count = 0;

    for (int flow = 0; flow < SYNTH_FLOW_COUNT; flow++) {
        int position = binding->positions[flow];
        int64_t amount = units[flow] * plan->minor_per_major;

        if (position >= 0 && is_to_report(&binding->variables[position], source, amount))
            amounts[count++] = (struct import_amount){.flow = position, .amount_minor = amount};
    }
    return count;
}

static enum berm_status add_flows(const struct synth_plan *plan,
                                  const struct synth_household *household,
                                  const bool *is_understood, struct synth_batch *batch,
                                  struct berm_error *err)
{
    struct random random =
        synth_random(plan->seed, SYNTH_STREAM_FLOWS, ~(uint64_t)household->index);
    size_t flow_count = plan->bindings[ENTITY_FLOW].variable_count;
    struct synth_flow_months months;
    struct import_amount amounts[DICTIONARY_VARIABLES_MAX];
    struct text code;

    synth_flow_months_make(plan, household, &months);
    TRY(code_of(household->index, batch->arena, &code, err));
    assert(flow_count <= DICTIONARY_VARIABLES_MAX);
    for (int i = 0; i < SYNTH_MONTHS; i++)
        for (int source = 0; source < SYNTH_SOURCE_COUNT; source++) {
            struct import_flow *row = &batch->flows[batch->row_count];
            struct import_amount *kept = NULL;
            size_t count = 0;

            if (source == SYNTH_VISIT && months.is_unreported[i])
                continue;
            count =
                list_amounts(plan, months.amounts[i][source], (enum synth_source)source, amounts);
            if (source == SYNTH_VISIT)
                count = add_strange_amounts(plan, is_understood, &random, amounts, count);
            if (count == 0)
                continue;
            TRY(arena_new(batch->arena, count, sizeof *kept, &kept, err));
            memcpy(kept, amounts, count * sizeof *kept);
            *row = (struct import_flow){.household = code,
                                        .source = synth_source_code((enum synth_source)source),
                                        .month = plan->first_month + i,
                                        .amounts = kept,
                                        .amount_count = count};
            batch->row_count++;
            batch->amount_count += (int64_t)count;
        }
    return BERM_OK;
}

/* ---- A batch --------------------------------------------------------------------------------- */

static enum berm_status make_room(struct synth_batch *batch, struct berm_error *err)
{
    size_t count = (size_t)batch->household_count;

    switch (batch->kind) {
    case IMPORT_HOUSEHOLDS:
        return arena_new(batch->arena, count, sizeof *batch->households, &batch->households, err);
    case IMPORT_PERSONS:
        return arena_new(batch->arena, count * SYNTH_MEMBERS_MAX, sizeof *batch->persons,
                         &batch->persons, err);
    case IMPORT_FLOWS:
        return arena_new(batch->arena, count * SYNTH_MONTHS * SYNTH_SOURCE_COUNT,
                         sizeof *batch->flows, &batch->flows, err);
    case IMPORT_AREAS:
    case IMPORT_KIND_COUNT:
        break;
    }
    return fail_with(err, BERM_INTERNAL, "areas are not made in batches");
}

enum berm_status synth_batch_make(const struct synth_plan *plan, struct synth_batch *batch,
                                  struct berm_error *err)
{
    bool is_understood[DICTIONARY_VARIABLES_MAX] = {0};

    for (int i = 0; i < SYNTH_FLOW_COUNT; i++)
        if (plan->bindings[ENTITY_FLOW].positions[i] >= 0)
            is_understood[plan->bindings[ENTITY_FLOW].positions[i]] = true;
    batch->row_count = 0;
    batch->amount_count = 0;
    TRY(make_room(batch, err));
    for (int64_t i = 0; i < batch->household_count; i++) {
        struct synth_household household;

        synth_household_make(plan, batch->first_household + i, &household);
        if (batch->kind == IMPORT_HOUSEHOLDS)
            TRY(add_household(plan, &household, batch, err));
        else if (batch->kind == IMPORT_PERSONS)
            TRY(add_persons(plan, &household, batch, err));
        else
            TRY(add_flows(plan, &household, is_understood, batch, err));
    }
    return BERM_OK;
}
