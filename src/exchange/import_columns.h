/* From a file's header, or --map, to the fields that Berm knows. Private to exchange. */
#ifndef EXCHANGE_IMPORT_COLUMNS_H
#define EXCHANGE_IMPORT_COLUMNS_H

#include "exchange/import_map.h"
#include "service/service.h"

/** One piece of a template: a text, or a column of the file. */
struct template_part {
    struct text text;
    int file_column; /* -1: the text */
};

/** A field and where its values come from. */
struct import_column {
    enum import_field field;
    int variable;      /* IMPORT_FIELD_VARIABLE: position in its entity */
    struct text shown; /* what messages call it: the file's header where there is one */
    int file_column;   /* -1: parts */
    const struct template_part *parts;
    size_t part_count;
    const struct value_map *values; /* NULL: as they are */
};

/** What a kind of file is read by. Everything lives in the arena. */
struct column_plan {
    enum import_kind kind;
    const struct dictionary *dictionary;
    enum entity entity;                  /* of the variables */
    const struct choice_list *relations; /* NULL: the pack has none */
    const struct text *headers;          /* the file's own */
    const bool *is_report; /* for each header: one of a rejects file, which is passed over */
    size_t header_count;
    const struct import_column *columns;
    size_t column_count;
    int column_of[IMPORT_FIELD_COUNT]; /* position in columns, or -1 */
    const int *column_of_variable;     /* by position in the entity, or -1 */
    struct import_columns typed;       /* for the service */
    bool is_wide;                      /* flows: a column for each flow */
};

/**
 * Make the plan for a header. map NULL: the headers are the fields.
 * Owner   all in arena; header and map must outlive it.
 * Errors  BERM_INVALID_INPUT: one message with everything that is wrong with the header.
 */
MUST_USE enum berm_status column_plan_make(enum import_kind kind,
                                           const struct dictionary *dictionary,
                                           const struct text *headers, size_t header_count,
                                           const struct column_map *map, struct arena *arena,
                                           struct column_plan *ret_plan, struct berm_error *err);

/** The column that a row's fault speaks of, or NULL. */
const struct import_column *column_plan_find(const struct column_plan *plan,
                                             const struct import_row *row);

#endif
