/* The face of a run: create, reset, set, evaluate. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

static enum berm_status frames_create(struct dmn_run *run, struct berm_error *err)
{
    const struct dmn_model *model = run->model;
    struct feel_value *slots, **frames;

    TRY(arena_new(run->fixed, model->frame_slots, sizeof(*slots), &slots, err));
    TRY(arena_new(run->fixed, model->node_count, sizeof(*frames), &frames, err));
    for (size_t i = 0; i < model->node_count; i++) {
        if (model->nodes[i].kind != NODE_DECISION)
            continue;
        frames[i] = slots;
        slots += model->nodes[i].logic.frame_size;
    }
    run->base.frames = frames;
    return BERM_OK;
}

static enum berm_status run_fill(struct dmn_run *run, size_t memory_cap_bytes,
                                 struct berm_error *err)
{
    size_t count = run->model->node_count;

    TRY(arena_create(memory_cap_bytes, &run->arena, err));
    /* What lasts is bounded by the model, which was read under a cap of its own. */
    TRY(arena_create(SIZE_MAX / 2, &run->fixed, err));
    TRY(arena_new(run->fixed, count, sizeof(*run->base.values), &run->base.values, err));
    TRY(arena_new(run->fixed, count, sizeof(*run->base.stamps), &run->base.stamps, err));
    TRY(arena_new(run->fixed, count, sizeof(*run->inputs), &run->inputs, err));
    TRY(arena_new(run->fixed, count, sizeof(*run->input_stamps), &run->input_stamps, err));
    TRY(arena_new(run->fixed, count, sizeof(*run->spans), &run->spans, err));
    TRY(frames_create(run, err));
    TRY(functions_create(run, err));
    dmn_run_reset(run);
    return BERM_OK;
}

enum berm_status dmn_run_create(const struct dmn_model *model, size_t memory_cap_bytes,
                                struct dmn_run **ret_run, struct berm_error *err)
{
    CLEANUP(dmn_run_freep) struct dmn_run *run = calloc(1, sizeof(*run));

    if (run == NULL)
        return fail_with(err, BERM_NO_MEMORY, "No memory for running a model.");
    run->model = model;
    TRY(run_fill(run, memory_cap_bytes, err));
    *ret_run = run;
    run = NULL;
    return BERM_OK;
}

void dmn_run_free(struct dmn_run *run)
{
    if (run == NULL)
        return;
    arena_free(run->arena);
    arena_free(run->fixed);
    free(run);
}

void dmn_run_freep(struct dmn_run **run)
{
    dmn_run_free(*run);
    *run = NULL;
}

/* Stamps of long ago must not look fresh when the counter comes round. */
static void next_generation(uint32_t *generation, uint32_t *stamps, size_t count)
{
    if (++*generation == 0) {
        memset(stamps, 0, count * sizeof(*stamps));
        *generation = 1;
    }
}

static void forget_results(struct dmn_run *run)
{
    next_generation(&run->base.generation, run->base.stamps, run->model->node_count);
    run->trace = (struct feel_trace){0};
}

void run_start(struct dmn_run *run)
{
    run->call_depth = 0;
    run->boxed_depth = 0;
    run->feel.depth = 0;
}

void dmn_run_reset(struct dmn_run *run)
{
    arena_reset(run->arena);
    forget_results(run);
    next_generation(&run->input_generation, run->input_stamps, run->model->node_count);
    run_start(run);
    run->feel = (struct feel_run){
        .arena = run->arena,
        .trace = run->is_traced ? &run->trace : NULL,
        .now = text_of(run->now),
        .steps_left = DMN_STEPS_MAX,
    };
}

struct arena *dmn_run_arena(struct dmn_run *run)
{
    return run->arena;
}

void dmn_run_set_input(struct dmn_run *run, size_t input, struct feel_value value)
{
    assert(input < run->model->input_count);
    uint32_t node = run->model->inputs[input];

    run->inputs[node] = value;
    run->input_stamps[node] = run->input_generation;
}

void dmn_run_set_trace(struct dmn_run *run, bool is_traced)
{
    /* Decisions worked out without a trace are worked out again, so that theirs is complete. */
    if (is_traced && !run->is_traced)
        forget_results(run);
    run->is_traced = is_traced;
    run->feel.trace = is_traced ? &run->trace : NULL;
}

void dmn_run_set_now(struct dmn_run *run, struct text now)
{
    size_t length = now.length < sizeof(run->now) ? now.length : sizeof(run->now) - 1;

    if (length > 0)
        memcpy(run->now, now.bytes, length);
    run->now[length] = '\0';
    run->feel.now = text_of(run->now);
}

enum berm_status dmn_run_decision(struct dmn_run *run, size_t decision,
                                  struct feel_value *ret_value, struct berm_error *err)
{
    assert(decision < run->model->decision_count);
    run_start(run);
    return node_value(run, &run->base, run->model->decisions[decision], ret_value, err);
}
