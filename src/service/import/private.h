/* What the files of the import share. Private to service. */
#ifndef SERVICE_IMPORT_PRIVATE_H
#define SERVICE_IMPORT_PRIVATE_H

#include "service/import/seen_set.h"
#include "service/service.h"

struct import_area_state;
struct import_household_state;
struct import_person_state;
struct import_flow_state;

struct import {
    struct store *store;
    const struct dictionary *dictionary;
    enum import_kind kind;
    const struct import_columns *columns;
    const struct import_start *start;
    bool has_begun; /* a transaction of its own */
    struct change own_change;
    struct change *change;          /* its own, or that of whoever opened it */
    const struct area_scope *scope; /* what lies outside is not there */
    struct arena *arena;            /* the scope of an import of its own */
    struct vault *vault;            /* NULL: no id numbers or bank accounts */
    struct search_writer *search;   /* households and persons only */
    int64_t first_id;               /* ids from here on are given out by this import */
    int64_t next_id;
    struct import_counts counts;
    struct seen_set *seen;
    struct buffer json; /* the fields of the row at hand that change */
    struct json_writer writer;

    /* That of the import's kind; the others are NULL. */
    struct import_area_state *areas;
    struct import_household_state *households;
    struct import_person_state *persons;
    struct import_flow_state *flows;
};

/** Whether some rows may speak of what the caller must not touch. */
static inline bool import_is_partial(const struct import *import)
{
    return !import->scope->is_everything;
}

/** Whether the store is so far away that rows are asked for by hundreds; not for one by hand. */
static inline bool import_asks_ahead(const struct import *import)
{
    return store_is_distant(import->store) && import->has_begun;
}

/* ---- import.c -------------------------------------------------------------------------------- */

/**
 * Take rows inside a transaction and a change that the caller of this began: what is entered by
 * hand goes the way of a file. caller, actor and file_name of start are not looked at.
 * Owner   start, scope and change must outlive it; import_free.
 */
MUST_USE enum berm_status import_open(struct store *store, const struct import_start *start,
                                      const struct area_scope *scope, struct change *change,
                                      struct import **ret_import, struct berm_error *err);
/** Give back the ids that were not used, and tell the counts. No more rows can be taken. */
MUST_USE enum berm_status import_end(struct import *import, struct import_counts *ret_counts,
                                     struct berm_error *err);

enum { IMPORT_SHOWN_BYTES_MAX = 80 }; /* of a value in a message */

/** Mark a row as rejected. The sentence is kept in arena. */
MUST_USE enum berm_status import_reject(struct arena *arena, struct import_row *row,
                                        enum import_field field, struct berm_error *err,
                                        const char *format, ...) PRINTF_LIKE(5, 6);
void import_count_row(struct import *import, struct import_row *row, enum import_outcome outcome);
/** Whether a statement without parameters gives a row. */
MUST_USE enum berm_status import_has_row(struct store *store, enum statement_id id, bool *ret_has,
                                         struct berm_error *err);

/* The change log: fields that differ are written one after the other, then the row. An empty text
 * is unknown. */
void import_log_text(struct import *import, const char *field, struct text before,
                     struct text after);
void import_log_date(struct import *import, const char *field, struct import_date before,
                     struct import_date after);
void import_log_value(struct import *import, const struct variable *variable,
                      struct field_value before, struct field_value after);
static inline bool import_log_is_empty(const struct import *import)
{
    return import->json.length == 0;
}
void import_log_clear(struct import *import);
MUST_USE enum berm_status import_log_write(struct import *import, const char *entity,
                                           int64_t entity_id, struct text key,
                                           struct berm_error *err);

/* ---- The kinds ------------------------------------------------------------------------------- */

MUST_USE enum berm_status import_areas_open(struct import *import, struct berm_error *err);
void import_areas_close(struct import_area_state *state);
MUST_USE enum berm_status import_households_open(struct import *import, struct berm_error *err);
void import_households_close(struct import_household_state *state);
MUST_USE enum berm_status import_persons_open(struct import *import, struct berm_error *err);
void import_persons_close(struct import_person_state *state);
/** Whether a person who is there belongs where the import may not write. */
MUST_USE enum berm_status import_person_is_elsewhere(struct import *import, struct text code,
                                                     bool *ret_is_elsewhere,
                                                     struct berm_error *err);
MUST_USE enum berm_status import_flows_open(struct import *import, struct berm_error *err);
void import_flows_close(struct import_flow_state *state);

/* ---- secrets.c ------------------------------------------------------------------------------- */

MUST_USE enum berm_status import_secrets_open(struct import *import, struct berm_error *err);
/** Reject the row whose id number is another person's. */
MUST_USE enum berm_status import_secrets_check(struct import *import, struct import_person *row,
                                               struct arena *arena, struct berm_error *err);
/** is_logged: for a person who was there, note in the change log what changed. */
MUST_USE enum berm_status import_secrets_write(struct import *import,
                                               const struct import_person *row, int64_t person_id,
                                               bool is_logged, struct berm_error *err);

/* ---- lookup.c: codes to ids ------------------------------------------------------------------ */

