/*
 * The trace: what was read and compared, for explanations. Nothing here runs when there is none.
 */
#include <string.h>

#include "policy/feel/machine.h"

static enum berm_status append(struct feel_run *run, struct feel_trace_event event,
                               struct berm_error *err)
{
    struct feel_trace *trace = run->trace;

    if (trace->count == trace->capacity) {
        size_t capacity = trace->capacity > 0 ? trace->capacity * 2 : 64;
        struct feel_trace_event *grown;

        TRY(arena_new(run->arena, capacity, sizeof *grown, &grown, err));
        if (trace->count > 0)
            memcpy(grown, trace->events, trace->count * sizeof *grown);
        trace->events = grown;
        trace->capacity = capacity;
    }
    trace->events[trace->count++] = event;
    return BERM_OK;
}

enum berm_status trace_read(struct feel_run *run, const struct feel_context *context,
                            struct text name, const struct feel_value *value,
                            struct berm_error *err)
{
    if (context->origin.length == 0)
        return BERM_OK;
    return append(
        run,
        (struct feel_trace_event){
            .kind = FEEL_TRACE_READ, .origin = context->origin, .name = name, .left = *value},
        err);
}

enum berm_status trace_compare(struct feel_run *run, enum comparison comparison,
                               const struct feel_value *left, const struct feel_value *right,
                               enum truth truth, struct berm_error *err)
{
    static const struct text signs[] = {
        [COMPARISON_LESS] = {"<", 1},    [COMPARISON_LESS_EQUAL] = {"<=", 2},
        [COMPARISON_GREATER] = {">", 1}, [COMPARISON_GREATER_EQUAL] = {">=", 2},
        [COMPARISON_EQUAL] = {"=", 1},   [COMPARISON_NOT_EQUAL] = {"!=", 2},
    };

    if (left->kind != right->kind || truth == TRUTH_NULL || left->kind < FEEL_NUMBER ||
        left->kind > FEEL_DAYS_TIME || left->kind == FEEL_STRING)
        return BERM_OK;
    return append(run,
                  (struct feel_trace_event){.kind = FEEL_TRACE_COMPARE,
                                            .name = signs[comparison],
                                            .left = *left,
                                            .right = *right,
                                            .is_true = truth == TRUTH_TRUE},
                  err);
}
