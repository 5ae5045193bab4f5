/*
 * One household and month: what is there is read once, rows are laid over it, then the entries that
 * are new or different are written and the month's amounts (monthly_flow) are worked out again from
 * all entries. While the register had no entries and the groups come in rising order, nothing can
 * be there, and nothing is read. The last group of a batch stays open, because the next batch may
 * begin with more of it.
 *
 * An entry that this import wrote carries its change_id, and one that it found unchanged is kept in
 * the set of those seen; so a second report of the same thing in one file is known.
 */
#include "service/import/flow_group.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEEN_MONTH_FIRST = 1900 * 12 };

enum berm_status flow_group_add(struct group *group, struct group_entry entry,
                                struct berm_error *err)
{
    TRY(rows_grow(&group->entries, sizeof *group->entries, group->count, &group->capacity, err));
    group->entries[group->count++] = entry;
    return BERM_OK;
}

struct group_entry flow_entry_read(const struct import *import, struct statement *row, int column)
{
    struct group_entry entry = {
        .flow_id = (int)statement_int64(row, column),
        .source_id = (int)statement_int64(row, column + 1),
        .amount_minor = statement_int64(row, column + 2),
        .was_there = true,
        .is_of_this_file = statement_int64(row, column + 3) == import->change->change_id,
    };

    entry.flow = entry.flow_id > FLOW_ID_MAX ? -1 : import->flows->flow_of_id[entry.flow_id];
    return entry;
}

static enum berm_status read_entries(struct import *import, struct import_flow_state *state,
                                     struct berm_error *err)
{
    struct statement *list = state->entry_list;
    bool has_row = false;

    statement_bind_int64(list, IMPORT_ENTRY_LIST__HOUSEHOLD_ID, state->group.household_id);
    statement_bind_month(list, IMPORT_ENTRY_LIST__MONTH, state->group.month);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        TRY(flow_group_add(&state->group, flow_entry_read(import, list, 0), err));
        TRY(statement_step(list, &has_row, err));
    }
    statement_reset(list);
    return BERM_OK;
}

enum berm_status flow_group_begin(struct import *import, int64_t household_id, month_number month,
                                  struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    bool is_highest = household_id > state->last_household_id ||
                      (household_id == state->last_household_id && month > state->last_month);
    bool was_asked;

    state->group.household_id = household_id;
    state->group.month = month;
    state->group.count = 0;
    state->group.is_different = false;
    state->group.is_new = flow_group_is_fresh(state, household_id, month);
    if (is_highest) {
        state->last_household_id = household_id;
        state->last_month = month;
    }
    if (state->group.is_new)
        return BERM_OK;
    TRY(flow_ahead_take(import, &was_asked, err));
    return was_asked ? BERM_OK : read_entries(import, state, err);
}

static struct group_entry *find_entry(struct group *group, int flow, int source_id)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->entries[i].flow == flow && group->entries[i].source_id == source_id)
            return &group->entries[i];
    return NULL;
}

static uint64_t seen_number(const struct group *group, const struct group_entry *entry)
{
    uint64_t what = (uint64_t)(group->month - SEEN_MONTH_FIRST);

    assert(group->month >= SEEN_MONTH_FIRST && group->household_id <= UINT32_MAX);
    what = what * (FLOW_SOURCES_MAX + 1) + (uint64_t)entry->source_id;
    what = what * (FLOW_ID_MAX + 1) + (uint64_t)entry->flow_id;
    return what << 32 | (uint64_t)group->household_id;
}

/* Whether the file reported this before. Unchanged entries look no different in the register. */
static enum berm_status was_in_file(struct import *import, struct group_entry *entry, bool *ret_was,
                                    struct berm_error *err)
{
    *ret_was = entry->is_of_this_file;
    if (*ret_was)
        return BERM_OK;
    return seen_set_has(import->seen, seen_number(&import->flows->group, entry), ret_was, err);
}

static enum berm_status check_repeated(struct import *import, struct import_flow *row,
                                       int source_id, struct arena *arena, struct berm_error *err)
{
    struct import_flow_state *state = import->flows;

    for (size_t i = 0; i < row->amount_count; i++) {
        int flow = row->amounts[i].flow;
        struct group_entry *entry = find_entry(&state->group, flow, source_id);
        char month[MONTH_TEXT_MAX];
        bool was_in = false;

        if (entry != NULL)
            TRY(was_in_file(import, entry, &was_in, err));
        if (!was_in)
            continue;
        TRY(import_reject(arena, &row->row, IMPORT_FIELD_VARIABLE, err,
                          "%.*s of the household \"%.*s\" in %.*s by the source %.*s stands "
                          "already in an earlier row of this file; keep one of the rows, or give "
                          "them different sources",
                          TEXT_ARG(state->flows[flow].name), TEXT_ARG(row->household),
                          TEXT_ARG(month_format(row->month, month)), TEXT_ARG(row->source)));
        row->row.variable = flow;
        return BERM_OK;
    }
    return BERM_OK;
}

