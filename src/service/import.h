/*
 * Import: typed rows into the register, one transaction for a whole file. exchange/ reads files and
 * makes rows; what they do to the register is decided here. Part of the service's face; its
 * files are in import/.
 */
#ifndef SERVICE_IMPORT_H
#define SERVICE_IMPORT_H

#include "service/access.h"
#include "service/journal.h"

enum import_kind {
    IMPORT_AREAS,
    IMPORT_HOUSEHOLDS,
    IMPORT_PERSONS,
    IMPORT_FLOWS,
    IMPORT_KIND_COUNT,
};

/** What a column may hold. */
enum import_field {
    IMPORT_FIELD_NONE, /* the row as a whole */
    IMPORT_FIELD_CODE,
    IMPORT_FIELD_NAME,
    IMPORT_FIELD_NAME_EN,
    IMPORT_FIELD_PARENT,
    IMPORT_FIELD_AREA,
    IMPORT_FIELD_HOUSEHOLD,
    IMPORT_FIELD_SEX,
    IMPORT_FIELD_BIRTH_DATE,
    IMPORT_FIELD_RELATION,
    IMPORT_FIELD_FROM_DATE,
    IMPORT_FIELD_TO_DATE,
    IMPORT_FIELD_END_REASON,
    IMPORT_FIELD_ID_TYPE,
    IMPORT_FIELD_ID_NUMBER,
    IMPORT_FIELD_BANK_ACCOUNT,
    IMPORT_FIELD_MONTH,
    IMPORT_FIELD_FLOW,
    IMPORT_FIELD_AMOUNT,
    IMPORT_FIELD_SOURCE,
    IMPORT_FIELD_VARIABLE, /* of the dictionary; flows in the wide form too */
    IMPORT_FIELD_COUNT,
};

enum import_outcome {
    IMPORT_OPEN, /* not decided yet */
    IMPORT_ADDED,
    IMPORT_CHANGED,
    IMPORT_UNCHANGED,
    IMPORT_REJECTED,
};

/** What every row begins with. Rows that come in as IMPORT_REJECTED are passed over. */
struct import_row {
    enum import_outcome outcome;
    enum import_field field; /* IMPORT_REJECTED: where it is wrong */
    int variable;            /* IMPORT_FIELD_VARIABLE: its position in its entity */
    struct text reason;      /* IMPORT_REJECTED: one sentence with the remedy */
};

struct import_date {
    bool is_known;
    date_days date;
};

/* Texts that are empty are unknown. */

struct import_area {
    struct import_row row;
    struct text code;
    struct text parent; /* code; empty: a root */
    struct text name;
    struct text name_en;
};

struct import_household {
    struct import_row row;
    struct text code;
    struct text area;
    const struct field_value *values; /* one for each of the columns' variables */
};

struct import_person {
    struct import_row row;
    struct text code;
    struct text household;
    struct text name;
    struct text sex; /* "female", "male", "other" */
    struct text relation;
    struct text end_reason;
    struct text id_type;   /* "resident_id", "passport", "other" */
    struct text id_number; /* normalised, as bank_account */
    struct text bank_account;
    struct import_date birth_date;
    struct import_date from_date;
    struct import_date to_date;
    const struct field_value *values;
};

struct import_amount {
    int flow; /* position in the dictionary */
    int64_t amount_minor;
    bool is_taken_back; /* by hand: the report is to go, and there is no amount */
};

/** What one source reported of one household and month. */
struct import_flow {
    struct import_row row;
    struct text household;
    struct text source;
    month_number month;
    const struct import_amount *amounts; /* each flow at most once */
    size_t amount_count;                 /* 0: nothing was reported, which changes nothing */
};

/** The columns that the file has: what they do not name is left as it is. */
struct import_columns {
    uint32_t fields;      /* a bit for each enum import_field */
    const int *variables; /* positions in the entity */
    size_t variable_count;
};

static inline bool import_columns_have(const struct import_columns *columns,
                                       enum import_field field)
{
    return (columns->fields >> field & 1) != 0;
}

struct import_counts;

struct import_start {
    enum import_kind kind;
    const struct dictionary *dictionary;
    struct import_columns columns;
    const struct caller *caller; /* holds PERMISSION_IMPORT; areas: in the whole register */
    struct actor actor;
    struct text file_name;      /* without its folder */
    const struct key_file *key; /* NULL: none; id numbers and bank accounts cannot be taken then */
    int64_t new_id; /* that the one new row gets; 0: ids as they come, which is for who is alone */
    /** Called in the import's transaction before it is committed, so not where nothing is kept;
     * failing undoes the import. NULL is fine. */
    enum berm_status (*before_commit)(void *context, const struct import_counts *counts,
                                      struct berm_error *err);
    void *before_commit_context;
};

struct import_counts {
    int64_t added; /* rows */
    int64_t changed;
    int64_t unchanged;
    int64_t rejected;
    int64_t entries; /* flows: amounts in the rows that were taken */
};

