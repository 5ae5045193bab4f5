/*
 * Functions: making them, calling them, and the entries to the interpreter from outside.
 *
 * A function literal takes along copies of the variables and slots that it uses: values never
 * change, so copies are as good as references, and the function may outlive the evaluation that
 * made it. Arguments are coerced to the declared types; where one does not fit, the call is null.
 */
#include <string.h>

#include "policy/feel/builtins/builtins.h"
#include "policy/feel/machine.h"

enum {
    FRAME_LOCALS_MAX = 8, /* more locals are taken from the arena */
    ARGUMENTS_INLINE_MAX = 8,
};

static enum berm_status make_locals(struct feel_run *run, uint32_t count,
                                    struct feel_value *inlined, struct feel_value **ret_locals,
                                    struct berm_error *err)
{
    *ret_locals = inlined;
    if (count <= FRAME_LOCALS_MAX)
        return BERM_OK;
    return arena_new(run->arena, count, sizeof **ret_locals, ret_locals, err);
}

/* ---- Making ---------------------------------------------------------------------------------- */

enum berm_status evaluate_function(struct machine *machine, const struct node *node,
                                   struct feel_value *ret_value)
{
    const struct function_node *body = node->function;
    struct feel_function *function;

    TRY(arena_new(machine->run->arena, 1, sizeof *function, &function, machine->err));
    TRY(arena_new(machine->run->arena, body->capture_count, sizeof *function->captured,
                  &function->captured, machine->err));
    function->kind = FUNCTION_EXPRESSION;
    function->parameter_count = body->parameter_count;
    function->parameters = body->parameters;
    function->types = body->types;
    function->body = body;
    for (uint32_t i = 0; i < body->capture_count; i++) {
        const struct capture *capture = &body->captures[i];

        function->captured[i] =
            capture->is_slot ? machine->slots[capture->from] : machine->locals[capture->from];
    }
    *ret_value = (struct feel_value){.kind = FEEL_FUNCTION, .function = function};
    return BERM_OK;
}

enum berm_status feel_function_create(struct arena *arena, const struct text *parameters,
                                      const struct feel_type *const *parameter_types,
                                      size_t parameter_count, const struct feel_expression *body,
                                      struct feel_value *ret_function, struct berm_error *err)
{
    struct feel_function *function;

    TRY(arena_new(arena, 1, sizeof *function, &function, err));
    *function = (struct feel_function){
        .kind = FUNCTION_COMPILED,
        .parameter_count = (uint32_t)parameter_count,
        .parameters = parameters,
        .types = parameter_types,
        .expression = body,
    };
    *ret_function = (struct feel_value){.kind = FEEL_FUNCTION, .function = function};
    return BERM_OK;
}

enum berm_status feel_function_create_native(struct arena *arena, const struct text *parameters,
                                             const struct feel_type *const *parameter_types,
                                             size_t parameter_count, feel_native_function *call,
                                             void *context, struct feel_value *ret_function,
                                             struct berm_error *err)
{
    struct feel_function *function;

    TRY(arena_new(arena, 1, sizeof *function, &function, err));
    *function = (struct feel_function){
        .kind = FUNCTION_NATIVE,
        .parameter_count = (uint32_t)parameter_count,
        .parameters = parameters,
        .types = parameter_types,
        .native = call,
        .context = context,
    };
    *ret_function = (struct feel_value){.kind = FEEL_FUNCTION, .function = function};
    return BERM_OK;
}

/* ---- Calling --------------------------------------------------------------------------------- */

static enum berm_status call_expression(const struct feel_function *function, struct feel_run *run,
                                        const struct feel_value *arguments,
                                        struct feel_value *ret_value, struct berm_error *err)
{
    const struct function_node *body = function->body;
    struct feel_value inlined[FRAME_LOCALS_MAX];
    struct machine machine = {.run = run, .err = err};

    if (body->is_external) {
        *ret_value = feel_null();
        return BERM_OK;
    }
    TRY(make_locals(run, body->local_count, inlined, &machine.locals, err));
    if (function->parameter_count > 0)
        memcpy(machine.locals, arguments, function->parameter_count * sizeof *arguments);
    for (uint32_t i = 0; i < body->capture_count; i++)
        machine.locals[body->captures[i].local] = function->captured[i];
    return evaluate(&machine, body->body, ret_value);
}

