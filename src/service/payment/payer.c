/*
 * The paying office of a programme and area: whose money it is. Nearer offices go before those of
 * areas above, and one for the programme before one for any.
 */
#include "service/payment/private.h"

#include <stdio.h>

enum { LIST_ARENA_BYTES = 1 << 20 };

/* ISO 9362: four letters or digits, two letters, two, and three or none. */
static enum berm_status check_bic(struct text bic, struct berm_error *err)
{
    bool is_right = bic.length == 0 || bic.length == 8 || bic.length == 11;

    for (size_t i = 0; i < bic.length && is_right; i++) {
        char c = bic.bytes[i];
        bool is_letter = c >= 'A' && c <= 'Z', is_digit = c >= '0' && c <= '9';

        is_right = is_letter || (is_digit && i != 4 && i != 5);
    }
    if (is_right)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "a BIC has 8 or 11 capital letters and digits, such as ABCDCNBJ; correct it, "
                     "or leave it out");
}

static enum berm_status check_name(struct text name, struct berm_error *err)
{
    if (!text_is_utf8(name, NULL) || text_code_point_count(name) > PAYMENT_NAME_CHARACTERS_MAX)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the office's name must be UTF-8 of at most %d characters; shorten it",
                         (int)PAYMENT_NAME_CHARACTERS_MAX);
    return BERM_OK;
}

static enum berm_status area_id_of(struct store *store, struct text code, int64_t *ret_area_id,
                                   struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;

    TRY(statement_prepare(store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, code);
    TRY(statement_step_to_row(area, err));
    *ret_area_id = statement_int64(area, 0);
    return BERM_OK;
}

static void write_side(struct json_writer *json, struct text name, struct text account,
                       struct text bic)
{
    char mask[OFFICIAL_NUMBER_MASK_MAX];

    if (name.length == 0) {
        json_null_value(json);
        return;
    }
    json_begin_object(json);
    json_key_of_text(json, "name", name);
    json_key_of_text(json, "account", official_number_mask(account, mask));
    json_key_of_text(json, "bic", bic);
    json_end_object(json);
}

/* The office before and after, its accounts masked. */
static enum berm_status log_payer(struct change *change, int64_t area_id, const struct payer *payer,
                                  struct text account, bool *ret_is_new, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *before = NULL;
    CLEANUP(buffer_free) struct buffer fields = {0};
    struct json_writer json = {.out = &fields};
    bool has_row;

    TRY(statement_prepare(change->store, STATEMENT_PAYER_GET, &before, err));
    statement_bind_text(before, PAYER_GET__PROGRAMME, payer->programme);
    statement_bind_int64(before, PAYER_GET__AREA_ID, area_id);
    TRY(statement_step(before, &has_row, err));
    json_begin_object(&json);
    json_key(&json, "payer");
    json_begin_array(&json);
    if (has_row)
        write_side(&json, statement_text(before, 0), statement_text(before, 1),
                   statement_text(before, 2));
    else
        json_null_value(&json);
    write_side(&json, payer->name, account, payer->bic);
    json_end_array(&json);
    json_end_object(&json);
    TRY(buffer_status(&fields, err));
    *ret_is_new = !has_row;
    return change_add_row(change, TEXT("area"), area_id, payer->programme, buffer_text(&fields),
                          err);
}

static enum berm_status write_payer(struct store *store, const struct change *change,
                                    int64_t area_id, const struct payer *payer, struct text account,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *write = NULL;

    if (payer->name.length == 0) {
        TRY(statement_prepare(store, STATEMENT_PAYER_REMOVE, &write, err));
        statement_bind_text(write, PAYER_REMOVE__PROGRAMME, payer->programme);
        statement_bind_int64(write, PAYER_REMOVE__AREA_ID, area_id);
        return statement_run(write, err);
    }
    TRY(statement_prepare(store, STATEMENT_PAYER_PUT, &write, err));
    statement_bind_text(write, PAYER_PUT__PROGRAMME, payer->programme);
    statement_bind_int64(write, PAYER_PUT__AREA_ID, area_id);
    statement_bind_text(write, PAYER_PUT__NAME, payer->name);
    statement_bind_text(write, PAYER_PUT__ACCOUNT, account);
    statement_bind_text(write, PAYER_PUT__BIC, payer->bic);
    statement_bind_int64(write, PAYER_PUT__CHANGE_ID, change->change_id);
    return statement_run(write, err);
}

static enum berm_status check_programme(const struct office *office, struct text code,
                                        struct berm_error *err)
{
    const struct programme *programme;

    return code.length == 0 ? BERM_OK : programme_find(office->pack, code, &programme, err);
}

enum berm_status payer_set(struct office *office, const struct caller *caller,
                           const struct actor *actor, const struct payer *payer,
                           struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(change_close) struct change change = {0};
    struct change_end end = {.action = TEXT("set_payer"), .subject = payer->area};
    char number[OFFICIAL_NUMBER_MAX];
    struct text account = {0};
    struct area_scope scope;
    int64_t area_id;
    bool is_new;

    TRY(arena_create(LIST_ARENA_BYTES, &arena, err));
    TRY(check_name(payer->name, err));
    TRY(check_bic(payer->bic, err));
    if (payer->name.length > 0)
        TRY(bank_account_read(payer->account, number, &account, err));
    TRY(check_programme(office, payer->programme, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_PAYER_SET, payer->area, arena, &scope, err));
    TRY(area_id_of(office->store, payer->area, &area_id, err));
    TRY(change_begin(office->store, actor, TEXT("payer"), (struct text){0}, &change, err));
    TRY(log_payer(&change, area_id, payer, account, &is_new, err));
    TRY(write_payer(office->store, &change, area_id, payer, account, err));
    end.added = is_new;
    end.changed = !is_new;
    TRY(change_finish(&change, actor, &end, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status payers_list(struct office *office, const struct caller *caller,
                             payer_visitor *visit, void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    char mask[OFFICIAL_NUMBER_MASK_MAX];
    struct area_scope scope;
    bool has_row;

    TRY(arena_create(LIST_ARENA_BYTES, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_PAYMENT_READ, (struct text){0}, arena,
                     &scope, err));
    TRY(statement_prepare(office->store, STATEMENT_PAYER_LIST, &list, err));
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct payer payer = {.programme = statement_text(list, 0),
                              .area = statement_text(list, 1),
                              .name = statement_text(list, 2),
                              .account = official_number_mask(statement_text(list, 3), mask),
                              .bic = statement_text(list, 4)};

        if (area_scope_contains(&scope, statement_int64(list, 5)))
            TRY(visit(context, &payer, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status payer_find(struct store *store, struct text programme, int64_t area_id,
                            struct text area, struct arena *arena, struct payer *ret_payer,
                            struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *nearest = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_PAYER_NEAREST, &nearest, err));
    statement_bind_text(nearest, PAYER_NEAREST__PROGRAMME, programme);
    statement_bind_int64(nearest, PAYER_NEAREST__AREA_ID, area_id);
    TRY(statement_step(nearest, &has_row, err));
    if (!has_row)
        return fail_with(err, BERM_NOT_FOUND,
                         "nobody is known to pay %.*s in %.*s; an administrator names the paying "
                         "office by berm payment set-payer",
                         TEXT_ARG(programme), TEXT_ARG(area));
    TRY(text_copy(arena, statement_text(nearest, 0), &ret_payer->name, err));
    TRY(text_copy(arena, statement_text(nearest, 1), &ret_payer->account, err));
    return text_copy(arena, statement_text(nearest, 2), &ret_payer->bic, err);
}
