/*
 * DMN models: read XML once into an immutable model, then run its decisions, one thread per run.
 *
 * Files by stage: reader (XML to model), types (item definitions), boxed (boxed expressions), table
 * (decision tables), graph (requirements, order of evaluation), run; check (gaps, overlaps,
 * unreachable rows); tck (the conformance runner).
 */
#ifndef POLICY_DMN_DMN_H
#define POLICY_DMN_DMN_H

#include "policy/feel/feel.h"

struct dmn_model;

struct dmn_read_options {
    enum feel_strictness strictness; /* FEEL_STRICT for packs, FEEL_LENIENT for the TCK */
    /** Declared types for input data without typeRef, by name (packs: household, members, ...); may
     * be NULL. */
    const struct feel_type_member *input_types;
    size_t input_type_count;
    /** Reads an imported model's text by its locationURI or namespace; NULL: imports are refused.
     */
    MUST_USE enum berm_status (*load_import)(void *context, struct text location,
                                             struct text name_space, struct arena *arena,
                                             struct text *ret_xml, struct berm_error *err);
    void *load_context;
};

/**
 * Read a DMN 1.1 to 1.5 model and compile its expressions.
 * Owner   the model lives in arena; immutable, shared by threads.
 * Errors  BERM_INVALID_INPUT with line and column of the XML file and the name of the decision,
 * table row and cell (not well-formed, external entity or document type refused, missing logic
 * where strict, circular requirement, FEEL errors); BERM_LIMIT; BERM_NO_MEMORY. Source  DMN 1.5
 * chapters 6 to 10 and 12.
 */
MUST_USE enum berm_status dmn_model_read(struct arena *arena, struct text xml,
                                         const struct dmn_read_options *options,
                                         const struct dmn_model **ret_model,
                                         struct berm_error *err);

size_t dmn_input_count(const struct dmn_model *model);
struct text dmn_input_name(const struct dmn_model *model, size_t input);
const struct feel_type *dmn_input_type(const struct dmn_model *model, size_t input);
int dmn_input_find(const struct dmn_model *model, struct text name); /* -1: none */
size_t dmn_decision_count(const struct dmn_model *model);
struct text dmn_decision_name(const struct dmn_model *model, size_t decision);
struct text dmn_decision_id(const struct dmn_model *model, size_t decision);
int dmn_decision_find(const struct dmn_model *model,
                      struct text name); /* by name, else by id; -1 */

/** Every "input.entry" that the model reads anywhere: the entries that must be materialised. An
 * empty entry: the input is used as a whole, and all of its entries may be read. */
typedef void dmn_input_entry_visitor(void *context, size_t input, struct text entry);
void dmn_visit_input_entries(const struct dmn_model *model, dmn_input_entry_visitor *visit,
                             void *context);

/** A decision table's face, for explaining and for checking; is_table false for other logic. */
struct dmn_table_info {
    bool is_table;
    size_t input_count;
    size_t output_count;
    size_t rule_count;
};
struct dmn_table_info dmn_table_info(const struct dmn_model *model, size_t decision);
struct text dmn_table_output_name(const struct dmn_model *model, size_t decision, size_t output);
struct text dmn_table_input_text(const struct dmn_model *model, size_t decision, size_t input);
struct text dmn_table_cell_text(const struct dmn_model *model, size_t decision, size_t rule,
                                size_t input);
struct text dmn_table_rule_note(const struct dmn_model *model, size_t decision,
                                size_t rule); /* description or first annotation */
/** The rule's first annotation, or empty; packs write the reason in their second language there. */
struct text dmn_table_rule_annotation(const struct dmn_model *model, size_t decision, size_t rule);

/* ---- Running --------------------------------------------------------------------------------- */

struct dmn_run;

/** One thread's; memory_cap_bytes bounds what one evaluation may use. */
MUST_USE enum berm_status dmn_run_create(const struct dmn_model *model, size_t memory_cap_bytes,
                                         struct dmn_run **ret_run, struct berm_error *err);