static void take_back(struct group *group, struct group_entry *entry)
{
    group->is_different = true;
    entry->before_minor = entry->amount_minor;
    entry->is_taken_back = true;
    entry->is_of_this_file = true;
}

/* Lay a row's amounts over the group. A report that is not there need not be taken back. */
static enum berm_status take_amounts(struct import *import, struct import_flow *row, int source_id,
                                     struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    enum import_outcome outcome = IMPORT_UNCHANGED;
    bool was_seen;

    for (size_t i = 0; i < row->amount_count; i++) {
        struct import_amount amount = row->amounts[i];
        struct group_entry *entry = find_entry(&state->group, amount.flow, source_id);

        if (amount.is_taken_back) {
            if (entry != NULL) {
                outcome = IMPORT_CHANGED;
                take_back(&state->group, entry);
            }
        } else if (entry == NULL) {
            outcome = outcome == IMPORT_CHANGED ? IMPORT_CHANGED : IMPORT_ADDED;
            state->group.is_different = true;
            TRY(flow_group_add(&state->group,
                               (struct group_entry){.flow = amount.flow,
                                                    .flow_id = state->flow_ids[amount.flow],
                                                    .source_id = source_id,
                                                    .amount_minor = amount.amount_minor,
                                                    .is_of_this_file = true},
                               err));
        } else if (entry->amount_minor == amount.amount_minor) {
            TRY(seen_set_add(import->seen, seen_number(&state->group, entry), &was_seen, err));
        } else {
            outcome = IMPORT_CHANGED;
            state->group.is_different = true;
            entry->before_minor = entry->amount_minor;
            entry->amount_minor = amount.amount_minor;
            entry->is_changed = true;
            entry->is_of_this_file = true;
        }
    }
    import->counts.entries += (int64_t)row->amount_count;
    import_count_row(import, &row->row, outcome);
    return BERM_OK;
}

