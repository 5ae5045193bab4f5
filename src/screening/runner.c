/* Making and freeing one thread's interpreter: contexts laid out once, values overwritten for each
 * row. */
#include "interpreter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESULT_BYTES_MAX = 256 << 20 };

static size_t entry_position(const struct screening_program *program, enum policy_input input,
                             const char *name)
{
    for (size_t e = 0; e < program->entry_count[input]; e++)
        if (text_equal(program->entry_names[input][e], text_of(name)))
            return e;
    assert(!"the declared types hold every built-in name");
    return 0;
}

static void find_built_in_names(struct screening_runner *runner)
{
    const struct screening_program *program = runner->program;

    runner->household_code = entry_position(program, INPUT_HOUSEHOLD, "code");
    runner->household_area = entry_position(program, INPUT_HOUSEHOLD, "area");
    runner->household_size = entry_position(program, INPUT_HOUSEHOLD, "size");
    runner->member_code = entry_position(program, INPUT_MEMBERS, "code");
    runner->member_sex = entry_position(program, INPUT_MEMBERS, "sex");
    runner->member_birth_date = entry_position(program, INPUT_MEMBERS, "birth_date");
    runner->member_age = entry_position(program, INPUT_MEMBERS, "age");
    runner->member_relation = entry_position(program, INPUT_MEMBERS, "relation");
}

/* An empty context over the program's layout, every entry unknown until a row fills it. */
static bool lay_out_context(const struct screening_program *program, enum policy_input input,
                            const char *origin, struct feel_value **ret_values,
                            struct feel_context *ret_context)
{
    size_t count = program->entry_count[input];
    struct feel_value *values = calloc(count + 1, sizeof *values);

    if (!values)
        return false;
    for (size_t e = 0; e < count; e++)
        values[e] = feel_missing(program->entry_unknown[input][e]);
    *ret_values = values;
    *ret_context = (struct feel_context){.count = count,
                                         .names = program->entry_names[input],
                                         .values = values,
                                         .origin = text_of(origin)};
    return true;
}

static bool lay_out_members(struct screening_runner *runner)
{
    enum { ORIGIN_BYTES = 16 };
    const struct screening_program *program = runner->program;
    char *origins = calloc(HOUSEHOLD_MEMBERS_MAX, ORIGIN_BYTES);

    runner->members = calloc(HOUSEHOLD_MEMBERS_MAX, sizeof *runner->members);
    runner->member_values = calloc(HOUSEHOLD_MEMBERS_MAX, sizeof(struct feel_value *));
    runner->member_items = calloc(HOUSEHOLD_MEMBERS_MAX, sizeof *runner->member_items);
    runner->member_origins = origins;
    if (!origins || !runner->members || !runner->member_values || !runner->member_items)
        return false;
    for (int i = 0; i < HOUSEHOLD_MEMBERS_MAX; i++) {
        char *origin = origins + (size_t)i * ORIGIN_BYTES;

        snprintf(origin, ORIGIN_BYTES, "members[%d]", i + 1);
        runner->members[i] = (struct feel_context){.count = program->entry_count[INPUT_MEMBERS],
                                                   .names = program->entry_names[INPUT_MEMBERS],
                                                   .origin = text_of(origin)};
    }
    return true;
}

enum berm_status screening_runner_create(const struct screening_program *program,
                                         struct screening_runner **ret_runner,
                                         struct berm_error *err)
{
    CLEANUP(screening_runner_freep) struct screening_runner *runner = calloc(1, sizeof *runner);

    if (!runner)
        return fail_with(err, BERM_NO_MEMORY, "no memory to run a policy");
    runner->program = program;
    TRY(dmn_run_create(program->pack->model, RUN_MEMORY_MAX, &runner->run, err));
    TRY(arena_create(RESULT_BYTES_MAX, &runner->results, err));
    for (int i = 0; i < INPUT_COUNT; i++)
        runner->input_of[i] =
            dmn_input_find(program->pack->model, program->pack->input_types[i].name);
    find_built_in_names(runner);
    if (!lay_out_context(program, INPUT_HOUSEHOLD, "household", &runner->household_values,
                         &runner->household) ||
        !lay_out_context(program, INPUT_PARAMETER, "parameter", &runner->parameter_values,
                         &runner->parameter) ||
        !lay_out_members(runner))
        return fail_with(err, BERM_NO_MEMORY, "no memory to run a policy");
    runner->month = feel_date(month_last_day(program->month));
    *ret_runner = runner;
    runner = NULL;
    return BERM_OK;
}

void screening_runner_free(struct screening_runner *runner)
{
    if (!runner)
        return;
    for (int i = 0; runner->member_values && i < HOUSEHOLD_MEMBERS_MAX; i++)
        free(runner->member_values[i]);
    free(runner->member_values);
    free(runner->member_items);
    free(runner->member_origins);
    free(runner->members);
    free(runner->household_values);
    free(runner->parameter_values);
    arena_free(runner->results);
    dmn_run_free(runner->run);
    free(runner);
}

void screening_runner_freep(struct screening_runner **runner)
{
    screening_runner_free(*runner);
}
