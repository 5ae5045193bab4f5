/* What payments do to an entitlement and its budget, inside the payment's own transaction. */
#include "service/programme/private.h"

#include <string.h>

/* One entitlement as payments see it. */
struct paying {
    struct store *store;
    int64_t household_id, entitlement_id;
    char programme[64];
    struct budget_place place;
    int64_t amount_minor;
};

static enum berm_status find(struct paying *paying, enum entitlement_state wanted,
                             struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    enum entitlement_state state = ENTITLEMENT_DRAFT;
    bool has_row;

    TRY(statement_prepare(paying->store, STATEMENT_ENTITLEMENT_BUDGET, &row, err));
    statement_bind_int64(row, ENTITLEMENT_BUDGET__HOUSEHOLD_ID, paying->household_id);
    statement_bind_int64(row, ENTITLEMENT_BUDGET__ENTITLEMENT_ID, paying->entitlement_id);
    TRY(statement_step(row, &has_row, err));
    if (!has_row)
        return entitlement_fail_unknown(paying->entitlement_id, err);
    TRY(entitlement_state_find(statement_text(row, 4), &state, err));
    if (state != wanted)
        return fail_with(err, BERM_CONFLICT, "the entitlement %lld is %s and not %s",
                         (long long)paying->entitlement_id, entitlement_state_name(state),
                         entitlement_state_name(wanted));
    assert(statement_text(row, 0).length < sizeof paying->programme);
    memcpy(paying->programme, statement_text(row, 0).bytes, statement_text(row, 0).length);
    paying->place.programme = text_of(paying->programme);
    paying->place.area_id = statement_int64(row, 1);
    paying->place.year = statement_int64(row, 2);
    paying->amount_minor = statement_int64(row, 3);
    return BERM_OK;
}

static enum berm_status settle(const struct paying *paying, struct change *change,
                               enum entitlement_state before, enum entitlement_state after,
                               int64_t payment_id, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *settle = NULL;

    TRY(statement_prepare(paying->store, STATEMENT_ENTITLEMENT_SETTLE, &settle, err));
    statement_bind_text(settle, ENTITLEMENT_SETTLE__STATE, text_of(entitlement_state_name(after)));
    statement_bind_id(settle, ENTITLEMENT_SETTLE__PAYMENT_ID, payment_id);
    statement_bind_int64(settle, ENTITLEMENT_SETTLE__CHANGE_ID, change->change_id);
    statement_bind_int64(settle, ENTITLEMENT_SETTLE__HOUSEHOLD_ID, paying->household_id);
    statement_bind_int64(settle, ENTITLEMENT_SETTLE__ENTITLEMENT_ID, paying->entitlement_id);
    statement_bind_text(settle, ENTITLEMENT_SETTLE__STATE_BEFORE,
                        text_of(entitlement_state_name(before)));
    TRY(statement_run(settle, err));
    return entitlement_log(change, paying->household_id, paying->entitlement_id,
                           text_of(entitlement_state_name(before)), after, paying->place.programme,
                           0, (struct text){0}, err);
}

enum berm_status entitlement_pay(struct store *store, struct change *change, int64_t household_id,
                                 int64_t entitlement_id, int64_t payment_id, struct berm_error *err)
{
    struct paying paying = {
        .store = store, .household_id = household_id, .entitlement_id = entitlement_id};

    TRY(find(&paying, ENTITLEMENT_APPROVED, err));
    TRY(budget_move(store, &paying.place, -paying.amount_minor, paying.amount_minor, err));
    return settle(&paying, change, ENTITLEMENT_APPROVED, ENTITLEMENT_PAID, payment_id, err);
}

enum berm_status entitlement_return(struct store *store, struct change *change,
                                    int64_t household_id, int64_t entitlement_id,
                                    struct berm_error *err)
{
    struct paying paying = {
        .store = store, .household_id = household_id, .entitlement_id = entitlement_id};

    TRY(find(&paying, ENTITLEMENT_PAID, err));
    TRY(budget_move(store, &paying.place, paying.amount_minor, -paying.amount_minor, err));
    return settle(&paying, change, ENTITLEMENT_PAID, ENTITLEMENT_APPROVED, 0, err);
}

enum berm_status entitlement_reconcile(struct store *store, struct change *change,
                                       int64_t household_id, int64_t entitlement_id,
                                       int64_t payment_id, struct berm_error *err)
{
    struct paying paying = {
        .store = store, .household_id = household_id, .entitlement_id = entitlement_id};

    TRY(find(&paying, ENTITLEMENT_PAID, err));
    return settle(&paying, change, ENTITLEMENT_PAID, ENTITLEMENT_RECONCILED, payment_id, err);
}
