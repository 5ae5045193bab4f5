/*
 * Any bytes as a DMN model: reading must end with a model or with a message, and every decision of
 * a model must run in a small arena, whatever its inputs; the checker must end too.
 */
#include <stdlib.h>

#include "policy/dmn/dmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum {
    MODEL_BYTES_MAX = 8 << 20,
    RUN_BYTES_MAX = 1 << 20,
    INPUT_BYTES_MAX = 64 << 10,
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void ignore_report(void *context, const char *severity, struct text decision, int rule,
                          const char *message)
{
    (void)context;
    (void)decision;
    (void)rule;
    require(severity != NULL && message != NULL);
}

/* Numbers, missing values and nothing at all, by turns. */
static void give_inputs(const struct dmn_model *model, struct dmn_run *run)
{
    for (size_t i = 0; i < dmn_input_count(model); i++) {
        const struct feel_unknown *unknown;

        if (i % 3 == 0)
            dmn_run_set_input(run, i, feel_number(feel_decimal_from_int64((int64_t)i + 1)));
        else if (i % 3 == 1 && feel_unknown_of_name(dmn_run_arena(run), dmn_input_name(model, i),
                                                    &unknown, NULL) == BERM_OK)
            dmn_run_set_input(run, i, feel_missing(unknown));
    }
}

static void run_all(const struct dmn_model *model, bool is_traced)
{
    CLEANUP(dmn_run_freep) struct dmn_run *run = NULL;
    struct berm_error err = {0};

    if (dmn_run_create(model, RUN_BYTES_MAX, &run, &err) != BERM_OK)
        return;
    dmn_run_set_trace(run, is_traced);
    dmn_run_set_now(run, TEXT("2020-09-30T12:00:00Z"));
    for (size_t i = 0; i < dmn_decision_count(model); i++) {
        const struct dmn_rule_result *rules;
        struct feel_value value;
        size_t rule_count;

        dmn_run_reset(run);
        give_inputs(model, run);
        err = (struct berm_error){0};
        if (dmn_run_decision(run, i, &value, &err) != BERM_OK)
            require(err.message[0] != '\0');
        if (dmn_table_info(model, i).is_table &&
            dmn_run_table_rules(run, i, &rules, &rule_count, &err) == BERM_OK)
            require(rule_count <= dmn_table_info(model, i).rule_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const enum feel_strictness modes[] = {FEEL_LENIENT, FEEL_STRICT};

    if (length > INPUT_BYTES_MAX)
        return 0;
    for (size_t i = 0; i < ARRAY_COUNT(modes); i++) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        struct dmn_read_options options = {.strictness = modes[i]};
        const struct dmn_model *model;
        struct berm_error err = {0};

        if (arena_create(MODEL_BYTES_MAX, &arena, &err) != BERM_OK)
            return 0;
        if (dmn_model_read(arena, (struct text){(const char *)bytes, length}, &options, &model,
                           &err) != BERM_OK) {
            require(err.message[0] != '\0');
            continue;
        }
        run_all(model, modes[i] == FEEL_STRICT);
        if (dmn_check(model, ignore_report, NULL, &err) != BERM_OK)
            require(err.message[0] != '\0');
    }
    return 0;
}
