/* The entries of one household and month while rows are laid over them. Private to service. */
#ifndef SERVICE_IMPORT_FLOW_GROUP_H
#define SERVICE_IMPORT_FLOW_GROUP_H

#include "service/import/private.h"

enum {
    FLOW_SOURCES_MAX = 200,
    FLOW_ID_MAX = 1023,
};

/* An entry of the household and month at hand. */
struct group_entry {
    int flow; /* position in the dictionary; -1: it is hidden now */
    int flow_id;
    int source_id;
    int64_t amount_minor;
    int64_t before_minor;
    bool was_there;
    bool is_changed;
    bool is_taken_back;
    bool is_of_this_file;
};

struct group {
    int64_t household_id; /* 0: none */
    month_number month;
    bool is_different; /* something is to be written */
    bool is_new;       /* the month has no amounts yet */
    struct group_entry *entries;
    size_t count;
    size_t capacity;
};

/* What a distant store said of the groups of the rows at hand. */
struct flow_ahead {
    struct statement *ask; /* NULL: the store is near, and is asked group by group */
    struct map *groups;    /* household and month -> the place of its first entry */
    struct ahead_entry *entries;
    size_t count;
    size_t capacity;
};

struct import_flow_state {
    struct code_lookup households;
    struct flow_ahead ahead;
    struct statement *entry_list;
    struct statement *entry_insert;
    struct statement *entry_update;
    struct statement *entry_delete;
    struct statement *source_insert;
    struct statement *monthly_insert;
    struct statement *monthly_write;
    const struct variable *flows;
    size_t flow_count;
    int *flow_ids;                                  /* by position */
    int flow_of_id[FLOW_ID_MAX + 1];                /* -1: none */
    struct arena *arena;                            /* flow_ids and the sources' codes */
    struct map *sources;                            /* code -> id */
    struct text source_codes[FLOW_SOURCES_MAX + 1]; /* by id, from 1 */
    int source_count;
    bool was_empty;
    int64_t last_household_id; /* the highest group so far */
    month_number last_month;
    struct group group;
    struct flow_report *reports;
    size_t report_capacity;
};

/** The entry in four columns of a row. */
struct group_entry flow_entry_read(const struct import *import, struct statement *row, int column);
MUST_USE enum berm_status flow_group_add(struct group *group, struct group_entry entry,
                                         struct berm_error *err);
/** Begin with what the register has. The group before must have been ended. */
MUST_USE enum berm_status flow_group_begin(struct import *import, int64_t household_id,
                                           month_number month, struct berm_error *err);
/** Lay a row over the group; a row that repeats what the file said before is rejected. */
MUST_USE enum berm_status flow_group_take(struct import *import, struct import_flow *row,
                                          int source_id, struct arena *arena,
                                          struct berm_error *err);
/** Write what differs, and the month's amounts. Nothing where no group was begun. */
MUST_USE enum berm_status flow_group_end(struct import *import, struct berm_error *err);

/* ---- flow_ahead.c ---------------------------------------------------------------------------- */

MUST_USE enum berm_status flow_ahead_open(struct import *import, struct berm_error *err);
void flow_ahead_close(struct flow_ahead *ahead);
/** Read the groups of rows that come next; nothing where the store is near. */
MUST_USE enum berm_status flow_ahead_ask(struct import *import, const struct import_flow *rows,
                                         size_t count, struct berm_error *err);
/** Give the group what was read of it, once; false where it is to be read now. */
MUST_USE enum berm_status flow_ahead_take(struct import *import, bool *ret_was_asked,
                                          struct berm_error *err);
static inline bool flow_group_is_open(const struct import_flow_state *state, int64_t household_id,
                                      month_number month)
{
    return state->group.household_id == household_id && state->group.month == month;
}

/** Whether a group is behind all others of an import that began without entries: nothing of it can
 * be there. */
static inline bool flow_group_is_fresh(const struct import_flow_state *state, int64_t household_id,
                                       month_number month)
{
    return state->was_empty &&
           (household_id > state->last_household_id ||
            (household_id == state->last_household_id && month > state->last_month));
}

#endif
