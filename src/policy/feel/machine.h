/* Private: the state of one evaluation, shared by the files of the interpreter. */
#ifndef POLICY_FEEL_MACHINE_H
#define POLICY_FEEL_MACHINE_H

#include "policy/feel/value.h"

enum { DEPTH_MAX = 4000 }; /* of nested evaluations: some 200 bytes of stack each */

struct machine {
    struct feel_run *run;
    const struct feel_value *slots;
    struct feel_value *locals;
    struct berm_error *err;
};

MUST_USE enum berm_status evaluate(struct machine *machine, const struct node *node,
                                   struct feel_value *ret_value);

/* Out of line: one file each. */
MUST_USE enum berm_status evaluate_path(struct machine *machine, const struct node *node,
                                        struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_filter(struct machine *machine, const struct node *node,
                                          struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_for(struct machine *machine, const struct node *node,
                                       struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_quantified(struct machine *machine, const struct node *node,
                                              struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_in(struct machine *machine, const struct node *node,
                                      struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_between(struct machine *machine, const struct node *node,
                                           struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_unary(struct machine *machine, const struct node *node,
                                         struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_tests(struct machine *machine, const struct node_list *tests,
                                         const struct feel_value *input,
                                         struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_function(struct machine *machine, const struct node *node,
                                            struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_call(struct machine *machine, const struct node *node,
                                        struct feel_value *ret_value);
MUST_USE enum berm_status evaluate_builtin(struct machine *machine, const struct node *node,
                                           struct feel_value *ret_value);

/** a and b, a or b with marks: false (true) is certain where either side is certainly so. */
MUST_USE enum berm_status join_and(struct feel_run *run, const struct feel_value *a,
                                   const struct feel_value *b, struct feel_value *ret_value,
                                   struct berm_error *err);
MUST_USE enum berm_status join_or(struct feel_run *run, const struct feel_value *a,
                                  const struct feel_value *b, struct feel_value *ret_value,
                                  struct berm_error *err);

MUST_USE enum berm_status trace_read(struct feel_run *run, const struct feel_context *context,
                                     struct text name, const struct feel_value *value,
                                     struct berm_error *err);
/** Traces only numbers, dates, times and durations of the same kind. */
MUST_USE enum berm_status trace_compare(struct feel_run *run, enum comparison comparison,
                                        const struct feel_value *left,
                                        const struct feel_value *right, enum truth truth,
                                        struct berm_error *err);

static inline enum berm_status join_unknown(struct feel_run *run, struct feel_value *value,
                                            const struct feel_unknown *unknown,
                                            struct berm_error *err)
{
    if (unknown == NULL || unknown == value->unknown)
        return BERM_OK;
    return feel_unknown_union(run->arena, value->unknown, unknown, &value->unknown, err);
}

enum berm_status fail_too_many_steps(struct berm_error *err) __attribute__((cold));

static inline enum berm_status count_step(struct feel_run *run, struct berm_error *err)
{
    if (__builtin_expect(run->steps_left != 0, 0) && --run->steps_left == 0) {
        run->steps_left = 1; /* and stays there: whoever goes on fails again */
        return fail_too_many_steps(err);
    }
    return BERM_OK;
}

/** Compare with marks and trace: a COMPARE node, a test, an end of a range. */
static inline enum berm_status compare_values(struct machine *machine, enum comparison comparison,
                                              const struct feel_value *left,
                                              const struct feel_value *right,
                                              struct feel_value *ret_value)
{
    enum truth truth =
        left->kind == FEEL_NUMBER && right->kind == FEEL_NUMBER
            ? truth_of_order(comparison, decimal_compare(left->number, right->number))
            : value_compare(comparison, left, right);
    const struct feel_unknown *left_unknown = left->unknown;
    const struct feel_unknown *right_unknown = right->unknown;

    if (__builtin_expect(left->kind >= FEEL_LIST || right->kind >= FEEL_LIST, 0)) {
        TRY(value_deep_unknown(machine->run->arena, left, &left_unknown, machine->err));
        TRY(value_deep_unknown(machine->run->arena, right, &right_unknown, machine->err));
    }
    if (__builtin_expect(machine->run->trace != NULL, 0))
        TRY(trace_compare(machine->run, comparison, left, right, truth, machine->err));
    *ret_value = value_of_truth(truth);
    ret_value->unknown = left_unknown;
    return join_unknown(machine->run, ret_value, right_unknown, machine->err);
}

#endif