static enum berm_status call_compiled(const struct feel_function *function, struct feel_run *run,
                                      const struct feel_value *arguments,
                                      struct feel_value *ret_value, struct berm_error *err)
{
    struct feel_value *slots;
    uint32_t count = function->expression->slot_count;

    if (count <= function->parameter_count)
        return feel_evaluate(function->expression, run, arguments, ret_value, err);
    TRY(arena_new(run->arena, count, sizeof *slots, &slots, err));
    for (uint32_t i = 0; i < function->parameter_count; i++)
        slots[i] = arguments[i];
    return feel_evaluate(function->expression, run, slots, ret_value, err);
}

/** The arguments as the parameters' types want them; false where one does not fit. */
static enum berm_status coerce_arguments(const struct feel_function *function, struct feel_run *run,
                                         const struct feel_value *arguments,
                                         struct feel_value *coerced, bool *ret_fits,
                                         const struct feel_unknown **unknown,
                                         struct berm_error *err)
{
    *ret_fits = true;
    for (uint32_t i = 0; i < function->parameter_count; i++) {
        coerced[i] = arguments[i];
        if (function->types == NULL || function->types[i] == NULL)
            continue;
        TRY(feel_coerce(function->types[i], run, NULL, arguments[i], &coerced[i], err));
        if (coerced[i].kind == FEEL_NULL && arguments[i].kind != FEEL_NULL) {
            *ret_fits = false;
            TRY(feel_unknown_union(run->arena, *unknown, coerced[i].unknown, unknown, err));
        }
    }
    return BERM_OK;
}

static enum berm_status call_typed(const struct feel_function *function, struct feel_run *run,
                                   const struct feel_value *arguments, struct feel_value *ret_value,
                                   struct berm_error *err)
{
    struct feel_value inlined[ARGUMENTS_INLINE_MAX];
    struct feel_value *coerced = inlined;
    const struct feel_unknown *unknown = NULL;
    bool fits;

    if (function->parameter_count > ARGUMENTS_INLINE_MAX)
        TRY(arena_new(run->arena, function->parameter_count, sizeof *coerced, &coerced, err));
    TRY(coerce_arguments(function, run, arguments, coerced, &fits, &unknown, err));
    if (!fits) {
        *ret_value = feel_missing(unknown);
        return BERM_OK;
    }
    switch (function->kind) {
    case FUNCTION_EXPRESSION:
        return call_expression(function, run, coerced, ret_value, err);
    case FUNCTION_COMPILED:
        return call_compiled(function, run, coerced, ret_value, err);
    default:
        return function->native(function->context, run, coerced, function->parameter_count,
                                ret_value, err);
    }
}

static enum berm_status call_builtin_value(const struct feel_function *function,
                                           struct feel_run *run, const struct feel_value *arguments,
                                           size_t count, struct feel_value *ret_value,
                                           struct berm_error *err)
{
    const struct builtin *builtin = builtin_with_count(function->builtin->name, count);

    *ret_value = feel_null();
    if (builtin == NULL)
        return BERM_OK;
    return builtin_call(builtin, run, arguments, count, UINT64_MAX, ret_value, err);
}

enum berm_status feel_call(struct feel_value function, struct feel_run *run,
                           const struct feel_value *arguments, size_t argument_count,
                           struct feel_value *ret_value, struct berm_error *err)
{
    enum berm_status status;

    *ret_value = feel_missing(function.unknown);
    if (function.kind != FEEL_FUNCTION)
        return BERM_OK;
    if (function.function->kind == FUNCTION_BUILTIN)
        return call_builtin_value(function.function, run, arguments, argument_count, ret_value,
                                  err);
    if (function.function->parameter_count != argument_count)
        return BERM_OK;
    /* A call takes several times the stack of a plain node. */
    if (run->depth + 8 > DEPTH_MAX)
        return fail_with(err, BERM_LIMIT,
                         "functions call each other more deeply than is allowed; does a recursive "
                         "function end?");
    TRY(count_step(run, err));
    run->depth += 8;
    status = call_typed(function.function, run, arguments, ret_value, err);
    run->depth -= 8;
    TRY(status);
    return join_unknown(run, ret_value, function.unknown, err);
}

/* ---- Calls in expressions -------------------------------------------------------------------- */

