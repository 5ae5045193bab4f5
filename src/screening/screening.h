/*
 * Screening: every household, every month, against a policy.
 *
 * Files by stage: program (what a policy needs of the register, and what it gives), batch
 * (households as columns), interpreter (batches through the DMN interpreter; a column kernel would
 * stand beside it), entitling (programmes), spells (differences between months), explanation (why,
 * from the trace), evidence (the reason as JSON), sentences (the reason in plain words).
 */
#ifndef SCREENING_SCREENING_H
#define SCREENING_SCREENING_H

#include "pack/pack.h"

/* ---- Program --------------------------------------------------------------------------------- */

enum severity {
    SEVERITY_NONE,
    SEVERITY_UNDETERMINED, /* of a household: nothing found for certain, facts are missing */
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL,
    SEVERITY_COUNT,
};
const char *severity_name(enum severity severity);
bool severity_find(struct text name, enum severity *ret_severity);

/** A flow in one of its windows: one column. */
struct window_need {
    int flow; /* position among the dictionary's flows */
    enum flow_window window;
    size_t entry; /* position of its name in the household context */
};

/** A variable and the position of its name in the context that rules see. */
struct variable_need {
    int variable; /* position inside its entity */
    size_t entry;
};

/**
 * What one policy needs of the register for one month, and what its answers mean. Immutable, shared
 * by threads; lives in the arena that it was created in, as long as the pack.
 */
struct screening_program {
    const struct pack *pack;
    month_number month;
    struct variable_need *household;
    size_t household_count;
    struct variable_need *person;
    size_t person_count;
    struct window_need *windows;
    size_t window_count;
    int *flows; /* the flows that any window reads, by position */
    size_t flow_count;
    int months_back; /* the first month read is month - months_back */
    int code_output; /* columns of the findings table */
    int severity_output;
    /* Layout of the contexts: names in the order of the declared types. */
    struct text *entry_names[INPUT_MONTH]; /* household, members, parameter */
    size_t entry_count[INPUT_MONTH];
    const struct feel_unknown **entry_unknown[INPUT_MONTH];
    const struct feel_unknown *no_members; /* the mark of a household with nobody on record */
    struct feel_value *
        *choice_values; /* by variable of the dictionary: one string for each choice */
};

MUST_USE enum berm_status screening_program_create(struct arena *arena, const struct pack *pack,
                                                   month_number month,
                                                   const struct screening_program **ret_program,
                                                   struct berm_error *err);

/* ---- Batch ----------------------------------------------------------------------------------- */

enum { BATCH_ROWS_MAX = 2048 };

/** numbers as in struct field_value; texts only for TEXT and SELECT_MULTIPLE (others NULL). */
struct column {
    bool *is_known;
    int64_t *numbers;
    struct text *texts;
    size_t capacity;
};

/** The value of every parameter for one area, in the order of the pack's parameter names. */
struct parameter_set {
    const struct field_value *values; /* number in millionths */
};

/** Households as columns. Grows; cleared and filled again by one thread. */
struct batch {
    const struct screening_program *program;
    struct arena *arena; /* texts of the rows; reset by batch_clear */
    size_t row_count;
    int64_t household_id[BATCH_ROWS_MAX];
    struct text code[BATCH_ROWS_MAX];
    struct text area_code[BATCH_ROWS_MAX];
    int place[BATCH_ROWS_MAX]; /* the loader's own number of the area; -1: none */
    const struct parameter_set *parameters[BATCH_ROWS_MAX];
    size_t member_first[BATCH_ROWS_MAX + 1];
    struct column *household; /* program->household_count */
    struct column *windows;   /* program->window_count */
    struct column *person;    /* program->person_count */
    size_t member_capacity;
    struct text *member_code;
    int64_t *member_person_id;    /* set by who loads; 0: not known */
    struct text *member_sex;      /* empty: unknown */
    struct text *member_relation; /* empty: unknown */
    bool *member_has_birth_date;
    date_days *member_birth_date;
};

MUST_USE enum berm_status batch_create(const struct screening_program *program,
                                       struct batch **ret_batch, struct berm_error *err);
void batch_free(struct batch *batch);
void batch_freep(struct batch **batch);
void batch_clear(struct batch *batch);
/** A new row with no members and everything unknown. Errors: BERM_LIMIT (full). Texts are copied.
 */
