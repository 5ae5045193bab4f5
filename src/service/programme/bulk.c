/*
 * Proposing for an area and period at once: everybody whom the policy finds eligible now, but not
 * who has the period already or was refused it, nor whose help a person holds back. All of it is
 * one transaction that nobody else writes beside, so a claim that was not there when the claims
 * were read is not there when the rows are written.
 */
#include "service/programme/private.h"

struct bulk_proposing {
    struct office *office;
    const struct bulk_options *options;
    const struct programme *programme;
    struct arena *arena;
    struct id_set claimed, suspended;
    const struct household_risk *households; /* ascending */
    size_t household_count, household_at;
    struct proposal proposal; /* what all have in common */
    struct change change;
    struct statement *insert;
    struct bulk_result result;
};

static void bulk_close(struct bulk_proposing *bulk)
{
    statement_close(bulk->insert);
    change_close(&bulk->change);
}

static enum berm_status tell(struct bulk_proposing *bulk, const struct assessed *assessed,
                             const char *outcome, int64_t entitlement_id, struct text note,
                             struct berm_error *err)
{
    const struct bulk_row row = {.household = assessed->household,
                                 .person = assessed->person,
                                 .entitlement_id = entitlement_id,
                                 .amount_minor = assessed->answer->amount_minor,
                                 .outcome = outcome,
                                 .note = note};

    if (entitlement_id == 0)
        bulk->result.not_done++;
    return bulk->options->visit ? bulk->options->visit(bulk->options->context, &row, err) : BERM_OK;
}

/* Households come in the order of their ids. */
static enum severity risk_of(struct bulk_proposing *bulk, int64_t household_id)
{
    while (bulk->household_at < bulk->household_count &&
           bulk->households[bulk->household_at].household_id < household_id)
        bulk->household_at++;
    return bulk->household_at < bulk->household_count ? bulk->households[bulk->household_at].risk
                                                      : SEVERITY_NONE;
}

static enum berm_status propose_one(struct bulk_proposing *bulk, const struct assessed *assessed,
                                    struct berm_error *err)
{
    struct proposal proposal = bulk->proposal;

    proposal.claim.household_id = assessed->household_id;
    proposal.claim.person_id = assessed->person_id;
    proposal.amount_minor = assessed->answer->amount_minor;
    proposal.risk = risk_of(bulk, assessed->household_id);
    TRY(id_take(bulk->office->store, "entitlement", 1, &proposal.entitlement_id, err));
    TRY(entitlement_insert(bulk->insert, &proposal, bulk->change.change_id, err));
    TRY(claim_enter(bulk->office->store, &proposal.claim, proposal.entitlement_id, false, err));
    TRY(entitlement_log(&bulk->change, assessed->household_id, proposal.entitlement_id,
                        (struct text){0}, ENTITLEMENT_PENDING, proposal.claim.programme,
                        proposal.amount_minor, (struct text){0}, err));
    bulk->result.done++;
    bulk->result.amount_minor += proposal.amount_minor;
    return tell(bulk, assessed, "pending", proposal.entitlement_id, TEXT(""), err);
}

static enum berm_status take_answer(void *context, const struct assessed *assessed,
                                    struct berm_error *err)
{
    struct bulk_proposing *bulk = context;
    int64_t subject = assessed->person_id ? assessed->person_id : assessed->household_id;
    CLEANUP(arena_freep) struct arena *scratch = NULL;
    struct text missing;

    if (id_set_has(&bulk->claimed, subject))
        return tell(bulk, assessed, "claimed", 0, TEXT(""), err);
    if (id_set_has(&bulk->suspended, subject))
        return tell(bulk, assessed, "suspended", 0, TEXT(""), err);
    if (assessed->answer->entitled == ENTITLED_YES)
        return propose_one(bulk, assessed, err);
    TRY(arena_create((size_t)1 << 20, &scratch, err));
    TRY(assess_missing_text(scratch, assessed->answer, &missing, err));
    return tell(bulk, assessed, "unknown", 0, missing, err);
}

static enum berm_status begin(struct bulk_proposing *bulk, const struct actor *actor,
                              month_number month, struct berm_error *err)
{
    struct store *store = bulk->office->store;
    month_number period = programme_period(bulk->programme, month);

    bulk->proposal = (struct proposal){
        .claim = {.programme = bulk->programme->code, .period = period},
        .state = ENTITLEMENT_PENDING,
        .missing = TEXT(""),
        .proposed_by = bulk->proposal.proposed_by,
    };
    TRY(claims_read(store, bulk->programme, period, bulk->arena, &bulk->claimed, err));
    TRY(suspended_read(store, bulk->programme, bulk->arena, &bulk->suspended, err));
    TRY(change_begin(store, actor, TEXT("entitlements proposed"), (struct text){0}, &bulk->change,
                     err));
    return statement_prepare(store, STATEMENT_ENTITLEMENT_INSERT, &bulk->insert, err);
}

static enum berm_status finish(struct bulk_proposing *bulk, const struct actor *actor,
                               month_number month, struct berm_error *err)
{
    struct change_end end = {.added = bulk->result.done, .action = TEXT("entitlements_propose")};
    char text[MONTH_TEXT_MAX];

    TRY(text_format(bulk->arena, &end.subject, err, "%.*s %.*s", TEXT_ARG(bulk->programme->code),
                    TEXT_ARG(month_format(month, text))));
    TRY(change_finish(&bulk->change, actor, &end, err));
    if (!bulk->options->before_commit)
        return BERM_OK;
    return bulk->options->before_commit(bulk->options->context, bulk->result.done,
                                        bulk->result.not_done, bulk->result.amount_minor, err);
}

enum berm_status entitlements_propose(struct office *office, const struct caller *caller,
                                      const struct actor *actor,
                                      const struct entitlement_bulk *order_bulk,
                                      const struct bulk_options *options,
                                      struct bulk_result *ret_result, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(bulk_close) struct bulk_proposing bulk = {.office = office, .options = options};
    struct household_risk *households;
    struct assess_order order;
    struct area_scope scope;
    int64_t *ids;

    TRY(arena_create(PROGRAMME_BYTES_MAX, &arena, err));
    bulk.arena = arena;
    bulk.proposal.proposed_by = caller_person(caller, actor);
    TRY(caller_check(caller, PERMISSION_ENTITLEMENT_PROPOSE, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(assess_begin(office, &order, err));
    TRY(programme_find(order.pack, order_bulk->programme, &bulk.programme, err));
    TRY(caller_scope(office->store, caller, PERMISSION_ENTITLEMENT_PROPOSE, order_bulk->area, arena,
                     &scope, err));
    TRY(assess_list_households(office->store, &scope, INT64_MAX, arena, &households, &ids,
                               &bulk.household_count, err));
    bulk.households = households;
    TRY(begin(&bulk, actor, order_bulk->month, err));
    order.programmes = &bulk.programme;
    order.programme_count = 1;
    order.household_ids = ids;
    order.household_count = bulk.household_count;
    order.progress = options->progress;
    order.progress_context = options->progress_context;
    TRY(assess_households(office, &order, take_answer, &bulk, err));
    TRY(finish(&bulk, actor, order_bulk->month, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    *ret_result = bulk.result;
    return BERM_OK;
}