/* ---- Fields as people write them ------------------------------------------------------------- */

struct import_kind_field {
    enum import_field field;
    bool is_required;
};
/** What a row of a kind may hold. */
struct import_kind_info {
    const char *name; /* "households" */
    struct import_kind_field fields[12];
    size_t field_count;
    bool has_variables; /* and the dictionary's variables of an entity */
    enum entity entity;
};
const struct import_kind_info *import_kind_info(enum import_kind kind);
const char *import_kind_name(enum import_kind kind);
/** BERM_INVALID_INPUT with the kinds that there are. */
MUST_USE enum berm_status import_kind_find(struct text name, enum import_kind *ret_kind,
                                           struct berm_error *err);
const char *import_field_name(enum import_field field); /* "birth_date"; "" for NONE, VARIABLE */
/** Which field of a kind has this name, and which variable (-1: none); false: no field has it. */
bool import_field_find(const struct dictionary *dictionary, enum import_kind kind, struct text name,
                       enum import_field *ret_field, int *ret_variable);
/** The name of the kind that is nearest to a word; empty where none is near. */
struct text import_field_nearest(const struct dictionary *dictionary, enum import_kind kind,
                                 struct text word);

/** By what texts are read. */
struct field_reader {
    const struct dictionary *dictionary;
    const struct choice_list *relations; /* NULL: the pack has none */
    date_days today;
    struct arena *arena;
};
/*
 * Read one field's text into a row. Households and persons: a variable's value goes to *value.
 * Flows: an amount is added to amounts unless the text is empty; *flow is the long form's flow,
 * whose amount import_read_amount reads when both are known.
 * Owner   what is kept is a slice of text or of the dictionary, or lives in the reader's arena.
 * Errors  BERM_INVALID_INPUT, BERM_LIMIT: one sentence with the remedy.
 */
MUST_USE enum berm_status import_read_area(enum import_field field, struct text text,
                                           struct import_area *row, struct berm_error *err);
MUST_USE enum berm_status import_read_household(const struct field_reader *reader,
                                                enum import_field field, int variable,
                                                struct text text, struct import_household *row,
                                                struct field_value *value, struct berm_error *err);
MUST_USE enum berm_status import_read_person(const struct field_reader *reader,
                                             enum import_field field, int variable,
                                             struct text text, struct import_person *row,
                                             struct field_value *value, struct berm_error *err);
MUST_USE enum berm_status import_read_flow(const struct field_reader *reader,
                                           enum import_field field, int variable, struct text text,
                                           struct import_flow *row, struct import_amount *amounts,
                                           int *flow, struct berm_error *err);
MUST_USE enum berm_status import_read_amount(const struct field_reader *reader, int flow,
                                             struct text text, struct import_amount *amounts,
                                             size_t *count, struct berm_error *err);
/** At the row's end: the id number in its one form, now that its type is known. */
MUST_USE enum berm_status import_finish_person(const struct field_reader *reader,
                                               struct import_person *row, struct berm_error *err);

/* ---- An import ------------------------------------------------------------------------------- */

/** A running import. It holds the store's write lock until finished or freed. */
struct import;

/**
 * Begin the transaction. start and what it points to must outlive the import.
 * Errors  BERM_BUSY, BERM_FORBIDDEN, BERM_NOT_FOUND (households before areas and the like), those
 *         of the store and, with id numbers or bank accounts, of vault_open.
 */
MUST_USE enum berm_status import_begin(struct store *store, const struct import_start *start,
                                       struct import **ret_import, struct berm_error *err);

/**
 * Take rows of the import's kind. Each row's outcome is set, and a reason where it is rejected; the
 * texts of rejections live in arena. Rows may come in any number of calls, except areas: these are
 * resolved together, so all of them come in one call.
 * Errors  those of the store, after which the import can only be freed; BERM_NO_MEMORY.
 */
MUST_USE enum berm_status import_areas(struct import *import, struct import_area *rows,
                                       size_t count, struct arena *arena, struct berm_error *err);
MUST_USE enum berm_status import_households(struct import *import, struct import_household *rows,
                                            size_t count, struct arena *arena,
                                            struct berm_error *err);
MUST_USE enum berm_status import_persons(struct import *import, struct import_person *rows,
                                         size_t count, struct arena *arena, struct berm_error *err);
MUST_USE enum berm_status import_flows(struct import *import, struct import_flow *rows,
                                       size_t count, struct arena *arena, struct berm_error *err);

/**
 * Write the change and commit. Where nothing was added or changed, or it is a dry run, nothing at
 * all is left behind, not even the change.
 */
MUST_USE enum berm_status import_finish(struct import *import, struct text file_sha256,
                                        bool is_dry_run, struct import_counts *ret_counts,
                                        struct berm_error *err);
/** Rolls back what was not finished. NULL is fine. */
void import_free(struct import *import);
void import_freep(struct import **import);

#endif
