/* A table as sets of atoms, for finding gaps and overlaps. Private to the checker. */
#ifndef POLICY_DMN_CHECK_H
#define POLICY_DMN_CHECK_H

#include "model.h"

enum {
    CHECK_ATOMS_MAX = 1024,   /* of one column */
    CHECK_STEPS_MAX = 400000, /* of one search */
    CHECK_REPORTS_MAX = 10,   /* of one kind for one table */
    CHECK_MEMORY_MAX = 256 << 20,
};

/** Atoms of a column: between, at and beyond the points that its cells name, and "missing". */
struct atoms {
    uint64_t words[CHECK_ATOMS_MAX / 64];
};

enum column_kind {
    COLUMN_ANY, /* only "-" */
    COLUMN_ORDERED,
    COLUMN_CHOICE, /* strings */
    COLUMN_BOOLEAN,
};

struct check_column {
    struct text text;
    enum column_kind kind;
    struct feel_value *points; /* sorted, without doubles; symbols are strings */
    size_t point_count;
    bool is_symbolic;    /* the points are names such as parameter.line */
    size_t atom_count;   /* the last is "missing" */
    struct atoms domain; /* what the input may be, missing left out */
};

struct check_table {
    const struct table *table;
    struct arena *arena;
    struct check_column *columns;
    struct atoms *cells; /* rule after rule */
    bool *is_simple;     /* by rule: every cell is understood */
    size_t simple_count;
};

/** Understand what can be understood of a table. */
MUST_USE enum berm_status check_table_make(struct arena *arena, const struct table *table,
                                           struct check_table *ret_table, struct berm_error *err);
/** A value that text stands for without any name; false in *ret_is_constant where it needs names.
 */
MUST_USE enum berm_status check_constant(struct arena *arena, struct text text,
                                         struct feel_value *ret_value, bool *ret_is_constant,
                                         struct berm_error *err);

static inline bool atoms_has(const struct atoms *atoms, size_t atom)
{
    return (atoms->words[atom / 64] >> (atom % 64) & 1) != 0;
}

static inline void atoms_add(struct atoms *atoms, size_t atom)
{
    atoms->words[atom / 64] |= UINT64_C(1) << (atom % 64);
}

/** What a search for uncovered ground came to. */
enum cover {
    COVER_WHOLE,
    COVER_GAP,
    COVER_GIVEN_UP, /* too many steps */
};

/**
 * Is the ground (one set of atoms a column) covered by the rules of the list? Where it is not,
 * ret_gap gets an atom a column; SIZE_MAX stands for any.
 */
MUST_USE enum berm_status check_cover(const struct check_table *table, const struct atoms *ground,
                                      const uint32_t *rules, size_t rule_count,
                                      enum cover *ret_cover, size_t *ret_gap,
                                      struct berm_error *err);
/** Do two rules match together? ret_where gets an atom a column. */
bool check_overlap(const struct check_table *table, uint32_t a, uint32_t b, size_t *ret_where);
/** "household.size is 3 and month is 7" for atoms, those of any left out. */
void check_describe(const struct check_table *table, const size_t *atoms, struct buffer *out);

#endif
