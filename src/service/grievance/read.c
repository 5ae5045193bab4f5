/*
 * Grievances on record. One lies where its household does, else in the area that it names. What was
 * told, by whom and what was answered is of the class sensitive: a neighbour's complaint must not
 * become known in the village.
 */
#include "service/grievance/private.h"

#include <stdio.h>

enum { STEPS_MAX = 1000 };

/* The columns of grievance_by_id and grievance_list; texts are good until the next step. */
static void read_row(struct statement *rows, struct text today, struct grievance_record *record)
{
    *record = (struct grievance_record){
        .row = {.grievance_id = statement_int64(rows, 0),
                .received_at = statement_text(rows, 1),
                .received_by = statement_text(rows, 2),
                .kind = statement_text(rows, 3),
                .about = statement_text(rows, 4),
                .channel = statement_text(rows, 5),
                .state = statement_text(rows, 6),
                .complainant = statement_text(rows, 7),
                .contact = statement_text(rows, 8),
                .details = statement_text(rows, 9),
                .owner = statement_text(rows, 10),
                .due_on = statement_text(rows, 11),
                .outcome = statement_text(rows, 12),
                .answer = statement_text(rows, 13),
                .remedy = statement_text(rows, 14),
                .level = statement_int64(rows, 15),
                .household = statement_text(rows, 18),
                .area = statement_text(rows, 19)},
        .step_count = statement_int64(rows, 16),
        .household_id = statement_int64(rows, 17),
        .position = statement_int64(rows, 20),
    };
    record->row.is_overdue =
        record->row.due_on.length > 0 && text_compare(record->row.due_on, today) < 0;
}

static enum berm_status copy_texts(struct arena *arena, struct grievance_row *row,
                                   struct berm_error *err)
{
    struct text *const texts[] = {
        &row->received_at, &row->received_by, &row->kind,        &row->about,
        &row->channel,     &row->state,       &row->complainant, &row->contact,
        &row->details,     &row->owner,       &row->due_on,      &row->outcome,
        &row->answer,      &row->remedy,      &row->household,   &row->area};

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, *texts[t], texts[t], err));
    return BERM_OK;
}

static enum berm_status fail_unknown(int64_t grievance_id, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND,
                     "there is no grievance %lld; berm grievance list shows those that there are",
                     (long long)grievance_id);
}

enum berm_status grievance_find(struct office *office, const struct caller *caller,
                                enum permission permission, int64_t grievance_id,
                                struct arena *arena, struct grievance_record *ret_record,
                                struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct grievance_record record;
    struct area_scope scope;
    char day[DATE_TEXT_MAX];
    date_days today;
    bool has_row;

    TRY(office_today(office, &today, err));
    TRY(caller_scope(office->store, caller, permission, (struct text){0}, arena, &scope, err));
    TRY(statement_prepare(office->store, STATEMENT_GRIEVANCE_BY_ID, &find, err));
    statement_bind_int64(find, GRIEVANCE_BY_ID__GRIEVANCE_ID, grievance_id);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return fail_unknown(grievance_id, err);
    read_row(find, date_format(today, day), &record);
    if (!area_scope_contains(&scope, record.position))
        return fail_unknown(grievance_id, err);
    TRY(copy_texts(arena, &record.row, err));
    *ret_record = record;
    return BERM_OK;
}

static void mask(const struct field_sight *sight, struct grievance_record *record)
{
    struct grievance_row *row = &record->row;
    struct text *const texts[] = {&row->complainant, &row->contact, &row->details, &row->answer};

    row->shows_sensitive = field_sight_at(sight, record->position) == FIELD_CLASS_SENSITIVE;
    for (size_t t = 0; !row->shows_sensitive && t < ARRAY_COUNT(texts); t++)
        if (texts[t]->length > 0)
            *texts[t] = TEXT(HIDDEN_VALUE);
}

struct look grievance_look(const struct grievance_row *row, char number[GRIEVANCE_NUMBER_MAX])
{
    struct look look = {.kinds = LOOK_GRIEVANCE, .what = "household", .code = row->household};

