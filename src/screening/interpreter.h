/* One thread's interpreter: batches through the DMN model, row by row. Private to screening. */
#ifndef SCREENING_INTERPRETER_H
#define SCREENING_INTERPRETER_H

#include "screening.h"

enum { RUN_MEMORY_MAX = 64 << 20 };

struct screening_runner {
    const struct screening_program *program;
    struct dmn_run *run;
    struct arena *results; /* what household_result points to; reset for each batch */
    int input_of[INPUT_COUNT];
    /* Where the built-in names stand in the contexts. */
    size_t household_code, household_area, household_size;
    size_t member_code, member_sex, member_birth_date, member_age, member_relation;
    /* Contexts whose values are overwritten for each row: nothing of one row outlives it. */
    struct feel_context household;
    struct feel_value *household_values;
    struct feel_context *members;      /* HOUSEHOLD_MEMBERS_MAX */
    struct feel_value **member_values; /* each made when first needed */
    struct feel_value *member_items;
    char *member_origins; /* "members[1]", ... */
    struct feel_list member_list;
    struct feel_context parameter;
    struct feel_value *parameter_values;
    const struct parameter_set *parameter_source; /* what parameter_values hold now */
    struct feel_value month;
};

/** Before the first row of a batch: its parameter sets may stand where another batch's stood. */
void runner_forget_parameters(struct screening_runner *runner);
/** Reset the run and offer it the row's facts. */
MUST_USE enum berm_status runner_load_row(struct screening_runner *runner,
                                          const struct batch *batch, size_t row,
                                          struct berm_error *err);
/** Merge table rows into findings by code; *ret_found has room for the pack's findings. */
MUST_USE enum berm_status runner_merge_rules(struct screening_runner *runner,
                                             const struct dmn_rule_result *rules, size_t rule_count,
                                             struct text household_code, struct found *found,
                                             size_t *ret_found_count, struct berm_error *err);
/** The finding and severity that a rule gives. */
MUST_USE enum berm_status runner_read_rule(const struct screening_runner *runner,
                                           const struct dmn_rule_result *rule,
                                           struct text household_code, int *ret_finding,
                                           enum severity *ret_severity, struct berm_error *err);
/** Risk level and kind of the household that is loaded, given its findings. */
MUST_USE enum berm_status runner_read_standing(struct screening_runner *runner,
                                               const struct found *found, size_t found_count,
                                               struct arena *arena, enum severity *ret_level,
                                               struct text *ret_kind, struct berm_error *err);

#endif
