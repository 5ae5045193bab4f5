/*
 * Approving thousands at once. Which of them a budget reaches for is one statement over all, with a
 * running sum for each budget, the worst first; row by row it would be a question and an answer for
 * each. What was approved is then read back once, for the log of changes and for who asked.
 */
#include "service/programme/private.h"

struct approved {
    int64_t household_id, entitlement_id, amount_minor;
    struct text household, person;
    const char *outcome;
};

struct approving {
    struct office *office;
    const struct bulk_options *options;
    const struct programme *programme;
    struct arena *arena;
    const struct area_scope *scope;
    struct text person;
    month_number period;
    int64_t year;
    struct change change;
    struct bulk_result result;
};

static void approving_close(struct approving *approving)
{
    change_close(&approving->change);
}

static enum berm_status approve_all(struct approving *approving, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *approve = NULL;
    CLEANUP(statement_closep) struct statement *reserve = NULL;
    struct store *store = approving->office->store;
    char now[32];

    TRY(statement_prepare(store, STATEMENT_ENTITLEMENT_APPROVE_PENDING, &approve, err));
    statement_bind_text(approve, ENTITLEMENT_APPROVE_PENDING__RANGES, approving->scope->parameter);
    statement_bind_text(approve, ENTITLEMENT_APPROVE_PENDING__PROGRAMME,
                        approving->programme->code);
    statement_bind_month(approve, ENTITLEMENT_APPROVE_PENDING__PERIOD, approving->period);
    statement_bind_int64(approve, ENTITLEMENT_APPROVE_PENDING__YEAR, approving->year);
    statement_bind_text(approve, ENTITLEMENT_APPROVE_PENDING__PERSON, approving->person);
    statement_bind_text(approve, ENTITLEMENT_APPROVE_PENDING__DECIDED_AT, instant_now(now));
    statement_bind_int64(approve, ENTITLEMENT_APPROVE_PENDING__CHANGE_ID,
                         approving->change.change_id);
    TRY(statement_run(approve, err));
    TRY(statement_prepare(store, STATEMENT_BUDGET_RESERVE_APPROVED, &reserve, err));
    statement_bind_text(reserve, BUDGET_RESERVE_APPROVED__PROGRAMME, approving->programme->code);
    statement_bind_month(reserve, BUDGET_RESERVE_APPROVED__PERIOD, approving->period);
    statement_bind_int64(reserve, BUDGET_RESERVE_APPROVED__CHANGE_ID, approving->change.change_id);
    statement_bind_int64(reserve, BUDGET_RESERVE_APPROVED__YEAR, approving->year);
    return statement_run(reserve, err);
}

/* Outcomes are the statement's own words, or all the same. */
static const char *outcome_of(struct statement *rows, bool is_approved)
{
    if (is_approved)
        return "approved";
    if (text_equal(statement_text(rows, 5), TEXT("own")))
        return "own";
    return text_equal(statement_text(rows, 5), TEXT("no_budget")) ? "no_budget" : "budget_short";
}

/* All rows at once: what is told of them writes to the same store. */
static enum berm_status gather(struct approving *approving, struct statement *rows,
                               bool is_approved, struct approved **ret_list, size_t *ret_count,
                               struct berm_error *err)
{
    struct approved *list = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_step(rows, &has_row, err));
    for (; has_row; count++) {
        TRY(rows_reserve(approving->arena, &list, sizeof *list, count, &capacity, err));
        list[count].household_id = statement_int64(rows, 0);
        list[count].entitlement_id = statement_int64(rows, 1);
        TRY(text_copy(approving->arena, statement_text(rows, 2), &list[count].household, err));
        TRY(text_copy(approving->arena, statement_text(rows, 3), &list[count].person, err));
        list[count].amount_minor = statement_int64(rows, 4);
        list[count].outcome = outcome_of(rows, is_approved);
        TRY(statement_step(rows, &has_row, err));
    }
    *ret_list = list;
    *ret_count = count;
    return BERM_OK;
}

static enum berm_status tell(struct approving *approving, const struct approved *approved,
                             struct berm_error *err)
{
    const struct bulk_row row = {.household = approved->household,
                                 .person = approved->person,
                                 .entitlement_id = approved->entitlement_id,
                                 .amount_minor = approved->amount_minor,
                                 .outcome = approved->outcome};

