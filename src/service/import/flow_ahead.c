/*
 * The entries of the groups that come next, read in one journey where the store is far away. A
 * group is given what was read once only: when rows of it come again, entries were written since.
 */
#include <stdlib.h>

#include "service/import/flow_group.h"

struct ahead_entry {
    struct group_entry entry;
    bool has_entry; /* false: only the month's amounts are there */
    bool has_month;
    int64_t next; /* of the same group; NOTHING: none */
};

enum { NOTHING = -1, TAKEN = -2 };

struct group_key {
    int64_t household_id;
    int64_t month;
};

static struct text key_of(const struct group_key *key)
{
    return (struct text){(const char *)key, sizeof *key};
}

enum berm_status flow_ahead_open(struct import *import, struct berm_error *err)
{
    struct flow_ahead *ahead = &import->flows->ahead;

    if (!store_is_distant(import->store))
        return BERM_OK;
    TRY(map_create(0, &ahead->groups, err));
    return statement_prepare(import->store, STATEMENT_IMPORT_ENTRY_AHEAD, &ahead->ask, err);
}

void flow_ahead_close(struct flow_ahead *ahead)
{
    statement_closep(&ahead->ask);
    map_freep(&ahead->groups);
    free(ahead->entries);
}

static enum berm_status add_group(struct flow_ahead *ahead, struct group_key key,
                                  struct buffer *households, struct buffer *months,
                                  struct berm_error *err)
{
    int64_t known;

    if (map_get(ahead->groups, key_of(&key), &known))
        return BERM_OK;
    if (households->length > 0) {
        buffer_append_char(households, ',');
        buffer_append_char(months, ',');
    }
    buffer_append_int64(households, key.household_id);
    buffer_append_int64(months, key.month);
    return map_put(ahead->groups, key_of(&key), NOTHING, err);
}

/* The groups that something may be there of. The one that is still open was read. */
static enum berm_status list_groups(struct import *import, const struct import_flow *rows,
                                    size_t count, struct buffer *households, struct buffer *months,
                                    struct berm_error *err)
{
    struct import_flow_state *state = import->flows;

    for (size_t i = 0; i < count; i++) {
        struct known_code *household;

        if (rows[i].row.outcome == IMPORT_REJECTED)
            continue;
        TRY(code_lookup_find(&state->households, rows[i].household, &household, err));
        if (is_usable(household) && !flow_group_is_open(state, household->id, rows[i].month) &&
            !flow_group_is_fresh(state, household->id, rows[i].month))
            TRY(add_group(&state->ahead, (struct group_key){household->id, rows[i].month},
                          households, months, err));
    }
    TRY(buffer_status(households, err));
    return buffer_status(months, err);
}

/* Put before the group's others: the last of them is read first. */
static enum berm_status keep_entry(struct import *import, struct statement *row,
                                   struct berm_error *err)
{
    struct flow_ahead *ahead = &import->flows->ahead;
    struct group_key key = {statement_int64(row, 0), statement_month(row, 1)};
    struct ahead_entry *kept;

    TRY(rows_grow(&ahead->entries, sizeof *ahead->entries, ahead->count, &ahead->capacity, err));
    kept = &ahead->entries[ahead->count];
    *kept = (struct ahead_entry){.has_month = statement_int64(row, 2) != 0,
                                 .has_entry = !statement_is_null(row, 3),
                                 .next = NOTHING};
    if (kept->has_entry)
        kept->entry = flow_entry_read(import, row, 3);
    (void)map_get(ahead->groups, key_of(&key), &kept->next);
    return map_put(ahead->groups, key_of(&key), (int64_t)ahead->count++, err);
}

enum berm_status flow_ahead_ask(struct import *import, const struct import_flow *rows, size_t count,
                                struct berm_error *err)
{
    struct flow_ahead *ahead = &import->flows->ahead;
    CLEANUP(buffer_free) struct buffer households = {0};
    CLEANUP(buffer_free) struct buffer months = {0};
    bool has_row;

    if (ahead->ask == NULL)
        return BERM_OK;
    map_freep(&ahead->groups);
    TRY(map_create(0, &ahead->groups, err));
    ahead->count = 0;
    TRY(list_groups(import, rows, count, &households, &months, err));
    if (households.length == 0)
        return BERM_OK;
    statement_bind_text(ahead->ask, IMPORT_ENTRY_AHEAD__HOUSEHOLDS, buffer_text(&households));
    statement_bind_text(ahead->ask, IMPORT_ENTRY_AHEAD__MONTHS, buffer_text(&months));
    TRY(statement_step(ahead->ask, &has_row, err));
    while (has_row) {
        TRY(keep_entry(import, ahead->ask, err));
        TRY(statement_step(ahead->ask, &has_row, err));
    }
    statement_reset(ahead->ask);
    return BERM_OK;
}

enum berm_status flow_ahead_take(struct import *import, bool *ret_was_asked, struct berm_error *err)
{
    struct flow_ahead *ahead = &import->flows->ahead;
    struct group *group = &import->flows->group;
    struct group_key key = {group->household_id, group->month};
    int64_t at;

    *ret_was_asked = ahead->ask != NULL && map_get(ahead->groups, key_of(&key), &at) && at != TAKEN;
    if (!*ret_was_asked)
        return BERM_OK;
    group->is_new = true;
    for (; at != NOTHING; at = ahead->entries[at].next) {
        group->is_new = group->is_new && !ahead->entries[at].has_month;
        if (ahead->entries[at].has_entry)
            TRY(flow_group_add(group, ahead->entries[at].entry, err));
    }
    return map_put(ahead->groups, key_of(&key), TAKEN, err);
}
