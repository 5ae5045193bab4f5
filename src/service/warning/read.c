/*
 * Warnings on record. A warning lies where its household does, else in the area that it names, else
 * nowhere; what lies nowhere is for who holds the permission everywhere. What a kind sets has a
 * class, and a caller who may not see such values is not told the kind either: that somebody has a
 * medical bill says more than its amount.
 */
#include "service/warning/private.h"

#include <stdio.h>

static const char *const STATE_NAMES[WARNING_STATE_COUNT] = {
    [WARNING_MATCHED] = "matched",
    [WARNING_UNMATCHED] = "unmatched",
    [WARNING_AMBIGUOUS] = "ambiguous",
    [WARNING_DISMISSED] = "dismissed",
};

const char *warning_state_name(enum warning_state state)
{
    assert(state < WARNING_STATE_COUNT);
    return STATE_NAMES[state];
}

enum berm_status warning_state_find(struct text name, enum warning_state *ret_state,
                                    struct berm_error *err)
{
    for (int s = 0; s < WARNING_STATE_COUNT; s++)
        if (text_equal(name, text_of(STATE_NAMES[s]))) {
            *ret_state = (enum warning_state)s;
            return BERM_OK;
        }
    return fail_with(err, BERM_INVALID_INPUT,
                     "no warning is \"%.*s\"; write matched, unmatched, ambiguous or dismissed",
                     TEXT_ARG(name));
}

/* The columns of warning_by_id and warning_list; texts are good until the next step. */
static enum berm_status read_row(struct statement *rows, struct warning_record *record,
                                 struct berm_error *err)
{
    *record = (struct warning_record){
        .row = {.warning_id = statement_int64(rows, 0),
                .received_at = statement_text(rows, 1),
                .account = statement_text(rows, 2),
                .source = statement_text(rows, 3),
                .reference = statement_text(rows, 4),
                .kind = statement_text(rows, 5),
                .month = statement_month(rows, 7),
                .payload = statement_text(rows, 8),
                .decided_at = statement_text(rows, 10),
                .decided_by = statement_text(rows, 11),
                .reason = statement_text(rows, 12),
                .household = statement_text(rows, 14),
                .person = statement_text(rows, 15),
                .area = statement_text(rows, 16)},
        .run_id = statement_int64(rows, 9),
        .household_id = statement_int64(rows, 13),
    };
    record->has_position = statement_has_int64(rows, 17, &record->position);
    return warning_state_find(statement_text(rows, 6), &record->row.state, err);
}

static enum berm_status copy_texts(struct arena *arena, struct warning_row *row,
                                   struct berm_error *err)
{
    struct text *const texts[] = {&row->received_at, &row->account,    &row->source,
                                  &row->reference,   &row->kind,       &row->payload,
                                  &row->household,   &row->person,     &row->area,
                                  &row->decided_at,  &row->decided_by, &row->reason};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, *texts[t], texts[t], err));
    return BERM_OK;
}

enum berm_status warning_fail_unknown(int64_t warning_id, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no warning %lld; berm warning list shows those that there are",
                     (long long)warning_id);
}

enum berm_status warning_find(struct office *office, int64_t warning_id, struct arena *arena,
                              struct warning_record *ret_record, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct warning_record record;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_WARNING_BY_ID, &find, err));
    statement_bind_int64(find, WARNING_BY_ID__WARNING_ID, warning_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return warning_fail_unknown(warning_id, err);
    TRY(read_row(find, &record, err));
    TRY(copy_texts(arena, &record.row, err));
    *ret_record = record;
    return BERM_OK;
}

bool warning_is_in(const struct warning_record *record, const struct area_scope *scope)
{
    return record->has_position ? area_scope_contains(scope, record->position)
                                : scope->is_everything;
}

enum berm_status warning_answer_fill(struct office *office, const struct caller *caller,
                                     int64_t warning_id, struct arena *arena,
                                     struct warning_answer *answer, struct berm_error *err)
{
    struct warning_record record;
    struct area_scope scope;