    if (row->household.length == 0) {
        snprintf(number, GRIEVANCE_NUMBER_MAX, "%lld", (long long)row->grievance_id);
        look.what = "grievance";
        look.code = text_of(number);
    }
    return look;
}

/* ---- One ------------------------------------------------------------------------------------- */

static enum berm_status read_steps(struct office *office, int64_t grievance_id, bool is_shown,
                                   struct arena *arena, const struct grievance_step_row **ret_steps,
                                   size_t *ret_count, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct grievance_step_row *steps = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_GRIEVANCE_STEPS, &list, err));
    statement_bind_int64(list, GRIEVANCE_STEPS__GRIEVANCE_ID, grievance_id);
    TRY(statement_step(list, &has_row, err));
    for (; has_row && count < STEPS_MAX; count++) {
        TRY(rows_reserve(arena, &steps, sizeof *steps, count, &capacity, err));
        struct text *const texts[] = {&steps[count].at,       &steps[count].actor,
                                      &steps[count].action,   &steps[count].from_state,
                                      &steps[count].to_state, &steps[count].owner,
                                      &steps[count].note};

        for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
            TRY(text_copy(arena, statement_text(list, (int)t), texts[t], err));
        if (!is_shown && steps[count].note.length > 0)
            steps[count].note = TEXT(HIDDEN_VALUE);
        TRY(statement_step(list, &has_row, err));
    }
    *ret_steps = steps;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status grievance_read(struct office *office, const struct caller *caller,
                                int64_t grievance_id, struct arena *arena,
                                struct grievance_row *ret_row,
                                const struct grievance_step_row **ret_steps, size_t *ret_step_count,
                                struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    struct grievance_record record;
    struct field_sight sight;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(grievance_find(office, caller, PERMISSION_GRIEVANCE_READ, grievance_id, arena, &record,
                       err));
    mask(&sight, &record);
    TRY(read_steps(office, grievance_id, record.row.shows_sensitive, arena, ret_steps,
                   ret_step_count, err));
    *ret_row = record.row;
    return BERM_OK;
}

/* ---- Lists ----------------------------------------------------------------------------------- */

static void bind_list(struct statement *list, const struct grievance_filter *filter,
                      const struct area_scope *scope, struct text today)
{
    statement_bind_text(list, GRIEVANCE_LIST__RANGES, scope->parameter);
    statement_bind_text(list, GRIEVANCE_LIST__STATE, filter->state);
    statement_bind_text(list, GRIEVANCE_LIST__OWNER, filter->owner);
    statement_bind_text(list, GRIEVANCE_LIST__HOUSEHOLD, filter->household);
    statement_bind_text(list, GRIEVANCE_LIST__DUE_BEFORE, filter->is_overdue ? today : TEXT(""));
    statement_bind_int64(list, GRIEVANCE_LIST__BEFORE,
                         filter->before > 0 ? filter->before : INT64_MAX);
    statement_bind_int64(list, GRIEVANCE_LIST__COUNT,
                         filter->limit > 0 ? filter->limit : INT64_MAX);
}

enum berm_status grievances_list(struct office *office, const struct caller *caller,
                                 const struct grievance_filter *filter, grievance_visitor *visit,
                                 void *context, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(statement_closep) struct statement *list = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct grievance_record record;
    struct field_sight sight;
    struct area_scope scope;
    char day[DATE_TEXT_MAX];
    struct text today;
    date_days date;
    bool has_row;
    int state;

    TRY(office_today(office, &date, err));
    today = date_format(date, day);
    if (filter->state.length > 0)
        TRY(grievance_word_find(WORD_STATE, filter->state, &state, err));
    TRY(arena_create((size_t)1 << 20, &arena, err));
    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_GRIEVANCE_READ, filter->area, arena, &scope,
                     err));
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(statement_prepare(office->store, STATEMENT_GRIEVANCE_LIST, &list, err));
    bind_list(list, filter, &scope, today);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        read_row(list, today, &record);
        mask(&sight, &record);
        TRY(visit(context, &record.row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
