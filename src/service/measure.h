/*
 * Measures: the help that somebody planned for a household, who sees to it and until when, and what
 * it did. The policy recommends, a person decides. Part of the service's face; its files are in
 * measure/.
 *
 *   plan.c    planning, from recommendations or by hand
 *   step.c    under way, delivered, cancelled
 *   read.c    one, lists, and what is recommended
 */
#ifndef SERVICE_MEASURE_H
#define SERVICE_MEASURE_H

#include "service/access.h"

struct office;

enum { MEASURE_TEXT_BYTES_MAX = 2000, MEASURE_DUE_DAYS = 10 };

enum measure_state {
    MEASURE_PLANNED,
    MEASURE_UNDER_WAY,
    MEASURE_DELIVERED,
    MEASURE_CANCELLED,
    MEASURE_STATE_COUNT,
};
const char *measure_state_name(enum measure_state state);
MUST_USE enum berm_status measure_state_find(struct text name, enum measure_state *ret_state,
                                             struct berm_error *err);

struct measure_row {
    int64_t household_id, measure_id, case_id; /* case_id 0: none */
    struct text household, area;               /* codes */
    struct text finding, measure, programme;   /* codes; finding and programme may be empty */
    struct text owner;
    struct text due_on;
    enum measure_state state;
    bool is_recommended, has_amount;
    int64_t amount_minor;
    struct text planned_at, planned_by, started_on, delivered_on; /* empty: not yet */
    struct text evidence, attachment_sha256, result, reason;
};

/** A measure as it is planned: codes and texts; empty: not given. */
struct measure_input {
    struct text measure;
    struct text finding;   /* that it answers; empty: the first of the household's that it helps */
    struct text programme; /* empty: the one that pays this measure, where there is one only */
    struct text owner;     /* empty: who plans it */
    struct text due_on;    /* empty: the day that the workflow's clock gives */
    struct text amount;    /* decimal; empty: not known */
};

/**
 * Plan measures for a household: one transaction. Without inputs, all that the policy recommends by
 * the facts as they are and that are not planned yet. One of the same kind for the same finding
 * that is not at its end is left as it is.
 * Owner   ret_rows in arena: those that were added.
 * Errors  BERM_NOT_FOUND (household, measure, finding, programme), BERM_INVALID_INPUT,
 *         BERM_FORBIDDEN, BERM_BUSY.
 */
MUST_USE enum berm_status measures_plan(struct office *office, const struct caller *caller,
                                        const struct actor *actor, struct text household,
                                        const struct measure_input *inputs, size_t count,
                                        struct arena *arena, struct measure_row **ret_rows,
                                        size_t *ret_count, struct berm_error *err);

/** What is done to one. */
enum measure_action {
    MEASURE_START,   /* planned -> under way */
    MEASURE_DELIVER, /* planned, under way -> delivered: evidence and result */
    MEASURE_CANCEL,  /* planned, under way -> cancelled: reason */
    MEASURE_ACTION_COUNT,
};
struct measure_step {
    enum measure_action action;
    struct text on; /* the day; empty: today */
    struct text evidence, result, reason;
    struct text attachment_sha256; /* of a file of the household; empty: none */
};
/** One transaction. The same again changes nothing. Errors: BERM_NOT_FOUND, BERM_CONFLICT (its
 * state does not allow it), BERM_INVALID_INPUT (evidence, result or reason is missing),
 * BERM_FORBIDDEN. */
MUST_USE enum berm_status measure_step(struct office *office, const struct caller *caller,
                                       const struct actor *actor, int64_t measure_id,
                                       const struct measure_step *step, struct arena *arena,
                                       struct measure_row *ret_row, struct berm_error *err);

typedef enum berm_status measure_visitor(void *context, const struct measure_row *row,
                                         struct berm_error *err);
struct measure_filter {
    struct text area, household, owner; /* empty: any */
    bool has_state, is_overdue;         /* overdue: not at its end, and its day is over */
    enum measure_state state;
    int64_t before; /* only those with a lower id; 0: from the newest on */
    int64_t limit;  /* 0: all */
};
/** Newest first, in one snapshot. Errors: BERM_FORBIDDEN, BERM_NOT_FOUND; the visitor's. */
MUST_USE enum berm_status measures_list(struct office *office, const struct caller *caller,
                                        const struct measure_filter *filter, measure_visitor *visit,
                                        void *context, struct berm_error *err);

#endif
