/*
 * Exports: lists of any length, in pieces. Part of the service's face; its files are in export/.
 *
 * An export is a cursor and not a loop: each piece is read in a short transaction of its own, on
 * whatever connection it is asked for with. So a client that reads slowly holds no snapshot (which
 * would keep the database from ever cleaning up), and a server may serve each piece by another
 * thread. docs/reference/export.md says what that means for what changes meanwhile.
 *
 *   export.c     the order, the cursor, the entries in the journal;  task.c: an order as a job's
 * task columns.c    which columns there are, and which the caller may have;  codebook.c: their list
 *   rows.c       a row as CSV or NDJSON;  page.c: a page of households, and what belongs to them
 *   facts.c      households, persons, flows;  findings.c: findings, spells;  areas.c
 */
#ifndef SERVICE_EXPORT_H
#define SERVICE_EXPORT_H

#include "service/access.h"

struct office;

enum export_kind {
    EXPORT_HOUSEHOLDS, /* active ones, with the dictionary's variables */
    EXPORT_PERSONS,    /* each once: where they are a member now, or else were last */
    EXPORT_FLOWS,      /* what was reported: one amount a row */
    EXPORT_FINDINGS,   /* those that hold in a month */
    EXPORT_SPELLS,     /* all that were ever found, from when to when */
    EXPORT_AREAS,
    EXPORT_CODEBOOK, /* every column, with its label, type, choices and class */
    EXPORT_KIND_COUNT,
};
const char *export_kind_name(enum export_kind kind);
/** BERM_NOT_FOUND with the kinds that there are. */
MUST_USE enum berm_status export_kind_find(struct text name, enum export_kind *ret_kind,
                                           struct berm_error *err);

enum export_format { EXPORT_CSV, EXPORT_NDJSON };

struct export_order {
    enum export_kind kind;
    enum export_format format;
    bool has_mark;                        /* CSV: begin with a byte order mark, for Excel */
    struct text area;                     /* code; empty: all areas of the caller */
    month_number month;                   /* findings */
    month_number first_month, last_month; /* flows; both 0: all */
    struct text finding;                  /* findings, spells: only this code; empty: all */
    bool with_undetermined;               /* findings, spells */
    bool with_secrets;                    /* persons: id numbers and accounts, which need the key */
    const struct text *columns;           /* in this order; flows: the flows that are wanted */
    size_t column_count;                  /* 0: all that the caller sees everywhere in the area */
    /* As in struct household_query: only what belongs to the active households that meet all. */
    const struct text *filters;
    size_t filter_count;
};

/** An order as the task of a job, without secrets: nobody is there to be asked for them. */
void export_order_write(const struct export_order *order, struct json_writer *json);
/** Owner: texts live in arena. Errors: BERM_INVALID_INPUT (no such task), BERM_NO_MEMORY. */
MUST_USE enum berm_status export_order_read(struct text task, struct arena *arena,
                                            struct export_order *ret_order, struct berm_error *err);

/** How much of it there is at most in a piece, apart from the rows of one household. */
enum { EXPORT_PIECE_BYTES = 256 << 10 };

struct export;

/**
 * Check an order. A column is there only where the caller sees its class in all areas of the
 * export: an empty cell always means "not known", never "not for you", so that a file that is
 * imported again can wipe out nothing that its reader did not see.
 * Owner   order and caller are copied.
 * Errors  BERM_FORBIDDEN (no permission; a column asked for, or a filter on a variable, whose class
 *         the caller does not see in all areas of the export), BERM_NOT_FOUND (area, column,
 *         finding, flow), BERM_INVALID_INPUT (a filter; secrets without a key).
 */
MUST_USE enum berm_status export_create(struct office *office, const struct caller *caller,
                                        const struct export_order *order,
                                        struct export **ret_export, struct berm_error *err);
void export_free(struct export *export);
void export_freep(struct export **export);

/**
 * Write into the journal that the export begins: who, what, which filter, and which sensitive
 * columns. A transaction of its own, which must come before the first piece.
 */
MUST_USE enum berm_status export_note_begin(struct export *export, struct office *office,
                                            const struct actor *actor, struct berm_error *err);
/**
 * Append the next piece to out; it may be empty. Any office on the same register will do.
 * Errors  BERM_CONFLICT (the pack changed, or areas moved out of the caller's sight: begin again),
 *         BERM_FORBIDDEN, BERM_NOT_FOUND (the area is gone), BERM_NO_MEMORY, BERM_IO.
 */
MUST_USE enum berm_status export_next(struct export *export, struct office *office,
                                      struct buffer *out, bool *ret_is_last,
                                      struct berm_error *err);
/** Write into the journal how many rows were handed out, and whether those were all. */
MUST_USE enum berm_status export_note_end(struct export *export, struct office *office,
                                          const struct actor *actor, struct berm_error *err);
int64_t export_row_count(const struct export *export);

#endif