    return approving->options->visit
               ? approving->options->visit(approving->options->context, &row, err)
               : BERM_OK;
}

static enum berm_status log_approved(struct approving *approving, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct approved *list;
    size_t count;

    TRY(statement_prepare(approving->office->store, STATEMENT_ENTITLEMENT_APPROVED_LIST, &rows,
                          err));
    statement_bind_text(rows, ENTITLEMENT_APPROVED_LIST__PROGRAMME, approving->programme->code);
    statement_bind_month(rows, ENTITLEMENT_APPROVED_LIST__PERIOD, approving->period);
    statement_bind_int64(rows, ENTITLEMENT_APPROVED_LIST__CHANGE_ID, approving->change.change_id);
    TRY(gather(approving, rows, true, &list, &count, err));
    for (size_t i = 0; i < count; i++) {
        TRY(entitlement_log(&approving->change, list[i].household_id, list[i].entitlement_id,
                            TEXT("pending"), ENTITLEMENT_APPROVED, approving->programme->code, 0,
                            (struct text){0}, err));
        TRY(tell(approving, &list[i], err));
        approving->result.amount_minor += list[i].amount_minor;
    }
    approving->result.done = (int64_t)count;
    return BERM_OK;
}

static enum berm_status tell_left(struct approving *approving, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *rows = NULL;
    struct approved *list;
    size_t count;

    TRY(statement_prepare(approving->office->store, STATEMENT_ENTITLEMENT_LEFT_LIST, &rows, err));
    statement_bind_text(rows, ENTITLEMENT_LEFT_LIST__RANGES, approving->scope->parameter);
    statement_bind_text(rows, ENTITLEMENT_LEFT_LIST__PROGRAMME, approving->programme->code);
    statement_bind_month(rows, ENTITLEMENT_LEFT_LIST__PERIOD, approving->period);
    statement_bind_int64(rows, ENTITLEMENT_LEFT_LIST__YEAR, approving->year);
    statement_bind_text(rows, ENTITLEMENT_LEFT_LIST__PERSON, approving->person);
    TRY(gather(approving, rows, false, &list, &count, err));
    for (size_t i = 0; i < count; i++)
        TRY(tell(approving, &list[i], err));
    approving->result.not_done = (int64_t)count;
    return BERM_OK;
}

static enum berm_status run(struct approving *approving, const struct actor *actor,
                            struct berm_error *err)
{
    struct change_end end = {.action = TEXT("entitlements_approve")};
    char month[MONTH_TEXT_MAX];

    TRY(change_begin(approving->office->store, actor, TEXT("entitlements approved"),
                     (struct text){0}, &approving->change, err));
    TRY(approve_all(approving, err));
    TRY(log_approved(approving, err));
    TRY(tell_left(approving, err));
    end.changed = approving->result.done;
    TRY(text_format(approving->arena, &end.subject, err, "%.*s %.*s",
                    TEXT_ARG(approving->programme->code),
                    TEXT_ARG(month_format(approving->period, month))));
    TRY(change_finish(&approving->change, actor, &end, err));
    if (!approving->options->before_commit)
        return BERM_OK;
    return approving->options->before_commit(approving->options->context, approving->result.done,
                                             approving->result.not_done,
                                             approving->result.amount_minor, err);
}

enum berm_status entitlements_approve(struct office *office, const struct caller *caller,
                                      const struct actor *actor,
                                      const struct entitlement_bulk *bulk,
                                      const struct bulk_options *options,
                                      struct bulk_result *ret_result, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(approving_close) struct approving approving = {.office = office, .options = options};
    struct area_scope scope;

    TRY(arena_create(PROGRAMME_BYTES_MAX, &arena, err));
    approving.arena = arena;
    approving.person = caller_person(caller, actor);
    TRY(caller_check(caller, PERMISSION_ENTITLEMENT_APPROVE, err));
    TRY(programme_find(office->pack, bulk->programme, &approving.programme, err));
    approving.period = programme_period(approving.programme, bulk->month);
    TRY(budget_year_of(office, approving.period, &approving.year, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_ENTITLEMENT_APPROVE, bulk->area, arena,
                     &scope, err));
    approving.scope = &scope;
    TRY(run(&approving, actor, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    *ret_result = approving.result;
    return BERM_OK;
}
