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
    struct group_entry *entries;
    size_t count;
    size_t capacity;
};

struct import_flow_state {
    struct code_lookup households;
    struct statement *entry_list;
    struct statement *entry_insert;
    struct statement *entry_update;
    struct statement *entry_delete;
    struct statement *source_insert;
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

/** Begin with what the register has. The group before must have been ended. */
MUST_USE enum berm_status flow_group_begin(struct import *import, int64_t household_id,
                                           month_number month, struct berm_error *err);
/** Lay a row over the group; a row that repeats what the file said before is rejected. */
MUST_USE enum berm_status flow_group_take(struct import *import, struct import_flow *row,
                                          int source_id, struct arena *arena,
                                          struct berm_error *err);
/** Write what differs, and the month's amounts. Nothing where no group was begun. */
MUST_USE enum berm_status flow_group_end(struct import *import, struct berm_error *err);

#endif
