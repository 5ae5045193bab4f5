/* One thread's state of running a model. Private to policy/dmn. */
#ifndef POLICY_DMN_RUN_H
#define POLICY_DMN_RUN_H

#include "model.h"

/** Values of all nodes: one for the household, a fresh one inside each call of a service. */
struct environment {
    struct feel_value *values;
    uint32_t *stamps; /* a value is there where its stamp is the generation */
    uint32_t generation;
    struct feel_value *const *frames; /* of decisions; NULL: taken from the arena */
};

/** The slots of one piece of logic. */
struct frame {
    struct feel_value *slots;
    uint32_t size;
};

/** Events from start on, before end. */
struct span {
    size_t start;
    size_t end;
};

struct knowledge_closure {
    struct dmn_run *run;
    uint32_t node;
};

struct dmn_run {
    const struct dmn_model *model;
    struct arena *fixed; /* until the run is freed */
    struct arena *arena; /* until the next reset */
    struct feel_run feel;
    struct feel_trace trace;
    bool is_traced;
    struct environment base;
    struct feel_value *inputs; /* by node, as the caller gave them */
    uint32_t *input_stamps;
    uint32_t input_generation;
    struct feel_value *functions; /* by node: knowledge models and services */
    struct span *spans;           /* by node: the events of its own evaluation */
    uint32_t call_depth;
    uint32_t boxed_depth;
    char now[64];
};

/* ---- run.c ----------------------------------------------------------------------------------- */
/** Before each evaluation: a failed one may have left its depth behind. */
void run_start(struct dmn_run *run);

/* ---- evaluate.c ------------------------------------------------------------------------------ */
/** The value of a node in an environment, worked out once. */
MUST_USE enum berm_status node_value(struct dmn_run *run, struct environment *environment,
                                     uint32_t node, struct feel_value *ret_value,
                                     struct berm_error *err);
/** A frame for a node's logic with its requirements in it. */
MUST_USE enum berm_status frame_prepare(struct dmn_run *run, struct environment *environment,
                                        uint32_t node, struct frame *ret_frame,
                                        struct berm_error *err);
/** The value as its type wants it; NULL type: as it is. A mark is never lost. */
MUST_USE enum berm_status value_coerce(struct dmn_run *run, const struct feel_type *type,
                                       struct feel_value value, struct feel_value *ret_value,
                                       struct berm_error *err);
MUST_USE enum berm_status value_add_mark(struct dmn_run *run, struct feel_value *value,
                                         const struct feel_unknown *mark, struct berm_error *err);
MUST_USE enum berm_status value_list(struct dmn_run *run, const struct feel_value *items,
                                     size_t count, struct feel_value *ret_list,
                                     struct berm_error *err);
MUST_USE enum berm_status value_array(struct dmn_run *run, size_t count,
                                      struct feel_value **ret_values, struct berm_error *err);

/* ---- call.c ---------------------------------------------------------------------------------- */
MUST_USE enum berm_status functions_create(struct dmn_run *run, struct berm_error *err);
/** An environment of its own for a service whose parameters have the given values. */
MUST_USE enum berm_status service_enter(struct dmn_run *run, uint32_t service,
                                        const struct feel_value *arguments,
                                        struct environment *ret_environment,
                                        struct berm_error *err);
/** The value of a boxed function definition: it keeps a copy of the frame. */
MUST_USE enum berm_status function_value(struct dmn_run *run, const struct frame *frame,
                                         const struct boxed_function *function, uint32_t own_slot,
                                         struct feel_value *ret_value, struct berm_error *err);

/* ---- boxed_run.c, loops_run.c ---------------------------------------------------------------- */
MUST_USE enum berm_status formula_evaluate(struct dmn_run *run, const struct frame *frame,
                                           const struct formula *formula,
                                           struct feel_value *ret_value, struct berm_error *err);
MUST_USE enum berm_status boxed_evaluate(struct dmn_run *run, const struct frame *frame,
                                         const struct boxed *boxed, struct feel_value *ret_value,
                                         struct berm_error *err);
MUST_USE enum berm_status loop_evaluate(struct dmn_run *run, const struct frame *frame,
                                        const struct boxed *boxed, struct feel_value *ret_value,
                                        struct berm_error *err);

/* ---- table_run.c ----------------------------------------------------------------------------- */
/** Column values of one run of a table, worked out when the first cell asks. */
struct columns {
    struct feel_value *values;
    struct span *spans; /* their events; NULL where not traced */
    uint64_t is_known[DMN_COLUMNS_MAX / 64];
};

/** What testing a rule gave. */
struct hit {
    uint32_t rule;
    bool is_match;                   /* every cell true, marked or not: plain DMN's match */
    const struct feel_unknown *mark; /* not NULL: undetermined */
    struct span *cell_spans;         /* events of the cells' own tests; NULL where not traced */
};

MUST_USE enum berm_status columns_start(struct dmn_run *run, const struct table *table,
                                        struct columns *ret_columns, struct berm_error *err);
/** What a test that gives neither true nor false, though nothing is missing, stands for. */
enum null_answer {
    NULL_IS_FALSE,        /* plain DMN */
    NULL_IS_UNDETERMINED, /* findings: unknown is not safe */
};

/** Test a rule; false in *ret_is_hit where some cell is definitely false. */
MUST_USE enum berm_status rule_test(struct dmn_run *run, const struct frame *frame,
                                    const struct table *table, struct columns *columns,
                                    uint32_t rule, enum null_answer null_answer,
                                    struct hit *ret_hit, bool *ret_is_hit, struct berm_error *err);
MUST_USE enum berm_status rule_output(struct dmn_run *run, const struct frame *frame,
                                      const struct table *table, uint32_t rule, size_t output,
                                      struct feel_value *ret_value, struct berm_error *err);
MUST_USE enum berm_status table_evaluate(struct dmn_run *run, const struct frame *frame,
                                         const struct table *table, struct feel_value *ret_value,
                                         struct berm_error *err);

/* ---- hit_policy.c ---------------------------------------------------------------------------- */
/** The outcome of a table from its hits in rule order. */
MUST_USE enum berm_status hits_outcome(struct dmn_run *run, const struct frame *frame,
                                       const struct table *table, const struct hit *hits,
                                       size_t hit_count, struct feel_value *ret_value,
                                       struct berm_error *err);

#endif