MUST_USE enum berm_status batch_add_household(struct batch *batch, int64_t household_id,
                                              struct text code, struct text area_code, int place,
                                              const struct parameter_set *parameters,
                                              struct berm_error *err);
/** A member of the last row; *ret_member is its position in the member columns. Errors: BERM_LIMIT.
 */
MUST_USE enum berm_status batch_add_member(struct batch *batch, struct text code, struct text sex,
                                           struct text relation, bool has_birth_date,
                                           date_days birth_date, size_t *ret_member,
                                           struct berm_error *err);
/** The value of a row; its text is copied into arena. */
MUST_USE enum berm_status column_set(struct column *column, size_t row, struct field_value value,
                                     struct arena *arena, struct berm_error *err);
/** Compute the windows of a row from its months; flows in the order of program->flows. */
void batch_set_flows(struct batch *batch, size_t row, const struct flow_months *flows);

/**
 * A case's facts as one more row.
 * Owner   the program must be made for the case's month.
 * Errors  BERM_LIMIT (the batch is full, too many members or reports).
 */
MUST_USE enum berm_status batch_add_case(struct batch *batch, const struct pack_case *pack_case,
                                         struct berm_error *err);

/* ---- Running --------------------------------------------------------------------------------- */

struct found {
    uint16_t finding; /* position in the pack's findings */
    uint8_t severity; /* enum severity */
    bool is_undetermined;
};

struct household_result {
    const struct found *found; /* by finding; each once */
    size_t found_count;
    enum severity risk_level;
    struct text kind; /* empty: none */
};

/** One thread's engine. */
struct screening_runner;

MUST_USE enum berm_status screening_runner_create(const struct screening_program *program,
                                                  struct screening_runner **ret_runner,
                                                  struct berm_error *err);
void screening_runner_free(struct screening_runner *runner);
void screening_runner_freep(struct screening_runner **runner);

/**
 * Decide every household of a batch.
 * Shape   ret_results: batch->row_count.
 * Owner   what results point to lives until the next call with this runner.
 * Errors  BERM_INVALID_INPUT (the policy gave a code or severity that the pack does not have),
 *         BERM_LIMIT, BERM_NO_MEMORY.
 * Source  DESIGN: "Undetermined never clears a finding".
 */
MUST_USE enum berm_status screening_run_batch(struct screening_runner *runner,
                                              const struct batch *batch,
                                              struct household_result *ret_results,
                                              struct berm_error *err);

/** A decision's number for each row; is_known false where it is null or no number. For statistics.
 */
struct figure_value {
    bool is_known;
    double number;
};
MUST_USE enum berm_status screening_run_figures(struct screening_runner *runner,
                                                const struct batch *batch, const int *decisions,
                                                size_t decision_count,
                                                struct figure_value *ret_values,
                                                struct berm_error *err);

/**
 * One decision of one row. Owner: ret_value lives in arena; null, with the mark of what is missing,
 * where it cannot be told.
 */
MUST_USE enum berm_status screening_decide(struct screening_runner *runner,
                                           const struct batch *batch, size_t row, int decision,
                                           struct arena *arena, struct feel_value *ret_value,
                                           struct berm_error *err);

/* ---- Programmes ------------------------------------------------------------------------------ */

enum entitled { ENTITLED_NO, ENTITLED_YES, ENTITLED_UNKNOWN };

/** What the policy says of a programme and a household, or one of its members. */
struct programme_answer {
    const struct programme *programme;
    size_t member; /* TARGET_PERSON: position among the household's members; else 0 */
    enum entitled entitled;
    int64_t amount_minor;       /* ENTITLED_YES: more than 0, for a whole period */
    const struct text *missing; /* ENTITLED_UNKNOWN: the facts without which nobody can tell */
    size_t missing_count;
};

/**
 * Decide programmes for one row: an answer for the household, or for each member, in the order of
 * programmes.
 * Owner   ret_answers in arena.
 * Errors  BERM_INVALID_INPUT (a decision gives no boolean, or no amount), BERM_NO_MEMORY.
 */