/** Named arguments into the order of the parameters; false where they do not fit. */
static bool place_arguments(const struct feel_function *function, const struct node *node,
                            const struct feel_value *arguments, struct feel_value *placed)
{
    if (node->arguments.count != function->parameter_count)
        return false;
    for (uint32_t i = 0; i < function->parameter_count; i++) {
        bool is_found = false;

        for (uint32_t j = 0; j < node->arguments.count && !is_found; j++) {
            is_found = text_equal(node->argument_names[j], function->parameters[i]);
            if (is_found)
                placed[i] = arguments[j];
        }
        if (!is_found)
            return false;
    }
    return true;
}

enum berm_status evaluate_call(struct machine *machine, const struct node *node,
                               struct feel_value *ret_value)
{
    struct feel_value function;
    struct feel_value *arguments;
    struct feel_value *placed;
    uint32_t count = node->arguments.count;

    TRY(evaluate(machine, node->a, &function));
    TRY(arena_new(machine->run->arena, (size_t)count * 2, sizeof *arguments, &arguments,
                  machine->err));
    for (uint32_t i = 0; i < count; i++)
        TRY(evaluate(machine, node->arguments.nodes[i], &arguments[i]));
    if (node->argument_names == NULL || function.kind != FEEL_FUNCTION)
        return feel_call(function, machine->run, arguments, count, ret_value, machine->err);
    placed = arguments + count;
    if (function.function->kind == FUNCTION_BUILTIN ||
        !place_arguments(function.function, node, arguments, placed)) {
        *ret_value = feel_missing(function.unknown);
        return BERM_OK;
    }
    return feel_call(function, machine->run, placed, count, ret_value, machine->err);
}

enum berm_status evaluate_builtin(struct machine *machine, const struct node *node,
                                  struct feel_value *ret_value)
{
    struct feel_value inlined[ARGUMENTS_INLINE_MAX];
    struct feel_value *arguments = inlined;
    uint32_t count = node->arguments.count;

    if (count > ARGUMENTS_INLINE_MAX)
        TRY(arena_new(machine->run->arena, count, sizeof *arguments, &arguments, machine->err));
    for (uint32_t i = 0; i < count; i++) {
        if (node->arguments.nodes[i] == NULL)
            arguments[i] = feel_null();
        else
            TRY(evaluate(machine, node->arguments.nodes[i], &arguments[i]));
    }
    return builtin_call(node->builtin, machine->run, arguments, count, node->given, ret_value,
                        machine->err);
}

/* ---- From outside ---------------------------------------------------------------------------- */

enum berm_status feel_evaluate(const struct feel_expression *expression, struct feel_run *run,
                               const struct feel_value *slots, struct feel_value *ret_value,
                               struct berm_error *err)
{
    struct feel_value inlined[FRAME_LOCALS_MAX];
    struct machine machine = {.run = run, .slots = slots, .err = err};
    struct feel_value value;

    if (expression->syntax == FEEL_UNARY_TESTS)
        return feel_test(expression, run, slots, feel_null(), ret_value, err);
    TRY(make_locals(run, expression->body.local_count, inlined, &machine.locals, err));
    TRY(evaluate(&machine, expression->body.body, &value));
    *ret_value = value;
    return BERM_OK;
}

enum berm_status feel_test(const struct feel_expression *unary_tests, struct feel_run *run,
                           const struct feel_value *slots, struct feel_value input,
                           struct feel_value *ret_result, struct berm_error *err)
{
    struct feel_value inlined[FRAME_LOCALS_MAX];
    struct machine machine = {.run = run, .slots = slots, .err = err};
    const struct node *root = unary_tests->body.body;
    struct feel_value result;

    if (unary_tests->is_irrelevant) {
        *ret_result = feel_boolean(true);
        return BERM_OK;
    }
    if (unary_tests->syntax != FEEL_UNARY_TESTS)
        return fail_with(err, BERM_INTERNAL, "an expression was used as unary tests");
    TRY(make_locals(run, unary_tests->body.local_count, inlined, &machine.locals, err));
    machine.locals[0] = input;
    TRY(evaluate_tests(&machine, &root->items, &input, &result));
    if (result.kind != FEEL_BOOLEAN || result.unknown != NULL)
        *ret_result = feel_missing(result.unknown); /* not certain: null, with or without a mark */
    else
        *ret_result = feel_boolean(result.boolean != (root->detail != 0));
    return BERM_OK;
}
