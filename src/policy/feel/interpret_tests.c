/*
 * Tests: "in", "between" and the unary tests of decision tables.
 *
 * A list of tests is a disjunction: true for certain where one of them is, whatever is unknown
 * about the others. Comparisons with a constant, which most cells are, make no range first.
 */
#include "policy/feel/machine.h"

/** value in range, with one trace event for each end tested. */
static enum berm_status test_range(struct machine *machine, const struct feel_value *input,
                                   const struct feel_range *range, struct feel_value *ret_value)
{
    struct feel_value upper;

    if (range->form != 0)
        return compare_values(machine, range->form == '=' ? COMPARISON_EQUAL : COMPARISON_NOT_EQUAL,
                              input, &range->start, ret_value);
    *ret_value = feel_boolean(true);
    if (input->kind == FEEL_NULL) {
        *ret_value = feel_null();
        ret_value->unknown = input->unknown;
        return BERM_OK;
    }
    if (range->start.kind != FEEL_NULL)
        TRY(compare_values(machine,
                           range->is_start_included ? COMPARISON_GREATER_EQUAL : COMPARISON_GREATER,
                           input, &range->start, ret_value));
    if (range->end.kind == FEEL_NULL)
        return BERM_OK;
    if (ret_value->kind == FEEL_BOOLEAN && !ret_value->boolean && ret_value->unknown == NULL)
        return BERM_OK;
    TRY(compare_values(machine, range->is_end_included ? COMPARISON_LESS_EQUAL : COMPARISON_LESS,
                       input, &range->end, &upper));
    struct feel_value lower = *ret_value;
    return join_and(machine->run, &lower, &upper, ret_value, machine->err);
}

/** input in a value: equal to it, in the range, or in an element of the list. */
static enum berm_status test_value(struct machine *machine, const struct feel_value *input,
                                   const struct feel_value *value, struct feel_value *ret_value)
{
    if (value->kind == FEEL_RANGE && input->kind != FEEL_RANGE) {
        TRY(test_range(machine, input, value->range, ret_value));
        return join_unknown(machine->run, ret_value, value->unknown, machine->err);
    }
    if (value->kind != FEEL_LIST)
        return compare_values(machine, COMPARISON_EQUAL, input, value, ret_value);

    const struct feel_unknown *list_unknown = value->unknown;
    struct feel_value answer = feel_boolean(false);

    if (input->kind == FEEL_LIST) {
        TRY(compare_values(machine, COMPARISON_EQUAL, input, value, &answer));
        if (truth_of_value(&answer) == TRUTH_NULL)
            answer.kind = FEEL_BOOLEAN, answer.boolean = false;
    }
    for (size_t i = 0; i < value->list->count; i++) {
        const struct feel_value *item = &value->list->items[i];
        struct feel_value one;
        struct feel_value before = answer;

        TRY(count_step(machine->run, machine->err));
        if (item->kind == FEEL_RANGE && input->kind != FEEL_RANGE)
            TRY(test_range(machine, input, item->range, &one));
        else
            TRY(compare_values(machine, COMPARISON_EQUAL, input, item, &one));
        TRY(join_unknown(machine->run, &one, item->unknown, machine->err));
        if (one.kind == FEEL_NULL && input->kind != FEEL_NULL) { /* another kind: not it */
            one.kind = FEEL_BOOLEAN;
            one.boolean = false;
        }
        TRY(join_or(machine->run, &before, &one, &answer, machine->err));
        if (answer.kind == FEEL_BOOLEAN && answer.boolean && answer.unknown == NULL)
            break;
    }
    if (value->list->count == 0) /* a missing input might be the empty list */
        TRY(join_unknown(machine->run, &answer, input->unknown, machine->err));
    TRY(join_unknown(machine->run, &answer, list_unknown, machine->err));
    *ret_value = answer;
    return BERM_OK;
}

/** An expression with "?" that is boolean is the answer itself; so is one without "?" where the
 * input is no boolean to compare it with. */
static bool is_answer(const struct node *test, const struct feel_value *value,
                      const struct feel_value *input)
{
    if (value->kind == FEEL_NULL)
        return test->uses_input;
    if (value->kind != FEEL_BOOLEAN)
        return false;
    if (test->uses_input)
        return true;
    return test->kind != NODE_CONSTANT && input->kind != FEEL_BOOLEAN;
}

