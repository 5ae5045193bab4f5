/* One entitlement a programme, household or person, and period, over all households. */
#include "service/programme/private.h"

#include <stdio.h>
#include <stdlib.h>

static struct text subject_of(const struct claim *claim, char out[SUBJECT_TEXT_MAX])
{
    int64_t id = claim->person_id ? claim->person_id : claim->household_id;

    snprintf(out, SUBJECT_TEXT_MAX, "%c%lld", claim->person_id ? 'P' : 'H', (long long)id);
    return text_of(out);
}

enum berm_status claim_find(struct store *store, const struct claim *claim,
                            int64_t *ret_entitlement_id, int64_t *ret_household_id,
                            struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    char subject[SUBJECT_TEXT_MAX];
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_CLAIM_FIND, &find, err));
    statement_bind_text(find, CLAIM_FIND__PROGRAMME, claim->programme);
    statement_bind_text(find, CLAIM_FIND__SUBJECT, subject_of(claim, subject));
    statement_bind_month(find, CLAIM_FIND__PERIOD, claim->period);
    TRY(statement_step(find, &has_row, err));
    *ret_household_id = has_row ? statement_int64(find, 0) : 0;
    *ret_entitlement_id = has_row ? statement_int64(find, 1) : 0;
    return BERM_OK;
}

enum berm_status claim_enter(struct store *store, const struct claim *claim, int64_t entitlement_id,
                             bool is_taken_over, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *enter = NULL;
    char subject[SUBJECT_TEXT_MAX];

    if (is_taken_over) {
        TRY(statement_prepare(store, STATEMENT_CLAIM_TAKE_OVER, &enter, err));
        statement_bind_int64(enter, CLAIM_TAKE_OVER__HOUSEHOLD_ID, claim->household_id);
        statement_bind_int64(enter, CLAIM_TAKE_OVER__ENTITLEMENT_ID, entitlement_id);
        statement_bind_text(enter, CLAIM_TAKE_OVER__PROGRAMME, claim->programme);
        statement_bind_text(enter, CLAIM_TAKE_OVER__SUBJECT, subject_of(claim, subject));
        statement_bind_month(enter, CLAIM_TAKE_OVER__PERIOD, claim->period);
        return statement_run(enter, err);
    }
    TRY(statement_prepare(store, STATEMENT_CLAIM_INSERT, &enter, err));
    statement_bind_text(enter, CLAIM_INSERT__PROGRAMME, claim->programme);
    statement_bind_text(enter, CLAIM_INSERT__SUBJECT, subject_of(claim, subject));
    statement_bind_month(enter, CLAIM_INSERT__PERIOD, claim->period);
    statement_bind_int64(enter, CLAIM_INSERT__HOUSEHOLD_ID, claim->household_id);
    statement_bind_int64(enter, CLAIM_INSERT__ENTITLEMENT_ID, entitlement_id);
    return statement_queue(enter, err);
}

/* ---- Sets of ids ----------------------------------------------------------------------------- */

static int compare_ids(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

bool id_set_has(const struct id_set *set, int64_t id)
{
    return set->count > 0 &&
           bsearch(&id, set->ids, set->count, sizeof *set->ids, compare_ids) != NULL;
}

static enum berm_status id_set_add(struct arena *arena, struct id_set *set, size_t *capacity,
                                   int64_t id, struct berm_error *err)
{
    TRY(rows_reserve(arena, &set->ids, sizeof *set->ids, set->count, capacity, err));
    set->ids[set->count++] = id;
    return BERM_OK;
}

static void id_set_sort(struct id_set *set)
{
    if (set->count > 1)
        qsort(set->ids, set->count, sizeof *set->ids, compare_ids);
}

enum berm_status claims_read(struct store *store, const struct programme *programme,
                             month_number period, struct arena *arena, struct id_set *ret_set,
                             struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct id_set set = {0};
    size_t capacity = 0;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_CLAIM_LIST, &list, err));
    statement_bind_text(list, CLAIM_LIST__PROGRAMME, programme->code);
    statement_bind_month(list, CLAIM_LIST__PERIOD, period);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(id_set_add(arena, &set, &capacity, statement_int64(list, 0), err));
        TRY(statement_step(list, &has_row, err));
    }
    id_set_sort(&set);
    *ret_set = set;
    return BERM_OK;
}

enum berm_status suspended_read(struct store *store, const struct programme *programme,
                                struct arena *arena, struct id_set *ret_set, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    int column = programme->target == TARGET_PERSON;
    struct id_set set = {0};
    size_t capacity = 0;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_ENTITLEMENT_SUSPENDED_LIST, &list, err));
    statement_bind_text(list, ENTITLEMENT_SUSPENDED_LIST__PROGRAMME, programme->code);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(id_set_add(arena, &set, &capacity, statement_int64(list, column), err));
        TRY(statement_step(list, &has_row, err));
    }
    id_set_sort(&set);
    *ret_set = set;
    return BERM_OK;
}