enum { IMPORT_LOOKUP_CODES_MAX = 49152 }; /* remembered at one time: some 4 MiB */

/** What is known of a code. */
struct known_code {
    int64_t id; /* 0: there is no such code */
    int64_t area_id;
    int64_t district_id;
    bool is_elsewhere; /* where the import may not write */
    int32_t members;   /* households: open memberships; -1: not counted */
};

/** Remembers what it found, and forgets all of it when it holds too much. */
struct code_lookup {
    struct statement *find;         /* parameter 1: the code; columns as import_area_by_code */
    struct statement *ahead;        /* a distant store's: many codes at once; NULL: none */
    struct statement *following;    /* the same: all from a code on; NULL: none, or of no use */
    struct buffer reach;            /* the last code that following gave */
    bool is_counted;                /* households: it counts open memberships too */
    bool is_fresh;                  /* nothing was there when the import began */
    struct buffer highest;          /* code asked for, where it is fresh */
    int64_t highest_id;             /* of what rows named */
    const struct area_scope *scope; /* NULL: everywhere, and the place is not looked at */
    struct map *numbers;            /* code -> its place in known */
    struct known_code *known;
    size_t count;
    size_t capacity;
    size_t last;        /* its place in known */
    size_t last_length; /* 0: none */
    char last_code[CODE_BYTES_MAX];
};

MUST_USE enum berm_status area_lookup_open(struct import *import, struct code_lookup *lookup,
                                           struct berm_error *err);
/** Households of which an import adds members, which are counted. */
MUST_USE enum berm_status counted_lookup_open(struct import *import, struct code_lookup *lookup,
                                              struct berm_error *err);
MUST_USE enum berm_status household_lookup_open(struct import *import, struct code_lookup *lookup,
                                                struct berm_error *err);
/** Of a distant store only, for codes that were asked for ahead: who is there. */
MUST_USE enum berm_status person_lookup_open(struct import *import, struct code_lookup *lookup,
                                             struct berm_error *err);
void code_lookup_close(struct code_lookup *lookup);
/**
 * What is known of a code; it may be changed there.
 * Owner   the lookup: good until the next call of it.
 */
MUST_USE enum berm_status code_lookup_find(struct code_lookup *lookup, struct text code,
                                           struct known_code **ret_known, struct berm_error *err);
/** Ask without remembering: cheaper where a code comes once, and its row may change. */
MUST_USE enum berm_status code_lookup_ask(struct code_lookup *lookup, struct text code,
                                          struct known_code *ret_known, struct berm_error *err);
static inline bool is_usable(const struct known_code *known)
{
    return known->id != 0 && !known->is_elsewhere;
}
/** No count of members is right any more. */
void code_lookup_forget_members(struct code_lookup *lookup);
/**
 * Ask for the codes of rows that come next, in one journey or two; nothing where the store is near.
 * Shape   rows: count of stride bytes each, with a struct text at offset; what begins with a
 *         rejected struct import_row is passed over.
 */
MUST_USE enum berm_status code_lookup_ahead(struct code_lookup *lookup, const void *rows,
                                            size_t count, size_t stride, size_t offset,
                                            struct berm_error *err);

/* ---- data.c: the dictionary's columns of households and persons ------------------------------ */

struct data_rows {
    const struct dictionary *dictionary;
    const struct variable *variables; /* of the entity */
    const struct import_columns *columns;
    struct arena *arena;
    int *new_positions; /* the file's columns, then those that are zero where nothing is said */
    struct field_value *zeros; /* of these; the file's have none */
    size_t new_count;
    const struct variable *missing; /* required, and not in the file: no new row is possible */
    struct statement *write_new;
    struct statement *read;
    struct statement *write_changed;

    /* The same rows for all records at hand, where import_asks_ahead; else NULL. */
    struct statement *read_ahead;
    struct arena *ahead_arena;
    struct map *places;         /* id -> place in values */
    struct field_value *values; /* the file's columns of one row behind the other's */
};

MUST_USE enum berm_status data_rows_open(struct import *import, enum entity entity,
                                         struct data_rows *data, struct berm_error *err);
void data_rows_close(struct data_rows *data);
/** Put an id on a list for data_rows_ask_ahead; false for 0, which is none. */
bool data_list_id(struct buffer *ids, int64_t id);
/**
 * Read what data_rows_compare will want to know of many, in one journey, where import_asks_ahead.
 * Nobody may change it in between.
 */
MUST_USE enum berm_status data_rows_ask_ahead(struct data_rows *data, struct text ids, size_t count,
                                              struct berm_error *err);
MUST_USE enum berm_status data_rows_add(struct data_rows *data, int64_t id,
                                        const struct field_value *values, struct berm_error *err);
/** Write the fields that differ to the import's log; *ret_differs tells whether any does. */
MUST_USE enum berm_status data_rows_compare(struct data_rows *data, struct import *import,
                                            int64_t id, const struct field_value *values,
                                            bool *ret_differs, struct berm_error *err);
MUST_USE enum berm_status data_rows_change(struct data_rows *data, int64_t id,
                                           const struct field_value *values,
                                           struct berm_error *err);

#endif
