/*
 * Reading cases: work lists, one case with what may be done, the account of problems, and steps
 * taken for thousands of cases at once. Part of the service's face; its files are in casework/.
 *
 *   list.c     work lists, worst first, in pages; counts of the same
 *   show.c     a household's cases with their leads, steps and proofs, and what may be done now
 *   account.c  the account of problems: found, open, eliminated, struck off, left
 *   bulk.c     the same for many cases at once;  bulk_order.c: as a job's task
 */
#ifndef SERVICE_CASE_LIST_H
#define SERVICE_CASE_LIST_H

#include "service/casework.h"
#include "service/find.h"
#include "service/progress.h"

/* ---- Work lists ------------------------------------------------------------------------------ */

/** Which open cases; empty texts: any. */
struct case_filter {
    struct text area;   /* code: only there and below */
    struct text worker; /* account that looks after them */
    bool is_unassigned; /* nobody looks after them */
    struct text state;  /* of the workflow */
    struct text stage;  /* case_stage_name */
    struct text kind;   /* of household, when it came to be monitored */
    struct text source; /* a lead of theirs came from there */
    bool is_overdue;    /* the day on which something was due is past */
    bool has_due_by;    /* something is due on this day or before */
    date_days due_by;
};

struct case_row {
    struct text household, area, area_name, area_name_en;
    int64_t case_id;
    struct text state, stage, kind;
    const struct workflow_state *state_info; /* NULL: the pack no longer has the state */
    enum severity severity;
    struct text entered_on;
    struct text due_on, due_action; /* empty: nothing is due */
    int64_t overdue_days;           /* 0: it is not */
    struct text worker;             /* empty: nobody */
    int64_t step_count;
};
typedef enum berm_status case_visitor(void *context, const struct case_row *row,
                                      struct berm_error *err);

/**
 * A page of open cases, the worst first: by severity, then by what has been due for longest.
 * Shape   limit: 1 to FIND_LIMIT_MAX, 0 for FIND_LIMIT_DEFAULT; cursor: where the page before
 *         ended, empty for the first.
 * Owner   *ret_next is a slice of next; empty: there is no more.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND (area), BERM_INVALID_INPUT (the cursor; a state, stage or
 *         source that there is none of, with a suggestion); the visitor's.
 */
MUST_USE enum berm_status cases_list(struct office *office, const struct caller *caller,
                                     const struct case_filter *filter, int64_t limit,
                                     struct text cursor, case_visitor *visit, void *context,
                                     char next[CURSOR_TEXT_MAX], struct text *ret_next,
                                     struct berm_error *err);

struct case_count {
    struct text state, stage;
    const struct workflow_state *state_info;
    enum severity severity;
    int64_t cases, overdue;
};
typedef enum berm_status case_count_visitor(void *context, const struct case_count *count,
                                            struct berm_error *err);
/** How many a list with this filter has, by state and severity. Errors: as cases_list. */
MUST_USE enum berm_status cases_count(struct office *office, const struct caller *caller,
                                      const struct case_filter *filter, case_count_visitor *visit,
                                      void *context, struct berm_error *err);

/* ---- One household's case -------------------------------------------------------------------- */

/** Texts that the caller may not see are HIDDEN_VALUE. */
struct case_lead_row {
    int64_t lead_id;
    struct text source, code, note, received_at, received_by;
    struct text label_en, label_zh; /* of the finding or warning; the code where it is neither */
    enum severity severity;
    int64_t case_id;
};
struct case_step_row {
    int64_t step_number;
    struct text on_day, actor, role, action, from_state, to_state, reason;
    const struct workflow_step *info; /* NULL: the pack no longer has the step */
};
struct case_proof_row {
    int64_t proof_number;
    struct text kind, on_day, given_by, note;
    struct text settled_at, settled_by, settlement; /* of an objection; empty: it is open */
};

/** A step of the state that the case is in. */
struct case_option {
    const struct workflow_step *step;
    bool has_role; /* the caller holds the step's role there */
    need_set missing;
    bool has_due;
    date_days due;
};

struct case_shown {
    struct case_row head;
    struct text opened_at, opened_by, monitored_on, ended_on;
    bool shows_sensitive; /* a lead tells of a sensitive warning: showing it is a look (look.h) */
    const struct case_lead_row *leads;
    const struct case_step_row *steps;
    const struct case_proof_row *proofs;
    const struct case_option *options; /* of the open case */
    size_t lead_count, step_count, proof_count, option_count;
};

