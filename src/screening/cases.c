/* A case's facts as a row of a batch: rules are tested by what screens, not by a copy of it. */
#include "screening.h"

#include <string.h>

enum { REPORTS_MAX = 64 };

/* The case's reports as the months of the flows that the policy reads. */
static enum berm_status gather_flows(const struct batch *batch, const struct pack_case *pack_case,
                                     struct flow_months *months, struct berm_error *err)
{
    const struct screening_program *program = batch->program;
    const struct variable *variables =
        dictionary_variables(&program->pack->dictionary, ENTITY_FLOW);

    for (size_t f = 0; f < program->flow_count; f++) {
        for (int m = 0; m < FLOW_MONTHS; m++) {
            month_number month = program->month - (FLOW_MONTHS - 1) + m;
            struct flow_report reports[REPORTS_MAX];
            size_t count = 0;

            for (size_t i = 0; i < pack_case->flow_count; i++) {
                const struct case_flow *flow = &pack_case->flows[i];

                if (flow->flow != program->flows[f] || flow->month != month)
                    continue;
                if (count == REPORTS_MAX)
                    return fail_with(err, BERM_LIMIT,
                                     "a month takes at most %d reports of one flow", REPORTS_MAX);
                reports[count++] = flow->report;
            }
            if (flow_combine(&variables[program->flows[f]], reports, count,
                             &months[f].amount_minor[m]))
                months[f].reported |= UINT32_C(1) << m;
        }
    }
    return BERM_OK;
}

/* parameters.csv for the case's area and month, with the case's own figures instead where it gives
 * any. */
static enum berm_status resolve_parameters(const struct batch *batch,
                                           const struct pack_case *pack_case,
                                           const struct parameter_set **ret_set,
                                           struct berm_error *err)
{
    const struct parameter_table *table = &batch->program->pack->parameters;
    date_days day = month_last_day(batch->program->month);
    struct parameter_set *set;
    struct field_value *values;

    TRY(arena_new(batch->arena, 1, sizeof *set, &set, err));
    TRY(arena_new(batch->arena, table->name_count, sizeof *values, &values, err));
    for (size_t p = 0; p < table->name_count; p++) {
        const struct parameter *row =
            parameter_find(table, p, pack_case->area_codes, pack_case->area_code_count, day);

        if (row)
            values[p] = (struct field_value){.is_known = true, .number = row->value_millionths};
        for (size_t i = 0; i < pack_case->parameter_count; i++)
            if (text_equal(pack_case->parameters[i].name, table->names[p]))
                values[p] = pack_case->parameters[i].value;
    }
    set->values = values;
    *ret_set = set;
    return BERM_OK;
}

enum berm_status batch_add_case(struct batch *batch, const struct pack_case *pack_case,
                                struct berm_error *err)
{
    const struct screening_program *program = batch->program;
    const struct parameter_set *parameters;
    struct flow_months *months;
    struct text area = pack_case->area_code_count ? pack_case->area_codes[0] : (struct text){0};
    size_t row = batch->row_count;

    assert(program->month == pack_case->month);
    TRY(resolve_parameters(batch, pack_case, &parameters, err));
    TRY(batch_add_household(batch, 0, pack_case->name, area, -1, parameters, err));
    for (size_t c = 0; c < program->household_count; c++)
        TRY(column_set(&batch->household[c], row,
                       pack_case->household_values[program->household[c].variable], batch->arena,
                       err));
    for (size_t m = 0; m < pack_case->member_count; m++) {
        const struct case_member *member = &pack_case->members[m];
        size_t place;

        TRY(batch_add_member(batch, member->code, member->sex, member->relation,
                             member->has_birth_date, member->birth_date, &place, err));
        for (size_t c = 0; c < program->person_count; c++)
            TRY(column_set(&batch->person[c], place, member->values[program->person[c].variable],
                           batch->arena, err));
    }
    TRY(arena_new(batch->arena, program->flow_count, sizeof *months, &months, err));
    TRY(gather_flows(batch, pack_case, months, err));
    batch_set_flows(batch, row, months);
    return BERM_OK;
}
