/* A batch, lists of batches, and a batch's lines as people see them: without accounts. */
#include "service/payment/private.h"

#include <stdio.h>
#include <string.h>

enum { LIST_ARENA_BYTES = 1 << 20 };

static const char *const STATE_NAMES[BATCH_STATE_COUNT] = {"draft", "signed_once", "signed",
                                                           "sent",  "settled",     "cancelled"};

const char *batch_state_name(enum batch_state state)
{
    return STATE_NAMES[state];
}

enum berm_status batch_state_find(struct text name, enum batch_state *ret_state,
                                  struct berm_error *err)
{
    for (int s = 0; s < BATCH_STATE_COUNT; s++)
        if (text_equal(name, text_of(STATE_NAMES[s]))) {
            *ret_state = (enum batch_state)s;
            return BERM_OK;
        }
    return fail_with(err, BERM_INVALID_INPUT,
                     "there is no state %.*s of a batch; there are draft, signed_once, signed, "
                     "sent, settled, cancelled",
                     TEXT_ARG(name));
}

/* ---- Identification of payments -------------------------------------------------------------- */

void payment_id_write(int64_t household_id, int64_t payment_id, char out[PAYMENT_ID_BYTES_MAX + 1])
{
    int length = snprintf(out, PAYMENT_ID_BYTES_MAX + 1, "H%lldP%lld", (long long)household_id,
                          (long long)payment_id);

    assert(length <= PAYMENT_ID_BYTES_MAX); /* ids have some 12 digits where there are billions */
}

bool payment_id_parse(struct text id, int64_t *ret_household_id, int64_t *ret_payment_id)
{
    char again[PAYMENT_ID_BYTES_MAX + 1];
    const char *middle;
    size_t first;

    if (id.length < 4 || id.length > PAYMENT_ID_BYTES_MAX || id.bytes[0] != 'H')
        return false;
    middle = memchr(id.bytes, 'P', id.length);
    if (middle == NULL)
        return false;
    first = (size_t)(middle - id.bytes) - 1;
    if (!text_parse_int64((struct text){id.bytes + 1, first}, ret_household_id) ||
        !text_parse_int64(text_from(id, first + 2), ret_payment_id) || *ret_household_id < 1 ||
        *ret_payment_id < 1 || id.length > 2 * 16 + 2)
        return false;
    payment_id_write(*ret_household_id, *ret_payment_id, again);
    return text_equal(id, text_of(again)); /* no signs, no zeros in front */
}

/* ---- A batch --------------------------------------------------------------------------------- */

enum berm_status batch_record_read(struct statement *row, struct arena *arena,
                                   struct batch_record *ret_record, struct berm_error *err)
{
    struct batch_record record = {.row = {.batch_id = statement_int64(row, 0),
                                          .period = statement_month(row, 4),
                                          .line_count = statement_int64(row, 7),
                                          .total_minor = statement_int64(row, 8)},
                                  .position = statement_int64(row, 24)};
    const struct {
        int column;
        struct text *text;
    } texts[] = {{1, &record.row.code},
                 {2, &record.row.programme},
                 {3, &record.row.area},
                 {6, &record.row.message_id},
                 {9, &record.row.execution_on},
                 {10, &record.row.payer_name},
                 {11, &record.row.payer_account},
                 {12, &record.row.payer_bic},
                 {13, &record.row.made_at},
                 {14, &record.row.made_by},
                 {15, &record.row.first_signed_at},
                 {16, &record.row.first_signed_by},
                 {17, &record.row.second_signed_at},
                 {18, &record.row.second_signed_by},
                 {19, &record.row.sent_at},
                 {20, &record.row.sent_by},
                 {21, &record.row.cancelled_at},
                 {22, &record.row.cancelled_by},
                 {23, &record.row.reason}};

    TRY(batch_state_find(statement_text(row, 5), &record.row.state, err));
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, statement_text(row, texts[t].column), texts[t].text, err));
    *ret_record = record;
    return BERM_OK;
}

enum berm_status batch_find(struct store *store, const struct caller *caller,
                            enum permission permission, struct text code, struct arena *arena,
                            struct batch_record *ret_record, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct area_scope scope;
    bool has_row;

    TRY(caller_scope(store, caller, permission, (struct text){0}, arena, &scope, err));
    TRY(statement_prepare(store, STATEMENT_BATCH_BY_CODE, &find, err));
    statement_bind_text(find, BATCH_BY_CODE__CODE, code);
    TRY(statement_step(find, &has_row, err));
    if (has_row)
        TRY(batch_record_read(find, arena, ret_record, err));
    if (!has_row || !area_scope_contains(&scope, ret_record->position))
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no batch of payments %.*s; berm payment list shows them",
                         TEXT_ARG(code));
    return BERM_OK;
}