MUST_USE enum berm_status screening_decide_programmes(struct screening_runner *runner,
                                                      const struct batch *batch, size_t row,
                                                      const struct programme *const *programmes,
                                                      size_t programme_count, struct arena *arena,
                                                      struct programme_answer **ret_answers,
                                                      size_t *ret_count, struct berm_error *err);
/* ---- Spells ---------------------------------------------------------------------------------- */

/** A finding that is open in the register before this run. */
struct open_finding {
    int64_t finding_id;
    int finding; /* -1: a code that the pack no longer has */
    uint8_t severity;
    bool is_undetermined;
};

/** What becomes of a household's spells: the same length or shorter than what goes in. */
struct spell_changes {
    const int64_t *closed; /* finding_ids */
    size_t closed_count;
    const size_t *opened; /* positions in result->found */
    size_t opened_count;
    size_t unchanged_count;
    enum severity kept_severity; /* worst of the certain spells that stay though they cannot be told
                                    now; SEVERITY_NONE: there is none */
};

/**
 * Compare what is open with what was found. A spell ends when its finding is gone, or when its
 * severity or its certainty changed (then another begins). closed and opened must have room.
 */
void spells_compare(const struct open_finding *open, size_t open_count,
                    const struct household_result *result, int64_t *closed, size_t *opened,
                    struct spell_changes *ret_changes);

/* ---- Explanation ----------------------------------------------------------------------------- */

struct explained_read {
    struct text name;     /* "household.wage_income_12m", "members[1].age" */
    size_t origin_length; /* of "household" in it */
    struct feel_value value;
};

struct explained_condition {
    struct text input; /* the column's expression */
    struct text test;  /* the cell */
    struct feel_value value;
    bool has_threshold;
    struct text comparison; /* "<", ... */
    struct feel_value threshold;
    struct feel_value distance; /* number, or days for dates */
};

struct explained_rule {
    size_t row;          /* from 1 */
    struct text note;    /* the row's description */
    struct text note_zh; /* its annotation; may be empty */
    enum severity severity;
    const struct explained_condition *conditions;
    size_t condition_count;
    const struct explained_read *reads;
    size_t read_count;
};

struct explained_finding {
    const struct finding_info *info;
    enum severity severity;
    bool is_undetermined;
    const struct explained_rule *rules;
    size_t rule_count;
    const struct text *missing;
    size_t missing_count;
};

struct explained_figure {
    struct text decision;
    struct feel_value value;
};

struct explanation {
    const struct explained_finding *findings;
    size_t finding_count;
    enum severity risk_level;
    struct text kind;
    const struct explained_figure *figures;
    size_t figure_count;
    const struct measure_info *const *measures;
    size_t measure_count;
};

/**
 * Why: the row once more, with a trace.
 * Owner   ret_explanation lives in arena. Its findings are those of screening_run_batch, in that
 * order.
 */
MUST_USE enum berm_status
screening_explain(struct screening_runner *runner, const struct batch *batch, size_t row,
                  struct arena *arena, struct explanation *ret_explanation, struct berm_error *err);

/** The reason that is stored with a finding: docs/reference/evidence.md. */
void evidence_write(const struct screening_program *program,
                    const struct explained_finding *finding, struct json_writer *json);

enum language { LANGUAGE_ENGLISH, LANGUAGE_CHINESE };
/** The text of that language; the English one where there is no Chinese one. */
struct text language_pick(enum language language, struct text en, struct text zh);
/** The finding in plain sentences, each on a line of its own, and what would clear it. */
void sentences_write(const struct screening_program *program,
                     const struct explained_finding *finding, enum language language,
                     struct buffer *out);
/** The same for those whom it concerns: the values and limits, without rules and without what
 * clears it; line ends between, none at the end. */
void sentences_write_brief(const struct screening_program *program,
                           const struct explained_finding *finding, enum language language,
                           struct buffer *out);
/** One of the pack's figures of a household: what it is called, and its value as people read it. */
struct text figure_label(const struct screening_program *program,
                         const struct explained_figure *figure, enum language language);
void figure_write_value(const struct screening_program *program,
                        const struct explained_figure *figure, enum language language,
                        struct buffer *out);
/** All of them, a line each. */
void figures_write(const struct screening_program *program, const struct explanation *explanation,
                   enum language language, struct buffer *out);

#endif