enum berm_status flow_group_take(struct import *import, struct import_flow *row, int source_id,
                                 struct arena *arena, struct berm_error *err)
{
    TRY(check_repeated(import, row, source_id, arena, err));
    return row->row.outcome == IMPORT_REJECTED ? BERM_OK
                                               : take_amounts(import, row, source_id, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static enum berm_status insert_entry(struct import *import, const struct group_entry *entry,
                                     struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    struct statement *insert = state->entry_insert;

    statement_bind_int64(insert, IMPORT_ENTRY_INSERT__HOUSEHOLD_ID, state->group.household_id);
    statement_bind_month(insert, IMPORT_ENTRY_INSERT__MONTH, state->group.month);
    statement_bind_int64(insert, IMPORT_ENTRY_INSERT__FLOW_ID, entry->flow_id);
    statement_bind_int64(insert, IMPORT_ENTRY_INSERT__FLOW_SOURCE_ID, entry->source_id);
    statement_bind_int64(insert, IMPORT_ENTRY_INSERT__AMOUNT_MINOR, entry->amount_minor);
    statement_bind_int64(insert, IMPORT_ENTRY_INSERT__CHANGE_ID, import->change->change_id);
    return statement_queue(insert, err);
}

/* Note in the change log what an entry was before. */
static enum berm_status log_entry(struct import *import, const struct group_entry *entry,
                                  struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    const struct variable *flow = &state->flows[entry->flow];
    struct text source = state->source_codes[entry->source_id];
    char before[MONEY_TEXT_MAX], after[MONEY_TEXT_MAX];
    char key[16 + 2 * VARIABLE_NAME_MAX];
    int decimals = import->dictionary->money_decimals;
    int length = snprintf(key, sizeof key, "%04d%02d %.*s %.*s", state->group.month / 12,
                          state->group.month % 12 + 1, TEXT_ARG(flow->name), TEXT_ARG(source));

    import_log_text(import, "amount", money_format(entry->before_minor, decimals, before),
                    entry->is_taken_back ? TEXT("")
                                         : money_format(entry->amount_minor, decimals, after));
    assert(length > 0 && length < (int)sizeof key);
    return import_log_write(import, "flow", state->group.household_id,
                            (struct text){key, (size_t)length}, err);
}

static enum berm_status update_entry(struct import *import, const struct group_entry *entry,
                                     struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    struct statement *update = state->entry_update;

    statement_bind_int64(update, IMPORT_ENTRY_UPDATE__HOUSEHOLD_ID, state->group.household_id);
    statement_bind_month(update, IMPORT_ENTRY_UPDATE__MONTH, state->group.month);
    statement_bind_int64(update, IMPORT_ENTRY_UPDATE__FLOW_ID, entry->flow_id);
    statement_bind_int64(update, IMPORT_ENTRY_UPDATE__FLOW_SOURCE_ID, entry->source_id);
    statement_bind_int64(update, IMPORT_ENTRY_UPDATE__AMOUNT_MINOR, entry->amount_minor);
    statement_bind_int64(update, IMPORT_ENTRY_UPDATE__CHANGE_ID, import->change->change_id);
    TRY(statement_queue(update, err));
    return log_entry(import, entry, err);
}

static enum berm_status delete_entry(struct import *import, const struct group_entry *entry,
                                     struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    struct statement *remove = state->entry_delete;

    statement_bind_int64(remove, IMPORT_ENTRY_DELETE__HOUSEHOLD_ID, state->group.household_id);
    statement_bind_month(remove, IMPORT_ENTRY_DELETE__MONTH, state->group.month);
    statement_bind_int64(remove, IMPORT_ENTRY_DELETE__FLOW_ID, entry->flow_id);
    statement_bind_int64(remove, IMPORT_ENTRY_DELETE__FLOW_SOURCE_ID, entry->source_id);
    TRY(statement_queue(remove, err));
    return log_entry(import, entry, err);
}

static enum berm_status write_entry(struct import *import, const struct group_entry *entry,
                                    struct berm_error *err)
{
    if (!entry->was_there)
        return insert_entry(import, entry, err);
    if (entry->is_taken_back)
        return delete_entry(import, entry, err);
    return entry->is_changed ? update_entry(import, entry, err) : BERM_OK;
}

static enum berm_status write_months(struct import_flow_state *state, struct berm_error *err)
{
    const struct group *group = &state->group;
    struct statement *write = group->is_new ? state->monthly_insert : state->monthly_write;

    if (group->count > state->report_capacity) {
        struct flow_report *reports =
            realloc(state->reports, group->capacity * sizeof *state->reports);

        if (reports == NULL)
            return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
        state->reports = reports;
        state->report_capacity = group->capacity;
    }
    statement_bind_int64(write, 1, group->household_id);
    statement_bind_month(write, 2, group->month);
    for (size_t flow = 0; flow < state->flow_count; flow++) {
        struct field_value value = {0};
        size_t count = 0;

        for (size_t i = 0; i < group->count; i++)
            if (group->entries[i].flow == (int)flow && !group->entries[i].is_taken_back)
                state->reports[count++] =
                    (struct flow_report){state->source_codes[group->entries[i].source_id],
                                         group->entries[i].amount_minor};
        value.is_known = flow_combine(&state->flows[flow], state->reports, count, &value.number);
        statement_bind_field(write, (int)flow + 3, &state->flows[flow], value);
    }
    return statement_queue(write, err);
}

static bool comes_before(const struct group_entry *a, const struct group_entry *b)
{
    return a->flow_id != b->flow_id ? a->flow_id < b->flow_id : a->source_id < b->source_id;
}

/* In the order of the table's key, which a store then need not bring them into. They are few, and
 * mostly in it. */
static void sort_entries(struct group *group)
{
    for (size_t i = 1; i < group->count; i++) {
        struct group_entry entry = group->entries[i];
        size_t at = i;

        for (; at > 0 && comes_before(&entry, &group->entries[at - 1]); at--)
            group->entries[at] = group->entries[at - 1];
        group->entries[at] = entry;
    }
}

enum berm_status flow_group_end(struct import *import, struct berm_error *err)
{
    struct import_flow_state *state = import->flows;
    struct group *group = &state->group;

    if (group->household_id == 0 || !group->is_different) {
        group->household_id = 0;
        return BERM_OK;
    }
    sort_entries(group);
    for (size_t i = 0; i < group->count; i++)
        TRY(write_entry(import, &group->entries[i], err));
    TRY(write_months(state, err));
    group->household_id = 0;
    return BERM_OK;
}
