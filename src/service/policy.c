/* Policies by themselves: check a pack, evaluate a model. */
#include "service/policy/private.h"

#include <stdio.h>
#include <string.h>

enum { MODEL_BYTES_MAX = 256 << 20 };

struct checker {
    policy_report *report;
    void *context;
    int64_t errors;
};

static void report_check(void *context, const char *severity, struct text decision, int rule,
                         const char *message)
{
    struct checker *checker = context;
    char line[BERM_ERROR_MESSAGE_MAX + 128];

    if (rule >= 0)
        snprintf(line, sizeof line, "%.*s, rule %d: %s", TEXT_ARG(decision), rule + 1, message);
    else
        snprintf(line, sizeof line, "%.*s: %s", TEXT_ARG(decision), message);
    checker->errors += strcmp(severity, "error") == 0;
    checker->report(checker->context, severity, line);
}

static bool is_model_file(struct text name)
{
    return name.length > 4 && text_equal(text_from(name, name.length - 4), TEXT(".dmn"));
}

static enum berm_status read_model(struct arena *arena, struct text path,
                                   const struct dmn_model **ret_model, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer xml = {0};
    struct dmn_read_options options = {.strictness = FEEL_LENIENT};
    struct text ended;

    TRY(text_copy(arena, path, &ended, err));
    TRY(file_read(ended.bytes, PACK_FILE_BYTES_MAX, &xml, err));
    return dmn_model_read(arena, buffer_text(&xml), &options, ret_model, err);
}

enum berm_status policy_check_model(const struct dmn_model *model, policy_report *report,
                                    void *context, int64_t *ret_errors, struct berm_error *err)
{
    struct checker checker = {.report = report, .context = context};

    TRY(dmn_check(model, report_check, &checker, err));
    *ret_errors = checker.errors;
    return BERM_OK;
}

enum berm_status policy_check(struct text pack_name, policy_report *report, void *context,
                              int64_t *ret_errors, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct dmn_model *model;
    const struct pack *pack;

    TRY(arena_create(MODEL_BYTES_MAX, &arena, err));
    if (is_model_file(pack_name)) {
        TRY(read_model(arena, pack_name, &model, err));
    } else {
        TRY(pack_read(arena, pack_name, &pack, err));
        model = pack->model;
    }
    return policy_check_model(model, report, context, ret_errors, err);
}

/* "name=expression" */
static enum berm_status set_input(struct dmn_run *run, const struct dmn_model *model,
                                  struct text input, struct berm_error *err)
{
    const char *equals = memchr(input.bytes, '=', input.length);
    const struct feel_expression *expression;
    struct arena *arena = dmn_run_arena(run);
    struct feel_run feel = {.arena = arena};
    struct feel_scope *scope;
    struct feel_value value;
    enum berm_status status;
    struct text name;
    int position;

    if (!equals)
        return fail_with(err, BERM_INVALID_INPUT,
                         "--input %.*s: write it as name=expression, for example age=17",
                         TEXT_ARG(input));
    name = text_trimmed((struct text){input.bytes, (size_t)(equals - input.bytes)});
    position = dmn_input_find(model, name);
    if (position < 0)
        return fail_with(err, BERM_INVALID_INPUT, "--input: the model has no input named %.*s",
                         TEXT_ARG(name));
    TRY(feel_scope_create(arena, &scope, err));
    status = feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_STRICT,
                          text_from(input, (size_t)(equals - input.bytes) + 1), &expression, err);
    if (status != BERM_OK)
        return fail_within(err, status, "--input %.*s", TEXT_ARG(name));
    TRY(feel_evaluate(expression, &feel, NULL, &value, err));
    dmn_run_set_input(run, (size_t)position, value);
    return BERM_OK;
}

enum berm_status policy_eval(struct text dmn_path, struct text decision, const struct text *inputs,
                             size_t input_count, struct json_writer *json, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(dmn_run_freep) struct dmn_run *run = NULL;
    const struct dmn_model *model;
    int wanted;

    TRY(arena_create(MODEL_BYTES_MAX, &arena, err));
    TRY(read_model(arena, dmn_path, &model, err));
    wanted = decision.length ? dmn_decision_find(model, decision) : -1;
    if (decision.length && wanted < 0)
        return fail_with(err, BERM_NOT_FOUND, "the model has no decision named %.*s",
                         TEXT_ARG(decision));
    TRY(dmn_run_create(model, MODEL_BYTES_MAX, &run, err));
    dmn_run_reset(run);
    for (size_t i = 0; i < input_count; i++)
        TRY(set_input(run, model, inputs[i], err));
    json_begin_object(json);
    for (size_t d = 0; d < dmn_decision_count(model); d++) {
        struct feel_value value;

        if (wanted >= 0 && (size_t)wanted != d)
            continue;
        TRY(dmn_run_decision(run, d, &value, err));
        json_key_text(json, dmn_decision_name(model, d));
        feel_write_json(value, json);
    }
    json_end_object(json);
    return BERM_OK;
}