/**
 * The open case of a household, else the one that ended last, with its leads, steps and proofs, and
 * of each step of its state whether the caller may take it now and what is missing.
 * Owner   ret_shown in call->arena.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND (household; it has no case).
 */
MUST_USE enum berm_status case_show(const struct case_call *call, struct text household,
                                    struct case_shown *ret_shown, struct berm_error *err);

/* ---- Many cases at once ---------------------------------------------------------------------- */

enum { CASE_BULK_MAX = 100000, CASE_BULK_CODES_MAX = 10000 };

/** A step, or who looks after them, for the cases of these households, or of a filter. */
struct case_bulk_order {
    bool is_assignment;
    struct text action, reason;    /* of a step */
    struct text worker;            /* of an assignment; empty: nobody */
    const struct text *households; /* codes */
    size_t household_count;
    bool has_filter; /* those of the filter instead of a list */
    struct case_filter filter;
};
/** What came of one. */
struct case_bulk_line {
    struct text household;
    bool is_done;
    struct berm_error error; /* where it is not: why, with the remedy */
};
struct case_bulk_result {
    int64_t done, refused;
};
struct case_bulk_options {
    struct case_bulk_order order;
    void *context; /* of the calls below */
    /** Each line, in order; nothing lasts before the end. */
    enum berm_status (*visit)(void *context, const struct case_bulk_line *line,
                              struct berm_error *err);
    progress_report *progress; /* NULL is fine */
    /** Inside the work's transaction, when all is done. NULL is fine. */
    enum berm_status (*before_commit)(void *context, const struct case_bulk_result *result,
                                      struct berm_error *err);
};
/**
 * Do it to all of them, whole or not at all: what is refused to one is told in its line and hurts
 * no other; a stop, a failure of the store or a kill leaves nothing.
 * Errors  BERM_INVALID_INPUT, BERM_FORBIDDEN, BERM_LIMIT (more than CASE_BULK_MAX), BERM_BUSY,
 *         BERM_CANCELLED (by progress); the visitor's.
 */
MUST_USE enum berm_status cases_do_all(struct office *office, const struct caller *caller,
                                       const struct actor *actor,
                                       const struct case_bulk_options *options, struct arena *arena,
                                       struct case_bulk_result *ret_result, struct berm_error *err);
/** The order as a job's task, and back. */
void case_bulk_order_write(const struct case_bulk_order *order, struct json_writer *json);
MUST_USE enum berm_status case_bulk_order_read(struct text task, struct arena *arena,
                                               struct case_bulk_order *ret_order,
                                               struct berm_error *err);

/* ---- The account of problems ----------------------------------------------------------------- */

/**
 * Households by what became of them, from the steps on record:
 * carried + found = open + eliminated + struck_off + left.
 */
struct case_account_row {
    struct text area, name, name_en;
    int64_t carried; /* open or eliminated when the time began */
    int64_t found;   /* came to be monitored in the time */
    int64_t open;    /* monitored at its end, or elimination under way */
    int64_t eliminated;
    int64_t struck_off, left; /* in the time */
};
bool case_account_row_balances(const struct case_account_row *row);

struct case_account_table {
    struct case_account_row total;
    const struct case_account_row *parts; /* the area's children; itself for what lies in none */
    size_t part_count;
};

/**
 * The account of an area (code; empty: all of the caller's) and its parts.
 * Shape   from, to: the days that it is of, both included; NULL: from the beginning, to the last
 *         step on record.
 * Owner   ret_account in arena.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND (area), BERM_INVALID_INPUT (to before from).
 */
MUST_USE enum berm_status case_accounts_compute(struct office *office, const struct caller *caller,
                                                struct text area, const date_days *from,
                                                const date_days *to, struct arena *arena,
                                                struct case_account_table *ret_account,
                                                struct berm_error *err);

/** An area's account since the beginning, as it stood at the end of each month. */
struct case_account_month {
    month_number month;
    struct case_account account;
};
MUST_USE enum berm_status case_accounts_by_month(struct office *office, const struct caller *caller,
                                                 struct text area, month_number first,
                                                 month_number last, struct arena *arena,
                                                 const struct case_account_month **ret_rows,
                                                 size_t *ret_count, struct berm_error *err);

#endif