    answer->warning_id = warning_id;
    if (!caller_holds(caller, PERMISSION_WARNING_READ))
        return BERM_OK;
    TRY(caller_scope(office->store, caller, PERMISSION_WARNING_READ, (struct text){0}, arena,
                     &scope, err));
    TRY(warning_find(office, warning_id, arena, &record, err));
    if (!warning_is_in(&record, &scope))
        return BERM_OK;
    answer->is_told = true;
    answer->state = record.row.state;
    answer->household = record.row.household;
    answer->person = record.row.person;
    if (record.run_id == 0)
        return BERM_OK;
    return findings_began(office, record.household_id, record.run_id, arena, &answer->began,
                          &answer->began_count, err);
}

/* ---- Masks ----------------------------------------------------------------------------------- */

enum field_class warning_kind_class(const struct pack *pack, struct text code)
{
    const struct warning_kind *kind = pack_warning(pack, code);
    enum field_class highest = kind ? FIELD_CLASS_INTERNAL : FIELD_CLASS_SENSITIVE;

    for (size_t f = 0; kind && f < kind->fact_count; f++)
        if (kind->facts[f].variable->field_class > highest)
            highest = kind->facts[f].variable->field_class;
    return highest;
}

static void mask(const struct pack *pack, const struct field_sight *sight,
                 struct warning_record *record)
{
    /* What lies nowhere is seen by the classes of who sees everything: any position will do. */
    enum field_class seen = field_sight_at(sight, record->has_position ? record->position : 0);
    enum field_class of_kind = warning_kind_class(pack, record->row.kind);

    if (of_kind > seen)
        record->row.kind = TEXT(HIDDEN_VALUE);
    if (seen < FIELD_CLASS_SENSITIVE) /* names, notes and amounts */
        record->row.payload = TEXT(HIDDEN_VALUE);
    record->row.kind_is_sensitive = of_kind == FIELD_CLASS_SENSITIVE && of_kind <= seen;
    record->row.payload_is_sensitive = seen == FIELD_CLASS_SENSITIVE;
    if (seen < FIELD_CLASS_PERSONAL && record->row.reason.length > 0)
        record->row.reason = TEXT(HIDDEN_VALUE);
}

struct look warning_look(const struct warning_row *row, char number[WARNING_NUMBER_MAX])
{
    struct look look = {.kinds = LOOK_WARNING, .what = "household", .code = row->household};

    if (row->household.length == 0) {
        snprintf(number, WARNING_NUMBER_MAX, "%lld", (long long)row->warning_id);
        look.what = "warning";
        look.code = text_of(number);
    }
    return look;
}

/* ---- Reading --------------------------------------------------------------------------------- */

enum berm_status warning_read(struct office *office, const struct caller *caller,
                              int64_t warning_id, struct arena *arena, struct warning_row *ret_row,
                              const struct finding_began **ret_began, size_t *ret_began_count,
                              struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct warning_record record;
    struct field_sight sight;
    struct area_scope scope;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_WARNING_READ, (struct text){0}, arena,
                     &scope, err));
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(warning_find(office, warning_id, arena, &record, err));
    if (!warning_is_in(&record, &scope))
        return warning_fail_unknown(warning_id, err);
    *ret_began = NULL;
    *ret_began_count = 0;
    if (record.run_id != 0)
        TRY(findings_began(office, record.household_id, record.run_id, arena, ret_began,
                           ret_began_count, err));
    mask(office->pack, &sight, &record);
    *ret_row = record.row;
    return BERM_OK;
}

enum berm_status warnings_list(struct office *office, const struct caller *caller,
                               const struct warning_filter *filter, warning_visitor *visit,
                               void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct warning_record record;
    struct field_sight sight;
    struct area_scope scope;
    bool has_row;

    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_WARNING_READ, filter->area, arena, &scope,
                     err));
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(statement_prepare(office->store, STATEMENT_WARNING_LIST, &list, err));
    statement_bind_text(list, WARNING_LIST__RANGES, scope.parameter);
    statement_bind_int64(list, WARNING_LIST__IS_EVERYTHING, scope.is_everything);
    statement_bind_text(list, WARNING_LIST__STATE,
                        filter->has_state ? text_of(STATE_NAMES[filter->state]) : TEXT(""));
    statement_bind_int64(list, WARNING_LIST__BEFORE,
                         filter->before > 0 ? filter->before : INT64_MAX);
    statement_bind_int64(list, WARNING_LIST__COUNT, filter->limit > 0 ? filter->limit : INT64_MAX);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(read_row(list, &record, err));
        mask(office->pack, &sight, &record);
        TRY(visit(context, &record.row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
