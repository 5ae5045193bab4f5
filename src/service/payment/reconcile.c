/*
 * What was paid becomes what the household is known to have got: an entry of the programme's flow
 * from the source "berm". Its amount is the sum over all payments to the household that stand as
 * paid, so that writing it again changes nothing, and money that came back takes itself away.
 *
 * What is given monthly counts in its month. Anything else counts in the month in which the bank
 * was to pay it: a year's dividend is no income of January.
 */
#include "service/import/private.h"
#include "service/payment/private.h"

#include <stdlib.h>

enum { HOUSEHOLDS_AT_ONCE = 500, FLOWS_ARENA_BYTES = 16 << 20 };

static const struct text SOURCE = {"berm", 4};

struct paid_household {
    int64_t household_id;
    struct text code;
};

struct paid_flows {
    struct office *office;
    struct change *change;
    const struct programme *programme;
    month_number month;
    int flow; /* position in the dictionary */
    struct statement *sum;
    struct arena *arena; /* what waits; emptied with it */
    struct arena *scope_arena;
    struct area_scope everywhere;
    struct paid_household waiting[HOUSEHOLDS_AT_ONCE];
    size_t count;
    struct import_counts counts;
};

void paid_flows_free(struct paid_flows *flows)
{
    if (flows == NULL)
        return;
    statement_close(flows->sum);
    arena_free(flows->arena);
    arena_free(flows->scope_arena);
    free(flows);
}

void paid_flows_freep(struct paid_flows **flows)
{
    paid_flows_free(*flows);
    *flows = NULL;
}

enum berm_status paid_flows_open(struct office *office, struct change *change,
                                 const struct batch_row *batch, struct paid_flows **ret_flows,
                                 struct berm_error *err)
{
    CLEANUP(paid_flows_freep) struct paid_flows *flows = calloc(1, sizeof *flows);
    date_days execution_on;

    if (flows == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    flows->office = office;
    flows->change = change;
    TRY(programme_find(office->pack, batch->programme, &flows->programme, err));
    TRY(date_parse(batch->execution_on, &execution_on, err));
    flows->month =
        flows->programme->cycle == CYCLE_MONTH ? batch->period : month_of_date(execution_on);
    flows->flow =
        dictionary_position(&office->pack->dictionary, ENTITY_FLOW, flows->programme->flow->name);
    TRY(arena_create(FLOWS_ARENA_BYTES, &flows->arena, err));
    TRY(arena_create((size_t)1 << 16, &flows->scope_arena, err));
    TRY(caller_scope(office->store, caller_local(), PERMISSION_HOUSEHOLD_WRITE, (struct text){0},
                     flows->scope_arena, &flows->everywhere, err));
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_PAID_SUM, &flows->sum, err));
    *ret_flows = flows;
    flows = NULL;
    return BERM_OK;
}

/* Over all programmes whose payments are this flow. */
static enum berm_status sum_of(struct paid_flows *flows, int64_t household_id, int64_t *ret_minor,
                               struct berm_error *err)
{
    const struct pack *pack = flows->office->pack;
    struct statement *sum = flows->sum;
    char month[MONTH_TEXT_MAX];
    int64_t total = 0;

    (void)month_format(flows->month, month);
    for (size_t p = 0; p < pack->programme_count; p++) {
        const struct programme *programme = &pack->programmes[p];

        if (!text_equal(programme->flow->name, flows->programme->flow->name))
            continue;
        statement_bind_int64(sum, PAYMENT_PAID_SUM__HOUSEHOLD_ID, household_id);
        statement_bind_text(sum, PAYMENT_PAID_SUM__PROGRAMME, programme->code);
        statement_bind_int64(sum, PAYMENT_PAID_SUM__IS_MONTHLY, programme->cycle == CYCLE_MONTH);
        statement_bind_month(sum, PAYMENT_PAID_SUM__MONTH, flows->month);
        statement_bind_text(sum, PAYMENT_PAID_SUM__MONTH_TEXT, text_of(month));
        TRY(statement_step_to_row(sum, err));
        total += statement_int64(sum, 0);
        statement_reset(sum);
    }
    *ret_minor = total;
    return BERM_OK;
}

static enum berm_status write_entries(struct paid_flows *flows, struct berm_error *err)
{
    CLEANUP(import_freep) struct import *import = NULL;
    struct import_start start = {.kind = IMPORT_FLOWS,
                                 .dictionary = &flows->office->pack->dictionary};
    struct import_amount *amounts;
    struct import_counts counts;
    struct import_flow *rows;

    if (flows->count == 0)
        return BERM_OK;
    TRY(arena_new(flows->arena, flows->count, sizeof *rows, &rows, err));
    TRY(arena_new(flows->arena, flows->count, sizeof *amounts, &amounts, err));
    for (size_t h = 0; h < flows->count; h++) {
        amounts[h].flow = flows->flow;
        TRY(sum_of(flows, flows->waiting[h].household_id, &amounts[h].amount_minor, err));
        amounts[h].is_taken_back = amounts[h].amount_minor == 0;
        rows[h] = (struct import_flow){.household = flows->waiting[h].code,
                                       .source = SOURCE,
                                       .month = flows->month,
                                       .amounts = &amounts[h],
                                       .amount_count = 1};
    }
    TRY(import_open(flows->office->store, &start, &flows->everywhere, flows->change, &import, err));
    TRY(import_flows(import, rows, flows->count, flows->arena, err));
    TRY(import_end(import, &counts, err));
    flows->counts.added += counts.added;
    flows->counts.changed += counts.changed;
    for (size_t h = 0; h < flows->count; h++)
        if (rows[h].row.outcome == IMPORT_REJECTED)
            return fail_with(err, BERM_CONFLICT,
                             "what household %.*s was paid cannot be entered: %.*s",
                             TEXT_ARG(flows->waiting[h].code), TEXT_ARG(rows[h].row.reason));
    flows->count = 0;
    arena_reset(flows->arena);
    return BERM_OK;
}

enum berm_status paid_flows_add(struct paid_flows *flows, int64_t household_id,
                                struct text household, struct berm_error *err)
{
    /* The lines of a household lie together, so that it is enough to look at the last. */
    if (flows->count > 0 && flows->waiting[flows->count - 1].household_id == household_id)
        return BERM_OK;
    if (flows->count == HOUSEHOLDS_AT_ONCE)
        TRY(write_entries(flows, err));
    flows->waiting[flows->count].household_id = household_id;
    TRY(text_copy(flows->arena, household, &flows->waiting[flows->count].code, err));
    flows->count++;
    return BERM_OK;
}

enum berm_status paid_flows_end(struct paid_flows *flows, struct change_end *end,
                                struct berm_error *err)
{
    TRY(write_entries(flows, err));
    end->added += flows->counts.added;
    end->changed += flows->counts.changed;
    return BERM_OK;
}