void dmn_run_free(struct dmn_run *run);
void dmn_run_freep(struct dmn_run **run);

/** Forget inputs, results and trace: the next household. Cheap. */
void dmn_run_reset(struct dmn_run *run);
/** Where the caller may put input values that live until the next reset. */
struct arena *dmn_run_arena(struct dmn_run *run);
void dmn_run_set_input(struct dmn_run *run, size_t input, struct feel_value value);
/** Turn tracing on or off for what is evaluated from here on (packs: explanations). Turned on, it
 * forgets results (not inputs), so that decisions are evaluated again and leave their events. */
void dmn_run_set_trace(struct dmn_run *run, bool is_traced);
void dmn_run_set_now(struct dmn_run *run, struct text now);

/** Evaluate a decision and what it requires; each is evaluated at most once until the reset. */
MUST_USE enum berm_status dmn_run_decision(struct dmn_run *run, size_t decision,
                                           struct feel_value *ret_value, struct berm_error *err);

enum dmn_rule_state {
    DMN_RULE_FALSE,
    DMN_RULE_MATCHED,
    DMN_RULE_UNDETERMINED, /* nowhere definitely false, somewhere unknown */
};

/** One cell of a rule as it was evaluated while tracing. */
struct dmn_cell_trace {
    struct text input_text;  /* the column's expression, "household.income per head" */
    struct text test_text;   /* the cell, "< parameter.line" */
    struct feel_value input; /* the column's value for this household */
    const struct feel_trace_event *events; /* reads and comparisons made for input and cell, those
                                              of required decisions included, in order */
    size_t event_count;
};

struct dmn_rule_result {
    size_t rule; /* from 0 */
    enum dmn_rule_state state;
    const struct feel_unknown *unknown; /* UNDETERMINED: what is missing */
    const struct feel_value *outputs;   /* one for each output column; may carry marks */
    const struct dmn_cell_trace *cells; /* NULL unless tracing; "-" cells are left out */
    size_t cell_count;
};

/**
 * Evaluate a decision table row by row, whatever its hit policy: every rule that is not false, in
 * rule order. A findings table is read this way. A test that fails to give true or false (a
 * division by zero, a text compared with a number) makes its rule undetermined, with the column as
 * what is missing: plain DMN would take it for false.
 * Owner   ret_rules lives until the next reset.
 * Errors  BERM_INVALID_INPUT (the decision is no table), BERM_LIMIT, BERM_NO_MEMORY.
 */
MUST_USE enum berm_status dmn_run_table_rules(struct dmn_run *run, size_t decision,
                                              const struct dmn_rule_result **ret_rules,
                                              size_t *ret_count, struct berm_error *err);

/* ---- Checking and conformance ---------------------------------------------------------------- */

/** Called for each thing that a policy author should look at. severity: "error" or "warning". */
typedef void dmn_check_report(void *context, const char *severity, struct text decision, int rule,
                              const char *message);
/** Gaps and overlaps in tables (where hit policy forbids them), unreachable rows, outputs not
 * allowed. */
MUST_USE enum berm_status dmn_check(const struct dmn_model *model, dmn_check_report *report,
                                    void *context, struct berm_error *err);

struct dmn_tck_score {
    size_t passed;
    size_t total;
    size_t value_passed; /* of the cases whose expected value is not nil */
    size_t value_total;
};
/**
 * Run every TCK test file below a folder. report gets a line for each failure
 * ("folder/file.xml case 003 'Decision': expected 1, got null"); result nodes count one each.
 * Errors  BERM_NOT_FOUND (no test file), BERM_IO.
 */
typedef void dmn_tck_report(void *context, const char *line);
MUST_USE enum berm_status dmn_tck_run(const char *folder, dmn_tck_report *report, void *context,
                                      struct dmn_tck_score *ret_score, struct berm_error *err);

#endif