enum berm_status batch_show(struct store *store, struct arena *arena, struct batch_row *row,
                            struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *ends = NULL;
    char mask[OFFICIAL_NUMBER_MASK_MAX];
    bool has_row;

    TRY(text_copy(arena, official_number_mask(row->payer_account, mask), &row->payer_account, err));
    TRY(statement_prepare(store, STATEMENT_BATCH_ENDS, &ends, err));
    statement_bind_int64(ends, BATCH_ENDS__BATCH_ID, row->batch_id);
    TRY(statement_step(ends, &has_row, err));
    while (has_row) {
        struct text state = statement_text(ends, 0);

        if (text_equal(state, TEXT("paid"))) {
            row->paid_count = statement_int64(ends, 1);
            row->paid_minor = statement_int64(ends, 2);
        } else if (text_equal(state, TEXT("returned"))) {
            row->returned_count = statement_int64(ends, 1);
        } else if (text_equal(state, TEXT("sent"))) {
            row->open_count = statement_int64(ends, 1);
        }
        TRY(statement_step(ends, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status batch_read(struct office *office, const struct caller *caller, struct text code,
                            struct arena *arena, struct batch_row *ret_row, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct batch_record record;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(batch_find(office->store, caller, PERMISSION_PAYMENT_READ, code, arena, &record, err));
    TRY(batch_show(office->store, arena, &record.row, err));
    *ret_row = record.row;
    return BERM_OK;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

enum berm_status batches_list(struct office *office, const struct caller *caller,
                              const struct batch_filter *filter, batch_visitor *visit,
                              void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(arena_freep) struct arena *row_arena = NULL;
    struct batch_record record;
    struct area_scope scope;
    bool has_row;

    TRY(arena_create(LIST_ARENA_BYTES, &arena, err));
    TRY(arena_create(LIST_ARENA_BYTES, &row_arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_PAYMENT_READ, filter->area, arena, &scope,
                     err));
    TRY(statement_prepare(office->store, STATEMENT_BATCH_LIST, &list, err));
    statement_bind_text(list, BATCH_LIST__RANGES, scope.parameter);
    statement_bind_int64(list, BATCH_LIST__BEFORE,
                         filter->before_id > 0 ? filter->before_id : INT64_MAX);
    statement_bind_text(list, BATCH_LIST__STATE,
                        filter->has_state ? text_of(STATE_NAMES[filter->state]) : TEXT(""));
    statement_bind_text(list, BATCH_LIST__PROGRAMME, filter->programme);
    statement_bind_int64(list, BATCH_LIST__COUNT, filter->limit > 0 ? filter->limit : INT64_MAX);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        arena_reset(row_arena);
        TRY(batch_record_read(list, row_arena, &record, err));
        TRY(batch_show(office->store, row_arena, &record.row, err));
        TRY(visit(context, &record.row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}

enum berm_status payments_list(struct office *office, const struct caller *caller, struct text code,
                               const struct payment_filter *filter, payment_visitor *visit,
                               void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct batch_record batch;
    bool has_row;

    TRY(arena_create(LIST_ARENA_BYTES, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(batch_find(office->store, caller, PERMISSION_PAYMENT_READ, code, arena, &batch, err));
    TRY(statement_prepare(office->store, STATEMENT_PAYMENT_LIST, &list, err));
    statement_bind_int64(list, PAYMENT_LIST__BATCH_ID, batch.row.batch_id);
    statement_bind_int64(list, PAYMENT_LIST__AFTER, filter->after);
    statement_bind_text(list, PAYMENT_LIST__STATE, filter->state);
    statement_bind_int64(list, PAYMENT_LIST__COUNT, filter->limit > 0 ? filter->limit : INT64_MAX);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct payment_row row = {.line_number = statement_int64(list, 0),
                                  .end_to_end_id = statement_text(list, 1),
                                  .household = statement_text(list, 2),
                                  .payee = statement_text(list, 3),
                                  .amount_minor = statement_int64(list, 4),
                                  .state = statement_text(list, 5),
                                  .bank_status = statement_text(list, 6),
                                  .reason_code = statement_text(list, 7),
                                  .reason = statement_text(list, 8),
                                  .value_on = statement_text(list, 9)};

        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