static enum berm_status evaluate_test(struct machine *machine, const struct node *test,
                                      const struct feel_value *input, struct feel_value *ret_value)
{
    struct feel_value value;

    if (test->kind == NODE_UNARY) {
        if (test->a->kind == NODE_CONSTANT)
            return compare_values(machine, (enum comparison)test->detail, input, &test->a->value,
                                  ret_value);
        TRY(evaluate(machine, test->a, &value));
        return compare_values(machine, (enum comparison)test->detail, input, &value, ret_value);
    }
    if (test->kind == NODE_CONSTANT && test->value.kind != FEEL_NULL)
        return test_value(machine, input, &test->value, ret_value);
    if (test->kind == NODE_CONSTANT && test->detail == CONSTANT_IS_LITERAL) {
        /* null written out: known even where the input is missing */
        *ret_value = feel_boolean(input->kind == FEEL_NULL);
        if (input->kind != FEEL_NULL)
            ret_value->unknown = input->unknown;
        return BERM_OK;
    }
    TRY(evaluate(machine, test, &value));
    if (is_answer(test, &value, input)) {
        *ret_value = value;
        /* Without "?" the input's kind decided that there is nothing to compare. */
        return join_unknown(machine->run, ret_value, test->uses_input ? NULL : input->unknown,
                            machine->err);
    }
    if (value.kind == FEEL_NULL) {
        /* No value to compare with: equal to nothing but null. */
        *ret_value = input->kind == FEEL_NULL ? feel_boolean(true) : feel_null();
        ret_value->unknown = input->unknown;
        return join_unknown(machine->run, ret_value, value.unknown, machine->err);
    }
    return test_value(machine, input, &value, ret_value);
}

enum berm_status evaluate_tests(struct machine *machine, const struct node_list *tests,
                                const struct feel_value *input, struct feel_value *ret_value)
{
    TRY(evaluate_test(machine, tests->nodes[0], input, ret_value));
    for (uint32_t i = 1; i < tests->count; i++) {
        struct feel_value before = *ret_value;
        struct feel_value one;

        if (before.kind == FEEL_BOOLEAN && before.boolean && before.unknown == NULL)
            return BERM_OK;
        TRY(evaluate_test(machine, tests->nodes[i], input, &one));
        TRY(join_or(machine->run, &before, &one, ret_value, machine->err));
    }
    return BERM_OK;
}

enum berm_status evaluate_in(struct machine *machine, const struct node *node,
                             struct feel_value *ret_value)
{
    struct feel_value input;

    TRY(evaluate(machine, node->a, &input));
    if (node->index != NO_INDEX)
        machine->locals[node->index] = input;
    return evaluate_tests(machine, &node->items, &input, ret_value);
}

enum berm_status evaluate_between(struct machine *machine, const struct node *node,
                                  struct feel_value *ret_value)
{
    struct feel_value value;
    struct feel_value end;
    struct feel_value lower;
    struct feel_value upper;

    TRY(evaluate(machine, node->a, &value));
    TRY(evaluate(machine, node->b, &end));
    TRY(compare_values(machine, COMPARISON_GREATER_EQUAL, &value, &end, &lower));
    TRY(evaluate(machine, node->c, &end));
    TRY(compare_values(machine, COMPARISON_LESS_EQUAL, &value, &end, &upper));
    return join_and(machine->run, &lower, &upper, ret_value, machine->err);
}

/** "(< 10)" as a value: a range without start. */
enum berm_status evaluate_unary(struct machine *machine, const struct node *node,
                                struct feel_value *ret_value)
{
    struct feel_value end;
    struct feel_range *range;
    const struct feel_unknown *unknown;

    TRY(evaluate(machine, node->a, &end));
    unknown = end.unknown;
    end.unknown = NULL;
    *ret_value = feel_null();
    ret_value->unknown = unknown;
    if (end.kind == FEEL_NULL)
        return BERM_OK;
    TRY(arena_new(machine->run->arena, 1, sizeof *range, &range, machine->err));
    switch ((enum comparison)node->detail) {
    case COMPARISON_LESS:
    case COMPARISON_LESS_EQUAL:
        range->end = end;
        range->is_end_included = node->detail == COMPARISON_LESS_EQUAL;
        break;
    case COMPARISON_GREATER:
    case COMPARISON_GREATER_EQUAL:
        range->start = end;
        range->is_start_included = node->detail == COMPARISON_GREATER_EQUAL;
        break;
    case COMPARISON_EQUAL:
    case COMPARISON_NOT_EQUAL:
        range->start = range->end = end;
        range->is_start_included = range->is_end_included = true;
        range->form = node->detail == COMPARISON_EQUAL ? '=' : '!';
        break;
    }
    *ret_value = (struct feel_value){.kind = FEEL_RANGE, .unknown = unknown, .range = range};
    return BERM_OK;
}
